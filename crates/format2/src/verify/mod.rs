//! Verification: what is on a disc is compared with what should be.
//!
//! While a disc is written, [`Checksums`] hear of all blocks: eight bytes for each unit of error correction, which are 16
//! MB for 128 GB. Afterwards the disc is read by commands, never through the system's cache, and only where a unit
//! differs its part of the source is read once more, so that the address and the file can be named.
//!
//! [`verify_quick`] looks at what the drive says of disc and tracks, and reads samples. [`verify_full`] reads all.

mod checksums;
mod error;
mod full;
mod level;
mod progress;
mod quick;
mod reading;
mod reference;

pub use checksums::Checksums;
pub use error::{Bad, Fault, VerifyError};
pub use full::{VerifyOptions, verify_full};
pub use level::Verification;
pub use progress::{Verified, VerifyProgress};
pub use quick::{Expected, verify_quick};
pub use reference::Reference;
