//! Discs that are as they should be.

use imapi::read::{Extent, ReadError, ReadOptions};
use imapi_disc_types::Lba;
use imapi_errors::{Coded as _, common, fs};
use imapi_format2_data::DataOptions;
use imapi_virtual_drive::PERSONALITIES;
use rstest::rstest;

use crate::bench::{Bench, Numbers, assert_image};

const FIRST: Numbers = Numbers { blocks: 1003, mark: 0xA1 };
const SECOND: Numbers = Numbers { blocks: 700, mark: 0xB2 };

/// What burning adds: the gap that ends a CD's track, and what fills up a unit.
fn recorded(medium: &str, blocks: u64) -> u64 {
    match medium {
        "cd-r" | "cd-rw" => blocks + 150,
        "bd-r" => blocks.next_multiple_of(32),
        _ => blocks.next_multiple_of(16),
    }
}

#[rstest]
fn an_image_has_exactly_what_was_recorded(
    #[values("cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "bd-r")] medium: &str,
    #[values(false, true)] track_at_once: bool,
) {
    let bench = Bench::new(medium);
    bench.burn(&FIRST, DataOptions { track_at_once, keep_sequential: true, close: true, ..DataOptions::default() });
    let report = bench.read(&bench.options()).expect("it can be read");
    // READ CAPACITY of a CD whose track was written for itself says two blocks more, which nobody can read.
    assert_eq!(report.extent.blocks, recorded(medium, FIRST.blocks), "{medium}");
    assert_eq!((report.extent.start, report.bad_blocks()), (Lba(0), 0));
    let image = bench.image();
    assert_eq!(image.len() as u64, report.extent.blocks * 2048);
    assert_image(&image, 0, &FIRST, &[]);
    assert!(!bench.path("image.partial").exists());
}

#[rstest]
fn without_a_file_system_what_can_be_overwritten_is_read_to_its_end(#[values("dvd-ram", "bd-re")] medium: &str) {
    let bench = Bench::new(medium);
    bench.burn(&FIRST, DataOptions::default());
    let extent = Extent::in_use(&bench.recorder(), None).expect("it says");
    let capacity = bench.recorder().capacity().expect("it says").expect("some");
    assert_eq!(extent.blocks, u64::try_from(capacity.last.0).expect("positive") + 1);
    assert_eq!(extent.left_out, 0);
}

#[rstest]
fn sessions_are_where_they_are_on_the_disc_or_alone(#[values("cd-r", "dvd-r", "dvd+r", "bd-r")] medium: &str) {
    let bench = Bench::new(medium);
    bench.burn(&FIRST, DataOptions::default());
    let second = bench.burn(&SECOND, DataOptions::default());
    let at = u64::try_from(second.0).expect("positive");
    let report = bench.read(&bench.options()).expect("it can be read");
    assert_eq!(report.extent.blocks, at + recorded(medium, SECOND.blocks), "{medium}");
    assert_eq!(report.bad_blocks(), 0, "what lies between sessions is not bad");
    let image = bench.image();
    assert_image(&image, 0, &FIRST, &[]);
    assert_image(&image, at, &SECOND, &[]);
    for (session, source, start) in [(1, &FIRST, Lba(0)), (2, &SECOND, second)] {
        let options = ReadOptions { session: Some(session), replace: true, ..bench.options() };
        let report = bench.read(&options).expect("it can be read");
        assert_eq!((report.extent.start, report.extent.blocks), (start, recorded(medium, source.blocks)), "{medium}");
        assert_image(&bench.image(), 0, source, &[]);
    }
    let missing = bench.read(&ReadOptions { session: Some(3), replace: true, ..bench.options() });
    assert!(matches!(missing, Err(ReadError::NoSession { session: 3 })));
}

#[test]
fn every_drive_reads_exactly_what_was_recorded() {
    for medium in ["cd-r", "dvd+r", "bd-r"] {
        for personality in &PERSONALITIES {
            let bench = Bench::with(medium, personality.name);
            bench.burn(&FIRST, DataOptions { track_at_once: true, ..DataOptions::default() });
            let report = bench.read(&bench.options()).unwrap_or_else(|e| panic!("{medium}, {personality}: {e:?}"));
            assert_eq!(report.extent.blocks, recorded(medium, FIRST.blocks), "{medium}, {personality}");
            assert_image(&bench.image(), 0, &FIRST, &[]);
        }
    }
}

#[test]
fn a_blank_disc_has_nothing_to_read() {
    for medium in ["cd-r", "dvd-rw", "bd-r", "dvd+rw"] {
        let bench = Bench::new(medium);
        let error = bench.read(&bench.options()).expect_err("nothing is on it");
        assert!(matches!(error, ReadError::Blank), "{medium}: {error:?}");
        assert_eq!(error.code(), fs::IMAPI_E_EMPTY_DISC);
        assert!(!bench.path("image").exists() && !bench.path("image.partial").exists());
    }
}

#[test]
fn a_file_that_is_there_is_not_overwritten_unless_it_may_be() {
    let bench = Bench::new("dvd+r");
    bench.burn(&FIRST, DataOptions::default());
    std::fs::write(bench.path("image"), "precious").expect("a file");
    let error = bench.read(&bench.options()).expect_err("it is there");
    assert_eq!(error.code(), common::ERROR_FILE_EXISTS);
    assert_eq!(bench.image(), b"precious");
    bench.read(&ReadOptions { replace: true, ..bench.options() }).expect("it may go");
    assert_image(&bench.image(), 0, &FIRST, &[]);
}

#[test]
fn sound_is_no_part_of_an_image() {
    let bench = Bench::new("cd-r");
    bench.sound();
    assert!(matches!(bench.read(&bench.options()), Err(ReadError::NothingToRead)));
    // Behind the sound is a session with data, as on CDs for players that computers read, too.
    let start = bench.burn(&FIRST, DataOptions::default());
    let report = bench.read(&bench.options()).expect("it can be read");
    assert_eq!((report.extent.start, report.bad_blocks()), (start, 0));
    assert_eq!(report.extent.blocks, recorded("cd-r", FIRST.blocks));
    assert_image(&bench.image(), 0, &FIRST, &[]);
    let sound = bench.read(&ReadOptions { session: Some(1), replace: true, ..bench.options() });
    assert!(matches!(sound, Err(ReadError::NoSession { session: 1 })));
}
