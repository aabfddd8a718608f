//! [`RawImage`]: everything that is on a disc, sector by sector.

use std::{borrow::Cow, fmt, num::NonZeroU32, sync::Arc};

use imapi_cd_sector::{
    SECTOR_LEN,
    cdtext::{PACKS_A_SECTOR, to_symbols},
    layout::{DiscLayout, FIRST_PAUSE},
    scramble::scramble,
    subchannel::{PqBlock, RAW_LEN},
};
use imapi_disc_types::{Block, BlockSource, Lba, Request, SourceError};

use crate::{
    CdDisc, DiscError, Rw,
    sectors::{Made, at},
};

/// Where an image begins: at 95:00:00, so early that it has the lead-in of every disc.
pub const IMAGE_START: Lba = Lba(-22_650);

/// What of the sub-channels stands behind each sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "IMAPI_FORMAT2_RAW_CD_DATA_SECTOR_TYPE")]
#[repr(u32)]
pub enum SubCode {
    /// P and Q in 16 bytes.
    #[doc(alias = "IMAPI_FORMAT2_RAW_CD_SUBCODE_PQ_ONLY")]
    PqOnly = 1,
    /// All in 96 bytes; R to W are packs which the drive protects and spreads.
    #[doc(alias = "IMAPI_FORMAT2_RAW_CD_SUBCODE_IS_COOKED")]
    Cooked = 2,
    /// All in 96 bytes, as they are on the disc.
    #[doc(alias = "IMAPI_FORMAT2_RAW_CD_SUBCODE_IS_RAW")]
    Raw = 3,
}

impl SubCode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::PqOnly, Self::Cooked, Self::Raw];

    /// Bytes of a sector with its sub-channels.
    #[must_use]
    pub const fn block_size(self) -> NonZeroU32 {
        match self {
            Self::PqOnly => PQ_LEN,
            Self::Cooked | Self::Raw => ALL_LEN,
        }
    }
}

const PQ_LEN: NonZeroU32 = NonZeroU32::new(2368).expect("not zero");
const ALL_LEN: NonZeroU32 = NonZeroU32::new(2448).expect("not zero");

/// Bytes of a pack of titles in the sub-channels.
const SYMBOLS: usize = 24;

/// All sectors of a disc with their sub-channels, from the lead-in to the end of the lead-out: what a drive writes that is
/// told everything. Sectors are made while they are read, and nothing of them is kept.
///
/// Its first block is that of [`IMAGE_START`]. Data sectors are scrambled, as they are recorded.
#[derive(Clone)]
pub struct RawImage {
    made: Arc<Made>,
    sub_code: SubCode,
    /// Packs of titles, which go round in the lead-in.
    packs: Arc<[[u8; SYMBOLS]]>,
    rw: Vec<Rw>,
}

impl RawImage {
    /// The image of a disc.
    pub fn new(disc: &CdDisc, sub_code: SubCode) -> Result<Self, DiscError> {
        let made = Made::new(disc)?;
        let packs: Vec<[u8; SYMBOLS]> = disc.text.packs()?.iter().map(|pack| to_symbols(&pack.encode())).collect();
        if sub_code == SubCode::PqOnly && !(packs.is_empty() && disc.rw.is_empty()) {
            return Err(DiscError::NoRoomForRw);
        }
        if let Some(wrong) = disc.rw.iter().map(|rw| rw.source.block_size()).find(|size| size.get() as usize != RAW_LEN)
        {
            return Err(DiscError::RwBlockSize { found: wrong });
        }
        Ok(Self { made: Arc::new(made), sub_code, packs: packs.into(), rw: disc.rw.clone() })
    }

    /// What stands behind each sector.
    #[must_use]
    pub const fn sub_code(&self) -> SubCode {
        self.sub_code
    }

    /// Where everything is.
    #[must_use]
    pub fn layout(&self) -> &DiscLayout {
        &self.made.layout
    }

    /// What stands beside the sector at an address: a bit of each channel in each of the bytes.
    pub(crate) fn sub_channels(&self, address: Lba) -> Result<[u8; RAW_LEN], SourceError> {
        let mut sub = [0; RAW_LEN];
        self.put_sub_code(address, &mut sub)?;
        Ok(sub)
    }

    /// Puts what stands beside the sector at an address behind it.
    fn put_sub_code(&self, address: Lba, sub: &mut [u8]) -> Result<(), SourceError> {
        let channels = self.made.layout.channels(address);
        if self.sub_code == SubCode::PqOnly {
            sub.copy_from_slice(&PqBlock { q: channels.q, p: channels.p[0] != 0 }.encode());
            return Ok(());
        }
        sub.copy_from_slice(&channels.interleave());
        if address < FIRST_PAUSE && !self.packs.is_empty() {
            let sector = usize::try_from(address.distance_from(IMAGE_START)).unwrap_or(0);
            for (place, out) in sub.chunks_exact_mut(SYMBOLS).enumerate() {
                add(out, &self.packs[(sector * PACKS_A_SECTOR + place) % self.packs.len()]);
            }
        }
        for Rw { source, first } in &self.rw {
            let Ok(block) = u64::try_from(address.distance_from(*first)) else { continue };
            if block < source.blocks() {
                let mut symbols = [0; RAW_LEN];
                source.read_all(Block(block), &mut symbols)?;
                add(sub, &symbols);
            }
        }
        Ok(())
    }
}

impl fmt::Debug for RawImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawImage")
            .field("sub_code", &self.sub_code)
            .field("layout", self.layout())
            .finish_non_exhaustive()
    }
}

/// Adds symbols to R to W, and leaves P and Q.
fn add(sub: &mut [u8], symbols: &[u8]) {
    for (byte, symbol) in sub.iter_mut().zip(symbols) {
        *byte |= symbol & 0x3F;
    }
}

impl BlockSource for RawImage {
    fn block_size(&self) -> NonZeroU32 {
        self.sub_code.block_size()
    }

    fn blocks(&self) -> u64 {
        u64::try_from(self.made.layout.end().distance_from(IMAGE_START)).unwrap_or(0)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let size = self.block_size().get() as usize;
        let mut done = 0;
        while done < request.count.get() {
            let address = at(IMAGE_START, first.0 + u64::from(done));
            let rest = &mut request.out[done as usize * size..];
            let filled = match self.made.fill(address, rest, size) {
                Ok(count) => count,
                Err(failure) if done == 0 => return Err(failure.at(first)),
                Err(_) => break,
            };
            let is_data = self.made.is_data(address);
            for (block, address) in rest.chunks_exact_mut(size).take(filled).zip(address.0..) {
                let Some((sector, sub)) = block.split_first_chunk_mut::<SECTOR_LEN>() else { break };
                if is_data {
                    scramble(sector);
                }
                match self.put_sub_code(Lba(address), sub) {
                    Ok(()) => done += 1,
                    Err(error) if done == 0 => return Err(SourceError { at: first, cause: error.cause }),
                    Err(_) => return Ok(NonZeroU32::new(done).unwrap_or(NonZeroU32::MIN)),
                }
            }
        }
        Ok(NonZeroU32::new(done).unwrap_or(NonZeroU32::MIN))
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.made.name_of(at(IMAGE_START, block.0))
    }
}
