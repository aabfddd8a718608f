//! IMAPI's object: any order of calls, from any thread, and the code for each that cannot be.

use std::{ops::ControlFlow, sync::Arc, thread};

use imapi_disc_types::{CancelToken, Control, MediaType};
use imapi_errors::{Coded as _, HResult, common, v2};
use imapi_format2::{SpeedRequest, Verification};
use imapi_format2_tao::{DiscFormat2TrackAtOnce, Tao2Error, TaoEvent, What};
use imapi_mmc_transport::faults::{FaultInjector, Script};

use crate::helpers::{Slow, Song, assert_on_disc, drive, probe, recorder};

const SONG: Song = Song { sectors: 400, mark: 9 };

fn object(name: &str) -> (tempfile::TempDir, imapi_recorder::Recorder, DiscFormat2TrackAtOnce) {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), name, None, None));
    let format = DiscFormat2TrackAtOnce::new();
    format.set_recorder(Some(&recorder)).expect("it writes CDs");
    format.set_client_name("tests").expect("a name");
    (folder, recorder, format)
}

fn code<T: std::fmt::Debug>(outcome: Result<T, Tao2Error>) -> HResult {
    outcome.expect_err("it cannot be").code()
}

fn add(format: &DiscFormat2TrackAtOnce) -> Result<imapi_format2_tao::Track, Tao2Error> {
    format.add_audio_track(&SONG, &mut Control::silent())
}

fn release(format: &DiscFormat2TrackAtOnce) -> Result<imapi_format2_tao::Finished, Tao2Error> {
    format.release_media(&mut Control::silent())
}

#[test]
fn what_is_needed_before_is_asked_for_by_its_code() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<DiscFormat2TrackAtOnce>();
    let format = DiscFormat2TrackAtOnce::new();
    for code in [
        code(format.prepare_media()),
        code(format.current_physical_media_type()),
        code(format.current_write_speed()),
        code(format.supported_write_speeds()),
        code(format.is_media_physically_blank()),
        code(format.is_media_heuristically_blank()),
    ] {
        assert_eq!(code, v2::E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED);
    }
    assert_eq!(code(format.set_write_speed(SpeedRequest::default())), v2::E_IMAPI_RECORDER_REQUIRED);
    let (_folder, recorder, _) = object("cd-r");
    format.set_recorder(Some(&recorder)).expect("it writes CDs");
    assert_eq!(code(format.prepare_media()), v2::E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID);
    for name in ["", "a/b", &"x".repeat(64)] {
        assert_eq!(code(format.set_client_name(name)), v2::E_IMAPI_DF2TAO_CLIENT_NAME_IS_NOT_VALID, "{name:?}");
    }
    for number in ["x", "4006381333932", "12345678901234"] {
        let refused = code(format.set_media_catalog_number(Some(number)));
        assert_eq!(refused, v2::E_IMAPI_DF2TAO_INVALID_MCN, "{number}");
    }
    assert_eq!(code(format.set_burn_verification_level(Verification::Full)), common::E_NOTIMPL);
    assert_eq!(code(format.cancel_add_track()), v2::E_IMAPI_DF2TAO_WRITE_NOT_IN_PROGRESS);
}

#[test]
fn nothing_of_a_disc_is_there_before_it_is_prepared_and_after_it_is_released() {
    let (_folder, _, format) = object("cd-r");
    let outside = |format: &DiscFormat2TrackAtOnce| {
        for code in [
            code(add(format)),
            code(release(format)),
            code(format.set_buffer_underrun_free_disabled(true)),
            code(format.number_of_existing_tracks()),
            code(format.total_sectors_on_media()),
            code(format.free_sectors_on_media()),
            code(format.used_sectors_on_media()),
            code(format.expected_table_of_contents()),
        ] {
            assert_eq!(code, v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_PREPARED);
        }
    };
    outside(&format);
    format.prepare_media().expect("a blank CD");
    add(&format).expect("a track");
    release(&format).expect("finished");
    outside(&format);
}

#[test]
fn a_prepared_disc_keeps_drive_and_settings_until_it_is_released() {
    let (_folder, recorder, format) = object("cd-r");
    format.prepare_media().expect("a blank CD");
    assert_eq!(recorder.owner().as_deref(), Some("tests"));
    for code in [
        code(format.prepare_media()),
        code(format.set_recorder(Some(&recorder))),
        code(format.set_recorder(None)),
        code(format.set_client_name("another")),
        code(format.set_do_not_finalize_media(true)),
        code(format.set_media_catalog_number(None)),
    ] {
        assert_eq!(code, v2::E_IMAPI_DF2TAO_MEDIA_IS_PREPARED);
    }
    assert_eq!(code(format.expected_table_of_contents()), v2::E_IMAPI_DF2TAO_TABLE_OF_CONTENTS_EMPTY_DISC);
    assert_eq!(format.number_of_existing_tracks().expect("none"), 0);
    format.set_buffer_underrun_free_disabled(true).expect("it is prepared");
    assert!(format.buffer_underrun_free_disabled());
    let total = format.total_sectors_on_media().expect("prepared");
    add(&format).expect("a track");
    add(&format).expect("a track");
    assert_eq!(format.number_of_existing_tracks().expect("prepared"), 2);
    let (used, free) = (format.used_sectors_on_media(), format.free_sectors_on_media());
    assert_eq!(used.expect("prepared") + free.expect("prepared"), total);
    let table = format.expected_table_of_contents().expect("two tracks");
    assert_eq!(table, [[0, 0x12, 1, 0, 0, 0, 0, 0], [0, 0x12, 2, 0, 0, 0, 2, 0x28]]);
    let finished = release(&format).expect("finished");
    assert!(finished.finalized);
    assert_eq!(recorder.owner(), None);
    assert_on_disc(&recorder, &SONG, finished.tracks[1].start, "the second track");
    // Whether a disc stays open is no question of one that is closed.
    assert_eq!(code(format.set_do_not_finalize_media(true)), v2::E_IMAPI_DF2TAO_PROPERTY_FOR_BLANK_MEDIA_ONLY);
    assert_eq!(code(format.prepare_media()), v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_BLANK);
    format.set_client_name("another").expect("it is free again");
}

#[test]
fn while_a_track_is_written_nothing_changes_and_anyone_may_cancel() {
    let (_folder, recorder, format) = object("cd-rw");
    let format = Arc::new(format);
    format.prepare_media().expect("a blank CD");
    add(&format).expect("a track");
    let used = format.used_sectors_on_media().expect("prepared");
    let source = Slow(Song { sectors: 50_000, mark: 1 });
    let mut codes = Vec::new();
    let mut listener = |event: &TaoEvent| {
        if matches!(event.what, What::Writing(progress) if progress.written() > 0) && codes.is_empty() {
            let (other, recorder) = (Arc::clone(&format), recorder.clone());
            codes = thread::spawn(move || {
                assert_eq!(other.used_sectors_on_media().expect("as before"), used);
                let codes = vec![
                    code(add(&other)),
                    code(release(&other)),
                    code(other.set_recorder(Some(&recorder))),
                    code(other.set_client_name("another")),
                    code(other.set_buffer_underrun_free_disabled(true)),
                    code(other.set_do_not_finalize_media(true)),
                    code(other.number_of_existing_tracks()),
                    code(other.expected_table_of_contents()),
                    code(other.set_write_speed(SpeedRequest::default())),
                ];
                other.cancel_add_track().expect("it is being written");
                codes
            })
            .join()
            .expect("no panic");
        }
        ControlFlow::Continue(())
    };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let outcome = format.add_audio_track(&source, &mut control);
    assert_eq!(codes, [v2::E_IMAPI_DF2TAO_WRITE_IN_PROGRESS; 9]);
    assert_eq!(code(outcome), v2::E_IMAPI_REQUEST_CANCELLED);
    assert_eq!(code(format.cancel_add_track()), v2::E_IMAPI_DF2TAO_WRITE_NOT_IN_PROGRESS);
    assert_eq!(format.number_of_existing_tracks().expect("prepared"), 2, "the cut track stays");
    release(&format).expect("finished");
    assert!(probe(&recorder).facts.is_closed());
}

#[test]
fn a_listener_that_panics_leaves_the_object_prepared() {
    let (_folder, recorder, format) = object("cd-r");
    format.prepare_media().expect("a blank CD");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut listener = |_: &TaoEvent| -> ControlFlow<()> { panic!("of the test") };
        let _ = format.add_audio_track(&SONG, &mut Control::new(CancelToken::new(), &mut listener));
    }));
    assert!(panicked.is_err());
    add(&format).expect("it is still prepared");
    release(&format).expect("finished");
    assert_eq!(recorder.owner(), None);
}

#[test]
fn cds_tell_their_numbers_and_speeds() {
    for (name, kind) in [("cd-r", MediaType::CDR), ("cd-rw", MediaType::CDRW)] {
        let (_folder, recorder, format) = object(name);
        assert_eq!(format.current_physical_media_type().expect(name), kind);
        assert_eq!(format.supported_media_types(), [MediaType::CDR, MediaType::CDRW]);
        assert!(format.is_recorder_supported(&recorder).expect(name));
        assert!(format.is_current_media_supported(&recorder).expect(name));
        assert!(format.is_media_physically_blank().expect(name) && format.is_media_heuristically_blank().expect(name));
        let speeds = format.supported_write_speeds().expect(name);
        let slowest = speeds.all().last().copied().expect("it has speeds");
        let request = SpeedRequest { sectors_per_second: Some(slowest.sectors_per_second), pure_cav: slowest.pure_cav };
        assert_eq!(format.set_write_speed(request).expect(name), None);
        assert_eq!(format.requested_write_speed(), request);
        let current = format.current_write_speed().expect(name).map(|speed| speed.sectors_per_second);
        assert_eq!(current, request.sectors_per_second);
        let odd = SpeedRequest { sectors_per_second: Some(slowest.sectors_per_second + 1), pure_cav: slowest.pure_cav };
        assert_eq!(format.set_write_speed(odd).expect(name), Some(v2::S_IMAPI_SPEEDADJUSTED));
        let turned = SpeedRequest { pure_cav: !slowest.pure_cav, ..request };
        assert_eq!(format.set_write_speed(turned).expect(name), Some(v2::S_IMAPI_ROTATIONADJUSTED));
        let both = SpeedRequest { pure_cav: !slowest.pure_cav, ..odd };
        assert_eq!(format.set_write_speed(both).expect(name), Some(v2::S_IMAPI_BOTHADJUSTED));
    }
}

#[test]
fn an_open_disc_is_left_for_data() {
    let (_folder, recorder, format) = object("cd-r");
    format.set_do_not_finalize_media(true).expect("a blank disc");
    assert!(format.do_not_finalize_media());
    format.set_burn_verification_level(Verification::Quick).expect("idle");
    format.set_media_catalog_number(Some("4006381333931")).expect("a number");
    format.prepare_media().expect("a blank CD");
    add(&format).expect("a track");
    assert!(!release(&format).expect("released").finalized);
    assert!(probe(&recorder).facts.is_appendable());
    // Every property of the disc is told of one that has something on it, too.
    assert!(!format.is_current_media_supported(&recorder).expect("it tells"));
}

#[test]
fn other_drives_and_discs_are_refused() {
    let (_folder, _, format) = object("cd-r");
    let folder = tempfile::tempdir().expect("a folder");
    let dvd = recorder(drive(folder.path(), "dvd-r", None, None));
    format.set_recorder(Some(&dvd)).expect("the drive itself writes CDs, too");
    assert_eq!(code(format.prepare_media()), v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED);
    format.set_recorder(None).expect("idle");
    assert_eq!(code(format.prepare_media()), v2::E_IMAPI_DF2TAO_NO_RECORDER_SPECIFIED);
    // A drive that tells neither features nor abilities.
    let refuses = |opcode: &str| {
        format!(
            r#"{{"when": {{"opcode": "{opcode}"}}, "what": {{"sense": {{"code": "5/20/00"}}}}, "times": "always"}}"#
        )
    };
    let script = format!(r#"{{"faults": [{}, {}]}}"#, refuses("46"), refuses("5A"));
    let script = Script::from_json(&script).expect("a script");
    let reader = recorder(FaultInjector::new(drive(folder.path(), "cd-r", None, None), script).expect("a drive"));
    assert!(!format.is_recorder_supported(&reader).expect("it tells"));
    assert_eq!(code(format.set_recorder(Some(&reader))), v2::E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED);
    let error = crate::helpers::prepare(&reader, &imapi_format2_tao::TaoOptions::default()).expect_err("it reads only");
    assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_RECORDER_NOT_SUPPORTED);
}
