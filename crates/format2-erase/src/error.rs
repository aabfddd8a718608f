//! [`EraseError`]: why a disc was not erased.

use imapi_disc_types::{Cancelled, InvalidClientName, MediaType};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::FormatError;
use imapi_mmc_transport::CommandError;
use imapi_recorder::RecorderError;
use imapi_write_engine::EngineError;

/// A disc was not erased.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// The drive could not be taken, did not become ready, has no disc, or is gone.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The drive writes no kind of disc that can be erased.
    #[error("the drive writes no kind of disc that can be erased")]
    RecorderNotSupported,
    /// The disc may be rewritable, but is of no kind that is erased in this way.
    #[error("a disc of the kind {medium} is not erased in this way")]
    MediumNotSupported {
        /// The kind of disc.
        medium: MediaType,
    },
    /// What is on the disc stays: it is pressed or written once, or the drive says so.
    #[error("a {medium} that cannot be erased")]
    NotErasable {
        /// The kind of disc.
        medium: MediaType,
        /// How the drive refused it, where it was asked.
        #[source]
        cause: Option<CommandError>,
    },
    /// READ DISC INFORMATION was answered with less than what is mandatory.
    #[error("the drive says too little of the disc")]
    ShortDiscInformation {
        /// What is missing.
        #[source]
        cause: CommandError,
    },
    /// The drive has no features, and its mode page 2Ah ends before it says what it can write.
    #[error("the drive says too little of itself")]
    ShortCapabilities {
        /// What is missing; none where the page is.
        #[source]
        cause: Option<CommandError>,
    },
    /// START STOP UNIT did not set the disc turning.
    #[error("the disc does not turn")]
    SpinUp {
        /// Why.
        #[source]
        cause: CommandError,
    },
    /// The drive refused to erase, or began and says that it failed.
    #[error("the drive did not erase the disc")]
    Failed {
        /// What it says.
        #[source]
        cause: CommandError,
    },
    /// Zeros could not be written.
    #[error("the disc was not written over to its end")]
    NotWritten {
        /// Why.
        #[source]
        cause: EngineError,
    },
    /// It took longer than an hour, and longer than a disc of this size takes at the slowest speed.
    #[error("the drive was still busy with {what} after {seconds} s")]
    Overdue {
        /// What it did.
        what: &'static str,
        /// How long it was waited for.
        seconds: u64,
    },
    /// The drive began, and then said something that is neither success nor failure. What became of the disc is not
    /// known.
    #[error("the drive began to erase the disc, and did not say how that ended")]
    Unexpected {
        /// What it said.
        #[source]
        cause: FormatError,
    },
    /// The drive says that it is done, and the disc is not erased.
    #[error("the drive says that it has erased the disc, and something is still on it")]
    NotErased,
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The object is erasing a disc.
    #[error("a disc is being erased")]
    InUse,
    /// The object has a drive already.
    #[error("there is a drive already")]
    OnlyOneRecorder,
    /// The object has no drive.
    #[error("there is no drive")]
    NoRecorder,
    /// No program can be called that.
    #[error(transparent)]
    ClientName(#[from] InvalidClientName),
    /// Nobody said what the program is called.
    #[error("the program has no name")]
    NoClientName,
}

impl From<RecorderError> for EraseError {
    fn from(error: RecorderError) -> Self {
        match error {
            RecorderError::Command(cause @ CommandError::Reply { command: "READ DISC INFORMATION", .. }) => {
                Self::ShortDiscInformation { cause }
            }
            error => Self::Format(error.into()),
        }
    }
}

impl From<CommandError> for EraseError {
    fn from(error: CommandError) -> Self {
        RecorderError::from(error).into()
    }
}

impl Coded for EraseError {
    fn code(&self) -> HResult {
        match self {
            Self::Format(error) => error.code(),
            Self::RecorderNotSupported => v2::E_IMAPI_ERASE_RECORDER_NOT_SUPPORTED,
            Self::MediumNotSupported { .. } => v2::E_IMAPI_ERASE_MEDIA_IS_NOT_SUPPORTED,
            Self::NotErasable { .. } => v2::E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE,
            Self::ShortDiscInformation { .. } => v2::E_IMAPI_ERASE_DISC_INFORMATION_TOO_SMALL,
            Self::ShortCapabilities { .. } => v2::E_IMAPI_ERASE_MODE_PAGE_2A_TOO_SMALL,
            Self::SpinUp { .. } => v2::E_IMAPI_ERASE_DRIVE_FAILED_SPINUP_COMMAND,
            Self::Failed { .. } => v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND,
            // What has no better code is a failure of erasing.
            Self::NotWritten { cause } => match cause.code() {
                v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE => v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND,
                code => code,
            },
            Self::Overdue { .. } => v2::E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR,
            Self::Unexpected { .. } | Self::NotErased => v2::E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE,
            Self::Cancelled(cancelled) => cancelled.code(),
            Self::InUse => v2::E_IMAPI_ERASE_RECORDER_IN_USE,
            Self::OnlyOneRecorder => v2::E_IMAPI_ERASE_ONLY_ONE_RECORDER_SUPPORTED,
            Self::NoRecorder => v2::E_IMAPI_RECORDER_REQUIRED,
            Self::ClientName(_) | Self::NoClientName => v2::E_IMAPI_ERASE_CLIENT_NAME_IS_NOT_VALID,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Format(error) | Self::Unexpected { cause: error } => error.facts(put),
            Self::MediumNotSupported { medium } => put(Fact::Medium, Value::Text(medium)),
            Self::NotErasable { medium, cause } => {
                put(Fact::Medium, Value::Text(medium));
                if let Some(cause) = cause {
                    cause.facts(put);
                }
            }
            Self::ShortDiscInformation { cause }
            | Self::ShortCapabilities { cause: Some(cause) }
            | Self::SpinUp { cause }
            | Self::Failed { cause } => cause.facts(put),
            Self::NotWritten { cause } => cause.facts(put),
            Self::Overdue { what, seconds } => {
                put(Fact::Operation, Value::Text(what));
                put(Fact::Elapsed, Value::I64(i64::try_from(*seconds).unwrap_or(i64::MAX)));
            }
            Self::ClientName(error) => error.facts(put),
            Self::ShortCapabilities { cause: None }
            | Self::RecorderNotSupported
            | Self::NotErased
            | Self::Cancelled(_)
            | Self::InUse
            | Self::OnlyOneRecorder
            | Self::NoRecorder
            | Self::NoClientName => {}
        }
    }
}
