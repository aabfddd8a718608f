//! The commands of optical drives, typed, for both ends, and the ways to send them.
//!
//! - A **command** is a type ([`commands`]): fields, not bytes. A program encodes it, a drive in software decodes the very
//!   same type, a trace prints it. Small answers and parameters are types too; bulk data stays bytes.
//! - A [`Transport`] takes commands and says what came of them: a drive of the operating system, a drive in software, a
//!   recording that is played back, something that writes a trace or injects faults on the way. [`Device`] and
//!   [`DriveSource`] are what an operating system adds: locks, mounts, drives that come and go.
//! - What a drive complains about is **understood once**: [`Sense`] is the complaint, [`Condition`] what it means, and its
//!   [`Class`] whether to wait, to look again, or to give up. Everything above asks the condition and no numbers.
//!
//! ```
//! use imapi_mmc_transport::{CommandError, Transport, TransportExt as _, commands::ReadDiscInformation};
//!
//! fn is_blank(drive: &dyn Transport) -> Result<bool, CommandError> {
//!     Ok(drive.query(&ReadDiscInformation::standard())?.is_blank())
//! }
//! ```
//!
//! # Answers of odd drives
//!
//! Drives are odd. The mandatory bytes of an answer are demanded, its tail is optional; values without a name survive; what
//! contradicts itself is a [note](Notes) beside the value. Only what is too short or impossible is an error, with the place.
//!
//! # Errors
//!
//! [`TransportError`] means that the device gave no answer, [`CommandError`] that a command did not do what it was to do.
//! Both are [`Coded`](imapi_errors::Coded).

#![deny(unsafe_code)]

pub mod capture;
mod cdb;
#[cfg(test)]
mod checks;
mod command;
pub mod commands;
mod condition;
mod device;
mod execute;
pub mod faults;
pub mod feature;
mod layout;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod mode;
mod opening;
mod raw_address;
pub mod sense;
pub mod structure;
pub mod trace;
mod transport;
mod wire;

pub use cdb::{Cdb, CdbLength};
pub use command::{Announced, BadParams, BadReply, Command, InvalidField, Note, Notes, Query, Submit};
pub use condition::{Class, Condition, Tray};
pub use device::{Arrival, Device, DriveSource, LockRefused};
pub use execute::{Answer, CommandError, Done, Ready, TransportExt, WaitError, Waiting};
pub use opening::Opening;
pub use raw_address::{RawAddress, RawMsf};
pub use sense::{Marks, Progress, Sense, SenseKey, Specific};
pub use transport::{Completion, Data, Limits, SenseBytes, Status, Transport, TransportError};
