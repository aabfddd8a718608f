//! Writing, and stopping it.

use std::sync::{PoisonError, atomic::Ordering};

use imapi_disc_types::{BlockSource, Control};

use super::{Data2Error, DiscFormat2Data};
use crate::{Burned, DataEvent, burn};

/// Somebody writes as long as this lives.
struct Writing<'a>(&'a DiscFormat2Data);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        *self.0.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.writing.store(false, Ordering::Release);
    }
}

impl DiscFormat2Data {
    /// Writes a source, and returns when the disc is finished.
    #[doc(alias = "IDiscFormat2Data::Write")]
    pub fn write(&self, source: &dyn BlockSource, control: &mut Control<'_, DataEvent>) -> Result<Burned, Data2Error> {
        let settings = {
            // Under this lock, so that no setting changes between two looks at it.
            let settings = self.settings();
            if self.writing.swap(true, Ordering::AcqRel) {
                return Err(Data2Error::WriteInProgress);
            }
            settings.clone()
        };
        let _writing = Writing(self);
        let recorder = settings.recorder.ok_or(Data2Error::RecorderRequired)?;
        let client = settings.client.ok_or(Data2Error::ClientName(None))?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(control.token().clone());
        if !self.is_recorder_supported(&recorder)? {
            return Err(Data2Error::RecorderNotSupported);
        }
        Ok(burn(&recorder, &client, source, &settings.options, None, control)?)
    }

    /// Asks the writing to stop as soon as the disc allows.
    #[doc(alias = "IDiscFormat2Data::CancelWrite")]
    pub fn cancel_write(&self) -> Result<(), Data2Error> {
        match &*self.token.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(token) => {
                token.cancel();
                Ok(())
            }
            None => Err(Data2Error::WriteNotInProgress),
        }
    }
}
