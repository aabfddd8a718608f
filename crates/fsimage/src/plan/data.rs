//! [`FileData`]: where in the image the bytes of files are, those of shared contents once.

use std::path::PathBuf;

use imapi_disc_types::Block;

use super::pack::BLOCK;
use crate::{Content, ContentError, Contents, Kind, NodeId, Tree};

/// Which bytes need blocks of their own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Files of no more bytes lie in their metadata. 0 where several file systems share them.
    pub embedded: u64,
    /// Named streams are written, and those of no more bytes lie in their metadata.
    pub streams: Option<u64>,
}

/// The bytes of all files, in the order of the tree, each from the beginning of a block on.
#[derive(Debug)]
pub(crate) struct FileData {
    files: Vec<FileExtent>,
    /// Of each of the contents its place among the files, and how many names it has.
    by_content: Vec<(u32, u32)>,
    /// Where the bytes of those are that the disc has already, which have no place among the files.
    placed: Vec<Block>,
    /// The address of the image's first block on the disc.
    start: u64,
    first: Block,
    blocks: u64,
    /// What files without bytes point at: a block of the image that is none of any file.
    nothing: Block,
}

/// Contents that have blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileExtent {
    pub content: Content,
    /// The first file of that content; the root where no file of the tree has it.
    pub node: NodeId,
    /// Which of the file's streams it is, counted from 1; 0 for the file itself.
    pub stream: u16,
    /// Counted from the first block of all data.
    pub begins: u64,
    pub size: u64,
}

const NOWHERE: u32 = u32::MAX;
/// From this number on, places are those of contents that the disc has already.
const PLACED: u32 = 1 << 31;

impl FileData {
    /// Gives every content its blocks, counted from the first of all data: first those that are wanted whatever the tree
    /// has, then those of the tree.
    pub fn measure(tree: &Tree, contents: &Contents, wanted: Wanted, others: &[Content]) -> Result<Self, ContentError> {
        let by_content = vec![(NOWHERE, 0); contents.len()];
        let mut data = Self {
            files: Vec::new(),
            by_content,
            placed: Vec::new(),
            start: 0,
            first: Block(0),
            blocks: 0,
            nothing: Block(0),
        };
        for &content in others {
            if !data.is_placed(contents, content)? {
                data.take(content, NodeId::ROOT, 0, contents.size(content))?;
            }
        }
        for node in tree.walk(NodeId::ROOT) {
            let Kind::File { size, content } = tree.kind(node) else { continue };
            let check = |size, content| {
                let found = contents.size(content);
                if found == size {
                    return Ok(());
                }
                let file = contents.origin(content).unwrap_or_else(|| PathBuf::from(tree.path(node)));
                Err(ContentError::Length { file, expected: size, found })
            };
            data.name(content)?;
            check(size, content)?;
            if !data.is_placed(contents, content)? && size > wanted.embedded {
                data.take(content, node, 0, size)?;
            }
            let Some(embedded) = wanted.streams else { continue };
            for (stream, number) in tree.streams(node).iter().zip(1..) {
                data.name(stream.content)?;
                check(stream.size, stream.content)?;
                if !data.is_placed(contents, stream.content)? && stream.size > embedded {
                    data.take(stream.content, node, number, stream.size)?;
                }
            }
        }
        Ok(data)
    }

    /// Gives contents their blocks, unless they have them or need none.
    fn take(&mut self, content: Content, node: NodeId, stream: u16, size: u64) -> Result<(), ContentError> {
        let count = self.files.len();
        let begins = self.blocks;
        let at = &mut self.entry_mut(content)?.0;
        if *at != NOWHERE {
            // What is wanted whatever the tree has, the tree may have, too.
            let at = *at as usize;
            let file = &mut self.files[at];
            if file.node == NodeId::ROOT {
                (file.node, file.stream) = (node, stream);
            }
        } else if size > 0 {
            *at = u32::try_from(count).ok().filter(|&at| at < PLACED).ok_or(ContentError::Full)?;
            self.files.push(FileExtent { content, node, stream, begins, size });
            self.blocks += size.div_ceil(BLOCK as u64);
        }
        Ok(())
    }

    /// Whether the disc has these contents already; they keep their blocks, however small they are.
    fn is_placed(&mut self, contents: &Contents, content: Content) -> Result<bool, ContentError> {
        let Some(block) = contents.placed(content) else { return Ok(false) };
        let number = u32::try_from(self.placed.len()).ok().and_then(|number| PLACED.checked_add(number));
        let at = &mut self.entry_mut(content)?.0;
        if *at == NOWHERE {
            *at = number.filter(|&number| number < NOWHERE).ok_or(ContentError::Full)?;
            self.placed.push(Block(block.into()));
        }
        Ok(true)
    }

    /// Counts one more name of these contents.
    fn name(&mut self, content: Content) -> Result<(), ContentError> {
        self.entry_mut(content)?.1 += 1;
        Ok(())
    }

    fn entry_mut(&mut self, content: Content) -> Result<&mut (u32, u32), ContentError> {
        let place = usize::try_from(content.0).ok();
        place.and_then(|place| self.by_content.get_mut(place)).ok_or(ContentError::Unknown(content.0))
    }

    /// Hears where the image is on the disc, where in it data begin, and what nothing is on the disc.
    pub fn place(&mut self, start: u64, first: Block, nothing: Block) {
        (self.start, self.first, self.nothing) = (start, first, nothing);
    }

    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The first block of all data, as the image counts.
    pub fn first(&self) -> Block {
        self.first
    }

    /// Whether these contents have blocks: neither are they empty nor in the metadata.
    pub fn has_blocks(&self, content: Content) -> bool {
        self.entry(content).0 != NOWHERE
    }

    /// The lowest address of what the disc has already; `None` where the image leans on nothing.
    pub fn lowest(&self) -> Option<Block> {
        self.placed.iter().min().copied()
    }

    /// What files without bytes point at.
    pub fn nothing(&self) -> Block {
        self.nothing
    }

    /// The first block of these contents, as the disc counts.
    pub fn block_of(&self, content: Content) -> Block {
        let at = self.entry(content).0;
        let placed = at.checked_sub(PLACED).and_then(|at| self.placed.get(at as usize));
        if let Some(&block) = placed {
            return block;
        }
        let file = self.files.get(at as usize);
        file.map_or(self.nothing, |file| Block(self.start + self.first.0 + file.begins))
    }

    /// The first block of these contents, as the image counts; `None` where it has none of them.
    pub fn block_in_image(&self, content: Content) -> Option<u64> {
        let file = self.files.get(self.entry(content).0 as usize)?;
        Some(self.first.0 + file.begins)
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
        self.files_from(block).first().copied()
    }

    /// That file and those behind it, each of which begins where the one before it ends.
    pub fn files_from(&self, block: u64) -> &[FileExtent] {
        let after = self.files.partition_point(|file| file.begins <= block);
        &self.files[after.saturating_sub(1)..]
    }
}
