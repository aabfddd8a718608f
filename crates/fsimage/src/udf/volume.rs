//! What says where the files are: the descriptors of the volume, anchors, the file set, the files of the metadata.

use imapi_volume_structs::{
    SessionLink,
    udf::{
        AccessType, Allocation, Anchor, CharSpec, DESCRIPTOR_LEN, DString, DomainFlags, EntityId, Extent, FileEntry,
        FileEntryExtension, FileSet, FileType, IcbFlags, IcbTag, ImplementationUseVolume, Integrity, IntegrityUse,
        LogicalVolume, LogicalVolumeInfo, LongAd, MetadataFlags, MetadataMap, OsId, Partition, PartitionBlock,
        PartitionHeader, PartitionMap, PartitionMaps, Permissions, PrimaryVolume, ShortAd, Stamp, Timestamp,
        UnallocatedSpace, VolumeFlags, encode_terminating,
    },
};

use super::{
    CLUSTER, INTEGRITY, INTEGRITY_SEQUENCE, MAIN, METADATA, METADATA_ENTRY, MIRROR, MIRROR_ENTRY, PROGRAM, RESERVE,
    SEQUENCE, Udf,
    allocation::small,
    time::time,
    view::{BEFORE_ROOT, View},
};
use crate::plan::pack::BLOCK;

/// The flag by which an identifier says that nobody may change it, as those of standards are.
const PROTECTED: u8 = 2;

/// Blocks as bytes.
fn bytes(blocks: u64) -> u32 {
    small(blocks * BLOCK as u64)
}

impl Udf {
    fn made(&self) -> Timestamp {
        time(self.options.now)
    }

    fn domain(&self) -> EntityId {
        EntityId::domain(self.revision, DomainFlags::SOFT_WRITE_PROTECT)
    }

    /// Writes a descriptor of fixed length at the beginning of a block.
    fn put(&self, location: u64, out: &mut [u8], encode: impl FnOnce(Stamp, &mut [u8; DESCRIPTOR_LEN])) {
        out.fill(0);
        if let Some(out) = out.first_chunk_mut() {
            encode(self.stamp(small(location)), out);
        }
    }

    pub(super) fn anchor(&self, location: u64, out: &mut [u8]) {
        let extent = |claim: usize| Extent { len: bytes(SEQUENCE), block: small(self.at[claim].0) };
        let anchor = Anchor { main: extent(MAIN), reserve: extent(RESERVE) };
        self.put(location, out, |stamp, out| anchor.encode(stamp, out));
    }

    /// Writes a block of a sequence of volume descriptors.
    pub(super) fn sequence(&self, location: u64, block: u64, out: &mut [u8]) {
        let put = |out: &mut [u8], encode: &dyn Fn(Stamp, &mut [u8; DESCRIPTOR_LEN])| self.put(location, out, encode);
        match block {
            0 => {
                let primary = self.primary();
                put(out, &|stamp, out| primary.encode(stamp, out));
            }
            1 => {
                let info = self.info().encode();
                let implementation = EntityId::udf(EntityId::LV_INFO, self.revision, OsId::LINUX);
                let info = ImplementationUseVolume { sequence_number: 1, implementation, implementation_use: &info };
                put(out, &|stamp, out| info.encode(stamp, out));
            }
            2 => {
                let partition = self.partition();
                put(out, &|stamp, out| partition.encode(stamp, out));
            }
            3 => {
                out.fill(0);
                self.logical(self.stamp(small(location)), out);
            }
            4 => {
                out.fill(0);
                UnallocatedSpace::new(4, &[]).encode(self.stamp(small(location)), out);
            }
            5 => put(out, &encode_terminating),
            _ => out.fill(0),
        }
    }

    fn primary(&self) -> PrimaryVolume {
        PrimaryVolume {
            sequence_number: 0,
            number: 0,
            volume_id: DString::cut(&self.options.volume),
            volume_number: 1,
            max_volume_number: 1,
            interchange_level: 2,
            max_interchange_level: 3,
            character_sets: 1,
            max_character_sets: 1,
            volume_set_id: DString::cut(&self.volume_set()),
            descriptor_characters: CharSpec::OSTA,
            explanatory_characters: CharSpec::OSTA,
            volume_abstract: Extent::NONE,
            copyright: Extent::NONE,
            application: PROGRAM,
            recorded: self.made(),
            implementation: PROGRAM,
            implementation_use: SessionLink::field(self.options.session.link),
            predecessor: 0,
            flags: VolumeFlags::COMMON_SET_ID,
        }
    }

    /// Sixteen digits by which volumes are told from each other, and the name. The first eight are the time, as UDF wants
    /// them; the others follow from what is different between two images of one second.
    fn volume_set(&self) -> String {
        let seconds = self.options.now.seconds().to_le_bytes();
        let [a, b, c, d, ..] = seconds;
        let facts = [&self.options.now.subsecond().to_le_bytes()[..], &self.blocks.to_le_bytes()].concat();
        // FNV-1a: short, and different for different bytes as good as always.
        let sum = facts
            .iter()
            .chain(self.options.volume.as_bytes())
            .fold(0x811C_9DC5_u32, |sum, &byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        format!("{:08X}{sum:08X}{}", u32::from_le_bytes([a, b, c, d]), self.options.volume)
    }

    fn info(&self) -> LogicalVolumeInfo {
        let lines = [&self.options.publisher, &self.options.data_preparer, &self.options.application];
        LogicalVolumeInfo {
            characters: CharSpec::OSTA,
            volume_id: DString::cut(&self.options.volume),
            lines: lines.map(|line| DString::cut(line)),
            program: PROGRAM,
            program_use: [0; 128],
        }
    }

    fn partition(&self) -> Partition {
        let contents = if self.revision.has_streams() { EntityId::NSR03 } else { EntityId::NSR02 };
        Partition {
            sequence_number: 2,
            flags: Partition::ALLOCATED,
            number: 0,
            contents: EntityId { flags: PROTECTED, ..EntityId::new(contents) },
            contents_use: PartitionHeader::default().encode(),
            access: AccessType::READ_ONLY,
            start: small(self.partition),
            len: small(self.partition_len()),
            implementation: PROGRAM,
            implementation_use: [0; 128],
        }
    }

    fn logical(&self, stamp: Stamp, out: &mut [u8]) {
        let mut maps = [0; 128];
        let mut len = PartitionMap::Physical { volume: 1, partition: 0 }.encode(&mut maps);
        if self.revision.has_metadata_partition() {
            let in_partition = |claim: usize| small(self.at[claim].0.saturating_sub(self.partition));
            let map = MetadataMap {
                file: in_partition(METADATA_ENTRY),
                mirror: in_partition(MIRROR_ENTRY),
                bitmap: MetadataMap::NO_BITMAP,
                allocation_unit: small(CLUSTER),
                alignment_unit: u16::try_from(CLUSTER).unwrap_or(1),
                flags: if self.has_mirror() { MetadataFlags::DUPLICATE } else { MetadataFlags::NONE },
            };
            let id = EntityId::udf(EntityId::METADATA_PARTITION, self.revision, OsId::LINUX);
            len += PartitionMap::Metadata { id, volume: 1, partition: 0, map }.encode(&mut maps[len..]);
        }
        // They are ours, and whole.
        let Ok(maps) = PartitionMaps::new(&maps[..len]) else { return };
        let logical = LogicalVolume {
            sequence_number: 3,
            characters: CharSpec::OSTA,
            id: DString::cut(&self.options.volume),
            block_len: small(BLOCK as u64),
            domain: self.domain(),
            file_set: LongAd::recorded(bytes(BEFORE_ROOT), self.metadata_block(0)),
            implementation: PROGRAM,
            implementation_use: [0; 128],
            integrity: Extent { len: bytes(INTEGRITY_SEQUENCE), block: small(self.at[INTEGRITY].0) },
            maps,
        };
        logical.encode(stamp, out);
    }

    /// Where a block of the metadata is.
    fn metadata_block(&self, block: u64) -> PartitionBlock {
        let partition = u16::from(self.revision.has_metadata_partition());
        PartitionBlock { block: self.in_partition(block), partition }
    }

    pub(super) fn integrity(&self, view: &View, block: u64, out: &mut [u8]) {
        let location = self.at[INTEGRITY].0 + block;
        out.fill(0);
        if block == 1 {
            self.put(location, out, encode_terminating);
        }
        if block > 0 {
            return;
        }
        let (files, directories) = view.counts();
        let usage = IntegrityUse {
            implementation: PROGRAM,
            files,
            directories,
            min_read: self.revision.min_read(),
            min_write: self.revision.min_write(),
            max_write: self.revision,
            rest: &[],
        };
        let sizes = [small(self.partition_len()), small(self.metadata_blocks())].map(u32::to_le_bytes).concat();
        let sizes = &sizes[..if self.revision.has_metadata_partition() { 8 } else { 4 }];
        // Nothing is free where nothing is written any more.
        let integrity = Integrity::closed(self.made(), view.next_id(), &[0; 8], sizes, usage);
        integrity.encode(self.stamp(small(location)), out);
    }

    pub(super) fn file_set(&self, view: &View, out: &mut [u8]) {
        let volume = DString::cut(&self.options.volume);
        let root = view.unit(0);
        let set = FileSet {
            recorded: self.made(),
            interchange_level: 3,
            max_interchange_level: 3,
            character_sets: 1,
            max_character_sets: 1,
            number: 0,
            descriptor_number: 0,
            volume_characters: CharSpec::OSTA,
            volume_id: volume,
            characters: CharSpec::OSTA,
            id: DString::cut(&self.options.volume),
            copyright_file: DString::EMPTY,
            abstract_file: DString::EMPTY,
            root: LongAd::recorded(bytes(1), self.metadata_block(u64::from(root.block))),
            domain: self.domain(),
            next: LongAd::NONE,
            system_streams: LongAd::NONE,
        };
        self.put(u64::from(self.in_partition(0)), out, |stamp, out| set.encode(stamp, out));
    }

    pub(super) fn end_of_file_sets(&self, out: &mut [u8]) {
        self.put(u64::from(self.in_partition(1)), out, encode_terminating);
    }

    /// The file of which the metadata partition consists, or its mirror, which has blocks of its own when that is asked for.
    pub(super) fn metadata_file(&self, is_mirror: bool, out: &mut [u8]) {
        let blocks = self.metadata_blocks();
        let data = if is_mirror && self.has_mirror() { MIRROR } else { METADATA };
        let entry = if is_mirror { MIRROR_ENTRY } else { METADATA_ENTRY };
        let in_partition = |claim: usize| self.at[claim].0.saturating_sub(self.partition);
        let ads = short_ads(in_partition(data), blocks);
        let len = blocks * BLOCK as u64;
        let made = self.made();
        out.fill(0);
        FileEntry {
            icb: IcbTag::direct(
                if is_mirror { FileType::METADATA_MIRROR } else { FileType::METADATA },
                IcbFlags::NONE.with_allocation(Allocation::Short),
            ),
            uid: FileEntry::NOBODY,
            gid: FileEntry::NOBODY,
            permissions: Permissions::NONE,
            links: 0,
            record_format: 0,
            record_attributes: 0,
            record_len: 0,
            len,
            blocks,
            accessed: made,
            modified: made,
            attributes_changed: made,
            checkpoint: 1,
            attributes_icb: LongAd::NONE,
            implementation: PROGRAM,
            unique_id: 0,
            extension: Some(FileEntryExtension { object_len: len, created: made, streams: LongAd::NONE }),
            attributes: &[],
            allocation: &ads,
        }
        .encode(self.stamp(small(in_partition(entry))), out);
    }
}

/// Extents of whole clusters, up to a GiB each: 4 TiB of metadata are four thousand, which no image has.
fn short_ads(first: u64, blocks: u64) -> Vec<u8> {
    const MOST: u64 = (1 << 30) / BLOCK as u64 - CLUSTER;
    let mut out = Vec::new();
    let mut before = 0;
    while before < blocks {
        let count = (blocks - before).min(MOST);
        let len = imapi_volume_structs::udf::ExtentLen::recorded(bytes(count));
        out.extend(ShortAd { len, block: small(first + before) }.encode());
        before += count;
    }
    out
}
