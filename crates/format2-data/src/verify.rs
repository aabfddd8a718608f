//! [`Sums`]: what was burned, as it is remembered until the disc is compared with it.

use std::num::NonZeroU32;

use imapi_disc_types::{BlockSource, Control, Lba};
use imapi_format2::verify::{
    Checksums, Expected, Reference, Verified, VerifyError, VerifyOptions, VerifyProgress, verify_full, verify_quick,
};
use imapi_recorder::Recorder;

use crate::Verification;

/// Checksums of the source's blocks, wherever on the disc they go.
pub(crate) struct Sums(Checksums);

impl Sums {
    pub fn new(unit: NonZeroU32, source: &dyn BlockSource) -> Self {
        // Of a source of which parts are written nobody knows yet how many blocks these have.
        let blocks = if source.modified().is_none() { source.blocks() } else { 0 };
        Self(Checksums::new(unit).expecting(blocks))
    }

    /// Hears what is written, as a [`Tap`](crate::Tap) does.
    pub fn hear(&mut self, first: u64, bytes: &[u8]) {
        self.0.hear(first, bytes);
    }

    /// Compares the disc with it, where the source's first block is at `start`.
    pub fn verify(
        mut self,
        recorder: &Recorder,
        source: &dyn BlockSource,
        start: Lba,
        level: Verification,
        expected: Expected,
        control: &mut Control<'_, VerifyProgress>,
    ) -> Result<Verified, VerifyError> {
        self.0.moved_to(start);
        let reference = Reference::burned(&self.0, source, start);
        match level {
            Verification::Full => verify_full(recorder, &reference, &VerifyOptions::default(), control),
            Verification::Quick | Verification::None => verify_quick(recorder, &reference, &expected, control),
        }
    }
}
