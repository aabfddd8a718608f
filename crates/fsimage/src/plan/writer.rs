//! [`Writer`]: what a file system does to become a part of an image.

use std::{fmt, sync::Arc};

use imapi_disc_types::Block;

use super::{Claim, FileData, PlanError, pack::BLOCK};
use crate::{Content, ContentError, ContentReader, NodeId, Tree};

/// In which order descriptors stand in the one sequence that all file systems share from block 16 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rank {
    /// ISO 9660's primary volume descriptor.
    Primary,
    /// El Torito's boot record, which firmware looks for in block 17.
    BootRecord,
    /// Joliet's and others.
    Supplementary,
    /// The end of ISO 9660's descriptors.
    Terminator,
    /// UDF's, in their own order.
    Udf,
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

/// Bytes that stand in the image in the place of those that contents have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patch {
    pub content: Content,
    /// Where in the contents.
    pub offset: u64,
    pub bytes: Vec<u8>,
}

/// A file system of an image. Metadata is a function of its block number: nothing is kept of it but what says where its
/// records begin.
pub(crate) trait Writer: Send + Sync + fmt::Debug {
    /// Contents that it needs in the image, whether or not the tree has them.
    fn contents(&self) -> Vec<Content> {
        Vec::new()
    }

    /// Looks at the tree, and says how many blocks are needed, and where. Sizes never depend on places; of the bytes of
    /// files it is known which have blocks, but not yet where.
    fn measure(&mut self, tree: &Tree, data: &FileData) -> Result<Vec<Claim>, PlanError>;

    /// The image's blocks have to be a multiple of this.
    fn end_align(&self) -> u64 {
        1
    }

    /// Hears where everything came to be.
    fn place(&mut self, at: &Placement<'_>);

    /// What becomes of the bytes of files now that it is known where everything is.
    fn patches(&self, _: &ContentReader) -> Result<Vec<Patch>, PlanError> {
        Ok(Vec::new())
    }

    /// Its descriptors; as many before it was placed as after.
    fn recognition(&self, tree: &Tree) -> Vec<Recognition>;

    /// For whom a claim is: the name of a file system, or of what else it is.
    fn claimant(&self, claim: usize) -> &'static str;

    /// The names of its file systems, where it has any that have names of files.
    fn file_systems(&self) -> Vec<&'static str> {
        Vec::new()
    }

    /// Tells what files and folders are called in one of its file systems, the root and what is not there left out.
    fn names(&self, tree: &Tree, file_system: usize, tell: &mut dyn FnMut(NodeId, &str)) {
        let _ = (tree, file_system, tell);
    }

    /// The block and the byte in it where the bytes of a file begin that stand in its metadata, and not in blocks of files.
    fn embedded(&self, tree: &Tree, node: NodeId) -> Option<(Block, u32)> {
        let _ = (tree, node);
        None
    }

    /// Whether it keeps named streams.
    fn has_streams(&self) -> bool {
        false
    }

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
