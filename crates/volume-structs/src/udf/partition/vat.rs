//! [`VirtualAllocation`]: where the blocks of a virtual partition are, which is what can be changed of a disc that is
//! written once.
//!
//! It is a file, the last thing that was written. UDF 1.50 puts its facts behind the entries and into an extended
//! attribute; from 2.00 on there is a header.

use super::super::{
    DString, EntityId, Revision,
    file::attributes::{AttributeKind, use_checksum},
};
use crate::wire::{Fields, Malformed, put};

/// OSTA UDF 2.00, 2.2.11.
mod header {
    pub const LEN: usize = 0;
    pub const USE_LEN: usize = 2;
    pub const VOLUME_ID: usize = 4;
    pub const PREVIOUS: usize = 132;
    pub const FILES: usize = 136;
    pub const DIRECTORIES: usize = 140;
    pub const MIN_READ: usize = 144;
    pub const MIN_WRITE: usize = 146;
    pub const MAX_WRITE: usize = 148;
    pub const USE: usize = 152;
}

/// OSTA UDF 1.50, 2.2.10.
mod trailer {
    pub const ID: usize = 0;
    pub const PREVIOUS: usize = 32;
    pub const LEN: usize = 36;
}

/// OSTA UDF, 3.3.4.5.1.3.
mod extension {
    pub const CHECKSUM: usize = 0;
    pub const UNIQUE_ID: usize = 2;
    pub const FILES: usize = 10;
    pub const DIRECTORIES: usize = 14;
    pub const VOLUME_ID: usize = 18;
    pub const LEN: usize = 146;
}

/// Instead of a block: the virtual block is not used.
const UNUSED: u32 = u32::MAX;
const ENTRY_LEN: usize = 4;

/// What stands before the entries from UDF 2.00 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VatHeader<'a> {
    /// The logical volume's name as it is now.
    pub volume_id: DString<128>,
    /// The block of the file entry of the table before; [`VirtualAllocation::NO_PREVIOUS`] if there is none.
    pub previous: u32,
    /// How many files there are.
    pub files: u32,
    /// How many directories, with the root.
    pub directories: u32,
    /// The oldest revision by which all can be read.
    pub min_read: Revision,
    /// The oldest revision by which it can be changed.
    pub min_write: Revision,
    /// The newest revision by which it was changed.
    pub max_write: Revision,
    /// Of a program; then it begins with its entity identifier.
    pub implementation_use: &'a [u8],
}

impl<'a> VatHeader<'a> {
    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        header::USE + self.implementation_use.len()
    }

    /// Never: it has fixed fields.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than 65,535 bytes.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let len = u16::try_from(self.len()).expect("its length has 16 bits");
        let use_len = u16::try_from(self.implementation_use.len()).expect("it is a part of it");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, header::LEN, &len.to_le_bytes());
        put(out, header::USE_LEN, &use_len.to_le_bytes());
        put(out, header::VOLUME_ID, &self.volume_id.0);
        put(out, header::PREVIOUS, &self.previous.to_le_bytes());
        put(out, header::FILES, &self.files.to_le_bytes());
        put(out, header::DIRECTORIES, &self.directories.to_le_bytes());
        put(out, header::MIN_READ, &self.min_read.0.to_le_bytes());
        put(out, header::MIN_WRITE, &self.min_write.0.to_le_bytes());
        put(out, header::MAX_WRITE, &self.max_write.0.to_le_bytes());
        put(out, header::USE, self.implementation_use);
        self.len()
    }

    /// From its bytes, and how many these are.
    fn decode(bytes: &'a [u8]) -> Result<(Self, usize), Malformed> {
        let fields = Fields::new(bytes);
        let len = usize::from(fields.u16_le(header::LEN)?);
        let use_len = usize::from(fields.u16_le(header::USE_LEN)?);
        if len < header::USE + use_len {
            return Err(Malformed::new("the header of a virtual allocation table is too short", header::LEN));
        }
        let found = Self {
            volume_id: DString(fields.array(header::VOLUME_ID)?),
            previous: fields.u32_le(header::PREVIOUS)?,
            files: fields.u32_le(header::FILES)?,
            directories: fields.u32_le(header::DIRECTORIES)?,
            min_read: Revision(fields.u16_le(header::MIN_READ)?),
            min_write: Revision(fields.u16_le(header::MIN_WRITE)?),
            max_write: Revision(fields.u16_le(header::MAX_WRITE)?),
            implementation_use: fields.bytes(header::USE, use_len)?,
        };
        Ok((found, len))
    }
}

/// What stands behind the entries in UDF 1.50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VatTrailer {
    /// [`EntityId::VIRTUAL_ALLOCATION_TABLE`] with the revision.
    pub id: EntityId,
    /// The block of the file entry of the table before; [`VirtualAllocation::NO_PREVIOUS`] if there is none.
    pub previous: u32,
}

impl VatTrailer {
    /// Bytes of it.
    pub const LEN: usize = trailer::LEN;

    /// To its bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, trailer::ID, &self.id.encode());
        put(&mut out, trailer::PREVIOUS, &self.previous.to_le_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let id = EntityId::decode(fields.array(trailer::ID)?);
        if !id.is(EntityId::VIRTUAL_ALLOCATION_TABLE) {
            return Err(Malformed::new("no virtual allocation table of UDF 1.50", trailer::ID));
        }
        Ok(Self { id, previous: fields.u32_le(trailer::PREVIOUS)? })
    }
}

/// The data of the extended attribute [`EntityId::VAT_EXTENSION`] of a table of UDF 1.50.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VatExtension {
    /// That of the table's file entry, else this attribute is of another table.
    pub unique_id: u64,
    /// How many files there are.
    pub files: u32,
    /// How many directories, with the root.
    pub directories: u32,
    /// The logical volume's name as it is now.
    pub volume_id: DString<128>,
}

impl VatExtension {
    /// Bytes of it.
    pub const LEN: usize = extension::LEN;

    /// As data of an attribute of this identifier.
    #[must_use]
    pub fn encode(&self, id: &EntityId) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        let len = u32::try_from(Self::LEN).unwrap_or_default();
        put(&mut out, extension::CHECKSUM, &use_checksum(id, AttributeKind::IMPLEMENTATION_USE, len).to_le_bytes());
        put(&mut out, extension::UNIQUE_ID, &self.unique_id.to_le_bytes());
        put(&mut out, extension::FILES, &self.files.to_le_bytes());
        put(&mut out, extension::DIRECTORIES, &self.directories.to_le_bytes());
        put(&mut out, extension::VOLUME_ID, &self.volume_id.0);
        out
    }

    /// From the data of an attribute.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        Ok(Self {
            unique_id: fields.u64_le(extension::UNIQUE_ID)?,
            files: fields.u32_le(extension::FILES)?,
            directories: fields.u32_le(extension::DIRECTORIES)?,
            volume_id: DString(fields.array(extension::VOLUME_ID)?),
        })
    }
}

/// A virtual allocation table, given all data of its file (OSTA UDF, 2.2.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VirtualAllocation<'a> {
    facts: Facts<'a>,
    entries: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Facts<'a> {
    Header(VatHeader<'a>),
    Trailer(VatTrailer),
}

impl<'a> VirtualAllocation<'a> {
    /// There was no table before.
    pub const NO_PREVIOUS: u32 = u32::MAX;

    /// From the data of a file of the type [`FileType::VIRTUAL_ALLOCATION_TABLE`](super::super::FileType::VIRTUAL_ALLOCATION_TABLE).
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let (header, len) = VatHeader::decode(bytes)?;
        let entries = bytes.get(len..).ok_or(Malformed::new("a virtual allocation table without entries", 0))?;
        Ok(Self { facts: Facts::Header(header), entries })
    }

    /// From the data of a file of the type [`FileType::UNSPECIFIED`](super::super::FileType::UNSPECIFIED), by UDF 1.50.
    pub fn decode_1_50(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let at = bytes
            .len()
            .checked_sub(trailer::LEN)
            .ok_or(Malformed::new("no virtual allocation table of UDF 1.50", 0))?;
        let (entries, end) = bytes.split_at(at);
        let facts = Facts::Trailer(VatTrailer::decode(end).map_err(|error| error.moved(at))?);
        Ok(Self { facts, entries })
    }

    /// What stands before the entries, from UDF 2.00 on.
    #[must_use]
    pub const fn header(&self) -> Option<&VatHeader<'a>> {
        match &self.facts {
            Facts::Header(header) => Some(header),
            Facts::Trailer(_) => None,
        }
    }

    /// The block of the file entry of the table before, if there is one.
    #[must_use]
    pub fn previous(&self) -> Option<u32> {
        let previous = match self.facts {
            Facts::Header(header) => header.previous,
            Facts::Trailer(trailer) => trailer.previous,
        };
        (previous != Self::NO_PREVIOUS).then_some(previous)
    }

    /// How many virtual blocks there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.entries.len() / ENTRY_LEN
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The block of the partition in which a virtual block is; `None` when there is no such, or it is not used.
    #[must_use]
    pub fn find(&self, block: u32) -> Option<u32> {
        let at = usize::try_from(block).ok()?.checked_mul(ENTRY_LEN)?;
        Fields::new(self.entries).u32_le(at).ok().filter(|&found| found != UNUSED)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_with_a_header_comes_back() {
        let header = VatHeader {
            volume_id: DString::new("Disc").expect("it fits"),
            previous: 77,
            files: 2,
            directories: 1,
            min_read: Revision::R2_00,
            min_write: Revision::R2_00,
            max_write: Revision::R2_01,
            implementation_use: &[9; 4],
        };
        let mut bytes = [0xA5; 164];
        assert_eq!(header.encode(&mut bytes), 156);
        put(&mut bytes, 156, &[5, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]);
        let table = VirtualAllocation::decode(&bytes).expect("whole");
        assert_eq!((table.header(), table.previous(), table.len()), (Some(&header), Some(77), 2));
        assert_eq!([0, 1, 2, u32::MAX].map(|block| table.find(block)), [Some(5), None, None, None]);
        bytes[0] = 155;
        assert!(VirtualAllocation::decode(&bytes).is_err());
    }

    #[test]
    fn a_table_of_1_50_has_its_facts_behind() {
        let id = EntityId::udf(EntityId::VIRTUAL_ALLOCATION_TABLE, Revision::R1_50, super::super::super::OsId::LINUX);
        let trailer = VatTrailer { id, previous: u32::MAX };
        let mut bytes = [0xA5; 40];
        put(&mut bytes, 0, &[5, 0, 0, 0]);
        put(&mut bytes, 4, &trailer.encode());
        let table = VirtualAllocation::decode_1_50(&bytes).expect("whole");
        assert_eq!((table.previous(), table.find(0), table.find(1)), (None, Some(5), None));
        assert!(VirtualAllocation::decode_1_50(&bytes[..39]).is_err());

        let extension = VatExtension { unique_id: 7, files: 1, directories: 2, volume_id: DString::EMPTY };
        let id = EntityId::new(EntityId::VAT_EXTENSION);
        assert_eq!(VatExtension::decode(&extension.encode(&id)), Ok(extension));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), block: u32) {
            let tables = [VirtualAllocation::decode(&bytes), VirtualAllocation::decode_1_50(&bytes)];
            tables.into_iter().flatten().for_each(|table| { let _ = table.find(block); });
        }
    }
}
