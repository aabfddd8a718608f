//! [`Preparation`]: a drive that one program has for itself.

use std::{ops::ControlFlow, time::Duration};

use imapi_disc_types::ClientName;
use imapi_mmc_transport::{
    Class, CommandError, Condition, Device, Done, TransportExt as _, Waiting,
    commands::{
        Blank, BlankType, CloseFunction, CloseTrackSession, FormatDescriptor, FormatOptions, FormatParameters,
        FormatUnit, ModeSelect10, ModeSense10, SynchronizeCache,
    },
    mode::{ModePage, ModeParameters, PageCode, WriteParameters},
};
use imapi_recorder::{Exclusive, Recorder, RecorderError, Refreshed};

use crate::{
    Budget, FormatError, Probe, Waited,
    wait::{Passing as _, Waits, patiently, until_done},
};

/// Between two attempts: a Pioneer drive needs so long to come to its senses.
const NAP: Duration = Duration::from_millis(185);

/// A drive that one program has for itself: nobody is told when its disc changes, and its tray stays shut. All of that
/// ends when this is dropped.
#[derive(Debug)]
#[must_use = "the drive is let go of when this is dropped"]
pub struct Preparation {
    exclusive: Exclusive,
}

impl Preparation {
    /// Takes the drive, and waits until it is ready.
    pub fn new(recorder: &Recorder, client: &ClientName, force: bool, waits: Waits<'_>) -> Result<Self, FormatError> {
        let exclusive = recorder.acquire(client, force)?;
        recorder.disable_notices();
        let prepared = Self { exclusive };
        prepared.settle(Budget::READY, waits)?;
        // Not every drive has a tray that can be shut.
        if let Err(error) = recorder.prevent_removal(true) {
            tracing::warn!(%error, "the tray cannot be locked");
        }
        Ok(prepared)
    }

    /// The drive.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        self.exclusive.recorder()
    }

    /// What the disc is now.
    pub fn probe(&self) -> Result<Probe, FormatError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match Probe::of(self.recorder()) {
                // What was asked before may have been about another disc, or the drive may have forgotten it.
                Err(RecorderError::Command(error)) if is_attention(&error) && attempts < PROBES => {
                    let _ = self.recorder().prevent_removal(true);
                }
                probe => return Ok(probe?),
            }
        }
    }

    /// Waits until the drive has done what it does by itself.
    pub fn settle(&self, budget: Budget, waits: Waits<'_>) -> Result<(), FormatError> {
        until_done(self.recorder(), budget, waits).map(|_| ())
    }

    /// Has the system look at the disc anew, so that it can be mounted as it is now. Where nothing else helps and the tray
    /// may move, it goes out and in.
    pub fn refresh(&self, may_reload: bool, waits: Waits<'_>) -> Result<Refreshed, FormatError> {
        let recorder = self.recorder();
        let mut look = |may_reload| {
            recorder.refresh(may_reload, Budget::READY.most, &mut |waiting: &Waiting| {
                waits(&Waited { budget: Budget::READY, elapsed: waiting.elapsed, progress: waiting.progress });
                ControlFlow::Continue(())
            })
        };
        let looked = look(false)?;
        if looked == Refreshed::Known || !may_reload {
            return Ok(looked);
        }
        recorder.prevent_removal(false)?;
        let looked = look(true);
        if let Err(error) = recorder.prevent_removal(true) {
            tracing::warn!(%error, "the tray cannot be locked again");
        }
        Ok(looked?)
    }

    /// Sends a command that the drive answers at once and works on by itself, and waits for that. A drive that is still at
    /// something else gets it again.
    fn begin(
        &self,
        budget: Budget,
        waits: Waits<'_>,
        send: &dyn Fn(&dyn Device) -> Result<Done, CommandError>,
    ) -> Result<(), FormatError> {
        let clock = self.recorder().clock();
        let begun = clock.now();
        loop {
            match send(&**self.recorder().device()) {
                Ok(_) => {
                    let reset = until_done(self.recorder(), budget, waits)?;
                    return if reset { Err(FormatError::Reset { what: budget.what }) } else { Ok(()) };
                }
                Err(error) if error.passes() && clock.now().saturating_sub(begun) < budget.most => {
                    clock.sleep(NAP);
                    self.settle(budget, waits)?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Has the drive write what is in its buffer.
    pub fn flush(&self, waits: Waits<'_>) -> Result<(), FormatError> {
        self.begin(Budget::FLUSH, waits, &|device| device.send(&SynchronizeCache::all()))
    }

    /// Has the drive write what is in its buffer, and not answer before it is done. Drives were seen to be ready for
    /// anything else before they were done with what they said they would do by themselves; this stops them.
    pub fn flush_and_wait(&self, waits: Waits<'_>) -> Result<(), FormatError> {
        self.flush(waits)?;
        let flushed = self.begin(Budget::FLUSH, waits, &|device| device.send(&SynchronizeCache::all().waiting()));
        match flushed {
            // There was nothing left to write; the first command had its answer.
            Err(error)
                if error.condition().is_some_and(|condition| {
                    condition.class() == Class::Caller || condition == Condition::SequenceError
                }) =>
            {
                Ok(())
            }
            flushed => flushed,
        }
    }

    /// Closes a track, a session or the disc.
    pub fn close(&self, function: CloseFunction, track: u16, waits: Waits<'_>) -> Result<(), FormatError> {
        let command = CloseTrackSession { immediate: true, function, track };
        self.begin(Budget::CLOSE, waits, &|device| device.send(&command))
    }

    /// Blanks the disc.
    pub fn blank(&self, kind: BlankType, waits: Waits<'_>) -> Result<(), FormatError> {
        let command = Blank { immediate: true, kind, place: 0 };
        self.begin(Budget::BLANK, waits, &|device| device.send(&command))
    }

    /// Formats the disc. What the options say counts only when they are valid.
    pub fn format(
        &self,
        descriptor: FormatDescriptor,
        options: FormatOptions,
        complete_list: bool,
        waits: Waits<'_>,
    ) -> Result<(), FormatError> {
        let parameters = FormatParameters { options: FormatOptions { immediate: true, ..options }, descriptor };
        self.begin(Budget::FORMAT, waits, &|device| device.submit(&FormatUnit { complete_list }, &parameters))
    }

    /// Says how the next blocks are written. The drive's own page gives length and what else stands in it.
    pub fn set_write_parameters(&self, wanted: WriteParameters) -> Result<(), FormatError> {
        let (recorder, device) = (self.recorder(), self.recorder().device());
        let current = patiently(recorder, || device.query(&ModeSense10::current(PageCode::WRITE_PARAMETERS)));
        let fitted = match current.as_ref().ok().and_then(|answer| answer.write_parameters()) {
            Some(drive) => wanted.fitted_to(drive),
            None => wanted,
        };
        let parameters = ModeParameters::of([ModePage::WriteParameters(fitted)]);
        patiently(recorder, || device.submit(&ModeSelect10::carrying(&parameters), &parameters))?;
        Ok(())
    }

    /// Has the drive write in earnest again after a test: whoever burns next may take the page as it is.
    pub fn end_test(&self) -> Result<(), FormatError> {
        let current = self.recorder().device().query(&ModeSense10::current(PageCode::WRITE_PARAMETERS))?;
        match current.write_parameters() {
            Some(page) if page.test_write => {
                self.set_write_parameters(WriteParameters { test_write: false, ..page.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// So often a disc is looked at that the drive takes for another one in between.
const PROBES: u32 = 3;

fn is_attention(error: &CommandError) -> bool {
    let attentions = [Condition::MediumChanged, Condition::Reset, Condition::Attention];
    !error.is_deferred() && error.condition().is_some_and(|condition| attentions.contains(&condition))
}

impl Drop for Preparation {
    fn drop(&mut self) {
        let recorder = self.recorder();
        // The door must never stay locked; a drive that is gone has none. What a drive tells first is heard then.
        let _ = recorder.prevent_removal(false).or_else(|_| recorder.prevent_removal(false));
        recorder.enable_notices();
    }
}
