//! The machine stays awake: asked for by a program, which the tests write themselves.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use imapi_recorder::{Inhibitor, Logind};
use tempfile::TempDir;

use crate::bench::client;

fn program(folder: &TempDir, body: &str) -> PathBuf {
    let path = folder.path().join("inhibit");
    let log = folder.path().join("log");
    fs::write(&path, format!("#!/bin/sh\nlog='{}'\n{body}\n", log.display())).expect("our folder");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("our file");
    path
}

/// What the program has written down, when it has written so much.
fn log(folder: &Path, lines: usize) -> String {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(folder.join("log")).unwrap_or_default();
        if text.lines().count() >= lines || begun.elapsed() > Duration::from_secs(20) {
            return text;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_machine_is_asked_to_stay_awake_until_it_may_sleep() {
    let folder = tempfile::tempdir().expect("a folder");
    // The last argument is the program that is to run under the request.
    let path =
        program(&folder, "for a; do echo \"$a\" >>$log; done; eval \"program=\\${$#}\"; $program; echo ended >>$log");
    let awake = Logind::asked_by(&path).keep_awake(&client("imapi"), "a disc is being written");
    assert!(awake.was_asked_for());
    let asked = "--what=sleep:shutdown:idle\n--mode=block\n--who=imapi\n--why=a disc is being written\ncat\n";
    assert_eq!(log(folder.path(), 5), asked);
    thread::sleep(Duration::from_millis(50));
    assert_eq!(log(folder.path(), 5), asked, "it goes on");
    drop(awake);
    assert_eq!(log(folder.path(), 6), format!("{asked}ended\n"));
}

#[test]
fn a_machine_without_logind_is_no_obstacle() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = Logind::asked_by(folder.path().join("missing")).keep_awake(&client("imapi"), "a disc");
    assert!(!missing.was_asked_for());
    // No bus: the program says so and ends.
    let refusing = Logind::asked_by(program(&folder, "exit 1")).keep_awake(&client("imapi"), "a disc");
    thread::sleep(Duration::from_millis(50));
    drop(refusing);
    drop(Logind::default().keep_awake(&client("imapi"), "a test"));
}

#[test]
fn a_program_that_hangs_holds_nobody_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let awake = Logind::asked_by(program(&folder, "echo $$ >>$log; exec sleep 600")).keep_awake(&client("a"), "b");
    let pid = log(folder.path(), 1);
    let begun = Instant::now();
    drop(awake);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(!Path::new("/proc").join(pid.trim()).exists(), "it was ended");
}
