//! The tag at the head of every descriptor: what it is, where it belongs, and two sums by which damage shows.
//!
//! [`seal`] writes it over a finished descriptor, [`open`] checks it and says which check failed.

use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 3/7.2 and 4/7.2.
mod field {
    pub const ID: usize = 0;
    pub const VERSION: usize = 2;
    pub const CHECKSUM: usize = 4;
    pub const RESERVED: usize = 5;
    pub const SERIAL: usize = 6;
    pub const CRC: usize = 8;
    pub const CRC_LEN: usize = 10;
    pub const LOCATION: usize = 12;
}

/// What a descriptor is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagId(pub u16);

impl TagId {
    /// A sparing table, which has no number of its own.
    pub const SPARING_TABLE: Self = Self(0);
    /// Primary volume descriptor.
    pub const PRIMARY_VOLUME: Self = Self(1);
    /// Anchor volume descriptor pointer.
    pub const ANCHOR: Self = Self(2);
    /// Volume descriptor pointer.
    pub const VOLUME_POINTER: Self = Self(3);
    /// Implementation use volume descriptor.
    pub const IMPLEMENTATION_USE_VOLUME: Self = Self(4);
    /// Partition descriptor.
    pub const PARTITION: Self = Self(5);
    /// Logical volume descriptor.
    pub const LOGICAL_VOLUME: Self = Self(6);
    /// Unallocated space descriptor.
    pub const UNALLOCATED_SPACE: Self = Self(7);
    /// Terminating descriptor.
    pub const TERMINATING: Self = Self(8);
    /// Logical volume integrity descriptor.
    pub const INTEGRITY: Self = Self(9);
    /// File set descriptor.
    pub const FILE_SET: Self = Self(256);
    /// File identifier descriptor.
    pub const FILE_IDENTIFIER: Self = Self(257);
    /// Allocation extent descriptor.
    pub const ALLOCATION_EXTENT: Self = Self(258);
    /// Indirect entry.
    pub const INDIRECT_ENTRY: Self = Self(259);
    /// Terminal entry.
    pub const TERMINAL_ENTRY: Self = Self(260);
    /// File entry.
    pub const FILE_ENTRY: Self = Self(261);
    /// Extended attribute header descriptor.
    pub const EXTENDED_ATTRIBUTES: Self = Self(262);
    /// Unallocated space entry.
    pub const UNALLOCATED_SPACE_ENTRY: Self = Self(263);
    /// Space bitmap descriptor.
    pub const SPACE_BITMAP: Self = Self(264);
    /// Partition integrity entry.
    pub const PARTITION_INTEGRITY: Self = Self(265);
    /// Extended file entry (from the third edition on).
    pub const EXTENDED_FILE_ENTRY: Self = Self(266);
}

/// What a tag says of the place and the edition of a descriptor, whatever it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// 2 by the second edition of ECMA-167, 3 by the third: [`Revision::tag_version`](super::Revision::tag_version).
    pub version: u16,
    /// The same in all descriptors of one formatting; 0 when nobody counts.
    pub serial: u16,
    /// The block that it stands in, counted as those count who point to it: from the beginning of the volume, or of
    /// the partition.
    pub location: u32,
}

/// A tag (ECMA-167, 3/7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// What the descriptor is.
    pub id: TagId,
    /// Where it belongs.
    pub stamp: Stamp,
    /// The sum over what follows the tag.
    pub crc: u16,
    /// Bytes behind the tag under that sum.
    pub crc_len: u16,
}

impl Tag {
    /// Bytes of it.
    pub const LEN: usize = 16;

    /// The tag of this descriptor, when its own checksum is right. What follows it is not looked at.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let tag: [u8; Self::LEN] = Fields::new(bytes).array(0)?;
        if checksum(&tag) != tag[field::CHECKSUM] {
            return Err(Malformed::new("the checksum of a descriptor tag is wrong", field::CHECKSUM));
        }
        let fields = Fields::new(&tag);
        Ok(Self {
            id: TagId(fields.u16_le(field::ID)?),
            stamp: Stamp {
                version: fields.u16_le(field::VERSION)?,
                serial: fields.u16_le(field::SERIAL)?,
                location: fields.u32_le(field::LOCATION)?,
            },
            crc: fields.u16_le(field::CRC)?,
            crc_len: fields.u16_le(field::CRC_LEN)?,
        })
    }

    /// The tag of a whole descriptor, when both of its sums are right and the edition is one of those that there are.
    pub fn verify(bytes: &[u8]) -> Result<Self, Malformed> {
        let tag = Self::decode(bytes)?;
        if !matches!(tag.stamp.version, 2 | 3) {
            return Err(Malformed::new("a descriptor tag of an unknown version", field::VERSION));
        }
        let covered = bytes
            .get(Self::LEN..Self::LEN + usize::from(tag.crc_len))
            .ok_or(Malformed::new("the CRC of a descriptor covers more than there is", field::CRC_LEN))?;
        // Some programs leave both at 0.
        if crc(covered) != tag.crc {
            return Err(Malformed::new("the CRC of a descriptor is wrong", field::CRC));
        }
        Ok(tag)
    }

    /// Fails unless the descriptor says that it belongs where it was found.
    pub fn stands_at(self, location: u32) -> Result<Self, Malformed> {
        if self.stamp.location == location {
            Ok(self)
        } else {
            Err(Malformed::new("a descriptor that belongs into another block", field::LOCATION))
        }
    }
}

/// Writes the tag over the first 16 bytes of a descriptor that is complete otherwise; all of it comes under the sum.
///
/// # Panics
///
/// When it is shorter than a tag, or longer than a sum can cover: 65,551 bytes.
pub fn seal(descriptor: &mut [u8], id: TagId, stamp: Stamp) {
    let crc_len = u16::try_from(descriptor.len() - Tag::LEN).expect("a sum covers at most 65,535 bytes");
    seal_partly(descriptor, id, stamp, crc_len);
}

/// The same with so many bytes behind the tag under its sum.
///
/// # Panics
///
/// When there are not so many.
pub fn seal_partly(descriptor: &mut [u8], id: TagId, stamp: Stamp, crc_len: u16) {
    let crc = crc(&descriptor[Tag::LEN..Tag::LEN + usize::from(crc_len)]);
    put(descriptor, field::ID, &id.0.to_le_bytes());
    put(descriptor, field::VERSION, &stamp.version.to_le_bytes());
    put(descriptor, field::RESERVED, &[0]);
    put(descriptor, field::SERIAL, &stamp.serial.to_le_bytes());
    put(descriptor, field::CRC, &crc.to_le_bytes());
    put(descriptor, field::CRC_LEN, &crc_len.to_le_bytes());
    put(descriptor, field::LOCATION, &stamp.location.to_le_bytes());
    let tag = descriptor.first_chunk().expect("it begins with a tag");
    let checksum = checksum(tag);
    put(descriptor, field::CHECKSUM, &[checksum]);
}

/// The fields of a descriptor that is of this kind and undamaged.
pub(super) fn open(bytes: &[u8], id: TagId) -> Result<Fields<'_>, Malformed> {
    let tag = Tag::decode(bytes)?;
    if tag.id != id {
        return Err(Malformed::new("another descriptor than expected", field::ID));
    }
    Tag::verify(bytes)?;
    Ok(Fields::new(bytes))
}

/// The sum of a tag's bytes but its checksum.
fn checksum(tag: &[u8; Tag::LEN]) -> u8 {
    let sum = tag.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte));
    sum.wrapping_sub(tag[field::CHECKSUM])
}

/// The CRC of ITU-T V.41 as UDF takes it: polynomial x^16 + x^12 + x^5 + 1, most significant bit first, from 0.
#[must_use]
pub fn crc(bytes: &[u8]) -> u16 {
    let mut chunks = bytes.chunks_exact(CRC_AT_ONCE);
    let crc = chunks.by_ref().fold(0_u16, |crc, chunk| {
        let [high, low] = crc.to_be_bytes();
        let begins = [high, low, 0, 0, 0, 0, 0, 0];
        // What each byte comes to behind those that follow it, all at the same time.
        let each = chunk.iter().zip(begins).zip(&CRC_TABLES);
        each.fold(0, |sum, ((byte, before), table)| sum ^ table[usize::from(byte ^ before)])
    });
    chunks
        .remainder()
        .iter()
        .fold(crc, |crc, &byte| (crc << 8) ^ CRC_TABLES[CRC_AT_ONCE - 1][usize::from((crc >> 8) as u8 ^ byte)])
}

/// Bytes that are summed up at once: the sum is most of what an entry of a file costs.
const CRC_AT_ONCE: usize = 8;

/// What a byte alone comes to, by how many bytes follow it: seven with the first, none with the last.
const CRC_TABLES: [[u16; 256]; CRC_AT_ONCE] = {
    let mut tables = [[0; 256]; CRC_AT_ONCE];
    let mut value: u16 = 0;
    while value < 256 {
        let mut crc = value << 8;
        let mut following = 0;
        while following < CRC_AT_ONCE {
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
                bit += 1;
            }
            tables[CRC_AT_ONCE - 1 - following][value as usize] = crc;
            following += 1;
        }
        value += 1;
    }
    tables
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAMP: Stamp = Stamp { version: 3, serial: 1, location: 257 };

    /// The example of OSTA UDF, 6.5: three bytes and their sum.
    #[test]
    fn the_sum_is_that_of_the_standards_example() {
        assert_eq!(crc(&[0x70, 0x6A, 0x77]), 0x3299);
        assert_eq!(crc(b"123456789"), 0x31C3, "CRC-16/XMODEM's check value");
    }

    #[test]
    fn each_check_has_its_words() {
        let mut sealed = [7; 512];
        seal(&mut sealed, TagId::ANCHOR, STAMP);
        let tag = Tag::verify(&sealed).expect("undamaged");
        assert_eq!((tag.id, tag.stamp, tag.crc_len), (TagId::ANCHOR, STAMP, 496));
        assert!(tag.stands_at(257).is_ok());
        assert_eq!(tag.stands_at(256).map_err(|error| error.at), Err(12));

        let mut damaged = sealed;
        damaged[511] ^= 1;
        assert_eq!(Tag::verify(&damaged), Err(Malformed::new("the CRC of a descriptor is wrong", 8)));
        assert_eq!(Tag::verify(&sealed[..511]).map_err(|error| error.at), Err(10));
        assert_eq!(open(&sealed, TagId::PARTITION).map(|_| ()).map_err(|error| error.at), Err(0));
        damaged = sealed;
        damaged[13] ^= 1;
        assert_eq!(Tag::verify(&damaged).map_err(|error| error.at), Err(4));
        seal(&mut damaged, TagId::ANCHOR, Stamp { version: 4, ..STAMP });
        assert_eq!(Tag::verify(&damaged).map_err(|error| error.at), Err(2));
    }

    #[test]
    fn a_sum_may_cover_a_part() {
        let mut sealed = [7; 512];
        seal_partly(&mut sealed, TagId::SPACE_BITMAP, STAMP, 8);
        sealed[24] ^= 1;
        assert_eq!(Tag::verify(&sealed).map(|tag| tag.crc_len), Ok(8));
    }

    proptest! {
        #[test]
        fn the_sum_of_many_bytes_at_once_is_that_of_one_after_the_other(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let mut plainly = 0_u16;
            for &byte in &bytes {
                plainly ^= u16::from(byte) << 8;
                for _ in 0..8 {
                    plainly = if plainly & 0x8000 == 0 { plainly << 1 } else { (plainly << 1) ^ 0x1021 };
                }
            }
            prop_assert_eq!(crc(&bytes), plainly);
        }

        #[test]
        fn no_flipped_bit_goes_unseen(at in 0..100_usize, bit in 0..8_u8) {
            let mut sealed = [0x5A_u8; 100];
            seal(&mut sealed, TagId::FILE_ENTRY, STAMP);
            sealed[at] ^= 1_u8 << bit;
            prop_assert!(Tag::verify(&sealed).is_err());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = Tag::verify(&bytes);
        }
    }
}
