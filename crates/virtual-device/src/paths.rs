//! Calls that take a path: opened, looked at or asked for permission, where the path is the device's.

use std::{
    fs::{self, File, OpenOptions},
    os::unix::{
        ffi::OsStrExt,
        fs::{OpenOptionsExt, PermissionsExt},
    },
    path::Path,
};

use crate::{
    cdrom,
    node::{Kind, Node},
    opens::Opened,
    stat,
    sys::{
        files,
        memory::{self, Address},
    },
    tree::Place,
    visit::{Answer, Errno, HERE, Visit, int},
    writing,
};

const LONGEST_PATH: usize = 4096;
/// What `statx` may be told besides how to find the file.
const STATX_FLAGS: i32 = libc::AT_NO_AUTOMOUNT | libc::AT_STATX_DONT_SYNC | libc::AT_STATX_FORCE_SYNC;

fn has_both(flags: i32, wanted: i32) -> bool {
    flags & wanted == wanted
}

impl Visit<'_> {
    pub(crate) fn open(&mut self, directory: u64, path: Address, flags: i32) -> Answer {
        self.supervisor.heard_of(self.notice.pid);
        let close_on_exec = flags & libc::O_CLOEXEC != 0;
        match self.place(directory, path, flags & libc::O_NOFOLLOW == 0) {
            None => Answer::Pass,
            Some(Place::Node(node)) => match self.open_node(&node, flags) {
                Ok(opened) => Answer::Descriptor { opened, close_on_exec },
                Err(error) => Answer::Fails(error),
            },
            Some(Place::Stored(path)) if has_both(flags, libc::O_PATH | libc::O_NOFOLLOW) && path.is_symlink() => {
                match self.supervisor.opens.open(&Node::link(&path), flags, 0, self.notice.pid) {
                    Ok(opened) => Answer::Descriptor { opened, close_on_exec },
                    Err(error) => Answer::Fails(error),
                }
            }
            Some(Place::Stored(path)) => match self.open_stored(&path, flags) {
                Ok(file) => Answer::File { file, close_on_exec },
                Err(Errno(error)) => Answer::Fails(error),
            },
        }
    }

    fn open_node(&self, node: &Node, flags: i32) -> Result<Opened, i32> {
        let has = |flag: i32| flags & flag == flag;
        if has(libc::O_CREAT | libc::O_EXCL) {
            return Err(libc::EEXIST);
        }
        if has(libc::O_DIRECTORY) {
            return Err(libc::ENOTDIR);
        }
        let writes = flags & libc::O_ACCMODE != libc::O_RDONLY;
        if node.kind == Kind::Generic && has(libc::O_EXCL) && !writes {
            return Err(libc::EPERM);
        }
        let device = self.device();
        let reserved = i32::try_from(device.limits().page_aligned_transfer.get()).unwrap_or(i32::MAX);
        let opened = self.supervisor.opens.open(node, flags, reserved, self.notice.pid)?;
        if node.kind == Kind::Block && !has(libc::O_NONBLOCK) && !has(libc::O_PATH) {
            // The kernel waits for a disc, and for one that can be written block by block.
            if cdrom::drive_status(device) != cdrom::DISC_OK {
                return Err(libc::ENOMEDIUM);
            }
            if writes && !writing::is_possible(device) {
                return Err(libc::EROFS);
            }
        }
        Ok(opened)
    }

    /// Files of ours can be read and no more.
    fn open_stored(&self, path: &Path, flags: i32) -> Result<File, Errno> {
        let has = |flag: i32| flags & flag == flag;
        let there = fs::symlink_metadata(path).map_err(|error| match error.raw_os_error() {
            // Nothing can be made where only the kernel makes anything.
            Some(libc::ENOENT) if has(libc::O_CREAT) => Errno(libc::EACCES),
            _ => error.into(),
        })?;
        if has(libc::O_CREAT | libc::O_EXCL) {
            return Err(Errno(libc::EEXIST));
        }
        if flags & libc::O_ACCMODE != libc::O_RDONLY {
            return Err(Errno(if there.is_dir() { libc::EISDIR } else { libc::EACCES }));
        }
        self.supervisor.tree.refresh(self.device(), path);
        // The kernel hands on no descriptors that were opened with `O_PATH`; those that can do more will do.
        let kept = libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_NONBLOCK;
        Ok(OpenOptions::new().read(true).custom_flags(flags & kept).open(path)?)
    }

    pub(crate) fn stat(&mut self, directory: u64, path: Address, to: Address, flags: i32) -> Answer {
        match self.place_of(directory, path, flags) {
            None => Answer::Pass,
            Some(Place::Node(node)) => self.write(to, &stat::stat(&node)).into(),
            Some(Place::Stored(path)) => {
                let follow = flags & (libc::AT_SYMLINK_NOFOLLOW | libc::AT_EMPTY_PATH) == 0;
                files::stat(&path, follow).map_err(Errno::from).and_then(|bytes| self.write(to, &bytes)).into()
            }
        }
    }

    pub(crate) fn statx(&mut self, directory: u64, path: Address, flags: i32, mask: u64, to: Address) -> Answer {
        match self.place_of(directory, path, flags) {
            None => Answer::Pass,
            Some(Place::Node(node)) => self.write(to, &stat::statx(&node)).into(),
            Some(Place::Stored(path)) => {
                let empty = if flags & libc::AT_EMPTY_PATH == 0 { 0 } else { libc::AT_SYMLINK_NOFOLLOW };
                let kept = flags & (STATX_FLAGS | libc::AT_SYMLINK_NOFOLLOW) | empty;
                let mask = u32::from_ne_bytes(int(mask).to_ne_bytes());
                let came = files::statx(&path, kept, mask).map_err(Errno::from);
                came.and_then(|bytes| self.write(to, &bytes)).into()
            }
        }
    }

    pub(crate) fn access(&mut self, directory: u64, path: Address, mode: i32, flags: i32) -> Answer {
        let result = match self.place(directory, path, flags & libc::AT_SYMLINK_NOFOLLOW == 0) {
            None => return Answer::Pass,
            Some(Place::Node(_)) if mode & libc::X_OK != 0 => Err(Errno(libc::EACCES)),
            Some(Place::Node(_)) => Ok(0),
            Some(Place::Stored(path)) => fs::metadata(path).map_err(Errno::from).and_then(|there| {
                let runs = there.permissions().mode() & 0o111 != 0;
                if mode & libc::W_OK != 0 || mode & libc::X_OK != 0 && !runs { Err(Errno(libc::EACCES)) } else { Ok(0) }
            }),
        };
        result.into()
    }

    /// Extended attributes: `ls` asks for them, and nothing of ours has any.
    pub(crate) fn extended(&mut self, path: Address, follow: bool, none: Answer) -> Answer {
        match self.place(HERE, path, follow) {
            None => Answer::Pass,
            Some(Place::Stored(path)) if fs::symlink_metadata(&path).is_err() => Answer::Fails(libc::ENOENT),
            Some(_) => none,
        }
    }

    pub(crate) fn read_link(&mut self, directory: u64, path: Address, to: Address, size: u64) -> Answer {
        match self.place_of(directory, path, libc::AT_EMPTY_PATH | libc::AT_SYMLINK_NOFOLLOW) {
            None => Answer::Pass,
            // It is there, and it is no link.
            Some(Place::Node(_)) => Answer::Fails(libc::EINVAL),
            Some(Place::Stored(path)) => {
                let said = fs::read_link(path).map_err(Errno::from);
                let written = said.and_then(|said| {
                    let bytes = said.as_os_str().as_bytes();
                    let room = usize::try_from(int(size)).unwrap_or(0);
                    let bytes = &bytes[..bytes.len().min(room)];
                    self.write(to, bytes)?;
                    Ok(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
                });
                written.into()
            }
        }
    }

    /// What a path means, or a descriptor that we gave when the path is empty.
    fn place_of(&self, directory: u64, path: Address, flags: i32) -> Option<Place> {
        if flags & libc::AT_EMPTY_PATH != 0 {
            let mut first = [0xFF];
            // A null pointer counts as empty, on newer kernels.
            if path == 0 || self.read(path, &mut first).is_ok() && first == [0] {
                return self.opened(directory).map(|open| open.node.place());
            }
        }
        self.place(directory, path, flags & libc::AT_SYMLINK_NOFOLLOW == 0)
    }

    fn place(&self, directory: u64, path: Address, follow: bool) -> Option<Place> {
        let said = memory::read_string(self.notice.pid, path, LONGEST_PATH).ok()?;
        if let Some(open) = descriptor(&said).filter(|_| follow).and_then(|fd| self.opened(fd)) {
            // The name of a descriptor of the device leads to the device, as it does in the kernel.
            return self.still_waits().then(|| Place::Node(open.node.clone()));
        }
        let tree = &self.supervisor.tree;
        let place = tree.place(self.device(), self.notice.pid, int(directory), &said, follow)?;
        self.still_waits().then_some(place)
    }
}

/// The descriptor that such a name stands for.
fn descriptor(path: &[u8]) -> Option<u64> {
    let number = path.strip_prefix(b"/dev/fd/").or_else(|| path.strip_prefix(b"/proc/self/fd/"));
    match (path, number) {
        (b"/dev/stdin", _) => Some(0),
        (_, number) => std::str::from_utf8(number?).ok()?.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_descriptor_has_names() {
        let names: [(&[u8], Option<u64>); 6] = [
            (b"/dev/fd/896", Some(896)),
            (b"/proc/self/fd/3", Some(3)),
            (b"/dev/stdin", Some(0)),
            (b"/dev/fd/", None),
            (b"/dev/fd/x", None),
            (b"/dev/fd0", None),
        ];
        for (name, number) in names {
            assert_eq!(descriptor(name), number, "{}", String::from_utf8_lossy(name));
        }
    }
}
