//! `imapi audio rip`.

use std::{
    io::{self, Write as _},
    ops::ControlFlow,
};

use imapi::{
    audio::{RipOptions, RipProgress, Ripped, rip},
    drives::Drives,
};
use imapi_disc_types::Control;
use imapi_errors::{Coded, Fact, Lang, Term};
use serde::Serialize;

use super::{SECTOR, arguments::RipArguments};
use crate::{
    drive::work::{Work, code_of},
    output::{Outcome, Output},
    progress::{self, Step},
};

/// What came of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    name: Option<&'static str>,
    drive: String,
    tracks: Vec<Track>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Track {
    number: u8,
    file: String,
    start: i32,
    sectors: u32,
    pre_emphasis: bool,
    crc32: String,
    accurate_rip_1: String,
    accurate_rip_2: String,
    reread: u32,
    in_doubt: Vec<i32>,
}

fn hexadecimal(sum: u32) -> String {
    format!("{sum:08X}")
}

impl Track {
    fn of(ripped: &Ripped) -> Self {
        Self {
            number: ripped.track.number,
            file: ripped.file.to_string_lossy().into_owned(),
            start: ripped.track.start.0,
            sectors: ripped.track.sectors,
            pre_emphasis: ripped.track.pre_emphasis,
            crc32: hexadecimal(ripped.checksums.crc32),
            accurate_rip_1: hexadecimal(ripped.checksums.accurate_rip_1),
            accurate_rip_2: hexadecimal(ripped.checksums.accurate_rip_2),
            reread: ripped.reread,
            in_doubt: ripped.in_doubt.iter().map(|lba| lba.0).collect(),
        }
    }
}

pub fn run(drives: &Drives, arguments: &RipArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let mut work = Work::new(drives, arguments.manner, lang)?;
    let options = RipOptions {
        folder: arguments.output.clone(),
        tracks: arguments.tracks.as_ref().map(|list| list.0.clone()),
        offset: arguments.offset,
        retries: arguments.retries,
        replace: arguments.force,
    };
    let recorder = match work.recorder(&arguments.drive) {
        Ok(recorder) => recorder,
        Err(error) => return Ok(work.failed(&error)),
    };
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let mut listener = |told: &RipProgress| {
        progress.show(Step::Transfer { doing: Term::ReadReading, bytes: told.done, of: told.all });
        ControlFlow::Continue(())
    };
    let ripped = rip(&recorder, &options, &mut Control::new(token, &mut listener));
    work.progress.clear();
    let mut outcome = ripped.as_ref().err().map_or(Outcome::Done, |error| work.failed(error));
    if ripped.as_ref().is_ok_and(|tracks| tracks.iter().any(|track| !track.in_doubt.is_empty())) {
        outcome = Outcome::Failed;
    }
    if arguments.manner.json {
        let (code, name) = code_of(ripped.as_ref().err().map(|error| error as &dyn Coded));
        let tracks = ripped.iter().flatten().map(Track::of).collect();
        serde_json::to_writer(&mut *out, &Told { code, name, drive: arguments.drive.clone(), tracks })?;
        writeln!(out)?;
    } else if let (Ok(tracks), false) = (&ripped, arguments.manner.quiet) {
        for ripped in tracks {
            tell(ripped, lang, out)?;
        }
    }
    Ok(outcome)
}

fn tell(ripped: &Ripped, lang: Lang, out: &mut Output) -> io::Result<()> {
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    let sums = &ripped.checksums;
    let mut parts = vec![
        ripped.file.display().to_string(),
        progress::size(u64::from(ripped.track.sectors) * SECTOR),
        format!("CRC-32 {}", hexadecimal(sums.crc32)),
        format!("AccurateRip {} {}", hexadecimal(sums.accurate_rip_1), hexadecimal(sums.accurate_rip_2)),
    ];
    if !ripped.in_doubt.is_empty() {
        parts.push(format!("{}{colon}{}", lang.term(Term::AudioInDoubt), ripped.in_doubt.len()));
    }
    writeln!(out, "{} {}{colon}{}", lang.label(Fact::Track), ripped.track.number, parts.join(comma))
}
