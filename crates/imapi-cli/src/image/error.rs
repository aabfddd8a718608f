//! [`CreateError`]: why there is no image.

use std::{
    io,
    path::{self, Path, PathBuf},
};

use imapi::checksums::EmbedError;
use imapi_errors::{Coded, Fact, HResult, Value, fs};
use imapi_fsimage::{ContentError, GlobError, ImportError, Mapping, PlanError, ScanError, TreeError, WriteError};

use super::{arguments::ImageArguments, booting::BootingError, dates::NoEpoch, destination::DestinationError};

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    #[error(transparent)]
    Epoch(#[from] NoEpoch),
    #[error(transparent)]
    Glob(#[from] GlobError),
    #[error(transparent)]
    Destination(#[from] DestinationError),
    #[error(transparent)]
    Scan(#[from] ScanError),
    #[error(transparent)]
    Tree(#[from] TreeError),
    #[error(transparent)]
    Content(#[from] ContentError),
    #[error(transparent)]
    Booting(#[from] BootingError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Checksums(#[from] EmbedError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Write(#[from] WriteError),
    /// There is nothing with that path to be removed.
    #[error("there is no {path}")]
    NoPath { path: String },
    /// Signals cannot be heard.
    #[error("signals cannot be heard")]
    Signals(#[source] io::Error),
}

impl CreateError {
    fn coded(&self) -> Option<&dyn Coded> {
        Some(match self {
            Self::Epoch(error) => error,
            Self::Glob(error) => error,
            Self::Destination(error) => error,
            Self::Scan(error) => error,
            Self::Tree(error) => error,
            Self::Content(error) => error,
            Self::Booting(error) => error,
            Self::Plan(error) => error,
            Self::Checksums(error) => error,
            Self::Import(error) => error,
            Self::Write(error) => error,
            Self::Signals(error) => error,
            Self::NoPath { .. } => return None,
        })
    }

    /// The option by which there would be an image.
    pub fn helpful_option(&self, arguments: &ImageArguments) -> Option<&'static str> {
        match self {
            Self::Destination(DestinationError::Exists { .. }) => Some("--force"),
            // What was named itself has to be readable.
            Self::Scan(ScanError::File { path, .. } | ScanError::Folder { path, .. }) => {
                let named = arguments.paths.iter().map(PathBuf::as_path);
                let mapped = arguments.map.iter().map(Mapping::on_disk);
                let is_named = named.chain(mapped).any(|named| named == path || same_path(named, path));
                (!is_named && !arguments.skip_unreadable).then_some("--skip-unreadable")
            }
            Self::Plan(error) if error.code() == fs::IMAPI_E_ISO9660_LEVELS => Some("--deep-folders"),
            Self::Scan(ScanError::Attribute { .. })
            | Self::Plan(PlanError::RockRidge { .. } | PlanError::LinkTooLong { .. }) => Some("--exclude"),
            Self::Plan(PlanError::TooBig { .. }) if arguments.iso_level.is_some_and(|level| level < 3) => {
                Some("--iso-level 3")
            }
            _ => None,
        }
    }
}

fn same_path(one: &Path, other: &Path) -> bool {
    path::absolute(one).is_ok_and(|one| one == other)
}

impl Coded for CreateError {
    fn code(&self) -> HResult {
        self.coded().map_or(fs::IMAPI_E_ITEM_NOT_FOUND, Coded::code)
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoPath { path } => put(Fact::Path, Value::Text(path)),
            other => other.coded().into_iter().for_each(|error| error.facts(put)),
        }
    }
}
