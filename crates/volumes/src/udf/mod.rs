//! UDF 1.02 to 2.60.

use crate::{Names, OpenOptions, Volume, VolumeError, blocks::Blocks};

/// Opens the volume.
pub fn open(blocks: Blocks, options: &OpenOptions) -> Result<Box<dyn Volume>, VolumeError> {
    let _ = (blocks, options);
    Err(VolumeError::Missing { names: Names::Udf })
}
