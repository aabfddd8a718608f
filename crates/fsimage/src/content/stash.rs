//! [`Stash`]: what comes from streams that cannot go back, in one temporary file without a name.

use std::{
    fs::File,
    io::{self, ErrorKind, Read},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_disc_types::Control;
use tempfile::{Builder, NamedTempFile};

use super::ContentError;

/// How much is moved at a time.
const CHUNK: usize = 1 << 20;

/// A temporary file. Its name is taken away as soon as it is open, so that nothing of it stays behind a program that is
/// killed; messages still have the name.
#[derive(Debug, Clone)]
struct StashFile {
    file: Arc<File>,
    path: PathBuf,
    end: u64,
}

/// Where streams are kept until they are read.
#[derive(Debug, Clone)]
pub(super) struct Stash {
    directory: PathBuf,
    file: Option<StashFile>,
}

/// Writes at the end of the stash. What it wrote is a part of it once it is [kept](super::Contents::keep_written); only
/// one at a time may write.
#[derive(Debug)]
pub(crate) struct StashWriter {
    file: StashFile,
    start: u64,
}

impl StashWriter {
    /// Bytes that were written.
    pub(crate) fn bytes(&self) -> u64 {
        self.file.end - self.start
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ContentError> {
        let failed = |source| ContentError::StashWrite { stash: self.file.path.clone(), source };
        self.file.file.write_all_at(bytes, self.file.end).map_err(failed)?;
        self.file.end += bytes.len() as u64;
        Ok(())
    }
}

/// A piece of the stash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) start: u64,
    pub(super) bytes: u64,
}

impl Default for Stash {
    fn default() -> Self {
        Self { directory: std::env::temp_dir(), file: None }
    }
}

impl StashFile {
    fn create(directory: &Path) -> Result<Self, ContentError> {
        let failed = |source| ContentError::StashOpen { stash: directory.join("imapi-stash"), source };
        let file = nameable(directory).map_err(failed)?;
        let path = file.path().to_path_buf();
        let (file, name) = file.into_parts();
        name.close().map_err(|source| ContentError::StashOpen { stash: path.clone(), source })?;
        Ok(Self { file: Arc::new(file), path, end: 0 })
    }
}

fn nameable(directory: &Path) -> io::Result<NamedTempFile> {
    Builder::new().prefix("imapi-stash-").tempfile_in(directory)
}

impl Stash {
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the stash ends, for [`forget`](Self::forget).
    pub(super) fn end(&self) -> u64 {
        self.file.as_ref().map_or(0, |file| file.end)
    }

    /// Takes back what came after that.
    pub(super) fn forget(&mut self, end: u64) {
        if let Some(file) = self.file.as_mut().filter(|file| file.end > end) {
            file.end = end;
            // The room is wanted back, but nothing depends on it.
            let _ = file.file.set_len(end);
        }
    }

    /// Reads a stream to its end; when that fails, nothing of it is kept.
    pub(super) fn keep(
        &mut self,
        stream: &mut dyn Read,
        name: &Path,
        control: &mut Control<'_, u64>,
    ) -> Result<Piece, ContentError> {
        let mut writer = self.writer()?;
        let outcome = fill(&mut writer, stream, name, control);
        let piece = self.keep_written(&writer);
        outcome.inspect_err(|_| self.forget(piece.start)).map(|()| piece)
    }

    /// A writer at the end of the stash, which is made where there is none yet.
    pub(super) fn writer(&mut self) -> Result<StashWriter, ContentError> {
        let file = match self.file.take() {
            Some(file) => file,
            None => StashFile::create(&self.directory)?,
        };
        let file = self.file.insert(file).clone();
        Ok(StashWriter { start: file.end, file })
    }

    /// Makes what was written a part of the stash.
    pub(super) fn keep_written(&mut self, writer: &StashWriter) -> Piece {
        if let Some(file) = &mut self.file {
            file.end = file.end.max(writer.file.end);
        }
        Piece { start: writer.start, bytes: writer.bytes() }
    }

    /// The open file of a piece.
    pub(super) fn file(&self) -> Option<&Arc<File>> {
        self.file.as_ref().map(|file| &file.file)
    }

    pub(super) fn read_at(&self, at: u64, out: &mut [u8]) -> Result<(), ContentError> {
        let Some(stash) = &self.file else { return Ok(()) };
        stash.file.read_exact_at(out, at).map_err(|source| {
            let expected = at + out.len() as u64;
            match stash.file.metadata() {
                Ok(metadata) if metadata.len() < expected => {
                    ContentError::StashSeek { stash: stash.path.clone(), expected, found: metadata.len() }
                }
                _ => ContentError::StashRead { stash: stash.path.clone(), source },
            }
        })
    }

    /// Keeps streams in that folder from now on, those that are there already too.
    pub(super) fn set_directory(&mut self, directory: PathBuf) -> Result<(), ContentError> {
        // Whoever can make a file there may use it.
        if let Err(source) = nameable(&directory) {
            return Err(ContentError::WorkingDirectory { folder: directory, source });
        }
        if let Some(old) = self.file.as_ref().filter(|file| file.end > 0) {
            let failed = |source| ContentError::StashMove { folder: directory.clone(), source };
            let space = rustix::fs::statvfs(&directory).map_err(|error| failed(error.into()))?;
            let (free, needed) = (space.f_bavail.saturating_mul(space.f_frsize), old.end);
            if free < needed {
                return Err(ContentError::WorkingDirectorySpace { folder: directory, free, needed });
            }
            let mut new = StashFile::create(&directory)?;
            copy(old, &mut new).map_err(failed)?;
            self.file = Some(new);
        } else {
            self.file = None;
        }
        self.directory = directory;
        Ok(())
    }
}

fn fill(
    writer: &mut StashWriter,
    stream: &mut dyn Read,
    name: &Path,
    control: &mut Control<'_, u64>,
) -> Result<(), ContentError> {
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = match stream.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(source) => return Err(ContentError::Read { file: name.to_path_buf(), source }),
        };
        writer.write(&buffer[..count])?;
        control.emit(&writer.bytes())?;
    }
}

fn copy(old: &StashFile, new: &mut StashFile) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while new.end < old.end {
        let count = buffer.len().min(usize::try_from(old.end - new.end).unwrap_or(usize::MAX));
        old.file.read_exact_at(&mut buffer[..count], new.end)?;
        new.file.write_all_at(&buffer[..count], new.end)?;
        new.end += count as u64;
    }
    Ok(())
}

#[cfg(test)]
impl Stash {
    /// Lets a test do what a disk does.
    pub(super) fn cut(&self, length: u64) {
        let file = self.file.as_ref().expect("something is stashed");
        file.file.set_len(length).expect("a file can be cut");
    }

    /// Lets a test say that there is more than there is.
    pub(super) fn pretend(&mut self, end: u64) {
        self.file.as_mut().expect("something is stashed").end = end;
    }

    /// Lets a test give a file that does not do what it should.
    pub(super) fn swap(&mut self, file: File) {
        self.file.as_mut().expect("something is stashed").file = Arc::new(file);
    }
}
