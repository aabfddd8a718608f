//! [`Named`]: what a file is called in a file system that cannot call it as the tree does.
//!
//! A name is a function of the tree's name and a number, so that it need not be kept. The number is 0 where the name is
//! what it becomes by itself; another one is put behind it where that is taken.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use crate::{FileSystem, IsoLevel, Kind, NodeId, Tree, iso9660::Naming, udf};

/// What a file is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub node: NodeId,
    /// What stands behind the name to make it another; 0 for nothing.
    pub number: u32,
}

/// Beyond that many files of almost one name nothing is tried any more.
pub(crate) const MOST_NUMBERS: u32 = 9_999_999;

/// Gives each file of a folder a name that no other has: those that need no other keep theirs, and of the rest whoever
/// comes first. One function says by what readers tell a file's name with a number from others, the other whether that is
/// the name that it has in the tree. An error is the node that no name is left for.
pub(crate) fn assign<K: Hash + Eq>(
    children: impl ExactSizeIterator<Item = NodeId>,
    key: impl Fn(NodeId, u32) -> K,
    is_kept: impl Fn(NodeId, &K) -> bool,
) -> Result<Vec<Named>, NodeId> {
    assign_up_to(children, key, is_kept, MOST_NUMBERS)
}

fn assign_up_to<K: Hash + Eq>(
    children: impl ExactSizeIterator<Item = NodeId>,
    key: impl Fn(NodeId, u32) -> K,
    is_kept: impl Fn(NodeId, &K) -> bool,
    most: u32,
) -> Result<Vec<Named>, NodeId> {
    let mut taken = HashSet::with_capacity(children.len());
    let mut named = Vec::with_capacity(children.len());
    let (mut changed, mut others) = (Vec::new(), Vec::new());
    let mut keep = |node, key| {
        if taken.insert(key) { named.push(Named { node, number: 0 }) } else { others.push(node) }
    };
    for node in children {
        let key = key(node, 0);
        if is_kept(node, &key) { keep(node, key) } else { changed.push((node, key)) }
    }
    for (node, key) in changed {
        keep(node, key);
    }
    // Where many have one beginning, none tries again what another has found to be taken.
    let mut next: HashMap<K, u32> = HashMap::new();
    for node in others {
        let number = next.entry(key(node, MOST_NUMBERS)).or_insert(1);
        while !taken.insert(key(node, *number)) {
            *number += 1;
            if *number >= most {
                return Err(node);
            }
        }
        named.push(Named { node, number: *number });
    }
    Ok(named)
}

/// How a file system of an image calls what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calling {
    /// As ISO 9660 and Joliet do.
    Iso(Naming),
    /// As UDF does.
    Udf,
}

impl Calling {
    pub fn new(file_system: FileSystem, level: IsoLevel) -> Self {
        match (file_system, level) {
            (FileSystem::Iso9660, IsoLevel::One) => Self::Iso(Naming::Eight),
            (FileSystem::Iso9660, IsoLevel::Two | IsoLevel::Three) => Self::Iso(Naming::Thirty),
            (FileSystem::Joliet, _) => Self::Iso(Naming::Joliet),
            (FileSystem::Udf, _) => Self::Udf,
        }
    }

    /// What a name becomes with that number behind it, as people see it.
    pub fn name(self, name: &[u8], is_folder: bool, number: u32) -> String {
        match self {
            Self::Iso(naming) => naming.name(name, is_folder, number),
            Self::Udf => udf::names::name(name, number).into_owned(),
        }
    }

    /// By what readers tell names from each other.
    fn key(self, name: String) -> String {
        if let Self::Iso(naming) = self { naming.key(&name) } else { name }
    }

    /// Whether the file system has such things, where nobody asked for those of Unix.
    pub fn shows(kind: Kind) -> bool {
        matches!(kind, Kind::Directory | Kind::File { .. })
    }

    /// The names of what is in a folder, with fewer numbers than that. An error is the node that no name is left for.
    pub fn assign(self, tree: &Tree, folder: NodeId, most: u32) -> Result<Vec<Named>, NodeId> {
        let mut children: Vec<NodeId> = tree.children(folder).filter(|&node| Self::shows(tree.kind(node))).collect();
        children.sort_unstable_by_key(|&node| tree.name(node));
        let key = |node, number| {
            let name = self.name(tree.name(node), matches!(tree.kind(node), Kind::Directory), number);
            self.key(name)
        };
        let is_kept = |node, key: &String| {
            std::str::from_utf8(tree.name(node)).is_ok_and(|name| self.key(name.to_string()) == *key)
        };
        assign_up_to(children.into_iter(), key, is_kept, most)
    }
}
