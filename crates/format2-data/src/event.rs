//! What is told while a disc is burned.

use std::time::Duration;

use imapi_format2::{Waited, verify::VerifyProgress};
use imapi_write_engine::{Event, Progress, Stall};

/// What is done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("IMAPI_FORMAT2_DATA_WRITE_ACTION", "IDiscFormat2DataEventArgs::get_CurrentAction"))]
#[repr(u32)]
pub enum Action {
    /// It is looked at disc and source.
    ValidatingMedia = 0,
    /// The disc is formatted.
    FormattingMedia = 1,
    /// Speed and way of writing are set.
    InitializingHardware = 2,
    /// The laser's power is sought.
    CalibratingPower = 3,
    /// Blocks are written.
    WritingData = 4,
    /// Track, session or disc are closed.
    Finalization = 5,
    /// It is done.
    Completed = 6,
    /// What is on the disc is compared.
    Verifying = 7,
}

/// Something to hear of while a disc is burned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias("DDiscFormat2DataEvents::Update", "IDiscFormat2DataEventArgs"))]
pub enum DataEvent {
    /// Something else is done now; so much time went by.
    Begins {
        /// What.
        action: Action,
        /// Since the beginning, by the drive's clock.
        elapsed: Duration,
    },
    /// How far the writing is.
    Writing(Progress),
    /// The drive takes nothing just now.
    Stalled(Stall),
    /// The drive does something by itself, and is waited for.
    Waiting(Waited),
    /// How far the verification is.
    Verifying(VerifyProgress),
}

impl DataEvent {
    /// How long what is done now has been done, by the drive's clock; all of it where something new begins.
    #[must_use]
    #[doc(alias = "IDiscFormat2DataEventArgs::get_ElapsedTime")]
    pub fn elapsed(&self) -> Duration {
        match self {
            Self::Begins { elapsed, .. } => *elapsed,
            Self::Writing(progress) => progress.elapsed,
            Self::Stalled(stall) => stall.elapsed,
            Self::Waiting(waited) => waited.elapsed,
            Self::Verifying(progress) => progress.elapsed,
        }
    }

    /// How much longer it takes, as far as that can be told.
    #[must_use]
    #[doc(alias = "IDiscFormat2DataEventArgs::get_RemainingTime")]
    pub fn remaining(&self) -> Option<Duration> {
        match self {
            Self::Writing(progress) => progress.remaining(),
            Self::Verifying(progress) => progress.remaining(),
            Self::Begins { .. } | Self::Stalled(_) | Self::Waiting(_) => None,
        }
    }

    /// How long it takes from its beginning to its end, as far as that can be told.
    #[must_use]
    #[doc(alias = "IDiscFormat2DataEventArgs::get_TotalTime")]
    pub fn total(&self) -> Option<Duration> {
        Some(self.elapsed() + self.remaining()?)
    }
}

impl From<Event> for DataEvent {
    fn from(event: Event) -> Self {
        match event {
            Event::Progress(progress) => Self::Writing(progress),
            Event::Stalled(stall) => Self::Stalled(stall),
        }
    }
}
