//! SEND KEY and REPORT KEY: what copy protection and region codes say to a drive. Fields by number, payloads as bytes.

use crate::{
    BadParams, BadReply, Cdb, Command, InvalidField, Notes, Query, Submit,
    wire::{Fields, Writer},
};

/// REPORT KEY (MMC).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportKey {
    /// Which protection: 0 is that of DVD-Video, and region codes.
    pub class: u8,
    /// Which of its keys, in 6 bits.
    pub format: u8,
    /// Which of the authentications under way, in 2 bits.
    pub grant: u8,
    /// The address of the sector whose key it is, for formats that have one.
    pub address: u32,
    /// The byte that some classes use as a function or as a number of blocks.
    pub function: u8,
    /// The most bytes of the answer.
    pub allocation: u16,
}

/// SEND KEY (MMC).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SendKey {
    /// Which protection: 0 is that of DVD-Video, and region codes.
    pub class: u8,
    /// Which of its keys, in 6 bits.
    pub format: u8,
    /// Which of the authentications under way, in 2 bits.
    pub grant: u8,
    /// The byte that some classes use as a function.
    pub function: u8,
    /// How many bytes go with the command.
    pub length: u16,
}

/// The key itself, or what takes its place: the bytes behind the header of four.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyData {
    /// Bytes that this crate does not look into.
    pub bytes: Vec<u8>,
}

impl ReportKey {
    /// The format that gives back an authentication, and brings no data.
    pub const GIVE_BACK: u8 = 0x3F;
}

impl SendKey {
    /// This command with the length of that payload.
    #[must_use]
    pub fn carrying(self, data: &KeyData) -> Self {
        Self { length: u16::try_from(data.encode().len()).unwrap_or(u16::MAX), ..self }
    }
}

const LENGTH: usize = 0;
/// The length counts from here.
const COUNTED: usize = 2;
const PAYLOAD: usize = 4;
const FORMAT: u8 = 0x3F;

impl KeyData {
    /// What the length field can tell of, so that nothing is sent that it does not count.
    const LONGEST: usize = u16::MAX as usize - PAYLOAD;

    fn decode(bytes: &[u8]) -> Result<Self, BadReply> {
        let end = COUNTED + usize::from(Fields::new(bytes, PAYLOAD)?.u16(LENGTH)?);
        Ok(Self { bytes: bytes.get(PAYLOAD..end.min(bytes.len())).unwrap_or_default().to_vec() })
    }

    fn encode(&self) -> Vec<u8> {
        let payload = self.bytes.get(..Self::LONGEST).unwrap_or(&self.bytes);
        let length = u16::try_from(payload.len() + PAYLOAD - COUNTED).unwrap_or(u16::MAX);
        Writer::zeroed(PAYLOAD).u16(LENGTH, length).push(payload).finish()
    }
}

impl Command for ReportKey {
    const OPCODE: u8 = 0xA4;
    const NAME: &'static str = "REPORT KEY";

    fn to_cdb(&self) -> Cdb {
        let [a, b, c, d] = self.address.to_be_bytes();
        let [high, low] = self.allocation.to_be_bytes();
        let key = self.grant << 6 | self.format & FORMAT;
        Cdb::twelve([Self::OPCODE, 0, a, b, c, d, self.function, self.class, high, low, key, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            class: bytes[7],
            format: bytes[10] & FORMAT,
            grant: bytes[10] >> 6,
            address: u32::from_be_bytes([bytes[2], bytes[3], bytes[4], bytes[5]]),
            function: bytes[6],
            allocation: u16::from_be_bytes([bytes[8], bytes[9]]),
        })
    }
}

impl Query for ReportKey {
    type Reply = KeyData;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], _: &mut Notes) -> Result<KeyData, BadReply> {
        if self.allocation == 0 { Ok(KeyData::default()) } else { KeyData::decode(reply) }
    }

    fn encode_reply(&self, reply: &KeyData) -> Vec<u8> {
        if self.allocation == 0 { Vec::new() } else { reply.encode() }
    }
}

impl Command for SendKey {
    const OPCODE: u8 = 0xA3;
    const NAME: &'static str = "SEND KEY";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.length.to_be_bytes();
        let key = self.grant << 6 | self.format & FORMAT;
        Cdb::twelve([Self::OPCODE, 0, 0, 0, 0, 0, self.function, self.class, high, low, key, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            class: bytes[7],
            format: bytes[10] & FORMAT,
            grant: bytes[10] >> 6,
            function: bytes[6],
            length: u16::from_be_bytes([bytes[8], bytes[9]]),
        })
    }
}

impl Submit for SendKey {
    type Params = KeyData;

    fn encode_params(params: &KeyData) -> Vec<u8> {
        params.encode()
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<KeyData, BadParams> {
        let sent = bytes.get(..usize::from(self.length)).unwrap_or(bytes);
        if sent.is_empty() {
            return Ok(KeyData::default());
        }
        KeyData::decode(sent).map_err(|_| BadParams::Length)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    /// The region of a drive: set once, four changes left, region 2.
    const REGION: [u8; 8] = [0, 6, 0, 0, 0x64, 0xFD, 0x01, 0];

    fn region() -> ReportKey {
        ReportKey { format: 8, allocation: 8, ..ReportKey::default() }
    }

    #[test]
    fn a_key_is_named_by_class_format_and_grant() {
        checks::is_encoded_as(&region(), &[0xA4, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0x08, 0]);
        let title = ReportKey { class: 2, format: 4, grant: 3, address: 0x0123_4567, function: 9, allocation: 0x0A0C };
        checks::is_encoded_as(&title, &[0xA4, 0, 0x01, 0x23, 0x45, 0x67, 9, 2, 0x0A, 0x0C, 0xC4, 0]);
        let challenge = SendKey { class: 2, format: 1, grant: 1, function: 9, length: 0x0110 };
        checks::is_encoded_as(&challenge, &[0xA3, 0, 0, 0, 0, 0, 9, 2, 1, 0x10, 0x41, 0]);
    }

    #[test]
    fn a_payload_comes_behind_its_header() {
        let data = KeyData { bytes: vec![0x64, 0xFD, 0x01, 0] };
        checks::is_answered_by(&region(), &data, &REGION);
        checks::answer_needs(&region(), &REGION, 4);
        let command = SendKey::default().carrying(&data);
        assert_eq!((command.length, SendKey::encode_params(&data)), (8, REGION.to_vec()));
        assert_eq!(command.decode_params(&REGION), Ok(data));
    }

    #[test]
    fn giving_back_an_authentication_brings_nothing() {
        let command = ReportKey { format: ReportKey::GIVE_BACK, grant: 1, ..ReportKey::default() };
        checks::is_encoded_as(&command, &[0xA4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x7F, 0]);
        checks::is_answered_by(&command, &KeyData::default(), &[]);
    }

    #[test]
    fn a_parameter_list_without_its_header_is_refused() {
        let command = SendKey { length: 3, ..SendKey::default() };
        assert_eq!(command.decode_params(&REGION), Err(BadParams::Length));
        assert_eq!(SendKey::default().decode_params(&REGION), Ok(KeyData::default()));
    }

    #[test]
    fn what_is_too_long_to_be_told_of_is_not_sent() {
        let data = KeyData { bytes: vec![7; 70_000] };
        assert_eq!(SendKey::default().carrying(&data).length, u16::MAX);
        assert_eq!(data.encode().len(), 65_535);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], length: u16, bytes: Vec<u8>) {
            checks::takes_any_bytes::<ReportKey>(cdb);
            checks::takes_any_bytes::<SendKey>(cdb);
            checks::understands_any_answer(&region(), &bytes);
            let command = SendKey { length, ..SendKey::default() };
            if let Ok(data) = command.decode_params(&bytes) {
                checks::keeps_meaning(&data, SendKey::encode_params, |b| command.carrying(&data).decode_params(b));
            }
        }
    }
}
