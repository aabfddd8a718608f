//! Commands that a program makes itself.

use std::time::Duration;

use imapi_errors::{Coded as _, common, v2};
use imapi_mmc_transport::SenseKey;
use imapi_recorder::RecorderError;

use crate::bench::Bench;

const SECOND: Duration = Duration::from_secs(1);
const TEST_UNIT_READY: [u8; 6] = [0; 6];
const INQUIRY: [u8; 6] = [0x12, 0, 0, 0, 36, 0];

#[test]
fn what_the_drive_complains_of_is_a_success_with_sense() {
    let recorder = Bench::with("bd-r", "standard").recorder();
    let reset = recorder.command(&TEST_UNIT_READY, SECOND).expect("it was answered");
    assert_eq!(reset.code(), v2::S_IMAPI_COMMAND_HAS_SENSE_DATA);
    let sense = reset.sense.expect("with sense");
    assert_eq!((sense[0], sense[2], sense[7], sense[12], sense[13]), (0x70, 6, 10, 0x29, 0));
    assert_eq!(reset.sense().map(|sense| sense.key), Some(SenseKey::UnitAttention));
    let changed = recorder.command(&TEST_UNIT_READY, SECOND).expect("it was answered");
    assert_eq!(changed.sense.map(|sense| (sense[2], sense[12])), Some((6, 0x28)));
    let ready = recorder.command(&TEST_UNIT_READY, SECOND).expect("it was answered");
    assert_eq!((ready.code(), ready.sense, ready.sense()), (common::S_OK, None, None));
    // A vendor's own command, of a length that only vendors have.
    let vendors = recorder.command(&[0xF9, 1, 2, 3, 4, 5, 6], SECOND).expect("it was answered");
    assert_eq!(vendors.sense.map(|sense| (sense[2], sense[12])), Some((5, 0x20)));
}

#[test]
fn data_go_both_ways_and_are_counted() {
    let recorder = Bench::with("dvd-ram", "standard").recorder();
    let mut buffer = [0xA5; 64];
    let answered = recorder.command_getting(&INQUIRY, &mut buffer, SECOND).expect("every drive");
    assert_eq!((answered.transferred, &buffer[8..13], buffer[36]), (36, &b"IMAPI"[..], 0xA5));
    while recorder.command(&TEST_UNIT_READY, SECOND).expect("it was answered").sense.is_some() {}
    let write = [0x2A, 0, 0, 0, 0, 16, 0, 0, 1, 0];
    let block = [7; 2048];
    let answered = recorder.command_sending(&write, &block, SECOND).expect("it was answered");
    assert_eq!((answered.transferred, answered.sense), (2048, None));
    let mut back = vec![0; 2048];
    let read = [0x28, 0, 0, 0, 0, 16, 0, 0, 1, 0];
    let answered = recorder.command_getting(&read, &mut back, SECOND).expect("it was answered");
    assert_eq!(answered.transferred, 2048);
    assert_eq!(back, block);
}

#[test]
fn what_cannot_be_sent_is_refused_before_it_is() {
    let recorder = Bench::with("bd-r", "standard").recorder();
    let limit = usize::try_from(recorder.limits().page_aligned_transfer.get()).expect("small");
    let mut none = [0; 0];
    for (refused, parameter) in [
        (recorder.command(&[], SECOND), "cdbSize"),
        (recorder.command(&[0; 10], SECOND), "cdbSize"),
        (recorder.command(&[0; 17], SECOND), "cdbSize"),
        (recorder.command_getting(&[0x12, 0, 0, 0, 36], &mut [0; 36], SECOND), "cdbSize"),
        (recorder.command_getting(&INQUIRY, &mut none, SECOND), "size"),
        (recorder.command_sending(&[0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[], SECOND), "size"),
        (recorder.command_getting(&INQUIRY, &mut vec![0; limit + 1], SECOND), "size"),
    ] {
        let refused = refused.expect_err(parameter);
        assert!(matches!(refused, RecorderError::Argument { parameter: which, .. } if which == parameter), "{refused}");
        assert_eq!(refused.code(), common::E_INVALIDARG);
    }
    let first = recorder.command(&TEST_UNIT_READY, SECOND).expect("it was answered");
    assert_eq!(first.sense.map(|sense| sense[12]), Some(0x29), "nothing came before");
}

#[test]
fn no_answer_is_no_success() {
    let bench = Bench::with("bd-r", "standard");
    for (what, code) in [
        (r#""time_out""#, v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT),
        (r#""gone""#, common::ERROR_DEV_NOT_EXIST),
        (r#"{"connection":{"host":8}}"#, common::ERROR_IO_DEVICE),
    ] {
        let recorder = bench.failing(&format!(r#"{{"when":{{"opcode":"00"}},"what":{what}}}"#));
        let failed = recorder.command(&TEST_UNIT_READY, SECOND).expect_err("no answer");
        assert_eq!(failed.code(), code, "{failed}");
    }
}

/// Data and sense can come together.
#[test]
fn a_recovered_error_brings_data_and_sense() {
    let bench = Bench::with("bd-r", "standard");
    let recovered = r#"{"when":{"opcode":"25"},"what":{"sense":{"code":"1/17/00"}},"carried_out":true}"#;
    let recorder = bench.failing(recovered);
    while recorder.command(&TEST_UNIT_READY, SECOND).expect("it was answered").sense.is_some() {}
    let mut buffer = [0xA5; 8];
    let answered = recorder.command_getting(&[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], &mut buffer, SECOND);
    let answered = answered.expect("it was answered");
    assert_eq!((answered.transferred, answered.sense.map(|sense| sense[2])), (8, Some(1)));
    assert_ne!(buffer, [0xA5; 8]);
}
