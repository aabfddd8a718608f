//! Waiting for several things at once, and for the signals that end a program.
#![expect(unsafe_code, reason = "poll, signalfd and the sets of signals are calls of the C library")]

use std::{
    fs::File,
    io::{self, Read},
    mem::MaybeUninit,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd},
    ptr,
};

/// `struct signalfd_siginfo`.
const SIGNAL_INFO: usize = 128;

/// Waits until at least one of them has something to read or has ended, and says which. A signal may wake it for nothing.
pub(crate) fn wait<const N: usize>(of: [BorrowedFd<'_>; N]) -> io::Result<[bool; N]> {
    let mut polled = of.map(|fd| libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLIN, revents: 0 });
    // SAFETY: the array has that many elements, and the descriptors are open for as long as they are borrowed.
    let result = unsafe { libc::poll(polled.as_mut_ptr(), N as libc::nfds_t, -1) };
    if result < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted { Ok([false; N]) } else { Err(error) };
    }
    Ok(polled.map(|one| one.revents != 0))
}

/// Ctrl-C, and the signals by which a system ends its programs: heard instead of dying of them.
///
/// It must be made before the program starts threads: those that are there already still die of them.
#[derive(Debug)]
pub struct Interrupts {
    heard: File,
}

impl Interrupts {
    /// From now on they are heard.
    pub fn new() -> io::Result<Self> {
        let mut set = MaybeUninit::uninit();
        // SAFETY: sigemptyset writes the whole set before anything reads it, and the numbers are those of signals.
        let set = unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
                libc::sigaddset(set.as_mut_ptr(), signal);
            }
            set.assume_init()
        };
        // SAFETY: the set is one, and nobody wants the old one.
        let refused = unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const set, ptr::null_mut()) };
        if refused != 0 {
            return Err(io::Error::from_raw_os_error(refused));
        }
        // SAFETY: -1 asks for a new descriptor.
        let fd = unsafe { libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC) };
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor is new, so nobody else has it.
        Ok(Self { heard: unsafe { File::from_raw_fd(fd) } })
    }

    /// Takes one that was heard.
    pub(crate) fn take(&self) -> io::Result<()> {
        (&self.heard).read_exact(&mut [0; SIGNAL_INFO])
    }
}

impl AsFd for Interrupts {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.heard.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use std::{io::Write as _, os::unix::net::UnixStream};

    use super::*;

    #[test]
    fn the_one_that_has_something_to_read_or_has_ended_is_told() {
        let (ours, mut theirs) = UnixStream::pair().expect("sockets");
        let (quiet, _other) = UnixStream::pair().expect("sockets");
        theirs.write_all(b"x").expect("it has room");
        assert_eq!(wait([quiet.as_fd(), ours.as_fd()]).expect("it works"), [false, true]);
        (&ours).read_exact(&mut [0]).expect("it came");
        drop(theirs);
        assert_eq!(wait([quiet.as_fd(), ours.as_fd()]).expect("it works"), [false, true]);
    }
}
