//! [`BrowseError`]: why something cannot be looked into.

use imapi_disc_types::FileError;
use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_recorder::RecorderError;

use super::RawSectorError;
use crate::{drives::DriveError, read::ReadError};

/// Something cannot be looked into.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowseError {
    /// The image file cannot be opened.
    #[error(transparent)]
    File(#[from] FileError),
    /// The image file has raw sectors, and those are not of data.
    #[error(transparent)]
    Raw(#[from] RawSectorError),
    /// There is no such drive.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// The disc in the drive has nothing to read.
    #[error(transparent)]
    Disc(#[from] ReadError),
    /// There is no such session with data.
    #[error("there is no session {session} with data")]
    NoSession {
        /// Which was asked for.
        session: u16,
        /// How many there are.
        count: usize,
    },
}

impl From<RecorderError> for BrowseError {
    fn from(error: RecorderError) -> Self {
        Self::Disc(error.into())
    }
}

impl Coded for BrowseError {
    fn code(&self) -> HResult {
        match self {
            Self::File(error) => error.code(),
            Self::Raw(error) => error.code(),
            Self::Drive(error) => error.code(),
            Self::Disc(error) => error.code(),
            Self::NoSession { .. } => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::File(error) => error.facts(put),
            Self::Raw(error) => error.facts(put),
            Self::Drive(error) => error.facts(put),
            Self::Disc(error) => error.facts(put),
            Self::NoSession { session, count } => {
                put(Fact::Session, Value::U32((*session).into()));
                put(Fact::Limit, Value::U32(u32::try_from(*count).unwrap_or(u32::MAX)));
            }
        }
    }
}
