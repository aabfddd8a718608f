//! Discs that are damaged, and reading that is interrupted.

use std::{fs, ops::Range, process::Command};

use imapi::read::{ReadError, ReadOptions, RescueMap, Status, read_disc};
use imapi_disc_types::Control;
use imapi_errors::{Coded as _, common, v2};
use imapi_format2_data::DataOptions;

use crate::bench::{Bench, Numbers, assert_image, read_until};

const SOURCE: Numbers = Numbers { blocks: 6400, mark: 0xA1 };

/// Blocks that cannot be read so often.
fn scratch(first: u32, last: u32, times: &str) -> String {
    format!(
        r#"{{"when": {{"access": "read", "blocks": {{"first": {first}, "last": {last}}}}},
            "what": {{"sense": {{"code": "3/11/00"}}}}, "times": {times}}}"#
    )
}

fn script(faults: &[String]) -> String {
    format!(r#"{{"faults": [{}]}}"#, faults.join(", "))
}

fn one(blocks: Range<i32>) -> Vec<Range<i32>> {
    std::iter::once(blocks).collect()
}

fn burned() -> Bench {
    let bench = Bench::new("bd-r");
    bench.burn(&SOURCE, DataOptions::default());
    bench
}

#[test]
fn all_around_the_damage_is_saved_and_the_damage_is_told() {
    let bench = burned();
    let faults = [scratch(100, 100, r#""always""#), scratch(3000, 3009, r#""always""#)];
    let options = ReadOptions { map: Some(bench.path("map")), ..bench.options() };
    let report =
        read_disc(&bench.failing(&script(&faults)), &options, &mut Control::silent()).expect("the rest is there");
    assert_eq!(report.bad, [100..101, 3000..3010]);
    let bad: Vec<u64> = [100].into_iter().chain(3000..3010).collect();
    assert_image(&bench.image(), 0, &SOURCE, &bad);
    // Another program reads the map.
    let listed = Command::new("ddrescuelog").args(["-b", "2048", "-l-"]).arg(bench.path("map")).output();
    let listed = listed.expect("ddrescuelog is missing: apt-get install gddrescue");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let numbers: Vec<u64> =
        String::from_utf8_lossy(&listed.stdout).lines().map(|line| line.parse().expect("a number")).collect();
    assert_eq!(numbers, bad);
    let told = Command::new("ddrescuelog").arg("-t").arg(bench.path("map")).output().expect("it was there");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("bad-sector"), "{told}");
}

#[test]
fn blocks_that_are_read_at_the_third_attempt_are_read() {
    let bench = burned();
    // Once in a piece, once alone, once again: then it can be read.
    let recorder = bench.failing(&script(&[scratch(500, 500, "3")]));
    let options = ReadOptions { retries: 1, ..bench.options() };
    let report = read_disc(&recorder, &options, &mut Control::silent()).expect("the rest is there");
    assert_eq!(report.bad, one(500..501));
    let recorder = bench.failing(&script(&[scratch(500, 500, "3")]));
    let options = ReadOptions { retries: 2, replace: true, ..bench.options() };
    let report = read_disc(&recorder, &options, &mut Control::silent()).expect("all of it");
    assert_eq!(report.bad_blocks(), 0);
    assert_image(&bench.image(), 0, &SOURCE, &[]);
}

#[test]
fn an_image_with_holes_is_made_better_by_another_run() {
    let bench = burned();
    let options = ReadOptions { map: Some(bench.path("map")), ..bench.options() };
    let scratched = bench.failing(&script(&[scratch(100, 102, r#""always""#)]));
    let first = read_disc(&scratched, &options, &mut Control::silent()).expect("the rest is there");
    assert_eq!(first.bad, one(100..103));
    // In another drive; what is read already is not read again.
    let careful = bench.failing(&script(&[scratch(0, 99, r#""always""#), scratch(103, 6399, r#""always""#)]));
    let second = read_disc(&careful, &options, &mut Control::silent()).expect("what was missing is there");
    assert_eq!(second.bad_blocks(), 0);
    assert_image(&bench.image(), 0, &SOURCE, &[]);
}

#[test]
fn who_stops_goes_on_where_he_stopped() {
    let bench = burned();
    let options = ReadOptions { map: Some(bench.path("map")), ..bench.options() };
    // Progress is told by the clock, which goes on with what fails.
    let slow = bench.failing(&script(&[scratch(2000, 2000, "1")]));
    let stopped = read_until(&slow, &options, 0).expect_err("it is stopped");
    assert_eq!(stopped.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    assert!(!bench.path("image").exists() && bench.path("image.partial").exists());
    let map = RescueMap::parse(&fs::read_to_string(bench.path("map")).expect("a map")).expect("a map");
    let read = map.count(Status::Read);
    assert!(read > 0 && read < SOURCE.blocks, "{read}");
    let last = u32::try_from(read - 1).expect("small");
    let careful = bench.failing(&script(&[scratch(0, last, r#""always""#)]));
    let report = read_disc(&careful, &options, &mut Control::silent()).expect("the rest is read");
    assert_eq!(report.bad_blocks(), 0);
    assert_image(&bench.image(), 0, &SOURCE, &[]);
    assert!(!bench.path("image.partial").exists());
}

#[test]
fn without_a_map_nothing_is_left_of_what_was_not_finished() {
    let bench = burned();
    let gone = r#"{"faults": [{"when": {"opcode": "28", "nth": 40}, "what": "gone"}]}"#;
    let error = read_disc(&bench.failing(gone), &bench.options(), &mut Control::silent()).expect_err("it is gone");
    assert_eq!(error.code(), common::ERROR_DEV_NOT_EXIST);
    assert!(!bench.path("image").exists() && !bench.path("image.partial").exists());
    // With one, what was read is kept.
    let options = ReadOptions { map: Some(bench.path("map")), ..bench.options() };
    read_disc(&bench.failing(gone), &options, &mut Control::silent()).expect_err("it is gone");
    assert!(bench.path("image.partial").exists());
    bench.read(&options).expect("the rest is read");
    assert_image(&bench.image(), 0, &SOURCE, &[]);
}

#[test]
fn a_map_of_another_disc_is_refused() {
    let bench = burned();
    let options = ReadOptions { map: Some(bench.path("map")), ..bench.options() };
    fs::write(bench.path("map"), RescueMap::new(100).to_string()).expect("a file");
    let error = bench.read(&options).expect_err("it is of another disc");
    assert!(matches!(error, ReadError::Map { .. }), "{error:?}");
    assert_eq!(error.code(), common::E_INVALIDARG);
    fs::write(bench.path("map"), "no map").expect("a file");
    assert_eq!(bench.read(&options).expect_err("no map").code(), common::E_INVALIDARG);
    assert!(!bench.path("image.partial").exists());
}

#[test]
fn a_large_scratch_is_left_for_later() {
    let bench = burned();
    let recorder = bench.failing(&script(&[scratch(1000, 2500, r#""always""#)]));
    let mut order = Vec::new();
    let mut listener = |progress: &imapi::read::ReadProgress| {
        order.push((progress.pass, progress.at.0));
        std::ops::ControlFlow::Continue(())
    };
    let mut control = Control::new(imapi_disc_types::CancelToken::new(), &mut listener);
    let report = read_disc(&recorder, &ReadOptions { retries: 0, ..bench.options() }, &mut control).expect("the rest");
    assert_eq!(report.bad, one(1000..2501));
    assert_image(&bench.image(), 0, &SOURCE, &(1000..2501).collect::<Vec<_>>());
}
