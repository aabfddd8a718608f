//! Discs in files, where these files are read too; and what a manifest has of files that UDF keeps in their entries.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::{imapi, run};

/// A folder with files to burn, and room for discs.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        let bench = Self(tempfile::tempdir().expect("a folder"));
        fs::create_dir(bench.0.path().join("files")).expect("room");
        fs::write(bench.at("files/hello.txt"), "Hello, disc\n").expect("room");
        bench
    }

    fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("UTF-8").to_string()
    }

    fn burn(&self, arguments: &[&str]) -> Output {
        run(&[&["burn", &self.at("files")], arguments].concat())
    }
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn refused(arguments: &[&str], expected: &str) {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", words(&output));
    assert!(words(&output).contains(expected), "{arguments:?}: {}", words(&output));
}

#[test]
fn a_disc_file_is_no_part_of_what_is_burned_on_it() {
    let bench = Bench::new();
    let disc = bench.at("files/my.disc");
    let output = bench.burn(&["--drive", &format!("virtual:{disc}?media=bd-r&size=32M")]);
    assert!(output.status.success(), "{}", words(&output));
    assert!(words(&output).contains(&format!("Not in the image: {disc}: written while")), "{}", words(&output));
    let output = imapi().args(["virtual", "run", &disc, "--", "isoinfo", "-J", "-f", "-i", "/dev/sr0"]).output();
    let listed = output.expect("the program starts").stdout;
    assert_eq!(String::from_utf8_lossy(&listed), "/hello.txt;1\n");
}

#[test]
fn a_disc_file_is_neither_burned_nor_copied_onto_itself_nor_read_into_itself() {
    let bench = Bench::new();
    let [disc, link, twin] = ["my.disc", "link", "twin"].map(|name| bench.at(name));
    let drive = format!("virtual:{disc}?media=bd-r&size=32M");
    assert!(bench.burn(&["--drive", &drive]).status.success());
    std::os::unix::fs::symlink("my.disc", &link).expect("room");
    fs::hard_link(&disc, &twin).expect("room");
    let before = fs::read(&disc).expect("there");
    for name in [&disc, &link, &twin] {
        refused(&["burn", name, "--drive", &drive, "--as-image"], "--drive and PATH are one file");
        refused(&["burn", "--map", &format!("/x={name}"), "--drive", &drive], "--drive and --map are one file");
        refused(&["read", &drive, "-o", name, "--force"], "-o and DRIVE are one file");
        refused(&["read", &drive, "-o", &bench.at("x"), "--map", name], "--map and DRIVE are one file");
        refused(&["copy", &drive, "--to", &format!("virtual:{name}")], "a disc is not copied onto itself");
    }
    refused(&["read", &drive, "-o", &bench.at("x"), "--map", &bench.at("files/../x")], "-o and --map are one file");
    assert!(fs::read(&disc).expect("there") == before, "the disc is as it was");
}

/// The bytes of small files are in their entries, and no other file system has them.
#[test]
fn a_manifest_has_the_files_that_udf_keeps_in_their_entries() {
    let bench = Bench::new();
    for (name, bytes) in [("empty", 0), ("small", 1500), ("large", 5000)] {
        fs::write(bench.at("files").clone() + "/" + name, vec![0x5A; bytes]).expect("room");
    }
    for revision in ["1.02", "2.01", "2.60"] {
        let [disc, manifest, image, out] =
            ["disc", "manifest", "image", "out"].map(|name| bench.at(&format!("{name} {revision}")));
        let drive = format!("virtual:{disc}?media=bd-r&size=32M");
        let burned =
            bench.burn(&["--drive", &drive, "--fs", "udf", "--udf-revision", revision, "--manifest", &manifest, "-q"]);
        assert!(burned.status.success(), "{}", words(&burned));
        assert!(run(&["verify", &drive, "--against", &manifest]).status.success());
        assert!(run(&["read", &drive, "-o", &image]).status.success());
        let unpacked = Command::new("7z").args(["x", "-tudf", &format!("-o{out}"), &image]).output();
        assert!(unpacked.expect("7z is installed").status.success());
        let check = || Command::new("sha256sum").args(["--strict", "-c", &manifest]).current_dir(&out).output();
        let output = check().expect("sha256sum starts");
        let seen = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{seen}{}", words(&output));
        let mut lines: Vec<&str> = seen.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["empty: OK", "hello.txt: OK", "large: OK", "small: OK"]);
        // What is wrong with one of them is told by its name.
        let text = fs::read_to_string(&manifest).expect("made");
        let line = text.lines().find(|line| line.ends_with("  small")).expect("it is there");
        let other = text.replace(&line[..64], &"0".repeat(64));
        fs::write(&manifest, other).expect("ours");
        let output = run(&["verify", &drive, "--against", &manifest]);
        assert!(!output.status.success() && words(&output).contains("/small"), "{}", words(&output));
    }
}

/// Whoever burns what has no size gets an error, and no disc with empty files.
#[test]
fn a_file_that_hides_its_size_is_refused_before_the_disc_is_written() {
    let bench = Bench::new();
    let disc = bench.at("disc");
    let drive = format!("virtual:{disc}?media=bd-r&size=32M");
    let output = bench.burn(&["--map", "/version=/proc/version", "--drive", &drive]);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("tells its size as 0"), "{}", words(&output));
    let shown = run(&["virtual", "show", &disc]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("blank"), "{shown:?}");
    assert!(Path::new(&disc).exists());
}
