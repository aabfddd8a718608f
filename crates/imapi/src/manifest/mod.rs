//! Manifests: SHA-256 of an image and of each file in it, written while a disc is burned and checked years later.
//!
//! A [`HashingSource`] stands before the source that is burned; whatever is read through it is hashed by threads of its
//! own. [`Manifest`] is what comes of it, as a text whose lines `sha256sum -c` understands; [`check_disc`] compares a disc
//! with it.

mod check;
mod hasher;
mod source;
mod text;

pub(crate) use check::read_blocks;
pub use check::{BadFile, ManifestError, ManifestProgress, ManifestReport, check_disc};
pub(crate) use hasher::{Hashed, Hasher};
pub use source::HashingSource;
pub use text::ManifestSyntaxError;

use sha2::Digest as _;

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
    /// How many bytes it has.
    pub bytes: u64,
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
/// let file = FileSpan { path: "/zeros".to_string(), block: 16, bytes: 5000 };
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

impl From<Hashed> for Manifest {
    fn from(Hashed { blocks, areas, files }: Hashed) -> Self {
        let nothing = Sha256Sum(sha2::Sha256::digest([]).into());
        Self { blocks, image: areas.first().copied().unwrap_or(nothing), files }
    }
}
