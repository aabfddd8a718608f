//! IMAPI v1, the burning of Windows XP: one session, one format, one recorder, one call after the other.
//!
//! A [`Service`] has the drives and the stash. Its [`DiscMaster`] is the session, whose
//! [`DiscRecorder`]s are drives; by [`JolietDiscMaster`] it makes discs of data, by [`RedbookDiscMaster`] discs of sound,
//! and [`ProgressEvents`] hear of it.
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use imapi_mmc_transport::DriveSource;
//! use imapi1::{FolderStorage, FormatId, Service, ServiceOptions, V1Error};
//!
//! fn burn(drives: Arc<dyn DriveSource>, folder: &str) -> Result<(), V1Error> {
//!     let master = Service::new(drives, ServiceOptions::default()).disc_master();
//!     master.open()?;
//!     let joliet = master.set_active_disc_master_format(FormatId::JOLIET)?.joliet().expect("it is what was asked for");
//!     let recorder = master.disc_recorders()?.next().ok_or(V1Error::NoActiveRecorder)?;
//!     master.set_active_disc_recorder(&recorder)?;
//!     joliet.add_data(&FolderStorage(folder.into()), false)?;
//!     master.record_disc(false, true)?;
//!     master.close();
//!     Ok(())
//! }
//! ```
//!
//! # Order
//!
//! The order of calls is the API: open, format, recorder, add, record. The objects can be called from any thread and in any
//! order, and what is not its turn has the code of imapierror.h that says so. All 38 of them are in [`V1Error`], or are
//! the codes of success that some calls return.
//!
//! Checks come in this order: the session is open; a format is active, and the right one; a recorder is active, and its
//! drive is there; the track is open or not; nothing else is under way; arguments; room.
#![doc = include_str!("decisions.md")]
#![forbid(unsafe_code)]

#[cfg(not(unix))]
compile_error!("the stash needs file locks and flags of inodes, which are written for Unix only so far");

mod drive;
mod error;
mod errors;
mod events;
mod format;
mod joliet;
mod master;
mod property;
mod recorder;
mod redbook;
mod service;
mod stash;

pub use error::{Cause, V1Error};
pub use events::{Cookie, ProgressEvents};
pub use format::FormatId;
pub use joliet::{Element, ElementKind, FolderStorage, JolietDiscMaster, MemoryStorage, Storage};
pub use master::{DiscMaster, FormatInterface};
pub use property::{PropertySet, PropertyValue};
pub use recorder::{DiscRecorder, DisplayNames, MediaFlags, MediaInfo, MediaKind, RecorderState, RecorderType};
pub use redbook::RedbookDiscMaster;
pub use service::{Service, ServiceOptions};
pub use stash::StashOptions;
