//! [`Padded`]: a source with zeros before and behind it.

use std::{borrow::Cow, num::NonZeroU32};

use imapi_disc_types::{Block, BlockSource, Request, SourceError};

/// A source with zeros before and behind it: on a CD, silence.
pub struct Padded<'a> {
    /// Blocks of zeros before it.
    pub before: u64,
    /// The source.
    pub source: &'a dyn BlockSource,
    /// Blocks of zeros behind it.
    pub after: u64,
}

impl Padded<'_> {
    fn inner(&self, block: Block) -> Option<Block> {
        block.0.checked_sub(self.before).filter(|&block| block < self.source.blocks()).map(Block)
    }
}

impl BlockSource for Padded<'_> {
    fn block_size(&self) -> NonZeroU32 {
        self.source.block_size()
    }

    fn blocks(&self) -> u64 {
        self.before + self.source.blocks() + self.after
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        if let Some(block) = self.inner(first) {
            // The source itself ends where it ends.
            return self.source.read(block, request.out);
        }
        let left = if first.0 < self.before { self.before - first.0 } else { self.blocks() - first.0 };
        let left = u32::try_from(left).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MAX);
        let count = request.count.min(left);
        request.out[..count.get() as usize * self.block_size().get() as usize].fill(0);
        Ok(count)
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.source.name_of(self.inner(block)?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use imapi_disc_types::BytesSource;

    use super::*;

    #[test]
    fn zeros_stand_before_and_behind() {
        let size = NonZeroU32::new(2).expect("not zero");
        let source: Arc<dyn BlockSource> = Arc::new(BytesSource::new(vec![1, 2, 3, 4], size).expect("whole blocks"));
        let padded = Padded { before: 2, source: &*source, after: 3 };
        assert_eq!(padded.blocks(), 7);
        for first in 0..7_u64 {
            let mut out = vec![9; 14 - usize::try_from(first).expect("small") * 2];
            padded.read_all(Block(first), &mut out).expect("readable");
            let all = [0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0];
            assert_eq!(out, all[usize::try_from(first).expect("small") * 2..]);
        }
    }
}
