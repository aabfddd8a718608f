//! Checksums that are in the image themselves: SHA-256 of each file, and of all blocks, in a file of the image that is
//! found without its directory. So a disc can be checked when nothing but the disc is left.
//!
//! [`embed`] plans an image with such a [`Table`]; its sums are made while the image is read. [`check_disc`] and
//! [`check_image`] look for the table and compare. The format is in `docs/checksums.md`.

mod check;
#[cfg(unix)]
mod embed;
mod first;
mod format;
mod pass;

pub use check::{Bad, CheckError, CheckProgress, Checked, check_disc, check_image};
#[cfg(unix)]
pub use embed::{EmbedError, embed};
pub use format::{Area, Listed, Table, TableError};

/// What the file is called, in the root of the image.
pub const NAME: &str = "checksums.sha256";

/// Blocks of an area that has a sum of its own: 64 MiB.
pub const AREA: u64 = 32_768;

/// Bytes of a block.
const BLOCK: usize = 2048;
