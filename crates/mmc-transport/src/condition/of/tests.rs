//! Every sense that optical drives are known to send, with its meaning, its class and its code.

use imapi_errors::{HResult, v2};
use proptest::prelude::*;

use super::*;
use crate::{
    Class::{self, Caller, Fatal, Ignore, Refresh, Report, Wait},
    Progress,
};

const NOTE: HResult = v2::S_IMAPI_COMMAND_HAS_SENSE_DATA;
const NO_MEDIA: HResult = v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA;
const INCOMPATIBLE: HResult = v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE;
const UPSIDE_DOWN: HResult = v2::E_IMAPI_RECORDER_MEDIA_UPSIDE_DOWN;
const BECOMING_READY: HResult = v2::E_IMAPI_RECORDER_MEDIA_BECOMING_READY;
const FORMATTING: HResult = v2::E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS;
const BUSY: HResult = v2::E_IMAPI_RECORDER_MEDIA_BUSY;
const MODE: HResult = v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS;
const PROTECTED: HResult = v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED;
const NO_FEATURE: HResult = v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE;
const NO_PAGE: HResult = v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE;
const LOCKED: HResult = v2::E_IMAPI_RECORDER_LOCKED;
const STREAMING: HResult = v2::E_IMAPI_LOSS_OF_STREAMING;
const FAULT: HResult = v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE;
const DIFFERS: HResult = v2::E_IMAPI_BURN_VERIFICATION_FAILED;

const fn no_medium(tray: Tray) -> Condition {
    Condition::NoMedium { tray }
}

/// Key, code, the qualifiers that mean the same, and what they mean.
type Row = (u8, u8, &'static [u8], Condition, Class, HResult);

#[rustfmt::skip]
const ROWS: &[Row] = &[
    (0x0, 0x00, &[0x00], Condition::Idle, Ignore, NOTE),
    (0x0, 0x00, &[0x16], Condition::StillWorking, Ignore, BUSY),
    (0x1, 0x17, &[0x00, 0x01, 0x05], Condition::Recovered, Ignore, NOTE),
    (0x1, 0x0C, &[0x00, 0x01, 0x09], Condition::Recovered, Ignore, NOTE),
    (0x1, 0x5D, &[0x00, 0x03, 0xFF], Condition::Recovered, Ignore, NOTE),
    (0x1, 0x73, &[0x01, 0x06], Condition::CalibrationAlmostFull, Ignore, NOTE),
    (0x3, 0x73, &[0x01, 0x06, 0x10], Condition::CalibrationAlmostFull, Ignore, NOTE),

    (0x2, 0x04, &[0x00, 0x05, 0xFF], Condition::NotReady, Wait, BUSY),
    (0x2, 0x04, &[0x01], Condition::BecomingReady, Wait, BECOMING_READY),
    (0x2, 0x04, &[0x02], Condition::NeedsStart, Refresh, BECOMING_READY),
    (0x2, 0x04, &[0x03], Condition::NeedsIntervention, Fatal, INCOMPATIBLE),
    (0x2, 0x04, &[0x04], Condition::FormatInProgress, Wait, FORMATTING),
    (0x2, 0x04, &[0x07, 0x09, 0x1A], Condition::OperationInProgress, Wait, BUSY),
    (0x2, 0x04, &[0x08], Condition::LongWriteInProgress, Wait, BUSY),
    (0x2, 0x05, &[0x00], Condition::NotReady, Wait, BUSY),
    (0x2, 0x06, &[0x00], Condition::NoReferencePosition, Report, UPSIDE_DOWN),
    (0x2, 0x09, &[0x00, 0x01, 0x02, 0x03, 0x04], Condition::TrackingFailure, Report, INCOMPATIBLE),
    (0x2, 0x0C, &[0x07, 0x0F], Condition::WriteError, Report, FAULT),
    (0x2, 0x30, &[0x00, 0x03, 0x07], Condition::IncompatibleMedium, Fatal, INCOMPATIBLE),
    (0x2, 0x30, &[0x01, 0x02], Condition::UnreadableFormat, Fatal, INCOMPATIBLE),
    (0x2, 0x30, &[0x04, 0x05, 0x11], Condition::CannotWriteMedium, Fatal, INCOMPATIBLE),
    (0x2, 0x30, &[0x06], Condition::CannotFormatMedium, Fatal, INCOMPATIBLE),
    (0x2, 0x30, &[0x09], Condition::SessionNotFixated, Fatal, INCOMPATIBLE),
    (0x2, 0x30, &[0x10], Condition::NotFormatted, Fatal, INCOMPATIBLE),
    (0x2, 0x3A, &[0x00, 0x03, 0x04], no_medium(Tray::Unknown), Fatal, NO_MEDIA),
    (0x2, 0x3A, &[0x01], no_medium(Tray::Closed), Fatal, NO_MEDIA),
    (0x2, 0x3A, &[0x02], no_medium(Tray::Open), Fatal, NO_MEDIA),
    (0x2, 0x3E, &[0x00, 0x01, 0x02], Condition::NotSelfConfigured, Wait, BECOMING_READY),
    (0x2, 0x53, &[0x00], Condition::LoadOrEjectFailed, Fatal, FAULT),

    (0x3, 0x02, &[0x00], Condition::SeekIncomplete, Wait, FAULT),
    (0x3, 0x06, &[0x00], Condition::NoReferencePosition, Report, UPSIDE_DOWN),
    (0x3, 0x0C, &[0x00, 0x02, 0x03, 0x07, 0x08, 0x0E, 0x0F], Condition::WriteError, Report, FAULT),
    (0x3, 0x0C, &[0x09, 0x0A], Condition::Underrun, Fatal, STREAMING),
    (0x3, 0x10, &[0x00], Condition::MediumError, Report, FAULT),
    (0x3, 0x11, &[0x00, 0x01, 0x02, 0x05, 0x06, 0x0F, 0x10], Condition::ReadError, Report, FAULT),
    (0x3, 0x15, &[0x00, 0x01, 0x02], Condition::PositioningError, Report, FAULT),
    (0x3, 0x31, &[0x00], Condition::CorruptFormat, Fatal, INCOMPATIBLE),
    (0x3, 0x31, &[0x01, 0x02], Condition::FormatFailed, Fatal, FAULT),
    (0x3, 0x51, &[0x00, 0x01], Condition::EraseFailed, Fatal, FAULT),
    (0x3, 0x57, &[0x00], Condition::TocUnreadable, Report, INCOMPATIBLE),
    (0x3, 0x72, &[0x00, 0x01, 0x02, 0x06, 0x07], Condition::SessionFixation, Fatal, FAULT),
    (0x3, 0x72, &[0x03], Condition::IncompleteTrack, Fatal, FAULT),
    (0x3, 0x72, &[0x04], Condition::ReservedTrackNotFull, Fatal, FAULT),
    (0x3, 0x72, &[0x05], Condition::NoMoreReservations, Fatal, FAULT),
    (0x3, 0x73, &[0x00, 0x03, 0x04], Condition::CalibrationError, Report, FAULT),
    (0x3, 0x73, &[0x02, 0x05, 0x11], Condition::CalibrationFull, Report, FAULT),

    (0x4, 0x02, &[0x00], Condition::SeekIncomplete, Wait, FAULT),
    (0x4, 0x08, &[0x00, 0x01, 0x02, 0x03], Condition::CommunicationFailure, Wait, FAULT),
    (0x4, 0x09, &[0x00, 0x01, 0x02, 0x03, 0x04], Condition::HardwareError, Fatal, FAULT),
    (0x4, 0x15, &[0x00, 0x01], Condition::PositioningError, Report, FAULT),
    (0x4, 0x1B, &[0x00], Condition::HardwareError, Fatal, FAULT),
    (0x4, 0x3E, &[0x01, 0x02], Condition::HardwareError, Fatal, FAULT),
    (0x4, 0x40, &[0x80, 0xFF], Condition::HardwareError, Fatal, FAULT),
    (0x4, 0x44, &[0x00], Condition::HardwareError, Fatal, FAULT),
    (0x4, 0x53, &[0x00], Condition::LoadOrEjectFailed, Fatal, FAULT),

    (0x5, 0x1A, &[0x00], Condition::ParameterListLength, Caller, FAULT),
    (0x5, 0x20, &[0x00], Condition::InvalidOpcode, Caller, NO_FEATURE),
    (0x5, 0x21, &[0x00, 0x01], Condition::OutOfRange, Fatal, FAULT),
    (0x5, 0x21, &[0x02, 0x03], Condition::InvalidWriteAddress, Refresh, FAULT),
    (0x5, 0x24, &[0x00], Condition::InvalidField, Caller, FAULT),
    (0x5, 0x26, &[0x00, 0x01, 0x02], Condition::InvalidParameter, Caller, MODE),
    (0x5, 0x27, &[0x00, 0x05], Condition::WriteProtected, Fatal, PROTECTED),
    (0x5, 0x2C, &[0x00, 0x03, 0x04], Condition::SequenceError, Refresh, BUSY),
    (0x5, 0x30, &[0x00], Condition::IncompatibleMedium, Fatal, INCOMPATIBLE),
    (0x5, 0x30, &[0x01, 0x02], Condition::UnreadableFormat, Fatal, INCOMPATIBLE),
    (0x5, 0x30, &[0x04, 0x05, 0x08, 0x11], Condition::CannotWriteMedium, Fatal, INCOMPATIBLE),
    (0x5, 0x30, &[0x06], Condition::CannotFormatMedium, Fatal, INCOMPATIBLE),
    (0x5, 0x30, &[0x09], Condition::SessionNotFixated, Fatal, INCOMPATIBLE),
    (0x5, 0x30, &[0x10], Condition::NotFormatted, Fatal, INCOMPATIBLE),
    (0x5, 0x39, &[0x00], Condition::SavingNotSupported, Caller, NO_PAGE),
    (0x5, 0x53, &[0x02], Condition::RemovalPrevented, Fatal, LOCKED),
    (0x5, 0x55, &[0x00, 0x01], Condition::ResourceFailure, Fatal, FAULT),
    (0x5, 0x57, &[0x00], Condition::TocUnreadable, Report, INCOMPATIBLE),
    (0x5, 0x63, &[0x00], Condition::EndOfUserArea, Fatal, FAULT),
    (0x5, 0x63, &[0x01], Condition::PacketDoesNotFit, Fatal, FAULT),
    (0x5, 0x64, &[0x00], Condition::IllegalModeForTrack, Fatal, INCOMPATIBLE),
    (0x5, 0x64, &[0x01], Condition::InvalidPacketSize, Caller, MODE),
    (0x5, 0x6F, &[0x00, 0x03, 0x04, 0x07], Condition::CopyProtection, Fatal, FAULT),
    (0x5, 0x72, &[0x03], Condition::IncompleteTrack, Fatal, FAULT),
    (0x5, 0x72, &[0x04], Condition::ReservedTrackNotFull, Fatal, FAULT),
    (0x5, 0x72, &[0x05], Condition::NoMoreReservations, Fatal, FAULT),
    (0x5, 0x72, &[0x06, 0x07], Condition::SessionFixation, Fatal, FAULT),
    (0x5, 0x73, &[0x17], Condition::CalibrationFull, Report, FAULT),
    (0x5, 0x25, &[0x00], Condition::Unknown, Fatal, FAULT),

    (0x6, 0x28, &[0x00, 0x01, 0x02], Condition::MediumChanged, Refresh, INCOMPATIBLE),
    (0x6, 0x29, &[0x00, 0x01, 0x02, 0x03, 0x04], Condition::Reset, Refresh, FAULT),
    (0x6, 0x2A, &[0x00, 0x01], Condition::ModeParametersChanged, Ignore, FAULT),
    (0x6, 0x2E, &[0x00], Condition::InsufficientTime, Wait, BUSY),
    (0x6, 0x3A, &[0x02], no_medium(Tray::Open), Fatal, NO_MEDIA),
    (0x6, 0x3F, &[0x01, 0x03], Condition::Attention, Refresh, FAULT),
    (0x6, 0x5A, &[0x00, 0x01, 0x02, 0x03], Condition::OperatorRequest, Wait, FAULT),
    (0x6, 0x5D, &[0x00], Condition::Attention, Refresh, FAULT),

    (0x7, 0x27, &[0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06], Condition::WriteProtected, Fatal, PROTECTED),
    (0x7, 0x30, &[0x06], Condition::CannotFormatMedium, Fatal, INCOMPATIBLE),
    (0x7, 0x00, &[0x00], Condition::WriteProtected, Fatal, PROTECTED),
    (0x8, 0x00, &[0x00], Condition::BlankCheck, Report, FAULT),
    (0x8, 0x64, &[0x00], Condition::BlankCheck, Report, FAULT),
    (0x9, 0x80, &[0x00], Condition::Unknown, Fatal, FAULT),
    (0xB, 0x00, &[0x00, 0x06], Condition::Aborted, Wait, FAULT),
    (0xB, 0x08, &[0x00], Condition::CommunicationFailure, Wait, FAULT),
    (0xB, 0x11, &[0x11], Condition::ReadError, Report, FAULT),
    (0xB, 0x4E, &[0x00], Condition::Aborted, Wait, FAULT),
    (0xD, 0x00, &[0x00], Condition::EndOfUserArea, Fatal, FAULT),
    (0xE, 0x1D, &[0x00], Condition::Miscompare, Report, DIFFERS),
    (0xF, 0x00, &[0x00], Condition::Idle, Ignore, NOTE),
];

#[test]
fn every_row_has_its_meaning_its_class_and_its_code() {
    for &(key, asc, qualifiers, condition, class, code) in ROWS {
        for &ascq in qualifiers {
            let sense = Sense::new(SenseKey::from_nibble(key), asc, ascq);
            let found = sense.condition();
            assert_eq!((found, found.class(), found.recorder_code()), (condition, class, code), "{sense}");
        }
    }
}

#[test]
fn progress_without_a_key_says_that_something_still_runs() {
    assert_eq!(Sense::NONE.progressed(Progress(0x4000)).condition(), Condition::StillWorking);
    assert_eq!(Sense::NONE.condition(), Condition::Idle);
}

#[test]
fn an_error_of_an_earlier_command_means_the_same() {
    let late = Sense::LOSS_OF_STREAMING.of_an_earlier_command();
    assert_eq!(late.condition(), Condition::Underrun);
}

proptest! {
    #[test]
    fn every_sense_means_something(key in 0..16_u8, asc: u8, ascq: u8) {
        let condition = Sense::new(SenseKey::from_nibble(key), asc, ascq).condition();
        // What stands in the way of nothing has a code of success, and nothing else has.
        let note = condition.recorder_code() == NOTE;
        prop_assert!(!note || condition.class() == Ignore);
    }
}
