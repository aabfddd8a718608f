//! What is done to a disc before it can be written: it is blanked, or what an earlier burn left open is ended.

use imapi_format2::{FormatError, Preparation, Probe, Waited, Way};
use imapi_mmc_transport::{
    Condition,
    commands::CloseFunction,
    mode::{MultiSession, WriteParameters},
};

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
        preparation.close_unless_done(CloseFunction::Track, number, waits)?;
    }
    preparation.close_unless_done(CloseFunction::Session, 0, waits)
}
