//! Sending what erases, and hearing how it ends: which refusal means what.

use std::time::Duration;

use imapi_disc_types::MediaType;
use imapi_format2::{Budget, FormatError, Preparation, Waited};
use imapi_mmc_transport::{Class, CommandError, Condition, Done};
use imapi_recorder::RecorderError;

use crate::EraseError;

/// What became of a command that erases.
#[derive(Debug)]
pub(crate) enum Sent {
    /// The drive is at it, or done.
    Begun,
    /// Disc or drive may be others than they were: everything has to be looked at anew.
    Changed(CommandError),
    /// The drive does not know this way of erasing.
    Unknown(CommandError),
}

/// A drive that is busy without an end is not asked more often.
const ATTEMPTS: usize = 3;

/// Sends a command that erases, and waits until the drive has done it.
pub(crate) fn send(
    prepared: &Preparation,
    medium: MediaType,
    what: &'static str,
    limit: Duration,
    waits: &mut dyn FnMut(&Waited),
    command: &mut dyn FnMut() -> Result<Done, CommandError>,
) -> Result<Sent, EraseError> {
    let budget = Budget { what, most: limit };
    let mut attempt = 0;
    loop {
        attempt += 1;
        let Err(error) = command() else { break };
        match error.condition() {
            // It came back too late, and may well be at it: what the disc is in the end says whether it was.
            None if matches!(&error, CommandError::Transport(imapi_mmc_transport::TransportError::Timeout { .. })) => {
                tracing::warn!(%error, "the drive is asked whether it erases");
                break;
            }
            _ if error.is_deferred() => return Err(EraseError::Failed { cause: error }),
            Some(Condition::MediumChanged | Condition::Reset | Condition::Attention) => {
                return Ok(Sent::Changed(error));
            }
            Some(condition) if attempt < ATTEMPTS && is_passing(condition) => {
                prepared.settle(Budget::READY, waits).map_err(|cause| ended(cause, &Budget::READY))?;
            }
            Some(condition) if condition.class() == Class::Caller => return Ok(Sent::Unknown(error)),
            condition => return Err(refused(error, condition, medium)),
        }
    }
    prepared.settle(budget, waits).map_err(|cause| ended(cause, &budget))?;
    Ok(Sent::Begun)
}

fn is_passing(condition: Condition) -> bool {
    matches!(condition.class(), Class::Wait | Class::Ignore)
}

/// The drive did not even begin.
pub(crate) fn refused(error: CommandError, condition: Option<Condition>, medium: MediaType) -> EraseError {
    match condition {
        Some(Condition::CannotFormatMedium | Condition::CannotWriteMedium) => {
            EraseError::NotErasable { medium, cause: Some(error) }
        }
        // These have codes of their own, with better advice.
        Some(Condition::WriteProtected | Condition::NoMedium { .. } | Condition::IncompatibleMedium) => error.into(),
        _ if matches!(error, CommandError::Transport(_)) => error.into(),
        _ => EraseError::Failed { cause: error },
    }
}

/// The drive did not come to a good end.
pub(crate) fn ended(cause: FormatError, budget: &Budget) -> EraseError {
    match cause {
        FormatError::Overdue { what, seconds } if seconds >= budget.most.as_secs() => {
            EraseError::Overdue { what, seconds }
        }
        FormatError::Recorder(RecorderError::Command(cause))
            if matches!(cause.condition(), Some(Condition::FormatFailed | Condition::EraseFailed)) =>
        {
            EraseError::Failed { cause }
        }
        // It is gone, and so is what could be said of the disc.
        FormatError::Recorder(RecorderError::Command(CommandError::Transport(_)) | RecorderError::Transport(_)) => {
            EraseError::Format(cause)
        }
        cause => EraseError::Unexpected { cause },
    }
}
