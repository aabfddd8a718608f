//! A place on a CD as drives answer it: an address, or a time when that was asked for.

use imapi_disc_types::{Lba, Msf};

use crate::Notes;

/// Four bytes of an answer that say where something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CdPosition {
    /// An address; relative ones count down below 0 before a track begins.
    Lba(Lba),
    /// A time.
    Time(Msf),
    /// A time was asked for, and no clock shows what came.
    NoTime([u8; 4]),
}

impl CdPosition {
    /// The position that these bytes are; `time` says what was asked for, and `at` where they stand in the answer.
    pub(super) fn decode(bytes: [u8; 4], time: bool, at: usize, notes: &mut Notes) -> Self {
        if !time {
            return Self::Lba(Lba(i32::from_be_bytes(bytes)));
        }
        let [_, minute, second, frame] = bytes;
        Msf::new(minute, second, frame).map_or_else(
            || {
                notes.add(at, "no clock shows this time");
                Self::NoTime(bytes)
            },
            Self::Time,
        )
    }

    pub(super) fn encode(self) -> [u8; 4] {
        match self {
            Self::Lba(lba) => lba.0.to_be_bytes(),
            Self::Time(time) => [0, time.minute(), time.second(), time.frame()],
            Self::NoTime(bytes) => bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: [u8; 4], time: bool) -> (CdPosition, usize) {
        let mut notes = Notes::new();
        let position = CdPosition::decode(bytes, time, 8, &mut notes);
        assert_eq!(position.encode(), bytes);
        (position, notes.as_slice().len())
    }

    #[test]
    fn what_was_asked_for_tells_what_came() {
        let time = Msf::new(79, 59, 74).expect("a time");
        assert_eq!(decode([0, 79, 59, 74], true), (CdPosition::Time(time), 0));
        assert_eq!(decode([0xFF, 0xFF, 0xFF, 0x6A], false), (CdPosition::Lba(Lba(-150)), 0));
        assert_eq!(decode([0, 0, 60, 0], true), (CdPosition::NoTime([0, 0, 60, 0]), 1));
    }
}
