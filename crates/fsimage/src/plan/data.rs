//! [`FileData`]: where in the image the bytes of files are, those of shared contents once.

use std::path::PathBuf;

use imapi_disc_types::Block;

use super::pack::BLOCK;
use crate::{Content, ContentError, Contents, Kind, NodeId, Tree};

/// The bytes of all files, in the order of the tree, each from the beginning of a block on.
#[derive(Debug)]
pub(crate) struct FileData {
    files: Vec<FileExtent>,
    /// Of each of the contents its place among the files, and how many names it has.
    by_content: Vec<(u32, u32)>,
    first: Block,
    blocks: u64,
    /// What files without bytes point at: a block of the image that is none of any file.
    nothing: Block,
}

/// Contents that have blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileExtent {
    pub content: Content,
    /// The first file of that content.
    pub node: NodeId,
    /// Counted from the first block of all data.
    pub begins: u64,
    pub size: u64,
}

const NOWHERE: u32 = u32::MAX;

impl FileData {
    /// Gives every content its blocks, counted from the first of all data.
    pub fn measure(tree: &Tree, contents: &Contents) -> Result<Self, ContentError> {
        let mut files: Vec<FileExtent> = Vec::new();
        let mut by_content = vec![(NOWHERE, 0); contents.len()];
        let mut blocks = 0;
        for node in tree.walk(NodeId::ROOT) {
            let Kind::File { size, content } = tree.kind(node) else { continue };
            let place = usize::try_from(content.0).ok();
            let (at, names) =
                place.and_then(|place| by_content.get_mut(place)).ok_or(ContentError::Unknown(content.0))?;
            let found = contents.size(content);
            if found != size {
                let file = contents.origin(content).unwrap_or_else(|| PathBuf::from(tree.path(node)));
                return Err(ContentError::Length { file, expected: size, found });
            }
            *names += 1;
            if *at == NOWHERE && size > 0 {
                *at = u32::try_from(files.len()).map_err(|_| ContentError::Full)?;
                files.push(FileExtent { content, node, begins: blocks, size });
                blocks += size.div_ceil(BLOCK as u64);
            }
        }
        Ok(Self { files, by_content, first: Block(0), blocks, nothing: Block(0) })
    }

    pub fn place(&mut self, first: Block, nothing: Block) {
        (self.first, self.nothing) = (first, nothing);
    }

    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// What files without bytes point at.
    pub fn nothing(&self) -> Block {
        self.nothing
    }

    /// The first block of these contents.
    pub fn block_of(&self, content: Content) -> Block {
        self.files.get(self.entry(content).0 as usize).map_or(self.nothing, |file| Block(self.first.0 + file.begins))
    }

    /// How many files have these contents.
    pub fn names_of(&self, content: Content) -> u32 {
        self.entry(content).1
    }

    fn entry(&self, content: Content) -> (u32, u32) {
        let place = usize::try_from(content.0).ok();
        place.and_then(|place| self.by_content.get(place)).copied().unwrap_or((NOWHERE, 0))
    }

    /// All of them, in the order of their blocks.
    pub fn files(&self) -> &[FileExtent] {
        &self.files
    }

    /// The file that has a block, counted from the first of all data.
    pub fn file_at(&self, block: u64) -> Option<FileExtent> {
        let after = self.files.partition_point(|file| file.begins <= block);
        self.files[..after].last().copied()
    }
}
