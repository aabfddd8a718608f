//! `imapi append` and `imapi image append`: what other programs find on the disc then, session by session.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use rstest::rstest;
use tempfile::TempDir;

use crate::imapi;

/// A folder with a disc or an image, and files for it.
struct Lab {
    folder: TempDir,
}

const OLD: &[(&str, &str)] = &[("stays.txt", "as it was"), ("goes.txt", "not for long"), ("changes.txt", "before")];
const NEW: &[(&str, &str)] = &[("changes.txt", "and after"), ("comes.txt", "new here")];

impl Lab {
    fn new() -> Self {
        let lab = Self { folder: tempfile::tempdir().expect("a folder") };
        for (name, files) in [("old", OLD), ("new", NEW), ("third", &[("last.txt", "the end")])] {
            fs::create_dir(lab.path(name)).expect("new");
            for (file, text) in files {
                fs::write(lab.path(name).join(file), text).expect("writable");
            }
        }
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs the program in the folder, and says what it printed when it went well.
    fn imapi(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = text(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
        text(&output.stdout)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        imapi().args(arguments).current_dir(self.folder.path()).output().expect("it runs")
    }

    fn list(&self, arguments: &[&str]) -> Vec<String> {
        let said = self.imapi(&[&["image", "ls"], arguments].concat());
        said.lines().map(str::to_string).collect()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What xorriso finds: the paths of all files, by their own lines.
fn found_by_xorriso(said: &str) -> Vec<String> {
    let paths = said.lines().filter_map(|line| line.strip_prefix("'/")?.strip_suffix('\''));
    let mut paths: Vec<String> = paths.map(str::to_string).collect();
    paths.sort();
    paths
}

const FIRST: [&str; 3] = ["changes.txt", "goes.txt", "stays.txt"];
const SECOND: [&str; 3] = ["changes.txt", "comes.txt", "stays.txt"];
const THIRD: [&str; 4] = ["changes.txt", "comes.txt", "last.txt", "stays.txt"];

#[rstest]
fn three_sessions_are_on_the_disc(
    #[values("cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd+r", "dvd+rw", "dvd-ram", "bd-r", "bd-re")] medium: &str,
    #[values("iso9660,joliet,udf", "iso9660")] file_systems: &str,
) {
    let lab = Lab::new();
    let (drive, made) = ("virtual:my.disc", format!("virtual:my.disc?media={medium}"));
    let first = ["burn", "old", "--rock-ridge", "--keep-open", "--yes", "--fs", file_systems, "--drive", &made];
    lab.imapi(&first);
    lab.imapi(&["append", "new", "--remove", "/goes.txt", "--drive", drive, "--verify", "full"]);
    lab.imapi(&["append", "third", "--drive", drive, "--verify", "full"]);

    // By all names that the disc has, and by each session.
    let names: &[&str] = if file_systems.contains("udf") { &["udf", "rock-ridge", "joliet"] } else { &["rock-ridge"] };
    for names in names {
        assert_eq!(lab.list(&[drive, "--fs", names]), THIRD, "{names}");
        for (session, expected) in [("1", &FIRST[..]), ("2", &SECOND), ("3", &THIRD)] {
            assert_eq!(lab.list(&[drive, "--fs", names, "--session", session]), expected, "{names}, session {session}");
        }
        for (file, expected) in [("changes.txt", "and after"), ("stays.txt", "as it was"), ("last.txt", "the end")] {
            assert_eq!(lab.imapi(&["image", "cat", drive, file, "--fs", names]), expected, "{names}");
        }
        let before = lab.imapi(&["image", "cat", drive, "changes.txt", "--fs", names, "--session", "1"]);
        assert_eq!(before, "before", "{names}");
    }

    // By xorriso, which takes what the drive says is the last session.
    let run = ["virtual", "run", "my.disc", "--device", "/dev/sr9", "--"];
    let xorriso = ["xorriso", "-abort_on", "FATAL", "-indev", "/dev/sr9", "-find", "/", "-type", "f"];
    let said = lab.imapi(&[&run[..], &xorriso].concat());
    assert_eq!(found_by_xorriso(&said), THIRD);
    let out = lab.path("out");
    let out = out.to_str().expect("text");
    let extract = ["xorriso", "-osirrox", "on", "-indev", "/dev/sr9", "-extract", "/", out];
    lab.imapi(&[&run[..], &extract].concat());
    assert_eq!(fs::read_to_string(lab.path("out/changes.txt")).expect("extracted"), "and after");
    assert_eq!(fs::read_to_string(lab.path("out/stays.txt")).expect("extracted"), "as it was");
}

#[test]
fn what_cannot_be_added_to_is_refused_and_stays_as_it_is() {
    let lab = Lab::new();
    let code = |output: &Output| text(&output.stderr).lines().last().unwrap_or_default().to_string();
    let blank = lab.run(&["append", "new", "--drive", "virtual:blank.disc?media=cd-r"]);
    assert!(code(&blank).starts_with("IMAPI_E_EMPTY_DISC"), "{}", text(&blank.stderr));
    lab.imapi(&["burn", "old", "--close", "--drive", "virtual:closed.disc?media=dvd-r"]);
    let closed = lab.run(&["append", "new", "--drive", "virtual:closed.disc"]);
    assert!(code(&closed).starts_with("IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE"), "{}", text(&closed.stderr));
    fs::write(lab.path("noise"), vec![7; 100_000]).expect("writable");
    let noise = lab.run(&["image", "append", "noise", "new"]);
    assert!(code(&noise).starts_with("IMAPI_E_NO_SUPPORTED_FILE_SYSTEM"), "{}", text(&noise.stderr));
    assert_eq!(fs::read(lab.path("noise")).expect("there"), vec![7; 100_000]);
}

#[test]
fn an_image_that_cannot_be_finished_is_what_it_was() {
    let lab = Lab::new();
    lab.imapi(&["image", "create", "old", "-o", "my.iso"]);
    let before = fs::read(lab.path("my.iso")).expect("there");
    let unchanged = |about: &str, output: &Output, expected: &str| {
        assert_eq!(output.status.code(), Some(1), "{about}");
        assert!(text(&output.stderr).contains(expected), "{about}: {}", text(&output.stderr));
        assert_eq!(fs::read(lab.path("my.iso")).expect("there"), before, "{about}");
    };
    let missing = lab.run(&["image", "append", "my.iso", "new", "--remove", "nothing"]);
    unchanged("what is removed is not there", &missing, "IMAPI_E_ITEM_NOT_FOUND");
    let nothing = lab.run(&["image", "append", "my.iso", "nowhere"]);
    unchanged("what is added is not there", &nothing, "nowhere");
    // A file with the name of a folder.
    fs::create_dir_all(lab.path("folder/stays.txt")).expect("new");
    let folder = lab.run(&["image", "append", "my.iso", "folder"]);
    unchanged("a folder meets a file", &folder, "IMAPI_E_DUP_NAME");
}

#[test]
fn a_bootable_image_stays_bootable() {
    let lab = Lab::new();
    fs::write(lab.path("old/loader.bin"), vec![0x90; 5000]).expect("writable");
    lab.imapi(&["image", "create", "old", "-o", "my.iso", "--boot", "loader.bin,info-table"]);
    let report = |lab: &Lab| {
        let output = std::process::Command::new("xorriso")
            .args(["-indev", "my.iso", "-report_el_torito", "plain"])
            .current_dir(lab.folder.path())
            .output()
            .expect("xorriso runs");
        text(&output.stdout)
    };
    let image_at = |report: &str| {
        let line = report.lines().find(|line| line.starts_with("El Torito boot img :   1")).expect("an image");
        line.split_whitespace().last().expect("an address").to_string()
    };
    let before = report(&lab);
    lab.imapi(&["image", "append", "my.iso", "new"]);
    let kept = report(&lab);
    assert_eq!(image_at(&kept), image_at(&before), "{kept}");
    // Another loader by the same name is the one that is started then, and is told where it is.
    fs::write(lab.path("third/loader.bin"), vec![0x91; 6000]).expect("writable");
    lab.imapi(&["image", "append", "my.iso", "third"]);
    let after = report(&lab);
    assert_ne!(image_at(&after), image_at(&before), "{after}");
    assert!(
        after.contains("boot-info-table") || after.contains("El Torito img opts :   1  boot-info-table"),
        "{after}"
    );
}

/// What an image of others has, too, and its Rock Ridge.
#[test]
fn an_image_of_genisoimage_is_added_to() {
    let lab = Lab::new();
    let folder = lab.folder.path();
    let status = |program: &str, arguments: &[&str]| {
        let output = std::process::Command::new(program).args(arguments).current_dir(folder).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}; cargo xtask test --setup installs it"));
        assert!(output.status.success(), "{program}: {}", text(&output.stderr));
        text(&output.stdout)
    };
    status("genisoimage", &["-quiet", "-R", "-J", "-o", "my.iso", "old"]);
    lab.imapi(&["image", "append", "my.iso", "new", "--remove", "goes.txt"]);
    assert_eq!(lab.list(&["my.iso"]), SECOND);
    let listed = status("isoinfo", &["-R", "-f", "-i", "my.iso"]);
    let mut listed: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix('/')).collect();
    listed.sort_unstable();
    assert_eq!(listed, SECOND);
    let is_there = |path: &Path| path.exists();
    status("7z", &["x", "-y", "-oout", "my.iso"]);
    assert!(is_there(&folder.join("out/comes.txt")) && !is_there(&folder.join("out/goes.txt")));
}

/// A drive closes such a disc, though it was to stay open.
#[test]
fn a_session_after_which_there_is_no_room_is_a_good_one() {
    let lab = Lab::new();
    fs::write(lab.path("new/large"), vec![0x55; 15_000_000]).expect("writable");
    fs::write(lab.path("old/large"), vec![0xAA; 5_000_000]).expect("writable");
    lab.imapi(&["burn", "old", "--drive", "virtual:my.disc?media=cd-r&size=50M"]);
    lab.imapi(&["append", "new", "--drive", "virtual:my.disc"]);
    let told = lab.imapi(&["info", "virtual:my.disc"]);
    assert!(told.contains("state of the disc: closed"), "{told}");
    assert_eq!(lab.imapi(&["image", "cat", "virtual:my.disc", "stays.txt"]), "as it was");
    let more = lab.run(&["append", "third", "--drive", "virtual:my.disc"]);
    assert!(text(&more.stderr).contains("IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE"), "{}", text(&more.stderr));
}
