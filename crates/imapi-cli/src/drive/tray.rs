//! Trays: in.

use std::{ops::ControlFlow, time::Duration};

use imapi_mmc_transport::Condition;
use imapi_recorder::{Recorder, RecorderError};

/// A disc that is hard to recognise takes so long.
const RECOGNISED_WITHIN: Duration = Duration::from_secs(120);

/// Closes it, and waits until the drive knows what is in it. Nothing is fine, too.
pub fn load(recorder: &Recorder) -> Result<(), RecorderError> {
    recorder.load()?;
    match recorder.ready(RECOGNISED_WITHIN, &mut |_| ControlFlow::Continue(())) {
        Err(error) if matches!(error.condition(), Some(Condition::NoMedium { .. })) => Ok(()),
        waited => waited.map(drop),
    }
}
