//! MODE SENSE, with 6 bytes and with 10: reads mode pages. The pages themselves are in [`crate::mode`].

use crate::{
    BadReply, Cdb, Command, InvalidField, Notes, Query,
    mode::{HeaderForm, ModeParameters, PageCode, PageControl},
};

/// MODE SENSE(10) (SPC): the form that optical drives speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeSense10 {
    /// Which page, or [`PageCode::ALL`].
    pub page: PageCode,
    /// Which of the page's subpages; optical drives have none.
    pub subpage: u8,
    /// Which of the values that the page has.
    pub control: PageControl,
    /// No block descriptors, please (DBD). Some drives send them all the same.
    pub no_block_descriptors: bool,
    /// The most bytes of the answer.
    pub allocation: u16,
}

/// MODE SENSE(6) (SPC): the form of old drives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModeSense6 {
    /// Which page, or [`PageCode::ALL`].
    pub page: PageCode,
    /// Which of the page's subpages; optical drives have none.
    pub subpage: u8,
    /// Which of the values that the page has.
    pub control: PageControl,
    /// No block descriptors, please (DBD). Some drives send them all the same.
    pub no_block_descriptors: bool,
    /// The most bytes of the answer.
    pub allocation: u8,
}

impl ModeSense10 {
    /// The page as it is now, and room for it and for block descriptors that a drive may send.
    #[must_use]
    pub const fn current(page: PageCode) -> Self {
        Self::of(page, PageControl::Current)
    }

    /// The page with other values.
    #[must_use]
    pub const fn of(page: PageCode, control: PageControl) -> Self {
        Self { page, subpage: 0, control, no_block_descriptors: true, allocation: 512 }
    }

    /// The header alone, from which the length of the whole can be learned.
    #[must_use]
    pub const fn header(page: PageCode) -> Self {
        Self { allocation: 8, ..Self::current(page) }
    }
}

impl ModeSense6 {
    /// The page as it is now.
    #[must_use]
    pub const fn current(page: PageCode) -> Self {
        Self::of(page, PageControl::Current)
    }

    /// The page with other values.
    #[must_use]
    pub const fn of(page: PageCode, control: PageControl) -> Self {
        Self { page, subpage: 0, control, no_block_descriptors: true, allocation: 255 }
    }
}

const DISABLE_DESCRIPTORS: u8 = 3;

impl Command for ModeSense10 {
    const OPCODE: u8 = 0x5A;
    const NAME: &'static str = "MODE SENSE(10)";

    fn to_cdb(&self) -> Cdb {
        let [high, low] = self.allocation.to_be_bytes();
        let page = self.control.value() << 6 | self.page.value();
        let descriptors = u8::from(self.no_block_descriptors) << DISABLE_DESCRIPTORS;
        Cdb::ten([Self::OPCODE, descriptors, page, self.subpage, 0, 0, 0, high, low, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            page: PageCode::new(bytes[2]),
            subpage: bytes[3],
            control: PageControl::of(bytes[2] >> 6),
            no_block_descriptors: bytes[1] >> DISABLE_DESCRIPTORS & 1 == 1,
            allocation: u16::from_be_bytes([bytes[7], bytes[8]]),
        })
    }
}

impl Query for ModeSense10 {
    type Reply = ModeParameters;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<ModeParameters, BadReply> {
        ModeParameters::decode_answer(HeaderForm::Ten, self.page, reply, notes)
    }

    fn encode_reply(&self, reply: &ModeParameters) -> Vec<u8> {
        reply.encode_answer(HeaderForm::Ten)
    }
}

impl Command for ModeSense6 {
    const OPCODE: u8 = 0x1A;
    const NAME: &'static str = "MODE SENSE(6)";

    fn to_cdb(&self) -> Cdb {
        let page = self.control.value() << 6 | self.page.value();
        let descriptors = u8::from(self.no_block_descriptors) << DISABLE_DESCRIPTORS;
        Cdb::six([Self::OPCODE, descriptors, page, self.subpage, self.allocation, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        Ok(Self {
            page: PageCode::new(bytes[2]),
            subpage: bytes[3],
            control: PageControl::of(bytes[2] >> 6),
            no_block_descriptors: bytes[1] >> DISABLE_DESCRIPTORS & 1 == 1,
            allocation: bytes[4],
        })
    }
}

impl Query for ModeSense6 {
    type Reply = ModeParameters;

    fn allocation(&self) -> usize {
        self.allocation.into()
    }

    fn decode_reply(&self, reply: &[u8], notes: &mut Notes) -> Result<ModeParameters, BadReply> {
        ModeParameters::decode_answer(HeaderForm::Six, self.page, reply, notes)
    }

    fn encode_reply(&self, reply: &ModeParameters) -> Vec<u8> {
        reply.encode_answer(HeaderForm::Six)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        checks,
        mode::{Caching, ListedPage, ModePage},
    };

    fn caching(medium_type: u8, block_descriptors: Vec<u8>) -> ModeParameters {
        let caching = Caching { write_cache: true, read_cache_disabled: false, tail: vec![0; 9] };
        ModeParameters {
            medium_type,
            device_specific: 0,
            block_descriptors,
            pages: vec![ListedPage { savable: true, page: ModePage::Caching(caching) }],
        }
    }

    const PAGE: [u8; 12] = [0x88, 0x0A, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    #[test]
    fn a_page_and_its_values_share_a_byte() {
        let write = PageCode::WRITE_PARAMETERS;
        checks::is_encoded_as(&ModeSense10::current(write), &[0x5A, 8, 0x05, 0, 0, 0, 0, 2, 0, 0]);
        checks::is_encoded_as(&ModeSense10::header(write), &[0x5A, 8, 0x05, 0, 0, 0, 0, 0, 8, 0]);
        let saved = ModeSense10::of(PageCode::CAPABILITIES, PageControl::Saved);
        checks::is_encoded_as(&saved, &[0x5A, 8, 0xEA, 0, 0, 0, 0, 2, 0, 0]);
        checks::is_encoded_as(&ModeSense6::current(PageCode::ALL), &[0x1A, 8, 0x3F, 0, 255, 0]);
        let other = ModeSense6 {
            page: PageCode::CACHING,
            subpage: 7,
            control: PageControl::Changeable,
            no_block_descriptors: false,
            allocation: 12,
        };
        checks::is_encoded_as(&other, &[0x1A, 0, 0x48, 7, 12, 0]);
    }

    #[test]
    fn a_page_stands_behind_a_header_of_eight_bytes_or_of_four() {
        let ten = [&[0, 18, 0x31, 0, 0, 0, 0, 0][..], &PAGE].concat();
        checks::is_answered_by(&ModeSense10::current(PageCode::CACHING), &caching(0x31, Vec::new()), &ten);
        let six = [&[15, 0x31, 0, 0][..], &PAGE].concat();
        checks::is_answered_by(&ModeSense6::current(PageCode::CACHING), &caching(0x31, Vec::new()), &six);
    }

    #[test]
    fn block_descriptors_are_stepped_over_and_kept() {
        let descriptor = [0, 0, 0, 0, 0, 0, 8, 0];
        let ten = [&[0, 26, 0, 0, 0, 0, 0, 8][..], &descriptor, &PAGE].concat();
        checks::is_answered_by(&ModeSense10::current(PageCode::CACHING), &caching(0, descriptor.to_vec()), &ten);
        let six = [&[23, 0, 0, 8][..], &descriptor, &PAGE].concat();
        checks::is_answered_by(&ModeSense6::current(PageCode::CACHING), &caching(0, descriptor.to_vec()), &six);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(cdb: [u8; 16], answer: Vec<u8>) {
            checks::takes_any_bytes::<ModeSense10>(cdb);
            checks::takes_any_bytes::<ModeSense6>(cdb);
            checks::understands_any_answer(&ModeSense10::current(PageCode::ALL), &answer);
            checks::understands_any_answer(&ModeSense6::current(PageCode::ALL), &answer);
        }
    }
}
