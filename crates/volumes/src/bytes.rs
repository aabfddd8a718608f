//! [`FileBytes`]: the bytes of a file, at any place.

use std::{fmt, sync::Arc};

use imapi_disc_types::{Block, BlockSource, SourceError};
use imapi_volume_structs::SECTOR;

use crate::{Run, Runs};

/// The bytes of a file, at any place.
///
/// Any number of threads may read it.
#[derive(Clone)]
pub struct FileBytes {
    source: Arc<dyn BlockSource>,
    /// Each run with the bytes of the file before it.
    runs: Arc<[(u64, Run)]>,
    len: u64,
}

impl FileBytes {
    /// The bytes in those runs of that source.
    #[must_use]
    pub fn new(source: Arc<dyn BlockSource>, runs: &Runs) -> Self {
        let mut len: u64 = 0;
        let runs = runs.as_slice().iter().map(|run| {
            let before = len;
            len = len.saturating_add(run.bytes);
            (before, *run)
        });
        Self { source, runs: runs.collect(), len }
    }

    /// How many bytes there are.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// There are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Reads from a byte of the file on, as much as there is room for: less only at the end of the file.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<usize, SourceError> {
        let mut filled = 0;
        let mut index = self.runs.partition_point(|(before, run)| before.saturating_add(run.bytes) <= offset);
        while let (Some((before, run)), true) = (self.runs.get(index), filled < out.len()) {
            let within = (offset + filled as u64).saturating_sub(*before);
            let room = out.len() - filled;
            let count = usize::try_from(run.bytes - within).map_or(room, |rest| rest.min(room));
            let part = &mut out[filled..filled + count];
            match run.start {
                Some(start) => self.read_from(start.saturating_add(within), part)?,
                None => part.fill(0),
            }
            filled += count;
            index += 1;
        }
        Ok(filled)
    }

    /// Reads from a byte of the source on. What does not begin or end with a block is copied out of it.
    fn read_from(&self, byte: u64, out: &mut [u8]) -> Result<(), SourceError> {
        let mut sector = [0; SECTOR];
        let mut block = Block(byte / SECTOR as u64);
        let skip = usize::try_from(byte % SECTOR as u64).unwrap_or(0);
        let mut rest = out;
        if skip > 0 {
            let (head, behind) = rest.split_at_mut(rest.len().min(SECTOR - skip));
            self.source.read_all(block, &mut sector)?;
            head.copy_from_slice(&sector[skip..skip + head.len()]);
            (rest, block) = (behind, Block(block.0 + 1));
        }
        let whole = rest.len() - rest.len() % SECTOR;
        let (middle, tail) = rest.split_at_mut(whole);
        if !middle.is_empty() {
            self.source.read_all(block, middle)?;
        }
        if !tail.is_empty() {
            self.source.read_all(Block(block.0 + (whole / SECTOR) as u64), &mut sector)?;
            tail.copy_from_slice(&sector[..tail.len()]);
        }
        Ok(())
    }
}

impl fmt::Debug for FileBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileBytes").field("len", &self.len).field("runs", &self.runs.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::{PseudoRandom, SECTOR_SIZE};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever the runs, a read gives the bytes that stand at those places.
        #[test]
        fn reads_are_the_bytes_of_the_runs(
            places in proptest::collection::vec((proptest::option::of(0..60_000_u64), 0..5000_u64), 0..6),
            offset in 0..30_000_u64,
            len in 0..20_000_usize,
        ) {
            let source: Arc<dyn BlockSource> = Arc::new(PseudoRandom::new(3, SECTOR_SIZE, 32));
            let mut all = vec![0; 32 * SECTOR];
            source.read_all(Block(0), &mut all).expect("it can be read");
            let runs: Vec<Run> = places.iter().map(|&(start, bytes)| Run { start, bytes }).collect();
            let mut expected = Vec::new();
            for run in &runs {
                let bytes = usize::try_from(run.bytes).expect("small");
                match run.start.map(|start| usize::try_from(start).expect("small")) {
                    Some(start) => expected.extend_from_slice(&all[start..start + bytes]),
                    None => expected.resize(expected.len() + bytes, 0),
                }
            }
            let file = FileBytes::new(source, &runs.into_iter().collect());
            prop_assert_eq!(file.len(), expected.len() as u64);
            let mut out = vec![0xA5; len];
            let count = file.read_at(offset, &mut out).expect("it can be read");
            let from = usize::try_from(offset).expect("small").min(expected.len());
            prop_assert_eq!(&out[..count], &expected[from..(from + len).min(expected.len())]);
        }
    }
}
