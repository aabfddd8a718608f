//! [`Device`] and [`DriveSource`]: what an operating system adds to a transport, and where drives come from.

use std::{path::PathBuf, sync::Arc};

use crossbeam_channel::Receiver;
use imapi_disc_types::ClientName;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};

use crate::{Transport, TransportError};

/// An open drive, with what its operating system knows and does for it.
pub trait Device: Transport {
    /// The name by which a [`DriveSource`] opens it again, stable as long as the drive stays where it is plugged in.
    fn id(&self) -> &str;

    /// Takes the drive for one client. With `force` a mounted file system is no obstacle.
    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused>;

    /// Gives the drive back; does nothing when it is not locked by this device.
    fn unlock(&self);

    /// Who has the drive now, as far as that can be known.
    fn lock_owner(&self) -> Option<String>;

    /// Where the disc's file systems are mounted.
    fn mount_points(&self) -> Vec<PathBuf>;

    /// Whether the system is told when the disc changes: on unless switched off, as automatic programs would disturb.
    fn media_notices(&self, on: bool);

    /// Where other programs find the drive; `None` where only this program knows of it.
    fn node(&self) -> Option<PathBuf> {
        None
    }

    /// Unmounts the disc's file systems, as far as this program may. What is still mounted then is the refusal.
    fn unmount(&self) -> Result<(), LockRefused> {
        match self.mount_points().into_iter().next() {
            Some(at) => Err(LockRefused::Mounted { at }),
            None => Ok(()),
        }
    }

    /// Has the system forget what it has read of the disc and look at it anew, and says how many blocks of 2048 bytes it
    /// then takes it to have. `None` where the system has no idea of its own.
    fn look_anew(&self) -> Option<u64> {
        None
    }

    /// Whether the tray stays locked when this program has closed the drive, which systems unlock by themselves else.
    /// The drive is told by PREVENT ALLOW MEDIUM REMOVAL, and not by this.
    fn keep_tray_locked(&self, _locked: bool) -> Result<(), TransportError> {
        Ok(())
    }
}

/// Where drives come from: the operating system, a folder of discs in software, a network.
pub trait DriveSource: Send + Sync {
    /// The drives that are there now, by id.
    fn list(&self) -> Result<Vec<String>, TransportError>;

    /// Opens the drive of that id.
    fn open(&self, id: &str) -> Result<Arc<dyn Device>, TransportError>;

    /// Hears of drives that come and go, until the receiver is dropped.
    fn watch(&self) -> Receiver<Arrival>;
}

/// A drive came or went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// It can be opened by that id.
    Added(String),
    /// It is gone.
    Removed(String),
}

/// A drive could not be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockRefused {
    /// Another client has it.
    #[error("the drive is held by {}", owner.as_deref().unwrap_or("another program"))]
    Held {
        /// Who, where that is known.
        owner: Option<String>,
    },
    /// A file system of its disc is mounted.
    #[error("the disc is mounted at {}", at.display())]
    Mounted {
        /// Where.
        at: PathBuf,
    },
    /// The system did not do it.
    #[error("the drive could not be locked")]
    Transport(#[from] TransportError),
}

impl Coded for LockRefused {
    fn code(&self) -> HResult {
        match self {
            Self::Held { .. } => v2::E_IMAPI_RECORDER_LOCKED,
            Self::Mounted { .. } => common::ERROR_BAD_COMMAND,
            Self::Transport(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Held { owner: Some(owner) } => put(Fact::LockOwner, Value::Text(owner)),
            Self::Held { owner: None } => {}
            Self::Mounted { at } => put(Fact::Path, Value::Text(&at.display())),
            Self::Transport(error) => error.facts(put),
        }
    }
}

/// What a [`DriveSource`] opens can be traced, and can be made to fail, as it is.
impl<T: Device + ?Sized> Device for Arc<T> {
    fn id(&self) -> &str {
        (**self).id()
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        (**self).lock(owner, force)
    }

    fn unlock(&self) {
        (**self).unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        (**self).lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        (**self).mount_points()
    }

    fn media_notices(&self, on: bool) {
        (**self).media_notices(on);
    }

    fn node(&self) -> Option<PathBuf> {
        (**self).node()
    }

    fn unmount(&self) -> Result<(), LockRefused> {
        (**self).unmount()
    }

    fn look_anew(&self) -> Option<u64> {
        (**self).look_anew()
    }

    fn keep_tray_locked(&self, locked: bool) -> Result<(), TransportError> {
        (**self).keep_tray_locked(locked)
    }
}
