//! [`Data`]: the bytes that a file is to have; [`FileStream`]: those that it has.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom},
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
};

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};

use crate::{Content, ContentError, ContentReader, Contents};

/// The bytes that a file, a named stream or a boot image is to have.
///
/// Bytes in memory, blocks and files on disk are read when the image is; what comes from a reader is read when it is added,
/// and kept in the image's working directory.
pub struct Data(pub(super) Origin);

/// Where bytes come from.
pub(super) enum Origin {
    Bytes(Arc<[u8]>),
    Blocks {
        source: Arc<dyn BlockSource>,
        bytes: u64,
        name: PathBuf,
    },
    OnDisk(PathBuf),
    Reader {
        reader: Box<dyn Read + Send>,
        len: Option<u64>,
    },
    Stream(FileStream),
    /// A reader that was read, and failed.
    Spent,
}

impl Data {
    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self(Origin::Bytes(bytes.into()))
    }

    /// The first bytes of a source, which must have so many. The name is for messages.
    pub fn blocks(source: Arc<dyn BlockSource>, bytes: u64, name: impl Into<PathBuf>) -> Self {
        Self(Origin::Blocks { source, bytes, name: name.into() })
    }

    /// A file on disk. It has to stay as it is until the image is made.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Origin::OnDisk(path.into()))
    }

    /// Whatever a reader gives until its end.
    pub fn reader(reader: impl Read + Send + 'static) -> Self {
        Self(Origin::Reader { reader: Box::new(reader), len: None })
    }

    /// Whatever a reader gives until its end, which must be so many bytes.
    pub fn reader_of(reader: impl Read + Send + 'static, bytes: u64) -> Self {
        Self(Origin::Reader { reader: Box::new(reader), len: Some(bytes) })
    }

    /// How many bytes there are, so far as that is known before they are read.
    pub(super) fn size(&self) -> Option<u64> {
        match &self.0 {
            Origin::Bytes(bytes) => Some(bytes.len() as u64),
            Origin::Blocks { bytes, .. } => Some(*bytes),
            Origin::OnDisk(path) => path.metadata().ok().map(|metadata| metadata.len()),
            Origin::Reader { len, .. } => *len,
            Origin::Stream(stream) => Some(stream.size()),
            Origin::Spent => None,
        }
    }

    /// The same again, unless it can be had but once; then this is left as spent.
    pub(super) fn take(&mut self) -> Self {
        Self(match &self.0 {
            Origin::Bytes(bytes) => Origin::Bytes(Arc::clone(bytes)),
            Origin::Blocks { source, bytes, name } => {
                Origin::Blocks { source: Arc::clone(source), bytes: *bytes, name: name.clone() }
            }
            Origin::OnDisk(path) => Origin::OnDisk(path.clone()),
            Origin::Stream(stream) => Origin::Stream(stream.clone()),
            Origin::Reader { .. } | Origin::Spent => std::mem::replace(&mut self.0, Origin::Spent),
        })
    }
}

/// What is in memory.
impl From<Vec<u8>> for Data {
    fn from(bytes: Vec<u8>) -> Self {
        Self::bytes(bytes)
    }
}

/// What is in memory.
impl From<&[u8]> for Data {
    fn from(bytes: &[u8]) -> Self {
        Self::bytes(bytes)
    }
}

/// What is in memory.
impl<const N: usize> From<&[u8; N]> for Data {
    fn from(bytes: &[u8; N]) -> Self {
        Self::bytes(bytes.as_slice())
    }
}

/// A file on disk.
impl From<&Path> for Data {
    fn from(path: &Path) -> Self {
        Self::file(path)
    }
}

/// A file on disk.
impl From<PathBuf> for Data {
    fn from(path: PathBuf) -> Self {
        Self::file(path)
    }
}

/// What another file has.
impl From<FileStream> for Data {
    fn from(stream: FileStream) -> Self {
        Self(Origin::Stream(stream))
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Origin::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Origin::Blocks { name, .. } => write!(f, "blocks of {}", name.display()),
            Origin::OnDisk(path) => write!(f, "{}", path.display()),
            Origin::Reader { .. } => f.write_str("a reader"),
            Origin::Stream(stream) => write!(f, "{stream:?}"),
            Origin::Spent => f.write_str("a reader that failed"),
        }
    }
}

/// The bytes of a file, to be read from any place. It stays what it is, whatever becomes of the file and the image; a clone
/// has a place of its own.
#[derive(Debug, Clone)]
pub struct FileStream {
    reader: Arc<ContentReader>,
    content: Content,
    at: u64,
}

impl FileStream {
    /// The only contents of these.
    pub(super) fn alone(contents: Contents) -> Self {
        Self { reader: Arc::new(ContentReader::new(Arc::new(contents))), content: Content(0), at: 0 }
    }

    /// No bytes.
    pub(super) fn empty() -> Self {
        let mut contents = Contents::new();
        contents.add_bytes([]);
        Self::alone(contents)
    }

    /// How many bytes there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.reader.contents().size(self.content)
    }

    /// Whether both are of the same bytes, and not only of equal ones.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.reader, &other.reader) && self.content == other.content
    }

    /// What the bytes were called where they came from.
    pub(super) fn origin(&self) -> PathBuf {
        self.reader.contents().origin(self.content).unwrap_or_default()
    }

    /// Fills all of `out` from that byte on.
    pub fn read_at(&self, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        self.reader.read_at(self.content, offset, out)
    }
}

impl FileStream {
    /// Reads on from where the last read ended.
    pub(super) fn read_on(&mut self, out: &mut [u8]) -> Result<usize, ContentError> {
        let left = usize::try_from(self.size().saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = left.min(out.len());
        if count > 0 {
            self.read_at(self.at, &mut out[..count])?;
            self.at += count as u64;
        }
        Ok(count)
    }
}

/// From where the last read ended, or wherever somebody went.
impl Read for FileStream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.read_on(out).map_err(io::Error::other)
    }
}

impl Seek for FileStream {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(offset) => self.size().checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// In blocks, with zeros behind the last byte.
impl BlockSource for FileStream {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.size().div_ceil(u64::from(SECTOR_SIZE.get()))
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let left = usize::try_from(self.size().saturating_sub(request.offset)).unwrap_or(usize::MAX);
        let (bytes, zeros) = request.out.split_at_mut(left.min(request.out.len()));
        zeros.fill(0);
        match self.read_at(request.offset, bytes) {
            Ok(()) => Ok(request.count),
            Err(error) if request.count == NonZeroU32::MIN => Err(SourceError::new(first, error)),
            // It may be about a later block.
            Err(_) => self.read(first, &mut request.out[..SECTOR_SIZE.get() as usize]),
        }
    }
}
