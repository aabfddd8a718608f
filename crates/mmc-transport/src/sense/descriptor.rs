//! Sense as a list of descriptors, the younger form (SPC-4, 4.5.2). Bridges of USB and SATA send it now and then.

use super::{Sense, SenseKey, Specific, response};
use crate::{
    BadReply,
    wire::{Fields, Writer},
};

mod field {
    pub(super) const RESPONSE: usize = 0;
    pub(super) const KEY: usize = 1;
    pub(super) const ASC: usize = 2;
    pub(super) const ASCQ: usize = 3;
    pub(super) const ADDITIONAL_LENGTH: usize = 7;
    pub(super) const DESCRIPTORS: usize = 8;
}

/// The first byte of a descriptor.
mod kind {
    pub(super) const INFORMATION: u8 = 0x00;
    pub(super) const COMMAND_SPECIFIC: u8 = 0x01;
    pub(super) const SPECIFIC: u8 = 0x02;
    pub(super) const REPLACEABLE_UNIT: u8 = 0x03;
    pub(super) const STREAM: u8 = 0x04;
    pub(super) const BLOCK: u8 = 0x05;
}

/// Places in a descriptor, counted from its first byte; its second is the length of what follows.
mod place {
    pub(super) const FLAGS: usize = 2;
    pub(super) const UNIT: usize = 3;
    pub(super) const MARKS: usize = 3;
    pub(super) const NUMBER: usize = 4;
    pub(super) const SPECIFIC: usize = 4;
}

/// Bit 7: the number of an information descriptor is valid.
const VALID: u8 = 0x80;
const FILEMARK: u8 = 7;
const END_OF_MEDIUM: u8 = 6;
const INCORRECT_LENGTH: u8 = 5;

/// Key, code and qualifier.
const MANDATORY: usize = field::ASCQ + 1;

pub(super) fn decode(bytes: &[u8]) -> Result<Sense, BadReply> {
    let fields = Fields::new(bytes, MANDATORY)?;
    let key = SenseKey::from_nibble(fields.u8(field::KEY)?);
    let mut sense = Sense {
        deferred: fields.u8(field::RESPONSE)? & response::MASK == response::DESCRIPTORS_DEFERRED,
        ..Sense::new(key, fields.u8(field::ASC)?, fields.u8(field::ASCQ)?)
    };
    let mut rest = descriptors(bytes);
    while let [_, length, ..] = rest {
        let Some((descriptor, behind)) = rest.split_at_checked(2 + usize::from(*length)) else { break };
        // A descriptor that is too short for its kind says nothing, like one of an unknown kind.
        let _ = take(&mut sense, descriptor);
        rest = behind;
    }
    Ok(sense)
}

/// The list: as long as the drive says, or as what was kept of it.
fn descriptors(bytes: &[u8]) -> &[u8] {
    let length = bytes.get(field::ADDITIONAL_LENGTH).copied().map_or(0, usize::from);
    let rest = bytes.get(field::DESCRIPTORS..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

fn take(sense: &mut Sense, descriptor: &[u8]) -> Result<(), BadReply> {
    let fields = Fields::new(descriptor, 2)?;
    match fields.u8(0)? {
        kind::INFORMATION if fields.u8(place::FLAGS)? & VALID != 0 => {
            sense.information = Some(fields.array(place::NUMBER).map(u64::from_be_bytes)?);
        }
        kind::COMMAND_SPECIFIC => sense.command_specific = fields.array(place::NUMBER).map(u64::from_be_bytes)?,
        kind::SPECIFIC => sense.specific = Specific::decode(sense.key, fields.array(place::SPECIFIC)?),
        kind::REPLACEABLE_UNIT => sense.replaceable_unit = fields.u8(place::UNIT)?,
        kind::STREAM => {
            sense.marks.filemark = fields.bit(place::MARKS, FILEMARK)?;
            sense.marks.end_of_medium = fields.bit(place::MARKS, END_OF_MEDIUM)?;
            sense.marks.incorrect_length |= fields.bit(place::MARKS, INCORRECT_LENGTH)?;
        }
        kind::BLOCK => sense.marks.incorrect_length |= fields.bit(place::MARKS, INCORRECT_LENGTH)?,
        _ => {}
    }
    Ok(())
}

pub(super) fn encode(sense: &Sense) -> Vec<u8> {
    let mut list = Vec::new();
    if let Some(information) = sense.information {
        list.extend([kind::INFORMATION, 10, VALID, 0]);
        list.extend(information.to_be_bytes());
    }
    if sense.command_specific != 0 {
        list.extend([kind::COMMAND_SPECIFIC, 10, 0, 0]);
        list.extend(sense.command_specific.to_be_bytes());
    }
    if let Some(specific) = sense.specific {
        let [flags, high, low] = specific.encode();
        list.extend([kind::SPECIFIC, 6, 0, 0, flags, high, low, 0]);
    }
    if sense.replaceable_unit != 0 {
        list.extend([kind::REPLACEABLE_UNIT, 2, 0, sense.replaceable_unit]);
    }
    if sense.marks.filemark || sense.marks.end_of_medium {
        let marks = u8::from(sense.marks.filemark) << FILEMARK | u8::from(sense.marks.end_of_medium) << END_OF_MEDIUM;
        list.extend([kind::STREAM, 2, 0, marks]);
    }
    if sense.marks.incorrect_length {
        list.extend([kind::BLOCK, 2, 0, 1 << INCORRECT_LENGTH]);
    }
    let response = if sense.deferred { response::DESCRIPTORS_DEFERRED } else { response::DESCRIPTORS };
    Writer::zeroed(field::DESCRIPTORS)
        .u8(field::RESPONSE, response)
        .u8(field::KEY, sense.key.nibble())
        .u8(field::ASC, sense.asc)
        .u8(field::ASCQ, sense.ascq)
        .u8(field::ADDITIONAL_LENGTH, u8::try_from(list.len()).expect("one of each kind: at most 44 bytes"))
        .push(&list)
        .finish()
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::Lba;

    use super::*;
    use crate::{InvalidField, Progress, sense::Marks};

    /// A deferred write error at LBA 1234h, after two retries, in unit 7.
    const LATE_WRITE_ERROR: [u8; 32] = [
        0x73, 0x03, 0x0C, 0x00, 0, 0, 0, 24, // header
        0x00, 10, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x12, 0x34, // information
        0x02, 6, 0, 0, 0x80, 0x00, 0x02, 0, // retries
        0x03, 2, 0, 7, // unit
    ];

    fn late_write_error() -> Sense {
        Sense {
            replaceable_unit: 7,
            specific: Some(Specific::Retries(2)),
            ..Sense::WRITE_ERROR.at(Lba(0x1234)).of_an_earlier_command()
        }
    }

    #[test]
    fn known_bytes_are_known_sense_and_the_same_bytes_again() {
        assert_eq!(Sense::decode(&LATE_WRITE_ERROR), Ok(late_write_error()));
        assert_eq!(late_write_error().to_descriptors(), LATE_WRITE_ERROR);

        let bytes = [0x72, 5, 0x26, 0, 0, 0, 0, 8, 0x02, 6, 0, 0, 0x8E, 0, 0x0A, 0];
        let sense = Sense::from(InvalidField::data_bit(10, 6));
        assert_eq!((Sense::decode(&bytes), sense.to_descriptors()), (Ok(sense), bytes.to_vec()));

        let bytes = [0x72, 2, 0x04, 0x01, 0, 0, 0, 0];
        assert_eq!(Sense::decode(&bytes), Ok(Sense::BECOMING_READY));
        assert_eq!(Sense::BECOMING_READY.to_descriptors(), bytes);
    }

    #[test]
    fn marks_come_from_either_descriptor_that_has_them() {
        let bytes = [0x72, 8, 0, 0, 0, 0, 0, 8, 0x04, 2, 0, 0xC0, 0x05, 2, 0, 0x20];
        let sense = Sense {
            marks: Marks { filemark: true, end_of_medium: true, incorrect_length: true },
            ..Sense::BLANK_CHECK
        };
        assert_eq!((Sense::decode(&bytes), sense.to_descriptors()), (Ok(sense), bytes.to_vec()));
        let stream = Sense::decode(&[0x72, 8, 0, 0, 0, 0, 0, 4, 0x04, 2, 0, 0x20]).expect("a stream descriptor");
        assert!(stream.marks.incorrect_length);
    }

    #[test]
    fn unknown_descriptors_are_skipped() {
        let bytes = [
            0x72, 2, 0x04, 0x04, 0, 0, 0, 17, // header
            0x09, 2, 0xFF, 0xFF, // unknown
            0x80, 0, // the maker's own, empty
            0x03, 1, 0, // too short for its kind
            0x02, 6, 0, 0, 0x80, 0x40, 0x00, 0,
        ];
        assert_eq!(Sense::decode(&bytes), Ok(Sense::FORMATTING.progressed(Progress(0x4000))));
    }

    #[test]
    fn information_that_is_not_valid_is_none() {
        let mut bytes = LATE_WRITE_ERROR;
        bytes[10] = 0;
        assert_eq!(Sense::decode(&bytes), Ok(Sense { information: None, ..late_write_error() }));
    }

    #[test]
    fn every_prefix_is_refused_or_lacks_its_tail() {
        for len in 0..=32 {
            let cut = Sense::decode(&LATE_WRITE_ERROR[..len]);
            if len < 4 {
                assert!(matches!(cut, Err(BadReply::Short { .. })), "{len}");
                continue;
            }
            let cut = cut.expect("the header is there");
            assert_eq!((cut.deferred, cut.key, cut.asc), (true, SenseKey::MediumError, 0x0C));
            assert_eq!(cut.information.is_some(), len >= 20, "{len}");
            assert_eq!(cut.specific.is_some(), len >= 28, "{len}");
            assert_eq!(cut.replaceable_unit, if len == 32 { 7 } else { 0 });
        }
    }
}
