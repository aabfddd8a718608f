//! [`Failure`]: a [`TransportError`] as a recording keeps it.

use std::{io, time::Duration};

use serde::{Deserialize, Serialize};

use crate::TransportError;

/// Why the device gave no answer. It becomes an equal [`TransportError`] when it is played back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Failure {
    /// [`TransportError::Timeout`]
    Timeout {
        /// The time it had, in milliseconds.
        after_ms: u64,
    },
    /// [`TransportError::Interrupted`]
    Interrupted {},
    /// [`TransportError::Gone`]
    Gone {},
    /// [`TransportError::NotPermitted`]
    NotPermitted {
        /// What would have given the permission.
        remedy: String,
    },
    /// [`TransportError::TooLarge`]
    TooLarge {
        /// How much was asked for.
        size: usize,
        /// How much could be.
        limit: u32,
    },
    /// [`TransportError::Connection`]
    Connection {
        /// What the controller said.
        host: u16,
        /// What its driver said.
        driver: u16,
    },
    /// [`TransportError::NotRecorded`]: the recording is one of a playback.
    NotRecorded {
        /// Place in that other recording.
        number: usize,
        /// What it had there.
        expected: String,
        /// What was sent.
        found: String,
    },
    /// [`TransportError::System`]
    System {
        /// The system's number for it.
        errno: Option<i32>,
        /// The system's words.
        message: String,
    },
}

impl Failure {
    /// The failure that this error is.
    #[must_use]
    pub fn of(error: &TransportError) -> Self {
        match error {
            TransportError::Timeout { after, .. } => Self::Timeout { after_ms: milliseconds(*after) },
            TransportError::Interrupted { .. } => Self::Interrupted {},
            TransportError::Gone => Self::Gone {},
            TransportError::NotPermitted { remedy, .. } => Self::NotPermitted { remedy: (*remedy).to_owned() },
            TransportError::TooLarge { size, limit } => Self::TooLarge { size: *size, limit: *limit },
            TransportError::Connection { host, driver } => Self::Connection { host: *host, driver: *driver },
            TransportError::NotRecorded { number, expected, found } => {
                Self::NotRecorded { number: *number, expected: expected.clone(), found: found.clone() }
            }
            // No command fails with the first two; they are of no kind of their own here.
            TransportError::Open { source, .. }
            | TransportError::List { source }
            | TransportError::System { source, .. } => {
                Self::System { errno: source.raw_os_error(), message: source.to_string() }
            }
        }
    }

    /// The error that this failure was, for a command with that opcode.
    #[must_use]
    pub fn to_error(&self, opcode: u8) -> TransportError {
        match self {
            Self::Timeout { after_ms } => TransportError::Timeout { opcode, after: Duration::from_millis(*after_ms) },
            Self::Interrupted {} => TransportError::Interrupted { opcode },
            Self::Gone {} => TransportError::Gone,
            // The recorded words belong to the machine of the recording; no permission would help here.
            Self::NotPermitted { .. } => {
                TransportError::NotPermitted { opcode, remedy: "it was refused when it was recorded" }
            }
            Self::TooLarge { size, limit } => TransportError::TooLarge { size: *size, limit: *limit },
            Self::Connection { host, driver } => TransportError::Connection { host: *host, driver: *driver },
            Self::NotRecorded { number, expected, found } => {
                TransportError::NotRecorded { number: *number, expected: expected.clone(), found: found.clone() }
            }
            Self::System { errno, message } => TransportError::System {
                opcode,
                source: errno.map_or_else(|| io::Error::other(message.clone()), io::Error::from_raw_os_error),
            },
        }
    }
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_survives_being_recorded_but_for_the_remedy() {
        let errors = [
            TransportError::Timeout { opcode: 0x2A, after: Duration::from_secs(200) },
            TransportError::Interrupted { opcode: 0x2A },
            TransportError::Gone,
            TransportError::TooLarge { size: 70_000, limit: 65_536 },
            TransportError::Connection { host: 8, driver: 0 },
            TransportError::NotRecorded { number: 3, expected: "INQUIRY".into(), found: "READ".into() },
            TransportError::System { opcode: 0x2A, source: io::Error::from_raw_os_error(5) },
            TransportError::System { opcode: 0x2A, source: io::Error::other("odd") },
        ];
        for error in errors {
            let failure = Failure::of(&error);
            let text = serde_json::to_string(&failure).expect("plain data");
            let back: Failure = serde_json::from_str(&text).expect("what was just written");
            assert_eq!(back, failure, "{text}");
            assert_eq!(format!("{:?}", back.to_error(0x2A)), format!("{error:?}"), "{text}");
        }
        let refused = Failure::of(&TransportError::NotPermitted { opcode: 0xBD, remedy: "ask" });
        assert_eq!(refused, Failure::NotPermitted { remedy: "ask".into() });
        assert!(matches!(refused.to_error(0xBD), TransportError::NotPermitted { opcode: 0xBD, .. }));
    }

    #[test]
    fn an_unknown_field_of_a_failure_is_refused() {
        for text in [r#"{"kind":"gone","why":1}"#, r#"{"kind":"timeout"}"#, r#"{"kind":"tired"}"#] {
            assert!(serde_json::from_str::<Failure>(text).is_err(), "{text}");
        }
    }
}
