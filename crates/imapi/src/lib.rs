//! IMAPI natively in Rust, put together: this is where file systems meet drives.
//!
//! - [`audio`] has sound for discs in files, and makes files of discs with sound.
//! - [`drives`] are found by the names that people give them.
//! - [`burn`] burns one source on one drive or on several at once.
//! - [`browse`] looks into images, discs and their sessions, and [`extract`] makes files of what is in them.
//! - [`manifest`] has checksums of an image and its files, and compares a disc with them.
//! - [`checksums`] puts them into the image itself, so that nothing but the disc is needed later.
//! - `rehearsal` (feature `virtual`) finds out what would be sent to a drive, on a drive in software.
//! - [`read`] makes an image of a disc, also of one that is damaged.

#![forbid(unsafe_code)]

pub mod audio;
#[cfg(target_os = "linux")]
pub mod browse;
pub mod burn;
pub mod checksums;
pub mod drives;
#[cfg(target_os = "linux")]
pub mod extract;
pub mod manifest;
pub mod read;
#[cfg(feature = "virtual")]
pub mod rehearsal;
