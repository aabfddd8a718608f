//! IMAPI natively in Rust, put together: this is where file systems meet drives.
//!
//! - [`drives`] are found by the names that people give them.
//! - [`burn`] burns one source on one drive or on several at once.
//! - [`read`] makes an image of a disc, also of one that is damaged.

#![forbid(unsafe_code)]

pub mod burn;
pub mod drives;
pub mod read;
