//! Disc and tracks as the drive tells of them, and samples.

use imapi_disc_types::{Control, Lba};
use imapi_errors::{Coded as _, v2};
use imapi_format2::verify::{Expected, Reference, VerifyError, verify_quick};
use rstest::rstest;

use crate::bench::{Bench, bad, numbers};

/// Many more units than samples.
const BLOCKS: u64 = 6400;
const NOTHING: Expected = Expected { closed: None };

#[rstest]
fn a_good_disc_is_good(#[values("bd-r", "dvd-ram", "dvd+r")] medium: &str) {
    let bench = Bench::new(medium, BLOCKS);
    let unit: u64 = if medium == "bd-r" { 32 } else { 16 };
    assert_eq!(bench.quick(NOTHING).expect("it is good").blocks, 32 * unit);
    let small = Bench::new(medium, 3);
    assert_eq!(small.quick(NOTHING).expect("it is good").blocks, unit);
}

#[rstest]
#[case::first(0, 0)]
#[case::last(6399, 6399)]
#[case::some_between(3000, 3700)]
fn what_is_bad_at_the_ends_or_far_and_wide_is_found(#[case] first: u32, #[case] last: u32) {
    let script = format!(
        r#"{{"faults": [{{"when": {{"access": "read", "blocks": {{"first": {first}, "last": {last}}}}},
            "what": {{"sense": {{"code": "3/11/00"}}}}, "times": "always"}}]}}"#
    );
    let bench = Bench::with("bd-r", BLOCKS, 0, &script);
    let error = bench.quick(NOTHING).expect_err("it is bad");
    assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED);
    let (lba, _) = bad(&error)[0];
    assert!((first..=last).contains(&u32::try_from(lba).expect("positive")), "{error:?}");
}

#[test]
fn a_disc_that_is_less_than_was_written_is_implausible() {
    let bench = Bench::new("bd-r", BLOCKS);
    let more = numbers(BLOCKS + 3200);
    let elsewhere = numbers(BLOCKS);
    for reference in [Reference::source(&more, Lba(0)), Reference::source(&elsewhere, Lba(64_000))] {
        let error = verify_quick(&bench.recorder, &reference, &NOTHING, &mut Control::silent()).expect_err("too small");
        assert!(matches!(error, VerifyError::Implausible { .. }), "{error:?}");
        assert_eq!(error.code(), v2::E_IMAPI_BURN_VERIFICATION_FAILED);
    }
}

#[test]
fn a_disc_is_closed_when_it_should_be() {
    let bench = Bench::new("bd-r", BLOCKS);
    bench.quick(Expected { closed: Some(false) }).expect("it is open");
    let error = bench.quick(Expected { closed: Some(true) }).expect_err("it is open");
    assert!(matches!(error, VerifyError::Implausible { what: "the state of the disc", .. }), "{error:?}");
}

#[rstest]
#[case::disc("51", r#"{"short_data": {"keep": 8}}"#, v2::E_IMAPI_BURN_VERIFICATION_FAILED)]
#[case::track("52", r#"{"short_data": {"keep": 8}}"#, v2::E_IMAPI_BURN_VERIFICATION_FAILED)]
#[case::track_fails("52", r#"{"sense": {"code": "3/11/00"}}"#, v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)]
fn a_drive_that_does_not_tell_of_it_is_no_success(
    #[case] opcode: &str,
    #[case] what: &str,
    #[case] code: imapi_errors::HResult,
) {
    let script = format!(r#"{{"faults": [{{"when": {{"opcode": "{opcode}"}}, "what": {what}, "times": "always"}}]}}"#);
    let bench = Bench::with("bd-r", BLOCKS, 0, &script);
    assert_eq!(bench.quick(NOTHING).expect_err("it is unclear").code(), code);
}

/// A drive that cannot read past its cache reads all the same.
#[test]
fn a_drive_that_knows_no_forced_access_is_read_in_the_ordinary_way() {
    let script = r#"{"faults": [{"when": {"opcode": "28"}, "what": {"sense": {"code": "5/24/00"}}}]}"#;
    let bench = Bench::with("bd-r", BLOCKS, 0, script);
    bench.quick(NOTHING).expect("it is good");
}
