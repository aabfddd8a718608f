//! What the engine tells while it writes, and what came of it.

use std::{
    sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering},
    time::Duration,
};

use imapi_disc_types::Lba;
use imapi_mmc_transport::Condition;

/// Something to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// How far it is: at the beginning, twice a second, and at the end.
    Progress(Progress),
    /// The drive takes nothing just now.
    Stalled(Stall),
}

/// How far the writing of a section is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[doc(alias = "IWriteEngine2EventArgs")]
pub struct Progress {
    /// The section's first address.
    #[doc(alias = "IWriteEngine2EventArgs::get_StartLba")]
    pub start: Lba,
    /// The section's blocks.
    #[doc(alias = "IWriteEngine2EventArgs::get_SectorCount")]
    pub blocks: u64,
    /// The last address for which there is data, if there is any yet.
    #[doc(alias = "IWriteEngine2EventArgs::get_LastReadLba")]
    pub last_read: Option<Lba>,
    /// The last address that the drive has taken.
    #[doc(alias = "IWriteEngine2EventArgs::get_LastWrittenLba")]
    pub last_written: Option<Lba>,
    /// Bytes of the buffer in this program.
    #[doc(alias = "IWriteEngine2EventArgs::get_TotalSystemBuffer")]
    pub total_buffer: u64,
    /// Those of them that wait to be written; the others are free.
    #[doc(alias("IWriteEngine2EventArgs::get_UsedSystemBuffer", "IWriteEngine2EventArgs::get_FreeSystemBuffer"))]
    pub used_buffer: u64,
    /// Bytes of the drive's buffer, and those that are free, where it tells them.
    pub drive_buffer: Option<(u32, u32)>,
    /// Time since the beginning, by the drive's clock.
    pub elapsed: Duration,
}

impl Progress {
    /// Blocks that the drive has taken.
    #[must_use]
    pub fn written(&self) -> u64 {
        let count = |last: Lba| u64::try_from(i64::from(last.0) - i64::from(self.start.0) + 1).unwrap_or(0);
        self.last_written.map_or(0, count)
    }

    /// The time that is left if it goes on as it went.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        let written = self.written();
        let left = self.blocks.saturating_sub(written);
        let micros = self.elapsed.as_micros() * u128::from(left) / u128::from(written.max(1));
        (written > 0).then(|| Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX)))
    }
}

/// The drive is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stall {
    /// Where the next block goes.
    pub at: Lba,
    /// What the drive says.
    pub why: Condition,
    /// How long it has been waited for.
    pub elapsed: Duration,
    /// How long it is waited for at most.
    pub budget: Duration,
}

/// A section is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Blocks of the section, with what it was filled up by.
    pub blocks: u64,
    /// How long it took, by the drive's clock.
    pub elapsed: Duration,
    /// How often the drive had to wait for data.
    pub starved: u64,
    /// How often the drive had to be asked again.
    pub retries: u64,
}

/// Numbers that change with each command: anyone may look at them.
#[derive(Debug)]
pub(crate) struct Counters {
    pub read: AtomicU64,
    pub written: AtomicU64,
    pub used: AtomicI64,
    pub drive_total: AtomicU32,
    pub drive_free: AtomicU32,
}

impl Counters {
    pub fn new() -> Self {
        Self {
            read: AtomicU64::new(0),
            written: AtomicU64::new(0),
            used: AtomicI64::new(0),
            drive_total: AtomicU32::new(0),
            drive_free: AtomicU32::new(0),
        }
    }

    pub fn progress(&self, start: Lba, blocks: u64, total_buffer: u64, elapsed: Duration) -> Progress {
        let last = |count: u64| {
            let last = i64::from(start.0) + i64::try_from(count).ok()? - 1;
            (count > 0).then(|| i32::try_from(last).ok().map(Lba))?
        };
        let total = self.drive_total.load(Ordering::Relaxed);
        Progress {
            start,
            blocks,
            last_read: last(self.read.load(Ordering::Relaxed)),
            last_written: last(self.written.load(Ordering::Relaxed)),
            total_buffer,
            used_buffer: u64::try_from(self.used.load(Ordering::Relaxed)).unwrap_or(0),
            drive_buffer: (total > 0).then(|| (total, self.drive_free.load(Ordering::Relaxed))),
            elapsed,
        }
    }
}
