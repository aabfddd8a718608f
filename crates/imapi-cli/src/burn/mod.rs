//! `imapi burn`: an image, or files and folders, onto discs; `imapi copy`: a disc onto others.
//!
//! `arguments.rs` is what can be asked, `source.rs` finds out what is burned, `manifest.rs` writes down its checksums,
//! `tell.rs` says what will be and what was.

mod after;
mod arguments;
mod manifest;
mod source;
mod tell;

use std::{
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use imapi::{
    browse::Medium,
    burn::{BurnEvent, burn},
    drives::{DriveError, Drives},
    read::{DiscSource, ReadError},
    rehearsal::rehearse,
};
use imapi_disc_types::{BlockSource, ClientName, Control, FileError, Lba, MediaType};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value};
use imapi_format2::{FormatError, Probe, is_heuristically_blank};
use imapi_format2_data::{Action, Burned, DataError, DataEvent, DataOptions, Plan, Warning, plan};
use imapi_recorder::{Inhibitor as _, Logind, Recorder, RecorderError};

pub use arguments::{BURN_EXAMPLES, BurnArguments, COPY_EXAMPLES, CopyArguments, DiscArguments, Speed, speed};

use crate::{
    agree::agrees,
    append::{AppendArguments, AppendFailure, Behind},
    drive::work::Manner,
    image::{CreateError, Goes, Planned},
    interrupt::Interrupts,
    output::{self, Outcome, Output},
    progress::{Progress, Step},
    same::{clash, disc_files, same_file},
};
use after::InWords;
use manifest::{Making, ManifestFailure};
use source::{Burnable, NoLength};
pub use source::{image_at, image_of, is_image};
use tell::{Commands, Teller};

/// What this program calls itself while it has a drive.
const CLIENT: &str = "imapi burn";
/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(300);
/// Bytes of a block.
const BLOCK: u64 = 2048;

/// What went wrong before anything was burned.
#[derive(Debug, thiserror::Error)]
pub enum BurnError {
    /// There is no such drive, or it does not answer.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// The drive did not say what disc is in it.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// The image cannot be made.
    #[error(transparent)]
    Make(Box<CreateError>),
    /// The image cannot be read.
    #[error(transparent)]
    Image(FileError),
    /// The image on standard input has no length.
    #[error(transparent)]
    Length(NoLength),
    /// It cannot be burned on this disc.
    #[error(transparent)]
    Plan(#[from] DataError),
    /// The disc that is copied cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing can be added to the disc.
    #[error(transparent)]
    Append(#[from] AppendFailure),
    /// The manifest has no place.
    #[error(transparent)]
    Manifest(#[from] ManifestFailure),
    /// Signals cannot be heard.
    #[error(transparent)]
    Signals(io::Error),
}

impl BurnError {
    fn coded(&self) -> &dyn Coded {
        match self {
            Self::Drive(error) => error,
            Self::Recorder(error) => error,
            Self::Make(error) => &**error,
            Self::Image(error) => error,
            Self::Length(error) => error,
            Self::Plan(error) => error,
            Self::Read(error) => error,
            Self::Append(error) => error,
            Self::Manifest(error) => error,
            Self::Signals(error) => error,
        }
    }
}

impl Coded for BurnError {
    fn code(&self) -> HResult {
        self.coded().code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        self.coded().facts(put);
    }
}

/// Burns files or an image, and tells of it.
pub fn run(arguments: &BurnArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let image = &arguments.image;
    if let Err(message) = if image.is_image_on_input() { Ok(()) } else { image.check() } {
        crate::cli::wrongly_asked(&["burn"], message);
    }
    let discs = disc_files(&arguments.drive);
    let written: Vec<(&str, &Path)> = discs.iter().map(|disc| ("--drive", disc.as_path())).collect();
    if let Some(clash) = clash(&written, image.read()) {
        crate::cli::wrongly_asked(&["burn"], clash);
    }
    let burns = Burns {
        names: &arguments.drive,
        disc: &arguments.disc,
        manner: Manner { json: image.json, quiet: image.quiet },
        adds: false,
    };
    let with_files = arguments.disc.manifest.is_some();
    work(&burns, lang, out, |burning, progress| {
        let rewritable = || burning.is_overwritten();
        let asked = (arguments.as_image, with_files);
        source::source(image, asked, &discs, rewritable, burning.interrupts, progress, lang)
    })
}

/// Burns what is on another disc, and tells of it.
pub fn copy(arguments: &CopyArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let (from, to) = (disc_files(std::slice::from_ref(&arguments.from)), disc_files(&arguments.to));
    let is_same = from.iter().any(|from| to.iter().any(|to| same_file(from, to)));
    if is_same || arguments.to.contains(&arguments.from) {
        crate::cli::wrongly_asked(&["copy"], "a disc is not copied onto itself".to_string());
    }
    let burns = Burns { names: &arguments.to, disc: &arguments.disc, manner: arguments.manner, adds: false };
    work(&burns, lang, out, |burning, _| {
        let recorder = burning.drives.recorder(&arguments.from)?;
        burning.wait_for(&recorder)?;
        let source = if arguments.whole { DiscSource::whole } else { DiscSource::new }(&recorder)?;
        if source.extent().left_out > 0 && !arguments.manner.quiet {
            output::complain(&lang.term(Term::ReadLeftOut));
        }
        Ok(Burnable::image(Arc::new(source)))
    })
}

/// Burns files behind what a disc has, and tells of it.
pub fn append(arguments: &AppendArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let (change, names) = (&arguments.change, [arguments.drive.clone()]);
    let image = change.as_image();
    if let Err(message) = image.check() {
        crate::cli::wrongly_asked(&["append"], message);
    }
    let discs = disc_files(&names);
    let written: Vec<(&str, &Path)> = discs.iter().map(|disc| ("--drive", disc.as_path())).collect();
    if let Some(clash) = clash(&written, image.read()) {
        crate::cli::wrongly_asked(&["append"], clash);
    }
    let manner = Manner { json: change.json, quiet: change.quiet };
    let burns = Burns { names: &names, disc: &arguments.disc, manner, adds: true };
    work(&burns, lang, out, |burning, progress| {
        let recorder = burning.drives.recorder(&arguments.drive)?;
        burning.wait_for(&recorder)?;
        let probe = Probe::of(&recorder)?;
        if is_heuristically_blank(&recorder, &probe)? {
            return Err(AppendFailure::Empty.into());
        }
        let next = match probe.facts.next_writable {
            _ if probe.facts.is_overwritable() => None,
            Some(next) if probe.facts.is_appendable() => u32::try_from(next.0).ok(),
            _ => return Err(AppendFailure::Closed.into()),
        };
        let medium = Medium::of_drive(&recorder).map_err(AppendFailure::from)?;
        let behind = Behind::new(&medium, next, probe.facts.write_unit, change)?;
        let written = disc_files(&names);
        let goes = Goes { written: written.iter().map(PathBuf::as_path).collect(), stash: None, rewritable: false };
        let planned = Planned::new(&image, burning.interrupts, progress, goes, Some(&behind))?;
        planned.notes(&image, lang);
        let start = Lba(next.and_then(|next| i32::try_from(next).ok()).unwrap_or(0));
        let source = behind.source(planned.image)?;
        Ok(Burnable::image(source).beginning_at(start))
    })
}

/// What is asked for of the drives that burn.
struct Burns<'a> {
    names: &'a [String],
    disc: &'a DiscArguments,
    manner: Manner,
    /// What the disc has stays, and the source knows it.
    adds: bool,
}

impl Burns<'_> {
    /// What is written at the beginning of a disc that has something is what says where everything is.
    fn options(&self, medium: MediaType, start: Lba) -> DataOptions {
        let options = self.disc.options(medium);
        // What is written over is only what says where everything is.
        if self.adds {
            // Whoever left it open for this session may want another.
            DataOptions { overwrite: start == Lba(0), anew: false, consumer_compatible: self.disc.close, ..options }
        } else {
            options
        }
    }
}

fn work(
    burns: &Burns<'_>,
    lang: Lang,
    out: &mut Output,
    source: impl FnOnce(&Burning<'_>, &mut Progress) -> Result<Burnable, BurnError>,
) -> io::Result<Outcome> {
    let interrupts = match Interrupts::listen() {
        Ok(interrupts) => interrupts,
        Err(source) => return Ok(failed(&BurnError::Signals(source), lang)),
    };
    let drives = Drives::of_this_machine();
    let burning = Burning { burns, lang, interrupts: &interrupts, drives: &drives };
    let outcome = burning.run(source, out);
    // Drives in software go on with what they have begun, as real ones do.
    let settled = drives.settle();
    match (outcome, interrupts.status(), settled) {
        (Ok(Outcome::Failed), Some(status), _) => Ok(Outcome::Stopped(status)),
        (Err(Stopped::Output(error)), ..) => Err(error),
        (Err(Stopped::Error(error)), status, _) => {
            if burns.manner.json {
                tell::not_begun(error.code(), burns.names, out)?;
            }
            let failed = failed(&error, lang);
            Ok(status.map_or(failed, Outcome::Stopped))
        }
        (Ok(_), _, Err(error)) => Ok(failed(&BurnError::Drive(error), lang)),
        (Ok(outcome), ..) => Ok(outcome),
    }
}

fn failed(error: &BurnError, lang: Lang) -> Outcome {
    match error {
        BurnError::Plan(error) => output::report(&InWords { error, lang }, lang),
        error => output::report(error, lang),
    }
    Outcome::Failed
}

/// Why nothing was burned.
enum Stopped {
    Error(BurnError),
    /// Standard output is closed.
    Output(io::Error),
}

impl<E: Into<BurnError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

struct Burning<'a> {
    burns: &'a Burns<'a>,
    lang: Lang,
    interrupts: &'a Interrupts,
    drives: &'a Drives,
}

impl Burning<'_> {
    fn run(
        &self,
        source: impl FnOnce(&Self, &mut Progress) -> Result<Burnable, BurnError>,
        out: &mut Output,
    ) -> Result<Outcome, Stopped> {
        let Self { burns, lang, .. } = *self;
        let Burns { disc: arguments, manner, .. } = *burns;
        let mut progress = Progress::new(manner.quiet, manner.json, lang);
        let recorders = self.recorders()?;
        let burnable = source(self, &mut progress)?;
        let check_empty_files = burnable.empty_files();
        let Burnable { source, files, start, .. } = burnable;
        let manifest = arguments.manifest.as_deref().filter(|_| !arguments.simulate);
        let manifest = manifest.map(|path| Making::begin(path, Arc::clone(&source), files)).transpose()?;
        let source = manifest.as_ref().map_or(source, Making::source);
        let teller = Teller { lang, disc: arguments, manner, several: recorders.len() > 1 };
        let mut media = Vec::new();
        let mut loses = false;
        for recorder in &recorders {
            if arguments.unmount {
                recorder.access()?.unmount().map_err(RecorderError::from)?;
            }
            self.wait_for(recorder)?;
            let probe = Probe::of(recorder)?;
            let blank = is_heuristically_blank(recorder, &probe)?;
            let planned = plan(&probe, blank, &*source, &burns.options(probe.medium(), start))?;
            // Another session has to know those before it: an image made for a blank disc would hide them, and not even
            // find its own files. What begins where the disc begins takes the place of what is there.
            if planned.start != start {
                return Err(DataError::NotBlank.into());
            }
            teller.will_be(recorder, &planned);
            loses |= !blank && !burns.adds;
            media.push((probe, planned));
        }
        if loses && !arguments.simulate && !arguments.yes && !agrees(lang) {
            output::complain(&lang.term(Term::NotAgreed));
            return Ok(Outcome::Failed);
        }
        let medium = media.last().map_or(MediaType::UNKNOWN, |(probe, _)| probe.medium());
        let outcomes = self.burn(&recorders, (&source, start), medium, &mut progress);
        progress.clear();
        let (mut all, mut any) = (true, false);
        for ((recorder, (probe, planned)), outcome) in recorders.iter().zip(media).zip(outcomes) {
            let commands = self.commands(&probe, &planned, &outcome, &mut progress);
            teller.was(recorder, probe.medium(), &outcome, commands, out).map_err(Stopped::Output)?;
            all &= outcome.is_ok();
            any |= outcome.is_ok();
            if arguments.eject && outcome.is_ok() {
                if let Err(error) = recorder.eject() {
                    output::report(&error, lang);
                    all = false;
                }
            }
        }
        drop(source);
        if any {
            if let Err(error) = check_empty_files() {
                all = false;
                failed(&error, lang);
            }
        }
        if let (Some(manifest), true) = (manifest, any) {
            if let Err(error) = manifest.end() {
                output::report(&error, lang);
                all = false;
            }
        }
        Ok(if all { Outcome::Done } else { Outcome::Failed })
    }

    /// The commands that would write the disc, where nothing could be tried on it.
    fn commands(
        &self,
        probe: &Probe,
        planned: &Plan,
        outcome: &Result<Burned, DataError>,
        progress: &mut Progress,
    ) -> Commands {
        let untried = planned.warnings.contains(&Warning::NoTestWriting) && outcome.is_ok();
        if !untried {
            return Commands::Tried;
        }
        let mut listener = |event: &DataEvent| {
            if let DataEvent::Writing(at) = event {
                let (bytes, of) = (at.written() * BLOCK, at.blocks * BLOCK);
                progress.show(Step::Transfer { doing: Term::BurnRehearsing, bytes, of });
            }
            ControlFlow::Continue(())
        };
        let mut control = Control::new(self.interrupts.token().clone(), &mut listener);
        let rehearsed = rehearse(probe, planned, &self.burns.disc.options(probe.medium()), &mut control);
        progress.clear();
        match rehearsed {
            Some(steps) => Commands::Would(steps.iter().map(ToString::to_string).collect()),
            None => Commands::Unknown,
        }
    }

    fn recorders(&self) -> Result<Vec<Recorder>, BurnError> {
        self.burns.names.iter().map(|name| Ok(self.drives.recorder(name)?)).collect()
    }

    /// Whether one of the discs can be overwritten. What cannot be found out now is told when the discs are looked at.
    fn is_overwritten(&self) -> bool {
        let is_overwritten = |recorder: &Recorder| {
            let ready = self.wait_for(recorder).is_ok();
            ready && Probe::of(recorder).is_ok_and(|probe| probe.facts.is_overwritable())
        };
        self.recorders().is_ok_and(|recorders| recorders.iter().any(is_overwritten))
    }

    fn wait_for(&self, recorder: &Recorder) -> Result<(), RecorderError> {
        let token = self.interrupts.token();
        let mut wait = |_: &_| if token.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        recorder.ready(PATIENCE, &mut wait).map(drop)
    }

    fn burn(
        &self,
        recorders: &[Recorder],
        (source, start): (&Arc<dyn BlockSource>, Lba),
        medium: MediaType,
        progress: &mut Progress,
    ) -> Vec<Result<Burned, DataError>> {
        let client: ClientName = CLIENT.parse().expect("letters and a space");
        // The slowest of several drives is the one that people wait for.
        let (mut written, mut verified) = (vec![0; recorders.len()], vec![0; recorders.len()]);
        let mut doing = Term::BurnPreparing;
        let mut listener = |event: &BurnEvent| {
            match event.event {
                DataEvent::Begins { action, elapsed } => {
                    doing = term(action);
                    if action != Action::WritingData {
                        progress.show(Step::Drive { doing, seconds: elapsed.as_secs(), most: None, percent: None });
                    }
                }
                DataEvent::Writing(at) => {
                    written[event.drive] = at.written();
                    let least = written.iter().min().copied().unwrap_or(0);
                    progress.show(Step::Burning { bytes: least * BLOCK, of: at.blocks * BLOCK });
                }
                DataEvent::Verifying(at) => {
                    verified[event.drive] = at.done;
                    let least = verified.iter().min().copied().unwrap_or(0);
                    progress.show(Step::Transfer { doing, bytes: least * BLOCK, of: at.all * BLOCK });
                }
                DataEvent::Waiting(waited) => {
                    let percent = waited.progress.map(|progress| u32::from(progress.percent()));
                    let most = Some(waited.budget.most.as_secs());
                    progress.show(Step::Drive { doing, seconds: waited.elapsed.as_secs(), most, percent });
                }
                DataEvent::Stalled(_) => {}
            }
            ControlFlow::Continue(())
        };
        let mut control = Control::new(self.interrupts.token().clone(), &mut listener);
        // A drive in software burns no disc that a sleeping machine would spoil.
        let is_real = recorders.iter().any(|recorder| recorder.device().node().is_some());
        let reason = self.lang.term(Term::BurnWriting);
        let _awake = is_real.then(|| Logind::default().keep_awake(&client, reason));
        burn(recorders, &client, source, &self.burns.options(medium, start), &mut control)
    }
}

pub fn term(action: Action) -> Term {
    match action {
        Action::ValidatingMedia | Action::InitializingHardware => Term::BurnPreparing,
        Action::FormattingMedia => Term::BurnFormatting,
        Action::CalibratingPower => Term::BurnCalibrating,
        Action::WritingData => Term::BurnWriting,
        Action::Finalization | Action::Completed => Term::BurnFinishing,
        Action::Verifying => Term::VerifyComparing,
    }
}

impl From<FormatError> for BurnError {
    fn from(error: FormatError) -> Self {
        Self::Plan(error.into())
    }
}
