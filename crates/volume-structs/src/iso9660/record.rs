//! [`DirectoryRecord`]: a file or directory as its directory knows it.

use super::RecordingTime;
use crate::{
    SECTOR,
    wire::{Fields, Malformed, both_16, both_32, put},
};

/// The identifier of a directory's record of itself.
pub const SELF: &[u8] = &[0];
/// The identifier of a directory's record of its parent.
pub const PARENT: &[u8] = &[1];

/// ECMA-119, 9.1.
mod field {
    pub const LEN: usize = 0;
    pub const EXTENDED_ATTRIBUTE_LEN: usize = 1;
    pub const EXTENT: usize = 2;
    pub const DATA_LEN: usize = 10;
    pub const RECORDED: usize = 18;
    pub const FLAGS: usize = 25;
    pub const UNIT_SIZE: usize = 26;
    pub const GAP_SIZE: usize = 27;
    pub const VOLUME_SEQUENCE: usize = 28;
    pub const IDENTIFIER_LEN: usize = 32;
    pub const IDENTIFIER: usize = 33;
}

/// What kind of file a record is of (ECMA-119, 9.1.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FileFlags(pub u8);

impl FileFlags {
    /// A file that is there for all.
    pub const NONE: Self = Self(0);
    /// Its existence need not be told to people.
    pub const HIDDEN: Self = Self(1);
    /// A directory.
    pub const DIRECTORY: Self = Self(1 << 1);
    /// A file that belongs to another of the same name.
    pub const ASSOCIATED: Self = Self(1 << 2);
    /// Its data has the structure that its extended attributes say.
    pub const RECORD: Self = Self(1 << 3);
    /// Its extended attributes say who may use it.
    pub const PROTECTION: Self = Self(1 << 4);
    /// Not the last record of this file: its data goes on in the next record's extent.
    pub const MULTI_EXTENT: Self = Self(1 << 7);

    /// Whether all of those are set.
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// These, and those.
    #[must_use]
    pub const fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }
}

/// A record of a directory (ECMA-119, 9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DirectoryRecord<'a> {
    /// Blocks of extended attributes at the beginning of the extent.
    pub extended_attribute_len: u8,
    /// The first block.
    pub extent: u32,
    /// Bytes of the file, or of this section of it, without extended attributes and gaps.
    pub data_len: u32,
    /// When it was recorded.
    pub recorded: RecordingTime,
    /// What kind of file it is.
    pub flags: FileFlags,
    /// Blocks of a unit of an interleaved file; else 0.
    pub unit_size: u8,
    /// Blocks between such units.
    pub gap_size: u8,
    /// The volume that has the extent, counted from 1.
    pub volume_sequence: u16,
    /// Its name; [`SELF`] and [`PARENT`] are no names.
    pub identifier: &'a [u8],
    /// What other standards put here, such as [Rock Ridge](crate::rock_ridge). Of odd length, it gets a zero at its end.
    pub system_use: &'a [u8],
}

impl<'a> DirectoryRecord<'a> {
    /// The longest record: its length is a byte, and even.
    pub const MAX_LEN: usize = 254;

    /// Bytes of a record with an identifier of so many bytes, before any system use area.
    #[must_use]
    pub const fn base_len(identifier_len: usize) -> usize {
        (field::IDENTIFIER + identifier_len).next_multiple_of(2)
    }

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        Self::base_len(self.identifier.len()) + self.system_use.len().next_multiple_of(2)
    }

    /// Never: a record has at least its fixed fields.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When it is longer than [`MAX_LEN`](Self::MAX_LEN), or the buffer is shorter than it.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let len = self.len();
        let record_len = u8::try_from(len).expect("its length is at most MAX_LEN");
        let identifier_len = u8::try_from(self.identifier.len()).expect("it is a part of the record");
        let out = &mut out[..len];
        out.fill(0);
        put(out, field::LEN, &[record_len, self.extended_attribute_len]);
        put(out, field::EXTENT, &both_32(self.extent));
        put(out, field::DATA_LEN, &both_32(self.data_len));
        put(out, field::RECORDED, &self.recorded.encode());
        put(out, field::FLAGS, &[self.flags.0, self.unit_size, self.gap_size]);
        put(out, field::VOLUME_SEQUENCE, &both_16(self.volume_sequence));
        put(out, field::IDENTIFIER_LEN, &[identifier_len]);
        put(out, field::IDENTIFIER, self.identifier);
        put(out, Self::base_len(self.identifier.len()), self.system_use);
        len
    }

    /// The record at the beginning of these bytes; [`len`](Self::len) says where it ends.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let len = usize::from(Fields::new(bytes).u8(field::LEN)?);
        let record =
            bytes.get(..len).ok_or(Malformed::new("the bytes end inside of a directory record", field::LEN))?;
        let fields = Fields::new(record);
        let identifier_len = usize::from(fields.u8(field::IDENTIFIER_LEN)?);
        let identifier = fields.bytes(field::IDENTIFIER, identifier_len)?;
        if identifier.is_empty() {
            return Err(Malformed::new("a directory record without an identifier", field::IDENTIFIER_LEN));
        }
        // A record of odd length, which the standard does not know, may end before the identifier's padding.
        let system_use = record.get(Self::base_len(identifier_len)..).unwrap_or_default();
        Ok(Self { system_use, ..Self::fixed(bytes, identifier)? })
    }

    /// The record of the root directory in a volume descriptor: its length and identifier are known and not looked at.
    pub(super) fn decode_root(bytes: &[u8]) -> Result<DirectoryRecord<'static>, Malformed> {
        DirectoryRecord::fixed(bytes, SELF)
    }

    fn fixed<'b>(bytes: &[u8], identifier: &'b [u8]) -> Result<DirectoryRecord<'b>, Malformed> {
        let fields = Fields::new(bytes);
        Ok(DirectoryRecord {
            extended_attribute_len: fields.u8(field::EXTENDED_ATTRIBUTE_LEN)?,
            extent: fields.u32_both(field::EXTENT)?,
            data_len: fields.u32_both(field::DATA_LEN)?,
            recorded: RecordingTime::decode(fields.array(field::RECORDED)?),
            flags: FileFlags(fields.u8(field::FLAGS)?),
            unit_size: fields.u8(field::UNIT_SIZE)?,
            gap_size: fields.u8(field::GAP_SIZE)?,
            volume_sequence: fields.u16_both(field::VOLUME_SEQUENCE)?,
            identifier,
            system_use: &[],
        })
    }
}

/// All records of a directory, each with the byte at which it begins.
///
/// Records do not cross the end of a sector; what is left there is zero. A record that cannot be read costs the rest of
/// its sector, so that those after it are still found.
#[derive(Debug, Clone)]
pub struct DirectoryRecords<'a> {
    directory: &'a [u8],
    at: usize,
}

impl<'a> DirectoryRecords<'a> {
    /// The records of a directory, given its whole extent.
    #[must_use]
    pub const fn new(directory: &'a [u8]) -> Self {
        Self { directory, at: 0 }
    }
}

impl<'a> Iterator for DirectoryRecords<'a> {
    type Item = Result<(usize, DirectoryRecord<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.at;
            let next_sector = (at + 1).next_multiple_of(SECTOR);
            let sector = self.directory.get(at..next_sector.min(self.directory.len()))?;
            match *sector.first()? {
                0 => self.at = next_sector,
                len => {
                    let record = DirectoryRecord::decode(sector);
                    self.at = if record.is_ok() { at + usize::from(len) } else { next_sector };
                    return Some(record.map(|record| (at, record)).map_err(|error| error.moved(at)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    /// From an image by genisoimage 1.1.11 with `TZ=Asia/Kolkata`, of a file `x` of no bytes.
    const BY_GENISOIMAGE: [u8; 38] = [
        0x26, 0x00, 0x18, 0, 0, 0, 0, 0, 0, 0x18, 0, 0, 0, 0, 0, 0, 0, 0, 0x79, 3, 4, 10, 36, 7, 22, 0, 0, 0, 1, 0, 0,
        1, 4, b'X', b'.', b';', b'1', 0,
    ];

    fn by_genisoimage() -> DirectoryRecord<'static> {
        DirectoryRecord {
            extent: 0x18,
            recorded: RecordingTime::decode([0x79, 3, 4, 10, 36, 7, 22]),
            volume_sequence: 1,
            identifier: b"X.;1",
            ..DirectoryRecord::default()
        }
    }

    #[test]
    fn genisoimage_writes_the_same_bytes() {
        assert_eq!(DirectoryRecord::decode(&BY_GENISOIMAGE), Ok(by_genisoimage()));
        let mut out = [0xA5; 40];
        assert_eq!(by_genisoimage().encode(&mut out), 38);
        assert_eq!(out[..38], BY_GENISOIMAGE);
        assert_eq!(out[38..], [0xA5; 2]);
    }

    #[test]
    fn each_prefix_is_refused() {
        for len in 0..BY_GENISOIMAGE.len() {
            assert!(DirectoryRecord::decode(&BY_GENISOIMAGE[..len]).is_err(), "{len}");
        }
    }

    #[test]
    fn an_identifier_ends_inside_of_its_record() {
        let mut bytes = BY_GENISOIMAGE;
        bytes[field::IDENTIFIER_LEN] = 6;
        assert!(DirectoryRecord::decode(&bytes).is_err());
        bytes[field::IDENTIFIER_LEN] = 0;
        assert!(DirectoryRecord::decode(&bytes).is_err());
    }

    #[test]
    fn a_system_use_area_begins_and_ends_at_an_even_byte() {
        let record = DirectoryRecord { identifier: b"AB", system_use: &[1, 2, 3], ..DirectoryRecord::default() };
        let mut out = [0xA5; 40];
        assert_eq!(record.encode(&mut out), 40);
        assert_eq!(out[33..], [b'A', b'B', 0, 1, 2, 3, 0][..]);
        assert_eq!(DirectoryRecord::decode(&out).map(|record| record.system_use), Ok(&[1, 2, 3, 0][..]));
    }

    #[test]
    fn records_are_whole_in_their_sector() {
        let mut directory = vec![0; 3 * SECTOR];
        let record = by_genisoimage();
        record.encode(&mut directory[0..]);
        record.encode(&mut directory[38..]);
        record.encode(&mut directory[SECTOR..]);
        directory[SECTOR + 38] = 60; // No room for such a name: the rest of this sector is lost.
        directory[SECTOR + 38 + field::IDENTIFIER_LEN] = 100;
        record.encode(&mut directory[2 * SECTOR..]);
        let found: Vec<_> = DirectoryRecords::new(&directory).map(|item| item.map(|(at, _)| at)).collect();
        let lost = Malformed::new("the bytes end before a field", SECTOR + 38 + field::IDENTIFIER);
        assert_eq!(found, [Ok(0), Ok(38), Ok(SECTOR), Err(lost), Ok(2 * SECTOR)]);
    }

    proptest! {
        #[test]
        fn records_come_back(
            (extent, data_len, volume_sequence) in any::<(u32, u32, u16)>(),
            (extended_attribute_len, unit_size, gap_size, flags) in any::<(u8, u8, u8, u8)>(),
            recorded: [u8; 7],
            identifier in proptest::collection::vec(any::<u8>(), 1..100),
            mut system_use in proptest::collection::vec(any::<u8>(), 0..100),
        ) {
            system_use.truncate(system_use.len() / 2 * 2);
            let record = DirectoryRecord {
                extended_attribute_len, extent, data_len, recorded: RecordingTime::decode(recorded),
                flags: FileFlags(flags), unit_size, gap_size, volume_sequence,
                identifier: &identifier, system_use: &system_use,
            };
            let mut out = [0xA5; 256];
            let len = record.encode(&mut out);
            prop_assert_eq!(len, record.len());
            prop_assert_eq!(DirectoryRecord::decode(&out), Ok(record));
        }

        #[test]
        fn no_bytes_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..5000)) {
            prop_assert!(DirectoryRecords::new(&bytes).count() <= bytes.len());
        }
    }
}
