//! [`DiscSource`]: a disc as a source of blocks, to burn it once more.

use std::{collections::BTreeSet, num::NonZeroU32};

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};
use imapi_format2::{DiscReader, Probe};
use imapi_recorder::Recorder;

use super::{Extent, ReadError, extent::has_data};

/// What was recorded on a disc of one session, read while somebody else writes it.
///
/// A block that cannot be read is an error, and no zeros: a copy is what the disc was, or it is none.
#[derive(Debug, Clone)]
pub struct DiscSource {
    reader: DiscReader,
    extent: Extent,
}

impl DiscSource {
    /// Asks the drive what was recorded; of a disc that can be overwritten it is what its file systems take.
    pub fn new(recorder: &Recorder) -> Result<Self, ReadError> {
        Self::with(recorder, Extent::in_use(recorder, None)?)
    }

    /// All of the disc, also of one that can be overwritten.
    pub fn whole(recorder: &Recorder) -> Result<Self, ReadError> {
        Self::with(recorder, Extent::of(recorder, None)?)
    }

    /// Which blocks of the disc it has.
    #[must_use]
    pub fn extent(&self) -> &Extent {
        &self.extent
    }

    fn with(recorder: &Recorder, extent: Extent) -> Result<Self, ReadError> {
        let probe = Probe::of(recorder)?;
        let has_data = |track: &_| has_data(&probe, track);
        // Of a CD's tracks the last ones may be empty, which have no kind yet.
        let tracks = probe.tracks.iter().filter(|track| !track.blank);
        if tracks.clone().any(|track| !has_data(track)) {
            return Err(ReadError::HasSound);
        }
        let sessions: BTreeSet<u16> = tracks.map(|track| track.session).collect();
        if sessions.len() > 1 {
            return Err(ReadError::SeveralSessions { count: sessions.len() });
        }
        let end = u64::try_from(extent.start.0).unwrap_or(0) + extent.blocks;
        Ok(Self { reader: DiscReader::new(recorder, end), extent })
    }
}

impl BlockSource for DiscSource {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.extent.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let size = SECTOR_SIZE.get() as usize;
        let within = |end: u64| u32::try_from(end - first.0).unwrap_or(u32::MAX).min(request.count.get());
        if let Some(data) = self.extent.data.iter().find(|data| data.contains(&first.0)) {
            let count = within(data.end) as usize;
            let on_disc = u64::try_from(self.extent.start.0).unwrap_or(0) + first.0;
            let read = self.reader.read(Block(on_disc), &mut request.out[..count * size]);
            return read.map_err(|error| SourceError { at: first, ..error });
        }
        // Between tracks nothing is recorded.
        let next = self.extent.data.iter().map(|data| data.start).filter(|start| *start > first.0).min();
        let count = NonZeroU32::new(within(next.unwrap_or(self.extent.blocks))).unwrap_or(NonZeroU32::MIN);
        request.out[..count.get() as usize * size].fill(0);
        Ok(count)
    }
}
