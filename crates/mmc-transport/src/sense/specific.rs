//! [`Specific`]: the three bytes of sense whose meaning depends on the key.

use std::fmt;

use super::SenseKey;
use crate::InvalidField;

/// The bytes are valid.
const VALID: u8 = 0x80;
/// The field is in the command, not in its parameters.
const IN_CDB: u8 = 0x40;
/// The number of a bit is valid too.
const BIT_VALID: u8 = 0x08;
const BIT: u8 = 0x07;

/// What the key defines (SPC-4, 4.5.2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Specific {
    /// How far something is that takes long.
    Progress(Progress),
    /// The field that the drive does not take.
    Field(InvalidField),
    /// How often the drive tried.
    Retries(u16),
    /// Something that no optical drive is known to say; bit 7 of the first byte is not among it.
    Other([u8; 3]),
}

/// How far something is, in parts of 65,536.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Progress(pub u16);

impl Progress {
    /// Whole percents, 0 to 99: a drive says when it is done by being ready.
    #[must_use]
    pub fn percent(self) -> u8 {
        u8::try_from(u32::from(self.0) * 100 / 65_536).unwrap_or(99)
    }

    /// The part that is done, from 0 to just below 1.
    #[must_use]
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / 65_536.0
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.percent())
    }
}

impl Specific {
    /// The bytes, understood by the key; `None` when the drive says that they mean nothing.
    pub(super) fn decode(key: SenseKey, bytes: [u8; 3]) -> Option<Self> {
        let [flags, high, low] = bytes;
        if flags & VALID == 0 {
            return None;
        }
        let word = u16::from_be_bytes([high, low]);
        Some(match key {
            SenseKey::NoSense | SenseKey::NotReady => Self::Progress(Progress(word)),
            SenseKey::IllegalRequest => Self::Field(InvalidField {
                in_cdb: flags & IN_CDB != 0,
                byte: word,
                bit: (flags & BIT_VALID != 0).then_some(flags & BIT),
            }),
            SenseKey::RecoveredError | SenseKey::MediumError | SenseKey::HardwareError => Self::Retries(word),
            _ => Self::Other([flags & !VALID, high, low]),
        })
    }

    /// The bytes.
    pub(super) fn encode(self) -> [u8; 3] {
        let (flags, [high, low]) = match self {
            Self::Progress(Progress(word)) | Self::Retries(word) => (0, word.to_be_bytes()),
            Self::Field(field) => {
                let place = if field.in_cdb { IN_CDB } else { 0 };
                // A bit beyond the eighth is none; the byte alone is named then.
                let bit = field.bit.filter(|&bit| bit <= BIT).map_or(0, |bit| BIT_VALID | bit);
                (place | bit, field.byte.to_be_bytes())
            }
            Self::Other([flags, high, low]) => (flags, [high, low]),
        };
        [VALID | flags, high, low]
    }
}

impl fmt::Display for Specific {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Progress(progress) => progress.fmt(f),
            Self::Field(field) => field.fmt(f),
            Self::Retries(count) => write!(f, "after {count} retries"),
            Self::Other(bytes) => write!(f, "{bytes:02X?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_decides_what_the_bytes_mean() {
        for (key, bytes, meant) in [
            (SenseKey::NotReady, [0x80, 0x80, 0x00], Specific::Progress(Progress(0x8000))),
            (SenseKey::NoSense, [0x80, 0x00, 0x01], Specific::Progress(Progress(1))),
            (SenseKey::IllegalRequest, [0xCF, 0x00, 0x02], Specific::Field(InvalidField::cdb_bit(2, 7))),
            (SenseKey::IllegalRequest, [0xC0, 0x00, 0x09], Specific::Field(InvalidField::cdb(9))),
            (SenseKey::IllegalRequest, [0x8B, 0x01, 0x00], Specific::Field(InvalidField::data_bit(256, 3))),
            (SenseKey::IllegalRequest, [0x80, 0x00, 0x0A], Specific::Field(InvalidField::data(10))),
            (SenseKey::MediumError, [0x80, 0x00, 0x05], Specific::Retries(5)),
            (SenseKey::CopyAborted, [0xA8, 0x01, 0x02], Specific::Other([0x28, 0x01, 0x02])),
        ] {
            assert_eq!(Specific::decode(key, bytes), Some(meant));
            assert_eq!(meant.encode(), bytes, "{meant:?}");
        }
    }

    #[test]
    fn bytes_that_are_not_valid_mean_nothing() {
        assert_eq!(Specific::decode(SenseKey::NotReady, [0x7F, 0x80, 0x00]), None);
    }

    #[test]
    fn progress_never_reaches_a_hundred_percent() {
        assert_eq!([0, 655, 656, 0x8000, 0xFFFF].map(|part| Progress(part).percent()), [0, 0, 1, 50, 99]);
        assert!(Progress(0xFFFF).fraction() < 1.0);
    }

    #[test]
    fn a_bit_beyond_the_eighth_is_left_out() {
        let field = Specific::Field(InvalidField { in_cdb: true, byte: 1, bit: Some(8) });
        assert_eq!(field.encode(), [0xC0, 0x00, 0x01]);
    }
}
