//! Pipes that close, terminals with and without colours, disks that are full.

use std::process::{Command, Stdio};

use crate::{imapi, peer};

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    for arguments in [&["codes"][..], &["codes", "--json"], &["completions", "bash"], &["man"]] {
        let mut child = imapi().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ends");
        assert!(output.status.success(), "{arguments:?}: {:?}", output.status);
        assert!(output.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_with_its_code() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let output = imapi().arg("codes").stdout(full).stderr(Stdio::piped()).output().expect("starts");
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("ERROR_DISK_FULL (0x80070070)"), "{complaint}");
}

/// Runs the program on a terminal, as `script` makes one.
#[cfg(target_os = "linux")]
fn on_a_terminal(environment: &[(&str, &str)]) -> String {
    let line = format!("stty cols 60 rows 24; exec '{}' explain 0xC0AAB141", env!("CARGO_BIN_EXE_imapi"));
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).stdin(Stdio::null());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LANGUAGE", "COLUMNS"] {
        script.env_remove(variable);
    }
    script.env("TERM", "xterm").env("LC_ALL", "C.UTF-8").envs(environment.iter().copied());
    let output = script.output().expect("script is in the package bsdutils, which every Debian has");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_colours_and_wrapped_lines() {
    let shown = on_a_terminal(&[]);
    assert!(shown.contains("\u{1b}["), "{shown:?}");
    let plain = on_a_terminal(&[("NO_COLOR", "1")]);
    assert!(!plain.contains('\u{1b}'), "{plain:?}");
    let widest = plain.lines().map(|line| line.trim_end().chars().count()).max();
    assert!(widest <= Some(60), "{widest:?}: {plain}");
    assert!(plain.lines().count() > 8, "{plain}");
}

#[test]
fn a_pipe_gets_no_colours_and_whole_lines() {
    let output = imapi().args(["explain", "0xC0AAB141"]).output().expect("starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!text.contains('\u{1b}'));
    assert!(text.lines().any(|line| line.chars().count() > 100), "{text}");
}

#[test]
fn the_help_fits_an_ordinary_terminal() {
    for arguments in [&["--help"][..], &["explain", "--help"], &["codes", "--help"]] {
        let output = imapi().args(arguments).output().expect("starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(output.status.success() && text.contains("Usage: imapi"), "{text}");
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
    // The peer of `peer` itself: a program that is not there is a failure with advice, never a skip.
    assert!(std::panic::catch_unwind(|| peer("no-such-program", "no-such-package", &[])).is_err());
}
