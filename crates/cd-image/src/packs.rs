//! [`SpreadPacks`]: packs of R to W as they are on the disc.

use std::{num::NonZeroU32, sync::Arc};

use imapi_cd_sector::subchannel::{PACK_SYMBOLS, RAW_LEN, RwPack, SPREAD, protect_pack, spread_pack};
use imapi_disc_types::{Block, BlockSource, Request, SourceError};

/// Packs in a block.
const PACKS: u64 = (RAW_LEN / PACK_SYMBOLS) as u64;
const PACK: NonZeroU32 = NonZeroU32::new(96).expect("not zero");

/// Packs one behind the other, four in a block of 96 bytes, protected and spread as they stand beside the sectors of a disc:
/// what a drive makes of packs that it is sent, and what a [raw](crate::SubCode::Raw) image has to have. Players of graphics
/// find in it what the packs say.
///
/// The last symbols of the last packs would stand beside sectors behind the end, and are lost.
#[derive(Clone)]
pub struct SpreadPacks {
    packs: Arc<dyn BlockSource>,
}

impl SpreadPacks {
    /// The packs of a source with blocks of 96 bytes; of each byte the lower six bits count, and what protects the others is
    /// made anew. A source with other blocks is no such thing.
    #[must_use]
    pub fn new(packs: Arc<dyn BlockSource>) -> Option<Self> {
        (packs.block_size() == PACK).then_some(Self { packs })
    }

    /// Reads packs from a number on, protected; those before the first and behind the last are zeros.
    fn protected(&self, first: i64, count: usize) -> Result<Vec<RwPack>, SourceError> {
        let block_of = |pack: i64| u64::try_from(pack).map_or(0, |pack| pack / PACKS);
        let (from, end) = (block_of(first), self.packs.blocks());
        let last = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        let until = u64::try_from(last).map_or(0, |last| last.div_ceil(PACKS)).min(end);
        let blocks = usize::try_from(until.saturating_sub(from)).unwrap_or(0);
        let mut bytes = vec![0; blocks * RAW_LEN];
        if blocks > 0 {
            self.packs.read_all(Block(from), &mut bytes)?;
        }
        let there = |pack: i64| {
            let at = usize::try_from(u64::try_from(pack).ok()?.checked_sub(from * PACKS)?).ok()?;
            let found = bytes.get(at * PACK_SYMBOLS..)?.first_chunk::<PACK_SYMBOLS>()?;
            let mut pack = found.map(|symbol| symbol & 0x3F);
            // Nothing is a pack as well, and needs no protection.
            if pack != [0; PACK_SYMBOLS] {
                protect_pack(&mut pack);
            }
            Some(pack)
        };
        Ok((first..last).map(|pack| there(pack).unwrap_or([0; PACK_SYMBOLS])).collect())
    }
}

impl BlockSource for SpreadPacks {
    fn block_size(&self) -> NonZeroU32 {
        PACK
    }

    fn blocks(&self) -> u64 {
        self.packs.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let before = i64::try_from(SPREAD - 1).unwrap_or(0);
        let mut done = 0;
        for (block, out) in (first.0..).zip(request.out.chunks_exact_mut(RAW_LEN)) {
            let number = i64::try_from(block * PACKS).unwrap_or(i64::MAX);
            let packs = match self.protected(number - before, SPREAD - 1 + RAW_LEN / PACK_SYMBOLS) {
                Ok(packs) => packs,
                Err(error) if done == 0 => return Err(SourceError { at: first, cause: error.cause }),
                Err(_) => break,
            };
            for (out, window) in out.chunks_exact_mut(PACK_SYMBOLS).zip(packs.windows(SPREAD)) {
                if let Ok(window) = window.try_into() {
                    out.copy_from_slice(&spread_pack(window));
                }
            }
            done += 1;
        }
        Ok(NonZeroU32::new(done).unwrap_or(NonZeroU32::MIN))
    }
}
