//! Numbers of two decimal digits, which is all that Q can tell.

use std::fmt;

use crate::bcd;

/// A number from 0 to 99: an index of a track, or the frame in which something stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TwoDigits(u8);

impl TwoDigits {
    /// Index 0: the pause before a track.
    pub const PAUSE: Self = Self(0);
    /// Index 1: where a track begins.
    pub const BEGIN: Self = Self(1);

    /// The number, if it is below 100.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < 100 { Some(Self(number)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    pub(super) const fn to_bcd(self) -> u8 {
        bcd::encode(self.0)
    }

    pub(super) fn from_bcd(byte: u8) -> Option<Self> {
        bcd::decode(byte).map(Self)
    }
}

/// The number of a track, 1 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Track(u8);

impl Track {
    /// The first track that a disc can have.
    pub const FIRST: Self = Self(1);

    /// The track, if there can be one of this number.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number > 0 && number < 100 { Some(Self(number)) } else { None }
    }

    /// Its number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    pub(super) const fn to_bcd(self) -> u8 {
        bcd::encode(self.0)
    }

    pub(super) fn from_bcd(byte: u8) -> Option<Self> {
        bcd::decode(byte).and_then(Self::new)
    }
}

impl fmt::Display for TwoDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_end_at_ninety_nine_and_tracks_begin_at_one() {
        assert_eq!(
            [0, 99, 100, 255].map(|number| TwoDigits::new(number).map(TwoDigits::get)),
            [Some(0), Some(99), None, None]
        );
        assert_eq!([0, 1, 99, 100].map(|number| Track::new(number).map(Track::get)), [None, Some(1), Some(99), None]);
        assert_eq!([0x00, 0x10, 0x99, 0xAA].map(Track::from_bcd), [None, Track::new(10), Track::new(99), None]);
        assert_eq!(Track::new(42).map(Track::to_bcd), Some(0x42));
    }
}
