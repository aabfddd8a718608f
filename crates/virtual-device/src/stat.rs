//! What `stat` and `statx` say of a node.

use std::{fs, mem::offset_of, os::unix::fs::MetadataExt};

use crate::{
    node::{Kind, Node},
    sys::files::{STAT_LEN, STATX_LEN},
};

/// Read and write for owner and group.
const PERMISSIONS: u32 = 0o660;
const STATX_BASIC: u32 = 0x7FF;
const BLOCK: u32 = 4096;
/// Any number that is always the same: programs compare them.
const INODE: u64 = 0x1A2B_0000;

fn mode(node: &Node) -> u32 {
    PERMISSIONS
        | match node.kind {
            Kind::Block => libc::S_IFBLK,
            Kind::Generic => libc::S_IFCHR,
            Kind::Link => libc::S_IFLNK,
        }
}

pub(crate) fn inode(node: &Node) -> u64 {
    INODE + u64::from(node.major()) * 256 + u64::from(node.minor)
}

/// The program's own, so that it believes itself permitted.
fn owner() -> (u32, u32) {
    fs::metadata("/proc/self").map_or((0, 0), |me| (me.uid(), me.gid()))
}

/// For `stat`, `lstat`, `fstat` and `newfstatat`.
pub(crate) fn stat(node: &Node) -> [u8; STAT_LEN] {
    let mut bytes = [0; STAT_LEN];
    let (uid, gid) = owner();
    put(&mut bytes, offset_of!(libc::stat, st_dev), &libc::makedev(0, 5).to_ne_bytes());
    put(&mut bytes, offset_of!(libc::stat, st_ino), &inode(node).to_ne_bytes());
    // Little-endian machines: the lower half is where the field begins, whichever its size is.
    put(&mut bytes, offset_of!(libc::stat, st_nlink), &1u32.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::stat, st_mode), &mode(node).to_ne_bytes());
    put(&mut bytes, offset_of!(libc::stat, st_uid), &uid.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::stat, st_gid), &gid.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::stat, st_rdev), &libc::makedev(node.major(), node.minor).to_ne_bytes());
    put(&mut bytes, offset_of!(libc::stat, st_blksize), &BLOCK.to_ne_bytes());
    bytes
}

/// For `statx`.
pub(crate) fn statx(node: &Node) -> [u8; STATX_LEN] {
    let mut bytes = [0; STATX_LEN];
    let (uid, gid) = owner();
    put(&mut bytes, offset_of!(libc::statx, stx_mask), &STATX_BASIC.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_blksize), &BLOCK.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_nlink), &1u32.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_uid), &uid.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_gid), &gid.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_mode), &mode(node).to_ne_bytes()[..2]);
    put(&mut bytes, offset_of!(libc::statx, stx_ino), &inode(node).to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_rdev_major), &node.major().to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_rdev_minor), &node.minor.to_ne_bytes());
    put(&mut bytes, offset_of!(libc::statx, stx_dev_minor), &5u32.to_ne_bytes());
    bytes
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}
