//! What was burned is compared, on every kind of disc.

use std::{ops::ControlFlow, sync::Arc};

use imapi_disc_types::{CancelToken, Control};
use imapi_errors::{Coded as _, Fact, common, v2};
use imapi_format2::verify::{Fault, VerifyError};
use imapi_format2_data::{Action, DataError, DataEvent, DataOptions, DiscFormat2Data, Verification, burn};

use imapi_mmc_transport::faults::{FaultInjector, Script};

use crate::helpers::{Numbers, burn_silently, client, drive, medium, probe, recorder, writable};

const FIRST: Numbers = Numbers { blocks: 1237, mark: 0xA1 };
const SECOND: Numbers = Numbers { blocks: 700, mark: 0xB2 };

fn verified(verification: Verification) -> DataOptions {
    DataOptions {
        consumer_compatible: false,
        keep_sequential: true,
        overwrite: true,
        verification,
        ..Default::default()
    }
}

#[test]
fn what_was_burned_well_is_good_in_every_session() {
    for medium in writable() {
        for level in [Verification::Quick, Verification::Full] {
            let folder = tempfile::tempdir().expect("a folder");
            let recorder = recorder(drive(folder.path(), medium, None));
            for (source, close) in [(&FIRST, false), (&SECOND, true)] {
                let options = DataOptions { close, ..verified(level) };
                let burned = burn_silently(&recorder, source, &options)
                    .unwrap_or_else(|error| panic!("{}, {level:?}, {close}: {error:?}", medium.name));
                let compared = burned.verified.expect("it was asked for").blocks;
                if burned.closed {
                    // A DVD-R DL has room for no other session.
                    assert!(close || medium.name.ends_with("dl"), "{}", medium.name);
                }
                if level == Verification::Full {
                    assert_eq!(compared, source.blocks, "{}", medium.name);
                } else {
                    assert!(compared > 0 && compared <= source.blocks, "{}: {compared}", medium.name);
                }
                if burned.closed {
                    break;
                }
            }
        }
    }
}

/// The drive writes something else than it got, early and late.
#[test]
fn a_wrong_bit_is_found_on_every_disc_and_the_disc_is_finished_all_the_same() {
    let script = r#"{"faults": [{"when": {"opcode": "2A", "nth": 9}, "what": {"corrupt": {"bits": 1}}}], "seed": 3}"#;
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let drive = Arc::new(drive(folder.path(), medium, None));
        let script = Script::from_json(script).expect("a script");
        let victim = Arc::clone(&drive) as _;
        let recorder = recorder(FaultInjector::upon(drive, victim, script).expect("a drive in software"));
        let error = burn_silently(&recorder, &FIRST, &verified(Verification::Full)).expect_err(medium.name);
        assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED, "{}: {error:?}", medium.name);
        let DataError::Verification(VerifyError::Bad { bad, count: 1, .. }) = &error else {
            panic!("{}: {error:?}", medium.name)
        };
        assert!(matches!(bad[0].fault, Fault::Differs), "{}: {error:?}", medium.name);
        let mut told = Vec::new();
        error.facts(&mut |fact, value| told.push((fact, value.to_string())));
        assert_eq!(told[0], (Fact::Lba, bad[0].lba.0.to_string()), "{}", medium.name);
        let probe = probe(&recorder);
        assert!(!probe.facts.is_blank(), "{}: {:?}", medium.name, probe.facts);
        assert_eq!(recorder.owner(), None, "the drive is free again");
    }
}

#[test]
fn imapis_object_compares_when_it_should_and_says_that_it_does() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium("bd-r"), None));
    let format = DiscFormat2Data::new();
    format.set_recorder(Some(&recorder)).expect("it writes data");
    format.set_client_name("tests").expect("a name");
    assert_eq!(format.options().verification, Verification::None, "as IMAPI has it");
    format.set_options(|options| options.verification = Verification::Full).expect("nothing is written");
    let (mut actions, mut done) = (Vec::new(), 0);
    let mut listener = |event: &DataEvent| {
        match event {
            DataEvent::Begins { action, .. } => actions.push(*action),
            DataEvent::Verifying(progress) => done = progress.done,
            _ => {}
        }
        ControlFlow::Continue(())
    };
    format.write(&FIRST, &mut Control::new(CancelToken::new(), &mut listener)).expect("it can");
    assert_eq!(actions[actions.len() - 3..], [Action::Finalization, Action::Verifying, Action::Completed]);
    assert_eq!(done, FIRST.blocks);
}

#[test]
fn who_stops_while_it_is_compared_has_a_finished_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium("bd-r"), None));
    let mut listener = |event: &DataEvent| match event {
        DataEvent::Begins { action: Action::Verifying, .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let options = DataOptions { close: true, ..verified(Verification::Full) };
    let error = burn(&recorder, &client(), &FIRST, &options, None, &mut control).expect_err("it was stopped");
    assert!(error.is_cancelled() && matches!(error, DataError::Verification(_)), "{error:?}");
    assert_ne!(error.code(), common::S_OK);
    assert!(probe(&recorder).facts.is_closed());
}
