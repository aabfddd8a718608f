//! [`ModeParameters`]: the list that MODE SENSE brings and MODE SELECT takes. A header, block descriptors, pages.

use super::{CODE, Capabilities, HEADER, LENGTH, ModePage, PageCode, SUBPAGE, SUBPAGE_HEADER, WriteParameters};
use crate::{
    BadParams, BadReply, InvalidField, Notes,
    wire::{Fields, Writer},
};

/// Mode pages, and what stands before them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModeParameters {
    /// The kind of disc, as drives told it before there were profiles.
    pub medium_type: u8,
    /// A byte of the device's own.
    pub device_specific: u8,
    /// Block descriptors, which optical drives have no use for and some send.
    pub block_descriptors: Vec<u8>,
    /// The pages in their order.
    pub pages: Vec<ListedPage>,
}

/// A page in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPage {
    /// The drive can remember the page (PS). Means nothing in MODE SELECT, where it is sent as zero.
    pub savable: bool,
    /// The page.
    pub page: ModePage,
}

/// How long the header is: the commands of 6 bytes and those of 10 have different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeaderForm {
    /// Four bytes.
    Six,
    /// Eight bytes.
    Ten,
}

mod field {
    pub(super) const DATA_LENGTH: usize = 0;

    pub(super) mod six {
        pub(in super::super) const MEDIUM_TYPE: usize = 1;
        pub(in super::super) const DEVICE_SPECIFIC: usize = 2;
        pub(in super::super) const DESCRIPTORS_LENGTH: usize = 3;
        pub(in super::super) const END: usize = 4;
    }

    pub(super) mod ten {
        pub(in super::super) const MEDIUM_TYPE: usize = 2;
        pub(in super::super) const DEVICE_SPECIFIC: usize = 3;
        pub(in super::super) const DESCRIPTORS_LENGTH: usize = 6;
        pub(in super::super) const END: usize = 8;
    }
}

const SAVABLE: u8 = 0x80;

/// A header as it was read.
struct Header {
    /// Where the list ends, as the header says. Nonsense in MODE SELECT, where the field is reserved.
    end: usize,
    medium_type: u8,
    device_specific: u8,
    descriptors: usize,
}

impl HeaderForm {
    fn len(self) -> usize {
        match self {
            Self::Six => field::six::END,
            Self::Ten => field::ten::END,
        }
    }

    fn decode(self, bytes: &[u8]) -> Result<Header, BadReply> {
        let fields = Fields::new(bytes, self.len())?;
        Ok(match self {
            Self::Six => Header {
                end: usize::from(fields.u8(field::DATA_LENGTH)?) + 1,
                medium_type: fields.u8(field::six::MEDIUM_TYPE)?,
                device_specific: fields.u8(field::six::DEVICE_SPECIFIC)?,
                descriptors: fields.u8(field::six::DESCRIPTORS_LENGTH)?.into(),
            },
            Self::Ten => Header {
                end: usize::from(fields.u16(field::DATA_LENGTH)?) + 2,
                medium_type: fields.u8(field::ten::MEDIUM_TYPE)?,
                device_specific: fields.u8(field::ten::DEVICE_SPECIFIC)?,
                descriptors: fields.u16(field::ten::DESCRIPTORS_LENGTH)?.into(),
            },
        })
    }

    fn descriptors_length_at(self) -> usize {
        match self {
            Self::Six => field::six::DESCRIPTORS_LENGTH,
            Self::Ten => field::ten::DESCRIPTORS_LENGTH,
        }
    }
}

/// A page at the beginning of what is left of a list.
struct Cut<'a> {
    first: u8,
    page: &'a [u8],
    /// The list ends before the page does.
    short: bool,
}

/// The page at the beginning; `None` when not even its header is there. It is never empty, so a walk comes to an end.
fn cut(rest: &[u8]) -> Option<Cut<'_>> {
    let first = *rest.get(CODE)?;
    let header = if first & SUBPAGE == 0 { HEADER } else { SUBPAGE_HEADER };
    let fields = Fields::new(rest, header).ok()?;
    let length = if header == HEADER { fields.u8(LENGTH).ok()?.into() } else { fields.u16(HEADER).ok()? };
    let page = rest.get(..header + usize::from(length));
    Some(Cut { first, page: page.unwrap_or(rest), short: page.is_none() })
}

impl ModeParameters {
    /// These pages, to be sent by MODE SELECT.
    #[must_use]
    pub fn of(pages: impl IntoIterator<Item = ModePage>) -> Self {
        let pages = pages.into_iter().map(|page| ListedPage { savable: false, page }).collect();
        Self { pages, ..Self::default() }
    }

    /// The first page with that code.
    #[must_use]
    pub fn page(&self, code: PageCode) -> Option<&ModePage> {
        self.pages.iter().map(|listed| &listed.page).find(|page| page.code() == code)
    }

    /// The write parameters, if they are there.
    #[must_use]
    pub fn write_parameters(&self) -> Option<&WriteParameters> {
        self.pages.iter().find_map(|listed| match &listed.page {
            ModePage::WriteParameters(page) => Some(page),
            _ => None,
        })
    }

    /// The capabilities, if they are there.
    #[must_use]
    pub fn capabilities(&self) -> Option<&Capabilities> {
        self.pages.iter().find_map(|listed| match &listed.page {
            ModePage::Capabilities(page) => Some(page),
            _ => None,
        })
    }

    /// The bytes of a page in an answer to MODE SENSE(10), from its code on and as they came. `None` when the page is not
    /// there, or when the answer ends before it does.
    #[must_use]
    pub fn raw_page(reply: &[u8], code: PageCode) -> Option<&[u8]> {
        let header = HeaderForm::Ten.decode(reply).ok()?;
        let mut rest = reply.get(HeaderForm::Ten.len() + header.descriptors..)?;
        loop {
            let cut = cut(rest).filter(|cut| !cut.short)?;
            // Zeros that follow the last page look like a page without a name.
            let is_plain = cut.first & SUBPAGE == 0;
            if is_plain && PageCode::new(cut.first) == code && cut.page.len() > HEADER {
                return Some(cut.page);
            }
            rest = rest.get(cut.page.len()..)?;
        }
    }

    /// Understands what MODE SENSE brought. The page that was asked for must be in order; another that is not stays
    /// bytes. A list that was cut inside a page is understood as far as it goes.
    pub(crate) fn decode_answer(
        form: HeaderForm,
        asked: PageCode,
        reply: &[u8],
        notes: &mut Notes,
    ) -> Result<Self, BadReply> {
        let header = form.decode(reply)?;
        let start = form.len() + header.descriptors;
        let Some(descriptors) = reply.get(form.len()..start) else {
            notes.add(form.descriptors_length_at(), "the answer ends inside the block descriptors");
            return Ok(Self::with_header(&header, reply.get(form.len()..).unwrap_or_default()));
        };
        let mut list = Self::with_header(&header, descriptors);
        // Some drives do not count all of their page, or nothing at all: a page that begins before the end is taken
        // whole.
        let end = if header.end > start { header.end.min(reply.len()) } else { reply.len() };
        let mut at = start;
        while let Some(rest) = reply.get(at..).filter(|_| at < end) {
            if rest.iter().all(|&byte| byte == 0) {
                notes.add(at, "zeros follow the last page");
                break;
            }
            let Some(cut) = cut(rest) else {
                notes.add(at, "the answer ends inside the header of a page");
                break;
            };
            if cut.short {
                notes.add(at + LENGTH, "the answer ends before the page does");
            }
            let mut inner = Notes::new();
            let page = match ModePage::decode(cut.page, &mut inner) {
                Ok(page) => page,
                Err(bad) if PageCode::new(cut.first) == asked => return Err(moved(&bad, at)),
                Err(_) => {
                    notes.add(at, "the page has less than its mandatory part");
                    ModePage::untyped(cut.page)?
                }
            };
            for note in inner.as_slice() {
                notes.add(at + note.at, note.what);
            }
            list.pages.push(ListedPage { savable: cut.first & SAVABLE != 0, page });
            at += cut.page.len();
        }
        if at > start && asked != PageCode::ALL && list.page(asked).is_none() {
            notes.add(start, "the page is not the one that was asked for");
        }
        Ok(list)
    }

    /// What a drive answers to MODE SENSE.
    pub(crate) fn encode_answer(&self, form: HeaderForm) -> Vec<u8> {
        let mut writer = self.encode_header(form);
        for listed in &self.pages {
            let mut page = listed.page.encode();
            if let Some(first) = page.first_mut() {
                *first |= if listed.savable { SAVABLE } else { 0 };
            }
            writer.push(&page);
        }
        let total = writer.len();
        match form {
            HeaderForm::Six => writer.u8(field::DATA_LENGTH, u8::try_from(total - 1).unwrap_or(u8::MAX)),
            HeaderForm::Ten => writer.u16(field::DATA_LENGTH, u16::try_from(total - 2).unwrap_or(u16::MAX)),
        };
        writer.finish()
    }

    /// Understands what came with MODE SELECT: everything must be there, and a list that ends within its header, its
    /// block descriptors or a page has a wrong length (SPC-4, 6.9). A list of no bytes changes nothing.
    pub(crate) fn decode_list(form: HeaderForm, bytes: &[u8]) -> Result<Self, BadParams> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let header = form.decode(bytes).map_err(|_| BadParams::Length)?;
        let mut at = form.len() + header.descriptors;
        let descriptors = bytes.get(form.len()..at).ok_or(BadParams::Length)?;
        let mut list = Self::with_header(&header, descriptors);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let page = cut(rest).filter(|cut| !cut.short).ok_or(BadParams::Length)?.page;
            let decoded = ModePage::decode(page, &mut Notes::new()).map_err(|bad| match bad {
                BadReply::Short { .. } => at_byte(at + LENGTH),
                BadReply::Impossible { at: inside, .. } => at_byte(at + inside),
            })?;
            list.pages.push(ListedPage { savable: false, page: decoded });
            at += page.len();
        }
        Ok(list)
    }

    /// What goes with MODE SELECT. The lengths of the header and the bit for saving are reserved there.
    pub(crate) fn encode_list(&self, form: HeaderForm) -> Vec<u8> {
        let mut writer = self.encode_header(form);
        for listed in &self.pages {
            writer.push(&listed.page.encode());
        }
        writer.finish()
    }

    fn with_header(header: &Header, descriptors: &[u8]) -> Self {
        Self {
            medium_type: header.medium_type,
            device_specific: header.device_specific,
            block_descriptors: descriptors.to_vec(),
            pages: Vec::new(),
        }
    }

    fn encode_header(&self, form: HeaderForm) -> Writer {
        let all = &self.block_descriptors;
        let mut writer = Writer::zeroed(form.len());
        // More descriptors than their length can tell of are not sent.
        let descriptors = match form {
            HeaderForm::Six => {
                let sent = all.get(..usize::from(u8::MAX)).unwrap_or(all);
                writer
                    .u8(field::six::MEDIUM_TYPE, self.medium_type)
                    .u8(field::six::DEVICE_SPECIFIC, self.device_specific)
                    .u8(field::six::DESCRIPTORS_LENGTH, u8::try_from(sent.len()).unwrap_or(u8::MAX));
                sent
            }
            HeaderForm::Ten => {
                let sent = all.get(..usize::from(u16::MAX)).unwrap_or(all);
                writer
                    .u8(field::ten::MEDIUM_TYPE, self.medium_type)
                    .u8(field::ten::DEVICE_SPECIFIC, self.device_specific)
                    .u16(field::ten::DESCRIPTORS_LENGTH, u16::try_from(sent.len()).unwrap_or(u16::MAX));
                sent
            }
        };
        writer.push(descriptors);
        writer
    }
}

/// The error of a page, counted from the beginning of the list.
fn moved(bad: &BadReply, by: usize) -> BadReply {
    match *bad {
        BadReply::Short { need, got } => BadReply::Short { need: need + by, got: got + by },
        BadReply::Impossible { at, what } => BadReply::Impossible { at: at + by, what },
    }
}

fn at_byte(byte: usize) -> InvalidField {
    InvalidField::data(u16::try_from(byte).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::{super::Caching, *};

    const CACHING: [u8; 12] = [0x08, 0x0A, 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    fn decode(asked: PageCode, reply: &[u8]) -> (Result<ModeParameters, BadReply>, Vec<usize>) {
        let mut notes = Notes::new();
        let decoded = ModeParameters::decode_answer(HeaderForm::Ten, asked, reply, &mut notes);
        (decoded, notes.as_slice().iter().map(|note| note.at).collect())
    }

    fn codes(list: &ModeParameters) -> Vec<u8> {
        list.pages.iter().map(|listed| listed.page.code().value()).collect()
    }

    fn answer(length: u8, pages: &[u8]) -> Vec<u8> {
        [&[0, length, 0, 0, 0, 0, 0, 0], pages].concat()
    }

    #[test]
    fn a_page_is_found_as_it_came() {
        let savable = [0xAC, 2, 7, 8];
        let reply = answer(6 + 12 + 4, &[&CACHING[..], &savable].concat());
        assert_eq!(ModeParameters::raw_page(&reply, PageCode::new(0x2C)), Some(&savable[..]));
        assert_eq!(ModeParameters::raw_page(&reply, PageCode::CACHING), Some(&CACHING[..]));
        assert_eq!(ModeParameters::raw_page(&reply, PageCode::POWER), None);
        let behind_a_descriptor = [&[0, 26, 0, 0, 0, 0, 0, 8], &[0x2C; 8][..], &CACHING].concat();
        assert_eq!(ModeParameters::raw_page(&behind_a_descriptor, PageCode::CACHING), Some(&CACHING[..]));
        for short in 0..20 {
            assert_eq!(ModeParameters::raw_page(&reply[..short], PageCode::CACHING), None, "{short}");
        }
        // A page of zeros is none, and a subpage is another page than the one with its number.
        assert_eq!(ModeParameters::raw_page(&answer(30, &[0; 24]), PageCode::new(0)), None);
        assert_eq!(ModeParameters::raw_page(&answer(12, &[0x48, 1, 0, 2, 5, 5]), PageCode::CACHING), None);
    }

    proptest::proptest! {
        #[test]
        fn a_page_of_any_bytes_is_a_part_of_them(reply: Vec<u8>, code: u8) {
            if let Some(page) = ModeParameters::raw_page(&reply, PageCode::new(code)) {
                proptest::prop_assert!(reply.windows(page.len()).any(|part| part == page));
                proptest::prop_assert_eq!(usize::from(page[LENGTH]) + HEADER, page.len());
            }
        }
    }

    #[test]
    fn every_page_of_a_list_is_found() {
        let reply = answer(6 + 12 + 4, &[&CACHING[..], &[0xAC, 2, 7, 8]].concat());
        let (list, notes) = decode(PageCode::ALL, &reply);
        let list = list.expect("two pages");
        assert_eq!((codes(&list), notes), (vec![0x08, 0x2C], vec![]));
        assert_eq!(list.pages.iter().map(|listed| listed.savable).collect::<Vec<_>>(), [false, true]);
        assert!(matches!(list.page(PageCode::CACHING), Some(ModePage::Caching(Caching { write_cache: true, .. }))));
        assert_eq!(list.encode_answer(HeaderForm::Ten), reply);
        assert!(list.write_parameters().is_none() && list.capabilities().is_none());
    }

    #[test]
    fn a_header_alone_has_no_pages() {
        let (list, notes) = decode(PageCode::CACHING, &answer(18, &[]));
        assert_eq!((list, notes), (Ok(ModeParameters::default()), vec![]));
        for len in 0..8 {
            let (list, _) = decode(PageCode::CACHING, &answer(18, &[])[..len]);
            assert_eq!(list, Err(BadReply::Short { need: 8, got: len }));
        }
    }

    #[test]
    fn a_data_length_that_leaves_out_part_of_the_page_is_not_believed() {
        for length in [0, 6, 8, 17] {
            let (list, _) = decode(PageCode::CACHING, &answer(length, &CACHING));
            assert_eq!(list.map(|list| codes(&list)), Ok(vec![0x08]), "{length}");
        }
    }

    #[test]
    fn a_data_length_that_ends_in_the_block_descriptors_is_not_believed() {
        let reply = [&[0, 10, 0, 0, 0, 0, 0, 8][..], &[0; 8], &CACHING].concat();
        assert_eq!(decode(PageCode::CACHING, &reply).0.map(|list| codes(&list)), Ok(vec![0x08]));
    }

    #[test]
    fn what_is_odd_in_a_page_is_counted_from_the_beginning_of_the_answer() {
        // Page 2Ah announces a write speed that is not there.
        let mut capabilities = [0; 32];
        (capabilities[0], capabilities[1], capabilities[31]) = (0x2A, 30, 1);
        let (_, notes) = decode(PageCode::ALL, &answer(6 + 12 + 32, &[&CACHING[..], &capabilities].concat()));
        assert_eq!(notes, [8 + 12 + 30]);
    }

    #[test]
    fn what_follows_the_list_is_not_looked_at() {
        let reply = answer(18, &[&CACHING[..], &[0x2C, 2, 7, 8]].concat());
        assert_eq!(decode(PageCode::CACHING, &reply).0.map(|list| codes(&list)), Ok(vec![0x08]));
        let (list, notes) = decode(PageCode::CACHING, &answer(100, &[&CACHING[..], &[0; 30]].concat()));
        assert_eq!((list.map(|list| codes(&list)), notes), (Ok(vec![0x08]), vec![20]));
    }

    #[test]
    fn a_page_that_is_cut_short_is_understood_if_its_mandatory_part_is_there() {
        let (list, notes) = decode(PageCode::CACHING, &answer(18, &CACHING[..5]));
        assert_eq!((list.map(|list| codes(&list)), notes), (Ok(vec![0x08]), vec![9]));
        let (list, _) = decode(PageCode::CACHING, &answer(18, &CACHING[..2]));
        assert_eq!(list, Err(BadReply::Short { need: 11, got: 10 }));
        let (list, notes) = decode(PageCode::CACHING, &answer(18, &CACHING[..1]));
        assert_eq!((list, notes), (Ok(ModeParameters::default()), vec![8]));
    }

    #[test]
    fn a_bad_page_among_all_pages_stays_bytes() {
        let (list, notes) = decode(PageCode::ALL, &answer(6 + 2 + 12, &[&[0x05, 0][..], &CACHING].concat()));
        let list = list.expect("two pages");
        assert_eq!((codes(&list), notes), (vec![0x05, 0x08], vec![8]));
        let code = PageCode::WRITE_PARAMETERS;
        assert_eq!(list.page(code), Some(&ModePage::Unknown { code, subpage: None, bytes: vec![] }));
    }

    #[test]
    fn another_page_than_the_one_asked_for_is_noted() {
        assert_eq!(decode(PageCode::CAPABILITIES, &answer(18, &CACHING)).1, [8]);
    }

    #[test]
    fn block_descriptors_that_are_not_there_end_the_list() {
        let reply = [0, 26, 0, 0, 0, 0, 0, 8, 1, 2, 3];
        let (list, notes) = decode(PageCode::CACHING, &reply);
        assert_eq!((list.map(|list| list.block_descriptors), notes), (Ok(vec![1, 2, 3]), vec![6]));
        let taken = ModeParameters::decode_list(HeaderForm::Ten, &reply);
        assert_eq!(taken, Err(BadParams::Length));
    }

    #[test]
    fn a_page_that_is_too_short_is_an_invalid_field_of_mode_select() {
        let list = answer(0, &[&CACHING[..], &[0x05, 2, 0x41, 0x04]].concat());
        let taken = ModeParameters::decode_list(HeaderForm::Ten, &list);
        assert_eq!(taken, Err(InvalidField::data(21).into()));
    }

    #[test]
    fn mode_select_sends_no_bit_for_saving_and_no_length() {
        let list = ModeParameters {
            pages: vec![ListedPage {
                savable: true,
                page: ModePage::Caching(Caching { write_cache: true, read_cache_disabled: false, tail: vec![0; 9] }),
            }],
            ..ModeParameters::default()
        };
        assert_eq!(list.encode_list(HeaderForm::Ten), answer(0, &CACHING));
        assert_eq!(list.encode_answer(HeaderForm::Ten)[8], 0x88);
    }
}
