//! Small things about descriptors and processes.
#![expect(unsafe_code, reason = "poll, pipe2, prctl, getrlimit and waitpid are not in the standard library")]

use std::{
    fs::File,
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    sync::{Mutex, PoisonError},
};

/// A process or thread, as the library's calls want it.
pub(crate) fn id(pid: u32) -> libc::pid_t {
    libc::pid_t::from_ne_bytes(pid.to_ne_bytes())
}

/// Whether the other side of a descriptor is gone; waits for that many milliseconds, or for ever when negative.
pub(crate) fn is_hung_up(fd: BorrowedFd<'_>, milliseconds: i32) -> bool {
    let mut asked = libc::pollfd { fd: fd.as_raw_fd(), events: 0, revents: 0 };
    // SAFETY: one element, which lives until the call is over.
    let ready = unsafe { libc::poll(&raw mut asked, 1, milliseconds) };
    ready == 1 && asked.revents & (libc::POLLHUP | libc::POLLERR | libc::POLLNVAL) != 0
}

/// A small pipe, its reading end first; neither end waits, and neither survives an exec.
pub(crate) fn small_pipe() -> io::Result<(OwnedFd, File)> {
    let mut ends = [-1; 2];
    // SAFETY: the kernel writes two descriptors into the array.
    if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so both are open, and nobody else knows them.
    let (reading, writing) = unsafe { (OwnedFd::from_raw_fd(ends[0]), File::from_raw_fd(ends[1])) };
    // SAFETY: the argument is a number. A refusal only leaves the pipe larger.
    unsafe { libc::fcntl(writing.as_raw_fd(), libc::F_SETPIPE_SZ, 4096) };
    Ok((reading, writing))
}

/// How many descriptors a program may have.
pub(crate) fn descriptor_limit() -> io::Result<u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the kernel fills the structure, which lives until the call is over.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(limit.rlim_cur)
}

/// How many virtual devices run in this process, and whether it adopted orphans before the first.
static ADOPTERS: Mutex<(usize, bool)> = Mutex::new((0, false));

/// While one of these lives, processes whose parent has ended become children of this one.
#[derive(Debug)]
pub(crate) struct Adopter(());

impl Adopter {
    pub(crate) fn new() -> io::Result<Self> {
        let mut adopters = ADOPTERS.lock().unwrap_or_else(PoisonError::into_inner);
        if adopters.0 == 0 {
            adopters.1 = adopt_orphans(true)?;
        }
        adopters.0 += 1;
        Ok(Self(()))
    }
}

impl Drop for Adopter {
    fn drop(&mut self) {
        let mut adopters = ADOPTERS.lock().unwrap_or_else(PoisonError::into_inner);
        adopters.0 -= 1;
        if *adopters == (0, false) && adopt_orphans(false).is_err() {
            tracing::warn!("orphans will still become children of this process");
        }
    }
}

/// Has processes whose parent has ended become children of this one, or no longer; says what was before.
fn adopt_orphans(adopt: bool) -> io::Result<bool> {
    let mut before: libc::c_int = 0;
    // SAFETY: the kernel writes one `int`, which lives until the call is over.
    if unsafe { libc::prctl(libc::PR_GET_CHILD_SUBREAPER, &raw mut before) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the argument is a number.
    if unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, libc::c_ulong::from(adopt), 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(before != 0)
}

/// Buries a child that has ended; does nothing when it has not, or is none.
pub(crate) fn bury(pid: u32) {
    // SAFETY: no pointer is passed but the null that means «no status wanted».
    unsafe { libc::waitpid(id(pid), std::ptr::null_mut(), libc::WNOHANG) };
}
