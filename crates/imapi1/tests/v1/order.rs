//! What is legal when: the whole table of states and calls, every cell.

use std::sync::{Arc, Mutex};

use imapi_errors::{HResult, common, v1};
use imapi1::{
    DiscMaster, DiscRecorder, FormatId, JolietDiscMaster, ProgressEvents, PropertySet, RedbookDiscMaster, V1Error,
};
use rstest::rstest;

use crate::bench::{Bench, add_track, code, joliet, recorder, redbook, song, tree};

/// A state of a session. Where the format matters the letter says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open,
    FormatJ,
    FormatR,
    ReadyJ,
    ReadyR,
    StagedJ,
    StagedR,
    TrackOpen,
    BurningJ,
    BurningR,
}

use State::{BurningJ, BurningR, Closed, FormatJ, FormatR, Open, ReadyJ, ReadyR, StagedJ, StagedR, TrackOpen};

const STATES: [State; 11] =
    [Closed, Open, FormatJ, FormatR, ReadyJ, ReadyR, StagedJ, StagedR, TrackOpen, BurningJ, BurningR];

/// For each call the outcome in each state, in the order of [`STATES`].
const TABLE: &str = "
Open                         ok  AO  AO  AO  AO  AO  AO  AO  AO  AO  AO
Close                        ok  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
EnumDiscMasterFormats        NO  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
GetActiveDiscMasterFormat    NO  NF  ok  ok  ok  ok  ok  ok  ok  ok  ok
SetActiveDiscMasterFormat    NO  ok  ok  ok  ok  ok  ok  ok  ok  NA  NA
EnumDiscRecorders            NO  NF  ok  ok  ok  ok  ok  ok  ok  ok  ok
GetActiveDiscRecorder        NO  NF  NR  NR  ok  ok  ok  ok  ok  ok  ok
SetActiveDiscRecorder        NO  NF  ok  ok  ok  ok  ok  ok  ok  NA  NA
ClearFormatContent           NO  ok  ok  ok  ok  ok  ok  ok  ok  NA  NA
ProgressAdvise               NO  ok  ok  ok  ok  ok  ok  ok  ok  ok  ok
ProgressUnadvise             NO  IA  IA  IA  IA  IA  IA  IA  IA  IA  IA
RecordDisc                   NO  NF  NR  NR  II  II  ok  ok  TO  NA  NA
GetTotalDataBlocks           NO  NF  ok  WF  ok  WF  ok  WF  WF  ok  WF
GetUsedDataBlocks            NO  NF  ok  WF  ok  WF  ok  WF  WF  ok  WF
GetDataBlockSize             NO  NF  ok  WF  ok  WF  ok  WF  WF  ok  WF
AddData                      NO  NF  NR  WF  ok  WF  ok  WF  WF  NA  WF
GetJolietProperties          NO  NF  ok  WF  ok  WF  ok  WF  WF  ok  WF
SetJolietProperties          NO  NF  ok  WF  ok  WF  ok  WF  WF  NA  WF
GetTotalAudioTracks          NO  NF  WF  ok  WF  ok  WF  ok  ok  WF  ok
GetTotalAudioBlocks          NO  NF  WF  ok  WF  ok  WF  ok  ok  WF  ok
GetUsedAudioBlocks           NO  NF  WF  ok  WF  ok  WF  ok  ok  WF  ok
GetAvailableAudioTrackBlocks NO  NF  WF  ok  WF  ok  WF  ok  ok  WF  ok
GetAudioBlockSize            NO  NF  WF  ok  WF  ok  WF  ok  ok  WF  ok
CreateAudioTrack             NO  NF  WF  NR  WF  ok  WF  ok  TO  WF  NA
AddAudioTrackBlocks          NO  NF  WF  TN  WF  TN  WF  TN  ok  WF  TN
CloseAudioTrack              NO  NF  WF  TN  WF  TN  WF  TN  ok  WF  TN
";

fn expected(short: &str) -> HResult {
    match short {
        "ok" => common::S_OK,
        "AO" => v1::IMAPI_E_ALREADYOPEN,
        "NO" => v1::IMAPI_E_NOTOPENED,
        "NF" => v1::IMAPI_E_NOACTIVEFORMAT,
        "NR" => v1::IMAPI_E_NOACTIVERECORDER,
        "NA" => v1::IMAPI_E_DEVICE_NOTACCESSIBLE,
        "II" => v1::IMAPI_E_INVALIDIMAGE,
        "TO" => v1::IMAPI_E_TRACKOPEN,
        "TN" => v1::IMAPI_E_TRACKNOTOPEN,
        "WF" => v1::IMAPI_E_WRONGFORMAT,
        "IA" => common::E_INVALIDARG,
        other => panic!("{other} is no outcome"),
    }
}

/// A session, and all that calls may need.
#[derive(Clone)]
struct World {
    bench: Arc<Bench>,
    master: Arc<DiscMaster>,
    joliet: JolietDiscMaster,
    redbook: RedbookDiscMaster,
    recorder: Arc<DiscRecorder>,
}

impl World {
    /// A session that is closed, whose interfaces are known from an earlier opening.
    fn closed() -> Self {
        let bench = Arc::new(Bench::new("cd-r"));
        let master = Arc::new(bench.open());
        let (joliet, redbook, recorder) = (joliet(&master), redbook(&master), recorder(&master));
        master.close();
        Self { bench, master, joliet, redbook, recorder }
    }

    /// Brings the session from closed to that state; what it is while a disc is recorded comes later.
    fn bring_to(&self, state: State) {
        if state == Closed {
            return;
        }
        self.master.open().expect("it was closed");
        let is_sound = match state {
            Closed | Open => return,
            FormatJ | ReadyJ | StagedJ | BurningJ => false,
            FormatR | ReadyR | StagedR | TrackOpen | BurningR => true,
        };
        let format = if is_sound { FormatId::REDBOOK } else { FormatId::JOLIET };
        self.master.set_active_disc_master_format(format).expect("a format");
        if matches!(state, FormatJ | FormatR) {
            return;
        }
        self.master.set_active_disc_recorder(&self.recorder).expect("a blank disc");
        match state {
            StagedJ | BurningJ => self.joliet.add_data(&tree(), false).expect("it fits"),
            StagedR | BurningR => add_track(&self.redbook, &song(1, 300)),
            TrackOpen => {
                self.redbook.create_audio_track(300).expect("room");
                self.redbook.add_audio_track_blocks(&song(1, 300)).expect("it fits");
            }
            _ => {}
        }
    }

    fn call(&self, name: &str) -> HResult {
        let Self { master, joliet, redbook, recorder, .. } = self;
        let none: Result<(), V1Error> = Ok(());
        let more = imapi1::MemoryStorage::new().with_stream("more.txt", *b"more");
        match name {
            "Open" => code(&master.open()),
            "Close" => {
                master.close();
                code(&none)
            }
            "EnumDiscMasterFormats" => code(&master.disc_master_formats()),
            "GetActiveDiscMasterFormat" => code(&master.active_disc_master_format()),
            "SetActiveDiscMasterFormat" => code(&master.set_active_disc_master_format(FormatId::JOLIET)),
            "EnumDiscRecorders" => code(&master.disc_recorders()),
            "GetActiveDiscRecorder" => code(&master.active_disc_recorder()),
            "SetActiveDiscRecorder" => code(&master.set_active_disc_recorder(recorder)),
            "ClearFormatContent" => code(&master.clear_format_content()),
            "ProgressAdvise" => code(&master.progress_advise(Arc::new(Deaf))),
            "ProgressUnadvise" => code(&master.progress_unadvise(imapi1::Cookie(999))),
            "RecordDisc" => code(&master.record_disc(false, false)),
            "GetTotalDataBlocks" => code(&joliet.total_data_blocks()),
            "GetUsedDataBlocks" => code(&joliet.used_data_blocks()),
            "GetDataBlockSize" => code(&joliet.data_block_size()),
            "AddData" => code(&joliet.add_data(&more, false)),
            "GetJolietProperties" => code(&joliet.joliet_properties()),
            "SetJolietProperties" => code(&joliet.set_joliet_properties(&PropertySet::new())),
            "GetTotalAudioTracks" => code(&redbook.total_audio_tracks()),
            "GetTotalAudioBlocks" => code(&redbook.total_audio_blocks()),
            "GetUsedAudioBlocks" => code(&redbook.used_audio_blocks()),
            "GetAvailableAudioTrackBlocks" => code(&redbook.available_audio_track_blocks()),
            "GetAudioBlockSize" => code(&redbook.audio_block_size()),
            "CreateAudioTrack" => code(&redbook.create_audio_track(300)),
            "AddAudioTrackBlocks" => code(&redbook.add_audio_track_blocks(&song(2, 10))),
            "CloseAudioTrack" => code(&redbook.close_audio_track()),
            other => panic!("{other} is no call"),
        }
    }
}

struct Deaf;

impl ProgressEvents for Deaf {}

/// Makes a call when the first block is written.
struct Caller(Mutex<Option<World>>, &'static str, Arc<Mutex<Option<HResult>>>);

impl ProgressEvents for Caller {
    fn block_progress(&self, _: u32, _: u32) {
        let world = self.0.lock().expect("no panic").take();
        if let Some(world) = world {
            let outcome = world.call(self.1);
            *self.2.lock().expect("no panic") = Some(outcome);
        }
    }
}

fn outcome(state: State, call: &'static str) -> HResult {
    let world = World::closed();
    world.bring_to(state);
    if !matches!(state, BurningJ | BurningR) {
        return world.call(call);
    }
    let told = Arc::new(Mutex::new(None));
    let caller = Caller(Mutex::new(Some(world.clone())), call, Arc::clone(&told));
    world.master.progress_advise(Arc::new(caller)).expect("it is open");
    let recorded = code(&world.master.record_disc(false, false));
    // Closing stops what is under way.
    let expected = if call == "Close" { v1::IMAPI_E_USERABORT } else { common::S_OK };
    assert_eq!(recorded, expected, "{call} while a disc is recorded");
    let told = told.lock().expect("no panic").take();
    told.expect("something was written")
}

#[rstest]
fn every_call_in_every_state(#[values(0, 1, 2, 3)] quarter: usize) {
    let rows: Vec<&'static str> = TABLE.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 26, "all methods of the three interfaces");
    for row in rows.iter().skip(quarter).step_by(4) {
        let mut cells = row.split_whitespace();
        let call = cells.next().expect("a name");
        let cells: Vec<&str> = cells.collect();
        assert_eq!(cells.len(), STATES.len(), "{call}");
        for (state, cell) in STATES.into_iter().zip(cells) {
            assert_eq!(outcome(state, call), expected(cell), "{call} in {state:?}");
        }
    }
}

#[test]
fn a_session_begins_anew_when_it_is_opened_again() {
    let world = World::closed();
    world.bring_to(StagedJ);
    assert!(world.joliet.used_data_blocks().expect("it is data") > 0);
    world.master.close();
    world.master.open().expect("it is closed");
    assert_eq!(world.call("GetActiveDiscMasterFormat"), v1::IMAPI_E_NOACTIVEFORMAT);
    assert!(
        std::fs::read_dir(world.bench.folder.path())
            .expect("a folder")
            .all(|entry| { !entry.expect("an entry").file_name().to_string_lossy().contains("stash") })
    );
}

#[test]
fn changing_the_format_empties_the_image_and_keeps_the_recorder() {
    let world = World::closed();
    world.bring_to(StagedJ);
    world.master.set_active_disc_master_format(FormatId::JOLIET).expect("a format");
    assert_eq!(world.joliet.used_data_blocks().expect("it is data"), 0);
    assert_eq!(world.call("GetActiveDiscRecorder"), common::S_OK);
    assert_eq!(world.call("RecordDisc"), v1::IMAPI_E_INVALIDIMAGE);
    // The disc is looked at when something is added.
    assert_eq!(world.call("AddData"), common::S_OK);
    assert_eq!(world.call("RecordDisc"), common::S_OK);
}

#[test]
fn an_unknown_format_is_no_interface() {
    let master = Bench::new("cd-r").open();
    assert_eq!(code(&master.set_active_disc_master_format(FormatId(7))), common::E_NOINTERFACE);
    let formats: Vec<FormatId> = master.disc_master_formats().expect("it is open").collect();
    assert_eq!(formats, [FormatId::JOLIET, FormatId::REDBOOK]);
}

#[test]
fn threads_may_call_in_any_order() {
    let world = World::closed();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let world = world.clone();
            scope.spawn(move || {
                let rows: Vec<&'static str> = TABLE.lines().filter(|line| !line.is_empty()).collect();
                for turn in 0..60 {
                    let row = rows[(turn * 7 + thread * 5) % rows.len()];
                    let call = row.split_whitespace().next().expect("a name");
                    if call != "RecordDisc" {
                        world.call(call);
                    }
                }
            });
        }
    });
    world.master.close();
    assert_eq!(world.call("Open"), common::S_OK);
}
