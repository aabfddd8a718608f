//! Records of directories, path tables and further areas, written when somebody reads their blocks.

use imapi_disc_types::Block;
use imapi_volume_structs::iso9660::{ByteOrder, DirectoryRecord, FileFlags, PARENT, PathRecord, SELF};

use super::{
    DIRECTORIES, TABLE_BIG, TABLE_LITTLE, Volume,
    ridge::{self, MOST_BYTES, Of},
    time::recording_time,
    view::{Area, Folder, Record, SECTION, number, table_identifier},
};
use crate::{
    Kind, NodeId, Tree,
    plan::{FileData, pack::BLOCK},
};

/// A record of a directory before it is bytes.
struct Written {
    node: NodeId,
    of: Of,
    /// Names that the file has; for a folder what its parent, itself and the folders in it make.
    links: u32,
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
                view.table.render(block, out, |folder, out| self.path_record(tree, folder, order, out));
            }
            _ if view.directories.block(block).0.is_empty() => self.areas(tree, data, block, out),
            _ => view.directories.render(block, out, |record, out| {
                let mut identifier = Vec::new();
                let written = self.written(tree, data, record, &mut identifier);
                self.directory_record(tree, record, &written, &identifier, out);
            }),
        }
    }

    fn path_record(&self, tree: &Tree, folder: u32, order: ByteOrder, out: &mut Vec<u8>) {
        let folder = &self.view.folders[folder as usize];
        let mut identifier = Vec::new();
        table_identifier(self.view.manner.naming, tree, folder, &mut identifier);
        let record = PathRecord {
            extended_attribute_len: 0,
            extent: address(self.block_of(folder)),
            // There are no more than 65,535, counted from 1.
            parent: u16::try_from(folder.parent + 1).unwrap_or(u16::MAX),
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

    /// What a record says; its name goes into the buffer.
    fn written(&self, tree: &Tree, data: &FileData, record: u32, identifier: &mut Vec<u8>) -> Written {
        let view = &self.view;
        let place = view.folder_of(record);
        let folder = &view.folders[place];
        let (of_folder, of) = match view.record(place, record) {
            Record::Itself => {
                identifier.extend(SELF);
                (folder, if place == 0 { Of::Root } else { Of::Folder })
            }
            Record::Parent => {
                identifier.extend(PARENT);
                (&view.folders[folder.parent as usize], Of::Folder)
            }
            Record::Entry(entry) => {
                let named = view.entries[entry as usize];
                view.manner.naming.identifier(tree, named, identifier);
                match view.numbers.get(&named.node) {
                    Some(&place) => (&view.folders[place as usize], Of::Child),
                    None => return self.file(tree, data, entry),
                }
            }
        };
        let node = of_folder.named.node;
        Written {
            node,
            of,
            links: 2 + of_folder.folders,
            extent: self.block_of(of_folder),
            data_len: u64::from(of_folder.blocks) * BLOCK as u64,
            flags: flags(tree, node),
        }
    }

    /// The record of a file, or of an extent of it.
    fn file(&self, tree: &Tree, data: &FileData, entry: u32) -> Written {
        let node = self.view.entries[entry as usize].node;
        let (links, extent, data_len, more) = match tree.kind(node) {
            Kind::File { size, content } if size > u64::from(u32::MAX) => {
                let before = self.view.section(entry) * SECTION;
                let extent = Block(data.block_of(content).0 + before / BLOCK as u64);
                let left = size - before;
                (data.names_of(content), extent, left.min(SECTION), left > SECTION)
            }
            Kind::File { size, content } => (data.names_of(content), data.block_of(content), size, false),
            _ => (1, data.nothing(), 0, false),
        };
        let flags = flags(tree, node).with(if more { FileFlags::MULTI_EXTENT } else { FileFlags::NONE });
        Written { node, of: Of::Child, links, extent, data_len, flags }
    }

    fn directory_record(&self, tree: &Tree, record: u32, written: &Written, identifier: &[u8], out: &mut Vec<u8>) {
        let mut system_use = [0; MOST_BYTES];
        let mut used = 0;
        if self.view.manner.rock_ridge {
            let room = MOST_BYTES - DirectoryRecord::base_len(identifier.len());
            let next = self.area_after(record, 0);
            // It was packed when it was measured.
            if let Ok(packing) = ridge::packing(tree, written.node, written.of, written.links, room) {
                used = packing.encode(0, next, &mut system_use);
            }
        }
        let encoded = DirectoryRecord {
            extent: address(written.extent),
            data_len: u32::try_from(written.data_len).unwrap_or(u32::MAX),
            recorded: recording_time(tree.attributes(written.node).modified),
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
            if let Ok(packing) = ridge::packing(tree, written.node, written.of, written.links, room) {
                let at = number_of(at % BLOCK as u64) as usize;
                packing.encode(usize::from(number), self.area_after(record, number), &mut out[at..]);
            }
        }
    }
}

fn flags(tree: &Tree, node: NodeId) -> FileFlags {
    let hidden = if tree.attributes(node).hidden { FileFlags::HIDDEN } else { FileFlags::NONE };
    match tree.kind(node) {
        Kind::Directory => hidden.with(FileFlags::DIRECTORY),
        _ => hidden,
    }
}

/// An image has fewer blocks than 32 bits can number, which the plan has seen to.
pub(super) fn address(block: Block) -> u32 {
    number_of(block.0)
}

fn number_of(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
