//! `imapi virtual`: discs in files.

use imapi_virtual_drive::MEDIA;
use serde_json::Value;

use crate::{imapi, run, told};

#[test]
fn a_disc_is_made_shown_and_never_made_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my disc");
    let path = path.to_str().expect("a path in UTF-8");
    assert!(told(&["virtual", "create", path, "--media", "bd-r", "--size", "100M"]).contains("BD-R 25 GB"));
    let shown: Value = serde_json::from_str(&told(&["virtual", "show", path, "--json"])).expect("JSON");
    assert_eq!((&shown["medium"], &shown["state"]), (&"bd-r".into(), &"blank".into()));
    assert_eq!((&shown["blocks"], &shown["tracks"]), (&51_200.into(), &Value::Array(Vec::new())));
    assert!(told(&["virtual", "show", path, "--lang", "ru"]).contains("состояние диска: чистый"));

    let again = run(&["virtual", "create", path, "--media", "bd-re"]);
    assert_eq!(again.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&again.stderr);
    assert!(complaint.contains("ERROR_FILE_EXISTS (0x80070050)") && complaint.contains("my disc"), "{complaint}");
}

#[test]
fn every_medium_can_be_made_and_is_listed_in_the_help() {
    let folder = tempfile::tempdir().expect("a folder");
    let help = told(&["virtual", "create", "--help"]);
    for medium in &MEDIA {
        assert!(help.contains(medium.name) && help.contains(medium.label), "{medium}");
        let path = folder.path().join(medium.name);
        told(&["virtual", "create", path.to_str().expect("UTF-8"), "--media", medium.name]);
    }
}

#[test]
fn what_is_no_disc_and_what_is_too_large_are_refused_with_a_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "not a disc").expect("a file");
    let path = text.to_str().expect("UTF-8");
    for (arguments, code) in [
        (&["virtual", "show", path][..], "ERROR_UNRECOGNIZED_MEDIA"),
        (&["virtual", "show", "/no/such/disc"], "ERROR_FILE_NOT_FOUND"),
        (&["virtual", "create", "/no/such/disc", "--media", "bd-r"], "ERROR_FILE_NOT_FOUND"),
        (&["virtual", "create", "never-made", "--media", "dvd-r", "--size", "5G"], "E_INVALIDARG"),
    ] {
        let output = run(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {complaint}");
        assert!(complaint.contains(code), "{arguments:?}: {complaint}");
    }
    assert_eq!(std::fs::read(&text).expect("still there"), b"not a disc");
    assert_eq!(run(&["virtual", "create", "never-made", "--media", "hd-dvd-r"]).status.code(), Some(2));
}

/// Programs that we did not write find the drive, write to the disc in it, and read what they wrote.
#[cfg(target_os = "linux")]
#[test]
fn other_programs_see_the_drive_and_use_the_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("my.disc");
    let disc = disc.to_str().expect("UTF-8");
    told(&["virtual", "create", disc, "--media", "dvd-ram", "--size", "8M"]);
    let with_the_drive = |command: &[&str]| {
        let output = imapi().args(["virtual", "run", disc, "--"]).args(command).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {complaint} (sg3-utils: cargo xtask test --setup)");
        told
    };
    let who = with_the_drive(&["sg_inq", "/dev/sr0"]);
    assert!(who.contains("IMAPI") && who.contains("Virtual Drive"), "{who}");
    let capacity = with_the_drive(&["sg_readcap", "/dev/sr0"]);
    assert!(capacity.contains("Number of logical blocks=4096"), "{capacity}");

    let block: Vec<u8> = (0..=250).cycle().take(2048).collect();
    let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
    std::fs::write(&source, &block).expect("a file");
    let (from, to) = (source.to_str().expect("UTF-8"), format!("of={}", copy.display()));
    let write = ["2a", "00", "00", "00", "00", "10", "00", "00", "01", "00"];
    with_the_drive(&[&["sg_raw", "-s", "2048", "-i", from, "/dev/sr0"][..], &write].concat());
    with_the_drive(&["dd", "if=/dev/sr0", &to, "bs=2048", "skip=16", "count=1", "status=none"]);
    assert_eq!(std::fs::read(&copy).expect("dd made it"), block);
}

/// The program's own end is ours.
#[cfg(target_os = "linux")]
#[test]
fn the_status_of_the_program_is_passed_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = folder.path().join("my.disc");
    let disc = disc.to_str().expect("UTF-8");
    told(&["virtual", "create", disc, "--media", "bd-r", "--size", "8M"]);
    assert_eq!(run(&["virtual", "run", disc, "--", "sh", "-c", "exit 7"]).status.code(), Some(7));
    let missing = run(&["virtual", "run", disc, "--", "no-such-program"]);
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("ERROR_FILE_NOT_FOUND"));
}

/// What is attached is the machine's, so only what needs none of it is asked here; the slow tier has the rest.
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn what_is_not_attached_cannot_be_detached() {
    let output = run(&["virtual", "detach", "/no/such/disc"]);
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complaint}");
    assert!(complaint.contains("ERROR_DEV_NOT_EXIST") && complaint.contains("/no/such/disc"), "{complaint}");
    for wrong in [&["virtual", "detach"][..], &["virtual", "detach", "--all", "my.disc"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}
