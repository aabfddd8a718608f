//! [`View`]: the tree in the order in which its entries stand on the volume.
//!
//! A folder's entry comes first, then its names, then the entries of its files, then the folders in it. Whoever lists a
//! folder reads forward only.

use std::collections::HashMap;

use imapi_volume_structs::udf::{FileIdentifier, text};

use super::{
    allocation::{Manner, small},
    link, names,
};
use crate::{
    Attributes, Content, Kind, NodeId, Tree,
    named::Named,
    plan::{
        FileData, PlanError,
        pack::{BLOCK, Packed, Packer, Rule},
    },
};

/// What stands before the root's entry: the descriptor of the file set, and the end of its sequence.
pub(super) const BEFORE_ROOT: u64 = 2;

/// How the tree is to be seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub manner: Manner,
    /// Links and special files are there, and everything has its owner and its mode.
    pub owners: bool,
    /// What is small lies in its entry.
    pub embed: bool,
    pub has_streams: bool,
}

/// The tree. Twenty bytes a file; what stands in its entry comes from the tree when that is written.
#[derive(Debug)]
pub(super) struct View {
    pub seen: Seen,
    /// What has an entry of its own, in the order of their blocks.
    units: Vec<Unit>,
    /// In the order of their units.
    folders: Vec<Folder>,
    /// What is in all folders, one folder after the other.
    entries: Vec<Named>,
    /// Of each node of the tree its unit. Names of one file have one.
    places: Vec<u32>,
    /// Nodes that share the entry of another, each behind its unit, in this order.
    links: Vec<(u32, NodeId)>,
    /// The names in those folders that have blocks for them.
    pub names: Packed,
    /// All blocks.
    pub blocks: u64,
}

/// A file or folder with an entry of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub node: NodeId,
    /// Its first block, counted from that of the file set.
    pub block: u32,
}

/// A folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Folder {
    /// Its unit.
    pub unit: u32,
    /// The unit of the folder that it is in.
    pub parent: u32,
    /// Its first entry.
    entries: u32,
    /// Folders in it.
    pub folders: u32,
    /// Bytes of its names.
    pub bytes: u32,
    /// The first block of its names, counted through all folders that have blocks for them.
    pub names: u32,
    /// Its first record there.
    records: u32,
}

/// No unit.
const NONE: u32 = u32::MAX;

impl View {
    pub fn new(seen: Seen, tree: &Tree, data: &FileData) -> Result<Self, PlanError> {
        let mut builder = Builder {
            seen,
            tree,
            data,
            units: Vec::new(),
            folders: Vec::new(),
            entries: Vec::new(),
            places: vec![NONE; tree.numbers()],
            links: Vec::new(),
            shared: HashMap::new(),
            names: Packer::new(Rule::Spanning),
            records: 0,
            blocks: BEFORE_ROOT,
        };
        let mut waiting = vec![(NodeId::ROOT, 0)];
        while let Some((node, parent)) = waiting.pop() {
            let unit = small(builder.units.len() as u64);
            let begins = waiting.len();
            for named in builder.folder(node, parent)? {
                if matches!(tree.kind(named.node), Kind::Directory) {
                    waiting.push((named.node, unit));
                }
            }
            waiting[begins..].reverse();
        }
        let Builder { units, folders, entries, places, mut links, names, blocks, .. } = builder;
        if blocks > u64::from(u32::MAX) {
            return Err(PlanError::ImageTooBig { blocks });
        }
        links.sort_unstable();
        Ok(Self { seen, units, folders, entries, places, links, names: names.finish(), blocks })
    }

    /// The unit that has a block, counted from that of the file set. What fills up the last cluster is nobody's.
    pub fn unit_at(&self, block: u64) -> Option<Unit> {
        if block >= self.blocks {
            return None;
        }
        let after = self.units.partition_point(|unit| u64::from(unit.block) <= block);
        self.units[..after].last().copied()
    }

    pub fn unit(&self, place: u32) -> Unit {
        self.units[place as usize]
    }

    /// The unit of a node that has one.
    pub fn unit_of(&self, node: NodeId) -> Unit {
        self.unit(self.places[node.place()])
    }

    /// The folder of a unit.
    pub fn folder_of(&self, node: NodeId) -> Option<&Folder> {
        let place = self.places[node.place()];
        self.folders.binary_search_by_key(&place, |folder| folder.unit).ok().map(|at| &self.folders[at])
    }

    /// What is in all folders, one folder after the other.
    pub fn all_entries(&self) -> &[Named] {
        &self.entries
    }

    /// What is in a folder.
    pub fn entries(&self, folder: &Folder) -> &[Named] {
        let next = self.folders.partition_point(|other| other.unit <= folder.unit);
        let end = self.folders.get(next).map_or(self.entries.len(), |next| next.entries as usize);
        &self.entries[folder.entries as usize..end]
    }

    /// The folder that has a record, and which of its records it is: 0 is of the folder that it is in.
    pub fn record(&self, record: u32) -> (&Folder, u32) {
        // Folders without records have the number that comes next, so that the last is the one that has it.
        let after = self.folders.partition_point(|folder| folder.records <= record);
        let folder = &self.folders[after.saturating_sub(1)];
        (folder, record - folder.records)
    }

    /// The number by which files are told from each other, the same for all names of one.
    pub fn id_of(&self, node: NodeId) -> u64 {
        Self::id(self.places[node.place()])
    }

    /// The number of a name. Those of one file have different ones.
    pub fn id_of_name(&self, node: NodeId) -> u64 {
        match self.links.binary_search(&(self.places[node.place()], node)) {
            Ok(at) => Self::id(small((self.units.len() + at) as u64)),
            Err(_) => self.id_of(node),
        }
    }

    /// How many names lead to the entry of a node.
    pub fn names_of(&self, node: NodeId) -> u32 {
        let unit = self.places[node.place()];
        let from = self.links.partition_point(|&(other, _)| other < unit);
        let links = self.links[from..].partition_point(|&(other, _)| other == unit);
        small(1 + links as u64)
    }

    /// The number that comes next.
    pub fn next_id(&self) -> u64 {
        Self::id(small((self.units.len() + self.links.len()) as u64))
    }

    /// The root is 0, and numbers below 16 are not for files.
    fn id(place: u32) -> u64 {
        if place == 0 { 0 } else { u64::from(place) + 15 }
    }

    /// Names of files, and folders with the root.
    pub fn counts(&self) -> (u32, u32) {
        let folders = self.folders.len();
        (small((self.entries.len() + 1 - folders) as u64), small(folders as u64))
    }
}

/// Bytes of a name in a folder, as its record has them.
pub(super) fn record_len(name: &str) -> u64 {
    FileIdentifier::len_with(text::encoded_len(name), 0) as u64
}

/// Bytes of the record of the folder that a folder is in, which has no name.
pub(super) const PARENT_LEN: u64 = FileIdentifier::len_with(0, 0) as u64;

struct Builder<'a> {
    seen: Seen,
    tree: &'a Tree,
    data: &'a FileData,
    units: Vec<Unit>,
    folders: Vec<Folder>,
    entries: Vec<Named>,
    places: Vec<u32>,
    links: Vec<(u32, NodeId)>,
    /// The first node with contents that several have.
    shared: HashMap<Content, (NodeId, Attributes)>,
    names: Packer,
    records: u32,
    blocks: u64,
}

impl Builder<'_> {
    /// Takes in a folder and the files in it, and returns what is in it.
    fn folder(&mut self, node: NodeId, parent: u32) -> Result<Vec<Named>, PlanError> {
        let tree = self.tree;
        let shown = tree.children(node).filter(|&node| self.is_shown(node));
        let named = names::assign(tree, shown)
            .map_err(|node| PlanError::NoUniqueName { path: tree.path(node), file_system: "UDF" })?;
        let len = |named: &Named| record_len(&names::name(tree.name(named.node), named.number));
        let lens: Vec<u64> = named.iter().map(len).collect();
        let bytes = PARENT_LEN + lens.iter().sum::<u64>();
        let mut folder = Folder {
            unit: small(self.units.len() as u64),
            parent,
            entries: small(self.entries.len() as u64),
            folders: 0,
            bytes: u32::try_from(bytes).map_err(|_| PlanError::TooBig {
                path: tree.path(node),
                size: bytes,
                file_system: "UDF",
            })?,
            names: small(self.names.blocks() as u64),
            records: self.records,
        };
        let mut blocks = 1;
        if !self.seen.embed || bytes > self.seen.manner.room() as u64 {
            self.names.next_block();
            for len in [PARENT_LEN].into_iter().chain(lens) {
                self.names.push(u16::try_from(len).unwrap_or(u16::MAX));
                self.records += 1;
            }
            blocks += bytes.div_ceil(BLOCK as u64);
        }
        self.push(node, blocks);
        for named in &named {
            match tree.kind(named.node) {
                Kind::Directory => folder.folders += 1,
                Kind::File { size, content } => self.file(named.node, size, content),
                Kind::Link { .. } => self.link(named.node)?,
                Kind::Special { .. } => self.push(named.node, 1),
            }
        }
        self.entries.extend_from_slice(&named);
        self.folders.push(folder);
        Ok(named)
    }

    /// Without owners there are but files and folders.
    fn is_shown(&self, node: NodeId) -> bool {
        match self.tree.kind(node) {
            Kind::Directory | Kind::File { .. } => true,
            Kind::Link { .. } => self.seen.owners,
            Kind::Special { .. } => {
                self.seen.owners && super::entry::special_type(&self.tree.attributes(node)).is_some()
            }
        }
    }

    fn push(&mut self, node: NodeId, blocks: u64) {
        self.places[node.place()] = small(self.units.len() as u64);
        self.units.push(Unit { node, block: small(self.blocks) });
        self.blocks += blocks;
    }

    /// A file has an entry of its own, unless it is another name of one that has.
    fn file(&mut self, node: NodeId, size: u64, content: Content) {
        let tree = self.tree;
        if self.data.names_of(content) > 1 {
            let attributes = tree.attributes(node);
            match self.shared.get(&content) {
                Some(&(first, same)) if same == attributes && tree.streams(first) == tree.streams(node) => {
                    let unit = self.places[first.place()];
                    self.places[node.place()] = unit;
                    self.links.push((unit, node));
                    return;
                }
                Some(_) => {}
                None => {
                    self.shared.insert(content, (node, attributes));
                }
            }
        }
        let mut blocks = 1 + self.further(size, content);
        if self.seen.has_streams && !tree.streams(node).is_empty() {
            blocks += StreamPlan::new(self.seen, tree, self.data, node).blocks;
        }
        self.push(node, blocks);
    }

    fn further(&self, size: u64, content: Content) -> u64 {
        further(self.seen, self.data, size, content)
    }

    fn link(&mut self, node: NodeId) -> Result<(), PlanError> {
        let target = self.tree.link_target(node).unwrap_or_default();
        let bytes = link::path(target).map(|path| path.len() as u64).map_err(|found| PlanError::LinkTooLong {
            path: self.tree.path(node),
            file_system: "UDF",
            found: found as u64,
            limit: link::LONGEST_STEP as u64,
        })?;
        let blocks = if bytes > self.seen.manner.room() as u64 { bytes.div_ceil(BLOCK as u64) } else { 0 };
        self.push(node, 1 + blocks);
        Ok(())
    }
}

/// How many blocks behind its entry the descriptors of a file take.
pub(super) fn further(seen: Seen, data: &FileData, size: u64, content: Content) -> u64 {
    if data.has_blocks(content) { seen.manner.further_blocks(size) } else { 0 }
}

/// Where the streams of a file are, behind its own blocks: the entry of their folder, its names when these have blocks,
/// then each stream's entry.
#[derive(Debug)]
pub(super) struct StreamPlan {
    pub names: Vec<String>,
    /// Bytes of the names.
    pub bytes: u64,
    /// Blocks of the names.
    pub names_blocks: u64,
    /// The first block of each stream, counted from the entry of their folder.
    pub begins: Vec<u64>,
    pub blocks: u64,
}

impl StreamPlan {
    pub fn new(seen: Seen, tree: &Tree, data: &FileData, node: NodeId) -> Self {
        let names = names::streams(tree, node);
        let bytes = PARENT_LEN + names.iter().map(|name| record_len(name)).sum::<u64>();
        let names_blocks = if bytes > seen.manner.room() as u64 { bytes.div_ceil(BLOCK as u64) } else { 0 };
        let mut blocks = 1 + names_blocks;
        let mut begins = Vec::with_capacity(names.len());
        for stream in tree.streams(node) {
            begins.push(blocks);
            blocks += 1 + further(seen, data, stream.size, stream.content);
        }
        Self { names, bytes, names_blocks, begins, blocks }
    }
}
