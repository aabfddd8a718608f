//! Four seconds, 99 tracks, and the end of the disc.

use imapi_disc_types::{BytesSource, Control, Lba, SECTOR_SIZE};
use imapi_errors::{Coded as _, Fact, v2};
use imapi_format2_tao::{TaoError, TaoOptions};

use crate::helpers::{Song, add, assert_on_disc, drive, prepare, probe, recorder, sound};

#[test]
fn a_short_track_is_filled_up_to_four_seconds() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    let short = Song { sectors: 1, mark: 7 };
    let track = add(&mut session, &short).expect("a track");
    assert_eq!((track.sectors, track.start), (300, Lba(0)));
    let next = add(&mut session, &Song { sectors: 299, mark: 8 }).expect("a track");
    assert_eq!((next.sectors, next.start), (300, Lba(452)));
    session.finish(&mut Control::silent()).expect("finished");
    assert_on_disc(&recorder, &short, Lba(0), "the short one");
    assert!(sound(&recorder, Lba(1), 299) == vec![0; 299 * 2352], "silence behind it");
}

#[test]
fn the_hundredth_track_is_refused_and_the_99_are_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    for mark in 1..=99 {
        add(&mut session, &Song { sectors: 300, mark }).expect("a track");
    }
    let error = add(&mut session, &Song { sectors: 300, mark: 100 }).expect_err("one too many");
    assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_TRACK_LIMIT_REACHED);
    let finished = session.finish(&mut Control::silent()).expect("finished");
    assert_eq!(finished.toc.map(|toc| (toc.first, toc.last, toc.entries.len())), Some((1, 99, 100)));
    assert_on_disc(&recorder, &Song { sectors: 300, mark: 99 }, Lba(98 * 452), "the last one");
    assert!(probe(&recorder).facts.is_closed());
}

#[test]
fn what_does_not_fit_is_told_with_both_numbers_and_what_just_fits_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, Some(3000)));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    assert_eq!(session.free_sectors(), 3000);
    add(&mut session, &Song { sectors: 1000, mark: 1 }).expect("a track");
    let free = session.free_sectors();
    assert_eq!((session.used_sectors(), free), (1152, 1848));
    let error = add(&mut session, &Song { sectors: u64::from(free) + 1, mark: 2 }).expect_err("one too many");
    assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_NOT_ENOUGH_SPACE);
    let mut told = Vec::new();
    error.facts(&mut |fact, value| told.push((fact, value.to_string())));
    assert_eq!(told, [(Fact::Needed, "1849".to_string()), (Fact::Free, "1848".to_string())]);
    let last = Song { sectors: u64::from(free), mark: 3 };
    let track = add(&mut session, &last).expect("it fits");
    assert_eq!(session.free_sectors(), 0);
    let error = add(&mut session, &Song { sectors: 1, mark: 4 }).expect_err("nothing is left");
    assert!(matches!(error, TaoError::NotEnoughSpace { needed: 300, free: 0 }), "{error:?}");
    session.finish(&mut Control::silent()).expect("finished");
    assert_on_disc(&recorder, &last, track.start, "the last one");
}

#[test]
fn what_is_no_sound_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorder = recorder(drive(folder.path(), "cd-r", None, None));
    let mut session = prepare(&recorder, &TaoOptions::default()).expect("a blank CD");
    let blocks = BytesSource::padded(vec![1; 2352 * 300], SECTOR_SIZE);
    for refused in [add(&mut session, &Song { sectors: 0, mark: 1 }), add(&mut session, &blocks)] {
        assert_eq!(refused.expect_err("no sound").code(), v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED);
    }
    assert!(session.tracks().is_empty());
}

#[test]
fn other_discs_and_drives_are_refused_by_their_codes() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["dvd-r", "dvd+rw", "bd-r"] {
        let recorder = recorder(drive(folder.path(), name, None, None));
        let error = prepare(&recorder, &TaoOptions::default()).expect_err("no CD");
        assert_eq!(error.code(), v2::E_IMAPI_DF2TAO_MEDIA_IS_NOT_SUPPORTED, "{name}");
        assert_eq!(recorder.owner(), None, "{name}");
    }
    let empty = imapi_virtual_drive::VirtualDrive::new(std::sync::Arc::new(imapi_disc_types::ManualClock::new()));
    let empty = imapi_recorder::Recorder::over(std::sync::Arc::new(empty)).expect("it says what it is");
    let error = prepare(&empty, &TaoOptions::default()).expect_err("no disc");
    assert_eq!(error.code(), v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA);
}
