//! Which file systems there are, and opening one.

use std::sync::Arc;

use imapi_disc_types::BlockSource;

use crate::{Names, OpenOptions, Volume, VolumeError, VolumeFacts, blocks::Blocks, iso9660, udf};

/// A file system that was found.
#[derive(Debug)]
pub struct Found {
    /// By which names its files are told.
    pub names: Names,
    /// What it says of itself, or why it cannot be read.
    pub facts: Result<VolumeFacts, VolumeError>,
}

/// Which file systems there are in a session. Those that are there and cannot be read are among them.
#[doc(alias = "IFileSystemImage::IdentifyFileSystemsOnDisc")]
pub fn identify(source: &Arc<dyn BlockSource>, options: &OpenOptions) -> Result<Vec<Found>, VolumeError> {
    let mut all = Vec::new();
    for names in Names::ALL {
        let facts = match open_one(source, names, options) {
            Ok(volume) => Ok(volume.facts().clone()),
            Err(VolumeError::Missing { .. }) => continue,
            Err(error @ VolumeError::BlockSize { .. }) => return Err(error),
            Err(error) => Err(error),
        };
        all.push(Found { names, facts });
    }
    Ok(all)
}

/// Opens the file system with those names; without, the one that tells most of its files and can be read: UDF, Rock Ridge,
/// Joliet, ISO 9660, in this order.
pub fn open(
    source: &Arc<dyn BlockSource>,
    names: Option<Names>,
    options: &OpenOptions,
) -> Result<Box<dyn Volume>, VolumeError> {
    if let Some(names) = names {
        return open_one(source, names, options);
    }
    let mut first_error = None;
    for names in [Names::Udf, Names::RockRidge, Names::Joliet, Names::Iso9660] {
        match open_one(source, names, options) {
            Ok(volume) => return Ok(volume),
            Err(VolumeError::Missing { .. }) => {}
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or(VolumeError::None))
}

fn open_one(
    source: &Arc<dyn BlockSource>,
    names: Names,
    options: &OpenOptions,
) -> Result<Box<dyn Volume>, VolumeError> {
    let blocks = Blocks::new(source, options)?;
    match names {
        Names::Udf => udf::open(blocks, options),
        Names::Iso9660 | Names::RockRidge | Names::Joliet => iso9660::open(blocks, names, options),
    }
}
