//! [`Coded`]: how an error of any crate comes to its code, its facts and the reader's words.

use core::{
    error::Error,
    fmt::{self, Write as _},
};

use crate::{Code, Fact, HResult, Lang, Term};

/// A fact's value, borrowed while it is told.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// Names, paths, and whatever else is not a plain number.
    Text(&'a dyn fmt::Display),
    /// A number that may be large or negative: bytes, addresses.
    I64(i64),
    /// A small number: sectors, tracks.
    U32(u32),
}

/// What would move a cursor, change colours or turn the direction of writing shows as an escape: names come from discs,
/// and a disc must not write on its reader's terminal.
impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(Visible(f), "{text}"),
            Self::I64(number) => number.fmt(f),
            Self::U32(number) => number.fmt(f),
        }
    }
}

/// Passes text on, control characters and marks of direction escaped.
struct Visible<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl fmt::Write for Visible<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let hidden = |c: char| {
            c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        };
        let mut rest = text;
        while let Some(at) = rest.find(hidden) {
            let (plain, hidden_and_rest) = rest.split_at(at);
            let c = hidden_and_rest.chars().next().expect("find found one");
            write!(self.0, "{plain}{}", c.escape_default())?;
            rest = &hidden_and_rest[c.len_utf8()..];
        }
        self.0.write_str(rest)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::U32(number)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::I64(number)
    }
}

/// What does not fit is told as the largest number that does; no disc has so many bytes.
impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::I64(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "Text({text})"),
            Self::I64(number) => write!(f, "I64({number})"),
            Self::U32(number) => write!(f, "U32({number})"),
        }
    }
}

/// Something that ended with a result code: an error, or a success that is not plain `S_OK`.
///
/// The words are derived from the code and the facts, in the reader's language, at the edge of the program; an error
/// itself never holds a sentence.
///
/// ```
/// use imapi_errors::{Coded, Fact, HResult, Lang, Report, Value, v2};
///
/// enum AddTrackError {
///     NotEnoughSpace { needed: u32, free: u32 },
/// }
///
/// impl Coded for AddTrackError {
///     fn code(&self) -> HResult {
///         match self {
///             Self::NotEnoughSpace { .. } => v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE,
///         }
///     }
///     fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
///         match self {
///             Self::NotEnoughSpace { needed, free } => {
///                 put(Fact::Needed, Value::U32(*needed));
///                 put(Fact::Free, Value::U32(*free));
///             }
///         }
///     }
/// }
///
/// let error = AddTrackError::NotEnoughSpace { needed: 20_000, free: 18_500 };
/// eprintln!("{}", Report::new(&error, Lang::ZH_TW));
/// ```
pub trait Coded {
    /// The result code. Write it as one `match` without a wildcard: then a new kind of failure cannot lack a code.
    fn code(&self) -> HResult;

    /// Tells each fact once. The spec says which facts fill the inserts of the message; the others are told with
    /// their labels.
    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        let _ = put;
    }
}

impl Coded for HResult {
    fn code(&self) -> HResult {
        *self
    }
}

impl<E: Coded + ?Sized> Coded for &E {
    fn code(&self) -> HResult {
        (**self).code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        (**self).facts(put);
    }
}

#[cfg(feature = "std")]
impl<E: Coded + ?Sized> Coded for std::boxed::Box<E> {
    fn code(&self) -> HResult {
        (**self).code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        (**self).facts(put);
    }
}

#[cfg(feature = "std")]
impl<E: Coded + ?Sized> Coded for std::sync::Arc<E> {
    fn code(&self) -> HResult {
        (**self).code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        (**self).facts(put);
    }
}

/// An error with a code, as it crosses from one crate into another: `Box<dyn CodedError>`.
pub trait CodedError: Error + Coded + Send + Sync {
    /// The same error for [`Error::source`].
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static);
}

impl<T: Error + Coded + Send + Sync + 'static> CodedError for T {
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
}

/// An error told in a language: message, remaining facts, hint, and the code, a line each.
///
/// It is a view of the error. Nothing is allocated, and a code without an entry is told by its number.
pub struct Report<'a, E: ?Sized> {
    error: &'a E,
    lang: Lang,
}

impl<'a, E: Coded + ?Sized> Report<'a, E> {
    /// A view of that error in that language.
    pub const fn new(error: &'a E, lang: Lang) -> Self {
        Self { error, lang }
    }

    /// What happened, the inserts filled.
    pub fn message(&self) -> impl fmt::Display + '_ {
        Shown(move |f: &mut fmt::Formatter<'_>| match self.error.code().known() {
            Some(code) => code.message(self.lang).write_filled(self.error, f),
            None => write!(f, "{}", self.error.code()),
        })
    }

    /// What to do now; `None` for a code that has no entry.
    pub fn hint(&self) -> Option<&'static str> {
        self.error.code().known().map(|code| code.hint(self.lang))
    }

    /// The facts that the message does not hold, as `label: value`, separated by semicolons (the language's own marks);
    /// empty when there are none.
    pub fn facts(&self) -> impl fmt::Display + '_ {
        Shown(move |f: &mut fmt::Formatter<'_>| {
            let mut told = Ok(());
            let mut first = true;
            self.each_remaining_fact(&mut |fact, value| {
                let between = if first { "" } else { self.lang.term(Term::MarkSemicolon) };
                first = false;
                let (label, colon) = (self.lang.label(fact), self.lang.term(Term::MarkColon));
                told = told.and_then(|()| write!(f, "{between}{label}{colon}{value}"));
            });
            told
        })
    }

    fn each_remaining_fact(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        let inserts = self.error.code().known().map_or(&[][..], Code::inserts);
        self.error.facts(&mut |fact, value| {
            if !inserts.iter().any(|insert| insert.fact() == fact) {
                put(fact, value);
            }
        });
    }

    fn has_remaining_facts(&self) -> bool {
        let mut any = false;
        self.each_remaining_fact(&mut |_, _| any = true);
        any
    }
}

impl<E: Coded + ?Sized> fmt::Display for Report<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(hint) = self.hint() else {
            write!(f, "{}", self.error.code())?;
            return if self.has_remaining_facts() { write!(f, "\n{}", self.facts()) } else { Ok(()) };
        };
        write!(f, "{}", self.message())?;
        if self.has_remaining_facts() {
            write!(f, "\n{}", self.facts())?;
        }
        write!(f, "\n{hint}\n{}", self.error.code())
    }
}

/// A closure that prints.
struct Shown<F>(F);

impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Shown<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (self.0)(f)
    }
}

#[cfg(test)]
mod tests {
    use std::{boxed::Box, format, string::String, vec::Vec};

    use super::*;
    use crate::{common, fs, v2};

    #[derive(Debug)]
    struct Failure(HResult, Vec<(Fact, i64)>);
    impl Coded for Failure {
        fn code(&self) -> HResult {
            self.0
        }
        fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
            self.1.iter().for_each(|(fact, number)| put(*fact, Value::I64(*number)));
        }
    }
    impl fmt::Display for Failure {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("for the log")
        }
    }
    impl Error for Failure {}

    #[test]
    fn a_report_has_message_facts_hint_and_code() {
        let error = Failure(v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE, [(Fact::Needed, 7), (Fact::Free, 5)].into());
        for lang in Lang::ALL {
            let report = format!("{}", Report::new(&error, lang));
            let lines: Vec<&str> = report.lines().collect();
            let code = error.0.known().expect("in the table");
            assert_eq!(lines[0], code.message(lang).as_str());
            let (colon, semicolon) = (lang.term(Term::MarkColon), lang.term(Term::MarkSemicolon));
            let facts = [(Fact::Needed, 7), (Fact::Free, 5)].map(|(fact, n)| format!("{}{colon}{n}", lang.label(fact)));
            assert_eq!(lines[1], facts.join(semicolon));
            assert_eq!(lines[2], code.hint(lang));
            assert_eq!(lines[3], "E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE (0xC0AA0509)");
            assert_eq!(lines.len(), 4);
        }
    }

    #[test]
    fn a_name_cannot_write_on_the_terminal() {
        struct Named(&'static str);
        impl Coded for Named {
            fn code(&self) -> HResult {
                fs::IMAPI_E_FILE_NOT_FOUND
            }
            fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
                put(Fact::File, Value::Text(&self.0));
                put(Fact::Path, Value::Text(&self.0));
            }
        }
        let report = format!("{}", Report::new(&Named("a\n\u{1b}[31mb\u{202e}\u{85}ж"), Lang::EN));
        assert_eq!(report.lines().count(), 4, "{report}");
        assert_eq!(report.matches(r"a\n\u{1b}[31mb\u{202e}\u{85}ж").count(), 2, "{report}");
    }

    #[test]
    fn a_fact_that_stands_in_the_message_is_not_told_twice() {
        let error = Failure(fs::IMAPI_E_IMPORT_SEEK_FAILURE, [(Fact::Block, 42)].into());
        let report = format!("{}", Report::new(&error, Lang::EN));
        assert_eq!(report.matches("42").count(), 1, "{report}");
        assert_eq!(report.lines().count(), 3, "{report}");
    }

    #[test]
    fn an_unknown_code_is_told_by_its_number_and_facts() {
        let error = Failure(HResult::from_u32(0x8123_4567), [(Fact::Lba, -150)].into());
        assert_eq!(format!("{}", Report::new(&error, Lang::EN)), "0x81234567\ndisc address (LBA): -150");
        assert_eq!(format!("{}", Report::new(&HResult::from_u32(0x8123_4567), Lang::RU)), "0x81234567");
    }

    #[test]
    fn a_boxed_error_keeps_its_code_and_remains_a_source() {
        let boxed: Box<dyn CodedError> = Box::new(Failure(common::E_FAIL, Vec::new()));
        assert_eq!(boxed.code(), common::E_FAIL);
        assert_eq!(format!("{}", boxed.as_error()), "for the log");
        let told: String = format!("{}", Report::new(&*boxed, Lang::EN));
        assert!(told.ends_with("E_FAIL (0x80004005)"), "{told}");
    }
}
