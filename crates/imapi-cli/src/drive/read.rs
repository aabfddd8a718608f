//! `imapi read`: a disc into an image file.

use std::{
    io::{self, Write as _},
    ops::ControlFlow,
    ops::Range,
    path::PathBuf,
};

use clap::Args;
use imapi::{
    drives::Drives,
    read::{Pass, ReadError, ReadOptions, ReadProgress, ReadReport, read_disc},
};
use imapi_disc_types::Control;
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value, common};
use imapi_recorder::Recorder;
use serde::Serialize;

use super::work::{Manner, Work, code_of};
use crate::{
    output::{self, Outcome, Output},
    progress::{self, Step},
};

const BLOCK: u64 = 2048;

#[derive(Debug, Args)]
pub struct ReadArguments {
    /// The drive
    drive: String,

    /// The image file
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Notes in this file what was read, and goes on with what it says; GNU ddrescue reads it, too
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,

    /// How often sectors that could not be read are tried again
    #[arg(long, value_name = "N", default_value_t = 1)]
    retries: u32,

    /// Only this session
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    session: Option<u16>,

    /// Reads all of a disc that can be overwritten, also what no file system on it knows of
    #[arg(long)]
    whole: bool,

    /// Overwrites the file when it is there
    #[arg(long)]
    force: bool,

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
    medium: Option<String>,
    start: Option<i32>,
    sectors: Option<u64>,
    left_out_sectors: Option<u64>,
    bad_sectors: Option<u64>,
    bad: Vec<Area>,
    seconds: Option<f64>,
}

/// Addresses, both ends included.
#[derive(Debug, Serialize)]
struct Area {
    first: i32,
    last: i32,
}

/// The image has holes.
#[derive(Debug, thiserror::Error)]
#[error("{sectors} sectors cannot be read, the first at LBA {first}")]
struct Holes {
    sectors: u64,
    first: i32,
}

impl Coded for Holes {
    fn code(&self) -> HResult {
        common::ERROR_CRC
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Lba, Value::I64(self.first.into()));
    }
}

fn holes(report: &ReadReport) -> Option<Holes> {
    report.bad.first().map(|bad| Holes { sectors: report.bad_blocks(), first: bad.start })
}

pub fn run(drives: &Drives, arguments: &ReadArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let mut work = Work::new(drives, arguments.manner, lang)?;
    let recorder = match work.recorder(&arguments.drive) {
        Ok(recorder) => recorder,
        Err(error) => return Ok(work.failed(&error)),
    };
    let options = ReadOptions {
        file: arguments.output.clone(),
        replace: arguments.force,
        session: arguments.session,
        whole: arguments.whole,
        retries: arguments.retries,
        map: arguments.map.clone(),
    };
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let mut listener = |told: &ReadProgress| {
        let doing = match told.pass {
            Pass::Copying => Term::ReadReading,
            Pass::Scraping => Term::ReadScraping,
            Pass::Retrying(_) => Term::ReadRetrying,
        };
        progress.show(Step::Transfer { doing, bytes: told.done * BLOCK, of: told.all * BLOCK });
        ControlFlow::Continue(())
    };
    let read = read_disc(&recorder, &options, &mut Control::new(token, &mut listener));
    work.progress.clear();
    let holes = read.as_ref().ok().and_then(holes);
    let failure = match (&read, &holes) {
        (Err(error), _) => Some(error as &dyn Coded),
        (Ok(_), Some(holes)) => Some(holes as &dyn Coded),
        (Ok(_), None) => None,
    };
    let outcome = failure.map_or(Outcome::Done, |error| work.failed(error));
    if read.is_err() && options.map.as_ref().is_some_and(|map| map.exists()) && !arguments.manner.quiet {
        output::complain(&lang.term(Term::ReadGoesOn));
    }
    if read.as_ref().is_ok_and(|report| report.extent.left_out > 0) && !arguments.manner.quiet {
        output::complain(&lang.term(Term::ReadLeftOut));
    }
    if arguments.manner.json {
        serde_json::to_writer(&mut *out, &told(&recorder, &read, failure))?;
        writeln!(out)?;
    } else if let (Ok(report), false) = (&read, arguments.manner.quiet) {
        tell(report, lang, out)?;
    }
    Ok(outcome)
}

fn tell(report: &ReadReport, lang: Lang, out: &mut Output) -> io::Result<()> {
    let colon = lang.term(Term::MarkColon);
    writeln!(out, "{}{colon}{}", lang.term(Term::ReadDone), progress::size(report.extent.blocks * BLOCK))?;
    if report.bad.is_empty() {
        return Ok(());
    }
    let area = |bad: &Range<i32>| match bad.end - bad.start {
        1 => bad.start.to_string(),
        _ => format!("{}-{}", bad.start, bad.end - 1),
    };
    let areas: Vec<String> = report.bad.iter().map(area).collect();
    out.paragraph(&format!("{}{colon}", lang.term(Term::ReadBad)), &areas.join(lang.term(Term::MarkComma)))
}

fn told(recorder: &Recorder, read: &Result<ReadReport, ReadError>, failure: Option<&dyn Coded>) -> Told {
    let (code, name) = code_of(failure);
    let report = read.as_ref().ok();
    let area = |bad: &Range<i32>| Area { first: bad.start, last: bad.end - 1 };
    Told {
        code,
        name,
        drive: recorder.id().to_string(),
        medium: recorder.medium().ok().map(|medium| medium.to_string()),
        start: report.map(|report| report.extent.start.0),
        sectors: report.map(|report| report.extent.blocks),
        left_out_sectors: report.map(|report| report.extent.left_out),
        bad_sectors: report.map(ReadReport::bad_blocks),
        bad: report.map(|report| report.bad.iter().map(area).collect()).unwrap_or_default(),
        seconds: report.map(|report| report.elapsed.as_secs_f64()),
    }
}
