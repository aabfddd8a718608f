//! [`Placed`]: a session with the address of everything in it, and the blocks that are written.

use imapi_disc_types::{Lba, SECTOR_SIZE};

use super::{Content, Joined, LeadIn, Session, SessionError, Track};
use crate::audio::{AUDIO_SECTOR, MOST_TRACKS, PAUSE, SHORTEST_TRACK};

/// An index follows another one by this at least; drives refuse less.
const INDEX_STEP: u32 = 1;
/// A track has indexes up to this.
const MOST_INDEXES: usize = 99;

/// A session with the address of everything in it.
pub struct Placed<'a> {
    pub(super) session: &'a Session<'a>,
    /// Its tracks.
    pub tracks: Vec<PlacedTrack>,
    /// Where the lead-out begins.
    pub lead_out: Lba,
}

/// Where a track is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedTrack {
    /// Its number, from 1.
    pub number: u8,
    /// Where its pause begins: index 0. Without a pause it is where the track begins.
    pub pause: Lba,
    /// Where the track begins: index 1.
    pub begin: Lba,
    /// Where indexes 2 and so on begin.
    pub indexes: Vec<Lba>,
    /// Where it ends: the next one's pause, or the lead-out.
    pub end: Lba,
    /// Blocks of silence before the source.
    silence: u64,
    /// Blocks of silence behind it.
    behind: u64,
}

pub(super) fn place<'a>(session: &'a Session<'a>, first: Lba) -> Result<Placed<'a>, SessionError> {
    if session.tracks.is_empty() {
        return Err(SessionError::Empty);
    }
    if session.tracks.len() > MOST_TRACKS.into() {
        return Err(SessionError::TooManyTracks { tracks: session.tracks.len() });
    }
    let too_long = |needed| SessionError::TooLong { needed };
    let begin = first.checked_add(-i64::from(PAUSE)).ok_or(too_long(0))?;
    let mut at = 0_u64;
    let mut tracks = Vec::with_capacity(session.tracks.len());
    for (track, number) in session.tracks.iter().zip(1..=MOST_TRACKS) {
        let before = number.checked_sub(2).and_then(|before| session.tracks.get(usize::from(before)));
        check(track, number, before)?;
        let own = u64::from(track.begins_at);
        let mut silence = u64::from(track.pause);
        // The first track of a session, and sound behind data, have two seconds before them.
        if before.is_none_or(|before| before.content == Content::Mode1) {
            silence = silence.max(u64::from(PAUSE).saturating_sub(own));
        }
        let source = at + silence;
        let begins = source + own;
        let ends = source + track.source.blocks();
        let shortest = begins + u64::from(SHORTEST_TRACK);
        let end = (ends + u64::from(track.behind)).max(shortest);
        let lba =
            |block: u64| i64::try_from(block).ok().and_then(|block| begin.checked_add(block)).ok_or(too_long(end));
        let indexes = track.indexes.iter().map(|&index| lba(source + u64::from(index)));
        tracks.push(PlacedTrack {
            number,
            pause: lba(at)?,
            begin: lba(begins)?,
            indexes: indexes.collect::<Result<_, _>>()?,
            end: lba(end)?,
            silence,
            behind: end - ends,
        });
        at = end;
    }
    let lead_out = tracks.last().map_or(first, |last| last.end);
    // A time on a CD ends before a hundred minutes.
    imapi_disc_types::Msf::try_from(lead_out).map_err(|_| too_long(at))?;
    Ok(Placed { session, tracks, lead_out })
}

/// Whether a track can be, behind the one before it.
fn check(track: &Track<'_>, number: u8, before: Option<&Track<'_>>) -> Result<(), SessionError> {
    let expected = match track.content {
        Content::Audio(_) => AUDIO_SECTOR,
        Content::Mode1 => SECTOR_SIZE,
    };
    let (block_size, blocks) = (track.source.block_size(), track.source.blocks());
    if block_size != expected || blocks == 0 {
        let (block_size, expected) = (block_size.get(), expected.get());
        return Err(SessionError::Source { track: number, block_size, blocks, expected });
    }
    if track.content == Content::Mode1 && before.is_some_and(|before| before.content != Content::Mode1) {
        return Err(SessionError::DataBehindSound { track: number });
    }
    let mut last = track.begins_at;
    for &index in &track.indexes {
        if index < last.saturating_add(INDEX_STEP) {
            return Err(SessionError::Indexes { track: number });
        }
        last = index;
    }
    if u64::from(last) >= blocks || track.indexes.len() >= MOST_INDEXES {
        return Err(SessionError::Indexes { track: number });
    }
    Ok(())
}

impl<'a> Placed<'a> {
    /// Blocks of the disc that it takes from the address of its first track on.
    #[must_use]
    pub fn sectors(&self) -> u64 {
        let first = self.tracks.first().map_or(self.lead_out, |first| first.pause);
        u64::try_from(self.lead_out.distance_from(first) - i64::from(PAUSE)).unwrap_or(0)
    }

    /// The packs of the lead-in, in a disc whose lead-in begins there.
    #[must_use]
    pub fn lead_in(&self, begin: Lba) -> Option<(Lba, LeadIn)> {
        let end = self.tracks.first()?.pause;
        let sectors = u64::try_from(end.distance_from(begin)).ok().filter(|&sectors| sectors > 0)?;
        (!self.session.text.is_empty()).then(|| (begin, LeadIn::new(&self.session.text, sectors)))
    }

    /// The blocks that are written, from the first track's pause on: parts of the same block size, each with its address.
    #[must_use]
    pub fn parts(&self) -> Vec<(Lba, Joined<'a>)> {
        let mut parts: Vec<(Lba, Joined<'a>)> = Vec::new();
        for (track, placed) in self.session.tracks.iter().zip(&self.tracks) {
            let block_size = track.source.block_size();
            let goes_on =
                parts.last().is_some_and(|(_, part)| imapi_disc_types::BlockSource::block_size(part) == block_size);
            if !goes_on {
                parts.push((placed.pause, Joined::new(block_size)));
            }
            let Some((_, part)) = parts.last_mut() else { continue };
            part.push_zeros(placed.silence);
            part.push(track.source);
            part.push_zeros(placed.behind);
        }
        parts
    }

    /// Which track a place belongs to.
    #[must_use]
    pub fn track_at(&self, lba: Lba) -> u8 {
        let behind = self.tracks.partition_point(|track| track.pause <= lba);
        self.tracks.get(behind.saturating_sub(1)).map_or(1, |track| track.number)
    }
}
