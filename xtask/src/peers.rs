//! The programs that judge us, and how they come onto a machine.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// A program that the tests need, or the path of a file, and the Debian package that has it.
struct Peer {
    program: &'static str,
    package: &'static str,
    why: &'static str,
}

/// Sorted by package.
const PEERS: &[Peer] = &[
    Peer { program: "bash", package: "bash", why: "accepts our completions" },
    Peer { program: "bchunk", package: "bchunk", why: "cuts the data of our sheets into tracks" },
    Peer { program: "busybox", package: "busybox-static", why: "is all that the guest has besides its kernel" },
    Peer { program: "ccd2iso", package: "ccd2iso", why: "takes the data out of sectors that we write" },
    Peer { program: "cdparanoia", package: "cdparanoia", why: "reads audio from our virtual drive" },
    Peer { program: "cdrdao", package: "cdrdao", why: "burns CDs on our virtual drive" },
    Peer { program: "cdrskin", package: "cdrskin", why: "burns on our virtual drive" },
    Peer { program: "cueprint", package: "cuetools", why: "reads our sheets" },
    Peer { program: "mkfs.vfat", package: "dosfstools", why: "makes the EFI partitions of our images" },
    Peer { program: "dvd+rw-mediainfo", package: "dvd+rw-tools", why: "reads and formats discs in our virtual drive" },
    Peer { program: "fdisk", package: "fdisk", why: "reads the partition tables of our images" },
    Peer { program: "find", package: "findutils", why: "sees the folders that we add to images" },
    Peer { program: "fish", package: "fish", why: "accepts our completions" },
    Peer { program: "flac", package: "flac", why: "makes files of sound that we burn" },
    Peer { program: "gcc", package: "gcc", why: "builds the clients of the virtual device's tests" },
    Peer { program: "ddrescuelog", package: "gddrescue", why: "reads the maps of damaged discs" },
    Peer { program: "sgdisk", package: "gdisk", why: "checks the GPT of our images" },
    Peer { program: "isoinfo", package: "genisoimage", why: "reads the discs of our virtual drive" },
    Peer { program: "growisofs", package: "growisofs", why: "burns DVDs and BDs on our virtual drive" },
    Peer { program: "grub-mkimage", package: "grub-common", why: "makes loaders for our images" },
    Peer {
        program: "/usr/lib/grub/x86_64-efi/moddep.lst",
        package: "grub-efi-amd64-bin",
        why: "starts our images under UEFI",
    },
    Peer { program: "grub-fstest", package: "grub-common", why: "reads our images as a boot loader does" },
    Peer {
        program: "/usr/lib/grub/i386-pc/boot_hybrid.img",
        package: "grub-pc-bin",
        why: "is code for the MBR of hybrid images",
    },
    Peer { program: "icedax", package: "icedax", why: "reads the discs of sound that we burn" },
    Peer { program: "/usr/lib/ISOLINUX/isolinux.bin", package: "isolinux", why: "starts our images" },
    Peer { program: "modprobe", package: "kmod", why: "says which modules the guest's kernel needs" },
    Peer { program: "bsdtar", package: "libarchive-tools", why: "unpacks our images" },
    Peer { program: "cd-info", package: "libcdio-utils", why: "reads our discs and images" },
    Peer { program: "mandoc", package: "mandoc", why: "accepts our man page" },
    Peer { program: "mcopy", package: "mtools", why: "puts loaders into the EFI partitions of our images" },
    Peer { program: "/usr/share/ovmf/OVMF.fd", package: "ovmf", why: "starts our images as UEFI" },
    Peer { program: "7z", package: "p7zip-full", why: "unpacks what is on our discs" },
    Peer { program: "qemu-system-x86_64", package: "qemu-system-x86", why: "runs the guest, and starts our images" },
    Peer { program: "sdparm", package: "sdparm", why: "reads our mode pages" },
    Peer { program: "sg_decode_sense", package: "sg3-utils", why: "reads our sense and inquiry data" },
    Peer {
        program: "/usr/lib/syslinux/modules/bios/ldlinux.c32",
        package: "syslinux-common",
        why: "is what ISOLINUX loads from our images",
    },
    Peer { program: "time", package: "time", why: "says how much memory making an image takes" },
    Peer { program: "tshark", package: "tshark", why: "reads our commands, field by field" },
    Peer { program: "udfdump", package: "udfclient", why: "reads our UDF structures, field by field" },
    Peer { program: "mkudffs", package: "udftools", why: "makes file systems that the kernel writes to our discs" },
    Peer { program: "flock", package: "util-linux", why: "takes locks as other programs do" },
    Peer { program: "wodim", package: "wodim", why: "burns CDs on our virtual drive" },
    Peer { program: "xorriso", package: "xorriso", why: "burns on our virtual drive, and checks what is on a disc" },
    Peer { program: "zsh", package: "zsh", why: "accepts our completions" },
];

/// The version that `deny.toml` is written for.
const CARGO_DENY: &str = "0.20.2";

/// What is missing, each as a sentence with the line that installs it.
pub fn missing() -> Vec<String> {
    let mut missing: Vec<String> = PEERS
        .iter()
        .filter(|peer| find(peer.program).is_none())
        .map(|peer| {
            format!("{} ({}): sudo apt-get install --no-install-recommends {}", peer.program, peer.why, peer.package)
        })
        .collect();
    if find("cargo-deny").is_none() {
        missing
            .push(format!("cargo-deny (licences and sources): cargo install cargo-deny@{CARGO_DENY} --locked --debug"));
    }
    for component in COMPONENTS.into_iter().filter(|component| !component.is_there()) {
        missing.push(format!(
            "{0}: rustup component add {0}, or sudo apt-get install {1}",
            component.name, component.package
        ));
    }
    missing
}

/// A part of the toolchain that minimal installations lack.
#[derive(Clone, Copy)]
struct Component {
    name: &'static str,
    subcommand: &'static str,
    package: &'static str,
}

const COMPONENTS: [Component; 2] = [
    Component { name: "clippy", subcommand: "clippy", package: "rust-clippy" },
    Component { name: "rustfmt", subcommand: "fmt", package: "rustfmt" },
];

impl Component {
    /// Asks it: rustup has a file for every component, whether it is installed or not.
    fn is_there(self) -> bool {
        let mut command = Command::new(cargo());
        command.args([self.subcommand, "--version"]).output().is_ok_and(|output| output.status.success())
    }
}

/// Installs what is missing: Debian packages, and cargo-deny, of which Debian has none.
pub fn install() -> Result<(), String> {
    let packages: Vec<&str> = PEERS.iter().filter(|p| find(p.program).is_none()).map(|p| p.package).collect();
    if !packages.is_empty() {
        let Some(apt) = find("apt-get") else {
            return Err(format!("--setup knows Debian and Ubuntu only; install by hand: {}", packages.join(" ")));
        };
        println!("setup: installing {}", packages.join(" "));
        update_lists()?;
        let mut arguments = vec!["install", "--yes", "--quiet=2", "--no-install-recommends"];
        arguments.extend(&packages);
        as_root(&apt, &arguments)?;
    }
    for component in COMPONENTS.into_iter().filter(|component| !component.is_there()) {
        println!("setup: installing {}", component.name);
        match (find("rustup"), find("apt-get")) {
            (Some(rustup), _) => succeed(Command::new(rustup).args(["component", "add", component.name]))?,
            (None, Some(apt)) => as_root(&apt, &["install", "--yes", "--quiet=2", component.package])?,
            (None, None) => {
                return Err(format!("{} is missing, and neither rustup nor apt-get is here", component.name));
            }
        }
    }
    if find("cargo-deny").is_none() {
        println!("setup: installing cargo-deny {CARGO_DENY} (a minute or two)");
        // Unoptimised, it builds in a third of the time and still checks this workspace in a second.
        let package = format!("cargo-deny@{CARGO_DENY}");
        succeed(Command::new(cargo()).args(["install", &package, "--locked", "--debug", "--quiet"]))?;
    }
    Ok(())
}

/// Fetches the lists of what packages there are.
pub fn update_lists() -> Result<(), String> {
    let apt = find("apt-get").ok_or("there is no apt-get here: Debian and Ubuntu have it")?;
    as_root(&apt, &["update", "--quiet=2"])
}

/// Cargo as it runs us, so that a toolchain chosen with `+` stays chosen.
pub fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// The folder that cargo builds into.
pub fn built(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// Runs a command; a status other than success is an error.
pub fn succeed(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|e| format!("{}: {e}", command.get_program().to_string_lossy()))?;
    if status.success() { Ok(()) } else { Err(format!("{}: {status}", command.get_program().to_string_lossy())) }
}

fn as_root(program: &Path, arguments: &[&str]) -> Result<(), String> {
    let root = Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg("--preserve-env=DEBIAN_FRONTEND").arg(program);
        sudo
    };
    succeed(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// A program on the path, where cargo installs, or among the administrator's.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let cargo_home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    // Some are the administrator's, and not on the path of every user.
    let administrators = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let folders = env::split_paths(&path).chain(cargo_home.map(|home| home.join("bin"))).chain(administrators);
    folders.map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}
