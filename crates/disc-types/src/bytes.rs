//! [`BytesSource`]: bytes in memory.

use std::num::NonZeroU32;

use crate::{Block, BlockSource, PartialBlock, Request, SourceError, extent::Extent};

/// Bytes that are in memory, or mapped into it, as a source.
#[derive(Debug, Clone)]
pub struct BytesSource<B> {
    bytes: B,
    extent: Extent,
}

impl<B: AsRef<[u8]> + Send + Sync> BytesSource<B> {
    /// These bytes; refused unless they are whole blocks.
    pub fn new(bytes: B, block_size: NonZeroU32) -> Result<Self, PartialBlock> {
        let extent = Extent::whole(bytes.as_ref().len() as u64, block_size)?;
        Ok(Self { bytes, extent })
    }

    /// These bytes, and zeros up to the end of the last block.
    pub fn padded(bytes: B, block_size: NonZeroU32) -> Self {
        let extent = Extent::padded(bytes.as_ref().len() as u64, block_size);
        Self { bytes, extent }
    }
}

impl<B: AsRef<[u8]> + Send + Sync> BlockSource for BytesSource<B> {
    fn block_size(&self) -> NonZeroU32 {
        self.extent.block_size
    }

    fn blocks(&self) -> u64 {
        self.extent.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let bytes = self.bytes.as_ref();
        let start = usize::try_from(request.offset).unwrap_or(usize::MAX);
        let bytes = bytes.get(start..).unwrap_or_default();
        let (data, zeros) = request.out.split_at_mut(bytes.len().min(request.out.len()));
        data.copy_from_slice(&bytes[..data.len()]);
        zeros.fill(0);
        Ok(request.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

    #[test]
    fn a_last_block_that_is_not_full_is_refused() {
        assert_eq!(BytesSource::new([1; 9], FOUR).err(), Some(PartialBlock { bytes: 9, block_size: FOUR }));
        assert_eq!(BytesSource::new([1; 8], FOUR).expect("whole blocks").blocks(), 2);
    }

    #[test]
    fn or_filled_up_with_zeros() {
        let source = BytesSource::padded([1; 9], FOUR);
        let mut out = [0xA5; 12];
        assert_eq!(source.read(Block(0), &mut out).expect("readable").get(), 3);
        assert_eq!(out, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0]);
    }
}
