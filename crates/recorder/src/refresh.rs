//! The system's idea of a disc, after it was written: it has to learn that the disc is another one.

use std::{ops::ControlFlow, time::Duration};

use imapi_mmc_transport::Waiting;

use crate::{Recorder, RecorderError};

/// What became of the system's idea of a disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Refreshed {
    /// It is right, or the system has none.
    Known,
    /// It is right since the tray went out and in.
    Reloaded,
    /// It is wrong until somebody takes the disc out and puts it in: the drive cannot do that itself, or was not to.
    Stale,
}

/// A system that counts so many blocks more remembers what was on the disc before it was erased, and its sessions with that.
const MORE: u64 = 1024;

impl Recorder {
    /// Has the system look at the disc anew, so that it can be mounted as it is now. Where looking does not help and the
    /// tray may move, it goes out and in.
    ///
    /// `on_wait` hears what the drive waits for after that, as with [`ready`](Self::ready).
    pub fn refresh(
        &self,
        may_reload: bool,
        budget: Duration,
        on_wait: &mut dyn FnMut(&Waiting) -> ControlFlow<()>,
    ) -> Result<Refreshed, RecorderError> {
        if self.is_known(MORE)? {
            return Ok(Refreshed::Known);
        }
        if !may_reload || !self.can_load()? {
            return Ok(Refreshed::Stale);
        }
        self.eject()?;
        self.load()?;
        self.ready(budget, on_wait)?;
        Ok(if self.is_known(u64::MAX)? { Refreshed::Reloaded } else { Refreshed::Stale })
    }

    /// Whether the system takes the disc to have as many blocks as it has. Systems count up to the last block that was
    /// written where that lies behind the last one that can be read, so that so many more are right, too.
    fn is_known(&self, more: u64) -> Result<bool, RecorderError> {
        let Some(known) = self.access()?.look_anew() else { return Ok(true) };
        let capacity = crate::past_attentions(|| self.capacity())?;
        let blocks = capacity.and_then(|capacity| u64::try_from(capacity.last.0).ok()).map_or(0, |last| last + 1);
        // A disc without a block that can be read is none that could be mounted.
        Ok(blocks <= 1 || (blocks..=blocks.saturating_add(more)).contains(&known))
    }
}
