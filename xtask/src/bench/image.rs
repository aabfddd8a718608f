//! Images of folders beside what others make of them, and what memory they cost.
//!
//! Nobody waits for the disk: `--no-sync` leaves that out here, and no peer does it. The peers do less, since none of
//! their images has all three file systems; genisoimage with UDF comes nearest.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Noise, Promise, interleaved, least, peak, write_noise};
use crate::peers;

/// Runs of each side: more than elsewhere, since each is short.
const RUNS: usize = 9;
/// What our images have.
const FILE_SYSTEMS: &str = "iso9660,joliet,udf";

const LARGE_FILES: [&str; 4] = ["a", "b", "c", "d"];
const LARGE_SIZE: u64 = 256 << 20;

const FOLDERS: u64 = 400;
const PER_FOLDER: u64 = 100;
const SMALL_FILES: u64 = FOLDERS * PER_FOLDER;
/// Sizes of small files are spread evenly up to twice this.
const SMALL_AVERAGE: u64 = 8 << 10;

/// How many files are planned, one after the other.
const GROWTH: [u64; 3] = [10_000, 100_000, 1_000_000];

/// Where things are.
struct Place {
    root: PathBuf,
    folder: PathBuf,
    /// The folder that images are made of.
    source: PathBuf,
    /// The image.
    out: PathBuf,
}

/// Large files, small files, memory, and how all of it grows. True when all that was promised is kept.
pub fn run(root: &Path) -> Result<bool, String> {
    for program in ["genisoimage", "xorriso", "bsdtar", "tar", "time"] {
        peers::find(program).ok_or_else(|| format!("{program} is missing: cargo xtask test --setup"))?;
    }
    let build = ["build", "--quiet", "--release", "--package"];
    for what in [&["imapi-cli"][..], &["imapi-fsimage", "--example", "plan"]] {
        peers::succeed(Command::new(peers::cargo()).current_dir(root).args(build).args(what))?;
    }
    let folder = peers::built(root).join("bench/image");
    let (source, out) = (folder.join("source"), folder.join("out"));
    let place = Place { root: root.to_path_buf(), folder, source, out };
    let outcome = all(&place);
    remove(&place.folder)?;
    println!();
    // All are told, whatever the first comes to.
    Ok(outcome?.iter().filter(|promise| !promise.tell()).count() == 0)
}

fn all(place: &Place) -> Result<Vec<Promise>, String> {
    let mut promises = large(place)?;
    promises.extend(small(place)?);
    promises.extend(growth(place)?);
    Ok(promises)
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(format!("{}: {error}", folder.display())),
        _ => Ok(()),
    }
}

impl Place {
    /// An empty folder for what images are made of.
    fn begin(&self) -> Result<(), String> {
        remove(&self.folder)?;
        fs::create_dir_all(&self.source).map_err(|e| format!("{}: {e}", self.source.display()))
    }

    fn program(&self, name: &str) -> PathBuf {
        peers::built(&self.root).join("release").join(name)
    }

    fn ours(&self) -> Command {
        let mut command = Command::new(self.program("imapi"));
        command.args(["image", "create", "--no-sync", "--fs", FILE_SYSTEMS]);
        command.arg(&self.source).arg("-o").arg(&self.out);
        command
    }

    fn genisoimage(&self, options: &[&str]) -> Command {
        let mut command = Command::new("genisoimage");
        command.args(["-quiet", "-J"]).args(options).arg("-o").arg(&self.out).arg(&self.source);
        command
    }

    fn xorriso(&self) -> Command {
        let mut command = Command::new("xorriso");
        command.args(["-as", "mkisofs", "-quiet", "-J", "-o"]).arg(&self.out).arg(&self.source);
        command
    }

    fn bsdtar(&self) -> Command {
        let mut command = Command::new("bsdtar");
        command.args(["--format", "iso9660", "-cf"]).arg(&self.out).arg("-C").arg(&self.source).arg(".");
        command
    }

    fn tar(&self) -> Command {
        let mut command = Command::new("tar");
        command.arg("-cf").arg(&self.out).arg("-C").arg(&self.source).arg(".");
        command
    }

    fn cat(&self) -> Command {
        let mut command = Command::new("sh");
        command.current_dir(&self.source).args(["-c", "out=$1; shift; exec cat \"$@\" > \"$out\"", "sh"]);
        command.arg(&self.out).args(LARGE_FILES);
        command
    }

    /// Runs all of them in turn and prints the table; the first is ours. The least times come back.
    fn table(&self, title: &str, sides: Vec<(&str, Command)>) -> Result<Vec<f64>, String> {
        // What was just written is not to be on its way to the disk meanwhile.
        peers::succeed(&mut Command::new("sync"))?;
        let (names, mut commands): (Vec<_>, Vec<_>) = sides.into_iter().unzip();
        let mut pairs: Vec<_> = commands.iter_mut().map(|command| (command, self.out.as_path())).collect();
        let times = interleaved(RUNS, &mut pairs, |_, _| {})?;
        let all: Vec<f64> = times.iter().map(|times| least(times)).collect();
        println!("\n{title}: the least of {RUNS} runs, and how many times that we take");
        for (name, seconds) in names.iter().zip(&all) {
            println!("  {name:<28} {:7.0} ms   {:5.2}", seconds * 1000.0, all[0] / seconds);
        }
        Ok(all)
    }
}

/// 1 GiB in four files.
fn large(place: &Place) -> Result<Vec<Promise>, String> {
    place.begin()?;
    for name in LARGE_FILES {
        write_noise(&place.source.join(name), LARGE_SIZE)?;
    }
    let sides = vec![
        (OURS, place.ours()),
        ("cat", place.cat()),
        ("genisoimage -J", place.genisoimage(&[])),
        ("genisoimage -J -udf", place.genisoimage(&["-udf"])),
        ("xorriso -as mkisofs -J", place.xorriso()),
        ("bsdtar --format iso9660", place.bsdtar()),
    ];
    let times = place.table("1 GiB in 4 files", sides)?;
    Ok(vec![
        Promise::ratio("1 GiB in 4 files, beside cat", times[0], times[1], 1.15),
        Promise::ratio("1 GiB in 4 files, beside genisoimage", times[0], times[2], 0.75),
    ])
}

const OURS: &str = "imapi (ISO, Joliet, UDF)";

/// 40,000 files of 8 KiB.
fn small(place: &Place) -> Result<Vec<Promise>, String> {
    place.begin()?;
    let mut noise = Noise::BEGINNING;
    let mut bytes = vec![0; 2 * usize::try_from(SMALL_AVERAGE).map_err(|e| e.to_string())?];
    for folder in 0..FOLDERS {
        let folder = place.source.join(format!("folder-{folder:03}"));
        fs::create_dir(&folder).map_err(|e| e.to_string())?;
        for file in 0..PER_FOLDER {
            let size = usize::try_from(noise.next() % (2 * SMALL_AVERAGE + 1)).map_err(|e| e.to_string())?;
            noise.fill(&mut bytes[..size]);
            let path = folder.join(format!("file-{file:02}-{:05x}.dat", noise.next() & 0xF_FFFF));
            fs::write(&path, &bytes[..size]).map_err(|e| format!("{}: {e}", path.display()))?;
        }
    }
    let sides = vec![
        (OURS, place.ours()),
        ("tar", place.tar()),
        ("genisoimage -J", place.genisoimage(&[])),
        ("xorriso -as mkisofs -J", place.xorriso()),
        ("bsdtar --format iso9660", place.bsdtar()),
        ("genisoimage -J -udf", place.genisoimage(&["-udf"])),
    ];
    let title = format!("{SMALL_FILES} files of 8 KiB in {FOLDERS} folders");
    let times = place.table(&title, sides)?;
    let fastest = times[2..5].iter().copied().fold(f64::INFINITY, f64::min);
    let kib = peak(&place.ours())?;
    println!("  memory of imapi: {:.1} MiB", kib / 1024.0);
    Ok(vec![
        Promise::ratio("small files, beside the fastest that makes images", times[0], fastest, 0.6),
        Promise::ratio("small files, beside tar", times[0], times[1], 1.6),
        Promise {
            what: format!("memory for {SMALL_FILES} files"),
            found: kib / 1024.0,
            limit: 32.0 + 400.0 * f64::from(u32::try_from(SMALL_FILES).unwrap_or(u32::MAX)) / f64::from(1 << 20),
            unit: "MiB",
        },
    ])
}

/// Files that are nowhere but in memory, as many as are planned of any.
fn growth(place: &Place) -> Result<Vec<Promise>, String> {
    println!("\nfiles in memory: added to a tree, planned for all file systems, all metadata worked out");
    let mut of_a_file = Vec::new();
    let mut promises = Vec::new();
    for files in GROWTH {
        let mut runs = Vec::new();
        for _ in 0..3 {
            runs.push(Planned::new(place, files)?);
        }
        let least = |of: fn(&Planned) -> f64| runs.iter().map(of).fold(f64::INFINITY, f64::min);
        let [added, planned, rendered, kib] =
            [least(|run| run.added), least(|run| run.laid_out), least(|run| run.rendered), least(|run| run.kib)];
        let millions = f64::from(u32::try_from(files).unwrap_or(u32::MAX)) / 1e6;
        let all = added + planned + rendered;
        println!(
            "  {files:>9} {added:7.3} s {planned:7.3} s {rendered:7.3} s, {:5.2} µs a file, {:6.1} MiB",
            all / millions,
            kib / 1024.0
        );
        of_a_file.push(all / millions);
        if files == 1_000_000 {
            let (what, seconds) = (format!("{files} files added and planned"), added + planned);
            promises.push(Promise { what: what.clone(), found: seconds, limit: 10.0, unit: "s" });
            promises.push(Promise { what, found: kib / 1024.0, limit: 450.0, unit: "MiB" });
        }
    }
    // Caches hold ten thousand files and no million, so that a file costs a little more there.
    let growth = of_a_file[GROWTH.len() - 1] / of_a_file[0];
    promises.push(Promise { what: "a file among a million".to_string(), found: growth, limit: 3.0, unit: "times" });
    Ok(promises)
}

/// What the example says.
struct Planned {
    added: f64,
    laid_out: f64,
    rendered: f64,
    kib: f64,
}

impl Planned {
    fn new(place: &Place, files: u64) -> Result<Self, String> {
        let output = Command::new(place.program("examples/plan")).arg(files.to_string()).output();
        let output = output.map_err(|e| format!("plan: {e}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let after = |key: &str| {
            let mut words = said.split_whitespace().skip_while(|word| *word != key).skip(1);
            words
                .next()
                .and_then(|word| word.parse().ok())
                .ok_or_else(|| format!("plan: {said}{}", String::from_utf8_lossy(&output.stderr)))
        };
        let (added, laid_out) = (after("added")?, after("planned")?);
        Ok(Self { added, laid_out, rendered: after("rendered")?, kib: after("kib")? })
    }
}
