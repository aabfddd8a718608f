//! [`Visit`]: one system call of one thread, and its answer.

use std::{fs::File, sync::Arc};

use imapi_mmc_transport::Device;

use crate::{
    buffer::Buffer,
    ioctls, listing,
    node::Kind,
    opens::{Open, Opened},
    reading, stat,
    supervisor::Supervisor,
    sys::{
        files,
        listener::Notice,
        memory::{self, Address},
    },
    writing,
};

/// What a call gets.
pub(crate) enum Answer {
    /// It concerns the kernel.
    Pass,
    /// A value.
    Value(i64),
    /// An error.
    Fails(i32),
    /// A descriptor of the device.
    Descriptor { opened: Opened, close_on_exec: bool },
    /// A descriptor of something else, of any number.
    File { file: File, close_on_exec: bool },
}

/// An error number of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(libc::EIO))
    }
}

impl From<Result<i64, Errno>> for Answer {
    fn from(result: Result<i64, Errno>) -> Self {
        match result {
            Ok(value) => Self::Value(value),
            Err(Errno(error)) => Self::Fails(error),
        }
    }
}

/// One system call.
pub(crate) struct Visit<'a> {
    pub(crate) supervisor: &'a Supervisor,
    pub(crate) notice: &'a Notice,
    /// The thread's own, used again and again.
    pub(crate) buffer: &'a mut Buffer,
}

/// `AT_FDCWD`, as it stands in the lower half of an argument.
pub(crate) const HERE: u64 = 0xFFFF_FF9C;

impl Visit<'_> {
    pub(crate) fn answer(&mut self) -> Answer {
        let args = self.notice.args;
        match self.notice.call {
            libc::SYS_openat => self.open(args[0], args[1], int(args[2])),
            libc::SYS_openat2 => {
                let mut flags = [0; 8];
                match self.read(args[2], &mut flags) {
                    Ok(()) => self.open(args[0], args[1], int(u64::from_ne_bytes(flags))),
                    Err(_) => Answer::Pass,
                }
            }
            libc::SYS_newfstatat => self.stat(args[0], args[1], args[2], int(args[3])),
            libc::SYS_statx => self.statx(args[0], args[1], int(args[2]), args[3], args[4]),
            libc::SYS_faccessat => self.access(args[0], args[1], int(args[2]), 0),
            libc::SYS_faccessat2 => self.access(args[0], args[1], int(args[2]), int(args[3])),
            libc::SYS_readlinkat => self.read_link(args[0], args[1], args[2], args[3]),
            libc::SYS_getxattr => self.extended(args[0], true, Answer::Fails(libc::ENODATA)),
            libc::SYS_lgetxattr => self.extended(args[0], false, Answer::Fails(libc::ENODATA)),
            libc::SYS_listxattr => self.extended(args[0], true, Answer::Value(0)),
            libc::SYS_llistxattr => self.extended(args[0], false, Answer::Value(0)),
            libc::SYS_getdents64 => listing::read(self, args[0], args[1], args[2]),
            _ => self.answer_old(),
        }
    }

    /// The calls that only older machines have.
    #[cfg(target_arch = "x86_64")]
    fn answer_old(&mut self) -> Answer {
        let args = self.notice.args;
        match self.notice.call {
            libc::SYS_open => self.open(HERE, args[0], int(args[1])),
            libc::SYS_creat => self.open(HERE, args[0], libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC),
            libc::SYS_stat => self.stat(HERE, args[0], args[1], 0),
            libc::SYS_lstat => self.stat(HERE, args[0], args[1], libc::AT_SYMLINK_NOFOLLOW),
            libc::SYS_access => self.access(HERE, args[0], int(args[1]), 0),
            libc::SYS_readlink => self.read_link(HERE, args[0], args[1], args[2]),
            _ => self.answer_on_descriptor(),
        }
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn answer_old(&mut self) -> Answer {
        self.answer_on_descriptor()
    }

    fn answer_on_descriptor(&mut self) -> Answer {
        let args = self.notice.args;
        let Some(open) = self.opened(args[0]) else { return Answer::Pass };
        // SG_IO asks when it has read its command.
        let asks_later = self.notice.call == libc::SYS_ioctl && int(args[1]) == ioctls::SG_IO;
        if !asks_later && !self.still_waits() {
            return Answer::Fails(libc::EINTR);
        }
        if open.node.kind == Kind::Link {
            return self.answer_on_link(&open);
        }
        match self.notice.call {
            libc::SYS_ioctl => {
                ioctls::answer(self, &open, u32::from_ne_bytes(int(args[1]).to_ne_bytes()), args[2]).into()
            }
            libc::SYS_read => reading::read(self, &open, &[(args[1], args[2])], None).into(),
            libc::SYS_pread64 => reading::read(self, &open, &[(args[1], args[2])], Some(args[3])).into(),
            libc::SYS_readv => reading::read_vector(self, &open, args[1], args[2], None).into(),
            libc::SYS_preadv => reading::read_vector(self, &open, args[1], args[2], Some(args[3])).into(),
            libc::SYS_preadv2 => reading::read_vector(self, &open, args[1], args[2], place(args[3])).into(),
            libc::SYS_pwritev2 => writing::write_vector(self, &open, args[1], args[2], place(args[3])).into(),
            libc::SYS_lseek => {
                reading::seek(self, &open, i64::from_ne_bytes(args[1].to_ne_bytes()), int(args[2])).into()
            }
            libc::SYS_fstat => self.write(args[1], &stat::stat(&open.node)).into(),
            libc::SYS_fcntl => self.control(&open, int(args[1]), args[2]),
            libc::SYS_dup => self.copy(&open, 0, false),
            libc::SYS_write => writing::write(self, &open, &[(args[1], args[2])], None).into(),
            libc::SYS_pwrite64 => writing::write(self, &open, &[(args[1], args[2])], Some(args[3])).into(),
            libc::SYS_writev => writing::write_vector(self, &open, args[1], args[2], None).into(),
            libc::SYS_pwritev => writing::write_vector(self, &open, args[1], args[2], Some(args[3])).into(),
            libc::SYS_fsync | libc::SYS_fdatasync => writing::synchronize(self, &open).into(),
            libc::SYS_fadvise64 => Answer::Value(0),
            // Programs then copy by read and write.
            _ => Answer::Fails(libc::EINVAL),
        }
    }

    fn answer_on_link(&mut self, open: &Arc<Open>) -> Answer {
        let args = self.notice.args;
        match self.notice.call {
            libc::SYS_fstat => {
                let there = files::stat(open.node.path(), false).map_err(Errno::from);
                there.and_then(|bytes| self.write(args[1], &bytes)).into()
            }
            libc::SYS_fcntl => self.control(open, int(args[1]), args[2]),
            libc::SYS_dup => self.copy(open, 0, false),
            _ => Answer::Fails(libc::EBADF),
        }
    }

    fn control(&mut self, open: &Arc<Open>, command: i32, argument: u64) -> Answer {
        /// What `F_SETFL` can change.
        const CHANGEABLE: i32 = libc::O_NONBLOCK | libc::O_APPEND | libc::O_DIRECT;
        match command {
            libc::F_GETFL => Answer::Value(open.state().flags.into()),
            libc::F_SETFL => {
                let mut state = open.state();
                state.flags = state.flags & !CHANGEABLE | int(argument) & CHANGEABLE;
                Answer::Value(0)
            }
            libc::F_DUPFD => self.copy(open, argument, false),
            libc::F_DUPFD_CLOEXEC => self.copy(open, argument, true),
            libc::F_SETLK | libc::F_SETLKW | libc::F_SETOWN => Answer::Value(0),
            _ => Answer::Pass,
        }
    }

    fn copy(&self, open: &Arc<Open>, at_least: u64, close_on_exec: bool) -> Answer {
        let at_least = u32::try_from(at_least).unwrap_or(u32::MAX);
        match self.supervisor.opens.copy(open, at_least, self.notice.pid) {
            Ok(opened) => Answer::Descriptor { opened, close_on_exec },
            Err(error) => Answer::Fails(error),
        }
    }

    pub(crate) fn opened(&self, fd: u64) -> Option<Arc<Open>> {
        self.supervisor.opens.find(self.notice.pid, int(fd))
    }

    pub(crate) fn device(&self) -> &dyn Device {
        &*self.supervisor.device
    }

    /// Whether what was read of the caller's memory was the caller's. Ask before anything is done about it.
    pub(crate) fn still_waits(&self) -> bool {
        self.supervisor.listener.waits(self.notice.id)
    }

    pub(crate) fn read(&self, from: Address, to: &mut [u8]) -> Result<(), Errno> {
        Ok(memory::read(self.notice.pid, &mut [(from, to)])?)
    }

    /// Writes an answer into the caller's memory; 0, as most calls then return.
    pub(crate) fn write(&self, to: Address, bytes: &[u8]) -> Result<i64, Errno> {
        memory::write(self.notice.pid, &[(to, bytes)])?;
        Ok(0)
    }
}

/// The newest calls say with -1 that they go on where the last one ended.
fn place(argument: u64) -> Option<u64> {
    Some(argument).filter(|&argument| argument != u64::MAX)
}

/// The kernel looks at the lower half of an `int` argument.
pub(crate) fn int(argument: u64) -> i32 {
    let [a, b, c, d, ..] = argument.to_le_bytes();
    i32::from_le_bytes([a, b, c, d])
}
