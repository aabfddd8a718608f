//! [`RecorderDisc`]: the disc in a drive, for those who make file systems.

use std::sync::Arc;

use imapi_disc_types::{BlockSource, Disc, DiscFacts};
use imapi_errors::CodedError;
use imapi_recorder::Recorder;

use crate::{DiscReader, Probe};

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
        match Probe::of(&self.recorder) {
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
