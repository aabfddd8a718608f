//! [`Request`]: what every source checks before it reads, written once.

use std::num::NonZeroU32;

use imapi_errors::{Coded, Fact, HResult, Value, common};

use crate::{Block, BlockSource, SourceError};

/// A read that a source can take on: within its bounds, and in whole blocks.
#[derive(Debug)]
pub struct Request<'a> {
    /// The first block.
    pub first: Block,
    /// How many blocks there are room and data for.
    pub count: NonZeroU32,
    /// Where the first block is in the source, in bytes; `u64::MAX` where 64 bits cannot count them.
    pub offset: u64,
    /// Room for these blocks and no more.
    pub out: &'a mut [u8],
}

/// A read that no source takes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The buffer holds no whole number of blocks, or none.
    #[error("a buffer of {len} bytes is not one or more whole blocks of {block_size}")]
    NotWholeBlocks {
        /// The buffer's length in bytes.
        len: usize,
        /// The source's block size in bytes.
        block_size: NonZeroU32,
    },
    /// The read begins where the source has ended.
    #[error("the source has {blocks} blocks")]
    PastTheEnd {
        /// How many blocks the source has.
        blocks: u64,
    },
}

impl<'a> Request<'a> {
    /// Checks the arguments of a [`BlockSource::read`], and shortens `out` to what there is until the end.
    pub fn admit<S: BlockSource + ?Sized>(source: &S, first: Block, out: &'a mut [u8]) -> Result<Self, SourceError> {
        Self::within(source.block_size(), source.blocks(), first, out).map_err(|error| SourceError::new(first, error))
    }

    fn within(block_size: NonZeroU32, blocks: u64, first: Block, out: &'a mut [u8]) -> Result<Self, RequestError> {
        let size = block_size.get() as usize;
        if out.is_empty() || out.len() % size != 0 {
            return Err(RequestError::NotWholeBlocks { len: out.len(), block_size });
        }
        let left = blocks.saturating_sub(first.0).min((out.len() / size) as u64);
        // More than four thousand million blocks at once are as many as a count can tell.
        let count =
            NonZeroU32::new(u32::try_from(left).unwrap_or(u32::MAX)).ok_or(RequestError::PastTheEnd { blocks })?;
        let len = count.get() as usize * size;
        let offset = first.0.saturating_mul(u64::from(block_size.get()));
        Ok(Self { first, count, offset, out: &mut out[..len] })
    }
}

impl Coded for RequestError {
    fn code(&self) -> HResult {
        match self {
            Self::NotWholeBlocks { .. } => common::E_INVALIDARG,
            Self::PastTheEnd { .. } => common::ERROR_HANDLE_EOF,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NotWholeBlocks { len, block_size } => {
                put(Fact::Size, Value::from(*len as u64));
                put(Fact::Expected, Value::U32(block_size.get()));
            }
            Self::PastTheEnd { blocks } => put(Fact::Limit, Value::from(*blocks)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: NonZeroU32 = NonZeroU32::new(10).expect("not zero");

    fn within(blocks: u64, first: u64, len: usize) -> Result<(u32, u64, usize), RequestError> {
        let mut out = vec![0; len];
        Request::within(TEN, blocks, Block(first), &mut out).map(|r| (r.count.get(), r.offset, r.out.len()))
    }

    #[test]
    fn a_read_within_the_source_is_taken_as_it_is() {
        assert_eq!(within(8, 5, 30), Ok((3, 50, 30)));
    }

    #[test]
    fn a_read_beyond_the_end_is_shortened_to_it() {
        assert_eq!(within(8, 6, 30), Ok((2, 60, 20)));
    }

    #[test]
    fn a_read_that_begins_at_the_end_or_behind_it_is_refused() {
        for first in [8, 9, u64::MAX] {
            assert_eq!(within(8, first, 10), Err(RequestError::PastTheEnd { blocks: 8 }));
        }
        assert_eq!(within(0, 0, 10), Err(RequestError::PastTheEnd { blocks: 0 }));
    }

    #[test]
    fn a_buffer_of_no_whole_blocks_is_refused() {
        for len in [0, 9, 11, 25] {
            assert_eq!(within(8, 0, len), Err(RequestError::NotWholeBlocks { len, block_size: TEN }));
        }
    }

    #[test]
    fn each_refusal_has_the_code_that_the_contract_names() {
        assert_eq!(RequestError::NotWholeBlocks { len: 3, block_size: TEN }.code(), common::E_INVALIDARG);
        assert_eq!(RequestError::PastTheEnd { blocks: 8 }.code(), common::ERROR_HANDLE_EOF);
    }
}
