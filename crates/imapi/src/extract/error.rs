//! [`ExtractError`]: why files were not extracted.

use std::io;

use imapi_disc_types::{Cancelled, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, common, fs};
use imapi_volumes::VolumeError;

use super::UnpackError;

/// Files were not extracted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExtractError {
    /// The volume cannot be read.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// There is something already.
    #[error("{path} is there already")]
    Exists {
        /// The path below the folder that files go into.
        path: String,
    },
    /// A name would lead out of its folder.
    #[error("{path} has a name that is none")]
    Unsafe {
        /// The path in the volume.
        path: String,
    },
    /// The system did not make or write something.
    #[error("cannot make {path}")]
    System {
        /// The path below the folder that files go into, or that folder.
        path: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The bytes of a file cannot be read.
    #[error("cannot read {path}")]
    Content {
        /// The path in the volume.
        path: String,
        /// Why not.
        #[source]
        cause: SourceError,
    },
    /// The bytes of a file are compressed, and cannot be unpacked.
    #[error("cannot unpack {path}")]
    Packed {
        /// The path in the volume.
        path: String,
        /// Why not.
        #[source]
        cause: UnpackError,
    },
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl ExtractError {
    /// It is about the bytes of one file of the volume; others can be read.
    pub(super) const fn is_damage(&self) -> bool {
        matches!(self, Self::Content { .. } | Self::Packed { .. })
    }
}

impl Coded for ExtractError {
    fn code(&self) -> HResult {
        match self {
            Self::Volume(error) => error.code(),
            Self::Exists { .. } => common::ERROR_FILE_EXISTS,
            Self::Unsafe { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::System { cause, .. } => cause.code(),
            Self::Content { .. } => fs::IMAPI_E_IMPORT_READ_FAILURE,
            Self::Packed { cause, .. } => cause.code(),
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Volume(error) => error.facts(put),
            Self::Exists { path } => put(Fact::File, Value::Text(path)),
            Self::Unsafe { path } => put(Fact::Path, Value::Text(path)),
            Self::System { path, cause } => {
                put(Fact::File, Value::Text(path));
                cause.facts(put);
            }
            Self::Content { path, cause } => {
                put(Fact::File, Value::Text(path));
                cause.facts(put);
            }
            Self::Packed { path, cause } => {
                put(Fact::File, Value::Text(path));
                cause.facts(put);
            }
            Self::Cancelled(_) => {}
        }
    }
}
