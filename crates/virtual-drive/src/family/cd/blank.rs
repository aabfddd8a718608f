//! BLANK: a CD-RW, or the end of it, becomes as good as new.

use imapi_mmc_transport::{
    InvalidField, Sense,
    commands::{Blank, BlankType},
};

use super::{
    super::{Work, WorkKind},
    layout::Layout,
};
use crate::state::Change;

/// Seconds that erasing everything takes, and erasing what says that there is something.
const ALL: u64 = 1200;
const LITTLE: u64 = 60;

pub(super) fn blank(layout: Layout<'_>, command: Blank) -> Result<Work, Sense> {
    if !layout.medium.kind.is_rewritable() {
        return Err(Sense::CANNOT_WRITE);
    }
    let state = layout.state;
    let (change, seconds) = match command.kind {
        BlankType::Disc => (Change::Blanked, ALL),
        BlankType::Minimal => (Change::Blanked, LITTLE),
        BlankType::Track => (last_track(layout, command.place, |_| true)?, LITTLE),
        BlankType::UnreserveTrack => {
            let unused = |written: u32| written == 0;
            (last_track(layout, command.place, unused)?, LITTLE)
        }
        // Another session may be open behind it, and then there is nothing to open.
        BlankType::UncloseSession if state.session_has_tracks() || state.closed_sessions == 0 => {
            return Err(Sense::SEQUENCE_ERROR);
        }
        BlankType::UncloseSession => (Change::SessionReopened, LITTLE),
        BlankType::EraseSession if state.tracks.is_empty() => return Err(Sense::SEQUENCE_ERROR),
        BlankType::EraseSession => (Change::SessionErased, ALL),
        // The tail of a track has an end only where the track is in packets.
        BlankType::TrackTail | BlankType::Reserved => return Err(Sense::from(InvalidField::cdb_bit(1, 2))),
    };
    Ok(Work::new(WorkKind::Blanking, vec![change], seconds))
}

/// The last track of the open session is gone, if it is the one that is meant.
fn last_track(layout: Layout<'_>, wanted: u32, may: fn(u32) -> bool) -> Result<Change, Sense> {
    let number = usize::try_from(wanted).unwrap_or(usize::MAX);
    let track = number.checked_sub(1).and_then(|place| layout.state.tracks.get(place));
    match track {
        None => Err(Sense::from(InvalidField::cdb(2))),
        Some(track) if track.session <= layout.state.closed_sessions => Err(Sense::SEQUENCE_ERROR),
        Some(track) if number < layout.state.tracks.len() || !may(track.written) => Err(Sense::SEQUENCE_ERROR),
        Some(_) => Ok(Change::TracksErased { from: number }),
    }
}
