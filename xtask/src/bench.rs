//! `cargo xtask bench`: figures that the project promises, measured beside a yardstick in one run.
//!
//! Machines are noisy: what counts is the least of several runs of both sides in turn, and their ratio.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use crate::peers;

/// Runs of each side.
const RUNS: usize = 7;
/// Bytes that are written.
const SIZE: usize = 2 << 30;
/// A disc in a file may cost so much more than the bytes alone.
const VIRTUAL_DRIVE_LIMIT: f64 = 1.3;

/// A command of another program may take so many nanoseconds longer than one in this process.
const VIRTUAL_DEVICE_LIMIT: u64 = 20_000;

/// What a command of another program costs on its way to the virtual drive.
///
/// True when it is within what was promised.
pub fn virtual_device(root: &Path) -> Result<bool, String> {
    let mut bench = Command::new(peers::cargo());
    bench.current_dir(root).args(["bench", "--quiet", "--package", "imapi-virtual-device", "--bench", "command"]);
    let output = bench.output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("the bench of the virtual device: {}", String::from_utf8_lossy(&output.stderr)));
    }
    print!("{text}");
    let line = text.lines().find_map(|line| line.trim().strip_prefix("on the way"));
    let figure = line.and_then(|line| line.trim().strip_suffix("ns")?.trim().parse::<u64>().ok());
    let figure = figure.ok_or("the bench of the virtual device does not say what a command costs")?;
    println!("a command through the virtual device: {figure} ns more (promised: {VIRTUAL_DEVICE_LIMIT})");
    Ok(figure <= VIRTUAL_DEVICE_LIMIT)
}

/// Two GiB in WRITEs of 64 KiB into a virtual BD-R, beside `dd bs=64k` of the same bytes to the same file system.
///
/// True when the ratio is within what was promised.
pub fn virtual_drive(root: &Path) -> Result<bool, String> {
    let arguments = ["build", "--quiet", "--release", "--package", "imapi-virtual-drive", "--example", "burn"];
    peers::succeed(Command::new(peers::cargo()).current_dir(root).args(arguments))?;
    let folder = peers::built(root).join("bench");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let [source, disc, copy] = ["source", "disc", "copy"].map(|name| folder.join(name));
    write_noise(&source)?;
    let burn = peers::built(root).join("release/examples/burn");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let burned = timed(Command::new(&burn).arg(&source).arg(&disc), &disc)?;
        let (from, to) = (format!("if={}", source.display()), format!("of={}", copy.display()));
        let copied = timed(Command::new("dd").args([&from, &to, "bs=64k", "status=none"]), &copy)?;
        println!("run {run}: burned in {:.2} s, copied in {:.2} s", burned.as_secs_f64(), copied.as_secs_f64());
        ours.push(burned);
        theirs.push(copied);
    }
    fs::remove_file(&source).map_err(|e| e.to_string())?;
    let least = |times: &[Duration]| times.iter().min().map_or(f64::NAN, Duration::as_secs_f64);
    let ratio = least(&ours) / least(&theirs);
    println!(
        "least: burned in {:.2} s, copied in {:.2} s: {ratio:.2} times (promised: {VIRTUAL_DRIVE_LIMIT})",
        least(&ours),
        least(&theirs)
    );
    Ok(ratio <= VIRTUAL_DRIVE_LIMIT)
}

/// Runs a command that makes a file, and removes the file: not part of the time.
fn timed(command: &mut Command, made: &PathBuf) -> Result<Duration, String> {
    // A run that failed may have left one.
    let _ = fs::remove_file(made);
    let begun = Instant::now();
    peers::succeed(command)?;
    let took = begun.elapsed();
    fs::remove_file(made).map_err(|e| format!("{}: {e}", made.display()))?;
    Ok(took)
}

/// Bytes that no file system can make smaller.
fn write_noise(path: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{}: {e}", path.display());
    let mut file = fs::File::create(path).map_err(failed)?;
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut chunk = vec![0; 1 << 20];
    for _ in 0..SIZE / chunk.len() {
        for bytes in chunk.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&chunk).map_err(failed)?;
    }
    Ok(())
}
