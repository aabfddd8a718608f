//! UDF volumes by other programs, of which every structure is decoded and encoded again; and volumes composed here, which
//! other programs have to accept.

mod compose;
mod composed;
mod made;
mod round_trip;

use std::{collections::BTreeMap, ffi::OsStr, path::Path, process::Command};

const BLOCK: usize = 2048;

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

/// The answers of `udfinfo`, which come as `name=value`; and what else it says, which are complaints.
fn udfinfo(image: &Path, options: &[&str]) -> (BTreeMap<String, String>, String) {
    let words = run(
        "udfinfo",
        [OsStr::new("--utf8")].into_iter().chain(options.iter().map(AsRef::as_ref)).chain([image.as_os_str()]),
    );
    let mut complaints = String::new();
    let mut answers = BTreeMap::new();
    for line in words.lines() {
        match line.split_once('=') {
            Some((name, value)) if !line.starts_with("udfinfo:") && name != "start" => {
                answers.insert(name.to_owned(), value.to_owned());
            }
            Some(("start", place)) => {
                // "start=96, blocks=16, type=MVDS"; of several of a type, the first.
                let (place, kind) = place.rsplit_once(", type=").expect("it says of what");
                answers.entry(kind.trim().to_owned()).or_insert_with(|| place.to_owned());
            }
            _ => complaints.push_str(line),
        }
    }
    (answers, complaints)
}
