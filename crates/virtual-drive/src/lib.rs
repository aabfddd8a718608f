//! Optical discs in files.
//!
//! [`DiscFile`] is a disc that a program can write, kill and find again: sparse, locked while it is in use, and in a state
//! that it really had whatever happened to the program. The drive that burns such discs by its commands stands on it.

#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("disc files need positioned reads and file locks, which are written for Unix only so far");

mod disc;
mod medium;

pub use disc::{DiscFile, DiscFileError, Geometry, State};
pub use medium::{Family, MEDIA, Medium, UnknownMedium, WrongSize};
