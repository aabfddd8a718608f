//! The result codes of the recorder family.

use imapi_errors::{HResult, v2};

use super::Condition;

impl Condition {
    /// The code of the v2 recorder family for a command that ended so.
    ///
    /// It is what a call about the drive returns. Burning and erasing have codes of their own for a full disc, a failed
    /// erase and the like, and derive them from the condition themselves; which code a refused field has depends on the
    /// command, see [`CommandError`](crate::CommandError).
    #[must_use]
    pub const fn recorder_code(self) -> HResult {
        match self {
            Self::Idle | Self::Recovered | Self::CalibrationAlmostFull => v2::S_IMAPI_COMMAND_HAS_SENSE_DATA,

            Self::NoMedium { .. } => v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA,
            // The reference maps it to an incompatible disc. This code says more: its text tells that the drive finds
            // nothing to read on this side and that most likely the wrong one is up, which a person can look at.
            Self::NoReferencePosition => v2::E_IMAPI_RECORDER_MEDIA_UPSIDE_DOWN,
            Self::BecomingReady | Self::NeedsStart | Self::NotSelfConfigured => {
                v2::E_IMAPI_RECORDER_MEDIA_BECOMING_READY
            }
            Self::FormatInProgress => v2::E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS,
            Self::StillWorking
            | Self::NotReady
            | Self::OperationInProgress
            | Self::LongWriteInProgress
            | Self::InsufficientTime
            | Self::SequenceError => v2::E_IMAPI_RECORDER_MEDIA_BUSY,
            Self::NeedsIntervention
            | Self::TrackingFailure
            | Self::IncompatibleMedium
            | Self::UnreadableFormat
            | Self::CannotWriteMedium
            | Self::CannotFormatMedium
            | Self::SessionNotFixated
            | Self::NotFormatted
            | Self::CorruptFormat
            | Self::TocUnreadable
            | Self::MediumChanged
            | Self::IllegalModeForTrack => v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE,
            Self::WriteProtected => v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED,
            Self::InvalidParameter | Self::InvalidPacketSize => v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS,
            Self::SavingNotSupported => v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE,
            Self::InvalidOpcode => v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE,
            // Some program keeps the tray shut, as one that has the drive for itself does.
            Self::RemovalPrevented => v2::E_IMAPI_RECORDER_LOCKED,
            Self::Underrun => v2::E_IMAPI_LOSS_OF_STREAMING,
            Self::Miscompare => v2::E_IMAPI_BURN_VERIFICATION_FAILED,

            Self::SeekIncomplete
            | Self::CommunicationFailure
            | Self::Aborted
            | Self::OperatorRequest
            | Self::Reset
            | Self::ModeParametersChanged
            | Self::Attention
            | Self::BlankCheck
            | Self::WriteError
            | Self::FormatFailed
            | Self::EraseFailed
            | Self::SessionFixation
            | Self::IncompleteTrack
            | Self::ReservedTrackNotFull
            | Self::NoMoreReservations
            | Self::CalibrationError
            | Self::CalibrationFull
            | Self::ReadError
            | Self::PositioningError
            | Self::MediumError
            | Self::LoadOrEjectFailed
            | Self::HardwareError
            | Self::ResourceFailure
            | Self::InvalidField
            | Self::ParameterListLength
            | Self::OutOfRange
            | Self::InvalidWriteAddress
            | Self::EndOfUserArea
            | Self::PacketDoesNotFit
            | Self::CopyProtection
            | Self::Unknown => v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE,
        }
    }
}
