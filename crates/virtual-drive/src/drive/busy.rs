//! What takes time: while it does, the drive says so and how far it is.

use std::time::Duration;

use imapi_disc_types::Clock;
use imapi_mmc_transport::{Progress, Sense, SenseKey, commands::Request};

use super::{Inner, Reply};
use crate::{
    Change, Loaded,
    family::{Work, WorkKind},
};

/// The drive formats, and does whatever else it is told.
const FORMATS_IN_BACKGROUND: Sense = Sense::new(SenseKey::NoSense, 0x04, 0x04);

/// Work that was begun.
#[derive(Debug)]
pub(super) struct UnderWay {
    work: Work,
    began: Duration,
    ends: Duration,
}

impl UnderWay {
    /// What hosts hear meanwhile.
    fn sense(&self, now: Duration) -> Sense {
        let sense = match self.work.kind {
            WorkKind::Loading => return Sense::BECOMING_READY,
            WorkKind::Flushing => Sense::LONG_WRITE,
            WorkKind::Formatting => Sense::FORMATTING,
            WorkKind::Closing | WorkKind::Blanking | WorkKind::Calibrating => Sense::BUSY,
        };
        let (gone, all) = (now.saturating_sub(self.began), self.ends.saturating_sub(self.began));
        let share = gone.as_nanos() * u128::from(u16::MAX) / all.as_nanos().max(1);
        sense.progressed(Progress(u16::try_from(share).unwrap_or(u16::MAX)))
    }

    /// How long it still takes.
    pub(super) fn left(&self, now: Duration) -> Duration {
        self.ends.saturating_sub(now)
    }
}

impl Inner {
    /// Begins work. Whoever asked to be told at once is; anyone else waits until it is done.
    pub(super) fn begin(&mut self, work: Work, immediate: bool, clock: &dyn Clock) -> Result<Reply, Sense> {
        let immediate = self.answers_at_once(work.kind, immediate);
        let began = clock.now();
        let lasts = self.duration_of(work.kind, work.lasts, began);
        self.under_way = Some(UnderWay { work, began, ends: began + lasts });
        if !immediate && !lasts.is_zero() {
            clock.sleep(lasts);
        }
        self.settle(clock.now())?;
        Ok(Reply::Done)
    }

    /// Work whose time has come is done: what it changes is true from now on.
    pub(super) fn settle(&mut self, now: Duration) -> Result<(), Sense> {
        if let Some(done) = self.under_way.take_if(|under_way| under_way.ends <= now) {
            match (&mut self.disc, done.work.kind) {
                (_, WorkKind::Loading) => self.attention.push_back(Sense::MEDIUM_CHANGED),
                (Some(loaded), kind) => {
                    finish(loaded, &done.work, kind)?;
                    if let Some((lasts, from)) = done.work.background {
                        loaded.begin_background(done.ends, self.pace.lasting(lasts), from);
                    }
                    self.startle(kind);
                }
                (None, _) => {}
            }
        }
        self.disc.as_mut().map_or(Ok(()), |loaded| loaded.pass(now))
    }

    /// What keeps the drive from doing this now.
    pub(super) fn hindrance(&self, request: &Request, now: Duration) -> Option<Sense> {
        let sense = self.personality.sense(self.under_way.as_ref()?.sense(now));
        if goes_on_meanwhile(request) { None } else { Some(sense) }
    }

    /// What REQUEST SENSE tells of work under way.
    pub(super) fn progress(&self, now: Duration) -> Option<Sense> {
        let sense = match &self.under_way {
            Some(under_way) => under_way.sense(now),
            // The disc can be used meanwhile, and so this is no error.
            None => FORMATS_IN_BACKGROUND.progressed(self.disc.as_ref()?.background_progress()?),
        };
        Some(self.personality.sense(sense))
    }
}

fn finish(loaded: &mut Loaded, work: &Work, kind: WorkKind) -> Result<(), Sense> {
    let before = loaded.state().formatted.unwrap_or(0);
    loaded.change(&work.changes)?;
    if kind == WorkKind::Formatting {
        for change in &work.changes {
            match *change {
                Change::Formatted { blocks } => loaded.write_zeros(0..blocks)?,
                Change::Grown { blocks } => loaded.write_zeros(before..blocks)?,
                _ => {}
            }
        }
    }
    if work.changes.iter().any(|change| matches!(change, Change::Blanked | Change::Formatted { .. })) {
        loaded.wipe()?;
    }
    match kind {
        // A rehearsal ends with what would have ended the real thing.
        WorkKind::Closing | WorkKind::Blanking | WorkKind::Formatting => loaded.rehearse(false),
        WorkKind::Flushing => loaded.flush()?,
        WorkKind::Loading | WorkKind::Calibrating => {}
    }
    Ok(())
}

/// These are answered while the drive works: they are not about the disc.
fn goes_on_meanwhile(request: &Request) -> bool {
    use Request as R;
    matches!(
        request,
        R::RequestSense(_)
            | R::Inquiry(_)
            | R::GetConfiguration(_)
            | R::GetEventStatus(_)
            | R::ModeSense6(_)
            | R::ModeSense10(_)
            | R::MechanismStatus(_)
            | R::ReadBufferCapacity(_)
            | R::PreventAllowMediumRemoval(_)
    )
}
