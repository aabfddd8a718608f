//! A device for tests that need none.

use std::{path::PathBuf, time::Duration};

use imapi_disc_types::{ClientName, Clock, SystemClock};
use imapi_mmc_transport::{Cdb, Completion, Data, Device, Limits, LockRefused, Transport, TransportError};

/// Answers no command.
pub(crate) struct Silent(SystemClock);

impl Default for Silent {
    fn default() -> Self {
        Self(SystemClock::new())
    }
}

impl Transport for Silent {
    fn execute(&self, _: &Cdb, _: Data<'_>, _: Duration) -> Result<Completion, TransportError> {
        Err(TransportError::Gone)
    }

    fn limits(&self) -> Limits {
        let size = 65_536.try_into().expect("it is not 0");
        Limits { page_aligned_transfer: size, transfer: size, alignment: 1.try_into().expect("it is not 0") }
    }

    fn clock(&self) -> &dyn Clock {
        &self.0
    }
}

impl Device for Silent {
    fn id(&self) -> &'static str {
        "silent"
    }

    fn lock(&self, _: &ClientName, _: bool) -> Result<(), LockRefused> {
        Ok(())
    }

    fn unlock(&self) {}

    fn lock_owner(&self) -> Option<String> {
        None
    }

    fn mount_points(&self) -> Vec<PathBuf> {
        Vec::new()
    }

    fn media_notices(&self, _: bool) {}
}
