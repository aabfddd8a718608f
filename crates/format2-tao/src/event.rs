//! What is told while a disc of sound is written.

use std::time::Duration;

use imapi_format2::Waited;
use imapi_write_engine::{Progress, Stall};

/// What is done just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("IMAPI_FORMAT2_TAO_WRITE_ACTION", "IDiscFormat2TrackAtOnceEventArgs::get_CurrentAction"))]
#[repr(u32)]
pub enum Action {
    /// The drive is told how the next track is written.
    Preparing = 1,
    /// The track is written.
    Writing = 2,
    /// The track, or the session, is closed.
    Finishing = 3,
    /// It is looked at what the drive says of the track.
    Verifying = 4,
}

/// Something to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias(
    "DDiscFormat2TrackAtOnceEvents",
    "DDiscFormat2TrackAtOnceEvents::Update",
    "IDiscFormat2TrackAtOnceEventArgs"
))]
pub struct TaoEvent {
    /// The track that is being written, or was written last: from 1.
    #[doc(alias = "IDiscFormat2TrackAtOnceEventArgs::get_CurrentTrackNumber")]
    pub track: u8,
    /// What is done.
    pub action: Action,
    /// Since the call began, by the drive's clock.
    #[doc(alias = "IDiscFormat2TrackAtOnceEventArgs::get_ElapsedTime")]
    pub elapsed: Duration,
    /// What there is to hear of it.
    pub what: What,
}

/// What there is to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// It begins.
    Begins,
    /// How far the writing is.
    Writing(Progress),
    /// The drive takes nothing just now.
    Stalled(Stall),
    /// The drive does something by itself, and is waited for.
    Waiting(Waited),
}

impl TaoEvent {
    /// How much longer the track takes, as far as that can be told.
    #[must_use]
    #[doc(alias = "IDiscFormat2TrackAtOnceEventArgs::get_RemainingTime")]
    pub fn remaining(&self) -> Option<Duration> {
        match self.what {
            What::Writing(progress) => progress.remaining(),
            What::Begins | What::Stalled(_) | What::Waiting(_) => None,
        }
    }
}
