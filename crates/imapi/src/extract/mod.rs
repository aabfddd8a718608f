//! Files of a volume become files of this system.
//!
//! [`extract`] trusts nothing: whatever names and links an image has, nothing is written outside of the folder that was
//! named. Every folder is opened from the one that it is in, never through a link; what is there already is
//! replaced only when that was asked for; a file is written beside its name and gets it when it is whole.
//!
//! One thread goes through the volume and makes folders and links, others fill the files. Names of one file are made
//! links to it at the end, and folders get their dates and modes behind all that is put into them.

mod copy;
mod error;
mod fill;
mod links;
mod names;
mod place;
mod run;
mod settle;
mod zisofs;

use std::num::NonZeroUsize;

pub use error::ExtractError;
pub use run::{Subject, extract, measure};
pub use zisofs::{UnpackError, Unpacker};

/// How files are extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
#[non_exhaustive]
pub struct ExtractOptions {
    /// What is there already is replaced.
    pub replace: bool,
    /// Files that are there already with the size and date that they should have stay as they are.
    pub resume: bool,
    /// Devices, pipes and sockets are made, too.
    pub devices: bool,
    /// Files belong to whom the volume says.
    pub owners: bool,
    /// Programs run as their owner where the volume says so.
    pub set_id: bool,
    /// Named streams become extended attributes.
    pub named_streams: bool,
    /// Files of which parts cannot be read are kept, with zeros there.
    pub keep_damaged: bool,
    /// Files that are compressed in the volume stay so.
    pub packed: bool,
    /// Threads that fill files.
    pub threads: NonZeroUsize,
}

impl Default for ExtractOptions {
    fn default() -> Self {
        Self {
            replace: false,
            resume: false,
            devices: false,
            owners: false,
            set_id: false,
            named_streams: false,
            keep_damaged: false,
            packed: false,
            threads: const { NonZeroUsize::new(2).expect("not zero") },
        }
    }
}

/// What was extracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExtractReport {
    /// Files that were written.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Folders that were made.
    pub folders: u64,
    /// Links of both kinds that were made.
    pub links: u64,
    /// Devices, pipes and sockets that were made.
    pub special_files: u64,
    /// Files that were there already, whole.
    pub complete: u64,
    /// Files of which parts cannot be read, kept or not.
    pub damaged: u64,
}

/// What a listener hears.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExtractEvent {
    /// So far it has come.
    Progress {
        /// Bytes that were written, or did not have to be.
        bytes: u64,
    },
    /// Something is otherwise than it was in the volume.
    Note(Note),
}

/// Something that is otherwise than it was in the volume.
#[derive(Debug)]
#[non_exhaustive]
pub enum Note {
    /// A device, pipe or socket was left out.
    LeftOut {
        /// Its path in the volume.
        path: String,
    },
    /// It has another name, as the system cannot have both or not this one.
    Renamed {
        /// Its path in the volume.
        path: String,
        /// The name that it has.
        name: String,
    },
    /// Parts of a file cannot be read.
    Damaged {
        /// Its path in the volume.
        path: String,
        /// Why.
        error: ExtractError,
        /// It was kept, with zeros in their place.
        kept: bool,
    },
    /// Its owner or a named stream could not be set.
    NotSet {
        /// Its path in the volume.
        path: String,
        /// What: `owner`, or the name of the extended attribute.
        what: String,
        /// What the system said.
        cause: std::io::Error,
    },
}
