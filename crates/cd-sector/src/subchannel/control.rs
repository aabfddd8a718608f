//! [`Control`]: what kind of track it is, four bits in every frame of Q.

use std::ops::BitOr;

/// What kind of track it is. Audio with two channels that may not be copied has no bit at all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Control(u8);

impl Control {
    /// Audio that may not be copied.
    pub const AUDIO: Self = Self(0b0000);
    /// The audio was recorded with emphasis; a player takes it back.
    pub const PRE_EMPHASIS: Self = Self(0b0001);
    /// The track may be copied.
    pub const COPY_PERMITTED: Self = Self(0b0010);
    /// The track is data.
    pub const DATA: Self = Self(0b0100);
    /// Data that was recorded in increments.
    pub const DATA_INCREMENTAL: Self = Self(0b0101);
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

    /// The track is data and no sound.
    #[must_use]
    pub const fn is_data(self) -> bool {
        self.contains(Self::DATA)
    }
}

impl BitOr for Control {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}
