//! Linux' own file systems: a kernel in a virtual machine mounts every image of this program, in one boot.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
    time::Instant,
};

use crate::listing::{self, Listing};

/// What is mounted, and what is to be found out of it.
pub struct Look {
    /// Of the files that tell what it came to.
    pub name: String,
    pub image: PathBuf,
    pub file_system: &'static str,
    pub options: &'static str,
}

/// What the kernel has of an image.
pub struct Verdict {
    pub listing: Listing,
    /// What the kernel wrote into its log, and what failed.
    pub said: Vec<String>,
}

/// Mounts all of them, one after the other, and tells what each has. So long may it take.
pub fn look(looks: &[Look], share: &Path, seconds: u32) -> BTreeMap<String, Verdict> {
    fs::create_dir_all(share).expect("a folder to build in");
    let mut images: Vec<&PathBuf> = looks.iter().map(|look| &look.image).collect();
    images.sort_unstable();
    images.dedup();
    let mut script = String::from(SCRIPT);
    for Look { name, image, file_system, options } in looks {
        let number = images.binary_search(&image).expect("all are there");
        writeln!(script, "look {number} '{name}' {file_system} ro,{options}").expect("a string");
    }
    let path = share.join("script");
    fs::write(&path, script).expect("the folder is writable");
    boot(&path, share, &images, seconds);
    let verdict = |look: &Look| {
        let read = |kind: &str| fs::read_to_string(share.join(format!("{}.{kind}", look.name))).unwrap_or_default();
        let said = read("said").lines().map(str::to_string).collect();
        (look.name.clone(), Verdict { listing: listing::lines::parse(&read("list")), said })
    };
    looks.iter().map(verdict).collect()
}

/// Everything that a mount says ends in its file; one that fails does not keep the others from being looked at.
const SCRIPT: &str = "\
modprobe -a isofs udf nls_utf8
mkdir -p /mnt/image
look() {
  dmesg -c >/dev/null
  if mount -t $3 -o $4 /dev/cd$1 /mnt/image 2>\"/work/$2.said\"; then
    list_folder /mnt/image \"/work/$2.list\" 2>>\"/work/$2.said\"
    umount /mnt/image 2>>\"/work/$2.said\"
  fi
  dmesg -c >>\"/work/$2.said\"
}
";

fn boot(script: &Path, share: &Path, images: &[&PathBuf], seconds: u32) {
    let begun = Instant::now();
    let mut command = cargo();
    command.args(["xtask", "guest", "--timeout", &seconds.to_string()]);
    command.arg("--program").arg(helper()).arg("--share").arg(share);
    for image in images {
        command.arg("--cd").arg(image);
    }
    let output = command.arg(script).output().expect("cargo runs");
    let told = [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat();
    println!("{told}\nthe guest took {} s", begun.elapsed().as_secs());
    assert!(output.status.success(), "the guest failed: {told}");
}

/// The program that tells what is in a folder.
fn helper() -> &'static Path {
    static HELPER: LazyLock<PathBuf> = LazyLock::new(|| {
        let mut build = cargo();
        build.args(["build", "--quiet", "--package", "imapi-fsimage", "--example", "list_folder"]);
        assert!(build.status().expect("cargo runs").success());
        // Tests are in `deps`, beside `examples`.
        let test = std::env::current_exe().expect("it runs");
        let profile = test.ancestors().nth(2).expect("cargo has built it");
        // A test that was built with optimisation has a helper without: it is the same.
        let built = profile.parent().expect("a profile is in a folder").join("debug/examples/list_folder");
        assert!(built.is_file(), "{}", built.display());
        built
    });
    &HELPER
}

/// Cargo, in the workspace.
fn cargo() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    command
}
