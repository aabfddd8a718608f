//! [`Code`]: an entry of the tables, found by number or by name without allocation.

use core::{cmp::Ordering, fmt};

use crate::{
    HResult, Lang, Severity, Template,
    generated::tables::{ALIASES, BY_NAME, COUNT, HEADERS, INSERTS, NAMES, ORDER, V1, VALUES},
    template::Insert,
};

/// A code that the tables know.
///
/// It is an index and nothing more: two bytes, `Copy`. Each thing that can be asked of it stands in a table of its
/// own, so a program carries only the tables that it asks.
///
/// ```
/// use imapi_errors::{Code, Header, Lang, v2};
///
/// let code = Code::from_name("E_IMAPI_DF2DATA_MEDIA_NOT_BLANK").unwrap();
/// assert_eq!(code.value(), v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK);
/// assert_eq!(code.header(), Header::V2);
/// println!("{}\n{}", code.message(Lang::RU), code.hint(Lang::RU));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(u16);

/// The header that defines a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Header {
    /// imapierror.h: IMAPI v1.
    V1,
    /// imapi2error.h: IMAPI v2.
    V2,
    /// imapi2fserror.h: file system images.
    Fs,
    /// winerror.h: COM and Windows codes that IMAPI methods return too.
    Common,
}

impl Header {
    /// The four headers, in the order of the tables.
    pub const ALL: [Self; 4] = [Self::V1, Self::V2, Self::Fs, Self::Common];

    /// The header's file name.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::V1 => "imapierror.h",
            Self::V2 => "imapi2error.h",
            Self::Fs => "imapi2fserror.h",
            Self::Common => "winerror.h",
        }
    }
}

impl Code {
    /// All codes, header by header, each in the header's own order.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        ORDER.iter().map(|&index| Self(index))
    }

    /// The codes of one header, in its order.
    pub fn of(header: Header) -> impl DoubleEndedIterator<Item = Self> + Clone {
        Self::all().filter(move |code| code.header() == header)
    }

    /// The entry of that value.
    #[must_use]
    pub fn from_value(value: HResult) -> Option<Self> {
        VALUES.binary_search(&value.as_u32()).ok().map(Self::from_index)
    }

    /// The entry of that name, in any case. Other names of a value (`ERROR_ACCESS_DENIED`) count too.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        // Programs write names as they are; only people do not, and they have time.
        Self::by_name(name, |table, name| table.as_bytes().cmp(name.as_bytes()))
            .or_else(|| Self::by_name(name, compare_ignoring_case))
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> HResult {
        HResult::from_u32(VALUES[self.index()])
    }

    /// The constant's name, as in the header.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES[self.index()]
    }

    /// Other names that headers and documentation give to the same value.
    pub fn aliases(self) -> impl Iterator<Item = &'static str> {
        ALIASES.iter().filter(move |(_, index)| *index == self.0).map(|(name, _)| *name)
    }

    /// The header that defines it.
    #[must_use]
    pub fn header(self) -> Header {
        HEADERS[self.index()]
    }

    /// Success or error.
    #[must_use]
    pub fn severity(self) -> Severity {
        self.value().severity()
    }

    /// The typed inserts of its message, in the order of the English one.
    #[must_use]
    pub fn inserts(self) -> &'static [Insert] {
        INSERTS[self.index()]
    }

    /// The code of IMAPI v1 for the same condition, where it has one.
    #[must_use]
    pub fn v1(self) -> Option<Self> {
        let index = V1[self.index()];
        (index != u16::MAX).then_some(Self(index))
    }

    /// What happened. Inserts that nothing fills show as ‹the name of the fact›.
    #[must_use]
    pub fn message(self, lang: Lang) -> Template {
        Template::new(self, lang)
    }

    /// What the person should do now.
    #[must_use]
    pub fn hint(self, lang: Lang) -> &'static str {
        lang.words().hints[self.index()]
    }

    /// The condition that raises it: interfaces, methods and circumstances, for programmers.
    #[must_use]
    pub fn raised(self, lang: Lang) -> &'static str {
        lang.words().raised[self.index()]
    }

    fn by_name(name: &str, compare: impl Fn(&str, &str) -> Ordering) -> Option<Self> {
        if let Ok(place) = BY_NAME.binary_search_by(|&index| compare(NAMES[usize::from(index)], name)) {
            return Some(Self(BY_NAME[place]));
        }
        let place = ALIASES.binary_search_by(|(alias, _)| compare(alias, name)).ok()?;
        Some(Self(ALIASES[place].1))
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }

    fn from_index(index: usize) -> Self {
        const { assert!(COUNT < u16::MAX as usize) };
        Self(u16::try_from(index).expect("the tables have fewer than 65,535 entries"))
    }
}

/// Prints as its value does: name and number.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({})", self.value())
    }
}

impl From<Code> for HResult {
    fn from(code: Code) -> Self {
        code.value()
    }
}

/// The names in the tables are in capitals; what people type need not be.
fn compare_ignoring_case(table: &str, given: &str) -> Ordering {
    table.bytes().cmp(given.bytes().map(|b| b.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::{common, v1};

    #[test]
    fn every_code_is_found_by_value_and_by_name_in_any_case() {
        assert_eq!(Code::all().len(), COUNT);
        for code in Code::all() {
            assert_eq!(Code::from_value(code.value()), Some(code));
            assert_eq!(Code::from_name(code.name()), Some(code));
            assert_eq!(Code::from_name(&code.name().to_ascii_lowercase()), Some(code));
        }
    }

    #[test]
    fn neighbours_of_a_code_are_not_the_code() {
        for code in Code::all() {
            for near in [code.value().as_u32().wrapping_sub(1), code.value().as_u32().wrapping_add(1)] {
                if let Some(other) = Code::from_value(HResult::from_u32(near)) {
                    assert_ne!(other, code);
                }
            }
            let name = code.name();
            assert_ne!(Code::from_name(&name[..name.len() - 1]), Some(code), "a prefix of {name}");
        }
        assert_eq!(Code::from_name(""), None);
    }

    #[test]
    fn the_headers_hold_what_they_are_known_to_hold() {
        let counts: Vec<usize> = Header::ALL.iter().map(|&header| Code::of(header).count()).collect();
        assert_eq!(counts[..3], [38, 89, 61]);
        assert_eq!(counts.iter().sum::<usize>(), COUNT);
        assert_eq!(Code::all().next().map(Code::name), Some("IMAPI_S_PROPERTIESIGNORED"), "the order of the header");
    }

    #[test]
    fn another_name_of_a_value_leads_to_it() {
        let denied = Code::from_name("error_access_denied").expect("an alias");
        assert_eq!(denied.value(), common::E_ACCESSDENIED);
        assert!(denied.aliases().any(|name| name == "ERROR_ACCESS_DENIED"));
    }

    #[test]
    fn the_counterpart_of_a_v2_code_is_a_v1_code() {
        for code in Code::all() {
            if let Some(v1) = code.v1() {
                assert_eq!(v1.header(), Header::V1, "{code}");
                assert!(matches!(code.header(), Header::V2 | Header::Fs), "{code}");
            }
        }
        let cancelled = crate::v2::E_IMAPI_REQUEST_CANCELLED.known().and_then(Code::v1).map(Code::value);
        assert_eq!(cancelled, Some(v1::IMAPI_E_USERABORT));
    }
}
