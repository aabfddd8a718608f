//! IMAPI natively in Rust, put together: this is where file systems meet drives.
//!
//! - [`audio`] has sound for discs in files, and makes files of discs with sound.
//! - [`drives`] are found by the names that people give them.
//! - [`burn`] burns one source on one drive or on several at once.
//! - [`manifest`] has checksums of an image and its files, and compares a disc with them.
//! - [`read`] makes an image of a disc, also of one that is damaged.

#![forbid(unsafe_code)]

pub mod audio;
pub mod burn;
pub mod drives;
pub mod manifest;
pub mod read;
