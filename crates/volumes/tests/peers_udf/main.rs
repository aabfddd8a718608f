//! Volumes of UDF that others made, or that the second generator of these tests did, as our reader tells them: beside what
//! Linux sees in a guest, 7-Zip takes out, and udfdump lists.

mod checked;
mod generated;
mod guest;
#[path = "../../../fsimage/tests/judges/listing/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests of the writer, which need more of it")]
mod listing;
mod peers;
mod reader;
mod refusals;
#[path = "../udf_images/mod.rs"]
#[allow(dead_code, reason = "the fuzzer needs more of it")]
mod udf_images;

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// What a program says on both of its outputs, when it ends well.
fn run<S: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = S>) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; `cargo xtask test` says how to install it"));
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program}: {}\n{words}", output.status);
    words
}

/// The folder of this run. It stays until the next, so that what was complained of can be looked at.
fn lab() -> &'static Path {
    static LAB: LazyLock<PathBuf> = LazyLock::new(|| {
        let lab = Path::new(env!("CARGO_TARGET_TMPDIR")).join("peers_udf");
        let _ = fs::remove_dir_all(&lab);
        fs::create_dir_all(&lab).expect("a folder to build in");
        lab
    });
    &LAB
}
