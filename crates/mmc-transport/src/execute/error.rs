//! [`CommandError`]: why a command did not succeed.

use imapi_errors::{Coded, Fact, HResult, Value, v2};

use crate::{BadReply, Condition, Sense, Status, TransportError};

/// A command did not succeed.
///
/// [`CommandError::condition`] tells what the drive means, and its [`Class`](crate::Class) what to do. One thing comes
/// before both: when [`CommandError::is_deferred`], the sense belongs to an **earlier** command, as a rule to a WRITE
/// that the drive had acknowledged, and this one was not carried out. Whoever writes stops immediately and does not
/// send it again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The device gave no answer.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The drive refused or failed it, and says why.
    #[error("{command} failed: {sense:#}")]
    Check {
        /// Name of the command.
        command: &'static str,
        /// Its first byte.
        opcode: u8,
        /// Why.
        sense: Sense,
    },
    /// The drive refused it with a status that has no sense: it is busy, or another initiator's.
    #[error("{command} was answered with {status:?}")]
    Status {
        /// Name of the command.
        command: &'static str,
        /// The status.
        status: Status,
    },
    /// What came back, an answer or sense, cannot be understood.
    #[error("{command} was answered with what makes no sense")]
    Reply {
        /// Name of the command.
        command: &'static str,
        /// What is wrong with it.
        #[source]
        cause: BadReply,
    },
    /// The drive failed it and says nothing more.
    #[error("{command} failed without a reason")]
    NoSense {
        /// Name of the command.
        command: &'static str,
    },
}

/// First bytes of the commands whose refusal has a code of its own.
mod opcode {
    pub(super) const MODE_SELECT_6: u8 = 0x15;
    pub(super) const MODE_SENSE_6: u8 = 0x1A;
    pub(super) const WRITE_10: u8 = 0x2A;
    pub(super) const WRITE_AND_VERIFY_10: u8 = 0x2E;
    pub(super) const GET_CONFIGURATION: u8 = 0x46;
    pub(super) const MODE_SELECT_10: u8 = 0x55;
    pub(super) const MODE_SENSE_10: u8 = 0x5A;
    pub(super) const SEND_CUE_SHEET: u8 = 0x5D;
    pub(super) const WRITE_12: u8 = 0xAA;
    pub(super) const READ_DISC_STRUCTURE: u8 = 0xAD;
    pub(super) const SEND_DISC_STRUCTURE: u8 = 0xBF;
}

impl CommandError {
    /// The sense, where there is some.
    #[must_use]
    pub fn sense(&self) -> Option<&Sense> {
        match self {
            Self::Check { sense, .. } => Some(sense),
            Self::Transport(_) | Self::Status { .. } | Self::Reply { .. } | Self::NoSense { .. } => None,
        }
    }

    /// What the drive means, where it says something.
    #[must_use]
    pub fn condition(&self) -> Option<Condition> {
        self.sense().map(Sense::condition)
    }

    /// The sense belongs to an earlier command, and this one was not carried out: a write in progress has failed.
    #[must_use]
    pub fn is_deferred(&self) -> bool {
        self.sense().is_some_and(|sense| sense.deferred)
    }

    /// Another command, or the same with another field, may well be understood: a probe has its answer.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.condition().is_some_and(|condition| condition.class() == crate::Class::Caller)
    }
}

/// The code of a refusal depends on what was asked for; everything else on the condition alone.
fn check_code(opcode: u8, sense: &Sense) -> HResult {
    match (opcode, sense.condition()) {
        (opcode::GET_CONFIGURATION, Condition::InvalidOpcode) => v2::E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED,
        (opcode::MODE_SENSE_6 | opcode::MODE_SENSE_10, Condition::InvalidField) => {
            v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE
        }
        (opcode::READ_DISC_STRUCTURE | opcode::SEND_DISC_STRUCTURE, Condition::InvalidField) => {
            v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT
        }
        // SP asks for saving, and a drive that does not save refuses the field.
        (
            opcode::MODE_SELECT_6 | opcode::MODE_SELECT_10 | opcode::SEND_CUE_SHEET,
            Condition::InvalidField | Condition::ParameterListLength,
        )
        // The kind of block was set with the write parameters.
        | (opcode::WRITE_10 | opcode::WRITE_12 | opcode::WRITE_AND_VERIFY_10, Condition::IllegalModeForTrack) => {
            v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS
        }
        (_, condition) => {
            let code = condition.recorder_code();
            // Warnings have a code of success. A warning of an earlier command, or one with the key of a failure, still
            // means that this command did not do its work.
            if code.is_error() { code } else { v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE }
        }
    }
}

impl Coded for CommandError {
    fn code(&self) -> HResult {
        match self {
            Self::Transport(error) => error.code(),
            Self::Check { opcode, sense, .. } => check_code(*opcode, sense),
            Self::Status { status: Status::BUSY | Status::TASK_SET_FULL, .. } => v2::E_IMAPI_RECORDER_MEDIA_BUSY,
            Self::Status { status: Status::RESERVATION_CONFLICT, .. } => v2::E_IMAPI_RECORDER_LOCKED,
            Self::Status { .. } | Self::NoSense { .. } => v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
            Self::Reply { .. } => v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Transport(error) => error.facts(put),
            Self::Check { command, sense, .. } => {
                put(Fact::Command, Value::Text(command));
                put(Fact::Sense, Value::Text(sense));
                if let Some(lba) = sense.lba() {
                    put(Fact::Lba, Value::I64(i64::from(lba.0)));
                }
            }
            Self::Status { command, status } => {
                put(Fact::Command, Value::Text(command));
                put(Fact::Reason, Value::Text(&format_args!("{status:?}")));
            }
            Self::Reply { command, cause } => {
                put(Fact::Command, Value::Text(command));
                put(Fact::Reason, Value::Text(cause));
            }
            Self::NoSense { command } => put(Fact::Command, Value::Text(command)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use imapi_disc_types::Lba;
    use imapi_errors::common;

    use super::*;
    use crate::{InvalidField, SenseKey};

    fn check(opcode: u8, sense: impl Into<Sense>) -> CommandError {
        CommandError::Check { command: "WRITE(10)", opcode, sense: sense.into() }
    }

    fn facts(error: &CommandError) -> Vec<(Fact, String)> {
        let mut told = Vec::new();
        error.facts(&mut |fact, value| told.push((fact, value.to_string())));
        told
    }

    #[test]
    fn the_command_decides_what_a_refused_field_means() {
        let field = InvalidField::cdb(2);
        for (error, code) in [
            (check(0x46, Sense::INVALID_OPCODE), v2::E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED),
            (check(0x54, Sense::INVALID_OPCODE), v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE),
            (check(0x5A, field), v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE),
            (check(0x5A, Sense::SAVING_NOT_SUPPORTED), v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE),
            (check(0xAD, field), v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT),
            (check(0xBF, field), v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT),
            (check(0x55, InvalidField::data(10)), v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS),
            (check(0x55, field), v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS),
            (check(0x5D, Sense::PARAMETER_LIST_LENGTH), v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS),
            (check(0x43, field), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE),
            (check(0x2A, Sense::ILLEGAL_MODE), v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS),
            (check(0x28, Sense::ILLEGAL_MODE), v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE),
            (check(0x2A, Sense::LOSS_OF_STREAMING), v2::E_IMAPI_LOSS_OF_STREAMING),
        ] {
            assert_eq!(error.code(), code, "{error}");
        }
    }

    #[test]
    fn a_warning_that_failed_a_command_is_no_success() {
        let almost_full = |key| Sense::new(key, 0x73, 0x01);
        for sense in [
            almost_full(SenseKey::MediumError),
            Sense::new(SenseKey::MediumError, 0x73, 0x06),
            almost_full(SenseKey::RecoveredError).of_an_earlier_command(),
            Sense::NONE.of_an_earlier_command(),
        ] {
            assert_eq!(check(0x2A, sense).code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE, "{sense}");
        }
    }

    #[test]
    fn no_failed_command_has_a_code_of_success() {
        for (key, asc) in (0..16_u8).flat_map(|key| (0..=u8::MAX).map(move |asc| (key, asc))) {
            for ascq in 0..=u8::MAX {
                let now = Sense::new(SenseKey::from_nibble(key), asc, ascq);
                for sense in [now, now.of_an_earlier_command()] {
                    assert!(check(0x2A, sense).code().is_error(), "{sense}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_sense_has_a_code_all_the_same() {
        let status = |status| CommandError::Status { command: "READ(10)", status };
        let gone = io::Error::from(io::ErrorKind::NotFound);
        for (error, code) in [
            (status(Status::BUSY), v2::E_IMAPI_RECORDER_MEDIA_BUSY),
            (status(Status::RESERVATION_CONFLICT), v2::E_IMAPI_RECORDER_LOCKED),
            (status(Status(0x40)), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE),
            (CommandError::NoSense { command: "READ(10)" }, v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE),
            (
                CommandError::Reply { command: "INQUIRY", cause: BadReply::Short { need: 36, got: 5 } },
                v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
            ),
            (TransportError::System { opcode: 0x28, source: gone }.into(), common::ERROR_FILE_NOT_FOUND),
        ] {
            assert_eq!(error.code(), code, "{error}");
            assert!(!error.is_deferred() && error.condition().is_none());
        }
    }

    #[test]
    fn a_failure_tells_command_sense_and_address() {
        let error = check(0x2A, Sense::WRITE_ERROR.at(Lba(4660)).of_an_earlier_command());
        let told = [
            (Fact::Command, "WRITE(10)"),
            (Fact::Sense, "3/0C/00 WRITE ERROR (of an earlier command)"),
            (Fact::Lba, "4660"),
        ];
        assert_eq!(facts(&error), told.map(|(fact, text)| (fact, text.to_owned())));
        assert!(error.is_deferred());
        assert_eq!(error.to_string(), "WRITE(10) failed: 3/0C/00 WRITE ERROR (of an earlier command); LBA 4660");
    }

    #[test]
    fn a_status_and_a_bad_answer_tell_their_reason() {
        let busy = CommandError::Status { command: "INQUIRY", status: Status::BUSY };
        assert_eq!(facts(&busy)[1], (Fact::Reason, "BUSY".to_owned()));
        let short = CommandError::Reply { command: "INQUIRY", cause: BadReply::Short { need: 36, got: 5 } };
        assert_eq!(facts(&short)[1].1, "the answer has 5 bytes where 36 are mandatory");
    }

    #[test]
    fn only_a_refusal_answers_a_probe() {
        assert!(check(0x54, Sense::INVALID_OPCODE).is_refusal());
        assert!(!check(0x54, Sense::CALIBRATION_AREA_FULL).is_refusal());
        assert!(!CommandError::NoSense { command: "INQUIRY" }.is_refusal());
    }
}
