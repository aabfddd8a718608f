//! Reading the node as a file: `read`, `pread` and `lseek`, as the kernel does them with READ (10).

use std::mem;

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Device,
    commands::{Read10, ReadCapacity},
};

use crate::{
    buffer::Buffer,
    kernel,
    node::Kind,
    opens::Open,
    scsi,
    sys::memory::{self, Address},
    visit::{Errno, Visit},
};

pub(crate) const BLOCK: u64 = 2048;
pub(crate) const BLOCK_BYTES: usize = 2048;
const MOST_PIECES: u64 = 1024;

/// How many bytes the disc has; 0 when the drive does not say.
pub(crate) fn size(device: &dyn Device) -> u64 {
    let last = kernel::ask(device, &ReadCapacity).map_or(-1, |capacity| capacity.last.0);
    // A blank disc says 0 or nothing.
    u64::try_from(last).ok().filter(|&last| last > 0).map_or(0, |last| (last + 1) * BLOCK)
}

pub(crate) fn size_of_open(device: &dyn Device, open: &Open) -> u64 {
    if let Some(size) = open.state().size {
        return size;
    }
    let size = size(device);
    open.state().size = Some(size);
    size
}

/// `readv` and `preadv`.
pub(crate) fn read_vector(
    visit: &mut Visit<'_>,
    open: &Open,
    at: Address,
    count: u64,
    position: Option<u64>,
) -> Result<i64, Errno> {
    let pieces = vector(visit, at, count)?;
    read(visit, open, &pieces, position)
}

/// The pieces of memory of a `struct iovec`.
pub(crate) fn vector(visit: &Visit<'_>, at: Address, count: u64) -> Result<Vec<(Address, u64)>, Errno> {
    let count =
        u16::try_from(count).ok().filter(|&count| u64::from(count) <= MOST_PIECES).ok_or(Errno(libc::EINVAL))?;
    let pieces = scsi::list(visit, at, count, usize::MAX)?;
    Ok(pieces.into_iter().map(|(at, size)| (at, size as u64)).collect())
}

/// `read` and `pread64`, into one or more pieces of memory.
pub(crate) fn read(
    visit: &mut Visit<'_>,
    open: &Open,
    pieces: &[(Address, u64)],
    position: Option<u64>,
) -> Result<i64, Errno> {
    let flags = open.state().flags;
    if flags & libc::O_ACCMODE == libc::O_WRONLY {
        return Err(Errno(libc::EBADF));
    }
    if open.node.kind == Kind::Generic {
        // The interface from before SG_IO, where one reads what came of a command that was written.
        return Err(Errno(libc::EIO));
    }
    let end = size_of_open(visit.device(), open);
    let begin = position.unwrap_or_else(|| open.state().position);
    let mut from = begin;
    let mut result = Ok(());
    for &(at, size) in pieces {
        let until = from.saturating_add(size).min(end);
        result = read_piece(visit, at, &mut from, until);
        if result.is_err() || from == end {
            break;
        }
    }
    let got = from - begin;
    if position.is_none() {
        open.state().position = from;
    }
    match result {
        Err(error) if got == 0 => Err(error),
        _ => Ok(signed(got)),
    }
}

/// Reads up to a position. When that fails, the position tells how far it went.
fn read_piece(visit: &mut Visit<'_>, at: Address, from: &mut u64, until: u64) -> Result<(), Errno> {
    let begin = *from;
    let most = u64::from(visit.device().limits().transfer.get()) / BLOCK;
    while *from < until {
        let first = *from / BLOCK;
        let blocks = (until.div_ceil(BLOCK) - first).min(most.max(1));
        let mut buffer = mem::take(visit.buffer);
        let result = read_blocks(visit.device(), first, blocks, &mut buffer).and_then(|()| {
            let skipped = usize::try_from(*from % BLOCK).unwrap_or(0);
            let size = (until - *from).min(blocks * BLOCK - *from % BLOCK);
            let bytes = &buffer.filled(skipped + usize::try_from(size).unwrap_or(0))[skipped..];
            memory::write(visit.notice.pid, &[(at + (*from - begin), bytes)])?;
            Ok(size)
        });
        *visit.buffer = buffer;
        *from += result?;
    }
    Ok(())
}

/// Reads whole blocks into the beginning of the buffer, which grows when it must.
pub(crate) fn read_blocks(device: &dyn Device, first: u64, blocks: u64, buffer: &mut Buffer) -> Result<(), Errno> {
    let (Ok(start), Ok(count)) = (i32::try_from(first), u16::try_from(blocks)) else { return Err(Errno(libc::EIO)) };
    let wanted = usize::from(count) * BLOCK_BYTES;
    match kernel::fetch(device, &Read10::new(Lba(start), count), buffer.room(wanted)) {
        Ok(transferred) if transferred == wanted => Ok(()),
        Ok(_) | Err(_) => Err(Errno(libc::EIO)),
    }
}

/// `lseek`.
pub(crate) fn seek(visit: &Visit<'_>, open: &Open, offset: i64, whence: i32) -> Result<i64, Errno> {
    if open.node.kind == Kind::Generic {
        return Err(Errno(libc::ESPIPE));
    }
    let end = || size_of_open(visit.device(), open);
    let base = match whence {
        libc::SEEK_SET => 0,
        libc::SEEK_CUR => signed(open.state().position),
        libc::SEEK_END => signed(end()),
        _ => return Err(Errno(libc::EINVAL)),
    };
    let position = base.checked_add(offset).and_then(|position| u64::try_from(position).ok());
    // The kernel knows no place behind the end of a block device.
    let position = position.filter(|&position| position <= end()).ok_or(Errno(libc::EINVAL))?;
    open.state().position = position;
    Ok(signed(position))
}

pub(crate) fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
