//! Reading images beside what others do: listing beside isoinfo, extracting beside copying the files that the image was
//! made of, and what memory a file costs.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use super::{Noise, Promise, least, peak, write_noise};
use crate::peers;

/// Runs of each side.
const RUNS: usize = 7;

const LARGE_FILES: [&str; 4] = ["a", "b", "c", "d"];
const LARGE_SIZE: u64 = 256 << 20;

const PER_FOLDER: u64 = 250;
/// How many files are listed, and how many fewer for the memory that one costs.
const MANY: u64 = 100_000;
const FEW: u64 = 10_000;

struct Place {
    folder: PathBuf,
    program: PathBuf,
    out: PathBuf,
}

/// Listing, extracting, memory. True when all that was promised is kept.
pub fn run(root: &Path) -> Result<bool, String> {
    for program in ["isoinfo", "cp", "time", "bsdtar"] {
        peers::find(program).ok_or_else(|| format!("{program} is missing: cargo xtask test --setup"))?;
    }
    let build = ["build", "--quiet", "--release", "--package", "imapi-cli"];
    peers::succeed(Command::new(peers::cargo()).current_dir(root).args(build))?;
    let folder = peers::built(root).join("bench/read");
    let place = Place { program: peers::built(root).join("release/imapi"), out: folder.join("out"), folder };
    remove(&place.folder)?;
    let outcome = all(&place);
    remove(&place.folder)?;
    println!();
    // All are told, whatever the first comes to.
    Ok(outcome?.iter().filter(|promise| !promise.tell()).count() == 0)
}

fn all(place: &Place) -> Result<Vec<Promise>, String> {
    let mut promises = listing(place)?;
    promises.extend(extracting(place)?);
    Ok(promises)
}

fn remove(path: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => fs::remove_dir_all(path).map_err(failed),
        Ok(_) => fs::remove_file(path).map_err(failed),
        Err(_) => Ok(()),
    }
}

impl Place {
    fn ours(&self, arguments: &[&str], image: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("image").args(arguments).arg(image);
        command
    }

    fn create(&self, source: &Path, image: &Path) -> Result<(), String> {
        let mut command = self.ours(&["create", "--no-sync", "--rock-ridge", "-q"], source);
        peers::succeed(command.arg("-o").arg(image)).map(drop)
    }

    /// Runs all sides in turn, and removes what they made before each run; the least times come back.
    fn table(&self, title: &str, sides: Vec<(&str, Command)>) -> Result<Vec<f64>, String> {
        // What was just written is not to be on its way to the disk meanwhile.
        peers::succeed(&mut Command::new("sync"))?;
        let (names, mut commands): (Vec<_>, Vec<_>) = sides.into_iter().unzip();
        let mut times = vec![Vec::<Duration>::new(); names.len()];
        let (mut noise, mut order) = (Noise::BEGINNING, (0..names.len()).collect::<Vec<_>>());
        for _ in 0..RUNS {
            for &side in &order {
                remove(&self.out)?;
                let command = commands[side].stdout(Stdio::null()).stderr(Stdio::piped());
                let begun = Instant::now();
                let output = command.output().map_err(|error| format!("{}: {error}", names[side]))?;
                let took = begun.elapsed();
                if !output.status.success() {
                    return Err(format!("{}: {}", names[side], String::from_utf8_lossy(&output.stderr)));
                }
                times[side].push(took);
            }
            order.sort_by_cached_key(|_| noise.next());
        }
        remove(&self.out)?;
        let all: Vec<f64> = times.iter().map(|times| least(times)).collect();
        println!("\n{title}: the least of {RUNS} runs, and how many times that we take");
        for (name, seconds) in names.iter().zip(&all) {
            println!("  {name:<28} {:7.1} ms   {:5.2}", seconds * 1000.0, all[0] / seconds);
        }
        Ok(all)
    }
}

/// A folder of so many small files, and an image of it.
fn many(place: &Place, files: u64) -> Result<PathBuf, String> {
    let source = place.folder.join(format!("source-{files}"));
    let mut noise = Noise::BEGINNING;
    for folder in 0..files / PER_FOLDER {
        let folder = source.join(format!("folder-{folder:03}"));
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for file in 0..PER_FOLDER {
            let path = folder.join(format!("file-{file:03}-{:05x}.dat", noise.next() & 0xF_FFFF));
            let bytes = vec![b'x'; usize::try_from(noise.next() % 300).unwrap_or(0)];
            fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    let image = place.folder.join(format!("{files}.iso"));
    place.create(&source, &image)?;
    Ok(image)
}

fn listing(place: &Place) -> Result<Vec<Promise>, String> {
    fs::create_dir_all(&place.folder).map_err(|error| error.to_string())?;
    let (few, many) = (many(place, FEW)?, many(place, MANY)?);
    let mut isoinfo = Command::new("isoinfo");
    isoinfo.args(["-R", "-l", "-i"]).arg(&many);
    let mut bsdtar = Command::new("bsdtar");
    bsdtar.arg("-tvf").arg(&many);
    let sides = vec![
        ("imapi ls -l --fs rock-ridge", place.ours(&["ls", "-l", "--fs", "rock-ridge"], &many)),
        ("imapi ls -l (UDF)", place.ours(&["ls", "-l"], &many)),
        ("imapi ls --json (UDF)", place.ours(&["ls", "--json"], &many)),
        ("isoinfo -R -l", isoinfo),
        ("bsdtar -tv", bsdtar),
    ];
    let times = place.table(&format!("{MANY} files listed"), sides)?;
    let mut promises = vec![
        Promise::ratio("listing Rock Ridge, beside isoinfo", times[0], times[3], 0.7),
        Promise::ratio("listing UDF, beside isoinfo", times[1], times[3], 0.7),
    ];
    for (what, arguments) in [("listing", &["ls", "-l"][..]), ("extracting", &["extract", "-q"])] {
        let memory = |image: &Path| -> Result<f64, String> {
            remove(&place.out)?;
            let mut command = place.ours(arguments, image);
            if what == "extracting" {
                command.arg("-C").arg(&place.out);
            }
            peak(&command)
        };
        let (small, large) = (memory(&few)?, memory(&many)?);
        let files = f64::from(u32::try_from(MANY - FEW).unwrap_or(u32::MAX));
        println!("  memory of {what}: {:.1} MiB, and {:.1} MiB for {FEW} files", large / 1024.0, small / 1024.0);
        let found = (large - small).max(0.0) * 1024.0 / files;
        promises.push(Promise { what: format!("memory of {what} for a file"), found, limit: 300.0, unit: "bytes" });
    }
    remove(&place.out)?;
    Ok(promises)
}

fn extracting(place: &Place) -> Result<Vec<Promise>, String> {
    remove(&place.folder)?;
    let source = place.folder.join("source");
    fs::create_dir_all(&source).map_err(|error| error.to_string())?;
    for name in LARGE_FILES {
        write_noise(&source.join(name), LARGE_SIZE)?;
    }
    let image = place.folder.join("large.iso");
    place.create(&source, &image)?;
    let ours = |names: &str| {
        let mut command = place.ours(&["extract", "-q", "--fs", names], &image);
        command.arg("-C").arg(&place.out);
        command
    };
    let mut cp = Command::new("cp");
    cp.arg("-r").arg(&source).arg(&place.out);
    let mut bsdtar = Command::new("sh");
    bsdtar.args(["-c", "mkdir \"$1\" && exec bsdtar -xf \"$2\" -C \"$1\"", "sh"]).arg(&place.out).arg(&image);
    let sides = vec![
        ("imapi extract --fs udf", ours("udf")),
        ("imapi extract --fs rock-ridge", ours("rock-ridge")),
        ("cp -r", cp),
        ("bsdtar -x", bsdtar),
    ];
    let times = place.table("1 GiB in 4 files extracted", sides)?;
    Ok(vec![
        Promise::ratio("extracting UDF, beside cp -r", times[0], times[2], 1.1),
        Promise::ratio("extracting Rock Ridge, beside cp -r", times[1], times[2], 1.1),
    ])
}
