//! [`ResultImage`]: an image that is read by blocks, and made while it is read.

mod outline;

use std::{borrow::Cow, fmt, num::NonZeroU32, ops::Range, sync::Arc};

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};

use crate::{
    Content, ContentError, ContentReader, Contents, ImageOptions, Kind, NodeId, PlanError, Tree,
    boot::Boot,
    content::Cursor,
    iso9660::Iso9660,
    plan::{FileExtent, Owner, Patch, Plan, Wanted, Writer, pack::BLOCK},
    udf::{self, Udf},
};

pub use outline::{Part, PartOf};

/// An image of a tree. No byte of it is kept: metadata is worked out, and files are read, when somebody reads their blocks,
/// in whatever order.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi_disc_types::{Block, BlockSource};
/// use imapi_fsimage::{Attributes, Contents, ImageOptions, Kind, NodeId, ResultImage, Timestamp, Tree};
///
/// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
/// let content = contents.add_bytes(*b"Good morning");
/// tree.add(NodeId::ROOT, b"greeting.txt", Kind::File { size: 12, content }, Attributes::default())?;
///
/// let options = ImageOptions::new(Timestamp::new(1_000_000_000, 0));
/// let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options)?;
/// let mut descriptor = [0; 2048];
/// image.read_all(Block(16), &mut descriptor)?;
/// assert_eq!(&descriptor[..6], b"\x01CD001");
/// assert_eq!(image.files().next().expect("one file").path, "/greeting.txt");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[doc(alias("IFileSystemImageResult", "IFileSystemImage::CreateResultImage"))]
pub struct ResultImage {
    tree: Arc<Tree>,
    reader: ContentReader,
    writers: Vec<Box<dyn Writer>>,
    plan: Plan,
    /// By contents.
    patches: Vec<Patch>,
    listener: Option<Arc<dyn MadeListener>>,
}

/// Hears what is made of an image, whoever reads it: to sum it up on the way.
pub trait MadeListener: Send + Sync + fmt::Debug {
    /// These blocks were made, the first of them at that place. They may come in any order, several times, or from several
    /// threads at once.
    fn made(&self, first: Block, bytes: &[u8]);
}

/// Where in an image a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "IProgressItem")]
pub struct ImageFile {
    /// Its path in the image; with a colon and its name for a named stream. Of files that share their bytes, this is the
    /// first; what no file of the image has, such as a boot image, is called as it is outside of it.
    pub path: String,
    /// Its node in the tree; the root where none has these bytes.
    pub node: NodeId,
    /// Its blocks.
    pub blocks: Range<u64>,
    /// Its bytes.
    pub size: u64,
}

impl ResultImage {
    /// Plans the image of a tree.
    pub fn new(tree: Arc<Tree>, contents: Arc<Contents>, options: &ImageOptions) -> Result<Self, PlanError> {
        options.check()?;
        let shared = Arc::new(options.clone());
        let reader = ContentReader::new(contents);
        let mut writers: Vec<Box<dyn Writer>> = Vec::new();
        if options.file_systems.iso9660 {
            writers.push(Box::new(Iso9660::new(Arc::clone(&shared))));
        }
        let mut wanted = Wanted::default();
        if options.file_systems.udf {
            wanted = udf::wanted(options);
            writers.push(Box::new(Udf::new(Arc::clone(&shared))));
        }
        if let Some(boot) = Boot::new(&shared, &tree, &reader)? {
            writers.push(Box::new(boot));
        }
        let plan = Plan::new(&tree, reader.contents(), &mut writers, wanted)?;
        let mut patches = Vec::new();
        for writer in &writers {
            patches.extend(writer.patches(&reader)?);
        }
        debug_assert!(patches.iter().all(|patch| plan.data.has_blocks(patch.content)), "only blocks are patched");
        patches.sort_by_key(|patch| patch.content);
        Ok(Self { tree, reader, writers, plan, patches, listener: None })
    }

    /// Lets somebody hear of all blocks that are made from now on.
    pub fn listen(&mut self, listener: Arc<dyn MadeListener>) {
        self.listener = Some(listener);
    }

    /// Where its bytes come from.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        self.reader.contents()
    }

    /// The tree that it is of.
    #[must_use]
    pub fn tree(&self) -> &Arc<Tree> {
        &self.tree
    }

    /// The files that have blocks, in the order of their blocks.
    #[doc(alias = "IProgressItems")]
    pub fn files(&self) -> impl Iterator<Item = ImageFile> + '_ {
        self.plan.data.files().iter().map(|file| self.image_file(file))
    }

    /// All files that have blocks or no bytes, each by every name that it has, in the order of the tree. Those that UDF
    /// has in its metadata, because they are so small, are not among them.
    pub fn all_files(&self) -> impl Iterator<Item = ImageFile> + '_ {
        self.tree.walk(NodeId::ROOT).filter_map(|node| {
            let Kind::File { size, content } = self.tree.kind(node) else { return None };
            let has_blocks = self.plan.data.has_blocks(content);
            let begins = self.plan.data.block_of(content).0;
            let blocks = begins..begins + if has_blocks { size.div_ceil(BLOCK as u64) } else { 0 };
            (has_blocks || size == 0).then(|| ImageFile { path: self.tree.path(node), node, blocks, size })
        })
    }

    /// How many files have blocks.
    pub(crate) fn file_count(&self) -> usize {
        self.plan.data.files().len()
    }

    /// One of the files that have blocks.
    pub(crate) fn file(&self, index: usize) -> Option<ImageFile> {
        self.plan.data.files().get(index).map(|file| self.image_file(file))
    }

    /// Whether files that were empty still are: nobody reads them, so that nobody else finds out.
    pub(crate) fn check_empty_files(&self) -> Result<(), SourceError> {
        for node in self.tree.walk(NodeId::ROOT) {
            if let Kind::File { size: 0, content } = self.tree.kind(node) {
                let checked = self.reader.open(content).and_then(|open| open.check());
                checked.map_err(|error| SourceError::new(self.plan.data.nothing(), error))?;
            }
        }
        Ok(())
    }

    /// The file that has a block of the image.
    pub(crate) fn file_with_block(&self, block: u64) -> Option<ImageFile> {
        let region = (block < self.plan.blocks).then(|| self.plan.region_at(block))?;
        let file = self.plan.data.file_at(block.checked_sub(region.first)?);
        file.filter(|_| region.owner == Owner::Data).map(|file| self.image_file(&file))
    }

    fn image_file(&self, file: &FileExtent) -> ImageFile {
        let begins = self.plan.data_begins() + file.begins;
        let (node, size) = (file.node, file.size);
        ImageFile { path: self.path_of(file), node, blocks: begins..begins + size.div_ceil(BLOCK as u64), size }
    }

    fn path_of(&self, file: &FileExtent) -> String {
        let path = self.tree.path(file.node);
        if file.node == NodeId::ROOT {
            return self.reader.contents().origin(file.content).map_or(path, |origin| origin.display().to_string());
        }
        match usize::from(file.stream).checked_sub(1).and_then(|place| self.tree.streams(file.node).get(place)) {
            Some(stream) => format!("{path}:{}", String::from_utf8_lossy(&stream.name)),
            None => path,
        }
    }

    /// Fills whole blocks, of however many owners. An error comes with the first block of what cannot be had; those before
    /// it are filled.
    pub(crate) fn fill(&self, cursor: &mut Cursor, first: u64, out: &mut [u8]) -> Result<(), (u64, ContentError)> {
        let (mut block, mut rest) = (first, &mut *out);
        while !rest.is_empty() {
            let region = self.plan.region_at(block);
            let count = usize::try_from(region.end() - block).unwrap_or(usize::MAX).min(rest.len() / BLOCK);
            let (out, after) = rest.split_at_mut(count * BLOCK);
            let first = block - region.first;
            match region.owner {
                Owner::Nobody => out.fill(0),
                Owner::Recognition => {
                    let at = usize::try_from(first).unwrap_or(usize::MAX);
                    let blocks = self.plan.recognition.iter().skip(at);
                    out.chunks_exact_mut(BLOCK)
                        .zip(blocks)
                        .for_each(|(out, (_, block))| out.copy_from_slice(&block[..]));
                }
                Owner::Claim { writer, claim } => self.writers[writer]
                    .render(&self.tree, &self.reader, claim, first, out)
                    .map_err(|error| (block, error))?,
                Owner::Data => {
                    self.fill_data(cursor, first, out).map_err(|(at, error)| (region.first + at, error))?;
                }
            }
            (block, rest) = (block + count as u64, after);
        }
        if let Some(listener) = &self.listener {
            listener.made(Block(first), out);
        }
        Ok(())
    }

    /// Fills blocks of files, which may be of many, counted from the first of all data.
    fn fill_data(&self, cursor: &mut Cursor, first: u64, out: &mut [u8]) -> Result<(), (u64, ContentError)> {
        let (mut block, mut rest) = (first, out);
        for file in self.plan.data.files_from(first) {
            if rest.is_empty() {
                break;
            }
            let offset = (block - file.begins) * BLOCK as u64;
            let left = file.size.saturating_sub(offset);
            let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
            let end = bytes.next_multiple_of(BLOCK);
            let (out, after) = rest.split_at_mut(end);
            let (out, zeros) = out.split_at_mut(bytes);
            self.reader.read_next(cursor, file.content, offset, out).map_err(|error| (block, error))?;
            zeros.fill(0);
            self.patch(file.content, offset, out);
            (block, rest) = (block + (end / BLOCK) as u64, after);
        }
        Ok(())
    }

    /// Changes bytes of contents, from an offset on, to what they are in this image.
    fn patch(&self, content: Content, offset: u64, out: &mut [u8]) {
        let first = self.patches.partition_point(|patch| patch.content < content);
        for patch in self.patches[first..].iter().take_while(|patch| patch.content == content) {
            for (at, &byte) in (patch.offset..).zip(&patch.bytes) {
                let at = at.checked_sub(offset).and_then(|at| usize::try_from(at).ok());
                if let Some(place) = at.and_then(|at| out.get_mut(at)) {
                    *place = byte;
                }
            }
        }
    }
}

impl BlockSource for ResultImage {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.plan.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, out, .. } = Request::admit(self, first, out)?;
        let failed = |error| SourceError::new(first, error);
        let (at, error) = match self.fill(&mut Cursor::default(), first.0, out) {
            Ok(()) => return Ok(count),
            Err(failure) => failure,
        };
        match u32::try_from(at - first.0).ok().and_then(NonZeroU32::new) {
            Some(before) => Ok(before),
            None if count == NonZeroU32::MIN => Err(failed(error)),
            // It may be about a later block: this one can be read.
            None => match self.fill(&mut Cursor::default(), first.0, &mut out[..BLOCK]) {
                Ok(()) => Ok(NonZeroU32::MIN),
                Err((_, error)) => Err(failed(error)),
            },
        }
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        let region = (block.0 < self.plan.blocks).then(|| self.plan.region_at(block.0))?;
        let file = self.plan.data.file_at(block.0.checked_sub(region.first)?);
        file.filter(|_| region.owner == Owner::Data).map(|file| Cow::Owned(self.path_of(&file)))
    }
}
