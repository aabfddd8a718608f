//! Mode pages: what a drive can do and how it is set, read by MODE SENSE and changed by MODE SELECT.
//!
//! Each page is a type with its layout in a file of its own. A page that is shorter than its type's mandatory part, or
//! that no type here describes, stays bytes. What follows the known fields of a page is kept with it, so that a program
//! can read a page, change a field and send back a page of the drive's own length.

mod audio;
mod caching;
mod capabilities;
mod error_recovery;
mod header;
mod informational;
mod power;
mod timeout;
mod write_parameters;

pub use audio::{AudioPort, CdAudioControl};
pub use caching::Caching;
pub use capabilities::{Abilities, Ability, Capabilities, LoadingMechanism, SpeedControl};
pub use error_recovery::ErrorRecovery;
pub(crate) use header::HeaderForm;
pub use header::{ListedPage, ModeParameters};
pub use informational::{InformationalExceptions, ReportMethod};
pub use power::PowerConditions;
pub use timeout::TimeoutAndProtect;
pub use write_parameters::{
    BlockType, CatalogueNumber, Identifier, MultiSession, RecordingCode, SessionFormat, TrackMode, WriteParameters,
    WriteType,
};

use crate::{BadReply, Notes, wire::Writer};

/// The number of a mode page: six bits.
#[doc(alias = "IMAPI_MODE_PAGE_TYPE")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageCode(u8);

impl PageCode {
    /// How hard the drive tries to read and write.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_READ_WRITE_ERROR_RECOVERY")]
    pub const ERROR_RECOVERY: Self = Self(0x01);
    /// Mount Rainier: where defective blocks are replaced.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_MRW")]
    pub const MRW: Self = Self(0x03);
    /// How the next track or session is written.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_WRITE_PARAMETERS")]
    pub const WRITE_PARAMETERS: Self = Self(0x05);
    /// The cache.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_CACHING")]
    pub const CACHING: Self = Self(0x08);
    /// How audio is played.
    pub const CD_AUDIO: Self = Self(0x0E);
    /// When the drive saves power.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_POWER_CONDITION")]
    pub const POWER: Self = Self(0x1A);
    /// How the drive tells of failures that it sees coming.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_INFORMATIONAL_EXCEPTIONS")]
    pub const INFORMATIONAL: Self = Self(0x1C);
    /// How long commands may take, and software write protection.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_TIMEOUT_AND_PROTECT")]
    pub const TIMEOUT: Self = Self(0x1D);
    /// What the drive can do, as it was told before there were features.
    #[doc(alias = "IMAPI_MODE_PAGE_TYPE_LEGACY_CAPABILITIES")]
    pub const CAPABILITIES: Self = Self(0x2A);
    /// All pages at once.
    pub const ALL: Self = Self(0x3F);

    /// The lower six bits of a byte.
    #[must_use]
    pub const fn new(byte: u8) -> Self {
        Self(byte & 0x3F)
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }
}

/// Which of the values that a page has.
#[doc(alias = "IMAPI_MODE_PAGE_REQUEST_TYPE")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum PageControl {
    /// Those that count now.
    #[doc(alias = "IMAPI_MODE_PAGE_REQUEST_TYPE_CURRENT_VALUES")]
    #[default]
    Current,
    /// None: ones stand where a program can change something.
    #[doc(alias = "IMAPI_MODE_PAGE_REQUEST_TYPE_CHANGEABLE_VALUES")]
    Changeable,
    /// Those the drive was made with.
    #[doc(alias = "IMAPI_MODE_PAGE_REQUEST_TYPE_DEFAULT_VALUES")]
    Default,
    /// Those the drive remembers when it is switched off.
    #[doc(alias = "IMAPI_MODE_PAGE_REQUEST_TYPE_SAVED_VALUES")]
    Saved,
}

impl PageControl {
    /// The number: two bits.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Current => 0,
            Self::Changeable => 1,
            Self::Default => 2,
            Self::Saved => 3,
        }
    }

    /// The values that the lower two bits of a byte mean.
    #[must_use]
    pub const fn of(byte: u8) -> Self {
        match byte & 3 {
            0 => Self::Current,
            1 => Self::Changeable,
            2 => Self::Default,
            _ => Self::Saved,
        }
    }
}

/// A mode page.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModePage {
    /// 01h.
    ErrorRecovery(ErrorRecovery),
    /// 05h.
    WriteParameters(WriteParameters),
    /// 08h.
    Caching(Caching),
    /// 0Eh.
    CdAudio(CdAudioControl),
    /// 1Ah.
    Power(PowerConditions),
    /// 1Ch.
    Informational(InformationalExceptions),
    /// 1Dh.
    Timeout(TimeoutAndProtect),
    /// 2Ah.
    Capabilities(Capabilities),
    /// A page that is not looked into.
    Unknown {
        /// Its number.
        code: PageCode,
        /// Which of the page's subpages, where it has any.
        subpage: Option<u8>,
        /// What follows the length.
        bytes: Vec<u8>,
    },
}

const CODE: usize = 0;
const LENGTH: usize = 1;
/// Where the fields of a page begin, and what its length does not count.
const HEADER: usize = 2;
/// The same of a page that is one of several subpages.
const SUBPAGE_HEADER: usize = 4;
const SUBPAGE: u8 = 0x40;

impl ModePage {
    /// Its number.
    #[must_use]
    pub fn code(&self) -> PageCode {
        match self {
            Self::ErrorRecovery(_) => PageCode::ERROR_RECOVERY,
            Self::WriteParameters(_) => PageCode::WRITE_PARAMETERS,
            Self::Caching(_) => PageCode::CACHING,
            Self::CdAudio(_) => PageCode::CD_AUDIO,
            Self::Power(_) => PageCode::POWER,
            Self::Informational(_) => PageCode::INFORMATIONAL,
            Self::Timeout(_) => PageCode::TIMEOUT,
            Self::Capabilities(_) => PageCode::CAPABILITIES,
            Self::Unknown { code, .. } => *code,
        }
    }

    /// The page that these bytes are, from its code on. Its length is the number of bytes, whatever the field says.
    pub fn decode(page: &[u8], notes: &mut Notes) -> Result<Self, BadReply> {
        let first = page.get(CODE).copied().unwrap_or_default();
        if first & SUBPAGE != 0 {
            return Self::untyped(page);
        }
        Ok(match PageCode::new(first) {
            PageCode::ERROR_RECOVERY => Self::ErrorRecovery(ErrorRecovery::decode(page)?),
            PageCode::WRITE_PARAMETERS => Self::WriteParameters(WriteParameters::decode(page, notes)?),
            PageCode::CACHING => Self::Caching(Caching::decode(page)?),
            PageCode::CD_AUDIO => Self::CdAudio(CdAudioControl::decode(page)?),
            PageCode::POWER => Self::Power(PowerConditions::decode(page)?),
            PageCode::INFORMATIONAL => Self::Informational(InformationalExceptions::decode(page)?),
            PageCode::TIMEOUT => Self::Timeout(TimeoutAndProtect::decode(page)?),
            PageCode::CAPABILITIES => Self::Capabilities(Capabilities::decode(page, notes)?),
            _ => Self::untyped(page)?,
        })
    }

    /// The page as bytes, whatever its code.
    pub fn untyped(page: &[u8]) -> Result<Self, BadReply> {
        let short = |need| BadReply::Short { need, got: page.len() };
        let first = *page.get(CODE).ok_or(short(HEADER))?;
        let second = *page.get(LENGTH).ok_or(short(HEADER))?;
        let (subpage, header) = if first & SUBPAGE == 0 { (None, HEADER) } else { (Some(second), SUBPAGE_HEADER) };
        let bytes = page.get(header..).ok_or(short(header))?.to_vec();
        Ok(Self::Unknown { code: PageCode::new(first), subpage, bytes })
    }

    /// The bytes from the code on. The bit that says that the drive can save the page is for [`ListedPage`] to set.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::ErrorRecovery(page) => page.encode(),
            Self::WriteParameters(page) => page.encode(),
            Self::Caching(page) => page.encode(),
            Self::CdAudio(page) => page.encode(),
            Self::Power(page) => page.encode(),
            Self::Informational(page) => page.encode(),
            Self::Timeout(page) => page.encode(),
            Self::Capabilities(page) => page.encode(),
            Self::Unknown { code, subpage: None, bytes } => finished(&mut blank(*code, HEADER), bytes),
            Self::Unknown { code, subpage: Some(subpage), bytes } => {
                let bytes = bytes.get(..usize::from(u16::MAX)).unwrap_or(bytes);
                Writer::zeroed(SUBPAGE_HEADER)
                    .u8(CODE, SUBPAGE | code.value())
                    .u8(LENGTH, *subpage)
                    .u16(HEADER, u16::try_from(bytes.len()).unwrap_or(u16::MAX))
                    .push(bytes)
                    .finish()
            }
        }
    }
}

/// A page of zeros with its code.
fn blank(code: PageCode, len: usize) -> Writer {
    let mut page = Writer::zeroed(len);
    page.u8(CODE, code.value());
    page
}

/// The page with what follows its known fields, and its length. A page has at most 257 bytes; more is not sent.
fn finished(page: &mut Writer, tail: &[u8]) -> Vec<u8> {
    let mut bytes = page.push(tail).finish();
    bytes.truncate(HEADER + usize::from(u8::MAX));
    let length = u8::try_from(bytes.len().saturating_sub(HEADER)).unwrap_or(u8::MAX);
    if let Some(field) = bytes.get_mut(LENGTH) {
        *field = length;
    }
    bytes
}

/// What follows the known fields.
fn tail(page: &[u8], known: usize) -> Vec<u8> {
    page.get(known..).unwrap_or_default().to_vec()
}

/// What the tests of every page ask.
#[cfg(test)]
mod checks {
    use super::*;
    use crate::checks::keeps_meaning;

    /// The page gives these bytes, and these bytes give the page, with nothing odd about it.
    pub(super) fn page_is(page: &ModePage, bytes: &[u8]) {
        let mut notes = Notes::new();
        assert_eq!(ModePage::decode(bytes, &mut notes).as_ref(), Ok(page), "decoded");
        assert_eq!(notes, Notes::new());
        assert_eq!(page.encode(), bytes, "encoded");
    }

    /// The page is refused below so many bytes; from there on it is understood and gives the bytes that it had, but for
    /// its length.
    pub(super) fn page_needs(bytes: &[u8], mandatory: usize) {
        for len in 0..=bytes.len() {
            let decoded = ModePage::decode(&bytes[..len], &mut Notes::new());
            assert_eq!(decoded.is_ok(), len >= mandatory, "{len} of {} bytes: {decoded:?}", bytes.len());
            if let Ok(page) = decoded {
                let encoded = page.encode();
                assert_eq!(usize::from(encoded[LENGTH]), len - HEADER);
                assert_eq!(encoded[HEADER..], bytes[HEADER..len]);
            }
        }
    }

    /// Whatever a page of that code has in it, it is refused or keeps its meaning.
    pub(super) fn any_page(code: PageCode, mut bytes: Vec<u8>) {
        bytes.insert(CODE, code.value());
        bytes.truncate(HEADER + 255);
        if let Ok(page) = ModePage::decode(&bytes, &mut Notes::new()) {
            keeps_meaning(&page, ModePage::encode, |bytes| ModePage::decode(bytes, &mut Notes::new()));
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_page_without_a_type_is_kept() {
        let page = ModePage::Unknown { code: PageCode::new(0x2C), subpage: None, bytes: vec![1, 2] };
        checks::page_is(&page, &[0x2C, 2, 1, 2]);
        checks::page_needs(&[0x2C, 2, 1, 2], 2);
    }

    #[test]
    fn a_subpage_is_kept_even_when_its_page_has_a_type() {
        let page = ModePage::Unknown { code: PageCode::POWER, subpage: Some(1), bytes: vec![7, 8, 9] };
        checks::page_is(&page, &[0x5A, 1, 0, 3, 7, 8, 9]);
        assert_eq!(ModePage::decode(&[0x5A, 1, 0], &mut Notes::new()), Err(BadReply::Short { need: 4, got: 3 }));
    }

    #[test]
    fn a_page_is_never_longer_than_its_length_can_tell() {
        let page = ModePage::Unknown { code: PageCode::new(0x20), subpage: None, bytes: vec![7; 300] };
        assert_eq!((page.encode().len(), page.encode()[LENGTH]), (257, 255));
        let page = ModePage::Unknown { code: PageCode::new(0x20), subpage: Some(0), bytes: vec![7; 70_000] };
        assert_eq!(page.encode().len(), 65_539);
    }

    #[test]
    fn the_four_values_of_a_page_have_their_numbers() {
        let all = [PageControl::Current, PageControl::Changeable, PageControl::Default, PageControl::Saved];
        assert_eq!(all.map(PageControl::value), [0, 1, 2, 3]);
        assert_eq!([4, 5, 6, 7].map(PageControl::of), all);
        assert_eq!(PageCode::new(0xEA), PageCode::CAPABILITIES);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(
            code: u8, bytes in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            checks::any_page(PageCode::new(code), bytes.clone());
            if let Ok(page) = ModePage::decode(&bytes, &mut Notes::new()) {
                let _ = page.encode();
            }
        }
    }
}
