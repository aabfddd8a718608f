//! [`Layout`]: what claims become on an image, which is nobody's until then.

use imapi_disc_types::Block;

use super::{Owner, Region};

/// Where a claim is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Where {
    /// At that block.
    Fixed(u64),
    /// Before the bytes of files: the first free place from that block on, at a multiple of `align`.
    Next {
        /// No block before this one.
        from: u64,
        /// The first block is a multiple of it.
        align: u64,
    },
    /// Behind the bytes of files, in the order of the claims, at a multiple of `align`.
    Behind {
        /// The first block is a multiple of it.
        align: u64,
    },
    /// So many blocks before the end of the image: 1 is the last.
    FromEnd(u64),
}

impl Where {
    /// The first free place before the bytes of files.
    pub const ANYWHERE: Self = Self::Next { from: 0, align: 1 };
}

/// Blocks that a file system wants for its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim {
    pub blocks: u64,
    pub at: Where,
}

/// Gives claims their places, so that none is on another.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// In the order of their blocks; none is empty.
    regions: Vec<Region>,
}

impl Layout {
    /// Takes these blocks, which must be free.
    pub fn fix(&mut self, first: u64, blocks: u64, owner: Owner) -> Block {
        debug_assert!(self.is_free(first, blocks), "{owner:?} at {first} meets another");
        if blocks > 0 {
            let at = self.regions.partition_point(|region| region.first < first);
            self.regions.insert(at, Region { first, blocks, owner });
        }
        Block(first)
    }

    fn is_free(&self, first: u64, blocks: u64) -> bool {
        self.regions.iter().all(|region| region.end() <= first || first + blocks <= region.first)
    }

    /// Takes the first free place from a block on.
    pub fn next(&mut self, from: u64, align: u64, blocks: u64, owner: Owner) -> Block {
        let mut first = from.next_multiple_of(align);
        for region in &self.regions {
            if region.end() > first && region.first < first + blocks {
                first = region.end().next_multiple_of(align);
            }
        }
        self.fix(first, blocks, owner)
    }

    /// Takes a place behind everything.
    pub fn behind(&mut self, align: u64, blocks: u64, owner: Owner) -> Block {
        self.fix(self.end().next_multiple_of(align), blocks, owner)
    }

    /// The first block behind everything.
    pub fn end(&self) -> u64 {
        self.regions.last().map_or(0, Region::end)
    }

    /// All blocks up to the end, the free ones too.
    pub fn finish(self, end: u64) -> Vec<Region> {
        let mut all = Vec::with_capacity(self.regions.len() * 2 + 1);
        let mut at = 0;
        let last = Region { first: end, blocks: 0, owner: Owner::Nobody };
        for region in self.regions.into_iter().chain([last]) {
            if region.first > at {
                all.push(Region { first: at, blocks: region.first - at, owner: Owner::Nobody });
            }
            at = region.end();
            if region.blocks > 0 {
                all.push(region);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(claim: usize) -> Owner {
        Owner::Claim { writer: 0, claim }
    }

    #[test]
    fn what_can_be_anywhere_fills_the_gaps() {
        let mut layout = Layout::default();
        layout.fix(0, 16, Owner::Nobody);
        layout.fix(32, 4, owner(0));
        assert_eq!(layout.next(0, 1, 10, owner(1)), Block(16));
        assert_eq!(layout.next(0, 1, 10, owner(2)), Block(36), "10 do not fit into 6");
        assert_eq!(layout.next(0, 1, 6, owner(3)), Block(26));
        assert_eq!(layout.next(40, 32, 1, owner(4)), Block(64));
        assert_eq!(layout.next(0, 1, 0, owner(5)), Block(0), "nothing is anywhere");
        assert_eq!(layout.behind(16, 3, owner(6)), Block(80));
        let regions = layout.finish(100);
        assert_eq!(regions.iter().map(|region| region.blocks).sum::<u64>(), 100);
        assert!(regions.windows(2).all(|pair| pair[0].end() == pair[1].first));
        assert_eq!(regions.last().map(|region| region.owner), Some(Owner::Nobody));
    }
}
