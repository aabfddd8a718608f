//! What is left of a disc when a burn was interrupted, and what can be done with it.

use imapi_disc_types::{Lba, MediaState};
use imapi_errors::{Coded as _, v2};
use imapi_format2_data::{Before, DataError, DataOptions};
use imapi_mmc_transport::{
    TransportExt as _,
    commands::{BlankType, StartStopUnit, UnitAction},
    faults::{FaultInjector, Script},
};
use imapi_recorder::Recorder;
use imapi_virtual_drive::Medium;

use crate::helpers::{Numbers, assert_on_disc, burn_silently, drive, medium, probe, ready, recorder, writable};

const FIRST: Numbers = Numbers { blocks: 640, mark: 0x5A };
const SECOND: Numbers = Numbers { blocks: 400, mark: 0xA5 };

/// A disc whose first burn stopped in the middle, put in again as people do.
fn interrupted(medium: &'static Medium, options: &DataOptions) -> (tempfile::TempDir, Recorder, DataError) {
    let folder = tempfile::tempdir().expect("a folder");
    let script = r#"{"faults": [{"when": {"access": "write", "blocks": {"first": 320, "last": 321}}, "what": {"sense": {"code": "3/0C/00"}}}]}"#;
    let script = Script::from_json(script).expect("a script");
    let recorder = recorder(FaultInjector::new(drive(folder.path(), medium, None), script).expect("a drive"));
    let error = burn_silently(&recorder, &FIRST, options).expect_err("block 320 fails");
    recorder.device().send(&StartStopUnit::new(UnitAction::Eject)).expect("the tray is not locked");
    recorder.device().send(&StartStopUnit::new(UnitAction::Load)).expect("a tray");
    ready(&recorder);
    (folder, recorder, error)
}

fn ways() -> impl Iterator<Item = (&'static Medium, DataOptions)> {
    let plain = DataOptions { consumer_compatible: false, ..DataOptions::default() };
    writable().flat_map(move |medium| {
        [(false, false), (true, false), (false, true), (true, true)]
            .into_iter()
            .filter(|(_, keep_sequential)| !keep_sequential || medium.name == "dvd-rw")
            .map(move |(close, keep_sequential)| (medium, DataOptions { close, keep_sequential, ..plain }))
    })
}

#[test]
fn a_session_that_was_left_open_is_told_refused_and_ended_on_demand() {
    for (medium, options) in ways() {
        let (_folder, recorder, error) = interrupted(medium, &options);
        let what = format!("{}, close {}, keep {}", medium.name, options.close, options.keep_sequential);
        let before = probe(&recorder);
        if !before.way.is_sequential() {
            continue;
        }
        let state = error.disc_after().and_then(|after| after.state).expect("the drive still tells");
        assert!(state.contains(MediaState::NON_EMPTY_SESSION), "{what}: {state:?}");
        let refused = burn_silently(&recorder, &SECOND, &options).expect_err("it is no new session");
        assert_eq!(refused.code(), v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE, "{what}: {refused:?}");

        // What was begun at once is closed when it is ended; and where the layers were made to fit, nothing else does.
        let at_once = options.close && (medium.name.starts_with("dvd-r") || medium.name == "dvd+r-dl");
        let at_once = at_once || medium.name == "dvd-r-dl";
        let ended = burn_silently(&recorder, &SECOND, &DataOptions { end_interrupted: true, ..options });
        if at_once {
            let error = ended.expect_err("nothing can be added");
            assert_eq!(error.code(), v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE, "{what}: {error:?}");
            assert!(probe(&recorder).facts.is_closed(), "{what}");
            continue;
        }
        let burned = ended.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(burned.plan.before, Some(Before::EndSession), "{what}");
        assert_eq!(burned.closed, options.close, "{what}");
        assert_on_disc(&recorder, &Numbers { blocks: 256, ..FIRST }, Lba(0), &what);
        assert_on_disc(&recorder, &SECOND, burned.start, &what);
        let after = probe(&recorder);
        assert_eq!(after.facts.sessions.len(), 2, "{what}: {:?}", after.facts);
        assert_eq!(after.facts.sessions[1].first, burned.start, "{what}");
        assert!(burned.start >= Lba(256), "{what}");
    }
}

#[test]
fn a_rewritable_disc_begins_anew_when_that_is_allowed() {
    for (medium, options) in ways().filter(|(medium, _)| medium.kind.is_rewritable()) {
        let (_folder, recorder, _) = interrupted(medium, &options);
        let what = format!("{}, close {}, keep {}", medium.name, options.close, options.keep_sequential);
        let burned = burn_silently(&recorder, &SECOND, &DataOptions { overwrite: true, ..options })
            .unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(burned.start, Lba(0), "{what}");
        assert_on_disc(&recorder, &SECOND, Lba(0), &what);
        let expected = match (medium.name, options.keep_sequential, options.close) {
            ("cd-rw" | "cd-rw-74", ..) | ("dvd-rw", true, true) => Some(Before::Blank(BlankType::Minimal)),
            ("dvd-rw", true, false) => Some(Before::Blank(BlankType::Disc)),
            _ => None,
        };
        assert_eq!(burned.plan.before, expected, "{what}");
    }
}

#[test]
fn a_closed_rewritable_disc_is_blanked_when_that_is_allowed_and_only_then() {
    for name in ["cd-rw", "cd-rw-74", "dvd-rw"] {
        for close in [true, false] {
            let folder = tempfile::tempdir().expect("a folder");
            let recorder = recorder(drive(folder.path(), medium(name), None));
            let plain = DataOptions { close: true, keep_sequential: true, ..DataOptions::default() };
            burn_silently(&recorder, &FIRST, &plain).expect(name);
            let options = DataOptions { close, ..plain };
            let error = burn_silently(&recorder, &SECOND, &options).expect_err("it is closed");
            assert_eq!(error.code(), v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE, "{name}");
            assert_on_disc(&recorder, &FIRST, Lba(0), name);
            // Whether it fits is known before anything is gone.
            let large = Numbers { blocks: u64::from(medium(name).blocks) + 1, mark: 3 };
            let options = DataOptions { overwrite: true, ..options };
            let error = burn_silently(&recorder, &large, &options).expect_err("it is too large");
            assert!(matches!(error, DataError::TooLarge { .. }), "{name}: {error:?}");
            assert_on_disc(&recorder, &FIRST, Lba(0), name);

            let burned = burn_silently(&recorder, &SECOND, &options).expect(name);
            assert!(matches!(burned.plan.before, Some(Before::Blank(_))), "{name}");
            assert_on_disc(&recorder, &SECOND, Lba(0), name);
            let after = probe(&recorder);
            assert_eq!((after.facts.sessions.len(), after.facts.is_closed()), (1, close), "{name}");
        }
    }
}

#[test]
fn what_can_be_appended_to_is_appended_to_even_where_overwriting_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium("cd-rw"), None));
    burn_silently(&recorder, &FIRST, &DataOptions::default()).expect("blank");
    let burned = burn_silently(&recorder, &SECOND, &DataOptions { overwrite: true, ..DataOptions::default() });
    assert_eq!(burned.expect("it is open").plan.before, None);
    assert_on_disc(&recorder, &FIRST, Lba(0), "nothing had to go");
}
