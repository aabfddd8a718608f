//! `imapi burn`: an image, or files and folders, onto discs; `imapi copy`: a disc onto others.
//!
//! `arguments.rs` is what can be asked, `source.rs` finds out what is burned, `manifest.rs` writes down its checksums,
//! `tell.rs` says what will be and what was.

mod after;
mod arguments;
mod manifest;
mod source;
mod tell;

use std::{io, ops::ControlFlow, sync::Arc, time::Duration};

use imapi::{
    burn::{BurnEvent, burn},
    drives::{DriveError, Drives},
    read::{DiscSource, ReadError},
};
use imapi_disc_types::{BlockSource, ClientName, Control, FileError, Lba, MediaType};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value};
use imapi_format2::{FormatError, Probe, is_heuristically_blank};
use imapi_format2_data::{Action, Burned, DataError, DataEvent, plan};
use imapi_recorder::{Inhibitor as _, Logind, Recorder, RecorderError};

pub use arguments::{BURN_EXAMPLES, BurnArguments, COPY_EXAMPLES, CopyArguments, DiscArguments, Speed, speed};

use crate::{
    agree::agrees,
    drive::work::Manner,
    image::CreateError,
    interrupt::Interrupts,
    output::{self, Outcome, Output},
    progress::{Progress, Step},
};
use after::InWords;
use manifest::{Making, ManifestFailure};
pub use source::image_of;
use source::{Burnable, NoLength};
use tell::Teller;

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
    let burns = Burns {
        names: &arguments.drive,
        disc: &arguments.disc,
        manner: Manner { json: image.json, quiet: image.quiet },
    };
    let with_files = arguments.disc.manifest.is_some();
    work(&burns, lang, out, |burning, progress| {
        source::source(image, arguments.as_image, with_files, burning.interrupts, progress, lang)
    })
}

/// Burns what is on another disc, and tells of it.
pub fn copy(arguments: &CopyArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    if arguments.to.contains(&arguments.from) {
        crate::cli::wrongly_asked(&["copy"], "a disc is not copied onto itself".to_string());
    }
    let burns = Burns { names: &arguments.to, disc: &arguments.disc, manner: arguments.manner };
    work(&burns, lang, out, |burning, _| {
        let recorder = burning.drives.recorder(&arguments.from)?;
        burning.wait_for(&recorder)?;
        Ok(Burnable::image(Arc::new(DiscSource::new(&recorder)?)))
    })
}

/// What is asked for of the drives that burn.
struct Burns<'a> {
    names: &'a [String],
    disc: &'a DiscArguments,
    manner: Manner,
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
        let Burnable { source, files } = source(self, &mut progress)?;
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
            let planned = plan(&probe, blank, &*source, &arguments.options(probe.medium()))?;
            // Another session has to know those before it: an image made for a blank disc would hide them, and not even
            // find its own files. What begins where the disc begins takes the place of what is there.
            if planned.start != Lba(0) {
                return Err(DataError::NotBlank.into());
            }
            teller.will_be(recorder, &planned);
            loses |= !blank;
            media.push(probe.medium());
        }
        if loses && !arguments.simulate && !arguments.yes && !agrees(lang) {
            output::complain(&lang.term(Term::NotAgreed));
            return Ok(Outcome::Failed);
        }
        let outcomes =
            self.burn(&recorders, &source, media.last().copied().unwrap_or(MediaType::UNKNOWN), &mut progress);
        progress.clear();
        let (mut all, mut any) = (true, false);
        for ((recorder, medium), outcome) in recorders.iter().zip(media).zip(outcomes) {
            teller.was(recorder, medium, &outcome, out).map_err(Stopped::Output)?;
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
        if let (Some(manifest), true) = (manifest, any) {
            if let Err(error) = manifest.end() {
                output::report(&error, lang);
                all = false;
            }
        }
        Ok(if all { Outcome::Done } else { Outcome::Failed })
    }

    fn recorders(&self) -> Result<Vec<Recorder>, BurnError> {
        self.burns.names.iter().map(|name| Ok(self.drives.recorder(name)?)).collect()
    }

    fn wait_for(&self, recorder: &Recorder) -> Result<(), RecorderError> {
        let token = self.interrupts.token();
        let mut wait = |_: &_| if token.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        recorder.ready(PATIENCE, &mut wait).map(drop)
    }

    fn burn(
        &self,
        recorders: &[Recorder],
        source: &Arc<dyn BlockSource>,
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
        burn(recorders, &client, source, &self.burns.disc.options(medium), &mut control)
    }
}

fn term(action: Action) -> Term {
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
