//! [`erase`]: a disc becomes as good as new.

use std::time::Duration;

use imapi_disc_types::{ClientName, Control, Lba};
use imapi_format2::{FormatError, Preparation, Probe, Way, is_heuristically_blank, suits};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{
        BackgroundFormat, Blank, BlankType, CloseFunction, FormatOptions, FormatParameters, FormatUnit, StartStopUnit,
        UnitAction,
    },
    feature::FeatureCode,
};
use imapi_recorder::{Recorder, RecorderError};

use crate::{
    EraseError, EraseOptions, Pace, Step, plan,
    progress::{EraseProgress, Telling},
    send::{Sent, ended, refused, send},
    support::erasable_by,
    zeros,
};

/// A disc was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Erased {
    /// What was done.
    pub steps: Vec<Step>,
    /// The drive does not know how to erase quickly, and erased everything instead.
    pub fully_instead: bool,
    /// What the disc is now.
    pub left: Left,
    /// How long it took, by the drive's clock.
    pub elapsed: Duration,
}

/// What a disc is when it was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Left {
    /// Blank: everything can be done with it.
    Blank,
    /// A DVD-RW that was erased no further than necessary: it can only be written at once, with a size that is known
    /// beforehand, and takes no further session. Erased fully, it takes everything.
    OnlyAtOnce,
    /// Formatted, and nothing on it.
    Formatted,
    /// The same, and the drive goes on formatting while the disc is used: a DVD+RW.
    Formatting,
}

/// A disc that changes again and again is not run after.
const ATTEMPTS: usize = 3;

/// Erases the disc that is in a drive. The drive is taken for that time, and its tray stays shut.
///
/// A drive that has begun to blank or to format cannot be stopped. Where zeros are written, it can; the disc is then as
/// used as it was, with a hole in it.
#[doc(alias = "IDiscFormat2Erase::EraseMedia")]
pub fn erase(
    recorder: &Recorder,
    client: &ClientName,
    options: &EraseOptions,
    control: &mut Control<'_, EraseProgress>,
) -> Result<Erased, EraseError> {
    let telling = &mut Telling::new(recorder.clock(), control);
    let prepared = Preparation::new(recorder, client, options.force, &mut |waited| telling.waited(waited));
    let prepared = prepared.map_err(of_preparing)?;
    spin_up(&prepared, telling)?;
    if erasable_by(recorder)?.is_empty() {
        return Err(EraseError::RecorderNotSupported);
    }
    let mut attempt = 0;
    loop {
        attempt += 1;
        let work = Work::of(&prepared, *options)?;
        telling.go_on()?;
        match work.carry_out(telling) {
            Err(Stopped::Changed(error)) if attempt == ATTEMPTS => return Err(error),
            Err(Stopped::Changed(_)) => settle(&prepared, telling)?,
            Err(Stopped::For(error)) => return Err(error),
            Ok(erased) => return Ok(erased),
        }
    }
}

/// Why an erasure goes no further.
enum Stopped {
    /// What was known of disc and drive no longer holds, and nothing has been done yet.
    Changed(EraseError),
    /// This.
    For(EraseError),
}

impl<E: Into<EraseError>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::For(error.into())
    }
}

fn of_preparing(error: FormatError) -> EraseError {
    match error {
        FormatError::Recorder(RecorderError::Command(
            cause @ CommandError::Check { command: "START STOP UNIT", .. },
        )) => EraseError::SpinUp { cause },
        FormatError::Recorder(error) => error.into(),
        error => error.into(),
    }
}

fn settle(prepared: &Preparation, telling: &mut Telling<'_, '_>) -> Result<(), EraseError> {
    prepared.settle(imapi_format2::Budget::READY, &mut |waited| telling.waited(waited)).map_err(of_preparing)
}

/// Sets the disc turning, as a drive may have let it stop: the time of the erasure then counts from here.
fn spin_up(prepared: &Preparation, telling: &mut Telling<'_, '_>) -> Result<(), EraseError> {
    match prepared.recorder().device().send(&StartStopUnit::new(UnitAction::Start)) {
        Ok(_) => {}
        // It knows no such command, or what it tells is no failure of it.
        Err(error) if error.is_refusal() || is_news(&error) => {}
        Err(error @ CommandError::Transport(_)) => return Err(error.into()),
        Err(cause) => return Err(EraseError::SpinUp { cause }),
    }
    settle(prepared, telling)
}

fn is_news(error: &CommandError) -> bool {
    use imapi_mmc_transport::Class;
    let class = error.condition().map(imapi_mmc_transport::Condition::class);
    !error.is_deferred() && matches!(class, Some(Class::Wait | Class::Refresh | Class::Ignore))
}

/// An erasure that is about to begin.
struct Work<'a> {
    prepared: &'a Preparation,
    probe: Probe,
    steps: Vec<Step>,
    pace: Pace,
}

impl<'a> Work<'a> {
    fn of(prepared: &'a Preparation, options: EraseOptions) -> Result<Self, EraseError> {
        let recorder = prepared.recorder();
        let probe = Probe::of(recorder)?;
        let readable = recorder.capacity()?.map_or(0, |capacity| capacity.last.distance_from(Lba(0)) + 1);
        let steps = plan(&probe, u32::try_from(readable).unwrap_or(0), &options)?;
        suits(recorder, &probe)?;
        let pace = Pace::of(recorder, &probe)?;
        Ok(Self { prepared, probe, steps, pace })
    }

    fn carry_out(mut self, telling: &mut Telling<'_, '_>) -> Result<Erased, Stopped> {
        let mut fully_instead = false;
        let mut next = 0;
        while let Some(step) = self.steps.get(next).copied() {
            telling.begin(&self.steps[next..], &self.pace);
            if let Some(instead) = self.step(step, next == 0, telling)? {
                tracing::warn!(?step, ?instead, "the drive does not know how to erase quickly");
                self.steps[next] = instead;
                fully_instead = true;
                continue;
            }
            next += 1;
            if next < self.steps.len() {
                telling.go_on()?;
            }
        }
        telling.check();
        let left = self.look()?;
        Ok(Erased { steps: self.steps, fully_instead, left, elapsed: telling.elapsed() })
    }

    /// One step; where the drive does not know it, what it may know.
    fn step(&self, step: Step, is_first: bool, telling: &mut Telling<'_, '_>) -> Result<Option<Step>, Stopped> {
        let (prepared, limit) = (self.prepared, self.pace.limit(&step));
        let device = prepared.recorder().device();
        let sent = match step {
            Step::Blank(kind) => {
                let blank = Blank { immediate: true, kind, place: 0 };
                self.send("blanking", limit, telling, &mut || device.send(&blank))?
            }
            Step::Format { descriptor, options, complete_list } => {
                let options = FormatOptions { immediate: true, ..options };
                let parameters = FormatParameters { options, descriptor };
                let sent = self.send("formatting", limit, telling, &mut || {
                    device.submit(&FormatUnit { complete_list }, &parameters)
                })?;
                if matches!(sent, Sent::Begun) {
                    prepared.flush(&mut |waited| telling.waited(waited))?;
                }
                sent
            }
            Step::Zeros { first, blocks } => {
                if matches!(self.probe.way, Way::DvdSequential | Way::DvdRestricted) {
                    zeros::set_packets(prepared);
                }
                zeros::write(prepared, first, blocks, self.probe.facts.write_unit, limit, telling)?;
                Sent::Begun
            }
            Step::Close => {
                let budget = imapi_format2::Budget::CLOSE;
                let closed = prepared.close(CloseFunction::Session, 0, &mut |waited| telling.waited(waited));
                closed.map_err(|cause| ended(cause, &budget))?;
                Sent::Begun
            }
        };
        match sent {
            Sent::Begun => Ok(None),
            Sent::Changed(cause) if is_first => Err(Stopped::Changed(EraseError::Failed { cause })),
            Sent::Changed(cause) => Err(EraseError::Failed { cause }.into()),
            Sent::Unknown(cause) => match (simpler(step), cause.condition()) {
                (Some(instead), _) => Ok(Some(instead)),
                (None, condition) => Err(refused(cause, condition, self.probe.medium()).into()),
            },
        }
    }

    fn send(
        &self,
        what: &'static str,
        limit: Duration,
        telling: &mut Telling<'_, '_>,
        command: &mut dyn FnMut() -> Result<imapi_mmc_transport::Done, CommandError>,
    ) -> Result<Sent, EraseError> {
        let mut waits = |waited: &_| telling.waited(waited);
        send(self.prepared, self.probe.medium(), what, limit, &mut waits, command)
    }

    /// Looks whether the disc is what it should be.
    fn look(&self) -> Result<Left, EraseError> {
        let recorder = self.prepared.recorder();
        let probe = Probe::of(recorder)?;
        if let Some(Step::Blank(kind)) = self.steps.first() {
            if !probe.facts.is_blank() {
                return Err(EraseError::NotErased);
            }
            let told = !probe.configuration.features.is_empty();
            let incremental = probe.has(FeatureCode::INCREMENTAL_STREAMING_WRITABLE);
            let is_dvd = probe.way == Way::DvdSequential;
            let only_at_once = is_dvd && if told { !incremental } else { *kind == BlankType::Minimal };
            return Ok(if only_at_once { Left::OnlyAtOnce } else { Left::Blank });
        }
        // What is mounted is nothing that reading could be compared with.
        if recorder.mount_points().is_empty() && !is_heuristically_blank(recorder, &probe)? {
            return Err(EraseError::NotErased);
        }
        let background = probe.disc.as_ref().map(|disc| disc.background_format);
        Ok(if background == Some(BackgroundFormat::Running) { Left::Formatting } else { Left::Formatted })
    }
}

/// What a drive may know that does not know this.
fn simpler(step: Step) -> Option<Step> {
    match step {
        Step::Blank(BlankType::Minimal) => Some(Step::Blank(BlankType::Disc)),
        Step::Format { descriptor, options, complete_list: true } if options.options_valid => {
            Some(Step::Format { descriptor, options: FormatOptions::default(), complete_list: false })
        }
        _ => None,
    }
}
