//! What people read: the help, and what is said in each language.

use std::os::unix::fs::symlink;

use rstest::rstest;

use super::{Bench, said};
use crate::{run, told};

#[test]
fn the_help_says_what_can_be_asked() {
    let help = told(&["image", "create", "--help"]);
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    insta::assert_snapshot!("image-create-help", help);
}

#[rstest]
#[case("en")]
#[case("ru")]
#[case("zh-TW")]
fn every_language_has_its_words(#[case] tag: &str) {
    let bench = Bench::empty();
    bench.put("a rather long name.html", [1; 5000]);
    bench.put("sub/left.tmp", "");
    symlink("nowhere", bench.in_tree("link")).expect("room");
    let arguments = ["image", "create", &bench.tree, "--iso-level", "1", "--udf-revision", "2.50", "--lang", tag];
    let dry = run(&[&arguments[..], &["-n", "--exclude", "*.tmp"]].concat());
    let made = run(&[&arguments[..], &["-o", &bench.iso, "-v"]].concat());
    let again = run(&[&arguments[..], &["-o", &bench.iso]].concat());
    let text = [
        &*String::from_utf8_lossy(&dry.stdout),
        &said(&dry),
        &String::from_utf8_lossy(&made.stdout),
        &said(&made),
        &said(&again),
    ];
    let text = text.join("---\n").replace(bench.temporary.path().to_str().expect("text"), "…");
    insta::assert_snapshot!(
        format!("image-create.{tag}"),
        text.lines().map(without_count).collect::<Vec<_>>().join("\n")
    );
}

/// How many blocks there are is for other tests.
fn without_count(line: &str) -> String {
    let plain = line.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_count = plain.ends_with([' ', '：']) && plain.len() < line.len();
    let line = if is_count { format!("{plain}N") } else { line.to_string() };
    match line.split_once(" KiB") {
        Some((before, after)) => {
            format!("{}N KiB{after}", before.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'))
        }
        None => line,
    }
}
