//! [`Tree`]: the files and folders of an image, before any file system has an opinion on them.
//!
//! An arena: nodes are numbers, names lie in one buffer, and one table finds a node by its folder and its name. Whatever
//! is done can be undone. Names are bytes, as Linux has them; which of them a file system can write, and how, is for its
//! view of the tree to say.

mod journal;
mod node;
mod walk;

use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};
use imapi_errors::{Coded, Fact, HResult, Value, fs};

pub use journal::ChangePoint;
pub use node::{Attributes, Content, Kind, NodeId, Span};
pub use walk::{Children, Walk};

use journal::{Journal, Undo};
use node::Node;

/// The files and folders of an image.
#[derive(Debug, Clone)]
pub struct Tree {
    nodes: Vec<Node>,
    names: Vec<u8>,
    /// Nodes by folder and name.
    index: HashTable<NodeId>,
    hasher: DefaultHashBuilder,
    journal: Journal,
    counts: Counts,
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

/// Something that cannot be done to a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TreeError {
    /// A name that no file can have.
    #[error("{name:?} is no name of a file")]
    Name {
        /// The name.
        name: String,
    },
    /// The folder has something of that name.
    #[error("{path:?} is there already")]
    Exists {
        /// The path.
        path: String,
    },
    /// Something that is no folder should have others in it.
    #[error("{path:?} is no folder")]
    NotADirectory {
        /// The path.
        path: String,
    },
    /// The folder is not empty.
    #[error("{path:?} is not empty")]
    NotEmpty {
        /// The path.
        path: String,
    },
    /// The node is not in the tree any more.
    #[error("{name:?} is not in the image")]
    NotInTree {
        /// Its name.
        name: String,
    },
    /// The root can neither be removed nor replaced.
    #[error("the root of an image stays where it is")]
    Root,
    /// One cannot go back so far.
    #[error("there is no way back to change {0:?}", point.0)]
    Locked {
        /// Where to.
        point: ChangePoint,
    },
    /// Four thousand million nodes, or as many bytes of names.
    #[error("the tree is full")]
    Full,
}

impl Coded for TreeError {
    fn code(&self) -> HResult {
        match self {
            Self::Name { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::Exists { .. } => fs::IMAPI_E_DUP_NAME,
            Self::NotADirectory { .. } => fs::IMAPI_E_NOT_DIR,
            Self::NotEmpty { .. } => fs::IMAPI_E_DIR_NOT_EMPTY,
            Self::NotInTree { .. } => fs::IMAPI_E_NOT_IN_FILE_SYSTEM,
            Self::Root | Self::Locked { .. } => fs::IMAPI_E_INVALID_PARAM,
            Self::Full => fs::IMAPI_E_FSI_INTERNAL_ERROR,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Exists { path } | Self::NotADirectory { path } | Self::NotEmpty { path } => {
                put(Fact::Path, Value::Text(path));
            }
            Self::Name { name } | Self::NotInTree { name } => put(Fact::Path, Value::Text(name)),
            Self::Locked { point } => put(Fact::Given, Value::I64(i64::try_from(point.0).unwrap_or(i64::MAX))),
            Self::Root | Self::Full => {}
        }
    }
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
        let name = Span { start: 0, len: 0 };
        let (parent, previous, next) = (None, None, None);
        let root = Node {
            parent,
            previous,
            next,
            first: None,
            last: None,
            children: 0,
            linked: true,
            name,
            kind: Kind::Directory,
            attributes,
        };
        Self {
            nodes: vec![root],
            names: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            journal: Journal::default(),
            counts: Counts::default(),
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
        self.span(self.node(id).name)
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// Where a link leads.
    #[must_use]
    pub fn link_target(&self, id: NodeId) -> Option<&[u8]> {
        match self.node(id).kind {
            Kind::Link { target } => Some(self.span(target)),
            _ => None,
        }
    }

    /// What is known of it.
    #[must_use]
    pub fn attributes(&self, id: NodeId) -> Attributes {
        self.node(id).attributes
    }

    /// The folder that it is in, or was in.
    #[must_use]
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent
    }

    /// How many are directly in it.
    #[must_use]
    pub fn count(&self, id: NodeId) -> u32 {
        self.node(id).children
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
        let same = |&id: &NodeId| self.node(id).parent == Some(parent) && self.name(id) == name;
        self.index.find(self.hash(parent, name), same).copied()
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

    fn hash(&self, parent: NodeId, name: &[u8]) -> u64 {
        hash(&self.hasher, parent, name)
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
        if !is_name(name) {
            return Err(TreeError::Name { name: text(name) });
        }
        if let Some(there) = self.child(parent, name) {
            return Err(TreeError::Exists { path: self.path(there) });
        }
        let id = NodeId::at(self.nodes.len()).ok_or(TreeError::Full)?;
        let name = self.store(name)?;
        let previous = self.node(parent).last;
        self.nodes.push(Node {
            parent: Some(parent),
            previous,
            next: None,
            first: None,
            last: None,
            children: 0,
            linked: false,
            name,
            kind,
            attributes,
        });
        self.link(id);
        self.journal.note(Undo::Added { first: id, count: 1 });
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

    fn may_hold(&self, parent: NodeId) -> Result<(), TreeError> {
        if !self.contains(parent) {
            return Err(TreeError::NotInTree { name: text(self.name(parent)) });
        }
        match self.node(parent).kind {
            Kind::Directory => Ok(()),
            _ => Err(TreeError::NotADirectory { path: self.path(parent) }),
        }
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
        if self.node(id).children > 0 {
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
        let node = self.node_mut(id);
        let before = Box::new(std::mem::replace(&mut node.attributes, attributes));
        self.journal.note(Undo::Described(id, before));
    }

    /// Gives a file other bytes.
    pub fn replace(&mut self, id: NodeId, size: u64, content: Content) -> Result<(), TreeError> {
        let before = self.node(id).kind;
        if matches!(before, Kind::Directory) {
            return Err(TreeError::Exists { path: self.path(id) });
        }
        self.set_kind(id, Kind::File { size, content });
        self.journal.note(Undo::Replaced(id, before));
        Ok(())
    }

    fn set_kind(&mut self, id: NodeId, kind: Kind) {
        if self.contains(id) {
            let before = self.node(id).kind;
            self.counts.bytes = self.counts.bytes - size(before) + size(kind);
        }
        self.node_mut(id).kind = kind;
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
                Undo::Described(id, before) => self.node_mut(id).attributes = *before,
                Undo::Replaced(id, before) => self.set_kind(id, before),
            }
        }
        Ok(())
    }

    /// Makes it impossible to go back behind now.
    pub fn lock_in(&mut self) {
        self.journal.lock();
    }

    /// Makes a node that knows its place a part of its folder.
    fn link(&mut self, id: NodeId) {
        let node = *self.node(id);
        let Some(parent) = node.parent else { return };
        match node.previous {
            Some(previous) => self.node_mut(previous).next = Some(id),
            None => self.node_mut(parent).first = Some(id),
        }
        match node.next {
            Some(next) => self.node_mut(next).previous = Some(id),
            None => self.node_mut(parent).last = Some(id),
        }
        self.node_mut(parent).children += 1;
        self.node_mut(id).linked = true;
        let hash = self.hash(parent, self.span(node.name));
        let Self { index, nodes, names, hasher, .. } = self;
        index.insert_unique(hash, id, |&id| {
            let node = &nodes[id.place()];
            let start = node.name.start as usize;
            let name = &names[start..start + usize::from(node.name.len)];
            hash_of(hasher, node.parent, name)
        });
        self.count_in(id);
    }

    /// Makes a node no part of its folder; it still knows its place.
    fn unlink(&mut self, id: NodeId) {
        let node = *self.node(id);
        let Some(parent) = node.parent else { return };
        self.count_out(id);
        match node.previous {
            Some(previous) => self.node_mut(previous).next = node.next,
            None => self.node_mut(parent).first = node.next,
        }
        match node.next {
            Some(next) => self.node_mut(next).previous = node.previous,
            None => self.node_mut(parent).last = node.previous,
        }
        self.node_mut(parent).children -= 1;
        self.node_mut(id).linked = false;
        let hash = self.hash(parent, self.span(node.name));
        if let Ok(entry) = self.index.find_entry(hash, |&there| there == id) {
            entry.remove();
        }
    }

    fn count_in(&mut self, id: NodeId) {
        let more = self.counts_of(id);
        self.counts.files += more.files;
        self.counts.directories += more.directories;
        self.counts.bytes += more.bytes;
    }

    fn count_out(&mut self, id: NodeId) {
        let less = self.counts_of(id);
        self.counts.files -= less.files;
        self.counts.directories -= less.directories;
        self.counts.bytes -= less.bytes;
    }

    /// How much a node is, with everything in it.
    fn counts_of(&self, id: NodeId) -> Counts {
        let mut counts = Counts::default();
        for id in self.walk(id) {
            match self.node(id).kind {
                Kind::Directory => counts.directories += 1,
                kind => {
                    counts.files += 1;
                    counts.bytes += size(kind);
                }
            }
        }
        counts
    }
}

fn size(kind: Kind) -> u64 {
    match kind {
        Kind::File { size, .. } => size,
        _ => 0,
    }
}

fn hash(hasher: &DefaultHashBuilder, parent: NodeId, name: &[u8]) -> u64 {
    hash_of(hasher, Some(parent), name)
}

fn hash_of(hasher: &DefaultHashBuilder, parent: Option<NodeId>, name: &[u8]) -> u64 {
    let mut state = hasher.build_hasher();
    parent.hash(&mut state);
    name.hash(&mut state);
    state.finish()
}

#[cfg(test)]
mod tests;
