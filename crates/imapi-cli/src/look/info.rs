//! `imapi image info`: what an image or a disc is as a whole.

use std::{
    fmt::Display,
    io::{self, Write as _},
};

use clap::Args;
use imapi::browse::MediumKind;
use imapi_errors::{Fact, Lang, Term, Value};
use imapi_volumes::{Found, VolumeError, identify};
use serde::Serialize;

use super::{
    Subject, boot,
    open::{Opened, blocks, failed},
    sessions::{self, ToldSystem},
};
use crate::{
    output::{NAME, Outcome, Output},
    progress,
};

#[derive(Debug, Args)]
pub struct InfoArguments {
    #[command(flatten)]
    subject: Subject,

    /// Prints a JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    kind: &'static str,
    blocks: u64,
    bytes: u64,
    file_systems: Vec<ToldSystem>,
    sessions: Vec<sessions::Told>,
    boot: boot::Told,
}

pub fn run(arguments: &InfoArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let opened = match Opened::new(&arguments.subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let found = match identify(opened.medium.source(), &opened.options) {
        Ok(found) => found,
        Err(error) => return Ok(opened.end(failed(&error, lang), lang)),
    };
    let boot = boot::look(&opened);
    let sessions: Vec<_> = opened.medium.sessions().iter().map(|session| sessions::look(&opened, session)).collect();
    let blocks = blocks(&opened.medium);
    if arguments.json {
        let told = Told {
            kind: match opened.medium.kind() {
                MediumKind::Image => "image",
                MediumKind::RawImage => "raw-image",
                MediumKind::Disc => "disc",
            },
            blocks,
            bytes: blocks.saturating_mul(2048),
            file_systems: found.iter().map(ToldSystem::of).collect(),
            sessions: sessions.into_iter().map(|(told, _)| told).collect(),
            boot: boot.told(),
        };
        serde_json::to_writer_pretty(&mut *out, &told)?;
        writeln!(out)?;
    } else {
        let mut page = Page { lang, out };
        page.head(&opened, blocks)?;
        for found in &found {
            page.system(found)?;
        }
        if sessions.len() > 1 {
            for (told, found) in &sessions {
                sessions::tell(told, found, lang, page.out)?;
            }
        }
        if !boot.is_empty() {
            boot.tell(lang, page.out)?;
        }
    }
    out.finish()?;
    // An image of nothing that is known is told as far as it can be, and is a failure all the same.
    let outcome = if found.is_empty() { failed(&VolumeError::None, lang) } else { Outcome::Done };
    let broken = found.iter().find_map(|found| found.facts.as_ref().err());
    let outcome = broken.map_or(outcome, |error| failed(error, lang));
    Ok(opened.end(outcome, lang))
}

struct Page<'a> {
    lang: Lang,
    out: &'a mut Output,
}

impl Page<'_> {
    fn line(&mut self, label: &str, value: impl Display) -> io::Result<()> {
        // What stands in an image does nothing to a terminal.
        writeln!(self.out, "  {label}{}{}", self.lang.term(Term::MarkColon), Value::Text(&value))
    }

    fn head(&mut self, opened: &Opened, blocks: u64) -> io::Result<()> {
        let kind = self.lang.term(match opened.medium.kind() {
            MediumKind::Image => Term::LookImage,
            MediumKind::RawImage => Term::LookRawImage,
            MediumKind::Disc => Term::LookDisc,
        });
        let (colon, comma) = (self.lang.term(Term::MarkColon), self.lang.term(Term::MarkComma));
        let size = progress::size(blocks.saturating_mul(2048));
        writeln!(self.out, "{kind}{colon}{size}{comma}{}{colon}{blocks}", self.lang.term(Term::Blocks))
    }

    fn system(&mut self, found: &Found) -> io::Result<()> {
        let lang = self.lang;
        let told = ToldSystem::of(found);
        writeln!(self.out, "{NAME}{}{NAME:#}", told.title(found))?;
        let facts = match &found.facts {
            Ok(facts) => facts,
            Err(error) => return self.line(lang.label(Fact::Reason), error),
        };
        self.line(lang.term(Term::LookLabel), &facts.label)?;
        self.line(lang.term(Term::LookFirstBlock), facts.first)?;
        self.line(lang.term(Term::Blocks), facts.blocks)?;
        for (term, time) in [(Term::LookCreated, facts.created), (Term::LookModified, facts.modified)] {
            if let Some(time) = time {
                self.line(lang.term(term), time)?;
            }
        }
        if let Some((files, folders)) = facts.counts {
            self.line(lang.term(Term::Files), files)?;
            self.line(lang.term(Term::Folders), folders)?;
        }
        for (name, text) in facts.identifiers.iter().filter(|(_, text)| !text.is_empty() && *text != facts.label) {
            self.line(&name.replace('_', " "), text)?;
        }
        Ok(())
    }
}
