//! [`VolumeError`]: why a volume cannot be read.

use imapi_disc_types::{Block, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, common, fs};

use crate::{FileSystem, Finding, Names};

/// Why a volume cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VolumeError {
    /// There is no file system that can be read.
    #[error("there is neither ISO 9660 nor UDF")]
    None,
    /// The source is not in blocks of 2048 bytes.
    #[error("file systems of discs are in blocks of 2048 bytes, not of {bytes}")]
    BlockSize {
        /// The bytes of its blocks.
        bytes: u32,
    },
    /// There are file systems, but not that one.
    #[error("there is no {names}")]
    Missing {
        /// Which.
        names: Names,
    },
    /// What stands there breaks a rule.
    #[error("{0}")]
    Broken(Box<Finding>),
    /// It is intact but needs something that cannot be done here.
    #[error("{file_system} with {feature}, at block {block}, cannot be read")]
    Unsupported {
        /// The file system.
        file_system: FileSystem,
        /// What it needs.
        feature: &'static str,
        /// Where that is said.
        block: Block,
    },
    /// A block is needed that lies outside of what was recorded.
    #[error("block {block} is outside of what was recorded, {blocks} blocks")]
    Outside {
        /// Which block.
        block: u64,
        /// How many there are.
        blocks: u64,
    },
    /// A block cannot be read.
    #[error(transparent)]
    Unreadable(#[from] SourceError),
}

impl Coded for VolumeError {
    fn code(&self) -> HResult {
        match self {
            Self::None => fs::IMAPI_E_NO_SUPPORTED_FILE_SYSTEM,
            Self::BlockSize { .. } => common::E_INVALIDARG,
            Self::Missing { .. } => fs::IMAPI_E_FILE_SYSTEM_NOT_FOUND,
            Self::Broken(_) => fs::IMAPI_E_FILE_SYSTEM_READ_CONSISTENCY_ERROR,
            Self::Unsupported { .. } => fs::IMAPI_E_FILE_SYSTEM_FEATURE_NOT_SUPPORTED,
            Self::Outside { .. } => fs::IMAPI_E_IMPORT_SEEK_FAILURE,
            Self::Unreadable(_) => fs::IMAPI_E_IMPORT_READ_FAILURE,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::None => {}
            Self::BlockSize { bytes } => put(Fact::Size, Value::U32(*bytes)),
            Self::Missing { names } => put(Fact::FileSystem, Value::Text(names)),
            Self::Broken(finding) => {
                put(Fact::FileSystem, Value::Text(&finding.file_system));
                put(Fact::Block, Value::from(finding.block.0));
                put(Fact::Reason, Value::Text(finding));
            }
            Self::Unsupported { file_system, feature, block } => {
                put(Fact::FileSystem, Value::Text(file_system));
                put(Fact::Feature, Value::Text(feature));
                put(Fact::Block, Value::from(block.0));
            }
            Self::Outside { block, .. } => put(Fact::Block, Value::from(*block)),
            Self::Unreadable(error) => error.facts(put),
        }
    }
}
