//! A [`Tracer`] before a [`Device`] is a device.

use std::{io::Write, path::PathBuf};

use imapi_disc_types::ClientName;

use super::Tracer;
use crate::{Device, LockRefused, TransportError};

/// What the operating system does beside the commands passes by and is not recorded.
impl<T: Device, W: Write + Send> Device for Tracer<T, W> {
    fn id(&self) -> &str {
        self.inner.id()
    }

    fn lock(&self, owner: &ClientName, force: bool) -> Result<(), LockRefused> {
        self.inner.lock(owner, force)
    }

    fn unlock(&self) {
        self.inner.unlock();
    }

    fn lock_owner(&self) -> Option<String> {
        self.inner.lock_owner()
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        self.inner.mount_points()
    }

    fn media_notices(&self, on: bool) {
        self.inner.media_notices(on);
    }

    fn node(&self) -> Option<PathBuf> {
        self.inner.node()
    }

    fn unmount(&self) -> Result<(), LockRefused> {
        self.inner.unmount()
    }

    fn look_anew(&self) -> Option<u64> {
        self.inner.look_anew()
    }

    fn keep_tray_locked(&self, locked: bool) -> Result<(), TransportError> {
        self.inner.keep_tray_locked(locked)
    }
}
