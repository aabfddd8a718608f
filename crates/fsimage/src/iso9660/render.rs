//! Records of directories, path tables and further areas, written when somebody reads their blocks.

use imapi_disc_types::Block;
use imapi_volume_structs::iso9660::{ByteOrder, DirectoryRecord, FileFlags, PathRecord, SELF};

use super::{
    DIRECTORIES, TABLE_BIG, TABLE_LITTLE, Volume,
    ridge::{self, MOST_BYTES, Of, Told},
    time::recording_time,
    view::{Area, Folder, SECTION, What, number},
};
use crate::{
    Kind, NodeId, Tree,
    plan::{FileData, pack::BLOCK},
};

/// A record of a directory before it is bytes.
struct Written<'a> {
    told: Told<'a>,
    extent: Block,
    data_len: u64,
    flags: FileFlags,
}

impl Volume {
    /// Writes a block of one of its claims.
    pub fn render(&self, tree: &Tree, data: &FileData, claim: usize, block: u64, out: &mut [u8]) {
        let view = &self.view;
        match claim {
            TABLE_LITTLE | TABLE_BIG => {
                let order = if claim == TABLE_LITTLE { ByteOrder::Little } else { ByteOrder::Big };
                view.table.render(block, out, |at, out| self.path_record(tree, view.path[at as usize], order, out));
            }
            _ if view.directories.block(block).0.is_empty() => self.areas(tree, data, block, out),
            _ => view.directories.render(block, out, |record, out| {
                let mut identifier = Vec::new();
                let written = self.written(tree, data, record, &mut identifier);
                self.directory_record(tree, record, &written, &identifier, out);
            }),
        }
    }

    fn path_record(&self, tree: &Tree, place: u32, order: ByteOrder, out: &mut Vec<u8>) {
        let folder = self.view.folder(place);
        let mut identifier = Vec::new();
        self.view.table_identifier(tree, place, &mut identifier);
        let record = PathRecord {
            extended_attribute_len: 0,
            extent: address(self.block_of(folder)),
            // There are no more than 65,535, counted from 1.
            parent: u16::try_from(self.view.folder(folder.parent).number + 1).unwrap_or(u16::MAX),
            identifier: &identifier,
        };
        out.resize(record.len(), 0);
        record.encode(order, out);
    }

    /// Where a folder's directory is.
    fn block_of(&self, folder: &Folder) -> Block {
        Block(self.at[DIRECTORIES].0 + u64::from(folder.block))
    }

    /// The root as volume descriptors have it.
    pub fn root(&self, tree: &Tree) -> DirectoryRecord<'static> {
        let root = &self.view.folders[0];
        DirectoryRecord {
            extent: address(self.block_of(root)),
            data_len: number(root.blocks as usize * BLOCK),
            recorded: recording_time(tree.attributes(NodeId::ROOT).modified),
            flags: flags(tree, NodeId::ROOT),
            volume_sequence: 1,
            identifier: SELF,
            ..DirectoryRecord::default()
        }
    }

    /// What a record says; its name in ISO 9660 goes into the buffer.
    fn written<'a>(&self, tree: &'a Tree, data: &FileData, record: u32, identifier: &mut Vec<u8>) -> Written<'a> {
        let view = &self.view;
        let (place, which) = view.record(record);
        let subject = view.subject(tree, place, which);
        view.identifier(tree, which, subject, identifier);
        let name = view.name(tree, subject);
        match subject.what {
            What::Folder(about) => self.folder(tree, data, (place, about, subject.of), name),
            What::Entry(entry) => self.file(tree, data, (record, entry), name),
        }
    }

    /// The record of a folder in the directory of another, its own, or that of a folder in it.
    fn folder<'a>(
        &self,
        tree: &'a Tree,
        data: &FileData,
        (place, about, of): (u32, u32, Of),
        name: &'a [u8],
    ) -> Written<'a> {
        let view = &self.view;
        let folder = view.folder(about);
        let node = folder.named.node;
        let mut told =
            Told { links: 2 + folder.folders, serial: serial::of_folder(about), ..Told::unnumbered(node, of, name) };
        // Where its directory is, or that of the folder which it is in for those who do not know Rock Ridge.
        let mut shown = folder;
        match of {
            Of::Placeholder => {
                told.elsewhere = address(self.block_of(folder));
                let flags = hidden(tree, node);
                return Written { told, extent: data.nothing(), data_len: 0, flags };
            }
            Of::Home => {
                told.elsewhere = address(self.block_of(folder));
                shown = view.folder(view.folder(place).parent);
            }
            Of::Root | Of::Folder | Of::Child | Of::Moved => {}
        }
        let data_len = u64::from(shown.blocks) * BLOCK as u64;
        Written { told, extent: self.block_of(shown), data_len, flags: flags(tree, shown.named.node) }
    }

    /// The record of a file, or of an extent of it.
    fn file<'a>(&self, tree: &'a Tree, data: &FileData, (record, entry): (u32, u32), name: &'a [u8]) -> Written<'a> {
        let node = self.view.entries[entry as usize].node;
        let mut told = Told { links: 1, serial: serial::of_record(record), ..Told::unnumbered(node, Of::Child, name) };
        let (mut extent, mut data_len, mut more) = (data.nothing(), 0, false);
        if let Kind::File { size, content } = tree.kind(node) {
            (told.links, extent, data_len) = (data.names_of(content), data.block_of(content), size);
            told.serial = if data.has_blocks(content) { serial::of_block(extent) } else { serial::of_content(content) };
            if size > u64::from(u32::MAX) {
                let before = self.view.section(entry) * SECTION;
                let left = size - before;
                (extent, data_len, more) = (Block(extent.0 + before / BLOCK as u64), left.min(SECTION), left > SECTION);
            }
        }
        let flags = flags(tree, node).with(if more { FileFlags::MULTI_EXTENT } else { FileFlags::NONE });
        Written { told, extent, data_len, flags }
    }

    fn directory_record(&self, tree: &Tree, record: u32, written: &Written<'_>, identifier: &[u8], out: &mut Vec<u8>) {
        let mut system_use = [0; MOST_BYTES];
        let mut used = 0;
        if self.view.manner.rock_ridge {
            let room = MOST_BYTES - DirectoryRecord::base_len(identifier.len());
            let next = self.area_after(record, 0);
            // It was packed when it was measured.
            if let Ok(packing) = ridge::packing(tree, &written.told, room) {
                used = packing.encode(0, next, &mut system_use);
            }
        }
        let encoded = DirectoryRecord {
            extent: address(written.extent),
            data_len: u32::try_from(written.data_len).unwrap_or(u32::MAX),
            recorded: recording_time(tree.attributes(written.told.node).modified),
            flags: written.flags,
            volume_sequence: 1,
            identifier,
            system_use: &system_use[..used],
            ..DirectoryRecord::default()
        };
        out.resize(encoded.len(), 0);
        encoded.encode(out);
    }

    /// Block and byte of the area that comes after another of a record.
    fn area_after(&self, record: u32, number: u8) -> (u32, u32) {
        let areas = &self.view.areas;
        let found = areas.binary_search_by_key(&(record, number + 1), |area| (area.record, area.number));
        found.map_or((0, 0), |at| {
            let at = areas[at].at;
            let block = self.at[DIRECTORIES].0 + at / BLOCK as u64;
            (address(Block(block)), number_of(at % BLOCK as u64))
        })
    }

    /// Writes a block of areas, each of which is whole in its block.
    fn areas(&self, tree: &Tree, data: &FileData, block: u64, out: &mut [u8]) {
        out.fill(0);
        let areas = &self.view.areas;
        let first = areas.partition_point(|area| area.at / (BLOCK as u64) < block);
        for &Area { record, number, at } in areas[first..].iter().take_while(|area| area.at / BLOCK as u64 == block) {
            let mut identifier = Vec::new();
            let written = self.written(tree, data, record, &mut identifier);
            let room = MOST_BYTES - DirectoryRecord::base_len(identifier.len());
            if let Ok(packing) = ridge::packing(tree, &written.told, room) {
                let at = number_of(at % BLOCK as u64) as usize;
                packing.encode(usize::from(number), self.area_after(record, number), &mut out[at..]);
            }
        }
    }
}

/// Serial numbers, by which the names of one file are known. They are no places in the tree: how that came to be makes no
/// difference to an image.
mod serial {
    use super::{Block, number_of};
    use crate::Content;

    const BLOCKS: u32 = 1 << 16;
    const OTHERS: u32 = BLOCKS + (1 << 31);

    /// There are fewer than 65,536 folders.
    pub fn of_folder(place: u32) -> u32 {
        place + 1
    }

    /// Of a file that begins at a block; these are numbers of 31 bits.
    pub fn of_block(block: Block) -> u32 {
        BLOCKS.wrapping_add(number_of(block.0))
    }

    /// Of a file without bytes, each of which begins where all others do.
    pub fn of_content(content: Content) -> u32 {
        OTHERS.wrapping_add(number_of(content.0 & 0x3FFF_FFFF) * 2)
    }

    /// Of what is no file, and has but one name.
    pub fn of_record(record: u32) -> u32 {
        OTHERS.wrapping_add((record & 0x3FFF_FFFF) * 2 + 1)
    }
}

fn flags(tree: &Tree, node: NodeId) -> FileFlags {
    match tree.kind(node) {
        Kind::Directory => hidden(tree, node).with(FileFlags::DIRECTORY),
        _ => hidden(tree, node),
    }
}

fn hidden(tree: &Tree, node: NodeId) -> FileFlags {
    if tree.attributes(node).hidden { FileFlags::HIDDEN } else { FileFlags::NONE }
}

/// An image has fewer blocks than 32 bits can number, which the plan has seen to.
pub(super) fn address(block: Block) -> u32 {
    number_of(block.0)
}

fn number_of(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
