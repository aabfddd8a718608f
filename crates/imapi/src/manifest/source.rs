//! [`HashingSource`]: a source, and the checksums of what is read of it.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use imapi_disc_types::{Block, BlockRange, BlockSource, SourceError};

use super::{FileSpan, Manifest, hasher::Hasher};

/// A source of blocks of 2048 bytes, and the checksums of what is read of it.
///
/// An engine reads its source from front to back, and so everything is hashed while it is burned, by threads beside it.
/// What is read otherwise is put in order as far as it is near; what was never read is read in the end.
pub struct HashingSource<S> {
    source: S,
    state: Mutex<State>,
}

struct State {
    hasher: Hasher,
    /// The block that is hashed next.
    next: u64,
    /// What came too early: several drives read beside each other.
    early: BTreeMap<u64, Arc<[u8]>>,
}

/// Pieces that are kept because they came too early.
const MOST_EARLY: usize = 8;
/// What is read at once in the end.
const AT_ONCE: usize = 1 << 20;

impl<S: BlockSource> HashingSource<S> {
    /// Before a source with these files in it.
    #[must_use]
    pub fn new(source: S, files: Vec<FileSpan>) -> Self {
        let state = State { hasher: Hasher::new(files, u64::MAX), next: 0, early: BTreeMap::new() };
        Self { source, state: Mutex::new(state) }
    }

    /// The checksums. What has not been read yet is read now.
    pub fn finish(self) -> Result<Manifest, SourceError> {
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let size = self.source.block_size().get() as usize;
        let mut buffer = vec![0; AT_ONCE / size * size];
        while state.next < self.source.blocks() {
            let first = state.next;
            let count = self.source.read(Block(first), &mut buffer)?.get() as usize;
            state.take(first, &buffer[..count * size], size);
        }
        Ok(state.hasher.finish().into())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, first: u64, bytes: &[u8], size: usize) {
        let blocks = (bytes.len() / size) as u64;
        if first > self.next {
            if self.early.len() < MOST_EARLY {
                self.early.insert(first, bytes.into());
            }
            return;
        }
        // Some of it may have been read before.
        let known = usize::try_from(self.next - first).unwrap_or(usize::MAX).saturating_mul(size);
        if let Some(new) = bytes.get(known..).filter(|new| !new.is_empty()) {
            self.next = first + blocks;
            self.hasher.take(&new.into());
            while let Some((&early, _)) = self.early.first_key_value().filter(|(early, _)| **early <= self.next) {
                let bytes = self.early.remove(&early).unwrap_or_default();
                self.take(early, &bytes, size);
            }
        }
    }
}

impl<S: BlockSource> BlockSource for HashingSource<S> {
    fn block_size(&self) -> NonZeroU32 {
        self.source.block_size()
    }

    fn blocks(&self) -> u64 {
        self.source.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let count = self.source.read(first, out)?;
        let size = self.block_size().get() as usize;
        if let Some(read) = out.get(..count.get() as usize * size) {
            self.state().take(first.0, read, size);
        }
        Ok(count)
    }

    fn modified(&self) -> Option<&[BlockRange]> {
        self.source.modified()
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.source.name_of(block)
    }
}

impl<S: fmt::Debug> fmt::Debug for HashingSource<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashingSource").field("source", &self.source).finish_non_exhaustive()
    }
}
