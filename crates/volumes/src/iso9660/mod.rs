//! ISO 9660, with the names of Rock Ridge or of Joliet.

use crate::{Names, OpenOptions, Volume, VolumeError, blocks::Blocks};

/// Opens the volume with those names.
pub fn open(blocks: Blocks, names: Names, options: &OpenOptions) -> Result<Box<dyn Volume>, VolumeError> {
    let _ = (blocks, options);
    Err(VolumeError::Missing { names })
}
