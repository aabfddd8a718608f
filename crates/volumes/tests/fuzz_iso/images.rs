//! Small images of all kinds, where the mutations begin.

use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

/// An image, and what it is.
pub struct Sample {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

const MAKERS: [(&str, &str); 8] = [
    ("genisoimage", "-quiet -no-pad -J -R -o image.iso files"),
    ("genisoimage", "-quiet -no-pad -iso-level 4 -b small.txt -no-emul-boot -c catalog -o image.iso files"),
    ("genisoimage", "-quiet -no-pad -R -D -l -o image.iso files"),
    ("xorriso", "-as mkisofs -quiet -no-pad -J -R -b small.txt -no-emul-boot -c catalog -o image.iso files"),
    ("xorriso", "-outdev image.iso -padding 0 -compliance new_rr -xattr on -hardlinks on -map files / -commit"),
    ("xorriso", "-as mkisofs -quiet -no-pad -iso-level 3 -o image.iso files"),
    ("bsdtar", "-c --format=iso9660 --options=!pad -f image.iso -C files ."),
    ("bsdtar", "-c --format=iso9660 --options=!pad,zisofs=direct -f image.iso -C files ."),
];

/// All samples.
pub fn samples() -> Vec<Sample> {
    let folder = tempfile::tempdir().expect("a folder");
    fill(&folder.path().join("files"));
    let make = |&(program, options): &(&'static str, &'static str)| {
        let output = Command::new("timeout")
            .args(["60", program])
            .args(options.split(' '))
            .current_dir(folder.path())
            .output()
            .expect("coreutils' timeout is here");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{program} {options}, {}: cargo xtask test --setup installs it\n{told}",
            output.status
        );
        let image = folder.path().join("image.iso");
        let mut bytes = fs::read(&image).expect("an image");
        fs::remove_file(image).expect("it is there");
        bytes.resize(bytes.len().next_multiple_of(2048), 0);
        Sample { name: options, bytes }
    };
    MAKERS.iter().map(make).collect()
}

fn fill(files: &Path) {
    let deep = files.join("a/b/c/d/e/f/g/h/i/j");
    fs::create_dir_all(&deep).expect("folders");
    fs::write(deep.join("bottom.txt"), "bottom").expect("a file");
    fs::write(files.join("small.txt"), [b's'; 3000]).expect("a file");
    fs::write(files.join("zeros.bin"), vec![0; 70_000]).expect("a file");
    fs::write(files.join("empty"), "").expect("a file");
    for index in 0..20 {
        fs::write(files.join(format!("a/file {index} {}", "of a long name ".repeat(index % 5 * 3))), "x")
            .expect("a file");
    }
    symlink("../a/./b", files.join("link")).expect("a link");
    symlink("component/".repeat(30), files.join("a/long link")).expect("a link");
}
