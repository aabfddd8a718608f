//! What is told while an image is written.

use std::time::Duration;

use imapi_format2::Waited;
use imapi_write_engine::{Event, Progress, Stall};

/// What is done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("IMAPI_FORMAT2_RAW_CD_WRITE_ACTION", "IDiscFormat2RawCDEventArgs::get_CurrentAction"))]
#[repr(u32)]
pub enum RawAction {
    /// Nobody knows.
    Unknown = 0,
    /// Speed and way of writing are set.
    Preparing = 1,
    /// The image is written.
    Writing = 2,
    /// The drive's buffer is emptied.
    Finishing = 3,
}

/// Something to hear of while an image is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias("DDiscFormat2RawCDEvents::Update", "IDiscFormat2RawCDEventArgs"))]
pub enum RawEvent {
    /// Something else is done now; so much time went by.
    Begins {
        /// What.
        action: RawAction,
        /// Since the beginning, by the drive's clock.
        elapsed: Duration,
    },
    /// How far the writing is.
    Writing(Progress),
    /// The drive takes nothing just now.
    Stalled(Stall),
    /// The drive does something by itself, and is waited for.
    Waiting(Waited),
}

impl RawEvent {
    /// How long what is done now has been done, by the drive's clock; all of it where something new begins.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCDEventArgs::get_ElapsedTime")]
    pub fn elapsed(&self) -> Duration {
        match self {
            Self::Begins { elapsed, .. } => *elapsed,
            Self::Writing(progress) => progress.elapsed,
            Self::Stalled(stall) => stall.elapsed,
            Self::Waiting(waited) => waited.elapsed,
        }
    }

    /// How much longer it takes, as far as that can be told.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCDEventArgs::get_RemainingTime")]
    pub fn remaining(&self) -> Option<Duration> {
        match self {
            Self::Writing(progress) => progress.remaining(),
            Self::Begins { .. } | Self::Stalled(_) | Self::Waiting(_) => None,
        }
    }
}

impl From<Event> for RawEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Progress(progress) => Self::Writing(progress),
            Event::Stalled(stall) => Self::Stalled(stall),
        }
    }
}
