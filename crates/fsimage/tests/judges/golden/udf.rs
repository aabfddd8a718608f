//! UDF in words: every block that begins with a descriptor, as it comes.

use imapi_disc_types::BlockSource as _;
use imapi_fsimage::ResultImage;
use imapi_volume_structs::udf::{
    Ads, Allocation, Anchor, DString, EntityId, Extent, FileCharacteristics, FileEntry, FileIdentifiers, FileSet,
    FileType, IcbFlags, ImplementationUseVolume, Integrity, LogicalVolume, LogicalVolumeInfo, LongAd, Partition,
    PartitionMap, PrimaryVolume, Recognition, Tag, TagId, Timestamp, UnallocatedSpace, attributes::Attribute, text,
};

use super::{Page, read, told};

/// The whole image.
pub fn page(image: &ResultImage) -> String {
    let mut page = Page::default();
    page.say("blocks of 2048 bytes", image.blocks(), "the image");
    page.head(0..16, "the system's; nobody has asked for any");
    let mut nobody = None;
    for block in 16..image.blocks() {
        let bytes = read(image, block, 1);
        let is_empty = bytes.iter().all(|&byte| byte == 0);
        if is_empty {
            nobody.get_or_insert(block);
            continue;
        }
        if let Some(first) = nobody.take() {
            page.head(first..block, "zeros");
        }
        if let Some(file) = image.files().find(|file| file.blocks.contains(&block)) {
            if file.blocks.start == block {
                page.head(file.blocks.clone(), &format!("{} bytes of {}", file.size, file.path));
            }
        } else if let Ok(found) = Recognition::decode(&bytes) {
            page.head(block..block + 1, &format!("recognition: {}", found.id.escape_ascii()));
        } else {
            descriptor(&mut page, block, &bytes);
        }
    }
    if let Some(first) = nobody {
        page.head(first..image.blocks(), "zeros");
    }
    page.0
}

fn descriptor(page: &mut Page, block: u64, bytes: &[u8]) {
    let tag = Tag::verify(bytes).expect("a descriptor");
    let names = [
        (TagId::PRIMARY_VOLUME, "primary volume descriptor"),
        (TagId::ANCHOR, "anchor: where the descriptors are"),
        (TagId::IMPLEMENTATION_USE_VOLUME, "implementation use volume descriptor: words about the volume"),
        (TagId::PARTITION, "partition descriptor"),
        (TagId::LOGICAL_VOLUME, "logical volume descriptor"),
        (TagId::UNALLOCATED_SPACE, "unallocated space descriptor"),
        (TagId::TERMINATING, "terminating descriptor: the end of a sequence"),
        (TagId::INTEGRITY, "logical volume integrity descriptor: it is closed, and what is in it"),
        (TagId::FILE_SET, "file set descriptor: where the root is"),
        (TagId::FILE_ENTRY, "file entry"),
        (TagId::EXTENDED_FILE_ENTRY, "extended file entry"),
    ];
    let (_, name) = names.iter().find(|(id, _)| *id == tag.id).expect("one of those that are written");
    page.head(block..block + 1, name);
    let stamp = tag.stamp;
    page.say(
        "tag",
        format!("{}, version {}, serial {}", tag.id.0, stamp.version, stamp.serial),
        "which descriptor, by which edition",
    );
    page.say("location", stamp.location, "as whoever points to it counts");
    page.say("sum", format!("over {} bytes behind the tag", tag.crc_len), "");
    match tag.id {
        TagId::ANCHOR => anchor(page, bytes),
        TagId::PRIMARY_VOLUME => primary(page, bytes),
        TagId::IMPLEMENTATION_USE_VOLUME => words(page, bytes),
        TagId::PARTITION => partition(page, bytes),
        TagId::LOGICAL_VOLUME => logical(page, bytes),
        TagId::UNALLOCATED_SPACE => {
            let found = UnallocatedSpace::decode(bytes).expect("whole");
            page.say("extents", found.extents().count(), "none: nothing is free outside of the partition");
        }
        TagId::INTEGRITY => integrity(page, bytes),
        TagId::FILE_SET => file_set(page, bytes),
        TagId::FILE_ENTRY | TagId::EXTENDED_FILE_ENTRY => entry(page, bytes),
        _ => {}
    }
}

fn string<const N: usize>(field: &DString<N>) -> String {
    field.chars().expect("text").collect()
}

fn time(time: Timestamp) -> String {
    match (told(time.civil()), time.beyond_hundredths()) {
        (told, 0) => told,
        (told, beyond) => format!("{told} +{beyond}us"),
    }
}

fn extent(extent: Extent) -> String {
    format!("{} bytes at {}", extent.len, extent.block)
}

fn long(ad: LongAd) -> String {
    format!("{} bytes at {} of {}, id {}", ad.len.bytes, ad.location.block, ad.location.partition, ad.unique_id)
}

fn id(id: &EntityId) -> String {
    id.name().escape_ascii().to_string()
}

fn anchor(page: &mut Page, bytes: &[u8]) {
    let found = Anchor::decode(bytes).expect("whole");
    page.say("main sequence", extent(found.main), "");
    page.say("reserve sequence", extent(found.reserve), "the same once more");
}

fn primary(page: &mut Page, bytes: &[u8]) {
    let found = PrimaryVolume::decode(bytes).expect("whole");
    page.say("sequence number", found.sequence_number, "of descriptors of one kind the greatest counts");
    page.say("volume", string(&found.volume_id), "");
    page.say("volume set", string(&found.volume_set_id), "sixteen digits that tell sets apart, and the name");
    page.say("volume of set", format!("{} of {}", found.volume_number, found.max_volume_number), "");
    page.say(
        "interchange",
        format!("{} of {}", found.interchange_level, found.max_interchange_level),
        "one volume by itself",
    );
    page.say("recorded", time(found.recorded), "");
    page.say("application", id(&found.application), "");
    page.say("implementation", id(&found.implementation), "the program that wrote it");
}

fn words(page: &mut Page, bytes: &[u8]) {
    let found = ImplementationUseVolume::decode(bytes).expect("whole");
    page.say("implementation", id(&found.implementation), "by UDF's own name");
    page.say("revision", format!("{:04x}", found.implementation.revision().0), "");
    let info = LogicalVolumeInfo::decode(found.implementation_use.first_chunk().expect("whole")).expect("whole");
    page.say("volume", string(&info.volume_id), "");
    for (line, what) in info.lines.iter().zip(["owner", "organisation", "contact"]) {
        page.say(what, string(line), "");
    }
}

fn partition(page: &mut Page, bytes: &[u8]) {
    let found = Partition::decode(bytes).expect("whole");
    page.say("number", found.number, "");
    page.say("contents", id(&found.contents), "the edition of ECMA-167");
    page.say("access", found.access.0, "1: nothing is written any more");
    page.say("blocks", format!("{} from {} on", found.len, found.start), "");
}

fn logical(page: &mut Page, bytes: &[u8]) {
    let found = LogicalVolume::decode(bytes).expect("whole");
    page.say("volume", string(&found.id), "");
    page.say("bytes of a block", found.block_len, "");
    page.say("domain", format!("{}, revision {:04x}", id(&found.domain), found.domain.revision().0), "this is UDF");
    page.say("domain flags", found.domain.domain_flags().0, "2: no program should write to it");
    page.say("file set", long(found.file_set), "block, partition");
    page.say("integrity", extent(found.integrity), "");
    for (map, number) in found.maps.iter().zip(0..) {
        match map {
            PartitionMap::Physical { volume, partition } => {
                page.say(&format!("map {number}"), format!("partition {partition} of volume {volume}"), "as it is");
            }
            PartitionMap::Metadata { id: name, partition, map, .. } => {
                page.say(
                    &format!("map {number}"),
                    id(&name),
                    &format!("a file of partition {partition} as a partition"),
                );
                page.say("its entry", map.file, "a block of that partition");
                page.say("entry of its mirror", map.mirror, "");
                page.say("its bitmap", map.bitmap, "all bits: there is none");
                page.say(
                    "units",
                    format!("{} and {}", map.allocation_unit, map.alignment_unit),
                    "blocks by which it grows and begins",
                );
                page.say("flags", map.flags.0, "1: the mirror has blocks of its own");
            }
            other => panic!("{other:?}"),
        }
    }
}

fn integrity(page: &mut Page, bytes: &[u8]) {
    let found = Integrity::decode(bytes).expect("whole");
    page.say("recorded", time(found.recorded), "");
    page.say("state", found.kind, "1: closed");
    page.say("next unique id", found.unique_id, "for a file that would be added");
    for ((free, size), number) in found.partitions().zip(0..) {
        page.say(&format!("partition {number}"), format!("{free} of {size} blocks free"), "");
    }
    page.say("files", found.usage.files, "names of them");
    page.say("folders", found.usage.directories, "with the root");
    let revisions = [found.usage.min_read, found.usage.min_write, found.usage.max_write]
        .map(|revision| format!("{:04x}", revision.0));
    page.say("revisions", revisions.join(" "), "needed to read, needed to write, and the greatest written");
}

fn file_set(page: &mut Page, bytes: &[u8]) {
    let found = FileSet::decode(bytes).expect("whole");
    page.say("recorded", time(found.recorded), "");
    page.say("interchange", format!("{} of {}", found.interchange_level, found.max_interchange_level), "");
    page.say("volume", string(&found.volume_id), "");
    page.say("name", string(&found.id), "");
    page.say("root", long(found.root), "its entry");
    page.say("domain", format!("{}, revision {:04x}", id(&found.domain), found.domain.revision().0), "");
    page.say("system streams", long(found.system_streams), "of no length: none");
}

fn entry(page: &mut Page, bytes: &[u8]) {
    let found = FileEntry::decode(bytes).expect("whole");
    let types = [
        (FileType::DIRECTORY, "folder"),
        (FileType::REGULAR, "file"),
        (FileType::SYMLINK, "link"),
        (FileType::STREAM_DIRECTORY, "folder of streams"),
        (FileType::METADATA, "metadata"),
        (FileType::METADATA_MIRROR, "mirror of the metadata"),
    ];
    let (_, word) = types.iter().find(|(of, _)| *of == found.icb.file_type).expect("one of those that are written");
    page.say("type", format!("{}, {word}", found.icb.file_type.0), "");
    page.say("strategy", found.icb.strategy.0, "4: there is this entry and no other");
    let flags = [
        (IcbFlags::SET_UID, "set uid"),
        (IcbFlags::SET_GID, "set gid"),
        (IcbFlags::STICKY, "sticky"),
        (IcbFlags::STREAM, "stream"),
    ];
    let set: Vec<_> = flags.iter().filter(|(flag, _)| found.icb.flags.contains(*flag)).map(|(_, word)| *word).collect();
    page.say("flags", set.join(", "), "");
    let owner = |id: u32| if id == FileEntry::NOBODY { "nobody".to_string() } else { id.to_string() };
    page.say("owner and group", format!("{}:{}", owner(found.uid), owner(found.gid)), "");
    page.say(
        "permissions",
        format!("{:04x}, {:04o}", found.permissions.0, found.permissions.mode()),
        "five bits each, and as Unix has them",
    );
    page.say("links", found.links, "");
    page.say("bytes", found.len, "");
    page.say("blocks", found.blocks, "of those that it has for itself");
    page.say("read", time(found.accessed), "");
    page.say("written", time(found.modified), "");
    page.say("described", time(found.attributes_changed), "");
    if let Some(extension) = found.extension {
        page.say("object", extension.object_len, "bytes with those of the streams");
        page.say("created", time(extension.created), "");
        page.say("streams", long(extension.streams), "of no length: none");
    }
    page.say("unique id", found.unique_id, "");
    for attribute in found.attributes().expect("whole") {
        match attribute.expect("whole") {
            times @ Attribute::FileTimes { .. } => {
                let created = times.file_time(imapi_volume_structs::udf::attributes::file_time::CREATED);
                page.say("attribute", created.map_or("not told".to_string(), time), "created");
            }
            other => page.say("attribute", format!("{other:?}"), ""),
        }
    }
    let Some(inside) = found.embedded() else {
        let manner = found.icb.flags.allocation().expect("one of those that there are");
        let words = if manner == Allocation::Long { "partition 0 is that of files" } else { "in the same partition" };
        for ad in Ads::new(manner, found.allocation) {
            let at = ad.location(0);
            page.say("extent", format!("{} bytes at {} of {}", ad.len().bytes, at.block, at.partition), words);
        }
        return;
    };
    match found.icb.file_type {
        FileType::DIRECTORY | FileType::STREAM_DIRECTORY => identifiers(page, inside),
        _ => page.say("in the entry itself", inside.escape_ascii(), ""),
    }
}

fn identifiers(page: &mut Page, names: &[u8]) {
    for found in FileIdentifiers::new(names) {
        let (at, tag, found) = found.expect("whole");
        let name: String = found.chars().expect("text").collect();
        let is_parent = found.characteristics.contains(FileCharacteristics::PARENT);
        page.part(&format!("byte {at}: {}", if is_parent { "the folder that it is in" } else { &name }));
        page.say("location", tag.stamp.location, "of the block that it begins in");
        let flags = [
            (FileCharacteristics::HIDDEN, "hidden"),
            (FileCharacteristics::DIRECTORY, "folder"),
            (FileCharacteristics::PARENT, "parent"),
        ];
        let set: Vec<_> =
            flags.iter().filter(|(flag, _)| found.characteristics.contains(*flag)).map(|(_, word)| *word).collect();
        page.say("characteristics", set.join(", "), "");
        let bits = found.name.first().copied().unwrap_or(0);
        page.say("name", format!("{} bytes of {bits} bits", found.name.len().saturating_sub(1)), "");
        page.say("entry", long(found.icb), "");
        assert_eq!(text::decode(found.name).expect("text").collect::<String>(), name);
    }
}
