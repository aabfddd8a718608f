//! Whether a disc looks as if nothing were on it.

use imapi_disc_types::{Block, BlockSource, Lba};
use imapi_recorder::{Recorder, RecorderError};

use crate::{DiscReader, Probe};

/// What is looked at, at both ends: 2 MiB.
const LOOKED_AT: u64 = (2 << 20) / 2048;

/// Whether a disc looks as if nothing were on it: what is written in sequence says so; of what can be overwritten the
/// first and the last 2 MiB are zeros, or cannot be read because nothing was ever written.
#[doc(alias = "IDiscFormat2::get_MediaHeuristicallyBlank")]
pub fn is_heuristically_blank(recorder: &Recorder, probe: &Probe) -> Result<bool, RecorderError> {
    if probe.facts.is_blank() {
        return Ok(true);
    }
    if !probe.way.is_overwritable() || !recorder.mount_points().is_empty() {
        return Ok(false);
    }
    let end = recorder.capacity()?.map_or(0, |capacity| capacity.last.distance_from(Lba(0)) + 1);
    let end = u64::try_from(end).unwrap_or(0);
    let reader = DiscReader::new(recorder, end);
    let first = 0..end.min(LOOKED_AT);
    let last = end.saturating_sub(LOOKED_AT).max(first.end)..end;
    Ok([first, last].into_iter().all(|blocks| is_zero(&reader, blocks)))
}

fn is_zero(reader: &DiscReader, blocks: std::ops::Range<u64>) -> bool {
    let mut buffer = vec![0; 64 << 10];
    let mut block = blocks.start;
    while block < blocks.end {
        let room = usize::try_from(blocks.end - block).unwrap_or(usize::MAX).saturating_mul(2048).min(buffer.len());
        match reader.read(Block(block), &mut buffer[..room]) {
            Ok(count) => {
                let count = count.get();
                if buffer[..count as usize * 2048].iter().any(|&byte| byte != 0) {
                    return false;
                }
                block += u64::from(count);
            }
            // Nothing can be read where nothing was written.
            Err(_) => block += 1,
        }
        // One block that cannot be read says as much as a thousand: a drive takes seconds for each.
        if block > blocks.start + 64 && block < blocks.end && reader.read(Block(block), &mut buffer[..2048]).is_err() {
            return true;
        }
    }
    true
}
