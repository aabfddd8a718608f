//! Commands that a program makes itself, byte by byte.

use std::{num::NonZeroU32, time::Duration};

use imapi_errors::{HResult, common, v2};
use imapi_mmc_transport::{Cdb, CommandError, Completion, Data, Sense, Status};

use crate::{Recorder, RecorderError};

/// What is said of a command that has no name here.
const NAME: &str = "the program's command";

/// What came of a command that the drive took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a drive that failed the command has said so in the sense"]
pub struct Answered {
    /// How many bytes went over.
    pub transferred: usize,
    /// What the drive said of the command, in the fixed form of sense. With a key of 0 or 1 in the third byte the command
    /// was carried out; with any other it was not.
    pub sense: Option<[u8; 18]>,
}

impl Answered {
    /// The code of this success: that there is sense, or plain success.
    #[must_use]
    pub fn code(&self) -> HResult {
        if self.sense.is_some() { v2::S_IMAPI_COMMAND_HAS_SENSE_DATA } else { common::S_OK }
    }

    /// The sense, understood.
    #[must_use]
    pub fn sense(&self) -> Option<Sense> {
        self.sense.and_then(|bytes| Sense::decode(&bytes).ok())
    }
}

impl Recorder {
    /// Sends a command without data. That the drive fails it is no error here: it is in the sense.
    ///
    /// A command has 6 to 16 bytes, and so many as its opcode's group has; vendors' own commands may have any length.
    #[doc(alias = "IDiscRecorder2Ex::SendCommandNoData")]
    pub fn command(&self, cdb: &[u8], timeout: Duration) -> Result<Answered, RecorderError> {
        self.pass(cdb, Data::None, timeout)
    }

    /// Sends a command together with data.
    #[doc(alias = "IDiscRecorder2Ex::SendCommandSendDataToDevice")]
    pub fn command_sending(&self, cdb: &[u8], data: &[u8], timeout: Duration) -> Result<Answered, RecorderError> {
        self.check_buffer(data)?;
        self.pass(cdb, Data::Out(data), timeout)
    }

    /// Sends a command that brings data, and fills the buffer with as much as comes.
    #[doc(alias = "IDiscRecorder2Ex::SendCommandGetDataFromDevice")]
    pub fn command_getting(&self, cdb: &[u8], buffer: &mut [u8], timeout: Duration) -> Result<Answered, RecorderError> {
        self.check_buffer(buffer)?;
        self.pass(cdb, Data::In(buffer), timeout)
    }

    fn pass(&self, cdb: &[u8], data: Data<'_>, timeout: Duration) -> Result<Answered, RecorderError> {
        let cdb = checked(cdb)?;
        let most = data.len();
        let Completion { status, transferred, sense } = self.access()?.execute(&cdb, data, timeout)?;
        let transferred = transferred.min(most);
        match (status, sense) {
            (Status::GOOD, None) => Ok(Answered { transferred, sense: None }),
            (Status::GOOD | Status::CHECK_CONDITION, Some(bytes)) => match Sense::try_from(&bytes) {
                Ok(sense) => Ok(Answered { transferred, sense: Some(sense.to_fixed()) }),
                // Some bridges send noise with what went well.
                Err(_) if status == Status::GOOD => Ok(Answered { transferred, sense: None }),
                Err(cause) => Err(CommandError::Reply { command: NAME, cause }.into()),
            },
            (Status::CHECK_CONDITION, None) => Err(CommandError::NoSense { command: NAME }.into()),
            (status, _) => Err(CommandError::Status { command: NAME, status }.into()),
        }
    }

    /// Neither empty, nor at a place in memory that the drive's controller cannot reach, nor longer than one command
    /// carries.
    fn check_buffer(&self, buffer: &[u8]) -> Result<(), RecorderError> {
        let limits = self.limits();
        let address = buffer.as_ptr().addr();
        let number = |limit: NonZeroU32| usize::try_from(limit.get()).unwrap_or(usize::MAX);
        if buffer.is_empty() {
            return Err(RecorderError::wrong("size", 0));
        }
        if address % number(limits.alignment) != 0 {
            return Err(RecorderError::wrong("buffer", address));
        }
        // The rest of the rule, that a larger buffer begins on a page of memory, is the device's to enforce.
        if buffer.len() > number(limits.page_aligned_transfer.max(limits.transfer)) {
            return Err(RecorderError::wrong("size", buffer.len()));
        }
        Ok(())
    }
}

/// The command, when its length is one that its opcode may have.
fn checked(bytes: &[u8]) -> Result<Cdb, RecorderError> {
    let wrong = || RecorderError::wrong("cdbSize", bytes.len());
    let cdb = Cdb::new(bytes).map_err(|_| wrong())?;
    let free = IN_OTHER_USE.contains(&cdb.opcode());
    match Cdb::group_length(cdb.opcode()) {
        Some(length) if length != bytes.len() && !free => Err(wrong()),
        _ => Ok(cdb),
    }
}

/// Opcodes that vendors had commands of other lengths for, before the standards named them.
const IN_OTHER_USE: [u8; 22] = [
    0x02, 0x05, 0x06, 0x09, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x13, 0x14, 0x19, 0x20, 0x21, 0x22, 0x23, 0x24, 0x26, 0x27,
    0x29, 0x2C, 0x2D,
];

#[cfg(test)]
mod tests {
    use imapi_errors::Coded as _;

    use super::*;

    #[test]
    fn a_command_has_the_length_of_its_group_unless_its_opcode_was_somebody_elses() {
        let groups: [(std::ops::RangeInclusive<u8>, &[usize]); 6] = [
            (0x00..=0x1F, &[6]),
            (0x20..=0x5F, &[10]),
            (0x60..=0x7F, &[6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
            (0x80..=0x9F, &[16]),
            (0xA0..=0xBF, &[12]),
            (0xC0..=0xFF, &[6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
        ];
        for (opcodes, lengths) in groups {
            for opcode in opcodes {
                for length in 0..=20 {
                    let mut bytes = vec![0; length];
                    if let Some(first) = bytes.first_mut() {
                        *first = opcode;
                    }
                    let any = (6..=16).contains(&length);
                    let expected = lengths.contains(&length) || any && IN_OTHER_USE.contains(&opcode);
                    let found = checked(&bytes);
                    assert_eq!(found.is_ok(), expected, "{opcode:02X}h with {length} bytes");
                    if let Err(error) = found {
                        assert_eq!(error.code(), common::E_INVALIDARG);
                    }
                }
            }
        }
    }
}
