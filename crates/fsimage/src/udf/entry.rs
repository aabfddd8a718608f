//! File entries, what stands behind them, and the names in folders: written when somebody reads their blocks.

use imapi_volume_structs::udf::{
    Allocation, AllocationExtent, EntityId, FileCharacteristics, FileEntry, FileEntryExtension, FileIdentifier,
    FileType, IcbFlags, IcbTag, LongAd, MAX_NAME_LEN, OsId, PartitionBlock, Permissions, Stamp,
    attributes::{Attribute, AttributesHeader},
    text,
};

use super::{
    PROGRAM, Udf,
    allocation::{created, small},
    data_in_partition, link, names,
    time::time,
    view::{Folder, StreamPlan, Unit, View, further},
};
use crate::{
    Attributes, Content, ContentError, ContentReader, Kind, NodeId, Tree,
    plan::{FileData, pack::BLOCK},
};

/// The bits of a mode that say what a file is.
const KIND: u32 = 0o170_000;
const SET_UID: u32 = 0o4000;
const SET_GID: u32 = 0o2000;
const STICKY: u32 = 0o1000;
const EXECUTABLE: u32 = 0o111;

/// What a special file is; none when its mode does not say it.
pub(super) fn special_type(attributes: &Attributes) -> Option<FileType> {
    match attributes.mode & KIND {
        0o060_000 => Some(FileType::BLOCK_DEVICE),
        0o020_000 => Some(FileType::CHARACTER_DEVICE),
        0o010_000 => Some(FileType::FIFO),
        0o140_000 => Some(FileType::SOCKET),
        _ => None,
    }
}

/// What is to be rendered, and with what.
pub(super) struct Renderer<'a> {
    pub udf: &'a Udf,
    pub view: &'a View,
    pub data: &'a FileData,
    pub tree: &'a Tree,
    pub reader: &'a ContentReader,
}

/// A file entry before it is bytes: what differs between files, folders, links and streams.
#[derive(Clone, Copy)]
struct Plain<'a> {
    file_type: FileType,
    flags: IcbFlags,
    links: u32,
    len: u64,
    /// Bytes of the file and all of its streams.
    object_len: u64,
    unique_id: u64,
    streams: LongAd,
    allocation: (Allocation, &'a [u8]),
    /// Numbers of a device.
    device: Option<u64>,
}

impl Renderer<'_> {
    /// Writes a block of the metadata, counted from that of the file set.
    pub fn block(&self, block: u64, out: &mut [u8]) -> Result<(), ContentError> {
        out.fill(0);
        let Some(unit) = self.view.unit_at(block) else { return Ok(()) };
        let offset = block - u64::from(unit.block);
        match self.tree.kind(unit.node) {
            Kind::Directory => self.folder(unit, offset, out),
            Kind::File { size, content } => return self.file(unit, size, content, offset, out),
            Kind::Link { .. } => self.link(unit, offset, out),
            Kind::Special { device } if offset == 0 => self.special(unit, device, out),
            Kind::Special { .. } => {}
        }
        Ok(())
    }

    fn stamp(&self, block: u64) -> Stamp {
        self.udf.stamp(self.udf.in_partition(block))
    }

    /// Where a block of the metadata is, for those who point to it.
    fn at(&self, block: u64) -> PartitionBlock {
        let partition = self.view.seen.manner.metadata_partition();
        PartitionBlock { block: self.udf.in_partition(block), partition }
    }

    fn folder(&self, unit: Unit, offset: u64, out: &mut [u8]) {
        let Some(folder) = self.view.folder_of(unit.node) else { return };
        if offset > 0 {
            if (offset - 1) * (BLOCK as u64) < u64::from(folder.bytes) {
                self.names(u64::from(folder.names) + offset - 1, u64::from(unit.block) + offset, out);
            }
            return;
        }
        let bytes = u64::from(folder.bytes);
        let first = u64::from(unit.block);
        let manner = self.view.seen.manner;
        let embedded = self.view.seen.embed && folder.bytes as usize <= manner.room();
        let allocation = if embedded {
            let mut names = Vec::with_capacity(BLOCK);
            for record in 0..=self.view.entries(folder).len() {
                self.name(folder, small(record as u64), self.stamp(first), &mut names);
            }
            (Allocation::Embedded, names)
        } else {
            (manner.allocation(), manner.in_metadata(bytes, u64::from(self.udf.in_partition(first + 1))))
        };
        let plain = Plain {
            file_type: FileType::DIRECTORY,
            flags: IcbFlags::NONE,
            // The name that its parent has for it, and what those in it have for their parent. The root is its own.
            links: 1 + folder.folders,
            len: bytes,
            object_len: bytes,
            unique_id: self.view.id_of(unit.node),
            streams: LongAd::NONE,
            allocation: (allocation.0, &allocation.1),
            device: None,
        };
        self.entry(unit.node, first, &plain, out);
    }

    /// Writes a block of names, which stands in that block of the metadata.
    fn names(&self, of_names: u64, block: u64, out: &mut [u8]) {
        let (records, skip) = self.view.names.block(of_names);
        let begun_before = (skip > 0).then_some(records.start);
        self.view.names.render(of_names, out, |record, out| {
            let (folder, which) = self.view.record(record);
            // A name is stamped with the block in which it begins.
            let begins = if begun_before == Some(record) { block - 1 } else { block };
            self.name(folder, which, self.stamp(begins), out);
        });
    }

    /// Writes a record of a folder: 0 is that of the folder that it is in.
    fn name(&self, folder: &Folder, record: u32, stamp: Stamp, out: &mut Vec<u8>) {
        let view = self.view;
        let Some(entry) = record.checked_sub(1) else {
            let parent = view.unit(folder.parent);
            let icb = self.entry_at(u64::from(parent.block), view.id_of(parent.node));
            return identifier("", FileCharacteristics::PARENT.with(FileCharacteristics::DIRECTORY), icb, stamp, out);
        };
        let named = view.entries(folder)[entry as usize];
        let mut what = match self.tree.kind(named.node) {
            Kind::Directory => FileCharacteristics::DIRECTORY,
            _ => FileCharacteristics::NONE,
        };
        if self.tree.attributes(named.node).hidden {
            what = what.with(FileCharacteristics::HIDDEN);
        }
        let icb = self.entry_at(u64::from(view.unit_of(named.node).block), view.id_of_name(named.node));
        identifier(&names::name(self.tree.name(named.node), named.number), what, icb, stamp, out);
    }

    /// Where an entry is, for a name.
    fn entry_at(&self, block: u64, id: u64) -> LongAd {
        let unique_id = if self.udf.revision.has_streams() { small(id & u64::from(u32::MAX)) } else { 0 };
        LongAd { unique_id, ..LongAd::recorded(small(BLOCK as u64), self.at(block)) }
    }

    fn file(&self, unit: Unit, size: u64, content: Content, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        let seen = self.view.seen;
        let own = 1 + further(seen, self.data, size, content);
        let streams = self.tree.streams(unit.node);
        let has_streams = seen.has_streams && !streams.is_empty();
        if offset >= own {
            return self.stream_block(unit, own, offset - own, out);
        }
        let attributes = self.tree.attributes(unit.node);
        let real_time = attributes.real_time && self.udf.revision.has_real_time_files();
        let of_streams = if has_streams { streams.iter().map(|stream| stream.size).sum() } else { 0 };
        let first = u64::from(unit.block);
        let at = LongAd::recorded(small(BLOCK as u64), self.at(first + own));
        // A stream folder is known by the number of its file.
        let unique_id = self.view.id_of(unit.node);
        let plain = Plain {
            file_type: if real_time { FileType::REAL_TIME } else { FileType::REGULAR },
            flags: IcbFlags::NONE,
            links: self.view.names_of(unit.node),
            len: size,
            object_len: size + of_streams,
            unique_id,
            streams: if has_streams { LongAd { unique_id: small(unique_id), ..at } } else { LongAd::NONE },
            allocation: (Allocation::Embedded, &[]),
            device: None,
        };
        self.bytes(unit.node, (first, offset), size, content, &plain, out)
    }

    /// Writes the entry of a file or stream that begins at a block of the metadata, or one of the blocks of descriptors
    /// behind it.
    fn bytes(
        &self,
        node: NodeId,
        (first, offset): (u64, u64),
        size: u64,
        content: Content,
        plain: &Plain<'_>,
        out: &mut [u8],
    ) -> Result<(), ContentError> {
        let manner = self.view.seen.manner;
        if size > 0 && !self.data.has_blocks(content) {
            // It lies in its entry, and is no longer than there is room.
            let mut bytes = vec![0; usize::try_from(size).unwrap_or(0).min(manner.room())];
            self.reader.read_at(content, 0, &mut bytes)?;
            self.entry(node, first, &Plain { allocation: (Allocation::Embedded, &bytes), ..*plain }, out);
            return Ok(());
        }
        let begins = data_in_partition(self.data.block_of(content));
        let next = u64::from(self.udf.in_partition(first + offset + 1));
        let ads = if size == 0 { Vec::new() } else { manner.descriptors(size, begins, offset, next) };
        if offset == 0 {
            self.entry(node, first, &Plain { allocation: (manner.allocation(), &ads), ..*plain }, out);
        } else {
            AllocationExtent { previous: 0, ads: &ads }.encode(self.stamp(first + offset), out);
        }
        Ok(())
    }

    /// Writes one of the blocks of a file's streams, counted from the entry of their folder, which is `own` blocks behind
    /// that of the file.
    fn stream_block(&self, unit: Unit, own: u64, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        let streams = StreamPlan::new(self.view.seen, self.tree, self.data, unit.node);
        let folder = u64::from(unit.block) + own;
        let id = self.view.id_of(unit.node);
        if offset <= streams.names_blocks {
            self.stream_folder(unit, &streams, folder, offset, out);
            return Ok(());
        }
        let which = streams.begins.partition_point(|&begins| begins <= offset).saturating_sub(1);
        let Some(stream) = self.tree.streams(unit.node).get(which) else { return Ok(()) };
        let begins = streams.begins[which];
        let entry = Plain {
            file_type: FileType::REGULAR,
            flags: IcbFlags::STREAM,
            links: 1,
            len: stream.size,
            object_len: stream.size,
            unique_id: id,
            streams: LongAd::NONE,
            allocation: (Allocation::Embedded, &[]),
            device: None,
        };
        self.bytes(unit.node, (folder + begins, offset - begins), stream.size, stream.content, &entry, out)
    }

    fn stream_folder(&self, unit: Unit, streams: &StreamPlan, folder: u64, offset: u64, out: &mut [u8]) {
        let id = self.view.id_of(unit.node);
        let embedded = streams.names_blocks == 0;
        let (mut names, first) = (Vec::new(), if embedded { folder } else { folder + 1 });
        let begins = |names: &Vec<u8>| first + if embedded { 0 } else { (names.len() / BLOCK) as u64 };
        let parent = FileCharacteristics::PARENT.with(FileCharacteristics::DIRECTORY);
        let icb = self.entry_at(u64::from(unit.block), id);
        identifier("", parent, icb, self.stamp(begins(&names)), &mut names);
        for (name, at) in streams.names.iter().zip(&streams.begins) {
            let stamp = self.stamp(begins(&names));
            identifier(name, FileCharacteristics::NONE, self.entry_at(folder + at, id), stamp, &mut names);
        }
        if offset > 0 {
            let at = usize::try_from(offset - 1).unwrap_or(usize::MAX).saturating_mul(BLOCK).min(names.len());
            let rest = &names[at..names.len().min(at + BLOCK)];
            out[..rest.len()].copy_from_slice(rest);
            return;
        }
        let manner = self.view.seen.manner;
        let allocation = if embedded {
            (Allocation::Embedded, names)
        } else {
            (manner.allocation(), manner.in_metadata(streams.bytes, u64::from(self.udf.in_partition(first))))
        };
        let entry = Plain {
            file_type: FileType::STREAM_DIRECTORY,
            flags: IcbFlags::NONE,
            links: 1,
            len: streams.bytes,
            object_len: streams.bytes,
            unique_id: id,
            streams: LongAd::NONE,
            allocation: (allocation.0, &allocation.1),
            device: None,
        };
        self.entry(unit.node, folder, &entry, out);
    }

    fn link(&self, unit: Unit, offset: u64, out: &mut [u8]) {
        let path = self.tree.link_target(unit.node).and_then(|target| link::path(target).ok()).unwrap_or_default();
        let first = u64::from(unit.block);
        if let Some(block) = offset.checked_sub(1) {
            let at = usize::try_from(block).unwrap_or(usize::MAX).saturating_mul(BLOCK).min(path.len());
            let rest = &path[at..path.len().min(at + BLOCK)];
            return out[..rest.len()].copy_from_slice(rest);
        }
        let (manner, len) = (self.view.seen.manner, path.len() as u64);
        let allocation = if path.len() <= manner.room() {
            (Allocation::Embedded, path)
        } else {
            (manner.allocation(), manner.in_metadata(len, u64::from(self.udf.in_partition(first + 1))))
        };
        let plain = Plain {
            file_type: FileType::SYMLINK,
            flags: IcbFlags::NONE,
            links: 1,
            len,
            object_len: len,
            unique_id: self.view.id_of(unit.node),
            streams: LongAd::NONE,
            allocation: (allocation.0, &allocation.1),
            device: None,
        };
        self.entry(unit.node, first, &plain, out);
    }

    fn special(&self, unit: Unit, device: u64, out: &mut [u8]) {
        let file_type = special_type(&self.tree.attributes(unit.node)).unwrap_or(FileType::REGULAR);
        let is_device = matches!(file_type, FileType::BLOCK_DEVICE | FileType::CHARACTER_DEVICE);
        let plain = Plain {
            file_type,
            flags: IcbFlags::NONE,
            links: 1,
            len: 0,
            object_len: 0,
            unique_id: self.view.id_of(unit.node),
            streams: LongAd::NONE,
            allocation: (Allocation::Embedded, &[]),
            device: is_device.then_some(device),
        };
        self.entry(unit.node, u64::from(unit.block), &plain, out);
    }

    /// Writes a file entry into its block.
    fn entry(&self, node: NodeId, block: u64, plain: &Plain<'_>, out: &mut [u8]) {
        let attributes = self.tree.attributes(node);
        let revision = self.udf.revision;
        let stamp = self.stamp(block);
        let extended = self.extended_attributes(&attributes, plain.device, stamp);
        let (uid, gid, permissions, flags) = self.access(&attributes, plain);
        let extension = FileEntryExtension {
            object_len: plain.object_len,
            created: time(attributes.created),
            streams: plain.streams,
        };
        let (allocation, bytes) = plain.allocation;
        let modified = time(attributes.modified);
        let entry = FileEntry {
            icb: IcbTag::direct(plain.file_type, flags.with_allocation(allocation)),
            uid,
            gid,
            permissions,
            links: u16::try_from(plain.links).unwrap_or(u16::MAX),
            record_format: 0,
            record_attributes: 0,
            record_len: 0,
            len: plain.len,
            blocks: if allocation == Allocation::Embedded { 0 } else { plain.len.div_ceil(BLOCK as u64) },
            accessed: time(attributes.accessed),
            modified,
            attributes_changed: modified,
            checkpoint: 1,
            attributes_icb: LongAd::NONE,
            implementation: PROGRAM,
            unique_id: plain.unique_id,
            extension: revision.has_streams().then_some(extension),
            attributes: &extended,
            allocation: bytes,
        };
        entry.encode(stamp, out);
    }

    /// Owner, group, permissions, and what else of a mode there is.
    fn access(&self, attributes: &Attributes, plain: &Plain<'_>) -> (u32, u32, Permissions, IcbFlags) {
        let mode = attributes.mode;
        let is_folder = matches!(plain.file_type, FileType::DIRECTORY | FileType::STREAM_DIRECTORY);
        if !self.view.seen.owners {
            // Whose it was means nothing elsewhere: everybody may read everything.
            let executable = is_folder || mode == 0 || mode & EXECUTABLE != 0;
            let permissions = Permissions::from_mode(if executable { 0o555 } else { 0o444 });
            return (FileEntry::NOBODY, FileEntry::NOBODY, permissions, plain.flags);
        }
        let default = if is_folder { 0o755 } else { 0o644 };
        let permissions = Permissions::from_mode(if mode == 0 { default } else { mode });
        let mut flags = plain.flags;
        for (bit, flag) in [(SET_UID, IcbFlags::SET_UID), (SET_GID, IcbFlags::SET_GID), (STICKY, IcbFlags::STICKY)] {
            if mode & bit != 0 {
                flags = flags.with(flag);
            }
        }
        (attributes.owner, attributes.group, permissions, flags)
    }

    /// When the file was made, where the entry has no field for it, and which device it is.
    fn extended_attributes(&self, attributes: &Attributes, device: Option<u64>, stamp: Stamp) -> Vec<u8> {
        let revision = self.udf.revision;
        let made = time(attributes.created).encode();
        let user = EntityId::implementation(PROGRAM.name(), OsId::LINUX).encode();
        let times = (!revision.has_streams()).then(|| created(&made));
        let device = device.map(|device| {
            let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
            Attribute::Device { major, minor, implementation_use: &user }
        });
        if times.is_none() && device.is_none() {
            return Vec::new();
        }
        let len = AttributesHeader::LEN + [&times, &device].into_iter().flatten().map(Attribute::len).sum::<usize>();
        // Where there are none of a group, it begins at the end.
        let header = AttributesHeader { implementation: small(len as u64), application: small(len as u64) };
        let mut out = header.encode(stamp).to_vec();
        for attribute in [times, device].iter().flatten() {
            let at = out.len();
            out.resize(at + attribute.len(), 0);
            attribute.encode(&mut out[at..]);
        }
        out
    }
}

/// Adds a name to those of a folder.
fn identifier(name: &str, what: FileCharacteristics, icb: LongAd, stamp: Stamp, out: &mut Vec<u8>) {
    let mut compressed = [0; MAX_NAME_LEN];
    // It was cut to what fits.
    let len = text::encode(name, &mut compressed).unwrap_or(0);
    let identifier =
        FileIdentifier { version: 1, characteristics: what, icb, name: &compressed[..len], implementation_use: &[] };
    let at = out.len();
    out.resize(at + identifier.len(), 0);
    identifier.encode(stamp, &mut out[at..]);
}
