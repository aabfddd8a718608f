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
            Self::Name { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::Exists { .. } | Self::StreamExists { .. } => fs::IMAPI_E_DUP_NAME,
            Self::NotADirectory { .. } => fs::IMAPI_E_NOT_DIR,
            Self::NotEmpty { .. } => fs::IMAPI_E_DIR_NOT_EMPTY,
            Self::NotInTree { .. } => fs::IMAPI_E_NOT_IN_FILE_SYSTEM,
            Self::NotAFile { .. } => fs::IMAPI_E_NOT_FILE,
            Self::NoStream { .. } => fs::IMAPI_E_FILE_NOT_FOUND,
            Self::Root | Self::Locked { .. } | Self::TooManyStreams { .. } => fs::IMAPI_E_INVALID_PARAM,
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
            Self::TooManyStreams { path } => {
                put(Fact::Parameter, Value::Text(&"streamName"));
                put(Fact::File, Value::Text(path));
                put(Fact::Limit, Value::from(super::Tree::STREAMS as u64));
            }
            Self::NotADirectory { path } | Self::NotAFile { path } => put(Fact::Path, Value::Text(path)),
            Self::NotEmpty { path } => put(Fact::Directory, Value::Text(path)),
            Self::Name { name } => put(Fact::Path, Value::Text(name)),
            Self::NotInTree { name } => put(Fact::Name, Value::Text(name)),
            Self::Root => put(Fact::Parameter, Value::Text(&"path")),
            Self::Locked { point } => {
                put(Fact::Parameter, Value::Text(&"ChangePoint"));
                put(Fact::Given, Value::I64(i64::try_from(point.0).unwrap_or(i64::MAX)));
            }
            Self::Full => put(Fact::Reason, Value::Text(self)),
        }
    }
}
