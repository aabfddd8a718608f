//! Images that somebody made to do harm: whatever they say, nothing is written outside of the folder.

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::Path,
};

use rstest::rstest;

use super::{Bench, said, state, text};
use crate::run;

/// All places where those bytes stand in a file get others of the same length.
fn patch(image: &str, from: &str, to: &str) {
    assert_eq!(from.len(), to.len());
    let mut bytes = fs::read(image).expect("there");
    let mut count = 0;
    for at in 0..bytes.len() - from.len() {
        if bytes[at..].starts_with(from.as_bytes()) {
            bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
            count += 1;
        }
    }
    assert!(count > 0, "{from}");
    fs::write(image, bytes).expect("room");
}

/// A tree with a folder that stands for what must not be touched beside the one that files go into.
fn bench() -> Bench {
    let bench = Bench::empty();
    fs::create_dir(bench.at("victim")).expect("new");
    fs::write(bench.at("victim/file"), "precious").expect("room");
    bench
}

/// Extracts, and looks whether what is beside the folder is as it was.
fn extract(bench: &Bench, image: &str, arguments: &[&str]) -> std::process::Output {
    let before = state(bench.temporary.path());
    let out = bench.at("out");
    let output = run(&[&["image", "extract", image, "-C", &out], arguments].concat());
    let after = state(bench.temporary.path());
    let outside: Vec<&String> = after.keys().filter(|path| *path != "out" && !path.starts_with("out/")).collect();
    let unchanged = before.keys().filter(|path| *path != "out" && !path.starts_with("out/"));
    assert_eq!(outside, unchanged.collect::<Vec<_>>(), "{}", said(&output));
    assert_eq!(after["victim/file"].bytes, b"precious", "{}", said(&output));
    assert!(!Path::new("/aimapi-was-here").exists());
    output
}

#[rstest]
#[case::up("__", "..")]
#[case::here("_", ".")]
#[case::slash("__aimapi", "../aimap")]
#[case::absolute("_aimapi-was-here", "/aimapi-was-here")]
#[case::through("_/victim/_", "")]
fn names_that_lead_elsewhere(
    #[case] from: &str,
    #[case] to: &str,
    #[values(&[][..], &["--lenient", "--force"])] options: &[&str],
) {
    let bench = bench();
    if to.is_empty() {
        // A folder that becomes the one above, with a folder in it that is there.
        bench.put("__/victim/file", b"overwritten");
    } else {
        bench.put(from, b"overwritten");
    }
    let image = bench.xorriso(&["-R", "-J"]);
    let (from, to) = if to.is_empty() { ("__", "..") } else { (from, to) };
    // Rock Ridge has the name behind five bytes of its entry.
    let entry = |name: &str| format!("NM{}\u{1}\0{name}", char::from(u8::try_from(name.len() + 5).expect("short")));
    patch(&image, &entry(from), &entry(to));
    let output = extract(&bench, &image, options);
    assert_ne!(output.status.code(), Some(101), "{}", said(&output));
}

#[rstest]
#[case::rock_ridge("rock-ridge")]
#[case::udf("udf")]
fn a_link_and_then_a_folder_of_that_name(
    #[case] names: &str,
    #[values(&[][..], &["--lenient", "--force"], &["--resume"])] options: &[&str],
) {
    let bench = bench();
    symlink("../victim", bench.tree().join("aaaa")).expect("room");
    bench.put("aaab/file", b"overwritten");
    let image = if names == "udf" {
        // Names of UDF stand under a checksum, so that the folder is there already instead: a link by somebody else.
        fs::create_dir(bench.at("out")).expect("new");
        symlink("../victim", bench.at("out/aaab")).expect("room");
        bench.image(&["--rock-ridge", "--fs", "udf"])
    } else {
        let image = bench.xorriso(&["-R"]);
        patch(&image, "NM\u{9}\u{1}\0aaab", "NM\u{9}\u{1}\0aaaa");
        patch(&image, "AAAB", "AAAA");
        image
    };
    let output = extract(&bench, &image, options);
    assert_ne!(output.status.code(), Some(101), "{}", said(&output));
    if options.contains(&"--force") {
        let found = state(Path::new(&bench.at("out")));
        let files: Vec<&String> =
            found.iter().filter(|(_, found)| found.bytes == b"overwritten").map(|(path, _)| path).collect();
        assert_eq!(files.len(), 1, "{found:?}");
    }
}

#[test]
fn a_link_and_then_a_file_of_that_name() {
    for options in [&[][..], &["--force"], &["--force", "--lenient"]] {
        let bench = bench();
        symlink("../victim/file", bench.tree().join("aaaa")).expect("room");
        bench.put("aaab", b"overwritten");
        let image = bench.xorriso(&["-R"]);
        patch(&image, "NM\u{9}\u{1}\0aaab", "NM\u{9}\u{1}\0aaaa");
        patch(&image, "AAAB.;1", "AAAA.;1");
        extract(&bench, &image, options);
    }
}

#[test]
fn links_that_were_in_the_folder_before() {
    for options in [&[][..], &["--force"], &["--resume"], &["--resume", "--force"]] {
        let bench = bench();
        bench.put("file", b"overwritten");
        bench.put("sub/file", b"overwritten");
        let image = bench.image(&["--rock-ridge"]);
        fs::create_dir(bench.at("out")).expect("new");
        symlink("../victim/file", bench.at("out/file")).expect("room");
        symlink("../victim", bench.at("out/sub")).expect("room");
        let output = extract(&bench, &image, options);
        assert_eq!(output.status.success(), options.contains(&"--force"), "{}", said(&output));
        if options.contains(&"--force") {
            assert_eq!(fs::read(bench.at("out/file")).expect("a file"), b"overwritten");
            assert_eq!(fs::read(bench.at("out/sub/file")).expect("a file"), b"overwritten");
        }
    }
}

#[test]
fn programs_do_not_run_as_their_owner_and_devices_are_not_made_unless_that_was_asked_for() {
    let bench = bench();
    bench.put("program", b"#!");
    let program = bench.tree().join("program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o6755)).expect("ours");
    let fifo = text(&bench.tree().join("pipe"));
    super::did("mkfifo", "coreutils", &[&fifo]);
    let image = bench.image(&["--rock-ridge", "--fs", "iso9660,udf"]);
    for names in ["rock-ridge", "udf"] {
        let _ = fs::remove_dir_all(bench.at("out"));
        let output = extract(&bench, &image, &["--fs", names]);
        assert!(output.status.success() && said(&output).contains("Not extracted: pipe"), "{}", said(&output));
        let found = state(Path::new(&bench.at("out")));
        assert_eq!((found["program"].mode, found.len()), (0o755, 1), "{names}");
        let output = extract(&bench, &image, &["--fs", names, "--set-id", "--devices", "--force"]);
        assert!(output.status.success(), "{}", said(&output));
        let found = state(Path::new(&bench.at("out")));
        assert_eq!((found["program"].mode, found["pipe"].kind), (0o6755, 's'), "{names}");
    }
}

#[test]
fn names_that_are_there_twice_are_both_kept() {
    let bench = bench();
    bench.put("aaaa.txt", b"first");
    bench.put("aaab.txt", b"second");
    let image = bench.xorriso(&["-R"]);
    patch(&image, "NM\r\u{1}\0aaab", "NM\r\u{1}\0aaaa");
    let output = extract(&bench, &image, &["--lenient"]);
    let found = state(Path::new(&bench.at("out")));
    assert_eq!(found.keys().collect::<Vec<_>>(), ["aaaa.txt", "aaaa~1.txt"], "{}", said(&output));
    assert!(said(&output).contains("Renamed: aaaa.txt -> aaaa~1.txt"), "{}", said(&output));
}
