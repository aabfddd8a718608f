//! Disc files as programs meet them: made, written, killed, opened again, damaged.

use std::{
    cell::Cell,
    env, fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use imapi_errors::{Coded, common};
use imapi_virtual_drive::{DiscFile, DiscFileError, Geometry, State};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A disc that is written from its beginning on, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Tape {
    written: u32,
    changes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
enum Change {
    Wrote { count: u32 },
}

impl State for Tape {
    type Change = Change;

    fn blank(_: &Geometry) -> Self {
        Self { written: 0, changes: 0 }
    }

    fn apply(&mut self, change: &Change) {
        let Change::Wrote { count } = change;
        self.written += count;
        self.changes += 1;
    }

    fn history(&self) -> Vec<Change> {
        vec![Change::Wrote { count: self.written }]
    }
}

fn geometry(sectors: u32) -> Geometry {
    Geometry { medium: "tape".to_string(), first: -150, sectors, sector_size: 2048 }
}

/// What sector `index` of the tape holds.
fn sector(index: u32) -> Vec<u8> {
    index.to_le_bytes().repeat(512)
}

/// Writes the next sector: its bytes first, then the change that makes it count.
fn write_next(disc: &mut DiscFile<Tape>) {
    let index = disc.state().written;
    let address = disc.geometry().first + i32::try_from(index).expect("a short tape");
    disc.write(address, &sector(index)).expect("room for a sector");
    disc.change(&[Change::Wrote { count: 1 }]).expect("room for a line");
}

fn assert_sound(disc: &DiscFile<Tape>) {
    let mut read = vec![0xA5; 2048];
    for index in 0..disc.state().written {
        disc.read(disc.geometry().first + i32::try_from(index).expect("short"), &mut read).expect("it was written");
        assert!(read == sector(index), "sector {index} of {}", disc.state().written);
    }
}

#[test]
fn a_disc_is_found_again_as_it_was_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    let mut disc = DiscFile::<Tape>::create(&path, geometry(1000)).expect("a new disc");
    (0..20).for_each(|_| write_next(&mut disc));
    drop(disc);
    let mut disc = DiscFile::<Tape>::open(&path).expect("the disc");
    assert_eq!((disc.state().written, disc.geometry()), (20, &geometry(1000)));
    write_next(&mut disc);
    assert_sound(&disc);
    let mut blank = vec![0xA5; 4096];
    disc.read(500, &mut blank).expect("sectors that nobody wrote");
    assert_eq!(blank, vec![0; 4096]);
}

#[test]
fn changes_that_come_often_reach_the_file_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    let mut disc = DiscFile::<Tape>::create(&path, geometry(1000)).expect("a new disc");
    // What a program would find if this one were killed now.
    let in_the_file = || {
        let copy = folder.path().join("copy.disc");
        fs::copy(&path, &copy).expect("a copy");
        DiscFile::<Tape>::open(&copy).expect("a disc").state().written
    };
    disc.change_soon([Change::Wrote { count: 1 }]).expect("queued");
    assert_eq!((disc.state().written, in_the_file()), (1, 0), "here at once, in the file not yet");
    disc.change(&[Change::Wrote { count: 2 }]).expect("room");
    assert_eq!(in_the_file(), 3, "another change takes them along");
    for _ in 0..100 {
        disc.change_soon([Change::Wrote { count: 1 }]).expect("queued");
    }
    assert!((80..=103).contains(&in_the_file()), "there are never many that wait: {}", in_the_file());
    drop(disc);
    assert_eq!(DiscFile::<Tape>::open(&path).expect("the disc").state().written, 103);
}

#[test]
fn a_blank_disc_of_a_hundred_gigabytes_costs_kilobytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("xl.disc");
    let disc = DiscFile::<Tape>::create(&path, geometry(48_878_592)).expect("a new disc");
    let mut last = [0xA5; 2048];
    disc.read(48_878_592 - 151, &mut last).expect("the last sector");
    let metadata = fs::metadata(&path).expect("a file");
    assert!(metadata.len() > 100_000_000_000, "{}", metadata.len());
    assert!(metadata.blocks() * 512 < 64 << 10, "{} bytes on the disk", metadata.blocks() * 512);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("precious.txt");
    fs::write(&path, "precious").expect("a file");
    let refused = DiscFile::<Tape>::create(&path, geometry(10)).expect_err("the name is taken");
    assert_eq!(refused.code(), common::ERROR_FILE_EXISTS);
    let no_disc = DiscFile::<Tape>::open(&path).expect_err("no disc");
    assert!(matches!(no_disc, DiscFileError::NotADisc), "{no_disc}");
    assert_eq!(fs::read(&path).expect("a file"), b"precious");
}

#[test]
fn a_new_disc_begins_with_its_name_and_survives_the_loss_of_either_header() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    drop(DiscFile::<Tape>::create(&path, geometry(10)).expect("a new disc"));
    let whole = fs::read(&path).expect("a file");
    assert!(whole.starts_with(b"imapi virtual disc\n"), "people and `file` look at the beginning");
    for copy in [0, 4096] {
        let mut damaged = whole.clone();
        damaged[copy..copy + 4096].fill(0xA5);
        fs::write(&path, &damaged).expect("a file");
        assert_sound(&DiscFile::open(&path).expect("the other copy is whole"));
    }
}

#[test]
fn a_file_that_became_much_longer_is_the_same_disc() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    let mut disc = DiscFile::create(&path, geometry(10)).expect("a new disc");
    write_next(&mut disc);
    drop(disc);
    let length = fs::metadata(&path).expect("a file").len();
    // More than any machine has memory for.
    fs::OpenOptions::new().write(true).open(&path).and_then(|file| file.set_len(1 << 43)).expect("a sparse file");
    let disc = DiscFile::open(&path).expect("what stands behind the journal never happened");
    assert_sound(&disc);
    assert_eq!((disc.state().written, fs::metadata(&path).expect("a file").len()), (1, length));
}

#[test]
fn a_disc_that_cannot_be_made_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("huge.disc");
    // No file system has files of seventy petabytes.
    let geometry = Geometry { sector_size: 1 << 24, ..geometry(u32::MAX) };
    let made = DiscFile::<Tape>::create(&path, geometry);
    assert!(matches!(made, Err(DiscFileError::System { .. })), "{made:?}");
    assert!(!path.exists(), "the next attempt would find a file in its way");
}

thread_local! {
    /// Changes that are in memory.
    static ALIVE: Cell<usize> = const { Cell::new(0) };
}

/// A change that counts itself.
struct Counted;

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <()>::deserialize(deserializer)?;
        ALIVE.set(ALIVE.get() + 1);
        Ok(Self)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        ALIVE.set(ALIVE.get().saturating_sub(1));
    }
}

/// How many changes it had, and how many of them were in memory together.
#[derive(Debug)]
struct Counter {
    changes: usize,
    together: usize,
}

impl State for Counter {
    type Change = Counted;

    fn blank(_: &Geometry) -> Self {
        Self { changes: 0, together: 0 }
    }

    fn apply(&mut self, _: &Counted) {
        self.changes += 1;
        self.together = self.together.max(ALIVE.get());
    }

    fn history(&self) -> Vec<Counted> {
        Vec::new()
    }
}

/// A whole BD-R XL has two million changes, which would take hundreds of megabytes.
#[test]
fn a_long_journal_is_never_in_memory_as_a_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.disc");
    let mut disc = DiscFile::<Counter>::create(&path, geometry(10)).expect("a new disc");
    for _ in 0..3000 {
        disc.change_soon([Counted]).expect("room for a line");
    }
    drop(disc);
    ALIVE.set(0);
    let disc = DiscFile::<Counter>::open(&path).expect("whole");
    assert_eq!(disc.state().changes, 3000);
    assert!(disc.state().together <= 16, "{} changes in memory", disc.state().together);
}

#[test]
fn a_disc_is_in_one_drive_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    let first = DiscFile::<Tape>::create(&path, geometry(10)).expect("a new disc");
    let second = DiscFile::<Tape>::open(&path).expect_err("it is in use");
    assert!(matches!(&second, DiscFileError::InUse { path: of } if *of == path), "{second}");
    drop(first);
    DiscFile::<Tape>::open(&path).expect("it is free again");
}

#[test]
fn sectors_that_the_disc_does_not_have_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let disc = DiscFile::<Tape>::create(&folder.path().join("my.disc"), geometry(100)).expect("a new disc");
    let mut two = [0; 4096];
    assert!(disc.read(-150, &mut two).is_ok() && disc.read(-52, &mut two).is_ok());
    for first in [-151, -51, -50, 0, i32::MIN, i32::MAX] {
        let refused = disc.read(first, &mut two).expect_err("outside");
        assert!(matches!(refused, DiscFileError::NoSuchSector { address } if address == i64::from(first)), "{refused}");
        assert!(disc.write(first, &two).is_err());
    }
}

#[test]
fn a_long_journal_is_written_anew_and_means_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    drop(DiscFile::<Tape>::create(&path, geometry(1000)).expect("a new disc"));
    let size = |path: &Path| fs::metadata(path).expect("a file").len();
    let short = size(&path);
    // Both places of the journal have their turn.
    for round in 1..=4 {
        let mut disc = DiscFile::<Tape>::open(&path).expect("the disc");
        for _ in 0..50_000 {
            disc.change(&[Change::Wrote { count: 0 }]).expect("room");
        }
        write_next(&mut disc);
        drop(disc);
        let long = size(&path);
        let disc = DiscFile::<Tape>::open(&path).expect("the disc");
        assert_eq!((disc.state().written, disc.state().changes > 50_000), (round, true), "round {round}");
        assert_sound(&disc);
        drop(disc);
        let disc = DiscFile::<Tape>::open(&path).expect("the disc");
        assert_eq!((disc.state().written, disc.state().changes), (round, 1), "written anew in round {round}");
        // It went before the old one, which is cut off, or behind it.
        assert!(size(&path) < long + (8 << 10), "{} of {long}", size(&path));
    }
    assert!(size(&path) - short < 8 << 20);
}

/// Cuts the file at every place in its journal: what is left is always a prefix of what happened.
#[test]
fn a_file_cut_anywhere_in_its_journal_is_a_disc_of_an_earlier_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    let mut disc = DiscFile::<Tape>::create(&path, geometry(100)).expect("a new disc");
    let begin = fs::metadata(&path).expect("a file").len();
    (0..5).for_each(|_| write_next(&mut disc));
    drop(disc);
    let end = fs::metadata(&path).expect("a file").len();
    let mut seen = Vec::new();
    for cut in (begin..=end).rev() {
        fs::File::options().write(true).open(&path).and_then(|file| file.set_len(cut)).expect("cut");
        let disc = DiscFile::<Tape>::open(&path).expect("a disc all the same");
        assert_sound(&disc);
        seen.push(disc.state().written);
    }
    assert!(seen.is_sorted_by(|a, b| a >= b) && seen[0] == 5 && seen.last() == Some(&0), "{seen:?}");
}

/// The variable by which the test below tells its child which disc to write.
const VICTIM: &str = "DISC_FILE_VICTIM";

/// Kills a program that writes, again and again, at times that no one chose.
#[test]
fn a_killed_program_leaves_a_disc_that_really_was() {
    if let Some(path) = env::var_os(VICTIM) {
        let mut disc = DiscFile::<Tape>::open(Path::new(&path)).expect("the disc");
        loop {
            write_next(&mut disc);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.disc");
    drop(DiscFile::<Tape>::create(&path, geometry(4_000_000)).expect("a new disc"));
    let mut written = 0;
    for round in 0..12 {
        let this = env::current_exe().expect("this test");
        let mut victim = Command::new(this)
            .args(["--exact", "a_killed_program_leaves_a_disc_that_really_was"])
            .env(VICTIM, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        thread::sleep(Duration::from_millis(30 + 17 * round));
        victim.kill().expect("it was alive");
        victim.wait().expect("it is dead");
        let disc = DiscFile::<Tape>::open(&path).expect("a disc, and nobody holds it");
        assert!(disc.state().written >= written, "round {round}");
        assert_sound(&disc);
        written = disc.state().written;
    }
    assert!(written > 0, "the children wrote");
}
