//! Who has a drive, how often, and what the others hear.

use std::{
    sync::{Arc, atomic::Ordering},
    thread,
};

use imapi_errors::{Coded as _, common, v2};
use imapi_mmc_transport::{
    Device as _, DriveSource as _, LockRefused, Opening, TransportExt as _, commands::TestUnitReady,
};
use imapi_recorder::{Recorder, RecorderError};

use crate::bench::{Bench, Drives, System, client};

#[test]
fn a_drive_is_free_when_all_have_let_go() {
    let bench = Bench::with("bd-r", "standard");
    let recorder = bench.recorder();
    assert_eq!((recorder.owner(), recorder.is_acquired()), (None, false));
    let first = recorder.acquire(&client("Backup, nightly"), false).expect("nobody has it");
    recorder.clone().acquire_counted(&client("Backup, nightly"), false).expect("a clone is the same");
    assert_eq!(first.recorder().owner().as_deref(), Some("Backup, nightly"));
    drop(first);
    assert!(recorder.is_acquired());
    recorder.release().expect("once more");
    assert_eq!((recorder.owner(), recorder.is_acquired()), (None, false));
    let once_too_often = recorder.release().expect_err("nobody has it");
    assert_eq!(once_too_often.code(), common::E_HANDLE);
}

#[test]
fn a_guard_that_outlives_its_recorder_holds_the_drive() {
    let bench = Bench::with("bd-r", "standard");
    let guard = bench.recorder().acquire(&client("A"), false).expect("nobody has it");
    assert_eq!(bench.recorder().owner().as_deref(), Some("A"));
    drop(guard);
    assert_eq!(bench.recorder().owner(), None);
}

#[test]
fn what_was_never_released_is_free_when_the_recorder_is_gone() {
    let bench = Bench::with("bd-r", "standard");
    let system = Arc::new(System::around(&bench.drive));
    let recorder = Recorder::over(Arc::clone(&system) as _).expect("a drive");
    recorder.acquire_counted(&client("A"), false).expect("nobody has it");
    recorder.acquire_counted(&client("A"), false).expect("once more");
    recorder.disable_notices();
    drop(recorder);
    assert_eq!(bench.recorder().owner(), None);
    assert_eq!(system.unlocked.load(Ordering::Relaxed), 1);
    assert_eq!(*system.switched.lock().expect("no panic"), [false, true]);
}

/// Two recorders of one drive are two clients, also when they bear the same name.
#[test]
fn the_other_recorder_hears_who_has_the_drive_and_sends_nothing() {
    let bench = Bench::with("bd-r", "standard");
    let drives = Drives::default();
    drives.plug_in("one", Arc::clone(&bench.drive) as _);
    let open = || Recorder::open(&drives, "one").expect("a drive");
    let (ours, theirs) = (open(), open());
    let guard = ours.acquire(&client("Burner"), false).expect("nobody has it");
    for name in ["Burner", "Other"] {
        let refused = theirs.acquire(&client(name), true).expect_err("it is held");
        let RecorderError::Lock(LockRefused::Held { owner }) = &refused else { panic!("{refused}") };
        assert_eq!((owner.as_deref(), refused.code()), (Some("Burner"), v2::E_IMAPI_RECORDER_LOCKED));
    }
    assert!(theirs.release().is_err(), "what one has not taken one cannot give back");

    let answers = [
        theirs.configuration().err(),
        theirs.disc_information().err(),
        theirs.eject().err(),
        theirs.load().err(),
        theirs.prevent_removal(true).err(),
        theirs.lock_tray(true).err(),
        theirs.command(&[0; 6], std::time::Duration::from_secs(1)).err(),
        theirs.can_load().err(),
        theirs.set_raw_mode_page(&[5, 0], false).err(),
    ];
    for answer in answers {
        let answer = answer.expect("somebody burns");
        assert!(matches!(&answer, RecorderError::Locked { owner } if owner == "Burner"), "{answer}");
        assert_eq!(answer.code(), v2::E_IMAPI_RECORDER_LOCKED);
    }
    // Who it is, it says all the same; and so does a third who comes only now.
    assert_eq!((theirs.vendor(), open().product()), ("IMAPI".into(), "Virtual Drive".into()));
    assert!(bench.drive.send(&TestUnitReady).is_err(), "the attentions are untold: nothing was sent");
    imapi_recorder::past_attentions(|| ours.disc_information()).expect("the owner is answered");
    drop(guard);
    theirs.configuration().expect("it is free");
    let _theirs = theirs.acquire(&client("Other"), false).expect("it is free");
    assert!(ours.acquire(&client("Burner"), false).is_err());
}

#[test]
fn an_opening_that_is_closed_is_unlocked_and_unlocks_no_other() {
    let bench = Bench::with("bd-r", "standard");
    let drives = Drives::default();
    drives.plug_in("one", Arc::clone(&bench.drive) as _);
    let (one, other) = (drives.open("one").expect("a drive"), drives.open("one").expect("a drive"));
    one.lock(&client("A"), false).expect("nobody has it");
    one.lock(&client("A"), false).expect("it has it already");
    assert!(one.lock(&client("B"), false).is_err(), "another client of the same opening");
    other.unlock();
    drop(other);
    assert_eq!(one.lock_owner().as_deref(), Some("A"));
    drop(one);
    let third = Opening::of(Arc::clone(&bench.drive) as _);
    assert_eq!(third.lock_owner(), None);
}

#[test]
fn a_mounted_disc_is_in_the_way_unless_it_is_forced() {
    let bench = Bench::with("dvd-ram", "standard");
    let system = Arc::new(System::around(&bench.drive));
    system.mounts.lock().expect("no panic").push("/media/disc".into());
    let recorder = Recorder::over(Arc::clone(&system) as _).expect("a drive");
    let refused = recorder.acquire(&client("A"), false).expect_err("it is mounted");
    assert_eq!(refused.code(), common::ERROR_BAD_COMMAND);
    assert_eq!(recorder.eject().expect_err("it is mounted").code(), common::ERROR_BAD_COMMAND);
    let _forced = recorder.acquire(&client("A"), true).expect("forced");
}

#[test]
fn notices_are_on_when_they_were_switched_on_as_often_as_off() {
    let bench = Bench::with("bd-r", "standard");
    let system = Arc::new(System::around(&bench.drive));
    let recorder = Recorder::over(Arc::clone(&system) as _).expect("a drive");
    recorder.enable_notices();
    for _ in 0..3 {
        recorder.disable_notices();
    }
    recorder.enable_notices();
    recorder.clone().enable_notices();
    assert_eq!(*system.switched.lock().expect("no panic"), [false]);
    recorder.enable_notices();
    recorder.enable_notices();
    recorder.disable_notices();
    assert_eq!(*system.switched.lock().expect("no panic"), [false, true, false]);
}

#[test]
fn counting_is_right_from_any_thread() {
    let bench = Bench::with("bd-r", "standard");
    let recorder = bench.recorder();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let guard = recorder.acquire(&client("A"), false).expect("all are one client");
                    recorder.disable_notices();
                    assert_eq!(recorder.owner().as_deref(), Some("A"));
                    recorder.enable_notices();
                    drop(guard);
                }
            });
        }
    });
    assert_eq!((recorder.owner(), recorder.is_acquired()), (None, false));
}

fn is_shared<T: Send + Sync + 'static>() {}

#[test]
fn everything_can_be_given_to_other_threads() {
    is_shared::<Recorder>();
    is_shared::<imapi_recorder::Exclusive>();
    is_shared::<imapi_recorder::DiscMaster>();
    is_shared::<imapi_recorder::DiscRecorder>();
    is_shared::<RecorderError>();
    is_shared::<imapi_recorder::DiscRecorderError>();
}
