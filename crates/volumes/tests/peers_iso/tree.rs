//! The files that are put into images.

use std::{
    fs::{self, File, FileTimes, Permissions},
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    time::{Duration, SystemTime},
};

use crate::{peer, write};

/// A byte for each place, so that bytes of another place are seen.
pub fn contents(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(31) ^ (at >> 8)).to_le_bytes()[0] ^ seed).collect()
}

/// Files whose names every file system can have.
pub fn plain(folder: &Path) {
    write(folder, "EMPTY.TXT", "");
    write(folder, "README.TXT", "read me\n");
    write(folder, "NODOT", contents(2048, 1));
    write(folder, "BIG.BIN", contents(300_001, 2));
    write(folder, "SUB/INNER.DAT", contents(2049, 3));
    write(folder, "SUB/DEEPER/LAST.DAT", contents(1, 4));
    fs::create_dir(folder.join("NOTHING")).expect("a folder");
    for index in 0..100 {
        write(folder, &format!("MANY/F{index:04}.DAT"), contents(index * 7, 5));
    }
    date(folder, "README.TXT", 1_000_000_000);
    date(folder, "BIG.BIN", 86_400 * 365);
}

/// Files with longer names, in other letters.
pub fn wide(folder: &Path) {
    plain(folder);
    write(folder, "small letters and spaces.text", "small");
    write(folder, "many.dots.in.a.name.tar.gz", contents(5000, 6));
    write(folder, "Überlänge – Ελληνικά 日本語.txt", contents(100, 7));
    write(folder, &format!("{}.txt", "sixty letters ".repeat(4)), contents(3000, 8));
    write(folder, "sub folder/with another.one", contents(4096, 9));
}

/// Everything that Unix has.
pub fn unix(folder: &Path) {
    wide(folder);
    // Two entries of a name, and the rest of the entries elsewhere.
    write(folder, &"long name ".repeat(25), contents(10, 10));
    write(folder, "ends with dots..", "dots");
    write(folder, ".hidden", "hidden");
    let deep: Vec<String> = (1..=12).map(|level| format!("level{level}")).collect();
    write(folder, &format!("{}/bottom", deep.join("/")), contents(2500, 11));
    write(folder, &format!("{}/file", deep[..8].join("/")), contents(25, 12));
    write(folder, "run", "#!/bin/sh\n");
    mode(folder, "run", 0o4755);
    mode(folder, "README.TXT", 0o400);
    mode(folder, "SUB", 0o2750);
    link(folder, "link", "README.TXT");
    link(folder, "SUB/up", "../../somewhere/./else");
    link(folder, "absolute", "/usr/share/doc");
    link(folder, "root", "/");
    // Of longer ones genisoimage makes nonsense.
    link(folder, "long link", &format!("{}end", "component of a link/".repeat(8)));
    link(folder, "longer component", &"l".repeat(250));
    fs::hard_link(folder.join("BIG.BIN"), folder.join("BIG.TOO")).expect("hard links");
    peer("coreutils", "mkfifo", &["pipe"], folder);
    date(folder, ".hidden", 1_700_000_000);
}

fn link(folder: &Path, name: &str, target: &str) {
    symlink(target, folder.join(name)).expect("a link");
}

fn mode(folder: &Path, name: &str, mode: u32) {
    fs::set_permissions(folder.join(name), Permissions::from_mode(mode)).expect("its mode");
}

fn date(folder: &Path, name: &str, seconds: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let file = File::options().append(true).open(folder.join(name)).expect("it is there");
    file.set_times(FileTimes::new().set_modified(time).set_accessed(time)).expect("its date");
}
