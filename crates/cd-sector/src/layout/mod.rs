//! [`DiscLayout`]: a disc that is written in one go, and what stands in P and Q beside each of its sectors.

mod error;
mod frames;

pub use error::LayoutError;
use imapi_disc_types::Lba;

use crate::subchannel::{Control, DiscType, Isrc, Mcn, Track, TwoDigits};

/// Where the first pause begins, two seconds before address 0.
pub const FIRST_PAUSE: Lba = Lba(-150);

/// Sectors of the lead-out of a first session: a minute and a half.
pub const LEAD_OUT_LEN: u32 = 6_750;

/// The last address that has a time.
const LAST: Lba = Lba(404_849);

/// Where the tracks of a disc are, what kind of tracks they are, and the numbers of the disc and its recordings.
///
/// All that Q says follows from it: [`frame`](Self::frame) is the frame beside a sector, from the lead-in with the table
/// of contents to the lead-out, and [`flag`](Self::flag) is P.
///
/// ```
/// use imapi_cd_sector::{layout::{DiscLayout, TrackLayout}, subchannel::{Control, QContent, Track, TwoDigits}};
/// use imapi_disc_types::Lba;
///
/// let song = TrackLayout::new(Track::FIRST, Control::AUDIO, Lba(-150), Lba(0));
/// let disc = DiscLayout::new(vec![song], Lba(18_000))?;
/// let frame = disc.frame(Lba(-1)).expect("every address of a disc has one");
/// assert!(matches!(frame.content, QContent::Program { index: TwoDigits::PAUSE, .. }));
/// assert!(disc.flag(Lba(-1)) && !disc.flag(Lba(0)));
/// # Ok::<(), imapi_cd_sector::layout::LayoutError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DiscLayout {
    tracks: Vec<TrackLayout>,
    lead_out: Lba,
    mcn: Option<Mcn>,
    disc_type: DiscType,
}

/// Where a track is, and what Q says of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TrackLayout {
    /// Its number.
    pub number: Track,
    /// What kind of track it is.
    pub control: Control,
    /// It is a copy already and may not be copied again: the right to copy comes and goes, several times a second.
    pub alternate_copy: bool,
    /// Where its pause begins, which is index 0; where the track begins when it has none.
    pub pause: Lba,
    /// Where the track begins, which is index 1.
    pub begin: Lba,
    /// Where its further indexes begin, from index 2 on.
    pub indexes: Vec<Lba>,
    /// The code of the recording.
    pub isrc: Option<Isrc>,
}

/// What is at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// The lead-in, with the table of contents.
    LeadIn,
    /// A track, or the pause before it.
    Track {
        /// Which of the layout's tracks, from 0.
        at: usize,
        /// Its index there.
        index: TwoDigits,
    },
    /// The lead-out.
    LeadOut,
}

impl TrackLayout {
    /// Indexes that a track can have, the pause not counted.
    pub const MAX_INDEXES: usize = 99;

    /// A track with one index and without a code.
    #[must_use]
    pub const fn new(number: Track, control: Control, pause: Lba, begin: Lba) -> Self {
        Self { number, control, alternate_copy: false, pause, begin, indexes: Vec::new(), isrc: None }
    }

    /// The index at an address of this track.
    fn index(&self, address: Lba) -> TwoDigits {
        if address < self.begin {
            return TwoDigits::PAUSE;
        }
        let further = self.indexes.partition_point(|&index| index <= address);
        // There are at most 99 indexes: that was looked at.
        u8::try_from(further + 1).ok().and_then(TwoDigits::new).unwrap_or(TwoDigits::BEGIN)
    }

    /// Where the index begins that is at an address of this track.
    fn index_begin(&self, address: Lba) -> Lba {
        if address < self.begin {
            return self.pause;
        }
        let further = self.indexes.partition_point(|&index| index <= address);
        further.checked_sub(1).map_or(self.begin, |last| self.indexes[last])
    }
}

impl DiscLayout {
    /// Tracks one behind the other, from the first pause to the lead-out.
    pub fn new(tracks: Vec<TrackLayout>, lead_out: Lba) -> Result<Self, LayoutError> {
        let first = tracks.first().ok_or(LayoutError::NoTracks)?;
        if first.pause != FIRST_PAUSE {
            return Err(LayoutError::FirstPause { found: first.pause });
        }
        let ends = tracks.iter().skip(1).map(|next| (next.pause, Some(next.number))).chain([(lead_out, None)]);
        for (track, (end, next)) in tracks.iter().zip(ends) {
            let number = track.number;
            if track.indexes.len() >= TrackLayout::MAX_INDEXES {
                return Err(LayoutError::TooManyIndexes { track: number });
            }
            if track.begin < track.pause {
                return Err(LayoutError::Order { track: number, at: track.begin });
            }
            // Only a pause may have no length.
            let mut before = track.begin;
            for start in track.indexes.iter().copied().chain([end]) {
                if start <= before {
                    return Err(LayoutError::Order { track: number, at: start });
                }
                before = start;
            }
            if next.is_some_and(|next| next.get() != number.get() + 1) {
                return Err(LayoutError::Numbers { track: number });
            }
        }
        match lead_out.checked_add(LEAD_OUT_LEN.into()) {
            Some(end) if end.0 - 1 <= LAST.0 => {}
            _ => return Err(LayoutError::TooLong { lead_out }),
        }
        Ok(Self { tracks, lead_out, mcn: None, disc_type: DiscType::default() })
    }

    /// The same with the number of the disc.
    #[must_use]
    pub fn with_mcn(self, mcn: Option<Mcn>) -> Self {
        Self { mcn, ..self }
    }

    /// The same with a kind of disc.
    #[must_use]
    pub fn with_disc_type(self, disc_type: DiscType) -> Self {
        Self { disc_type, ..self }
    }

    /// Its tracks.
    #[must_use]
    pub fn tracks(&self) -> &[TrackLayout] {
        &self.tracks
    }

    /// Where the lead-out begins.
    #[must_use]
    pub const fn lead_out(&self) -> Lba {
        self.lead_out
    }

    /// Where the lead-out ends.
    #[must_use]
    pub fn end(&self) -> Lba {
        // It was looked whether it fits.
        self.lead_out.checked_add(LEAD_OUT_LEN.into()).unwrap_or(LAST)
    }

    /// The number of the disc.
    #[must_use]
    pub const fn mcn(&self) -> Option<Mcn> {
        self.mcn
    }

    /// What kind of disc it is.
    #[must_use]
    pub const fn disc_type(&self) -> DiscType {
        self.disc_type
    }

    /// What is at an address. Everything before the first pause is lead-in, and everything behind the tracks lead-out.
    #[must_use]
    pub fn place(&self, address: Lba) -> Place {
        if address >= self.lead_out {
            return Place::LeadOut;
        }
        match self.tracks.partition_point(|track| track.pause <= address).checked_sub(1) {
            None => Place::LeadIn,
            Some(at) => Place::Track { at, index: self.tracks[at].index(address) },
        }
    }

    /// Where a track ends: where the pause of the next begins, or the lead-out. The lead-out for tracks that are not there.
    #[must_use]
    pub fn end_of(&self, at: usize) -> Lba {
        self.tracks.get(at.saturating_add(1)).map_or(self.lead_out, |next| next.pause)
    }
}
