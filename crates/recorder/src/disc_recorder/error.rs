//! [`DiscRecorderError`]: what a call of IMAPI's object ends with.

use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_mmc_transport::LockRefused;

use crate::RecorderError;

/// A call of a [`DiscRecorder`](crate::DiscRecorder) did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscRecorderError {
    /// The object is no drive yet.
    #[error("{member} came before InitializeDiscRecorder")]
    NotInitialized {
        /// The member that was called.
        member: &'static str,
        /// The code that is documented for it.
        code: HResult,
    },
    /// A text that cannot be an id.
    #[error("{given:?} is no id of a drive")]
    NoId {
        /// What was given.
        given: String,
    },
    /// The drive could not be acquired.
    #[error(transparent)]
    Refused(LockRefused),
    /// The drive, or the system for it, failed.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
}

impl Coded for DiscRecorderError {
    fn code(&self) -> HResult {
        match self {
            Self::NotInitialized { code, .. } => *code,
            Self::NoId { .. } => common::E_INVALIDARG,
            // IMAPI asks the driver, which knows no better. Whoever only sends a command hears that the drive is locked.
            Self::Refused(LockRefused::Held { .. }) => common::E_ACCESSDENIED,
            Self::Refused(refused) => refused.code(),
            Self::Recorder(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NotInitialized { member, .. } => put(Fact::Operation, Value::Text(member)),
            Self::NoId { given } => {
                put(Fact::Parameter, Value::Text(&"recorderUniqueId"));
                put(Fact::Given, Value::Text(given));
            }
            Self::Refused(refused) => refused.facts(put),
            Self::Recorder(error) => error.facts(put),
        }
    }
}
