//! [`Exclusive`]: a drive that one program has for itself.

use imapi_disc_types::ClientName;
use imapi_mmc_transport::Device;

use crate::{Recorder, RecorderError};

/// Who has a drive by its recorder, and how often.
#[derive(Debug, Default)]
pub(crate) struct Holding {
    count: u32,
}

impl Holding {
    pub fn is_held(&self) -> bool {
        self.count > 0
    }

    pub fn acquire(&mut self, device: &dyn Device, client: &ClientName, force: bool) -> Result<(), RecorderError> {
        if self.count == 0 {
            device.lock(client, force)?;
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    pub fn release(&mut self, device: &dyn Device) -> Result<(), RecorderError> {
        self.count = self.count.checked_sub(1).ok_or(RecorderError::NotAcquired)?;
        if self.count == 0 {
            device.unlock();
        }
        Ok(())
    }
}

/// The drive is this program's until this is dropped.
#[derive(Debug)]
#[must_use = "the drive is let go of when this is dropped"]
pub struct Exclusive {
    recorder: Recorder,
}

impl Exclusive {
    pub(crate) fn of(recorder: Recorder) -> Self {
        Self { recorder }
    }

    /// Whose.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }
}

impl Drop for Exclusive {
    fn drop(&mut self) {
        // It was acquired, so that it can be released.
        let _ = self.recorder.release();
    }
}
