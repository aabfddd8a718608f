//! Reading the node as a file: `read`, `pread` and `lseek`, as the kernel does them with READ (10).

use std::{mem, time::Duration};

use imapi_mmc_transport::{Cdb, Command, Data, Device, Query, Sense, SenseKey, Status, commands::ReadCapacity};

use crate::{
    node::Kind,
    opens::Open,
    scsi,
    sys::memory::{self, Address},
    visit::{Errno, Visit},
};

const BLOCK: u64 = 2048;
const BLOCK_BYTES: usize = 2048;
const READ_10: u8 = 0x28;
/// How long the kernel waits for its own commands.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often the kernel repeats a command that met with an attention.
const RETRIES: u32 = 5;
const MOST_PIECES: u64 = 1024;

/// Why a command of the kernel's own failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The drive said why.
    Sense(Sense),
    /// Nobody did.
    Silent,
}

/// A command of the kernel's own, repeated after unit attentions. How many bytes were transferred.
pub(crate) fn command(device: &dyn Device, cdb: &Cdb, buffer: &mut [u8]) -> Result<usize, Failed> {
    for _ in 0..RETRIES {
        let data = if buffer.is_empty() { Data::None } else { Data::In(buffer) };
        let done = device.execute(cdb, data, TIMEOUT).map_err(|_| Failed::Silent)?;
        if done.status == Status::GOOD {
            return Ok(done.transferred);
        }
        let sense = done.sense.and_then(|sense| Sense::decode(sense.as_bytes()).ok()).ok_or(Failed::Silent)?;
        match sense.key {
            SenseKey::UnitAttention => {}
            SenseKey::RecoveredError => return Ok(done.transferred),
            _ => return Err(Failed::Sense(sense)),
        }
    }
    Err(Failed::Silent)
}

/// How many bytes the disc has; 0 when the drive does not say.
pub(crate) fn size(device: &dyn Device) -> u64 {
    let mut reply = [0; 8];
    let Ok(8) = command(device, &ReadCapacity.to_cdb(), &mut reply) else { return 0 };
    let capacity = ReadCapacity.decode_reply(&reply, &mut imapi_mmc_transport::Notes::default());
    let last = capacity.map_or(-1, |capacity| capacity.last.0);
    // A blank disc says 0 or nothing.
    u64::try_from(last).ok().filter(|&last| last > 0).map_or(0, |last| (last + 1) * BLOCK)
}

fn size_of_open(device: &dyn Device, open: &Open) -> u64 {
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
    let count = u16::try_from(count.min(MOST_PIECES + 1)).unwrap_or(u16::MAX);
    if u64::from(count) > MOST_PIECES {
        return Err(Errno(libc::EINVAL));
    }
    let pieces = scsi::list(visit, at, count, usize::MAX)?;
    let pieces: Vec<_> = pieces.into_iter().map(|(at, size)| (at, size as u64)).collect();
    read(visit, open, &pieces, position)
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
            let bytes = &buffer[skipped..skipped + usize::try_from(size).unwrap_or(0)];
            memory::write(visit.notice.pid, &[(at + (*from - begin), bytes)])?;
            Ok(size)
        });
        *visit.buffer = buffer;
        *from += result?;
    }
    Ok(())
}

fn read_blocks(device: &dyn Device, first: u64, blocks: u64, buffer: &mut Vec<u8>) -> Result<(), Errno> {
    let (Ok(lba), Ok(count)) = (u32::try_from(first), u16::try_from(blocks)) else { return Err(Errno(libc::EIO)) };
    let wanted = usize::from(count) * BLOCK_BYTES;
    buffer.resize(wanted.max(buffer.len()), 0);
    let [a, b, c, d] = lba.to_be_bytes();
    let [high, low] = count.to_be_bytes();
    let cdb = Cdb::ten([READ_10, 0, a, b, c, d, 0, high, low, 0]);
    match command(device, &cdb, &mut buffer[..wanted]) {
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

fn signed(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
