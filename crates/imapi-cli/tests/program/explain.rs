//! `imapi explain` and `imapi codes`.

use imapi_errors::{Code, Header, Lang};
use rstest::rstest;
use serde_json::Value;

use crate::{imapi, run, told};

/// How a code is spelled, and how to spell it so.
type Spelling = (&'static str, fn(Code) -> String);

fn headers() -> impl Iterator<Item = Code> {
    [Header::V1, Header::V2, Header::Fs].into_iter().flat_map(Code::of)
}

/// One run explains all codes, so that a spelling costs one process and not 188.
fn explained(spelling: impl Fn(Code) -> String, lang: Lang) -> String {
    let codes: Vec<String> = headers().map(spelling).collect();
    let mut arguments = vec!["explain", "--lang", lang.tag()];
    arguments.extend(codes.iter().map(String::as_str));
    told(&arguments)
}

#[rstest]
fn each_of_the_188_codes_is_explained_by_each_spelling(#[values("en", "ru", "zh-TW")] tag: &str) {
    let lang: Lang = tag.parse().expect("one of ours");
    let by_name = explained(|code| code.name().to_string(), lang);
    assert_eq!(headers().count(), 188);
    for code in headers() {
        for text in [code.message(lang).to_string(), code.hint(lang).to_string(), format!("{:#X}", code.value())] {
            assert!(by_name.contains(&text), "{code} in {tag}: {text}");
        }
    }
    let spellings: [Spelling; 6] = [
        ("hexadecimal", |code| format!("{:#X}", code.value())),
        ("hexadecimal without 0x", |code| format!("{:x}", code.value())),
        ("unsigned", |code| code.value().as_u32().to_string()),
        ("signed", |code| code.value().as_i32().to_string()),
        ("small letters", |code| code.name().to_ascii_lowercase()),
        ("mixed letters", |code| {
            code.name().char_indices().map(|(at, c)| if at % 2 == 0 { c.to_ascii_lowercase() } else { c }).collect()
        }),
    ];
    for (name, spelling) in spellings {
        assert_eq!(explained(spelling, lang), by_name, "{name}");
    }
}

#[test]
fn a_name_without_its_prefix_is_enough() {
    for code in headers() {
        let short = ["E_IMAPI_", "S_IMAPI_", "IMAPI_E_", "IMAPI_S_"].iter().find_map(|p| code.name().strip_prefix(p));
        let text = told(&["explain", short.expect("one of the four")]);
        assert!(text.contains(code.name()), "{short:?} explains {}: {text}", code.name());
    }
}

/// The wording of every message is held here; a changed word is a changed line of a snapshot.
#[rstest]
fn the_wording_of_the_tables(#[values("en", "ru", "zh-TW")] tag: &str) {
    insta::assert_snapshot!(format!("codes.{tag}"), told(&["codes", "--lang", tag]));
    insta::assert_snapshot!(format!("winerror.{tag}"), told(&["codes", "--header", "winerror.h", "--lang", tag]));
}

#[rstest]
fn the_wording_of_explanations(#[values("en", "ru", "zh-TW")] tag: &str) {
    let shown = [
        "IMAPI_E_WRONGDISC",
        "E_IMAPI_DF2DATA_STREAM_TOO_LARGE_FOR_CURRENT_MEDIA",
        "S_IMAPI_SPEEDADJUSTED",
        "IMAPI_E_WORKING_DIRECTORY_SPACE",
        "E_ACCESSDENIED",
        "0x81234567",
    ];
    let mut arguments = vec!["explain", "--lang", tag];
    arguments.extend(shown);
    insta::assert_snapshot!(format!("explain.{tag}"), told(&arguments));
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&told(arguments)).expect("JSON")
}

#[test]
fn json_of_one_code_is_an_object_with_all_languages() {
    let entry = json(&["explain", "0xC0AAB128", "--json"]);
    assert_eq!(entry["name"], "IMAPI_E_DATA_STREAM_INCONSISTENCY");
    assert_eq!(entry["value"], "0xC0AAB128");
    assert_eq!(entry["header"], "imapi2fserror.h");
    assert_eq!(entry["severity"], "error");
    assert_eq!(entry["inserts"], serde_json::json!(["%1!ls!", "%2!I64d!", "%3!I64d!"]));
    let code = Code::from_name("IMAPI_E_DATA_STREAM_INCONSISTENCY").expect("in the table");
    for lang in Lang::ALL {
        assert_eq!(entry["message"][lang.tag()], code.message(lang).as_str());
        assert_eq!(entry["hint"][lang.tag()], code.hint(lang));
    }
    assert_eq!(json(&["explain", "S_IMAPI_SPEEDADJUSTED", "--json"])["severity"], "success");
}

#[test]
fn json_of_several_codes_is_an_array() {
    let entries = json(&["explain", "0x8004020B", "loss_of_streaming", "--json"]);
    let names: Vec<&str> = entries.as_array().expect("an array").iter().filter_map(|e| e["name"].as_str()).collect();
    assert_eq!(names, ["IMAPI_E_NOTOPENED", "IMAPI_E_LOSS_OF_STREAMING", "E_IMAPI_LOSS_OF_STREAMING"]);
}

#[test]
fn json_of_the_tables_is_an_array_of_188() {
    assert_eq!(json(&["codes", "--json"]).as_array().map(Vec::len), Some(188));
    let counts = [("imapierror.h", 38), ("imapi2error.h", 89), ("imapi2fserror.h", 61)];
    for (header, count) in counts {
        let entries = json(&["codes", "--header", header, "--json"]);
        let entries = entries.as_array().expect("an array");
        assert_eq!(entries.len(), count, "{header}");
        assert!(entries.iter().all(|entry| entry["header"] == header));
    }
}

#[test]
fn an_unknown_number_is_taken_apart() {
    let entry = json(&["explain", "0x81234567", "--json"]);
    assert_eq!(entry["name"], Value::Null);
    assert_eq!((&entry["value"], &entry["severity"]), (&"0x81234567".into(), &"error".into()));
    assert_eq!((&entry["facility"], &entry["number"]), (&0x123.into(), &0x4567.into()));
    let text = told(&["explain", "0x80040999"]);
    assert!(text.contains("Facility: ITF (4)") && text.contains("2457 (0x0999)"), "{text}");
}

#[test]
fn an_unknown_name_suggests_others_and_fails_after_the_rest_is_told() {
    let output = run(&["explain", "IMAPI_E_DISKFULL", "IMAPI_E_TRACKOPEN"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stdout).contains("IMAPI_E_TRACKOPEN"));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains(": IMAPI_E_DISKFULL") && complaint.contains("IMAPI_E_DISCFULL"), "{complaint}");
}

#[test]
fn every_example_of_the_help_works() {
    let help = told(&["explain", "--help"]);
    let examples: Vec<&str> = help.lines().filter_map(|line| line.trim().strip_prefix("imapi ")).collect();
    assert_eq!(examples.len(), 4, "{help}");
    for example in examples {
        let arguments: Vec<&str> = example.split_whitespace().collect();
        assert!(told(&arguments).contains("0x"), "{example}");
    }
}

#[test]
fn what_was_typed_cannot_write_on_the_terminal() {
    let output = run(&["explain", "\u{1b}[31mred"]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains(r"\u{1b}[31mred") && !complaint.contains('\u{1b}'), "{complaint:?}");
}

#[rstest]
#[case(&["explain"])]
#[case(&["explain", "0", "--lang", "fr"])]
#[case(&["codes", "--header", "stdio.h"])]
#[case(&["explode"])]
#[case(&["man", "explode"])]
fn wrong_usage_ends_with_2_and_says_why(#[case] arguments: &[&str]) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
}

#[rstest]
#[case("LANG", "ru_RU.UTF-8", "ru")]
#[case("LC_ALL", "zh_TW.Big5", "zh-TW")]
#[case("LC_MESSAGES", "zh_HK", "zh-TW")]
#[case("LANG", "fr_FR.UTF-8", "en")]
fn the_locale_chooses_the_language_and_the_option_overrides_it(
    #[case] variable: &str,
    #[case] locale: &str,
    #[case] tag: &str,
) {
    let in_locale = |arguments: &[&str]| {
        let output = imapi().env(variable, locale).args(arguments).output().expect("the program starts");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    assert_eq!(in_locale(&["explain", "0x8004021C"]), told(&["explain", "0x8004021C", "--lang", tag]));
    assert_eq!(in_locale(&["--lang", "ru", "explain", "0x8004021C"]), told(&["explain", "0x8004021C", "--lang", "ru"]));
}
