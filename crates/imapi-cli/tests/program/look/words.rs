//! What people read: the help, and what is said in each language.

use std::fs;

use rstest::rstest;

use super::{Bench, said};
use crate::{run, told};

#[rstest]
#[case("ls")]
#[case("extract")]
fn the_help_says_what_can_be_asked(#[case] command: &str) {
    let help = told(&["image", command, "--help"]);
    assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
    insta::assert_snapshot!(format!("image-{command}-help"), help);
}

#[rstest]
#[case("en")]
#[case("ru")]
#[case("zh-TW")]
fn every_language_has_its_words(#[case] tag: &str) {
    let bench = Bench::empty();
    bench.put("read me.txt", b"one\n");
    let fifo = bench.at("tree/pipe");
    super::did("mkfifo", "coreutils", &[&fifo]);
    let loader = bench.at("loader");
    fs::write(&loader, [0; 2048]).expect("room");
    let image = bench.image(&[
        "--rock-ridge",
        "--reproducible",
        "--volume",
        "WORDS",
        "--boot",
        &format!("{loader},platform=efi,no-boot"),
    ]);
    let mut text = String::new();
    for arguments in [
        vec!["image", "info", &image],
        vec!["sessions", &image],
        vec!["image", "boot-info", &image],
        vec!["image", "tree", &image],
        vec!["image", "extract", &image, "-C", &bench.at("out")],
        vec!["image", "extract", &image, "-C", &bench.at("out")],
    ] {
        let output = run(&[&arguments[..], &["--lang", tag]].concat());
        text.push_str(&String::from_utf8_lossy(&output.stdout));
        text.push_str(&said(&output));
        text.push_str("---\n");
    }
    let text = text.replace(bench.temporary.path().to_str().expect("text"), "…");
    insta::assert_snapshot!(format!("image-look.{tag}"), text);
}
