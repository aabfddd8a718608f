//! [`RecorderError`]: what a drive did not do.

use imapi_disc_types::InvalidClientName;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_mmc_transport::{
    CommandError, Condition, LockRefused, TransportError, WaitError, feature::FeatureCode, mode::PageCode,
};

/// Something that a drive did not do, or that cannot be asked of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecorderError {
    /// The drive gave no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A command did not succeed.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The drive did not become ready.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// The drive could not be taken.
    #[error(transparent)]
    Lock(#[from] LockRefused),
    /// Another client has the drive for itself, so that nothing was sent.
    #[error("{owner} has the drive for itself")]
    Locked {
        /// Who.
        owner: String,
    },
    /// A client's name that is none.
    #[error(transparent)]
    ClientName(#[from] InvalidClientName),
    /// The drive has no such feature.
    #[error("the drive has no feature {0:?}")]
    NoSuchFeature(FeatureCode),
    /// The drive has that feature, but not with the disc that is in it.
    #[error("feature {0:?} is not current")]
    FeatureNotCurrent(FeatureCode),
    /// The answer to a question for a mode page does not have it.
    #[error("the drive has no mode page {:02X}h", .0.value())]
    NoSuchModePage(PageCode),
    /// The drive answered with the header of a structure, and nothing behind it.
    #[error("structure {code:02X}h of the disc is empty")]
    NoStructure {
        /// Which structure.
        code: u8,
    },
    /// The drive was released more often than it was acquired.
    #[error("nobody has acquired the drive by this recorder")]
    NotAcquired,
    /// The drive answered something else than it was asked for.
    #[error("the drive answered {command} with something else")]
    Foreign {
        /// Name of the command.
        command: &'static str,
    },
    /// The drive ejected, and the disc is in all the same.
    #[error("the disc did not come out")]
    StillIn,
    /// The caller gave what cannot be sent.
    #[error("{parameter} cannot be {given}")]
    Argument {
        /// Which argument.
        parameter: &'static str,
        /// What it was: a length or a number.
        given: i64,
    },
    /// The system has no number for the drive.
    #[error("the drive has no number")]
    NoNumber,
}

impl RecorderError {
    /// An argument with a length or place in memory that it cannot have.
    pub(crate) fn wrong(parameter: &'static str, given: usize) -> Self {
        Self::Argument { parameter, given: i64::try_from(given).unwrap_or(i64::MAX) }
    }

    /// What the drive means, where it said something.
    #[must_use]
    pub fn condition(&self) -> Option<Condition> {
        match self {
            Self::Command(error) => error.condition(),
            Self::Wait(error) => error.condition(),
            _ => None,
        }
    }
}

impl Coded for RecorderError {
    fn code(&self) -> HResult {
        match self {
            Self::Transport(error) => error.code(),
            Self::Command(error) => error.code(),
            Self::Wait(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::Locked { .. } => v2::E_IMAPI_RECORDER_LOCKED,
            Self::ClientName(error) => error.code(),
            Self::NoSuchFeature(_) => v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE,
            Self::FeatureNotCurrent(_) => v2::E_IMAPI_RECORDER_FEATURE_IS_NOT_CURRENT,
            Self::NoSuchModePage(_) => v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE,
            Self::NoStructure { .. } => v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT,
            Self::NotAcquired => common::E_HANDLE,
            Self::Foreign { .. } => v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
            Self::StillIn => v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
            Self::Argument { .. } => common::E_INVALIDARG,
            Self::NoNumber => common::E_FAIL,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Transport(error) => error.facts(put),
            Self::Command(error) => error.facts(put),
            Self::Wait(error) => error.facts(put),
            Self::Lock(error) => error.facts(put),
            Self::Locked { owner } => put(Fact::LockOwner, Value::Text(owner)),
            Self::ClientName(error) => error.facts(put),
            Self::NoSuchFeature(code) | Self::FeatureNotCurrent(code) => put(Fact::Feature, Value::Text(code)),
            Self::NoSuchModePage(page) => put(Fact::Page, Value::Text(&format_args!("{:02X}h", page.value()))),
            Self::NoStructure { code } => put(Fact::Page, Value::Text(&format_args!("{code:02X}h"))),
            Self::NotAcquired | Self::NoNumber => {}
            Self::StillIn => put(Fact::Command, Value::Text(&"START STOP UNIT")),
            Self::Foreign { command } => put(Fact::Command, Value::Text(command)),
            Self::Argument { parameter, given } => {
                put(Fact::Parameter, Value::Text(parameter));
                put(Fact::Given, Value::from(*given));
            }
        }
    }
}
