//! [`Named`]: what a file is called in a file system that cannot call it as the tree does.
//!
//! A name is a function of the tree's name and a number, so that it need not be kept. The number is 0 where the name is
//! what it becomes by itself; another one is put behind it where that is taken.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
};

use crate::NodeId;

/// What a file is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Named {
    pub node: NodeId,
    /// What stands behind the name to make it another; 0 for nothing.
    pub number: u32,
}

/// Beyond that many files of almost one name nothing is tried any more.
const MOST_NUMBERS: u32 = 9_999_999;

/// Gives each file of a folder a name that no other has: those that need no other keep theirs, and of the rest whoever
/// comes first. One function says by what readers tell a file's name with a number from others, the other whether that is
/// the name that it has in the tree. An error is the node that no name is left for.
pub(crate) fn assign<K: Hash + Eq>(
    children: impl ExactSizeIterator<Item = NodeId>,
    key: impl Fn(NodeId, u32) -> K,
    is_kept: impl Fn(NodeId, &K) -> bool,
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
            if *number >= MOST_NUMBERS {
                return Err(node);
            }
        }
        named.push(Named { node, number: *number });
    }
    Ok(named)
}
