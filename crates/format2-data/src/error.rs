//! [`DataError`]: why a disc was not burned, and what it is now.

use imapi_disc_types::{Cancelled, Lba, MediaState};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::{FormatError, verify::VerifyError};
use imapi_mmc_transport::Condition;
use imapi_recorder::RecorderError;

/// A disc was not burned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// There is no disc in the drive.
    #[error("there is no disc in the drive")]
    NoMedium,
    /// Data cannot be written to such a disc.
    #[error("data cannot be written to this kind of disc")]
    MediaNotSupported,
    /// The disc is in a state in which nothing can be written to it.
    #[error("the disc is {state}")]
    MediaState {
        /// Its state.
        state: MediaState,
    },
    /// The disc, or the drive, does not let itself be written to.
    #[error("the disc is write-protected")]
    WriteProtected,
    /// Something is on the disc, and it may not go.
    #[error("the disc is not blank")]
    NotBlank,
    /// There is not enough room.
    #[error("{needed} blocks are needed and {free} are free")]
    TooLarge {
        /// Blocks that are needed, with all that is added to the source.
        needed: u64,
        /// Blocks that are free.
        free: u64,
    },
    /// The source has no blocks of 2048 bytes.
    #[error("the source is empty, or its blocks are not of 2048 bytes")]
    SourceNotSupported,
    /// Something failed before anything was written. The disc is as it was.
    #[error(transparent)]
    Before(FormatError),
    /// Something failed when the disc was no longer as it was.
    #[error("the disc was not finished")]
    Burning {
        /// What failed.
        #[source]
        cause: FormatError,
        /// What the disc is now.
        after: DiscAfter,
    },
    /// The disc was finished, and it is not what it should be, or it could not be seen whether it is.
    #[error("the disc was finished, and not found to be what was burned")]
    Verification(#[source] VerifyError),
}

/// What became of a disc that was not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscAfter {
    /// Its state, where the drive still tells it.
    pub state: Option<MediaState>,
    /// How far it was written, where that is known: the first address that was not.
    pub next: Option<Lba>,
}

impl DataError {
    /// Whether the caller wanted to stop.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        match self {
            Self::Before(error)
            | Self::Burning { cause: error, .. }
            | Self::Verification(VerifyError::Format(error)) => error.is_cancelled(),
            _ => false,
        }
    }

    /// What became of the disc, when it is no longer as it was.
    #[must_use]
    pub const fn disc_after(&self) -> Option<DiscAfter> {
        match self {
            Self::Burning { after, .. } => Some(*after),
            _ => None,
        }
    }
}

impl From<RecorderError> for DataError {
    fn from(error: RecorderError) -> Self {
        Self::Before(error.into())
    }
}

impl From<FormatError> for DataError {
    fn from(error: FormatError) -> Self {
        Self::Before(error)
    }
}

impl From<Cancelled> for DataError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Before(cancelled.into())
    }
}

/// A drive that is out of room or of another mind about the disc says so by conditions; burning has codes of its own for
/// these.
fn code(error: &FormatError) -> HResult {
    match error.condition() {
        Some(Condition::OutOfRange | Condition::EndOfUserArea | Condition::PacketDoesNotFit) => {
            v2::E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA
        }
        Some(Condition::SessionNotFixated | Condition::CorruptFormat | Condition::NotFormatted) => {
            v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE
        }
        _ => error.code(),
    }
}

impl Coded for DataError {
    fn code(&self) -> HResult {
        match self {
            Self::MediaNotSupported => v2::E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED,
            Self::MediaState { .. } => v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE,
            Self::WriteProtected => v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED,
            Self::NoMedium => v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA,
            Self::NotBlank => v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK,
            Self::TooLarge { .. } => v2::E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA,
            Self::SourceNotSupported => v2::E_IMAPI_DF2DATA_STREAM_NOT_SUPPORTED,
            Self::Before(error) | Self::Burning { cause: error, .. } => code(error),
            Self::Verification(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoMedium
            | Self::MediaNotSupported
            | Self::WriteProtected
            | Self::NotBlank
            | Self::SourceNotSupported => {}
            Self::MediaState { state } => put(Fact::DiscState, Value::Text(state)),
            Self::TooLarge { needed, free } => {
                put(Fact::Needed, Value::from(*needed));
                put(Fact::Free, Value::from(*free));
            }
            Self::Before(error) => error.facts(put),
            Self::Verification(error) => error.facts(put),
            Self::Burning { cause, after } => {
                let mut tells_address = false;
                cause.facts(&mut |fact, value| {
                    tells_address |= fact == Fact::Lba;
                    put(fact, value);
                });
                if let (Some(next), false) = (after.next, tells_address) {
                    put(Fact::Lba, Value::I64(next.0.into()));
                }
                if let Some(state) = &after.state {
                    put(Fact::DiscState, Value::Text(state));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use imapi_mmc_transport::{CommandError, Sense};
    use imapi_write_engine::EngineError;

    use super::*;

    /// A command that tells the address by itself, and the disc that tells where it would have gone on.
    #[test]
    fn an_address_is_told_once() {
        let sense = Sense::WRITE_ERROR.at(Lba(4660));
        let command = CommandError::Check { command: "CLOSE TRACK SESSION", opcode: 0x5B, sense };
        let after = DiscAfter { next: Some(Lba(4672)), state: None };
        for (cause, expected) in [
            (FormatError::from(command), Lba(4660)),
            (FormatError::Engine(EngineError::Cancelled { next: Lba(7) }), Lba(7)),
            (FormatError::Cancelled(Cancelled), Lba(4672)),
        ] {
            let mut told = Vec::new();
            DataError::Burning { cause, after }.facts(&mut |fact, value| {
                if fact == Fact::Lba {
                    told.push(value.to_string());
                }
            });
            assert_eq!(told, [expected.to_string()]);
        }
    }
}
