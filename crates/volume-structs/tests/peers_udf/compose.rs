//! A small volume, composed structure by structure: a directory with files, each of another kind.

use imapi_volume_structs::{
    civil::CivilTime,
    udf::{
        AccessType, Allocation, Anchor, CharSpec, Component, DESCRIPTOR_LEN, DString, DomainFlags, EntityId, Extent,
        FileCharacteristics, FileEntry, FileEntryExtension, FileIdentifier, FileSet, FileType, IcbFlags, IcbTag,
        ImplementationUseVolume, Integrity, IntegrityUse, LogicalVolume, LogicalVolumeInfo, LongAd, MAX_NAME_LEN,
        MetadataMap, OsId, Partition, PartitionBlock, PartitionHeader, PartitionMap, PartitionMaps, Permissions,
        PrimaryVolume, Recognition, Revision, ShortAd, Stamp, Timestamp, UnallocatedSpace, VolumeFlags,
        attributes::{self, Attribute, AttributesHeader},
        encode_terminating, text,
    },
};

use super::BLOCK;

/// Where things are, in blocks of the volume.
const MAIN_SEQUENCE: u32 = 32;
const RESERVE_SEQUENCE: u32 = 48;
const INTEGRITY: u32 = 64;
const PARTITION: u32 = 257;
const PARTITION_LEN: u32 = 256;
const VOLUME_LEN: u32 = PARTITION + PARTITION_LEN + 1;
/// In a volume with a metadata partition, where its file is in the other one.
const METADATA: u32 = 32;
const METADATA_LEN: u32 = 64;
/// The file entry of its mirror. It belongs behind everything, but 7-Zip takes the last data for the end of a volume.
const MIRROR: u32 = 100;
/// Where data of files is, in the partition that has no metadata.
const DATA: u32 = 128;

const PROGRAM: EntityId = EntityId::implementation(b"*imapi", OsId::LINUX);
const SERIAL: u16 = 1;

pub const LABEL: &str = "Tést 日本";
pub const SMALL: (&str, &[u8]) = ("small.txt", b"Hello in the entry");
pub const STREAM: (&str, &[u8]) = ("stream", b"beside the file");
pub const LINK: &str = "link";

/// The file with data of its own: several blocks, and a name of two bytes a character.
pub fn large() -> (&'static str, Vec<u8>) {
    ("日本 😀.bin", (0..5000_u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect())
}

/// A volume of this revision, with a symbolic link or without.
pub fn volume(revision: Revision, has_link: bool) -> Vec<u8> {
    let mut volume = Volume { revision, has_link, image: vec![0; VOLUME_LEN as usize * BLOCK] };
    volume.recognition();
    volume.sequence(MAIN_SEQUENCE);
    volume.sequence(RESERVE_SEQUENCE);
    volume.integrity();
    let extent = |block| Extent { len: 16 * 2048, block };
    let anchor = Anchor { main: extent(MAIN_SEQUENCE), reserve: extent(RESERVE_SEQUENCE) };
    for block in [256, VOLUME_LEN - 1] {
        volume.put(block, block, |stamp, out| anchor.encode(stamp, out));
    }
    if revision.has_metadata_partition() {
        volume.metadata_files();
    }
    volume.files();
    volume.image
}

fn time(day: u8) -> Timestamp {
    let time = CivilTime { year: 2001, month: 2, day, hour: 3, minute: 4, second: 5, hundredths: 6, offset_minutes: 0 };
    Timestamp::new(time, 0).expect("such a time")
}

struct Volume {
    revision: Revision,
    has_link: bool,
    image: Vec<u8>,
}

impl Volume {
    fn block(&mut self, block: u32) -> &mut [u8] {
        &mut self.image[block as usize * BLOCK..][..BLOCK]
    }

    fn stamp(&self, location: u32) -> Stamp {
        Stamp { version: self.revision.tag_version(), serial: SERIAL, location }
    }

    /// A descriptor of fixed length in a block of the volume, which is known by another number in its partition.
    fn put(&mut self, block: u32, location: u32, encode: impl FnOnce(Stamp, &mut [u8; DESCRIPTOR_LEN])) {
        let stamp = self.stamp(location);
        encode(stamp, self.block(block).first_chunk_mut().expect("a block is longer"));
    }

    fn recognition(&mut self) {
        let ids = [Recognition::BEGIN, self.revision.recognition_id(), Recognition::END];
        for (block, id) in (16..).zip(ids) {
            Recognition::new(id).encode(self.block(block).first_chunk_mut().expect("a block"));
        }
    }

    fn domain(&self) -> EntityId {
        EntityId::domain(self.revision, DomainFlags::SOFT_WRITE_PROTECT)
    }

    /// Whatever is about files is in the last partition.
    fn files_partition(&self) -> u16 {
        u16::from(self.revision.has_metadata_partition())
    }

    /// The block of the volume of a block of the last partition.
    fn files_block(&self, block: u32) -> u32 {
        PARTITION + block + if self.revision.has_metadata_partition() { METADATA } else { 0 }
    }

    fn sequence(&mut self, start: u32) {
        let volume_id = DString::cut(LABEL);
        let primary = PrimaryVolume {
            sequence_number: 0,
            number: 0,
            volume_id,
            volume_number: 1,
            max_volume_number: 1,
            interchange_level: 2,
            max_interchange_level: 2,
            character_sets: 1,
            max_character_sets: 1,
            volume_set_id: DString::cut("3A7A2B4C00000000Set"),
            descriptor_characters: CharSpec::OSTA,
            explanatory_characters: CharSpec::OSTA,
            volume_abstract: Extent::NONE,
            copyright: Extent::NONE,
            application: EntityId::new(b"*imapi tests"),
            recorded: time(1),
            implementation: PROGRAM,
            implementation_use: [0; 64],
            predecessor: 0,
            flags: VolumeFlags::COMMON_SET_ID,
        };
        self.put(start, start, |stamp, out| primary.encode(stamp, out));

        let info = LogicalVolumeInfo {
            characters: CharSpec::OSTA,
            volume_id: DString::cut(LABEL),
            lines: ["Owner", "Ö", "Contact"].map(DString::cut),
            program: PROGRAM,
            program_use: [0; 128],
        };
        let implementation = EntityId::udf(EntityId::LV_INFO, self.revision, OsId::LINUX);
        let info = info.encode();
        let info = ImplementationUseVolume { sequence_number: 1, implementation, implementation_use: &info };
        self.put(start + 1, start + 1, |stamp, out| info.encode(stamp, out));

        let contents = if self.revision.has_streams() { EntityId::NSR03 } else { EntityId::NSR02 };
        let partition = Partition {
            sequence_number: 2,
            flags: Partition::ALLOCATED,
            number: 0,
            contents: EntityId { flags: 2, ..EntityId::new(contents) },
            contents_use: PartitionHeader::default().encode(),
            access: AccessType::READ_ONLY,
            start: PARTITION,
            len: PARTITION_LEN,
            implementation: PROGRAM,
            implementation_use: [0; 128],
        };
        self.put(start + 2, start + 2, |stamp, out| partition.encode(stamp, out));

        let mut maps = [0xA5; 128];
        let mut maps_len = PartitionMap::Physical { volume: 1, partition: 0 }.encode(&mut maps);
        if self.revision.has_metadata_partition() {
            let map = MetadataMap {
                file: 0,
                mirror: MIRROR,
                bitmap: MetadataMap::NO_BITMAP,
                allocation_unit: 32,
                alignment_unit: 1,
                flags: imapi_volume_structs::udf::MetadataFlags::NONE,
            };
            let id = EntityId::udf(EntityId::METADATA_PARTITION, self.revision, OsId::LINUX);
            maps_len += PartitionMap::Metadata { id, volume: 1, partition: 0, map }.encode(&mut maps[maps_len..]);
        }
        let logical = LogicalVolume {
            sequence_number: 3,
            characters: CharSpec::OSTA,
            id: DString::cut(LABEL),
            block_len: 2048,
            domain: self.domain(),
            file_set: LongAd::recorded(2 * 2048, PartitionBlock { block: 0, partition: self.files_partition() }),
            implementation: PROGRAM,
            implementation_use: [0; 128],
            integrity: Extent { len: 2 * 2048, block: INTEGRITY },
            maps: PartitionMaps::new(&maps[..maps_len]).expect("whole maps"),
        };
        let stamp = self.stamp(start + 3);
        logical.encode(stamp, self.block(start + 3));
        let stamp = self.stamp(start + 4);
        UnallocatedSpace::new(4, &[]).encode(stamp, self.block(start + 4));
        self.put(start + 5, start + 5, encode_terminating);
    }

    fn integrity(&mut self) {
        let partitions = 1 + usize::from(self.files_partition());
        let sizes = [PARTITION_LEN.to_le_bytes(), METADATA_LEN.to_le_bytes()].concat();
        let usage = IntegrityUse {
            implementation: PROGRAM,
            files: 2 + u32::from(self.has_link),
            directories: 1,
            min_read: self.revision.min_read(),
            min_write: self.revision.min_write(),
            max_write: self.revision,
            rest: &[],
        };
        let sizes = &sizes[..4 * partitions];
        let integrity = Integrity::closed(time(1), 20, &[0; 8][..4 * partitions], sizes, usage);
        let stamp = self.stamp(INTEGRITY);
        integrity.encode(stamp, self.block(INTEGRITY));
        self.put(INTEGRITY + 1, INTEGRITY + 1, encode_terminating);
    }

    fn entry<'a>(&self, file_type: FileType, allocation: (Allocation, &'a [u8]), len: u64) -> FileEntry<'a> {
        let flags = IcbFlags::ARCHIVE.with_allocation(allocation.0);
        let extension = FileEntryExtension { object_len: len, created: time(2), streams: LongAd::NONE };
        let directory = file_type == FileType::DIRECTORY;
        FileEntry {
            icb: IcbTag::direct(file_type, flags),
            uid: 7,
            gid: FileEntry::NOBODY,
            permissions: Permissions::from_mode(if directory { 0o755 } else { 0o644 }),
            links: 1,
            record_format: 0,
            record_attributes: 0,
            record_len: 0,
            len,
            blocks: if allocation.0 == Allocation::Embedded { 0 } else { len.div_ceil(2048) },
            accessed: time(5),
            modified: time(3),
            attributes_changed: time(4),
            checkpoint: 1,
            attributes_icb: LongAd::NONE,
            implementation: PROGRAM,
            unique_id: 0,
            extension: self.revision.has_streams().then_some(extension),
            attributes: &[],
            allocation: allocation.1,
        }
    }

    /// The metadata file and its mirror, which has no blocks of its own.
    fn metadata_files(&mut self) {
        let ad = ShortAd { block: METADATA, ..short(METADATA_LEN * 2048) }.encode();
        for (at, file_type) in [(0, FileType::METADATA), (MIRROR, FileType::METADATA_MIRROR)] {
            let len = u64::from(METADATA_LEN) * 2048;
            let mut entry = self.entry(file_type, (Allocation::Short, &ad), len);
            entry.icb.flags = IcbFlags::NONE.with_allocation(Allocation::Short);
            (entry.uid, entry.permissions, entry.links) = (FileEntry::NOBODY, Permissions::NONE, 0);
            let stamp = self.stamp(at);
            entry.encode(stamp, self.image[(PARTITION + at) as usize * BLOCK..].split_at_mut(BLOCK).0);
        }
    }

    fn put_entry(&mut self, block: u32, entry: &FileEntry<'_>) {
        let (stamp, at) = (self.stamp(block), self.files_block(block));
        entry.encode(stamp, self.block(at));
    }

    /// Extended attributes of a file: when it was made, if there is no field for that; how it may be copied; and room.
    fn attributes(&self, at: u32) -> Vec<u8> {
        let cgms = EntityId::udf(EntityId::DVD_CGMS_INFO, self.revision, OsId::LINUX);
        let free = EntityId::udf(EntityId::FREE_EA_SPACE, self.revision, OsId::LINUX);
        let cgms_data = attributes::dvd_cgms_info(&cgms, 0, 0, [0; 4]);
        let mut free_data = [0; 12];
        free_data[..2].copy_from_slice(&attributes::free_space(&free, 10));
        let created = time(2).encode();
        let times = Attribute::FileTimes { exist: attributes::file_time::CREATED, times: &created };
        let times = if self.revision.has_streams() { None } else { Some(times) };
        let uses = [
            Attribute::Implementation { id: cgms, data: &cgms_data },
            Attribute::Implementation { id: free, data: &free_data },
        ];
        let implementation = 24 + times.as_ref().map_or(0, Attribute::len);
        let header = AttributesHeader {
            implementation: u32::try_from(implementation).expect("small"),
            application: AttributesHeader::NONE,
        };
        let mut out = header.encode(self.stamp(at)).to_vec();
        for attribute in times.iter().chain(&uses) {
            let at = out.len();
            out.resize(at + attribute.len(), 0xA5);
            attribute.encode(&mut out[at..]);
        }
        out
    }

    /// A name, with the place of its file.
    fn name(&self, at: u32, name: &str, what: FileCharacteristics, block: u32, unique_id: u32) -> Vec<u8> {
        let mut compressed = [0; MAX_NAME_LEN];
        let len = text::encode(name, &mut compressed).expect("a short name");
        let location = PartitionBlock { block, partition: self.files_partition() };
        let unique_id = if self.revision.has_streams() { unique_id } else { 0 };
        let identifier = FileIdentifier {
            version: 1,
            characteristics: what,
            icb: LongAd { unique_id, ..LongAd::recorded(2048, location) },
            name: &compressed[..len],
            implementation_use: &[],
        };
        let mut out = vec![0xA5; identifier.len()];
        identifier.encode(self.stamp(at), &mut out);
        out
    }

    fn files(&mut self) {
        let set = FileSet {
            recorded: time(1),
            interchange_level: 3,
            max_interchange_level: 3,
            character_sets: 1,
            max_character_sets: 1,
            number: 0,
            descriptor_number: 0,
            volume_characters: CharSpec::OSTA,
            volume_id: DString::cut(LABEL),
            characters: CharSpec::OSTA,
            id: DString::cut("Files"),
            copyright_file: DString::EMPTY,
            abstract_file: DString::EMPTY,
            root: LongAd::recorded(2048, PartitionBlock { block: 2, partition: self.files_partition() }),
            domain: self.domain(),
            next: LongAd::NONE,
            system_streams: LongAd::NONE,
        };
        let at = self.files_block(0);
        self.put(at, 0, |stamp, out| set.encode(stamp, out));
        self.put(at + 1, 1, encode_terminating);

        // The root directory, with its names in a block of their own.
        let (large_name, data) = large();
        let parent = FileCharacteristics::PARENT.with(FileCharacteristics::DIRECTORY);
        let names = [
            self.name(3, "", parent, 2, 0),
            self.name(3, SMALL.0, FileCharacteristics::NONE, 4, 16),
            self.name(3, large_name, FileCharacteristics::NONE, 5, 17),
            self.name(3, LINK, FileCharacteristics::NONE, 6, 18),
        ];
        let names = names[..if self.has_link { 4 } else { 3 }].concat();
        let at = self.files_block(3);
        self.block(at)[..names.len()].copy_from_slice(&names);
        let names_len = u32::try_from(names.len()).expect("a block");
        let ad = ShortAd { block: 3, ..short(names_len) }.encode();
        let mut root = self.entry(FileType::DIRECTORY, (Allocation::Short, &ad), u64::from(names_len));
        root.icb.flags = root.icb.flags.without(IcbFlags::ARCHIVE);
        self.put_entry(2, &root);

        let attributes = self.attributes(4);
        let mut small = self.entry(FileType::REGULAR, (Allocation::Embedded, SMALL.1), SMALL.1.len() as u64);
        (small.unique_id, small.attributes) = (16, &attributes);
        if let Some(extension) = &mut small.extension {
            let location = PartitionBlock { block: 7, partition: u16::from(self.revision.has_metadata_partition()) };
            extension.object_len += STREAM.1.len() as u64;
            extension.streams = LongAd { unique_id: 16, ..LongAd::recorded(2048, location) };
        }
        self.put_entry(4, &small);

        let location = PartitionBlock { block: DATA, partition: 0 };
        let ad = LongAd::recorded(u32::try_from(data.len()).expect("small"), location).encode();
        let mut large = self.entry(FileType::REGULAR, (Allocation::Long, &ad), data.len() as u64);
        large.unique_id = 17;
        self.put_entry(5, &large);
        let at = (PARTITION + DATA) as usize * BLOCK;
        self.image[at..at + data.len()].copy_from_slice(&data);

        let mut path = [0xA5; 32];
        let len = Component::Name(b"\x08small.txt").encode(&mut path);
        let mut link = self.entry(FileType::SYMLINK, (Allocation::Embedded, &path[..len]), len as u64);
        link.unique_id = 18;
        self.put_entry(6, &link);
        if self.revision.has_streams() {
            self.stream();
        }
    }

    /// The directory of the small file's streams, and one in it.
    fn stream(&mut self) {
        let parent = FileCharacteristics::PARENT.with(FileCharacteristics::DIRECTORY);
        let names =
            [self.name(7, "", parent, 4, 16), self.name(7, STREAM.0, FileCharacteristics::NONE, 8, 16)].concat();
        let mut directory = self.entry(FileType::STREAM_DIRECTORY, (Allocation::Embedded, &names), names.len() as u64);
        directory.icb.flags = IcbFlags::NONE.with_allocation(Allocation::Embedded);
        directory.unique_id = 16;
        self.put_entry(7, &directory);
        let mut stream = self.entry(FileType::REGULAR, (Allocation::Embedded, STREAM.1), STREAM.1.len() as u64);
        stream.icb.flags = IcbFlags::STREAM.with_allocation(Allocation::Embedded);
        stream.unique_id = 16;
        self.put_entry(8, &stream);
    }
}

fn short(bytes: u32) -> ShortAd {
    ShortAd { len: imapi_volume_structs::udf::ExtentLen::recorded(bytes), block: 0 }
}
