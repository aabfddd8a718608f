//! [`FileSystemImageResult`]: an image that was made, and where in it everything is.

use std::{fmt, num::NonZeroU32, ops::Range, sync::Arc};

use imapi_disc_types::{BlockRange, BlockSource};

use super::{Enumeration, ImageError};
use crate::{ImageFile, ResultImage};

/// An image that was made. Clones are the same; while one of them lives, or the stream of one, nothing in the image that it
/// is of can be changed.
#[derive(Clone)]
#[doc(alias("IFileSystemImageResult", "IFileSystemImageResult2"))]
pub struct FileSystemImageResult {
    image: Arc<ResultImage>,
    /// The image, or the disc with it.
    stream: Arc<dyn BlockSource>,
    /// Blocks before the image in the stream.
    before: u64,
    disc_id: String,
}

impl FileSystemImageResult {
    pub(super) fn new(image: Arc<ResultImage>, disc_id: String) -> Self {
        Self { stream: Arc::<ResultImage>::clone(&image), image, before: 0, disc_id }
    }

    /// The image as a part of a disc that can be overwritten, behind so many blocks.
    pub(super) fn on_disc(self, disc: Arc<dyn BlockSource>, before: u64) -> Self {
        Self { stream: disc, before, ..self }
    }

    /// What is to be burned: the image, or, where it is behind what an overwritable disc has, that disc from its beginning
    /// on, of which the [modified blocks](Self::modified_blocks) have to be written.
    #[must_use]
    #[doc(alias = "IFileSystemImageResult::get_ImageStream")]
    pub fn image_stream(&self) -> &Arc<dyn BlockSource> {
        &self.stream
    }

    /// The image alone, to be [written to a file](crate::write_image).
    #[must_use]
    pub fn image(&self) -> &Arc<ResultImage> {
        &self.image
    }

    /// Where in the image the files are.
    #[must_use]
    #[doc(alias = "IFileSystemImageResult::get_ProgressItems")]
    pub fn progress_items(&self) -> ProgressItems {
        ProgressItems { image: Arc::clone(&self.image), before: self.before }
    }

    /// Blocks of [the stream](Self::image_stream).
    #[must_use]
    #[doc(alias = "IFileSystemImageResult::get_TotalBlocks")]
    pub fn total_blocks(&self) -> u64 {
        self.stream.blocks()
    }

    /// Bytes of a block.
    #[must_use]
    #[doc(alias = "IFileSystemImageResult::get_BlockSize")]
    pub fn block_size(&self) -> NonZeroU32 {
        self.stream.block_size()
    }

    /// The volume's name in this image.
    #[must_use]
    #[doc(alias = "IFileSystemImageResult::get_DiscId")]
    pub fn disc_id(&self) -> &str {
        &self.disc_id
    }

    /// The blocks that differ from what the disc has already, in the order in which they have to be written; `None` when all
    /// have to be.
    #[must_use]
    #[doc(alias = "IFileSystemImageResult2::get_ModifiedBlocks")]
    pub fn modified_blocks(&self) -> Option<&[BlockRange]> {
        self.stream.modified()
    }
}

impl fmt::Debug for FileSystemImageResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSystemImageResult").field("disc_id", &self.disc_id).finish_non_exhaustive()
    }
}

/// Where in an image a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias = "IProgressItem")]
pub struct ProgressItem {
    description: String,
    blocks: Range<u64>,
}

impl ProgressItem {
    fn new(file: ImageFile, before: u64) -> Self {
        Self { description: file.path, blocks: file.blocks.start + before..file.blocks.end + before }
    }

    /// The file's path in the image.
    #[must_use]
    #[doc(alias = "IProgressItem::get_Description")]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Its first block.
    #[must_use]
    #[doc(alias = "IProgressItem::get_FirstBlock")]
    pub fn first_block(&self) -> u64 {
        self.blocks.start
    }

    /// Its last block.
    #[must_use]
    #[doc(alias = "IProgressItem::get_LastBlock")]
    pub fn last_block(&self) -> u64 {
        self.blocks.end - 1
    }

    /// How many blocks it has: one at least.
    #[must_use]
    #[doc(alias = "IProgressItem::get_BlockCount")]
    pub fn block_count(&self) -> u64 {
        self.blocks.end - self.blocks.start
    }
}

/// Where in an image's stream the files are, in the order of their blocks; what the disc has already is not in it. Files that have no blocks of their own are not in it:
/// empty ones, and small ones where UDF keeps them in their entries. Of files that share their bytes it is the first.
#[derive(Debug, Clone)]
#[doc(alias = "IProgressItems")]
pub struct ProgressItems {
    image: Arc<ResultImage>,
    before: u64,
}

impl ProgressItems {
    fn told(&self, file: ImageFile) -> ProgressItem {
        ProgressItem::new(file, self.before)
    }

    /// One of them; the first is 0.
    #[doc(alias = "IProgressItems::get_Item")]
    pub fn item(&self, index: usize) -> Result<ProgressItem, ImageError> {
        let file = self.image.file(index).map(|file| self.told(file));
        file.ok_or_else(|| ImageError::NotThere { given: index.to_string() })
    }

    /// How many there are.
    #[must_use]
    #[doc(alias = "IProgressItems::get_Count")]
    pub fn count(&self) -> usize {
        self.image.file_count()
    }

    /// That which has a block.
    #[doc(alias = "IProgressItems::get_ProgressItemFromBlock")]
    pub fn from_block(&self, block: u64) -> Result<ProgressItem, ImageError> {
        let file = block
            .checked_sub(self.before)
            .and_then(|block| self.image.file_with_block(block))
            .map(|file| self.told(file));
        file.ok_or_else(|| ImageError::NotThere { given: block.to_string() })
    }

    /// That of a path.
    #[doc(alias = "IProgressItems::get_ProgressItemFromDescription")]
    pub fn from_description(&self, description: &str) -> Result<ProgressItem, ImageError> {
        let found = self.image.files().find(|file| file.path == description).map(|file| self.told(file));
        found.ok_or_else(|| ImageError::NotThere { given: description.to_string() })
    }

    /// All of them, to go through.
    #[must_use]
    #[doc(alias("IProgressItems::get_EnumProgressItems", "IProgressItems::get__NewEnum"))]
    pub fn items(&self) -> Enumeration<ProgressItem> {
        Enumeration::new(self.image.files().map(|file| self.told(file)))
    }
}
