//! How far the work is, on terminals and elsewhere.

use std::{
    io::Write as _,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::{Bench, said};

/// A command line on a terminal of 60 columns, as `script` makes one.
fn on_a_terminal(bench: &Bench, arguments: &str) -> Command {
    let line = format!(
        "stty cols 60 rows 24; exec '{}' image create '{}' -o '{}' {arguments}",
        env!("CARGO_BIN_EXE_imapi"),
        bench.tree,
        bench.iso
    );
    let mut script = Command::new("script");
    script.args(["--quiet", "--return", "--command", &line, "/dev/null"]).stdin(Stdio::piped());
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LANGUAGE", "COLUMNS"] {
        script.env_remove(variable);
    }
    script.env("TERM", "xterm").env("LC_ALL", "C.UTF-8").stdout(Stdio::piped()).stderr(Stdio::piped());
    script
}

/// What the terminal shows in the end, and every line that was ever drawn.
fn shown(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut drawn) = (vec![String::new()], Vec::new());
    for part in text.split_inclusive(['\r', '\n']) {
        let end = part.chars().next_back();
        let mut line = part.trim_end_matches(['\r', '\n']);
        let last = lines.last_mut().expect("one from the beginning");
        // The rest of a line is taken away where it ends, and before another begins.
        if let Some(before) = line.strip_suffix("\u{1b}[K").or_else(|| line.strip_prefix("\u{1b}[K")) {
            last.clear();
            line = before;
        }
        if !line.is_empty() {
            drawn.push(line.to_string());
            let kept = last.chars().skip(line.chars().count()).collect::<String>();
            *last = line.to_string() + &kept;
        }
        if end == Some('\n') {
            lines.push(String::new());
        }
    }
    (lines, drawn)
}

#[test]
fn a_terminal_shows_how_far_the_work_is_and_nothing_is_left_of_that() {
    let bench = Bench::new();
    bench.put_large("large", 600 << 20);
    let output = on_a_terminal(&bench, "--no-sync").output().expect("script is in bsdutils, which every Debian has");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (left, drawn) = shown(&text);
    let progress: Vec<&String> = drawn.iter().filter(|line| line.starts_with("Writing the image: ")).collect();
    assert!(!progress.is_empty(), "{text:?}");
    assert!(drawn.iter().any(|line| line.starts_with("Looking for files: ")), "{text:?}");
    assert!(progress.iter().all(|line| line.contains(" %") && line.contains(" / 600.")), "{progress:?}");
    assert!(drawn.iter().filter(|line| !line.contains(&bench.iso)).all(|line| line.chars().count() < 60), "{drawn:?}");
    let left: Vec<&str> = left.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()).collect();
    assert_eq!(left, [format!("{}: 600.6 MiB, files: 3, folders: 1", bench.iso)], "{text:?}");
    // At most ten lines a second.
    let began = Instant::now();
    let output = on_a_terminal(&bench, "--no-sync --force").output().expect("script");
    let tenths = began.elapsed().as_millis() / 100;
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let (_, drawn) = shown(&text);
    assert!(drawn.len() as u128 <= tenths + 4, "{} in {tenths} tenths of a second", drawn.len());
}

#[test]
fn a_terminal_is_left_alone_where_that_is_wanted() {
    let bench = Bench::new();
    let quiet = on_a_terminal(&bench, "--quiet").output().expect("script");
    assert_eq!(String::from_utf8_lossy(&quiet.stdout), "");
    let words = on_a_terminal(&bench, "--force").env("TERM", "dumb").output().expect("script");
    let text = String::from_utf8_lossy(&words.stdout).into_owned();
    assert!(!text.contains('\u{1b}') && text.lines().count() == 1, "{text:?}");
}

#[test]
fn a_pipe_gets_no_progress_of_short_work() {
    let bench = Bench::new();
    for arguments in [&["--force"][..], &["--force", "--json"], &["--force", "--quiet"]] {
        let output = bench.create_and_say(arguments);
        assert!(output.status.success());
        assert_eq!(said(&output), "");
    }
}

#[test]
fn ctrl_c_on_a_terminal_stops_the_work_and_leaves_nothing() {
    let bench = Bench::new();
    bench.put_sparse("huge", 400 << 30);
    let mut child = on_a_terminal(&bench, "").spawn().expect("script");
    let began = Instant::now();
    while !bench.beside().iter().any(|name| name.starts_with(".image-")) {
        assert!(began.elapsed() < Duration::from_secs(60), "an image is written");
        thread::sleep(Duration::from_millis(10));
    }
    thread::sleep(Duration::from_millis(200));
    let mut keys = child.stdin.take().expect("piped");
    keys.write_all(b"\x03").expect("it has room");
    let output = child.wait_with_output().expect("it ends");
    drop(keys);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(130), "{text:?}");
    let (left, _) = shown(&text);
    let left: Vec<&str> = left.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()).collect();
    // The terminal itself shows the key.
    assert_eq!(
        left.last().map(|line| line.trim_start_matches("^C")),
        Some("imapi: Stopped on request; nothing of the image was kept. E_IMAPI_REQUEST_CANCELLED (0xC0AA0002)"),
        "{text:?}"
    );
    assert!(!left.iter().any(|line| line.contains("Writing")), "{text:?}");
    assert_eq!(bench.beside(), [""; 0]);
}
