//! Images by xorriso, genisoimage and bsdtar are read as those programs, isoinfo and 7-Zip read them.
//!
//! - [`tree`]: the files that are put into all of them. [`makers`]: who makes images of them, and with which options.
//! - [`seen`]: what we see in an image, and what an unpacked one has.
//! - [`judged`]: each image unpacked by a program, beside what we see. [`isoinfo`]: what isoinfo lists.
//! - [`checked`]: none has an error.
//! - [`sessions`]: images of several sessions. [`tables`]: path tables. [`booting`]: El Torito. [`large`], [`odd`]: what hardly
//!   anybody makes.

mod booting;
mod checked;
mod isoinfo;
mod judged;
mod large;
mod makers;
mod odd;
mod seen;
mod sessions;
mod seven_zip;
mod tables;
mod tree;

use std::{ffi::OsStr, fs, path::Path, process::Command};

/// Runs a peer and returns what it printed; it has to succeed.
fn peer(package: &str, program: &str, arguments: &[impl AsRef<OsStr>], folder: &Path) -> Vec<u8> {
    // None of them takes a second here; what hangs is killed, so that it fails.
    let output = Command::new("timeout")
        .args(["60", program])
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .output()
        .expect("coreutils' timeout is here");
    assert!(
        output.status.success(),
        "{program}: {}; is it here? sudo apt-get install {package}, or cargo xtask test --setup\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn write(folder: &Path, name: &str, contents: impl AsRef<[u8]>) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
    fs::write(path, contents).expect("a file");
}
