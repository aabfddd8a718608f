//! Reads ISO 9660, Joliet, Rock Ridge and UDF from an image, a disc, or whatever else can be read by blocks.
//!
//! - [`identify`] says which file systems there are, [`open`] opens one of them as a [`Volume`].
//! - A [`Volume`] tells its folders one at a time as [`Entry`]s: names, sizes, dates, and where the bytes are. [`Walk`] goes
//!   through all of them.
//! - [`FileBytes`] reads the bytes of a file, at any place.
//! - [`check`] looks at everything that readers do not need, and compares what is there twice.
//!
//! Nothing that stands on a disc is believed: lengths that go beyond the medium, folders that contain themselves, chains
//! without an end, counts and checksums that are wrong each are a [`Finding`], with the [`Rule`] that was broken and the
//! block in which it stands. Time and memory are bounded by the size of what is read. What is damaged is an error, or, with
//! [`OpenOptions::lenient`], is told and left out, so that everything else can be read.

#![forbid(unsafe_code)]

mod blocks;
mod boot;
mod bytes;
mod check;
mod entry;
mod error;
mod file_system;
mod finding;
mod identify;
mod iso9660;
mod options;
mod runs;
mod search;
mod udf;
mod volume;
mod walk;

pub use boot::{BootCatalog, BootImage, boot_catalog};
pub use bytes::FileBytes;
pub use check::{Checked, check};
pub use entry::{Entry, EntryKind, Place, Posix, Times};
pub use error::VolumeError;
pub use file_system::{FileSystem, Names};
pub use finding::{Finding, Findings, Rule, Severity};
pub use identify::{Found, identify, open};
pub use iso9660::check_path_tables;
pub use options::OpenOptions;
pub use runs::{Run, Runs};
pub use search::{FoundSession, SearchOptions, Searching, search_sessions};
pub use volume::{Volume, VolumeFacts};
pub use walk::{Step, Walk};
