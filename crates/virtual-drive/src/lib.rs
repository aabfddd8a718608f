//! A burner in software, and its discs in files.
//!
//! - [`DiscFile`] is a disc that a program can write, kill and find again: sparse, locked while it is in use, and in a
//!   state that it really had, whatever happened to the program.
//! - [`Medium`] is what can be bought: the [table](MEDIA) of discs, with capacity, speeds and [`Family`].
//! - [`VirtualDrive`] is the drive: a [`Transport`](imapi_mmc_transport::Transport) that keeps the rules of MMC.
//! - [`Pace`] is how much of a real drive's time it takes, and [`Personality`] in what it differs from the standard.
//! - Scripts of [faults](imapi_mmc_transport::faults) happen to it in earnest: it is a
//!   [`Victim`](imapi_mmc_transport::faults::Victim).
//!
//! ```
//! use std::sync::Arc;
//!
//! use imapi_disc_types::{Lba, SystemClock};
//! use imapi_mmc_transport::{TransportExt as _, commands::{Read10, TestUnitReady, Write10}};
//! use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("my.disc");
//! let medium: &Medium = "bd-r".parse()?;
//! let drive = VirtualDrive::new(Arc::new(SystemClock::new()));
//! drive.insert(DiscFile::create(&path, medium.geometry(None)?)?, medium)?;
//!
//! // As a real one, the drive first has to tell that it was switched on, and that there is a disc.
//! while drive.send(&TestUnitReady).is_err() {}
//! drive.write_from(&Write10::new(Lba(0), 1), &[7; 2048])?;
//!
//! let mut block = [0; 2048];
//! drive.read_into(&Read10::new(Lba(0), 1), &mut block)?;
//! assert_eq!(block, [7; 2048]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("disc files need positioned reads and file locks, which are written for Unix only so far");

mod disc;
mod drive;
mod family;
mod harm;
mod loaded;
mod medium;
mod pace;
mod personality;
mod prepared;
mod press;
mod state;

pub use disc::{DiscFile, DiscFileError, Geometry, State};
pub use drive::VirtualDrive;
pub use harm::Harm;
pub(crate) use loaded::Loaded;
pub use medium::{Family, MEDIA, Medium, UnknownMedium, WrongSize};
pub use pace::Pace;
pub use personality::{PERSONALITIES, Personality, Quirk, UnknownPersonality};
pub use prepared::{FormatState, Preparation, Prepared};
pub use press::{PressError, press};
pub use state::{CdForm, CdSession, CdTrack, Change, DiscState, NextSession, TrackState};
