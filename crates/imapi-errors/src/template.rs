//! [`Template`]: a message with its typed inserts, and how facts fill them.

use core::fmt::{self, Write as _};

use crate::{Code, Coded, Fact, Lang, Term, Value};

/// A typed place in a message, spelled as the Windows headers spell it: `%2!I64d!`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Insert {
    pub(crate) number: u8,
    pub(crate) kind: InsertKind,
    pub(crate) spelling: &'static str,
    pub(crate) fact: Fact,
}

/// What an insert takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InsertKind {
    /// `ls` and `s`: text.
    Text,
    /// `I64d`: a signed 64-bit number.
    I64,
    /// `u`: an unsigned 32-bit number.
    U32,
}

impl Insert {
    /// The number after the percent sign.
    #[must_use]
    pub const fn number(self) -> u8 {
        self.number
    }

    /// What it takes.
    #[must_use]
    pub const fn kind(self) -> InsertKind {
        self.kind
    }

    /// The whole insert as it stands in the message.
    #[must_use]
    pub const fn spelling(self) -> &'static str {
        self.spelling
    }

    /// The fact that fills it.
    #[must_use]
    pub const fn fact(self) -> Fact {
        self.fact
    }

    /// Whether a value has the insert's type. A number has every type that holds it, as the same fact stands in one
    /// message as `%1!u!` and in another as `%1!I64d!`.
    fn takes(self, value: Value<'_>) -> bool {
        match (self.kind, value) {
            (InsertKind::U32, Value::I64(number)) => u32::try_from(number).is_ok(),
            (InsertKind::I64 | InsertKind::U32, Value::I64(_) | Value::U32(_)) | (InsertKind::Text, Value::Text(_)) => {
                true
            }
            _ => false,
        }
    }
}

/// Prints the spelling.
impl fmt::Display for Insert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.spelling)
    }
}

/// The message of a code in a language.
///
/// Printed, it shows each unfilled insert as ‹the name of its fact›; [`as_str`](Self::as_str) has them as `%1!ls!`.
#[derive(Clone, Copy)]
pub struct Template {
    code: Code,
    lang: Lang,
}

impl Template {
    pub(crate) const fn new(code: Code, lang: Lang) -> Self {
        Self { code, lang }
    }

    /// The text with its inserts as they are spelled in the tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.lang.words().messages[self.code.index()]
    }

    /// Writes the text, each insert filled with the error's fact.
    ///
    /// A fact that is missing shows as ‹the name of the fact›, one of the wrong type as ‹name: value›: what the error
    /// forgot is visible to the reader, and nothing is lost.
    pub(crate) fn write_filled<E: Coded + ?Sized>(self, error: &E, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in Pieces(self.as_str()) {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Insert(spelling) => match self.insert(spelling) {
                    Some(insert) => self.write_insert(insert, error, f)?,
                    None => f.write_str(spelling)?,
                },
            }
        }
        Ok(())
    }

    fn write_insert<E: Coded + ?Sized>(self, insert: Insert, error: &E, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = self.lang.label(insert.fact);
        let mut written = None;
        error.facts(&mut |fact, value| {
            if fact == insert.fact && written.is_none() {
                written = Some(if insert.takes(value) {
                    write!(f, "{value}")
                } else {
                    write!(f, "‹{label}{}{value}›", self.lang.term(Term::MarkColon))
                });
            }
        });
        written.unwrap_or_else(|| write!(f, "‹{label}›"))
    }

    /// Translations move inserts about, so they are found by their spelling.
    fn insert(self, spelling: &str) -> Option<Insert> {
        self.code.inserts().iter().copied().find(|insert| insert.spelling == spelling)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct KnowsNothing(Code);
        impl Coded for KnowsNothing {
            fn code(&self) -> crate::HResult {
                self.0.value()
            }
        }
        self.write_filled(&KnowsNothing(self.code), f)
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        f.write_str(self.as_str())?;
        f.write_char('"')
    }
}

/// A message taken apart.
struct Pieces<'a>(&'a str);

#[derive(Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Insert(&'a str),
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        if let Some(length) = insert_length(self.0) {
            let (insert, rest) = self.0.split_at(length);
            self.0 = rest;
            return Some(Piece::Insert(insert));
        }
        // The first character is text whatever it is; a percent sign after it may begin an insert.
        let end = self.0.match_indices('%').map(|(at, _)| at).find(|&at| at > 0).unwrap_or(self.0.len());
        let (text, rest) = self.0.split_at(end);
        self.0 = rest;
        Some(Piece::Text(text))
    }
}

/// The length of the insert with which the text begins: `%`, digits, `!`, letters and digits, `!`.
fn insert_length(text: &str) -> Option<usize> {
    let after_percent = text.strip_prefix('%')?;
    let after_number = after_percent.trim_start_matches(|c: char| c.is_ascii_digit());
    let after_bang = after_number.strip_prefix('!')?;
    let after_kind = after_bang.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    let rest = after_kind.strip_prefix('!')?;
    let complete = after_number.len() < after_percent.len() && after_kind.len() < after_bang.len();
    complete.then(|| text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use std::{format, vec, vec::Vec};

    use super::*;
    use crate::{HResult, fs};

    #[test]
    fn a_text_comes_apart_into_words_and_inserts() {
        let pieces: Vec<_> = Pieces("%1!ls!: 50% of %2!I64d!%3!u!").collect();
        let expected = vec![
            Piece::Insert("%1!ls!"),
            Piece::Text(": 50"),
            Piece::Text("% of "),
            Piece::Insert("%2!I64d!"),
            Piece::Insert("%3!u!"),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn what_only_looks_like_an_insert_is_text() {
        for text in ["%", "%%", "%1", "%1!", "%1!ls", "%!ls!", "%1!!", "%1! ls!", "%1！ls！", "100 %", "%x!ls!"] {
            assert!(Pieces(text).all(|piece| matches!(piece, Piece::Text(_))), "{text}");
            let whole: std::string::String = Pieces(text)
                .map(|piece| match piece {
                    Piece::Text(t) | Piece::Insert(t) => t,
                })
                .collect();
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn inserts_of_every_message_are_the_inserts_of_its_code() {
        for lang in Lang::ALL {
            for code in Code::all() {
                let mut found: Vec<&str> = Pieces(code.message(lang).as_str())
                    .filter_map(|piece| match piece {
                        Piece::Insert(insert) => Some(insert),
                        Piece::Text(_) => None,
                    })
                    .collect();
                let mut declared: Vec<&str> = code.inserts().iter().map(|insert| insert.spelling).collect();
                found.sort_unstable();
                declared.sort_unstable();
                assert_eq!(found, declared, "{code} in {lang}");
            }
        }
    }

    struct Stream<'a>(&'a [(Fact, Value<'a>)]);
    impl Coded for Stream<'_> {
        fn code(&self) -> HResult {
            fs::IMAPI_E_DATA_STREAM_INCONSISTENCY
        }
        fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
            self.0.iter().for_each(|(fact, value)| put(*fact, *value));
        }
    }

    fn filled(facts: &[(Fact, Value<'_>)]) -> std::string::String {
        format!("{}", crate::Report::new(&Stream(facts), Lang::EN).message())
    }

    #[test]
    fn a_message_says_what_its_facts_are() {
        let told = filled(&[
            (Fact::File, Value::Text(&"a.bin")),
            (Fact::Expected, Value::I64(5_000_000_000)),
            (Fact::Found, Value::I64(-1)),
        ]);
        assert!(told.contains("'a.bin'") && told.contains("5000000000") && told.contains("-1"), "{told}");
        assert!(!told.contains('%') && !told.contains('‹'), "{told}");
    }

    #[test]
    fn a_missing_fact_and_one_of_the_wrong_type_are_visible() {
        let told = filled(&[(Fact::File, Value::Text(&"a.bin")), (Fact::Expected, Value::Text(&"many"))]);
        assert!(told.contains("‹expected: many›"), "{told}");
        assert!(told.contains("‹found›"), "{told}");
    }

    #[test]
    fn a_number_fits_every_insert_that_can_hold_it() {
        let near_block = |number: i64| {
            struct Read(i64);
            impl Coded for Read {
                fn code(&self) -> HResult {
                    fs::IMAPI_E_IMPORT_READ_FAILURE
                }
                fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
                    put(Fact::Block, Value::I64(self.0));
                }
            }
            format!("{}", crate::Report::new(&Read(number), Lang::EN).message())
        };
        assert!(near_block(42).contains(" 42."), "{}", near_block(42));
        for beyond in [-1, 1 << 32] {
            assert!(near_block(beyond).contains(&format!("‹block: {beyond}›")), "{}", near_block(beyond));
        }
    }

    #[test]
    fn without_facts_a_message_names_what_would_stand_there() {
        let told = format!("{}", fs::IMAPI_E_FILE_NOT_FOUND.known().expect("in the table").message(Lang::EN));
        assert!(told.contains("‹file›"), "{told}");
    }
}
