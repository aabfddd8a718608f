//! [`RawImage`]: the user data of an image that has whole sectors of a CD.

use std::{num::NonZeroU32, sync::Arc};

use imapi_cd_sector::{SECTOR_LEN, SYNC, SectorKind, SectorView};
use imapi_disc_types::{Block, BlockSource, Lba, Request, SECTOR_SIZE, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_volume_structs::SECTOR;

/// A raw sector, alone and with its sub-channels behind it.
const LENGTHS: [usize; 2] = [SECTOR_LEN, SECTOR_LEN + 96];
/// So many sectors are read at once.
const AT_ONCE: usize = 64;

/// The user data of an image that has whole sectors of a CD: mode 1, and form 1 of mode 2.
pub struct RawImage {
    source: Arc<dyn BlockSource>,
    /// Bytes of a sector in the image.
    len: usize,
    /// The address of the first sector, as it says itself.
    first: Lba,
}

/// A sector has nothing of a file system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("sector {sector} is of {kind}, which no file system is in")]
pub struct RawSectorError {
    /// Which sector of the image.
    pub sector: u64,
    /// What it is.
    pub kind: &'static str,
}

impl Coded for RawSectorError {
    fn code(&self) -> HResult {
        v2::E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::SectorType, Value::Text(&self.kind));
        put(Fact::Block, Value::from(self.sector));
    }
}

impl RawImage {
    /// How many bytes a sector of the image has, when it begins as images of raw sectors do.
    #[must_use]
    pub fn sector_len(beginning: &[u8]) -> Option<NonZeroU32> {
        let syncs = |len: usize| beginning.get(len..).is_some_and(|rest| rest.starts_with(&SYNC));
        let len = LENGTHS.into_iter().find(|&len| beginning.starts_with(&SYNC) && syncs(len))?;
        NonZeroU32::new(u32::try_from(len).ok()?)
    }

    /// The user data of a source of raw sectors. The first of them says where it is.
    #[must_use]
    pub fn new(source: Arc<dyn BlockSource>) -> Self {
        let len = source.block_size().get() as usize;
        let mut sector = vec![0; len];
        let first = source.read_all(Block(0), &mut sector).ok().and_then(|()| {
            let sector = sector.first_chunk::<SECTOR_LEN>()?;
            SectorView::of(sector).ok()?.header()?.address()
        });
        Self { source, len, first: first.unwrap_or(Lba(0)) }
    }

    /// The address of the first sector on its disc.
    #[must_use]
    pub const fn first(&self) -> Lba {
        self.first
    }
}

/// The user data of a sector, when a file system can be in it.
fn user_data(sector: &[u8], number: u64) -> Result<&[u8; SECTOR], RawSectorError> {
    let refused = |kind| RawSectorError { sector: number, kind };
    let sector = sector.first_chunk::<SECTOR_LEN>().ok_or(refused("no known mode"))?;
    let view = SectorView::of(sector).map_err(|_| refused("no known mode"))?;
    let kind = match view.kind() {
        SectorKind::Mode1 | SectorKind::Mode2Form1 => return view.user_data().first_chunk().ok_or(refused("mode 1")),
        SectorKind::Audio => "audio",
        SectorKind::Mode0 => "mode 0",
        SectorKind::Mode2 => "mode 2",
        SectorKind::Mode2Form2 => "mode 2 form 2",
    };
    Err(refused(kind))
}

impl BlockSource for RawImage {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.source.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let count = (request.count.get() as usize).min(AT_ONCE);
        let mut raw = vec![0; count * self.len];
        let read = self.source.read(first, &mut raw)?.get() as usize;
        let mut done = 0;
        let pairs = raw.chunks_exact(self.len).take(read).zip(request.out.chunks_exact_mut(SECTOR));
        for ((sector, out), number) in pairs.zip(first.0..) {
            match user_data(sector, number) {
                Ok(data) => out.copy_from_slice(data),
                // Those before it can be read.
                Err(_) if done > 0 => break,
                Err(error) => return Err(SourceError::new(first, error)),
            }
            done += 1;
        }
        Ok(NonZeroU32::new(done).unwrap_or(NonZeroU32::MIN))
    }
}
