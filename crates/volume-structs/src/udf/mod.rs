//! UDF 1.02 to 2.60 (OSTA UDF on ECMA-167): everything that stands on a volume, from its recognition to the names of streams.
//!
//! | structure | type | where |
//! |---|---|---|
//! | volume recognition sequence, boot descriptor | [`Recognition`], [`RecognitionSequence`], [`BootDescriptor`] | 2/9 |
//! | descriptor tag | [`Tag`], [`Stamp`], [`seal`] | 3/7.2 |
//! | primary volume descriptor | [`PrimaryVolume`] | 3/10.1 |
//! | anchor volume descriptor pointer | [`Anchor`] | 3/10.2 |
//! | volume descriptor pointer | [`VolumePointer`] | 3/10.3 |
//! | implementation use volume descriptor | [`ImplementationUseVolume`], [`LogicalVolumeInfo`] | 3/10.4, U 2.2.7 |
//! | partition descriptor and its header | [`Partition`], [`PartitionHeader`] | 3/10.5, 4/14.3 |
//! | logical volume descriptor | [`LogicalVolume`] | 3/10.6 |
//! | partition maps | [`PartitionMap`], [`SparableMap`], [`MetadataMap`] | 3/10.7, U 2.2.8 |
//! | unallocated space descriptor | [`UnallocatedSpace`] | 3/10.8 |
//! | terminating descriptor | [`encode_terminating`] | 3/10.9 |
//! | logical volume integrity descriptor | [`Integrity`], [`IntegrityUse`] | 3/10.10, U 2.2.6 |
//! | sparing table, virtual allocation table | [`SparingTable`], [`VirtualAllocation`] | U 2.2.11 |
//! | file set descriptor | [`FileSet`] | 4/14.1 |
//! | file identifier descriptor; a whole directory | [`FileIdentifier`], [`FileIdentifiers`] | 4/14.4 |
//! | allocation extent descriptor | [`AllocationExtent`] | 4/14.5 |
//! | ICB tag | [`IcbTag`], [`FileType`], [`IcbFlags`] | 4/14.6 |
//! | indirect and terminal entry | [`IndirectEntry`], [`encode_terminal`] | 4/14.7 |
//! | file entry, extended file entry | [`FileEntry`] | 4/14.9, 4/14.17 |
//! | extended attributes | [`attributes`] | 4/14.10 |
//! | unallocated space entry, space bitmap, partition integrity entry | [`UnallocatedSpaceEntry`], [`SpaceBitmap`], [`PartitionIntegrity`] | 4/14.11 |
//! | allocation descriptors | [`ShortAd`], [`LongAd`], [`ExtendedAd`], [`Ads`] | 4/14.14 |
//! | path component | [`Component`], [`Components`] | 4/14.16 |
//! | streams that UDF names | [`StreamName`], [`UniqueIdMap`] | U 3.3.7 |
//! | text, time, identifiers | [`text`], [`DString`], [`CharSpec`], [`Timestamp`], [`EntityId`] | 1/7 |
//! | what a revision has | [`Revision`] | |
//!
//! (N/C is clause C of part N of ECMA-167, U a clause of OSTA UDF 2.60.) The metadata file, its mirror and its bitmap are
//! files of the types [`FileType::METADATA`] and following. All numbers are little-endian.
//!
//! Whoever encodes a descriptor gives its [`Stamp`], and whoever decodes one may read it with [`Tag::verify`], so that a
//! value is the same wherever it stands.

mod address;
mod entity;
mod file;
mod flags;
mod partition;
mod recognition;
mod revision;
mod tag;
pub mod text;
mod time;
mod volume;

pub use address::{
    Ad, Ads, Allocation, ExtendedAd, Extent, ExtentKind, ExtentLen, LongAd, MAX_EXTENT_BLOCKS, MAX_EXTENT_LEN,
    PartitionBlock, ShortAd,
};
pub use entity::{DomainFlags, EntityId, OsId};
pub use file::{
    AllocationExtent, Component, Components, FileCharacteristics, FileEntry, FileEntryExtension, FileIdentifier,
    FileIdentifiers, FileSet, FileType, IcbFlags, IcbStrategy, IcbTag, IndirectEntry, MAX_NAME_LEN, Permissions,
    StreamName, UniqueIdMap, UniqueIdMapEntry, attributes, encode_terminal,
};
pub use partition::{
    PartitionIntegrity, Replacement, SpaceBitmap, SpaceBitmapHead, SparingTable, UnallocatedSpaceEntry, VatExtension,
    VatHeader, VatTrailer, VirtualAllocation,
};
pub use recognition::{BootDescriptor, FIRST_BYTE, Recognition, RecognitionSequence};
pub use revision::Revision;
pub use tag::{Stamp, Tag, TagId, crc, seal, seal_partly};
pub use text::{CharSpec, DString};
pub use time::Timestamp;
pub use volume::{
    AccessType, Anchor, DESCRIPTOR_LEN, ImplementationUseVolume, Integrity, IntegrityUse, LogicalVolume,
    LogicalVolumeInfo, MetadataFlags, MetadataMap, Partition, PartitionHeader, PartitionMap, PartitionMaps,
    PrimaryVolume, SparableMap, UnallocatedSpace, VolumeFlags, VolumePointer, encode_terminating,
};

/// The block in which an anchor stands on every volume, and which some programs look into first.
pub const ANCHOR_BLOCK: u32 = 256;

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// Everything that has a tag, whatever the tag says.
    fn decode_all(bytes: &[u8]) -> usize {
        [
            PrimaryVolume::decode(bytes).is_ok(),
            Anchor::decode(bytes).is_ok(),
            VolumePointer::decode(bytes).is_ok(),
            ImplementationUseVolume::decode(bytes).is_ok(),
            Partition::decode(bytes).is_ok(),
            LogicalVolume::decode(bytes).is_ok_and(|found| found.maps.iter().count() == found.maps.count()),
            UnallocatedSpace::decode(bytes).is_ok_and(|found| found.extents().count() < 100),
            Integrity::decode(bytes).is_ok_and(|found| found.partitions().count() < 100),
            SparingTable::decode(bytes).is_ok_and(|found| found.find(7, 32).is_none()),
            FileSet::decode(bytes).is_ok(),
            FileIdentifier::decode(bytes).is_ok(),
            AllocationExtent::decode(bytes).is_ok(),
            IndirectEntry::decode(bytes).is_ok(),
            FileEntry::decode(bytes).is_ok_and(|found| found.extents().count() < 200),
            attributes::Attributes::decode(bytes).is_ok_and(|found| found.count() < 200),
            UnallocatedSpaceEntry::decode(bytes).is_ok(),
            SpaceBitmap::decode(bytes).is_ok_and(|found| found.count_free() < 8 * 700),
            PartitionIntegrity::decode(bytes).is_ok(),
        ]
        .into_iter()
        .filter(|&is_ok| is_ok)
        .count()
    }

    /// Small numbers, so that lengths inside of a descriptor are sometimes right.
    fn descriptors() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![4 => Just(0_u8), 1 => 0..8_u8, 1 => any::<u8>()];
        proptest::collection::vec(byte, Tag::LEN..700)
    }

    proptest! {
        #[test]
        fn no_sealed_bytes_panic(mut bytes in descriptors(), id in prop_oneof![0..10_u16, 256..267_u16]) {
            let stamp = Stamp { version: 3, serial: 0, location: 0 };
            seal(&mut bytes, TagId(id), stamp);
            prop_assert!(decode_all(&bytes) <= 1, "a descriptor is of one kind");
            // And with less of it than the tag knew of.
            bytes.pop();
            prop_assert_eq!(decode_all(&bytes), 0);
        }
    }
}
