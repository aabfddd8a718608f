//! [`Raw2Error`]: what IMAPI's object refuses, and what failed.

use imapi_cd_image::SubCode;
use imapi_disc_types::InvalidClientName;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_recorder::RecorderError;

use crate::RawError;

/// Something that the object does not do now, or that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Raw2Error {
    /// A disc is being written.
    #[error("a disc is being written")]
    WriteInProgress,
    /// No disc is being written.
    #[error("no disc is being written")]
    WriteNotInProgress,
    /// No disc is prepared.
    #[error("no disc is prepared")]
    NotPrepared,
    /// A disc is prepared.
    #[error("a disc is prepared already")]
    Prepared,
    /// Nobody said which drive.
    #[error("there is no recorder yet")]
    RecorderRequired,
    /// Nobody said which drive, and the call that needs it has another code for that.
    #[error("there is no recorder yet")]
    SpeedNeedsRecorder,
    /// Nobody said which drive, and the call that needs it has yet another code for that.
    #[error("there is no recorder yet")]
    NoPointer,
    /// The drive writes no raw images.
    #[error("the drive writes no raw images")]
    RecorderNotSupported,
    /// What the program calls itself is missing, or no name.
    #[error("the client name is missing or not valid")]
    ClientName(#[source] Option<InvalidClientName>),
    /// The drive does not write sectors with these sub-channels.
    #[error("the drive does not write sectors with sub-channels of the form {sub_code:?}")]
    SubCodeNotSupported {
        /// The form.
        sub_code: SubCode,
    },
    /// The drive did not do something.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// The image was not written.
    #[error(transparent)]
    Raw(#[from] RawError),
}

impl Coded for Raw2Error {
    fn code(&self) -> HResult {
        match self {
            Self::WriteInProgress => v2::E_IMAPI_DF2RAW_WRITE_IN_PROGRESS,
            Self::WriteNotInProgress => v2::E_IMAPI_DF2RAW_WRITE_NOT_IN_PROGRESS,
            Self::NotPrepared => v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_PREPARED,
            Self::Prepared => v2::E_IMAPI_DF2RAW_MEDIA_IS_PREPARED,
            Self::RecorderRequired => v2::E_IMAPI_DF2RAW_NO_RECORDER_SPECIFIED,
            Self::SpeedNeedsRecorder => v2::E_IMAPI_RECORDER_REQUIRED,
            Self::NoPointer => common::E_POINTER,
            Self::RecorderNotSupported => v2::E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED,
            Self::ClientName(_) => v2::E_IMAPI_DF2RAW_CLIENT_NAME_IS_NOT_VALID,
            Self::SubCodeNotSupported { .. } => v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED,
            Self::Recorder(error) => error.code(),
            Self::Raw(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::ClientName(Some(error)) => error.facts(put),
            Self::SubCodeNotSupported { sub_code } => {
                put(Fact::SectorType, Value::Text(&format_args!("{sub_code:?}")));
            }
            Self::Recorder(error) => error.facts(put),
            Self::Raw(error) => error.facts(put),
            _ => {}
        }
    }
}
