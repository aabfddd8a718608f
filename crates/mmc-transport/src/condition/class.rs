//! [`Class`]: what to do about a condition, in six words.

use super::Condition;

/// What to do about a condition.
///
/// Two rules stand above it.
///
/// - **Deferred** sense belongs to an earlier write. While a disc is being written it ends the work at once, whatever
///   the class, and the WRITE that brought it is not repeated: what went before it is already lost.
/// - UNIT ATTENTION and NOT READY mean that the command was not carried out. After waiting, after refreshing, and also
///   where there is nothing to mind, it has to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Nothing is wrong: worth a line in a log, or a word to the user.
    Ignore,
    /// Wait and send the same command again, for a bounded time.
    Wait,
    /// What was known of the drive or the disc no longer holds: read it anew, then send the command once more. While a
    /// disc is being written, a new disc or a reset ends the work.
    Refresh,
    /// The disc, or the way this drive handles it, is at fault: stop and tell address and speed. A lower speed or
    /// another disc may help.
    Report,
    /// It cannot be done: no such disc, no room, a broken drive.
    Fatal,
    /// The drive does not do what was asked, and nothing is broken: a probe has its answer, a setting has to be
    /// another. Where there is no other, the program asked for what cannot be.
    Caller,
}

impl Condition {
    /// What to do about it.
    #[must_use]
    pub const fn class(self) -> Class {
        match self {
            Self::Idle
            | Self::StillWorking
            | Self::Recovered
            | Self::CalibrationAlmostFull
            | Self::ModeParametersChanged => Class::Ignore,

            Self::NotReady
            | Self::BecomingReady
            | Self::FormatInProgress
            | Self::OperationInProgress
            | Self::LongWriteInProgress
            | Self::NotSelfConfigured
            | Self::SeekIncomplete
            | Self::CommunicationFailure
            | Self::InsufficientTime
            | Self::Aborted
            | Self::OperatorRequest => Class::Wait,

            // A START, a new address or an emptied buffer is what changes the state here.
            Self::NeedsStart
            | Self::InvalidWriteAddress
            | Self::SequenceError
            | Self::MediumChanged
            | Self::Reset
            | Self::Attention => Class::Refresh,

            Self::NoReferencePosition
            | Self::TrackingFailure
            | Self::TocUnreadable
            | Self::BlankCheck
            | Self::WriteError
            | Self::CalibrationError
            | Self::CalibrationFull
            | Self::ReadError
            | Self::PositioningError
            | Self::MediumError
            | Self::Miscompare => Class::Report,

            Self::NeedsIntervention
            | Self::NoMedium { .. }
            | Self::IncompatibleMedium
            | Self::UnreadableFormat
            | Self::CannotWriteMedium
            | Self::CannotFormatMedium
            | Self::SessionNotFixated
            | Self::NotFormatted
            | Self::CorruptFormat
            | Self::WriteProtected
            | Self::Underrun
            | Self::FormatFailed
            | Self::EraseFailed
            | Self::SessionFixation
            | Self::IncompleteTrack
            | Self::ReservedTrackNotFull
            | Self::NoMoreReservations
            | Self::LoadOrEjectFailed
            | Self::HardwareError
            | Self::ResourceFailure
            | Self::OutOfRange
            | Self::EndOfUserArea
            | Self::PacketDoesNotFit
            | Self::IllegalModeForTrack
            | Self::RemovalPrevented
            | Self::CopyProtection
            | Self::Unknown => Class::Fatal,

            Self::InvalidOpcode
            | Self::InvalidField
            | Self::InvalidParameter
            | Self::ParameterListLength
            | Self::SavingNotSupported
            | Self::InvalidPacketSize => Class::Caller,
        }
    }
}
