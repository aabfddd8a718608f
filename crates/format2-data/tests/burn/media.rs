//! Every kind of disc is burned, once, again, and to its end.

use imapi_disc_types::{Control, Lba, MediaState};
use imapi_format2_data::{DataOptions, Recipe, Warning, burn};
use imapi_virtual_drive::PERSONALITIES;

use crate::helpers::{Numbers, assert_on_disc, burn_silently, client, drive, probe, recorder, writable};

const FIRST: Numbers = Numbers { blocks: 1237, mark: 0xA1 };
const SECOND: Numbers = Numbers { blocks: 700, mark: 0xB2 };

fn open() -> DataOptions {
    DataOptions { consumer_compatible: false, ..DataOptions::default() }
}

#[test]
fn what_is_burned_is_on_the_disc() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        let burned = burn_silently(&recorder, &FIRST, &open()).unwrap_or_else(|e| panic!("{}: {e:?}", medium.name));
        assert_eq!(burned.start, Lba(0), "{}", medium.name);
        assert_eq!(burned.medium, medium.kind, "{}", medium.name);
        assert_on_disc(&recorder, &FIRST, Lba(0), medium.name);
        assert_eq!(recorder.owner(), None, "the drive is free again");
        let probe = probe(&recorder);
        if medium.name == "dvd-r-dl" {
            assert!(burned.closed && burned.plan.warnings.contains(&Warning::WillBeClosed), "{burned:?}");
            assert!(probe.facts.is_closed(), "{:?}", probe.facts);
        } else if probe.way.is_sequential() {
            assert!(!burned.closed && burned.plan.warnings.is_empty(), "{burned:?}");
            assert!(probe.facts.is_appendable(), "{}: {:?}", medium.name, probe.facts);
            assert_eq!(probe.facts.sessions.len(), 1, "{}: {:?}", medium.name, probe.facts);
            assert_eq!(probe.facts.sessions[0].first, Lba(0), "{}", medium.name);
        } else {
            assert!(probe.facts.is_overwritable() && !probe.facts.is_blank(), "{}: {:?}", medium.name, probe.facts);
        }
    }
}

#[test]
fn whoever_listens_hears_of_the_blocks_of_the_source_and_of_no_others() {
    for medium in writable() {
        for close in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let recorder = recorder(drive(folder.path(), medium, None));
            let mut heard = Vec::new();
            let mut tap = |first: u64, bytes: &[u8]| {
                assert_eq!(bytes.len() % 2048, 0);
                for (number, block) in (first..).zip(bytes.chunks(2048)) {
                    assert_eq!(block, FIRST.block(number), "{}: block {number}", medium.name);
                    heard.push(number);
                }
            };
            let options = DataOptions { close, ..open() };
            burn(&recorder, &client(), &FIRST, &options, Some(&mut tap), &mut Control::silent()).expect(medium.name);
            assert_eq!(heard, (0..FIRST.blocks).collect::<Vec<_>>(), "{}, closed {close}", medium.name);
        }
    }
}

#[test]
fn a_second_session_follows_the_first_and_the_last_closes_the_disc() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        let options = DataOptions { keep_sequential: true, ..open() };
        burn_silently(&recorder, &FIRST, &options).unwrap_or_else(|e| panic!("{}: {e:?}", medium.name));
        let before = probe(&recorder);
        // A DVD-R with two layers is closed by its first session.
        if !before.way.is_sequential() || before.facts.is_closed() {
            continue;
        }
        let next = before.facts.next_writable.expect("appendable");
        let last = DataOptions { close: true, ..options };
        let burned = burn_silently(&recorder, &SECOND, &last).unwrap_or_else(|e| panic!("{}: {e:?}", medium.name));
        assert!(burned.start >= next && burned.closed, "{}: {burned:?}", medium.name);
        assert_on_disc(&recorder, &FIRST, Lba(0), medium.name);
        assert_on_disc(&recorder, &SECOND, burned.start, medium.name);
        let after = probe(&recorder);
        assert_eq!(after.facts.sessions.len(), 2, "{}: {:?}", medium.name, after.facts);
        assert_eq!(after.facts.sessions[1].first, burned.start, "{}", medium.name);
        assert!(after.facts.is_closed(), "{}: {:?}", medium.name, after.facts);
    }
}

#[test]
fn what_can_be_overwritten_is_overwritten_when_that_is_allowed() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        burn_silently(&recorder, &FIRST, &open()).unwrap_or_else(|e| panic!("{}: {e:?}", medium.name));
        if !probe(&recorder).way.is_overwritable() {
            continue;
        }
        let more = Numbers { blocks: 2 * FIRST.blocks, mark: 0xC3 };
        let error = burn_silently(&recorder, &more, &open()).expect_err("something is on the disc");
        assert_eq!(
            imapi_errors::Coded::code(&error),
            imapi_errors::v2::E_IMAPI_DF2DATA_MEDIA_NOT_BLANK,
            "{}",
            medium.name
        );
        assert_on_disc(&recorder, &FIRST, Lba(0), medium.name);
        let options = DataOptions { overwrite: true, ..open() };
        burn_silently(&recorder, &more, &options).unwrap_or_else(|e| panic!("{}: {e:?}", medium.name));
        assert_on_disc(&recorder, &more, Lba(0), medium.name);
    }
}

#[test]
fn closing_at_once_leaves_nothing_to_add() {
    for medium in writable() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        let options = DataOptions { close: true, ..DataOptions::default() };
        let burned = burn_silently(&recorder, &FIRST, &options).unwrap_or_else(|e| panic!("{}: {e:?}", medium.name));
        assert_on_disc(&recorder, &FIRST, Lba(0), medium.name);
        let after = probe(&recorder);
        assert_eq!(burned.closed, after.way.is_sequential(), "{}", medium.name);
        assert_eq!(after.facts.is_closed(), burned.closed, "{}: {:?}", medium.name, after.facts);
        assert!(!after.facts.state.contains(MediaState::APPENDABLE), "{}", medium.name);
    }
}

#[test]
fn a_dvd_plus_r_is_closed_for_players_and_says_so() {
    for medium in writable().filter(|medium| medium.name.starts_with("dvd+r") && !medium.name.contains("rw")) {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(drive(folder.path(), medium, None));
        let burned = burn_silently(&recorder, &FIRST, &DataOptions::default()).expect(medium.name);
        assert!(burned.closed && burned.plan.warnings.contains(&Warning::WillBeClosed), "{burned:?}");
        if medium.name.ends_with("dl") {
            assert_eq!(burned.plan.recipe, Recipe::DvdPlusR { layer_break: Some(624) });
        }
    }
}

#[test]
fn odd_drives_burn_too() {
    for personality in &PERSONALITIES {
        let folder = tempfile::tempdir().expect("a folder");
        for medium in writable() {
            let what = format!("{} in {}", medium.name, personality.name);
            let recorder = recorder(drive(folder.path(), medium, Some(personality)));
            let burned = burn_silently(&recorder, &SECOND, &open()).unwrap_or_else(|e| panic!("{what}: {e:?}"));
            assert_on_disc(&recorder, &SECOND, burned.start, &what);
            assert_eq!(recorder.owner(), None, "{what}");
        }
    }
}
