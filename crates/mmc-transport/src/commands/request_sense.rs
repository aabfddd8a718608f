//! REQUEST SENSE: what a drive has to say when nobody asked for anything, above all how far it has come.

use crate::{BadReply, Cdb, Command, InvalidField, Notes, Query, SenseBytes, wire::Fields};

/// The sense key is in the third byte of sense in the fixed form; with less, nothing was said.
const MANDATORY: usize = 3;

/// REQUEST SENSE (SPC). The answer is sense as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestSense {
    /// Asks for sense in descriptors (DESC); drives that do not know the bit send the fixed form all the same.
    pub descriptors: bool,
    /// The most bytes of the answer.
    pub allocation: u8,
}

impl RequestSense {
    /// Asks for the 18 bytes of the fixed form.
    #[must_use]
    pub const fn fixed() -> Self {
        Self { descriptors: false, allocation: 18 }
    }
}

impl Default for RequestSense {
    fn default() -> Self {
        Self::fixed()
    }
}

impl Command for RequestSense {
    const OPCODE: u8 = 0x03;
    const NAME: &'static str = "REQUEST SENSE";

    fn to_cdb(&self) -> Cdb {
        Cdb::six([Self::OPCODE, u8::from(self.descriptors), 0, 0, self.allocation, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self { descriptors: bytes[1] & 1 == 1, allocation: bytes[4] })
    }
}

impl Query for RequestSense {
    type Reply = SenseBytes;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], _: &mut Notes) -> Result<SenseBytes, BadReply> {
        Fields::new(reply, MANDATORY).map(|sense| SenseBytes::new(sense.bytes()))
    }

    fn encode_reply(&self, reply: &SenseBytes) -> Vec<u8> {
        reply.as_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    /// A format that is half done.
    const HALF: [u8; 18] = [0x70, 0, 2, 0, 0, 0, 0, 0x0A, 0, 0, 0, 0, 4, 4, 0, 0x80, 0x80, 0];

    #[test]
    fn eighteen_bytes_are_asked_for_unless_told_otherwise() {
        checks::is_encoded_as(&RequestSense::default(), &[0x03, 0, 0, 0, 18, 0]);
        checks::is_encoded_as(&RequestSense { descriptors: true, allocation: 252 }, &[0x03, 1, 0, 0, 252, 0]);
    }

    #[test]
    fn sense_comes_back_as_it_is() {
        checks::is_answered_by(&RequestSense::fixed(), &SenseBytes::new(&HALF), &HALF);
        checks::answer_needs(&RequestSense::fixed(), &HALF, MANDATORY);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], answer: Vec<u8>) {
            checks::takes_any_bytes::<RequestSense>(cdb);
            checks::understands_any_answer(&RequestSense::fixed(), &answer);
        }
    }
}
