//! [`SenseKey`]: the coarse kind of event, four bits of every sense.

use std::fmt;

/// The kind of event (SPC-4, 4.5.6). Four bits have sixteen values, and each has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SenseKey {
    /// Nothing to tell, or the progress of something that still runs.
    NoSense = 0x0,
    /// The command succeeded, with some effort.
    RecoveredError = 0x1,
    /// The drive cannot be used now.
    NotReady = 0x2,
    /// The medium failed.
    MediumError = 0x3,
    /// The drive failed.
    HardwareError = 0x4,
    /// The command or its parameters cannot be.
    IllegalRequest = 0x5,
    /// Something has changed; the command was not carried out.
    UnitAttention = 0x6,
    /// The block is protected.
    DataProtect = 0x7,
    /// There is nothing written where it was read, or something where it was to be written.
    BlankCheck = 0x8,
    /// The maker's own.
    VendorSpecific = 0x9,
    /// A copy between devices was aborted.
    CopyAborted = 0xA,
    /// The drive gave up the command; it may be sent again.
    AbortedCommand = 0xB,
    /// No longer used; once EQUAL.
    Reserved = 0xC,
    /// Data did not fit on the medium.
    VolumeOverflow = 0xD,
    /// The data differ from those on the medium.
    Miscompare = 0xE,
    /// The command is done.
    Completed = 0xF,
}

impl SenseKey {
    /// All sixteen, by number.
    pub const ALL: [Self; 16] = [
        Self::NoSense,
        Self::RecoveredError,
        Self::NotReady,
        Self::MediumError,
        Self::HardwareError,
        Self::IllegalRequest,
        Self::UnitAttention,
        Self::DataProtect,
        Self::BlankCheck,
        Self::VendorSpecific,
        Self::CopyAborted,
        Self::AbortedCommand,
        Self::Reserved,
        Self::VolumeOverflow,
        Self::Miscompare,
        Self::Completed,
    ];

    /// The key in the lower four bits; the upper ones are others' flags.
    #[must_use]
    pub fn from_nibble(byte: u8) -> Self {
        // The mask keeps the index below 16.
        Self::ALL[usize::from(byte & 0x0F)]
    }

    /// The number.
    #[must_use]
    pub const fn nibble(self) -> u8 {
        // The discriminants are the numbers; a field-less `repr(u8)` enum loses nothing here.
        self as u8
    }

    /// The standard's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoSense => "NO SENSE",
            Self::RecoveredError => "RECOVERED ERROR",
            Self::NotReady => "NOT READY",
            Self::MediumError => "MEDIUM ERROR",
            Self::HardwareError => "HARDWARE ERROR",
            Self::IllegalRequest => "ILLEGAL REQUEST",
            Self::UnitAttention => "UNIT ATTENTION",
            Self::DataProtect => "DATA PROTECT",
            Self::BlankCheck => "BLANK CHECK",
            Self::VendorSpecific => "VENDOR SPECIFIC",
            Self::CopyAborted => "COPY ABORTED",
            Self::AbortedCommand => "ABORTED COMMAND",
            Self::Reserved => "RESERVED SENSE KEY",
            Self::VolumeOverflow => "VOLUME OVERFLOW",
            Self::Miscompare => "MISCOMPARE",
            Self::Completed => "COMPLETED",
        }
    }
}

impl fmt::Display for SenseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_four_bits_are_a_key_and_the_other_four_do_not_matter() {
        for number in 0..=u8::MAX {
            assert_eq!(SenseKey::from_nibble(number).nibble(), number & 0x0F);
        }
    }

    #[test]
    fn the_keys_stand_at_the_numbers_of_the_standard() {
        assert_eq!(
            [2, 5, 8, 0xB, 0xE].map(SenseKey::from_nibble),
            [
                SenseKey::NotReady,
                SenseKey::IllegalRequest,
                SenseKey::BlankCheck,
                SenseKey::AbortedCommand,
                SenseKey::Miscompare
            ]
        );
    }
}
