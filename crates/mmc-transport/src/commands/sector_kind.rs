//! The kinds of sectors that a CD has, and those that READ CD can be told to expect.

/// What the sectors must be. A sector of another kind ends the command with 5/64/00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ExpectedSector {
    /// 0: whatever is there.
    #[default]
    Any,
    /// 1: audio.
    Audio,
    /// 2: mode 1.
    Mode1,
    /// 3: mode 2 without form.
    Mode2,
    /// 4: mode 2 form 1.
    Mode2Form1,
    /// 5: mode 2 form 2.
    Mode2Form2,
    /// 6 means nothing yet.
    Reserved6,
    /// 7 means nothing yet.
    Reserved7,
}

impl ExpectedSector {
    /// All, by number.
    pub const ALL: [Self; 8] = [
        Self::Any,
        Self::Audio,
        Self::Mode1,
        Self::Mode2,
        Self::Mode2Form1,
        Self::Mode2Form2,
        Self::Reserved6,
        Self::Reserved7,
    ];

    /// The three bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::Any => 0,
            Self::Audio => 1,
            Self::Mode1 => 2,
            Self::Mode2 => 3,
            Self::Mode2Form1 => 4,
            Self::Mode2Form2 => 5,
            Self::Reserved6 => 6,
            Self::Reserved7 => 7,
        }
    }

    /// What the lower three bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b111 {
            0 => Self::Any,
            1 => Self::Audio,
            2 => Self::Mode1,
            3 => Self::Mode2,
            4 => Self::Mode2Form1,
            5 => Self::Mode2Form2,
            6 => Self::Reserved6,
            _ => Self::Reserved7,
        }
    }

    /// A sector of that kind is one that is expected.
    #[must_use]
    pub fn admits(self, kind: SectorKind) -> bool {
        match self {
            Self::Any => true,
            Self::Audio => kind == SectorKind::Audio,
            Self::Mode1 => kind == SectorKind::Mode1,
            Self::Mode2 => kind == SectorKind::Mode2,
            Self::Mode2Form1 => kind == SectorKind::Mode2Form1,
            Self::Mode2Form2 => kind == SectorKind::Mode2Form2,
            Self::Reserved6 | Self::Reserved7 => false,
        }
    }
}

/// What a sector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "IMAPI_CD_SECTOR_TYPE")]
pub enum SectorKind {
    /// 2352 bytes of sound.
    Audio,
    /// 2048 bytes of data with error correction.
    Mode1,
    /// 2336 bytes of data.
    Mode2,
    /// 2048 bytes of data with a sub-header and error correction.
    Mode2Form1,
    /// 2324 bytes of data with a sub-header, and four bytes that may detect errors: drives count them as data.
    Mode2Form2,
}

impl SectorKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Audio, Self::Mode1, Self::Mode2, Self::Mode2Form1, Self::Mode2Form2];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_expected_is_admitted_and_nothing_else() {
        for (expected, number) in ExpectedSector::ALL.into_iter().zip(0..) {
            assert_eq!((expected.bits(), ExpectedSector::from_bits(0xF8 | number)), (number, expected));
            let admitted = SectorKind::ALL.into_iter().filter(|&kind| expected.admits(kind)).count();
            assert_eq!(admitted, [5, 1, 1, 1, 1, 1, 0, 0][usize::from(number)], "{expected:?}");
        }
    }
}
