//! [`TraceError`]: a recording that cannot be read, and where.

use std::io;

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// A recording that cannot be read. Lines are counted from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The file could not be read.
    #[error("line {line} of the recording could not be read")]
    Read {
        /// The line that was to be read.
        line: usize,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Its first line is not the header of a recording.
    #[error("line {line} is not the header of a recording of commands")]
    NotARecording {
        /// The first line that is not empty, or the end.
        line: usize,
    },
    /// It is of another version.
    #[error("the recording is of version {found}; this program reads version {expected}")]
    Version {
        /// What the header says.
        found: u64,
        /// What is understood.
        expected: u64,
    },
    /// A line that is not JSON, or has fields that it should not have, or lacks one.
    #[error("line {line} of the recording is not in order")]
    Syntax {
        /// Which line.
        line: usize,
        /// What is wrong with it, and in which column.
        #[source]
        source: serde_json::Error,
    },
    /// A line whose fields cannot be, or not together.
    #[error("line {line} of the recording: {what}")]
    Invalid {
        /// Which line.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

impl Coded for TraceError {
    fn code(&self) -> HResult {
        match self {
            Self::Read { source, .. } => source.code(),
            Self::NotARecording { .. } | Self::Syntax { .. } | Self::Invalid { .. } => common::ERROR_FILE_CORRUPT,
            Self::Version { .. } => common::ERROR_NOT_SUPPORTED,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Read { source, .. } => source.facts(put),
            Self::NotARecording { .. } | Self::Invalid { .. } => put(Fact::Reason, Value::Text(self)),
            Self::Version { found, expected } => {
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::Syntax { line, source } => {
                put(Fact::Reason, Value::Text(&format_args!("line {line}: {source}")));
            }
        }
    }
}
