//! What was done to the tree, so that it can be undone.

use super::{
    node::{Attributes, Kind, NodeId},
    streams::Stream,
};

/// A moment in the life of a tree: how many changes there had been.
///
/// IMAPI's change points are the same number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChangePoint(pub u64);

/// How a change, or a run of them, is undone.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Undo {
    /// So many nodes were added, whose numbers follow one another. A million files added at once are one entry.
    Added {
        /// The first of them.
        first: NodeId,
        /// How many.
        count: u32,
    },
    /// The node was taken out of its folder.
    Removed(NodeId),
    /// The node had these attributes.
    Described(NodeId, Box<Attributes>),
    /// The node was this.
    Replaced(NodeId, Kind),
    /// The node has one stream more.
    StreamAdded(NodeId),
    /// The node had this stream at that place.
    StreamRemoved(NodeId, usize, Stream),
}

/// The changes since the last lock.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal {
    entries: Vec<Undo>,
    point: ChangePoint,
    locked: ChangePoint,
}

impl Journal {
    pub(super) fn point(&self) -> ChangePoint {
        self.point
    }

    /// Nothing before now can be undone any more.
    pub(super) fn lock(&mut self) {
        self.locked = self.point;
        self.entries = Vec::new();
    }

    /// Whether one can go back to that moment.
    pub(super) fn reaches(&self, point: ChangePoint) -> bool {
        (self.locked..=self.point).contains(&point)
    }

    pub(super) fn note(&mut self, undo: Undo) {
        self.point.0 += 1;
        match (self.entries.last_mut(), &undo) {
            (Some(Undo::Added { first, count }), Undo::Added { first: next, count: 1 })
                if first.after(*count) == Some(*next) =>
            {
                *count += 1;
            }
            _ => self.entries.push(undo),
        }
    }

    /// Takes the last change back out; `None` when there is none behind that moment.
    pub(super) fn undo_until(&mut self, point: ChangePoint) -> Option<Undo> {
        if self.point <= point {
            return None;
        }
        self.point.0 -= 1;
        match self.entries.last_mut() {
            Some(Undo::Added { first, count }) if *count > 1 => {
                *count -= 1;
                first.after(*count).map(|first| Undo::Added { first, count: 1 })
            }
            _ => self.entries.pop(),
        }
    }
}
