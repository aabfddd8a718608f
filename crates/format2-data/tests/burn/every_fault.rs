//! Each command of a burn fails in each way: never a panic, never a hang, never success on a disc that differs, always a
//! code that fits, and a drive that is free again.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    process,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use imapi_errors::{Coded as _, HResult, common, v2};
use imapi_format2::{Probe, is_heuristically_blank};
use imapi_format2_data::{Burned, DataError, DataOptions};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{StartStopUnit, UnitAction},
    faults::{FaultInjector, Script},
    trace::steps,
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::Medium;

use crate::helpers::{Numbers, assert_on_disc, burn_silently, drive, recorded, try_ready};

const SOURCE: Numbers = Numbers { blocks: 160, mark: 0x5A };
/// No burn of so little takes longer, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// A way to fail.
#[derive(Debug)]
pub struct Way {
    what: &'static str,
    /// What else than success may come of it.
    codes: &'static [HResult],
}

const UNEXPECTED: HResult = v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE;

const fn sense(what: &'static str, codes: &'static [HResult]) -> Way {
    Way { what, codes }
}

/// All ways.
pub const WAYS: &[Way] = &[
    // What passes is waited for, wherever it comes.
    sense(r#"{"sense": {"code": "2/04/01"}}"#, &[]),
    sense(r#"{"sense": {"code": "2/04/07"}}"#, &[]),
    sense(r#"{"sense": {"code": "2/04/08"}}"#, &[]),
    sense(r#"{"sense": {"code": "B/00/00"}}"#, &[]),
    sense(r#"{"sense": {"code": "6/2A/01"}}"#, &[]),
    sense(r#"{"sense": {"code": "1/17/00"}}, "carried_out": true"#, &[]),
    // The medium.
    sense(r#"{"sense": {"code": "3/0C/00"}}"#, &[UNEXPECTED]),
    sense(r#"{"sense": {"code": "3/0C/00", "deferred": true}}"#, &[UNEXPECTED]),
    sense(r#"{"sense": {"code": "3/0C/09"}}"#, &[v2::E_IMAPI_LOSS_OF_STREAMING]),
    sense(r#"{"sense": {"code": "3/73/03"}}"#, &[UNEXPECTED]),
    sense(r#"{"sense": {"code": "3/72/00"}}"#, &[UNEXPECTED]),
    sense(r#"{"sense": {"code": "2/3A/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA]),
    sense(r#"{"sense": {"code": "7/27/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED]),
    // The drive.
    sense(r#"{"sense": {"code": "4/44/00"}}"#, &[UNEXPECTED]),
    sense(r#"{"sense": {"code": "6/28/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE]),
    sense(r#"{"sense": {"code": "6/29/00"}}"#, &[UNEXPECTED]),
    // What it does not do, or not now.
    sense(
        r#"{"sense": {"code": "5/20/00"}}"#,
        &[
            v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE,
            v2::E_IMAPI_RECORDER_GET_CONFIGURATION_NOT_SUPPORTED,
            v2::E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED,
        ],
    ),
    sense(
        r#"{"sense": {"code": "5/24/00"}}"#,
        &[UNEXPECTED, v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS, v2::E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED],
    ),
    sense(r#"{"sense": {"code": "5/21/00"}}"#, &[v2::E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA]),
    sense(r#"{"sense": {"code": "5/2C/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_BUSY]),
    // The connection.
    sense(r#""time_out""#, &[v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT]),
    sense(r#""time_out", "carried_out": true"#, &[v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT]),
    sense(r#"{"connection": {"host": 7}}"#, &[common::ERROR_IO_DEVICE]),
    sense(r#""gone""#, &[common::ERROR_DEV_NOT_EXIST]),
    sense(
        r#"{"short_data": {"keep": 3}}"#,
        &[
            UNEXPECTED,
            v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
            v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS,
            v2::E_IMAPI_DF2DATA_MEDIA_IS_NOT_SUPPORTED,
        ],
    ),
    // In earnest.
    sense(r#""reset""#, &[UNEXPECTED, v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE]),
    sense(
        r#""medium_removed""#,
        &[v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA, v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE, UNEXPECTED],
    ),
];

/// What answers are garbled in. Nothing is said of the codes: a disc that seems to be another kind has any of them.
const GARBLED: &[u64] = &[1, 2, 3];

/// A case that went wrong.
pub struct Complaint(String);

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Every `every`-th of all cases of that medium; what went wrong.
pub fn complaints(medium: &'static Medium, options: &DataOptions, every: usize) -> Vec<Complaint> {
    let folder = tempfile::tempdir().expect("a folder");
    let commands = recorded(drive(folder.path(), medium, None), |recorder| {
        burn_silently(recorder, &SOURCE, options).expect(medium.name);
    });
    let watchdog = Watchdog::new();
    let mut complaints = Vec::new();
    let mut turn = 0;
    for (number, record) in (1..).zip(&commands) {
        let name = steps(std::slice::from_ref(record))
            .first()
            .map_or_else(|| format!("question {:02X}h", record.cdb.opcode()), ToString::to_string);
        let comes_in = record.direction == imapi_mmc_transport::trace::Direction::In;
        let goes_out = record.direction == imapi_mmc_transport::trace::Direction::Out;
        let plain = WAYS.iter().filter(|way| !way.what.contains("short_data") || comes_in || goes_out);
        let plain = plain.map(|way| (0, way.what.to_owned(), Some(way.codes)));
        let garbled = GARBLED.iter().filter(|_| comes_in);
        let garbled = garbled.map(|&seed| (seed, r#"{"corrupt": {"bits": 3}}"#.to_owned(), None));
        for (seed, what, codes) in plain.chain(garbled) {
            turn += 1;
            if turn % every != 0 {
                continue;
            }
            let title = format!(
                "{} {}{}: command {number} of {} ({name}): {what}{}",
                medium.name,
                if options.close { "closed" } else { "open" },
                if options.keep_sequential { ", kept" } else { "" },
                commands.len(),
                if seed == 0 { String::new() } else { format!(", seed {seed}") },
            );
            watchdog.begins(&title);
            let script =
                format!(r#"{{"seed": {seed}, "faults": [{{"when": {{"command": {number}}}, "what": {what}}}]}}"#);
            let case = catch_unwind(AssertUnwindSafe(|| case(medium, options, &script, codes)));
            let complaint = match case {
                Ok(Ok(())) => continue,
                Ok(Err(complaint)) => complaint,
                Err(panic) => {
                    let text = panic.downcast_ref::<String>().cloned();
                    format!("a panic: {}", text.unwrap_or_else(|| "without words".to_owned()))
                }
            };
            complaints.push(Complaint(format!("{title}: {complaint}")));
        }
    }
    complaints
}

/// One burn with one fault.
fn case(
    medium: &'static Medium,
    options: &DataOptions,
    script: &str,
    codes: Option<&'static [HResult]>,
) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = Script::from_json(script).expect("a script");
    let injector = FaultInjector::new(drive(folder.path(), medium, None), script).expect("a drive");
    let Ok(recorder) = Recorder::over(Arc::new(injector)) else { return Ok(()) };
    let outcome = burn_silently(&recorder, &SOURCE, options);
    if let Some(owner) = recorder.owner() {
        return Err(format!("{owner} still has the drive"));
    }
    let may_fail = |code| codes.is_none_or(|codes| codes.contains(&code));
    if let Err(error) = &outcome {
        if !may_fail(error.code()) {
            return Err(format!("{} from {error:?}", error.code()));
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
        Ok(burned) => is_burned(&recorder, &probe, &burned)?,
        Err(DataError::Burning { .. }) => {}
        Err(error) => {
            let blank = is_heuristically_blank(&recorder, &probe).map_err(|error| format!("{error:?}"))?;
            if !blank {
                return Err(format!("the disc should be as it was, and is {}: {error:?}", probe.facts.state));
            }
        }
    }
    match recorder.device().send(&StartStopUnit::new(UnitAction::Eject)) {
        Err(error) => Err(format!("the tray stays shut: {error:?}")),
        Ok(_) => Ok(()),
    }
}

/// What was called burned is on the disc, and the disc is what was said of it.
fn is_burned(recorder: &Recorder, probe: &Probe, burned: &Burned) -> Result<(), String> {
    assert_on_disc(recorder, &SOURCE, burned.start, "success");
    if burned.closed != (probe.way.is_sequential() && probe.facts.is_closed()) {
        return Err(format!("closed {}, but the disc is {}", burned.closed, probe.facts.state));
    }
    let session = probe.facts.sessions.last();
    if probe.way.is_sequential() && session.is_none_or(|session| session.first != burned.start) {
        return Err(format!("no session begins where the image does: {:?}", probe.facts));
    }
    Ok(())
}

/// Ends the program when a case does not end.
struct Watchdog(Arc<Mutex<Option<(Instant, String)>>>);

impl Watchdog {
    fn new() -> Self {
        let current: Arc<Mutex<Option<(Instant, String)>>> = Arc::default();
        let watched = Arc::downgrade(&current);
        thread::spawn(move || {
            while let Some(current) = watched.upgrade() {
                let current = current.lock().expect("no panic here").clone();
                if let Some((_, title)) = current.filter(|(begun, _)| begun.elapsed() > PATIENCE) {
                    eprintln!("{title}: it does not come to an end");
                    process::abort();
                }
                thread::sleep(Duration::from_secs(1));
            }
        });
        Self(current)
    }

    fn begins(&self, title: &str) {
        *self.0.lock().expect("no panic here") = Some((Instant::now(), title.to_owned()));
    }
}
