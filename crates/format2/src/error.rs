//! [`FormatError`]: what can go wrong whatever the way of writing.

use imapi_disc_types::Cancelled;
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_mmc_transport::{Class, CommandError, Condition};
use imapi_recorder::RecorderError;
use imapi_write_engine::EngineError;

/// What can go wrong whatever the way of writing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The drive did not do something.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// Blocks were not written.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The drive did not finish what it does by itself within the time that it had.
    #[error("the drive was still busy with {what} after {seconds} s")]
    Overdue {
        /// What it did.
        what: &'static str,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The drive was reset while it did something by itself: what was in its buffer is lost.
    #[error("the drive was reset while it was {what}")]
    Reset {
        /// What it did.
        what: &'static str,
    },
    /// The disc is made for speeds that the drive does not have.
    #[error("the drive does not write CD-RW of class {class}")]
    OtherSpeeds {
        /// The disc's class of speeds, as its groove says it.
        class: u8,
    },
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl FormatError {
    /// What the drive means, where it said something.
    #[must_use]
    pub fn condition(&self) -> Option<Condition> {
        match self {
            Self::Recorder(RecorderError::Command(error)) => error.condition(),
            Self::Engine(EngineError::Write { cause, .. }) => cause.condition(),
            Self::Reset { .. } => Some(Condition::Reset),
            _ => None,
        }
    }

    /// Whether the drive does not do it in that way, and may in another.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.condition().is_some_and(|condition| {
            condition.class() == Class::Caller
                || matches!(condition, Condition::IllegalModeForTrack | Condition::SequenceError)
        })
    }

    /// Whether the caller wanted to stop.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_) | Self::Engine(EngineError::Cancelled { .. }))
    }
}

impl From<CommandError> for FormatError {
    fn from(error: CommandError) -> Self {
        Self::Recorder(error.into())
    }
}

impl Coded for FormatError {
    fn code(&self) -> HResult {
        match self {
            Self::Recorder(error) => error.code(),
            Self::Engine(error) => error.code(),
            Self::Overdue { .. } => v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT,
            Self::Reset { .. } => v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
            Self::OtherSpeeds { .. } => v2::E_IMAPI_RECORDER_MEDIA_SPEED_MISMATCH,
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Recorder(error) => error.facts(put),
            Self::Engine(error) => error.facts(put),
            Self::Overdue { what, seconds } => {
                put(Fact::Reason, Value::Text(what));
                put(Fact::Elapsed, Value::I64(i64::try_from(*seconds).unwrap_or(i64::MAX)));
            }
            Self::Reset { .. } | Self::OtherSpeeds { .. } => put(Fact::Reason, Value::Text(self)),
            Self::Cancelled(_) => {}
        }
    }
}
