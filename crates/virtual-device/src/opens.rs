//! [`Open`]: one opening of the device, and [`Opens`]: all of them, who excludes whom, and which descriptors are theirs.

use std::{
    fs::{self, File},
    io::{self, Write},
    ops::Range,
    os::{
        fd::{AsFd, AsRawFd, OwnedFd},
        unix::fs::{MetadataExt, OpenOptionsExt},
    },
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    node::{Kind, Node},
    sys::process,
};

/// One opening of the device. Copies of its descriptor share it, in whichever process.
#[derive(Debug)]
pub(crate) struct Open {
    /// By which name.
    pub(crate) node: Node,
    /// What changes.
    state: Mutex<State>,
    exclusive: bool,
    /// The programs have writing ends: when the last one is closed, this one hangs up.
    gate: OwnedFd,
    inode: u64,
}

/// What changes about an opening.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// As `F_GETFL` says them.
    pub(crate) flags: i32,
    /// Where the next `read` begins.
    pub(crate) position: u64,
    /// How many bytes the disc has, once that was asked.
    pub(crate) size: Option<u64>,
    /// Whether the disc can be written block by block, once that was asked.
    pub(crate) is_writable: Option<bool>,
    /// Something was written that may still be in the drive's buffer.
    pub(crate) has_written: bool,
    /// `SG_SET_TIMEOUT`, in hundredths of a second.
    pub(crate) timeout: i32,
    /// `SG_SET_RESERVED_SIZE`, in bytes.
    pub(crate) reserved: i32,
}

/// As the kernel's `SG_DEFAULT_TIMEOUT`.
const TIMEOUT: i32 = 60 * 100;

impl Open {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A descriptor for a program.
    pub(crate) fn descriptor(&self) -> io::Result<File> {
        let path = format!("/proc/self/fd/{}", self.gate.as_raw_fd());
        File::options().write(true).custom_flags(libc::O_NONBLOCK).open(path)
    }

    fn is_closed(&self) -> bool {
        process::is_hung_up(self.gate.as_fd(), 0)
    }
}

/// All openings, and the descriptors they have.
#[derive(Debug)]
pub(crate) struct Opens {
    numbers: Range<u32>,
    table: Mutex<Vec<(Arc<Open>, Vec<u32>)>>,
}

/// A new descriptor: the opening, an end of its pipe for the program, and the number it shall have there.
pub(crate) struct Opened {
    pub(crate) descriptor: File,
    pub(crate) number: u32,
}

impl Opens {
    pub(crate) fn new(numbers: Range<u32>) -> Self {
        Self { numbers, table: Mutex::default() }
    }

    /// Opens; the error is the system's number for it.
    pub(crate) fn open(&self, node: &Node, flags: i32, reserved: i32, pid: u32) -> Result<Opened, i32> {
        let mut table = self.swept();
        let exclusive = flags & libc::O_EXCL != 0;
        let mut others = table.iter().filter(|(open, _)| open.node.kind == node.kind);
        let excluded = match node.kind {
            // The exclusive exclude one another, and nobody else.
            Kind::Block => exclusive && others.any(|(open, _)| open.exclusive),
            Kind::Generic => others.any(|(open, _)| exclusive || open.exclusive),
            Kind::Link => false,
        };
        if excluded {
            return Err(libc::EBUSY);
        }
        let number = self.free_number(&table, pid)?;
        let failed = |_| libc::ENFILE;
        let (gate, mut descriptor) = process::small_pipe().map_err(failed)?;
        let inode = descriptor.metadata().map_err(failed)?.ino();
        fill(&mut descriptor);
        let settled = flags
            & (libc::O_PATH | libc::O_ACCMODE | libc::O_NONBLOCK | libc::O_APPEND | libc::O_DIRECT | libc::O_SYNC);
        let state = State {
            flags: settled | libc::O_LARGEFILE,
            position: 0,
            size: None,
            is_writable: None,
            has_written: false,
            timeout: TIMEOUT,
            reserved,
        };
        let open = Arc::new(Open { node: node.clone(), state: Mutex::new(state), exclusive, gate, inode });
        table.push((open, vec![number]));
        Ok(Opened { descriptor, number })
    }

    /// One more descriptor for an opening.
    pub(crate) fn copy(&self, open: &Arc<Open>, at_least: u32, pid: u32) -> Result<Opened, i32> {
        let mut table = self.swept();
        if at_least >= self.numbers.end {
            return Err(libc::EINVAL);
        }
        let number = self.free_number(&table, pid)?;
        let descriptor = open.descriptor().map_err(|_| libc::EMFILE)?;
        if let Some((_, numbers)) = table.iter_mut().find(|(other, _)| Arc::ptr_eq(other, open)) {
            numbers.push(number);
        }
        Ok(Opened { descriptor, number })
    }

    /// How often the node for discs is open.
    pub(crate) fn count(&self) -> usize {
        self.swept().iter().filter(|(open, _)| open.node.kind == Kind::Block).count()
    }

    /// What a thread has behind a descriptor, when it is the device.
    pub(crate) fn find(&self, pid: u32, fd: i32) -> Option<Arc<Open>> {
        let target = fs::read_link(format!("/proc/{pid}/fd/{fd}")).ok()?;
        let inode: u64 = target.to_str()?.strip_prefix("pipe:[")?.strip_suffix(']')?.parse().ok()?;
        let table = self.table();
        table.iter().find(|(open, _)| open.inode == inode).map(|(open, _)| Arc::clone(open))
    }

    fn free_number(&self, table: &[(Arc<Open>, Vec<u32>)], pid: u32) -> Result<u32, i32> {
        let taken = |number: &u32| table.iter().any(|(_, numbers)| numbers.contains(number));
        let own = |number: &u32| Path::new(&format!("/proc/{pid}/fd/{number}")).is_symlink();
        // When none was never used: one that has become free in this program will do, as others have their copies open
        // under numbers that mean the same there.
        let mut numbers = self.numbers.clone();
        let fresh = numbers.clone().find(|number| !taken(number) && !own(number));
        fresh.or_else(|| numbers.find(|number| !own(number))).ok_or(libc::EMFILE)
    }

    fn table(&self) -> MutexGuard<'_, Vec<(Arc<Open>, Vec<u32>)>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The table without what has been closed.
    fn swept(&self) -> MutexGuard<'_, Vec<(Arc<Open>, Vec<u32>)>> {
        let mut table = self.table();
        table.retain(|(open, _)| !open.is_closed());
        table
    }
}

/// A full pipe fails writes that escape the filter, instead of swallowing what they write.
fn fill(pipe: &mut File) {
    while pipe.write(&[0; 4096]).is_ok() {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(kind: Kind) -> Node {
        Node::new(Path::new("/dev/x0"), kind)
    }

    #[test]
    fn exclusive_openings_end_with_the_last_descriptor() {
        let me = std::process::id();
        let opens = Opens::new(800..810);
        let block = node(Kind::Block);
        let first = opens.open(&block, libc::O_RDWR | libc::O_EXCL, 0, me).expect("it works");
        assert_eq!(first.number, 800);
        assert_eq!(opens.open(&block, libc::O_EXCL, 0, me).err(), Some(libc::EBUSY));
        assert_eq!(opens.open(&block, libc::O_RDONLY, 0, me).map(|open| open.number), Ok(801));
        // The generic name is another lock, as it is in the kernel.
        drop(opens.open(&node(Kind::Generic), libc::O_EXCL, 0, me).expect("it works"));

        let open = opens.find(me, first.descriptor.as_raw_fd()).expect("it works");
        let copy = opens.copy(&open, 0, me).expect("it works");
        assert!(copy.number > first.number);
        drop(first);
        assert_eq!(opens.open(&block, libc::O_EXCL, 0, me).err(), Some(libc::EBUSY), "a copy is open");
        assert!(Arc::ptr_eq(&opens.find(me, copy.descriptor.as_raw_fd()).expect("it works"), &open));
        drop(copy);
        opens.open(&block, libc::O_EXCL, 0, me).expect("it works");
    }

    #[test]
    fn what_is_not_the_device_is_not_found() {
        let opens = Opens::new(800..810);
        let file = File::open("/proc/self/status").expect("it works");
        assert!(opens.find(std::process::id(), file.as_raw_fd()).is_none());
        assert!(opens.find(std::process::id(), 999).is_none());
    }

    #[test]
    fn an_escaped_write_fails() {
        let opens = Opens::new(800..810);
        let mut opened = opens.open(&node(Kind::Block), libc::O_RDWR, 0, std::process::id()).expect("it works");
        assert!(opened.descriptor.write(b"x").is_err());
    }
}
