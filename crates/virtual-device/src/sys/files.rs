//! Files and folders, as the system's own calls see them.
#![expect(unsafe_code, reason = "the standard library keeps the kernel's structures to itself")]

use std::{
    ffi::CString,
    fs, io,
    os::{
        fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd},
        unix::ffi::OsStrExt,
    },
    path::Path,
};

/// The library's `struct stat` is the kernel's on these machines.
pub(crate) const STAT_LEN: usize = size_of::<libc::stat>();
/// So much `statx` fills on every kernel.
pub(crate) const STATX_LEN: usize = size_of::<libc::statx>();
/// `PIDFD_THREAD`: a thread need not be the first of its process. From Linux 6.9 on.
const ANY_THREAD: libc::c_int = libc::O_EXCL;

/// `stat`, or `lstat`.
pub(crate) fn stat(path: &Path, follow: bool) -> io::Result<[u8; STAT_LEN]> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut bytes = [0; STAT_LEN];
    let flags = if follow { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
    // SAFETY: the path ends with a zero, and the kernel fills as many bytes as its structure has, whatever their alignment.
    let result =
        unsafe { libc::syscall(libc::SYS_newfstatat, libc::AT_FDCWD, path.as_ptr(), bytes.as_mut_ptr(), flags) };
    checked(result).map(|_| bytes)
}

/// `statx`.
pub(crate) fn statx(path: &Path, flags: libc::c_int, mask: u32) -> io::Result<[u8; STATX_LEN]> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mut bytes = [0; STATX_LEN];
    // SAFETY: as above.
    let result =
        unsafe { libc::syscall(libc::SYS_statx, libc::AT_FDCWD, path.as_ptr(), flags, mask, bytes.as_mut_ptr()) };
    checked(result).map(|_| bytes)
}

/// The same open file that a thread has under a number: reading it moves the thread's place in it.
pub(crate) fn of_thread(pid: u32, fd: RawFd) -> io::Result<OwnedFd> {
    let open = |pid: u32, flags: libc::c_int| {
        // SAFETY: all arguments are numbers.
        checked(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) })
    };
    let process = open(pid, ANY_THREAD).or_else(|_| open(process_of(pid)?, 0))?;
    // SAFETY: the kernel has just made this descriptor for us.
    let process = unsafe { OwnedFd::from_raw_fd(process) };
    // SAFETY: all arguments are numbers.
    let copy = checked(unsafe { libc::syscall(libc::SYS_pidfd_getfd, process.as_raw_fd(), fd, 0) })?;
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(copy) })
}

/// Which process a thread belongs to.
fn process_of(thread: u32) -> io::Result<u32> {
    let status = fs::read_to_string(format!("/proc/{thread}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("Tgid:"));
    line.and_then(|number| number.trim().parse().ok()).ok_or_else(|| io::Error::from_raw_os_error(libc::ESRCH))
}

/// Where the next entry of a folder is read.
pub(crate) fn position(folder: BorrowedFd<'_>) -> io::Result<libc::off_t> {
    // SAFETY: all arguments are numbers.
    let position = unsafe { libc::lseek(folder.as_raw_fd(), 0, libc::SEEK_CUR) };
    if position < 0 { Err(io::Error::last_os_error()) } else { Ok(position) }
}

/// `getdents64`: how many bytes of entries came; none at the end.
pub(crate) fn entries(folder: BorrowedFd<'_>, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the kernel writes entries into the buffer, at most as many bytes as it is told.
    let came = unsafe { libc::syscall(libc::SYS_getdents64, folder.as_raw_fd(), buffer.as_mut_ptr(), buffer.len()) };
    checked(came).map(|came| usize::try_from(came).unwrap_or(0))
}

fn checked(result: libc::c_long) -> io::Result<RawFd> {
    RawFd::try_from(result).ok().filter(|&result| result >= 0).ok_or_else(io::Error::last_os_error)
}
