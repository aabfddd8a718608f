//! [`EngineError`]: why a section was not written to its end.

use imapi_disc_types::{Cancelled, Lba, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_mmc_transport::CommandError;

/// A section was not written to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The source could not be read. What could be was written: all before `next`.
    #[error("the data for LBA {next} cannot be read")]
    Source {
        /// Where writing would have gone on.
        next: Lba,
        /// Why.
        #[source]
        source: SourceError,
    },
    /// The drive did not write.
    #[error("LBA {at} was not written")]
    Write {
        /// The first address of the command that failed. When the error is deferred, blocks before it are lost too.
        at: Lba,
        /// Why.
        #[source]
        cause: CommandError,
    },
    /// The caller wanted to stop. All before `next` was taken by the drive.
    #[error("cancelled before LBA {next}")]
    Cancelled {
        /// Where writing would have gone on.
        next: Lba,
    },
    /// What was asked for cannot be.
    #[error("{reason}")]
    Section {
        /// Why.
        reason: &'static str,
    },
}

impl EngineError {
    /// Where writing would have gone on.
    #[must_use]
    pub fn next(&self) -> Option<Lba> {
        match self {
            Self::Source { next, .. } | Self::Cancelled { next } => Some(*next),
            Self::Write { at, .. } => Some(*at),
            Self::Section { .. } => None,
        }
    }
}

impl Coded for EngineError {
    fn code(&self) -> HResult {
        match self {
            Self::Source { source, .. } => source.code(),
            Self::Write { cause, .. } => cause.code(),
            Self::Cancelled { .. } => Cancelled.code(),
            Self::Section { .. } => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Source { next, source } => {
                let mut has_address = false;
                source.facts(&mut |fact, value| {
                    has_address |= fact == Fact::Lba;
                    put(fact, value);
                });
                // A source that is a disc itself tells where it failed on that.
                if !has_address {
                    put(Fact::Lba, Value::I64(next.0.into()));
                }
            }
            Self::Write { at, cause } => {
                cause.facts(put);
                if cause.sense().and_then(imapi_mmc_transport::Sense::lba).is_none() {
                    put(Fact::Lba, Value::I64(at.0.into()));
                }
            }
            Self::Cancelled { next } => put(Fact::Lba, Value::I64(next.0.into())),
            Self::Section { reason } => put(Fact::Reason, Value::Text(reason)),
        }
    }
}
