//! [`burn`]: a source goes onto a disc, by the recipe that the disc wants.

use std::time::Duration;

use imapi_disc_types::{BlockSource, ClientName, Control, Lba, MediaType};
use imapi_format2::{
    Adjusted, FormatError, Preparation, Probe, Waited, WriteSpeed, WriteSpeeds, is_heuristically_blank, patiently,
    suits,
    verify::{Expected, Verified, VerifyError},
};
use imapi_mmc_transport::{
    Class, Condition,
    commands::{CloseFunction, DiscInformation, DiscStatus},
};
use imapi_recorder::{Recorder, Refreshed};
use imapi_write_engine::{EngineError, EngineOptions, Event, Section, Written, write_section};

use crate::{
    Action, Before, DataError, DataEvent, DataOptions, DiscAfter, Plan, Recipe, Tap, Verification, Warning, plan,
    ready::make_ready, verify::Sums,
};

/// A disc is burned.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Burned {
    /// What was done.
    pub plan: Plan,
    /// The kind of disc.
    pub medium: MediaType,
    /// The speed that was set, where the drive knows speeds, and in what it is not the one that was asked for.
    pub speed: Option<(WriteSpeed, Adjusted)>,
    /// Nothing can be added any more.
    pub closed: bool,
    /// Where the source's first block is.
    pub start: Lba,
    /// Whether the system sees what was written.
    pub refreshed: Refreshed,
    /// What was compared; nothing where that was not asked for.
    pub verified: Option<Verified>,
    /// What the engine did; nothing when the drive could not go through it with its laser off.
    pub written: Option<Written>,
    /// How long all of it took, by the drive's clock.
    pub elapsed: Duration,
}

/// Burns a source: takes the drive, looks at the disc, writes, and closes what is to be closed.
///
/// When it fails, the drive is free again, its tray opens, and the error says what the disc is now.
#[doc(alias = "IDiscFormat2Data::Write")]
pub fn burn(
    recorder: &Recorder,
    client: &ClientName,
    source: &dyn BlockSource,
    options: &DataOptions,
    tap: Option<Tap<'_>>,
    control: &mut Control<'_, DataEvent>,
) -> Result<Burned, DataError> {
    control.check()?;
    let clock = recorder.clock();
    let begun = clock.now();
    control.emit(&DataEvent::Begins { action: Action::ValidatingMedia, elapsed: Duration::ZERO })?;
    let preparation = Preparation::new(recorder, client, options.force, &mut |waited| tell(control, *waited))?;
    let mut probe = preparation.probe()?;
    let looks_blank = is_heuristically_blank(recorder, &probe)?;
    let mut plan = plan(&probe, looks_blank, source, options)?;
    suits(recorder, &probe).map_err(DataError::Before)?;
    if let (Some(before), false) = (plan.before, plan.warnings.contains(&Warning::NoTestWriting)) {
        let action = if before == Before::EndSession { Action::Finalization } else { Action::FormattingMedia };
        control.emit(&DataEvent::Begins { action, elapsed: clock.now().saturating_sub(begun) })?;
        let made = make_ready(&preparation, &probe, before, &mut |waited| tell(control, *waited));
        match made {
            Err(cause) if cause.is_refusal() => return Err(DataError::Before(cause)),
            Err(cause) => return Err(DataError::Burning { cause, after: after(&preparation, None, control) }),
            Ok(()) => {}
        }
        probe = preparation.probe()?;
        plan = plan.again(&probe, source, options)?;
    }
    let is_compared = options.verification != Verification::None && !options.test;
    let mut tap = tap;
    let mut sums = is_compared.then(|| Sums::new(probe.facts.write_unit, source));
    let mut both = |number: u64, bytes: &[u8]| {
        if let Some(sums) = &mut sums {
            sums.hear(number, bytes);
        }
        if let Some(tap) = &mut tap {
            tap(number, bytes);
        }
    };
    let mut burner = Burner {
        preparation: &preparation,
        probe: &probe,
        plan: &plan,
        source,
        options,
        tap: Some(&mut both),
        control,
        begun,
        touched: false,
        fell_back: false,
        next: None,
    };
    let outcome = burner.run();
    let (touched, next) = (burner.touched, burner.next);
    if options.test {
        end_test(&preparation, outcome.is_err(), control);
    }
    match outcome {
        Ok(Outcome { speed, start, written, closed }) => {
            let elapsed = || clock.now().saturating_sub(begun);
            let refreshed =
                if options.test { Refreshed::Known } else { refresh(&preparation, options.reload, control) };
            let mut verified = None;
            if let Some(sums) = sums.filter(|_| written.is_some()) {
                let begins = DataEvent::Begins { action: Action::Verifying, elapsed: elapsed() };
                let expected = Expected { closed: plan.recipe.leaves_sessions().then_some(closed) };
                let level = options.verification;
                let outcome = control.emit(&begins).map_err(VerifyError::from).and_then(|()| {
                    control.narrow(
                        |progress| DataEvent::Verifying(*progress),
                        |control| sums.verify(recorder, source, start, level, expected, control),
                    )
                });
                verified = Some(outcome.map_err(DataError::Verification)?);
            }
            let elapsed = elapsed();
            // Whoever breaks off now has a finished disc all the same.
            let _ = control.emit(&DataEvent::Begins { action: Action::Completed, elapsed });
            Ok(Burned { medium: probe.medium(), plan, speed, closed, start, refreshed, verified, written, elapsed })
        }
        Err(cause) if touched => Err(DataError::Burning { cause, after: after(&preparation, next, control) }),
        Err(cause) => Err(DataError::Before(cause)),
    }
}

fn tell(control: &mut Control<'_, DataEvent>, waited: Waited) {
    // What the drive does by itself cannot be stopped; whoever breaks is heard when it is done.
    let _ = control.emit(&DataEvent::Waiting(waited));
}

/// Has the system see what was written. A disc is none the worse when it does not.
fn refresh(preparation: &Preparation, may_reload: bool, control: &mut Control<'_, DataEvent>) -> Refreshed {
    let refreshed = preparation.refresh(may_reload, &mut |waited| tell(control, *waited));
    refreshed.unwrap_or_else(|error| {
        tracing::warn!(%error, "the system cannot be shown what was written");
        Refreshed::Stale
    })
}

/// Brings a drive to rest whose disc was not finished, and looks what the disc is now.
fn after(preparation: &Preparation, next: Option<Lba>, control: &mut Control<'_, DataEvent>) -> DiscAfter {
    let mut waits = |waited: &Waited| tell(control, *waited);
    // Whatever can still be written is. A drive that is gone or broken says so again.
    if let Err(error) = preparation.flush(&mut waits) {
        tracing::warn!(%error, "the drive cannot be brought to rest");
    }
    DiscAfter { state: preparation.probe().ok().map(|probe| probe.facts.state), next }
}

/// After a test the next burn is one in earnest, whoever does it.
fn end_test(preparation: &Preparation, failed: bool, control: &mut Control<'_, DataEvent>) {
    if failed {
        let _ = preparation.flush(&mut |waited| tell(control, *waited));
    }
    if let Err(error) = preparation.end_test() {
        tracing::warn!(%error, "the drive may still write with its laser off");
    }
}

/// What a recipe did.
pub(crate) struct Outcome {
    pub speed: Option<(WriteSpeed, Adjusted)>,
    pub start: Lba,
    pub written: Option<Written>,
    pub closed: bool,
}

/// All that a recipe needs.
pub(crate) struct Burner<'a, 'c, 'l, 't> {
    pub preparation: &'a Preparation,
    pub probe: &'a Probe,
    pub plan: &'a Plan,
    pub source: &'a dyn BlockSource,
    pub options: &'a DataOptions,
    tap: Option<Tap<'t>>,
    control: &'c mut Control<'l, DataEvent>,
    begun: Duration,
    /// The disc is no longer as it was.
    touched: bool,
    /// The recipe is another one than that of the plan.
    fell_back: bool,
    /// The first address that was not written.
    next: Option<Lba>,
}

impl Burner<'_, '_, '_, '_> {
    fn run(&mut self) -> Result<Outcome, FormatError> {
        self.begin(Action::InitializingHardware)?;
        let speed = self.set_speed()?;
        if self.options.test && self.plan.warnings.contains(&Warning::NoTestWriting) {
            return Ok(Outcome { speed, start: self.plan.start, written: None, closed: false });
        }
        let (start, written) = self.follow(self.plan.recipe)?;
        // The drive knows better than the plan.
        let says_open = |disc: DiscInformation| disc.state.status != DiscStatus::Complete;
        let (wanted, recorder) = (self.plan.closes && !self.options.test, self.preparation.recorder());
        let closed = wanted && !patiently(recorder, || recorder.disc_information()).is_ok_and(says_open);
        Ok(Outcome { speed, start, written: Some(written), closed })
    }

    /// Something else begins; the last moment to stop before it.
    pub fn begin(&mut self, action: Action) -> Result<(), FormatError> {
        let elapsed = self.preparation.recorder().clock().now().saturating_sub(self.begun);
        Ok(self.control.emit(&DataEvent::Begins { action, elapsed })?)
    }

    /// The same where there is no stopping: what was begun has to be ended.
    pub fn go_on(&mut self, action: Action) {
        let elapsed = self.preparation.recorder().clock().now().saturating_sub(self.begun);
        let _ = self.control.emit(&DataEvent::Begins { action, elapsed });
    }

    /// From here on the disc is no longer as it was.
    pub fn touch(&mut self) {
        self.touched = true;
    }

    /// The disc is no longer as it was.
    pub fn is_touched(&self) -> bool {
        self.touched
    }

    /// Whether another recipe may be tried, which is once: a drive that refuses both would else be asked for ever.
    pub fn may_fall_back(&mut self) -> bool {
        !std::mem::replace(&mut self.fell_back, true)
    }

    fn set_speed(&mut self) -> Result<Option<(WriteSpeed, Adjusted)>, FormatError> {
        let recorder = self.preparation.recorder();
        let speeds = WriteSpeeds::of(recorder, self.probe.medium())?;
        let Some((speed, adjusted)) = speeds.choose(self.options.speed) else { return Ok(None) };
        Ok(speeds.set(recorder, speed)?.then_some((speed, adjusted)))
    }

    /// Does something for which the drive is waited for.
    pub fn waiting<R>(&mut self, work: impl FnOnce(&Preparation, &mut dyn FnMut(&Waited)) -> R) -> R {
        let Self { preparation, control, .. } = self;
        work(preparation, &mut |waited| tell(control, *waited))
    }

    /// Writes blocks of a source, which is ours with so many blocks before it.
    pub fn write(&mut self, source: &dyn BlockSource, section: Section, before: u64) -> Result<Written, FormatError> {
        let unit = self.probe.facts.write_unit;
        // What says which files there are is worth being checked.
        let streaming_from = Lba(i32::try_from(unit.get()).unwrap_or(0));
        let options = EngineOptions {
            streaming: self.streams(),
            streaming_from,
            buffer: self.options.buffer,
            may_synchronize: !self.probe.medium().is_cd(),
            ..EngineOptions::new(unit)
        };
        let device = self.preparation.recorder().device();
        let blocks = self.source.blocks();
        let mut of_the_source = self.tap.as_deref_mut().map(|tap| {
            move |number: u64, bytes: &[u8]| {
                if let Some((first, bytes)) = of_the_source(section.first + number, bytes, before, blocks) {
                    tap(first, bytes);
                }
            }
        });
        let tap = of_the_source.as_mut().map(|tap| {
            let tap: imapi_write_engine::Tap<'_> = tap;
            tap
        });
        let written = self.control.narrow(
            |event: &Event| DataEvent::from(*event),
            |control| write_section(device, source, section, &options, tap, control),
        );
        match &written {
            // With its laser off the drive changes nothing.
            _ if self.options.test => {}
            Ok(_) => self.touched = true,
            Err(error) => {
                self.next = error.next().or(self.next);
                self.touched |= !is_as_it_was(error, section.start);
            }
        }
        Ok(written?)
    }

    /// Whether WRITE (12) is used, that does not check each block.
    fn streams(&self) -> bool {
        let managed = matches!(self.plan.recipe, Recipe::Random { .. } | Recipe::BdR { .. });
        self.options.streaming && managed
    }

    /// Closes something. A drive that has done it by itself refuses, and is right.
    pub fn close(&mut self, function: CloseFunction, track: u16) -> Result<(), FormatError> {
        self.waiting(|preparation, waits| preparation.close_unless_done(function, track, waits))
    }
}

/// What of these blocks is the source's own, of those that stand before and behind it.
fn of_the_source(first: u64, bytes: &[u8], before: u64, blocks: u64) -> Option<(u64, &[u8])> {
    const SIZE: usize = 2048;
    let count = (bytes.len() / SIZE) as u64;
    let skipped = before.saturating_sub(first);
    let number = (first + skipped).checked_sub(before)?;
    let count = count.checked_sub(skipped)?.min(blocks.checked_sub(number)?);
    let at = |blocks: u64| usize::try_from(blocks).ok()?.checked_mul(SIZE);
    let bytes = bytes.get(at(skipped)?..)?.get(..at(count)?)?;
    (!bytes.is_empty()).then_some((number, bytes))
}

/// Whether a WRITE that failed left the disc as it was: the first one, and the drive did not take it on.
fn is_as_it_was(error: &EngineError, start: Lba) -> bool {
    match error {
        EngineError::Section { .. } => true,
        EngineError::Source { next, .. } | EngineError::Cancelled { next } => *next == start,
        EngineError::Write { at, cause } => {
            let refused = match cause.condition() {
                Some(
                    Condition::IllegalModeForTrack
                    | Condition::InvalidWriteAddress
                    | Condition::OutOfRange
                    | Condition::WriteProtected
                    | Condition::NoMedium { .. }
                    | Condition::MediumChanged,
                ) => true,
                Some(condition) => condition.class() == Class::Caller,
                None => false,
            };
            *at == start && refused && !cause.is_deferred()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_of_the_source_is_heard_of() {
        let bytes = vec![0; 4 * 2048];
        let heard = |first, before, blocks| {
            of_the_source(first, &bytes, before, blocks).map(|(number, bytes)| (number, bytes.len() / 2048))
        };
        assert_eq!(heard(0, 0, 100), Some((0, 4)));
        assert_eq!(heard(0, 150, 100), None);
        assert_eq!(heard(148, 150, 100), Some((0, 2)));
        assert_eq!(heard(200, 150, 100), Some((50, 4)));
        assert_eq!(heard(248, 150, 100), Some((98, 2)));
        assert_eq!(heard(250, 150, 100), None);
        assert_eq!(heard(149, 150, 1), Some((0, 1)));
    }
}
