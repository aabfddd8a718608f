//! [`ScanError`]: what keeps a folder from being added.

use std::{io, path::PathBuf};

use imapi_disc_types::Cancelled;
use imapi_errors::{Coded, Fact, HResult, Value, common, fs};

use crate::{ContentError, TreeError};

/// A file or folder on disk that cannot be added. Nothing of what was to be added is in the image then.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// What was to be added cannot be found.
    #[error("cannot find {}", path.display())]
    Source {
        /// The path as it was given.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A folder above what was to be added is not there.
    #[error("there is no folder above {}", path.display())]
    NothingAbove {
        /// The path as it was given.
        path: PathBuf,
    },
    /// Something else than a folder was to be added as one.
    #[error("{} is no folder", path.display())]
    NotADirectory {
        /// The path.
        path: PathBuf,
    },
    /// A folder was to be added as a file.
    #[error("{} is a folder", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A folder cannot be listed.
    #[error("cannot read the folder {}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be looked at, or may not be read.
    #[error("cannot read {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// An extended attribute whose name no stream can have: `user..`.
    #[error("the attribute {attribute} of {} cannot become a named stream", path.display())]
    Attribute {
        /// The file.
        path: PathBuf,
        /// The attribute.
        attribute: String,
    },
    /// A link that was to be followed leads to a folder that it is in.
    #[error("{} leads to a folder that it is in", path.display())]
    Cycle {
        /// The link.
        path: PathBuf,
    },
    /// A path in the image, or a pair of paths, that cannot be used.
    #[error("{given:?} is no path in an image")]
    Path {
        /// What was given.
        given: String,
    },
    /// A pair of paths without the sign that parts them.
    #[error("{given:?} has no = between a path in the image and one on disk")]
    NoPair {
        /// What was given.
        given: String,
    },
    /// A pair of paths without the second.
    #[error("{given:?} is to have nothing in it: behind the = belongs a path on disk")]
    NothingOnDisk {
        /// The path in the image.
        given: String,
    },
    /// The tree does not take it.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The bytes cannot be registered.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Coded for ScanError {
    fn code(&self) -> HResult {
        match self {
            Self::Source { source, .. } => source.code(),
            Self::NothingAbove { .. } => common::ERROR_PATH_NOT_FOUND,
            Self::NotADirectory { .. } => fs::IMAPI_E_NOT_DIR,
            Self::NotAFile { .. } => fs::IMAPI_E_NOT_FILE,
            Self::Folder { .. } | Self::Cycle { .. } => fs::IMAPI_E_DIRECTORY_READ_FAILURE,
            Self::File { .. } => fs::IMAPI_E_DATA_STREAM_CREATE_FAILURE,
            Self::Attribute { .. } => common::ERROR_INVALID_NAME,
            Self::Path { .. } | Self::NoPair { .. } | Self::NothingOnDisk { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::Tree(error) => error.code(),
            Self::Content(error) => error.code(),
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Source { path, source } => {
                put(Fact::Path, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::NothingAbove { path } | Self::NotADirectory { path } | Self::NotAFile { path } => {
                put(Fact::Path, Value::Text(&path.display()));
            }
            Self::Folder { path, source } => {
                put(Fact::Directory, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::File { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            // What the system says of such links too.
            Self::Cycle { path } => {
                put(Fact::Directory, Value::Text(&path.display()));
                put(Fact::SystemError, Value::Text(&io::Error::from(rustix::io::Errno::LOOP)));
            }
            Self::Attribute { path, attribute } => {
                put(Fact::File, Value::Text(&path.display()));
                put(Fact::Name, Value::Text(attribute));
            }
            Self::Path { given } | Self::NoPair { given } | Self::NothingOnDisk { given } => {
                put(Fact::Path, Value::Text(given));
            }
            Self::Tree(error) => error.facts(put),
            Self::Content(error) => error.facts(put),
            Self::Cancelled(_) => {}
        }
    }
}
