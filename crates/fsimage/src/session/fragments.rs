//! [`Fragments`]: the bytes of a file in several places of a disc, as blocks.

use std::num::NonZeroU32;

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};
use imapi_volumes::FileBytes;

/// The bytes of a file in several places of a disc, as blocks, the last of them filled up with zeros.
pub(super) struct Fragments(FileBytes);

impl Fragments {
    pub fn new(bytes: FileBytes) -> Self {
        Self(bytes)
    }
}

impl BlockSource for Fragments {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.0.len().div_ceil(SECTOR_SIZE.get().into())
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, out, .. } = Request::admit(self, first, out)?;
        let offset = first.0 * u64::from(SECTOR_SIZE.get());
        let here = |error: SourceError| SourceError { at: first, cause: error.cause };
        match self.0.read_at(offset, out) {
            Ok(filled) => {
                out[filled..].fill(0);
                Ok(count)
            }
            Err(error) if count == NonZeroU32::MIN => Err(here(error)),
            // It may be about a later block: this one can be read.
            Err(_) => {
                let block = &mut out[..SECTOR_SIZE.get() as usize];
                let filled = self.0.read_at(offset, block).map_err(here)?;
                block[filled..].fill(0);
                Ok(NonZeroU32::MIN)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use imapi_disc_types::{PseudoRandom, conformance};
    use imapi_volumes::Run;

    use super::*;

    #[test]
    fn it_is_a_source_like_any_other() {
        let disc = Arc::new(PseudoRandom::new(5, SECTOR_SIZE, 64));
        let runs = [(Some(70_000), 5000), (None, 3000), (Some(2048), 4096)];
        let runs = runs.into_iter().map(|(start, bytes)| Run { start, bytes }).collect();
        let source = Fragments::new(FileBytes::new(disc, &runs));
        assert_eq!(source.blocks(), 6);
        conformance::check(&source).expect("it keeps the contract");
    }
}
