//! [`TaoError`]: why a track was not written or a disc not finished, and what became of it.

use imapi_disc_types::{Cancelled, MediaState};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::{FormatError, audio::MOST_TRACKS, verify::VerifyError};
use imapi_mmc_transport::Condition;
use imapi_recorder::RecorderError;

use crate::Track;

/// A track was not written, or a disc not finished.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaoError {
    /// The drive cannot write track by track.
    #[error("the drive does not write CDs track by track")]
    RecorderNotSupported,
    /// There is no disc in the drive.
    #[error("there is no disc in the drive")]
    NoMedium,
    /// Only a CD-R or CD-RW takes tracks of sound.
    #[error("tracks of sound cannot be written to this kind of disc")]
    MediaNotSupported,
    /// Something is on the disc.
    #[error("the disc is not blank")]
    NotBlank,
    /// A CD has no more tracks.
    #[error("the disc holds {MOST_TRACKS} tracks already")]
    TrackLimit,
    /// There is not enough room.
    #[error("the track needs {needed} sectors, and {free} are free")]
    NotEnoughSpace {
        /// Sectors that are needed, with the silence that makes a short track long enough.
        needed: u64,
        /// Sectors that are free.
        free: u64,
    },
    /// The source is empty, or no whole sectors of sound.
    #[error("a track of sound is one or more sectors of 2352 bytes; the source has {blocks} blocks of {block_size}")]
    SourceNotSupported {
        /// Bytes of a block.
        block_size: u32,
        /// Blocks.
        blocks: u64,
    },
    /// Something failed before anything was written. The disc is as it was.
    #[error(transparent)]
    Before(FormatError),
    /// Something failed when the track was begun.
    #[error("the track was not written to its end")]
    Writing {
        /// What failed.
        #[source]
        cause: FormatError,
        /// What there is of it, where the drive made a shorter track of it.
        track: Option<Track>,
    },
    /// The session could not be closed: no player knows the tracks.
    #[error("the session was not closed")]
    Closing {
        /// What failed.
        #[source]
        cause: FormatError,
        /// The state of the disc, where the drive still tells it.
        state: Option<MediaState>,
    },
    /// What the drive says of the track or of the disc is not what was written.
    #[error("what was written is not found as it should be")]
    Verification(#[source] VerifyError),
}

impl TaoError {
    /// Whether the caller wanted to stop.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        match self {
            Self::Before(error)
            | Self::Writing { cause: error, .. }
            | Self::Closing { cause: error, .. }
            | Self::Verification(VerifyError::Format(error)) => error.is_cancelled(),
            _ => false,
        }
    }
}

impl From<FormatError> for TaoError {
    fn from(error: FormatError) -> Self {
        Self::Before(error)
    }
}

impl From<RecorderError> for TaoError {
    fn from(error: RecorderError) -> Self {
        Self::Before(error.into())
    }
}

impl From<Cancelled> for TaoError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Before(cancelled.into())
    }
}

/// A drive that has no more room says so by conditions, and there is a code for it.
pub(crate) fn code(error: &FormatError) -> HResult {
    match error.condition() {
        Some(Condition::OutOfRange | Condition::EndOfUserArea) => v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
        _ => error.code(),
    }
}

impl Coded for TaoError {
    fn code(&self) -> HResult {
        match self {
            Self::RecorderNotSupported => v2::E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED,
            Self::NoMedium => v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA,
            Self::MediaNotSupported => v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED,
            Self::NotBlank => v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK,
            Self::TrackLimit => v2::E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED,
            Self::NotEnoughSpace { .. } => v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
            Self::SourceNotSupported { .. } => v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
            Self::Before(error) | Self::Writing { cause: error, .. } | Self::Closing { cause: error, .. } => {
                code(error)
            }
            Self::Verification(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::RecorderNotSupported | Self::NoMedium | Self::MediaNotSupported | Self::NotBlank => {}
            Self::TrackLimit => put(Fact::Limit, Value::U32(MOST_TRACKS.into())),
            Self::NotEnoughSpace { needed, free } => {
                put(Fact::Needed, Value::from(*needed));
                put(Fact::Free, Value::from(*free));
            }
            Self::SourceNotSupported { block_size, blocks } => {
                put(Fact::Size, Value::from(blocks.saturating_mul(u64::from(*block_size))));
            }
            Self::Before(error) => error.facts(put),
            Self::Writing { cause, track } => {
                cause.facts(put);
                if let Some(track) = track {
                    put(Fact::Track, Value::U32(track.number.into()));
                }
            }
            Self::Closing { cause, state } => {
                cause.facts(put);
                if let Some(state) = state {
                    put(Fact::DiscState, Value::Text(state));
                }
            }
            Self::Verification(error) => error.facts(put),
        }
    }
}
