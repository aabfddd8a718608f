//! [`EraseProgress`]: how far an erasure is, and how long it will take.

use std::{ops::ControlFlow, time::Duration};

use imapi_disc_types::{Cancelled, Clock, Control};
use imapi_format2::Waited;

use crate::{Pace, Step};

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias("DDiscFormat2EraseEvents", "DDiscFormat2EraseEvents::Update"))]
pub struct EraseProgress {
    /// What is done now.
    pub doing: Doing,
    /// Time since the beginning, by the drive's clock.
    pub elapsed: Duration,
    /// Time from the beginning to the end, as far as it can be known: it changes while the drive works.
    pub estimated_total: Duration,
}

/// What is done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Doing {
    /// The drive gets ready.
    Preparing,
    /// It blanks the disc.
    Blanking,
    /// It formats the disc.
    Formatting,
    /// Zeros are written.
    Writing,
    /// The disc gets its end.
    Closing,
    /// It is looked whether the disc is erased.
    Checking,
}

impl Doing {
    const fn of(step: &Step) -> Self {
        match step {
            Step::Blank(_) => Self::Blanking,
            Step::Format { .. } => Self::Formatting,
            Step::Zeros { .. } => Self::Writing,
            Step::Close => Self::Closing,
        }
    }
}

/// A drive that has done less than this says little about when it will be done.
const SAYS_SOMETHING: f64 = 0.01;

/// Tells of an erasure.
pub(crate) struct Telling<'a, 'c> {
    control: &'a mut Control<'c, EraseProgress>,
    clock: &'a dyn Clock,
    begun: Duration,
    doing: Doing,
    /// When what is done now began.
    since: Duration,
    expected: Duration,
    /// What is still to come takes so long.
    later: Duration,
}

impl<'a, 'c> Telling<'a, 'c> {
    pub fn new(clock: &'a dyn Clock, control: &'a mut Control<'c, EraseProgress>) -> Self {
        let begun = clock.now();
        let (expected, later) = (Duration::ZERO, Duration::ZERO);
        Self { control, clock, begun, doing: Doing::Preparing, since: begun, expected, later }
    }

    /// The first of these steps begins; the others follow.
    pub fn begin(&mut self, steps: &[Step], pace: &Pace) {
        let Some((now, later)) = steps.split_first() else { return };
        (self.doing, self.since) = (Doing::of(now), self.clock.now());
        self.expected = pace.expected(now);
        self.later = later.iter().map(|step| pace.expected(step)).sum();
        let _ = self.tell(None);
    }

    /// It is looked what came of it.
    pub fn check(&mut self) {
        (self.doing, self.since) = (Doing::Checking, self.clock.now());
        (self.expected, self.later) = (Duration::ZERO, Duration::ZERO);
        let _ = self.tell(None);
    }

    /// So long what is done now has taken.
    pub fn lasts(&self) -> Duration {
        self.clock.now().saturating_sub(self.since)
    }

    /// Time since the beginning.
    pub fn elapsed(&self) -> Duration {
        self.clock.now().saturating_sub(self.begun)
    }

    /// Whether the caller wants to go on.
    pub fn go_on(&self) -> Result<(), Cancelled> {
        self.control.check()
    }

    /// The drive is waited for. There is no stopping it.
    pub fn waited(&mut self, waited: &Waited) {
        let _ = self.tell(waited.progress.map(imapi_mmc_transport::Progress::fraction));
    }

    /// Tells how far it is, with the part of what is done now that is done.
    pub fn tell(&mut self, share: Option<f64>) -> ControlFlow<()> {
        let lasted = self.lasts();
        let by_share = share.filter(|share| *share > SAYS_SOMETHING).map(|share| lasted.div_f64(share.min(1.0)));
        let total = by_share.unwrap_or(self.expected).max(lasted);
        let before = self.since.saturating_sub(self.begun);
        let progress =
            EraseProgress { doing: self.doing, elapsed: before + lasted, estimated_total: before + total + self.later };
        match self.control.emit(&progress) {
            Ok(()) => ControlFlow::Continue(()),
            Err(Cancelled) => ControlFlow::Break(()),
        }
    }
}
