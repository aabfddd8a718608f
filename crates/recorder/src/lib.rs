//! Optical drives: who has one, what it is, and what it tells of its disc.
//!
//! A [`Recorder`] is a drive that can be asked and told everything; clones are the same drive. Whoever writes has it
//! for himself while an [`Exclusive`] lives.
//!
//! ```
//! use imapi_mmc_transport::DriveSource;
//! use imapi_recorder::{Recorder, RecorderError};
//!
//! fn name(drives: &dyn DriveSource, id: &str) -> Result<String, RecorderError> {
//!     let recorder = Recorder::open(drives, id)?;
//!     Ok(format!("{} {}", recorder.vendor(), recorder.product()))
//! }
//! ```

#![forbid(unsafe_code)]

mod ask;
mod error;
mod exclusive;
mod recorder;

pub use error::RecorderError;
pub use exclusive::Exclusive;
pub use recorder::Recorder;
