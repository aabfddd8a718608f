//! `imapi image check`: whether everything in an image or on a disc is as the standards want it.

use std::{
    ffi::OsString,
    io::{self, Write as _},
};

use clap::Args;
use imapi_errors::{Lang, Term, Value};
use imapi_volumes::{Checked, FileSystem, Finding, Severity, check};
use serde::Serialize;

use super::{
    NamesOf, Subject,
    open::{Opened, failed},
};
use crate::output::{NAME, Outcome, Output};

#[derive(Debug, Args)]
pub struct CheckArguments {
    /// An image file, - for standard input, or a drive
    #[arg(value_name = "IMAGE|DRIVE")]
    name: OsString,

    /// Only this session [default: the newest, which shows all files]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    session: Option<u16>,

    /// Prints a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    file_systems: Vec<&'static str>,
    errors: u64,
    warnings: u64,
    remarks: u64,
    /// Findings that are only counted.
    left_out: u64,
    findings: Vec<ToldFinding>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ToldFinding {
    severity: &'static str,
    rule: &'static str,
    clause: &'static str,
    file_system: &'static str,
    block: u64,
    /// A path or a name, or what else it is about.
    about: Option<String>,
    message: &'static str,
    /// What the structure says of itself, where it cannot be decoded.
    malformed: Option<String>,
    found: Option<u64>,
    expected: Option<u64>,
}

impl From<&Finding> for ToldFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            severity: word(finding.rule.severity),
            rule: finding.rule.id,
            clause: finding.rule.clause,
            file_system: match finding.file_system {
                FileSystem::Iso9660 => "iso9660",
                FileSystem::Joliet => "joliet",
                FileSystem::Udf => "udf",
            },
            block: finding.block.0,
            about: finding.about.as_deref().map(str::to_owned),
            message: finding.rule.broken,
            malformed: finding.malformed.map(|malformed| malformed.to_string()),
            found: finding.numbers.map(|numbers| numbers.0),
            expected: finding.numbers.map(|numbers| numbers.1),
        }
    }
}

/// Findings are in English, as in logs, and so is how much they matter.
const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Remark => "remark",
    }
}

pub fn run(arguments: &CheckArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let subject = Subject { name: arguments.name.clone(), session: arguments.session, lenient: false };
    let opened = match Opened::new(&subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let checked = match check(opened.medium.source(), &opened.options) {
        Ok(checked) => checked,
        Err(error) => return Ok(opened.end(failed(&error, lang), lang)),
    };
    if arguments.json {
        let told = Told {
            file_systems: checked.names.iter().map(|names| NamesOf::of(*names).word()).collect(),
            errors: checked.errors,
            warnings: checked.warnings,
            remarks: checked.remarks,
            left_out: checked.left_out(),
            findings: checked.findings.iter().map(ToldFinding::from).collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &told)?;
        writeln!(out)?;
    } else {
        tell(&checked, lang, out)?;
    }
    out.finish()?;
    let outcome = if checked.errors > 0 { Outcome::Failed } else { Outcome::Done };
    Ok(opened.end(outcome, lang))
}

fn tell(checked: &Checked, lang: Lang, out: &mut Output) -> io::Result<()> {
    for finding in &checked.findings {
        // What stands in an image does nothing to a terminal.
        writeln!(out, "{}: {}", word(finding.rule.severity), Value::Text(finding))?;
    }
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    if checked.left_out() > 0 {
        writeln!(out, "{}{colon}{}", lang.term(Term::LookMoreFaults), checked.left_out())?;
    }
    let verdict = lang.term(if checked.errors > 0 { Term::CheckBad } else { Term::CheckGood });
    let names: Vec<String> = checked.names.iter().map(ToString::to_string).collect();
    let counts = [
        (Term::CheckErrors, checked.errors),
        (Term::CheckWarnings, checked.warnings),
        (Term::CheckRemarks, checked.remarks),
    ];
    let counts: Vec<String> =
        counts.into_iter().map(|(term, count)| format!("{}{colon}{count}", lang.term(term))).collect();
    writeln!(out, "{NAME}{verdict}{NAME:#} ({}){colon}{}", names.join(comma), counts.join(comma))
}
