//! `imapi codes`: the tables.

use std::io::{self, Write as _};

use imapi_errors::{Code, Header, Lang};

use crate::{
    cli::HeaderName,
    entry::Entry,
    output::{NAME, Outcome, Output},
};

/// Lists the codes of a header, or of the three IMAPI headers.
pub fn run(header: Option<HeaderName>, lang: Lang, json: bool, out: &mut Output) -> io::Result<Outcome> {
    let headers = match header {
        Some(name) => vec![Header::from(name)],
        None => vec![Header::V1, Header::V2, Header::Fs],
    };
    if json {
        let entries: Vec<Entry> =
            headers.iter().flat_map(|&header| Code::of(header)).map(|code| Entry::from(code.value())).collect();
        serde_json::to_writer_pretty(&mut *out, &entries)?;
        writeln!(out)?;
        return Ok(Outcome::Done);
    }
    for (place, &header) in headers.iter().enumerate() {
        if place > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{NAME}{}{NAME:#}", header.file())?;
        for code in Code::of(header) {
            // A line a code, so that a search finds the code with its words.
            writeln!(out, "{:#X}  {}  {}", code.value(), code.name(), code.message(lang))?;
        }
    }
    Ok(Outcome::Done)
}
