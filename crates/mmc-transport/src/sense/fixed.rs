//! Sense in its fixed form: 18 bytes at known places (SPC-4, 4.5.3).

use super::{Marks, Sense, SenseKey, Specific, response};
use crate::{BadReply, wire::Fields};

mod field {
    pub(super) const RESPONSE: usize = 0;
    pub(super) const KEY: usize = 2;
    pub(super) const INFORMATION: usize = 3;
    pub(super) const ADDITIONAL_LENGTH: usize = 7;
    pub(super) const COMMAND_SPECIFIC: usize = 8;
    pub(super) const ASC: usize = 12;
    pub(super) const ASCQ: usize = 13;
    pub(super) const REPLACEABLE_UNIT: usize = 14;
    pub(super) const SPECIFIC: usize = 15;
    pub(super) const END: usize = 18;
}

/// Bit 7 of the first byte: the information field is valid.
const INFORMATION_VALID: u8 = 0x80;
const FILEMARK: u8 = 0x80;
const END_OF_MEDIUM: u8 = 0x40;
const INCORRECT_LENGTH: u8 = 0x20;

/// The key is the least that sense can say.
const MANDATORY: usize = field::KEY + 1;

pub(super) fn decode(bytes: &[u8]) -> Result<Sense, BadReply> {
    let fields = Fields::new(bytes, MANDATORY)?;
    let (first, flags) = (fields.u8(field::RESPONSE)?, fields.u8(field::KEY)?);
    let said = Fields::new(said(bytes), MANDATORY)?;
    let byte = |at| said.u8(at).unwrap_or(0);
    let word = |at| said.u32(at).ok().map(u64::from);

    let key = SenseKey::from_nibble(flags);
    Ok(Sense {
        deferred: first & response::MASK == response::FIXED_DEFERRED,
        key,
        asc: byte(field::ASC),
        ascq: byte(field::ASCQ),
        information: word(field::INFORMATION).filter(|_| first & INFORMATION_VALID != 0),
        command_specific: word(field::COMMAND_SPECIFIC).unwrap_or(0),
        marks: Marks {
            filemark: flags & FILEMARK != 0,
            end_of_medium: flags & END_OF_MEDIUM != 0,
            incorrect_length: flags & INCORRECT_LENGTH != 0,
        },
        replaceable_unit: byte(field::REPLACEABLE_UNIT),
        specific: said.array(field::SPECIFIC).ok().and_then(|bytes| Specific::decode(key, bytes)),
    })
}

/// The bytes that the drive means to say: those after its additional length are whatever the buffer held before.
///
/// A length that leaves out the code is not meant: there are drives and bridges that do not fill it in, and say what
/// they mean all the same.
fn said(bytes: &[u8]) -> &[u8] {
    let end = bytes.get(field::ADDITIONAL_LENGTH).map(|&length| field::ADDITIONAL_LENGTH + 1 + usize::from(length));
    end.filter(|&end| end > field::ASCQ).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

pub(super) fn encode(sense: &Sense) -> [u8; field::END] {
    let information = sense.information.and_then(|information| u32::try_from(information).ok());
    let command_specific = u32::try_from(sense.command_specific).unwrap_or(0);
    let response = if sense.deferred { response::FIXED_DEFERRED } else { response::FIXED };
    let [i0, i1, i2, i3] = information.unwrap_or(0).to_be_bytes();
    let [c0, c1, c2, c3] = command_specific.to_be_bytes();
    let [s0, s1, s2] = sense.specific.map_or([0; 3], Specific::encode);
    let flags = flag(sense.marks.filemark, FILEMARK)
        | flag(sense.marks.end_of_medium, END_OF_MEDIUM)
        | flag(sense.marks.incorrect_length, INCORRECT_LENGTH);
    [
        flag(information.is_some(), INFORMATION_VALID) | response,
        0,
        flags | sense.key.nibble(),
        i0,
        i1,
        i2,
        i3,
        ADDITIONAL_LENGTH,
        c0,
        c1,
        c2,
        c3,
        sense.asc,
        sense.ascq,
        sense.replaceable_unit,
        s0,
        s1,
        s2,
    ]
}

/// What follows the byte that says so.
const ADDITIONAL_LENGTH: u8 = 10;

fn flag(on: bool, bit: u8) -> u8 {
    if on { bit } else { 0 }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Lba;

    use super::*;
    use crate::{InvalidField, Progress};

    const BECOMING_READY: [u8; 18] = [0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x01, 0, 0, 0, 0];
    const HALF_FORMATTED: [u8; 18] = [0x70, 0, 2, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x04, 0x04, 0, 0x80, 0x80, 0];
    const LATE_WRITE_ERROR: [u8; 18] =
        [0xF1, 0, 3, 0, 0, 0x12, 0x34, 10, 0, 0, 0, 0, 0x0C, 0x00, 0x07, 0x80, 0x00, 0x02];
    const BAD_FIELD: [u8; 18] = [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0x00, 0, 0xCF, 0x00, 0x02];
    const ILLEGAL_MODE: [u8; 18] = [0xF0, 0, 0x25, 0, 0, 0x09, 0x30, 10, 0, 0, 0, 0, 0x64, 0x00, 0, 0, 0, 0];

    #[test]
    fn known_bytes_are_known_sense_and_the_same_bytes_again() {
        let illegal_mode = Sense {
            marks: Marks { incorrect_length: true, ..Marks::default() },
            information: Some(2352),
            ..Sense::ILLEGAL_MODE
        };
        let late = Sense {
            replaceable_unit: 7,
            specific: Some(Specific::Retries(2)),
            ..Sense::WRITE_ERROR.at(Lba(0x1234)).of_an_earlier_command()
        };
        for (bytes, sense) in [
            (BECOMING_READY, Sense::BECOMING_READY),
            (HALF_FORMATTED, Sense::FORMATTING.progressed(Progress(0x8000))),
            (LATE_WRITE_ERROR, late),
            (BAD_FIELD, InvalidField::cdb_bit(2, 7).into()),
            (ILLEGAL_MODE, illegal_mode),
        ] {
            assert_eq!(Sense::decode(&bytes), Ok(sense));
            assert_eq!(sense.to_fixed(), bytes, "{sense}");
        }
    }

    #[test]
    fn every_prefix_is_refused_or_lacks_its_tail() {
        for len in 0..=18 {
            let cut = Sense::decode(&LATE_WRITE_ERROR[..len]);
            if len < 3 {
                assert!(matches!(cut, Err(BadReply::Short { .. })), "{len}");
                continue;
            }
            let cut = cut.expect("the key is there");
            assert_eq!((cut.deferred, cut.key), (true, SenseKey::MediumError));
            assert_eq!(cut.lba(), (len >= 7).then_some(Lba(0x1234)), "{len}");
            assert_eq!(cut.asc, if len >= 13 { 0x0C } else { 0 }, "{len}");
            assert_eq!(cut.replaceable_unit, if len >= 15 { 7 } else { 0 }, "{len}");
            assert_eq!(cut.specific.is_some(), len == 18, "{len}");
        }
    }

    #[test]
    fn what_follows_the_additional_length_is_not_the_drives() {
        let mut bytes = HALF_FORMATTED;
        bytes[7] = 6;
        let sense = Sense::decode(&bytes).expect("sense of 14 bytes");
        assert_eq!((sense.asc, sense.ascq, sense.specific), (0x04, 0x04, None));
    }

    #[test]
    fn an_additional_length_that_leaves_out_the_code_does_not_count() {
        let mut bytes = Sense::NO_MEDIUM_TRAY_CLOSED.to_fixed();
        for length in 0..6 {
            bytes[7] = length;
            assert_eq!(Sense::decode(&bytes), Ok(Sense::NO_MEDIUM_TRAY_CLOSED), "{length}");
        }
        bytes[7] = 6;
        (bytes[15], bytes[16]) = (0x80, 0x80);
        assert_eq!(Sense::decode(&bytes), Ok(Sense::NO_MEDIUM_TRAY_CLOSED), "a length that has it does");
    }

    #[test]
    fn a_number_too_long_for_the_form_is_left_out() {
        let sense = Sense { information: Some(1 << 32), command_specific: 1 << 40, ..Sense::WRITE_ERROR };
        assert_eq!(sense.to_fixed(), Sense::WRITE_ERROR.to_fixed());
    }
}
