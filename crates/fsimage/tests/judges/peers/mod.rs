//! The programs that read our images, one file each: how it is run, and how what it tells becomes a listing.

pub mod bsdtar;
pub mod grub;
pub mod isoinfo;
pub mod kernel;
pub mod libcdio;
pub mod seven_zip;
pub mod udfclient;
pub mod xorriso;

use std::{
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    kinds::{self, Image, View},
    listing::{Listing, Moment, walk},
    table::Reader,
};

/// What a program said.
pub struct Said {
    pub success: bool,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Said {
    /// Its lines, those of complaints first.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        [&self.err, &self.out]
            .into_iter()
            .flat_map(|said| said.split(|&byte| byte == b'\n'))
            .map(|line| String::from_utf8_lossy(line).into_owned())
    }
}

/// Runs a program, whose clock is that of Greenwich and whose text is UTF-8.
pub fn run(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Said {
    let mut command = Command::new(program);
    command.args(arguments).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    let output = command.output().unwrap_or_else(|e| panic!("{program}: {e}; cargo xtask test --setup installs it"));
    Said { success: output.status.success(), out: output.stdout, err: output.stderr }
}

/// A new folder for what a reader takes out of an image.
fn folder_for(reader: Reader, image: &Image, view: View) -> PathBuf {
    let folder = kinds::lab().join(format!("{reader:?} {} {view:?}", image.name()));
    fs::create_dir(&folder).expect("each is looked at once");
    folder
}

/// What was unpacked into a folder.
fn unpacked(folder: &Path) -> Listing {
    // Everybody may look into its folders, and remove them.
    let done = Command::new("chmod").args(["-R", "u+rwX"]).arg(folder).status();
    assert!(done.expect("chmod runs").success());
    let mut found = walk(folder).expect("it may be read");
    for seen in found.values_mut() {
        // Disks have no earlier dates than this, and take it for them.
        seen.modified = seen.modified.filter(|&(seconds, _)| seconds > -2_147_483_648);
    }
    found
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn path_of(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// Seconds since 1970 of a day and a time of day.
fn moment(year: i64, month: i64, day: i64, seconds: i64) -> Moment {
    // Years that begin in March have the day that comes and goes at their end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days =
        year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (month * 153 + 2) / 5 + day - 1;
    ((days - 719_468) * 86_400 + seconds, 0)
}

/// `12:34:56` in seconds.
fn time_of_day(text: &str) -> Option<i64> {
    text.split(':').try_fold(0, |sum, part| Some(sum * 60 + part.parse::<i64>().ok()?))
}

/// The number of a month by its first three letters.
fn month(name: &str) -> Option<i64> {
    let all = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    all.iter().zip(1..).find(|(month, _)| **month == name).map(|(_, number)| number)
}

/// The permissions that `ls -l` tells, behind the letter of the kind.
fn mode(letters: &[u8]) -> Option<u32> {
    let mut mode = 0;
    for (&letter, place) in letters.get(..9)?.iter().zip(0..) {
        let bit = 0o400 >> place;
        // The bits of execution tell of those for which `ls` has no letters of their own.
        let special = [0o4000, 0o2000, 0o1000][place / 3];
        mode |= match letter {
            b'-' => 0,
            b's' | b't' => bit | special,
            b'S' | b'T' => special,
            _ => bit,
        };
    }
    Some(mode)
}

/// Takes out of two listings of one thing what each of them knows.
fn merged(mut first: Listing, second: Listing) -> Listing {
    for (path, seen) in second {
        let known = first.entry(path).or_default();
        let before = std::mem::take(known);
        *known = crate::listing::Seen {
            kind: seen.kind.or(before.kind),
            size: seen.size.or(before.size),
            digest: seen.digest.or(before.digest),
            target: seen.target.or(before.target),
            device: seen.device.or(before.device),
            mode: seen.mode.or(before.mode),
            owner: seen.owner.or(before.owner),
            links: seen.links.or(before.links),
            modified: seen.modified.or(before.modified),
            hidden: seen.hidden.or(before.hidden),
        };
    }
    first
}

/// A name as its file system has it, without the version and the dot before no extension.
pub fn plain_name(path: &[u8]) -> Vec<u8> {
    let path = path.strip_suffix(b";1").unwrap_or(path);
    path.strip_suffix(b".").unwrap_or(path).to_vec()
}

#[test]
fn dates_and_modes_are_read_as_they_are_told() {
    assert_eq!(moment(1970, 1, 1, 1), (1, 0));
    assert_eq!(moment(2000, 2, 29, 43_200), (951_825_600, 0));
    assert_eq!(moment(1900, 1, 1, 0), (-2_208_988_800, 0));
    assert_eq!(mode(b"rwsr-Sr-t "), Some(0o7745));
}
