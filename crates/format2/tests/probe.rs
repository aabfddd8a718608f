//! What is found out about every kind of disc, new in the virtual drive.

use std::{sync::Arc, time::Duration};

use imapi_disc_types::{ClientName, Disc as _, Lba, ManualClock, MediaState, MediaType};
use imapi_errors::{Coded as _, v2};
use imapi_format2::{Preparation, Probe, RecorderDisc, SpeedRequest, Way, WriteSpeeds, is_heuristically_blank};
use imapi_recorder::Recorder;
use imapi_virtual_drive::{DiscFile, Family, MEDIA, Medium, PERSONALITIES, Personality, VirtualDrive};

fn recorder(folder: &std::path::Path, medium: &'static Medium, personality: Option<&'static Personality>) -> Recorder {
    let mut drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    if let Some(personality) = personality {
        drive = drive.with_personality(personality);
    }
    let disc = DiscFile::create(&folder.join(medium.name), medium.geometry(None).expect("its size")).expect("a file");
    drive.insert(disc, medium).expect("it takes it");
    let recorder = Recorder::over(Arc::new(drive)).expect("it says what it is");
    let mut go_on = |_: &_| std::ops::ControlFlow::Continue(());
    recorder.ready(Duration::from_secs(300), &mut go_on).expect("ready");
    recorder
}

fn writable() -> impl Iterator<Item = &'static Medium> {
    MEDIA.iter().filter(|medium| !matches!(medium.family, Family::Pressed | Family::PressedCd))
}

#[test]
fn a_new_disc_of_every_kind_is_blank_and_has_its_room() {
    let folder = tempfile::tempdir().expect("a folder");
    for medium in writable() {
        let recorder = recorder(folder.path(), medium, None);
        let probe = Probe::of(&recorder).expect(medium.name);
        assert_eq!(probe.medium(), medium.kind, "{}", medium.name);
        // A DVD-RAM is sold formatted, and only its contents say that it is new.
        let by_status = probe.facts.is_blank() || medium.kind == MediaType::DVDRAM;
        let by_contents = is_heuristically_blank(&recorder, &probe).expect(medium.name);
        assert!(by_status && by_contents, "{}: {:?}", medium.name, probe.facts);
        assert!(probe.way.is_writable() && probe.facts.state.is_supported(), "{}", medium.name);
        assert_eq!(probe.facts.next_writable, Some(Lba(0)), "{}", medium.name);
        assert!(probe.facts.sessions.is_empty(), "{}", medium.name);
        let capacity = probe.facts.capacity;
        assert!(capacity <= medium.blocks && capacity >= medium.blocks / 10 * 9, "{}: {capacity}", medium.name);
        assert_eq!(RecorderDisc::new(&recorder).facts().expect("the same"), probe.facts);
        let speeds = WriteSpeeds::of(&recorder, medium.kind).expect(medium.name);
        let kilobytes: Vec<u32> = speeds.all().iter().map(|speed| speed.kilobytes_per_second).collect();
        assert_eq!(kilobytes, medium.speeds, "{}", medium.name);
        for speed in speeds.all() {
            assert!(speeds.set(&recorder, *speed).expect(medium.name), "{}", medium.name);
            let now = speeds.current(&recorder).expect(medium.name).expect("it says it");
            assert_eq!(now.kilobytes_per_second, speed.kilobytes_per_second, "{}", medium.name);
        }
    }
}

#[test]
fn odd_drives_are_understood_too() {
    for personality in &PERSONALITIES {
        let folder = tempfile::tempdir().expect("a folder");
        for medium in writable() {
            let recorder = recorder(folder.path(), medium, Some(personality));
            let name = format!("{} in {}", medium.name, personality.name);
            let probe = Probe::of(&recorder).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let speeds = WriteSpeeds::of(&recorder, probe.medium()).unwrap_or_else(|error| panic!("{name}: {error:?}"));
            let _ = speeds.choose(SpeedRequest::default());
            if probe.medium() == medium.kind {
                assert!(is_heuristically_blank(&recorder, &probe).expect(&name), "{name}: {:?}", probe.facts);
                assert_eq!(probe.facts.next_writable, Some(Lba(0)), "{name}");
            }
        }
    }
}

#[test]
fn a_drive_without_a_disc_promises_nothing() {
    let drive = VirtualDrive::new(Arc::new(ManualClock::new()));
    let recorder = Recorder::over(Arc::new(drive)).expect("it says what it is");
    let mut go_on = |_: &_| std::ops::ControlFlow::Continue(());
    let error = recorder.ready(Duration::from_secs(300), &mut go_on).expect_err("there is no disc");
    assert_eq!(error.code(), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA);
    let client: ClientName = "tests".parse().expect("a name");
    let error = Preparation::new(&recorder, &client, false, &mut |_| {}).expect_err("there is no disc");
    assert_eq!(error.code(), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA);
    assert_eq!(recorder.owner(), None, "nobody has the drive after a failure");
    match Probe::of(&recorder) {
        Ok(probe) => assert_eq!((probe.way, probe.facts.state), (Way::NoDisc, MediaState::UNKNOWN)),
        Err(error) => assert_eq!(error.code(), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA),
    }
}

#[test]
fn a_prepared_drive_is_locked_until_it_is_let_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let medium = MEDIA.iter().find(|medium| medium.name == "bd-r").expect("in the table");
    let recorder = recorder(folder.path(), medium, None);
    let client: ClientName = "tests".parse().expect("a name");
    let prepared = Preparation::new(&recorder, &client, false, &mut |_| {}).expect("it is free");
    assert_eq!(recorder.owner().as_deref(), Some("tests"));
    drop(prepared);
    assert_eq!(recorder.owner(), None);
}
