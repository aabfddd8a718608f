//! `cargo xtask bench`: figures that the project promises, measured beside a yardstick in one run.
//!
//! Machines are noisy: what counts is the least of several runs of all sides in turn, and their ratio.

pub mod burn;
pub mod cd;
pub mod image;
pub mod read;
pub mod virtual_drive;

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

/// Runs of each side.
const RUNS: usize = 7;

/// Runs commands that each make a file, all of them in every round, and removes the files: not part of the time. Of each
/// command all times come back; the function hears those of every round.
///
/// Rounds differ in their order: how much memory is at hand, and how soon, depends on who ran before.
fn interleaved(
    runs: usize,
    sides: &mut [(&mut Command, &Path)],
    mut round: impl FnMut(usize, &[Duration]),
) -> Result<Vec<Vec<Duration>>, String> {
    let mut all = vec![Vec::with_capacity(runs); sides.len()];
    let (mut noise, mut order) = (Noise::BEGINNING, (0..sides.len()).collect::<Vec<_>>());
    for run in 1..=runs {
        let mut times = vec![Duration::ZERO; sides.len()];
        for &side in &order {
            let (command, made) = &mut sides[side];
            times[side] = timed(command, made)?;
        }
        order.sort_by_cached_key(|_| noise.next());
        round(run, &times);
        for (all, time) in all.iter_mut().zip(times) {
            all.push(time);
        }
    }
    Ok(all)
}

/// Runs a command that makes a file. What it says is told when it fails.
fn timed(command: &mut Command, made: &Path) -> Result<Duration, String> {
    // A run that failed may have left one.
    let _ = fs::remove_file(made);
    let program = command.get_program().to_string_lossy().into_owned();
    let begun = Instant::now();
    let output = command.output().map_err(|e| format!("{program}: {e}"))?;
    let took = begun.elapsed();
    if !output.status.success() {
        return Err(format!("{program}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    fs::remove_file(made).map_err(|e| format!("{}: {e}", made.display()))?;
    Ok(took)
}

/// The least of these times, in seconds.
fn least(times: &[Duration]) -> f64 {
    times.iter().min().map_or(f64::NAN, Duration::as_secs_f64)
}

/// Bytes that no file system can make smaller, and numbers that are the same on every machine.
struct Noise(u64);

impl Noise {
    const BEGINNING: Self = Self(0x9E37_79B9_7F4A_7C15);

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn fill(&mut self, out: &mut [u8]) {
        for bytes in out.chunks_mut(8) {
            bytes.copy_from_slice(&self.next().to_le_bytes()[..bytes.len()]);
        }
    }
}

/// A file of so many bytes of noise.
fn write_noise(path: &Path, size: u64) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", path.display());
    let mut file = fs::File::create(path).map_err(failed)?;
    let (mut noise, mut chunk) = (Noise::BEGINNING, vec![0; 1 << 20]);
    for _ in 0..size / chunk.len() as u64 {
        noise.fill(&mut chunk);
        file.write_all(&chunk).map_err(failed)?;
    }
    Ok(())
}

/// A figure that was promised.
struct Promise {
    what: String,
    found: f64,
    limit: f64,
    unit: &'static str,
}

impl Promise {
    fn ratio(what: &str, ours: f64, theirs: f64, limit: f64) -> Self {
        Self { what: what.to_string(), found: ours / theirs, limit, unit: "times" }
    }

    /// Says whether it is kept.
    fn tell(&self) -> bool {
        let kept = self.found <= self.limit;
        let verdict = if kept { "kept" } else { "NOT KEPT" };
        println!("{verdict}: {}: {:.2} {} (promised: {})", self.what, self.found, self.unit, self.limit);
        kept
    }
}

/// The most memory that a command has, in KiB.
fn peak(command: &Command) -> Result<f64, String> {
    let mut timed = Command::new("time");
    timed.args(["-f", "%M"]).arg(command.get_program()).args(command.get_args());
    let output = timed.output().map_err(|e| format!("time: {e}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let figure = said.lines().last().and_then(|line| line.trim().parse().ok());
    figure.filter(|_| output.status.success()).ok_or_else(|| format!("time: {said}"))
}
