//! [`what_now`]: what to do when a WRITE did not succeed. This is where drives differ, so it is one table.

use std::time::Duration;

use imapi_mmc_transport::{CommandError, Condition, Status};

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send the same WRITE again, after this.
    Retry(Delay),
    /// Have the drive empty its buffer, then send the same WRITE again.
    Synchronize,
    /// It is over.
    Fail,
}

/// How a WRITE is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay {
    /// The pause.
    pub pause: Duration,
    /// So long at most, since the WRITE was sent for the first time.
    pub budget: Duration,
    /// What is waited for.
    pub why: Condition,
}

/// A buffer of some MiB is emptied in less, at the slowest speed there is.
const BUFFER_EMPTIES: Duration = Duration::from_secs(120);
/// A drive that writes a lead-in, or that has just got a disc.
const LEAD_IN: Duration = Duration::from_secs(300);
/// Drives that work say at what; those that do not get this.
const SILENCE: Duration = Duration::from_secs(5);
/// A format goes on behind the writing, and gives way to it.
const FORMAT: Duration = Duration::from_secs(600);
/// A sequence error is once a matter of what the drive still has to do. Twice it is ours.
const SYNCHRONIZATIONS: u32 = 1;
const SHORT: Duration = Duration::from_millis(5);
const LONG: Duration = Duration::from_millis(200);

/// What to do with a WRITE that failed for the time `elapsed` since it was first sent, after so many synchronizations
/// of the drive for its sake.
///
/// A time that a command did not keep is no reason to send it again: it may have been carried out.
#[must_use]
pub fn what_now(error: &CommandError, elapsed: Duration, synchronized: u32) -> Step {
    let retry = |pause, budget, why| {
        if elapsed < budget { Step::Retry(Delay { pause, budget, why }) } else { Step::Fail }
    };
    if let CommandError::Status { status: Status::BUSY | Status::TASK_SET_FULL, .. } = error {
        return retry(LONG, BUFFER_EMPTIES, Condition::OperationInProgress);
    }
    // Sense of an earlier WRITE: what it was to write is lost, and writing on would only hide it.
    if error.is_deferred() {
        return Step::Fail;
    }
    let Some(condition) = error.condition() else { return Step::Fail };
    match condition {
        Condition::LongWriteInProgress => retry(SHORT, BUFFER_EMPTIES, condition),
        Condition::BecomingReady | Condition::OperationInProgress | Condition::NotSelfConfigured => {
            retry(LONG, LEAD_IN, condition)
        }
        Condition::FormatInProgress | Condition::SequenceError if synchronized < SYNCHRONIZATIONS => Step::Synchronize,
        Condition::FormatInProgress => retry(LONG, FORMAT, condition),
        Condition::NotReady
        | Condition::SeekIncomplete
        | Condition::CommunicationFailure
        | Condition::InsufficientTime
        | Condition::Aborted
        | Condition::StillWorking => retry(LONG, SILENCE, condition),
        // The drive has told something, and did not carry the command out.
        Condition::ModeParametersChanged | Condition::Attention | Condition::OperatorRequest => {
            retry(Duration::ZERO, SILENCE, condition)
        }
        _ => Step::Fail,
    }
}

#[cfg(test)]
mod tests {
    use imapi_mmc_transport::{Sense, SenseKey, TransportError};
    use rstest::rstest;

    use super::*;

    fn check(key: SenseKey, asc: u8, ascq: u8) -> CommandError {
        CommandError::Check { command: "WRITE(10)", opcode: 0x2A, sense: Sense::new(key, asc, ascq) }
    }

    const NOW: Duration = Duration::ZERO;

    #[rstest]
    #[case::buffer_full(SenseKey::NotReady, 0x04, 0x08, true)]
    #[case::becoming_ready(SenseKey::NotReady, 0x04, 0x01, true)]
    #[case::in_progress(SenseKey::NotReady, 0x04, 0x07, true)]
    #[case::no_reason(SenseKey::NotReady, 0x04, 0x00, true)]
    #[case::no_medium(SenseKey::NotReady, 0x3A, 0x00, false)]
    #[case::write_error(SenseKey::MediumError, 0x0C, 0x00, false)]
    #[case::underrun(SenseKey::MediumError, 0x0C, 0x09, false)]
    #[case::new_disc(SenseKey::UnitAttention, 0x28, 0x00, false)]
    #[case::reset(SenseKey::UnitAttention, 0x29, 0x00, false)]
    #[case::modes_changed(SenseKey::UnitAttention, 0x2A, 0x01, true)]
    #[case::wrong_address(SenseKey::IllegalRequest, 0x21, 0x02, false)]
    #[case::full(SenseKey::IllegalRequest, 0x63, 0x00, false)]
    #[case::protected(SenseKey::DataProtect, 0x27, 0x00, false)]
    fn each_answer_has_its_step(#[case] key: SenseKey, #[case] asc: u8, #[case] ascq: u8, #[case] again: bool) {
        let error = check(key, asc, ascq);
        assert_eq!(matches!(what_now(&error, NOW, 0), Step::Retry(_)), again, "{error}");
        assert_eq!(what_now(&error, Duration::from_secs(3600), 1), Step::Fail, "nothing is waited for without an end");
        let deferred = CommandError::Check {
            command: "WRITE(10)",
            opcode: 0x2A,
            sense: Sense::new(key, asc, ascq).of_an_earlier_command(),
        };
        assert_eq!(what_now(&deferred, NOW, 0), Step::Fail, "what was written before is lost");
    }

    #[test]
    fn a_drive_is_synchronized_once() {
        for error in [check(SenseKey::IllegalRequest, 0x2C, 0x00), check(SenseKey::NotReady, 0x04, 0x04)] {
            assert_eq!(what_now(&error, NOW, 0), Step::Synchronize);
            assert_ne!(what_now(&error, NOW, 1), Step::Synchronize);
        }
        assert_eq!(what_now(&check(SenseKey::IllegalRequest, 0x2C, 0x00), NOW, 1), Step::Fail);
    }

    #[test]
    fn a_write_that_may_have_been_carried_out_is_never_repeated() {
        let timeout = TransportError::Timeout { opcode: 0x2A, after: Duration::from_secs(200) };
        assert_eq!(what_now(&timeout.into(), NOW, 0), Step::Fail);
        let busy = CommandError::Status { command: "WRITE(10)", status: Status::BUSY };
        assert!(matches!(what_now(&busy, NOW, 0), Step::Retry(_)));
    }
}
