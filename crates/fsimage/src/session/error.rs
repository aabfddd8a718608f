//! [`ImportError`] and [`AppendError`]: why nothing can be added to what a disc has.

use imapi_disc_types::{Cancelled, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, fs};
use imapi_volumes::{FileSystem, VolumeError};

use crate::{ContentError, TreeError};

/// Why what a disc has cannot become a part of the tree.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The disc cannot be read, or what is on it is damaged.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// The disc has a file where the tree has a folder.
    #[error("{path:?} is a file in {file_system} on the disc and a folder in the image")]
    FileMeetsFolder {
        /// Its path.
        path: String,
        /// The file system of the disc.
        file_system: FileSystem,
    },
    /// The disc has a folder where the tree has a file.
    #[error("{path:?} is a folder in {file_system} on the disc and a file in the image")]
    FolderMeetsFile {
        /// Its path.
        path: String,
        /// The file system of the disc.
        file_system: FileSystem,
    },
    /// The tree does not take it: a name that no file can have, or too many files.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// There are too many contents.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The caller wanted it to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Coded for ImportError {
    fn code(&self) -> HResult {
        match self {
            Self::Volume(error) => error.code(),
            Self::FileMeetsFolder { .. } => fs::IMAPI_E_IMPORT_TYPE_COLLISION_FILE_EXISTS_AS_DIRECTORY,
            Self::FolderMeetsFile { .. } => fs::IMAPI_E_IMPORT_TYPE_COLLISION_DIRECTORY_EXISTS_AS_FILE,
            Self::Tree(TreeError::Name { .. }) => fs::IMAPI_E_INVALID_PATH,
            Self::Tree(error) => error.code(),
            Self::Content(error) => error.code(),
            Self::Cancelled(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Volume(error) => error.facts(put),
            Self::FileMeetsFolder { path, file_system } => {
                put(Fact::FileSystem, Value::Text(file_system));
                put(Fact::File, Value::Text(path));
            }
            Self::FolderMeetsFile { path, file_system } => {
                put(Fact::FileSystem, Value::Text(file_system));
                put(Fact::Directory, Value::Text(path));
            }
            Self::Tree(error) => {
                if let TreeError::Name { name } = error {
                    put(Fact::Path, Value::Text(name));
                }
                error.facts(put);
            }
            Self::Content(error) => error.facts(put),
            Self::Cancelled(error) => error.facts(put),
        }
    }
}

/// Why an image cannot be written behind what a disc has.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// What has to be written again does not go into the place of what is there.
    #[error("the disc has no room for {needed} descriptors at block 16: block {block} has something else")]
    NoRoom {
        /// The descriptors of the new state.
        needed: u64,
        /// The first block that has something else.
        block: u64,
    },
    /// The image does not begin where it would be written to.
    #[error("an image for block {found} of a disc cannot be written at block {expected}")]
    WrongStart {
        /// Where it would be written to.
        expected: u64,
        /// For which block it was made.
        found: u64,
    },
    /// What has to be written again cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
}

impl Coded for AppendError {
    fn code(&self) -> HResult {
        match self {
            Self::NoRoom { .. } => fs::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION,
            Self::WrongStart { .. } => fs::IMAPI_E_DISC_MISMATCH,
            Self::Source(_) => fs::IMAPI_E_IMPORT_READ_FAILURE,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoRoom { block, .. } => put(Fact::Block, Value::from(*block)),
            Self::WrongStart { expected, found } => {
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::Source(error) => error.facts(put),
        }
    }
}
