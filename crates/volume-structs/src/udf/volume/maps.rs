//! Partition maps: of which partitions a logical volume consists, and how their blocks are found.

use super::super::{EntityId, flags::flags};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 3/10.7.2.
mod simple {
    pub const VOLUME: usize = 2;
    pub const PARTITION: usize = 4;
    pub const LEN: u8 = 6;
}

/// ECMA-167, 3/10.7.3, and OSTA UDF, 2.2.8 to 2.2.10.
mod other {
    pub const ID: usize = 4;
    pub const VOLUME: usize = 36;
    pub const PARTITION: usize = 38;
    pub const LEN: u8 = 64;
    // Sparable.
    pub const PACKET_LEN: usize = 40;
    pub const TABLES: usize = 42;
    pub const TABLE_LEN: usize = 44;
    pub const TABLE_LOCATIONS: [usize; 4] = [48, 52, 56, 60];
    // Metadata.
    pub const FILE: usize = 40;
    pub const MIRROR: usize = 44;
    pub const BITMAP: usize = 48;
    pub const ALLOCATION_UNIT: usize = 52;
    pub const ALIGNMENT_UNIT: usize = 56;
    pub const FLAGS: usize = 58;
}

flags! {
    /// What a metadata partition has (OSTA UDF, 2.2.10).
    MetadataFlags(u8) {
        /// The mirror has data of its own; else it is a second file entry for the same data.
        DUPLICATE = 1;
    }
}

/// How bad blocks are replaced (OSTA UDF, 2.2.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SparableMap {
    /// Blocks of a packet: 32 on CDs, 16 on DVDs.
    pub packet_len: u16,
    /// How many of the tables there are, at most 4.
    pub tables: u8,
    /// Bytes set aside for each table.
    pub table_len: u32,
    /// Where each begins, in blocks of the volume.
    pub table_locations: [u32; 4],
}

impl SparableMap {
    /// Where the tables begin.
    #[must_use]
    pub fn locations(&self) -> &[u32] {
        self.table_locations.get(..usize::from(self.tables)).unwrap_or(&self.table_locations)
    }
}

/// The file that is a partition (OSTA UDF, 2.2.10). Blocks are those of the partition that it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MetadataMap {
    /// The file entry of the metadata file.
    pub file: u32,
    /// That of its mirror.
    pub mirror: u32,
    /// That of its bitmap; [`NO_BITMAP`](Self::NO_BITMAP) on what is only read.
    pub bitmap: u32,
    /// Blocks by which the file grows: at least 32, a multiple of the packet.
    pub allocation_unit: u32,
    /// Blocks at whose multiples its extents begin.
    pub alignment_unit: u16,
    /// What it has.
    pub flags: MetadataFlags,
}

impl MetadataMap {
    /// There is no bitmap.
    pub const NO_BITMAP: u32 = u32::MAX;
}

/// A partition of a logical volume (ECMA-167, 3/10.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartitionMap<'a> {
    /// A range of blocks of a volume, nothing more (type 1).
    Physical {
        /// The volume, from 1.
        volume: u16,
        /// The number in the partition descriptor.
        partition: u16,
    },
    /// Its blocks are found through a virtual allocation table.
    Virtual {
        /// The identifier with the revision.
        id: EntityId,
        /// The volume, from 1.
        volume: u16,
        /// The number of the partition whose blocks are numbered anew.
        partition: u16,
    },
    /// Its bad packets are replaced.
    Sparable {
        /// The identifier with the revision.
        id: EntityId,
        /// The volume, from 1.
        volume: u16,
        /// The number in the partition descriptor.
        partition: u16,
        /// How.
        map: SparableMap,
    },
    /// It lies in a file of another partition.
    Metadata {
        /// The identifier with the revision.
        id: EntityId,
        /// The volume, from 1.
        volume: u16,
        /// The number of the partition in which the file is.
        partition: u16,
        /// In which file.
        map: MetadataMap,
    },
    /// Something else; the whole map.
    Other(&'a [u8]),
}

impl<'a> PartitionMap<'a> {
    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Physical { .. } => simple::LEN as usize,
            Self::Other(bytes) => bytes.len(),
            _ => other::LEN as usize,
        }
    }

    /// Whether there is nothing of it, which no map can be.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of the partition in whose descriptor its place is, when it is a map that UDF knows.
    #[must_use]
    pub const fn partition(&self) -> Option<u16> {
        match *self {
            Self::Physical { partition, .. }
            | Self::Virtual { partition, .. }
            | Self::Sparable { partition, .. }
            | Self::Metadata { partition, .. } => Some(partition),
            Self::Other(_) => None,
        }
    }

    /// Writes it and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it.
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let out = &mut out[..self.len()];
        out.fill(0);
        match self {
            Self::Physical { volume, partition } => {
                put(out, 0, &[1, simple::LEN]);
                put(out, simple::VOLUME, &volume.to_le_bytes());
                put(out, simple::PARTITION, &partition.to_le_bytes());
            }
            Self::Virtual { id, volume, partition } => encode_other(out, id, *volume, *partition),
            Self::Sparable { id, volume, partition, map } => {
                encode_other(out, id, *volume, *partition);
                put(out, other::PACKET_LEN, &map.packet_len.to_le_bytes());
                put(out, other::TABLES, &[map.tables]);
                put(out, other::TABLE_LEN, &map.table_len.to_le_bytes());
                for (at, location) in other::TABLE_LOCATIONS.into_iter().zip(map.table_locations) {
                    put(out, at, &location.to_le_bytes());
                }
            }
            Self::Metadata { id, volume, partition, map } => {
                encode_other(out, id, *volume, *partition);
                put(out, other::FILE, &map.file.to_le_bytes());
                put(out, other::MIRROR, &map.mirror.to_le_bytes());
                put(out, other::BITMAP, &map.bitmap.to_le_bytes());
                put(out, other::ALLOCATION_UNIT, &map.allocation_unit.to_le_bytes());
                put(out, other::ALIGNMENT_UNIT, &map.alignment_unit.to_le_bytes());
                put(out, other::FLAGS, &[map.flags.0]);
            }
            Self::Other(bytes) => put(out, 0, bytes),
        }
        self.len()
    }

    /// The map at the beginning of these bytes; [`len`](Self::len) says where it ends.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let (kind, len) = (fields.u8(0)?, fields.u8(1)?);
        if len < 2 {
            return Err(Malformed::new("a partition map shorter than its head", 1));
        }
        let map = fields.bytes(0, usize::from(len))?;
        let fields = Fields::new(map);
        match (kind, len) {
            (1, simple::LEN) => Ok(Self::Physical {
                volume: fields.u16_le(simple::VOLUME)?,
                partition: fields.u16_le(simple::PARTITION)?,
            }),
            (2, other::LEN) => Ok(Self::decode_other(fields)?.unwrap_or(Self::Other(map))),
            _ => Ok(Self::Other(map)),
        }
    }

    fn decode_other(fields: Fields<'a>) -> Result<Option<Self>, Malformed> {
        let id = EntityId::decode(fields.array(other::ID)?);
        let (volume, partition) = (fields.u16_le(other::VOLUME)?, fields.u16_le(other::PARTITION)?);
        Ok(match id.name() {
            EntityId::VIRTUAL_PARTITION => Some(Self::Virtual { id, volume, partition }),
            EntityId::SPARABLE_PARTITION => {
                let mut table_locations = [0; 4];
                for (location, at) in table_locations.iter_mut().zip(other::TABLE_LOCATIONS) {
                    *location = fields.u32_le(at)?;
                }
                let map = SparableMap {
                    packet_len: fields.u16_le(other::PACKET_LEN)?,
                    tables: fields.u8(other::TABLES)?,
                    table_len: fields.u32_le(other::TABLE_LEN)?,
                    table_locations,
                };
                Some(Self::Sparable { id, volume, partition, map })
            }
            EntityId::METADATA_PARTITION => {
                let map = MetadataMap {
                    file: fields.u32_le(other::FILE)?,
                    mirror: fields.u32_le(other::MIRROR)?,
                    bitmap: fields.u32_le(other::BITMAP)?,
                    allocation_unit: fields.u32_le(other::ALLOCATION_UNIT)?,
                    alignment_unit: fields.u16_le(other::ALIGNMENT_UNIT)?,
                    flags: MetadataFlags(fields.u8(other::FLAGS)?),
                };
                Some(Self::Metadata { id, volume, partition, map })
            }
            _ => None,
        })
    }
}

fn encode_other(out: &mut [u8], id: &EntityId, volume: u16, partition: u16) {
    put(out, 0, &[2, other::LEN]);
    put(out, other::ID, &id.encode());
    put(out, other::VOLUME, &volume.to_le_bytes());
    put(out, other::PARTITION, &partition.to_le_bytes());
}

/// The partition maps of a logical volume, in the order in which the volume's structures number them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartitionMaps<'a> {
    bytes: &'a [u8],
    count: usize,
}

impl<'a> PartitionMaps<'a> {
    /// Those in these bytes, when they are whole.
    pub fn new(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut count = 0;
        let mut at = 0;
        while at < bytes.len() {
            at += PartitionMap::decode(&bytes[at..]).map_err(|error| error.moved(at))?.len();
            count += 1;
        }
        Ok(Self { bytes, count })
    }

    pub(super) fn decode(bytes: &'a [u8], count: u32) -> Result<Self, Malformed> {
        let maps = Self::new(bytes)?;
        if u32::try_from(maps.count) == Ok(count) {
            Ok(maps)
        } else {
            Err(Malformed::new("partition maps of another number than told", 0))
        }
    }

    /// How many.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// As they are recorded.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = PartitionMap<'a>> + 'a {
        let mut rest = self.bytes;
        core::iter::from_fn(move || {
            let map = PartitionMap::decode(rest).ok()?;
            rest = rest.get(map.len()..)?;
            Some(map)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::{
        super::super::{OsId, Revision},
        *,
    };

    fn all() -> [PartitionMap<'static>; 5] {
        let id = |name| EntityId::udf(name, Revision::R2_50, OsId::LINUX);
        let sparable = SparableMap { packet_len: 32, tables: 2, table_len: 8248, table_locations: [64, 96, 0, 0] };
        let metadata = MetadataMap {
            file: 1,
            mirror: 0x0102_0304,
            bitmap: MetadataMap::NO_BITMAP,
            allocation_unit: 32,
            alignment_unit: 16,
            flags: MetadataFlags::DUPLICATE,
        };
        [
            PartitionMap::Physical { volume: 1, partition: 0x2000 },
            PartitionMap::Virtual { id: id(EntityId::VIRTUAL_PARTITION), volume: 1, partition: 0 },
            PartitionMap::Sparable { id: id(EntityId::SPARABLE_PARTITION), volume: 1, partition: 0, map: sparable },
            PartitionMap::Metadata { id: id(EntityId::METADATA_PARTITION), volume: 1, partition: 0, map: metadata },
            PartitionMap::Other(&[9, 4, 1, 2]),
        ]
    }

    #[test]
    fn maps_come_back() {
        let mut bytes = [0xA5; 256];
        let mut len = 0;
        for map in all() {
            len += map.encode(&mut bytes[len..]);
        }
        let maps = PartitionMaps::new(&bytes[..len]).expect("whole");
        assert_eq!((maps.count(), len), (5, 6 + 3 * 64 + 4));
        assert_eq!(maps.iter().collect::<Vec<_>>(), all());
        assert_eq!(bytes[..6], [1, 6, 1, 0, 0, 0x20]);
        assert!(PartitionMaps::new(&bytes[..len - 1]).is_err());
        assert!(PartitionMaps::decode(&bytes[..len], 4).is_err());
    }

    #[test]
    fn a_map_of_no_length_is_no_map() {
        assert!(PartitionMaps::new(&[1, 0, 1, 0]).is_err());
        assert!(PartitionMaps::new(&[1]).is_err());
        let five = SparableMap { tables: 5, ..SparableMap::default() };
        assert_eq!(five.locations().len(), 4);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(maps) = PartitionMaps::new(&bytes) {
                prop_assert_eq!(maps.iter().count(), maps.count());
            }
        }
    }
}
