//! [`Subheader`]: what XA and CD-I say about each sector of mode 2.

use std::ops::BitOr;

/// The sub-header; it stands in the sector twice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Subheader {
    /// The file to which the sector belongs, when files are interleaved; else 0.
    pub file: u8,
    /// The channel of sound or pictures inside the file.
    pub channel: u8,
    /// What it is.
    pub submode: Submode,
    /// How sound or pictures are coded.
    pub coding: u8,
}

/// Bits that say what a sector is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Submode(pub u8);

impl Submode {
    /// The last sector of a record.
    pub const END_OF_RECORD: Self = Self(0x01);
    /// Pictures.
    pub const VIDEO: Self = Self(0x02);
    /// Sound.
    pub const AUDIO: Self = Self(0x04);
    /// Data.
    pub const DATA: Self = Self(0x08);
    /// The program on the disc wants to hear of it.
    pub const TRIGGER: Self = Self(0x10);
    /// Form 2: 2324 bytes without parity.
    pub const FORM_2: Self = Self(0x20);
    /// To be played in time, errors or not.
    pub const REAL_TIME: Self = Self(0x40);
    /// The last sector of a file.
    pub const END_OF_FILE: Self = Self(0x80);

    /// All bits of the other are set in this one.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    pub(super) const fn with_form_2(self, form_2: bool) -> Self {
        if form_2 { Self(self.0 | Self::FORM_2.0) } else { Self(self.0 & !Self::FORM_2.0) }
    }
}

impl BitOr for Submode {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Subheader {
    /// Bytes of both copies.
    pub const LEN: usize = 8;

    /// Plain data of form 1, as a file system has it.
    pub const DATA: Self = Self { file: 0, channel: 0, submode: Submode::DATA, coding: 0 };

    /// Both copies.
    #[must_use]
    pub const fn encode(self) -> [u8; Self::LEN] {
        let Self { file, channel, submode: Submode(submode), coding } = self;
        [file, channel, submode, coding, file, channel, submode, coding]
    }

    /// The first copy, and whether the second says the same.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> (Self, bool) {
        let [file, channel, submode, coding, second @ ..] = bytes;
        let first = [file, channel, submode, coding];
        (Self { file, channel, submode: Submode(submode), coding }, first == second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stands_there_twice() {
        let submode = Submode::DATA | Submode::END_OF_FILE | Submode::END_OF_RECORD;
        let subheader = Subheader { file: 1, channel: 2, submode, coding: 3 };
        assert_eq!(subheader.encode(), [1, 2, 0x89, 3, 1, 2, 0x89, 3]);
        assert_eq!(Subheader::decode([1, 2, 0x89, 3, 1, 2, 0x89, 3]), (subheader, true));
        assert_eq!(Subheader::decode([1, 2, 0x89, 3, 1, 2, 0x88, 3]), (subheader, false));
    }

    #[test]
    fn the_form_is_one_bit() {
        assert_eq!(Submode::DATA.with_form_2(true), Submode(0x28));
        assert_eq!(Submode(0xFF).with_form_2(false), Submode(0xDF));
        assert!(Submode(0x28).contains(Submode::FORM_2) && !Submode::DATA.contains(Submode::FORM_2));
    }
}
