//! Standard input as a file, and standard output as an image.

use std::{
    fs,
    io::Write as _,
    process::{Output, Stdio},
};

use super::{Bench, found, listed, said};
use crate::{imapi, peer};

/// Runs the program with these bytes on its standard input.
fn fed(bytes: &[u8], arguments: &[&str]) -> Output {
    let mut command = imapi();
    let mut child = command
        .args(["image", "create"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // A program that has read enough, or failed, closes it.
    let _ = child.stdin.take().expect("piped").write_all(bytes);
    child.wait_with_output().expect("it ends")
}

/// The bytes of a file of the image.
fn file(iso: &str, path: &str) -> Vec<u8> {
    peer("isoinfo", "genisoimage", &["-J", "-i", iso, "-x", &format!("{path};1")]).stdout
}

#[test]
fn standard_input_becomes_a_file_of_the_image() {
    let bench = Bench::new();
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).take(5_000_001).collect();
    let arguments = [&bench.tree, "-", "--stdin-name", "deep/er/from a pipe", "-o", &bench.iso];
    let output = fed(&bytes, &[&arguments[..], &["--stdin-size", "5000001"]].concat());
    assert!(output.status.success(), "{}", said(&output));
    assert!(file(&bench.iso, "/deep/er/from a pipe") == bytes);
    assert_eq!(found(&bench.iso, "udf").len(), 6);
    // As a mapping, and with nothing at all.
    let output = fed(&[], &["--map", "/empty=-", "-o", &bench.iso, "--force"]);
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(listed(&bench.iso, "-J"), ["/empty"]);
    // It takes the place of a file of that name, and never that of a folder.
    let arguments = [&bench.tree, "-", "-o", &bench.iso, "--force", "--stdin-name"];
    assert!(fed(b"new", &[&arguments[..], &["/a file.txt"]].concat()).status.success());
    assert_eq!(file(&bench.iso, "/a file.txt"), b"new");
    let refused = fed(b"new", &[&arguments[..], &["sub"]].concat());
    assert!(refused.status.code() == Some(1) && said(&refused).contains("IMAPI_E_DUP_NAME"), "{}", said(&refused));
    assert_eq!(bench.beside(), ["x.iso"]);
}

#[test]
fn standard_input_has_the_size_that_was_told_or_there_is_no_image() {
    let bench = Bench::new();
    let arguments = ["-", "--stdin-name", "x", "--stdin-size", "10", "-o", &bench.iso];
    let long = vec![0; 100_000];
    for (bytes, came) in [(&b"123456789"[..], 9), (b"12345678901", 11), (&long, 11)] {
        let output = fed(bytes, &arguments);
        assert_eq!(output.status.code(), Some(1));
        let words = said(&output);
        assert!(words.contains("IMAPI_E_DATA_STREAM_INCONSISTENCY"), "{words}");
        let sentence = format!("'standard input' should be 10 bytes long, but {came} bytes came");
        assert!(words.contains(&sentence), "{words}");
        assert_eq!(bench.beside(), [""; 0]);
    }
    assert!(fed(b"1234567890", &arguments).status.success());
}

#[test]
fn a_file_that_is_called_a_hyphen_is_a_file() {
    let bench = Bench::new();
    bench.put("-", "it");
    let output = imapi().args(["image", "create", "./-", "-o", &bench.iso]).current_dir(&bench.tree).output();
    assert!(output.expect("it starts").status.success());
    assert_eq!(file(&bench.iso, "/-"), b"it");
}

#[test]
fn standard_output_takes_the_image_as_a_file_does() {
    let bench = Bench::new();
    bench.put("large", vec![7; 3_000_000]);
    let make = |output: &str| {
        let arguments = ["image", "create", &bench.tree, "-o", output, "--udf-revision", "2.60"];
        imapi().args(arguments).env("SOURCE_DATE_EPOCH", "1000000000").output().expect("it starts")
    };
    let piped = make("-");
    assert!(piped.status.success() && said(&piped).contains("UDF 2.60"), "{}", said(&piped));
    assert!(make(&bench.iso).status.success());
    assert!(piped.stdout == fs::read(&bench.iso).expect("written"));
}

#[test]
fn a_reader_of_an_image_that_has_seen_enough_is_no_error() {
    let bench = Bench::new();
    bench.put("large", vec![7; 3_000_000]);
    let mut command = imapi();
    command.args(["image", "create", &bench.tree, "-o", "-"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", said(&output));
}

#[test]
fn a_full_disk_is_told_and_left_as_it_was() {
    let bench = Bench::new();
    let full = fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = imapi().args(["image", "create", &bench.tree, "-o", "-"]).stdout(full).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("ERROR_DISK_FULL"), "{}", said(&output));
}
