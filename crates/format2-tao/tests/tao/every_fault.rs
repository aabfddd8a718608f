//! Each command of a burn fails in each way: never a panic, never success on a disc that differs, always a code that fits, and
//! a drive that is free again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use imapi_disc_types::{Control, Lba};
use imapi_errors::{Coded, HResult, common, v2};
use imapi_format2::{
    Probe,
    at_once::{Content, Session as AtOnce, Track},
    audio::AudioOptions,
};
use imapi_format2_tao::{AtOnceError, TaoError, TaoOptions, burn_at_once};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{StartStopUnit, UnitAction},
    faults::{FaultInjector, Script},
};
use imapi_recorder::Recorder;

use crate::helpers::{Song, add, assert_on_disc, client, commands_of, drive, prepare, try_ready};

const ONE: Song = Song { sectors: 310, mark: 0x5A };
const TWO: Song = Song { sectors: 340, mark: 0xC3 };

const UNEXPECTED: HResult = v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE;
const NOT_SUPPORTED: HResult = v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED;
const NO_RECORDER: HResult = v2::E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED;

/// A way to fail, and what else than success may come of it.
type Way = (&'static str, &'static [HResult]);

const WAYS: &[Way] = &[
    // What passes is waited for, wherever it comes.
    (r#"{"sense": {"code": "2/04/01"}}"#, &[]),
    (r#"{"sense": {"code": "2/04/07"}}"#, &[]),
    (r#"{"sense": {"code": "2/04/08"}}"#, &[]),
    (r#"{"sense": {"code": "1/17/00"}}, "carried_out": true"#, &[]),
    (r#"{"sense": {"code": "3/0C/00"}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "3/0C/00", "deferred": true}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "3/0C/09"}}"#, &[v2::E_IMAPI_LOSS_OF_STREAMING]),
    (r#"{"sense": {"code": "3/72/00"}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "2/3A/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA]),
    (r#"{"sense": {"code": "7/27/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED]),
    (r#"{"sense": {"code": "4/44/00"}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "6/29/00"}}"#, &[UNEXPECTED]),
    (
        r#"{"sense": {"code": "5/20/00"}}"#,
        &[
            v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE,
            v2::E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED,
            NOT_SUPPORTED,
            NO_RECORDER,
        ],
    ),
    (
        r#"{"sense": {"code": "5/24/00"}}"#,
        &[UNEXPECTED, v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS, NOT_SUPPORTED, NO_RECORDER],
    ),
    (r#"{"sense": {"code": "5/21/00"}}"#, &[v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE]),
    (r#"{"sense": {"code": "5/2C/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_BUSY, NO_RECORDER]),
    (r#""time_out""#, &[v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT]),
    (r#""time_out", "carried_out": true"#, &[v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT]),
    (r#"{"connection": {"host": 7}}"#, &[common::ERROR_IO_DEVICE]),
    (r#""gone""#, &[common::ERROR_DEV_NOT_EXIST]),
    (r#""reset""#, &[UNEXPECTED]),
    (
        r#""medium_removed""#,
        &[v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA, v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE, UNEXPECTED],
    ),
];

/// How a disc is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    TrackAtOnce,
    SessionAtOnce,
}

/// What failed: its code, and whether the disc should be as it was.
struct Failed {
    code: HResult,
    untouched: bool,
    words: String,
}

impl Failed {
    fn of(error: &(impl Coded + std::fmt::Debug), untouched: bool) -> Self {
        Self { code: error.code(), untouched, words: format!("{error:?}") }
    }
}

/// Burns both songs, and says where they are.
fn burn(recorder: &Recorder, mode: Mode) -> Result<[Lba; 2], Failed> {
    let options = TaoOptions::default();
    if mode == Mode::SessionAtOnce {
        let track = |song| Track::new(Content::Audio(AudioOptions::default()), song);
        let session = AtOnce { tracks: vec![track(&ONE), track(&TWO)], ..AtOnce::default() };
        return match burn_at_once(recorder, &client(), &session, &options, &mut Control::silent()) {
            Ok(_) => Ok([Lba(0), Lba(310)]),
            Err(error) => Err(Failed::of(&error, !matches!(error, AtOnceError::Burning { .. }))),
        };
    }
    let failed = |error: &TaoError, begun: bool| Failed::of(error, !begun && matches!(error, TaoError::Before(_)));
    let mut session = prepare(recorder, &options).map_err(|error| failed(&error, false))?;
    let mut starts = [Lba(0); 2];
    for (number, song) in [ONE, TWO].iter().enumerate() {
        starts[number] = add(&mut session, song).map_err(|error| failed(&error, number > 0))?.start;
    }
    session.finish(&mut Control::silent()).map_err(|error| failed(&error, true))?;
    Ok(starts)
}

/// Every `every`-th of all cases; what went wrong.
pub fn complaints(medium: &str, mode: Mode, every: usize) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let commands = commands_of(drive(folder.path(), medium, None, Some(20_000)), |recorder| {
        assert!(burn(recorder, mode).is_ok());
    });
    let mut complaints = Vec::new();
    let mut turn = 0;
    for number in 1..=commands {
        for (what, codes) in WAYS {
            turn += 1;
            if turn % every != 0 {
                continue;
            }
            let title = format!("{medium}, {mode:?}: command {number} of {commands}: {what}");
            match catch_unwind(AssertUnwindSafe(|| case(medium, mode, number, what, codes))) {
                Ok(Ok(())) => {}
                Ok(Err(complaint)) => complaints.push(format!("{title}: {complaint}")),
                Err(_) => complaints.push(format!("{title}: a panic")),
            }
        }
    }
    complaints
}

/// One burn with one fault.
fn case(medium: &str, mode: Mode, number: usize, what: &str, codes: &[HResult]) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!(r#"{{"faults": [{{"when": {{"command": {number}}}, "what": {what}}}]}}"#);
    let script = Script::from_json(&script).expect("a script");
    let injector = FaultInjector::new(drive(folder.path(), medium, None, Some(20_000)), script).expect("a drive");
    let Ok(recorder) = Recorder::over(Arc::new(injector)) else { return Ok(()) };
    let outcome = burn(&recorder, mode);
    if let Some(owner) = recorder.owner() {
        return Err(format!("{owner} still has the drive"));
    }
    if let Err(Failed { code, words, .. }) = &outcome {
        if !codes.contains(code) {
            return Err(format!("{code} from {words}"));
        }
    }
    if try_ready(&recorder).is_err() {
        // The tray was opened by force; or the drive is gone, and nothing can be seen any more.
        let _ = recorder.device().send(&StartStopUnit::new(UnitAction::Load));
        if try_ready(&recorder).is_err() {
            return Ok(());
        }
    }
    let probe = Probe::of(&recorder).map_err(|error| format!("the disc is not told any more: {error:?}"))?;
    match outcome {
        Ok([one, two]) => {
            assert_on_disc(&recorder, &ONE, one, "the first song");
            assert_on_disc(&recorder, &TWO, two, "the second song");
            if !probe.facts.is_closed() {
                return Err(format!("success, but the disc is {}", probe.facts.state));
            }
        }
        Err(Failed { untouched: true, words, .. }) if !probe.facts.is_blank() => {
            return Err(format!("the disc should be as it was, and is {}: {words}", probe.facts.state));
        }
        Err(_) => {}
    }
    match recorder.device().send(&StartStopUnit::new(UnitAction::Eject)) {
        Err(error) => Err(format!("the tray stays shut: {error:?}")),
        Ok(_) => Ok(()),
    }
}
