//! [`Data2Error`]: what IMAPI's object refuses, and what failed.

use imapi_disc_types::InvalidClientName;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_format2::FormatError;
use imapi_recorder::RecorderError;

use crate::DataError;

/// Something that the object does not do now, or that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Data2Error {
    /// A disc is being written.
    #[error("a disc is being written")]
    WriteInProgress,
    /// No disc is being written.
    #[error("no disc is being written")]
    WriteNotInProgress,
    /// Nobody said which drive.
    #[error("there is no recorder yet")]
    RecorderRequired,
    /// The drive writes no data.
    #[error("the drive writes no data")]
    RecorderNotSupported,
    /// What the program calls itself is missing, or no name.
    #[error("the client name is missing or not valid")]
    ClientName(#[source] Option<InvalidClientName>),
    /// The disc is in a state in which there is no such number.
    #[error("the disc is in a state in which it has no such number")]
    MediaState,
    /// The drive cannot tell.
    #[error("the drive cannot tell")]
    NotTold,
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The disc was not burned.
    #[error(transparent)]
    Data(#[from] DataError),
}

impl From<RecorderError> for Data2Error {
    fn from(error: RecorderError) -> Self {
        Self::Format(error.into())
    }
}

impl Coded for Data2Error {
    fn code(&self) -> HResult {
        match self {
            Self::WriteInProgress => v2::E_IMAPI_DF2DATA_WRITE_IN_PROGRESS,
            Self::WriteNotInProgress => v2::E_IMAPI_DF2DATA_WRITE_NOT_IN_PROGRESS,
            Self::RecorderRequired => v2::E_IMAPI_RECORDER_REQUIRED,
            Self::RecorderNotSupported => v2::E_IMAPI_DF2DATA_RECORDER_NOT_SUPPORTED,
            Self::ClientName(_) => v2::E_IMAPI_DF2DATA_CLIENT_NAME_IS_NOT_VALID,
            Self::MediaState => v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE,
            Self::NotTold => common::E_NOTIMPL,
            Self::Format(error) => error.code(),
            Self::Data(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Format(error) => error.facts(put),
            Self::Data(error) => error.facts(put),
            Self::ClientName(Some(error)) => error.facts(put),
            _ => {}
        }
    }
}
