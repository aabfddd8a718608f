//! [`Listener`]: the supervisor's end of a seccomp filter.
#![expect(unsafe_code, reason = "ioctl takes pointers whose meaning only its number tells")]

use std::{
    io,
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
};

/// A system call that waits for its answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice {
    /// Which wait this is; the kernel never uses a number twice.
    pub(crate) id: u64,
    /// Which thread.
    pub(crate) pid: u32,
    /// Which call.
    pub(crate) call: i64,
    /// Its arguments.
    pub(crate) args: [u64; 6],
}

/// Where the kernel reports system calls.
#[derive(Debug)]
pub(crate) struct Listener(OwnedFd);

/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP`: whoever waits for an answer will run where it was given.
const SYNC_WAKE_UP: u64 = 1;
// The library has these as numbers of 64 and of signed bits; the structures have others.
const FLAG_CONTINUE: u32 = 1;
const ADDFD_FLAG_SETFD: u32 = 1;
const ADDFD_FLAG_SEND: u32 = 2;
const CLOSE_ON_EXEC: u32 = 0o2_000_000;

impl Listener {
    pub(crate) fn new(fd: OwnedFd) -> Self {
        // SAFETY: the third argument is a number; the kernel takes no pointer. Older kernels refuse, and are only slower.
        unsafe { libc::ioctl(fd.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP) };
        Self(fd)
    }

    /// Waits for a call. `None` when nobody is left who could make one.
    pub(crate) fn receive(&self) -> io::Result<Option<Notice>> {
        loop {
            let mut notice = libc::seccomp_notif {
                id: 0,
                pid: 0,
                flags: 0,
                data: libc::seccomp_data { nr: 0, arch: 0, instruction_pointer: 0, args: [0; 6] },
            };
            // SAFETY: the number says that the argument is a `seccomp_notif`, of this size; it is all zeros, as the
            // kernel demands, and lives until the call is over.
            let result = unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_RECV, &raw mut notice) };
            if result == 0 {
                let libc::seccomp_notif { id, pid, data, .. } = notice;
                return Ok(Some(Notice { id, pid, call: data.nr.into(), args: data.args }));
            }
            let error = io::Error::last_os_error();
            match error.raw_os_error() {
                // The caller was killed before it could be asked; or all of them are gone.
                Some(libc::ENOENT) if self.is_deserted() => return Ok(None),
                Some(libc::ENOENT | libc::EINTR) => {}
                _ => return Err(error),
            }
        }
    }

    /// Whether the call still waits. After memory was read: whether it was that caller's.
    pub(crate) fn waits(&self, id: u64) -> bool {
        // SAFETY: the number says that the argument is a `u64`, which lives until the call is over.
        unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID, &raw const id) == 0 }
    }

    /// Answers a call with a value, or with an error when that is not 0.
    pub(crate) fn answer(&self, id: u64, val: i64, error: i32) -> io::Result<()> {
        self.send(libc::seccomp_notif_resp { id, val, error: -error, flags: 0 })
    }

    /// Lets the kernel carry out the call.
    pub(crate) fn pass(&self, id: u64) -> io::Result<()> {
        self.send(libc::seccomp_notif_resp { id, val: 0, error: 0, flags: FLAG_CONTINUE })
    }

    fn send(&self, mut answer: libc::seccomp_notif_resp) -> io::Result<()> {
        // SAFETY: the number says that the argument is a `seccomp_notif_resp`, which lives until the call is over.
        let result = unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SEND, &raw mut answer) };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    /// Gives the caller a descriptor, of that number or of the lowest that is free; it is also the answer.
    pub(crate) fn give(&self, id: u64, fd: BorrowedFd<'_>, number: Option<u32>, close_on_exec: bool) -> io::Result<()> {
        let gift = libc::seccomp_notif_addfd {
            id,
            flags: ADDFD_FLAG_SEND | if number.is_some() { ADDFD_FLAG_SETFD } else { 0 },
            srcfd: u32::try_from(fd.as_raw_fd()).unwrap_or(u32::MAX),
            newfd: number.unwrap_or(0),
            newfd_flags: if close_on_exec { CLOSE_ON_EXEC } else { 0 },
        };
        // SAFETY: the number says that the argument is a `seccomp_notif_addfd`, which lives until the call is over, and
        // its descriptor is open for as long.
        let result = unsafe { libc::ioctl(self.0.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ADDFD, &raw const gift) };
        if result >= 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }

    fn is_deserted(&self) -> bool {
        super::process::is_hung_up(self.0.as_fd(), 0)
    }

    /// Waits until nobody is left who could make a call.
    pub(crate) fn wait_until_deserted(&self) {
        while !super::process::is_hung_up(self.0.as_fd(), -1) {}
    }
}
