//! Which parts of a CD's sectors READ CD brings, and how many bytes that makes.

use std::ops::BitOr;

use super::sector_kind::SectorKind;

/// Which parts of the main channel are brought: byte 9 of READ CD, bits 3 to 7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MainChannel(u8);

impl MainChannel {
    /// No part.
    pub const NOTHING: Self = Self(0x00);
    /// The 12 bytes by which a sector is found.
    pub const SYNC: Self = Self(0x80);
    /// The 8 bytes that sectors of mode 2 with form have.
    pub const SUB_HEADER: Self = Self(0x40);
    /// The 4 bytes of address and mode.
    pub const HEADER: Self = Self(0x20);
    /// The data; of audio, everything.
    pub const USER_DATA: Self = Self(0x10);
    /// Error detection and correction.
    pub const CORRECTION: Self = Self(0x08);
    /// The whole sector.
    pub const RAW: Self = Self(0xF8);

    /// The bits, where they stand in the byte.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The five upper bits of a byte.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::RAW.0)
    }

    /// All parts of the other are among these.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// How many bytes of a sector that makes; `None` for a selection that drives refuse with 5/24/00.
    ///
    /// Parts must follow one another without a gap, where parts that the sector does not have make none; and error
    /// correction is nothing without its data. Audio has one part, and any selection is a selection of it.
    #[must_use]
    pub fn bytes(self, kind: SectorKind) -> Option<u32> {
        if kind == SectorKind::Audio {
            return Some(if self == Self::NOTHING { 0 } else { 2352 });
        }
        if self.contains(Self::CORRECTION) && !self.contains(Self::USER_DATA) {
            return None;
        }
        let mut bytes = 0;
        let mut ended = false;
        for (part, len) in parts(kind) {
            if len == 0 {
                continue;
            }
            let selected = self.contains(part);
            if selected && ended {
                return None;
            }
            ended |= bytes != 0 && !selected;
            bytes += if selected { len } else { 0 };
        }
        Some(bytes)
    }
}

impl BitOr for MainChannel {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether the bytes that the first correction could not mend are marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum C2Selection {
    /// No marks.
    #[default]
    None,
    /// A bit for each of the 2352 bytes.
    Bits,
    /// The same, behind two bytes that sum up the sector.
    BitsAndBlock,
    /// Means nothing yet.
    Reserved,
}

impl C2Selection {
    /// The two bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Bits => 1,
            Self::BitsAndBlock => 2,
            Self::Reserved => 3,
        }
    }

    /// What the lower two bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        match bits & 0b11 {
            0 => Self::None,
            1 => Self::Bits,
            2 => Self::BitsAndBlock,
            _ => Self::Reserved,
        }
    }

    /// How many bytes that adds to a sector; `None` for what drives refuse.
    #[must_use]
    pub const fn bytes(self) -> Option<u32> {
        match self {
            Self::None => Some(0),
            Self::Bits => Some(294),
            Self::BitsAndBlock => Some(296),
            Self::Reserved => None,
        }
    }
}

/// Which of the sub-channels are brought, behind everything else. Values without a name survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SubChannelSelection(u8);

impl SubChannelSelection {
    /// None.
    pub const NONE: Self = Self(0);
    /// P to W as they are on the disc: 96 bytes.
    pub const RAW_PW: Self = Self(1);
    /// Q, understood, and a bit of P: 16 bytes.
    pub const Q: Self = Self(2);
    /// R to W, in order and corrected: 96 bytes.
    pub const CORRECTED_RW: Self = Self(4);

    /// The three bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// What the lower three bits are.
    #[must_use]
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & 0b111)
    }

    /// How many bytes that adds to a sector; `None` for what drives refuse.
    #[must_use]
    pub const fn bytes(self) -> Option<u32> {
        match self {
            Self::NONE => Some(0),
            Self::RAW_PW | Self::CORRECTED_RW => Some(96),
            Self::Q => Some(16),
            _ => None,
        }
    }
}

/// Everything that READ CD can be told to bring of each sector, in the order in which it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SectorSelection {
    /// Parts of the sector.
    pub main: MainChannel,
    /// Marks of bytes that could not be mended.
    pub c2: C2Selection,
    /// Sub-channels.
    pub sub_channel: SubChannelSelection,
}

impl SectorSelection {
    /// The data and nothing else; of audio, the whole sector.
    pub const USER_DATA: Self = Self::of(MainChannel::USER_DATA);
    /// The whole sector.
    pub const RAW: Self = Self::of(MainChannel::RAW);

    const fn of(main: MainChannel) -> Self {
        Self { main, c2: C2Selection::None, sub_channel: SubChannelSelection::NONE }
    }

    /// How many bytes come of each sector of that kind; `None` for what drives refuse.
    #[must_use]
    pub fn bytes(self, kind: SectorKind) -> Option<u32> {
        Some(self.main.bytes(kind)? + self.c2.bytes()? + self.sub_channel.bytes()?)
    }

    /// Bytes 9 and 10 of the command.
    pub(super) const fn encode(self) -> [u8; 2] {
        [self.main.bits() | self.c2.bits() << 1, self.sub_channel.bits()]
    }

    pub(super) const fn decode([main, sub_channel]: [u8; 2]) -> Self {
        Self {
            main: MainChannel::from_bits(main),
            c2: C2Selection::from_bits(main >> 1),
            sub_channel: SubChannelSelection::from_bits(sub_channel),
        }
    }
}

/// The parts in their order on the disc, each with the bit that selects it. A part that is not there has no bytes.
const fn parts(kind: SectorKind) -> [(MainChannel, u32); 5] {
    let [sync, header, sub_header, user_data, correction] = match kind {
        SectorKind::Audio => [0, 0, 0, 2352, 0],
        SectorKind::Mode1 => [12, 4, 0, 2048, 288],
        SectorKind::Mode2 => [12, 4, 0, 2336, 0],
        SectorKind::Mode2Form1 => [12, 4, 8, 2048, 280],
        SectorKind::Mode2Form2 => [12, 4, 8, 2328, 0],
    };
    [
        (MainChannel::SYNC, sync),
        (MainChannel::HEADER, header),
        (MainChannel::SUB_HEADER, sub_header),
        (MainChannel::USER_DATA, user_data),
        (MainChannel::CORRECTION, correction),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bits; bytes of mode 1, mode 2, mode 2 form 1, mode 2 form 2, added up by hand from the layouts of the sectors.
    /// Rows 10 and 78 are also printed in MMC-2, table 225, with the same numbers.
    #[rustfmt::skip]
    const BYTES: [(u8, [Option<u32>; 4]); 32] = [
        (0x00, [Some(0), Some(0), Some(0), Some(0)]),
        (0x08, [None, None, None, None]),
        (0x10, [Some(2048), Some(2336), Some(2048), Some(2328)]),
        (0x18, [Some(2336), Some(2336), Some(2328), Some(2328)]),
        (0x20, [Some(4), Some(4), Some(4), Some(4)]),
        (0x28, [None, None, None, None]),
        (0x30, [Some(2052), Some(2340), None, None]),
        (0x38, [Some(2340), Some(2340), None, None]),
        (0x40, [Some(0), Some(0), Some(8), Some(8)]),
        (0x48, [None, None, None, None]),
        (0x50, [Some(2048), Some(2336), Some(2056), Some(2336)]),
        (0x58, [Some(2336), Some(2336), Some(2336), Some(2336)]),
        (0x60, [Some(4), Some(4), Some(12), Some(12)]),
        (0x68, [None, None, None, None]),
        (0x70, [Some(2052), Some(2340), Some(2060), Some(2340)]),
        (0x78, [Some(2340), Some(2340), Some(2340), Some(2340)]),
        (0x80, [Some(12), Some(12), Some(12), Some(12)]),
        (0x88, [None, None, None, None]),
        (0x90, [None, None, None, None]),
        (0x98, [None, None, None, None]),
        (0xA0, [Some(16), Some(16), Some(16), Some(16)]),
        (0xA8, [None, None, None, None]),
        (0xB0, [Some(2064), Some(2352), None, None]),
        (0xB8, [Some(2352), Some(2352), None, None]),
        (0xC0, [Some(12), Some(12), None, None]),
        (0xC8, [None, None, None, None]),
        (0xD0, [None, None, None, None]),
        (0xD8, [None, None, None, None]),
        (0xE0, [Some(16), Some(16), Some(24), Some(24)]),
        (0xE8, [None, None, None, None]),
        (0xF0, [Some(2064), Some(2352), Some(2072), Some(2352)]),
        (0xF8, [Some(2352), Some(2352), Some(2352), Some(2352)]),
    ];

    #[test]
    fn every_selection_makes_so_many_bytes() {
        let kinds = [SectorKind::Mode1, SectorKind::Mode2, SectorKind::Mode2Form1, SectorKind::Mode2Form2];
        for ((bits, row), step) in BYTES.into_iter().zip(0..32) {
            assert_eq!(bits, step * 8, "the table is whole");
            assert_eq!(kinds.map(|kind| MainChannel::from_bits(bits).bytes(kind)), row, "{bits:02X}");
            let audio = MainChannel::from_bits(bits).bytes(SectorKind::Audio);
            assert_eq!(audio, Some(if bits == 0 { 0 } else { 2352 }), "{bits:02X}");
        }
    }

    #[test]
    fn every_kind_of_sector_is_2352_bytes() {
        for kind in SectorKind::ALL {
            assert_eq!(parts(kind).into_iter().map(|(_, len)| len).sum::<u32>(), 2352, "{kind:?}");
        }
    }

    #[test]
    fn marks_and_sub_channels_come_on_top() {
        let everything =
            SectorSelection { c2: C2Selection::Bits, sub_channel: SubChannelSelection::RAW_PW, ..SectorSelection::RAW };
        assert_eq!(everything.bytes(SectorKind::Audio), Some(2352 + 294 + 96));
        let c2 = |c2| SectorSelection { c2, ..SectorSelection::USER_DATA }.bytes(SectorKind::Mode1);
        assert_eq!(c2(C2Selection::BitsAndBlock), Some(2048 + 296));
        assert_eq!(c2(C2Selection::Reserved), None);
        let sub = |bits| {
            let sub_channel = SubChannelSelection::from_bits(bits);
            SectorSelection { sub_channel, ..SectorSelection::default() }.bytes(SectorKind::Audio)
        };
        assert_eq!([0, 1, 2, 3, 4, 5].map(sub), [Some(0), Some(96), Some(16), None, Some(96), None]);
    }
}
