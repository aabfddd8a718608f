//! A virtual machine with Debian's kernel, started by `cargo xtask guest`.

use std::{fs, path::Path, process::Command};

/// What a script prints that runs in a folder, which the guest has as its own. It stops at the first command that fails,
/// and then so does the test.
pub fn run(folder: &Path, script: &str) -> String {
    let path = folder.join("script");
    fs::write(&path, format!("set -e\n{script}")).expect("the folder is writable");
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    command.args(["xtask", "guest", "--timeout", "900", "--share"]).arg(folder).arg(&path);
    let output = command.output().expect("cargo runs");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    println!("{told}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the script failed, see above");
    told
}

/// What a script printed between `== name` and the next such line.
pub fn section<'a>(told: &'a str, name: &str) -> &'a str {
    let start = told.find(&format!("== {name}\n")).unwrap_or_else(|| panic!("no section {name} in {told}"));
    // The line's end is the beginning of the next line's, should that be the next section's.
    let body = &told[start + name.len() + 3..];
    &body[1..=body.find("\n== ").unwrap_or(body.len() - 1)]
}
