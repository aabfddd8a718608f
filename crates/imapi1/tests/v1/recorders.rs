//! Recorder objects: what is legal when, every cell; and what drives say.

use std::sync::Arc;

use imapi_errors::{HResult, common, v1};
use imapi1::{DiscRecorder, MediaFlags, MediaKind, PropertySet, PropertyValue, RecorderState, RecorderType};

use crate::bench::{Bench, Order, add_track, code, joliet, recorder, song};

/// What a recorder object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unbound,
    Bound,
    Opened,
    OpenedByAnother,
    Gone,
    GoneOpened,
}

const STATES: [State; 6] =
    [State::Unbound, State::Bound, State::Opened, State::OpenedByAnother, State::Gone, State::GoneOpened];

/// For each call the outcome in each state, in the order of [`STATES`].
const TABLE: &str = "
Init                  ok  ok  NA  ok  NP  NP
GetRecorderGUID       NI  ok  ok  ok  ok  ok
GetRecorderType       NI  ok  ok  ok  ok  ok
GetDisplayNames       NI  ok  ok  ok  ok  ok
GetBasePnPID          NI  ok  ok  ok  ok  ok
GetPath               NI  ok  ok  ok  ok  ok
GetRecorderProperties NI  ok  ok  ok  ok  ok
SetRecorderProperties NI  ok  ok  ok  ok  ok
GetRecorderState      NI  ok  ok  ok  ok  ok
OpenExclusive         NI  ok  ok  NA  NP  NP
QueryMediaType        NI  NO  ok  NO  NO  NP
QueryMediaInfo        NI  ok  ok  ok  NP  NP
Eject                 NI  NO  ok  NO  NO  NP
Erase                 NI  NO  ok  NO  NO  NP
Close                 NI  NO  ok  NO  NO  NP
";

fn expected(short: &str) -> HResult {
    match short {
        "ok" => common::S_OK,
        "NI" => v1::IMAPI_E_NOTINITIALIZED,
        "NA" => v1::IMAPI_E_DEVICE_NOTACCESSIBLE,
        "NP" => v1::IMAPI_E_DEVICE_NOTPRESENT,
        "NO" => v1::IMAPI_E_NOTOPENED,
        other => panic!("{other} is no outcome"),
    }
}

fn call(recorder: &DiscRecorder, name: &str) -> HResult {
    match name {
        "Init" => code(&recorder.init("virtual")),
        "GetRecorderGUID" => code(&recorder.recorder_guid(&mut [0; 16])),
        "GetRecorderType" => code(&recorder.recorder_type()),
        "GetDisplayNames" => code(&recorder.display_names()),
        "GetBasePnPID" => code(&recorder.base_pnp_id()),
        "GetPath" => code(&recorder.path()),
        "GetRecorderProperties" => code(&recorder.recorder_properties()),
        "SetRecorderProperties" => code(&recorder.set_recorder_properties(&PropertySet::new())),
        "GetRecorderState" => code(&recorder.recorder_state()),
        "OpenExclusive" => code(&recorder.open_exclusive()),
        "QueryMediaType" => code(&recorder.query_media_type()),
        "QueryMediaInfo" => code(&recorder.query_media_info()),
        "Eject" => code(&recorder.eject()),
        "Erase" => code(&recorder.erase(false)),
        "Close" => code(&recorder.close()),
        other => panic!("{other} is no call"),
    }
}

fn outcome(state: State, name: &str) -> HResult {
    let bench = Bench::new("cd-rw");
    if state == State::Unbound {
        return call(&bench.service.disc_recorder(), name);
    }
    let master = bench.open();
    joliet(&master);
    let (one, other): (Arc<DiscRecorder>, Arc<DiscRecorder>) = (recorder(&master), recorder(&master));
    match state {
        State::Opened | State::GoneOpened => one.open_exclusive().expect("it is free"),
        State::OpenedByAnother => other.open_exclusive().expect("it is free"),
        _ => {}
    }
    if matches!(state, State::Gone | State::GoneOpened) {
        bench.plugs.unplug("virtual");
    }
    call(&one, name)
}

#[test]
fn every_call_in_every_state() {
    let rows: Vec<&str> = TABLE.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 15, "all methods of the interface");
    for row in rows {
        let mut cells = row.split_whitespace();
        let name = cells.next().expect("a name");
        for (state, cell) in STATES.into_iter().zip(cells) {
            assert_eq!(outcome(state, name), expected(cell), "{name} in {state:?}");
        }
    }
}

#[test]
fn a_drive_says_who_it_is() {
    let bench = Bench::new("cd-rw");
    let master = bench.open();
    joliet(&master);
    let one = recorder(&master);
    let names = one.display_names().expect("it is a drive");
    let pnp = one.base_pnp_id().expect("it is a drive");
    assert_eq!(pnp, format!("{}{}{}", names.vendor, names.product, names.revision));
    assert_eq!(one.path().expect("it is a drive"), "virtual");
    assert_eq!(one.recorder_type().expect("it is a drive"), RecorderType::CdRw);
    let mut guid = [0; 20];
    assert_eq!(one.recorder_guid(&mut []).expect("a question"), (16, common::S_OK));
    assert_eq!(one.recorder_guid(&mut guid[..15]).expect("a question"), (16, v1::IMAPI_S_BUFFER_TO_SMALL));
    assert_eq!(guid, [0; 20], "a buffer that is too short stays as it is");
    assert_eq!(one.recorder_guid(&mut guid).expect("room"), (16, common::S_OK));
    assert_eq!((guid[6] >> 4, guid[8] >> 6, &guid[16..]), (8, 2, &[0; 4][..]));
    // It is the same for all objects that are this drive.
    let another = bench.service.disc_recorder();
    another.init("virtual").expect("it is there");
    let mut again = [0; 16];
    another.recorder_guid(&mut again).expect("room");
    assert_eq!(guid[..16], again);
}

#[test]
fn settings_hold_until_the_session_is_closed() {
    let bench = Bench::new("cd-r");
    let (master, _) = bench.data();
    let one = master.active_disc_recorder().expect("it was chosen");
    let told = one.recorder_properties().expect("it writes");
    assert_eq!(told.get("MaxWriteSpeed"), Some(&PropertyValue::Integer(48)));
    assert_eq!(told.get("WriteSpeed"), Some(&PropertyValue::Integer(48)));
    assert_eq!(told.get("BufferUnderrunFreeCapable"), Some(&PropertyValue::Integer(-1)));
    assert_eq!(told.get("EnableBufferUnderrunFree"), Some(&PropertyValue::Integer(-1)));
    let set = PropertySet::new().with("WriteSpeed", PropertyValue::Integer(8));
    assert_eq!(one.set_recorder_properties(&set).expect("a speed"), common::S_OK);
    // Another object is the same drive.
    let other = recorder(&master);
    let told = other.recorder_properties().expect("it writes");
    assert_eq!(told.get("WriteSpeed"), Some(&PropertyValue::Integer(8)));
    let set = PropertySet::new().with("MaxWriteSpeed", PropertyValue::Integer(1));
    assert_eq!(one.set_recorder_properties(&set).expect("nothing"), v1::IMAPI_S_PROPERTIESIGNORED);
    master.close();
    let told = other.recorder_properties().expect("it writes");
    assert_eq!(told.get("WriteSpeed"), Some(&PropertyValue::Integer(48)));
}

#[test]
fn media_are_told_in_the_words_of_v1() {
    let flags = |of: &[MediaFlags]| MediaFlags(of.iter().fold(0, |all, one| all | one.0));
    let (blank, rw, writable) = (MediaFlags::BLANK, MediaFlags::RW, MediaFlags::WRITABLE);
    let useless = MediaFlags::FORMAT_UNUSABLE_BY_IMAPI;
    for (medium, kind, expected) in [
        ("cd-r", MediaKind::CdOther, flags(&[blank, writable])),
        ("cd-rw", MediaKind::CdOther, flags(&[blank, rw, writable])),
        ("dvd-r", MediaKind::Special, flags(&[blank, writable, useless])),
    ] {
        let bench = Bench::new(medium);
        let one = bench.service.disc_recorder();
        one.init("virtual").expect("it is there");
        one.open_exclusive().expect("it is free");
        assert_eq!(one.recorder_state().expect("a drive"), RecorderState::Opened);
        assert_eq!(one.query_media_type().expect("a disc"), Some((kind, expected)), "{medium}");
        one.eject().expect("nobody locked it");
        assert_eq!(one.query_media_type().expect("no disc is no error"), None);
        assert_eq!(code(&one.query_media_info()), v1::IMAPI_E_MEDIUM_NOTPRESENT);
    }
}

#[test]
fn sessions_and_room_are_told() {
    let bench = Bench::new("cd-rw");
    let (master, redbook) = bench.sound();
    let one = master.active_disc_recorder().expect("it was chosen");
    let blank = one.query_media_info().expect("a disc");
    assert_eq!((blank.sessions, blank.last_track, blank.next_writable), (0, 0, 0));
    add_track(&redbook, &song(1, 300));
    add_track(&redbook, &song(2, 400));
    master.record_disc(false, false).expect("recorded");
    let full = one.query_media_info().expect("a disc");
    assert_eq!((full.sessions, full.last_track, full.start_address), (1, 2, 452));
    assert_eq!((full.next_writable, full.free_blocks), (0, 0));
    one.open_exclusive().expect("it is free");
    one.erase(false).expect("it can be erased");
    assert_eq!(one.query_media_info().expect("a disc"), blank);
}

#[test]
fn dvd_is_for_those_who_ask_for_it() {
    let strict = Bench::new("dvd-rw");
    let one = strict.service.disc_recorder();
    one.init("virtual").expect("it is there");
    one.open_exclusive().expect("it is free");
    assert_eq!(code(&one.erase(false)), v1::IMAPI_E_MEDIUM_INVALIDTYPE);
    let lax = Order { medium: Some("dvd-rw"), strict: false, ..Order::default() }.bench();
    let one = lax.service.disc_recorder();
    one.init("virtual").expect("it is there");
    one.open_exclusive().expect("it is free");
    one.erase(false).expect("it can be erased");
}
