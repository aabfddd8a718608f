//! [`Joined`]: sources one behind the other, with zeros between them.

use std::{borrow::Cow, num::NonZeroU32};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};

/// Sources of the same block size one behind the other, with zeros between them.
pub struct Joined<'a> {
    block_size: NonZeroU32,
    /// Each with the block at which it begins.
    pieces: Vec<(u64, Option<&'a dyn BlockSource>)>,
    blocks: u64,
}

impl<'a> Joined<'a> {
    /// Nothing yet, in blocks of that size.
    #[must_use]
    pub fn new(block_size: NonZeroU32) -> Self {
        Self { block_size, pieces: Vec::new(), blocks: 0 }
    }

    /// Adds a source, which has blocks of the same size.
    pub(super) fn push(&mut self, source: &'a dyn BlockSource) {
        debug_assert_eq!(source.block_size(), self.block_size);
        self.add(source.blocks(), Some(source));
    }

    /// Adds zeros.
    pub(super) fn push_zeros(&mut self, blocks: u64) {
        self.add(blocks, None);
    }

    fn add(&mut self, blocks: u64, source: Option<&'a dyn BlockSource>) {
        if blocks > 0 {
            self.pieces.push((self.blocks, source));
            self.blocks += blocks;
        }
    }

    /// The piece with a block, the number of that block in it, and how many follow in it.
    fn piece(&self, block: u64) -> Option<(Option<&'a dyn BlockSource>, u64, u64)> {
        let next = self.pieces.partition_point(|(begin, _)| *begin <= block);
        let &(begin, source) = self.pieces.get(next.checked_sub(1)?)?;
        let end = self.pieces.get(next).map_or(self.blocks, |(begin, _)| *begin);
        Some((source, block - begin, end.checked_sub(block)?))
    }
}

impl BlockSource for Joined<'_> {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        // What was admitted is in one of the pieces.
        let (source, inner, left) = self.piece(first.0).unwrap_or((None, 0, 1));
        let left = NonZeroU32::new(u32::try_from(left).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        let count = request.count.min(left);
        let out = &mut request.out[..count.get() as usize * self.block_size.get() as usize];
        let Some(source) = source else {
            out.fill(0);
            return Ok(count);
        };
        source.read(Block(inner), out).map_err(|error| SourceError { at: first, cause: error.cause })
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        let (source, inner, _) = self.piece(block.0)?;
        source?.name_of(Block(inner))
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::{BytesSource, conformance};

    use super::*;

    #[test]
    fn pieces_follow_one_another() {
        let size = NonZeroU32::new(2).expect("not zero");
        let [one, two] =
            [vec![1, 1, 2, 2], vec![3, 3]].map(|bytes| BytesSource::new(bytes, size).expect("whole blocks"));
        let mut joined = Joined::new(size);
        joined.push_zeros(1);
        joined.push(&one);
        joined.push_zeros(0);
        joined.push_zeros(2);
        joined.push(&two);
        let mut out = [9; 12];
        joined.read_all(Block(0), &mut out).expect("readable");
        assert_eq!(out, [0, 0, 1, 1, 2, 2, 0, 0, 0, 0, 3, 3]);
        conformance::check(&joined).expect("it keeps the contract");
    }
}
