//! `getdents64` of a folder of the machine in which something of ours is to be seen.
//!
//! The program has the real folder open. What it reads is read here, from the same open file so that its place in the
//! folder moves on as it should; ours come before the first entry, and what they hide is left out.

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::{fd::AsFd, unix::ffi::OsStrExt},
    path::Path,
};

use crate::{
    node::Kind,
    stat,
    sys::{
        files,
        memory::{self, Address},
    },
    tree::{Entry, Tree},
    visit::{Answer, Errno, Visit, int},
};

mod field {
    //! Places in `struct linux_dirent64`.
    pub(super) const LENGTH: usize = 16;
    pub(super) const KIND: usize = 18;
    pub(super) const NAME: usize = 19;
}

/// More is not read at once.
const MOST: u64 = 65_536;
/// Room for any one entry of the machine.
const LONGEST: usize = field::NAME + 256 + 8;
/// Numbers of files do not matter here, but 0 would mean that there is none.
const SOME_FILE: u64 = 1;

/// The answer, when the folder is one of those.
pub(crate) fn read(visit: &mut Visit<'_>, fd: u64, at: Address, size: u64) -> Answer {
    let pid = visit.notice.pid;
    let tree = &visit.supervisor.tree;
    let Ok(folder) = fs::read_link(format!("/proc/{pid}/fd/{}", int(fd))) else { return Answer::Pass };
    let Some(guests) = tree.guests(&folder) else { return Answer::Pass };
    let Ok(size) = usize::try_from(size.min(MOST)) else { return Answer::Pass };
    let Ok(real) = files::of_thread(pid, int(fd)) else { return Answer::Pass };
    if !visit.still_waits() {
        return Answer::Fails(libc::EINTR);
    }
    let ours = match files::position(real.as_fd()) {
        Ok(0) => guests.iter().flat_map(|name| entry(tree, &folder, name)).collect(),
        _ => Vec::new(),
    };
    if size < ours.len() + LONGEST {
        // As a program would ask that has no room; it gets at least what the machine has.
        return Answer::Pass;
    }
    let mut buffer = vec![0; size - ours.len()];
    loop {
        let came = match files::entries(real.as_fd(), &mut buffer) {
            Ok(came) => came,
            Err(error) => return Err(Errno::from(error)).into(),
        };
        let theirs = without(&buffer[..came], guests);
        let total = ours.len() + theirs.len();
        if total > 0 || came == 0 {
            let second = at + ours.len() as u64;
            let written = memory::write(pid, &[(at, &ours), (second, &theirs)]).map_err(Errno::from);
            return written.map(|()| i64::try_from(total).unwrap_or(i64::MAX)).into();
        }
    }
}

/// An entry of ours.
fn entry(tree: &Tree, folder: &Path, name: &OsString) -> Vec<u8> {
    let (number, kind) = match tree.entry(&folder.join(name)) {
        Some(Entry::Node(node)) if node.kind == Kind::Block => (stat::inode(node), libc::DT_BLK),
        Some(Entry::Node(node)) => (stat::inode(node), libc::DT_CHR),
        Some(Entry::Folder) => (SOME_FILE, libc::DT_DIR),
        Some(Entry::File(_)) => (SOME_FILE, libc::DT_REG),
        Some(Entry::Link(_)) => (SOME_FILE, libc::DT_LNK),
        None => return Vec::new(),
    };
    let length = (field::NAME + name.len() + 1).next_multiple_of(8);
    let mut bytes = vec![0; length];
    bytes[..8].copy_from_slice(&number.to_ne_bytes());
    bytes[field::LENGTH..field::KIND].copy_from_slice(&u16::try_from(length).unwrap_or(0).to_ne_bytes());
    bytes[field::KIND] = kind;
    bytes[field::NAME..field::NAME + name.len()].copy_from_slice(name.as_bytes());
    bytes
}

/// Entries without those of these names.
fn without(mut entries: &[u8], names: &[OsString]) -> Vec<u8> {
    let mut left = Vec::with_capacity(entries.len());
    while let Some(&[low, high]) = entries.get(field::LENGTH..field::KIND) {
        let length = usize::from(u16::from_ne_bytes([low, high])).max(field::NAME).min(entries.len());
        let (entry, rest) = entries.split_at(length);
        let name = entry.get(field::NAME..).and_then(|name| name.split(|&byte| byte == 0).next()).unwrap_or_default();
        if !names.iter().any(|hidden| hidden.as_os_str() == OsStr::from_bytes(name)) {
            left.extend_from_slice(entry);
        }
        entries = rest;
    }
    left
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use proptest::prelude::*;

    use super::*;
    use crate::node::Node;

    #[test]
    fn what_is_hidden_is_left_out_and_all_else_stays() {
        let mut tree = Tree::default();
        let folder = Path::new("/dev");
        for name in ["sr0", "sr1", "sr12"] {
            tree.put(&folder.join(name), Entry::Node(Node::new(&folder.join(name), Kind::Block)));
        }
        let of = |names: &[&str]| -> Vec<u8> {
            names.iter().flat_map(|name| entry(&tree, folder, &OsString::from(name))).collect()
        };
        let hidden = [OsString::from("sr1"), OsString::from("sr")];
        assert_eq!(without(&of(&["sr0", "sr1", "sr12"]), &hidden), of(&["sr0", "sr12"]));
        assert_eq!(without(&of(&["sr1"]), &hidden), b"");
        assert_eq!(of(&["sr0"]).len(), 24);
        assert_eq!(of(&["none"]), b"");
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_much(entries: Vec<u8>, name: Vec<u8>) {
            let left = without(&entries, &[OsString::from_vec(name)]);
            prop_assert!(left.len() <= entries.len());
        }
    }
}
