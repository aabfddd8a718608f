//! The virtual drive beside `dd`, and the way to it beside no way.

use std::{fs, path::Path, process::Command};

use super::{RUNS, interleaved, least, write_noise};
use crate::peers;

/// Bytes that are written.
const SIZE: u64 = 2 << 30;
/// A disc in a file may cost so much more than the bytes alone.
const VIRTUAL_DRIVE_LIMIT: f64 = 1.3;

/// A command of another program may take so many nanoseconds longer than one in this process.
const VIRTUAL_DEVICE_LIMIT: u64 = 20_000;

/// What a command of another program costs on its way to the virtual drive.
///
/// True when it is within what was promised.
pub fn device(root: &Path) -> Result<bool, String> {
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
pub fn drive(root: &Path) -> Result<bool, String> {
    let arguments = ["build", "--quiet", "--release", "--package", "imapi-virtual-drive", "--example", "burn"];
    peers::succeed(Command::new(peers::cargo()).current_dir(root).args(arguments))?;
    let folder = peers::built(root).join("bench");
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let [source, disc, copy] = ["source", "disc", "copy"].map(|name| folder.join(name));
    write_noise(&source, SIZE)?;
    let burn = peers::built(root).join("release/examples/burn");
    let mut burned = Command::new(&burn);
    burned.arg(&source).arg(&disc);
    let (from, to) = (format!("if={}", source.display()), format!("of={}", copy.display()));
    let mut copied = Command::new("dd");
    copied.args([&from, &to, "bs=64k", "status=none"]);
    let times = interleaved(RUNS, &mut [(&mut burned, &disc), (&mut copied, &copy)], |run, times| {
        println!("run {run}: burned in {:.2} s, copied in {:.2} s", times[0].as_secs_f64(), times[1].as_secs_f64());
    })?;
    fs::remove_file(&source).map_err(|e| e.to_string())?;
    let [ours, theirs] = [0, 1].map(|side: usize| least(&times[side]));
    let ratio = ours / theirs;
    println!(
        "least: burned in {ours:.2} s, copied in {theirs:.2} s: {ratio:.2} times (promised: {VIRTUAL_DRIVE_LIMIT})"
    );
    Ok(ratio <= VIRTUAL_DRIVE_LIMIT)
}
