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

    /// Zero is none.
    fn from_number(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number that many after this one.
    pub(super) fn after(self, count: u32) -> Option<Self> {
        self.0.checked_add(count).map(Self)
    }

    /// Its place among all that were ever added.
    pub(crate) fn place(self) -> usize {
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

/// Where the bytes of a file come from: one of the [`Contents`](crate::Contents) of an image, by its number.
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
///
/// It fills 64 bytes, a line of the processor's cache, because there may be a million of them. What a [`Kind`] holds is two
/// numbers here, and what many files have in common is a [`Manner`] by its number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Nanoseconds: created, modified, accessed.
    times: [i64; 3],
    /// Size and content of a file, the ends of a folder and how many are between them, the place of a link's target.
    body: [u64; 2],
    pub(super) parent: Option<NodeId>,
    pub(super) previous: Option<NodeId>,
    pub(super) next: Option<NodeId>,
    name_start: u32,
    name_len: u16,
    sort: Sort,
    /// It is a part of its folder, and not taken out.
    pub(super) linked: bool,
    manner: u32,
}

const _: () = assert!(size_of::<Node>() == 64);

/// Which [`Kind`] the two numbers of a node mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Directory,
    File,
    Link,
    Special,
}

/// The first and the last of what is in a folder, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) first: Option<NodeId>,
    pub(super) last: Option<NodeId>,
    pub(super) count: u32,
}

impl Node {
    /// A node that is in no folder yet.
    pub(super) fn new(parent: Option<NodeId>, name: Span, kind: Kind, times: [i64; 3], manner: u32) -> Self {
        let (sort, body) = packed(kind);
        let (name_start, name_len) = (name.start, name.len);
        Self { times, body, parent, previous: None, next: None, name_start, name_len, sort, linked: false, manner }
    }

    pub(super) fn name(&self) -> Span {
        Span { start: self.name_start, len: self.name_len }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.sort == Sort::Directory
    }

    pub(super) fn kind(&self) -> Kind {
        let [first, second] = self.body;
        match self.sort {
            Sort::Directory => Kind::Directory,
            Sort::File => Kind::File { size: first, content: Content(second) },
            Sort::Link => Kind::Link { target: Span { start: low(first), len: (second & 0xFFFF) as u16 } },
            Sort::Special => Kind::Special { device: first },
        }
    }

    /// Makes it something else; never a folder of something that is none, nor the reverse.
    pub(super) fn set_kind(&mut self, kind: Kind) {
        (self.sort, self.body) = packed(kind);
    }

    /// What is in it; nothing where it is no folder.
    pub(super) fn ends(&self) -> Ends {
        if !self.is_directory() {
            return Ends::default();
        }
        let [ends, count] = self.body;
        Ends { first: NodeId::from_number(low(ends)), last: NodeId::from_number(low(ends >> 32)), count: low(count) }
    }

    pub(super) fn set_ends(&mut self, ends: Ends) {
        let number = |id: Option<NodeId>| id.map_or(0, |id| u64::from(id.0.get()));
        self.body = [number(ends.first) | number(ends.last) << 32, ends.count.into()];
    }

    pub(super) fn times(&self) -> [i64; 3] {
        self.times
    }

    pub(super) fn manner(&self) -> u32 {
        self.manner
    }

    pub(super) fn describe(&mut self, times: [i64; 3], manner: u32) {
        (self.times, self.manner) = (times, manner);
    }
}

fn packed(kind: Kind) -> (Sort, [u64; 2]) {
    match kind {
        Kind::Directory => (Sort::Directory, [0, 0]),
        Kind::File { size, content } => (Sort::File, [size, content.0]),
        Kind::Link { target } => (Sort::Link, [target.start.into(), target.len.into()]),
        Kind::Special { device } => (Sort::Special, [device, 0]),
    }
}

/// The low half of a number.
#[expect(clippy::cast_possible_truncation, reason = "the high half is masked out")]
fn low(number: u64) -> u32 {
    (number & u64::from(u32::MAX)) as u32
}
