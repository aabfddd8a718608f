//! `imapi erase`: a rewritable disc becomes as good as new.

use std::{
    io::{self, Write as _},
    ops::ControlFlow,
};

use clap::Args;
use imapi::drives::Drives;
use imapi_disc_types::{ClientName, Control, MediaType};
use imapi_errors::{Coded, Lang, Term};
use imapi_format2::{Probe, is_heuristically_blank};
use imapi_format2_erase::{Becomes, Doing, EraseError, EraseOptions, EraseProgress, Erased, Left, erase};
use imapi_recorder::Recorder;
use serde::Serialize;

use super::work::{Manner, Work, code_of};
use crate::{
    agree::agrees,
    output::{self, Outcome, Output},
    progress::{Progress, Step},
};

const CLIENT: &str = "imapi erase";

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct EraseArguments {
    /// The drive: a device, an id that `imapi drives` tells, or `virtual:DISC`
    #[arg(short, long, value_name = "DRIVE")]
    drive: String,

    /// Writes over every block; else only what makes the disc look used goes
    #[arg(long)]
    full: bool,

    /// Makes a DVD-RW one that is written at any place, as a DVD+RW is
    #[arg(long)]
    overwritable: bool,

    /// Takes the disc also when it is mounted
    #[arg(long)]
    force: bool,

    /// Agrees to lose what is on the disc
    #[arg(short, long)]
    yes: bool,

    #[command(flatten)]
    manner: Manner,
}

/// What came of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    name: Option<&'static str>,
    drive: String,
    medium: String,
    full: bool,
    fully_instead: bool,
    /// What the disc is now.
    disc: Option<&'static str>,
    seconds: Option<f64>,
}

pub fn run(drives: &Drives, arguments: &EraseArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let mut work = Work::new(drives, arguments.manner, lang)?;
    let recorder = match work.recorder(&arguments.drive) {
        Ok(recorder) => recorder,
        Err(error) => return Ok(work.failed(&error)),
    };
    let (medium, is_blank) = match look(&recorder) {
        Ok(looked) => looked,
        Err(error) => return Ok(work.failed(&error)),
    };
    if !is_blank && !arguments.yes && !agrees(lang) {
        output::complain(&lang.term(Term::NotAgreed));
        return Ok(Outcome::Failed);
    }
    let becomes = if arguments.overwritable { Becomes::Overwritable } else { Becomes::Blank };
    let options = EraseOptions { full: arguments.full, becomes, force: arguments.force };
    let client: ClientName = CLIENT.parse().expect("letters and a space");
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let mut listener = |told: &EraseProgress| {
        show(told, progress);
        ControlFlow::Continue(())
    };
    let erased = erase(&recorder, &client, &options, &mut Control::new(token, &mut listener));
    work.progress.clear();
    let outcome = match &erased {
        Ok(erased) => {
            notes(erased, arguments.manner.quiet, lang);
            Outcome::Done
        }
        Err(error) => work.failed(error),
    };
    if arguments.manner.json {
        serde_json::to_writer(&mut *out, &told(&recorder, medium, arguments, &erased))?;
        writeln!(out)?;
    } else if let (Ok(erased), false) = (&erased, arguments.manner.quiet) {
        let state = lang.term(match erased.left {
            Left::Blank | Left::OnlyAtOnce => Term::StateBlank,
            Left::Formatted | Left::Formatting => Term::StateFormatted,
        });
        let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
        writeln!(out, "{}{colon}{medium}{comma}{state}", lang.term(Term::EraseDone))?;
    }
    Ok(outcome)
}

/// Shows what the drive is at.
pub fn show(told: &EraseProgress, progress: &mut Progress) {
    let (elapsed, total) = (told.elapsed.as_secs(), told.estimated_total.as_secs());
    let percent = u32::try_from(elapsed * 100 / total.max(1)).ok().filter(|_| told.doing != Doing::Preparing);
    progress.show(Step::Drive { doing: term(told.doing), seconds: elapsed, most: None, percent });
}

/// The kind of disc, and whether there is anything on it to lose.
fn look(recorder: &Recorder) -> Result<(MediaType, bool), EraseError> {
    let probe = Probe::of(recorder)?;
    Ok((probe.medium(), is_heuristically_blank(recorder, &probe)?))
}

/// What is other than it was asked for.
fn notes(erased: &Erased, quiet: bool, lang: Lang) {
    let fully = erased.fully_instead.then_some(Term::EraseFullyInstead);
    let left = match erased.left {
        Left::OnlyAtOnce => Some(Term::EraseOnlyAtOnce),
        Left::Formatting => Some(Term::EraseFormatting),
        Left::Blank | Left::Formatted => None,
    };
    for term in [fully, left].into_iter().flatten().filter(|_| !quiet) {
        output::complain(&lang.term(term));
    }
}

const fn term(doing: Doing) -> Term {
    match doing {
        Doing::Preparing => Term::BurnPreparing,
        Doing::Blanking => Term::EraseBlanking,
        Doing::Formatting => Term::BurnFormatting,
        Doing::Writing => Term::EraseWriting,
        Doing::Closing => Term::BurnFinishing,
        Doing::Checking => Term::EraseChecking,
    }
}

fn told(
    recorder: &Recorder,
    medium: MediaType,
    arguments: &EraseArguments,
    erased: &Result<Erased, EraseError>,
) -> Told {
    let (code, name) = code_of(erased.as_ref().err().map(|error| error as &dyn Coded));
    let erased = erased.as_ref().ok();
    Told {
        code,
        name,
        drive: recorder.id().to_string(),
        medium: medium.to_string(),
        full: arguments.full,
        fully_instead: erased.is_some_and(|erased| erased.fully_instead),
        disc: erased.map(|erased| match erased.left {
            Left::Blank => "blank",
            Left::OnlyAtOnce => "blank-for-one-session",
            Left::Formatted => "formatted",
            Left::Formatting => "formatting",
        }),
        seconds: erased.map(|erased| erased.elapsed.as_secs_f64()),
    }
}
