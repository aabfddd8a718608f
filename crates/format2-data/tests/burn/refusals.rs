//! What is refused, before anything happens to the disc.

use imapi_disc_types::{CancelToken, Control, Lba};
use imapi_errors::{Coded as _, Fact, v2};
use imapi_format2_data::{DataError, DataOptions, burn};

use crate::helpers::{Numbers, Says, assert_on_disc, burn_silently, client, drive, medium, probe, recorder, writable};

const SMALL: Numbers = Numbers { blocks: 300, mark: 1 };

#[test]
fn a_source_that_does_not_fit_is_told_with_both_numbers() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        let large = Numbers { blocks: u64::from(medium.blocks) + 1, mark: 1 };
        let options = DataOptions { overwrite: true, ..DataOptions::default() };
        let error = burn_silently(&recorder, &large, &options).expect_err("it is larger than the disc");
        assert_eq!(error.code(), v2::E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA, "{}: {error:?}", medium.name);
        let mut told = Vec::new();
        error.facts(&mut |fact, value| told.push((fact, value.to_string())));
        assert_eq!(told.iter().map(|(fact, _)| *fact).collect::<Vec<_>>(), [Fact::Needed, Fact::Free]);
        let DataError::TooLarge { needed, free } = error else { panic!("{error:?}") };
        assert!(needed > free && free <= medium.blocks.into(), "{}", medium.name);
        assert!(error_leaves_it_blank(&recorder), "{}", medium.name);
    }
}

fn error_leaves_it_blank(recorder: &imapi_recorder::Recorder) -> bool {
    let probe = probe(recorder);
    imapi_format2::is_heuristically_blank(recorder, &probe).expect("it tells")
}

#[test]
fn what_just_fits_is_burned() {
    // The gap behind the data belongs to it.
    let folder = tempfile::tempdir().expect("a folder");
    let medium = medium("cd-r");
    let recorder = recorder(drive(folder.path(), medium, None));
    let free = u64::from(probe(&recorder).facts.free);
    let exact = Numbers { blocks: free - 150, mark: 7 };
    let over = Numbers { blocks: free - 149, mark: 7 };
    let error = burn_silently(&recorder, &over, &DataOptions::default()).expect_err("one block too much");
    assert!(matches!(error, DataError::TooLarge { needed, free: there } if needed == there + 1), "{error:?}");
    let burned = burn_silently(&recorder, &exact, &DataOptions::default()).expect("it fits");
    assert!(burned.closed, "nothing is left");
    assert_on_disc(&recorder, &Numbers { blocks: 64, mark: 7 }, Lba(0), "the beginning");
}

#[test]
fn a_closed_disc_is_refused_by_its_state() {
    for name in ["cd-r", "dvd-r", "dvd+r", "bd-r"] {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium(name), None));
        let options = DataOptions { close: true, ..DataOptions::default() };
        burn_silently(&recorder, &SMALL, &options).expect(name);
        let error = burn_silently(&recorder, &SMALL, &options).expect_err("it is closed");
        assert_eq!(error.code(), v2::E_IMAPI_DF2DATA_INVALID_MEDIA_STATE, "{name}");
        assert!(error.disc_after().is_none(), "nothing happened to it");
    }
}

#[test]
fn sources_that_no_disc_takes_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium("bd-r"), None));
    let error = burn_silently(&recorder, &Numbers { blocks: 0, mark: 0 }, &DataOptions::default());
    assert_eq!(error.expect_err("empty").code(), v2::E_IMAPI_DF2DATA_STREAM_NOT_SUPPORTED);
}

#[test]
fn a_drive_that_another_has_is_refused_with_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium("bd-r"), None));
    let other = "another".parse().expect("a name");
    recorder.device().lock(&other, false).expect("it is free");
    let error = burn_silently(&recorder, &SMALL, &DataOptions::default()).expect_err("it is taken");
    assert_eq!(error.code(), v2::E_IMAPI_RECORDER_LOCKED);
    let mut owner = None;
    error.facts(&mut |fact, value| owner = (fact == Fact::LockOwner).then(|| value.to_string()));
    assert_eq!(owner.as_deref(), Some("another"));
}

#[test]
fn who_has_cancelled_before_finds_the_disc_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), medium("cd-r"), None));
    let token = CancelToken::new();
    token.cancel();
    let mut control = Control::cancelled_by(token);
    let error = burn(&recorder, &client(), &SMALL, &DataOptions::default(), None, &mut control).expect_err("cancelled");
    assert!(error.is_cancelled() && error.disc_after().is_none());
    assert!(probe(&recorder).facts.is_blank());
}

#[test]
fn a_cd_rw_for_other_speeds_is_refused() {
    for (classes, suits) in [(0b0000_1110, false), (0b0000_0001, true), (0b0000_1111, true), (0, true)] {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(Says::of_classes(drive(folder.path(), medium("cd-rw"), None), classes));
        let outcome = burn_silently(&recorder, &SMALL, &DataOptions::default());
        match outcome {
            Ok(_) => assert!(suits, "{classes:#b}"),
            Err(error) => {
                assert!(!suits && matches!(error, DataError::Before(_)), "{classes:#b}: {error:?}");
                assert_eq!(error.code(), v2::E_IMAPI_RECORDER_MEDIA_SPEED_MISMATCH);
                assert!(error_leaves_it_blank(&recorder));
            }
        }
        // Another kind of disc in the same drive is none of this.
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = self::recorder(Says::of_classes(drive(folder.path(), medium("cd-r"), None), classes));
        burn_silently(&recorder, &SMALL, &DataOptions::default()).expect("it is no CD-RW");
    }
}
