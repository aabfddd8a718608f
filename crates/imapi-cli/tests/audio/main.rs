//! Discs of sound that we burn are read by programs that we did not write, bit for bit; and what those burn, we read.

#![cfg(target_os = "linux")]

mod burned;
#[path = "../burners/desk.rs"]
mod desk;
mod extra;
mod flac;
mod mixed;
mod refused;
mod ripped;
mod sheets;

use std::process::{Command, Output};

use desk::Desk;

/// Our program at that desk; the line is split at blanks.
fn imapi(desk: &Desk, line: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imapi"));
    command.args(line.split_whitespace()).current_dir(desk.path("")).env("LC_ALL", "C");
    command.output().expect("the program starts")
}

/// The same, and it must succeed; what it says on standard output.
#[track_caller]
fn good(desk: &Desk, line: &str) -> String {
    let output = imapi(desk, line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{line}\n{said}");
    String::from_utf8(output.stdout).expect("text")
}

/// The same, and it must fail in that way; what it says on standard error.
#[track_caller]
fn bad(desk: &Desk, line: &str, status: i32) -> String {
    let output = imapi(desk, line);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{line}\n{said}");
    said
}

/// The samples of a WAV file as all programs here write it.
fn samples(desk: &Desk, name: &str) -> Vec<u8> {
    let file = desk.read(name);
    assert_eq!((&file[..4], &file[36..40]), (&b"RIFF"[..], &b"data"[..]), "{name}");
    file[44..].to_vec()
}
