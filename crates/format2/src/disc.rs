//! [`RecorderDisc`]: the disc in a drive, for those who make file systems.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::{BlockSource, Disc, DiscFacts};
use imapi_errors::CodedError;
use imapi_recorder::Recorder;

use crate::{DiscReader, Probe};

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// The disc in a drive. Each question asks the drive anew.
#[derive(Debug, Clone)]
pub struct RecorderDisc {
    recorder: Recorder,
}

impl RecorderDisc {
    /// The disc in that drive.
    #[must_use]
    pub fn new(recorder: &Recorder) -> Self {
        Self { recorder: recorder.clone() }
    }
}

impl Disc for RecorderDisc {
    fn facts(&self) -> Result<DiscFacts, Box<dyn CodedError>> {
        // Who makes an image does not know that a drive has to be asked first whether it has something to say.
        let ready = self.recorder.ready(PATIENCE, &mut |_| ControlFlow::Continue(()));
        match ready.and_then(|_| Probe::of(&self.recorder)) {
            Ok(probe) => Ok(probe.facts),
            Err(error) => Err(Box::new(error)),
        }
    }

    fn source(&self) -> Arc<dyn BlockSource> {
        // A drive that does not say how much there is has nothing to read.
        let last = self.recorder.capacity().ok().flatten().map_or(-1, |capacity| capacity.last.0);
        Arc::new(DiscReader::new(&self.recorder, u64::try_from(i64::from(last) + 1).unwrap_or(0)))
    }
}
