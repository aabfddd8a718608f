//! Each refusal of a drive with its code, by faults that come instead of the answer.

use imapi_errors::{Coded as _, HResult, common, v2};
use imapi_mmc_transport::{
    commands::TrackAddress,
    feature::FeatureCode,
    mode::{PageCode, PageControl},
};
use imapi_recorder::{Recorder, RecorderError, past_attentions};
use rstest::rstest;

use crate::bench::Bench;

type Ask = fn(&Recorder) -> Result<(), RecorderError>;

/// What a recorder sends, by the first byte of the command that does the work.
const ASKS: [(&str, &str, Ask); 11] = [
    ("46", "configuration", |r| r.configuration().map(drop)),
    ("46", "a feature", |r| r.raw_feature(FeatureCode::CORE, false).map(drop)),
    ("51", "disc information", |r| r.disc_information().map(drop)),
    ("51", "disc information as it came", |r| r.raw_disc_information().map(drop)),
    ("52", "track information", |r| r.raw_track_information(TrackAddress::Track(1)).map(drop)),
    ("5A", "a mode page", |r| r.raw_mode_page(PageCode::CACHING, PageControl::Current).map(drop)),
    ("5A", "the list of mode pages", |r| r.supported_mode_pages(PageControl::Current).map(drop)),
    ("55", "a changed mode page", |r| r.set_raw_mode_page(&[8, 10, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0], false)),
    ("AD", "a structure", |r| r.raw_structure(0, 0, 0, 0).map(drop)),
    ("BF", "a structure that is sent", |r| r.send_raw_structure(0x20, &[0; 8])),
    ("1E", "a tray that is locked", |r| r.prevent_removal(true)),
];

#[rstest]
#[case("2/3A/00", v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA)]
#[case("2/3A/02", v2::E_IMAPI_RECORDER_MEDIA_NO_MEDIA)]
#[case("2/04/01", v2::E_IMAPI_RECORDER_MEDIA_BECOMING_READY)]
#[case("2/04/04", v2::E_IMAPI_RECORDER_MEDIA_FORMAT_IN_PROGRESS)]
#[case("2/04/07", v2::E_IMAPI_RECORDER_MEDIA_BUSY)]
#[case("2/04/08", v2::E_IMAPI_RECORDER_MEDIA_BUSY)]
#[case("2/30/00", v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE)]
#[case("2/06/00", v2::E_IMAPI_RECORDER_MEDIA_UPSIDE_DOWN)]
#[case("7/27/00", v2::E_IMAPI_RECORDER_MEDIA_WRITE_PROTECTED)]
#[case("3/0C/09", v2::E_IMAPI_LOSS_OF_STREAMING)]
#[case("4/44/00", v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)]
#[case("B/00/00", v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE)]
fn what_a_drive_means_is_the_code_of_every_call(#[case] sense: &str, #[case] code: HResult) {
    let bench = Bench::with("dvd+r-dl", "standard");
    for (opcode, name, ask) in ASKS {
        let fault =
            format!(r#"{{"when":{{"opcode":"{opcode}"}},"what":{{"sense":{{"code":"{sense}"}}}},"times":"always"}}"#);
        let refused = past_attentions(|| ask(&bench.failing(&fault))).expect_err(name);
        assert_eq!(refused.code(), code, "{name}: {refused}");
        assert!(refused.condition().is_some(), "{name}");
    }
}

#[rstest]
#[case(r#""time_out""#, v2::E_IMAPI_RECORDER_COMMAND_TIMEOUT)]
#[case(r#""gone""#, common::ERROR_DEV_NOT_EXIST)]
#[case(r#"{"connection":{"host":8}}"#, common::ERROR_IO_DEVICE)]
fn a_drive_that_is_silent_is_no_drive_that_refuses(#[case] what: &str, #[case] code: HResult) {
    let bench = Bench::with("dvd+r-dl", "standard");
    for (opcode, name, ask) in ASKS {
        let fault = format!(r#"{{"when":{{"opcode":"{opcode}"}},"what":{what},"times":"always"}}"#);
        let failed = past_attentions(|| ask(&bench.failing(&fault))).expect_err(name);
        assert_eq!(failed.code(), code, "{name}: {failed}");
    }
}

/// Answers that end too early, and answers full of flipped bits.
#[test]
fn nonsense_has_a_code_or_is_understood_and_never_panics() {
    let bench = Bench::with("dvd+r-dl", "standard");
    for (opcode, name, ask) in ASKS.iter().filter(|(opcode, ..)| ["46", "51", "52", "5A", "AD"].contains(opcode)) {
        for keep in 0..40 {
            let short = format!(
                r#"{{"when":{{"opcode":"{opcode}"}},"what":{{"short_data":{{"keep":{keep}}}}},"times":"always"}}"#
            );
            if let Err(error) = past_attentions(|| ask(&bench.failing(&short))) {
                let code = error.code();
                assert!(code.is_error() && code.known().is_some(), "{name}, {keep} bytes: {error}");
            }
        }
        for bits in [1, 8, 64, 300] {
            let noise = format!(
                r#"{{"when":{{"opcode":"{opcode}"}},"what":{{"corrupt":{{"bits":{bits}}}}},"times":"always"}}"#
            );
            if let Err(error) = past_attentions(|| ask(&bench.failing(&noise))) {
                assert!(error.code().is_error(), "{name}, {bits} bits: {error}");
            }
        }
        let nothing =
            format!(r#"{{"when":{{"opcode":"{opcode}"}},"what":{{"short_data":{{"keep":1}}}},"times":"always"}}"#);
        let refused = past_attentions(|| ask(&bench.failing(&nothing))).expect_err(name);
        assert!(
            [
                v2::E_IMAPI_RECORDER_INVALID_RESPONSE_FROM_DEVICE,
                v2::E_IMAPI_RECORDER_NO_SUCH_MODE_PAGE,
                v2::E_IMAPI_RECORDER_DVD_STRUCTURE_NOT_PRESENT,
            ]
            .contains(&refused.code()),
            "{name}: {refused}"
        );
    }
}

/// The drive has something to tell first: once it is an error, and the same question again is answered.
#[test]
fn an_attention_is_past_when_it_was_told() {
    let bench = Bench::with("dvd+r-dl", "standard");
    let recorder = bench.recorder();
    let first = recorder.disc_information().expect_err("the reset");
    assert_eq!(first.code(), v2::E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE);
    past_attentions(|| recorder.disc_information()).expect("the disc was told of on the way");
    let stubborn = r#"{"when":{"opcode":"51"},"what":{"sense":{"code":"6/28/00"}},"times":"always"}"#;
    let mut asked = 0;
    let refused = past_attentions(|| {
        asked += 1;
        bench.failing(stubborn).disc_information()
    });
    assert_eq!((refused.expect_err("for ever").code(), asked), (v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE, 4));
    // What an earlier command did wrong is no attention, even when a drive calls it one.
    let deferred = r#"{"when":{"opcode":"51"},"what":{"sense":{"code":"6/28/00","deferred":true}}}"#;
    let recorder = bench.failing(deferred);
    assert!(past_attentions(|| recorder.disc_information()).is_err());
}
