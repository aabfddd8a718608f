//! [`indexes`]: where pauses and indexes of tracks begin, which no table of contents has: only sub-channel Q beside each sector
//! tells it.
//!
//! Track and index never fall from one sector to the next, so that a place where they change is found by halving: a drive reads
//! one sector for a track without any, and some twenty for each index.

use std::collections::BTreeMap;

use imapi_cd_sector::subchannel::{QContent, QFrame};
use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{MainChannel, ReadCd, SectorSelection, SubChannelSelection},
};
use imapi_recorder::{Recorder, RecorderError};

use super::DiscTrack;

/// Q, understood by the drive: twelve bytes and what fills them up.
const Q: usize = 16;
/// Sectors before a place that are asked where it has a number of disc or recording instead of its position.
const BEFORE: i32 = 3;
/// Sectors that are read of a disc, at most: a disc with more indexes is told as far as that goes.
const MOST_READ: u32 = 1_000;

/// Where a track's pause and its indexes begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrackIndexes {
    /// Index 0, where it has a pause behind another track with sound.
    pub pause: Option<Lba>,
    /// From index 2 on.
    pub further: Vec<Lba>,
}

/// A track and an index in it.
type Place = (u8, u8);

/// Looks for them; a track that has none is not there. A drive that does not bring Q tells nothing.
pub fn indexes(recorder: &Recorder, tracks: &[DiscTrack]) -> Result<BTreeMap<u8, TrackIndexes>, RecorderError> {
    let mut search = Search { recorder, left: MOST_READ, found: BTreeMap::new() };
    for track in tracks {
        let last = i32::try_from(track.sectors).ok().and_then(|sectors| track.start.0.checked_add(sectors - 1));
        let (begin, first) = (track.start.0, (track.number, 1));
        let Some(last) = last.filter(|&last| last > begin) else { continue };
        let Some(place) = search.place(last)? else { continue };
        search.between((begin, first), (last, place))?;
    }
    Ok(search.found)
}

struct Search<'a> {
    recorder: &'a Recorder,
    left: u32,
    found: BTreeMap<u8, TrackIndexes>,
}

impl Search<'_> {
    /// Finds all changes between two sectors.
    fn between(&mut self, low: (i32, Place), high: (i32, Place)) -> Result<(), RecorderError> {
        // Where it falls the drive tells nonsense.
        if low.1 >= high.1 {
            return Ok(());
        }
        if high.0 - low.0 <= 1 {
            let (at, (track, index)) = high;
            let track = self.found.entry(track).or_default();
            match index {
                0 => track.pause = Some(Lba(at)),
                1 => {}
                _ => track.further.push(Lba(at)),
            }
            return Ok(());
        }
        let middle = low.0 + (high.0 - low.0) / 2;
        let Some(place) = self.place(middle)? else { return Ok(()) };
        self.between(low, (middle, place))?;
        self.between((middle, place), high)
    }

    /// What stands in Q beside a sector, or before it.
    fn place(&mut self, at: i32) -> Result<Option<Place>, RecorderError> {
        for lba in (at - BEFORE..=at).rev() {
            if self.left == 0 {
                return Ok(None);
            }
            self.left -= 1;
            let Some(frame) = self.read(Lba(lba))? else { return Ok(None) };
            if let QContent::Program { track, index, .. } = QFrame::decode(frame).0.content {
                return Ok(Some((track.get(), index.get())));
            }
        }
        Ok(None)
    }

    /// Q beside a sector; none where the drive does not bring it. Its checksum is not always there.
    fn read(&self, at: Lba) -> Result<Option<[u8; 12]>, RecorderError> {
        // Drives were seen that bring no sub-channels without the sector.
        let selection = SectorSelection {
            main: MainChannel::USER_DATA,
            sub_channel: SubChannelSelection::Q,
            ..SectorSelection::USER_DATA
        };
        let mut out = [0; super::SECTOR + Q];
        match self.recorder.device().read_into(&ReadCd::new(at, 1, selection), &mut out) {
            Ok(done) if done.transferred == out.len() => Ok(out[super::SECTOR..].first_chunk().copied()),
            Err(error @ CommandError::Transport(_)) => Err(error.into()),
            Ok(_) | Err(_) => Ok(None),
        }
    }
}
