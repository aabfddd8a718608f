//! Burns that break off: each ends with a message, a code, the state of the disc, and what can be done with it; and the
//! drive is free afterwards.

use std::{
    fs,
    io::Write as _,
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::{imapi, run};

const MIB: usize = 1 << 20;

/// A folder with discs and what is burned.
struct Bench(TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().expect("UTF-8").to_string()
    }

    /// A folder with a file of that name and size.
    fn file(&self, name: &str, size: usize) -> PathBuf {
        let path = self.path("files").join(name);
        fs::create_dir_all(self.path("files")).expect("a folder");
        fs::write(&path, noise(size)).expect("a file");
        path
    }

    fn drive(&self, medium: &str, more: &str) -> String {
        format!("virtual:{}?media={medium}{more}", self.path(medium).display())
    }

    /// A script of faults that strike the drive, as an option of its name.
    fn faults(&self, fault: &str) -> String {
        let path = self.path("faults.json");
        fs::write(&path, format!(r#"{{"faults":[{fault}]}}"#)).expect("a file");
        format!("&faults={}", path.display())
    }

    /// Burns the folder.
    fn burn(&self, drive: &str, arguments: &[&str]) -> Told {
        let files = self.text("files");
        Told::of(&run(&[&["burn", &files, "--json", "--drive", drive], arguments].concat()))
    }

    /// What `imapi info` tells of a disc's state.
    fn state(&self, medium: &str) -> Vec<String> {
        let output = run(&["info", "--json", &format!("virtual:{}", self.path(medium).display())]);
        assert!(output.status.success(), "{medium}: {}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let words = told["medium"]["state"].as_array().expect("a list").iter();
        words.map(|word| word.as_str().expect("a word").to_string()).collect()
    }

    /// Blocks of the disc as a program of others reads them.
    fn read(&self, medium: &str, blocks: usize) -> Vec<u8> {
        let of = format!("of={}", self.path("read").display());
        let command = ["dd", "if=/dev/sr0", &of, "bs=2048", &format!("count={blocks}"), "status=none"];
        let output = run(&[&["virtual", "run", &self.text(medium), "--"], &command[..]].concat());
        assert!(output.status.success(), "{medium}: {}", String::from_utf8_lossy(&output.stderr));
        fs::read(self.path("read")).expect("it was read")
    }

    /// Waits until so many bytes of a disc are written.
    fn wait_for(&self, medium: &str, bytes: usize) {
        let begun = Instant::now();
        let written = || fs::metadata(self.path(medium)).map_or(0, |metadata| metadata.blocks() * 512);
        while written() < bytes as u64 {
            assert!(begun.elapsed() < Duration::from_secs(60), "{medium}: {} bytes are written", written());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Bytes that are never the same for long.
fn noise(size: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state
    };
    (0..size.div_ceil(4)).flat_map(|_| next().to_be_bytes()).take(size).collect()
}

/// What the program said.
struct Told {
    words: String,
    json: Value,
    status: Option<i32>,
}

impl Told {
    fn of(output: &Output) -> Self {
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        let json = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {words}"));
        Self { words, json, status: output.status.code() }
    }

    /// It failed with that code, and says all of that.
    fn failed(&self, code: &str, words: &[&str]) {
        assert_eq!((self.status, &self.json["name"]), (Some(1), &code.into()), "{}", self.words);
        for word in [&[code], words].concat() {
            assert!(self.words.contains(word), "{word}: {}", self.words);
        }
        let address = self.words.matches("disc address (LBA)").count();
        assert!(address <= 1, "an address is told once: {}", self.words);
    }
}

const GONE: &str = "ERROR_DEV_NOT_EXIST";
const UNKNOWN: [&str; 2] = ["state of the disc: not told by the drive", "What became of the disc is not known"];
const SPOILT: [&str; 2] = ["its last session is not complete", "it cannot be burned anew: take another disc"];
const AGAIN: &str = "can be burned again, from its beginning, with --overwrite";

/// Begins to burn what comes from a pipe, which then dries up.
fn begun(bench: &Bench, medium: &str, bytes: &[u8], announced: usize) -> (Child, std::process::ChildStdin) {
    let mut child = imapi()
        .args(["burn", "-", "--stdin-size", &announced.to_string(), "--json", "--drive", &bench.drive(medium, "")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(bytes).expect("it takes them");
    (child, pipe)
}

#[test]
fn a_killed_burn_leaves_the_drive_free_and_a_disc_that_says_what_it_is() {
    let bench = Bench::new();
    bench.file("small", 5000);
    let data = noise(48 * MIB);
    for (medium, is_write_once) in
        [("bd-r", true), ("dvd+r", true), ("cd-r", true), ("dvd+rw", false), ("cd-rw", false)]
    {
        let (mut child, pipe) = begun(&bench, medium, &data, 80 * MIB);
        bench.wait_for(medium, 4 * MIB);
        let second = bench.burn(&bench.drive(medium, ""), &[]);
        second.failed("ERROR_SHARING_VIOLATION", &[]);
        child.kill().expect("it lives");
        child.wait().expect("it ends");
        drop(pipe);
        let state = bench.state(medium);
        assert_eq!(state.iter().any(|word| word == "nonEmptySession"), medium != "dvd+rw", "{medium}: {state:?}");
        // A few WRITEs may have been in the drive's buffer only.
        assert!(bench.read(medium, 1024) == data[..2 * MIB], "{medium}: what is written is what was sent");
        let next = bench.burn(&bench.drive(medium, ""), &[]);
        let code =
            if medium == "dvd+rw" { "E_IMAPI_DF2DATA_MEDIA_NOT_BLANK" } else { "E_IMAPI_DF2DATA_INVALID_MEDIA_STATE" };
        next.failed(code, &[]);
        let again = bench.burn(&bench.drive(medium, ""), &["--overwrite", "--yes", "--verify", "full"]);
        if is_write_once {
            again.failed(code, &[SPOILT[0]]);
        } else {
            assert_eq!(again.status, Some(0), "{medium}: {}", again.words);
        }
    }
}

#[test]
fn a_drive_that_is_pulled_out_is_told_with_what_is_not_known() {
    let bench = Bench::new();
    bench.file("file", 3 * MIB);
    for medium in ["bd-r", "dvd+rw", "cd-r", "dvd-r"] {
        for (when, is_touched) in [
            // Before anything was written, in the middle, and at the end.
            (r#"{"opcode":"51","nth":2}"#, false),
            (r#"{"opcode":"2A","nth":20}"#, true),
            (r#"{"opcode":"35"}"#, true),
        ] {
            let faults = bench.faults(&format!(r#"{{"when":{when},"what":"gone"}}"#));
            let told = bench.burn(&bench.drive(medium, &faults), &[]);
            if is_touched {
                told.failed(GONE, &UNKNOWN);
                assert_eq!(told.json["disc"], "unknown", "{medium}, {when}");
            } else {
                told.failed(GONE, &[]);
                assert_eq!(bench.state(medium).first().map(String::as_str), Some("blank"), "{medium}: {when}");
            }
            bench.state(medium);
            fs::remove_file(bench.path(medium)).expect("the disc");
        }
    }
}

/// A limit for files stands for a disk without room; the disc was made before.
#[test]
fn a_disc_file_without_room_is_told_and_the_disc_is_what_the_drive_said() {
    let bench = Bench::new();
    bench.file("file", 30 * MIB);
    for (medium, words) in [
        ("bd-r", "the disc can be burned as if it were new"),
        ("cd-r", "the disc can be burned as if it were new"),
        ("dvd+rw", AGAIN),
    ] {
        assert!(run(&["virtual", "create", &bench.text(medium), "--media", medium, "--size", "64M"]).status.success());
        let output = Command::new("sh")
            .args(["-c", "trap '' XFSZ; ulimit -f 40000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_imapi")])
            .args(["burn", &bench.text("files"), "--json", "--drive", &bench.drive(medium, "")])
            .env("LANG", "C.UTF-8")
            .output()
            .expect("sh runs");
        let told = Told::of(&output);
        told.failed("E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", &["ERROR_FILE_TOO_LARGE", words]);
        let says_blank = told.json["disc"].as_str().expect("a state").contains("blank");
        assert_eq!(says_blank, bench.state(medium).iter().any(|word| word == "blank"), "{medium}: {}", told.words);
        let again = bench.burn(&bench.drive(medium, ""), &[]);
        assert_eq!(again.status, Some(0), "{medium}, with room: {}", again.words);
    }
}

/// Burns a folder so slowly that its files can be changed meanwhile, which is done when some of it is written.
fn meanwhile(bench: &Bench, medium: &str, speed: &str, change: impl FnOnce()) -> Told {
    let child = imapi()
        .args(["burn", &bench.text("files"), "--json", "--drive", &bench.drive(medium, &format!("&speed={speed}"))])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    bench.wait_for(medium, 3 * MIB);
    change();
    Told::of(&child.wait_with_output().expect("it ends"))
}

#[test]
fn a_file_that_shrinks_or_goes_while_it_is_burned_is_named() {
    let bench = Bench::new();
    // The drives take 72 and 55 MB/s, and 32 MiB are read ahead.
    let large = bench.file("a-large", 96 * MIB);
    let second = bench.file("b-second", MIB);
    let shrinks = meanwhile(&bench, "bd-r", "real", || {
        fs::File::options().write(true).open(&large).and_then(|file| file.set_len(90 << 20)).expect("a shorter file");
    });
    shrinks.failed("IMAPI_E_DATA_STREAM_INCONSISTENCY", &[&["a-large"], &SPOILT[..]].concat());
    assert_eq!(shrinks.json["disc"], "appendable, last session partly written");
    bench.file("a-large", 96 * MIB);
    let goes = meanwhile(&bench, "dvd-ram", "x8", || fs::remove_file(&second).expect("it is there"));
    goes.failed("IMAPI_E_DATA_STREAM_CREATE_FAILURE", &["b-second", AGAIN]);
}

#[test]
fn a_pipe_that_ends_early_is_told_with_how_much_came() {
    let bench = Bench::new();
    for (medium, words) in [("bd-r", &SPOILT[..]), ("dvd-ram", &[AGAIN])] {
        let (child, pipe) = begun(&bench, medium, &noise(40 * MIB + 1000), 80 * MIB);
        drop(pipe);
        let told = Told::of(&child.wait_with_output().expect("it ends"));
        told.failed("IMAPI_E_DATA_STREAM_INCONSISTENCY", &[&["41944040 bytes came"], words].concat());
    }
    // Before anything was written: all of it would have been in the program's memory.
    let (child, pipe) = begun(&bench, "dvd+r", &noise(1000), 80 * MIB);
    drop(pipe);
    let told = Told::of(&child.wait_with_output().expect("it ends"));
    told.failed("IMAPI_E_DATA_STREAM_INCONSISTENCY", &["The disc is as it was."]);
    assert_eq!(bench.state("dvd+r"), ["blank"]);
}

/// A disc with a scratch is what is burned; the system reads it.
#[test]
fn a_source_that_cannot_be_read_is_told_with_its_block() {
    let bench = Bench::new();
    bench.file("file", 40 * MIB);
    let burned = bench.burn(&bench.drive("bd-r", ""), &["--close"]);
    assert_eq!(burned.status, Some(0), "{}", burned.words);
    let scratch = r#"{"when":{"opcode":"28","blocks":{"first":18000,"last":18000}},"what":{"sense":{"code":"3/11/00"}},"times":"always"}"#;
    bench.faults(scratch);
    let (disc, faults) = (bench.text("bd-r"), bench.text("faults.json"));
    let ours = env!("CARGO_BIN_EXE_imapi");
    let drive = bench.drive("dvd+r", "");
    let burn = ["--", ours, "burn", "--as-image", "/dev/sr0", "--json", "--drive", &drive];
    let told = Told::of(&run(&[&["virtual", "run", &disc, "--faults", &faults], &burn[..]].concat()));
    told.failed("ERROR_IO_DEVICE", &[&["/dev/sr0"], &SPOILT[..]].concat());
    // The same disc, read by commands.
    let copied =
        run(&["copy", &format!("virtual:{disc}?faults={faults}"), "--to", &bench.drive("dvd+rw", ""), "--json"]);
    let told = Told::of(&copied);
    told.failed("E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", &["disc address (LBA): 18000", AGAIN]);
}

#[test]
fn a_state_is_told_in_the_readers_language() {
    let bench = Bench::new();
    bench.file("file", 3 * MIB);
    let faults = bench.faults(r#"{"when":{"opcode":"2A","nth":20},"what":{"sense":{"code":"3/0C/00"}}}"#);
    let told = bench.burn(&bench.drive("bd-r", &faults), &["--lang", "ru"]);
    told.failed("E_IMAPI_UNEXPECTED_RESPONSE_FROM_DEVICE", &["состояние диска", "возьмите другой"]);
    assert!(!told.words.contains("session"), "{}", told.words);
    assert_eq!(told.json["disc"], "appendable, last session partly written", "programs read one language");
}
