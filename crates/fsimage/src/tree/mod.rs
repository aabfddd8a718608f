//! [`Tree`]: the files and folders of an image, before any file system has an opinion on them.
//!
//! An arena: nodes are numbers, names lie in one buffer, and one table finds a node by its folder and its name. Whatever
//! is done can be undone. Names are bytes, as Linux has them; which of them a file system can write, and how, is for its
//! view of the tree to say.

mod error;
mod journal;
mod linking;
mod manner;
mod node;
mod placed;
mod streams;
mod walk;
mod watch;

use std::{
    collections::BTreeMap,
    hash::{BuildHasher, Hash, Hasher},
};

pub use error::TreeError;
use hashbrown::{DefaultHashBuilder, HashTable};
pub use journal::ChangePoint;
pub use node::{Attributes, Content, Kind, NodeId, Span};
pub use streams::Stream;
pub use walk::{Children, Walk};
pub(crate) use watch::Limits;

use journal::{Journal, Undo};
use manner::Manners;
use node::Node;
use placed::Placed;
use watch::Watch;

/// The files and folders of an image.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<Node>,
    names: Vec<u8>,
    manners: Manners,
    /// Nodes by folder and name.
    index: HashTable<Slot>,
    hasher: DefaultHashBuilder,
    /// A folder that is known to be in the tree: whoever adds many files adds them to one.
    known: NodeId,
    streams: BTreeMap<NodeId, Vec<Stream>>,
    journal: Journal,
    counts: Counts,
    /// Whether it may become what it becomes, where somebody wants to know that before the image is planned.
    watch: Option<Box<Watch>>,
    /// Contents that cost no blocks.
    placed: Placed,
}

/// A node in the table, with its hash: a table that grows need not look at its nodes, which lie far apart.
#[derive(Debug, Clone, Copy)]
struct Slot {
    id: NodeId,
    hash: u32,
}

impl Slot {
    /// The table looks at both ends of a hash.
    fn spread(hash: u32) -> u64 {
        u64::from(hash) << 32 | u64::from(hash)
    }
}

/// How much is in a tree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files, links and special files.
    pub files: u64,
    /// Folders without the root.
    pub directories: u64,
    /// Bytes of all files, those of shared contents as often as they are there.
    pub bytes: u64,
}

/// A path's step that cannot be a name.
fn is_name(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/') && !name.contains(&0)
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

impl Tree {
    /// A tree with nothing but its root.
    #[must_use]
    pub fn new(attributes: Attributes) -> Self {
        let mut manners = Manners::default();
        let (times, manner) = manners.pack(&attributes);
        let mut root = Node::new(None, Span { start: 0, len: 0 }, Kind::Directory, times, manner);
        root.linked = true;
        Self {
            nodes: vec![root],
            names: Vec::new(),
            manners,
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            known: NodeId::ROOT,
            streams: BTreeMap::new(),
            journal: Journal::default(),
            counts: Counts::default(),
            watch: None,
            placed: Placed::default(),
        }
    }

    /// How much is in it.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// How many numbers were ever given to nodes, those of removed ones included: one more than the highest of them.
    #[must_use]
    pub fn numbers(&self) -> usize {
        self.nodes.len()
    }

    /// The nodes whose numbers were given since there were so many.
    pub(crate) fn numbered_from(&self, numbers: usize) -> impl Iterator<Item = NodeId> + use<> {
        (numbers..self.nodes.len()).filter_map(NodeId::at)
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.place()]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id.place()]
    }

    fn span(&self, span: Span) -> &[u8] {
        let start = span.start as usize;
        &self.names[start..start + usize::from(span.len)]
    }

    /// The name; that of the root is empty.
    #[must_use]
    pub fn name(&self, id: NodeId) -> &[u8] {
        self.span(self.node(id).name())
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind()
    }

    /// Where a link leads.
    #[must_use]
    pub fn link_target(&self, id: NodeId) -> Option<&[u8]> {
        match self.node(id).kind() {
            Kind::Link { target } => Some(self.span(target)),
            _ => None,
        }
    }

    /// What is known of it.
    #[must_use]
    pub fn attributes(&self, id: NodeId) -> Attributes {
        let node = self.node(id);
        self.manners.unpack(node.times(), node.manner())
    }

    /// The folder that it is in, or was in.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent
    }

    /// How many are directly in it.
    #[must_use]
    pub fn count(&self, id: NodeId) -> u32 {
        self.node(id).ends().count
    }

    /// Whether it is in the tree and not removed, by itself or with a folder above it.
    #[must_use]
    pub fn contains(&self, id: NodeId) -> bool {
        let mut at = id;
        while self.node(at).linked {
            match self.node(at).parent {
                Some(parent) => at = parent,
                None => return true,
            }
        }
        false
    }

    /// What has that name in that folder.
    #[must_use]
    pub fn child(&self, parent: NodeId, name: &[u8]) -> Option<NodeId> {
        let hash = hash(&self.hasher, parent, name);
        self.index.find(Slot::spread(hash), |slot| self.is_at(*slot, hash, parent, name)).map(|slot| slot.id)
    }

    fn is_at(&self, slot: Slot, hash: u32, parent: NodeId, name: &[u8]) -> bool {
        slot.hash == hash && self.node(slot.id).parent == Some(parent) && self.name(slot.id) == name
    }

    /// What has that path, its steps from the root on.
    #[must_use]
    pub fn find<'a>(&self, steps: impl IntoIterator<Item = &'a [u8]>) -> Option<NodeId> {
        steps.into_iter().try_fold(NodeId::ROOT, |at, step| self.child(at, step))
    }

    /// The path from the root on: `/folder/file`. What is no text in it is replaced.
    #[must_use]
    pub fn path(&self, id: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = id;
        while let Some(parent) = self.node(at).parent {
            steps.push(text(self.name(at)));
            at = parent;
        }
        if steps.is_empty() {
            return "/".to_string();
        }
        steps.iter().rev().fold(String::new(), |path, step| path + "/" + step)
    }

    /// Puts a new node into a folder, behind those that are there.
    pub fn add(
        &mut self,
        parent: NodeId,
        name: &[u8],
        kind: Kind,
        attributes: Attributes,
    ) -> Result<NodeId, TreeError> {
        self.may_hold(parent)?;
        self.may_be_called(name)?;
        if let Some(there) = self.child(parent, name) {
            return Err(TreeError::Exists { path: self.path(there) });
        }
        self.may_come(parent, name, kind)?;
        let id = NodeId::at(self.nodes.len()).ok_or(TreeError::Full)?;
        let name = self.store(name)?;
        let (times, manner) = self.manners.pack(&attributes);
        let mut node = Node::new(Some(parent), name, kind, times, manner);
        node.previous = self.node(parent).ends().last;
        self.nodes.push(node);
        self.link(id);
        self.journal.note(Undo::Added { first: id, count: 1 });
        self.may_stay(id)?;
        Ok(id)
    }

    /// Puts a link into a folder that leads to that path.
    pub fn add_link(
        &mut self,
        parent: NodeId,
        name: &[u8],
        target: &[u8],
        attributes: Attributes,
    ) -> Result<NodeId, TreeError> {
        let target = self.store(target)?;
        self.add(parent, name, Kind::Link { target }, attributes)
    }

    fn may_hold(&mut self, parent: NodeId) -> Result<(), TreeError> {
        if parent == self.known {
            return Ok(());
        }
        if !self.contains(parent) {
            return Err(TreeError::NotInTree { name: text(self.name(parent)) });
        }
        if !self.node(parent).is_directory() {
            return Err(TreeError::NotADirectory { path: self.path(parent) });
        }
        self.known = parent;
        Ok(())
    }

    fn store(&mut self, bytes: &[u8]) -> Result<Span, TreeError> {
        let len = u16::try_from(bytes.len()).map_err(|_| TreeError::Name { name: text(bytes) })?;
        let start = u32::try_from(self.names.len()).map_err(|_| TreeError::Full)?;
        start.checked_add(u32::from(len)).ok_or(TreeError::Full)?;
        self.names.extend_from_slice(bytes);
        Ok(Span { start, len })
    }

    /// Takes a file, a link or an empty folder out.
    pub fn remove(&mut self, id: NodeId) -> Result<(), TreeError> {
        if self.node(id).ends().count > 0 {
            return Err(TreeError::NotEmpty { path: self.path(id) });
        }
        self.remove_tree(id)
    }

    /// Takes a node out with everything in it.
    pub fn remove_tree(&mut self, id: NodeId) -> Result<(), TreeError> {
        if id == NodeId::ROOT {
            return Err(TreeError::Root);
        }
        if !self.contains(id) {
            return Err(TreeError::NotInTree { name: text(self.name(id)) });
        }
        self.unlink(id);
        self.journal.note(Undo::Removed(id));
        Ok(())
    }

    /// Says something else of a node.
    pub fn describe(&mut self, id: NodeId, attributes: Attributes) {
        let before = Box::new(self.attributes(id));
        self.set_attributes(id, &attributes);
        self.journal.note(Undo::Described(id, before));
    }

    fn set_attributes(&mut self, id: NodeId, attributes: &Attributes) {
        let (times, manner) = self.manners.pack(attributes);
        self.node_mut(id).describe(times, manner);
    }

    /// Gives a file other bytes.
    pub fn replace(&mut self, id: NodeId, size: u64, content: Content) -> Result<(), TreeError> {
        let before = self.kind(id);
        if matches!(before, Kind::Directory) {
            return Err(TreeError::Exists { path: self.path(id) });
        }
        self.set_kind(id, Kind::File { size, content });
        self.journal.note(Undo::Replaced(id, before));
        Ok(())
    }

    fn set_kind(&mut self, id: NodeId, kind: Kind) {
        if self.contains(id) {
            let before = self.kind(id);
            self.counts.bytes = self.counts.bytes - size(before) + size(kind);
        }
        self.counted_anew(id, |tree| tree.node_mut(id).set_kind(kind));
    }

    /// How many changes there have been.
    #[must_use]
    pub fn change_point(&self) -> ChangePoint {
        self.journal.point()
    }

    /// Makes the tree what it was at that moment.
    pub fn roll_back(&mut self, point: ChangePoint) -> Result<(), TreeError> {
        if !self.journal.reaches(point) {
            return Err(TreeError::Locked { point });
        }
        while let Some(undo) = self.journal.undo_until(point) {
            match undo {
                // Numbers are not used again; the node stays behind as one that nothing leads to.
                Undo::Added { first, .. } => self.unlink(first),
                Undo::Removed(id) => self.link(id),
                Undo::Described(id, before) => self.set_attributes(id, &before),
                Undo::Replaced(id, before) => self.set_kind(id, before),
                Undo::StreamAdded(id) => self.pop_stream(id),
                Undo::StreamRemoved(id, place, stream) => self.put_stream_back(id, place, stream),
            }
        }
        Ok(())
    }

    /// Makes it impossible to go back behind now.
    pub fn lock_in(&mut self) {
        self.journal.lock();
    }
}

fn size(kind: Kind) -> u64 {
    match kind {
        Kind::File { size, .. } => size,
        _ => 0,
    }
}

fn hash(hasher: &DefaultHashBuilder, parent: NodeId, name: &[u8]) -> u32 {
    let mut state = hasher.build_hasher();
    parent.hash(&mut state);
    name.hash(&mut state);
    (state.finish() >> 32) as u32
}

#[cfg(test)]
mod tests;
