//! Whatever fails, the drive is free afterwards, and the error says what the disc is.

use std::{
    ops::ControlFlow,
    sync::{Arc, atomic::Ordering},
};

use imapi_disc_types::{CancelToken, Control, Lba};
use imapi_errors::{Coded as _, v2};
use imapi_format2_data::{DataEvent, DataOptions, burn};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{StartStopUnit, TestUnitReady, UnitAction},
    faults::{FaultInjector, Script},
};
use imapi_virtual_drive::Medium;

use crate::helpers::{
    Counting, Numbers, assert_on_disc, burn_silently, client, drive, medium, probe, recorder, writable,
};

const SOURCE: Numbers = Numbers { blocks: 640, mark: 0x5A };

fn open() -> DataOptions {
    DataOptions { consumer_compatible: false, ..DataOptions::default() }
}

/// How many commands a burn takes, from its first on.
fn commands_of_a_burn(medium: &'static Medium) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let (counting, count) = Counting::new(drive(folder.path(), medium, None));
    let recorder = imapi_recorder::Recorder::over(Arc::new(counting)).expect("it says what it is");
    burn_silently(&recorder, &SOURCE, &open()).expect(medium.name);
    count.load(Ordering::Relaxed)
}

#[test]
fn cancelling_leaves_a_drive_that_works_and_says_what_the_disc_is() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        let source = Numbers { blocks: 200_000, mark: 3 };
        let mut listener = |event: &DataEvent| match event {
            DataEvent::Writing(progress) if progress.written() > 1000 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
        let mut control = Control::new(CancelToken::new(), &mut listener);
        let outcome = burn(&recorder, &client(), &source, &open(), None, &mut control);
        // A burn that was faster than the listener is complete.
        if let Err(error) = outcome {
            assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED, "{}: {error:?}", medium.name);
            let after = error.disc_after().expect("the disc is no longer blank");
            assert!(after.state.is_some(), "{}", medium.name);
            assert!(after.next.is_some_and(|next| next > Lba(0)), "{}: {after:?}", medium.name);
        }
        assert_eq!(recorder.owner(), None, "{}", medium.name);
        recorder.device().send(&TestUnitReady).unwrap_or_else(|error| panic!("{}: {error:?}", medium.name));
        let _ = probe(&recorder);
    }
}

#[test]
fn a_write_error_is_told_with_its_address() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = r#"{"faults": [{"when": {"access": "write", "blocks": {"first": 320, "last": 321}}, "what": {"sense": {"code": "3/0C/00"}}}]}"#;
        let script = Script::from_json(script).expect("a script");
        let recorder = recorder(FaultInjector::new(drive(folder.path(), medium, None), script).expect("a drive"));
        let error = burn_silently(&recorder, &SOURCE, &open()).expect_err("block 320 fails");
        assert_eq!(error.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE, "{}: {error:?}", medium.name);
        let after = error.disc_after().expect("something is on the disc");
        assert!(after.next.is_some_and(|next| next <= Lba(320) && next > Lba(200)), "{}: {after:?}", medium.name);
        let mut lba = None;
        error.facts(&mut |fact, value| {
            if fact == imapi_errors::Fact::Lba {
                lba = Some(value.to_string());
            }
        });
        assert_eq!(lba.as_deref(), Some("320"), "{}", medium.name);
        assert_eq!(recorder.owner(), None);
    }
}

/// Each command of a burn fails in each way: never a panic, never a hang, never success on a disc that differs.
fn every_command_fails(medium: &'static Medium, every: usize) {
    let count = commands_of_a_burn(medium);
    let ways = [
        r#"{"sense": {"code": "3/0C/00"}}"#,
        r#"{"sense": {"code": "3/0C/00", "deferred": true}}"#,
        r#"{"sense": {"code": "2/04/07"}}"#,
        r#"{"sense": {"code": "4/44/00"}}"#,
        r#"{"sense": {"code": "5/24/00"}}"#,
        r#"{"sense": {"code": "6/29/00"}}"#,
        r#""time_out""#,
        r#""reset""#,
        r#""medium_removed""#,
        r#""gone""#,
    ];
    for (way, what) in ways.iter().enumerate() {
        for number in (1 + way..=count).step_by(every) {
            let folder = tempfile::tempdir().expect("a folder");
            let name = format!("{}: command {number} of {count}: {what}", medium.name);
            let script = format!(r#"{{"faults": [{{"when": {{"command": {number}}}, "what": {what}}}]}}"#);
            let script = Script::from_json(&script).expect("a script");
            let injector = FaultInjector::new(drive(folder.path(), medium, None), script).expect("a drive");
            let Ok(recorder) = imapi_recorder::Recorder::over(Arc::new(injector)) else { continue };
            match burn_silently(&recorder, &SOURCE, &open()) {
                // A drive that went away when all was done cannot be read.
                Ok(_) if what.contains("gone") => {}
                Ok(burned) => {
                    // Nor can a disc whose tray was opened by force when all was done, until it is in again.
                    let _ = recorder.device().send(&StartStopUnit::new(UnitAction::Load));
                    assert_on_disc(&recorder, &SOURCE, burned.start, &name);
                }
                Err(error) => assert!(error.code().is_error(), "{name}: {error:?}"),
            }
            assert_eq!(recorder.owner(), None, "{name}");
        }
    }
}

#[test]
fn a_sample_of_commands_fails_on_a_sample_of_discs() {
    for name in ["cd-r", "dvd-rw", "dvd+r", "bd-r", "bd-re"] {
        every_command_fails(medium(name), 7);
    }
}
