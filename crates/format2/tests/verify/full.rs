//! All of it is read.

use imapi_disc_types::{Block, BlockSource, CancelToken, Control, Lba};
use imapi_errors::{Coded as _, Fact, v2};
use imapi_format2::verify::{Checksums, Fault, Reference, VerifyError, VerifyOptions, verify_full};
use imapi_write_engine::SharedSource;
use rstest::rstest;
use std::sync::Arc;

use crate::bench::{Bench, Numbers, bad, numbers};

/// Not a whole number of units, more than the pieces in which a disc is read.
const BLOCKS: u64 = 5003;

#[rstest]
fn a_good_disc_is_good(#[values("bd-r", "dvd-ram", "dvd+r")] medium: &str) {
    let bench = Bench::new(medium, BLOCKS);
    let unit: u64 = if medium == "bd-r" { 32 } else { 16 };
    let verified = bench.full().expect("it is good");
    assert_eq!(verified.blocks, BLOCKS.next_multiple_of(unit), "with what fills up the last unit");
    // Without the source, with the source alone, and with a source that drives share.
    let options = VerifyOptions::default();
    bench.full_with(&Reference::checksums(&bench.checksums), options).expect("it is good");
    let by_source = bench.full_with(&Reference::source(&bench.source, Lba(0)), options).expect("it is good");
    assert_eq!(by_source.blocks, BLOCKS);
    let shared = SharedSource::new(Arc::new(numbers(BLOCKS)), 4 << 20);
    bench.full_with(&Reference::burned(&bench.checksums, &shared, Lba(0)), options).expect("it is good");
}

#[test]
fn progress_ends_with_all_of_it() {
    let heard = Bench::new("bd-r", BLOCKS).heard();
    let last = heard.last().expect("it is told");
    assert_eq!((last.done, last.all, last.bad, last.at), (5024, 5024, 0, Lba(5023)));
    assert!(heard.windows(2).all(|pair| pair[0].done < pair[1].done));
}

/// The drive writes something else than it got.
#[rstest]
fn a_bit_that_is_wrong_on_the_disc_is_found_and_named(
    #[values("bd-r", "dvd-ram", "dvd+r")] medium: &str,
    #[values(1, 40, 79)] nth: u64,
) {
    let script = format!(
        r#"{{"faults": [{{"when": {{"opcode": "2A", "nth": {nth}}}, "what": {{"corrupt": {{"bits": 1}}}}}}], "seed": 7}}"#
    );
    let bench = Bench::with(medium, BLOCKS, 0, &script);
    let error = bench.full().expect_err("a bit is wrong");
    assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED);
    let VerifyError::Bad { bad: all, count: 1, given_up: false, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(all[0].fault, Fault::Differs), "{error:?}");
    // Which block it is, the disc tells against the source.
    let reader = imapi_format2::DiscReader::new(&bench.recorder, BLOCKS);
    let differs = |number: u64| {
        let (mut found, mut wanted) = ([0; 2048], [0; 2048]);
        reader.read(Block(number), &mut found).expect("it can be read");
        bench.source.read(Block(number), &mut wanted).expect("it can be read");
        found != wanted
    };
    let wrong = (0..BLOCKS).find(|&number| differs(number)).expect("a bit is wrong");
    assert_eq!(bad(&error), [(i32::try_from(wrong).expect("small"), format!("file {}", wrong / 1000))]);
    let mut told = Vec::new();
    error.facts(&mut |fact, value| told.push((fact, value.to_string())));
    assert_eq!(told[..2], [(Fact::Lba, wrong.to_string()), (Fact::File, format!("file {}", wrong / 1000))]);
    // Without the source the unit is known.
    let error =
        bench.full_with(&Reference::checksums(&bench.checksums), VerifyOptions::default()).expect_err("a bit is wrong");
    let unit = i32::from(if medium == "bd-r" { 32_u8 } else { 16 });
    assert_eq!(bad(&error), [(i32::try_from(wrong).expect("small") / unit * unit, String::new())]);
}

/// The drive says that it has written something.
#[test]
fn clusters_that_were_not_written_are_found() {
    let script =
        r#"{"faults": [{"when": {"opcode": "2A", "nth": 50}, "what": {"torn_write": {"clusters": 1}}}], "seed": 3}"#;
    let bench = Bench::with("bd-r", BLOCKS, 0, script);
    let error = bench.full().expect_err("a cluster is missing");
    let VerifyError::Bad { bad: all, count: 1, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(all[0].fault, Fault::Unreadable(_)));
    assert_eq!(bad(&error), [(49 * 32, "file 1".to_string())]);
}

#[rstest]
fn each_place_that_cannot_be_read_is_named(#[values(true, false)] drive_says_where: bool) {
    // With `blocks` the sense says where. A drive that does not say is asked for halves.
    let at = |first: u32, last: u32| format!(r#"{{"first": {first}, "last": {last}}}"#);
    let places = [(100, 100), (1999, 2000), (4990, 4990)];
    let faults: Vec<String> = places
        .iter()
        .map(|&(first, last)| {
            let when = format!(r#"{{"access": "read", "blocks": {}}}"#, at(first, last));
            format!(r#"{{"when": {when}, "what": {{"sense": {{"code": "3/11/00"}}}}, "times": "always"}}"#)
        })
        .collect();
    let script = format!(r#"{{"faults": [{}]}}"#, faults.join(", "));
    let bench =
        if drive_says_where { Bench::with("bd-r", BLOCKS, 0, &script) } else { Bench::silent("bd-r", BLOCKS, &script) };
    let error = bench.full().expect_err("three places");
    let names = [(100, "file 0"), (1999, "file 1"), (4990, "file 4")];
    // 1999 and 2000 are in one unit of 32 blocks, 1984 to 2015.
    assert_eq!(bad(&error), names.map(|(lba, name)| (lba, name.to_string())));
    let VerifyError::Bad { count: 3, looked_at: 5024, given_up: false, .. } = error else { panic!("{error:?}") };
}

#[test]
fn too_many_bad_places_are_the_end() {
    let script = r#"{"faults": [{"when": {"access": "read", "blocks": {"first": 1000, "last": 3000}},
        "what": {"sense": {"code": "3/11/00"}}, "times": "always"}]}"#;
    let bench = Bench::with("bd-r", BLOCKS, 0, script);
    let options = VerifyOptions { most_bad: 10, most_told: 3 };
    let error = bench.full_with(&bench.reference(), options).expect_err("many places");
    let VerifyError::Bad { bad, count, looked_at, given_up: true } = &error else { panic!("{error:?}") };
    assert_eq!(bad.len(), 3);
    assert!(*count >= 10 && *looked_at < 5024, "{count} {looked_at}");
    let all = bench.full().expect_err("many places");
    let VerifyError::Bad { count, given_up: false, .. } = all else { panic!("{all:?}") };
    assert_eq!(count, 3000 / 32 - 1000 / 32 + 1);
}

#[test]
fn a_source_that_changed_is_told_from_a_bad_disc() {
    let mut bench = Bench::new("bd-r", BLOCKS);
    bench.source.changed = Some(1234);
    bench.full().expect("the disc is what was written, whatever became of the source");
    // The disc has what the source has now, and that is not what was written then.
    let mut checksums = Checksums::new(bench.recorder.medium().expect("it says").write_unit());
    checksums.begin(Lba(0), BLOCKS);
    let written = Numbers { changed: Some(7), ..numbers(BLOCKS) };
    let mut bytes = vec![0; 5024 * 2048];
    let end = usize::try_from(BLOCKS).expect("small") * 2048;
    written.read_all(Block(0), &mut bytes[..end]).expect("it can be read");
    checksums.take(&bytes);
    bench.source.changed = None;
    let reference = Reference::burned(&checksums, &bench.source, Lba(0));
    let error = bench.full_with(&reference, VerifyOptions::default()).expect_err("not what was written");
    let VerifyError::Bad { bad, .. } = &error else { panic!("{error:?}") };
    assert!(matches!(bad[0].fault, Fault::SourceChanged), "{error:?}");
}

#[test]
fn a_session_may_begin_anywhere_and_what_is_before_the_disc_is_not_read() {
    // Any address of a DVD-RAM: inside of a unit of 16 blocks, too.
    let bench = Bench::with("dvd-ram", 1024, 1000, r#"{"faults": []}"#);
    assert_eq!(bench.full().expect("it is good").blocks, 1024);
    // A CD that was written at once begins with 150 blocks before address 0, which no READ reads.
    let mut checksums = Checksums::new(std::num::NonZeroU32::MIN);
    checksums.begin(Lba(-150), 150 + 1024);
    checksums.take(&vec![0; 150 * 2048]);
    let mut bytes = vec![0; 1024 * 2048];
    let bench = Bench::new("dvd-ram", 1024);
    bench.source.read_all(Block(0), &mut bytes).expect("it can be read");
    checksums.take(&bytes);
    let reference = Reference::burned(&checksums, &bench.source, Lba(0));
    assert_eq!(bench.full_with(&reference, VerifyOptions::default()).expect("it is good").blocks, 1024);
}

#[test]
fn parts_that_were_written_alone_are_compared_alone() {
    let bench = Bench::new("dvd-ram", 4096);
    let mut checksums = Checksums::new(std::num::NonZeroU32::new(16).expect("not zero"));
    let mut bytes = vec![0; 64 * 2048];
    for first in [0, 1600, 3200] {
        bench.source.read_all(Block(first), &mut bytes).expect("it can be read");
        checksums.begin(Lba(i32::try_from(first).expect("small")), 64);
        checksums.take(&bytes);
    }
    let reference = Reference::burned(&checksums, &bench.source, Lba(0));
    assert_eq!(bench.full_with(&reference, VerifyOptions::default()).expect("it is good").blocks, 192);
    let elsewhere = Reference::burned(&checksums, &bench.source, Lba(16));
    bench.full_with(&elsewhere, VerifyOptions::default()).expect("only what differs is looked up in the source");
}

#[rstest]
#[case::gone(r#""gone""#, imapi_errors::common::ERROR_DEV_NOT_EXIST)]
#[case::removed(r#""medium_removed""#, v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA)]
#[case::time_out(r#""time_out""#, v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT)]
fn a_drive_that_fails_is_no_bad_disc(#[case] what: &str, #[case] code: imapi_errors::HResult) {
    let script = format!(r#"{{"faults": [{{"when": {{"opcode": "28", "nth": 20}}, "what": {what}}}]}}"#);
    let bench = Bench::with("bd-r", BLOCKS, 0, &script);
    assert_eq!(bench.full().expect_err("it fails").code(), code);
}

#[test]
fn it_can_be_stopped() {
    let bench = Bench::new("bd-r", BLOCKS);
    let mut listener = |_: &_| std::ops::ControlFlow::Break(());
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let stopped = verify_full(&bench.recorder, &bench.reference(), &VerifyOptions::default(), &mut control);
    assert_eq!(stopped.expect_err("it was stopped").code(), v2::E_IMAPI_REQUEST_CANCELLED);
}
