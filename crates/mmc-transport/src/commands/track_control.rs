//! The four control bits of a CD's Q sub-channel: what kind of track it is.

use std::ops::BitOr;

/// Control bits, as the cue sheet sends them and the drive reads them back.
///
/// Audio with two channels, no pre-emphasis and no permission to copy is no bit at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TrackControl(u8);

impl TrackControl {
    /// Audio that may not be copied.
    pub const AUDIO: Self = Self(0b0000);
    /// The audio was recorded with emphasis; a player takes it back.
    pub const PRE_EMPHASIS: Self = Self(0b0001);
    /// The track may be copied.
    pub const COPY_PERMITTED: Self = Self(0b0010);
    /// The track is data. Pre-emphasis then means that it was recorded in increments.
    pub const DATA: Self = Self(0b0100);
    /// The audio has four channels.
    pub const FOUR_CHANNELS: Self = Self(0b1000);

    /// The four bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The lower four bits of a byte.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0x0F)
    }

    /// All bits of the other are set in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for TrackControl {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_four_and_add_up() {
        let both = TrackControl::DATA | TrackControl::COPY_PERMITTED;
        assert_eq!(both.bits(), 6);
        assert!(both.contains(TrackControl::DATA) && !both.contains(TrackControl::PRE_EMPHASIS));
        assert_eq!(TrackControl::from_bits(0xF6), both);
        assert!(TrackControl::AUDIO == TrackControl::default() && both.contains(TrackControl::AUDIO));
    }
}
