//! What is done to a disc before it can be written: it is blanked, or what an earlier burn left open is ended.

use imapi_format2::{FormatError, Preparation, Probe, Waited, Way, patiently};
use imapi_mmc_transport::{
    Condition,
    commands::{CloseFunction, DiscStatus, SessionState, TrackAddress},
    mode::{MultiSession, WriteParameters},
};

use imapi_recorder::Recorder;

use crate::Before;

/// Does it.
pub(crate) fn make_ready(
    preparation: &Preparation,
    probe: &Probe,
    before: Before,
    waits: &mut dyn FnMut(&Waited),
) -> Result<(), FormatError> {
    match before {
        Before::Blank(kind) => {
            match preparation.blank(kind, waits) {
                // A drive that still waits for the rest of a session has to be told that there is none.
                Err(error) if error.condition() == Some(Condition::SequenceError) => {
                    if end_session(preparation, probe, waits).is_err() {
                        return Err(error);
                    }
                    preparation.blank(kind, waits)?;
                }
                blanked => blanked?,
            }
            preparation.flush(waits)
        }
        Before::EndSession => end_session(preparation, probe, waits),
    }
}

/// Ends the session that was left open, so that another can follow it.
fn end_session(preparation: &Preparation, probe: &Probe, waits: &mut dyn FnMut(&Waited)) -> Result<(), FormatError> {
    let settings = match probe.way {
        Way::Cd => Some(WriteParameters::tao_data(MultiSession::Open)),
        Way::DvdSequential => Some(WriteParameters::dvd_incremental(MultiSession::Open)),
        _ => None,
    };
    if let Some(settings) = settings {
        // A disc that was begun at once cannot be set to anything else; it is closed as it was begun.
        if let Err(error) = preparation.set_write_parameters(settings) {
            tracing::debug!(%error, "the session is closed as it was begun");
        }
    }
    preparation.flush(waits)?;
    if probe.way != Way::Cd {
        let last = probe.disc.as_ref().map_or(1, |disc| disc.last_of_last_session);
        let number = probe.next.as_ref().map(|track| track.number).filter(|&number| number != 0xFF).unwrap_or(last);
        close(preparation, CloseFunction::Track, number, waits)?;
    }
    close(preparation, CloseFunction::Session, 0, waits)
}

/// Closes something. A drive that has done it by itself refuses, and is right.
pub(crate) fn close(
    preparation: &Preparation,
    function: CloseFunction,
    track: u16,
    waits: &mut dyn FnMut(&Waited),
) -> Result<(), FormatError> {
    match preparation.close(function, track, waits) {
        Err(error) if is_done_already(&error) && is_closed(preparation.recorder(), function, track) => Ok(()),
        closed => closed,
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
