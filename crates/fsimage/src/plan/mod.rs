//! [`Plan`]: every block of an image has its owner before a byte of it is written.

mod data;
mod error;
mod layout;
pub(crate) mod pack;
mod writer;

use std::sync::Arc;

use imapi_disc_types::Block;

use crate::{Contents, Session, Tree};

pub(crate) use data::{FileData, FileExtent, Wanted};
pub use error::PlanError;
pub(crate) use layout::{Claim, Where};
pub(crate) use writer::{Patch, Placement, Rank, Recognition, Writer};

use layout::Layout;

/// The block at which the descriptors begin that all file systems share; those before it are the system's.
pub(crate) const RECOGNITION: u64 = 16;

/// Blocks that a drive writes at once, so that no others change when some of them are written again.
pub(crate) const CLUSTER: u64 = 32;

/// Blocks that a disc can number: addresses are of 31 bits.
const MOST_BLOCKS: u64 = i32::MAX as u64;

/// Who writes a run of blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    /// Nobody: zeros.
    Nobody,
    /// The sequence of descriptors.
    Recognition,
    /// A claim of a writer.
    Claim { writer: usize, claim: usize },
    /// Files.
    Data,
}

/// A run of blocks of one owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub first: u64,
    pub blocks: u64,
    pub owner: Owner,
}

impl Region {
    pub fn end(&self) -> u64 {
        self.first + self.blocks
    }
}

/// All blocks of an image and their owners.
#[derive(Debug)]
pub(crate) struct Plan {
    /// One after the other, without gaps; none is empty.
    regions: Vec<Region>,
    /// The address of the first block on the disc.
    pub start: u64,
    pub blocks: u64,
    pub data: Arc<FileData>,
    pub recognition: Vec<Recognition>,
}

impl Plan {
    /// Measures what is needed, and gives everything its place: the descriptors, what has to be at a certain block, other
    /// metadata in the gaps and behind, then the bytes of files, once for all file systems, and what belongs behind them.
    pub fn new(
        tree: &Tree,
        contents: &Contents,
        writers: &mut [Box<dyn Writer>],
        wanted: Wanted,
        session: &Session,
    ) -> Result<Self, PlanError> {
        let others: Vec<_> = writers.iter().flat_map(|writer| writer.contents()).collect();
        let mut data = FileData::measure(tree, contents, wanted, &others)?;
        let mut claims: Vec<Vec<Claim>> = Vec::new();
        for writer in writers.iter_mut() {
            claims.push(writer.measure(tree, &data)?);
        }
        let recognition = writers.iter().map(|writer| writer.recognition(tree).len() as u64).sum();
        let end_align = writers.iter().map(|writer| writer.end_align()).max().unwrap_or(1);

        let mut layout = Layout::default();
        layout.fix(RECOGNITION, recognition, Owner::Recognition);
        let mut placed: Vec<Vec<Block>> = claims.iter().map(|claims| vec![Block(0); claims.len()]).collect();
        let each = || {
            let claims = claims.iter().enumerate();
            claims.flat_map(|(writer, claims)| claims.iter().enumerate().map(move |(claim, at)| (writer, claim, at)))
        };
        let earliest = if session.rewritable { CLUSTER } else { RECOGNITION };
        let mut from_end = 0;
        for (writer, claim, at) in each() {
            match at.at {
                Where::Fixed(first) => {
                    placed[writer][claim] = layout.fix(first, at.blocks, Owner::Claim { writer, claim });
                }
                Where::FromEnd(distance) => from_end = from_end.max(distance),
                Where::Next { .. } | Where::Behind { .. } => {}
            }
        }
        for (writer, claim, at) in each() {
            // The first sixteen blocks are the system's, also when it has no use for them.
            if let Where::Next { from, align } = at.at {
                let from = from.max(earliest);
                placed[writer][claim] = layout.next(from, align, at.blocks, Owner::Claim { writer, claim });
            }
        }
        let first = layout.behind(1, data.blocks(), Owner::Data);
        for (writer, claim, at) in each() {
            if let Where::Behind { align } = at.at {
                placed[writer][claim] = layout.behind(align, at.blocks, Owner::Claim { writer, claim });
            }
        }
        let blocks = (layout.end() + from_end).next_multiple_of(end_align);
        let start = u64::from(session.start);
        if start + blocks > MOST_BLOCKS {
            return Err(PlanError::ImageTooBig { blocks: start + blocks });
        }
        for (writer, claim, at) in each() {
            if let Where::FromEnd(distance) = at.at {
                placed[writer][claim] = layout.fix(blocks - distance, at.blocks, Owner::Claim { writer, claim });
            }
        }
        // The last of the descriptors is there in every image, and nobody's file.
        data.place(start, first, Block(start + RECOGNITION + recognition - 1));

        let data = Arc::new(data);
        for (writer, claims) in writers.iter_mut().zip(&placed) {
            let claims: Vec<Block> = claims.iter().map(|claim| Block(start + claim.0)).collect();
            writer.place(&Placement { claims: &claims, data: &data, blocks });
        }
        let mut recognition: Vec<Recognition> = writers.iter().flat_map(|writer| writer.recognition(tree)).collect();
        recognition.sort_by_key(|(rank, _)| *rank);
        Ok(Self { regions: layout.finish(blocks), start, blocks, data, recognition })
    }

    /// All of them, in the order of their blocks.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The region that has a block.
    pub fn region_at(&self, block: u64) -> Region {
        let after = self.regions.partition_point(|region| region.first <= block);
        self.regions[after.saturating_sub(1)]
    }

    /// The first block of the bytes of files.
    pub fn data_begins(&self) -> u64 {
        self.data.first().0
    }
}
