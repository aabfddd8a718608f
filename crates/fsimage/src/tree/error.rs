//! [`TreeError`]: what cannot be done to a tree.

use imapi_errors::{Coded, Fact, HResult, Value, fs};

use super::ChangePoint;

/// Something that cannot be done to a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A name that no file can have.
    #[error("{name:?} is no name of a file")]
    Name {
        /// The name.
        name: String,
    },
    /// The folder has something of that name.
    #[error("{path:?} is there already")]
    Exists {
        /// The path.
        path: String,
    },
    /// Something that is no folder should have others in it.
    #[error("{path:?} is no folder")]
    NotADirectory {
        /// The path.
        path: String,
    },
    /// The folder is not empty.
    #[error("{path:?} is not empty")]
    NotEmpty {
        /// The path.
        path: String,
    },
    /// The node is not in the tree any more.
    #[error("{name:?} is not in the image")]
    NotInTree {
        /// Its name.
        name: String,
    },
    /// Something that is no file should have a stream.
    #[error("{path:?} is no file")]
    NotAFile {
        /// The path.
        path: String,
    },
    /// The file has a stream of that name.
    #[error("{path:?} has a stream {name:?} already")]
    StreamExists {
        /// The path of the file.
        path: String,
        /// The name of the stream.
        name: String,
    },
    /// A name that no stream can have.
    #[error("{name:?} is no name of a stream of {path:?}")]
    StreamName {
        /// The path of the file.
        path: String,
        /// The name.
        name: String,
    },
    /// The file has no stream of that name.
    #[error("{path:?} has no stream {name:?}")]
    NoStream {
        /// The path of the file.
        path: String,
        /// The name of the stream.
        name: String,
    },
    /// The image has as many streams as it may have.
    #[error("{path:?} would have the first of more than {} streams", super::Tree::STREAMS)]
    TooManyStreams {
        /// The path of the file.
        path: String,
    },
    /// A name with other characters than the image allows.
    #[error("{name:?} has characters that the image does not allow")]
    Restricted {
        /// The name.
        name: String,
    },
    /// A name that a file system of the image would change, where everything keeps to the letter of the standards.
    #[error("{name:?} cannot stand in {file_system} as it is")]
    NotStandard {
        /// The name.
        name: String,
        /// The file system.
        file_system: &'static str,
    },
    /// The image would become larger than it may be.
    #[error("with {path:?} the image would have {needed} blocks, and it may have {limit}")]
    NoRoom {
        /// What there is no room for.
        path: String,
        /// Blocks that the image would have.
        needed: u64,
        /// Blocks that it may have.
        limit: u64,
    },
    /// A folder would lie too deep.
    #[error("{path:?} lies below the eighth level of folders")]
    TooDeep {
        /// Its path.
        path: String,
    },
    /// More folders than a file system of the image can number.
    #[error("{file_system} has at most 65,535 folders")]
    TooManyFolders {
        /// The file system.
        file_system: &'static str,
    },
    /// A file that is too large for a file system of the image.
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
    /// The root can neither be removed nor replaced.
    #[error("the root of an image stays where it is")]
    Root,
    /// One cannot go back so far.
    #[error("there is no way back to change {0:?}", point.0)]
    Locked {
        /// Where to.
        point: ChangePoint,
    },
    /// Four thousand million nodes, or as many bytes of names.
    #[error("the tree is full")]
    Full,
}

impl Coded for TreeError {
    fn code(&self) -> HResult {
        match self {
            Self::Name { .. } | Self::NotStandard { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::Exists { .. } | Self::StreamExists { .. } => fs::IMAPI_E_DUP_NAME,
            Self::NotADirectory { .. } => fs::IMAPI_E_NOT_DIR,
            Self::NotEmpty { .. } => fs::IMAPI_E_DIR_NOT_EMPTY,
            Self::NotInTree { .. } => fs::IMAPI_E_NOT_IN_FILE_SYSTEM,
            Self::NotAFile { .. } => fs::IMAPI_E_NOT_FILE,
            Self::NoStream { .. } => fs::IMAPI_E_FILE_NOT_FOUND,
            Self::Restricted { .. } => fs::IMAPI_E_RESTRICTED_NAME_VIOLATION,
            Self::NoRoom { .. } => fs::IMAPI_E_IMAGE_SIZE_LIMIT,
            Self::TooDeep { .. } => fs::IMAPI_E_ISO9660_LEVELS,
            Self::TooManyFolders { .. } => fs::IMAPI_E_TOO_MANY_DIRS,
            Self::TooBig { .. } => fs::IMAPI_E_DATA_TOO_BIG,
            Self::NoUniqueName { .. } => fs::IMAPI_E_NO_UNIQUE_NAME,
            Self::Root | Self::Locked { .. } | Self::TooManyStreams { .. } | Self::StreamName { .. } => {
                fs::IMAPI_E_INVALID_PARAM
            }
            Self::Full => fs::IMAPI_E_FSI_INTERNAL_ERROR,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            // The message of a name that is there names it alone; where it is follows as a fact.
            Self::Exists { path } => {
                put(Fact::Name, Value::Text(&path.rsplit('/').next().unwrap_or(path)));
                put(Fact::Path, Value::Text(path));
            }
            Self::StreamExists { path, name } => {
                put(Fact::Name, Value::Text(name));
                put(Fact::Path, Value::Text(path));
            }
            Self::NoStream { path, name } => put(Fact::File, Value::Text(&format_args!("{path}:{name}"))),
            Self::StreamName { path, name } => {
                put(Fact::Parameter, Value::Text(&"streamName"));
                put(Fact::File, Value::Text(path));
                put(Fact::Name, Value::Text(name));
            }
            Self::TooManyStreams { path } => {
                put(Fact::Parameter, Value::Text(&"streamName"));
                put(Fact::File, Value::Text(path));
                put(Fact::Limit, Value::from(super::Tree::STREAMS as u64));
            }
            Self::NotADirectory { path } | Self::NotAFile { path } | Self::TooDeep { path } => {
                put(Fact::Path, Value::Text(path));
            }
            Self::NotEmpty { path } => put(Fact::Directory, Value::Text(path)),
            Self::Name { name } => put(Fact::Path, Value::Text(name)),
            Self::NotStandard { name, file_system } => {
                put(Fact::Path, Value::Text(name));
                put(Fact::FileSystem, Value::Text(file_system));
            }
            Self::NoRoom { path, needed, limit } => {
                put(Fact::Path, Value::Text(path));
                put(Fact::Needed, Value::from(*needed));
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
            Self::NotInTree { name } | Self::Restricted { name } => put(Fact::Name, Value::Text(name)),
            Self::Root => put(Fact::Parameter, Value::Text(&"path")),
            Self::Locked { point } => {
                put(Fact::Parameter, Value::Text(&"ChangePoint"));
                put(Fact::Given, Value::I64(i64::try_from(point.0).unwrap_or(i64::MAX)));
            }
            Self::Full => put(Fact::Reason, Value::Text(self)),
        }
    }
}
