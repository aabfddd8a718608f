//! Optical drives: who has one, what it is, and what it tells of its disc.
//!
//! There are two floors.
//!
//! - **Values.** A [`Recorder`] is a drive that can be asked and told everything; clones are the same drive. Whoever
//!   writes has it for himself while an [`Exclusive`] lives.
//! - **IMAPI's objects.** [`DiscMaster`] lists drives and tells of those that come and go, and a [`DiscRecorder`] becomes
//!   one of them by [`initialize`](DiscRecorder::initialize). Their members can be called in any order and from any
//!   thread, and a call that comes too early has IMAPI's code.
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
//!
//! # Who has a drive
//!
//! [`Recorder::acquire`] takes the drive, and counts: it is given back when all have let go who acquired it by the same
//! recorder. While another client has it, nothing is sent to it but the question who it is: a command that comes between
//! those of a burn can cost the disc. Everything else ends with `E_IMAPI_RECORDER_LOCKED` and the owner's name.
//!
//! # Errors
//!
//! [`RecorderError`] is what a drive did not do, and [`DiscRecorderError`] adds what was asked too early.

#![forbid(unsafe_code)]

mod ask;
mod command;
mod descriptors;
mod disc_recorder;
mod error;
mod exclusive;
mod features;
mod inhibit;
mod master;
mod mode_pages;
mod raw;
mod recorder;
mod refresh;
mod structures;
mod tray;

pub use ask::past_attentions;
pub use command::Answered;
pub use disc_recorder::{DiscRecorder, DiscRecorderError};
pub use error::RecorderError;
pub use exclusive::Exclusive;
pub use inhibit::{Awake, Inhibitor, Logind};
pub use master::{DiscMaster, DriveListener, Subscription};
pub use recorder::Recorder;
pub use refresh::Refreshed;
