//! Out, in, and kept shut.

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use imapi_disc_types::Clock as _;
use imapi_errors::{Coded as _, common, v2};
use imapi_mmc_transport::{Condition, TransportExt as _, commands::TestUnitReady};
use imapi_recorder::{Recorder, past_attentions};
use imapi_virtual_drive::PERSONALITIES;

use crate::bench::{Bench, System};

fn is_out(bench: &Bench) -> bool {
    let mut answer = bench.drive.send(&TestUnitReady);
    for _ in 0..4 {
        answer = bench.drive.send(&TestUnitReady);
    }
    matches!(answer.expect_err("no disc").condition(), Some(Condition::NoMedium { .. }))
}

#[test]
fn every_drive_ejects_and_loads() {
    for personality in &PERSONALITIES {
        let bench = Bench::with("dvd-r", personality.name);
        let recorder = bench.recorder();
        assert!(past_attentions(|| recorder.can_load()).expect("it says so"), "{personality}");
        recorder.eject().unwrap_or_else(|error| panic!("{personality}: {error}"));
        assert!(is_out(&bench), "{personality}");
        recorder.load().unwrap_or_else(|error| panic!("{personality}: {error}"));
        let wait = &mut |_: &_| ControlFlow::Continue(());
        recorder.ready(Duration::from_secs(60), wait).unwrap_or_else(|error| panic!("{personality}: {error}"));
    }
}

#[test]
fn an_empty_drive_opens() {
    let bench = Bench::empty("standard");
    bench.recorder().eject().expect("an empty tray comes out");
    bench.recorder().load().expect("and goes in");
}

#[test]
fn a_locked_tray_stays_shut() {
    let bench = Bench::with("dvd-r", "standard");
    let recorder = bench.recorder();
    past_attentions(|| recorder.prevent_removal(true)).expect("it locks");
    let refused = recorder.eject().expect_err("it is locked");
    assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_LOCKED);
    assert_eq!(refused.condition(), Some(Condition::RemovalPrevented));
    recorder.prevent_removal(false).expect("it unlocks");
    recorder.eject().expect("it is unlocked");
}

#[test]
fn a_lock_that_outlives_the_program_is_the_systems_too() {
    let bench = Bench::with("dvd-r", "standard");
    let system = Arc::new(System::around(&bench.drive));
    let recorder = Recorder::over(Arc::clone(&system) as _).expect("a drive");
    recorder.lock_tray(true).expect("it locks, with the attentions told on the way");
    assert_eq!(recorder.eject().expect_err("it is locked").code(), v2::E_IMAPI_RECORDER_LOCKED);
    recorder.lock_tray(false).expect("it unlocks");
    recorder.eject().expect("it is unlocked");
    assert_eq!(*system.kept_locked.lock().expect("no panic"), [true, false]);
}

#[test]
fn a_busy_drive_is_asked_again_for_a_while() {
    let bench = Bench::with("dvd-r", "standard");
    let busy = |times: &str| {
        format!(r#"{{"when":{{"opcode":"1B"}},"what":{{"sense":{{"code":"2/04/07"}}}},"times":{times}}}"#)
    };
    let before = bench.clock.now();
    bench.failing(&busy("5")).eject().expect("it ends");
    assert!(bench.clock.now().saturating_sub(before) >= Duration::from_millis(5 * 333));
    let bench = Bench::with("dvd-r", "standard");
    let refused = bench.failing(&busy(r#""always""#)).eject().expect_err("it does not end");
    assert_eq!(refused.code(), v2::E_IMAPI_RECORDER_MEDIA_BUSY);
    assert!(bench.clock.now() < Duration::from_secs(40), "{:?}", bench.clock.now());
}

/// The drive answers that all is well, and its tray does not move.
#[test]
fn a_tray_that_does_not_move_is_told_of() {
    let bench = Bench::with("dvd-r", "standard");
    let no_effect = r#"{"when":{"opcode":"1B"},"what":{"sense":{"code":"1/00/00"}},"times":"always"}"#;
    let refused = bench.failing(no_effect).eject().expect_err("the disc is in");
    assert_eq!(refused.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
    // The same where the drive does not tell of its tray.
    let bench = Bench::with("dvd-r", "no-events");
    let refused = bench.failing(no_effect).eject().expect_err("the disc is in");
    assert_eq!(refused.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
}

#[test]
fn a_drive_says_by_feature_or_page_whether_it_loads() {
    let refused = r#"{"when":{"opcode":"5A"},"what":{"sense":{"code":"5/24/00"}},"times":"always"}"#;
    let bench = Bench::with("cd-r", "no-features");
    assert!(past_attentions(|| bench.recorder().can_load()).expect("by the page"));
    assert!(!bench.failing(refused).can_load().expect("by neither"));
    let gone = bench.failing(r#"{"when":{"nth":2},"what":"gone"}"#).can_load().expect_err("the drive is gone");
    assert_eq!(gone.code(), common::ERROR_DEV_NOT_EXIST);
}
