//! READ MEDIA SERIAL NUMBER: a number that no other disc has, where discs have one.

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

/// READ MEDIA SERIAL NUMBER (SPC-4 6.19): service action 01h of SERVICE ACTION IN(12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadMediaSerialNumber {
    /// The most bytes of the answer.
    pub allocation: u32,
}

impl ReadMediaSerialNumber {
    /// The service action, without which the opcode is other commands.
    pub const SERVICE_ACTION: u8 = 0x01;

    /// Room for every serial number that there is.
    #[must_use]
    pub const fn new() -> Self {
        Self { allocation: 4096 }
    }
}

impl Default for ReadMediaSerialNumber {
    fn default() -> Self {
        Self::new()
    }
}

/// The serial number of a disc: bytes that only its maker understands; none when the disc has no number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MediaSerialNumber {
    /// A multiple of four bytes, filled up with zeros.
    pub bytes: Vec<u8>,
}

const LENGTH: usize = 0;
const NUMBER: usize = 4;
const ACTION: u8 = 0x1F;

impl Command for ReadMediaSerialNumber {
    const OPCODE: u8 = 0xAB;
    const NAME: &'static str = "READ MEDIA SERIAL NUMBER";

    fn to_cdb(&self) -> Cdb {
        let [a, b, c, d] = self.allocation.to_be_bytes();
        Cdb::twelve([Self::OPCODE, Self::SERVICE_ACTION, 0, 0, 0, 0, a, b, c, d, 0, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        if bytes[1] & ACTION != Self::SERVICE_ACTION {
            return Err(InvalidField::cdb_bit(1, 4));
        }
        Ok(Self { allocation: u32::from_be_bytes([bytes[6], bytes[7], bytes[8], bytes[9]]) })
    }
}

impl Query for ReadMediaSerialNumber {
    type Reply = MediaSerialNumber;

    fn allocation(&self) -> usize {
        usize::try_from(self.allocation).unwrap_or(usize::MAX)
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<MediaSerialNumber, BadReply> {
        let length = usize::try_from(Fields::new(reply, NUMBER)?.u32(LENGTH)?).unwrap_or(usize::MAX);
        if length % 4 != 0 {
            notes.add(LENGTH, "the length is not a multiple of four");
        }
        let number = reply.get(NUMBER..).unwrap_or_default();
        Ok(MediaSerialNumber { bytes: number.get(..length).unwrap_or(number).to_vec() })
    }

    fn encode_reply(&self, reply: &MediaSerialNumber) -> Vec<u8> {
        let mut number = reply.bytes.clone();
        number.resize(number.len().next_multiple_of(4), 0);
        let length = u32::try_from(number.len()).unwrap_or(u32::MAX);
        Writer::zeroed(NUMBER).u32(LENGTH, length).push(&number).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    const NUMBERED: [u8; 12] = [0, 0, 0, 8, b'D', b'I', b'S', b'C', b'0', b'7', 0, 0];

    #[test]
    fn it_is_one_service_action_of_its_opcode() {
        let bytes = [0xAB, 1, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0];
        checks::is_encoded_as(&ReadMediaSerialNumber::default(), &bytes);
        let other = Cdb::twelve([0xAB, 0x02, 0, 0, 0, 0, 0, 0, 0x10, 0, 0, 0]);
        assert_eq!(ReadMediaSerialNumber::from_cdb(&other), Err(InvalidField::cdb_bit(1, 4)));
    }

    #[test]
    fn a_disc_has_a_number_or_none() {
        let query = ReadMediaSerialNumber::new();
        let number = MediaSerialNumber { bytes: b"DISC07\0\0".to_vec() };
        checks::is_answered_by(&query, &number, &NUMBERED);
        checks::answer_needs(&query, &NUMBERED, 4);
        checks::is_answered_by(&query, &MediaSerialNumber::default(), &[0, 0, 0, 0]);
    }

    #[test]
    fn a_number_is_filled_up_when_it_is_sent() {
        let number = MediaSerialNumber { bytes: b"DISC07".to_vec() };
        assert_eq!(ReadMediaSerialNumber::new().encode_reply(&number), NUMBERED);
    }

    #[test]
    fn a_length_of_odd_bytes_is_noted() {
        let mut notes = Notes::new();
        let decoded = ReadMediaSerialNumber::new().decode_reply(&[0, 0, 0, 2, 7, 8, 9], &mut notes);
        assert_eq!(decoded, Ok(MediaSerialNumber { bytes: vec![7, 8] }));
        assert_eq!(notes.as_slice().len(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_understood(cdb: [u8; 16], answer: Vec<u8>, words: Vec<[u8; 4]>) {
            checks::takes_any_bytes::<ReadMediaSerialNumber>(cdb);
            let query = ReadMediaSerialNumber::new();
            let _ = query.decode_reply(&answer, &mut Notes::new());
            let number = MediaSerialNumber { bytes: words.concat() };
            checks::keeps_meaning(&number, |n| query.encode_reply(n), |b| query.decode_reply(b, &mut Notes::new()));
        }
    }
}
