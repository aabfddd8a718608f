//! `imapi verify`: whether a disc or an image is what its own checksums say, or an image, or a manifest.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    num::NonZeroU32,
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
};

use clap::Args;
use imapi::{
    checksums::CheckError,
    drives::Drives,
    manifest::{BadFile, Manifest, ManifestError, ManifestProgress, ManifestSyntaxError, check_disc},
    read::{Extent, ReadError},
};
use imapi_disc_types::{BlockSource as _, Control, FileError, FileSource, Lba};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value};
use imapi_format2::verify::{Bad, Reference, VerifyError, VerifyOptions, VerifyProgress, verify_full};
use imapi_recorder::Recorder;
use serde::Serialize;

use super::{
    own,
    work::{Manner, Work, code_of},
};
use crate::{
    output::{self, Outcome, Output},
    progress::{self, Step},
};

const BLOCK: NonZeroU32 = NonZeroU32::new(2048).expect("not zero");
/// What a manifest begins with.
const MANIFEST: &[u8] = b"# imapi manifest";
/// So many bad places are listed.
const MOST_TOLD: usize = 100;

#[derive(Debug, Args)]
pub struct VerifyArguments {
    /// The drive, or an image file
    #[arg(value_name = "DRIVE|IMAGE")]
    drive: String,

    /// Compares the disc with this image or manifest
    #[arg(long, value_name = "IMAGE|MANIFEST")]
    against: Option<PathBuf>,

    /// Reads all of a disc that can be overwritten, also what no file system on it knows of
    #[arg(long, conflicts_with = "against")]
    whole: bool,

    /// Looks at this session [default: what is compared is in the last one; what is read, in all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    session: Option<u16>,

    #[command(flatten)]
    manner: Manner,
}

/// Why it cannot be said that the disc is good.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error(transparent)]
    Extent(#[from] ReadError),
    #[error(transparent)]
    Verify(#[from] VerifyError),
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    #[error(transparent)]
    Image(#[from] FileError),
    #[error("{}", file.display())]
    Syntax { file: PathBuf, source: ManifestSyntaxError },
    #[error("{}", file.display())]
    File { file: PathBuf, source: io::Error },
}

impl Coded for Failure {
    fn code(&self) -> HResult {
        match self {
            Self::Check(error) => error.code(),
            Self::Extent(error) => error.code(),
            Self::Verify(error) => error.code(),
            Self::Manifest(error) => error.code(),
            Self::Image(error) => error.code(),
            Self::Syntax { source, .. } => source.code(),
            Self::File { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Check(error) => error.facts(put),
            Self::Extent(error) => error.facts(put),
            Self::Verify(error) => error.facts(put),
            Self::Manifest(error) => error.facts(put),
            Self::Image(error) => error.facts(put),
            Self::Syntax { file, source } => {
                put(Fact::File, Value::Text(&file.display()));
                source.facts(put);
            }
            Self::File { file, source } => {
                put(Fact::File, Value::Text(&file.display()));
                source.facts(put);
            }
        }
    }
}

/// What was compared.
#[derive(Debug, Default)]
pub struct Good {
    pub blocks: u64,
    pub files: Option<usize>,
    pub seconds: f64,
    /// It was compared with the checksums that are on it, all of them or none; none where others were given.
    pub own: Option<bool>,
    /// They are those of the first session, and others have come since.
    pub has_later: bool,
}

/// What came of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    name: Option<&'static str>,
    drive: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    medium: Option<String>,
    own_checksums: Option<bool>,
    sectors: Option<u64>,
    files: Option<usize>,
    bad: Vec<BadTold>,
    seconds: Option<f64>,
}

/// A place or a file that is not as it should be.
#[derive(Debug, Serialize)]
pub struct BadTold {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lba: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

pub fn run(drives: &Drives, arguments: &VerifyArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let image = Path::new(&arguments.drive).is_file();
    if image && (arguments.against.is_some() || arguments.session.is_some() || arguments.whole) {
        let message = format!("{} is an image: --against, --session and --whole are about discs", arguments.drive);
        crate::cli::wrongly_asked(&["verify"], message);
    }
    let mut work = Work::new(drives, arguments.manner, lang)?;
    let (recorder, compared) = if image {
        (None, own::image(Path::new(&arguments.drive), &mut work))
    } else {
        match work.recorder(&arguments.drive) {
            Ok(recorder) => {
                let compared = compare(&recorder, arguments, &mut work);
                (Some(recorder), compared)
            }
            Err(error) => return Ok(work.failed(&error)),
        }
    };
    work.progress.clear();
    let outcome = match &compared {
        Ok(_) => Outcome::Done,
        Err(error) => work.failed(error),
    };
    if compared.as_ref().is_ok_and(|good| good.own == Some(false)) && !arguments.manner.quiet {
        output::complain(&lang.term(Term::VerifyReadOnly));
    }
    if compared.as_ref().is_ok_and(|good| good.has_later) && !arguments.manner.quiet {
        output::complain(&lang.term(Term::VerifyFirstOnly));
    }
    if arguments.manner.json {
        serde_json::to_writer(&mut *out, &told(arguments, recorder.as_ref(), &compared))?;
        writeln!(out)?;
        return Ok(outcome);
    }
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    match &compared {
        Ok(good) if !arguments.manner.quiet => {
            let mut parts = vec![progress::size(good.blocks * u64::from(BLOCK.get()))];
            parts.extend(good.files.map(|files| format!("{files} {}", lang.term(Term::Files))));
            parts.extend((good.own == Some(true)).then(|| lang.term(Term::VerifyByItself).to_string()));
            let done = if image { Term::VerifyImage } else { Term::VerifyDone };
            writeln!(out, "{}{colon}{}", lang.term(done), parts.join(comma))?;
        }
        Ok(_) => {}
        Err(error) => {
            for bad in bad_of(error) {
                let label = |fact| lang.label(fact);
                let lba = bad.lba.map(|lba| format!("{}{colon}{lba}", label(Fact::Lba)));
                let file = bad.file.map(|file| format!("{}{colon}{file}", label(Fact::File)));
                let parts: Vec<String> = [lba, file, bad.reason].into_iter().flatten().collect();
                writeln!(out, "{}", parts.join(comma))?;
            }
        }
    }
    Ok(outcome)
}

fn compare(recorder: &Recorder, arguments: &VerifyArguments, work: &mut Work<'_>) -> Result<Good, Failure> {
    let Some(against) = &arguments.against else {
        return own::disc(recorder, arguments.session, arguments.whole, arguments.manner.quiet, work);
    };
    if is_manifest(against)? {
        let text = fs::read_to_string(against).map_err(|source| Failure::File { file: against.clone(), source })?;
        let manifest = text.parse().map_err(|source| Failure::Syntax { file: against.clone(), source });
        let manifest: Manifest = manifest?;
        let extent = extent(recorder, arguments.session, manifest.blocks)?;
        return Ok(check(recorder, &manifest, extent.start, work)?);
    }
    let image = FileSource::open(against, BLOCK)?;
    let extent = extent(recorder, arguments.session, image.blocks())?;
    let blocks = addresses(&extent);
    Ok(verify(recorder, &Reference::source(&image, extent.start).within(&blocks), Term::VerifyComparing, work)?)
}

fn is_manifest(path: &Path) -> Result<bool, Failure> {
    let mut head = vec![0; MANIFEST.len()];
    match File::open(path).and_then(|mut file| file.read_exact(&mut head)) {
        Ok(()) => Ok(head == MANIFEST),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(source) => Err(Failure::File { file: path.to_path_buf(), source }),
    }
}

/// Where an image of so many blocks is on a disc: in its last session when it has room there, else it is one of the whole
/// disc.
fn extent(recorder: &Recorder, session: Option<u16>, blocks: u64) -> Result<Extent, Failure> {
    if session.is_some() {
        return fitting(Extent::of(recorder, session)?, blocks);
    }
    let all = Extent::of(recorder, None)?;
    let last = imapi_format2::Probe::of(recorder).map_err(ReadError::from)?;
    let last = last.facts.previous_data_session().map(|session| session.number);
    let last = if all.data.len() > 1 { last } else { None };
    match last {
        Some(last) => match fitting(Extent::of(recorder, Some(last))?, blocks) {
            Ok(extent) => Ok(extent),
            Err(_) => fitting(all, blocks),
        },
        None => fitting(all, blocks),
    }
}

fn fitting(extent: Extent, blocks: u64) -> Result<Extent, Failure> {
    if blocks <= extent.blocks {
        return Ok(extent);
    }
    let (expected, found) = (blocks.to_string(), extent.blocks.to_string());
    Err(VerifyError::Implausible { what: "the number of blocks", expected, found }.into())
}

fn addresses(extent: &Extent) -> Vec<Range<i64>> {
    let address = |block: u64| i64::from(extent.start.0) + i64::try_from(block).unwrap_or(i64::MAX / 2);
    extent.data.iter().map(|blocks| address(blocks.start)..address(blocks.end)).collect()
}

fn verify(
    recorder: &Recorder,
    reference: &Reference<'_>,
    doing: Term,
    work: &mut Work<'_>,
) -> Result<Good, VerifyError> {
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let size = u64::from(BLOCK.get());
    let mut listener = |told: &VerifyProgress| {
        progress.show(Step::Transfer { doing, bytes: told.done * size, of: told.all * size });
        ControlFlow::Continue(())
    };
    let options = VerifyOptions { most_told: MOST_TOLD, ..VerifyOptions::default() };
    let verified = verify_full(recorder, reference, &options, &mut Control::new(token, &mut listener))?;
    Ok(Good { blocks: verified.blocks, seconds: verified.elapsed.as_secs_f64(), ..Good::default() })
}

fn check(recorder: &Recorder, manifest: &Manifest, start: Lba, work: &mut Work<'_>) -> Result<Good, ManifestError> {
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let size = u64::from(BLOCK.get());
    let mut listener = |told: &ManifestProgress| {
        let doing = Term::VerifyComparing;
        progress.show(Step::Transfer { doing, bytes: told.done * size, of: told.all * size });
        ControlFlow::Continue(())
    };
    let report = check_disc(recorder, manifest, start, &mut Control::new(token, &mut listener))?;
    let seconds = report.elapsed.as_secs_f64();
    Ok(Good { blocks: report.blocks, files: Some(report.files), seconds, ..Good::default() })
}

/// What is bad, place by place or file by file.
fn bad_of(failure: &Failure) -> Vec<BadTold> {
    let place =
        |bad: &Bad| BadTold { lba: Some(bad.lba.0), file: bad.file.clone(), reason: Some(bad.fault.to_string()) };
    let file = |bad: &BadFile| BadTold {
        lba: bad.unreadable.map(|lba| lba.0),
        file: Some(bad.file.path.clone()),
        reason: None,
    };
    match failure {
        Failure::Check(CheckError::Bad { bad }) => bad.iter().take(MOST_TOLD).map(own::told).collect(),
        Failure::Verify(VerifyError::Bad { bad, .. }) => bad.iter().map(place).collect(),
        Failure::Manifest(ManifestError::Differs { bad, .. }) => bad.iter().take(MOST_TOLD).map(file).collect(),
        _ => Vec::new(),
    }
}

fn told(arguments: &VerifyArguments, recorder: Option<&Recorder>, compared: &Result<Good, Failure>) -> Told {
    let (code, name) = code_of(compared.as_ref().err().map(|error| error as &dyn Coded));
    let good = compared.as_ref().ok();
    Told {
        code,
        name,
        drive: recorder.map(|recorder| recorder.id().to_string()),
        image: recorder.is_none().then(|| arguments.drive.clone()),
        medium: recorder.and_then(|recorder| recorder.medium().ok()).map(|medium| medium.to_string()),
        own_checksums: good.and_then(|good| good.own),
        sectors: good.map(|good| good.blocks),
        files: good.and_then(|good| good.files),
        bad: compared.as_ref().err().map(bad_of).unwrap_or_default(),
        seconds: good.map(|good| good.seconds),
    }
}
