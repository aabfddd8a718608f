//! Writes blocks of a source to a drive: one thread reads ahead, one writes, and the caller's thread hears of it.
//!
//! This is the WRITE commands and nothing else. Whoever calls sets up the drive before and closes the disc behind.

#![forbid(unsafe_code)]

mod buffers;
mod engine;
mod error;
mod face;
mod progress;
mod shared;
mod what_now;

pub use engine::{EngineOptions, Section, Tap, write_section};
pub use error::EngineError;
pub use face::{CancelOutcome, WriteEngine, WriteEngineError};
pub use progress::{Event, Progress, Stall, Written};
pub use shared::SharedSource;
pub use what_now::{Delay, Step, what_now};
