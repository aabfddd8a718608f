//! `cargo xtask msrv`: does the workspace build with the oldest compiler that `Cargo.toml` promises?
//!
//! The compiler comes from rustup where it has that toolchain, else from Debian's packages, unpacked below `target`
//! without installing them.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::peers;

/// Builds every library and program with the promised compiler; tests may use younger tools.
pub fn run(root: &Path) -> Result<(), String> {
    let version = promised(root)?;
    let rustc =
        from_rustup(&version).or_else(|| unpacked(root, &version)).map_or_else(|| unpack(root, &version), Ok)?;
    println!("msrv: {}", rustc.display());
    let mut command = Command::new(peers::cargo());
    command.current_dir(root).args(["check", "--workspace", "--all-features"]);
    // A target folder of its own: another compiler's files are of no use to ours.
    command.env("RUSTC", &rustc).env("CARGO_TARGET_DIR", root.join("target/msrv/build"));
    peers::succeed(&mut command)
}

/// `rust-version` of the workspace, such as `1.85`.
fn promised(root: &Path) -> Result<String, String> {
    let text = fs::read_to_string(root.join("Cargo.toml")).map_err(|e| format!("Cargo.toml: {e}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("rust-version = \""));
    let version = line.and_then(|rest| rest.split('"').next()).ok_or("Cargo.toml has no rust-version")?;
    Ok(version.to_string())
}

fn from_rustup(version: &str) -> Option<PathBuf> {
    let output = Command::new("rustup").args(["which", "--toolchain", version, "rustc"]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    (output.status.success() && path.is_file()).then_some(path)
}

fn unpacked(root: &Path, version: &str) -> Option<PathBuf> {
    let rustc = folder(root).join("rustc");
    let output = Command::new(&rustc).arg("--version").output().ok()?;
    String::from_utf8_lossy(&output.stdout).starts_with(&format!("rustc {version}.")).then_some(rustc)
}

/// The compiler finds its libraries where it was built to find them; these are elsewhere, and the script says where.
#[cfg(unix)]
fn write_wrapper(folder: &Path) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt as _;
    let usr = folder.join("usr");
    let libraries = format!("{0}/lib:{0}/lib/{1}-linux-gnu", usr.display(), std::env::consts::ARCH);
    let script = format!("#!/bin/sh\nLD_LIBRARY_PATH='{libraries}' exec '{}/bin/rustc' \"$@\"\n", usr.display());
    let path = folder.join("rustc");
    fs::write(&path, script).map_err(|e| format!("{}: {e}", path.display()))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(|e| format!("{}: {e}", path.display()))
}

#[cfg(not(unix))]
fn write_wrapper(_: &Path) -> Result<(), String> {
    Err("Debian's packages are of no use here".to_string())
}

/// Debian 12 has several compilers under the name `rustc-web`; in Debian 13 it is `rustc`.
fn unpack(root: &Path, version: &str) -> Result<PathBuf, String> {
    let folder = folder(root);
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    for web in ["-web", ""] {
        let packages = [
            format!("rustc{web}={version}*"),
            format!("libstd-rust{web}-dev={version}*"),
            format!("libstd-rust{web}-{version}={version}*"),
            "libllvm19".to_string(), // what Rust 1.85 was built with
        ];
        let mut download = Command::new("apt-get");
        if peers::succeed(download.current_dir(&folder).args(["download", "--quiet=2"]).args(&packages)).is_err() {
            continue;
        }
        write_wrapper(&folder)?;
        for entry in fs::read_dir(&folder).map_err(|e| e.to_string())?.flatten() {
            if entry.path().extension().is_some_and(|extension| extension == "deb") {
                peers::succeed(Command::new("dpkg").arg("-x").arg(entry.path()).arg(&folder))?;
                fs::remove_file(entry.path()).map_err(|e| e.to_string())?;
            }
        }
        break;
    }
    unpacked(root, version)
        .ok_or_else(|| format!("no Rust {version} here: rustup toolchain install {version} --profile minimal"))
}

fn folder(root: &Path) -> PathBuf {
    root.join("target/msrv")
}
