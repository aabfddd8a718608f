//! A node of the tree, and what is known of it beside its place.

use std::num::NonZeroU32;

use crate::Timestamp;

/// A file or folder of a [`Tree`](super::Tree).
///
/// A number is never used twice in one tree, so that one that somebody keeps does not come to mean another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    /// The folder that all others are in.
    pub const ROOT: Self = Self(NonZeroU32::MIN);

    pub(super) fn at(place: usize) -> Option<Self> {
        u32::try_from(place).ok()?.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    /// The number that many after this one.
    pub(super) fn after(self, count: u32) -> Option<Self> {
        self.0.checked_add(count).map(Self)
    }

    pub(super) fn place(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// It has others in it.
    Directory,
    /// It has bytes in it.
    File {
        /// How many.
        size: u64,
        /// Where they come from.
        content: Content,
    },
    /// It leads to another path. File systems without such things leave it out.
    Link {
        /// The path, as [`Tree::link_target`](super::Tree::link_target) tells it.
        target: Span,
    },
    /// A device, a pipe or a socket: what Rock Ridge alone can tell.
    Special {
        /// The device's numbers, as `st_rdev` has them.
        device: u64,
    },
}

/// Where the bytes of a file come from: a number that whoever adds files gives a meaning to.
///
/// Files with the same number share their bytes, as hard links do, and an image holds these once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Content(pub u64);

/// Bytes in the tree's buffer of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    pub(super) start: u32,
    pub(super) len: u16,
}

/// What is known of a file or folder beside its name and its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Attributes {
    /// When it was made.
    pub created: Timestamp,
    /// When it was last written.
    pub modified: Timestamp,
    /// When it was last read.
    pub accessed: Timestamp,
    /// Who may do what, as `st_mode` has it, with the bits of the kind. Zero where nobody said.
    pub mode: u32,
    /// The number of its owner.
    pub owner: u32,
    /// The number of its owner's group.
    pub group: u32,
    /// It is not shown where hidden files are not.
    pub hidden: bool,
    /// Its bytes have to come at a steady rate (UDF 2.01 and later).
    pub real_time: bool,
}

/// A node as it is stored: links to its neighbours, so that it is taken out and put back in no time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) parent: Option<NodeId>,
    pub(super) previous: Option<NodeId>,
    pub(super) next: Option<NodeId>,
    pub(super) first: Option<NodeId>,
    pub(super) last: Option<NodeId>,
    /// How many are directly in it.
    pub(super) children: u32,
    /// It is a part of its folder, and not taken out.
    pub(super) linked: bool,
    pub(super) name: Span,
    pub(super) kind: Kind,
    pub(super) attributes: Attributes,
}
