//! [`ContentReader`]: reads contents, from any thread and in any order, with few files open.

use std::{
    fs::File,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use imapi_disc_types::{Block, BlockSource};
use rustix::fs::OFlags;

use super::{
    ContentError, Contents, Descriptors, Entry, FOLDERS, FolderId, OnDisk, Supplied, descriptors::FILES, open_folder,
    stash::Piece,
};
use crate::Content;

/// Reads contents. At most 64 files and folders stay open, and what each thread is reading just now.
#[derive(Debug)]
pub struct ContentReader {
    contents: Arc<Contents>,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    files: Descriptors<Content>,
    folders: Descriptors<FolderId>,
}

/// The folder that somebody read from last: the next file is mostly in it, and nobody has to be asked for it.
#[derive(Debug, Default)]
pub(crate) struct Cursor {
    folder: Option<(FolderId, Arc<File>)>,
}

/// Contents that are open: they stay so while this lives.
#[derive(Debug)]
pub struct OpenContent<'a> {
    contents: &'a Contents,
    data: Data<'a>,
}

#[derive(Debug)]
enum Data<'a> {
    Bytes(&'a [u8]),
    Source(&'a Supplied),
    OnDisk(&'a OnDisk, Arc<File>),
    Stashed(Piece),
}

impl ContentReader {
    /// A reader of these; nothing can be added to them while it lives.
    #[must_use]
    pub fn new(contents: Arc<Contents>) -> Self {
        let open = Open { files: Descriptors::new(FILES), folders: Descriptors::new(FOLDERS) };
        Self { contents, open: Mutex::new(open) }
    }

    /// What it reads.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        &self.contents
    }

    /// Fills all of `out` from that byte on. A file on disk is looked at behind each read: it must be as long as when it
    /// was added, and not written since.
    pub fn read_at(&self, content: Content, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        self.read_next(&mut Cursor::default(), content, offset, out)
    }

    /// The same for somebody who reads many one after the other.
    pub(crate) fn read_next(
        &self,
        cursor: &mut Cursor,
        content: Content,
        offset: u64,
        out: &mut [u8],
    ) -> Result<(), ContentError> {
        if let Entry::OnDisk(file) = self.contents.entry(content)? {
            if offset == 0 && out.len() as u64 == file.size {
                // All at once, as small files are read: nobody will want it again, so that it pushes none out.
                let folder = self.folder(cursor, file)?;
                return self.contents.folders.read_whole(file, folder, out);
            }
        }
        let open = self.open(content)?;
        open.read_at(offset, out)?;
        // Others may read other pieces meanwhile. Whoever is last looks when all is read.
        open.check()
    }

    /// Opens contents, or takes those that are open.
    pub fn open(&self, content: Content) -> Result<OpenContent<'_>, ContentError> {
        let data = match self.contents.entry(content)? {
            Entry::Bytes(bytes) => Data::Bytes(bytes),
            Entry::Source(supplied) => Data::Source(supplied),
            Entry::Stashed(piece, _) => Data::Stashed(*piece),
            Entry::OnDisk(file) => Data::OnDisk(file, self.file(content, file)?),
        };
        Ok(OpenContent { contents: &self.contents, data })
    }

    /// A panic elsewhere leaves these lists whole.
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn file(&self, content: Content, file: &OnDisk) -> Result<Arc<File>, ContentError> {
        let there = self.lock().files.get(content);
        if let Some(there) = there {
            return Ok(there);
        }
        let open = Arc::new(self.open_on_disk(file)?);
        let gone = self.lock().files.put(content, Arc::clone(&open));
        drop(gone);
        Ok(open)
    }

    fn open_on_disk(&self, file: &OnDisk) -> Result<File, ContentError> {
        let folder = self.open_folder(file)?;
        self.contents.folders.open_file(file, &folder)
    }

    /// The folder of a file, which mostly is the one of the file before.
    fn folder<'c>(&self, cursor: &'c mut Cursor, file: &OnDisk) -> Result<&'c File, ContentError> {
        let folder = match cursor.folder.take().filter(|(id, _)| *id == file.folder) {
            Some((_, folder)) => folder,
            None => self.open_folder(file)?,
        };
        Ok(&cursor.folder.insert((file.folder, folder)).1)
    }

    fn open_folder(&self, file: &OnDisk) -> Result<Arc<File>, ContentError> {
        let folders = &self.contents.folders;
        let found = |id| self.lock().folders.get(id);
        let folder = open_folder(folders, file.folder, OFlags::PATH, found)
            .map_err(|source| ContentError::Open { file: folders.file_path(file), source })?;
        let gone = self.lock().folders.put(file.folder, Arc::clone(&folder));
        drop(gone);
        Ok(folder)
    }

    #[cfg(test)]
    pub(super) fn open_count(&self) -> usize {
        let open = self.lock();
        open.files.len() + open.folders.len()
    }
}

impl OpenContent<'_> {
    /// How many bytes there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        match self.data {
            Data::Bytes(bytes) => bytes.len() as u64,
            Data::Source(supplied) => supplied.bytes,
            Data::OnDisk(file, _) => file.size,
            Data::Stashed(piece) => piece.bytes,
        }
    }

    /// The open file that has the bytes, and where in it they begin; for whoever lets the system copy them.
    #[must_use]
    pub fn as_file(&self) -> Option<(&File, u64)> {
        match &self.data {
            Data::Bytes(_) | Data::Source(_) => None,
            Data::OnDisk(_, file) => Some((file, 0)),
            Data::Stashed(piece) => self.contents.stash.file().map(|file| (&**file, piece.start)),
        }
    }

    /// Whether a file on disk is still as long as when it was added, and not written since.
    pub fn check(&self) -> Result<(), ContentError> {
        let Data::OnDisk(file, open) = &self.data else { return Ok(()) };
        self.contents.folders.check(file, open)
    }

    /// The same of a file that has no bytes, and that it has none though it may tell so: files of `/proc` do.
    pub(crate) fn check_empty(&self) -> Result<(), ContentError> {
        let Data::OnDisk(file, open) = &self.data else { return Ok(()) };
        self.contents.folders.check_empty(file, open)
    }

    /// Fills all of `out` from that byte on.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        let size = self.size();
        match offset.checked_add(out.len() as u64) {
            Some(end) if end <= size => self.fill(offset, out),
            end => {
                let file = self.name();
                Err(ContentError::BeyondEnd { file, end: end.unwrap_or(u64::MAX), size })
            }
        }
    }

    fn name(&self) -> PathBuf {
        match &self.data {
            Data::Source(supplied) => supplied.name.clone(),
            Data::OnDisk(file, _) => self.contents.folders.file_path(file),
            Data::Bytes(_) | Data::Stashed(_) => PathBuf::new(),
        }
    }

    fn fill(&self, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        match &self.data {
            Data::Bytes(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                out.copy_from_slice(&bytes[start..][..out.len()]);
                Ok(())
            }
            Data::Source(supplied) => supplied.fill(offset, out),
            Data::Stashed(piece) => self.contents.stash.read_at(piece.start + offset, out),
            Data::OnDisk(file, open) => self.contents.folders.read(file, open, offset, out),
        }
    }
}

impl Supplied {
    /// Whole blocks go straight to where they are wanted, the others by way of a block.
    fn fill(&self, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        let failed = |source| ContentError::Source { file: self.name.clone(), source };
        let block_size = self.source.block_size().get() as usize;
        let (mut at, mut rest) = (offset, out);
        while !rest.is_empty() {
            let block = Block(at / block_size as u64);
            let skip = usize::try_from(at % block_size as u64).unwrap_or(0);
            let count = if skip == 0 && rest.len() >= block_size {
                let whole = rest.len() - rest.len() % block_size;
                self.source.read_all(block, &mut rest[..whole]).map_err(failed)?;
                whole
            } else {
                let mut buffer = vec![0; block_size];
                self.source.read_all(block, &mut buffer).map_err(failed)?;
                let count = rest.len().min(block_size - skip);
                rest[..count].copy_from_slice(&buffer[skip..][..count]);
                count
            };
            at += count as u64;
            rest = &mut rest[count..];
        }
        Ok(())
    }
}

impl std::fmt::Debug for Supplied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supplied").field("bytes", &self.bytes).field("name", &self.name).finish_non_exhaustive()
    }
}
