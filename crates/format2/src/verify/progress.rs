//! How far a verification is, and what came of it.

use std::time::Duration;

use imapi_disc_types::{Lba, SECTOR_SIZE};

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyProgress {
    /// The last address that was compared.
    pub at: Lba,
    /// Blocks that were compared.
    pub done: u64,
    /// Blocks that will be.
    pub all: u64,
    /// Units that are bad.
    pub bad: u64,
    /// Time since the beginning, by the drive's clock.
    pub elapsed: Duration,
}

/// A disc is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Blocks that were compared.
    pub blocks: u64,
    /// How long it took, by the drive's clock.
    pub elapsed: Duration,
}

/// Bytes a second.
fn rate(blocks: u64, elapsed: Duration) -> Option<u64> {
    let bytes = u128::from(blocks) * u128::from(SECTOR_SIZE.get());
    let micros = elapsed.as_micros();
    (micros > 0).then(|| u64::try_from(bytes * 1_000_000 / micros).unwrap_or(u64::MAX))
}

impl VerifyProgress {
    /// Bytes a second since the beginning.
    #[must_use]
    pub fn rate(&self) -> Option<u64> {
        rate(self.done, self.elapsed)
    }

    /// The time that is left if it goes on as it went.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let left = u128::from(self.all.saturating_sub(self.done));
        let micros = self.elapsed.as_micros() * left / u128::from(self.done.max(1));
        (self.done > 0).then(|| Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
    }
}

impl Verified {
    /// Bytes a second.
    #[must_use]
    pub fn rate(&self) -> Option<u64> {
        rate(self.blocks, self.elapsed)
    }
}
