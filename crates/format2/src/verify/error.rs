//! [`VerifyError`]: why a disc is not what it should be.

use std::fmt;

use imapi_disc_types::{Cancelled, Lba, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_mmc_transport::CommandError;
use imapi_recorder::RecorderError;

use crate::FormatError;

/// A disc was not verified, or is not what it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Blocks differ, or cannot be read.
    #[error("{} units of the disc are bad, the first at LBA {}", .count, .bad.first().map_or(0, |bad| bad.lba.0))]
    Bad {
        /// The first of them, in their order on the disc.
        bad: Vec<Bad>,
        /// How many there are, as far as the disc was read.
        count: u64,
        /// Blocks that were looked at.
        looked_at: u64,
        /// There were so many that the rest was not looked at.
        given_up: bool,
    },
    /// What the drive says of the disc does not fit what was written.
    #[error("{what} is {found} and should be {expected}")]
    Implausible {
        /// What was looked at.
        what: &'static str,
        /// What should be there.
        expected: String,
        /// What is.
        found: String,
    },
}

/// A unit of the disc that is not as it should be.
#[derive(Debug)]
pub struct Bad {
    /// The first block in it that is not.
    pub lba: Lba,
    /// The file that the block belongs to, where the source knows.
    pub file: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a unit.
#[derive(Debug)]
pub enum Fault {
    /// It cannot be read.
    Unreadable(CommandError),
    /// It differs from what was written.
    Differs,
    /// It differs from what was written, and so does the source now.
    SourceChanged,
    /// The source cannot be read any more, so that nothing more is known than that something differs.
    Source(SourceError),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "{error}"),
            Self::Differs => f.write_str("it differs from what was written"),
            Self::SourceChanged => f.write_str("it differs from what was written, and so does the source now"),
            Self::Source(error) => write!(f, "it differs, and {error}"),
        }
    }
}

impl VerifyError {
    /// The first unit that is bad.
    #[must_use]
    pub fn first(&self) -> Option<&Bad> {
        match self {
            Self::Bad { bad, .. } => bad.first(),
            _ => None,
        }
    }
}

impl From<RecorderError> for VerifyError {
    fn from(error: RecorderError) -> Self {
        Self::Format(error.into())
    }
}

impl From<Cancelled> for VerifyError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Format(cancelled.into())
    }
}

impl Coded for VerifyError {
    fn code(&self) -> HResult {
        match self {
            Self::Format(error) => error.code(),
            Self::Bad { .. } | Self::Implausible { .. } => v2::E_IMAPI_BURN_VERIFICATION_FAILED,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Format(error) => error.facts(put),
            Self::Bad { .. } => {
                let Some(bad) = self.first() else { return };
                put(Fact::Lba, Value::I64(bad.lba.0.into()));
                if let Some(file) = &bad.file {
                    put(Fact::File, Value::Text(file));
                }
                match &bad.fault {
                    Fault::Unreadable(error) => error.facts(&mut |fact, value| {
                        if fact != Fact::Lba {
                            put(fact, value);
                        }
                    }),
                    fault => put(Fact::Reason, Value::Text(fault)),
                }
            }
            Self::Implausible { what, expected, found } => {
                put(Fact::Reason, Value::Text(what));
                put(Fact::Expected, Value::Text(expected));
                put(Fact::Found, Value::Text(found));
            }
        }
    }
}
