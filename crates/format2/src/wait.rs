//! [`Waits`]: waiting for what a drive does by itself.

use std::{ops::ControlFlow, time::Duration};

use imapi_mmc_transport::{Class, CommandError, Condition, Progress, Status, WaitError, Waiting};
use imapi_recorder::{Recorder, RecorderError};

use crate::FormatError;

/// What is waited for, and for how long at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What the drive does, for people.
    pub what: &'static str,
    /// How long it may take.
    pub most: Duration,
}

impl Budget {
    /// A disc that was just put in.
    pub const READY: Self = Self { what: "getting ready", most: Duration::from_secs(300) };
    /// Its buffer is emptied; at the end of a disc that is written at once the lead-out belongs to it.
    pub const FLUSH: Self = Self { what: "writing what is in its buffer", most: Duration::from_secs(1_000) };
    /// A track or a session is closed.
    pub const CLOSE: Self = Self { what: "closing the session", most: Duration::from_secs(3_600) };
    /// A disc is blanked.
    pub const BLANK: Self = Self { what: "blanking", most: Duration::from_secs(7_200) };
    /// A disc is formatted.
    pub const FORMAT: Self = Self { what: "formatting", most: Duration::from_secs(5 * 3_600) };
}

/// The drive is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waited {
    /// What for, and for how long at most.
    pub budget: Budget,
    /// So long already.
    pub elapsed: Duration,
    /// How far the drive says to be.
    pub progress: Option<Progress>,
}

/// Hears of waiting.
pub type Waits<'a> = &'a mut dyn FnMut(&Waited);

/// Some drives are ready before they know their disc again.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Waits until the drive has done what it does by itself; whether it was reset meanwhile. There is no stopping it: a
/// session that is being closed is closed or spoiled.
pub(crate) fn until_done(recorder: &Recorder, budget: Budget, waits: Waits<'_>) -> Result<bool, FormatError> {
    let clock = recorder.clock();
    let begun = clock.now();
    let (mut reset, mut refusals) = (false, 0);
    loop {
        let elapsed = clock.now().saturating_sub(begun);
        let left = budget.most.saturating_sub(elapsed);
        let ready = recorder.ready(left, &mut |waiting: &Waiting| {
            waits(&Waited { budget, elapsed: elapsed + waiting.elapsed, progress: waiting.progress });
            ControlFlow::Continue(())
        });
        match ready {
            Ok(ready) => reset |= ready.reset,
            Err(RecorderError::Wait(WaitError::TimedOut { .. })) => {
                let elapsed = clock.now().saturating_sub(begun);
                return Err(FormatError::Overdue { what: budget.what, seconds: elapsed.as_secs() });
            }
            // There is no drive that does not know the question: it is asked again.
            Err(RecorderError::Wait(WaitError::Command(error))) if error.is_refusal() && refusals < REFUSALS => {
                refusals += 1;
                clock.sleep(LOOK_AGAIN);
                continue;
            }
            Err(RecorderError::Wait(WaitError::Command(error))) => return Err(error.into()),
            Err(error) => return Err(error.into()),
        }
        match recorder.disc_information() {
            Err(error) if error.passes() && !left.is_zero() => clock.sleep(LOOK_AGAIN),
            Err(RecorderError::Command(error)) if error.condition() == Some(Condition::Reset) => reset = true,
            _ => return Ok(reset),
        }
    }
}

/// How often a drive may refuse to say whether it is ready.
const REFUSALS: u32 = 2;

/// An error that may be a matter of time.
pub trait Passing {
    /// The same command may well succeed when it is sent again: the drive was at something else, or had something to tell
    /// first.
    fn passes(&self) -> bool;
}

impl Passing for CommandError {
    fn passes(&self) -> bool {
        if let Self::Status { status: Status::BUSY | Status::TASK_SET_FULL, .. } = self {
            return true;
        }
        // What an earlier command did not do is not mended by this one.
        !self.is_deferred()
            && self.condition().is_some_and(|condition| {
                condition.class() == Class::Wait || condition == Condition::ModeParametersChanged
            })
    }
}

impl Passing for RecorderError {
    fn passes(&self) -> bool {
        matches!(self, Self::Command(error) if error.passes())
    }
}

impl Passing for FormatError {
    fn passes(&self) -> bool {
        matches!(self, Self::Recorder(error) if error.passes())
    }
}

/// So long a drive may be at something else that is asked something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks, and asks again as long as the drive is at something else or has something to tell first.
pub fn patiently<T, E: Passing>(recorder: &Recorder, mut ask: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    let clock = recorder.clock();
    let begun = clock.now();
    loop {
        match ask() {
            Err(error) if error.passes() && clock.now().saturating_sub(begun) < PATIENCE => clock.sleep(LOOK_AGAIN),
            asked => return asked,
        }
    }
}
