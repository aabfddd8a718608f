//! What was named is opened, and files are found in it.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    ops::ControlFlow,
    os::fd::AsFd as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use imapi::{
    browse::{BrowseError, Medium, RawImage},
    drives::{DriveError, Drives},
    extract::{ExtractError, UnpackError},
};
use imapi_disc_types::{BlockSource as _, CancelToken, Control, FileError, SourceError};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value, fs};
use imapi_volumes::{Entry, Findings, Names, OpenOptions, Searching, Severity, Volume, VolumeError};

use super::{Subject, SubjectFiles};
use crate::{
    output::{self, Outcome},
    progress::{Progress, Step},
};

/// Why something cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error(transparent)]
    Browse(#[from] BrowseError),
    #[error(transparent)]
    Drive(#[from] DriveError),
    #[error(transparent)]
    Volume(#[from] VolumeError),
    #[error(transparent)]
    Extract(#[from] ExtractError),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// Standard input cannot be kept.
    #[error("standard input cannot be kept")]
    Input(#[source] io::Error),
    /// There is nothing with that path.
    #[error("there is no {path}")]
    NoPath { path: String },
    /// What has that path has no bytes.
    #[error("{path} is no file")]
    NoFile { path: String },
    /// What has that path has nothing in it.
    #[error("{path} is no folder")]
    NoFolder { path: String },
}

impl LookError {
    fn coded(&self) -> Option<&dyn Coded> {
        Some(match self {
            Self::Browse(error) => error,
            Self::Drive(error) => error,
            Self::Volume(error) => error,
            Self::Extract(error) => error,
            Self::Source(error) => error,
            Self::Unpack(error) => error,
            Self::Input(error) => error,
            Self::NoPath { .. } | Self::NoFile { .. } | Self::NoFolder { .. } => return None,
        })
    }
}

impl Coded for LookError {
    fn code(&self) -> HResult {
        match self {
            Self::NoPath { .. } => fs::IMAPI_E_ITEM_NOT_FOUND,
            Self::NoFile { .. } => fs::IMAPI_E_NOT_FILE,
            Self::NoFolder { .. } => fs::IMAPI_E_NOT_DIR,
            other => other.coded().map_or(fs::IMAPI_E_FSI_INTERNAL_ERROR, Coded::code),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NoPath { path } | Self::NoFile { path } | Self::NoFolder { path } => {
                put(Fact::Path, Value::Text(path));
            }
            other => other.coded().into_iter().for_each(|error| error.facts(put)),
        }
    }
}

/// What was named, opened.
pub struct Opened {
    pub medium: Medium,
    pub options: OpenOptions,
    /// Where damage is told, if it does not end the work.
    pub findings: Option<Arc<Findings>>,
    /// The drive and its disc are in use as long as this is there.
    drives: Drives,
}

/// When sessions are looked for by what stands in themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// Whatever the beginning leads to.
    Always,
    /// Where it leads to nothing, and damage is to be overcome.
    WhereNeeded,
}

/// The beginning cannot be read, or does not say that there is anything. What else is damaged is no reason to look elsewhere.
fn leads_to_nothing(medium: &Medium) -> bool {
    let Ok(options) = medium.options(None) else { return true };
    let opened = imapi_volumes::open(medium.source(), None, &options);
    matches!(opened, Err(VolumeError::None | VolumeError::Unreadable(_)))
}

/// Puts the sessions that it finds in the place of those that were known. Whoever wants it to stop ends the program.
fn look_for_sessions(medium: &mut Medium, lang: Lang) {
    let mut progress = Progress::new(false, false, lang);
    let mut listener = |searching: &Searching| {
        let bytes = |places: u64| places * Searching::STEP_BYTES;
        let (bytes, of) = (bytes(searching.done), bytes(searching.of));
        progress.show(Step::Transfer { doing: Term::LookSearching, bytes, of });
        ControlFlow::Continue(())
    };
    // Nobody breaks it off.
    let _ = medium.search(&mut Control::new(CancelToken::new(), &mut listener));
    progress.clear();
}

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(120);

impl Opened {
    /// Opens what was named. Where damage is to be overcome, and nothing is found at the beginning, it looks for sessions.
    pub fn new(subject: &Subject, lang: Lang) -> Result<Self, LookError> {
        Self::with_search(subject, Search::WhereNeeded, lang)
    }

    /// The same, and says whether sessions are looked for in any case.
    pub fn with_search(subject: &Subject, search: Search, lang: Lang) -> Result<Self, LookError> {
        let drives = Drives::of_this_machine();
        let mut medium = if subject.name == "-" { input()? } else { Medium::open(&drives, &subject.name, PATIENCE)? };
        if search == Search::Always || (subject.lenient && leads_to_nothing(&medium)) {
            look_for_sessions(&mut medium, lang);
        }
        let options = medium.options(subject.session)?;
        let findings = subject.lenient.then(Arc::<Findings>::default);
        let options = match &findings {
            Some(findings) => options.lenient(Arc::clone(findings)),
            None => options,
        };
        Ok(Self { medium, options, findings, drives })
    }

    /// The volume that was asked for.
    pub fn volume(&self, files: &SubjectFiles) -> Result<Box<dyn Volume>, LookError> {
        Ok(imapi_volumes::open(self.medium.source(), files.fs.map(Into::into), &self.options)?)
    }

    /// The same for lists, in which all names have the same dates and sizes: Rock Ridge has them beside the names, UDF in a
    /// block for each file.
    pub fn listing(&self, files: &SubjectFiles) -> Result<Box<dyn Volume>, LookError> {
        let quick = || imapi_volumes::open(self.medium.source(), Some(Names::RockRidge), &self.options).ok();
        files.fs.map_or_else(quick, |_| None).map_or_else(|| self.volume(files), Ok)
    }

    /// How it ends that all went well, or was told: what was found to be wrong is said now.
    pub fn end(&self, outcome: Outcome, lang: Lang) -> Outcome {
        let mut outcome = outcome;
        if let Err(error) = self.drives.settle() {
            output::report(&error, lang);
            outcome = Outcome::Failed;
        }
        let Some(findings) = &self.findings else { return outcome };
        let all = findings.count();
        let told = findings.take();
        let (fault, colon) = (lang.term(Term::LookFault), lang.term(Term::MarkColon));
        for finding in &told {
            output::complain(&format_args!("{fault}{colon}{}", Value::Text(finding)));
        }
        let more = all.saturating_sub(told.len() as u64);
        if more > 0 {
            output::complain(&format_args!("{}{colon}{more}", lang.term(Term::LookMoreFaults)));
        }
        let is_damaged = more > 0 || told.iter().any(|finding| finding.rule.severity == Severity::Error);
        if is_damaged && outcome == Outcome::Done { Outcome::Failed } else { outcome }
    }
}

/// Tells why something did not come about.
pub fn failed(error: &dyn Coded, lang: Lang) -> Outcome {
    output::report(error, lang);
    Outcome::Failed
}

/// So many bytes show whether an image has raw sectors.
const BEGINNING: usize = 8 << 10;

/// An image on standard input: the file that it is, or a copy that goes with the program.
fn input() -> Result<Medium, LookError> {
    let name = Path::new("-");
    let stdin = io::stdin();
    let direct = stdin.as_fd().try_clone_to_owned().map(File::from).map_err(LookError::Input)?;
    if direct.metadata().is_ok_and(|metadata| metadata.is_file()) {
        match Medium::of_file(direct, name) {
            // What does not end with a block is made to.
            Err(BrowseError::File(FileError::Partial { .. })) => {}
            opened => return Ok(opened?),
        }
    }
    let copied = (|| {
        let mut copy = tempfile::tempfile()?;
        let mut stdin = stdin.lock();
        let (mut buffer, mut bytes) = (vec![0; 1 << 20], 0_u64);
        let mut beginning = Vec::new();
        loop {
            match stdin.read(&mut buffer)? {
                0 => break,
                count => {
                    copy.write_all(&buffer[..count])?;
                    if beginning.len() < BEGINNING {
                        beginning.extend_from_slice(&buffer[..count.min(BEGINNING)]);
                    }
                    bytes += count as u64;
                }
            }
        }
        let block = RawImage::sector_len(&beginning).map_or(2048, |len| len.get().into());
        copy.set_len(bytes.next_multiple_of(block))?;
        copy.rewind()?;
        Ok(copy)
    })();
    Ok(Medium::of_file(copied.map_err(LookError::Input)?, name)?)
}

/// What has that path in a volume.
pub fn find(volume: &dyn Volume, path: &str) -> Result<Entry, LookError> {
    let mut at = volume.root().clone();
    for name in path.split('/').filter(|name| !name.is_empty() && *name != ".") {
        let missing = || LookError::NoPath { path: path.to_owned() };
        if !at.is_directory() {
            return Err(missing());
        }
        let found = volume.children(&at)?.into_iter().find(|entry| *entry.name == *name.as_bytes());
        at = found.ok_or_else(missing)?;
    }
    Ok(at)
}

/// The number of blocks of a medium that is looked into.
pub fn blocks(medium: &Medium) -> u64 {
    medium.source().blocks()
}
