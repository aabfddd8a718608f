//! [`DiscSectors`]: the sectors of a disc, made while they are read.

use std::{borrow::Cow, num::NonZeroU32, sync::Arc};

use imapi_cd_sector::{SECTOR_LEN, layout::DiscLayout};
use imapi_disc_types::{AddressError, Block, BlockSource, Lba, Request, SourceError};

use crate::{CdDisc, CdTrack, DiscError, SectorForm};

/// The sectors of a disc from one address to another, 2352 bytes each, as a drive reads them.
///
/// They are made of the tracks while they are read; of all that is not in a track, in lead-in and lead-out, they are empty.
#[derive(Clone)]
pub struct DiscSectors {
    made: Arc<Made>,
    first: Lba,
    end: Lba,
}

/// Where the sectors of a disc come from.
pub(crate) struct Made {
    pub layout: DiscLayout,
    tracks: Vec<CdTrack>,
    /// In their order; the last reaches to the end of the disc.
    segments: Vec<Segment>,
}

/// Sectors of one origin.
#[derive(Debug, Clone, Copy)]
struct Segment {
    start: Lba,
    origin: Origin,
}

#[derive(Debug, Clone, Copy)]
enum Origin {
    Empty(SectorForm),
    /// Blocks of a track's source from its first on.
    Source(usize),
}

/// Blocks of a source that are read at once.
const AT_ONCE: usize = 64;

impl Made {
    pub fn new(disc: &CdDisc) -> Result<Self, DiscError> {
        let layout = disc.layout()?;
        let mut segments = vec![Segment { start: Lba(i32::MIN), origin: Origin::Empty(disc.tracks[0].form) }];
        for (at, (track, placed)) in disc.tracks.iter().zip(layout.tracks()).enumerate() {
            // All of these lie within the layout, which was looked at.
            let forward = |from: Lba, by: i64| from.checked_add(by).unwrap_or(from);
            let source = forward(placed.pause, track.made_pause.into());
            let empty = Origin::Empty(track.form);
            segments.push(Segment { start: placed.pause, origin: empty });
            segments.push(Segment { start: source, origin: Origin::Source(at) });
            segments.push(Segment { start: forward(layout.end_of(at), -i64::from(track.postgap)), origin: empty });
        }
        let form = disc.tracks.last().map_or(SectorForm::Audio, |last| last.form);
        segments.push(Segment { start: layout.lead_out(), origin: Origin::Empty(form) });
        Ok(Self { layout, tracks: disc.tracks.clone(), segments })
    }

    /// Puts sectors from an address on into every `stride` bytes of `out`; as many as come from one place, and at least
    /// one. An error is about the first.
    pub fn fill(&self, address: Lba, out: &mut [u8], stride: usize) -> Result<usize, Failure> {
        let at = self.segments.partition_point(|segment| segment.start <= address).saturating_sub(1);
        let segment = self.segments[at];
        let left = self
            .segments
            .get(at + 1)
            .map_or(usize::MAX, |next| usize::try_from(next.start.distance_from(address)).unwrap_or(usize::MAX));
        let count = (out.len() / stride).min(left).min(AT_ONCE);
        let places = out.chunks_exact_mut(stride).take(count).zip(address.0..);
        let mut sectors = places.filter_map(|(place, address)| Some((place.first_chunk_mut()?, Lba(address))));
        match segment.origin {
            Origin::Empty(form) => {
                for (sector, address) in sectors {
                    form.make_empty(address, sector).map_err(Failure::Address)?;
                }
                Ok(count)
            }
            Origin::Source(track) => {
                let CdTrack { form, source, .. } = &self.tracks[track];
                let size = form.block_size().get() as usize;
                let first = u64::try_from(address.distance_from(segment.start)).unwrap_or(0);
                let mut blocks = vec![0; size * count];
                let read = source.read(Block(first), &mut blocks).map_err(Failure::Source)?.get() as usize;
                for block in blocks.chunks_exact(size).take(read) {
                    let Some((sector, address)) = sectors.next() else { break };
                    form.make(block, address, sector).map_err(Failure::Address)?;
                }
                Ok(read.min(count))
            }
        }
    }

    /// The name of the file from which a sector comes.
    pub fn name_of(&self, address: Lba) -> Option<Cow<'_, str>> {
        let at = self.segments.partition_point(|segment| segment.start <= address).checked_sub(1)?;
        let Segment { start, origin } = self.segments[at];
        let Origin::Source(track) = origin else { return None };
        self.tracks[track].source.name_of(Block(u64::try_from(address.distance_from(start)).ok()?))
    }

    /// Whether the sector at an address is data: of lead-in and lead-out, whether the first or last track is.
    pub fn is_data(&self, address: Lba) -> bool {
        let at = self.segments.partition_point(|segment| segment.start <= address).saturating_sub(1);
        match self.segments[at].origin {
            Origin::Empty(form) => form.is_data(),
            Origin::Source(track) => self.tracks[track].form.is_data(),
        }
    }
}

/// Why a sector could not be made.
pub(crate) enum Failure {
    Source(SourceError),
    Address(AddressError),
}

impl Failure {
    /// As an error of the block that was asked for.
    pub fn at(self, at: Block) -> SourceError {
        match self {
            Self::Source(error) => SourceError { at, cause: Box::new(error) },
            Self::Address(error) => SourceError::new(at, error),
        }
    }
}

impl DiscSectors {
    /// All sectors from address 0 to the lead-out.
    pub fn of(disc: &CdDisc) -> Result<Self, DiscError> {
        let made = Made::new(disc)?;
        let end = made.layout.lead_out();
        Ok(Self { made: Arc::new(made), first: Lba(0), end })
    }

    /// The same from another address on.
    #[must_use]
    pub fn from(self, first: Lba) -> Self {
        Self { first, ..self }
    }

    /// Whether a sector is data.
    pub(crate) fn is_data(&self, number: u64) -> bool {
        self.made.is_data(at(self.first, number))
    }

    /// Where everything is.
    #[must_use]
    pub fn layout(&self) -> &DiscLayout {
        &self.made.layout
    }
}

impl BlockSource for DiscSectors {
    fn block_size(&self) -> NonZeroU32 {
        SectorForm::Audio.block_size()
    }

    fn blocks(&self) -> u64 {
        u64::try_from(self.end.distance_from(self.first)).unwrap_or(0)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let mut done = 0;
        while done < request.count.get() {
            let address = at(self.first, first.0 + u64::from(done));
            let rest = &mut request.out[done as usize * SECTOR_LEN..];
            match self.made.fill(address, rest, SECTOR_LEN) {
                Ok(count) => done += u32::try_from(count).unwrap_or(1),
                Err(failure) if done == 0 => return Err(failure.at(first)),
                Err(_) => break,
            }
        }
        Ok(NonZeroU32::new(done).unwrap_or(NonZeroU32::MIN))
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.made.name_of(at(self.first, block.0))
    }
}

/// The address of a block of a source that begins there. It is within the disc.
pub(crate) fn at(first: Lba, block: u64) -> Lba {
    i64::try_from(block).ok().and_then(|block| first.checked_add(block)).unwrap_or(Lba(i32::MAX))
}
