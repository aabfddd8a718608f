//! [`Contents`]: where the bytes of files come from.

mod descriptors;
mod error;
mod on_disk;
mod reader;
mod stash;

use std::{
    collections::HashMap,
    fmt,
    io::Read,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_disc_types::{BlockSource, Control, SECTOR_SIZE};

use crate::Content;

pub use error::ContentError;
pub use reader::{ContentReader, OpenContent};

pub(crate) use descriptors::{Descriptors, FOLDERS, open_folder};
pub(crate) use on_disk::{FolderId, Folders, OnDisk, Seen, absolute, open_in};
pub(crate) use reader::Cursor;

pub(crate) use stash::StashWriter;
use stash::{Piece, Stash};

/// What each [`Content`] of an image is: bytes in memory, a source, a file on disk, or a stream that was kept.
///
/// Files on disk are not opened until somebody reads them, so that there may be a million. They are expected to stay as
/// they are until then: one that became shorter or longer, was written to, or is gone gives an error that names it.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi_disc_types::Control;
/// use imapi_fsimage::{ContentReader, Contents};
///
/// let mut contents = Contents::new();
/// let greeting = contents.add_bytes(*b"Good morning");
/// let piped = contents.add_stream(&mut &b"what comes once only"[..], "from a pipe", &mut Control::silent())?;
/// assert_eq!(contents.size(piped), 20);
///
/// let reader = ContentReader::new(Arc::new(contents));
/// let mut out = [0; 7];
/// reader.read_at(greeting, 5, &mut out)?;
/// assert_eq!(&out, b"morning");
/// # Ok::<(), imapi_fsimage::ContentError>(())
/// ```
#[derive(Default)]
pub struct Contents {
    entries: Vec<Entry>,
    pub(crate) folders: Folders,
    /// Files that have several names, by device and inode.
    shared: HashMap<(u64, u64), Content>,
    stash: Stash,
    /// Those that have bytes already.
    discs: Vec<Arc<Supplied>>,
    /// Where on its disc that began which will be copied from there.
    moved: HashMap<Content, u32>,
}

/// One of the contents.
#[derive(Clone)]
enum Entry {
    Bytes(Arc<[u8]>),
    Source(Arc<Supplied>),
    OnDisk(OnDisk),
    Stashed(Piece, Box<Path>),
    /// Bytes that a disc has: of which one, from which block on, and how many; and at which block of it its source begins.
    Placed {
        disc: u32,
        block: u32,
        source_begins: u32,
        bytes: u64,
    },
}

const _: () = assert!(size_of::<Entry>() <= 40);

/// Bytes of a block of a disc.
const BLOCK: u64 = SECTOR_SIZE.get() as u64;

/// A source that somebody gave, and how much of it counts.
struct Supplied {
    source: Arc<dyn BlockSource>,
    bytes: u64,
    name: PathBuf,
}

/// How much there was at a moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    entries: usize,
    folders: (usize, usize),
    stash: u64,
    discs: usize,
}

impl Mark {
    /// The number of the first that was added since.
    pub(crate) fn entries(self) -> u64 {
        self.entries as u64
    }
}

impl Contents {
    /// Nothing yet. Streams will be kept in the system's folder for temporary files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many there are; their numbers begin at 0.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn push(&mut self, entry: Entry) -> Content {
        self.entries.push(entry);
        Content(self.entries.len() as u64 - 1)
    }

    fn entry(&self, content: Content) -> Result<&Entry, ContentError> {
        let place = usize::try_from(content.0).ok();
        place.and_then(|place| self.entries.get(place)).ok_or(ContentError::Unknown(content.0))
    }

    /// Bytes in memory.
    pub fn add_bytes(&mut self, bytes: impl Into<Arc<[u8]>>) -> Content {
        self.push(Entry::Bytes(bytes.into()))
    }

    /// The first bytes of a source, which must have so many. The name is for messages.
    pub fn add_source(
        &mut self,
        source: Arc<dyn BlockSource>,
        bytes: u64,
        name: impl Into<PathBuf>,
    ) -> Result<Content, ContentError> {
        let (name, found) = (name.into(), source.bytes());
        if found < bytes {
            return Err(ContentError::Length { file: name, expected: bytes, found });
        }
        Ok(self.push(Entry::Source(Arc::new(Supplied { source, bytes, name }))))
    }

    /// A disc whose later session the image will be: its bytes stay where they are.
    /// The name is for messages.
    pub(crate) fn add_disc(
        &mut self,
        source: Arc<dyn BlockSource>,
        name: impl Into<PathBuf>,
    ) -> Result<u32, ContentError> {
        let number = u32::try_from(self.discs.len()).map_err(|_| ContentError::Full)?;
        let bytes = source.bytes();
        self.discs.push(Arc::new(Supplied { source, bytes, name: name.into() }));
        Ok(number)
    }

    /// Bytes that a disc has from a block on, by its number. An image leaves them there. The source of the disc may begin
    /// at a later block of it.
    pub(crate) fn add_placed(&mut self, disc: u32, (block, source_begins): (u32, u32), bytes: u64) -> Content {
        self.push(Entry::Placed { disc, block, source_begins, bytes })
    }

    /// The block of the disc with these contents, where a disc has them already.
    #[must_use]
    pub(crate) fn placed(&self, content: Content) -> Option<u32> {
        match self.entry(content) {
            Ok(Entry::Placed { block, .. }) => Some(*block),
            _ => None,
        }
    }

    /// What was added last has such a block on its disc, and cannot stay there.
    pub(crate) fn note_moved(&mut self, content: Content, block: u32) {
        self.moved.insert(content, block);
    }

    /// The block at which a disc has these contents, also where they do not stay there.
    pub(crate) fn was_at(&self, content: Content) -> Option<u32> {
        self.placed(content).or_else(|| self.moved.get(&content).copied())
    }

    /// Whatever can only be read once and from front to back: it is read now, and kept in the working directory. The
    /// control hears how many bytes came. The name is for messages.
    pub fn add_stream(
        &mut self,
        stream: &mut dyn Read,
        name: impl AsRef<Path>,
        control: &mut Control<'_, u64>,
    ) -> Result<Content, ContentError> {
        let piece = self.stash.keep(stream, name.as_ref(), control)?;
        Ok(self.push(Entry::Stashed(piece, name.as_ref().into())))
    }

    /// Writes at the end of the stash, for whoever cannot lend all contents while a stream is read.
    pub(crate) fn stash_writer(&mut self) -> Result<StashWriter, ContentError> {
        self.stash.writer()
    }

    /// Makes what was written one of the contents. The name is for messages.
    pub(crate) fn keep_written(&mut self, writer: &StashWriter, name: impl AsRef<Path>) -> Content {
        let piece = self.stash.keep_written(writer);
        self.push(Entry::Stashed(piece, name.as_ref().into()))
    }

    /// Makes what was written the bytes of contents that were a file on disk. They stay the same contents.
    pub(crate) fn replace_by_written(&mut self, content: Content, writer: &StashWriter) {
        let name = self.origin(content).unwrap_or_default();
        let piece = self.stash.keep_written(writer);
        let place = usize::try_from(content.0).ok();
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            *entry = Entry::Stashed(piece, name.into());
        }
    }

    /// Files on disk that come from now on are others than those that are there, also where they are the same on disk.
    pub(crate) fn share_no_more(&mut self) {
        self.shared.clear();
    }

    /// Those that are files on disk, from one number on.
    pub(crate) fn on_disk_from(&self, first: usize) -> Vec<Content> {
        let is_on_disk = |place: &usize| matches!(self.entries.get(*place), Some(Entry::OnDisk(_)));
        (first..self.entries.len()).filter(is_on_disk).map(|place| Content(place as u64)).collect()
    }

    /// These contents alone, as number 0: they can be read whatever becomes of the others.
    pub(crate) fn alone(&self, content: Content) -> Result<Self, ContentError> {
        let mut alone = Self { stash: self.stash.clone(), discs: self.discs.clone(), ..Self::default() };
        let entry = match self.entry(content)? {
            Entry::OnDisk(file) => Entry::OnDisk(self.folders.copy_file(file, &mut alone.folders)?),
            entry => entry.clone(),
        };
        alone.entries.push(entry);
        Ok(alone)
    }

    /// The folder for streams that must be kept.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_WorkingDirectory")]
    pub fn working_directory(&self) -> &Path {
        self.stash.directory()
    }

    /// Keeps streams in another folder. Those that are kept already move there; if they cannot, all stays as it was.
    #[doc(alias = "IFileSystemImage::put_WorkingDirectory")]
    pub fn set_working_directory(&mut self, folder: impl Into<PathBuf>) -> Result<(), ContentError> {
        self.stash.set_directory(folder.into())
    }

    /// A file on disk; that of another name of the same file, when there is one.
    pub(crate) fn add_file(&mut self, folder: FolderId, name: &[u8], seen: &Seen) -> Result<Content, ContentError> {
        let known = seen.shared.and_then(|identity| self.shared.get(&identity));
        if let Some((&content, Ok(Entry::OnDisk(file)))) = known.map(|content| (content, self.entry(*content))) {
            // It may have been written to between two scans.
            if file.is(seen) {
                return Ok(content);
            }
        }
        let file = self.folders.file(folder, name, seen)?;
        let content = self.push(Entry::OnDisk(file));
        if let Some(identity) = seen.shared {
            self.shared.insert(identity, content);
        }
        Ok(content)
    }

    /// How many bytes; 0 for a number that was never given.
    #[must_use]
    pub fn size(&self, content: Content) -> u64 {
        match self.entry(content) {
            Ok(Entry::Bytes(bytes)) => bytes.len() as u64,
            Ok(Entry::Source(supplied)) => supplied.bytes,
            Ok(Entry::OnDisk(file)) => file.size,
            Ok(Entry::Stashed(piece, _)) => piece.bytes,
            Ok(Entry::Placed { bytes, .. }) => *bytes,
            Err(_) => 0,
        }
    }

    /// The path on disk, or the name that was given; `None` for bytes in memory, and for those that a disc has already.
    #[must_use]
    pub fn origin(&self, content: Content) -> Option<PathBuf> {
        match self.entry(content).ok()? {
            Entry::Bytes(_) | Entry::Placed { .. } => None,
            Entry::Source(supplied) => Some(supplied.name.clone()),
            Entry::OnDisk(file) => Some(self.folders.file_path(file)),
            Entry::Stashed(_, name) => Some(name.to_path_buf()),
        }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            entries: self.entries.len(),
            folders: self.folders.mark(),
            stash: self.stash.end(),
            discs: self.discs.len(),
        }
    }

    /// Forgets what was added since.
    pub(crate) fn forget(&mut self, mark: Mark) {
        self.entries.truncate(mark.entries);
        self.folders.forget(mark.folders);
        self.stash.forget(mark.stash);
        self.discs.truncate(mark.discs);
        self.shared.retain(|_, content| content.0 < mark.entries as u64);
        self.moved.retain(|content, _| content.0 < mark.entries as u64);
    }
}

#[cfg(test)]
impl Contents {
    /// Lets a test give the stash a file that does not do what it should.
    pub(crate) fn swap_stash(&mut self, file: std::fs::File) {
        self.stash.swap(file);
    }

    /// Lets a test say that there is more in the stash than there is.
    pub(crate) fn pretend_stash(&mut self, end: u64) {
        self.stash.pretend(end);
    }
}

impl fmt::Debug for Contents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contents").field("len", &self.len()).field("stash", &self.stash).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
