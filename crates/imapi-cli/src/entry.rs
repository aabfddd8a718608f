//! One code as people read it, and as programs do.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use imapi_errors::{Code, HResult, Insert, Lang, Severity, Term};
use serde::Serialize;

use crate::output::{LABEL, NAME, Output};

/// A code in JSON. A number that no table has is told with `null` for what is not known.
#[derive(Debug, Serialize)]
pub struct Entry {
    name: Option<&'static str>,
    value: String,
    decimal: i32,
    header: Option<&'static str>,
    severity: &'static str,
    facility: u16,
    number: u16,
    inserts: Vec<&'static str>,
    message: Option<Texts>,
    hint: Option<Texts>,
    raised: Option<Texts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    v1: Option<&'static str>,
}

/// A text in all languages.
#[derive(Debug, Serialize)]
struct Texts {
    en: &'static str,
    ru: &'static str,
    #[serde(rename = "zh-TW")]
    zh_tw: &'static str,
}

impl Texts {
    fn new(in_language: impl Fn(Lang) -> &'static str) -> Self {
        Self { en: in_language(Lang::EN), ru: in_language(Lang::RU), zh_tw: in_language(Lang::ZH_TW) }
    }
}

impl From<HResult> for Entry {
    fn from(value: HResult) -> Self {
        let code = value.known();
        Self {
            name: code.map(Code::name),
            value: format!("{value:#X}"),
            decimal: value.as_i32(),
            header: code.map(|code| code.header().file()),
            severity: value.severity().key(),
            facility: value.facility().number(),
            number: value.number(),
            inserts: code.map(Code::inserts).unwrap_or_default().iter().copied().map(Insert::spelling).collect(),
            message: code.map(|code| Texts::new(|lang| code.message(lang).as_str())),
            hint: code.map(|code| Texts::new(|lang| code.hint(lang))),
            raised: code.map(|code| Texts::new(|lang| code.raised(lang))),
            aliases: code.into_iter().flat_map(Code::aliases).collect(),
            v1: code.and_then(Code::v1).map(Code::name),
        }
    }
}

/// Writes all that is known of a code.
pub fn write_known(code: Code, lang: Lang, out: &mut Output) -> io::Result<()> {
    let value = code.value();
    writeln!(out, "{NAME}{}{NAME:#}", code.name())?;
    let severity = severity_word(value.severity(), lang);
    writeln!(out, "{value:#X}  {}  {severity}  {}", value.as_i32(), code.header().file())?;
    writeln!(out)?;
    out.paragraph("", &code.message(lang).to_string())?;
    writeln!(out)?;
    labelled(out, lang, Term::WhatToDo, code.hint(lang))?;
    labelled(out, lang, Term::RaisedBy, code.raised(lang))?;
    if !code.inserts().is_empty() {
        labelled(out, lang, Term::Inserts, &inserts(code, lang))?;
    }
    if let Some(v1) = code.v1() {
        labelled(out, lang, Term::V1Code, v1.name())?;
    }
    let aliases: Vec<&str> = code.aliases().collect();
    if !aliases.is_empty() {
        labelled(out, lang, Term::AlsoCalled, &aliases.join(lang.term(Term::MarkComma)))?;
    }
    Ok(())
}

/// Takes a number apart that no table has.
pub fn write_unknown(value: HResult, lang: Lang, out: &mut Output) -> io::Result<()> {
    writeln!(out, "{NAME}{value:#X}{NAME:#}  {}", value.as_i32())?;
    writeln!(out)?;
    out.paragraph("", lang.term(Term::UnknownCode))?;
    writeln!(out)?;
    labelled(out, lang, Term::Severity, severity_word(value.severity(), lang))?;
    labelled(out, lang, Term::Facility, &value.facility().to_string())?;
    labelled(out, lang, Term::Number, &format!("{} (0x{:04X})", value.number(), value.number()))
}

/// Success or error, in the reader's language.
fn severity_word(severity: Severity, lang: Lang) -> &'static str {
    lang.term(match severity {
        Severity::Success => Term::Success,
        Severity::Error => Term::Error,
    })
}

fn labelled(out: &mut Output, lang: Lang, label: Term, text: &str) -> io::Result<()> {
    out.paragraph("", &format!("{LABEL}{}{LABEL:#}{}{text}", lang.term(label), lang.term(Term::MarkColon)))
}

/// `%1!ls! = file; %2!I64d! = expected`
fn inserts(code: Code, lang: Lang) -> String {
    let mut text = String::new();
    for insert in code.inserts() {
        let between = if text.is_empty() { "" } else { lang.term(Term::MarkSemicolon) };
        write!(text, "{between}{insert} = {}", lang.label(insert.fact())).expect("a String takes all text");
    }
    text
}
