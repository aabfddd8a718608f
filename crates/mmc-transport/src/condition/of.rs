//! From sense to its meaning. The code decides wherever it can: drives agree on it more than on the key.

use super::{Condition, Tray};
use crate::{Sense, SenseKey};

impl Condition {
    /// What that sense means. Whether it is deferred makes no difference here.
    #[must_use]
    pub fn of(sense: &Sense) -> Self {
        match sense.key {
            SenseKey::NoSense if sense.progress().is_some() || (sense.asc, sense.ascq) == (0x00, 0x16) => {
                Self::StillWorking
            }
            SenseKey::NoSense | SenseKey::Completed => Self::Idle,
            SenseKey::RecoveredError => recovered(sense),
            SenseKey::NotReady => not_ready(sense).or_else(|| by_code(sense)).unwrap_or(Self::NotReady),
            SenseKey::UnitAttention => attention(sense),
            SenseKey::BlankCheck => Self::BlankCheck,
            SenseKey::DataProtect => by_code(sense).unwrap_or(Self::WriteProtected),
            SenseKey::MediumError => by_code(sense).unwrap_or(Self::MediumError),
            // A tracking servo that fails as hardware is the drive's fault and not the disc's.
            SenseKey::HardwareError if sense.asc == 0x09 => Self::HardwareError,
            SenseKey::HardwareError => by_code(sense).unwrap_or(Self::HardwareError),
            SenseKey::AbortedCommand => by_code(sense).unwrap_or(Self::Aborted),
            SenseKey::VolumeOverflow => by_code(sense).unwrap_or(Self::EndOfUserArea),
            SenseKey::Miscompare => by_code(sense).unwrap_or(Self::Miscompare),
            SenseKey::IllegalRequest | SenseKey::VendorSpecific | SenseKey::CopyAborted | SenseKey::Reserved => {
                by_code(sense).unwrap_or(Self::Unknown)
            }
        }
    }
}

/// The command succeeded, whatever the code; one warning is worth a name.
fn recovered(sense: &Sense) -> Condition {
    match (sense.asc, sense.ascq) {
        (0x73, 0x01 | 0x06 | 0x10) => Condition::CalibrationAlmostFull,
        _ => Condition::Recovered,
    }
}

/// The codes that mean something only together with NOT READY.
fn not_ready(sense: &Sense) -> Option<Condition> {
    Some(match (sense.asc, sense.ascq) {
        (0x04, 0x01) => Condition::BecomingReady,
        (0x04, 0x02) => Condition::NeedsStart,
        (0x04, 0x03) => Condition::NeedsIntervention,
        (0x04, 0x04) => Condition::FormatInProgress,
        // A self-test and START STOP UNIT are operations too.
        (0x04, 0x07 | 0x09 | 0x1A) => Condition::OperationInProgress,
        (0x04, 0x08) => Condition::LongWriteInProgress,
        (0x3E, _) => Condition::NotSelfConfigured,
        _ => return None,
    })
}

/// With UNIT ATTENTION the code says what has changed, never what failed.
fn attention(sense: &Sense) -> Condition {
    match sense.asc {
        0x28 => Condition::MediumChanged,
        0x29 => Condition::Reset,
        0x2A => Condition::ModeParametersChanged,
        0x2E => Condition::InsufficientTime,
        0x5A => Condition::OperatorRequest,
        // Some drives announce an empty or opened tray this way.
        0x3A => Condition::NoMedium { tray: tray(sense.ascq) },
        _ => Condition::Attention,
    }
}

/// The codes that mean the same with every key of failure.
fn by_code(sense: &Sense) -> Option<Condition> {
    Some(match (sense.asc, sense.ascq) {
        (0x02, _) => Condition::SeekIncomplete,
        (0x06, _) => Condition::NoReferencePosition,
        (0x08, _) => Condition::CommunicationFailure,
        (0x09, _) => Condition::TrackingFailure,
        (0x0C, 0x09 | 0x0A) => Condition::Underrun,
        (0x0C, _) => Condition::WriteError,
        (0x11, _) => Condition::ReadError,
        (0x15, _) => Condition::PositioningError,
        (0x1A, _) => Condition::ParameterListLength,
        (0x1D, _) => Condition::Miscompare,
        (0x20, _) => Condition::InvalidOpcode,
        (0x21, 0x02 | 0x03) => Condition::InvalidWriteAddress,
        (0x21, _) => Condition::OutOfRange,
        (0x24, _) => Condition::InvalidField,
        (0x26, _) => Condition::InvalidParameter,
        (0x27, _) => Condition::WriteProtected,
        (0x2C, _) => Condition::SequenceError,
        (0x2E, _) => Condition::InsufficientTime,
        (0x30, ascq) => incompatible(ascq),
        (0x31, 0x00) => Condition::CorruptFormat,
        (0x31, _) => Condition::FormatFailed,
        (0x39, _) => Condition::SavingNotSupported,
        (0x3A, ascq) => Condition::NoMedium { tray: tray(ascq) },
        (0x4E, _) => Condition::Aborted,
        (0x51, _) => Condition::EraseFailed,
        (0x53, 0x02) => Condition::RemovalPrevented,
        (0x53, _) => Condition::LoadOrEjectFailed,
        (0x55, _) => Condition::ResourceFailure,
        (0x57, _) => Condition::TocUnreadable,
        (0x63, 0x01) => Condition::PacketDoesNotFit,
        (0x63, _) => Condition::EndOfUserArea,
        (0x64, 0x01) => Condition::InvalidPacketSize,
        (0x64, _) => Condition::IllegalModeForTrack,
        (0x6F, _) => Condition::CopyProtection,
        (0x72, ascq) => fixation(ascq),
        (0x73, ascq) => calibration(ascq),
        _ => return None,
    })
}

fn tray(ascq: u8) -> Tray {
    match ascq {
        0x01 => Tray::Closed,
        0x02 => Tray::Open,
        _ => Tray::Unknown,
    }
}

fn incompatible(ascq: u8) -> Condition {
    match ascq {
        0x01 | 0x02 => Condition::UnreadableFormat,
        0x04 | 0x05 | 0x08 | 0x11 => Condition::CannotWriteMedium,
        0x06 => Condition::CannotFormatMedium,
        0x09 => Condition::SessionNotFixated,
        0x10 => Condition::NotFormatted,
        _ => Condition::IncompatibleMedium,
    }
}

fn fixation(ascq: u8) -> Condition {
    match ascq {
        0x03 => Condition::IncompleteTrack,
        0x04 => Condition::ReservedTrackNotFull,
        0x05 => Condition::NoMoreReservations,
        _ => Condition::SessionFixation,
    }
}

fn calibration(ascq: u8) -> Condition {
    match ascq {
        0x01 | 0x06 | 0x10 => Condition::CalibrationAlmostFull,
        0x02 | 0x05 | 0x11 | 0x17 => Condition::CalibrationFull,
        _ => Condition::CalibrationError,
    }
}

#[cfg(test)]
mod tests;
