//! [`Tao2Error`]: what IMAPI's object refuses, and what failed.

use imapi_disc_types::InvalidClientName;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_format2::{FormatError, audio::NumberError};
use imapi_recorder::RecorderError;

use crate::TaoError;

/// Something that the object does not do now, or that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Tao2Error {
    /// A track is being written.
    #[error("a track is being written")]
    WriteInProgress,
    /// No track is being written.
    #[error("no track is being written")]
    WriteNotInProgress,
    /// There is no disc that was prepared.
    #[error("no disc is prepared")]
    MediaIsNotPrepared,
    /// A disc is prepared.
    #[error("a disc is prepared")]
    MediaIsPrepared,
    /// Whether a disc stays open is a matter of blank ones.
    #[error("the disc is not blank")]
    PropertyForBlankMediaOnly,
    /// Nothing is on the disc.
    #[error("the disc has no track yet")]
    TableOfContentsEmptyDisc,
    /// Nobody said which drive.
    #[error("there is no recorder yet")]
    NoRecorderSpecified,
    /// Nobody said of which drive the speed is to be set.
    #[error("there is no recorder yet whose speed could be set")]
    RecorderRequired,
    /// The drive does not write track by track.
    #[error("the drive does not write CDs track by track")]
    RecorderNotSupported,
    /// What the program calls itself is missing, or no name.
    #[error("the client name is missing or not valid")]
    ClientName(#[source] Option<InvalidClientName>),
    /// A number of disc or recording is none.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// All of a disc of sound is never compared.
    #[error("a disc of sound cannot be verified as a whole")]
    NoFullVerification,
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A track was not written, or a disc not finished.
    #[error(transparent)]
    Tao(#[from] TaoError),
}

impl From<RecorderError> for Tao2Error {
    fn from(error: RecorderError) -> Self {
        Self::Format(error.into())
    }
}

impl Coded for Tao2Error {
    fn code(&self) -> HResult {
        match self {
            Self::WriteInProgress => v2::E_IMAPI_DF2TAO_WRITE_IN_PROGRESS,
            Self::WriteNotInProgress => v2::E_IMAPI_DF2TAO_WRITE_NOT_IN_PROGRESS,
            Self::MediaIsNotPrepared => v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED,
            Self::MediaIsPrepared => v2::E_IMAPI_DF2TAO_MEDIA_IS_PREPARED,
            Self::PropertyForBlankMediaOnly => v2::E_IMAPI_DF2TAO_PROPERTY_FOR_BLANK_MEDIA_ONLY,
            Self::TableOfContentsEmptyDisc => v2::E_IMAPI_DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC,
            Self::NoRecorderSpecified => v2::E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED,
            Self::RecorderRequired => v2::E_IMAPI_RECORDER_REQUIRED,
            Self::RecorderNotSupported => v2::E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED,
            Self::ClientName(_) => v2::E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID,
            Self::Number(error) => error.code(),
            Self::NoFullVerification => common::E_NOTIMPL,
            Self::Format(error) => error.code(),
            Self::Tao(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::ClientName(Some(error)) => error.facts(put),
            Self::Number(error) => error.facts(put),
            Self::Format(error) => error.facts(put),
            Self::Tao(error) => error.facts(put),
            _ => {}
        }
    }
}
