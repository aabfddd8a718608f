//! `imapi audio burn`.

use std::{
    io::{self, Write as _},
    ops::ControlFlow,
    sync::Arc,
};

use imapi::{
    audio::{NotAtOnce, audio_options},
    drives::Drives,
};
use imapi_disc_types::{BlockSource, ClientName, Control, Lba, MediaState, MediaType};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value};
use imapi_format2::{Probe, at_once::SessionError, is_heuristically_blank};
use imapi_format2_data::DataError;
use imapi_format2_erase::{Becomes, EraseError, EraseOptions, EraseProgress};
use imapi_format2_raw::RawError;
use imapi_format2_tao::{Action, AtOnceError, Session, TaoError, TaoEvent, TaoOptions, What, burn_at_once};
use imapi_mmc_transport::commands::Toc;
use imapi_recorder::{Inhibitor as _, Logind, Recorder};
use serde::Serialize;

use super::{
    SECTOR,
    album::Album,
    arguments::{BurnArguments, Mode},
    extra::{DataSession, Extra, ExtraError},
    raw::{self, RawAlbumError},
};
use crate::{
    agree::agrees,
    burn,
    drive::{
        self, erase,
        work::{Work, code_of},
    },
    output::{self, Outcome, Output},
    progress::{self, Progress, Step},
};

const CLIENT: &str = "imapi audio burn";

/// What came of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    name: Option<&'static str>,
    drive: String,
    medium: Option<String>,
    mode: &'static str,
    tracks: Vec<Track>,
    lead_out: Option<i32>,
    cd_text: bool,
    closed: bool,
    simulated: bool,
    /// The session with data behind the sound.
    data: Option<DataSession>,
}

#[derive(Debug, Serialize)]
struct Track {
    number: u8,
    start: i32,
}

/// A disc that was burned.
struct Burned {
    toc: Option<Toc>,
    with_text: bool,
    closed: bool,
    data: Option<DataSession>,
}

/// Why it was not burned.
#[derive(Debug, thiserror::Error)]
enum BurnError {
    #[error(transparent)]
    AtOnce(#[from] AtOnceError),
    #[error(transparent)]
    Tao(#[from] TaoError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    NotAtOnce(#[from] NotAtOnce),
    #[error(transparent)]
    Extra(#[from] ExtraError),
    #[error(transparent)]
    Raw(#[from] RawAlbumError),
}

impl BurnError {
    fn coded(&self) -> &dyn Coded {
        match self {
            Self::AtOnce(error) => error,
            Self::Tao(error) => error,
            Self::Session(error) => error,
            Self::NotAtOnce(error) => error,
            Self::Extra(error) => error,
            Self::Raw(error) => error,
        }
    }

    /// What became of the disc.
    fn after(&self) -> After {
        match self {
            Self::AtOnce(AtOnceError::Burning { state, .. }) | Self::Tao(TaoError::Closing { state, .. }) => {
                After::Begun(*state)
            }
            Self::Extra(ExtraError::Data(DataError::Burning { after, .. })) => After::Begun(after.state),
            // What was written became a track, and the disc was finished.
            Self::Raw(RawAlbumError::Raw(RawError::Writing { after, .. })) => After::Begun(after.state),
            Self::Raw(RawAlbumError::Verification(_))
            | Self::Extra(ExtraError::Behind { .. })
            | Self::Tao(TaoError::Writing { .. } | TaoError::Verification(_))
            | Self::AtOnce(AtOnceError::Tao(TaoError::Verification(_))) => After::Finished,
            _ => After::AsItWas,
        }
    }
}

/// What became of a disc that was not burned as it was to be.
enum After {
    AsItWas,
    /// It is in this state, where the drive still tells it.
    Begun(Option<MediaState>),
    Finished,
}

/// The error with the state of the disc in the reader's words.
struct InWords<'a> {
    error: &'a BurnError,
    lang: Lang,
}

impl Coded for InWords<'_> {
    fn code(&self) -> HResult {
        self.error.coded().code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        self.error.coded().facts(&mut |fact, value| {
            if fact != Fact::DiscState {
                put(fact, value);
            }
        });
        if let After::Begun(state) = self.error.after() {
            let terms = state.map_or_else(|| vec![Term::NotTold], drive::state_terms);
            let words: Vec<&str> = terms.into_iter().map(|term| self.lang.term(term)).collect();
            put(Fact::DiscState, Value::Text(&words.join(self.lang.term(Term::MarkComma))));
        }
    }
}

pub fn run(drives: &Drives, arguments: &BurnArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    if let Some(message) = arguments.contradiction() {
        crate::cli::wrongly_asked(&["audio", "burn"], message);
    }
    let mut work = Work::new(drives, arguments.manner, lang)?;
    let data = match data(arguments, &mut work) {
        Ok(data) => data,
        Err(error) => return ended(&mut work, arguments, &error, out),
    };
    let album = match Album::of(arguments, data) {
        Ok(album) => album,
        Err(error) => {
            let outcome = ended(&mut work, arguments, &error, out)?;
            if Album::can_be_converted(&error) {
                let label = format!("{}{}", lang.term(Term::HelpfulOption), lang.term(Term::MarkColon));
                output::complain(&format_args!("{label}--convert"));
            }
            return Ok(outcome);
        }
    };
    let extra = match extra(arguments, &album, &mut work) {
        Ok(extra) => extra,
        Err(error) => return ended(&mut work, arguments, error.coded(), out),
    };
    let recorder = match work.recorder(&arguments.drive) {
        Ok(recorder) => recorder,
        Err(error) => return ended(&mut work, arguments, &error, out),
    };
    let medium = recorder.medium().unwrap_or(MediaType::UNKNOWN);
    let options = TaoOptions { catalogue: album.disc.mcn, ..arguments.options(medium) };
    let client: ClientName = CLIENT.parse().expect("letters and spaces");
    // A drive in software burns no disc that a sleeping machine would spoil.
    let is_real = recorder.device().node().is_some();
    let _awake = is_real.then(|| Logind::default().keep_awake(&client, lang.term(Term::BurnWriting)));
    // What no drive writes at once costs nobody a disc that would have to be blanked.
    let possible = possible(&album, arguments.mode);
    if possible.is_ok() {
        match blanked(arguments, &recorder, &client, &mut work) {
            Ok(true) => {}
            Ok(false) => {
                output::complain(&lang.term(Term::NotAgreed));
                return Ok(Outcome::Failed);
            }
            Err(error) => return ended(&mut work, arguments, &error, out),
        }
    }
    let mut burning =
        Burning { work: &mut work, recorder: &recorder, client: &client, album: &album, options: &options };
    let room = |()| extra.as_ref().map_or(Ok(()), |extra| extra.check_room(&recorder).map_err(BurnError::from));
    let burned = possible.and_then(room).and_then(|()| match arguments.mode {
        Mode::Sao => burning.at_once(),
        Mode::Tao => burning.track_by_track(),
        Mode::Raw => burning.raw(),
    });
    // Behind a test there is nothing to which data could be added.
    let extra = extra.filter(|_| !arguments.simulate);
    let burned = burned.and_then(|burned| match extra {
        Some(extra) => {
            let data = extra.burn(&recorder, &client, arguments.data_options(medium), &mut work)?;
            Ok(Burned { closed: data.closed, data: Some(data), ..burned })
        }
        None => Ok(burned),
    });
    work.progress.clear();
    let mut outcome = Outcome::Done;
    match &burned {
        Ok(burned) if album.has_text() && !burned.with_text && !arguments.manner.quiet => {
            output::complain(&lang.term(Term::AudioNoText));
        }
        Ok(_) => {}
        Err(error) => {
            outcome = work.failed(&InWords { error, lang });
            if let BurnError::NotAtOnce(_) = error {
                let label = format!("{}{}", lang.term(Term::HelpfulOption), lang.term(Term::MarkColon));
                output::complain(&format_args!("{label}--mode raw"));
            }
            if let Some(term) = what_now(error, medium) {
                output::complain(&lang.term(term));
            }
        }
    }
    if arguments.manner.json {
        let told = told(arguments, Some(medium), burned.as_ref().ok(), burned.as_ref().err().map(BurnError::coded));
        serde_json::to_writer(&mut *out, &told)?;
        writeln!(out)?;
    } else if let (Ok(burned), false) = (&burned, arguments.manner.quiet) {
        let term = if arguments.simulate { Term::BurnTried } else { Term::BurnDone };
        let state = if burned.closed { Term::StateComplete } else { Term::StateAppendable };
        let mut parts = vec![medium.to_string()];
        parts.extend((!arguments.data.is_empty() || album.has_data()).then(|| lang.term(Term::Data).to_string()));
        parts.push(format!("{} × {}", album.songs(), lang.term(Term::Audio)));
        parts.push(progress::size(album.bytes()));
        parts.extend((!arguments.simulate).then(|| lang.term(state).to_string()));
        writeln!(out, "{}{}{}", lang.term(term), lang.term(Term::MarkColon), parts.join(lang.term(Term::MarkComma)))?;
    }
    if arguments.eject && burned.is_ok() {
        if let Err(error) = recorder.eject() {
            outcome = work.failed(&error);
        }
    }
    Ok(outcome)
}

/// What becomes the first track of a mixed disc.
fn data(arguments: &BurnArguments, work: &mut Work<'_>) -> Result<Option<Arc<dyn BlockSource>>, burn::BurnError> {
    if !arguments.is_mixed() {
        return Ok(None);
    }
    let Work { interrupts, progress, lang, .. } = work;
    burn::image_of(&arguments.data, interrupts, progress, *lang).map(Some)
}

/// What goes into a session of its own behind the sound.
fn extra(arguments: &BurnArguments, album: &Album, work: &mut Work<'_>) -> Result<Option<Extra>, BurnError> {
    if !arguments.extra {
        return Ok(None);
    }
    let sectors = match arguments.mode {
        Mode::Sao => album.session()?.place(Lba(0))?.sectors(),
        // Raw discs are closed, and have nothing behind them.
        Mode::Tao | Mode::Raw => album.sectors_track_by_track(),
    };
    Ok(Some(Extra::plan(arguments.data.clone(), sectors, work)?))
}

/// Whether the album can be written in that way at all.
fn possible(album: &Album, mode: Mode) -> Result<(), BurnError> {
    if mode == Mode::Sao {
        album.session()?.place(Lba(0))?;
    }
    Ok(())
}

/// Makes a disc with something on it blank, where that was asked for. False when nobody agrees.
fn blanked(
    arguments: &BurnArguments,
    recorder: &Recorder,
    client: &ClientName,
    work: &mut Work<'_>,
) -> Result<bool, EraseError> {
    // A test loses nothing.
    if !arguments.overwrite || arguments.simulate {
        return Ok(true);
    }
    let probe = Probe::of(recorder)?;
    // What cannot be blanked is told by whoever would write it.
    if !probe.medium().is_rewritable() || is_heuristically_blank(recorder, &probe)? {
        return Ok(true);
    }
    if !arguments.yes && !agrees(work.lang) {
        return Ok(false);
    }
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let mut listener = |told: &EraseProgress| {
        erase::show(told, progress);
        ControlFlow::Continue(())
    };
    let options = EraseOptions { full: false, becomes: Becomes::Blank, force: arguments.force };
    imapi_format2_erase::erase(recorder, client, &options, &mut Control::new(token, &mut listener))?;
    Ok(true)
}

/// It ends before anything was burned.
fn ended(work: &mut Work<'_>, arguments: &BurnArguments, error: &dyn Coded, out: &mut Output) -> io::Result<Outcome> {
    let outcome = work.failed(error);
    if arguments.manner.json {
        serde_json::to_writer(&mut *out, &told(arguments, None, None, Some(error)))?;
        writeln!(out)?;
    }
    Ok(outcome)
}

fn told(
    arguments: &BurnArguments,
    medium: Option<MediaType>,
    burned: Option<&Burned>,
    error: Option<&dyn Coded>,
) -> Told {
    let (code, name) = code_of(error);
    let entries = burned.and_then(|burned| burned.toc.as_ref()).map(|toc| toc.entries.as_slice()).unwrap_or_default();
    let place = |entry: &imapi_mmc_transport::commands::TocEntry| entry.start.lba().unwrap_or_default().0;
    let tracks = entries.split_last().map(|(_, tracks)| tracks).unwrap_or_default();
    Told {
        code,
        name,
        drive: arguments.drive.clone(),
        medium: medium.map(|medium| medium.to_string()),
        mode: match arguments.mode {
            Mode::Tao => "tao",
            Mode::Sao => "sao",
            Mode::Raw => "raw",
        },
        tracks: tracks.iter().map(|entry| Track { number: entry.track, start: place(entry) }).collect(),
        lead_out: entries.last().map(place),
        cd_text: burned.is_some_and(|burned| burned.with_text),
        closed: burned.is_some_and(|burned| burned.closed),
        simulated: arguments.simulate,
        data: burned.and_then(|burned| burned.data),
    }
}

/// What can be done with the disc now; nothing where the error says all.
fn what_now(error: &BurnError, medium: MediaType) -> Option<Term> {
    Some(match (error, error.after()) {
        (BurnError::AtOnce(AtOnceError::NotAtOnce(_)), _) => Term::AudioTrackAtOnce,
        (_, After::AsItWas) => Term::DiscUntouched,
        (_, After::Finished) => return None,
        (_, After::Begun(None)) => Term::DiscUnknown,
        (_, After::Begun(Some(_))) if medium.is_rewritable() => Term::DiscAgain,
        (_, After::Begun(Some(state))) if state.contains(MediaState::BLANK) => Term::DiscStillBlank,
        (_, After::Begun(Some(_))) => Term::DiscSpoilt,
    })
}

struct Burning<'a, 'w> {
    work: &'a mut Work<'w>,
    recorder: &'a Recorder,
    client: &'a ClientName,
    album: &'a Album,
    options: &'a TaoOptions,
}

impl Burning<'_, '_> {
    fn at_once(&mut self) -> Result<Burned, BurnError> {
        let session = self.album.session()?;
        let all = session.place(Lba(0))?.sectors() * SECTOR;
        let token = self.work.interrupts.token().clone();
        let progress = &mut self.work.progress;
        let mut listener = |event: &TaoEvent| {
            show(progress, event, 0, all);
            ControlFlow::Continue(())
        };
        let mut control = Control::new(token, &mut listener);
        let burned = burn_at_once(self.recorder, self.client, &session, self.options, &mut control)?;
        Ok(Burned { toc: Some(burned.toc), with_text: burned.with_text, closed: burned.finalized, data: None })
    }

    fn raw(&mut self) -> Result<Burned, BurnError> {
        let (toc, with_text) = raw::burn(self.recorder, self.client, self.album, self.options, self.work)?;
        Ok(Burned { toc: Some(toc), with_text, closed: !self.options.test, data: None })
    }

    /// When a track fails or somebody stops it, the disc is finished with what there is.
    fn track_by_track(&mut self) -> Result<Burned, BurnError> {
        let all = self.album.bytes();
        let token = self.work.interrupts.token().clone();
        let progress = &mut self.work.progress;
        let mut session = Session::prepare(self.recorder, self.client, self.options, &mut |waited| {
            let most = Some(waited.budget.most.as_secs());
            progress.show(Step::Drive {
                doing: Term::BurnPreparing,
                seconds: waited.elapsed.as_secs(),
                most,
                percent: None,
            });
        })?;
        // It is known before anything is written whether all of it fits, with what the drive leaves between tracks.
        let (needed, free) = (self.album.sectors_track_by_track(), u64::from(session.free_sectors()));
        if needed > free {
            return Err(TaoError::NotEnoughSpace { needed, free }.into());
        }
        let mut done = 0;
        let mut failed = None;
        for track in &self.album.disc.tracks {
            let mut listener = |event: &TaoEvent| {
                show(progress, event, done, all);
                ControlFlow::Continue(())
            };
            let mut control = Control::new(token.clone(), &mut listener);
            if let Err(error) = session.add_track(&*track.source, &audio_options(track), &mut control) {
                failed = Some(error);
                break;
            }
            done += track.source.bytes();
        }
        let mut listener = |event: &TaoEvent| {
            show(progress, event, done, all);
            ControlFlow::Continue(())
        };
        let finished = session.finish(&mut Control::new(imapi_disc_types::CancelToken::new(), &mut listener));
        match (failed, finished) {
            (Some(error), _) | (None, Err(error)) => Err(error.into()),
            (None, Ok(finished)) => {
                Ok(Burned { toc: finished.toc, with_text: false, closed: finished.finalized, data: None })
            }
        }
    }
}

/// Shows an event; so many bytes of all were written before.
fn show(progress: &mut Progress, event: &TaoEvent, before: u64, of: u64) {
    let doing = match event.action {
        Action::Preparing => Term::BurnPreparing,
        Action::Writing => Term::BurnWriting,
        Action::Finishing => Term::BurnFinishing,
        Action::Verifying => Term::VerifyComparing,
    };
    match event.what {
        // The lead-in has sub-channels only.
        What::Writing(at) if at.start >= Lba(-150) => {
            let bytes = (before + at.written() * SECTOR).min(of);
            progress.show(Step::Burning { bytes, of });
        }
        What::Waiting(waited) => {
            let percent = waited.progress.map(|progress| u32::from(progress.percent()));
            let most = Some(waited.budget.most.as_secs());
            progress.show(Step::Drive { doing, seconds: waited.elapsed.as_secs(), most, percent });
        }
        What::Begins if event.action != Action::Writing => {
            progress.show(Step::Drive { doing, seconds: event.elapsed.as_secs(), most: None, percent: None });
        }
        What::Begins | What::Writing(_) | What::Stalled(_) => {}
    }
}
