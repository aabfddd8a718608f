//! [`PlanError`]: trees that cannot become an image.

use imapi_errors::{Coded, Fact, HResult, Value, common, fs};

use crate::{BootError, ContentError};

/// A tree that cannot become an image of that kind.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// No file system was chosen.
    #[error("no file system was chosen")]
    NoFileSystem,
    /// An option has a value that does not go with the others.
    #[error("the option {option}: {reason}")]
    Option {
        /// Which.
        option: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// The name of the volume is too long, or has characters of control.
    #[error("{name:?} has more than 32 characters, or some of control")]
    VolumeName {
        /// The name.
        name: String,
    },
    /// A folder lies too deep.
    #[error("{path:?} lies below the eighth level of folders")]
    TooDeep {
        /// Its path.
        path: String,
    },
    /// More folders than the file system can number.
    #[error("{file_system} has at most 65,535 folders")]
    TooManyFolders {
        /// The file system.
        file_system: &'static str,
    },
    /// A file that is too large for one extent, where it must have only one.
    #[error("{path:?} has {size} bytes, too many for {file_system}")]
    TooBig {
        /// Its path.
        path: String,
        /// Its bytes.
        size: u64,
        /// The file system.
        file_system: &'static str,
    },
    /// All names that a file could have are taken.
    #[error("{path:?} has no name of its own in {file_system}")]
    NoUniqueName {
        /// Its path.
        path: String,
        /// The file system.
        file_system: &'static str,
    },
    /// Attributes, name or link of a file are longer than Rock Ridge can tell.
    #[error("{path:?}: its name or where it leads is too long for Rock Ridge")]
    RockRidge {
        /// Its path.
        path: String,
    },
    /// Where a link leads, or a step of it, is longer than the file system has room for.
    #[error("{path:?} leads where no link in {file_system} can lead: {found} bytes where {limit} are allowed")]
    LinkTooLong {
        /// Its path.
        path: String,
        /// The file system.
        file_system: &'static str,
        /// The bytes of it all, or of its longest step.
        found: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A text of the volume is longer than its field.
    #[error("{given:?} has more than {limit} characters, too many for {option}")]
    TextTooLong {
        /// Which text.
        option: &'static str,
        /// It.
        given: String,
        /// How many characters there may be.
        limit: usize,
    },
    /// The image has more blocks than a disc can number.
    #[error("the image has {blocks} blocks, more than a disc can number")]
    ImageTooBig {
        /// Its blocks.
        blocks: u64,
    },
    /// No machine could start from it.
    #[error(transparent)]
    Boot(#[from] BootError),
    /// The tree and the contents do not know the same files.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Coded for PlanError {
    fn code(&self) -> HResult {
        match self {
            Self::NoFileSystem => fs::IMAPI_E_NO_OUTPUT,
            Self::Option { .. } | Self::TextTooLong { .. } => fs::IMAPI_E_INVALID_PARAM,
            Self::VolumeName { .. } => fs::IMAPI_E_INVALID_VOLUME_NAME,
            Self::TooDeep { .. } => fs::IMAPI_E_ISO9660_LEVELS,
            Self::TooManyFolders { .. } => fs::IMAPI_E_TOO_MANY_DIRS,
            Self::TooBig { .. } => fs::IMAPI_E_DATA_TOO_BIG,
            Self::NoUniqueName { .. } => fs::IMAPI_E_NO_UNIQUE_NAME,
            Self::RockRidge { .. } | Self::LinkTooLong { .. } => common::ERROR_FILENAME_EXCED_RANGE,
            Self::ImageTooBig { .. } => fs::IMAPI_E_IMAGE_TOO_BIG,
            Self::Boot(error) => error.code(),
            Self::Content(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoFileSystem => {}
            Self::Option { option, reason } => {
                put(Fact::Parameter, Value::Text(option));
                put(Fact::Reason, Value::Text(reason));
            }
            Self::VolumeName { name } => {
                put(Fact::Given, Value::Text(name));
                put(Fact::Limit, Value::from(crate::options::LONGEST_VOLUME as u64));
            }
            Self::TextTooLong { option, given, limit } => {
                put(Fact::Parameter, Value::Text(option));
                put(Fact::Given, Value::Text(given));
                put(Fact::Limit, Value::from(*limit as u64));
            }
            Self::TooDeep { path } => put(Fact::Path, Value::Text(path)),
            Self::RockRidge { path } => {
                put(Fact::Path, Value::Text(path));
                put(Fact::FileSystem, Value::Text(&"Rock Ridge"));
            }
            Self::LinkTooLong { path, file_system, found, limit } => {
                put(Fact::Path, Value::Text(path));
                put(Fact::FileSystem, Value::Text(file_system));
                put(Fact::Found, Value::from(*found));
                put(Fact::Limit, Value::from(*limit));
            }
            Self::TooManyFolders { file_system } => put(Fact::FileSystem, Value::Text(file_system)),
            Self::TooBig { path, size, file_system } => {
                put(Fact::FileSystem, Value::Text(file_system));
                put(Fact::Path, Value::Text(path));
                put(Fact::Size, Value::from(*size));
            }
            Self::NoUniqueName { path, file_system } => {
                put(Fact::Path, Value::Text(path));
                put(Fact::FileSystem, Value::Text(file_system));
            }
            Self::ImageTooBig { blocks } => put(Fact::Needed, Value::from(*blocks)),
            Self::Boot(error) => error.facts(put),
            Self::Content(error) => error.facts(put),
        }
    }
}
