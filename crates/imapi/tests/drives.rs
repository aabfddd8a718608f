//! Drives by their names.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use imapi::drives::{DriveError, Drives, VirtualDisc, parse_size};
use imapi_errors::{Coded, Fact, common, v2};
use imapi_mmc_transport::{Device, DriveSource as _, TransportExt as _, commands::TestUnitReady};
use imapi_recorder::{DiscMaster, RecorderError};
use imapi_virtual_drive::{MEDIA, PERSONALITIES, Pace};
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn name(folder: &Path, rest: &str) -> String {
    format!("virtual:{}", folder.join(rest).display())
}

fn facts(error: &impl Coded) -> BTreeMap<&'static str, String> {
    let mut told = BTreeMap::new();
    error.facts(&mut |fact: Fact, value| {
        told.insert(fact.key(), value.to_string());
    });
    told
}

#[test]
fn every_medium_is_made_where_there_is_none_and_found_again() {
    let folder = folder();
    // Pressed discs are nothing without an image.
    for medium in MEDIA.iter().filter(|medium| !medium.speeds.is_empty()) {
        let drives = Drives::of_this_machine();
        let made = drives.recorder(&name(folder.path(), &format!("{}?media={0}&size=8M", medium.name)));
        let recorder = made.unwrap_or_else(|error| panic!("{medium}: {error}"));
        assert_eq!(recorder.medium().expect("a disc"), medium.kind, "{medium}");
        recorder.device().send(&TestUnitReady).expect("the attentions are told");
        assert_eq!(recorder.id(), name(&folder.path().canonicalize().expect("it is there"), medium.name));
        drop((recorder, drives));
        let again = Drives::of_this_machine().recorder(&name(folder.path(), medium.name)).expect("it is there");
        assert_eq!(again.medium().expect("a disc"), medium.kind, "{medium}");
    }
}

#[test]
fn options_are_understood_or_refused() {
    let disc: VirtualDisc = "a?b?media=BD-R&size=1G&personality=pioneer&speed=x8&faults=f.json".parse().expect("good");
    assert_eq!(disc.path, Path::new("a?b"));
    assert_eq!((disc.media.map(|medium| medium.name), disc.size), (Some("bd-r"), Some(1 << 30)));
    assert_eq!((disc.personality.name, disc.pace), ("pioneer", Pace::times(8)));
    assert_eq!(disc.faults.as_deref(), Some(Path::new("f.json")));
    let plain: VirtualDisc = "my disc".parse().expect("good");
    assert_eq!((plain.path.as_path(), plain.media, plain.pace), (Path::new("my disc"), None, Pace::QUICK));
    assert_eq!("what?".parse::<VirtualDisc>().expect("good").path, Path::new("what"));
    for (wrong, option, given) in [
        ("a?media=hd-dvd", "media", "hd-dvd"),
        ("a?size=5T", "size", "5T"),
        ("a?personality=friendly", "personality", "friendly"),
        ("a?speed=fast", "speed", "fast"),
        ("a?colour=red", "colour", "red"),
        ("a?media", "media", ""),
    ] {
        let error = wrong.parse::<VirtualDisc>().expect_err(wrong);
        assert_eq!((error.option.as_str(), error.given.as_str(), error.code()), (option, given, common::E_INVALIDARG));
        assert!(!error.reason.is_empty());
        let refused = Drives::of_this_machine().recorder(&format!("virtual:{wrong}")).expect_err(wrong);
        assert_eq!(refused.code(), common::E_INVALIDARG);
        assert_eq!(facts(&refused)["drive"], format!("virtual:{wrong}"));
    }
    assert!(!Path::new("a").exists());
}

#[test]
fn a_size_has_a_number_and_may_have_a_unit() {
    let sizes = ["2048", "64K", "64kib", "100M", "25G", "25GB"].map(|text| parse_size(text).expect(text));
    assert_eq!(sizes, [2048, 65_536, 65_536, 104_857_600, 26_843_545_600, 26_843_545_600]);
    for wrong in ["", "M", "0", "-5", "5T", "5 M", "99999999999999999999", "99999999999G"] {
        assert!(parse_size(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_no_drive_says_so() {
    let folder = folder();
    fs::write(folder.path().join("notes.txt"), "not a disc").expect("a file");
    fs::write(folder.path().join("script"), "{").expect("a file");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let drives = Drives::of_this_machine();
    drives.recorder(&name(folder.path(), "cd?media=cd-r&size=8M")).expect("a disc");
    for (wrong, code) in [
        ("/dev/no-such-drive".to_owned(), common::ERROR_DEV_NOT_EXIST),
        (String::new(), common::ERROR_DEV_NOT_EXIST),
        (name(folder.path(), "missing"), common::ERROR_FILE_NOT_FOUND),
        (name(folder.path(), "notes.txt"), common::ERROR_UNRECOGNIZED_MEDIA),
        (name(folder.path(), "notes.txt?media=bd-r"), common::ERROR_UNRECOGNIZED_MEDIA),
        (name(folder.path(), "large?media=dvd-r&size=5G"), common::E_INVALIDARG),
        (name(folder.path(), &format!("b?media=cd-r&size=8M&faults={}", path("script"))), common::E_INVALIDARG),
        (name(folder.path(), "c?media=cd-r&size=8M&faults=/no/such/file"), common::ERROR_FILE_NOT_FOUND),
        ("virtual:".to_owned(), common::ERROR_FILE_NOT_FOUND),
    ] {
        let error = drives.recorder(&wrong).expect_err(&wrong);
        assert_eq!(error.code(), code, "{wrong}: {error:?}");
        assert_eq!(facts(&error)["drive"], wrong);
        assert!(matches!(error, DriveError::Named { .. }));
    }
    assert_eq!(fs::read(folder.path().join("notes.txt")).expect("still there"), b"not a disc");
    let other = Drives::of_this_machine();
    let refused = other.recorder(&name(folder.path(), "cd")).expect_err("it is in another drive");
    assert_eq!(refused.code(), common::ERROR_SHARING_VIOLATION);
    drop(drives);
    let refused = other.recorder(&name(folder.path(), "cd?media=bd-r")).expect_err("another medium");
    assert_eq!(facts(&refused)["reason"], "the disc is a CD-R 80 min");
    other.recorder(&name(folder.path(), "cd?media=cd-r")).expect("it is one");
}

/// Two recorders of one disc are two clients of one drive.
#[test]
fn a_disc_is_in_one_drive_however_often_it_is_named() {
    let folder = folder();
    let drives = Drives::of_this_machine();
    let first = drives.recorder(&name(folder.path(), "my.disc?media=bd-re&size=8M")).expect("a new disc");
    std::os::unix::fs::symlink("my.disc", folder.path().join("link")).expect("a link");
    let second = drives.recorder(&name(folder.path(), "link")).expect("the same disc");
    assert_eq!(first.id(), second.id());
    let client = "Burner".parse().expect("a name");
    let _held = first.acquire(&client, false).expect("nobody has it");
    assert_eq!(second.acquire(&client, false).expect_err("it is held").code(), v2::E_IMAPI_RECORDER_LOCKED);
    assert!(matches!(second.configuration(), Err(RecorderError::Locked { owner }) if owner == "Burner"));
}

/// Programs of IMAPI see drives in software as they see others.
#[test]
fn drives_in_software_are_listed_when_they_are_there() {
    let folder = folder();
    let drives = Arc::new(Drives::of_this_machine());
    let before = drives.list().expect("a list").len();
    let id = drives.recorder(&name(folder.path(), "my.disc?media=dvd+r&size=8M")).expect("a disc").id().to_owned();
    let master = DiscMaster::new(Arc::clone(&drives) as _);
    assert_eq!(master.count().expect("a list"), before + 1);
    assert_eq!(master.ids().expect("a list").next_back(), Some(id.clone()));
    assert!(master.is_supported_environment());
    let recorder = master.recorder();
    recorder.initialize(&id).expect("it is listed");
    assert_eq!(recorder.legacy_device_number().expect("its place"), u32::try_from(before).expect("few"));
    assert_eq!(recorder.initialize("virtual:/elsewhere").expect_err("none").code(), common::ERROR_DEV_NOT_EXIST);
    drives.settle().expect("it has nothing to do");
}

#[test]
fn the_ways_of_the_drive_and_its_faults_are_those_of_its_name() {
    let folder = folder();
    let drives = Drives::of_this_machine();
    let script = r#"{"faults":[{"when":{"opcode":"51"},"what":{"sense":{"code":"4/44/00"}},"times":"always"}]}"#;
    fs::write(folder.path().join("script"), script).expect("a file");
    let faults = folder.path().join("script");
    let with = format!("bad?media=cd-r&size=8M&faults={}", faults.display());
    let failing = drives.recorder(&name(folder.path(), &with)).expect("it is a drive all the same");
    let refused = failing.disc_information().expect_err("it fails");
    assert_eq!(refused.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
    for personality in &PERSONALITIES {
        let with = format!("{0}?media=cd-r&size=8M&personality={0}", personality.name);
        let recorder = drives.recorder(&name(folder.path(), &with)).expect(personality.name);
        if personality.identity.is_some() {
            assert_ne!(recorder.vendor(), "IMAPI", "{personality}");
        }
    }
}

fn is_shared<T: Send + Sync + 'static>() {}

#[test]
fn drives_can_be_given_to_other_threads() {
    is_shared::<Drives>();
    is_shared::<DriveError>();
    let drives: Arc<dyn imapi_mmc_transport::DriveSource> = Arc::new(Drives::of_this_machine());
    let refused: Result<Arc<dyn Device>, _> = drives.open("virtual:never");
    assert!(refused.is_err());
}
