//! [`BlockRange`]: a run of blocks, as IMAPI tells which parts of an image changed.

use std::{fmt, ops::Range};

use crate::Block;

/// One or more blocks in a row.
///
/// IMAPI names the first and the last block, both inclusive, and so does [`new`](Self::new); a range without blocks
/// cannot be told that way, nor made here. Rust's half-open form is [`range`](Self::range).
///
/// ```
/// use imapi_disc_types::{Block, BlockRange};
///
/// let anchor = BlockRange::new(Block(256), Block(256)).expect("the last is not before the first");
/// assert_eq!(anchor.blocks(), 1);
/// assert_eq!(anchor.range(), 256..257);
/// ```
#[doc(alias = "IBlockRange")]
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BlockRange {
    first: u64,
    end: u64,
}

impl BlockRange {
    /// From the first block to the last, both included; `None` when the last is before the first, or at the very end
    /// of what 64 bits can count.
    #[must_use]
    pub const fn new(first: Block, last: Block) -> Option<Self> {
        match last.0.checked_add(1) {
            Some(end) if first.0 < end => Some(Self { first: first.0, end }),
            _ => None,
        }
    }

    /// The same from a half-open range; `None` when it is empty.
    #[must_use]
    pub const fn from_range(range: &Range<u64>) -> Option<Self> {
        if range.start < range.end { Some(Self { first: range.start, end: range.end }) } else { None }
    }

    /// The first block.
    #[doc(alias = "IBlockRange::get_StartLba")]
    #[must_use]
    pub const fn first(self) -> Block {
        Block(self.first)
    }

    /// The last block, which belongs to the range.
    #[doc(alias = "IBlockRange::get_EndLba")]
    #[must_use]
    pub const fn last(self) -> Block {
        Block(self.end - 1)
    }

    /// How many blocks.
    #[must_use]
    pub const fn blocks(self) -> u64 {
        self.end - self.first
    }

    /// The numbers of the blocks.
    #[must_use]
    pub const fn range(self) -> Range<u64> {
        self.first..self.end
    }
}

/// `256-259`, the last included.
impl fmt::Display for BlockRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first(), self.last())
    }
}

impl fmt::Debug for BlockRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BlockRange({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_belong_to_it() {
        let range = BlockRange::new(Block(256), Block(259)).expect("four blocks");
        assert_eq!((range.first(), range.last(), range.blocks()), (Block(256), Block(259), 4));
        assert_eq!(BlockRange::from_range(&range.range()), Some(range));
        assert_eq!(format!("{range} {range:?}"), "256-259 BlockRange(256-259)");
    }

    #[test]
    fn an_empty_range_cannot_be_made() {
        assert_eq!(BlockRange::new(Block(1), Block(0)), None);
        assert_eq!(BlockRange::from_range(&(5..5)), None);
        assert_eq!(BlockRange::new(Block(0), Block(u64::MAX)), None);
    }
}
