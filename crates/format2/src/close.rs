//! Closing what a drive may have closed by itself.

use imapi_mmc_transport::{
    Condition,
    commands::{CloseFunction, DiscStatus, SessionState, TrackAddress},
};
use imapi_recorder::Recorder;

use crate::{FormatError, Preparation, patiently, wait::Waits};

impl Preparation {
    /// Closes something. A drive that has done it by itself refuses, and is right.
    pub fn close_unless_done(&self, function: CloseFunction, track: u16, waits: Waits<'_>) -> Result<(), FormatError> {
        match self.close(function, track, waits) {
            Err(error) if is_done_already(&error) && is_closed(self.recorder(), function, track) => Ok(()),
            closed => closed,
        }
    }
}

/// Whether what was to be closed is, by what the drive says.
fn is_closed(recorder: &Recorder, function: CloseFunction, track: u16) -> bool {
    let disc = || patiently(recorder, || recorder.disc_information()).map(|disc| disc.state);
    match function {
        CloseFunction::Track => patiently(recorder, || recorder.track_information(TrackAddress::Track(track.into())))
            .is_ok_and(|track| track.next_writable.is_none() && !track.blank),
        CloseFunction::Disc | CloseFunction::DiscWithMinimumRadius => {
            disc().is_ok_and(|disc| disc.status == DiscStatus::Complete)
        }
        _ => disc().is_ok_and(|disc| disc.last_session != SessionState::Incomplete),
    }
}

fn is_done_already(error: &FormatError) -> bool {
    matches!(
        error.condition(),
        Some(Condition::SequenceError | Condition::SessionFixation | Condition::ReservedTrackNotFull)
    )
}
