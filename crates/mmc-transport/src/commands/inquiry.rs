//! INQUIRY: who the device is, and its pages of vital product data.

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    wire::{Fields, Writer},
};

/// INQUIRY (SPC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inquiry {
    /// A page of vital product data; `None` asks for the standard answer.
    pub page: Option<u8>,
    /// The most bytes of the answer.
    pub allocation: u16,
}

impl Inquiry {
    /// The standard answer, as much of it as every device has. Some hang when they are asked for more.
    #[must_use]
    pub const fn standard() -> Self {
        Self { page: None, allocation: 36 }
    }

    /// A page of vital product data.
    #[must_use]
    pub const fn page(code: u8) -> Self {
        Self { page: Some(code), allocation: 255 }
    }
}

/// What a device answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InquiryReply {
    /// Who it is.
    Standard(StandardInquiry),
    /// The page that was asked for.
    Page(VitalPage),
}

/// Who a device is: the standard answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandardInquiry {
    /// Bits 5 to 7 of the first byte: 0 when a device is connected.
    pub qualifier: u8,
    /// Bits 0 to 4 of the first byte: 5 for everything that takes optical discs.
    pub device_type: u8,
    /// Its discs can be taken out.
    pub removable: bool,
    /// The version of SPC; 0 on most ATAPI drives.
    pub version: u8,
    /// The whole fourth byte: response data format (2) and, on older ATAPI drives, 3 in the upper half.
    pub format: u8,
    /// Three bytes of bits about buses and queues.
    pub flags: [u8; 3],
    /// Who made it, as it came.
    pub vendor: [u8; 8],
    /// What it is called, as it came.
    pub product: [u8; 16],
    /// The version of its firmware, as it came.
    pub revision: [u8; 4],
    /// What follows the 36 bytes that every device has.
    pub tail: Vec<u8>,
}

/// A page of vital product data, not looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VitalPage {
    /// The first byte, as in the standard answer.
    pub peripheral: u8,
    /// Which page.
    pub code: u8,
    /// What follows the four bytes of the header.
    pub data: Vec<u8>,
}

impl StandardInquiry {
    /// The device type of everything that takes optical discs.
    pub const MULTIMEDIA: u8 = 5;

    /// [`StandardInquiry::vendor`] as text.
    #[must_use]
    pub fn vendor_text(&self) -> String {
        text(&self.vendor)
    }

    /// [`StandardInquiry::product`] as text.
    #[must_use]
    pub fn product_text(&self) -> String {
        text(&self.product)
    }

    /// [`StandardInquiry::revision`] as text.
    #[must_use]
    pub fn revision_text(&self) -> String {
        text(&self.revision)
    }

    fn decode(reply: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = Fields::new(reply, field::TAIL)?;
        let peripheral = fields.u8(field::PERIPHERAL)?;
        let total = usize::from(fields.u8(field::ADDITIONAL)?) + field::AFTER_ADDITIONAL;
        if total < field::TAIL {
            notes.add(field::ADDITIONAL, "the length is less than the standard's 36 bytes");
        }
        Ok(Self {
            qualifier: peripheral >> 5,
            device_type: peripheral & TYPE,
            removable: fields.bit(field::REMOVABLE, 7)?,
            version: fields.u8(field::VERSION)?,
            format: fields.u8(field::FORMAT)?,
            flags: fields.array(field::FLAGS)?,
            vendor: fields.array(field::VENDOR)?,
            product: fields.array(field::PRODUCT)?,
            revision: fields.array(field::REVISION)?,
            tail: reply.get(field::TAIL..total.min(reply.len())).unwrap_or_default().to_vec(),
        })
    }

    fn encode(&self) -> Vec<u8> {
        // The length has one byte: a longer tail cannot be told of, so it is not sent.
        let room = usize::from(u8::MAX) + field::AFTER_ADDITIONAL - field::TAIL;
        let tail = self.tail.get(..room).unwrap_or(&self.tail);
        let total = field::TAIL + tail.len();
        Writer::zeroed(field::TAIL)
            .u8(field::PERIPHERAL, self.qualifier << 5 | self.device_type & TYPE)
            .bit(field::REMOVABLE, 7, self.removable)
            .u8(field::VERSION, self.version)
            .u8(field::FORMAT, self.format)
            .u8(field::ADDITIONAL, u8::try_from(total - field::AFTER_ADDITIONAL).unwrap_or(u8::MAX))
            .put(field::FLAGS, &self.flags)
            .put(field::VENDOR, &self.vendor)
            .put(field::PRODUCT, &self.product)
            .put(field::REVISION, &self.revision)
            .push(tail)
            .finish()
    }
}

const TYPE: u8 = 0x1F;

mod field {
    pub(super) const PERIPHERAL: usize = 0;
    pub(super) const REMOVABLE: usize = 1;
    pub(super) const VERSION: usize = 2;
    pub(super) const FORMAT: usize = 3;
    pub(super) const ADDITIONAL: usize = 4;
    pub(super) const AFTER_ADDITIONAL: usize = 5;
    pub(super) const FLAGS: usize = 5;
    pub(super) const VENDOR: usize = 8;
    pub(super) const PRODUCT: usize = 16;
    pub(super) const REVISION: usize = 32;
    pub(super) const TAIL: usize = 36;

    pub(super) const PAGE_CODE: usize = 1;
    pub(super) const PAGE_LENGTH: usize = 2;
    pub(super) const PAGE_DATA: usize = 4;
}

impl VitalPage {
    /// The codes of the pages that there are.
    pub const SUPPORTED: u8 = 0x00;
    /// The serial number of the device.
    pub const SERIAL_NUMBER: u8 = 0x80;
    /// Names of the device that no other device has.
    pub const IDENTIFICATION: u8 = 0x83;

    /// The data as text, as it is on the page with the serial number.
    #[must_use]
    pub fn text(&self) -> String {
        text(&self.data)
    }

    fn decode(asked: u8, reply: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let fields = Fields::new(reply, field::PAGE_DATA)?;
        let code = fields.u8(field::PAGE_CODE)?;
        if code != asked {
            notes.add(field::PAGE_CODE, "the page is not the one that was asked for");
        }
        let end = field::PAGE_DATA + usize::from(fields.u16(field::PAGE_LENGTH)?);
        let data = reply.get(field::PAGE_DATA..end.min(reply.len())).unwrap_or_default().to_vec();
        Ok(Self { peripheral: fields.u8(field::PERIPHERAL)?, code, data })
    }

    fn encode(&self) -> Vec<u8> {
        // The length has two bytes: more data cannot be told of, so it is not sent.
        let data = self.data.get(..usize::from(u16::MAX)).unwrap_or(&self.data);
        Writer::zeroed(field::PAGE_DATA)
            .u8(field::PERIPHERAL, self.peripheral)
            .u8(field::PAGE_CODE, self.code)
            .u16(field::PAGE_LENGTH, u16::try_from(data.len()).unwrap_or(u16::MAX))
            .push(data)
            .finish()
    }
}

/// Characters that are not printable ASCII become `?`; what only fills up the field goes.
fn text(bytes: &[u8]) -> String {
    let ascii = |&byte: &u8| if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '?' };
    let ends = |&byte: &u8| byte == b' ' || byte == 0;
    let start = bytes.iter().position(|byte| !ends(byte)).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| !ends(byte)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default().iter().map(ascii).collect()
}

impl Command for Inquiry {
    const OPCODE: u8 = 0x12;
    const NAME: &'static str = "INQUIRY";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        Cdb::six([Self::OPCODE, u8::from(self.page.is_some()), self.page.unwrap_or_default(), high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let page = match (bytes[1] & 1 == 1, bytes[2]) {
            (true, code) => Some(code),
            (false, 0) => None,
            (false, _) => return Err(InvalidField::cdb(2)),
        };
        Ok(Self { page, allocation: u16::from_be_bytes([bytes[3], bytes[4]]) })
    }
}

impl Query for Inquiry {
    type Reply = InquiryReply;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<InquiryReply, BadReply> {
        match self.page {
            None => StandardInquiry::decode(reply, notes).map(InquiryReply::Standard),
            Some(code) => VitalPage::decode(code, reply, notes).map(InquiryReply::Page),
        }
    }

    fn encode_reply(&self, reply: &InquiryReply) -> Vec<u8> {
        match reply {
            InquiryReply::Standard(standard) => standard.encode(),
            InquiryReply::Page(page) => page.encode(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    const STANDARD: &[u8; 36] = b"\x05\x80\x00\x32\x1F\x00\x00\x00PIONEER DVD-RW  DVR-216D1.09";

    fn standard() -> StandardInquiry {
        StandardInquiry {
            qualifier: 0,
            device_type: StandardInquiry::MULTIMEDIA,
            removable: true,
            version: 0,
            format: 0x32,
            flags: [0; 3],
            vendor: *b"PIONEER ",
            product: *b"DVD-RW  DVR-216D",
            revision: *b"1.09",
            tail: Vec::new(),
        }
    }

    #[test]
    fn the_standard_answer_and_a_page_are_asked_for_by_one_bit() {
        checks::is_encoded_as(&Inquiry::standard(), &[0x12, 0, 0, 0, 36, 0]);
        checks::is_encoded_as(&Inquiry::page(VitalPage::SERIAL_NUMBER), &[0x12, 1, 0x80, 0, 255, 0]);
        checks::is_encoded_as(&Inquiry { page: None, allocation: 0x1234 }, &[0x12, 0, 0, 0x12, 0x34, 0]);
    }

    #[test]
    fn a_page_code_without_its_bit_is_refused() {
        assert_eq!(Inquiry::from_cdb(&Cdb::six([0x12, 0, 0x80, 0, 255, 0])), Err(InvalidField::cdb(2)));
    }

    #[test]
    fn a_drive_says_who_it_is() {
        checks::is_answered_by(&Inquiry::standard(), &InquiryReply::Standard(standard()), STANDARD);
        checks::answer_needs(&Inquiry::standard(), STANDARD, 36);
        let drive = standard();
        assert_eq!(
            [drive.vendor_text(), drive.product_text(), drive.revision_text()],
            ["PIONEER", "DVD-RW  DVR-216D", "1.09"]
        );
    }

    #[test]
    fn what_follows_the_revision_is_kept_as_far_as_the_length_says() {
        let mut longer = STANDARD.to_vec();
        longer[4] = 0x21;
        longer.extend([0xAA, 0xBB, 0xCC]);
        let decoded = Inquiry::standard().decode_reply(&longer, &mut Notes::new());
        let expected = StandardInquiry { tail: vec![0xAA, 0xBB], ..standard() };
        assert_eq!(decoded, Ok(InquiryReply::Standard(expected)));
    }

    #[test]
    fn a_length_that_is_too_small_is_noted_and_believed_in_nothing() {
        let mut shorter = *STANDARD;
        shorter[4] = 0x1E;
        let mut notes = Notes::new();
        let decoded = Inquiry::standard().decode_reply(&shorter, &mut notes);
        assert_eq!(decoded, Ok(InquiryReply::Standard(standard())));
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(4));
    }

    #[test]
    fn a_serial_number_is_a_page() {
        let query = Inquiry::page(VitalPage::SERIAL_NUMBER);
        let bytes = b"\x05\x80\x00\x06 HK123";
        let page = VitalPage { peripheral: 5, code: 0x80, data: b" HK123".to_vec() };
        assert_eq!(page.text(), "HK123");
        checks::is_answered_by(&query, &InquiryReply::Page(page), bytes);
        checks::answer_needs(&query, bytes, 4);

        let mut notes = Notes::new();
        assert!(Inquiry::page(0x83).decode_reply(bytes, &mut notes).is_ok());
        assert_eq!(notes.as_slice().first().map(|note| note.at), Some(1));
    }

    #[test]
    fn text_loses_its_filling_and_what_cannot_be_printed() {
        assert_eq!(text(b"  A\x00\xE4 B \x00 "), "A?? B");
        assert_eq!(text(b" \x00 "), "");
        assert_eq!(text(b""), "");
    }

    #[test]
    fn what_is_too_long_to_be_told_of_is_not_sent() {
        let drive = StandardInquiry { tail: vec![7; 1000], ..standard() };
        assert_eq!((drive.encode().len(), drive.encode().get(4)), (260, Some(&255)));
        let page = VitalPage { peripheral: 5, code: 0x83, data: vec![7; 70_000] };
        assert_eq!(page.encode().len(), 65_539);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(
            cdb: [u8; 16], page: Option<u8>, answer in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            checks::takes_any_bytes::<Inquiry>(cdb);
            checks::understands_any_answer(&Inquiry { page, allocation: 255 }, &answer);
        }
    }
}
