//! CLOSE TRACK/SESSION: what makes a track, a session or a disc readable for other drives.

use std::time::Duration;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    timeouts,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const FUNCTION: usize = 2;
    pub const TRACK: usize = 4;
}

const IMMEDIATE: u8 = 0;

/// CLOSE TRACK/SESSION, 5Bh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CloseTrackSession {
    /// Come back at once; the end is heard of by polling.
    pub immediate: bool,
    /// What is closed, and how.
    pub function: CloseFunction,
    /// Which track, where a track is closed.
    pub track: u16,
}

/// What CLOSE TRACK/SESSION does. Which of them a disc wants depends on its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseFunction {
    /// 000b: stops the formatting in the background of a DVD+RW or Mount Rainier disc.
    StopBackgroundFormat,
    /// 001b: closes a track: DVD-R and DVD-RW in increments, DVD+R, BD-R.
    Track,
    /// 010b: closes a session or border. On a CD, DVD-R or DVD-RW the write parameters say whether another may follow;
    /// on a DVD+RW this writes what drives for reading need.
    Session,
    /// 011b: ends the intermediate state of a border.
    IntermediateBorder,
    /// 100b: closes a session with an extended lead-out.
    SessionWithExtendedLeadOut,
    /// 101b: closes the disc for ever, with the least radius that is allowed.
    DiscWithMinimumRadius,
    /// 110b: closes the disc for ever.
    Disc,
    /// 111b means nothing.
    Reserved,
}

impl CloseFunction {
    /// All, by number.
    pub const ALL: [Self; 8] = [
        Self::StopBackgroundFormat,
        Self::Track,
        Self::Session,
        Self::IntermediateBorder,
        Self::SessionWithExtendedLeadOut,
        Self::DiscWithMinimumRadius,
        Self::Disc,
        Self::Reserved,
    ];

    /// The three bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::StopBackgroundFormat => 0b000,
            Self::Track => 0b001,
            Self::Session => 0b010,
            Self::IntermediateBorder => 0b011,
            Self::SessionWithExtendedLeadOut => 0b100,
            Self::DiscWithMinimumRadius => 0b101,
            Self::Disc => 0b110,
            Self::Reserved => 0b111,
        }
    }

    /// The function that the lower three bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b111 {
            0b000 => Self::StopBackgroundFormat,
            0b001 => Self::Track,
            0b010 => Self::Session,
            0b011 => Self::IntermediateBorder,
            0b100 => Self::SessionWithExtendedLeadOut,
            0b101 => Self::DiscWithMinimumRadius,
            0b110 => Self::Disc,
            _ => Self::Reserved,
        }
    }
}

impl CloseTrackSession {
    /// Closes a track, and comes back at once.
    #[must_use]
    pub const fn track(track: u16) -> Self {
        Self { immediate: true, function: CloseFunction::Track, track }
    }

    /// Does what needs no track number, and comes back at once.
    #[must_use]
    pub const fn of(function: CloseFunction) -> Self {
        Self { immediate: true, function, track: 0 }
    }

    /// The same, but comes back only when it is done.
    #[must_use]
    pub const fn waiting(self) -> Self {
        Self { immediate: false, ..self }
    }
}

impl Command for CloseTrackSession {
    const OPCODE: u8 = 0x5B;
    const NAME: &'static str = "CLOSE TRACK/SESSION";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn timeout(&self) -> Duration {
        timeouts::closing(self.immediate)
    }

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(IMMEDIATE, self.immediate)
            .u8::<{ field::FUNCTION }>(self.function.bits())
            .u16::<{ field::TRACK }>(self.track)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            immediate: cdb.bit_at::<{ field::FLAGS }>(IMMEDIATE),
            function: CloseFunction::from_bits(cdb.u8_at::<{ field::FUNCTION }>()),
            track: cdb.u16_at::<{ field::TRACK }>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_track_is_closed_by_number() {
        is_encoded_as(&CloseTrackSession::track(5), &[0x5B, 0x01, 0x01, 0, 0, 5, 0, 0, 0, 0]);
        is_encoded_as(&CloseTrackSession::track(0x0102).waiting(), &[0x5B, 0, 0x01, 0, 1, 2, 0, 0, 0, 0]);
    }

    #[test]
    fn every_function_has_its_number() {
        for (number, function) in (0..).zip(CloseFunction::ALL) {
            is_encoded_as(&CloseTrackSession::of(function), &[0x5B, 0x01, number, 0, 0, 0, 0, 0, 0, 0]);
        }
    }

    #[test]
    fn sessions_and_discs_are_closed_as_the_recipes_say() {
        let bits = |function: CloseFunction| function.bits();
        assert_eq!((bits(CloseFunction::Session), bits(CloseFunction::Disc)), (0b010, 0b110));
        assert_eq!(bits(CloseFunction::DiscWithMinimumRadius), 0b101);
        assert_eq!(CloseFunction::from_bits(0xFA), CloseFunction::Session);
    }

    #[test]
    fn whoever_waits_has_an_hour() {
        assert_eq!(CloseTrackSession::track(1).timeout(), Duration::from_secs(200));
        assert_eq!(CloseTrackSession::track(1).waiting().timeout(), Duration::from_secs(3600));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<CloseTrackSession>(bytes);
        }
    }
}
