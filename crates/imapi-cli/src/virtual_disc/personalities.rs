//! `imapi virtual personalities`: the drives that differ from the standard.

use std::io::{self, Write as _};

use imapi_virtual_drive::PERSONALITIES;
use serde::Serialize;

use crate::output::{NAME, Outcome, Output};

/// A personality in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    name: &'static str,
    summary: &'static str,
    seen_in: &'static str,
}

/// Lists them.
pub fn personalities(json: bool, out: &mut Output) -> io::Result<Outcome> {
    let shown = PERSONALITIES.iter().map(|personality| Shown {
        name: personality.name,
        summary: personality.summary,
        seen_in: personality.seen_in,
    });
    if json {
        serde_json::to_writer_pretty(&mut *out, &shown.collect::<Vec<_>>())?;
        writeln!(out)?;
        return Ok(Outcome::Done);
    }
    for personality in shown {
        writeln!(out, "{NAME}{}{NAME:#}", personality.name)?;
        out.paragraph("    ", &format!("{} ({})", personality.summary, personality.seen_in))?;
    }
    Ok(Outcome::Done)
}
