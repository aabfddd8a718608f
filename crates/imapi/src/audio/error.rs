//! [`AudioError`]: why sound cannot be taken from a file, or from a disc.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use imapi_cd_image::files::SheetError;
use imapi_disc_types::{Cancelled, Lba};
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_format2::FormatError;
use imapi_mmc_transport::CommandError;
use imapi_recorder::RecorderError;

/// How sound is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AudioFormat {
    /// Samples a second.
    pub rate: u32,
    /// Bits of a sample.
    pub bits: u16,
    /// Samples at the same time.
    pub channels: u16,
    /// They are whole numbers, and not compressed.
    pub plain: bool,
}

impl AudioFormat {
    /// What a CD has.
    pub const CD: Self = Self { rate: 44_100, bits: 16, channels: 2, plain: true };
}

impl fmt::Display for AudioFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = if self.plain { "PCM" } else { "no PCM" };
        write!(f, "{} Hz, {} bit, {} ch, {plain}", self.rate, self.bits, self.channels)
    }
}

/// Sound was not read or not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The file cannot be read.
    #[error("cannot read {}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The file cannot be written.
    #[error("cannot write {}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The file is none that has sound in it, or it ends in the middle of what says how.
    #[error("{} is no WAV file: {reason}", file.display())]
    NotWav {
        /// The file.
        file: PathBuf,
        /// What is missing.
        reason: String,
    },
    /// The file is no FLAC file, or it is damaged.
    #[error("{} is no FLAC file: {reason}", file.display())]
    NotFlac {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The sound is not as on a CD.
    #[error("{} has {found}; a CD has {}", file.display(), AudioFormat::CD)]
    OtherFormat {
        /// The file.
        file: PathBuf,
        /// How its sound is stored.
        found: AudioFormat,
    },
    /// There is no sound on the disc.
    #[error("the disc has no sound")]
    NoSound,
    /// The disc has no such track with sound.
    #[error("the disc has no track {track} with sound")]
    NoTrack {
        /// Which was asked for.
        track: u8,
    },
    /// A sector cannot be read, however often it is tried.
    #[error("LBA {lba} of track {track} cannot be read")]
    Sector {
        /// The track.
        track: u8,
        /// The sector.
        lba: Lba,
        /// What the drive said.
        #[source]
        cause: CommandError,
    },
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl AudioError {
    /// What the reader of such files says of one.
    pub(super) fn of_file(file: &Path, error: SheetError) -> Self {
        let file = file.to_path_buf();
        match error {
            SheetError::Format { reason, .. } | SheetError::Line { reason, .. } => Self::NotWav { file, reason },
            SheetError::Io { source, .. } => Self::Read { file, cause: source },
            other => Self::Read { file, cause: io::Error::other(other) },
        }
    }
}

impl From<RecorderError> for AudioError {
    fn from(error: RecorderError) -> Self {
        Self::Format(error.into())
    }
}

impl Coded for AudioError {
    fn code(&self) -> HResult {
        match self {
            Self::Read { cause, .. } | Self::Write { cause, .. } => cause.code(),
            Self::NotWav { .. } | Self::NotFlac { .. } | Self::OtherFormat { .. } => {
                v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED
            }
            Self::NoSound => v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE,
            Self::NoTrack { .. } => common::E_INVALIDARG,
            Self::Sector { cause, .. } => cause.code(),
            Self::Format(error) => error.code(),
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Read { file, cause } | Self::Write { file, cause } => {
                put(Fact::File, Value::Text(&file.display()));
                cause.facts(put);
            }
            Self::NotWav { file, reason } | Self::NotFlac { file, reason } => {
                put(Fact::File, Value::Text(&file.display()));
                put(Fact::Reason, Value::Text(reason));
            }
            Self::OtherFormat { file, found } => {
                put(Fact::File, Value::Text(&file.display()));
                put(Fact::Found, Value::Text(found));
                put(Fact::Expected, Value::Text(&AudioFormat::CD));
            }
            Self::NoSound => put(Fact::Reason, Value::Text(self)),
            Self::NoTrack { track } => put(Fact::Track, Value::U32((*track).into())),
            Self::Sector { track, lba, cause } => {
                put(Fact::Track, Value::U32((*track).into()));
                put(Fact::Lba, Value::I64(lba.0.into()));
                cause.facts(&mut |fact, value| {
                    if fact != Fact::Lba {
                        put(fact, value);
                    }
                });
            }
            Self::Format(error) => error.facts(put),
            Self::Cancelled(_) => {}
        }
    }
}
