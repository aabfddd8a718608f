//! [`FileSource`]: a file, or a device that has blocks.

use std::{
    borrow::Cow,
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Seek, SeekFrom},
    num::NonZeroU32,
    path::{Path, PathBuf},
};

use imapi_errors::{Coded, Fact, HResult, Value, common, fs as codes};

use crate::{
    Block, BlockSource, FileKind, PartialBlock, Request, SourceError, extent::Extent, positioned, reader::whole_blocks,
};

/// A regular file or a block device, read by position: any number of threads may share it. Everything else is refused;
/// a pipe is for [`ReaderSource`](crate::ReaderSource).
///
/// The length is that of the moment of opening. A file that grows later is read up to that length; one that shrinks
/// fails at the first block that is no longer there.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    path: PathBuf,
    extent: Extent,
}

/// Why a file cannot be a source, or be read as one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It cannot be opened, or has no length.
    #[error("cannot open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something that has no blocks.
    #[error("{} is {kind}, where a regular file or a block device is needed", path.display())]
    WrongKind {
        /// The path.
        path: PathBuf,
        /// What is there.
        kind: FileKind,
    },
    /// Its length is no multiple of the block size.
    #[error("{} ends within a block", path.display())]
    Partial {
        /// The file.
        path: PathBuf,
        /// By how much.
        source: PartialBlock,
    },
    /// The system cannot read it.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It has become shorter since it was opened.
    #[error("{} had {expected} bytes when it was opened and has {found} now", path.display())]
    Shrunk {
        /// The file.
        path: PathBuf,
        /// Its length in bytes when it was opened.
        expected: u64,
        /// Its length in bytes now.
        found: u64,
    },
}

impl FileSource {
    /// Opens a file; refused unless its length is a multiple of the block size.
    pub fn open(path: impl Into<PathBuf>, block_size: NonZeroU32) -> Result<Self, FileError> {
        let path = path.into();
        let file = open(&path)?;
        Self::from_file(file, path, block_size)
    }

    /// Opens a file, and adds zeros up to the end of its last block.
    pub fn open_padded(path: impl Into<PathBuf>, block_size: NonZeroU32) -> Result<Self, FileError> {
        let path = path.into();
        let file = open(&path)?;
        let bytes = measure(&file, &path)?;
        Ok(Self { file, path, extent: Extent::padded(bytes, block_size) })
    }

    /// Takes a file that is open already; the path is its name in messages. Refused unless its length is a multiple of
    /// the block size.
    pub fn from_file(file: File, path: impl Into<PathBuf>, block_size: NonZeroU32) -> Result<Self, FileError> {
        let path = path.into();
        let bytes = measure(&file, &path)?;
        match Extent::whole(bytes, block_size) {
            Ok(extent) => Ok(Self { file, path, extent }),
            Err(source) => Err(FileError::Partial { path, source }),
        }
    }

    /// The file's path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Why no more could be read from the byte `stopped_at` on.
    fn failure(&self, stopped_at: u64, error: Option<io::Error>) -> FileError {
        let path = self.path.clone();
        if let Some(source) = error {
            return FileError::Read { path, source };
        }
        // The end may have gone back much further than to where this read met it, and may be behind that again.
        let found = length(&self.file).unwrap_or(stopped_at).min(stopped_at);
        FileError::Shrunk { path, expected: self.extent.bytes, found }
    }
}

impl BlockSource for FileSource {
    fn block_size(&self) -> NonZeroU32 {
        self.extent.block_size
    }

    fn blocks(&self) -> u64 {
        self.extent.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, offset, out, .. } = Request::admit(self, first, out)?;
        let (data, zeros) = self.extent.split(offset, out);
        let (filled, error) = fill(&self.file, offset, data);
        if filled == data.len() {
            zeros.fill(0);
            return Ok(count);
        }
        // A failure further on waits until its own block is asked for: read again, it fails again.
        whole_blocks(filled, self.extent.block_size)
            .ok_or_else(|| SourceError::new(first, self.failure(offset + filled as u64, error)))
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        (block.0 < self.blocks()).then(|| self.path.to_string_lossy())
    }
}

/// Opens what has blocks. Everything else is refused before it is opened: a FIFO would wait for a writer, and there are
/// devices that begin to do something.
fn open(path: &Path) -> Result<File, FileError> {
    let failed = |source| FileError::Open { path: path.to_path_buf(), source };
    admit(path, &fs::metadata(path).map_err(failed)?)?;
    File::open(path).map_err(failed)
}

/// The length of an open file, which need not be what stood at its path a moment before.
fn measure(file: &File, path: &Path) -> Result<u64, FileError> {
    let failed = |source| FileError::Open { path: path.to_path_buf(), source };
    admit(path, &file.metadata().map_err(failed)?)?;
    length(file).map_err(failed)
}

fn admit(path: &Path, metadata: &Metadata) -> Result<(), FileError> {
    match FileKind::without_blocks(metadata.file_type()) {
        None => Ok(()),
        Some(kind) => Err(FileError::WrongKind { path: path.to_path_buf(), kind }),
    }
}

/// The length of a file, or of a device, whose metadata have none.
fn length(mut file: &File) -> io::Result<u64> {
    let metadata = file.metadata()?;
    if metadata.is_file() { Ok(metadata.len()) } else { file.seek(SeekFrom::End(0)) }
}

/// Reads until the buffer is full, the file ends or the system refuses; says how many bytes came.
fn fill(file: &File, offset: u64, out: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < out.len() {
        match positioned::read_at(file, &mut out[filled..], offset + filled as u64) {
            Ok(0) => return (filled, None),
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

impl Coded for FileError {
    fn code(&self) -> HResult {
        match self {
            Self::Open { source, .. } | Self::Read { source, .. } => source.code(),
            Self::WrongKind { kind: FileKind::Directory, .. } => codes::IMAPI_E_NOT_FILE,
            Self::WrongKind { .. } => common::STG_E_UNIMPLEMENTEDFUNCTION,
            Self::Partial { source, .. } => source.code(),
            Self::Shrunk { .. } => codes::IMAPI_E_DATA_STREAM_INCONSISTENCY,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Open { path, source } | Self::Read { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            // The message of its code says what it is.
            Self::WrongKind { path, kind: FileKind::Directory } => put(Fact::Path, Value::Text(&path.display())),
            Self::WrongKind { path, kind } => {
                put(Fact::File, Value::Text(&path.display()));
                if let Some(constant) = kind.constant() {
                    put(Fact::Found, Value::Text(&constant));
                }
            }
            Self::Partial { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::Shrunk { path, expected, found } => {
                put(Fact::File, Value::Text(&path.display()));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Lang, Report};
    use tempfile::NamedTempFile;

    use super::*;

    const FOUR: NonZeroU32 = NonZeroU32::new(4).expect("not zero");

    fn file_of(bytes: &[u8]) -> NamedTempFile {
        let file = NamedTempFile::new().expect("a temporary file");
        fs::write(file.path(), bytes).expect("room for a few bytes");
        file
    }

    #[test]
    fn a_missing_file_is_told_by_its_path_and_code() {
        let error = FileSource::open("/nowhere/at all", FOUR).expect_err("no such file");
        assert_eq!(error.code(), common::ERROR_FILE_NOT_FOUND);
        assert!(Report::new(&error, Lang::EN).to_string().contains("/nowhere/at all"));
    }

    #[test]
    fn a_folder_is_refused_and_named_in_every_language() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for error in [FileSource::open(folder.path(), FOUR), FileSource::open_padded(folder.path(), FOUR)] {
            let error = error.expect_err("a folder");
            assert!(matches!(error, FileError::WrongKind { kind: FileKind::Directory, .. }), "{error:?}");
            assert_eq!(error.code(), codes::IMAPI_E_NOT_FILE);
            let path = folder.path().display().to_string();
            assert_eq!(
                error.to_string(),
                format!("{path} is a directory, where a regular file or a block device is needed")
            );
            for lang in Lang::ALL {
                let report = Report::new(&error, lang).to_string();
                assert!(report.lines().next().is_some_and(|message| message.contains(&path)), "{report}");
            }
        }
    }

    #[test]
    fn a_last_block_that_is_not_full_is_refused_or_filled_up() {
        let file = file_of(b"123456789");
        let error = FileSource::open(file.path(), FOUR).expect_err("nine bytes");
        assert_eq!(error.code(), common::E_INVALIDARG);
        let source = FileSource::open_padded(file.path(), FOUR).expect("padded");
        let mut out = [0xA5; 8];
        assert_eq!(source.read(Block(1), &mut out).expect("readable").get(), 2);
        assert_eq!(&out, b"56789\0\0\0");
    }

    #[test]
    fn a_file_that_shrinks_fails_at_the_first_block_that_is_gone() {
        let file = file_of(b"0123456789abcdef");
        let source = FileSource::open(file.path(), FOUR).expect("sixteen bytes");
        file.as_file().set_len(6).expect("a shorter file");
        let mut out = [0xA5; 16];
        assert_eq!(source.read(Block(0), &mut out).expect("block 0 is still there").get(), 1);
        for (block, found) in [(1, 6), (3, 6)] {
            let error = source.read(Block(block), &mut out).expect_err("gone");
            assert_eq!((error.at, error.code()), (Block(block), codes::IMAPI_E_DATA_STREAM_INCONSISTENCY));
            let report = Report::new(&error, Lang::EN).to_string();
            let told = format!("should be 16 bytes long, but {found} bytes came");
            assert!(report.contains(&told) && !report.contains('‹'), "{report}");
        }
    }

    #[test]
    fn a_file_that_grows_keeps_the_length_it_was_opened_with() {
        let file = file_of(b"01234567");
        let source = FileSource::open(file.path(), FOUR).expect("eight bytes");
        file.as_file().set_len(100).expect("a longer file");
        let mut out = [0xA5; 16];
        assert_eq!((source.blocks(), source.read(Block(0), &mut out).expect("readable").get()), (2, 2));
        assert_eq!(source.name_of(Block(1)).as_deref(), file.path().to_str());
        assert_eq!(source.name_of(Block(2)), None);
    }

    /// Opens in a thread of its own, because the fault would be to wait for ever.
    #[cfg(unix)]
    fn refused_at_once(path: &Path) -> FileError {
        let (done, outcome) = std::sync::mpsc::channel();
        let path = path.to_path_buf();
        std::thread::spawn(move || {
            let outcomes = [FileSource::open(path.clone(), FOUR), FileSource::open_padded(path, FOUR)];
            done.send(outcomes.map(|outcome| outcome.expect_err("no blocks")))
        });
        let [error, padded] = outcome.recv_timeout(std::time::Duration::from_secs(10)).expect("an answer at once");
        assert_eq!(error.to_string(), padded.to_string());
        error
    }

    #[cfg(unix)]
    #[test]
    fn pipes_sockets_and_character_devices_are_refused_at_once_and_told_by_path_and_kind() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (fifo, socket) = (folder.path().join("a fifo"), folder.path().join("a socket"));
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().expect("coreutils");
        assert!(made.success());
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        for (path, kind, words, constant) in [
            (&*fifo, FileKind::Fifo, "a FIFO", "S_IFIFO"),
            (&*socket, FileKind::Socket, "a socket", "S_IFSOCK"),
            (Path::new("/dev/null"), FileKind::CharacterDevice, "a character device", "S_IFCHR"),
            (Path::new("/dev/zero"), FileKind::CharacterDevice, "a character device", "S_IFCHR"),
        ] {
            let error = refused_at_once(path);
            assert!(matches!(&error, FileError::WrongKind { kind: told, .. } if *told == kind), "{error:?}");
            assert!(error.to_string().starts_with(&format!("{} is {words}, where", path.display())), "{error}");
            assert_eq!(error.code(), common::STG_E_UNIMPLEMENTEDFUNCTION);
            for lang in Lang::ALL {
                let facts = Report::new(&error, lang).facts().to_string();
                let (file, found) = (lang.label(Fact::File), lang.label(Fact::Found));
                assert!(facts.contains(file) && facts.contains(&path.display().to_string()), "{facts}");
                assert!(facts.contains(found) && facts.ends_with(constant), "{facts}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn an_open_file_is_looked_at_too() {
        let null = File::open("/dev/null").expect("readable");
        let error = FileSource::from_file(null, "the image", FOUR).expect_err("no blocks");
        assert!(matches!(error, FileError::WrongKind { kind: FileKind::CharacterDevice, .. }), "{error:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_what_it_leads_to() {
        let file = file_of(b"01234567");
        let folder = tempfile::tempdir().expect("a temporary folder");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(file.path(), &link).expect("a link");
        assert_eq!(FileSource::open(link, FOUR).expect("a file").blocks(), 2);
    }
}
