//! Tells what is in a folder, a line a path: what the tests run in the guest, where a kernel has an image mounted.

#![allow(dead_code, unused_imports, reason = "tests use what this program does not")]

#[path = "../tests/judges/listing/mod.rs"]
mod listing;

use std::{env, fs, path::Path, process::ExitCode};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    let [folder, file] = &arguments[..] else {
        eprintln!("list_folder FOLDER FILE: writes what is in a folder to a file");
        return ExitCode::from(2);
    };
    let mut failed = false;
    let mut complain = |error| {
        eprintln!("list_folder: {error}");
        failed = true;
    };
    let all = listing::disk::walk_on(Path::new(folder), Some(100), &mut complain);
    if let Err(error) = fs::write(file, listing::lines::to_lines(&all)) {
        complain(error);
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
