//! [`RawError`]: why an image was not written, and what the disc is now.

use imapi_cd_image::SubCode;
use imapi_disc_types::{Cancelled, Lba, MediaState};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::FormatError;
use imapi_mmc_transport::Condition;
use imapi_recorder::RecorderError;

/// An image was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RawError {
    /// There is no disc in the drive.
    #[error("there is no disc in the drive")]
    NoMedium,
    /// The drive writes no raw images.
    #[error("the drive writes no raw images")]
    RecorderNotSupported,
    /// The disc is no CD that can be written.
    #[error("raw images go onto CD-R and CD-RW only")]
    MediaNotSupported,
    /// Something is on the disc.
    #[error("the disc is not blank")]
    NotBlank,
    /// The drive does not write sectors with these sub-channels.
    #[error("the drive does not write sectors with sub-channels of the form {sub_code:?}")]
    SubCodeNotSupported {
        /// The form.
        sub_code: SubCode,
    },
    /// The image is empty, or its blocks are of another size than sectors with these sub-channels.
    #[error("the image has {blocks} blocks of {found} bytes where there should be some of {expected}")]
    ImageNotSupported {
        /// Blocks that it has.
        blocks: u64,
        /// Bytes of each.
        found: u32,
        /// Bytes that each should have.
        expected: u32,
    },
    /// The image begins behind the place where the lead-in of this disc has to.
    #[error("the image begins at {image} and the lead-in of the disc at {disc}")]
    LeadInTooShort {
        /// Where the image begins.
        image: Lba,
        /// Where the lead-in of the disc has to begin.
        disc: Lba,
    },
    /// The lead-out of the image would begin too late.
    #[error("the lead-out of the image is at {lead_out}, and that of the disc can be at {limit}")]
    NotEnoughSpace {
        /// Where it would begin.
        lead_out: Lba,
        /// Where it can begin at the latest.
        limit: Lba,
    },
    /// The drive does not say whether anything is on the disc.
    #[error("the drive does not tell whether the disc is blank")]
    DiscUnknown,
    /// The drive does not say where the lead-in of the disc begins.
    #[error("the drive does not tell where the lead-in of the disc begins")]
    LeadInUnknown,
    /// Something failed before anything was written. The disc is as it was.
    #[error(transparent)]
    Before(FormatError),
    /// Something failed when the disc was no longer as it was.
    #[error("the disc was not finished")]
    Writing {
        /// What failed.
        #[source]
        cause: FormatError,
        /// What the disc is now.
        after: DiscAfter,
    },
}

/// What became of a disc that was not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DiscAfter {
    /// Its state, where the drive still tells it.
    pub state: Option<MediaState>,
    /// How far it was written, where that is known: the first address that was not.
    pub next: Option<Lba>,
}

impl RawError {
    /// Whether the caller wanted to stop.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        match self {
            Self::Before(error) | Self::Writing { cause: error, .. } => error.is_cancelled(),
            _ => false,
        }
    }

    /// What became of the disc, when it is no longer as it was.
    #[must_use]
    pub const fn disc_after(&self) -> Option<DiscAfter> {
        match self {
            Self::Writing { after, .. } => Some(*after),
            _ => None,
        }
    }
}

impl From<RecorderError> for RawError {
    fn from(error: RecorderError) -> Self {
        Self::Before(error.into())
    }
}

impl From<FormatError> for RawError {
    fn from(error: FormatError) -> Self {
        Self::Before(error)
    }
}

impl From<Cancelled> for RawError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Before(cancelled.into())
    }
}

impl Coded for RawError {
    fn code(&self) -> HResult {
        match self {
            Self::NoMedium => v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA,
            Self::RecorderNotSupported => v2::E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED,
            Self::MediaNotSupported => v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED,
            Self::NotBlank => v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_BLANK,
            Self::SubCodeNotSupported { .. } => v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED,
            Self::ImageNotSupported { .. } => v2::E_IMAPI_DF2RAW_STREAM_NOT_SUPPORTED,
            Self::LeadInTooShort { .. } => v2::E_IMAPI_DF2RAW_STREAM_LEADIN_TOO_SHORT,
            Self::NotEnoughSpace { .. } => v2::E_IMAPI_DF2RAW_NOT_ENOUGH_SPACE,
            Self::DiscUnknown | Self::LeadInUnknown => v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
            Self::Before(error) | Self::Writing { cause: error, .. } => code(error),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoMedium | Self::RecorderNotSupported | Self::MediaNotSupported | Self::NotBlank => {}
            Self::SubCodeNotSupported { sub_code } => {
                put(Fact::SectorType, Value::Text(&format_args!("{sub_code:?}")));
            }
            Self::ImageNotSupported { found, expected, .. } => {
                put(Fact::Size, Value::U32(*found));
                put(Fact::Expected, Value::U32(*expected));
            }
            Self::LeadInTooShort { image, disc } => {
                put(Fact::Lba, Value::I64(image.0.into()));
                put(Fact::Limit, Value::I64(disc.0.into()));
            }
            Self::NotEnoughSpace { lead_out, limit } => {
                put(Fact::Lba, Value::I64(lead_out.0.into()));
                put(Fact::Limit, Value::I64(limit.0.into()));
            }
            Self::DiscUnknown | Self::LeadInUnknown => put(Fact::Reason, Value::Text(self)),
            Self::Before(error) => error.facts(put),
            Self::Writing { cause, after } => {
                cause.facts(put);
                let tells_address = matches!(cause, FormatError::Engine(error) if error.next().is_some());
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

/// A drive that is out of room says so by conditions, for which this way of writing has a code of its own.
fn code(error: &FormatError) -> HResult {
    match error.condition() {
        Some(Condition::OutOfRange | Condition::EndOfUserArea) => v2::E_IMAPI_DF2RAW_NOT_ENOUGH_SPACE,
        _ => error.code(),
    }
}
