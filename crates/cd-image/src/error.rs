//! [`DiscError`]: why tracks are no disc.

use std::num::NonZeroU32;

use imapi_cd_sector::{cdtext::BuildError, layout::LayoutError, subchannel::Track};
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};

/// Tracks that are no disc.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiscError {
    /// Numbers end at 99.
    #[error("there are more tracks than numbers from {first} to 99")]
    TooManyTracks {
        /// The first number.
        first: Track,
    },
    /// A track's source has blocks of another size than its form.
    #[error("track {track} has blocks of {found} bytes where there should be {wanted}")]
    BlockSize {
        /// The track.
        track: Track,
        /// Bytes of the source's blocks.
        found: NonZeroU32,
        /// Bytes of the form's blocks.
        wanted: NonZeroU32,
    },
    /// Nothing is left of a track behind its pause.
    #[error("track {track} has nothing behind its pause")]
    EmptyTrack {
        /// The track.
        track: Track,
    },
    /// No disc is so long.
    #[error("no disc has room for track {track}")]
    TrackTooLong {
        /// The track.
        track: Track,
    },
    /// The pause before the first track is too short.
    #[error("the first pause has {sectors} sectors; 150 are the least")]
    ShortFirstPause {
        /// How many it has.
        sectors: u64,
    },
    /// The tracks do not follow one another.
    #[error(transparent)]
    Layout(#[from] LayoutError),
    /// The texts cannot be on one disc.
    #[error(transparent)]
    Text(#[from] BuildError),
    /// There are texts or other things for R to W, in a form without these.
    #[error("there is no room for R to W")]
    NoRoomForRw,
    /// What stands in R to W does not come in blocks of 96 bytes.
    #[error("what stands in R to W comes in blocks of {found} bytes and not of 96")]
    RwBlockSize {
        /// Bytes of its blocks.
        found: NonZeroU32,
    },
}

impl Coded for DiscError {
    fn code(&self) -> HResult {
        match self {
            Self::TooManyTracks { .. } => v2::E_IMAPI_RAW_IMAGE_TOO_MANY_TRACKS,
            Self::TrackTooLong { .. } | Self::Layout(LayoutError::TooLong { .. }) => {
                v2::E_IMAPI_RAW_IMAGE_INSUFFICIENT_SPACE
            }
            Self::Layout(LayoutError::NoTracks) => v2::E_IMAPI_RAW_IMAGE_NO_TRACKS,
            Self::Layout(LayoutError::TooManyIndexes { .. }) => v2::E_IMAPI_RAW_IMAGE_TOO_MANY_TRACK_INDEXES,
            Self::BlockSize { .. }
            | Self::EmptyTrack { .. }
            | Self::ShortFirstPause { .. }
            | Self::Layout(_)
            | Self::Text(_)
            | Self::NoRoomForRw
            | Self::RwBlockSize { .. } => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::BlockSize { track, found, wanted } => {
                put(Fact::Track, Value::U32(track.get().into()));
                put(Fact::Size, Value::U32(found.get()));
                put(Fact::Expected, Value::U32(wanted.get()));
            }
            Self::EmptyTrack { track } | Self::TrackTooLong { track } => {
                put(Fact::Track, Value::U32(track.get().into()));
                put(Fact::Reason, Value::Text(self));
            }
            _ => put(Fact::Reason, Value::Text(self)),
        }
    }
}
