//! `imapi image check`: what is good is said to be, and what is not is told with its place, rule and clause.

use std::fs;

use rstest::rstest;

use super::{Bench, said};
use crate::{run, told};

/// Our own image, of some files.
fn image() -> (Bench, String) {
    let bench = Bench::empty();
    bench.put("one.txt", b"one\n");
    bench.put("sub/two.txt", &[b'2'; 5000]);
    let image = bench.image(&["--rock-ridge", "--reproducible", "--volume", "CHECK"]);
    (bench, image)
}

/// Changes the half of a number that most readers do not look at, and a reserved byte.
fn plant(image: &str) {
    let mut bytes = fs::read(image).expect("an image");
    bytes[16 * 2048 + 87] ^= 1;
    bytes[16 * 2048 + 882] = 7;
    fs::write(image, bytes).expect("room");
}

#[test]
fn a_good_image_is_said_to_be_good() {
    let (_bench, image) = image();
    let words = told(&["image", "check", &image]);
    let expected = "No errors were found (ISO 9660, Rock Ridge, Joliet, UDF): errors: 0, warnings: 0, remarks: 0\n";
    assert_eq!(words, expected);
    let json: serde_json::Value = serde_json::from_str(&told(&["image", "check", "--json", &image])).expect("JSON");
    assert_eq!((&json["errors"], &json["findings"]), (&0.into(), &serde_json::json!([])));
}

#[rstest]
#[case("mbr")]
#[case("gpt")]
fn what_starts_machines_is_good_until_it_is_changed(#[case] table: &str) {
    let bench = Bench::empty();
    bench.put("one.txt", b"one\n");
    let [loader, efi] = ["loader", "efi"].map(|name| bench.at(name));
    fs::write(&loader, [0x90; 5000]).expect("room");
    fs::write(&efi, vec![0xEF; 1 << 16]).expect("room");
    let boot = format!("{loader},load-size=4,info-table");
    let image = bench.image(&["--reproducible", "--boot", &boot, "--append-efi", &efi, "--partition-table", table]);
    let words = told(&["image", "check", &image]);
    assert!(words.ends_with("errors: 0, warnings: 0, remarks: 0\n"), "{words}");

    let mut bytes = fs::read(&image).expect("an image");
    let loader = bytes.windows(1000).position(|window| *window == [0x90; 1000]).expect("it is in the image");
    bytes[loader + 999] = 0;
    // The last byte of the first partition's length, in an MBR; a protective one may say that it has all there is.
    bytes[446 + 15] = 0x40;
    fs::write(&image, bytes).expect("room");
    let output = run(&["image", "check", &image]);
    let words = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{words}");
    assert!(words.contains("el-torito.boot-info.checksum") && words.contains("mbr.partition.outside"), "{words}");
}

#[test]
fn a_warning_alone_is_no_failure() {
    let (_bench, image) = image();
    let mut bytes = fs::read(&image).expect("an image");
    bytes[16 * 2048 + 882] = 7;
    fs::write(&image, bytes).expect("room");
    let words = told(&["image", "check", &image]);
    assert!(words.starts_with("warning: ISO 9660, block 16") && words.contains("warnings: 1"), "{words}");
}

#[rstest]
#[case("en")]
#[case("ru")]
#[case("zh-TW")]
fn faults_are_told_in_english_and_summed_up_in_all_languages(#[case] tag: &str) {
    let (_bench, image) = image();
    plant(&image);
    let output = run(&["image", "check", &image, "--lang", tag]);
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(1), ""));
    insta::assert_snapshot!(format!("image-check.{tag}"), String::from_utf8_lossy(&output.stdout));
}

#[test]
fn programs_are_told_the_rule_the_clause_and_the_place() {
    let (_bench, image) = image();
    plant(&image);
    let output = run(&["image", "check", &image, "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&json["errors"], &json["warnings"]), (&1.into(), &1.into()));
    let first = &json["findings"][0];
    assert_eq!(
        (&first["rule"], &first["severity"], &first["block"], &first["fileSystem"]),
        (&"iso9660.number.halves".into(), &"error".into(), &16.into(), &"iso9660".into())
    );
    assert!(first["clause"].as_str().is_some_and(|clause| clause.starts_with("ECMA-119 7.")), "{first}");
}

#[test]
fn each_session_is_checked_by_itself() {
    let (bench, image) = image();
    let more = bench.at("more");
    fs::create_dir(&more).expect("new");
    fs::write(format!("{more}/three.txt"), "three").expect("room");
    told(&["image", "append", &image, &more, "-q"]);
    for session in ["1", "2"] {
        let output = run(&["image", "check", &image, "--session", session]);
        let words = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && words.contains("errors: 0"), "{session}: {words}{}", said(&output));
    }
    let output = run(&["image", "check", &image, "--session", "3"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!said(&output).is_empty());
}

#[test]
fn what_is_no_image_is_refused() {
    let bench = Bench::empty();
    let file = bench.at("file");
    fs::write(&file, vec![7; 100_000]).expect("room");
    let output = run(&["image", "check", &file]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("IMAPI_E_NO_SUPPORTED_FILE_SYSTEM"), "{}", said(&output));
}
