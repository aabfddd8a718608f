//! [`Sense`]: what a drive says of a command that did not simply succeed, from either of its two forms.

mod common;
mod descriptor;
mod fixed;
mod key;
mod names;
mod specific;

use std::fmt;

use imapi_disc_types::Lba;

pub use self::{
    key::SenseKey,
    names::{NAMES, name},
    specific::{Progress, Specific},
};
use crate::{BadReply, Condition, SenseBytes, wire::Fields};

/// The first byte of sense, without its highest bit: form and time.
mod response {
    pub(super) const FIXED: u8 = 0x70;
    pub(super) const FIXED_DEFERRED: u8 = 0x71;
    pub(super) const DESCRIPTORS: u8 = 0x72;
    pub(super) const DESCRIPTORS_DEFERRED: u8 = 0x73;
    /// Bit 7 belongs to the information field of the fixed form.
    pub(super) const MASK: u8 = 0x7F;
}

/// Sense: a key, a pair of numbers that refine it, and what else the drive tells (SPC-4, 4.5).
///
/// `Display` prints the numbers and the standard's title; the alternate form (`{:#}`) adds the details.
///
/// ```
/// use imapi_mmc_transport::{Condition, Sense};
///
/// let came = [0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x04, 0, 0x80, 0x80, 0x00];
/// let sense = Sense::decode(&came)?;
/// assert_eq!(format!("{sense:#}"), "2/04/04 LOGICAL UNIT NOT READY, FORMAT IN PROGRESS; 50 %");
/// assert_eq!(sense.condition(), Condition::FormatInProgress);
/// # Ok::<(), imapi_mmc_transport::BadReply>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sense {
    /// The sense belongs to an earlier command, as a rule a write that the drive had only taken into its buffer. The
    /// command that brought it was not carried out.
    pub deferred: bool,
    /// The kind of event.
    pub key: SenseKey,
    /// What happened: the additional sense code.
    pub asc: u8,
    /// In which way: its qualifier.
    pub ascq: u8,
    /// What the information field says when it is valid: mostly the address of the block; see [`Sense::lba`].
    pub information: Option<u64>,
    /// What the command defines; zero is nothing.
    pub command_specific: u64,
    /// The three bits beside the key.
    pub marks: Marks,
    /// Which part of the drive is broken, in numbers of its maker; zero is none.
    pub replaceable_unit: u8,
    /// What the key defines: progress, a pointer to a field, a count of retries.
    pub specific: Option<Specific>,
}

/// The three bits beside the key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// FILEMARK, a thing of tapes. Kept because the bit is there.
    pub filemark: bool,
    /// EOM: the end of the medium was reached.
    pub end_of_medium: bool,
    /// ILI: the length that was asked for does not fit the block; on CDs, a sector of another kind.
    pub incorrect_length: bool,
}

impl Sense {
    /// Sense of the current command, without details.
    #[must_use]
    pub const fn new(key: SenseKey, asc: u8, ascq: u8) -> Self {
        Self {
            deferred: false,
            key,
            asc,
            ascq,
            information: None,
            command_specific: 0,
            marks: Marks { filemark: false, end_of_medium: false, incorrect_length: false },
            replaceable_unit: 0,
            specific: None,
        }
    }

    /// Understands sense of either form.
    ///
    /// The key is demanded; programs ask for 14, 16 or 18 bytes, and what was cut off counts as not said.
    pub fn decode(bytes: &[u8]) -> Result<Self, BadReply> {
        match Fields::new(bytes, 1)?.u8(0)? & response::MASK {
            response::FIXED | response::FIXED_DEFERRED => fixed::decode(bytes),
            response::DESCRIPTORS | response::DESCRIPTORS_DEFERRED => descriptor::decode(bytes),
            _ => Err(BadReply::Impossible { at: 0, what: "no form of sense that is known" }),
        }
    }

    /// The fixed form, which every program understands. What does not fit its 32-bit fields is left out.
    #[must_use]
    pub fn to_fixed(&self) -> [u8; 18] {
        fixed::encode(self)
    }

    /// The form of descriptors.
    #[must_use]
    pub fn to_descriptors(&self) -> Vec<u8> {
        descriptor::encode(self)
    }

    /// The fixed form as a transport hands it over.
    #[must_use]
    pub fn to_bytes(&self) -> SenseBytes {
        SenseBytes::new(&self.to_fixed())
    }

    /// What it means.
    #[must_use]
    pub fn condition(&self) -> Condition {
        Condition::of(self)
    }

    /// The block that is meant, when the drive says one. With ILI set the field is a length and no address.
    #[must_use]
    pub fn lba(&self) -> Option<Lba> {
        let information = self.information.filter(|_| !self.marks.incorrect_length)?;
        // Addresses of the lead-in are negative, in 32 bits or, in descriptors, possibly in 64.
        let signed = match u32::try_from(information) {
            Ok(low) => i32::from_be_bytes(low.to_be_bytes()),
            Err(_) => i32::try_from(i64::from_be_bytes(information.to_be_bytes())).ok()?,
        };
        Some(Lba(signed))
    }

    /// How far a long operation is, when the drive says so.
    #[must_use]
    pub fn progress(&self) -> Option<Progress> {
        match self.specific {
            Some(Specific::Progress(progress)) => Some(progress),
            _ => None,
        }
    }

    /// The standard's title of the pair of numbers; the name of the key where the pair has none.
    #[must_use]
    pub fn words(&self) -> impl fmt::Display + use<> {
        names::Words { key: self.key, asc: self.asc, ascq: self.ascq }
    }
}

impl TryFrom<&SenseBytes> for Sense {
    type Error = BadReply;

    fn try_from(came: &SenseBytes) -> Result<Self, BadReply> {
        Self::decode(came.as_bytes())
    }
}

impl fmt::Display for Sense {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}/{:02X}/{:02X} {}", self.key.nibble(), self.asc, self.ascq, self.words())?;
        if self.deferred {
            f.write_str(" (of an earlier command)")?;
        }
        if !f.alternate() {
            return Ok(());
        }
        if let Some(lba) = self.lba() {
            write!(f, "; LBA {}", lba.0)?;
        }
        self.specific.map_or(Ok(()), |specific| write!(f, "; {specific}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::InvalidField;

    /// Sense as a drive can mean it: details that do not belong to the key are not among it.
    fn any_sense(information: impl Strategy<Value = u64> + 'static) -> impl Strategy<Value = Sense> {
        let flags = any::<(bool, bool, bool, bool)>();
        let numbers = (0..16_u8, any::<(u8, u8, u8)>(), any::<u32>(), any::<(bool, u16, u8)>());
        (flags, numbers, proptest::option::of(information), 0..3_u8).prop_map(|(flags, numbers, information, kind)| {
            let (key, (asc, ascq, unit), command, (in_cdb, word, bit)) = numbers;
            let key = SenseKey::from_nibble(key);
            let specific = match (kind, key) {
                (0, _) => None,
                (_, SenseKey::NoSense | SenseKey::NotReady) => Some(Specific::Progress(Progress(word))),
                (_, SenseKey::RecoveredError | SenseKey::MediumError | SenseKey::HardwareError) => {
                    Some(Specific::Retries(word))
                }
                (1, SenseKey::IllegalRequest) => {
                    Some(Specific::Field(InvalidField { in_cdb, byte: word, bit: Some(bit & 7) }))
                }
                (_, SenseKey::IllegalRequest) => Some(Specific::Field(InvalidField { in_cdb, byte: word, bit: None })),
                _ => Some(Specific::Other([bit & 0x7F, ascq, asc])),
            };
            Sense {
                deferred: flags.0,
                information,
                command_specific: u64::from(command),
                marks: Marks { filemark: flags.1, end_of_medium: flags.2, incorrect_length: flags.3 },
                replaceable_unit: unit,
                specific,
                ..Sense::new(key, asc, ascq)
            }
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_understood_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = Sense::decode(&bytes);
        }

        #[test]
        fn any_bytes_behind_a_known_first_byte_print(
            form in 0x70..=0x73_u8,
            rest in proptest::collection::vec(any::<u8>(), 0..80),
        ) {
            if let Ok(sense) = Sense::decode(&[&[form], rest.as_slice()].concat()) {
                let printed = format!("{sense:#}");
                prop_assert!(printed.len() > 8);
                let _ = (sense.condition(), sense.lba(), sense.to_fixed(), sense.to_descriptors());
            }
        }

        #[test]
        fn the_fixed_form_keeps_everything(sense in any_sense((0..=u32::MAX).prop_map(u64::from))) {
            prop_assert_eq!(Sense::decode(&sense.to_fixed()), Ok(sense));
        }

        #[test]
        fn descriptors_keep_everything(sense in any_sense(any::<u64>())) {
            prop_assert_eq!(Sense::decode(&sense.to_descriptors()), Ok(sense));
        }
    }

    #[test]
    fn the_first_byte_must_name_a_form() {
        assert_eq!(Sense::decode(&[]), Err(BadReply::Short { need: 1, got: 0 }));
        for first in [0x00, 0x6F, 0x74, 0x7F] {
            let refused = BadReply::Impossible { at: 0, what: "no form of sense that is known" };
            assert_eq!(Sense::decode(&[first; 18]), Err(refused), "{first:02X}");
        }
    }

    #[test]
    fn an_address_may_be_negative_and_a_length_is_none() {
        let at = |information| Sense { information: Some(information), ..Sense::BLANK_CHECK };
        assert_eq!(at(0x1234).lba(), Some(Lba(0x1234)));
        assert_eq!(at(0xFFFF_FF6A).lba(), Some(Lba(-150)));
        assert_eq!(at(0xFFFF_FFFF_FFFF_FF6A).lba(), Some(Lba(-150)));
        assert_eq!(at(0x1_0000_0000).lba(), None);
        assert_eq!(Sense { marks: Marks { incorrect_length: true, ..Marks::default() }, ..at(2352) }.lba(), None);
        assert_eq!(Sense::BLANK_CHECK.lba(), None);
    }

    #[test]
    fn sense_prints_as_its_numbers_and_words() {
        assert_eq!(Sense::LONG_WRITE.to_string(), "2/04/08 LOGICAL UNIT NOT READY, LONG WRITE IN PROGRESS");
        let late = Sense::WRITE_ERROR.at(Lba(-150)).of_an_earlier_command();
        assert_eq!(late.to_string(), "3/0C/00 WRITE ERROR (of an earlier command)");
        assert_eq!(format!("{late:#}"), "3/0C/00 WRITE ERROR (of an earlier command); LBA -150");
        let field = Sense::from(InvalidField::cdb_bit(2, 7));
        assert_eq!(format!("{field:#}"), "5/24/00 INVALID FIELD IN CDB; invalid field in the command at byte 2, bit 7");
        assert_eq!(Sense::new(SenseKey::AbortedCommand, 0x7B, 0x01).to_string(), "B/7B/01 ABORTED COMMAND");
    }
}
