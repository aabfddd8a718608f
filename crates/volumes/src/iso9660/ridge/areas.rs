//! The entries of a record's system use area, wherever in the volume they go on.

use imapi_volume_structs::{
    SECTOR,
    rock_ridge::{Continuation, Entry, RawEntries},
};

use super::super::Disc;
use crate::{Rule, Severity, VolumeError};

/// No error, although a name may be lost: genisoimage writes such for links of more than 600 bytes.
const MALFORMED: Rule = Rule {
    id: "susp.entry.malformed",
    clause: "SUSP 4.1",
    severity: Severity::Warning,
    broken: "what should be an entry of a system use area is none",
};

const CIRCLE: Rule = Rule {
    id: "susp.continuation.endless",
    clause: "SUSP 5.1",
    severity: Severity::Error,
    broken: "a system use area goes on where it was before, or for ever",
};

const LONG: Rule = Rule {
    id: "susp.continuation.length",
    clause: "SUSP 5.1",
    severity: Severity::Error,
    broken: "a system use area goes on for more bytes than any needs",
};

const CROSSES: Rule = Rule {
    id: "susp.continuation.block",
    clause: "SUSP 5.1",
    severity: Severity::Remark,
    broken: "a piece of a system use area is not within one block",
};

/// An area goes on so often at most. More than that is not needed by anything.
const MOST_AREAS: usize = 100;
/// All that an area goes on in has so many bytes at most: names and links need a few thousand, and those who put more there
/// (attributes beyond those of Rock Ridge) seldom a few thousand more.
const MOST_BYTES: usize = 256 * 1024;

/// Tells the entries of an area that begins in a record of that block. `room` is only kept for its memory.
pub fn each(
    disc: &Disc,
    area: &[u8],
    address: u64,
    room: &mut Vec<u8>,
    mut tell: impl FnMut(&Entry<'_>),
) -> Result<(), VolumeError> {
    let mut next = piece(disc, area, address, &mut tell)?;
    let mut met: Vec<(u32, u32)> = Vec::new();
    let mut bytes = 0;
    while let Some(continuation) = next {
        let Continuation { block, offset, len } = continuation;
        if met.len() >= MOST_AREAS || met.contains(&(block, offset)) {
            return disc.tolerate(disc.finding(&CIRCLE, address));
        }
        met.push((block, offset));
        bytes += len as usize;
        if bytes > MOST_BYTES {
            return disc.tolerate(disc.finding(&LONG, address).numbers(len, SECTOR as u64));
        }
        let read = read(disc, continuation, room);
        if disc.salvage(read)?.is_none() {
            return Ok(());
        }
        next = piece(disc, room, block.into(), &mut tell)?;
    }
    Ok(())
}

/// Tells the entries of one piece; says where the next one is.
fn piece(
    disc: &Disc,
    area: &[u8],
    address: u64,
    tell: &mut impl FnMut(&Entry<'_>),
) -> Result<Option<Continuation>, VolumeError> {
    let mut next = None;
    for raw in RawEntries::new(area) {
        match &raw.and_then(Entry::decode) {
            Ok(Entry::Continuation(continuation)) => next = Some(*continuation),
            Ok(entry) => tell(entry),
            Err(malformed) => disc.tolerate(disc.finding(&MALFORMED, address).malformed(*malformed))?,
        }
    }
    Ok(next)
}

/// Reads a piece. The standard has it within one block; older versions of libisofs did not keep to that.
fn read(disc: &Disc, continuation: Continuation, out: &mut Vec<u8>) -> Result<(), VolumeError> {
    let Continuation { block, offset, len } = continuation;
    let sector = SECTOR as u64;
    let mut address = u64::from(block) + u64::from(offset) / sector;
    let mut skip = offset as usize % SECTOR;
    let mut left = len as usize;
    if skip + left > SECTOR || offset as usize >= SECTOR {
        disc.tolerate(disc.finding(&CROSSES, block.into()).numbers(u64::from(offset) + u64::from(len), sector))?;
    }
    out.clear();
    while left > 0 {
        let count = left.min(SECTOR - skip);
        disc.blocks.with(address, |bytes| out.extend_from_slice(&bytes[skip..skip + count]))?;
        (left, skip, address) = (left - count, 0, address + 1);
    }
    Ok(())
}
