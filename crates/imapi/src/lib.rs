//! IMAPI natively in Rust, put together: this is where file systems meet drives.
//!
//! - [`burn`] burns one source on one drive or on several at once.

#![forbid(unsafe_code)]

pub mod burn;
