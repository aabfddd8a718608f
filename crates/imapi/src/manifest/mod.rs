//! Manifests: SHA-256 of an image and of each file in it, written while a disc is burned and checked years later.
//!
//! A [`HashingSource`] stands before the source that is burned; whatever is read through it is hashed by threads of its
//! own. [`Manifest`] is what comes of it, as a text whose lines `sha256sum -c` understands; [`check_disc`] compares a disc
//! with it.

mod check;
mod hasher;
mod source;
mod text;

pub use check::{BadFile, ManifestError, ManifestProgress, ManifestReport, check_disc};
pub use source::HashingSource;
pub use text::ManifestSyntaxError;

/// What SHA-256 makes of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Sum(pub [u8; 32]);

/// A file of an image, and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSpan {
    /// Its path in the image, with `/` between folders.
    pub path: String,
    /// The first block of its bytes.
    pub block: u64,
    /// Where in that block they begin: 0, but for the small files that UDF has in its metadata.
    pub offset: u32,
    /// How many bytes it has.
    pub bytes: u64,
}

impl FileSpan {
    /// Its first byte, counted from the beginning of the image.
    fn begins(&self) -> u64 {
        self.block.saturating_mul(2048).saturating_add(self.offset.into())
    }
}

/// A file and its checksum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSum {
    /// Which, and where.
    pub file: FileSpan,
    /// What SHA-256 makes of its bytes.
    pub sum: Sha256Sum,
}

/// The checksums of an image and of its files.
///
/// ```
/// use imapi::manifest::{FileSpan, HashingSource};
/// use imapi_disc_types::{SECTOR_SIZE, Zero};
///
/// let file = FileSpan { path: "/zeros".to_string(), block: 16, offset: 0, bytes: 5000 };
/// let source = HashingSource::new(Zero::new(SECTOR_SIZE, 32), vec![file]);
/// let manifest = source.finish()?;
/// let lines = manifest.to_string();
/// assert!(lines.lines().any(|line| line.ends_with("  zeros")), "{lines}");
/// assert_eq!(lines.parse(), Ok(manifest));
/// # Ok::<(), imapi_disc_types::SourceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Blocks of the image, of 2048 bytes each.
    pub blocks: u64,
    /// What SHA-256 makes of all of them.
    pub image: Sha256Sum,
    /// The files, in the order of their blocks.
    pub files: Vec<FileSum>,
}
