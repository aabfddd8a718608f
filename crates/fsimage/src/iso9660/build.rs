//! A [`View`] comes to be: folders are found, named and ordered, and then their records laid out.

use std::collections::HashMap;

use imapi_volume_structs::iso9660::{DirectoryRecord, PathRecord, order};

use super::{
    moved::{self, DEEPEST, MovedInto, is_folder},
    ridge::{self, MOST_BYTES, Told},
    view::{Area, Deep, Folder, Manner, Record, SECTION, View, What, number, small},
};
use crate::{
    Kind, NodeId, Tree,
    named::Named,
    plan::{
        PlanError,
        pack::{BLOCK, Packed, Packer, Rule},
    },
};

/// What the root is in lists of folders.
const ROOT: Named = Named { node: NodeId::ROOT, number: 0 };

impl View {
    pub fn new(manner: Manner, tree: &Tree) -> Result<Self, PlanError> {
        let mut view = Self {
            manner,
            folders: vec![Folder::new(ROOT, 0, 1)],
            path: Vec::new(),
            laid: Vec::new(),
            entries: Vec::new(),
            numbers: HashMap::new(),
            moved: None,
            directories: Packed::default(),
            table: Packed::default(),
            areas: Vec::new(),
        };
        let mut moved = Vec::new();
        let mut at = 0;
        while at < view.folders.len() {
            view.find(tree, number(at), &mut moved)?;
            at += 1;
        }
        view.numbers = view.folders.iter().map(|folder| folder.named.node).zip(0..).collect();
        if !moved.is_empty() {
            view.move_folders(tree, &moved)?;
        }
        if view.folders.len() > usize::from(u16::MAX) {
            return Err(PlanError::TooManyFolders { file_system: manner.file_system });
        }
        view.order(tree);
        view.lay_out(tree)?;
        Ok(view)
    }

    /// Takes in what is in a folder, and puts the folders in it behind those that are known.
    fn find(&mut self, tree: &Tree, place: u32, moved: &mut Vec<u32>) -> Result<(), PlanError> {
        let manner = self.manner;
        let Folder { named: Named { node, .. }, level, below, .. } = *self.folder(place);
        let included = tree.children(node).filter(|&node| self.is_shown(tree, node));
        let mut named = self.assign(tree, included)?;
        if level == DEEPEST && manner.deep == Deep::Moved {
            moved::as_placeholders(manner.naming, tree, &mut named);
        }
        let entries = number(self.entries.len());
        let mut folders = 0;
        for named in named {
            for _ in 0..self.sections(tree, named.node)? {
                self.entries.push(named);
            }
            if !is_folder(tree, named.node) {
                continue;
            }
            folders += 1;
            let mut folder = Folder { below, ..Folder::new(named, place, level + 1) };
            if level >= DEEPEST {
                match manner.deep {
                    Deep::Refused => return Err(PlanError::TooDeep { path: tree.path(named.node) }),
                    Deep::Stay => {}
                    Deep::Moved => {
                        // Below the root is the folder that it is moved into.
                        (folder.level, folder.below) = (3, true);
                        moved.push(number(self.folders.len()));
                    }
                }
            }
            self.folders.push(folder);
        }
        // Far more would take long to find, and be refused all the same.
        if self.folders.len() > usize::from(u16::MAX) {
            return Err(PlanError::TooManyFolders { file_system: manner.file_system });
        }
        let count = number(self.entries.len()) - entries;
        let folder = &mut self.folders[place as usize];
        (folder.entries, folder.count, folder.folders) = (entries, count, folders);
        Ok(())
    }

    /// Names for what is in one folder.
    fn assign(&self, tree: &Tree, included: impl Iterator<Item = NodeId>) -> Result<Vec<Named>, PlanError> {
        let Manner { naming, file_system, .. } = self.manner;
        naming.assign(tree, included).map_err(|node| PlanError::NoUniqueName { path: tree.path(node), file_system })
    }

    /// Links and special files are Rock Ridge's.
    fn is_shown(&self, tree: &Tree, node: NodeId) -> bool {
        match tree.kind(node) {
            Kind::Directory | Kind::File { .. } => true,
            Kind::Link { .. } | Kind::Special { .. } => self.manner.rock_ridge && ridge::can_tell(tree, node),
        }
    }

    /// How many extents a file has.
    fn sections(&self, tree: &Tree, node: NodeId) -> Result<u64, PlanError> {
        match tree.kind(node) {
            Kind::File { size, .. } if size > u64::from(u32::MAX) => {
                if self.manner.sections {
                    return Ok(size.div_ceil(SECTION));
                }
                Err(PlanError::TooBig { path: tree.path(node), size, file_system: self.manner.file_system })
            }
            _ => Ok(1),
        }
    }

    /// Puts the folder into the root that others are moved into, and those into it.
    fn move_folders(&mut self, tree: &Tree, moved: &[u32]) -> Result<(), PlanError> {
        let into = number(self.folders.len());
        let root = &self.entries[..self.folders[0].count as usize];
        let none = || PlanError::NoUniqueName { path: "/RR_MOVED".to_string(), file_system: self.manner.file_system };
        let (found, at) = MovedInto::new(self.manner.naming, tree, into, root).ok_or_else(none)?;
        self.moved = Some(found);
        self.entries.insert(at, ROOT);
        self.folders[0].count += 1;
        self.folders[1..].iter_mut().for_each(|folder| folder.entries += 1);

        let nodes: Vec<NodeId> = moved.iter().map(|&place| self.folder(place).named.node).collect();
        let named = self.assign(tree, nodes.into_iter())?;
        let count = number(named.len());
        let entries = number(self.entries.len());
        for named in named {
            let place = self.numbers[&named.node] as usize;
            (self.folders[place].named, self.folders[place].parent) = (named, into);
            self.entries.push(named);
        }
        self.folders.push(Folder { entries, count, folders: count, ..Folder::new(ROOT, 0, 2) });
        Ok(())
    }

    /// Orders folders for the path table: level by level, in the order of their parents, then of their names. A dot is a
    /// character there like any other. Directories have the same order, but for what is moved: libarchive, which reads an
    /// image from front to back, has to see all of that before it comes to the first placeholder that is not moved itself.
    fn order(&mut self, tree: &Tree) {
        let mut inside: Vec<Vec<u32>> = vec![Vec::new(); self.folders.len()];
        for (folder, place) in self.folders.iter().zip(0..).skip(1) {
            inside[folder.parent as usize].push(place);
        }
        self.path = vec![0];
        let mut at = 0;
        while at < self.path.len() {
            let place = self.path[at];
            self.folders[place as usize].number = number(at);
            let mut children = std::mem::take(&mut inside[place as usize]);
            children.sort_by_cached_key(|&place| {
                let mut identifier = Vec::new();
                self.table_identifier(tree, place, &mut identifier);
                InTable { identifier, filler: self.manner.naming.filler() }
            });
            self.path.extend(children);
            at += 1;
        }
        self.laid.clone_from(&self.path);
        if self.moved.is_some() {
            let is_last = |folder: &Folder| folder.level == DEEPEST && !folder.below;
            self.laid.sort_by_key(|&place| is_last(&self.folders[place as usize]));
        }
    }

    /// Gives each record its place in the directories, and in the path table.
    fn lay_out(&mut self, tree: &Tree) -> Result<(), PlanError> {
        let mut directories = Packer::new(Rule::Whole);
        let mut records = 0;
        let mut identifier = Vec::new();
        for at in 0..self.laid.len() {
            let place = self.laid[at];
            directories.next_block();
            let block = directories.blocks();
            let first_area = self.areas.len();
            let mut area_packer = Packer::new(Rule::Whole);
            let Folder { entries, count, .. } = *self.folder(place);
            self.folders[place as usize].record = records;
            let known = [Record::Itself, Record::Parent].into_iter();
            for record in known.chain((entries..entries + count).map(Record::Entry)) {
                let len = self.measure(tree, (place, record), records, &mut identifier, &mut area_packer)?;
                directories.push(small(len));
                records += 1;
            }
            let folder = &mut self.folders[place as usize];
            folder.block = number(block);
            folder.blocks = number(directories.blocks() - block);
            let base = (directories.blocks() * BLOCK) as u64;
            self.areas[first_area..].iter_mut().for_each(|area| area.at += base);
            directories.leave(area_packer.finish().blocks());
        }
        self.directories = directories.finish();

        let mut table = Packer::new(Rule::Spanning);
        for &place in &self.path {
            identifier.clear();
            self.table_identifier(tree, place, &mut identifier);
            let record = PathRecord { extended_attribute_len: 0, extent: 0, parent: 0, identifier: &identifier };
            table.push(small(record.len()));
        }
        self.table = table.finish();
        Ok(())
    }

    /// The length of a record. Its further areas are noted, each by where it is in those of its folder.
    fn measure(
        &mut self,
        tree: &Tree,
        (place, record): (u32, Record),
        number: u32,
        identifier: &mut Vec<u8>,
        area_packer: &mut Packer,
    ) -> Result<usize, PlanError> {
        let subject = self.subject(tree, place, record);
        identifier.clear();
        self.identifier(tree, record, subject, identifier);
        let mut len = DirectoryRecord::base_len(identifier.len());
        if self.manner.rock_ridge {
            let node = match subject.what {
                What::Folder(place) => self.folder(place).named.node,
                What::Entry(entry) => self.entries[entry as usize].node,
            };
            if let Some(target) = tree.link_target(node).filter(|target| target.len() > ridge::LONGEST_LINK) {
                return Err(PlanError::LinkTooLong {
                    path: tree.path(node),
                    file_system: "Rock Ridge",
                    found: target.len() as u64,
                    limit: ridge::LONGEST_LINK as u64,
                });
            }
            let told = Told::unnumbered(node, subject.of, self.name(tree, subject));
            let packing = ridge::packing(tree, &told, MOST_BYTES - len)
                .map_err(|_| PlanError::RockRidge { path: tree.path(node) })?;
            len += packing.record_len().next_multiple_of(2);
            for (&len, which) in packing.further().iter().zip(1..) {
                self.areas.push(Area { record: number, number: which, at: area_packer.push(len) });
            }
        }
        Ok(len)
    }
}

/// An identifier in the order of the path table.
#[derive(Debug, PartialEq, Eq)]
struct InTable {
    identifier: Vec<u8>,
    filler: order::Filler,
}

impl Ord for InTable {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        order::compare_path_records((0, &self.identifier), (0, &other.identifier), self.filler)
    }
}

impl PartialOrd for InTable {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
