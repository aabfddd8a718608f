//! Linux: mounts the images of the generator and of others, and writes to those of mkudffs, in one boot for all tests.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use crate::{
    generated, lab,
    listing::{self, Listing},
    peers,
    udf_images::tree::Audience,
};

/// What the kernel has of an image.
pub struct Verdict {
    pub listing: Listing,
    /// What the kernel wrote into its log, and what failed.
    pub said: Vec<String>,
}

/// By the names of the images. Those that are written to are changed in their files.
pub fn verdicts() -> &'static BTreeMap<String, Verdict> {
    static VERDICTS: LazyLock<BTreeMap<String, Verdict>> = LazyLock::new(|| {
        let mut script = String::from(include_str!("guest.sh"));
        let mut names = Vec::new();
        let mut add = |name: &str, path: &Path, names_written: u32| {
            let file = path.file_name().expect("it has a name").to_string_lossy();
            writeln!(script, "look '{file}' {} {names_written}", names.len()).expect("a string");
            names.push(name.to_string());
        };
        for image in generated::images(Audience::Linux) {
            add(&image.name, &image.path, 0);
        }
        for image in peers::images() {
            add(&image.name, &image.path, image.written);
        }
        let path = lab().join("script");
        fs::write(&path, script).expect("the folder is writable");
        boot(&path, lab());
        let read =
            |number: usize, kind: &str| fs::read_to_string(lab().join(format!("{number}.{kind}"))).unwrap_or_default();
        let verdict = |(name, number): (String, usize)| {
            let said = read(number, "said").lines().filter(|line| is_complaint(line)).map(str::to_string).collect();
            (name, Verdict { listing: listing::lines::parse(&read(number, "list")), said })
        };
        names.into_iter().zip(0..).map(verdict).collect()
    });
    &VERDICTS
}

fn is_complaint(line: &str) -> bool {
    let line = line.to_lowercase();
    let is_about_udf = ["udf", "i/o error", "warn", "bug"].iter().any(|word| line.contains(word));
    !line.is_empty() && !line.contains("info mounting volume") && (is_about_udf || !line.starts_with('['))
}

fn boot(script: &Path, share: &Path) {
    let mut command = cargo();
    command.args(["xtask", "guest", "--timeout", "600"]).arg("--program").arg(helper()).arg("--share").arg(share);
    let output = command.arg(script).output().expect("cargo runs");
    let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    assert!(output.status.success(), "the guest failed: {told}");
}

/// The program that tells what is in a folder.
fn helper() -> PathBuf {
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", "imapi-fsimage", "--example", "list_folder"]);
    assert!(build.status().expect("cargo runs").success());
    let test = std::env::current_exe().expect("it runs");
    let profile = test.ancestors().nth(2).expect("cargo has built it");
    let program = profile.parent().expect("a profile is in a folder").join("debug/examples/list_folder");
    assert!(program.is_file(), "{}", program.display());
    program
}

/// Cargo, in the workspace.
fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    command
}
