//! [`Opening`]: a drive of this program, opened as if it were the system's.

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use imapi_disc_types::{ClientName, Clock};

use crate::{Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError};

/// One of several openings of a drive that only this program knows.
///
/// Whoever opens a drive of the operating system locks it for his own opening: another opening is kept out even when it
/// gives the same name, and what is closed is unlocked. A drive in software knows of no openings; with this before it, it
/// behaves the same.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi_disc_types::ClientName;
/// use imapi_mmc_transport::{Device, Opening};
///
/// fn exclusive(drive: Arc<dyn Device>, client: &ClientName) -> bool {
///     let first = Opening::of(drive);
///     let second = first.again();
///     first.lock(client, false).is_ok() && second.lock(client, false).is_err()
/// }
/// ```
pub struct Opening {
    drive: Arc<dyn Device>,
    /// Who has the drive: the number of an opening, and the name it gave.
    holder: Arc<Mutex<Holder>>,
    number: u64,
}

#[derive(Debug, Default)]
struct Holder {
    openings: u64,
    now: Option<(u64, ClientName)>,
}

impl Opening {
    /// The first opening of a drive.
    #[must_use]
    pub fn of(drive: Arc<dyn Device>) -> Self {
        Self { drive, holder: Arc::default(), number: 0 }
    }

    /// Another one of the same drive.
    #[must_use]
    pub fn again(&self) -> Self {
        let mut holder = self.holder();
        holder.openings += 1;
        let number = holder.openings;
        Self { drive: Arc::clone(&self.drive), holder: Arc::clone(&self.holder), number }
    }

    fn holder(&self) -> MutexGuard<'_, Holder> {
        self.holder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("id", &self.drive.id()).field("number", &self.number).finish_non_exhaustive()
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        self.unlock();
    }
}

impl Transport for Opening {
    fn execute(&self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Completion, TransportError> {
        self.drive.execute(cdb, data, timeout)
    }

    fn limits(&self) -> Limits {
        self.drive.limits()
    }

    fn clock(&self) -> &dyn Clock {
        self.drive.clock()
    }
}

impl Device for Opening {
    fn id(&self) -> &str {
        self.drive.id()
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        let mut holder = self.holder();
        match &holder.now {
            Some((number, name)) if *number != self.number || name != owner => {
                Err(LockRefused::Held { owner: Some(name.to_string()) })
            }
            Some(_) => Ok(()),
            None => {
                self.drive.lock(owner, force)?;
                holder.now = Some((self.number, owner.clone()));
                Ok(())
            }
        }
    }

    fn unlock(&self) {
        let mut holder = self.holder();
        if holder.now.as_ref().is_some_and(|(number, _)| *number == self.number) {
            holder.now = None;
            self.drive.unlock();
        }
    }

    fn lock_owner(&self) -> Option<String> {
        self.drive.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.drive.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.drive.media_notices(on);
    }

    fn node(&self) -> Option<PathBuf> {
        self.drive.node()
    }

    fn unmount(&self) -> Result<(), LockRefused> {
        self.drive.unmount()
    }

    fn look_anew(&self) -> Option<u64> {
        self.drive.look_anew()
    }

    fn keep_tray_locked(&self, locked: bool) -> Result<(), TransportError> {
        self.drive.keep_tray_locked(locked)
    }
}
