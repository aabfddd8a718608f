//! [`Sums`]: what was burned, as it is remembered until the disc is compared with it.

use std::num::NonZeroU32;

use imapi_disc_types::{BlockSource, Control, Lba, SECTOR_SIZE};
use imapi_format2::verify::{
    Checksums, Expected, Reference, Verified, VerifyError, VerifyOptions, VerifyProgress, verify_full, verify_quick,
};
use imapi_recorder::Recorder;

use crate::Verification;

/// Checksums of the source's blocks, where they should be on the disc.
pub(crate) struct Sums {
    checksums: Checksums,
    unit: NonZeroU32,
    /// Blocks that come in one go.
    blocks: u64,
    /// Where the source's first block should be.
    start: Lba,
    /// The block that comes next, when no other section begins.
    next: Option<u64>,
}

impl Sums {
    pub fn new(unit: NonZeroU32, source: &dyn BlockSource, start: Lba) -> Self {
        let blocks = if source.modified().is_none() { source.blocks() } else { 0 };
        Self { checksums: Checksums::new(unit), unit, blocks, start, next: None }
    }

    /// Hears what is written, as a [`Tap`](crate::Tap) does.
    pub fn take(&mut self, number: u64, bytes: &[u8]) {
        if self.next != Some(number) {
            // A drive that wants to be written in another way gets all of it again.
            if self.next.is_some_and(|next| number < next) {
                self.checksums = Checksums::new(self.unit);
            }
            let at = i64::try_from(number).ok().and_then(|number| self.start.checked_add(number));
            self.checksums.begin(at.unwrap_or(self.start), self.blocks);
        }
        self.checksums.take(bytes);
        self.next = Some(number + bytes.len() as u64 / u64::from(SECTOR_SIZE.get()));
    }

    /// Compares the disc with it.
    pub fn verify(
        &self,
        recorder: &Recorder,
        source: &dyn BlockSource,
        start: Lba,
        level: Verification,
        expected: Expected,
        control: &mut Control<'_, VerifyProgress>,
    ) -> Result<Verified, VerifyError> {
        // Where the drive began elsewhere, the source is read once more.
        let reference = if start == self.start {
            Reference::burned(&self.checksums, source, start)
        } else {
            Reference::source(source, start)
        };
        match level {
            Verification::Full => verify_full(recorder, &reference, &VerifyOptions::default(), control),
            Verification::Quick | Verification::None => verify_quick(recorder, &reference, &expected, control),
        }
    }
}
