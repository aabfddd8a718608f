//! Bytes as blocks: how long a source is, and what becomes of a last block that the bytes do not fill.

use std::num::NonZeroU32;

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// Data that ends within a block, where whole blocks are wanted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes are not whole blocks of {block_size}")]
pub struct PartialBlock {
    /// The length of the data in bytes.
    pub bytes: u64,
    /// The block size in bytes.
    pub block_size: NonZeroU32,
}

impl Coded for PartialBlock {
    fn code(&self) -> HResult {
        common::E_INVALIDARG
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Size, Value::from(self.bytes));
        put(Fact::Expected, Value::U32(self.block_size.get()));
    }
}

/// A length in bytes, counted in blocks of which the last may be filled up with zeros.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    pub bytes: u64,
    pub block_size: NonZeroU32,
}

impl Extent {
    pub fn whole(bytes: u64, block_size: NonZeroU32) -> Result<Self, PartialBlock> {
        if bytes % u64::from(block_size.get()) == 0 {
            Ok(Self { bytes, block_size })
        } else {
            Err(PartialBlock { bytes, block_size })
        }
    }

    pub const fn padded(bytes: u64, block_size: NonZeroU32) -> Self {
        Self { bytes, block_size }
    }

    pub fn blocks(&self) -> u64 {
        self.bytes.div_ceil(u64::from(self.block_size.get()))
    }

    /// Divides a buffer into the part that data fills, when it is read from `offset`, and the zeros after the data.
    pub fn split<'a>(&self, offset: u64, out: &'a mut [u8]) -> (&'a mut [u8], &'a mut [u8]) {
        let data = usize::try_from(self.bytes.saturating_sub(offset)).unwrap_or(usize::MAX);
        out.split_at_mut(data.min(out.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

    #[test]
    fn a_partial_block_is_refused_or_counted_by_choice() {
        assert_eq!(Extent::whole(8, FOUR).map(|extent| extent.blocks()), Ok(2));
        assert_eq!(
            Extent::whole(9, FOUR).map(|extent| extent.blocks()),
            Err(PartialBlock { bytes: 9, block_size: FOUR })
        );
        assert_eq!(Extent::padded(9, FOUR).blocks(), 3);
        assert_eq!(Extent::padded(0, FOUR).blocks(), 0);
    }

    #[test]
    fn zeros_begin_where_the_data_ends() {
        let mut out = [0; 8];
        let (data, zeros) = Extent::padded(9, FOUR).split(4, &mut out);
        assert_eq!((data.len(), zeros.len()), (5, 3));
    }
}
