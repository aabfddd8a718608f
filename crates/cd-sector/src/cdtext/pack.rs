//! [`Pack`]: 18 bytes of CD-TEXT.

use crate::{Crc, crc16};

/// Bytes of a pack, its checksum among them.
pub const PACK_LEN: usize = 18;

const COVERED: usize = 16;

/// One pack. Everything but the checksum is in its fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Pack {
    /// What it is about: 80h for titles to 8Fh for the sizes of the block.
    pub kind: u8,
    /// The track to which its first character belongs, 0 for the disc; in some kinds a number of another meaning. The
    /// highest bit is reserved for extensions.
    pub track: u8,
    /// Its place in the block, from 0.
    pub sequence: u8,
    /// Characters are of two bytes.
    pub double_byte: bool,
    /// The block, 0 to 7.
    pub block: u8,
    /// How many characters of the first text are in the packs before this one; 15 for more.
    pub position: u8,
    /// Twelve bytes of text.
    pub data: [u8; 12],
}

impl Pack {
    const DOUBLE_BYTE: u8 = 0x80;

    /// The bytes, checksum included; of block and position the lower three and four bits.
    #[must_use]
    pub fn encode(&self) -> [u8; PACK_LEN] {
        let mut pack = [0; PACK_LEN];
        let double_byte = if self.double_byte { Self::DOUBLE_BYTE } else { 0 };
        let place = double_byte | (self.block & 0x07) << 4 | self.position & 0x0F;
        pack[..4].copy_from_slice(&[self.kind, self.track, self.sequence, place]);
        pack[4..COVERED].copy_from_slice(&self.data);
        let sum = crc16(&pack[..COVERED]);
        pack[COVERED..].copy_from_slice(&sum.to_be_bytes());
        pack
    }

    /// What the bytes say, and whether the checksum is theirs.
    #[must_use]
    pub fn decode(pack: [u8; PACK_LEN]) -> (Self, Crc) {
        let [kind, track, sequence, place, data @ .., high, low] = pack;
        let decoded = Self {
            kind,
            track,
            sequence,
            double_byte: place & Self::DOUBLE_BYTE != 0,
            block: place >> 4 & 0x07,
            position: place & 0x0F,
            data,
        };
        (decoded, Crc::judge(&pack[..COVERED], [high, low]))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first pack of the example in libburn's documentation.
    #[test]
    fn a_pack_ends_with_the_checksum_of_the_rest() {
        let pack = Pack { kind: 0x80, data: *b"Joyful Night", ..Pack::default() };
        assert_eq!(pack.encode(), *b"\x80\0\0\0Joyful Night\xF0\xF7");
        assert_eq!(Pack::decode(pack.encode()), (pack, Crc::Right));
    }

    /// One of the packs with sizes in the same example.
    #[test]
    fn fields_are_where_the_example_has_them() {
        let bytes = [0x8F, 0, 0x2A, 0, 1, 1, 3, 0, 6, 5, 4, 5, 7, 6, 1, 2, 0x48, 0x65];
        let pack = Pack { kind: 0x8F, sequence: 0x2A, data: [1, 1, 3, 0, 6, 5, 4, 5, 7, 6, 1, 2], ..Pack::default() };
        assert_eq!(Pack::decode(bytes), (pack, Crc::Right));
        assert_eq!(pack.encode(), bytes);
    }

    #[test]
    fn three_things_share_a_byte() {
        let pack = Pack { double_byte: true, block: 5, position: 11, ..Pack::default() };
        assert_eq!(pack.encode()[3], 0b1101_1011);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_of_any_bytes(bytes in proptest::array::uniform18(any::<u8>())) {
            let (pack, crc) = Pack::decode(bytes);
            prop_assert_eq!(&pack.encode()[..16], &bytes[..16]);
            prop_assert_eq!(crc == Crc::Right, pack.encode() == bytes);
        }
    }
}
