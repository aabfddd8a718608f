//! `cargo xtask guest`: runs a script in a virtual machine with Debian's own kernel, which has the modules that a container
//! or a small machine lacks: drives and file systems of discs, and targets. Neither root nor KVM is needed.

mod archive;
mod kernel;
mod machine;
mod programs;

use std::{
    fs,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use archive::Archive;

/// What the machine runs first.
const INIT: &str = include_str!("init.sh");

/// What a guest is asked to do.
#[derive(Debug, clap::Args)]
pub struct Job {
    /// A shell script; its output is printed, and its status decides
    script: PathBuf,

    /// A folder of this machine that the guest has at /work, where the script starts
    #[arg(long, value_name = "FOLDER")]
    share: Option<PathBuf>,

    /// A program of this machine that the guest has, with the libraries that it needs
    #[arg(long, value_name = "FILE")]
    program: Vec<PathBuf>,

    /// An image that the guest has in a CD drive: /dev/cd0, /dev/cd1 and so on
    #[arg(long, value_name = "FILE")]
    cd: Vec<PathBuf>,

    /// So long may it take
    #[arg(long, value_name = "SECONDS", default_value = "600")]
    timeout: u64,
}

/// Runs the script; true when it ended with 0.
pub fn run(root: &Path, job: &Job) -> Result<bool, String> {
    let kernel = kernel::prepare(&target(root).join("guest"))?;
    let run = Folder::new(&target(root).join("guest"))?;
    let script = fs::read(&job.script).map_err(|e| format!("{}: {e}", job.script.display()))?;
    write(&run.path("script"), &script)?;

    // The kernel unpacks archives that follow each other.
    let mut archive = Archive::new();
    archive.file("init", INIT.as_bytes(), 0o755);
    for program in &job.program {
        programs::add(&mut archive, program)?;
    }
    let mut memory = fs::read(&kernel.base).map_err(|e| format!("{}: {e}", kernel.base.display()))?;
    memory.extend(archive.finish());
    write(&run.path("initramfs"), &memory)?;

    let machine = machine::Machine {
        kernel: &kernel.image,
        initramfs: &run.path("initramfs"),
        control: run.0.as_path(),
        share: job.share.as_deref(),
        cds: &job.cd,
        timeout: Duration::from_secs(job.timeout),
    };
    machine.run()
}

/// Where cargo builds.
fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|e| format!("{}: {e}", path.display()))
}

/// A folder for as long as it is needed.
struct Folder(PathBuf);

impl Folder {
    fn new(within: &Path) -> Result<Self, String> {
        let path = within.join(format!("run-{}", process::id()));
        fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Self(path))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What remains is swept away with the other things that were built.
        let _ = fs::remove_dir_all(&self.0);
    }
}
