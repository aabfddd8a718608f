//! The sessions of a disc, put together from its tracks.

use imapi_disc_types::{Lba, SessionFacts};
use imapi_mmc_transport::commands::{DiscInformation, SessionState, TrackAddress, TrackInformation};
use imapi_recorder::{Recorder, RecorderError};

use crate::patiently;

/// The bit of a track's control field that says that it has data.
const DATA: u8 = 0b0100;
/// A disc has fewer tracks; a drive that says otherwise is not believed.
const MOST_TRACKS: u16 = 8192;

/// The tracks that have something in them, in their order.
pub(crate) fn tracks(recorder: &Recorder, disc: &DiscInformation) -> Result<Vec<TrackInformation>, RecorderError> {
    let first = u16::from(disc.first_track).max(1);
    let last = disc.last_of_last_session.min(first.saturating_add(MOST_TRACKS));
    let mut tracks = Vec::new();
    for number in first..=last {
        match patiently(recorder, || recorder.track_information(TrackAddress::Track(number.into()))) {
            Ok(track) if track.blank && track.last_recorded.is_none() => {}
            Ok(track) => tracks.push(track),
            // The invisible track at the end is not known by its number to all drives.
            Err(RecorderError::Command(error)) if number == last && error.is_refusal() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tracks)
}

/// The sessions of these tracks.
pub(crate) fn of(tracks: &[TrackInformation], disc: &DiscInformation, is_cd: bool) -> Vec<SessionFacts> {
    let mut sessions: Vec<SessionFacts> = Vec::new();
    for track in tracks {
        // An open session has no lead-out yet, and nothing finds it.
        let is_open = track.session == disc.sessions && disc.state.last_session != SessionState::Complete;
        let Some(last) = last_block(track) else { continue };
        if is_open && !track.reserved && track.next_writable == Some(track.start) {
            continue;
        }
        let has_data = !is_cd || track.mode & DATA != 0;
        match sessions.last_mut() {
            Some(session) if session.number == track.session => {
                session.last = session.last.max(last);
                session.has_data |= has_data;
            }
            _ if has_data => sessions.push(SessionFacts::with_data(track.session, track.start, last)),
            _ => sessions.push(SessionFacts::without_data(track.session, track.start, last)),
        }
    }
    sessions
}

/// The last block of a track that something is in.
pub(crate) fn last_block(track: &TrackInformation) -> Option<Lba> {
    let by_size = || {
        let size = i64::from(track.size?.checked_sub(track.free_blocks)?);
        track.start.checked_add(size - 1)
    };
    track.last_recorded.filter(|last| *last >= track.start).or_else(by_size).filter(|last| *last >= track.start)
}
