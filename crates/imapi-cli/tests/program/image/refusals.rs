//! What cannot be done says why, and leaves nothing behind.

use std::{fs, os::unix::fs::symlink};

use rstest::rstest;

use super::{Bench, said};
use crate::run;

#[test]
fn what_fails_says_why_and_leaves_nothing() {
    let bench = Bench::new();
    fs::create_dir_all(bench.in_tree("1/2/3/4/5/6/7/8")).expect("new");
    let output = bench.create_and_say(&[]);
    assert_eq!(output.status.code(), Some(1));
    let words = said(&output);
    assert!(words.contains("IMAPI_E_ISO9660_LEVELS") && words.contains("/1/2/3/4/5/6/7/8"), "{words}");
    assert!(words.ends_with("imapi: Option that helps: --deep-folders\n"), "{words}");
    assert_eq!(bench.beside(), [""; 0]);
    // Rock Ridge moves them.
    bench.create(&["--rock-ridge"]);
    assert!(super::listed(&bench.iso, "-R").contains(&"/1/2/3/4/5/6/7/8".to_string()));
    bench.create(&["--deep-folders", "--force"]);
    let alone = bench.create_and_say(&["--force", "--fs", "joliet"]);
    assert_eq!(alone.status.code(), Some(1));
    assert!(said(&alone).contains("IMAPI_E_INVALID_PARAM"), "{}", said(&alone));
    let missing = run(&["image", "create", &bench.at("missing"), "-n"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(said(&missing).contains("ERROR_FILE_NOT_FOUND") && said(&missing).contains("missing"), "{missing:?}");
}

#[test]
fn the_report_does_not_take_the_place_of_the_image() {
    let bench = Bench::new();
    let [detour, link] = ["tree/../x.iso", "link"].map(|name| bench.at(name));
    symlink("x.iso", &link).expect("room");
    let refused = |report: &str| {
        let output = bench.create_and_say(&["--force", "--report", report]);
        assert_eq!(output.status.code(), Some(2), "{report}: {}", said(&output));
        assert!(said(&output).contains("-o and --report are one file"), "{}", said(&output));
    };
    refused(&detour);
    assert_eq!(bench.beside(), ["link"]);
    bench.create(&[]);
    let image = fs::read(&bench.iso).expect("there");
    refused(&detour);
    refused(&link);
    assert!(fs::read(&bench.iso).expect("there") == image, "the image is as it was");
}

#[test]
fn nothing_is_overwritten_unless_it_is_given_up() {
    let bench = Bench::new();
    let (old, report) = (bench.at("old"), bench.at("report"));
    fs::write(&old, "precious").expect("room");
    symlink("old", &bench.iso).expect("room");
    fs::write(&report, "precious").expect("room");
    let refused = |arguments: &[&str]| {
        let output = bench.create_and_say(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty());
        said(&output)
    };
    for arguments in [&[][..], &["--dry-run"], &["--json"]] {
        let words = refused(arguments);
        assert!(words.contains("ERROR_FILE_EXISTS") && words.contains(&bench.iso), "{words}");
        assert!(words.ends_with("imapi: Option that helps: --force\n"), "{words}");
    }
    fs::remove_file(&bench.iso).expect("ours");
    assert!(refused(&["--report", &report]).contains(&report));
    assert_eq!(fs::read_to_string(&old).expect("there"), "precious");
    assert_eq!(fs::read_to_string(&report).expect("there"), "precious");
    symlink("old", &bench.iso).expect("room");
    bench.create(&["--force", "--report", &report]);
    assert!(fs::symlink_metadata(&bench.iso).expect("there").is_symlink(), "what it leads to is written");
    assert!(fs::metadata(&old).expect("there").len() > 600_000);
    assert!(fs::read_to_string(&report).expect("there").contains("\"files\""));
    assert_eq!(bench.beside(), ["old", "report", "x.iso"]);
}

#[test]
fn no_image_takes_the_place_of_what_is_no_file() {
    let bench = Bench::new();
    for (place, code) in [
        (bench.temporary.path().to_str().expect("text"), "ERROR_ALREADY_EXISTS"),
        ("/dev/null", "ERROR_ALREADY_EXISTS"),
        (&*bench.at("no/folder/x.iso"), "ERROR_PATH_NOT_FOUND"),
    ] {
        let output = run(&["image", "create", &bench.tree, "-o", place, "--force"]);
        assert_eq!(output.status.code(), Some(1), "{place}");
        assert!(said(&output).contains(code) && said(&output).contains(place), "{}", said(&output));
    }
}

#[test]
fn an_older_image_in_the_folder_does_not_become_a_part_of_the_new_one() {
    let bench = Bench::new();
    let inside = bench.in_tree("x.iso");
    let inside = inside.to_str().expect("text");
    for _ in 0..2 {
        let output = run(&["image", "create", &bench.tree, "-o", inside, "--force", "--json"]);
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(value["files"], 2);
    }
}

/// What was asked wrongly ends with 2, and says what would have been right.
#[rstest]
#[case(&["-o", "x"], "required arguments were not provided")]
#[case(&["T"], "--output <FILE>")]
#[case(&["T", "-o", "x", "--iso-level", "4"], "4 is not in 1..=3")]
#[case(&["T", "-o", "x", "--udf-revision", "3.00"], "UDF has 1.02, 1.50, 2.00, 2.01, 2.50, 2.60")]
#[case(&["T", "-o", "x", "--named-streams"], "UDF is 1.02 here: --named-streams needs --udf-revision 2.00, 2.01, 2.50, 2.60")]
#[case(&["T", "-o", "x", "--named-streams", "--fs", "iso9660"], "--fs leaves UDF out: --named-streams needs")]
#[case(&["T", "-o", "x", "--fs", "udf", "--iso-level", "1"], "--iso-level is about ISO 9660, which --fs leaves out")]
#[case(&["T", "-o", "x", "--fs", "udf", "--deep-folders"], "--deep-folders is about ISO 9660")]
#[case(&["T", "-o", "x", "--fs", "udf", "--relaxed-names"], "--relaxed-names is about ISO 9660")]
#[case(&["T", "-o", "x", "--fs", "iso9660", "--udf-revision", "2.01"], "--udf-revision is about UDF")]
#[case(&["T", "-o", "x", "--no-redundant-metadata"], "UDF 1.02 has its metadata once")]
#[case(&["-", "-o", "x"], "--stdin-name gives it one")]
#[case(&["-", "-o", "x", "--stdin-name", "a/../b"], "--stdin-name is no path of a file")]
#[case(&["-", "-o", "x", "--stdin-name", "/"], "--stdin-name is no path of a file")]
#[case(&["T", "-o", "x", "--stdin-name", "x"], "--stdin-name is about -, which is not among the files")]
#[case(&["T", "-o", "x", "--stdin-size", "5"], "--stdin-size is about -, which is not among the files")]
#[case(&["-", "-", "-o", "x", "--stdin-name", "x"], "standard input can be read only once")]
#[case(&["-", "--map", "/y=-", "-o", "x", "--stdin-name", "x"], "standard input can be read only once")]
#[case(&["--map", "/x=-", "--map", "/y=-", "-o", "x"], "standard input can be read only once")]
#[case(&["T", "-o", "-", "--json"], "standard output has room for one of -o - and --json")]
#[case(&["T", "-o", "x", "--report", "-", "--json"], "standard output has room for one of --report - and --json")]
#[case(&["T", "-o", "x", "--report", "x", "--force"], "-o and --report are one file")]
#[case(&["T", "-o", "x", "-q", "-v"], "cannot be used with")]
#[case(&["T", "-o", "x", "--exclude", "[a"], "has a [ without a ]")]
#[case(&["T", "-o", "x", "--map", "no pair"], "has no = between a path in the image and one on disk")]
#[case(&["T", "-o", "x", "--map", "/a="], "behind the = belongs a path on disk")]
#[case(&["T", "-o", "x", "--map", "/a/../b=c"], "is no path in an image")]
fn what_makes_no_sense_is_told_at_once(#[case] arguments: &[&str], #[case] expected: &str) {
    let bench = Bench::new();
    let (tree, iso) = (bench.tree.as_str(), bench.iso.as_str());
    let arguments: Vec<&str> = arguments
        .iter()
        .map(|&word| {
            if word == "T" {
                tree
            } else if word == "x" {
                iso
            } else {
                word
            }
        })
        .collect();
    let output = run(&[&["image", "create"], &arguments[..]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains(expected), "{}", said(&output));
    assert_eq!(bench.beside(), [""; 0]);
}
