//! Volumes that mkudffs, `newfs_udf` and genisoimage make.

use std::{collections::BTreeSet, fs, path::Path};

use imapi_volume_structs::udf::{
    AccessType, Anchor, DString, EntityId, FIRST_BYTE, FileEntry, FileIdentifiers, FileSet, FileType, Integrity,
    LogicalVolume, LogicalVolumeInfo, Partition, PartitionMap, PrimaryVolume, RecognitionSequence, Revision,
    SparingTable, Stamp, Tag, TagId, VatExtension, VirtualAllocation, attributes::Attribute,
};
use rstest::rstest;
use tempfile::TempDir;

use super::{
    BLOCK,
    round_trip::{self, Found},
    run, udfinfo,
};

fn text<const N: usize>(field: &DString<N>) -> String {
    field.chars().expect("compressed Unicode").collect()
}

/// Makes an image of 20 MiB and says what mkudffs said.
fn mkudffs(image: &Path, media: &str, revision: Revision, block_len: usize) -> String {
    fs::File::create(image).and_then(|file| file.set_len(20 << 20)).expect("a file");
    let options = [
        "--utf8".into(),
        format!("--blocksize={block_len}"),
        format!("--media-type={media}"),
        format!("--udfrev=0x{:04x}", revision.0),
        "--label=Tést 😀".into(),
        "--owner=Owner".into(),
        "--organization=Ö".into(),
        "--contact=Contact".into(),
        "--mode=0642".into(),
        "--uid=7".into(),
        "--gid=8".into(),
    ];
    run("mkudffs", options.iter().map(AsRef::as_ref).chain([image.as_os_str()]))
}

#[rstest]
#[case("hd", 512, &[Revision::R1_02, Revision::R1_50, Revision::R2_00, Revision::R2_01])]
#[case("dvd", 2048, &[Revision::R1_02, Revision::R1_50, Revision::R2_00, Revision::R2_01])]
#[case("dvdram", 2048, &[Revision::R1_02, Revision::R1_50, Revision::R2_00, Revision::R2_01])]
#[case("dvdrw", 2048, &[Revision::R1_50, Revision::R2_00, Revision::R2_01])]
#[case("dvdr", 2048, &[Revision::R1_50, Revision::R2_01])]
#[case("cd", 2048, &[Revision::R1_02, Revision::R2_01])]
#[case("cdrw", 2048, &[Revision::R1_50, Revision::R2_00, Revision::R2_01])]
#[case("cdr", 2048, &[Revision::R1_50, Revision::R2_00, Revision::R2_01, Revision::R2_50, Revision::R2_60])]
#[case("bdr", 2048, &[Revision::R2_50, Revision::R2_60])]
fn mkudffs_and_we_mean_the_same(#[case] media: &str, #[case] block_len: usize, #[case] revisions: &[Revision]) {
    let folder = TempDir::new().expect("a folder");
    for &revision in revisions {
        let path = folder.path().join(format!("{media}-{:04x}", revision.0));
        let said = mkudffs(&path, media, revision, block_len);
        let vat = said.lines().find_map(|line| line.strip_prefix("vatblock="));
        let options: Vec<String> = vat.map(|block| format!("--vatblock={block}")).into_iter().collect();
        let (answers, _) = udfinfo(&path, &options.iter().map(String::as_str).collect::<Vec<_>>());

        let image = fs::read(&path).expect("an image");
        let found = round_trip::all(&image, block_len);
        let volume = Volume { image: &image, block_len, found: &found };
        assert!(found.iter().all(|found| found.tag.stamp.version == revision.tag_version()), "{media} {revision:?}");
        volume.compare(&answers, revision);
        if let Some(block) = vat {
            volume.check_vat(block.parse().expect("a number"), revision);
        }
        if media == "cdrw" {
            volume.check_sparing();
        }
    }
}

/// An image and its descriptors.
struct Volume<'a> {
    image: &'a [u8],
    block_len: usize,
    found: &'a [Found],
}

impl<'a> Volume<'a> {
    fn at(&self, block: usize) -> &'a [u8] {
        &self.image[block * self.block_len..]
    }

    /// The first block with a descriptor of that kind.
    fn first(&self, id: TagId) -> &'a [u8] {
        let found = self.found.iter().find(|found| found.tag.id == id);
        self.at(found.unwrap_or_else(|| panic!("{id:?} is missing")).block)
    }

    /// What `udfinfo` says is what we read.
    fn compare(&self, answers: &std::collections::BTreeMap<String, String>, revision: Revision) {
        let primary = PrimaryVolume::decode(self.first(TagId::PRIMARY_VOLUME)).expect("a primary volume");
        let logical = LogicalVolume::decode(self.first(TagId::LOGICAL_VOLUME)).expect("a logical volume");
        let partition = Partition::decode(self.first(TagId::PARTITION)).expect("a partition");
        let integrity = Integrity::decode(self.first(TagId::INTEGRITY)).expect("an integrity descriptor");
        let set = FileSet::decode(self.first(TagId::FILE_SET)).expect("a file set");
        let anchor = Anchor::decode(self.first(TagId::ANCHOR)).expect("an anchor");
        let info = self.first(TagId::IMPLEMENTATION_USE_VOLUME);
        let info = imapi_volume_structs::udf::ImplementationUseVolume::decode(info).expect("one for words");
        let info = LogicalVolumeInfo::decode(info.implementation_use).expect("words");
        let recognition = RecognitionSequence::new(
            &self.image[usize::try_from(FIRST_BYTE).expect("a small number")..],
            self.block_len,
        );
        assert_eq!(recognition.nsr(), Some(revision.recognition_id()));

        let revision_text = |revision: Revision| format!("{:x}.{:02x}", revision.0 >> 8, revision.0 & 0xFF);
        let block_len = u32::try_from(self.block_len).expect("a small number");
        let extent = |start: u32, len: u32| format!("{start}, blocks={}", len.div_ceil(block_len));
        let [owner, organization, contact] = info.lines.each_ref().map(text);
        for (name, value) in [
            ("label", text(&logical.id)),
            ("lvid", text(&logical.id)),
            ("vid", text(&primary.volume_id)),
            ("fullvsid", text(&primary.volume_set_id)),
            ("fsid", text(&set.id)),
            ("owner", owner),
            ("organization", organization),
            ("contact", contact),
            ("appid", String::from_utf8_lossy(primary.application.name()).into()),
            ("impid", String::from_utf8_lossy(primary.implementation.name()).into()),
            ("blocksize", logical.block_len.to_string()),
            ("udfrev", revision_text(revision.min_read())),
            ("udfwriterev", revision_text(revision.min_write())),
            ("MVDS", extent(anchor.main.block, anchor.main.len)),
            ("RVDS", extent(anchor.reserve.block, anchor.reserve.len)),
            ("LVID", extent(logical.integrity.block, block_len)),
            ("PSPACE", format!("{}, blocks={}", partition.start, partition.len)),
            (
                "accesstype",
                match partition.access {
                    AccessType::READ_ONLY => "readonly",
                    AccessType::WRITE_ONCE => "writeonce",
                    AccessType::REWRITABLE => "rewritable",
                    AccessType::OVERWRITABLE => "overwritable",
                    AccessType::PSEUDO_OVERWRITABLE => "pseudo-overwritable",
                    AccessType(other) => panic!("access type {other}"),
                }
                .into(),
            ),
        ] {
            assert_eq!(answers.get(name), Some(&value), "{name} of {revision:?}");
        }
        // What changes until the disc is closed stands in the virtual allocation table then.
        if integrity.kind == Integrity::CLOSED {
            let mut partitions = integrity.partitions();
            let (free, size) = partitions.next().expect("a partition");
            assert_eq!(size, partition.len);
            assert_eq!(answers["freeblocks"], free.to_string());
            assert_eq!(answers["numfiles"], integrity.usage.files.to_string());
            assert_eq!(answers["numdirs"], integrity.usage.directories.to_string());
        }
        assert_eq!(integrity.usage.min_read, revision.min_read());
        assert_eq!(integrity.usage.min_write, revision.min_write());
        assert_eq!(integrity.usage.max_write, revision);
        assert_eq!(logical.domain.revision(), revision);
        assert!(logical.domain.is(EntityId::OSTA_UDF));
        assert_eq!(text(&set.volume_id), "Tést 😀");
        assert_eq!([text(&set.copyright_file), text(&set.abstract_file)], ["Copyright", "Abstract"]);
        assert!(primary.recorded.civil().is_some(), "{:?}", primary.recorded);
        self.check_root(revision);
    }

    /// The root directory is the one that we asked for.
    fn check_root(&self, revision: Revision) {
        let entries =
            self.found.iter().filter(|found| matches!(found.tag.id, TagId::FILE_ENTRY | TagId::EXTENDED_FILE_ENTRY));
        let roots: Vec<_> = entries
            .map(|found| (found.tag, FileEntry::decode(self.at(found.block)).expect("a file entry")))
            .filter(|(_, entry)| entry.icb.file_type == FileType::DIRECTORY)
            .collect();
        let [(tag, root)] = roots[..] else { panic!("{roots:?}") };
        assert_eq!(tag.id == TagId::EXTENDED_FILE_ENTRY, revision.has_streams());
        assert_eq!((root.permissions.mode(), root.uid, root.gid, root.unique_id), (0o642, 7, 8, 0));
        let names = root.embedded().expect("a small directory");
        assert_eq!(u64::try_from(names.len()), Ok(root.len));
        for found in FileIdentifiers::new(names) {
            let (_, _, found) = found.expect("a name");
            println!("{found:?}");
        }
    }

    /// The virtual allocation table leads to the file set.
    fn check_vat(&self, block: usize, revision: Revision) {
        let logical = LogicalVolume::decode(self.first(TagId::LOGICAL_VOLUME)).expect("a logical volume");
        let partition = Partition::decode(self.first(TagId::PARTITION)).expect("a partition");
        let maps: Vec<_> = logical.maps.iter().collect();
        let is_virtual = |map: &PartitionMap<'_>| matches!(map, PartitionMap::Virtual { .. });
        let virtual_at = maps.iter().position(is_virtual).expect("a virtual partition");
        let entry = FileEntry::decode(self.at(block)).expect("the table's file entry");
        let data = entry.embedded().expect("a small table");
        let table = if revision.has_vat_header() {
            assert_eq!(entry.icb.file_type, FileType::VIRTUAL_ALLOCATION_TABLE);
            let table = VirtualAllocation::decode(data).expect("a table");
            let header = table.header().expect("a header");
            assert_eq!(text(&header.volume_id), "Tést 😀");
            assert_eq!((header.min_read, header.max_write), (revision.min_read(), revision));
            let mut again = [0xA5; 200];
            let len = header.encode(&mut again);
            assert_eq!(again[..len], data[..len]);
            table
        } else {
            assert_eq!(entry.icb.file_type, FileType::UNSPECIFIED);
            let extensions = entry.attributes().expect("attributes").filter_map(|found| match found.expect("whole") {
                Attribute::Implementation { id, data } if id.is(EntityId::VAT_EXTENSION) => Some((id, data)),
                _ => None,
            });
            for (id, data) in extensions {
                let extension = VatExtension::decode(data).expect("an extension");
                assert_eq!(text(&extension.volume_id), "Tést 😀");
                assert_eq!(extension.encode(&id), *data, "with the sum of its head");
            }
            VirtualAllocation::decode_1_50(data).expect("a table")
        };
        assert_eq!(table.previous(), None);
        let location = logical.file_set.location;
        assert_eq!(usize::from(location.partition), virtual_at);
        let at = table.find(location.block).expect("a block in use") + partition.start;
        let bytes = self.at(usize::try_from(at).expect("a block"));
        assert_eq!(
            Tag::verify(bytes).and_then(|tag| tag.stands_at(location.block)).map(|tag| tag.id),
            Ok(TagId::FILE_SET)
        );
    }

    /// The sparing tables stand where the map says.
    fn check_sparing(&self) {
        let logical = LogicalVolume::decode(self.first(TagId::LOGICAL_VOLUME)).expect("a logical volume");
        let map = logical.maps.iter().find_map(|map| match map {
            PartitionMap::Sparable { map, .. } => Some(map),
            _ => None,
        });
        let map = map.expect("a sparable partition");
        assert_eq!(map.packet_len, 32);
        assert_eq!(map.locations().len(), 2);
        for &location in map.locations() {
            let table = SparingTable::decode(self.at(usize::try_from(location).expect("a block"))).expect("a table");
            assert!(table.entries().len() > 0);
            assert_eq!(table.find(0, map.packet_len), None);
        }
    }
}

/// On which blocks are free, mkudffs has four ways to tell.
#[rstest]
#[case("unallocbitmap", TagId::SPACE_BITMAP)]
#[case("freedbitmap", TagId::SPACE_BITMAP)]
#[case("unalloctable", TagId::UNALLOCATED_SPACE_ENTRY)]
#[case("freedtable", TagId::UNALLOCATED_SPACE_ENTRY)]
fn free_blocks_are_told(#[case] space: &str, #[case] id: TagId, #[values("4", "4096")] strategy: &str) {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("image");
    let space = format!("--space={space}");
    let strategy_option = format!("--strategy={strategy}");
    let options = ["--new-file", "-b", "2048", "-m", "dvdram", "-r", "2.01", &space, &strategy_option];
    run("mkudffs", options.map(AsRef::as_ref).into_iter().chain([path.as_os_str(), "1000".as_ref()]));
    let image = fs::read(&path).expect("an image");
    let found = round_trip::all(&image, BLOCK);
    let volume = Volume { image: &image, block_len: BLOCK, found: &found };
    let bytes = volume.first(id);
    let integrity = Integrity::decode(volume.first(TagId::INTEGRITY)).expect("an integrity descriptor");
    let (free, size) = integrity.partitions().next().expect("a partition");
    if id == TagId::SPACE_BITMAP {
        let bitmap = imapi_volume_structs::udf::SpaceBitmap::decode(bytes).expect("a bitmap");
        assert_eq!(bitmap.blocks(), size);
        assert_eq!(bitmap.count_free(), u64::from(free));
    } else {
        let entry = imapi_volume_structs::udf::UnallocatedSpaceEntry::decode(bytes).expect("an entry");
        let extents = entry.extents().expect("in some manner");
        assert_eq!(extents.map(|ad| ad.len().bytes / 2048).sum::<u32>(), free);
    }
    let ids: BTreeSet<TagId> = found.iter().map(|found| found.tag.id).collect();
    assert_eq!(ids.contains(&TagId::TERMINAL_ENTRY), strategy == "4096", "{ids:?}");
}

/// Every name and every byte of a volume by genisoimage.
#[test]
fn genisoimage_and_we_mean_the_same() {
    let folder = TempDir::new().expect("a folder");
    let (tree, path) = (folder.path().join("tree"), folder.path().join("image"));
    fs::create_dir_all(tree.join("folder")).expect("a folder");
    let files = [("a.txt", "Hello".to_owned()), ("日本.txt", "x".repeat(5000)), ("folder/é", String::new())];
    for (name, contents) in &files {
        fs::write(tree.join(name), contents).expect("a file");
    }
    let options = ["-quiet", "-udf", "-J", "-R", "-input-charset", "utf-8", "-V", "LABEL", "-o"];
    run("genisoimage", options.map(AsRef::as_ref).into_iter().chain([path.as_os_str(), tree.as_os_str()]));
    let image = fs::read(&path).expect("an image");
    let found = round_trip::all(&image, BLOCK);
    let volume = Volume { image: &image, block_len: BLOCK, found: &found };
    let recognition = RecognitionSequence::new(&image[usize::try_from(FIRST_BYTE).expect("a small number")..], BLOCK);
    assert!(recognition.clone().any(|found| found.id == *b"CD001"), "a bridge");
    assert_eq!(recognition.nsr(), Some(*b"NSR02"));

    let set = FileSet::decode(volume.first(TagId::FILE_SET)).expect("a file set");
    let start = Partition::decode(volume.first(TagId::PARTITION)).expect("a partition").start;
    let data = |block: u32| {
        let entry = FileEntry::decode(volume.at(usize::try_from(start + block).expect("a block"))).expect("an entry");
        let parts = entry.extents().map(|ad| {
            let at = usize::try_from(start + ad.location(0).block).expect("a block");
            &volume.at(at)[..usize::try_from(ad.len().bytes).expect("small")]
        });
        let data = parts.collect::<Vec<_>>().concat();
        assert_eq!(u64::try_from(data.len()), Ok(entry.len));
        (entry, data)
    };
    let mut left: BTreeSet<(String, String)> = files.map(|(name, contents)| (name.to_owned(), contents)).into();
    let mut folders = vec![(String::new(), set.root.location.block)];
    while let Some((folder, block)) = folders.pop() {
        let (_, names) = data(block);
        round_trip::check_directory(&names);
        for found in FileIdentifiers::new(&names) {
            let (_, _, found) = found.expect("a name");
            let name: String = found.chars().expect("a text").collect();
            if name.is_empty() {
                continue;
            }
            let (entry, contents) = data(found.icb.location.block);
            if entry.icb.file_type == FileType::DIRECTORY {
                folders.push((format!("{folder}{name}/"), found.icb.location.block));
            } else {
                let contents = String::from_utf8(contents).expect("text");
                assert!(left.remove(&(format!("{folder}{name}"), contents)), "{name}");
            }
        }
    }
    assert_eq!(left, BTreeSet::new());
}

#[test]
fn newfs_udf_and_we_mean_the_same() {
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("image");
    fs::File::create(&path).and_then(|file| file.set_len(8000 * 2048)).expect("a file");
    let options = ["-b", "2048", "-S", "set", "-P", "primary", "-L", "disc"];
    run("newfs_udf", options.map(AsRef::as_ref).into_iter().chain([path.as_os_str()]));
    let image = fs::read(&path).expect("an image");
    let found = round_trip::all(&image, BLOCK);
    let volume = Volume { image: &image, block_len: BLOCK, found: &found };
    let logical = LogicalVolume::decode(volume.first(TagId::LOGICAL_VOLUME)).expect("a logical volume");
    assert_eq!(text(&logical.id), "disc");
    let (answers, _) = udfinfo(&path, &[]);
    assert_eq!(answers["fsid"], text(&FileSet::decode(volume.first(TagId::FILE_SET)).expect("a file set").id));
    let stamps: BTreeSet<u16> = found.iter().map(|found| found.tag.stamp.version).collect();
    assert_eq!(stamps, BTreeSet::from([3]));
    let stamp = Stamp { version: 3, serial: found[0].tag.stamp.serial, location: 256 };
    let anchor = found.iter().find(|found| found.tag.id == TagId::ANCHOR).expect("an anchor");
    assert_eq!((anchor.block, anchor.tag.stamp), (256, stamp));
}
