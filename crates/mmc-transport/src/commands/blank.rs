//! BLANK: makes a rewritable disc, or a part of it, as good as new.

use std::time::Duration;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    timeouts,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const PLACE: usize = 2;
}

const IMMEDIATE: u8 = 4;

/// BLANK, A1h: for CD-RW and DVD-RW.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Blank {
    /// Come back at once; the end is heard of by polling.
    pub immediate: bool,
    /// How much.
    pub kind: BlankType,
    /// The track number or the address of a block, as [`Self::kind`] wants it; 0 where it wants neither.
    pub place: u32,
}

/// How much is blanked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlankType {
    /// 000b: the whole disc. It takes as long as to write it.
    Disc,
    /// 001b: only what says that there is something on the disc. A DVD-RW can then only be written at once.
    Minimal,
    /// 010b: one track, which must be in the open session.
    Track,
    /// 011b: a reservation is taken back.
    UnreserveTrack,
    /// 100b: the end of a track, from a block on.
    TrackTail,
    /// 101b: the last session is opened again; its data stays.
    UncloseSession,
    /// 110b: the last session is erased.
    EraseSession,
    /// 111b means nothing.
    Reserved,
}

impl BlankType {
    /// All, by number.
    pub const ALL: [Self; 8] = [
        Self::Disc,
        Self::Minimal,
        Self::Track,
        Self::UnreserveTrack,
        Self::TrackTail,
        Self::UncloseSession,
        Self::EraseSession,
        Self::Reserved,
    ];

    /// The three bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::Disc => 0b000,
            Self::Minimal => 0b001,
            Self::Track => 0b010,
            Self::UnreserveTrack => 0b011,
            Self::TrackTail => 0b100,
            Self::UncloseSession => 0b101,
            Self::EraseSession => 0b110,
            Self::Reserved => 0b111,
        }
    }

    /// The type that the lower three bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b111 {
            0b000 => Self::Disc,
            0b001 => Self::Minimal,
            0b010 => Self::Track,
            0b011 => Self::UnreserveTrack,
            0b100 => Self::TrackTail,
            0b101 => Self::UncloseSession,
            0b110 => Self::EraseSession,
            _ => Self::Reserved,
        }
    }
}

impl Blank {
    /// Blanks the whole disc, and comes back at once.
    #[must_use]
    pub const fn disc() -> Self {
        Self { immediate: true, kind: BlankType::Disc, place: 0 }
    }

    /// Blanks as little as is possible, and comes back at once.
    #[must_use]
    pub const fn minimal() -> Self {
        Self { immediate: true, kind: BlankType::Minimal, place: 0 }
    }

    /// The same, but comes back only when it is done.
    #[must_use]
    pub const fn waiting(self) -> Self {
        Self { immediate: false, ..self }
    }
}

impl Command for Blank {
    const OPCODE: u8 = 0xA1;
    const NAME: &'static str = "BLANK";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn timeout(&self) -> Duration {
        timeouts::blanking(self.immediate)
    }

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<12>::new(Self::OPCODE)
            .u8::<{ field::FLAGS }>(self.kind.bits())
            .bit::<{ field::FLAGS }>(IMMEDIATE, self.immediate)
            .u32::<{ field::PLACE }>(self.place)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            immediate: cdb.bit_at::<{ field::FLAGS }>(IMMEDIATE),
            kind: BlankType::from_bits(cdb.u8_at::<{ field::FLAGS }>()),
            place: cdb.u32_at::<{ field::PLACE }>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_disc_is_blanked_in_full_or_in_haste() {
        is_encoded_as(&Blank::disc(), &[0xA1, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        is_encoded_as(&Blank::minimal(), &[0xA1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        is_encoded_as(&Blank::minimal().waiting(), &[0xA1, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn every_type_has_its_number_beside_the_immediate_bit() {
        for (number, kind) in (0..).zip(BlankType::ALL) {
            let blank = Blank { immediate: true, kind, place: 0x0001_0203 };
            is_encoded_as(&blank, &[0xA1, 0x10 | number, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0]);
        }
        assert_eq!(BlankType::ALL[4], BlankType::TrackTail);
        assert_eq!(decoded(&[0xA1, 0xF8, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9]), Ok(Blank::disc()));
    }

    #[test]
    fn whoever_waits_has_five_hours() {
        assert_eq!(Blank::disc().timeout(), Duration::from_secs(200));
        assert_eq!(Blank::disc().waiting().timeout(), Duration::from_secs(18_000));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<Blank>(bytes);
        }
    }
}
