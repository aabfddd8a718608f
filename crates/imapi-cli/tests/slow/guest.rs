//! [`Guest`]: a virtual machine with Debian's kernel, started by `cargo xtask guest`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use tempfile::TempDir;

/// Programs and files that a guest shall have. Its script starts in the folder of the files.
pub struct Guest {
    files: TempDir,
    programs: Vec<PathBuf>,
}

impl Guest {
    /// With the program under test.
    pub fn new() -> Self {
        let files = tempfile::tempdir().expect("a folder");
        Self { files, programs: vec![env!("CARGO_BIN_EXE_imapi").into()] }
    }

    /// With a program of this machine, too.
    pub fn with(mut self, program: impl Into<PathBuf>) -> Self {
        self.programs.push(program.into());
        self
    }

    /// The folder that the guest has as its own.
    pub fn files(&self) -> &Path {
        self.files.path()
    }

    /// What the script prints. It stops at the first command that fails, and then so does the test.
    pub fn run(&self, script: &str) -> String {
        let path = self.files().join("script");
        fs::write(&path, format!("set -e\n{script}")).expect("the folder is writable");
        let begun = Instant::now();
        let mut command = cargo();
        command.args(["xtask", "guest", "--timeout", "900", "--share"]).arg(self.files());
        for program in &self.programs {
            command.arg("--program").arg(program);
        }
        let output = command.arg(&path).output().expect("cargo runs");
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        println!("{told}\n{complaint}the guest took {} s", begun.elapsed().as_secs());
        assert!(output.status.success(), "the script failed, see above");
        told
    }
}

/// Cargo, in the workspace.
pub fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    command
}

/// A peer that must be there.
pub fn peer(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/sbin".into()]);
    let found = folders.map(|folder| folder.join(program)).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("{program} is missing; cargo xtask test --setup installs it"))
}

/// The program that burns by our own commands, over SG_IO.
pub fn overwrite() -> PathBuf {
    example("imapi-mmc-transport", "overwrite")
}

/// The program that has the kernel look at a disc anew.
pub fn refresh() -> PathBuf {
    example("imapi-recorder", "refresh")
}

/// The program that has a drive for itself.
pub fn hold() -> PathBuf {
    example("imapi-recorder", "hold")
}

fn example(package: &str, name: &str) -> PathBuf {
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", package, "--example", name]);
    let folder = Path::new(env!("CARGO_BIN_EXE_imapi")).parent().expect("a program is in a folder");
    if folder.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().expect("cargo runs").success());
    folder.join("examples").join(name)
}

/// The hashes of all files in a folder, in the words of `sha256sum`, in the order of their names.
pub fn hashes(folder: &Path) -> String {
    let script = "find . -type f | LC_ALL=C sort | xargs sha256sum";
    let output = Command::new("sh").args(["-c", script]).current_dir(folder).output().expect("sh runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("names are UTF-8")
}

/// The same, asked of a guest.
pub const HASHES: &str = "hashes() { (cd $1 && find . -type f | sort | xargs sha256sum); }\n";

/// What a script printed between `== name` and the next such line.
pub fn section<'a>(told: &'a str, name: &str) -> &'a str {
    let start = told.find(&format!("== {name}\n")).unwrap_or_else(|| panic!("no section {name} in {told}"));
    let body = &told[start + name.len() + 4..];
    body.find("== ").map_or(body, |end| &body[..end])
}
