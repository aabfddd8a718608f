//! Ctrl-C and other signals, and files that change while an image is made of them: nothing is left behind.

use std::{
    fs,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use rstest::rstest;

use super::{Bench, said};
use crate::{imapi, peer};

/// More than can be written before a test is through.
const HUGE: u64 = 400 << 30;

/// Waits until something is so, but not for ever.
fn wait_until(what: &str, mut so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn start(mut command: Command, bench: &Bench, arguments: &[&str]) -> Child {
    command.args(bench.words(arguments)).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

fn send(signal: &str, child: &Child) {
    let output = peer("sh", "dash", &["-c", &format!("kill -{signal} {}", child.id())]);
    assert!(output.status.success(), "{}", said(&output));
}

/// What it said when it has ended; one that does not end is ended.
fn ended(mut child: Child) -> Output {
    let began = Instant::now();
    while child.try_wait().expect("ours").is_none() {
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().expect("ours");
        }
        thread::sleep(Duration::from_millis(10));
    }
    child.wait_with_output().expect("it has ended")
}

#[rstest]
#[case("INT", 130)]
#[case("TERM", 143)]
#[case("HUP", 129)]
fn a_signal_stops_the_work_and_leaves_nothing(#[case] signal: &str, #[case] status: i32) {
    let bench = Bench::new();
    bench.put_sparse("huge", HUGE);
    let child = start(imapi(), &bench, &[]);
    wait_until("an image is written", || bench.beside().iter().any(|name| name.starts_with(".image-")));
    thread::sleep(Duration::from_millis(100));
    send(signal, &child);
    let asked = Instant::now();
    let output = ended(child);
    assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    assert_eq!(output.status.code(), Some(status), "{}", said(&output));
    let words = "imapi: Stopped on request; nothing of the image was kept. E_IMAPI_REQUEST_CANCELLED (0xC0AA0002)\n";
    assert_eq!(said(&output), words);
    assert!(output.stdout.is_empty());
    assert_eq!(bench.beside(), [""; 0]);
}

#[test]
fn an_image_that_is_there_survives_the_end_of_its_successor() {
    let bench = Bench::new();
    bench.put_sparse("huge", HUGE);
    fs::write(&bench.iso, "precious").expect("room");
    let child = start(imapi(), &bench, &["--force", "--report", &bench.at("report")]);
    wait_until("an image is written", || bench.beside().iter().any(|name| name.starts_with(".image-")));
    send("INT", &child);
    assert_eq!(ended(child).status.code(), Some(130));
    assert_eq!(bench.beside(), ["x.iso"]);
    assert_eq!(fs::read(&bench.iso).expect("there"), b"precious");
}

#[test]
fn a_signal_that_was_ignored_before_stays_ignored() {
    let bench = Bench::new();
    bench.put_sparse("huge", HUGE);
    let mut shell = Command::new("sh");
    shell.env("LANG", "C.UTF-8").env_remove("LC_ALL").env_remove("LANGUAGE");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_imapi")]);
    let child = start(shell, &bench, &[]);
    wait_until("an image is written", || bench.beside().iter().any(|name| name.starts_with(".image-")));
    send("HUP", &child);
    thread::sleep(Duration::from_millis(300));
    assert!(bench.beside().iter().any(|name| name.starts_with(".image-")), "it goes on");
    send("INT", &child);
    assert_eq!(ended(child).status.code(), Some(130));
    assert_eq!(bench.beside(), [""; 0]);
}

/// Starts an image of the tree and of standard input, which stays open: the tree has been scanned when this returns.
fn waiting_for_input(bench: &Bench) -> Child {
    let mut command = imapi();
    command.args(bench.words(&["-", "--stdin-name", "input"]));
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let descriptors = format!("/proc/{}/fd", child.id());
    wait_until("input is kept", || {
        let Ok(open) = fs::read_dir(&descriptors) else { return false };
        let mut paths = open.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
        paths.any(|path| path.to_string_lossy().contains("imapi-stash"))
    });
    child
}

#[test]
fn a_signal_ends_the_wait_for_standard_input() {
    let bench = Bench::new();
    let mut child = waiting_for_input(&bench);
    let input = child.stdin.take();
    send("INT", &child);
    let asked = Instant::now();
    let output = ended(child);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    assert_eq!(bench.beside(), [""; 0]);
    drop(input);
}

#[rstest]
#[case::shorter("IMAPI_E_DATA_STREAM_INCONSISTENCY", "should be 300000 bytes long, but 5 bytes came")]
#[case::gone("IMAPI_E_DATA_STREAM_CREATE_FAILURE", "No such file or directory")]
#[case::rewritten("IMAPI_E_DATA_STREAM_READ_FAILURE", "expected: ")]
fn a_file_that_changes_while_an_image_is_made_is_named(#[case] code: &str, #[case] words: &str) {
    let bench = Bench::new();
    bench.put("changes", vec![1; 300_000]);
    let file = bench.in_tree("changes");
    let mut child = waiting_for_input(&bench);
    match code {
        "IMAPI_E_DATA_STREAM_INCONSISTENCY" => fs::write(&file, "short").expect("ours"),
        "IMAPI_E_DATA_STREAM_CREATE_FAILURE" => fs::remove_file(&file).expect("ours"),
        _ => {
            thread::sleep(Duration::from_millis(20));
            fs::write(&file, vec![2; 300_000]).expect("ours");
        }
    }
    drop(child.stdin.take());
    let output = ended(child);
    assert_eq!(output.status.code(), Some(1));
    let told = said(&output);
    assert!(told.contains(code) && told.contains(words), "{told}");
    assert!(told.contains(file.to_str().expect("text")), "{told}");
    assert!(told.lines().count() >= 3, "a hint: {told}");
    assert_eq!(bench.beside(), [""; 0]);
}
