//! [`Estimate`]: how many blocks the image of a tree takes at most, known whenever somebody asks.
//!
//! A plan of a million files takes a second, too long for a question that is asked after each file. So whatever is put into
//! the tree or taken out of it is counted at once, and the answer is a sum. It is never less than what the plan will need:
//! where names may still change (a number behind one that is taken), and where records leave rests of blocks, the worst is
//! assumed. It depends on what is in the tree and on nothing that happened before.

mod records;
mod total;

use std::collections::HashMap;

use imapi_volume_structs::iso9660::DirectoryRecord;

use crate::{
    Content, FileSystems, IsoLevel, Kind, NodeId, Tree, UdfRevision,
    iso9660::SECTION,
    plan::{Wanted, pack::BLOCK},
    udf::{self, Sizes},
};

pub(crate) use records::digits;
use records::{Lengths, Records};

/// What an image is to be, so far as its size depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    pub file_systems: FileSystems,
    pub level: IsoLevel,
    pub udf: UdfRevision,
    pub redundant_metadata: bool,
    /// Boot images.
    pub boots: u32,
    /// Their blocks.
    pub boot_blocks: u64,
    /// It is for a disc that can be overwritten, where nothing of value lies beside the descriptors.
    pub rewritable: bool,
}

impl Shape {
    /// Files of more bytes than this have no place in the image.
    pub fn most_bytes(&self) -> Option<(&'static str, u64)> {
        let one_extent = self.file_systems.iso9660 && self.level != IsoLevel::Three;
        one_extent.then_some(("ISO 9660", u64::from(u32::MAX)))
    }

    /// How many folders there may be, the root with them, and how deep.
    pub fn most_folders(&self) -> Option<(&'static str, u64)> {
        self.file_systems.iso9660.then_some(("ISO 9660", u64::from(u16::MAX)))
    }

    /// How deep folders may lie, the root being at 1.
    pub fn most_levels(&self) -> Option<u32> {
        self.file_systems.iso9660.then_some(8)
    }
}

/// The blocks of a tree.
#[derive(Debug, Clone)]
pub(crate) struct Estimate {
    shape: Shape,
    wanted: Wanted,
    sizes: Sizes,
    folders: HashMap<NodeId, Folder>,
    /// How often each content is in the image; those without bytes, and those that lie in metadata, are not.
    uses: Vec<u32>,
    data: u64,
    iso: Records,
    joliet: Records,
    /// Of UDF, without what it has whatever the tree is.
    metadata: u64,
}

/// What is known of a folder.
#[derive(Debug, Clone, Copy)]
struct Folder {
    depth: u32,
    iso: records::Folder,
    joliet: records::Folder,
    /// Bytes of its names in UDF.
    names: u64,
    /// Names that may become others in UDF.
    unsteady: u32,
}

impl Folder {
    fn new(depth: u32) -> Self {
        let none = records::Folder::default();
        Self { depth, iso: none, joliet: none, names: 0, unsteady: 0 }
    }
}

impl Estimate {
    /// Counts all that is in a tree.
    pub fn new(shape: Shape, tree: &Tree) -> Self {
        let wanted = if shape.file_systems.udf {
            udf::wanted_by(shape.udf, shape.file_systems.iso9660)
        } else {
            Wanted::default()
        };
        let lengths = if shape.level == IsoLevel::One { Lengths::EIGHT } else { Lengths::THIRTY };
        let mut estimate = Self {
            shape,
            wanted,
            sizes: Sizes::new(shape.udf),
            folders: HashMap::new(),
            uses: Vec::new(),
            data: 0,
            iso: Records::new(lengths),
            joliet: Records::new(Lengths::JOLIET),
            metadata: 0,
        };
        estimate.put_folder(NodeId::ROOT, 1);
        for child in tree.children(NodeId::ROOT) {
            estimate.put(tree, child);
        }
        estimate
    }

    pub fn shape(&self) -> &Shape {
        &self.shape
    }

    /// Says something else of what does not depend on the tree.
    pub fn set_boots(&mut self, boots: u32, boot_blocks: u64) {
        (self.shape.boots, self.shape.boot_blocks) = (boots, boot_blocks);
    }

    /// How deep a folder lies; the root is at 1.
    pub fn depth(&self, folder: NodeId) -> u32 {
        self.folders.get(&folder).map_or(0, |folder| folder.depth)
    }

    /// Counts what came into a folder, with everything in it.
    pub fn put(&mut self, tree: &Tree, top: NodeId) {
        for id in tree.walk(top) {
            let Some(parent) = tree.parent(id) else { continue };
            self.record(tree, parent, id, true);
            match tree.kind(id) {
                Kind::Directory => self.put_folder(id, self.depth(parent) + 1),
                Kind::File { .. } => self.file(tree, id, true),
                Kind::Link { .. } | Kind::Special { .. } => {}
            }
        }
    }

    /// Counts what is about to leave a folder no more.
    pub fn take(&mut self, tree: &Tree, top: NodeId) {
        for id in tree.walk(top) {
            // The folders below it go with all their records.
            if let (true, Some(parent)) = (id == top, tree.parent(id)) {
                self.record(tree, parent, id, false);
            }
            match tree.kind(id) {
                Kind::Directory => self.take_folder(id),
                Kind::File { .. } => self.file(tree, id, false),
                Kind::Link { .. } | Kind::Special { .. } => {}
            }
        }
    }

    fn put_folder(&mut self, id: NodeId, depth: u32) {
        let folder = Folder::new(depth);
        self.count_folder(&folder, true);
        self.folders.insert(id, folder);
    }

    fn take_folder(&mut self, id: NodeId) {
        if let Some(folder) = self.folders.remove(&id) {
            self.count_folder(&folder, false);
        }
    }

    /// Adds what a folder takes, or subtracts it.
    fn count_folder(&mut self, folder: &Folder, more: bool) {
        self.iso.count(&folder.iso, more);
        self.joliet.count(&folder.joliet, more);
        let bound = folder.names + u64::from(folder.unsteady) * Sizes::longer(folder.iso.records());
        count(&mut self.metadata, self.sizes.folder(bound, !self.shape.file_systems.iso9660), more);
    }

    /// Adds the records of a node to its folder, or takes them out.
    fn record(&mut self, tree: &Tree, parent: NodeId, id: NodeId, more: bool) {
        let kind = tree.kind(id);
        let (is_folder, copies) = match kind {
            Kind::Directory => (true, 1),
            Kind::File { size, .. } if size > u64::from(u32::MAX) && self.shape.level == IsoLevel::Three => {
                (false, u32::try_from(size.div_ceil(SECTION)).unwrap_or(u32::MAX))
            }
            Kind::File { .. } => (false, 1),
            Kind::Link { .. } | Kind::Special { .. } => return,
        };
        let Some(mut folder) = self.folders.get(&parent).copied() else { return };
        self.count_folder(&folder, false);
        let name = tree.name(id);
        for (records, folder) in [(&self.iso, &mut folder.iso), (&self.joliet, &mut folder.joliet)] {
            let identifier = records.lengths().identifier(name, is_folder);
            let record = DirectoryRecord::base_len(identifier) as u64;
            folder.change(record, copies, is_folder.then_some(identifier), more);
        }
        if self.shape.file_systems.udf {
            let (bytes, steady) = udf::name_len(name);
            count(&mut folder.names, bytes, more);
            if !steady {
                folder.unsteady = if more { folder.unsteady + 1 } else { folder.unsteady - 1 };
            }
        }
        self.count_folder(&folder, true);
        self.folders.insert(parent, folder);
    }

    /// Adds what a file takes beside its records, or takes it out.
    pub fn file(&mut self, tree: &Tree, id: NodeId, more: bool) {
        let Kind::File { size, content } = tree.kind(id) else { return };
        self.content(tree, content, (size, self.wanted.embedded), more);
        count(&mut self.metadata, self.sizes.file(size), more);
        let streams = tree.streams(id);
        let Some(embedded) = self.wanted.streams.filter(|_| !streams.is_empty()) else { return };
        count(&mut self.metadata, self.sizes.streams(streams), more);
        for stream in streams {
            self.content(tree, stream.content, (stream.size, embedded), more);
        }
    }

    fn content(&mut self, tree: &Tree, content: Content, (size, embedded): (u64, u64), more: bool) {
        if size <= embedded || tree.is_placed(content) {
            return;
        }
        let blocks = size.div_ceil(BLOCK as u64);
        // Numbers of contents follow one another; one that no image reaches is counted as often as it is there.
        let Ok(place) = u32::try_from(content.0) else {
            count(&mut self.data, blocks, more);
            return;
        };
        let place = place as usize;
        if place >= self.uses.len() {
            self.uses.resize(place + 1, 0);
        }
        let uses = &mut self.uses[place];
        if more {
            *uses += 1;
        }
        if *uses == 1 {
            count(&mut self.data, blocks, more);
        }
        if !more {
            *uses -= 1;
        }
    }
}

/// Adds, or takes away what was added.
fn count(sum: &mut u64, number: u64, more: bool) {
    *sum = if more { *sum + number } else { *sum - number };
}

#[cfg(test)]
mod tests;
