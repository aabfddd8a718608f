//! `imapi sessions`: the sessions of a disc or an image that have data.

use std::io::{self, Write as _};

use clap::Args;
use imapi::browse::Session;
use imapi_errors::{Coded, Fact, Lang, Term, Value};
use imapi_volumes::{Found, identify};
use serde::Serialize;

use super::{
    NamesOf, Subject,
    open::{Opened, Search, failed},
};
use crate::{
    drive::work::code_of,
    output::{NAME, Outcome, Output},
};

#[derive(Debug, Args)]
pub struct SessionsArguments {
    #[command(flatten)]
    subject: Subject,

    /// Looks for sessions everywhere, also for those that nothing leads to any more
    #[arg(long)]
    search: bool,

    /// Prints a JSON array
    #[arg(long)]
    json: bool,
}

/// A session, for programs and people.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Told {
    session: u16,
    first_block: u64,
    blocks: u64,
    pub file_systems: Vec<ToldSystem>,
}

/// A file system of a session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ToldSystem {
    pub names: &'static str,
    pub label: Option<String>,
    pub udf_revision: Option<String>,
    pub first_block: Option<u64>,
    pub blocks: Option<u64>,
    pub created: Option<String>,
    pub modified: Option<String>,
    pub files: Option<u64>,
    pub folders: Option<u64>,
    pub identifiers: serde_json::Map<String, serde_json::Value>,
    /// Why it cannot be read.
    pub code: Option<String>,
}

impl ToldSystem {
    pub fn of(found: &Found) -> Self {
        let facts = found.facts.as_ref().ok();
        let code = found.facts.as_ref().err().map(|error| code_of(Some(error as &dyn Coded)).0);
        let time = |time: Option<imapi_disc_types::Timestamp>| time.map(|time| time.to_string());
        let identifiers = facts.into_iter().flat_map(|facts| &facts.identifiers);
        Self {
            names: NamesOf::of(found.names).word(),
            label: facts.map(|facts| facts.label.clone()),
            udf_revision: facts
                .and_then(|facts| facts.udf_revision)
                .map(|revision| format!("{:x}.{:02x}", revision >> 8, revision & 0xFF)),
            first_block: facts.map(|facts| facts.first.0),
            blocks: facts.map(|facts| facts.blocks),
            created: time(facts.and_then(|facts| facts.created)),
            modified: time(facts.and_then(|facts| facts.modified)),
            files: facts.and_then(|facts| facts.counts).map(|counts| counts.0),
            folders: facts.and_then(|facts| facts.counts).map(|counts| counts.1),
            identifiers: identifiers.map(|(name, text)| ((*name).to_owned(), text.clone().into())).collect(),
            code,
        }
    }

    /// `UDF 2.50`
    pub fn title(&self, found: &Found) -> String {
        match &self.udf_revision {
            Some(revision) => format!("{} {revision}", found.names),
            None => found.names.to_string(),
        }
    }
}

/// What is in a session.
pub fn look(opened: &Opened, session: &Session) -> (Told, Vec<Found>) {
    let options = opened.medium.options(Some(session.number)).unwrap_or_default();
    let found = identify(opened.medium.source(), &options).unwrap_or_default();
    let told = Told {
        session: session.number,
        first_block: session.start.0,
        blocks: session.end.0.saturating_sub(session.start.0),
        file_systems: found.iter().map(ToldSystem::of).collect(),
    };
    (told, found)
}

pub fn run(arguments: &SessionsArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let search = if arguments.search { Search::Always } else { Search::WhereNeeded };
    let opened = match Opened::with_search(&arguments.subject, search, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let only = arguments.subject.session;
    let sessions = opened.medium.sessions().iter().filter(|session| only.is_none_or(|only| session.number == only));
    let all: Vec<_> = sessions.map(|session| look(&opened, session)).collect();
    if arguments.json {
        let told: Vec<&Told> = all.iter().map(|(told, _)| told).collect();
        serde_json::to_writer_pretty(&mut *out, &told)?;
        writeln!(out)?;
    } else {
        for (told, found) in &all {
            tell(told, found, lang, out)?;
        }
    }
    out.finish()?;
    Ok(opened.end(Outcome::Done, lang))
}

/// A line for a session, and one for each of its file systems.
pub fn tell(told: &Told, found: &[Found], lang: Lang, out: &mut Output) -> io::Result<()> {
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    writeln!(
        out,
        "{NAME}{} {}{NAME:#}{colon}{} {}{comma}{}{colon}{}",
        lang.label(Fact::Session),
        told.session,
        lang.term(Term::LookFirstBlock),
        told.first_block,
        lang.term(Term::Blocks),
        told.blocks
    )?;
    for (system, found) in told.file_systems.iter().zip(found) {
        let mut parts = Vec::new();
        match &found.facts {
            Ok(facts) => {
                parts.push(Value::Text(&facts.label).to_string());
                parts.extend(facts.created.map(|time| time.to_string()));
            }
            Err(error) => parts.push(Value::Text(error).to_string()),
        }
        parts.retain(|part| !part.is_empty());
        writeln!(out, "  {}{colon}{}", system.title(found), parts.join(comma))?;
    }
    Ok(())
}
