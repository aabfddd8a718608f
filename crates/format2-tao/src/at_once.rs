//! [`burn_at_once`]: a whole disc of sound in one go, with what track-at-once cannot write: pauses of any length or none,
//! indexes, and CD-TEXT.

use std::{num::NonZeroU32, time::Duration};

use imapi_disc_types::{BlockSource, ClientName, Control, Lba, MediaState};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::{
    Adjusted, FormatError, Preparation, Probe, Verification, WriteSpeed, WriteSpeeds,
    at_once::{Placed, Session, SessionError, announce, start_of_lead_in},
};
use imapi_mmc_transport::{
    commands::Toc,
    feature::{CdMastering, Feature, FeatureCode},
    mode::{MultiSession, WriteParameters},
};
use imapi_recorder::{Recorder, Refreshed};
use imapi_write_engine::{EngineError, EngineOptions, Event, Section, write_section};

use crate::{
    Action, TaoError, TaoEvent, TaoOptions, What,
    support::{check, is_recorder_supported},
    verify,
};

/// A disc is burned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BurnedAtOnce {
    /// Its table of contents.
    pub toc: Toc,
    /// Sectors from its first track's beginning to the lead-out.
    pub sectors: u64,
    /// The speed that was set, where the drive knows speeds, and in what it is not the one that was asked for.
    pub speed: Option<(WriteSpeed, Adjusted)>,
    /// The disc has the CD-TEXT that it was to have. Not every drive writes it.
    pub with_text: bool,
    /// Nothing can be added.
    pub finalized: bool,
    /// Whether the system sees what was written.
    pub refreshed: Refreshed,
    /// How long all of it took, by the drive's clock.
    pub elapsed: Duration,
}

/// A disc was not burned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AtOnceError {
    /// The session cannot be.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// Drive and disc do not take it; nothing was written.
    #[error(transparent)]
    Tao(#[from] TaoError),
    /// The drive writes no session at once, or not this one: track by track it may write the tracks. The disc is as it was.
    #[error("the drive does not write this session at once")]
    NotAtOnce(#[source] FormatError),
    /// Something failed when the disc was no longer as it was.
    #[error("the disc was not finished")]
    Burning {
        /// What failed.
        #[source]
        cause: FormatError,
        /// The state of the disc, where the drive still tells it.
        state: Option<MediaState>,
    },
}

impl AtOnceError {
    /// Whether the caller wanted to stop.
    #[must_use]
    pub const fn is_cancelled(&self) -> bool {
        match self {
            Self::Tao(error) => error.is_cancelled(),
            Self::NotAtOnce(error) | Self::Burning { cause: error, .. } => error.is_cancelled(),
            Self::Session(_) => false,
        }
    }
}

impl From<FormatError> for AtOnceError {
    fn from(error: FormatError) -> Self {
        Self::Tao(error.into())
    }
}

impl Coded for AtOnceError {
    fn code(&self) -> HResult {
        match self {
            Self::Session(error) => error.code(),
            Self::Tao(error) => error.code(),
            Self::NotAtOnce(_) => v2::E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED,
            Self::Burning { cause, .. } => crate::error::code(cause),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Session(error) => error.facts(put),
            Self::Tao(error) => error.facts(put),
            Self::NotAtOnce(error) => error.facts(put),
            Self::Burning { cause, state } => {
                cause.facts(put);
                if let Some(state) = state {
                    put(Fact::DiscState, Value::Text(state));
                }
            }
        }
    }
}

/// Burns a session at once onto a blank CD. Where the drive does not write CD-TEXT, the disc gets none, and it is told.
///
/// Once it is begun, the drive wants every block that was announced: a burn that is stopped leaves a disc that no player
/// knows, and a CD-RW has to be blanked.
pub fn burn_at_once(
    recorder: &Recorder,
    client: &ClientName,
    session: &Session<'_>,
    options: &TaoOptions,
    control: &mut Control<'_, TaoEvent>,
) -> Result<BurnedAtOnce, AtOnceError> {
    let placed = session.place(Lba(0))?;
    let clock = recorder.clock();
    let begun = clock.now();
    let elapsed = || clock.now().saturating_sub(begun);
    let event = |track, action, what| TaoEvent { track, action, elapsed: elapsed(), what };
    control.emit(&event(1, Action::Preparing, What::Begins)).map_err(FormatError::from)?;
    let mut waits = |waited: &imapi_format2::Waited| {
        let _ = control.emit(&event(1, Action::Preparing, What::Waiting(*waited)));
    };
    let preparation = Preparation::new(recorder, client, options.force, &mut waits)?;
    if !is_recorder_supported(recorder)? {
        return Err(TaoError::RecorderNotSupported.into());
    }
    let probe = preparation.probe()?;
    check(&probe)?;
    let (needed, free) = (placed.sectors(), u64::from(probe.facts.free));
    if needed > free {
        return Err(TaoError::NotEnoughSpace { needed, free }.into());
    }
    let toc = placed.toc();
    let mastering = match probe.feature(FeatureCode::CD_MASTERING) {
        Some(Feature::CdMastering(feature)) => Some(*feature),
        _ => None,
    };
    if options.test && !mastering.is_some_and(|feature| feature.test_write) {
        // A drive that does not say that it can write with its laser off may write in earnest.
        let (speed, refreshed) = (None, Refreshed::Known);
        return Ok(BurnedAtOnce {
            toc,
            sectors: needed,
            speed,
            with_text: false,
            finalized: false,
            refreshed,
            elapsed: elapsed(),
        });
    }
    let (preparation, probe, placed) = (&preparation, &probe, &placed);
    let mut burning = Burning { preparation, probe, placed, options, control, begun, mastering };
    let speed = burning.set_speed()?;
    let lead_in = burning.announce()?;
    let with_text = lead_in.is_some();
    let written = burning.write(lead_in.as_ref());
    if options.test {
        if written.is_err() {
            let _ = preparation.flush(&mut |_| {});
        }
        if let Err(error) = preparation.end_test() {
            tracing::warn!(%error, "the drive may still write with its laser off");
        }
    }
    if let Err((cause, touched)) = written {
        if !touched || options.test {
            return Err(cause.into());
        }
        // Whatever can still be written is. A drive that is gone or broken says so again.
        if let Err(error) = preparation.flush(&mut |_| {}) {
            tracing::warn!(%error, "the drive cannot be brought to rest");
        }
        return Err(AtOnceError::Burning { cause, state: preparation.probe().ok().map(|probe| probe.facts.state) });
    }
    let mut refreshed = Refreshed::Known;
    if !options.test {
        if options.verification != Verification::None {
            let _ = control.emit(&event(1, Action::Verifying, What::Begins));
            verify::disc(recorder, &toc, options.finalize).map_err(TaoError::Verification)?;
        }
        refreshed = preparation.refresh(false, &mut |_| {}).unwrap_or_else(|error| {
            tracing::warn!(%error, "the system cannot be shown what was written");
            Refreshed::Stale
        });
    }
    let finalized = options.finalize && !options.test;
    Ok(BurnedAtOnce { toc, sectors: needed, speed, with_text, finalized, refreshed, elapsed: elapsed() })
}

/// The lead-in's sub-channels, and where they begin.
type LeadIn = (Lba, imapi_format2::at_once::LeadIn);

struct Burning<'a, 'c, 'l> {
    preparation: &'a Preparation,
    probe: &'a Probe,
    placed: &'a Placed<'a>,
    options: &'a TaoOptions,
    control: &'c mut Control<'l, TaoEvent>,
    begun: Duration,
    /// What the drive says of writing at once, where it says something.
    mastering: Option<CdMastering>,
}

impl Burning<'_, '_, '_> {
    fn set_speed(&self) -> Result<Option<(WriteSpeed, Adjusted)>, AtOnceError> {
        let recorder = self.preparation.recorder();
        let speeds = WriteSpeeds::of(recorder, self.probe.medium()).map_err(FormatError::from)?;
        let Some((speed, adjusted)) = speeds.choose(self.options.speed) else { return Ok(None) };
        Ok(speeds.set(recorder, speed).map_err(FormatError::from)?.then_some((speed, adjusted)))
    }

    /// Tells the drive what will come. One that takes the session but not its CD-TEXT gets it without.
    fn announce(&self) -> Result<Option<LeadIn>, AtOnceError> {
        let after = if self.options.finalize { MultiSession::Final } else { MultiSession::Open };
        let parameters = WriteParameters {
            underrun_protection: self.mastering.is_some_and(|feature| feature.buffer_underrun_free)
                && self.options.underrun_protection,
            test_write: self.options.test,
            ..WriteParameters::sao(after)
        };
        // A drive that says that it writes no sub-channels is believed.
        let writes_text = self.mastering.is_none_or(|feature| feature.rw_subcode);
        let begin = start_of_lead_in(self.preparation.recorder(), self.probe).filter(|_| writes_text);
        let lead_in = begin.and_then(|begin| self.placed.lead_in(begin));
        if let Some(lead_in) = lead_in {
            match announce(self.preparation, parameters.clone(), &self.placed.cue_sheet(true)) {
                Ok(()) => return Ok(Some(lead_in)),
                Err(error) if error.is_refusal() => {
                    tracing::warn!(%error, "the drive writes no CD-TEXT");
                }
                Err(error) => return Err(error.into()),
            }
        }
        match announce(self.preparation, parameters, &self.placed.cue_sheet(false)) {
            Ok(()) => Ok(None),
            Err(error) if error.is_refusal() => Err(AtOnceError::NotAtOnce(error)),
            Err(error) => Err(error.into()),
        }
    }

    /// Writes everything, and has the drive end the session. The error says whether the disc is no longer as it was.
    fn write(&mut self, lead_in: Option<&LeadIn>) -> Result<(), (FormatError, bool)> {
        let mut touched = false;
        let parts = self.placed.parts();
        let parts = parts.iter().map(|(start, part)| (*start, part as &dyn BlockSource));
        let lead_in = lead_in.into_iter().map(|(start, part)| (*start, part as &dyn BlockSource));
        for (start, part) in lead_in.chain(parts) {
            let event = self.event(self.placed.track_at(start), Action::Writing, What::Begins);
            self.control.emit(&event).map_err(|cancelled| (cancelled.into(), touched))?;
            if let Err(error) = self.section(part, start) {
                touched |= error.next().is_some_and(|next| next > start) || !is_refused(&error);
                return Err((error.into(), touched));
            }
            touched = true;
        }
        let last = self.placed.tracks.last().map_or(1, |track| track.number);
        let _ = self.control.emit(&self.event(last, Action::Finishing, What::Begins));
        let (recorder, begun) = (self.preparation.recorder(), self.begun);
        let control = &mut *self.control;
        let flushed = self.preparation.flush(&mut |waited| {
            let elapsed = recorder.clock().now().saturating_sub(begun);
            let what = What::Waiting(*waited);
            let _ = control.emit(&TaoEvent { track: last, action: Action::Finishing, elapsed, what });
        });
        flushed.map_err(|error| (error, true))
    }

    fn event(&self, track: u8, action: Action, what: What) -> TaoEvent {
        let elapsed = self.preparation.recorder().clock().now().saturating_sub(self.begun);
        TaoEvent { track, action, elapsed, what }
    }

    fn section(&mut self, part: &dyn BlockSource, start: Lba) -> Result<(), EngineError> {
        let options = EngineOptions {
            buffer: self.options.buffer,
            may_synchronize: false,
            ..EngineOptions::new(NonZeroU32::MIN)
        };
        let section = Section { first: 0, blocks: part.blocks(), start };
        let (recorder, placed, begun) = (self.preparation.recorder(), self.placed, self.begun);
        let tell = |event: &Event| {
            let (at, what) = match *event {
                Event::Progress(progress) => (progress.last_written.unwrap_or(start), What::Writing(progress)),
                Event::Stalled(stall) => (stall.at, What::Stalled(stall)),
            };
            let elapsed = recorder.clock().now().saturating_sub(begun);
            TaoEvent { track: placed.track_at(at), action: Action::Writing, elapsed, what }
        };
        let device = recorder.device();
        self.control.narrow(tell, |control| write_section(device, part, section, &options, None, control)).map(|_| ())
    }
}

/// Whether nothing was sent, or the drive did not take it.
fn is_refused(error: &EngineError) -> bool {
    !matches!(error, EngineError::Write { cause, .. } if !cause.is_refusal() || cause.is_deferred())
}
