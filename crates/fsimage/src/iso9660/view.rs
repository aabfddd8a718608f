//! [`View`]: a tree as one set of volume descriptor, path tables and directories has it.

use std::collections::HashMap;

use imapi_volume_structs::iso9660::{DirectoryRecord, PARENT, PathRecord, SELF, order};

use super::{
    names::Naming,
    ridge::{self, MOST_BYTES, Of},
};
use crate::{
    Kind, NodeId, Tree,
    named::Named,
    plan::{
        PlanError,
        pack::{BLOCK, Packed, Packer, Rule},
    },
};

/// How the tree is to be seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// For messages.
    pub file_system: &'static str,
    pub naming: Naming,
    pub rock_ridge: bool,
    /// Whether folders may lie below the eighth level.
    pub deep: bool,
    /// Whether a file may have several extents.
    pub sections: bool,
}

/// What of a file is in an extent, when it has several: whole blocks, less than 4 GiB.
pub(super) const SECTION: u64 = 0xFFFF_F800;

/// The tree, in the order of records. Eight bytes a record: what stands in them comes from the tree when they are written.
#[derive(Debug)]
pub(super) struct View {
    pub manner: Manner,
    /// In the order of the path table.
    pub folders: Vec<Folder>,
    /// What is in all folders, one folder after the other. A file of several extents is there once for each.
    pub entries: Vec<Named>,
    pub numbers: HashMap<NodeId, u32>,
    pub directories: Packed,
    pub table: Packed,
    /// Where system use areas go on, in the order of their records. Those of a folder are in blocks behind its directory:
    /// whoever reads an image from front to back needs them before he comes to what they tell of.
    pub areas: Vec<Area>,
}

/// A folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folder {
    pub named: Named,
    /// Its parent's place among the folders.
    pub parent: u32,
    /// Its first entry.
    pub entries: u32,
    /// Its first block, counted from the first of all directories.
    pub block: u32,
    pub blocks: u32,
    /// Folders in it.
    pub folders: u32,
    level: u32,
}

/// A further area of a record's system use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Area {
    /// The record, counted through all directories.
    pub record: u32,
    /// Which of its areas; 0 is in the record.
    pub number: u8,
    /// The first byte, counted from the first block of all directories.
    pub at: u64,
}

/// Which record of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Record {
    Itself,
    Parent,
    Entry(u32),
}

impl View {
    pub fn new(manner: Manner, tree: &Tree) -> Result<Self, PlanError> {
        let mut builder = Builder {
            manner,
            tree,
            folders: vec![Folder {
                named: Named { node: NodeId::ROOT, number: 0 },
                parent: 0,
                entries: 0,
                block: 0,
                blocks: 0,
                folders: 0,
                level: 1,
            }],
            entries: Vec::new(),
            directories: Packer::new(Rule::Whole),
            records: 0,
            areas: Vec::new(),
            area_packer: Packer::new(Rule::Whole),
            identifier: Vec::new(),
        };
        let mut at = 0;
        while at < builder.folders.len() {
            builder.folder(at)?;
            at += 1;
        }
        let Builder { folders, entries, directories, areas, mut identifier, .. } = builder;
        let mut table = Packer::new(Rule::Spanning);
        for folder in &folders {
            identifier.clear();
            table_identifier(manner.naming, tree, folder, &mut identifier);
            let record = PathRecord { extended_attribute_len: 0, extent: 0, parent: 0, identifier: &identifier };
            table.push(small(record.len()));
        }
        let numbers = folders.iter().map(|folder| folder.named.node).zip(0..).collect();
        let (directories, table) = (directories.finish(), table.finish());
        Ok(Self { manner, folders, entries, numbers, directories, table, areas })
    }

    /// The folder that a record is in, both counted through all directories.
    pub fn folder_of(&self, record: u32) -> usize {
        let mut folders = 0..self.folders.len();
        while folders.len() > 1 {
            let middle = folders.start + folders.len() / 2;
            if self.first_record(middle) <= record { folders.start = middle } else { folders.end = middle }
        }
        folders.start
    }

    /// The record of a folder of itself: there are two in each that are no entries.
    fn first_record(&self, folder: usize) -> u32 {
        self.folders[folder].entries + 2 * number(folder)
    }

    /// Which record of its folder this is.
    pub fn record(&self, folder: usize, record: u32) -> Record {
        match record - self.first_record(folder) {
            0 => Record::Itself,
            1 => Record::Parent,
            entry => Record::Entry(self.folders[folder].entries + entry - 2),
        }
    }

    /// Which extent of its file an entry has.
    pub fn section(&self, entry: u32) -> u64 {
        let entry = entry as usize;
        self.entries[..entry].iter().rev().take_while(|before| before.node == self.entries[entry].node).count() as u64
    }
}

/// The name of a folder in the path table.
pub(super) fn table_identifier(naming: Naming, tree: &Tree, folder: &Folder, out: &mut Vec<u8>) {
    if folder.named.node == NodeId::ROOT { out.extend(SELF) } else { naming.identifier(tree, folder.named, out) }
}

struct Builder<'a> {
    manner: Manner,
    tree: &'a Tree,
    folders: Vec<Folder>,
    entries: Vec<Named>,
    directories: Packer,
    records: u32,
    areas: Vec<Area>,
    /// Of the areas of this folder.
    area_packer: Packer,
    identifier: Vec<u8>,
}

impl Builder<'_> {
    /// Takes in what is in a folder, and puts the folders in it behind those that are known.
    fn folder(&mut self, at: usize) -> Result<(), PlanError> {
        let Self { manner, tree, .. } = *self;
        let node = self.folders[at].named.node;
        let included = tree.children(node).filter(|&node| self.is_shown(node));
        let named = manner
            .naming
            .assign(tree, included)
            .map_err(|node| PlanError::NoUniqueName { path: tree.path(node), file_system: manner.file_system })?;

        self.directories.next_block();
        let block = self.directories.blocks();
        let areas = self.areas.len();
        self.folders[at].entries = number(self.entries.len());
        let parent = self.folders[self.folders[at].parent as usize].named.node;
        self.push(node, if node == NodeId::ROOT { Of::Root } else { Of::Folder }, SELF.len())?;
        self.push(parent, Of::Folder, PARENT.len())?;
        let mut inside = Vec::new();
        for named in named {
            let mut identifier = std::mem::take(&mut self.identifier);
            identifier.clear();
            manner.naming.identifier(tree, named, &mut identifier);
            for _ in 0..self.sections(named.node)? {
                self.push(named.node, Of::Child, identifier.len())?;
                self.entries.push(named);
            }
            if matches!(tree.kind(named.node), Kind::Directory) {
                inside.push((identifier.clone(), named));
            }
            self.identifier = identifier;
        }
        let folder = &mut self.folders[at];
        folder.block = number(block);
        folder.blocks = number(self.directories.blocks() - block);
        folder.folders = number(inside.len());
        let level = folder.level + 1;
        let base = (self.directories.blocks() * BLOCK) as u64;
        self.areas[areas..].iter_mut().for_each(|area| area.at += base);
        let packer = std::mem::replace(&mut self.area_packer, Packer::new(Rule::Whole));
        self.directories.leave(packer.finish().blocks());

        // Path tables have an order of their own: a dot is a character there like any other.
        inside.sort_by(|(a, _), (b, _)| order::compare_path_records((0, a), (0, b), manner.naming.filler()));
        if level > 8 && !manner.deep {
            if let Some((_, named)) = inside.first() {
                return Err(PlanError::TooDeep { path: tree.path(named.node) });
            }
        }
        let parent = number(at);
        let new = Folder { named: self.folders[at].named, parent, entries: 0, block: 0, blocks: 0, folders: 0, level };
        self.folders.extend(inside.into_iter().map(|(_, named)| Folder { named, ..new }));
        if self.folders.len() > usize::from(u16::MAX) {
            return Err(PlanError::TooManyFolders { file_system: manner.file_system });
        }
        Ok(())
    }

    /// Links and special files are Rock Ridge's.
    fn is_shown(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            Kind::Directory | Kind::File { .. } => true,
            Kind::Link { .. } | Kind::Special { .. } => self.manner.rock_ridge && ridge::can_tell(self.tree, node),
        }
    }

    /// How many extents a file has.
    fn sections(&self, node: NodeId) -> Result<u64, PlanError> {
        match self.tree.kind(node) {
            Kind::File { size, .. } if size > u64::from(u32::MAX) => {
                if self.manner.sections {
                    return Ok(size.div_ceil(SECTION));
                }
                let file_system = self.manner.file_system;
                Err(PlanError::TooBig { path: self.tree.path(node), size, file_system })
            }
            _ => Ok(1),
        }
    }

    /// Adds a record of a name of so many bytes.
    fn push(&mut self, node: NodeId, of: Of, identifier: usize) -> Result<(), PlanError> {
        let mut len = DirectoryRecord::base_len(identifier);
        if self.manner.rock_ridge {
            let packing = ridge::packing(self.tree, node, of, 1, MOST_BYTES - len)
                .map_err(|_| PlanError::RockRidge { path: self.tree.path(node) })?;
            len += packing.record_len().next_multiple_of(2);
            for (&len, number) in packing.further().iter().zip(1..) {
                let at = self.area_packer.push(len);
                self.areas.push(Area { record: self.records, number, at });
            }
        }
        self.directories.push(small(len));
        self.records += 1;
        Ok(())
    }
}

/// Records and names are shorter.
fn small(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}

/// A tree has fewer nodes, and directories fewer blocks.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
