//! [`ReadError`]: why a disc was not read.

use std::{io, path::PathBuf};

use imapi_disc_types::Cancelled;
use imapi_errors::{Coded, Fact, HResult, Value, common, fs, v2};
use imapi_format2::FormatError;
use imapi_mmc_transport::CommandError;
use imapi_recorder::RecorderError;

use super::MapError;

/// A disc was not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// There is nothing on the disc that could be in an image: it has sound alone.
    #[error("the disc has no data")]
    NothingToRead,
    /// There is nothing on the disc.
    #[error("the disc is blank")]
    Blank,
    /// The disc has no such session with data.
    #[error("the disc has no session {session} with data")]
    NoSession {
        /// Which was asked for.
        session: u16,
    },
    /// The disc has sound, which a source of data leaves out.
    #[error("the disc has sound")]
    HasSound,
    /// The disc has several sessions, of which each refers to addresses on this disc.
    #[error("the disc has {count} sessions")]
    SeveralSessions {
        /// How many.
        count: usize,
    },
    /// The map is of no use.
    #[error("{} is of no use", file.display())]
    Map {
        /// The map.
        file: PathBuf,
        /// What is wrong with it.
        #[source]
        cause: MapError,
    },
    /// The image or the map cannot be written.
    #[error("cannot write {}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<RecorderError> for ReadError {
    fn from(error: RecorderError) -> Self {
        Self::Format(error.into())
    }
}

impl From<CommandError> for ReadError {
    fn from(error: CommandError) -> Self {
        Self::Format(error.into())
    }
}

impl Coded for ReadError {
    fn code(&self) -> HResult {
        match self {
            Self::Format(error) => error.code(),
            Self::NothingToRead | Self::HasSound => v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE,
            Self::Blank => fs::IMAPI_E_EMPTY_DISC,
            Self::SeveralSessions { .. } => common::E_NOTIMPL,
            Self::NoSession { .. } => common::E_INVALIDARG,
            Self::Map { cause, .. } => cause.code(),
            Self::File { cause, .. } => cause.code(),
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Format(error) => error.facts(put),
            Self::NothingToRead | Self::Blank | Self::HasSound | Self::Cancelled(_) => {}
            Self::SeveralSessions { count } => {
                put(Fact::Session, Value::U32(u32::try_from(*count).unwrap_or(u32::MAX)));
            }
            Self::NoSession { session } => put(Fact::Session, Value::U32((*session).into())),
            Self::Map { file, cause } => {
                put(Fact::File, Value::Text(&file.display()));
                cause.facts(put);
            }
            Self::File { file, cause } => {
                put(Fact::File, Value::Text(&file.display()));
                cause.facts(put);
            }
        }
    }
}
