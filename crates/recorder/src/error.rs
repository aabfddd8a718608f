//! [`RecorderError`]: what a drive did not do.

use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_mmc_transport::{CommandError, LockRefused, TransportError, WaitError, feature::FeatureCode};

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
    /// The drive has no such feature.
    #[error("the drive has no feature {0:?}")]
    NoSuchFeature(FeatureCode),
    /// The drive has that feature, but not with the disc that is in it.
    #[error("feature {0:?} is not current")]
    FeatureNotCurrent(FeatureCode),
    /// The drive was released more often than it was acquired.
    #[error("nobody has acquired the drive by this recorder")]
    NotAcquired,
    /// The drive answered something else than it was asked for.
    #[error("the drive answered {command} with something else")]
    Foreign {
        /// Name of the command.
        command: &'static str,
    },
}

impl Coded for RecorderError {
    fn code(&self) -> HResult {
        match self {
            Self::Transport(error) => error.code(),
            Self::Command(error) => error.code(),
            Self::Wait(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::NoSuchFeature(_) => v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE,
            Self::FeatureNotCurrent(_) => v2::E_IMAPI_RECORDER_FEATURE_IS_NOT_CURRENT,
            Self::NotAcquired => imapi_errors::common::E_FAIL,
            Self::Foreign { .. } => v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Transport(error) => error.facts(put),
            Self::Command(error) => error.facts(put),
            Self::Wait(error) => error.facts(put),
            Self::Lock(error) => error.facts(put),
            Self::NoSuchFeature(code) | Self::FeatureNotCurrent(code) => {
                put(Fact::Reason, Value::Text(&format_args!("{code:?}")));
            }
            Self::NotAcquired => {}
            Self::Foreign { command } => put(Fact::Command, Value::Text(command)),
        }
    }
}
