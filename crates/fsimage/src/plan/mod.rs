//! [`Plan`]: every block of an image has its owner before a byte of it is written.

mod data;
mod error;
pub(crate) mod pack;
mod writer;

use std::sync::Arc;

use imapi_disc_types::Block;

use crate::{Contents, Tree};

pub(crate) use data::FileData;
pub use error::PlanError;
pub(crate) use writer::{Claim, Placement, Rank, Recognition, Writer};

/// The block at which the descriptors begin that all file systems share; those before it are the system's.
const RECOGNITION: u64 = 16;

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

/// All blocks of an image and their owners.
#[derive(Debug)]
pub(crate) struct Plan {
    /// One after the other, without gaps; none is empty.
    regions: Vec<Region>,
    pub blocks: u64,
    pub data: Arc<FileData>,
    pub recognition: Vec<Recognition>,
}

impl Plan {
    /// Measures what is needed, and gives everything its place: the system's sixteen blocks, the descriptors, the metadata
    /// of each file system, and then the bytes of files, once for all of them.
    pub fn new(tree: &Tree, contents: &Contents, writers: &mut [Box<dyn Writer>]) -> Result<Self, PlanError> {
        let mut data = FileData::measure(tree, contents)?;
        let mut claims = Vec::new();
        for writer in writers.iter_mut() {
            claims.push(writer.measure(tree)?);
        }
        let recognition: usize = writers.iter().map(|writer| writer.recognition(tree).len()).sum();

        let mut plan = Regions::default();
        plan.push(RECOGNITION, Owner::Nobody);
        plan.push(recognition as u64, Owner::Recognition);
        let mut placed: Vec<Vec<Block>> = Vec::new();
        for (writer, claims) in claims.iter().enumerate() {
            let mut place =
                |(claim, &Claim(blocks)): (usize, &Claim)| plan.push(blocks, Owner::Claim { writer, claim });
            placed.push(claims.iter().enumerate().map(&mut place).collect());
        }
        let first = plan.push(data.blocks(), Owner::Data);
        let blocks = plan.end;
        if blocks > MOST_BLOCKS {
            return Err(PlanError::ImageTooBig { blocks });
        }
        // The last of the descriptors is there in every image, and nobody's file.
        data.place(first, Block(RECOGNITION + recognition as u64 - 1));

        let data = Arc::new(data);
        for (writer, claims) in writers.iter_mut().zip(&placed) {
            writer.place(&Placement { claims, data: &data, blocks });
        }
        let mut recognition: Vec<Recognition> = writers.iter().flat_map(|writer| writer.recognition(tree)).collect();
        recognition.sort_by_key(|(rank, _)| *rank);
        Ok(Self { regions: plan.all, blocks, data, recognition })
    }

    /// The region that has a block.
    pub fn region_at(&self, block: u64) -> Region {
        let after = self.regions.partition_point(|region| region.first <= block);
        self.regions[after.saturating_sub(1)]
    }

    /// All regions, in the order of their blocks.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }
}

#[derive(Default)]
struct Regions {
    all: Vec<Region>,
    end: u64,
}

impl Regions {
    fn push(&mut self, blocks: u64, owner: Owner) -> Block {
        let first = self.end;
        if blocks > 0 {
            self.all.push(Region { first, blocks, owner });
            self.end += blocks;
        }
        Block(first)
    }
}
