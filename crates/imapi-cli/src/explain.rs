//! `imapi explain`: what a code means.

use std::io::{self, Write as _};

use imapi_errors::{Code, Lang, Term, Value};

use crate::{
    entry::{self, Entry},
    output::{self, Outcome, Output},
    query::{self, Answer},
};

/// Explains each code; a name that nobody knows is told on standard error and makes the outcome a failure.
pub fn run(codes: &[String], lang: Lang, json: bool, out: &mut Output) -> io::Result<Outcome> {
    let mut outcome = Outcome::Done;
    let mut entries = Vec::new();
    let mut first = true;
    for text in codes {
        let values = match query::answer(text) {
            Answer::Known(codes) => codes.into_iter().map(Code::value).collect(),
            Answer::Number(value) => vec![value],
            Answer::Unknown(similar) => {
                complain(text, &similar, lang);
                outcome = Outcome::Failed;
                continue;
            }
        };
        for value in values {
            if json {
                entries.push(Entry::from(value));
                continue;
            }
            if !first {
                writeln!(out)?;
            }
            first = false;
            match value.known() {
                Some(code) => entry::write_known(code, lang, out)?,
                None => entry::write_unknown(value, lang, out)?,
            }
        }
    }
    if json {
        write_json(&entries, codes.len() > 1, out)?;
    }
    Ok(outcome)
}

/// One object for one code; an array where more were asked for or found.
fn write_json(entries: &[Entry], several: bool, out: &mut Output) -> io::Result<()> {
    match entries {
        [] if !several => return Ok(()),
        [only] if !several => serde_json::to_writer_pretty(&mut *out, only)?,
        all => serde_json::to_writer_pretty(&mut *out, all)?,
    }
    writeln!(out)
}

fn complain(text: &str, similar: &[Code], lang: Lang) {
    let colon = lang.term(Term::MarkColon);
    // The text is whatever somebody typed or pasted; a terminal must not obey it.
    let text = Value::Text(&text);
    let mut told = format!("{}{colon}{text}", lang.term(Term::UnknownName));
    if !similar.is_empty() {
        let names: Vec<&str> = similar.iter().map(|code| code.name()).collect();
        told = format!("{told}\n{}{colon}{}", lang.term(Term::SimilarNames), names.join(lang.term(Term::MarkComma)));
    }
    output::complain(&told);
}
