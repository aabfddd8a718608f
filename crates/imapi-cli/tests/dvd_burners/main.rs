//! Programs that burn DVDs and BDs judge the virtual drive: each burns its way, and what it burned is read back.
//!
//! All of them think that they have a drive of the kernel's at `/dev/sr0`. They sleep a lot, so that the discs of a test are
//! burned side by side.

#![cfg(target_os = "linux")]

mod formats;
mod growisofs;
mod image;
mod trees;

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
    thread,
};

use serde_json::Value;
use tempfile::TempDir;

/// A disc, and a folder beside it with what is burned.
struct Bench {
    folder: TempDir,
    medium: String,
}

/// A disc as `imapi virtual show` tells of it.
struct Shown {
    state: String,
    /// First block and length of each track, with the number of its session.
    tracks: Vec<(u64, u64, u64)>,
}

/// The blocks of the image that is burned: no multiple of any unit.
const IMAGE_BLOCKS: usize = 1001;

impl Bench {
    fn new(medium: &str, size: &str) -> Self {
        let bench = Self { folder: tempfile::tempdir().expect("a folder"), medium: medium.to_string() };
        let disc = bench.path("disc");
        let made = imapi().args(["virtual", "create", "--media", medium, "--size", size]).arg(&disc).output();
        bench.succeeded("create", &made.expect("the program starts"));
        fs::write(bench.path("image"), noise(1, IMAGE_BLOCKS * 2048)).expect("an image");
        for (tree, seed) in [("one", 2), ("two", 3)] {
            fs::create_dir(bench.path(tree)).expect("a folder");
            fs::write(bench.path(tree).join(tree), noise(seed, 300_000)).expect("a file");
        }
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a program, given as one line, that sees the disc at `/dev/sr0`.
    fn run(&self, line: &str) -> Output {
        // A program that hangs is a failure, too.
        let mut command = imapi();
        command.args(["virtual", "run"]).arg(self.path("disc")).args(["--", "timeout", "100"]);
        command.args(line.split(' ')).current_dir(self.folder.path()).output().expect("the program starts")
    }

    /// The same, and it must succeed; what it said comes back.
    fn must(&self, line: &str) -> String {
        let output = self.run(line);
        self.succeeded(line, &output);
        said(&output)
    }

    fn succeeded(&self, line: &str, output: &Output) {
        assert!(output.status.success(), "{}: {line}: {:?}\n{}", self.medium, output.status, said(output));
    }

    fn show(&self) -> Shown {
        let shown = imapi().args(["virtual", "show", "--json"]).arg(self.path("disc")).output().expect("it starts");
        self.succeeded("show", &shown);
        let shown: Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        let number = |track: &Value, name: &str| track[name].as_u64().expect("a number");
        let tracks = shown["tracks"].as_array().expect("tracks").iter();
        Shown {
            state: shown["state"].as_str().expect("a word").to_string(),
            tracks: tracks.map(|t| (number(t, "session"), number(t, "first"), number(t, "blocks"))).collect(),
        }
    }

    /// What `dd` reads from that block on is what is in the file.
    fn holds(&self, first: u64, file: &str) {
        let blocks = fs::metadata(self.path(file)).expect("a file").len().div_ceil(2048);
        self.must(&format!("dd if=/dev/sr0 of=read bs=2048 skip={first} count={blocks}"));
        let (read, burned) =
            (fs::read(self.path("read")).expect("a copy"), fs::read(self.path(file)).expect("the source"));
        assert!(read.starts_with(&burned), "{}: {file} at {first}", self.medium);
    }

    /// What xorriso finds on the disc is what is in the folder.
    fn holds_tree(&self, tree: &str, at: &str) {
        let said = self.must(&format!("xorriso -indev /dev/sr0 -compare_r {tree} {at}"));
        assert!(said.contains("Both file objects match"), "{}: {said}", self.medium);
    }

    /// What isoinfo finds on the disc is what is in the folder of the same name.
    fn holds_file(&self, name: &str) {
        let read = self.run(&format!("isoinfo -i /dev/sr0 -R -x /{name}"));
        assert!(read.stdout == fs::read(self.path(name).join(name)).expect("a file"), "{}: {name}", self.medium);
    }

    /// What it tells of itself to `dvd+rw-mediainfo`.
    fn media_info(&self) -> String {
        self.must("dvd+rw-mediainfo /dev/sr0")
    }
}

impl Shown {
    fn sessions(&self) -> u64 {
        self.tracks.iter().map(|track| track.0).max().unwrap_or(0)
    }
}

fn imapi() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_imapi"));
    command.env("LC_ALL", "C.UTF-8");
    command
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Bytes that look like nothing else.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let step = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(step).take(length).collect()
}

/// Does all of these side by side, each in a thread of its name: the programs sleep most of the time, and tests would wait
/// for one another as if they had work to do.
macro_rules! together {
    ($($judge:path),* $(,)?) => {
        std::thread::scope(|scope| {
            $(
                let builder = std::thread::Builder::new().name(stringify!($judge).to_string());
                builder.spawn_scoped(scope, $judge).expect("a thread");
            )*
        })
    };
}
use together;

#[test]
fn programs_burn_all_media() {
    together!(
        growisofs::growisofs_burns_all_media,
        image::images_are_burned_block_for_block,
        trees::xorriso_burns_all_media,
    );
}

/// Burns all these media side by side.
fn each(media: &[&str], burn: impl Fn(&str) + Sync) {
    thread::scope(|scope| {
        for medium in media {
            scope.spawn(|| burn(medium));
        }
    });
}
