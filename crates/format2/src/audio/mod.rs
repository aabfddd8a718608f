//! What all ways to write a disc of sound share: how a track is described, and the numbers of discs and recordings.

mod numbers;

use std::num::NonZeroU32;

use imapi_cd_sector::subchannel::Isrc;
use imapi_mmc_transport::commands::TrackControl;

pub use numbers::{NumberError, parse_isrc, parse_mcn};

/// The bytes of a sector of sound: 588 samples of 16 bits in two channels, a 75th of a second.
pub const AUDIO_SECTOR: NonZeroU32 = NonZeroU32::new(2352).expect("2352 is not zero");
/// No track of a CD is shorter: four seconds.
pub const SHORTEST_TRACK: u32 = 300;
/// The pause before a track: two seconds.
pub const PAUSE: u32 = 150;
/// A CD has no more tracks.
pub const MOST_TRACKS: u8 = 99;

/// Whether a recorder for consumers copies a track.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Copying {
    /// It does, as often as somebody wants.
    #[default]
    Permitted,
    /// It copies what is no copy itself.
    Prohibited,
    /// It does not: the track is a copy already.
    Exhausted,
}

/// What is said of a track of sound beside the sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct AudioOptions {
    /// The code of the recording.
    pub isrc: Option<Isrc>,
    /// The sound was recorded with emphasis, which a player takes back.
    pub pre_emphasis: bool,
    /// Whether it may be copied.
    pub copying: Copying,
}

impl AudioOptions {
    /// The four bits that stand in sub-channel Q.
    #[must_use]
    pub fn control(&self) -> TrackControl {
        let emphasis = if self.pre_emphasis { TrackControl::PRE_EMPHASIS } else { TrackControl::AUDIO };
        let copy = if self.copying == Copying::Permitted { TrackControl::COPY_PERMITTED } else { TrackControl::AUDIO };
        emphasis | copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_bits_are_those_of_sub_channel_q() {
        let bits =
            |pre_emphasis, copying| AudioOptions { pre_emphasis, copying, ..AudioOptions::default() }.control().bits();
        assert_eq!(bits(false, Copying::Permitted), 2);
        assert_eq!(bits(true, Copying::Permitted), 3);
        assert_eq!(bits(false, Copying::Prohibited), 0);
        assert_eq!(bits(true, Copying::Exhausted), 1);
    }
}
