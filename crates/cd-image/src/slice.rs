//! [`Slice`]: some of the blocks of a source.

use std::{borrow::Cow, num::NonZeroU32, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};

/// Some of the blocks of a source, one behind the other.
#[derive(Clone)]
pub struct Slice {
    source: Arc<dyn BlockSource>,
    first: u64,
    blocks: u64,
}

impl Slice {
    /// So many blocks from the first one on, as far as the source has them.
    #[must_use]
    pub fn new(source: Arc<dyn BlockSource>, first: u64, blocks: u64) -> Self {
        let blocks = blocks.min(source.blocks().saturating_sub(first));
        Self { source, first, blocks }
    }
}

impl BlockSource for Slice {
    fn block_size(&self) -> NonZeroU32 {
        self.source.block_size()
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let read = self.source.read(Block(self.first + first.0), request.out);
        read.map_err(|error| SourceError { at: first, cause: error.cause })
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        if block.0 < self.blocks { self.source.name_of(Block(self.first + block.0)) } else { None }
    }
}
