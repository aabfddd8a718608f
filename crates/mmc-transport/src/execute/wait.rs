//! Waiting for a drive: TEST UNIT READY again and again, by the drive's own clock and never without an end.

use std::{ops::ControlFlow, time::Duration};

use imapi_errors::{Coded, Fact, HResult, Value, v2};

use super::{CommandError, TransportExt};
use crate::{Command, Condition, Progress, Sense, Status, Transport, commands::TestUnitReady};

/// The first pause between two polls; each one is twice as long, up to the longest. Most of what drives do takes either
/// hardly any time, or so much that a second is nothing.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// So long a drive may be not ready without saying why. Drives that work say at what.
const PATIENCE_WITHOUT_REASON: Duration = Duration::from_secs(5);
/// After so many attentions in a row the next one is waited for: a drive that resets itself for ever shall not keep the
/// bus busy.
const ATTENTIONS_AT_ONCE: u32 = 4;

/// What a drive that is not ready waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// What it says.
    pub condition: Condition,
    /// How far it is, where it says so.
    pub progress: Option<Progress>,
    /// The time since the first poll.
    pub elapsed: Duration,
}

/// The drive is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ready {
    /// An attention came in between: disc, modes or speeds may be others, and what is known of them has to be read
    /// anew.
    pub changed: bool,
    /// The drive was reset in between: what was in its buffer is lost, and its settings are.
    pub reset: bool,
    /// The time since the first poll.
    pub waited: Duration,
}

/// The drive did not become ready.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// Waiting does not help: there is no disc, something failed, or the drive is gone. Also the failure of an earlier
    /// command, which a drive tells when it is polled.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The budget is over, or the drive was silent for too long.
    #[error("the drive was still not ready after {} s", after.as_secs())]
    TimedOut {
        /// The time since the first poll.
        after: Duration,
        /// The last answer.
        #[source]
        last: CommandError,
    },
    /// The closure said stop.
    #[error("waiting for the drive was ended after {} s", after.as_secs())]
    Stopped {
        /// The time since the first poll.
        after: Duration,
        /// The last answer.
        #[source]
        last: CommandError,
    },
}

impl WaitError {
    /// What the drive said last, where it said something.
    #[must_use]
    pub fn condition(&self) -> Option<Condition> {
        match self {
            Self::Command(last) | Self::TimedOut { last, .. } | Self::Stopped { last, .. } => last.condition(),
        }
    }
}

impl Coded for WaitError {
    fn code(&self) -> HResult {
        match self {
            // What a drive still says when the time is over is the result: becoming ready, busy, formatting.
            Self::Command(last) | Self::TimedOut { last, .. } => last.code(),
            Self::Stopped { .. } => v2::E_IMAPI_REQUEST_CANCELLED,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Command(last) => last.facts(put),
            Self::TimedOut { after, last } | Self::Stopped { after, last } => {
                last.facts(put);
                put(Fact::Elapsed, Value::I64(i64::try_from(after.as_secs()).unwrap_or(i64::MAX)));
            }
        }
    }
}

/// See [`TransportExt::wait_until_ready`](super::TransportExt::wait_until_ready).
pub(super) fn until_ready(
    transport: &dyn Transport,
    budget: Duration,
    on_wait: &mut dyn FnMut(&Waiting) -> ControlFlow<()>,
) -> Result<Ready, WaitError> {
    let clock = transport.clock();
    let start = clock.now();
    let (mut changed, mut reset, mut attentions) = (false, false, 0);
    let mut pause = FIRST_PAUSE;
    let mut silent_since = None;
    loop {
        let polled = poll(transport);
        let elapsed = clock.now().saturating_sub(start);
        let Err(last) = polled else { return Ok(Ready { changed, reset, waited: elapsed }) };
        let Some((condition, kind)) = Kind::of(&last) else { return Err(last.into()) };
        if kind == Kind::Attention {
            changed |= condition != Condition::OperatorRequest;
            reset |= condition == Condition::Reset;
            attentions += 1;
            if attentions <= ATTENTIONS_AT_ONCE {
                continue;
            }
        }
        silent_since = if kind == Kind::Silent { silent_since.or(Some(elapsed)) } else { None };
        let silent = silent_since.is_some_and(|since| elapsed.saturating_sub(since) >= PATIENCE_WITHOUT_REASON);
        let left = budget.saturating_sub(elapsed);
        if silent || left.is_zero() {
            return Err(WaitError::TimedOut { after: elapsed, last });
        }
        let progress = last.sense().and_then(Sense::progress);
        if on_wait(&Waiting { condition, progress, elapsed }).is_break() {
            return Err(WaitError::Stopped { after: elapsed, last });
        }
        clock.sleep(pause.min(left));
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
}

/// One poll. Success that tells of work still going on counts as not ready.
fn poll(transport: &dyn Transport) -> Result<(), CommandError> {
    let (command, opcode) = (TestUnitReady::NAME, TestUnitReady::OPCODE);
    match transport.send(&TestUnitReady)?.recovered {
        Some(sense) if sense.condition() == Condition::StillWorking => {
            Err(CommandError::Check { command, opcode, sense })
        }
        _ => Ok(()),
    }
}

/// How an answer is waited out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The drive says what it does: as long as the budget lasts.
    Working,
    /// It does not say: a few seconds.
    Silent,
    /// It says that something has changed, and has answered nothing yet: ask again at once.
    Attention,
}

impl Kind {
    /// `None` when waiting does not help.
    fn of(answer: &CommandError) -> Option<(Condition, Self)> {
        if let CommandError::Status { status: Status::BUSY | Status::TASK_SET_FULL, .. } = answer {
            return Some((Condition::OperationInProgress, Self::Working));
        }
        // The failure of an earlier command is none that passes.
        let condition = answer.condition().filter(|_| !answer.is_deferred())?;
        let kind = match condition {
            Condition::StillWorking
            | Condition::BecomingReady
            | Condition::FormatInProgress
            | Condition::OperationInProgress
            | Condition::LongWriteInProgress
            | Condition::NotSelfConfigured
            | Condition::InsufficientTime => Self::Working,
            Condition::NotReady
            | Condition::SeekIncomplete
            | Condition::CommunicationFailure
            | Condition::Aborted
            | Condition::Unknown => Self::Silent,
            Condition::MediumChanged
            | Condition::Reset
            | Condition::ModeParametersChanged
            | Condition::Attention
            | Condition::OperatorRequest => Self::Attention,
            _ => return None,
        };
        Some((condition, kind))
    }
}

#[cfg(test)]
mod tests;
