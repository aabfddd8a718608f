//! [`RawImageError`]: what cannot be done with an image.

use std::num::NonZeroU32;

use imapi_cd_image::DiscError;
use imapi_disc_types::Lba;
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};

use super::SectorType;

/// Something that cannot be done with an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RawImageError {
    /// The image is made.
    #[error("the image is made, and nothing of it can be changed")]
    ReadOnly,
    /// Numbers of tracks end at 99.
    #[error("numbers of tracks end at 99")]
    TooManyTracks,
    /// Such a track cannot be on the disc, or not with those that are there.
    #[error("a track of sectors of type {sector_type:?} does not go with what is there")]
    SectorTypeNotSupported {
        /// The type.
        sector_type: SectorType,
    },
    /// There is no track yet.
    #[error("there is no track yet")]
    NoTracks,
    /// This has to be said before the first track is added.
    #[error("there are tracks already")]
    TracksAlreadyAdded,
    /// The lead-out would begin behind the limit.
    #[error("the lead-out would begin at {lead_out}, behind {limit}")]
    InsufficientSpace {
        /// Where it would begin.
        lead_out: Lba,
        /// Where it may begin at the latest.
        limit: Lba,
    },
    /// A track has 99 indexes.
    #[error("a track has at most 99 indexes")]
    TooManyIndexes,
    /// There is no such index.
    #[error("no index begins {offset} sectors from the beginning")]
    IndexNotFound {
        /// Where it was sought.
        offset: u32,
    },
    /// Index 1 stays.
    #[error("the first index stays where the track begins")]
    FirstIndex,
    /// Ten sectors have to be between indexes, and before the end.
    #[error("an index {offset} sectors from the beginning is too close to another or to the end")]
    IndexTooClose {
        /// Where it would be.
        offset: u32,
    },
    /// The track is not so long.
    #[error("an index {offset} sectors from the beginning is outside of a track of {sectors}")]
    IndexOutside {
        /// Where it would be.
        offset: u32,
        /// Sectors of the track.
        sectors: u32,
    },
    /// It is no code of a recording.
    #[error("`{given}` is no recording code")]
    InvalidIsrc {
        /// What was given.
        given: String,
    },
    /// It is no number of a disc.
    #[error("`{given}` is no catalogue number")]
    InvalidMcn {
        /// What was given.
        given: String,
    },
    /// Only songs have that.
    #[error("only tracks of audio have this")]
    NotAudio,
    /// There is no track of that number, or cannot be.
    #[error("there is no track {given}")]
    TrackNumber {
        /// What was given.
        given: u32,
    },
    /// No lead-out can be limited to that address.
    #[error("{given} is no limit for a lead-out")]
    Limit {
        /// What was given.
        given: Lba,
    },
    /// The source has blocks of another size than its type.
    #[error("the source has blocks of {found} bytes where there should be {expected}")]
    BlockSize {
        /// Bytes of the source's blocks.
        found: NonZeroU32,
        /// Bytes of the type's.
        expected: NonZeroU32,
    },
    /// The source is too short.
    #[error("{blocks} sectors are less than {least}")]
    TooShort {
        /// Sectors that it has.
        blocks: u64,
        /// Sectors that it needs.
        least: u64,
    },
    /// What stands in R to W has not as many blocks as the image.
    #[error("R to W has {found} blocks and the image {expected}")]
    RwLength {
        /// Blocks that there are.
        found: u64,
        /// Blocks that the image has.
        expected: u64,
    },
    /// The tracks are no disc.
    #[error(transparent)]
    Disc(#[from] DiscError),
}

impl Coded for RawImageError {
    fn code(&self) -> HResult {
        match self {
            Self::ReadOnly => v2::E_IMAPI_RAW_IMAGE_IS_READ_ONLY,
            Self::TooManyTracks => v2::E_IMAPI_RAW_IMAGE_TOO_MANY_TRACKS,
            Self::SectorTypeNotSupported { .. } => v2::E_IMAPI_RAW_IMAGE_SECTOR_TYPE_NOT_SUPPORTED,
            Self::NoTracks => v2::E_IMAPI_RAW_IMAGE_NO_TRACKS,
            Self::TracksAlreadyAdded => v2::E_IMAPI_RAW_IMAGE_TRACKS_ALREADY_ADDED,
            Self::InsufficientSpace { .. } => v2::E_IMAPI_RAW_IMAGE_INSUFFICIENT_SPACE,
            Self::TooManyIndexes => v2::E_IMAPI_RAW_IMAGE_TOO_MANY_TRACK_INDEXES,
            Self::IndexNotFound { .. } => v2::E_IMAPI_RAW_IMAGE_TRACK_INDEX_NOT_FOUND,
            Self::FirstIndex => v2::E_IMAPI_RAW_IMAGE_TRACK_INDEX_OFFSET_ZERO_CANNOT_BE_CLEARED,
            Self::IndexTooClose { .. } => v2::E_IMAPI_RAW_IMAGE_TRACK_INDEX_TOO_CLOSE_TO_OTHER_INDEX,
            Self::InvalidIsrc { .. } => v2::E_IMAPI_DF2TAO_INVALID_ISRC,
            Self::InvalidMcn { .. } => v2::E_IMAPI_DF2TAO_INVALID_MCN,
            Self::IndexOutside { .. }
            | Self::NotAudio
            | Self::TrackNumber { .. }
            | Self::Limit { .. }
            | Self::BlockSize { .. }
            | Self::TooShort { .. }
            | Self::RwLength { .. } => common::E_INVALIDARG,
            Self::Disc(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::SectorTypeNotSupported { sector_type } => {
                put(Fact::SectorType, Value::Text(&format_args!("{sector_type:?}")));
            }
            Self::InsufficientSpace { lead_out, limit } => {
                put(Fact::Lba, Value::I64(lead_out.0.into()));
                put(Fact::Limit, Value::I64(limit.0.into()));
            }
            Self::InvalidIsrc { given } | Self::InvalidMcn { given } => put(Fact::Given, Value::Text(given)),
            Self::BlockSize { found, expected } => {
                put(Fact::Size, Value::U32(found.get()));
                put(Fact::Expected, Value::U32(expected.get()));
            }
            Self::TooShort { blocks, least } => {
                put(Fact::Found, Value::from(*blocks));
                put(Fact::Needed, Value::from(*least));
            }
            Self::RwLength { found, expected } => {
                put(Fact::Found, Value::from(*found));
                put(Fact::Expected, Value::from(*expected));
            }
            Self::IndexOutside { .. } | Self::NotAudio | Self::TrackNumber { .. } | Self::Limit { .. } => {
                put(Fact::Reason, Value::Text(self));
            }
            Self::Disc(error) => error.facts(put),
            Self::ReadOnly
            | Self::TooManyTracks
            | Self::NoTracks
            | Self::TracksAlreadyAdded
            | Self::TooManyIndexes
            | Self::IndexNotFound { .. }
            | Self::FirstIndex
            | Self::IndexTooClose { .. } => {}
        }
    }
}
