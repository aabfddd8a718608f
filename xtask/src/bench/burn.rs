//! Burning beside `dd`, what the engine itself costs, and what memory the whole program takes.
//!
//! All of it is a table of figures, each with what was promised: a figure more is an entry more of [`FIGURES`].

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
};

use super::{RUNS, interleaved, least, write_noise};
use crate::peers;

/// Bytes that are burned.
const SIZE: u64 = 2 << 30;
/// What the engine writes to nowhere: so much that the kernel's clock of processes, of ten milliseconds, is fine enough.
const ENGINE_GIB: u32 = 32;
/// Runs of the engine, of which the least counts.
const ENGINE_RUNS: usize = 3;

/// Where things are.
struct Place {
    root: PathBuf,
    folder: PathBuf,
    /// What is burned.
    source: PathBuf,
    disc: PathBuf,
}

/// A figure as it was found.
struct Found {
    what: &'static str,
    value: f64,
    unit: &'static str,
    promised: f64,
}

/// Measures one or more figures.
type Figure = fn(&Place) -> Result<Vec<Found>, String>;

const FIGURES: [Figure; 5] = [beside_dd, verification, manifest, engine, memory];

/// True when all of them are within what was promised. All are told, whatever the first comes to.
pub fn run(root: &Path) -> Result<bool, String> {
    for program in ["dd", "time"] {
        peers::find(program).ok_or_else(|| format!("{program} is missing: cargo xtask test --setup"))?;
    }
    let build = ["build", "--quiet", "--release", "--package"];
    for what in [&["imapi-cli"][..], &["imapi", "--features", "virtual", "--example", "burn"]] {
        peers::succeed(Command::new(peers::cargo()).current_dir(root).args(build).args(what))?;
    }
    let folder = peers::built(root).join("bench/burn");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let [source, disc] = ["source", "disc"].map(|name| folder.join(name));
    let place = Place { root: root.to_path_buf(), folder, source, disc };
    let found = all(&place);
    fs::remove_dir_all(&place.folder).map_err(|e| format!("{}: {e}", place.folder.display()))?;
    let mut kept = true;
    for Found { what, value, unit, promised } in found? {
        let verdict = if value <= promised { "kept" } else { "NOT KEPT" };
        println!("{verdict}: {what}: {value:.3} {unit} (promised: {promised})");
        kept &= value <= promised;
    }
    Ok(kept)
}

fn all(place: &Place) -> Result<Vec<Found>, String> {
    write_noise(&place.source, SIZE)?;
    // What was just written is not to be on its way to the disk meanwhile.
    peers::succeed(&mut Command::new("sync"))?;
    let mut found = Vec::new();
    for figure in FIGURES {
        found.extend(figure(place)?);
    }
    Ok(found)
}

impl Place {
    fn program(&self, name: &str) -> PathBuf {
        peers::built(&self.root).join("release").join(name)
    }

    /// Burns in its own process by the library, as fast as a virtual BD-R takes it.
    fn burned(&self, how: &str) -> Command {
        let mut command = Command::new(self.program("examples/burn"));
        command.arg(how).arg(&self.source).arg(&self.disc);
        command
    }
}

/// A virtual BD-R in a file, without verification, beside `dd bs=64k` of the same bytes to the same file system.
fn beside_dd(place: &Place) -> Result<Vec<Found>, String> {
    let copy = place.folder.join("copy");
    let (from, to) = (format!("if={}", place.source.display()), format!("of={}", copy.display()));
    let mut copied = Command::new("dd");
    copied.args([&from, &to, "bs=64k", "status=none"]);
    let notes = ["burned", "copied"].map(|name| place.folder.join(name));
    let (mut burned, mut copied) = (noted(&place.burned("image"), &notes[0]), noted(&copied, &notes[1]));
    let sides = &mut [(&mut burned, &*place.disc), (&mut copied, &*copy)];
    let times = interleaved(RUNS, sides, |run, times| {
        println!("run {run}: burned in {:.2} s, copied in {:.2} s", times[0].as_secs_f64(), times[1].as_secs_f64());
    })?;
    let [ours, theirs] = [0, 1].map(|side: usize| least(&times[side]));
    let [our_work, their_work] = [least_noted(&notes[0])?, least_noted(&notes[1])?];
    println!("least: burned in {ours:.2} s, copied in {theirs:.2} s");
    // Where the machine has other things to do, this says what it would come to without them.
    println!("the processor's time, the kernel's too: {our_work:.2} s beside {their_work:.2} s");
    let what = "2 GiB to a virtual BD-R without verification, beside dd";
    Ok(vec![Found { what, value: ours / theirs, unit: "times", promised: 1.5 }])
}

/// The same command, whose times of the processor are added to a file.
fn noted(command: &Command, to: &Path) -> Command {
    let mut timed = Command::new("time");
    timed.args(["-f", "%U %S", "-a", "-o"]).arg(to).arg(command.get_program()).args(command.get_args());
    timed
}

/// The least of them, in seconds.
fn least_noted(notes: &Path) -> Result<f64, String> {
    let text = fs::read_to_string(notes).map_err(|e| format!("{}: {e}", notes.display()))?;
    let of_run = |line: &str| line.split_whitespace().map(str::parse::<f64>).sum::<Result<f64, _>>();
    let times: Result<Vec<f64>, _> = text.lines().map(of_run).collect();
    Ok(times.map_err(|e| format!("{}: {e}", notes.display()))?.into_iter().fold(f64::INFINITY, f64::min))
}

/// The number behind a word that a command says.
fn said(command: &mut Command, word: &str) -> Result<Vec<f64>, String> {
    let output = command.output().map_err(|e| format!("burn: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let words: Vec<&str> = said.split_whitespace().collect();
    let numbers = words.chunks_exact(2).filter(|pair| word.split(' ').any(|word| word == pair[0]));
    let numbers: Vec<f64> = numbers.filter_map(|pair| pair[1].parse().ok()).collect();
    if output.status.success() && numbers.len() == word.split(' ').count() {
        return Ok(numbers);
    }
    Err(format!("burn: {said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// Full verification beside reading the disc once, by the same drive in the same process.
fn verification(place: &Place) -> Result<Vec<Found>, String> {
    let (mut verified, mut read) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..RUNS {
        let numbers = said(&mut place.burned("verified"), "verified read")?;
        fs::remove_file(&place.disc).map_err(|e| format!("{}: {e}", place.disc.display()))?;
        (verified, read) = (verified.min(numbers[0]), read.min(numbers[1]));
    }
    println!("least: verified in {verified:.2} s, read in {read:.2} s");
    Ok(vec![Found {
        what: "full verification, beside reading once",
        value: verified / read,
        unit: "times",
        promised: 1.2,
    }])
}

/// Burning with a manifest beside the slower of burning and hashing: of an image only, and of a file in it as well.
fn manifest(place: &Place) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    for (what, files, threads) in [
        ("an image burned with a manifest, beside the slower of burning and hashing", None, 2),
        ("the same with all of it a file, which is hashed twice", Some("files"), 3),
    ] {
        let mut hashed = Command::new(place.program("examples/burn"));
        hashed.arg("hash").arg(&place.source).args(files);
        // What is timed makes a file.
        let mut hashed = after_touching(&hashed, &place.disc);
        let (mut burned, mut both) = (place.burned("image"), place.burned("manifest"));
        both.args(files);
        let sides = &mut [(&mut both, &*place.disc), (&mut burned, &*place.disc), (&mut hashed, &*place.disc)];
        let times = interleaved(RUNS, sides, |_, _| {})?;
        let [both, burned, hashed] = [0, 1, 2].map(|side: usize| least(&times[side]));
        let value = both / burned.max(hashed);
        println!("least: burned in {burned:.2} s, hashed in {hashed:.2} s, both in {both:.2} s");
        // Threads that have to take turns cannot be beside each other.
        if thread::available_parallelism().is_ok_and(|processors| processors.get() >= threads) {
            found.push(Found { what, value, unit: "times", promised: 1.1 });
        } else {
            println!("{what}: {value:.3} times (promised for {threads} processors)");
        }
    }
    Ok(found)
}

/// The same command, before which a file is made.
fn after_touching(command: &Command, made: &Path) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", "touch \"$1\"; shift; exec \"$@\"", "sh"]).arg(made);
    shell.arg(command.get_program()).args(command.get_args());
    shell
}

/// What the engine itself needs of the processor, where source and drive need nothing.
fn engine(place: &Place) -> Result<Vec<Found>, String> {
    let mut least = f64::INFINITY;
    for _ in 0..ENGINE_RUNS {
        let mut command = Command::new(place.program("examples/burn"));
        let user = said(command.args(["engine", &ENGINE_GIB.to_string()]), "user")?;
        least = least.min(user[0] / f64::from(ENGINE_GIB));
    }
    let what = "the engine's own time of the processor";
    Ok(vec![Found { what, value: least, unit: "s/GiB", promised: 0.25 }])
}

/// The most memory of the whole program. Programs and libraries that are mapped count, so that what is anonymous is less.
fn memory(place: &Place) -> Result<Vec<Found>, String> {
    let mut found = Vec::new();
    let (manifest, second) = (place.folder.join("manifest"), place.folder.join("second"));
    let [drive, other] = [&place.disc, &second].map(|disc| format!("virtual:{}?media=bd-r", disc.display()));
    let with_manifest = format!("--manifest={}", manifest.display());
    for (what, options) in [
        ("memory of imapi burn with an image", &["--as-image"][..]),
        // The file in a file system that is made while it is burned.
        ("memory of imapi burn with a file, verification and manifest", &["--verify=full", &with_manifest]),
        ("memory of the same on two drives", &["--verify=full", &with_manifest, "--drive", &other]),
    ] {
        let mut timed = Command::new("time");
        timed.args(["-f", "%M"]).arg(place.program("imapi")).args(["burn", "--quiet"]).arg(&place.source);
        timed.args(options).args(["--drive", &drive]);
        let output = timed.output().map_err(|e| format!("time: {e}"))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let kib: Option<f64> = said.lines().last().and_then(|line| line.trim().parse().ok());
        let kib = kib.filter(|_| output.status.success()).ok_or_else(|| format!("imapi burn: {said}"))?;
        for made in [&place.disc, &manifest, &second] {
            let _ = fs::remove_file(made);
        }
        found.push(Found { what, value: kib / 1024.0, unit: "MiB", promised: 96.0 });
    }
    Ok(found)
}
