//! Debian's kernel and its modules, fetched as a package and unpacked without installing anything.

use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    process::{self, Command},
};

use super::{archive::Archive, programs};
use crate::peers;

/// The package that depends on the newest kernel.
const LATEST: &str = "linux-image-amd64";

/// What a guest can load, with all that these need in turn.
const MODULES: [&str; 18] = [
    // The machine itself, and the folders that it shares.
    "virtio_pci",
    "9pnet_virtio",
    "9p",
    // Drives and discs.
    "virtio_scsi",
    "sr_mod",
    "sd_mod",
    "sg",
    "loop",
    "isofs",
    "udf",
    "nls_utf8",
    "nls_iso8859-1",
    "nls_cp437",
    // Drives that a program serves.
    "configfs",
    "uio",
    "target_core_user",
    "tcm_loop",
    "crc32c_generic",
];

/// A kernel that can be started.
pub struct Kernel {
    /// The kernel itself.
    pub image: PathBuf,
    /// What every guest has in its memory: the modules, and busybox for all else.
    pub base: PathBuf,
}

/// Fetches the kernel, unless it is here. Lists of packages that are missing or too old are fetched first.
pub fn prepare(folder: &Path) -> Result<Kernel, String> {
    prepare_from_lists(folder).or_else(|reason| {
        println!("guest: {reason}; fetching the lists of packages");
        peers::update_lists()?;
        prepare_from_lists(folder)
    })
}

fn prepare_from_lists(folder: &Path) -> Result<Kernel, String> {
    let package = latest()?;
    // Whoever changes the recipe gets another folder.
    let mut recipe = DefaultHasher::new();
    (MODULES, include_str!("kernel.rs")).hash(&mut recipe);
    let here = folder.join(format!("{package}-{:016x}", recipe.finish()));
    let kernel = Kernel { image: here.join("vmlinuz"), base: here.join("base") };
    if here.is_dir() {
        return Ok(kernel);
    }
    let building = folder.join(format!("building-{}", process::id()));
    fs::create_dir_all(&building).map_err(|e| format!("{}: {e}", building.display()))?;
    let built = fetch(&package, &building).and_then(|()| unpack(&building)).and_then(|()| {
        match fs::rename(&building, &here) {
            // Another process was as quick.
            Err(_) if here.is_dir() => Ok(()),
            result => result.map_err(|e| format!("{}: {e}", here.display())),
        }
    });
    let _ = fs::remove_dir_all(&building);
    built.map(|()| kernel)
}

/// The name of the package with the newest kernel.
fn latest() -> Result<String, String> {
    let told = output(Command::new("apt-cache").args(["depends", LATEST]).env("LC_ALL", "C"))?;
    let package = told.lines().find_map(|line| line.trim().strip_prefix("Depends: linux-image-"));
    let rest = package.ok_or_else(|| format!("no package is called {LATEST} here: it is one of Debian for amd64"))?;
    Ok(format!("linux-image-{rest}"))
}

fn fetch(package: &str, folder: &Path) -> Result<(), String> {
    println!("guest: fetching {package}");
    output(Command::new("apt-get").args(["download", "--quiet=2", package]).current_dir(folder))?;
    let file = only(folder, |name| name.starts_with("linux-image-"))?;
    output(Command::new("dpkg").arg("--extract").arg(&file).arg(folder.join("package")))?;
    fs::remove_file(&file).map_err(|e| format!("{}: {e}", file.display()))
}

/// Leaves `vmlinuz` and `base`, and nothing else.
fn unpack(folder: &Path) -> Result<(), String> {
    let package = folder.join("package");
    let image = only(&package.join("boot"), |name| name.starts_with("vmlinuz-"))?;
    fs::rename(&image, folder.join("vmlinuz")).map_err(|e| format!("{}: {e}", image.display()))?;
    // Where everything is below /usr, the tools still look for /lib.
    let modules = [package.join("lib/modules"), package.join("usr/lib/modules")].into_iter().find(|path| path.is_dir());
    let modules = modules.ok_or("the package of the kernel has no modules")?;
    let root = modules.ancestors().nth(2).ok_or("the modules have no folder above")?;
    let release = only(&modules, |_| true)?;
    let release = release.file_name().and_then(|name| name.to_str()).ok_or("the kernel has no release")?.to_string();
    output(tool("depmod")?.arg("-b").arg(root).arg(&release))?;

    let mut base = Archive::new();
    base.link("sbin", "bin");
    for folder in ["proc", "sys", "dev", "tmp"] {
        base.folder(folder);
    }
    programs::add(&mut base, &peers::find("busybox").ok_or("busybox is missing")?)?;
    let place = |path: &Path| -> Result<String, String> {
        let within = path.strip_prefix(&modules).map_err(|_| format!("{} is elsewhere", path.display()))?;
        Ok(format!("lib/modules/{}", within.to_str().ok_or("a module has a name")?))
    };
    for path in wanted(root, &release)? {
        base.file(&place(&path)?, &read(&path)?, 0o644);
    }
    for list in ["modules.dep", "modules.alias", "modules.symbols", "modules.builtin", "modules.order"] {
        let path = modules.join(&release).join(list);
        base.file(&place(&path)?, &read(&path)?, 0o644);
    }
    fs::remove_dir_all(&package).map_err(|e| format!("{}: {e}", package.display()))?;
    super::write(&folder.join("base"), &base.finish())
}

/// The files of all modules, of which some need others.
fn wanted(root: &Path, release: &str) -> Result<BTreeSet<PathBuf>, String> {
    let mut files = BTreeSet::new();
    for module in MODULES {
        let mut command = tool("modprobe")?;
        command.arg("--dirname").arg(root).args(["--set-version", release, "--show-depends", module]);
        // What is built in has a line of its own kind.
        let told = output(&mut command)?;
        files.extend(
            told.lines().filter_map(|line| line.strip_prefix("insmod ")).map(|path| PathBuf::from(path.trim())),
        );
    }
    Ok(files)
}

fn tool(name: &str) -> Result<Command, String> {
    peers::find(name).map(Command::new).ok_or_else(|| format!("{name} is missing: sudo apt-get install kmod"))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The file of that kind in a folder that has one.
fn only(folder: &Path, is_it: impl Fn(&str) -> bool) -> Result<PathBuf, String> {
    let failed = |e| format!("{}: {e}", folder.display());
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_str().is_some_and(&is_it) {
            return Ok(entry.path());
        }
    }
    Err(format!("{} does not have what it should", folder.display()))
}

/// What a program tells; it must succeed.
fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|e| format!("{name}: {e}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}
