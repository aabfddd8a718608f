//! [`Buffer`]: memory that a drive can take from where it lies, used over and over.

use imapi_disc_types::{Block, BlockSource, SourceError};

/// Where pages of memory begin.
pub(crate) const PAGE: usize = 4096;

/// Some blocks, beginning on a page of memory.
#[derive(Debug)]
pub(crate) struct Buffer {
    memory: Vec<u8>,
    begins: usize,
    len: usize,
    /// Where in the source its first block is.
    pub first: u64,
    /// How many of its blocks are filled.
    pub blocks: u64,
}

impl Buffer {
    pub fn new(len: usize, alignment: usize) -> Self {
        let alignment = alignment.max(PAGE);
        let memory = vec![0; len + alignment];
        let begins = memory.as_ptr().addr().wrapping_neg() % alignment;
        Self { memory, begins, len, first: 0, blocks: 0 }
    }

    /// So many bytes from that one on.
    pub fn bytes(&self, begin: usize, count: usize) -> &[u8] {
        &self.memory[self.begins..][..self.len][begin..][..count]
    }

    fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.memory[self.begins..][..self.len]
    }

    /// Fills it with so many blocks of a source. On an error, the blocks before it are there.
    pub fn fill(&mut self, source: &dyn BlockSource, first: u64, blocks: u64) -> Result<(), SourceError> {
        let size = source.block_size().get() as usize;
        (self.first, self.blocks) = (first, 0);
        while self.blocks < blocks {
            let from = self.blocks;
            let wanted = usize::try_from(blocks - from).unwrap_or(usize::MAX).saturating_mul(size);
            let at = usize::try_from(from).unwrap_or(usize::MAX) * size;
            let room = &mut self.bytes_mut()[at..];
            let wanted = wanted.min(room.len());
            self.blocks += u64::from(source.read(Block(first + from), &mut room[..wanted])?.get());
        }
        Ok(())
    }

    /// Zeros behind so many bytes, up to others.
    pub fn pad(&mut self, from: usize, to: usize) {
        self.bytes_mut()[from..to].fill(0);
    }
}
