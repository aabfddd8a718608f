//! Images that other programs make are decoded to the last structure, and what we encode is read by other programs.
//!
//! - [`listing`]: directories, names, Rock Ridge and Joliet by genisoimage and xorriso, beside what isoinfo sees and what
//!   was on the disk.
//! - [`booting`]: El Torito, boot info tables, MBR and GPT by xorriso and genisoimage, beside what xorriso, sgdisk and
//!   fdisk report.
//! - [`composed`]: an image that we compose by hand, read by isoinfo, xorriso, 7-Zip and sgdisk.

mod booting;
mod composed;
mod image;
mod listing;

use std::{fs, path::Path, process::Command};

/// Runs a peer and returns what it printed; it has to succeed.
fn peer(package: &str, program: &str, arguments: &[&str], folder: &Path) -> String {
    // None of them takes a second here; what hangs is killed, so that it fails.
    let output = Command::new("timeout")
        .args(["60", program])
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .output()
        .expect("coreutils' timeout is here");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}; is it here? sudo apt-get install {package}, or cargo xtask test --setup\n{told}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    told
}

/// The part of isoinfo's answer that is no UTF-8 stays readable: each byte a character.
fn peer_latin1(package: &str, program: &str, arguments: &[&str], folder: &Path) -> String {
    let output = Command::new("timeout")
        .args(["60", program])
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C")
        .output()
        .expect("coreutils' timeout is here");
    assert!(output.status.success(), "{program} {arguments:?}: {}; sudo apt-get install {package}", output.status);
    output.stdout.iter().map(|&byte| char::from(byte)).collect()
}

fn genisoimage(arguments: &[&str], folder: &Path) -> String {
    peer("genisoimage", "genisoimage", &[&["-quiet"], arguments].concat(), folder)
}

fn isoinfo(arguments: &[&str], folder: &Path) -> String {
    peer("genisoimage", "isoinfo", arguments, folder)
}

/// What xorriso reports of an image.
fn xorriso(arguments: &[&str], folder: &Path) -> String {
    peer("xorriso", "xorriso", arguments, folder)
}

fn xorriso_mkisofs(arguments: &[&str], folder: &Path) -> String {
    xorriso(&[&["-as", "mkisofs", "-quiet"], arguments].concat(), folder)
}

fn write(folder: &Path, name: &str, contents: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
    fs::write(path, contents).expect("a file");
}
