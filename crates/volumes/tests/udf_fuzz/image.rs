//! [`Patched`]: an image with some blocks that are others, and how much of it was read.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};

use super::udf_images::bytes::BLOCK;

/// An image with some blocks that are others.
pub struct Patched {
    pub image: Arc<Vec<u8>>,
    pub patches: BTreeMap<u64, Vec<u8>>,
    pub blocks: u64,
    /// How many blocks were read.
    pub read: AtomicU64,
}

impl Patched {
    pub fn new(image: &Arc<Vec<u8>>) -> Self {
        let blocks = (image.len() / BLOCK) as u64;
        Self { image: Arc::clone(image), patches: BTreeMap::new(), blocks, read: AtomicU64::new(0) }
    }

    /// A block as it is now.
    pub fn block(&self, block: u64) -> &[u8] {
        if let Some(patch) = self.patches.get(&block) {
            return patch;
        }
        let at = usize::try_from(block).expect("small") * BLOCK;
        &self.image[at..at + BLOCK]
    }
}

impl BlockSource for Patched {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, out, .. } = Request::admit(self, first, out)?;
        for (part, block) in out.chunks_mut(BLOCK).zip(first.0..first.0 + u64::from(count.get())) {
            part.copy_from_slice(self.block(block));
        }
        self.read.fetch_add(count.get().into(), Ordering::Relaxed);
        Ok(count)
    }
}
