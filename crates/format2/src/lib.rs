//! What all ways of writing a disc share.
//!
//! - [`Probe`] is what the disc in a drive is now, and what may be done with it. [`RecorderDisc`] is the same for those
//!   who make file systems and see of a drive nothing but its disc.
//! - [`WriteSpeeds`] are the speeds that there are, and how one of them is chosen.
//! - [`Preparation`] is a drive that one program has for itself, its tray shut, until it is dropped.
//! - [`Waits`] waits for what a drive does by itself, never without an end, and tells of it.
//! - [`at_once`] is a session of a CD that the drive hears of before it is written.
//! - [`audio`] is what discs of sound have beside the sound.
//! - [`verify`] compares what is on a disc with what was written.

#![forbid(unsafe_code)]

pub mod at_once;
pub mod audio;
mod blank;
mod close;
mod disc;
mod error;
mod padded;
mod prepare;
mod probe;
mod reader;
mod sessions;
mod speed;
pub mod verify;
mod wait;
mod way;

pub use blank::is_heuristically_blank;
pub use disc::RecorderDisc;
pub use error::FormatError;
pub use padded::Padded;
pub use prepare::Preparation;
pub use probe::Probe;
pub use reader::DiscReader;
pub use speed::{Adjusted, SpeedRequest, WriteSpeed, WriteSpeeds, suits};
pub use verify::Verification;
pub use wait::{Budget, Passing, Waited, Waits, patiently};
pub use way::Way;
