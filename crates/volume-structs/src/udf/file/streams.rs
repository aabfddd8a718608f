//! Streams with names that UDF gives a meaning to, and the one that maps unique ids to files.

use super::super::EntityId;
use crate::wire::{Fields, Malformed, put};

/// OSTA UDF, 3.3.7.1.
mod field {
    pub const IMPLEMENTATION: usize = 0;
    pub const FLAGS: usize = 32;
    pub const COUNT: usize = 36;
    pub const ENTRIES: usize = 48;
    // Within an entry.
    pub const UNIQUE_ID: usize = 0;
    pub const PARENT: usize = 4;
    pub const OBJECT: usize = 8;
    pub const PARENT_PARTITION: usize = 12;
    pub const OBJECT_PARTITION: usize = 14;
}

/// The names of streams that UDF gives a meaning to (OSTA UDF, 3.3.7 and 3.3.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamName;

impl StreamName {
    /// Of the volume: where the file of each unique id is.
    pub const UNIQUE_ID_MAPPING: &'static str = "*UDF Unique ID Mapping Data";
    /// Of the volume: blocks that nothing may be put into.
    pub const NON_ALLOCATABLE_SPACE: &'static str = "*UDF Non-Allocatable Space";
    /// Of the volume: what a drive found out about its laser.
    pub const POWER_CALIBRATION: &'static str = "*UDF Power Cal Table";
    /// Of the volume: when it was backed up.
    pub const BACKUP: &'static str = "*UDF Backup";
    /// Of a file: its resources on a Macintosh.
    pub const MACINTOSH_RESOURCE_FORK: &'static str = "*UDF Macintosh Resource Fork";
    /// Of a file: its extended attributes in OS/2.
    pub const OS2_EA: &'static str = "*UDF OS/2 EA";
    /// Of a file: who may do what in Windows.
    pub const NT_ACL: &'static str = "*UDF NT ACL";
    /// Of a file: who may do what in UNIX.
    pub const UNIX_ACL: &'static str = "*UDF UNIX ACL";
}

/// Where a file of some unique id is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UniqueIdMapEntry {
    /// The lower half of the unique id.
    pub unique_id: u32,
    /// The block of its directory's file entry.
    pub parent: u32,
    /// The block of its file entry.
    pub object: u32,
    /// The partition of the directory's.
    pub parent_partition: u16,
    /// The partition of its own.
    pub object_partition: u16,
}

impl UniqueIdMapEntry {
    /// Bytes of it.
    pub const LEN: usize = 16;

    /// To its bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, field::UNIQUE_ID, &self.unique_id.to_le_bytes());
        put(&mut out, field::PARENT, &self.parent.to_le_bytes());
        put(&mut out, field::OBJECT, &self.object.to_le_bytes());
        put(&mut out, field::PARENT_PARTITION, &self.parent_partition.to_le_bytes());
        put(&mut out, field::OBJECT_PARTITION, &self.object_partition.to_le_bytes());
        out
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        Ok(Self {
            unique_id: fields.u32_le(field::UNIQUE_ID)?,
            parent: fields.u32_le(field::PARENT)?,
            object: fields.u32_le(field::OBJECT)?,
            parent_partition: fields.u16_le(field::PARENT_PARTITION)?,
            object_partition: fields.u16_le(field::OBJECT_PARTITION)?,
        })
    }
}

/// The data of the stream [`StreamName::UNIQUE_ID_MAPPING`] (OSTA UDF, 3.3.7.1); UDF from 2.00 on wants it on all that is
/// rewritten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UniqueIdMap<'a> {
    /// What wrote it.
    pub implementation: EntityId,
    /// Bit 0: the unique ids of the entries rise.
    pub flags: u32,
    entries: &'a [u8],
}

impl<'a> UniqueIdMap<'a> {
    /// Bytes before the entries.
    pub const HEAD_LEN: usize = field::ENTRIES;

    /// The head of a map with so many entries, each of which follows by its own `encode`.
    #[must_use]
    pub fn encode_head(implementation: &EntityId, flags: u32, count: u32) -> [u8; field::ENTRIES] {
        let mut out = [0; field::ENTRIES];
        put(&mut out, field::IMPLEMENTATION, &implementation.encode());
        put(&mut out, field::FLAGS, &flags.to_le_bytes());
        put(&mut out, field::COUNT, &count.to_le_bytes());
        out
    }

    /// From the data of the stream.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let count = usize::try_from(fields.u32_le(field::COUNT)?).unwrap_or(usize::MAX);
        Ok(Self {
            implementation: EntityId::decode(fields.array(field::IMPLEMENTATION)?),
            flags: fields.u32_le(field::FLAGS)?,
            entries: fields.bytes(field::ENTRIES, count.saturating_mul(UniqueIdMapEntry::LEN))?,
        })
    }

    /// The entries.
    pub fn entries(&self) -> impl Iterator<Item = UniqueIdMapEntry> + 'a {
        self.entries.chunks_exact(UniqueIdMapEntry::LEN).flat_map(UniqueIdMapEntry::decode)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_a_head_and_entries() {
        let entry = UniqueIdMapEntry { unique_id: 16, parent: 2, object: 3, parent_partition: 0, object_partition: 1 };
        let mut bytes = [0; 64];
        put(&mut bytes, 0, &UniqueIdMap::encode_head(&EntityId::new(b"*imapi"), 1, 1));
        put(&mut bytes, 48, &entry.encode());
        let map = UniqueIdMap::decode(&bytes).expect("whole");
        assert_eq!(map.flags, 1);
        assert!(map.entries().eq([entry]));
        assert!(UniqueIdMap::decode(&bytes[..63]).is_err());
    }
}
