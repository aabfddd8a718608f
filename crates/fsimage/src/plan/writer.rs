//! [`Writer`]: what a file system does to become a part of an image.

use std::{fmt, sync::Arc};

use imapi_disc_types::Block;

use super::{FileData, PlanError, pack::BLOCK};
use crate::{ContentError, ContentReader, Tree};

/// Blocks that a file system wants for its metadata: so many, the next that are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Claim(pub u64);

/// In which order descriptors stand in the one sequence that all file systems share from block 16 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// ISO 9660's primary volume descriptor.
    Primary,
    /// Joliet's and others.
    Supplementary,
    /// The end of ISO 9660's descriptors.
    Terminator,
}

/// Where everything came to be.
#[derive(Debug)]
pub(crate) struct Placement<'a> {
    /// The first block of each claim of this writer.
    pub claims: &'a [Block],
    /// Where the bytes of files are.
    pub data: &'a Arc<FileData>,
    /// Blocks of the image.
    pub blocks: u64,
}

/// A descriptor of the sequence from block 16 on, and where in it it stands.
pub(crate) type Recognition = (Rank, Box<[u8; BLOCK]>);

/// A file system of an image. Metadata is a function of its block number: nothing is kept of it but what says where its
/// records begin.
pub(crate) trait Writer: Send + Sync + fmt::Debug {
    /// Looks at the tree, and says how many blocks are needed. Sizes never depend on places.
    fn measure(&mut self, tree: &Tree) -> Result<Vec<Claim>, PlanError>;

    /// Hears where everything came to be.
    fn place(&mut self, at: &Placement<'_>);

    /// Its descriptors; as many before it was placed as after.
    fn recognition(&self, tree: &Tree) -> Vec<Recognition>;

    /// Writes whole blocks of a claim, from its block `first` on.
    fn render(
        &self,
        tree: &Tree,
        data: &ContentReader,
        claim: usize,
        first: u64,
        out: &mut [u8],
    ) -> Result<(), ContentError>;
}
