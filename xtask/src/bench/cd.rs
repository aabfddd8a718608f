//! How fast the sectors of a CD are made: on one core, in bytes a second.

use std::{path::Path, process::Command};

use crate::peers;

/// A figure that the bench of `imapi-cd-sector` prints, and the GB a second that are promised; none where nothing is.
const FIGURES: [(&str, &str, Option<f64>); 5] = [
    ("mode-1-encoded", "mode 1 sectors with checksum and parity, of user data", Some(1.0)),
    ("scrambled", "sectors scrambled", Some(4.0)),
    ("sub-channels-interleaved", "sub-channels P to W interleaved", Some(1.0)),
    ("sub-channels-deinterleaved", "sub-channels P to W taken apart", Some(1.0)),
    ("mode-1-mended", "mode 1 sectors with 86 wrong bytes mended, of user data", None),
];

/// True when all of them are within what was promised. All are told, whatever the first comes to.
pub fn run(root: &Path) -> Result<bool, String> {
    let mut bench = Command::new(peers::cargo());
    bench.current_dir(root).args(["bench", "--quiet", "--package", "imapi-cd-sector", "--bench", "figures"]);
    let output = bench.output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        return Err(format!("the bench of sectors: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut kept = true;
    for (name, what, promised) in FIGURES {
        let told = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
        let found = told.ok_or_else(|| format!("the bench of sectors does not say {name}: {text}"))? / 1e9;
        match promised {
            Some(promised) => {
                let verdict = if found >= promised { "kept" } else { "NOT KEPT" };
                println!("{verdict}: {what}: {found:.2} GB/s a core (promised: {promised})");
                kept &= found >= promised;
            }
            None => println!("{what}: {found:.2} GB/s a core"),
        }
    }
    Ok(kept)
}
