//! [`SessionError`]: why a session cannot be.

use imapi_errors::{Coded, Fact, HResult, Value, v2};

use crate::audio::MOST_TRACKS;

/// A session cannot be written so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionError {
    /// There is nothing in it.
    #[error("a session has a track at least")]
    Empty,
    /// There are more tracks than a CD has.
    #[error("{tracks} tracks are more than {MOST_TRACKS}")]
    TooManyTracks {
        /// How many.
        tracks: usize,
    },
    /// The source of a track is empty, or its blocks are not those of its kind.
    #[error("track {track} needs blocks of {expected} bytes, and has {blocks} of {block_size}")]
    Source {
        /// The track.
        track: u8,
        /// Bytes of a block.
        block_size: u32,
        /// Blocks.
        blocks: u64,
        /// Bytes that a block of this kind of track has.
        expected: u32,
    },
    /// Indexes do not follow one another, or lie outside of their track.
    #[error("the indexes of track {track} do not follow one another within it")]
    Indexes {
        /// The track.
        track: u8,
    },
    /// Data comes behind sound: players would play it. It belongs at the beginning, or into a session of its own.
    #[error("track {track} has data and stands behind sound")]
    DataBehindSound {
        /// The track.
        track: u8,
    },
    /// No CD is so long.
    #[error("no CD has room for {needed} sectors")]
    TooLong {
        /// Sectors.
        needed: u64,
    },
}

impl Coded for SessionError {
    fn code(&self) -> HResult {
        match self {
            Self::Empty | Self::Source { .. } | Self::Indexes { .. } | Self::DataBehindSound { .. } => {
                v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED
            }
            Self::TooManyTracks { .. } => v2::E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED,
            Self::TooLong { .. } => v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Empty => {}
            Self::TooManyTracks { .. } => put(Fact::Limit, Value::U32(MOST_TRACKS.into())),
            Self::Source { track, block_size, blocks, expected } => {
                put(Fact::Track, Value::U32((*track).into()));
                put(Fact::Size, Value::from(blocks.saturating_mul(u64::from(*block_size))));
                put(Fact::Expected, Value::U32(*expected));
            }
            Self::Indexes { track } | Self::DataBehindSound { track } => {
                put(Fact::Track, Value::U32((*track).into()));
                put(Fact::Reason, Value::Text(self));
            }
            Self::TooLong { needed } => put(Fact::Needed, Value::from(*needed)),
        }
    }
}
