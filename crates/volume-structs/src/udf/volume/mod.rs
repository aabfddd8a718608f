//! The volume descriptors (ECMA-167, part 3): what a volume is made of, and where its partitions are.

mod integrity;
mod logical;
mod maps;
mod partition;
mod pointers;
mod primary;

pub use integrity::{Integrity, IntegrityUse};
pub use logical::{ImplementationUseVolume, LogicalVolume, LogicalVolumeInfo};
pub use maps::{MetadataFlags, MetadataMap, PartitionMap, PartitionMaps, SparableMap};
pub use partition::{AccessType, Partition, PartitionHeader};
pub use pointers::{Anchor, UnallocatedSpace, VolumePointer, encode_terminating};
pub use primary::{PrimaryVolume, VolumeFlags};

/// Bytes of a volume descriptor; the rest of its sector is zero.
pub const DESCRIPTOR_LEN: usize = 512;
