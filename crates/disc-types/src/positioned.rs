//! Reading a file at a position: the one call that systems spell differently.

use std::{fs::File, io};

/// Reads from a position, by one call of the system. On Unix the file's own position stays; on Windows it moves, which
/// harms nobody who always says where.
#[cfg(unix)]
pub fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, offset)
}

/// Reads from a position, by one call of the system.
#[cfg(windows)]
pub fn read_at(file: &File, out: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, offset)
}

#[cfg(not(any(unix, windows)))]
compile_error!("files are read by position, which the standard library offers on Unix and Windows only");
