//! [`store`]: what is new on a disc goes into the file or onto the disk that it is.

use std::{
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use imapi_disc_types::{Block, BlockRange, BlockSource, Control};
use imapi_volume_structs::SECTOR;

use crate::{ImageWritten, WriteError};

/// Blocks that are written at once.
const AT_ONCE: usize = 512;

/// Writes the blocks of a source that differ from what a file has, in the order that the source gives, and each range only
/// when the one before it is on the disk: so the file can be read at any moment, if the source was made for that.
///
/// What fails before anything of the file was written over leaves it as it was.
pub fn store(
    source: &dyn BlockSource,
    file: &File,
    path: &Path,
    control: &mut Control<'_, ImageWritten>,
) -> Result<(), WriteError> {
    let failed = |source: io::Error| WriteError::File { file: PathBuf::from(path), source };
    let before = file.metadata().map_err(failed)?.len();
    let ranges: Vec<Range<u64>> = match source.modified() {
        Some(ranges) => ranges.iter().map(|range| range.range()).collect(),
        None => BlockRange::from_range(&(0..source.blocks())).iter().map(|range| range.range()).collect(),
    };
    let of = ranges.iter().map(|range| range.end - range.start).sum();
    let mut at = ImageWritten { blocks: 0, of };
    let mut buffer = vec![0; AT_ONCE * SECTOR];
    for (number, range) in ranges.into_iter().enumerate() {
        let mut write = || -> Result<(), WriteError> {
            let mut block = range.start;
            while block < range.end {
                let room = usize::try_from(range.end - block).map_or(AT_ONCE, |left| left.min(AT_ONCE));
                let count = source.read(Block(block), &mut buffer[..room * SECTOR])?.get();
                let bytes = &buffer[..count as usize * SECTOR];
                file.write_all_at(bytes, block * SECTOR as u64).map_err(failed)?;
                block += u64::from(count);
                at.blocks += u64::from(count);
                // What is written over has to be written whole.
                if number == 0 {
                    control.emit(&at)?;
                }
            }
            file.sync_data().map_err(failed)
        };
        if let Err(error) = write() {
            if number == 0 {
                // The file is what it was, but for what was put behind it.
                let _ = file.set_len(before);
            }
            return Err(error);
        }
    }
    file.sync_all().map_err(failed)
}
