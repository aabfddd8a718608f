//! Recording: what was gathered goes onto the disc.

use std::{ops::ControlFlow, time::Duration};

use imapi_disc_types::{BlockSource as _, Control, MediaType};
use imapi_errors::{Coded, common};
use imapi_format2::{Probe, audio::AudioOptions};
use imapi_format2_data::{Action, DataEvent, DataOptions, burn};
use imapi_format2_tao::{Action as Sounding, TaoEvent, TaoOptions, What};
use imapi_fsimage::ResultImage;

use super::{
    disc::Identity,
    session::{Events, Image, Session, Work},
};
use crate::{
    V1Error,
    drive::Drive,
    errors,
    recorder::{Underrun, is_usable, look},
    stash::Stash,
};

/// What preparing a drive takes: power calibration, above all.
const PREPARING: Duration = Duration::from_secs(15);
/// What closing a disc takes: lead-in and lead-out, four minutes at the single speed, are written at a usual one.
const CLOSING: Duration = Duration::from_secs(60);

pub(super) fn record(session: &Session, simulate: bool, eject_after: bool) -> Result<(), V1Error> {
    let mut work = session.begin(|open| {
        open.format()?;
        open.recorder()?;
        if open.has_open_track() { Err(V1Error::TrackOpen) } else { Ok(()) }
    })?;
    let drive = work.drive()?;
    check_image(&work)?;
    let events = work.events();
    let working = drive.begin()?;
    events.audience.tell(|listener| listener.preparing_burn(PREPARING));
    let outcome = record_with(&mut work, &drive, &events, simulate, eject_after);
    let outcome = outcome.map_err(|error| drive.noting(error));
    drop(working);
    if outcome.is_ok() {
        if let Some(stash) = &mut work.staged.stash {
            stash.wipe();
        }
        work.staged.empty();
    }
    drop(work);
    let status = outcome.as_ref().map_or_else(Coded::code, |()| common::S_OK);
    events.audience.tell(|listener| listener.burn_complete(status));
    outcome
}

/// There is something to record, it is whole, and its stash is where it may be.
fn check_image(work: &Work<'_>) -> Result<(), V1Error> {
    let is_filled = match &work.staged.image {
        Image::None => false,
        Image::Data(image) => image.is_added_to(),
        Image::Sound(image) => !image.tracks().is_empty(),
    };
    let stash = work.staged.stash.as_ref().filter(|_| is_filled);
    let stash = stash.ok_or(V1Error::InvalidImage { reason: "nothing was added" })?;
    stash.admit(0)?;
    if !stash.is_whole() {
        return Err(V1Error::InvalidImage { reason: "the stash was changed by somebody else" });
    }
    let goes_behind = work.staged.disc.as_ref().is_some_and(|disc| disc.earlier.is_some());
    if goes_behind && work.joliet.place_boot_image {
        return Err(V1Error::BootImageAndNonblankDisc);
    }
    Ok(())
}

fn record_with(
    work: &mut Work<'_>,
    drive: &Drive,
    events: &Events,
    simulate: bool,
    eject_after: bool,
) -> Result<(), V1Error> {
    let recorder = drive.recorder();
    let options = work.session.service.options().clone();
    // What is mounted cannot be recorded over; most often nobody minds that it is mounted no more.
    if !recorder.mount_points().is_empty() {
        if let Err(error) = recorder.device().unmount() {
            tracing::info!(%error, "the disc stays mounted");
        }
    }
    let _exclusive = recorder.acquire(&options.client, false).map_err(errors::of_lock)?;
    let probe = look(recorder)?.ok_or(V1Error::MediumNotPresent)?;
    check_disc(work, drive, &probe, options.strict)?;
    let settings = drive.settings().clone();
    let single = probe.medium().sectors_per_second_at_1x().unwrap_or(75);
    let (speed, underrun_protection) = (settings.request(single), settings.underrun != Underrun::Off);
    let (joliet, now) = (work.joliet.clone(), work.now());
    let staged = &mut work.staged;
    match (&mut staged.image, &staged.stash) {
        (Image::Data(image), _) => {
            let image = image.plan(&joliet, now)?;
            let data = DataOptions {
                test: simulate,
                track_at_once: true,
                keep_sequential: true,
                consumer_compatible: false,
                speed,
                underrun_protection,
                reload: false,
                ..DataOptions::default()
            };
            record_data(drive, &options.client, &image, &data, events)?;
        }
        (Image::Sound(image), Some(stash)) => {
            let pause = u16::try_from(settings.gap).unwrap_or(150);
            let tao = TaoOptions { test: simulate, speed, underrun_protection, pause, ..TaoOptions::default() };
            record_sound(drive, &options.client, (image.tracks(), stash), &tao, events)?;
        }
        _ => return Err(V1Error::InvalidImage { reason: "nothing was added" }),
    }
    if eject_after {
        // The disc is recorded, whether it comes out or not.
        if let Err(error) = recorder.eject() {
            tracing::warn!(%error, "the disc stays in");
        }
    }
    Ok(())
}

/// The disc is one on which the image can go.
fn check_disc(work: &Work<'_>, drive: &Drive, probe: &Probe, strict: bool) -> Result<(), V1Error> {
    let (medium, state) = (probe.medium(), probe.facts.state);
    let is_sound = matches!(work.staged.image, Image::Sound(_));
    let usable = if is_sound { [MediaType::CDR, MediaType::CDRW].contains(&medium) } else { is_usable(medium, strict) };
    if !usable || !probe.way.is_writable() {
        return Err(V1Error::MediumInvalidType { medium });
    }
    let earlier = work.staged.disc.as_ref().and_then(|disc| disc.earlier.as_ref());
    match earlier {
        Some(earlier) if Identity::of(drive.recorder(), probe).as_ref() != Some(earlier) => Err(V1Error::WrongDisc),
        Some(_) => Ok(()),
        // What can be written over at any time is looked at when it is recorded.
        None if probe.facts.is_blank() || probe.facts.is_overwritable() => Ok(()),
        None => Err(V1Error::CannotWriteToMedia { state }),
    }
}

fn record_data(
    drive: &Drive,
    client: &imapi_disc_types::ClientName,
    image: &ResultImage,
    options: &DataOptions,
    events: &Events,
) -> Result<(), V1Error> {
    let mut blocks = Blocks::new(events, image.blocks());
    let mut closing = Closing { events, told: false };
    let mut listener = |event: &DataEvent| {
        match event {
            // Nothing is written yet: who stops now has a disc that is as it was.
            DataEvent::Begins { action: Action::WritingData, .. } => blocks.written(0),
            // Zeros are written behind the image, of which nobody needs to know.
            DataEvent::Writing(progress) => {
                let outcome = blocks.written(progress.written());
                if progress.written() >= progress.blocks {
                    closing.begins();
                }
                outcome
            }
            _ => ControlFlow::Continue(()),
        }
    };
    let mut control = Control::new(events.token.clone(), &mut listener);
    burn(drive.recorder(), client, image, options, None, &mut control).map_err(errors::of_data)?;
    // A drive that cannot go through it with its laser off has written nothing, and told nothing.
    if blocks.told.is_none() {
        let _ = blocks.written(0);
    }
    let _ = blocks.written(u64::MAX);
    closing.begins();
    Ok(())
}

fn record_sound(
    drive: &Drive,
    client: &imapi_disc_types::ClientName,
    (tracks, stash): (&[crate::redbook::Track], &Stash),
    options: &TaoOptions,
    events: &Events,
) -> Result<(), V1Error> {
    let stopped = |_: &_| ();
    let mut session =
        imapi_format2_tao::Session::prepare(drive.recorder(), client, options, &mut |waited| stopped(waited))
            .map_err(errors::of_tao)?;
    let count = u32::try_from(tracks.len()).unwrap_or(u32::MAX);
    for (finished, track) in (0..).zip(tracks) {
        events.audience.tell(|listener| listener.track_progress(finished, count));
        let mut blocks = Blocks::new(events, track.blocks);
        let mut listener = |event: &TaoEvent| match event.what {
            What::Begins if event.action == Sounding::Writing => blocks.written(0),
            What::Writing(progress) => blocks.written(progress.written()),
            _ => ControlFlow::Continue(()),
        };
        let mut control = Control::new(events.token.clone(), &mut listener);
        let source = track.source(stash);
        session.add_track(&source, &AudioOptions::default(), &mut control).map_err(errors::of_tao)?;
        let _ = blocks.written(u64::MAX);
    }
    events.audience.tell(|listener| listener.track_progress(count, count));
    Closing { events, told: false }.begins();
    session.finish(&mut Control::silent()).map(|_| ()).map_err(errors::of_tao)
}

/// Tells how many blocks are written: each number once, the first is 0 and the last is all.
struct Blocks<'a> {
    events: &'a Events,
    total: u32,
    told: Option<u32>,
}

impl<'a> Blocks<'a> {
    fn new(events: &'a Events, total: u64) -> Self {
        Self { events, total: u32::try_from(total).unwrap_or(u32::MAX), told: None }
    }

    fn written(&mut self, blocks: u64) -> ControlFlow<()> {
        let blocks = u32::try_from(blocks).unwrap_or(u32::MAX).min(self.total);
        // When all is written, stopping would spoil what is as good as done.
        let may_stop = blocks < self.total;
        if may_stop && self.events.is_stopped() {
            return ControlFlow::Break(());
        }
        if self.told.is_none_or(|told| told < blocks) {
            self.told = Some(blocks);
            self.events.audience.tell(|listener| listener.block_progress(blocks, self.total));
        }
        if may_stop && self.events.is_stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Tells once that the disc is closed.
struct Closing<'a> {
    events: &'a Events,
    told: bool,
}

impl Closing<'_> {
    fn begins(&mut self) {
        if !std::mem::replace(&mut self.told, true) {
            self.events.audience.tell(|listener| listener.closing_disc(CLOSING));
        }
    }
}
