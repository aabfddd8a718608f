//! Decodes what a block holds and encodes it again.

use imapi_volume_structs::udf::{
    AllocationExtent, Anchor, DESCRIPTOR_LEN, FileEntry, FileIdentifiers, FileSet, FileType, ImplementationUseVolume,
    IndirectEntry, Integrity, LogicalVolume, LogicalVolumeInfo, Partition, PartitionHeader, PartitionMap,
    PrimaryVolume, SpaceBitmap, SpaceBitmapHead, SparingTable, Stamp, Tag, TagId, UnallocatedSpace,
    UnallocatedSpaceEntry, VolumePointer,
    attributes::{Attributes, AttributesHeader},
    encode_terminal, encode_terminating,
};

/// A descriptor of a volume.
pub struct Found {
    pub block: usize,
    pub tag: Tag,
}

/// All blocks of an image that hold a descriptor; each is decoded, and is the same when it is encoded again.
pub fn all(image: &[u8], block_len: usize) -> Vec<Found> {
    let blocks = image.chunks_exact(block_len).enumerate();
    blocks
        .filter_map(|(at, _)| {
            let bytes = &image[at * block_len..];
            // A block of zeros has a tag with a right checksum: of no kind and no edition.
            let tag = Tag::decode(bytes).ok().filter(|tag| tag.stamp.version != 0)?;
            assert_eq!(Tag::verify(bytes), Ok(tag), "block {at}");
            check(bytes, tag, &format!("block {at}, {tag:?}"));
            Some(Found { block: at, tag })
        })
        .collect()
}

fn check(bytes: &[u8], tag: Tag, place: &str) {
    let again = again(bytes, tag);
    assert_eq!(again[Tag::LEN..], bytes[Tag::LEN..again.len()], "{place}");
    let ours = Tag::verify(&again).expect("ours");
    assert_eq!((ours.id, ours.stamp), (tag.id, tag.stamp), "{place}");
    if usize::from(tag.crc_len) + Tag::LEN == again.len() {
        assert_eq!(again[..Tag::LEN], bytes[..Tag::LEN], "{place}");
    }
}

fn again(bytes: &[u8], tag: Tag) -> Vec<u8> {
    let stamp = tag.stamp;
    let mut out = vec![0xA5; 1 << 16];
    let len = match tag.id {
        TagId::SPARING_TABLE => SparingTable::decode(bytes).expect("a sparing table").encode(stamp, &mut out),
        TagId::PRIMARY_VOLUME => fixed(&mut out, |out| {
            PrimaryVolume::decode(bytes).expect("a primary volume").encode(stamp, out);
        }),
        TagId::ANCHOR => fixed(&mut out, |out| Anchor::decode(bytes).expect("an anchor").encode(stamp, out)),
        TagId::VOLUME_POINTER => fixed(&mut out, |out| {
            VolumePointer::decode(bytes).expect("a pointer").encode(stamp, out);
        }),
        TagId::IMPLEMENTATION_USE_VOLUME => {
            let found = ImplementationUseVolume::decode(bytes).expect("an implementation use volume descriptor");
            assert_eq!(found.implementation.name(), b"*UDF LV Info");
            let info = LogicalVolumeInfo::decode(found.implementation_use).expect("words");
            assert_eq!(info.encode(), *found.implementation_use);
            fixed(&mut out, |out| found.encode(stamp, out))
        }
        TagId::PARTITION => {
            let found = Partition::decode(bytes).expect("a partition");
            let header = PartitionHeader::decode(&found.contents_use).expect("its header");
            assert_eq!(header.encode(), found.contents_use);
            fixed(&mut out, |out| found.encode(stamp, out))
        }
        TagId::LOGICAL_VOLUME => {
            let found = LogicalVolume::decode(bytes).expect("a logical volume");
            let mut maps = [0xA5; 512];
            let len = found.maps.iter().fold(0, |len, map| len + map.encode(&mut maps[len..]));
            assert_eq!(maps[..len], *found.maps.bytes());
            assert!(!found.maps.iter().any(|map| matches!(map, PartitionMap::Other(_))), "{found:?}");
            found.encode(stamp, &mut out)
        }
        TagId::UNALLOCATED_SPACE => UnallocatedSpace::decode(bytes).expect("unallocated space").encode(stamp, &mut out),
        TagId::TERMINATING => fixed(&mut out, |out| encode_terminating(stamp, out)),
        TagId::INTEGRITY => Integrity::decode(bytes).expect("an integrity descriptor").encode(stamp, &mut out),
        TagId::FILE_SET => fixed(&mut out, |out| FileSet::decode(bytes).expect("a file set").encode(stamp, out)),
        TagId::FILE_IDENTIFIER => {
            // A block of a directory; what follows its identifiers is no part of it.
            let mut identifiers = FileIdentifiers::new(bytes);
            let (_, _, found) = identifiers.next().expect("one").expect("it is whole");
            found.encode(stamp, &mut out)
        }
        TagId::ALLOCATION_EXTENT => {
            AllocationExtent::decode(bytes).expect("an allocation extent").encode(stamp, &mut out)
        }
        TagId::INDIRECT_ENTRY => {
            let found = IndirectEntry::decode(bytes).expect("an indirect entry").encode(stamp);
            out[..found.len()].copy_from_slice(&found);
            found.len()
        }
        TagId::TERMINAL_ENTRY => {
            let icb = imapi_volume_structs::udf::IcbTag::decode(bytes[16..].first_chunk().expect("20 bytes"));
            let found = encode_terminal(&icb.expect("a tag"), stamp);
            out[..found.len()].copy_from_slice(&found);
            found.len()
        }
        TagId::FILE_ENTRY | TagId::EXTENDED_FILE_ENTRY => {
            let found = FileEntry::decode(bytes).expect("a file entry");
            check_attributes(found.attributes, stamp);
            let directory = matches!(found.icb.file_type, FileType::DIRECTORY | FileType::STREAM_DIRECTORY);
            if let Some(names) = found.embedded().filter(|_| directory) {
                check_directory(names);
            }
            found.encode(stamp, &mut out)
        }
        TagId::UNALLOCATED_SPACE_ENTRY => {
            UnallocatedSpaceEntry::decode(bytes).expect("an unallocated space entry").encode(stamp, &mut out)
        }
        TagId::SPACE_BITMAP => {
            let found = SpaceBitmap::decode(bytes).expect("a space bitmap");
            let head = SpaceBitmapHead { bits: found.blocks() }.encode(stamp);
            out[..head.len()].copy_from_slice(&head);
            head.len()
        }
        other => panic!("{other:?} is not known"),
    };
    out.truncate(len);
    out
}

fn fixed(out: &mut [u8], encode: impl FnOnce(&mut [u8; DESCRIPTOR_LEN])) -> usize {
    encode(out.first_chunk_mut().expect("it is long enough"));
    DESCRIPTOR_LEN
}

pub fn check_directory(names: &[u8]) {
    for found in FileIdentifiers::new(names) {
        let (at, tag, _) = found.expect("a whole directory");
        check(&names[at..], tag, "a name");
    }
}

fn check_attributes(bytes: &[u8], stamp: Stamp) {
    let attributes = Attributes::decode(bytes).expect("a head of attributes");
    let Some(header) = attributes.header() else { return };
    let mut again = header.encode(stamp).to_vec();
    assert_eq!(AttributesHeader::decode(&again), Ok(header));
    for attribute in attributes {
        let attribute = attribute.expect("a whole attribute");
        let at = again.len();
        again.resize(at + attribute.len(), 0xA5);
        attribute.encode(&mut again[at..]);
    }
    assert_eq!(again[16..], bytes[16..]);
}
