//! Session at once: blocks come in the order of the cue sheet, and when the last one is there the drive does the rest.

use imapi_mmc_transport::{Sense, mode::WriteParameters};

use super::{
    super::{Work, WorkKind, WriteOrder, signed},
    CLOSING,
    cue_sheet::{Plan, Segment},
    layout::Layout,
    q::Signature,
    sector::{STORED, Strip},
    track_at_once::{closing, signature},
};
use crate::{
    Loaded,
    state::{CdSession, Change},
};

/// A session that is being written, or that waits for its first block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    plan: Plan,
    /// Where the next block goes.
    next: i32,
    begun: bool,
    /// How many of its tracks were begun.
    opened: usize,
}

/// Bytes of a block of the lead-in: four packs of CD-TEXT in R to W.
const TEXT: usize = 96;

impl Session {
    /// The lead-in begins there.
    pub(super) fn new(plan: Plan, lead_in: i32) -> Self {
        let first = plan.segments.first().map_or(0, |segment| segment.start);
        let next = if plan.text { lead_in } else { first };
        Self { plan, next, begun: false, opened: 0 }
    }

    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    fn is_complete(&self) -> bool {
        self.next >= self.plan.lead_out
    }

    /// Where the program begins, with the first pause.
    fn program(&self) -> i32 {
        self.plan.segments.first().map_or(self.plan.lead_out, |segment| segment.start)
    }

    fn segment(&self, lba: i32) -> Option<Segment> {
        self.plan.segments.iter().find(|segment| (segment.start..segment.end).contains(&lba)).copied()
    }

    /// The address of the next block that the host sends: what it does not send lies behind already.
    fn expected(&self) -> i32 {
        let mut next = self.next;
        while let Some(segment) = self.segment(next).filter(|segment| segment.size() == 0) {
            next = segment.end;
        }
        next
    }
}

/// WRITE: exactly the blocks of the sheet, in their order.
pub(super) fn write(loaded: &mut Loaded, session: &mut Session, order: WriteOrder<'_>) -> Result<usize, Sense> {
    let end = order.start.0.saturating_add(signed(order.blocks));
    if order.start.0 != session.expected() {
        return Err(Sense::INVALID_WRITE_ADDRESS);
    }
    // The size of what is sent is known before anything is written; behind the last block there is none.
    let size_of = |lba: i32| {
        if lba < session.program() { Some(TEXT) } else { session.segment(lba).map(|segment| segment.size()) }
    };
    let sizes: Option<Vec<usize>> = (order.start.0..end).map(size_of).collect();
    let sizes = sizes.filter(|sizes| !sizes.contains(&0)).ok_or(Sense::INVALID_WRITE_ADDRESS)?;
    let len: usize = sizes.iter().sum();
    let mut rest = order.data.get(..len).ok_or(Sense::ILLEGAL_MODE)?;
    let mut changes = Vec::new();
    skip(loaded, session, order.start.0, &mut changes)?;
    session.begun = true;
    let mut strip = Strip::at(order.start.0);
    for (lba, size) in (order.start.0..end).zip(sizes) {
        let (block, behind) = rest.split_at(size);
        rest = behind;
        put(loaded, session, &mut strip, lba, block, &mut changes)?;
    }
    strip.store(loaded)?;
    session.next = end;
    // What the drive makes at the end is made at once, so that the last block is the end.
    if session.expected() >= session.plan.lead_out {
        skip(loaded, session, session.plan.lead_out, &mut changes)?;
    }
    loaded.change_soon(merged(changes))?;
    Ok(len)
}

/// Makes what the host does not send, up to there.
fn skip(loaded: &Loaded, session: &mut Session, to: i32, changes: &mut Vec<Change>) -> Result<(), Sense> {
    let mut strip = Strip::at(session.next);
    for lba in session.next..to {
        put(loaded, session, &mut strip, lba, &[], changes)?;
    }
    strip.store(loaded)?;
    session.next = session.next.max(to);
    Ok(())
}

/// Puts one block on the strip.
fn put(
    loaded: &Loaded,
    session: &mut Session,
    strip: &mut Strip,
    lba: i32,
    block: &[u8],
    changes: &mut Vec<Change>,
) -> Result<(), Sense> {
    let Some(segment) = session.segment(lba) else {
        // Of the lead-in, only what the host says in it is kept; the rest follows from the tracks.
        let mut stored = [0; STORED];
        let symbols = block.first_chunk::<TEXT>().ok_or(Sense::ILLEGAL_MODE)?;
        for (to, symbol) in stored[STORED - TEXT..].iter_mut().zip(symbols) {
            *to = symbol & 0x3F;
        }
        let (main, sub) = stored.split_first_chunk().ok_or(Sense::INTERNAL_FAILURE)?;
        return strip.push(loaded, main, sub.first_chunk().ok_or(Sense::INTERNAL_FAILURE)?);
    };
    let planned = session.plan.tracks.get(segment.track).ok_or(Sense::INTERNAL_FAILURE)?;
    let first = u32::try_from(planned.begin).map_err(|_| Sense::OUT_OF_RANGE)?;
    if session.opened <= segment.track {
        session.opened = segment.track + 1;
        let reserved = Some(planned.end.abs_diff(planned.begin));
        changes.push(Change::CdTrackOpened { first, reserved, track: planned.track.clone() });
    }
    let signature: Signature = signature(planned.number, first, &planned.track)?;
    let (main, sub) = block.split_at(segment.form.size.min(block.len()));
    let beside = signature.beside(segment.control, segment.index, lba, sub.first_chunk());
    strip.push(loaded, &segment.form.encode(main, lba)?, &beside)?;
    if lba >= planned.begin {
        changes.push(Change::Wrote { track: planned.number, blocks: 1 });
    }
    Ok(())
}

/// One change for blocks that follow one another in a track.
pub(super) fn merged(changes: Vec<Change>) -> Vec<Change> {
    let mut merged: Vec<Change> = Vec::new();
    for change in changes {
        match (merged.last_mut(), &change) {
            (Some(Change::Wrote { track: last, blocks }), Change::Wrote { track, blocks: more }) if last == track => {
                *blocks += more;
            }
            _ => merged.push(change),
        }
    }
    merged
}

/// SYNCHRONIZE CACHE: when all blocks are there, the session is closed; `None` when some are missing.
pub(super) fn end(loaded: &Loaded, session: &Session, page: &WriteParameters) -> Option<Work> {
    if !session.is_complete() {
        return None;
    }
    let mut changes: Vec<Change> =
        session.plan.tracks.iter().map(|track| Change::TrackClosed { track: track.number }).collect();
    let lead_out = u32::try_from(session.plan.lead_out).unwrap_or(0);
    changes.extend(closing(Layout::of(loaded), lead_out, page).into_iter().map(|change| match change {
        Change::CdSessionClosed(closed) => Change::CdSessionClosed(CdSession { text: session.plan.text, ..closed }),
        other => other,
    }));
    Some(Work::new(WorkKind::Closing, changes, CLOSING))
}
