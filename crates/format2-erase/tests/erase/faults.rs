//! What becomes of it when something fails: each failure has the code that fits.

use imapi_errors::{Coded as _, HResult, v2};
use imapi_format2_erase::Left;
use rstest::rstest;

use crate::bench::{Bench, USED};

fn fails(state: &str, when: &str, what: &str, full: bool) -> HResult {
    let script = format!(r#"{{"faults": [{{"when": {when}, "what": {what}, "times": "always"}}]}}"#);
    let bench = Bench::failing(state, &script);
    let error = bench.erase(full).expect_err("it fails");
    error.code()
}

#[rstest]
#[case::spin_up("1B", r#"{"sense": {"code": "4/44/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_SPINUP_COMMAND)]
#[case::short("51", r#"{"short_data": {"keep": 8}}"#, v2::E_IMAPI_ERASE_DISC_INFORMATION_TOO_SMALL)]
#[case::no_medium("00", r#"{"sense": {"code": "2/3A/01"}}"#, v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA)]
#[case::upside_down("00", r#"{"sense": {"code": "2/06/00"}}"#, v2::E_IMAPI_RECORDER_MEDIA_UPSIDE_DOWN)]
fn before_anything_is_done(#[case] opcode: &str, #[case] what: &str, #[case] code: HResult) {
    for state in USED {
        assert_eq!(fails(state, &format!(r#"{{"opcode": "{opcode}"}}"#), what, false), code, "{state}");
    }
}

#[rstest]
#[case::failed(r#"{"sense": {"code": "3/51/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::hardware(r#"{"sense": {"code": "4/44/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::sequence(r#"{"sense": {"code": "5/2C/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::unknown(r#"{"sense": {"code": "5/20/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::earlier(r#"{"sense": {"code": "3/0C/00", "deferred": true}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::not_rewritable(r#"{"sense": {"code": "5/30/06"}}"#, v2::E_IMAPI_ERASE_MEDIA_IS_NOT_ERASABLE)]
#[case::protected(r#"{"sense": {"code": "7/27/00"}}"#, v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED)]
#[case::removed(r#"{"sense": {"code": "2/3A/02"}}"#, v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA)]
#[case::changing(r#"{"sense": {"code": "6/29/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::bus(r#"{"connection": {"host": 8}}"#, imapi_errors::common::ERROR_IO_DEVICE)]
#[case::gone(r#""gone""#, imapi_errors::common::ERROR_DEV_NOT_EXIST)]
fn blank_is_refused(#[case] what: &str, #[case] code: HResult, #[values("cd-rw", "dvd-rw")] state: &str) {
    assert_eq!(fails(state, r#"{"opcode": "A1"}"#, what, true), code);
}

/// The first BLANK is taken, and what follows it answers otherwise than a drive does that blanks.
#[rstest]
#[case::failed(r#"{"sense": {"code": "3/51/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::failed_later(
    r#"{"sense": {"code": "3/51/00", "deferred": true}}"#,
    v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND
)]
#[case::format_failed(r#"{"sense": {"code": "3/31/01"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::hardware(r#"{"sense": {"code": "4/44/00"}}"#, v2::E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE)]
#[case::silent(r#"{"sense": {"code": "2/04/00"}}"#, v2::E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE)]
#[case::removed(r#"{"sense": {"code": "2/3A/02"}}"#, v2::E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE)]
#[case::endless(r#"{"sense": {"code": "2/04/07"}}"#, v2::E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR)]
fn the_end_is_no_good_one(#[case] what: &str, #[case] code: HResult, #[values("cd-rw", "dvd-rw")] state: &str) {
    // How often is TEST UNIT READY sent before BLANK?
    let bench = Bench::used(state, "standard");
    bench.erase(false).expect("without a fault");
    let all = bench.count(0x00);
    let found = (1..=all).find_map(|nth| {
        let script = format!(
            r#"{{"faults": [{{"when": {{"opcode": "00", "nth": {nth}}}, "what": {what}, "times": "always"}}]}}"#
        );
        let bench = Bench::failing(state, &script);
        let error = bench.erase(false).expect_err("it fails");
        (bench.count(0xA1) > 0).then(|| (error.code(), bench.clock.waits().iter().sum::<std::time::Duration>()))
    });
    let (found, waited) = found.expect("some are sent after BLANK");
    assert_eq!(found, code);
    if code == v2::E_IMAPI_ERASE_TOOK_LONGER_THAN_ONE_HOUR {
        assert!(waited.as_secs() >= 3600, "{waited:?}");
    } else {
        assert!(waited.as_secs() < 60, "{waited:?}");
    }
}

#[test]
fn a_drive_that_does_not_know_how_to_blank_quickly_blanks_fully_and_that_is_told() {
    let script = r#"{"faults": [{"when": {"opcode": "A1"}, "what": {"sense": {"code": "5/24/00"}}}]}"#;
    for state in ["cd-rw", "dvd-rw"] {
        let bench = Bench::failing(state, script);
        let erased = bench.erase(false).expect("it can be erased fully");
        assert!(erased.fully_instead);
        assert_eq!((erased.left, bench.blanks()), (Left::Blank, vec![0x11, 0x10]));
        // Fully there is nothing simpler.
        let bench = Bench::failing(state, script);
        let error = bench.erase(true).expect_err("it was refused");
        assert_eq!(error.code(), v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND);
    }
}

#[test]
fn an_answer_that_was_lost_is_no_failure_when_the_disc_is_blank() {
    let lost = |carried_out| {
        let script = format!(
            r#"{{"faults": [{{"when": {{"opcode": "A1"}}, "what": "time_out", "carried_out": {carried_out}}}]}}"#
        );
        Bench::failing("cd-rw", &script).erase(false)
    };
    assert_eq!(lost(true).expect("it is blank").left, Left::Blank);
    let error = lost(false).expect_err("it is as it was");
    assert_eq!(error.code(), v2::E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE);
}

#[test]
fn a_reset_while_it_erases_is_no_success() {
    // The BLANK goes to the drive, and then the power is cut for a moment.
    let script = r#"{"faults": [{"when": {"opcode": "A1"}, "what": "reset", "carried_out": true, "times": "always"}]}"#;
    let bench = Bench::failing("cd-rw", script);
    let error = bench.erase(false).expect_err("it is as it was");
    assert!(error.code().is_error());
    assert!(!bench.probe().facts.is_blank());
}

#[test]
fn an_attention_at_the_wrong_time_is_no_obstacle() {
    for code in ["6/28/00", "6/29/00", "6/2A/01", "2/04/01", "2/04/07"] {
        let script =
            format!(r#"{{"faults": [{{"when": {{"opcode": "A1"}}, "what": {{"sense": {{"code": "{code}"}}}}}}]}}"#);
        let bench = Bench::failing("dvd-rw", &script);
        bench.erase(false).expect(code);
        assert_eq!(bench.count(0xA1), 2);
    }
}

#[rstest]
#[case::write_error(r#"{"sense": {"code": "3/0C/00"}}"#, v2::E_IMAPI_ERASE_DRIVE_FAILED_ERASE_COMMAND)]
#[case::protected(r#"{"sense": {"code": "7/27/00"}}"#, v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED)]
#[case::time_out(r#""time_out""#, v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT)]
fn zeros_that_are_not_taken_are_no_success(
    #[case] what: &str,
    #[case] code: HResult,
    #[values("dvd+rw", "dvd-ram", "bd-re")] state: &str,
    #[values(false, true)] full: bool,
) {
    assert_eq!(fails(state, r#"{"opcode": "2A", "nth": 5}"#, what, full), code);
}

#[rstest]
fn blocks_that_are_lost_at_once_are_found_when_it_is_looked(#[values("dvd-ram", "bd-re")] state: &str) {
    // The drive takes all, and what it writes is something else.
    let script = r#"{"faults": [{"when": {"opcode": "2A", "nth": 2}, "what": {"corrupt": {"bits": 1}}}]}"#;
    let bench = Bench::failing(state, script);
    let error = bench.erase(false).expect_err("a bit is set");
    assert_eq!(error.code(), v2::E_IMAPI_ERASE_UNEXPECTED_DRIVE_RESPONSE_DURING_ERASE);
}

#[test]
fn a_page_that_ends_too_early_is_missed_where_there_are_no_features() {
    let script = r#"{"faults": [{"when": {"opcode": "5A"}, "what": {"short_data": {"keep": 11}}, "times": "always"}]}"#;
    let error = Bench::failing_with("cd-rw", "no-features", script).erase(false).expect_err("nobody knows what it is");
    assert_eq!(error.code(), v2::E_IMAPI_ERASE_MODE_PAGE_2A_TOO_SMALL);
    Bench::failing_with("cd-rw", "standard", script).erase(false).expect("features say what it can");
}

#[test]
fn the_erasure_can_be_cancelled_while_zeros_are_written() {
    use imapi_disc_types::{CancelToken, Control};
    use imapi_format2_erase::{Doing, EraseOptions, EraseProgress, erase};
    let bench = Bench::used("bd-re", "standard");
    let mut listener = |progress: &EraseProgress| match progress.doing {
        Doing::Writing => std::ops::ControlFlow::Break(()),
        _ => std::ops::ControlFlow::Continue(()),
    };
    let options = EraseOptions { full: true, ..EraseOptions::default() };
    let mut control = Control::new(CancelToken::new(), &mut listener);
    let error = erase(&bench.recorder, &crate::bench::client(), &options, &mut control).expect_err("cancelled");
    assert_eq!(error.code(), v2::E_IMAPI_REQUEST_CANCELLED);
    assert_eq!(bench.recorder.owner(), None);
    bench.erase(false).expect("the drive is usable");
}

/// Each command of a quick erasure fails in turn: it ends, and a success is one.
#[rstest]
fn wherever_it_fails_there_is_an_end_and_no_false_success(
    #[values("cd-rw", "dvd-rw", "dvd-rw formatted", "dvd+rw", "dvd-ram", "bd-re")] state: &str,
    #[values(
        r#"{"sense": {"code": "4/44/00"}}"#,
        r#"{"sense": {"code": "6/29/00"}}"#,
        r#""time_out""#,
        r#""reset""#,
        r#"{"short_data": {"keep": 4}}"#
    )]
    what: &str,
) {
    let bench = Bench::used(state, "standard");
    bench.erase(false).expect("without a fault");
    // Those that erase are few; those that look at both ends are many. The first asks the drive what it is.
    let all = bench.all();
    for nth in (2..=all).filter(|nth| *nth < 40 || nth % 32 == 0) {
        let script = format!(r#"{{"faults": [{{"when": {{"command": {nth}}}, "what": {what}}}]}}"#);
        let bench = Bench::failing(state, &script);
        let erased = bench.erase(false);
        bench.wait();
        if let Err(error) = erased {
            assert!(error.code().is_error(), "{state} {what} at {nth}: {error:?}");
            continue;
        }
        let probe = bench.probe();
        let blank = imapi_format2::is_heuristically_blank(&bench.recorder, &probe).expect("it can be read");
        assert!(blank, "{state} {what} at {nth}: a success that is none");
    }
}
