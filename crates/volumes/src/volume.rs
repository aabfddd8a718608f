//! [`Volume`]: a file system that can be asked for its folders, whichever it is.

use imapi_disc_types::{Block, Timestamp};

use crate::{Entry, Names, VolumeError};

/// A file system that can be asked for its folders, whichever it is.
pub trait Volume: Send + Sync {
    /// What is known of it as a whole.
    fn facts(&self) -> &VolumeFacts;

    /// The folder that all others are in.
    fn root(&self) -> &Entry;

    /// What is in a folder of this volume, in the order of the disc.
    fn children(&self, folder: &Entry) -> Result<Vec<Entry>, VolumeError>;

    /// The named streams of a file of this volume, as files.
    fn streams(&self, file: &Entry) -> Result<Vec<Entry>, VolumeError> {
        let _ = file;
        Ok(Vec::new())
    }
}

/// What is known of a volume as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VolumeFacts {
    /// By which names its files are told.
    pub names: Names,
    /// Its name.
    pub label: String,
    /// How many blocks it says it has, and where they begin.
    pub first: Block,
    /// How many blocks it says it has.
    pub blocks: u64,
    /// The revision of UDF by which it was made, as `0x0260`.
    pub udf_revision: Option<u16>,
    /// The revision of UDF that a reader must know.
    pub udf_min_read: Option<u16>,
    /// The revision of UDF that a writer must know.
    pub udf_min_write: Option<u16>,
    /// Whether the partition of UDF was made to be written once and only read from then on.
    pub udf_read_only: Option<bool>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When it was changed.
    pub modified: Option<Timestamp>,
    /// Who made it for whom, with what: what the descriptors say beside, by name (`publisher`, `application` …).
    pub identifiers: Vec<(&'static str, String)>,
    /// How many files and folders it says it has, where it says.
    pub counts: Option<(u64, u64)>,
}

impl VolumeFacts {
    /// A volume of which nothing more is known.
    #[must_use]
    pub const fn new(names: Names) -> Self {
        Self {
            names,
            label: String::new(),
            first: Block(0),
            blocks: 0,
            udf_revision: None,
            udf_min_read: None,
            udf_min_write: None,
            udf_read_only: None,
            created: None,
            modified: None,
            identifiers: Vec::new(),
            counts: None,
        }
    }
}
