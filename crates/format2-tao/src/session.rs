//! [`Session`]: a drive with a blank disc, and the tracks that are written to it.

mod room;

use std::time::Duration;

use imapi_disc_types::{BlockSource, ClientName, Control, Lba, MediaType, Zero};
use imapi_format2::{
    Adjusted, FormatError, Padded, Preparation, Probe, SpeedRequest, Verification, Waits, WriteSpeed, WriteSpeeds,
    audio::{AUDIO_SECTOR, AudioOptions, Copying, MOST_TRACKS, SHORTEST_TRACK},
    patiently,
    verify::VerifyError,
};
use imapi_mmc_transport::{
    commands::{CloseFunction, Toc, TrackAddress, TrackControl},
    feature::{Feature, FeatureCode},
    mode::{CatalogueNumber, MultiSession, RecordingCode, TrackMode, WriteParameters},
};
use imapi_recorder::{Recorder, Refreshed};
use imapi_write_engine::{EngineError, EngineOptions, Event, Section, write_section};

use crate::{
    Action, TaoError, TaoEvent, TaoOptions, What,
    support::{check, is_recorder_supported},
    toc, verify,
};
use room::Room;

/// A track that is on the disc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Track {
    /// Its number, from 1.
    pub number: u8,
    /// Where its sound begins.
    pub start: Lba,
    /// Sectors that were written, with silence that made a short track long enough.
    pub sectors: u32,
    /// What kind of sound it is, as sub-channel Q tells it.
    pub control: TrackControl,
}

/// A disc is finished.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finished {
    /// Its tracks.
    pub tracks: Vec<Track>,
    /// Its table of contents; none where nothing was written.
    pub toc: Option<Toc>,
    /// Nothing can be added.
    pub finalized: bool,
    /// Whether the system sees what was written.
    pub refreshed: Refreshed,
}

/// A drive with a blank disc that this program has for itself until this is finished or dropped, and the tracks that were
/// written to it.
///
/// ```no_run
/// use imapi_disc_types::{BlockSource, ClientName, Control};
/// use imapi_format2::audio::AudioOptions;
/// use imapi_format2_tao::{Session, TaoError, TaoOptions};
/// use imapi_recorder::Recorder;
///
/// fn burn(recorder: &Recorder, client: &ClientName, songs: &[&dyn BlockSource]) -> Result<(), TaoError> {
///     let mut session = Session::prepare(recorder, client, &TaoOptions::default(), &mut |_| {})?;
///     for song in songs {
///         session.add_track(song, &AudioOptions::default(), &mut Control::silent())?;
///     }
///     session.finish(&mut Control::silent()).map(|_| ())
/// }
/// ```
#[derive(Debug)]
#[must_use = "the drive is let go of when this is dropped"]
pub struct Session {
    preparation: Preparation,
    probe: Probe,
    options: TaoOptions,
    speed: Option<(WriteSpeed, Adjusted)>,
    room: Room,
    tracks: Vec<Track>,
    /// The drive cannot write with its laser off.
    only_pretends: bool,
}

impl Session {
    /// Takes the drive, and sees that the disc in it is a blank CD.
    #[doc(alias = "IDiscFormat2TrackAtOnce::PrepareMedia")]
    pub fn prepare(
        recorder: &Recorder,
        client: &ClientName,
        options: &TaoOptions,
        waits: Waits<'_>,
    ) -> Result<Self, TaoError> {
        let preparation = Preparation::new(recorder, client, options.force, waits)?;
        if !is_recorder_supported(recorder)? {
            return Err(TaoError::RecorderNotSupported);
        }
        let probe = preparation.probe()?;
        check(&probe)?;
        // A drive that does not say that it can write with its laser off may write in earnest.
        let can_test = matches!(
            probe.feature(FeatureCode::CD_TRACK_AT_ONCE),
            Some(Feature::CdTrackAtOnce(feature)) if feature.test_write
        );
        let room = Room::of(&probe);
        let mut session = Self {
            preparation,
            probe,
            options: *options,
            speed: None,
            room,
            tracks: Vec::new(),
            only_pretends: options.test && !can_test,
        };
        session.set_speed(options.speed)?;
        Ok(session)
    }

    /// The drive.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        self.preparation.recorder()
    }

    /// The kind of disc.
    #[must_use]
    pub fn medium(&self) -> MediaType {
        self.probe.medium()
    }

    /// How it is written.
    #[must_use]
    pub fn options(&self) -> &TaoOptions {
        &self.options
    }

    /// The tracks that are on the disc.
    #[must_use]
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_NumberOfExistingTracks")]
    pub fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    /// Sectors that one track could have on the blank disc.
    #[must_use]
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_TotalSectorsOnMedia")]
    pub fn total_sectors(&self) -> u32 {
        self.room.total
    }

    /// Sectors that the next track can have.
    #[must_use]
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_FreeSectorsOnMedia")]
    pub fn free_sectors(&self) -> u32 {
        self.room.free
    }

    /// Sectors that no track can have any more: those of the tracks, and what lies between them.
    #[must_use]
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_UsedSectorsOnMedia")]
    pub fn used_sectors(&self) -> u32 {
        self.room.total.saturating_sub(self.room.free)
    }

    /// The table of contents that the disc would have if it were finished now; none while nothing is on it.
    #[must_use]
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_ExpectedTableOfContents")]
    pub fn expected_toc(&self) -> Option<Toc> {
        toc::expected(&self.tracks, self.room.end)
    }

    /// The speed that was set, where the drive knows speeds, and in what it is not the one that was asked for.
    #[must_use]
    pub fn speed(&self) -> Option<(WriteSpeed, Adjusted)> {
        self.speed
    }

    /// Chooses another speed for the tracks that follow.
    pub fn set_speed(&mut self, request: SpeedRequest) -> Result<Option<(WriteSpeed, Adjusted)>, TaoError> {
        let recorder = self.preparation.recorder();
        let speeds = WriteSpeeds::of(recorder, self.probe.medium())?;
        self.options.speed = request;
        self.speed = match speeds.choose(request) {
            Some((speed, adjusted)) if speeds.set(recorder, speed)? => Some((speed, adjusted)),
            _ => None,
        };
        Ok(self.speed)
    }

    /// Says whether the tracks that follow are written with a drive that goes on when it ran out of data.
    pub fn set_underrun_protection(&mut self, on: bool) {
        self.options.underrun_protection = on;
    }

    /// Writes a track. A short one gets silence behind it, so that it lasts four seconds.
    ///
    /// When the caller stops it, or something fails, what was written becomes a shorter track, and others can follow.
    #[doc(alias = "IDiscFormat2TrackAtOnce::AddAudioTrack")]
    pub fn add_track(
        &mut self,
        source: &dyn BlockSource,
        audio: &AudioOptions,
        control: &mut Control<'_, TaoEvent>,
    ) -> Result<Track, TaoError> {
        let (block_size, blocks) = (source.block_size(), source.blocks());
        if block_size != AUDIO_SECTOR || blocks == 0 {
            return Err(TaoError::SourceNotSupported { block_size: block_size.get(), blocks });
        }
        if self.tracks.len() >= MOST_TRACKS.into() {
            return Err(TaoError::TrackLimit);
        }
        let needed = blocks.max(SHORTEST_TRACK.into());
        let sectors = u32::try_from(needed).ok().filter(|&sectors| sectors <= self.room.free);
        let sectors = sectors.ok_or(TaoError::NotEnoughSpace { needed, free: self.room.free.into() })?;
        let number = u8::try_from(self.tracks.len() + 1).unwrap_or(MOST_TRACKS);
        let mut telling = Telling::new(control, self.preparation.recorder().clock().now(), number);
        telling.begin(self.recorder(), Action::Preparing)?;
        self.set_write_parameters(audio)?;
        let start = self.next_start();
        let track = Track { number, start, sectors, control: audio.control() };
        telling.begin(self.recorder(), Action::Writing)?;
        if self.only_pretends {
            self.tracks.push(track);
            return Ok(track);
        }
        let padded = Padded { before: 0, source, after: needed - blocks };
        let written = self.write(&padded, start, &mut telling);
        telling.go_on(self.recorder(), Action::Finishing);
        match written {
            Ok(()) => match self.end_track(&mut telling) {
                Ok(()) => self.add(track),
                Err(cause) => return Err(TaoError::Writing { cause, track: self.cut_short(track) }),
            },
            Err(error) => {
                let next = error.next().unwrap_or(start);
                let cause = FormatError::from(error);
                if next <= start && !is_begun(&cause) {
                    return Err(TaoError::Before(cause));
                }
                self.fill_up(track, next);
                if let Err(error) = self.end_track(&mut telling) {
                    tracing::warn!(%error, "the track that was cut short cannot be closed");
                }
                let written = u32::try_from(next.distance_from(start)).unwrap_or(0);
                let cut = Track { sectors: written.max(SHORTEST_TRACK).min(track.sectors), ..track };
                return Err(TaoError::Writing { cause, track: self.cut_short(cut) });
            }
        }
        if self.options.verification != Verification::None && !self.options.test {
            telling.go_on(self.recorder(), Action::Verifying);
            verify::track(self.recorder(), &track).map_err(TaoError::Verification)?;
        }
        Ok(track)
    }

    /// Says how the next track is written.
    fn set_write_parameters(&self, audio: &AudioOptions) -> Result<(), FormatError> {
        let protects = matches!(
            self.probe.feature(FeatureCode::CD_TRACK_AT_ONCE),
            Some(Feature::CdTrackAtOnce(feature)) if feature.buffer_underrun_free
        );
        let after = if self.options.finalize { MultiSession::Final } else { MultiSession::Open };
        self.preparation.set_write_parameters(WriteParameters {
            underrun_protection: protects && self.options.underrun_protection,
            test_write: self.options.test,
            track_mode: TrackMode(audio.control().bits()),
            copy: audio.copying == Copying::Exhausted,
            audio_pause: self.options.pause,
            catalogue_number: Some(
                self.options
                    .catalogue
                    .map_or_else(CatalogueNumber::default, |mcn| CatalogueNumber::new(*mcn.as_bytes())),
            ),
            recording_code: Some(
                audio.isrc.map_or_else(RecordingCode::default, |isrc| RecordingCode::new(*isrc.as_bytes())),
            ),
            ..WriteParameters::tao_audio(after)
        })
    }

    /// Where the next track begins. Some drives know the address only when they know how the track is written, and others
    /// want to be asked before they write.
    fn next_start(&self) -> Lba {
        let recorder = self.preparation.recorder();
        let track = patiently(recorder, || recorder.track_information(TrackAddress::INVISIBLE));
        let told = track.ok().and_then(|track| track.next_writable);
        // A blank disc of some drives begins in its pause.
        told.unwrap_or(self.room.next).max(Lba(0))
    }

    fn write(&self, source: &dyn BlockSource, start: Lba, telling: &mut Telling<'_, '_>) -> Result<(), EngineError> {
        let options = EngineOptions {
            buffer: self.options.buffer,
            may_synchronize: false,
            ..EngineOptions::new(std::num::NonZeroU32::MIN)
        };
        let section = Section { first: 0, blocks: source.blocks(), start };
        let recorder = self.preparation.recorder();
        let (track, begun) = (telling.track, telling.begun);
        let tell = |event: &Event| TaoEvent {
            track,
            action: Action::Writing,
            elapsed: recorder.clock().now().saturating_sub(begun),
            what: match *event {
                Event::Progress(progress) => What::Writing(progress),
                Event::Stalled(stall) => What::Stalled(stall),
            },
        };
        let device = recorder.device();
        telling
            .control
            .narrow(tell, |control| write_section(device, source, section, &options, None, control))
            .map(|_| ())
    }

    /// Writes silence behind a track that was cut short, so that it is as long as a track must be. A drive that does not
    /// take it does not take anything.
    fn fill_up(&self, track: Track, next: Lba) {
        let written = next.distance_from(track.start);
        let missing = u64::try_from(i64::from(SHORTEST_TRACK) - written).unwrap_or(0);
        if missing == 0 || self.options.test {
            return;
        }
        let silence = Zero::new(AUDIO_SECTOR, missing);
        let mut nobody = Control::silent();
        if let Err(error) = self.write(&silence, next, &mut Telling::new(&mut nobody, Duration::ZERO, track.number)) {
            tracing::warn!(%error, "the track that was cut short is shorter than a track must be");
        }
    }

    /// The track is closed with the drive's buffer: several drives make an error of closing it.
    fn end_track(&self, telling: &mut Telling<'_, '_>) -> Result<(), FormatError> {
        self.preparation.flush_and_wait(&mut |waited| telling.waiting(self.recorder(), *waited))
    }

    /// The disc has this track. Where the drive does not say how much room is left, it follows from what was written.
    fn add(&mut self, track: Track) {
        self.tracks.push(track);
        if self.options.test {
            return;
        }
        match self.preparation.probe() {
            Ok(probe) => self.room.update(&probe, &track),
            Err(error) => {
                tracing::warn!(%error, "the drive does not say how much room is left");
                self.room.behind(&track);
            }
        }
    }

    /// What became of a track that was not written to its end: it is one when the drive says so, which may count what it
    /// ended the track with.
    fn cut_short(&mut self, planned: Track) -> Option<Track> {
        let recorder = self.preparation.recorder();
        let address = TrackAddress::Track(planned.number.into());
        let told = patiently(recorder, || recorder.track_information(address)).ok()?;
        let is_there = told.number == u16::from(planned.number) && !told.blank && told.start == planned.start;
        let sectors = told.size.filter(|&size| is_there && size > 0)?;
        let track = Track { sectors: sectors.min(planned.sectors), ..planned };
        self.add(track);
        Some(track)
    }

    /// Closes the session: players know the tracks from then on. A disc to which nothing was written stays blank.
    #[doc(alias = "IDiscFormat2TrackAtOnce::ReleaseMedia")]
    pub fn finish(self, control: &mut Control<'_, TaoEvent>) -> Result<Finished, TaoError> {
        let number = self.tracks.last().map_or(1, |track| track.number);
        let mut telling = Telling::new(control, self.recorder().clock().now(), number);
        let mut finished = Finished {
            toc: self.expected_toc(),
            finalized: false,
            refreshed: Refreshed::Known,
            tracks: self.tracks.clone(),
        };
        if self.options.test {
            if let Err(error) = self.preparation.end_test() {
                tracing::warn!(%error, "the drive may still write with its laser off");
            }
            return Ok(finished);
        }
        let Some(toc) = &finished.toc else { return Ok(finished) };
        // There is no stopping it: a session that is being closed is closed or spoiled.
        telling.go_on(self.recorder(), Action::Finishing);
        let closed = self.preparation.close_unless_done(CloseFunction::Session, 0, &mut |waited| {
            telling.waiting(self.recorder(), *waited);
        });
        if let Err(cause) = closed {
            let state = self.preparation.probe().ok().map(|probe| probe.facts.state);
            return Err(TaoError::Closing { cause, state });
        }
        finished.finalized = self.options.finalize;
        if self.options.verification != Verification::None {
            telling.go_on(self.recorder(), Action::Verifying);
            verify::disc(self.recorder(), toc, self.options.finalize).map_err(TaoError::Verification)?;
        }
        let refreshed = self.preparation.refresh(false, &mut |waited| telling.waiting(self.recorder(), *waited));
        finished.refreshed = refreshed.unwrap_or_else(|error| {
            tracing::warn!(%error, "the system cannot be shown what was written");
            Refreshed::Stale
        });
        Ok(finished)
    }
}

/// Whether a drive that failed with this may have begun to write: it did not when it refused the first block.
fn is_begun(cause: &FormatError) -> bool {
    !cause.is_refusal()
        && !cause.is_cancelled()
        && !matches!(cause, FormatError::Engine(EngineError::Source { .. } | EngineError::Section { .. }))
}

/// Who hears of it, with what all events have.
struct Telling<'a, 'l> {
    control: &'a mut Control<'l, TaoEvent>,
    begun: Duration,
    track: u8,
    action: Action,
}

impl<'a, 'l> Telling<'a, 'l> {
    fn new(control: &'a mut Control<'l, TaoEvent>, begun: Duration, track: u8) -> Self {
        Self { control, begun, track, action: Action::Preparing }
    }

    fn event(&self, recorder: &Recorder, what: What) -> TaoEvent {
        let elapsed = recorder.clock().now().saturating_sub(self.begun);
        TaoEvent { track: self.track, action: self.action, elapsed, what }
    }

    /// Something else begins; the last moment to stop before it.
    fn begin(&mut self, recorder: &Recorder, action: Action) -> Result<(), FormatError> {
        self.action = action;
        Ok(self.control.emit(&self.event(recorder, What::Begins))?)
    }

    /// The same where there is no stopping: what was begun has to be ended.
    fn go_on(&mut self, recorder: &Recorder, action: Action) {
        self.action = action;
        let _ = self.control.emit(&self.event(recorder, What::Begins));
    }

    fn waiting(&mut self, recorder: &Recorder, waited: imapi_format2::Waited) {
        // What the drive does by itself cannot be stopped; whoever breaks is heard when it is done.
        let _ = self.control.emit(&self.event(recorder, What::Waiting(waited)));
    }
}

/// A verification that could not be made is one that failed.
impl From<VerifyError> for TaoError {
    fn from(error: VerifyError) -> Self {
        Self::Verification(error)
    }
}
