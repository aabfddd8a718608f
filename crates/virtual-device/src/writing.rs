//! Writing the node as a file: `write`, `pwrite` and `fsync`, as the kernel does them with WRITE (10), on discs that can be
//! written block by block.

use std::mem;

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    Device,
    commands::{GetConfiguration, SynchronizeCache, Write10},
    feature::FeatureCode,
};

use crate::{
    buffer::Buffer,
    kernel,
    node::Kind,
    opens::Open,
    reading::{self, BLOCK, BLOCK_BYTES, signed},
    sys::memory::{self, Address},
    visit::{Errno, Visit},
};

/// Whether the disc that is in can be written anywhere, block by block.
pub(crate) fn is_possible(device: &dyn Device) -> bool {
    let random = FeatureCode::RANDOMLY_WRITABLE;
    kernel::ask(device, &GetConfiguration::one(random)).is_ok_and(|configuration| configuration.is_current(random))
}

/// `writev` and `pwritev`.
pub(crate) fn write_vector(
    visit: &mut Visit<'_>,
    open: &Open,
    at: Address,
    count: u64,
    position: Option<u64>,
) -> Result<i64, Errno> {
    let pieces = reading::vector(visit, at, count)?;
    write(visit, open, &pieces, position)
}

/// `write` and `pwrite64`, from one or more pieces of memory.
pub(crate) fn write(
    visit: &mut Visit<'_>,
    open: &Open,
    pieces: &[(Address, u64)],
    position: Option<u64>,
) -> Result<i64, Errno> {
    let flags = open.state().flags;
    if flags & libc::O_ACCMODE == libc::O_RDONLY {
        return Err(Errno(libc::EBADF));
    }
    if open.node.kind == Kind::Generic {
        // The interface from before SG_IO, where one writes a command.
        return Err(Errno(libc::EIO));
    }
    if !is_writable(visit.device(), open) {
        return Err(Errno(libc::EROFS));
    }
    let begin = position.unwrap_or_else(|| open.state().position);
    let mut end = reading::size_of_open(visit.device(), open);
    if begin >= end {
        // It may have been formatted since.
        end = reading::size(visit.device());
        open.state().size = Some(end);
    }
    let mut from = begin;
    let mut result = Ok(());
    for &(at, size) in pieces {
        let until = from.saturating_add(size);
        result = write_piece(visit, at, &mut from, until.min(end));
        if result.is_ok() && until > end {
            result = Err(Errno(libc::ENOSPC));
        }
        if result.is_err() {
            break;
        }
    }
    let put = from - begin;
    {
        let mut state = open.state();
        state.has_written |= put > 0;
        if position.is_none() {
            state.position = from;
        }
    }
    if put > 0 && flags & libc::O_DSYNC != 0 {
        synchronize(visit, open)?;
    }
    match result {
        Err(error) if put == 0 => Err(error),
        _ => Ok(signed(put)),
    }
}

/// Asked once for each opening, as the kernel does.
fn is_writable(device: &dyn Device, open: &Open) -> bool {
    if let Some(known) = open.state().is_writable {
        return known;
    }
    let is = is_possible(device);
    open.state().is_writable = Some(is);
    is
}

/// Writes up to a position. When that fails, the position tells how far it went.
fn write_piece(visit: &mut Visit<'_>, at: Address, from: &mut u64, until: u64) -> Result<(), Errno> {
    let begin = *from;
    let most = (u64::from(visit.device().limits().transfer.get()) / BLOCK).max(1);
    while *from < until {
        let mut buffer = mem::take(visit.buffer);
        let done = write_some(visit, at + (*from - begin), *from, until, most, &mut buffer);
        *visit.buffer = buffer;
        *from += done?;
    }
    Ok(())
}

/// Writes with one command; how many bytes of the program's that were. Blocks of which it has only a part keep the rest.
fn write_some(
    visit: &Visit<'_>,
    at: Address,
    from: u64,
    until: u64,
    most: u64,
    buffer: &mut Buffer,
) -> Result<u64, Errno> {
    let device = visit.device();
    let first = from / BLOCK;
    let is_part = from % BLOCK != 0 || until - from < BLOCK;
    let blocks = if is_part { 1 } else { ((until - from) / BLOCK).min(most) };
    let skipped = from % BLOCK;
    let size = (blocks * BLOCK - skipped).min(until - from);
    if is_part {
        reading::read_blocks(device, first, 1, buffer)?;
    }
    let (Ok(start), Ok(count)) = (i32::try_from(first), u16::try_from(blocks)) else { return Err(Errno(libc::EIO)) };
    let total = usize::from(count) * BLOCK_BYTES;
    let bytes = buffer.room(total);
    let place = |bytes: u64| usize::try_from(bytes).unwrap_or(total).min(total);
    memory::read(visit.notice.pid, &mut [(at, &mut bytes[place(skipped)..place(skipped + size)])])?;
    if !visit.still_waits() {
        return Err(Errno(libc::EINTR));
    }
    kernel::bring(device, &Write10::new(Lba(start), count), bytes).map_err(|_| Errno(libc::EIO))?;
    Ok(size)
}

/// `fsync`: what was written by this opening goes onto the disc.
pub(crate) fn synchronize(visit: &Visit<'_>, open: &Open) -> Result<i64, Errno> {
    let has_written = mem::take(&mut open.state().has_written);
    if has_written {
        let all = SynchronizeCache { immediate: false, ..SynchronizeCache::all() };
        kernel::order(visit.device(), &all).map_err(|_| Errno(libc::EIO))?;
    }
    Ok(0)
}
