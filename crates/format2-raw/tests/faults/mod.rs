//! Each command of a burn with each fault, and what is wrong with what came of it.

use std::{
    io::Write,
    num::NonZeroU32,
    ops::ControlFlow,
    sync::{Arc, Mutex},
    time::Duration,
};

use imapi_cd_image::{IMAGE_START, RawImage};
use imapi_disc_types::{Block, BlockSource, Control, Lba, ManualClock, PseudoRandom};
use imapi_errors::{Coded as _, HResult, common, v2};
use imapi_format2::Probe;
use imapi_format2_raw::{RawCdImageCreator, RawError, RawOptions, SectorType, SubCode, burn};
use imapi_mmc_transport::{
    Device, TransportExt as _,
    commands::{MainChannel, ReadCd, SectorSelection, StartStopUnit, SubChannelSelection, UnitAction},
    faults::{FaultInjector, Script},
    trace::{Recording, Tracer},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Medium, VirtualDrive};
use tempfile::TempDir;

const UNEXPECTED: HResult = v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE;
const NOT_RAW: HResult = v2::E_IMAPI_DF2RAW_RECORDER_NOT_SUPPORTED;

/// Ways to fail, and what else than success may come of them.
const WAYS: &[(&str, &[HResult])] = &[
    // What passes is waited for, wherever it comes.
    (r#"{"sense": {"code": "2/04/01"}}"#, &[]),
    (r#"{"sense": {"code": "2/04/08"}}"#, &[]),
    (r#"{"sense": {"code": "6/2A/01"}}"#, &[]),
    (r#"{"sense": {"code": "3/0C/00"}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "3/0C/00", "deferred": true}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "3/0C/09"}}"#, &[v2::E_IMAPI_LOSS_OF_STREAMING]),
    (r#"{"sense": {"code": "2/3A/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA]),
    (r#"{"sense": {"code": "4/44/00"}}"#, &[UNEXPECTED]),
    (r#"{"sense": {"code": "6/28/00"}}"#, &[v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE]),
    (r#"{"sense": {"code": "6/29/00"}}"#, &[UNEXPECTED]),
    (
        r#"{"sense": {"code": "5/20/00"}}"#,
        &[
            UNEXPECTED,
            v2::E_IMAPI_RECORDER_NO_SUCH_FEATURE,
            v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED,
            v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED,
            NOT_RAW,
        ],
    ),
    (
        r#"{"sense": {"code": "5/24/00"}}"#,
        &[
            UNEXPECTED,
            v2::E_IMAPI_RECORDER_INVALID_MODE_PARAMETERS,
            v2::E_IMAPI_DF2RAW_MEDIA_IS_NOT_SUPPORTED,
            v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED,
        ],
    ),
    (
        r#"{"sense": {"code": "5/21/00"}}"#,
        &[v2::E_IMAPI_DF2RAW_NOT_ENOUGH_SPACE, v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED],
    ),
    (
        r#"{"sense": {"code": "5/2C/00"}}"#,
        &[v2::E_IMAPI_RECORDER_MEDIA_BUSY, v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED],
    ),
    (r#""time_out""#, &[v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT]),
    (r#"{"connection": {"host": 7}}"#, &[common::ERROR_IO_DEVICE]),
    (r#""gone""#, &[common::ERROR_DEV_NOT_EXIST]),
    (r#""reset""#, &[UNEXPECTED]),
    (
        r#""medium_removed""#,
        &[
            v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA,
            v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE,
            v2::E_IMAPI_DF2RAW_DATA_BLOCK_TYPE_NOT_SUPPORTED,
            UNEXPECTED,
        ],
    ),
];

/// Commands that write all the same, of which the first, some in between and the last are enough.
const WRITE: u8 = 0x2A;

fn image() -> Arc<RawImage> {
    let creator = RawCdImageCreator::new();
    let size = NonZeroU32::new(2352).expect("not zero");
    creator.add_track(SectorType::Audio, Arc::new(PseudoRandom::new(1, size, 300))).expect("a track");
    creator.create_result_image().expect("an image")
}

fn drive(folder: &TempDir) -> VirtualDrive {
    let medium: &'static Medium = "cd-r".parse().expect("a medium");
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let geometry = medium.geometry(Some(12_000)).expect("a size");
    let disc = DiscFile::create(&folder.path().join("disc"), geometry).expect("a disc");
    drive.insert(disc, medium).expect("an empty drive");
    drive
}

fn write(device: impl Device + 'static) -> Option<(Recorder, Result<Lba, RawError>)> {
    let recorder = Recorder::over(Arc::new(device)).ok()?;
    let client = "tests".parse().expect("a name");
    let options = RawOptions { sub_code: SubCode::Cooked, ..RawOptions::default() };
    let outcome = burn(&recorder, &client, &*image(), &options, &mut Control::silent());
    Some((recorder, outcome.map(|burned| burned.start)))
}

/// Where a tracer writes that belongs to a recorder by then.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every `every`-th of all cases; what went wrong.
pub fn complaints(every: usize) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let sink = Sink::default();
    let (_, outcome) = write(Tracer::new(drive(&folder), sink.clone(), None).digest_above(64)).expect("a drive");
    outcome.expect("without a fault it is written");
    let bytes = sink.0.lock().expect("no panic").clone();
    let opcodes: Vec<u8> =
        Recording::read(&bytes[..]).expect("a recording").records.iter().map(|record| record.cdb.opcode()).collect();
    let writes: Vec<usize> = (0..opcodes.len()).filter(|&at| opcodes[at] == WRITE).collect();
    let chosen = [0, 1, writes.len() / 2, writes.len() - 1].map(|write| writes[write]);
    let numbers =
        (0..opcodes.len()).filter(|at| opcodes[*at] != WRITE && !is_watching(&opcodes, *at) || chosen.contains(at));
    let cases = numbers.flat_map(|at| WAYS.iter().map(move |way| (at, way)));
    let picked = cases.enumerate().filter(|(turn, _)| turn % every == 0).map(|(_, case)| case);
    picked
        .filter_map(|(at, (what, codes))| {
            let number = at + 1;
            let complaint = case(number, what, codes).err()?;
            Some(format!("command {number} of {} ({:02X}h): {what}: {complaint}", opcodes.len(), opcodes[at]))
        })
        .collect()
}

/// One of the many questions between WRITEs how full the drive's buffer is, of which the first is enough.
fn is_watching(opcodes: &[u8], at: usize) -> bool {
    const READ_BUFFER_CAPACITY: u8 = 0x5C;
    opcodes[at] == READ_BUFFER_CAPACITY && opcodes[..at].contains(&READ_BUFFER_CAPACITY)
}

fn ready(recorder: &Recorder) -> bool {
    recorder.ready(Duration::from_secs(3_600), &mut |_| ControlFlow::Continue(())).is_ok()
}

fn case(number: usize, what: &str, codes: &[HResult]) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = format!(r#"{{"faults": [{{"when": {{"command": {number}}}, "what": {what}}}]}}"#);
    let injector = FaultInjector::new(drive(&folder), Script::from_json(&script).expect("a script")).expect("a drive");
    let Some((recorder, outcome)) = write(injector) else { return Ok(()) };
    if let Some(owner) = recorder.owner() {
        return Err(format!("{owner} still has the drive"));
    }
    if let Err(error) = &outcome {
        if !codes.contains(&error.code()) {
            return Err(format!("{} from {error:?}", error.code()));
        }
    }
    if !ready(&recorder) {
        // The tray was opened by force; or the drive is gone, and nothing can be seen any more.
        let _ = recorder.device().send(&StartStopUnit::new(UnitAction::Load));
        if !ready(&recorder) {
            return Ok(());
        }
    }
    let probe = Probe::of(&recorder).map_err(|error| format!("the disc is not told any more: {error:?}"))?;
    match outcome {
        Ok(start) => is_on_disc(&recorder, start)?,
        Err(RawError::Writing { .. }) => {}
        Err(error) if !probe.facts.is_blank() => {
            return Err(format!("the disc should be as it was, and is {}: {error:?}", probe.facts.state));
        }
        Err(_) => {}
    }
    match recorder.device().send(&StartStopUnit::new(UnitAction::Eject)) {
        Err(error) => Err(format!("the tray stays shut: {error:?}")),
        Ok(_) => Ok(()),
    }
}

/// What was called written is on the disc.
fn is_on_disc(recorder: &Recorder, start: Lba) -> Result<(), String> {
    let image = image();
    let selection =
        SectorSelection { main: MainChannel::RAW, sub_channel: SubChannelSelection::RAW_PW, ..SectorSelection::RAW };
    for lba in (start.0..7_050).step_by(13) {
        let (mut found, mut expected) = (vec![0; 2448], vec![0; 2448]);
        let read = recorder.device().read_into(&ReadCd::new(Lba(lba), 1, selection), &mut found);
        read.map_err(|error| format!("{lba}: {error:?}"))?;
        let block = u64::try_from(lba - IMAGE_START.0).expect("inside");
        image.read_all(Block(block), &mut expected).expect("readable");
        if found != expected {
            return Err(format!("{lba} is another sector"));
        }
    }
    Ok(())
}
