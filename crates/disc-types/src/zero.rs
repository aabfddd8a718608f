//! [`Zero`]: nothing but zeros, in any amount.

use std::num::NonZeroU32;

use crate::{Block, BlockSource, Request, SourceError};

/// So many blocks of zeros: IMAPI's `MsftStreamZero`.
#[doc(alias = "MsftStreamZero")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zero {
    block_size: NonZeroU32,
    blocks: u64,
}

impl Zero {
    /// So many blocks of that size.
    pub const fn new(block_size: NonZeroU32, blocks: u64) -> Self {
        Self { block_size, blocks }
    }
}

impl BlockSource for Zero {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        request.out.fill(0);
        Ok(request.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SECTOR_SIZE;

    #[test]
    fn all_of_it_is_zero() {
        let mut out = [0xA5; 4096];
        let source = Zero::new(SECTOR_SIZE, 3);
        assert_eq!(source.read(Block(2), &mut out).expect("readable").get(), 1);
        assert_eq!((out[2047], out[2048]), (0, 0xA5));
    }
}
