//! Whatever fails, the drive is free afterwards, and the error says what the disc is.

use std::ops::ControlFlow;

use imapi_disc_types::{CancelToken, Control, Lba};
use imapi_errors::{Coded as _, v2};
use imapi_format2_data::{DataEvent, DataOptions, burn};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::TestUnitReady,
    faults::{FaultInjector, Script},
};

use crate::{
    every_fault,
    helpers::{Numbers, burn_silently, client, drive, probe, recorder, writable},
};

const SOURCE: Numbers = Numbers { blocks: 640, mark: 0x5A };

fn open() -> DataOptions {
    DataOptions { consumer_compatible: false, ..DataOptions::default() }
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

/// Each of them on each disc is the slow tier's.
#[test]
fn a_sample_of_commands_fails_on_every_disc() {
    let all: Vec<_> = writable().flat_map(|medium| every_fault::complaints(medium, &open(), 101)).collect();
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert!(all.is_empty(), "{}", all.join("\n"));
}
