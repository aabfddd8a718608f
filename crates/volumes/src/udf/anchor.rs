//! How a volume is recognised, and where its anchors are.

use imapi_volume_structs::{
    SECTOR,
    udf::{ANCHOR_BLOCK, Anchor, Extent, Recognition, TagId},
};

use super::medium::Medium;
use crate::{Names, Rule, Severity, VolumeError};

const UNRECOGNISED: Rule = Rule {
    id: "udf.recognition.missing",
    clause: "ECMA-167 2/8.3, 3/9.1",
    severity: Severity::Error,
    broken: "the volume recognition sequence does not say that this is UDF",
};

const NO_ANCHOR: Rule = Rule {
    id: "udf.anchor.missing",
    clause: "ECMA-167 3/8.4.2.1, OSTA UDF 2.2.3",
    severity: Severity::Error,
    broken: "none of the anchors can be read",
};

const OTHER_ANCHOR: Rule = Rule {
    id: "udf.anchor.first",
    clause: "OSTA UDF 2.2.3",
    severity: Severity::Warning,
    broken: "the anchor at block 256 of the session cannot be read, and another one is taken",
};

/// The block of a session with which the recognition sequence begins.
const FIRST_RECOGNITION: u64 = 16;
/// The block of a session behind which no recognition sequence goes on: the first anchor's.
const LAST_RECOGNITION: u64 = ANCHOR_BLOCK as u64;
/// The block of the session with an anchor while it is not closed.
const OPEN_ANCHOR: u64 = 512;
/// The anchor before the last is so many blocks before it.
const BEFORE_LAST: u64 = 256;
/// Programs put up to 150 blocks behind what they record, drives fill up to 32; both anchors at the end may lie before.
const PADDING: u64 = 256;

/// The anchor from which to go on.
///
/// What does not say that it is UDF is not taken for it: an anchor may be left of what was on a medium before. Only where
/// it says nothing else either, and damage is to be overcome, anchors are looked for all the same.
pub fn find(medium: &Medium) -> Result<Anchor, VolumeError> {
    let recognised = recognise(medium);
    let is_missing = match recognised {
        Recognised::Udf => false,
        Recognised::Nothing => !medium.is_lenient(),
        Recognised::Another => true,
    };
    if is_missing {
        return Err(VolumeError::Missing { names: Names::Udf });
    }
    let first = medium.session().saturating_add(ANCHOR_BLOCK.into());
    let found = read(medium, first).map(|anchor| (first, anchor)).or_else(|| search(medium));
    match (found, recognised) {
        (Some((address, anchor)), recognised) => {
            if recognised != Recognised::Udf {
                medium.tolerate(medium.finding(&UNRECOGNISED, medium.session().saturating_add(FIRST_RECOGNITION)))?;
            }
            if address != first {
                medium.tolerate(medium.finding(&OTHER_ANCHOR, first).numbers(address, first))?;
            }
            Ok(anchor)
        }
        (None, Recognised::Udf) => {
            small_blocks(medium)?;
            medium.broken(&NO_ANCHOR, first)
        }
        (None, _) => Err(VolumeError::Missing { names: Names::Udf }),
    }
}

/// What the volume recognition sequence says.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Recognised {
    Udf,
    /// There is another file system, and nothing of UDF.
    Another,
    /// It may be damaged.
    Nothing,
}

/// The descriptors from block 16 on follow one another, or begin sectors of 4096 bytes.
fn recognise(medium: &Medium) -> Recognised {
    match recognise_by(medium, 1) {
        Recognised::Nothing => recognise_by(medium, 2),
        recognised => recognised,
    }
}

fn recognise_by(medium: &Medium, step: usize) -> Recognised {
    let (mut is_inside, mut recognised) = (false, Recognised::Nothing);
    for block in (FIRST_RECOGNITION..LAST_RECOGNITION).step_by(step) {
        let address = medium.head().saturating_add(block);
        let Ok(Ok(found)) = medium.blocks.with(address, |bytes| Recognition::decode(bytes)) else { break };
        match found.id {
            Recognition::BEGIN => (is_inside, recognised) = (true, Recognised::Nothing),
            Recognition::NSR02 | Recognition::NSR03 if is_inside => return Recognised::Udf,
            Recognition::ISO_9660 => recognised = Recognised::Another,
            _ => {}
        }
    }
    recognised
}

/// Any anchor but the first.
fn search(medium: &Medium) -> Option<(u64, Anchor)> {
    let (session, end) = (medium.session(), medium.blocks.end_address());
    let known = [Some(session.saturating_add(OPEN_ANCHOR)), end.checked_sub(1), end.checked_sub(1 + BEFORE_LAST)];
    let lowest = end.saturating_sub(1 + BEFORE_LAST + PADDING).max(session);
    let padded = (lowest..end).rev();
    known.into_iter().flatten().chain(padded).find_map(|address| Some((address, read(medium, address)?)))
}

/// The anchor at a block. One that leads behind all that was recorded is of a later session, which put it in the place of
/// that of an earlier one.
pub fn read(medium: &Medium, address: u64) -> Option<Anchor> {
    let found = medium.intact(address, u32::try_from(address).ok()?).ok()?;
    if found.tag.id != TagId::ANCHOR {
        return None;
    }
    let anchor = medium.decode(&found, Anchor::decode).ok()?;
    let is_within = |extent: Extent| u64::from(extent.block) < medium.blocks.end_address();
    (is_within(anchor.main) || is_within(anchor.reserve)).then_some(anchor)
}

/// Says so where the blocks of a volume are not those of a disc: its first anchor is in its block 256, too.
fn small_blocks(medium: &Medium) -> Result<(), VolumeError> {
    for bytes in [512, 1024, 4096] {
        let byte = ANCHOR_BLOCK as usize * bytes;
        let address = medium.session().saturating_add((byte / SECTOR) as u64);
        let is_anchor = |block: &[u8; SECTOR]| Anchor::decode(block).is_ok();
        if medium.blocks.with(address, is_anchor).unwrap_or(false) {
            return Err(VolumeError::Unsupported {
                file_system: crate::FileSystem::Udf,
                feature: "blocks of another size than 2048 bytes",
                block: medium.finding(&NO_ANCHOR, address).block,
            });
        }
    }
    Ok(())
}
