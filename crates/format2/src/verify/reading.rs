//! Reading a disc in whole units, with the first block of each that cannot be read.

use imapi_disc_types::{Lba, SECTOR_SIZE};
use imapi_mmc_transport::{CommandError, Sense};

use super::reference::{Place, at_block};
use crate::DiscReader;

const BLOCK: usize = SECTOR_SIZE.get() as usize;

/// Reads a unit; or says which of its blocks cannot be read, and why.
pub(super) fn read(reader: &DiscReader, place: Place, out: &mut [u8]) -> Result<(), (Lba, CommandError)> {
    let mut at = 0;
    while let Some(rest) = out.get_mut(at * BLOCK..).filter(|rest| !rest.is_empty()) {
        let count = (rest.len() / BLOCK).min(reader.at_once());
        let first = at_block(place.first, at);
        read_run(reader, first, count, &mut rest[..count * BLOCK])?;
        at += count;
    }
    Ok(())
}

/// One command; where it fails, as many as it takes to know the block.
fn read_run(reader: &DiscReader, first: Lba, count: usize, out: &mut [u8]) -> Result<(), (Lba, CommandError)> {
    let error = match reader.blocks_at(first, out) {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    let end = at_block(first, count);
    // The drive knows. What it does not know takes it seconds for each attempt, so that halves are read and not blocks.
    if let Some(lba) = error.sense().and_then(Sense::lba).filter(|lba| (first..end).contains(lba)) {
        return Err((lba, error));
    }
    if count == 1 || error.sense().is_none() {
        return Err((first, error));
    }
    let half = count / 2;
    let (before, behind) = out.split_at_mut(half * BLOCK);
    read_run(reader, first, half, before)?;
    read_run(reader, at_block(first, half), count - half, behind)
}
