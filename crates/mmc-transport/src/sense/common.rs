//! Sense that drives often give, ready made: a drive in software answers with it, and tests compare with it.

use imapi_disc_types::Lba;

use super::{
    Progress, Sense,
    SenseKey::{
        BlankCheck, DataProtect, HardwareError, IllegalRequest, MediumError, Miscompare, NoSense, NotReady,
        RecoveredError, UnitAttention,
    },
    Specific,
};
use crate::{BadParams, InvalidField};

impl Sense {
    /// Nothing to tell.
    pub const NONE: Self = Self::new(NoSense, 0x00, 0x00);
    /// Written, but there is hardly room left for finding the laser's power.
    pub const CALIBRATION_AREA_ALMOST_FULL: Self = Self::new(RecoveredError, 0x73, 0x01);

    /// The drive looks at a disc that was just put in.
    pub const BECOMING_READY: Self = Self::new(NotReady, 0x04, 0x01);
    /// The disc stands; START STOP UNIT sets it in motion.
    pub const NEEDS_START: Self = Self::new(NotReady, 0x04, 0x02);
    /// A format runs.
    pub const FORMATTING: Self = Self::new(NotReady, 0x04, 0x04);
    /// Something that takes long runs: closing, blanking, loading.
    pub const BUSY: Self = Self::new(NotReady, 0x04, 0x07);
    /// The buffer is full; the same WRITE will be taken a little later.
    pub const LONG_WRITE: Self = Self::new(NotReady, 0x04, 0x08);
    /// The drive cannot tell what lies in it.
    pub const INCOMPATIBLE_MEDIUM: Self = Self::new(NotReady, 0x30, 0x00);
    /// The drive is empty and does not know its tray.
    pub const NO_MEDIUM: Self = Self::new(NotReady, 0x3A, 0x00);
    /// The drive is empty and closed.
    pub const NO_MEDIUM_TRAY_CLOSED: Self = Self::new(NotReady, 0x3A, 0x01);
    /// The tray is open.
    pub const NO_MEDIUM_TRAY_OPEN: Self = Self::new(NotReady, 0x3A, 0x02);

    /// A block could not be written.
    pub const WRITE_ERROR: Self = Self::new(MediumError, 0x0C, 0x00);
    /// The buffer ran empty while the laser was on.
    pub const LOSS_OF_STREAMING: Self = Self::new(MediumError, 0x0C, 0x09);
    /// A block could not be read.
    pub const READ_ERROR: Self = Self::new(MediumError, 0x11, 0x00);
    /// A format did not succeed.
    pub const FORMAT_FAILED: Self = Self::new(MediumError, 0x31, 0x01);
    /// Blanking did not succeed.
    pub const ERASE_FAILED: Self = Self::new(MediumError, 0x51, 0x00);
    /// Lead-in and lead-out could not be written.
    pub const FIXATION_FAILED: Self = Self::new(MediumError, 0x72, 0x00);
    /// There is no room left for finding the laser's power.
    pub const CALIBRATION_AREA_FULL: Self = Self::new(MediumError, 0x73, 0x02);
    /// The drive is broken.
    pub const INTERNAL_FAILURE: Self = Self::new(HardwareError, 0x44, 0x00);

    /// The length of the parameters is not what they need.
    pub const PARAMETER_LIST_LENGTH: Self = Self::new(IllegalRequest, 0x1A, 0x00);
    /// The drive has no such command.
    pub const INVALID_OPCODE: Self = Self::new(IllegalRequest, 0x20, 0x00);
    /// There is no such address.
    pub const OUT_OF_RANGE: Self = Self::new(IllegalRequest, 0x21, 0x00);
    /// Writing does not go on there.
    pub const INVALID_WRITE_ADDRESS: Self = Self::new(IllegalRequest, 0x21, 0x02);
    /// The command cannot come now.
    pub const SEQUENCE_ERROR: Self = Self::new(IllegalRequest, 0x2C, 0x00);
    /// The disc's format cannot be read.
    pub const UNREADABLE_FORMAT: Self = Self::new(IllegalRequest, 0x30, 0x02);
    /// The disc cannot be written.
    pub const CANNOT_WRITE: Self = Self::new(IllegalRequest, 0x30, 0x05);
    /// The disc cannot be formatted: it is not rewritable.
    pub const CANNOT_FORMAT: Self = Self::new(IllegalRequest, 0x30, 0x06);
    /// The disc is not formatted yet.
    pub const NOT_FORMATTED: Self = Self::new(IllegalRequest, 0x30, 0x10);
    /// Mode pages are not saved.
    pub const SAVING_NOT_SUPPORTED: Self = Self::new(IllegalRequest, 0x39, 0x00);
    /// The tray is locked.
    pub const REMOVAL_PREVENTED: Self = Self::new(IllegalRequest, 0x53, 0x02);
    /// The track is full.
    pub const END_OF_USER_AREA: Self = Self::new(IllegalRequest, 0x63, 0x00);
    /// The track takes no blocks of this kind.
    pub const ILLEGAL_MODE: Self = Self::new(IllegalRequest, 0x64, 0x00);

    /// There is another disc, or none any more.
    pub const MEDIUM_CHANGED: Self = Self::new(UnitAttention, 0x28, 0x00);
    /// The drive was switched on or reset; its settings are its defaults.
    pub const RESET: Self = Self::new(UnitAttention, 0x29, 0x00);
    /// Someone has set a mode page.
    pub const MODE_PARAMETERS_CHANGED: Self = Self::new(UnitAttention, 0x2A, 0x01);
    /// The time that was granted did not suffice.
    pub const INSUFFICIENT_TIME: Self = Self::new(UnitAttention, 0x2E, 0x00);
    /// Someone has pressed the button of the drive while the tray was locked.
    pub const REMOVAL_REQUESTED: Self = Self::new(UnitAttention, 0x5A, 0x01);

    /// The disc is protected.
    pub const WRITE_PROTECTED: Self = Self::new(DataProtect, 0x27, 0x00);
    /// Software has protected whatever disc is in.
    pub const SOFTWARE_WRITE_PROTECTED: Self = Self::new(DataProtect, 0x27, 0x02);
    /// What was read is not what was sent.
    pub const MISCOMPARE: Self = Self::new(Miscompare, 0x1D, 0x00);
    /// Nothing is written there.
    pub const BLANK_CHECK: Self = Self::new(BlankCheck, 0x00, 0x00);

    /// The same, about that block.
    #[must_use]
    pub fn at(self, lba: Lba) -> Self {
        Self { information: Some(u64::from(u32::from_be_bytes(lba.0.to_be_bytes()))), ..self }
    }

    /// The same, that far.
    #[must_use]
    pub fn progressed(self, progress: Progress) -> Self {
        Self { specific: Some(Specific::Progress(progress)), ..self }
    }

    /// The same, deferred: it belongs to a command that had already been answered with success.
    #[must_use]
    pub fn of_an_earlier_command(self) -> Self {
        Self { deferred: true, ..self }
    }
}

/// INVALID FIELD IN CDB or INVALID FIELD IN PARAMETER LIST, pointing at the field.
impl From<InvalidField> for Sense {
    fn from(field: InvalidField) -> Self {
        let asc = if field.in_cdb { 0x24 } else { 0x26 };
        Self { specific: Some(Specific::Field(field)), ..Self::new(IllegalRequest, asc, 0x00) }
    }
}

impl From<BadParams> for Sense {
    fn from(bad: BadParams) -> Self {
        match bad {
            BadParams::Length => Self::PARAMETER_LIST_LENGTH,
            BadParams::Field(field) => field.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_length_of_the_parameters_is_no_field() {
        let length = [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x1A, 0, 0, 0, 0, 0];
        assert_eq!(Sense::from(BadParams::Length).to_fixed(), length);
        let field = InvalidField::data_bit(3, 4);
        assert_eq!(Sense::from(BadParams::from(field)), Sense::from(field));
    }

    #[test]
    fn a_field_of_the_command_and_one_of_the_parameters_are_different_errors() {
        let in_cdb = [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0, 0, 0xC0, 0, 5];
        let in_data = [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x26, 0, 0, 0x8C, 0, 3];
        assert_eq!(Sense::from(InvalidField::cdb(5)).to_fixed(), in_cdb);
        assert_eq!(Sense::from(InvalidField::data_bit(3, 4)).to_fixed(), in_data);
    }

    #[test]
    fn details_are_added_to_what_is_ready_made() {
        let bytes = [0xF1, 0, 3, 0xFF, 0xFF, 0xFF, 0x6A, 10, 0, 0, 0, 0, 0x0C, 0x09, 0, 0, 0, 0];
        assert_eq!(Sense::LOSS_OF_STREAMING.at(Lba(-150)).of_an_earlier_command().to_fixed(), bytes);
    }
}
