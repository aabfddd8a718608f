//! [`View`]: a tree as one set of volume descriptor, path tables and directories has it.

use std::collections::HashMap;

use imapi_volume_structs::iso9660::{PARENT, SELF};

use super::{
    moved::{self, MovedInto},
    names::Naming,
    ridge::Of,
};
use crate::{NodeId, Tree, named::Named, plan::pack::Packed};

/// How the tree is to be seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// For messages.
    pub file_system: &'static str,
    pub naming: Naming,
    pub rock_ridge: bool,
    pub deep: Deep,
    /// Whether a file may have several extents.
    pub sections: bool,
}

/// What becomes of folders below the eighth level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deep {
    /// They are none of this file system's.
    Refused,
    /// They stay where they are.
    Stay,
    /// They are moved, and Rock Ridge tells from where.
    Moved,
}

/// What of a file is in an extent, when it has several: whole blocks, less than 4 GiB.
pub(crate) const SECTION: u64 = 0xFFFF_F800;

/// The tree, in the order of records. Eight bytes a record: what stands in them comes from the tree when they are written.
#[derive(Debug)]
pub(super) struct View {
    pub manner: Manner,
    /// In the order in which they were found, the root first.
    pub folders: Vec<Folder>,
    /// In the order of the path table.
    pub path: Vec<u32>,
    /// In the order of their directories, and so of their records.
    pub laid: Vec<u32>,
    /// What is in all folders, one folder after the other. A file of several extents is there once for each.
    pub entries: Vec<Named>,
    pub numbers: HashMap<NodeId, u32>,
    pub moved: Option<MovedInto>,
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
    /// The place among the folders of that which its directory is in.
    pub parent: u32,
    /// The place of that which it belongs into: another only where it was moved.
    pub home: u32,
    /// Its place in the path table.
    pub number: u32,
    /// Its first entry.
    pub entries: u32,
    /// How many entries it has.
    pub count: u32,
    /// Its record of itself, counted through all directories.
    pub record: u32,
    /// Its first block, counted from the first of all directories.
    pub block: u32,
    pub blocks: u32,
    /// Folders that belong into it.
    pub folders: u32,
    /// Where its directory is; the root is on the first level.
    pub level: u32,
    /// Whether it is below the folder that others are moved into.
    pub below: bool,
}

impl Folder {
    pub fn new(named: Named, home: u32, level: u32) -> Self {
        Self {
            named,
            parent: home,
            home,
            number: 0,
            entries: 0,
            count: 0,
            record: 0,
            block: 0,
            blocks: 0,
            folders: 0,
            level,
            below: false,
        }
    }

    pub fn is_moved(&self) -> bool {
        self.parent != self.home
    }
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

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Subject {
    pub of: Of,
    pub what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A folder, by its place.
    Folder(u32),
    /// Anything else, by its entry.
    Entry(u32),
}

impl View {
    /// The folder that a record is in, and which of its records it is; it is counted through all directories.
    pub fn record(&self, record: u32) -> (u32, Record) {
        let after = self.laid.partition_point(|&place| self.folder(place).record <= record);
        // The root's records are the first of all.
        let place = self.laid[after.saturating_sub(1)];
        let folder = self.folder(place);
        let which = match record - folder.record {
            0 => Record::Itself,
            1 => Record::Parent,
            entry => Record::Entry(folder.entries + entry - 2),
        };
        (place, which)
    }

    pub fn folder(&self, place: u32) -> &Folder {
        &self.folders[place as usize]
    }

    fn is_moved_into(&self, place: u32) -> bool {
        self.moved.as_ref().is_some_and(|moved| moved.folder == place)
    }

    /// What a record of a folder is about.
    pub fn subject(&self, tree: &Tree, place: u32, record: Record) -> Subject {
        let folder = self.folder(place);
        let (of, what) = match record {
            Record::Itself => (if place == 0 { Of::Root } else { Of::Folder }, What::Folder(place)),
            Record::Parent if folder.is_moved() => (Of::Home, What::Folder(folder.home)),
            Record::Parent => (Of::Folder, What::Folder(folder.parent)),
            Record::Entry(entry) => match self.folder_of(tree, self.entries[entry as usize].node) {
                None => (Of::Child, What::Entry(entry)),
                Some(child) if self.is_moved_into(child) => (Of::Moved, What::Folder(child)),
                Some(child) if !self.folder(child).is_moved() => (Of::Child, What::Folder(child)),
                Some(child) if self.is_moved_into(place) => (Of::Moved, What::Folder(child)),
                Some(child) => (Of::Placeholder, What::Folder(child)),
            },
        };
        Subject { of, what }
    }

    /// The place of a folder that is an entry, where the root stands for that which others are moved into.
    fn folder_of(&self, tree: &Tree, node: NodeId) -> Option<u32> {
        match &self.moved {
            _ if !moved::is_folder(tree, node) => None,
            Some(moved) if node == NodeId::ROOT => Some(moved.folder),
            _ => self.numbers.get(&node).copied(),
        }
    }

    /// What something is called in Rock Ridge.
    pub fn name<'a>(&self, tree: &'a Tree, subject: Subject) -> &'a [u8] {
        let node = match subject.what {
            What::Folder(place) if self.is_moved_into(place) => {
                return self.moved.as_ref().map_or(b"", |moved| moved.name);
            }
            What::Folder(place) => self.folder(place).named.node,
            What::Entry(entry) => self.entries[entry as usize].node,
        };
        tree.name(node)
    }

    /// Writes the identifier of a record.
    pub fn identifier(&self, tree: &Tree, record: Record, subject: Subject, out: &mut Vec<u8>) {
        let naming = self.manner.naming;
        match (record, subject.of) {
            (Record::Itself, _) => out.extend(SELF),
            (Record::Parent, _) => out.extend(PARENT),
            (Record::Entry(entry), Of::Placeholder) => {
                moved::placeholder(naming, tree, self.entries[entry as usize], out);
            }
            (Record::Entry(entry), _) => self.named_identifier(tree, self.entries[entry as usize], out),
        }
    }

    /// Writes the identifier of a folder in the path table.
    pub fn table_identifier(&self, tree: &Tree, place: u32, out: &mut Vec<u8>) {
        if place == 0 { out.extend(SELF) } else { self.named_identifier(tree, self.folder(place).named, out) }
    }

    fn named_identifier(&self, tree: &Tree, named: Named, out: &mut Vec<u8>) {
        match &self.moved {
            Some(moved) if named.node == NodeId::ROOT => out.extend(moved.identifier.as_bytes()),
            _ => self.manner.naming.identifier(tree, named, out),
        }
    }

    /// Every file and folder once, by the name that it has where its bytes or its directory are.
    pub fn named(&self) -> impl Iterator<Item = Named> + '_ {
        // The folder that others are moved into was the last to be found.
        let moved = self.moved.as_ref().map(|moved| self.folder(moved.folder).entries as usize);
        let (usual, moved) = self.entries.split_at(moved.unwrap_or(self.entries.len()));
        let is_moved = |node| self.numbers.get(&node).is_some_and(|&place| self.folder(place).is_moved());
        let stays = move |named: &Named| self.moved.is_none() || (named.node != NodeId::ROOT && !is_moved(named.node));
        // A file of several extents has as many records, one after the other.
        let once = usual.chunk_by(|one, next| one.node == next.node).map(|records| records[0]);
        once.filter(stays).chain(moved.iter().copied())
    }

    /// Which extent of its file an entry has.
    pub fn section(&self, entry: u32) -> u64 {
        let entry = entry as usize;
        self.entries[..entry].iter().rev().take_while(|before| before.node == self.entries[entry].node).count() as u64
    }
}

/// Records and names are shorter.
pub(super) fn small(len: usize) -> u16 {
    u16::try_from(len).unwrap_or(u16::MAX)
}

/// A tree has fewer nodes, and directories fewer blocks.
pub(super) fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
