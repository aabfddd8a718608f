//! What the physical format of a DVD is: the structure at the heart of formats 00h, 10h and 11h.

use crate::{
    BadReply,
    layout::{BitsInto as _, BitsOf as _},
    wire::{Fields, Writer},
};

/// The physical format of one layer of a DVD.
///
/// READ DISC STRUCTURE gives it three times: as the drive understands the disc (00h), as it is written in the lead-in
/// of a DVD-R or DVD-RW (10h), and as it is stamped into the groove of a DVD+R or DVD+RW (11h).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhysicalFormat {
    /// What kind of DVD.
    pub book: BookType,
    /// The version of its book, 4 bits.
    pub part_version: u8,
    /// 0 for 120 mm, 1 for 80 mm, 4 bits.
    pub disc_size: u8,
    /// The highest rate for playing it, 4 bits; 15 where it tells none.
    pub maximum_rate: u8,
    /// How many layers, 1 to 4.
    pub layers: u8,
    /// The second layer is read from the outside to the inside.
    pub opposite_track_path: bool,
    /// Bit 0: embossed, bit 1: recordable, bit 2: rewritable; 4 bits.
    pub layer_type: u8,
    /// 4 bits.
    pub linear_density: u8,
    /// 4 bits.
    pub track_density: u8,
    /// The first sector with data, 24 bits: 030000h, on DVD-RAM 031000h.
    pub first_sector: u32,
    /// The last sector with data, 24 bits.
    pub last_sector: u32,
    /// The last sector of layer 0 where the layers follow one another in opposite directions, 24 bits.
    pub end_of_layer_0: u32,
    /// What follows: the flag of the burst cutting area, then what this kind of disc has, and zeros.
    pub more: Vec<u8>,
}

/// What kind of DVD, 4 bits. A drive may tell another kind than the disc is, to please old players.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BookType(pub u8);

impl BookType {
    /// DVD-ROM.
    pub const DVD_ROM: Self = Self(0x0);
    /// DVD-RAM.
    pub const DVD_RAM: Self = Self(0x1);
    /// DVD-R.
    pub const DVD_R: Self = Self(0x2);
    /// DVD-RW.
    pub const DVD_RW: Self = Self(0x3);
    /// HD DVD-ROM.
    pub const HD_DVD_ROM: Self = Self(0x4);
    /// HD DVD-RAM.
    pub const HD_DVD_RAM: Self = Self(0x5);
    /// HD DVD-R.
    pub const HD_DVD_R: Self = Self(0x6);
    /// DVD+RW.
    pub const DVD_PLUS_RW: Self = Self(0x9);
    /// DVD+R.
    pub const DVD_PLUS_R: Self = Self(0xA);
    /// DVD+RW of two layers.
    pub const DVD_PLUS_RW_DUAL: Self = Self(0xD);
    /// DVD+R of two layers.
    pub const DVD_PLUS_R_DUAL: Self = Self(0xE);
}

/// Who made a DVD+R or DVD+RW.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PlusMaker {
    /// The manufacturer, text filled up with zeros.
    pub manufacturer: [u8; 8],
    /// What the manufacturer calls the disc.
    pub media_type: [u8; 3],
    /// Its revision.
    pub revision: u8,
}

mod field {
    pub(super) const BOOK: usize = 0;
    pub(super) const SIZE: usize = 1;
    pub(super) const LAYERS: usize = 2;
    pub(super) const DENSITY: usize = 3;
    /// Sectors have three bytes, behind one that is zero.
    pub(super) const FIRST: usize = 5;
    pub(super) const LAST: usize = 9;
    pub(super) const END_OF_LAYER_0: usize = 13;
    pub(super) const MORE: usize = 16;

    /// From here on the places count from the beginning of what follows.
    pub(super) const BURST_CUTTING_AREA: usize = 0;
    pub(super) const MANUFACTURER: usize = 3;
    pub(super) const MEDIA_TYPE: usize = 11;
    pub(super) const REVISION: usize = 14;
}

impl PhysicalFormat {
    pub(crate) fn decode(data: &[u8]) -> Result<Self, BadReply> {
        let fields = Fields::new(data, field::MORE)?;
        Ok(Self {
            book: BookType(fields.bits(field::BOOK, 4, 4)?),
            part_version: fields.bits(field::BOOK, 0, 4)?,
            disc_size: fields.bits(field::SIZE, 4, 4)?,
            maximum_rate: fields.bits(field::SIZE, 0, 4)?,
            layers: fields.bits(field::LAYERS, 5, 2)? + 1,
            opposite_track_path: fields.bit(field::LAYERS, 4)?,
            layer_type: fields.bits(field::LAYERS, 0, 4)?,
            linear_density: fields.bits(field::DENSITY, 4, 4)?,
            track_density: fields.bits(field::DENSITY, 0, 4)?,
            first_sector: fields.u24(field::FIRST)?,
            last_sector: fields.u24(field::LAST)?,
            end_of_layer_0: fields.u24(field::END_OF_LAYER_0)?,
            more: fields.bytes().get(field::MORE..).unwrap_or_default().to_vec(),
        })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::zeroed(field::MORE);
        writer.bits(field::BOOK, 4, 4, self.book.0).bits(field::BOOK, 0, 4, self.part_version);
        writer.bits(field::SIZE, 4, 4, self.disc_size).bits(field::SIZE, 0, 4, self.maximum_rate);
        // A disc without layers is none; it is written as one with a single layer.
        writer.bits(field::LAYERS, 5, 2, self.layers.saturating_sub(1));
        writer.bit(field::LAYERS, 4, self.opposite_track_path).bits(field::LAYERS, 0, 4, self.layer_type);
        writer.bits(field::DENSITY, 4, 4, self.linear_density).bits(field::DENSITY, 0, 4, self.track_density);
        writer.u24(field::FIRST, self.first_sector).u24(field::LAST, self.last_sector);
        writer.u24(field::END_OF_LAYER_0, self.end_of_layer_0).push(&self.more).finish()
    }

    /// Whether the disc has a burst cutting area, where the answer goes so far.
    #[must_use]
    pub fn burst_cutting_area(&self) -> Option<bool> {
        self.more.get(field::BURST_CUTTING_AREA).map(|flags| flags & 0x80 != 0)
    }

    /// Who made the disc; only DVD+R and DVD+RW have it here.
    #[must_use]
    pub fn plus_maker(&self) -> Option<PlusMaker> {
        let plus = [BookType::DVD_PLUS_RW, BookType::DVD_PLUS_R, BookType::DVD_PLUS_RW_DUAL, BookType::DVD_PLUS_R_DUAL];
        if !plus.contains(&self.book) {
            return None;
        }
        let fields = Fields::new(&self.more, field::REVISION + 1).ok()?;
        Some(PlusMaker {
            manufacturer: fields.array(field::MANUFACTURER).ok()?,
            media_type: fields.array(field::MEDIA_TYPE).ok()?,
            revision: fields.u8(field::REVISION).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DVD+R DL, of which layer 0 ends at 22D80Fh, made by "RITEK" as "D01".
    const DVD_PLUS_R_DUAL: [u8; 31] = [
        0xE1, 0x0F, 0x32, 0x10, 0, 0x03, 0x00, 0x00, 0, 0xFD, 0x27, 0xEF, 0, 0x22, 0xD8, 0x0F, 0x00, 0, 0, b'R', b'I',
        b'T', b'E', b'K', 0, 0, 0, b'D', b'0', b'1', 2,
    ];

    fn decoded() -> PhysicalFormat {
        PhysicalFormat::decode(&DVD_PLUS_R_DUAL).expect("a physical format")
    }

    #[test]
    fn fields_are_in_their_places() {
        let more = DVD_PLUS_R_DUAL[16..].to_vec();
        let value = PhysicalFormat {
            book: BookType::DVD_PLUS_R_DUAL,
            part_version: 1,
            disc_size: 0,
            maximum_rate: 15,
            layers: 2,
            opposite_track_path: true,
            layer_type: 2,
            linear_density: 1,
            track_density: 0,
            first_sector: 0x03_0000,
            last_sector: 0xFD_27EF,
            end_of_layer_0: 0x22_D80F,
            more,
        };
        assert_eq!(decoded(), value);
        assert_eq!(value.encode(), DVD_PLUS_R_DUAL);
    }

    #[test]
    fn a_plus_disc_tells_its_maker() {
        let maker = PlusMaker { manufacturer: *b"RITEK\0\0\0", media_type: *b"D01", revision: 2 };
        assert_eq!((decoded().plus_maker(), decoded().burst_cutting_area()), (Some(maker), Some(false)));
        let pretends = PhysicalFormat { book: BookType::DVD_ROM, ..decoded() };
        assert_eq!(pretends.plus_maker(), None);
    }

    #[test]
    fn each_prefix_is_refused_or_knows_less() {
        for len in 0..DVD_PLUS_R_DUAL.len() {
            match PhysicalFormat::decode(&DVD_PLUS_R_DUAL[..len]) {
                Ok(short) => assert!(len >= 16 && short.plus_maker().is_none()),
                Err(error) => assert_eq!((error, len < 16), (BadReply::Short { need: 16, got: len }, true)),
            }
        }
    }
}
