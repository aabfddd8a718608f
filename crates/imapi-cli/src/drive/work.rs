//! What `read`, `verify` and `erase` share: the drive gets ready, signals stop them, and what came of it is told.

use std::{io, ops::ControlFlow, time::Duration};

use imapi::drives::{DriveError, Drives};
use imapi_errors::{Coded, HResult, Lang, common};
use imapi_recorder::Recorder;

use crate::{
    interrupt::Interrupts,
    output::{self, Outcome},
    progress::Progress,
};

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(300);

/// How a command tells of its work.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct Manner {
    /// Prints a JSON object
    #[arg(long)]
    pub json: bool,

    /// Tells nothing but what went wrong
    #[arg(short, long)]
    pub quiet: bool,
}

/// A command at work.
pub struct Work<'a> {
    pub lang: Lang,
    pub interrupts: Interrupts,
    pub progress: Progress,
    drives: &'a Drives,
}

impl<'a> Work<'a> {
    pub fn new(drives: &'a Drives, manner: Manner, lang: Lang) -> io::Result<Self> {
        let interrupts = Interrupts::listen()?;
        let progress = Progress::new(manner.quiet, manner.json, lang);
        Ok(Self { lang, interrupts, progress, drives })
    }

    /// The drive of that name, when it is ready.
    pub fn recorder(&self, name: &str) -> Result<Recorder, DriveError> {
        let recorder = self.drives.recorder(name)?;
        let token = self.interrupts.token();
        let mut wait = |_: &_| if token.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        recorder.ready(PATIENCE, &mut wait).map_err(|error| DriveError::from(error).of(name))?;
        Ok(recorder)
    }

    /// How it ends that something failed, which is told here.
    pub fn failed(&mut self, error: &dyn Coded) -> Outcome {
        self.progress.clear();
        output::report(error, self.lang);
        self.interrupts.status().map_or(Outcome::Failed, Outcome::Stopped)
    }
}

/// What came of it, for programs: the code as it is written, and its name.
pub fn code_of(error: Option<&dyn Coded>) -> (String, Option<&'static str>) {
    let code: HResult = error.map_or(common::S_OK, Coded::code);
    (format!("{:#010X}", code.as_u32()), code.name())
}
