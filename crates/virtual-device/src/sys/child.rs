//! Starts a program under a filter and brings the filter's listener to this process.
#![expect(unsafe_code, reason = "what happens between fork and exec is system calls only")]

use std::{
    io, mem,
    os::{
        fd::{AsRawFd, FromRawFd, OwnedFd, RawFd},
        unix::{net::UnixStream, process::CommandExt},
    },
    process::{Child, Command},
    ptr,
};

use libc::sock_filter;

/// Why a program did not start.
#[derive(Debug)]
pub(crate) enum NotStarted {
    /// The filter was refused.
    Filter(io::Error),
    /// The program was.
    Program(io::Error),
}

/// Starts the program under the filter.
///
/// The command keeps the filter: whatever it starts later would have one too, without a listener that answers.
pub(crate) fn spawn(command: &mut Command, filter: Vec<sock_filter>) -> Result<(Child, OwnedFd), NotStarted> {
    let (ours, theirs) = UnixStream::pair().map_err(NotStarted::Program)?;
    // What the child sends is there before its exec, and `spawn` waits for that.
    ours.set_nonblocking(true).map_err(NotStarted::Program)?;
    let prepare = move || {
        let installed = install(&filter);
        let sent = match &installed {
            Ok(listener) => send(theirs.as_raw_fd(), 0, Some(listener.as_raw_fd())),
            Err(error) => send(theirs.as_raw_fd(), error.raw_os_error().unwrap_or(libc::EIO), None),
        };
        installed.and(sent)
    };
    // SAFETY: between fork and exec only system calls are made: nothing is allocated, locked or printed.
    unsafe { command.pre_exec(prepare) };
    let child = command.spawn();
    let received = receive(ours.as_raw_fd());
    match (child, received) {
        (Ok(child), Ok(Ok(listener))) => Ok((child, listener)),
        (Err(_), Ok(Err(refused))) => Err(NotStarted::Filter(refused)),
        (Err(error), _) | (Ok(_), Ok(Err(error)) | Err(error)) => Err(NotStarted::Program(error)),
    }
}

fn install(filter: &[sock_filter]) -> io::Result<OwnedFd> {
    let program = libc::sock_fprog {
        len: libc::c_ushort::try_from(filter.len()).unwrap_or(0),
        filter: filter.as_ptr().cast_mut(),
    };
    let flags = libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    // SAFETY: all arguments are numbers.
    if unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel reads the program, which lives until the call is over, and its instructions, as many as it says.
    let listener =
        unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, flags, &raw const program) };
    match RawFd::try_from(listener) {
        // SAFETY: the kernel has just made this descriptor for us.
        Ok(fd) if fd >= 0 => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Room for a message with one descriptor, aligned as the kernel wants it.
type Control = [u64; 4];
/// Bytes of a descriptor in a message.
const FD_LEN: libc::c_uint = 4;

/// Sends a number, and a descriptor when there is one.
fn send(socket: RawFd, number: i32, fd: Option<RawFd>) -> io::Result<()> {
    let mut bytes = number.to_ne_bytes();
    let mut control: Control = [0; 4];
    let mut part = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut message = message(&mut part, &mut control);
    if let Some(fd) = fd {
        // SAFETY: the control buffer is aligned and larger than a message with one descriptor (24 bytes), so that the
        // header and the data behind it lie within.
        unsafe {
            message.msg_controllen = libc::CMSG_SPACE(FD_LEN) as _;
            let header = libc::CMSG_FIRSTHDR(&raw const message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(FD_LEN) as _;
            ptr::write_unaligned(libc::CMSG_DATA(header).cast(), fd);
        }
    } else {
        message.msg_controllen = 0;
    }
    // SAFETY: the message points to buffers that live until the call is over.
    let sent = unsafe { libc::sendmsg(socket, &raw const message, libc::MSG_NOSIGNAL) };
    if sent < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// What the child sent: a listener, or why there is none. `Err` when it sent nothing.
fn receive(socket: RawFd) -> io::Result<io::Result<OwnedFd>> {
    let mut bytes = [0; 4];
    let mut control: Control = [0; 4];
    let mut part = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: bytes.len() };
    let mut message = message(&mut part, &mut control);
    // SAFETY: the message points to buffers that live until the call is over.
    if unsafe { libc::recvmsg(socket, &raw mut message, libc::MSG_CMSG_CLOEXEC) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has filled the control buffer and said how far; a header lies within it or is null.
    let header = unsafe { libc::CMSG_FIRSTHDR(&raw const message) };
    if header.is_null() {
        return Ok(Err(io::Error::from_raw_os_error(i32::from_ne_bytes(bytes))));
    }
    // SAFETY: the child sends exactly one descriptor, which is new here and nobody else's.
    Ok(Ok(unsafe { OwnedFd::from_raw_fd(ptr::read_unaligned(libc::CMSG_DATA(header).cast())) }))
}

fn message(part: &mut libc::iovec, control: &mut Control) -> libc::msghdr {
    // SAFETY: a `msghdr` of zeros is one without name, data and control.
    let mut message: libc::msghdr = unsafe { mem::zeroed() };
    message.msg_iov = part;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    message.msg_controllen = size_of_val(control) as _;
    message
}
