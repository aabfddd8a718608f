//! Whole CDs, judged by programs that we did not write: what we burn with all its sub-channels is what they find, the files
//! that we make of discs are what they read, and what they burn and write down we read the same.

#![cfg(target_os = "linux")]

mod burned;
mod copied;
#[expect(dead_code, reason = "the burners need more of it")]
#[path = "../burners/desk.rs"]
mod desk;
mod files;

use std::process::Command;

use desk::Desk;

/// The program with its arguments, in the folder of a desk; what it printed. It must succeed.
#[track_caller]
fn imapi(desk: &Desk, line: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_imapi"))
        .args(line.split_whitespace())
        .current_dir(desk.path(""))
        .env("LC_ALL", "C")
        .output()
        .expect("the program starts");
    let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat();
    assert!(output.status.success(), "imapi {line}\n{text}");
    text
}

/// What `imapi raw info` says of files, as JSON.
#[track_caller]
fn info(desk: &Desk, files: &str) -> serde_json::Value {
    serde_json::from_str(&imapi(desk, &format!("raw info --json {files}"))).expect("JSON")
}

/// A sheet with everything that one can say of songs, and the samples of the disc from address 0 on.
fn album(desk: &Desk) -> Vec<u8> {
    let (one, two) = (desk.song("one.wav", 1, 700), desk.song("two.wav", 2, 350));
    let three = desk.song("three.wav", 3, 450);
    desk.write(
        "album.cue",
        br#"CATALOG 1234567890123
TITLE "The Disc"
PERFORMER "The Band"
FILE "one.wav" WAVE
  TRACK 01 AUDIO
    TITLE "First"
    PERFORMER "Someone"
    FLAGS DCP
    ISRC USRC17607839
    INDEX 01 00:00:00
    INDEX 02 00:04:00
    INDEX 03 00:05:10
FILE "two.wav" WAVE
  TRACK 02 AUDIO
    TITLE "Second"
    PERFORMER "Someone else"
    FLAGS PRE
    ISRC GBAYE0000351
    PREGAP 00:03:00
    INDEX 01 00:00:00
FILE "three.wav" WAVE
  TRACK 03 AUDIO
    TITLE "Third"
    PERFORMER "Nobody"
    INDEX 00 00:00:00
    INDEX 01 00:02:00
"#,
    );
    [one, vec![0; 225 * 2352], two, three].concat()
}

/// Tracks of the album: where their pauses and they themselves begin.
const ALBUM: [(i64, i64); 3] = [(-150, 0), (700, 925), (1275, 1425)];

/// Where tracks begin, as `imapi raw info` says.
fn places(told: &serde_json::Value) -> Vec<(i64, i64)> {
    let tracks = told["tracks"].as_array().expect("tracks");
    let number = |value: &serde_json::Value| value.as_i64().expect("a number");
    tracks.iter().map(|track| (number(&track["pause"]), number(&track["begin"]))).collect()
}
