//! What is added to is never lost: the program is killed while it writes, the beginning of an image is lost, and others
//! have written what is there.

use std::{
    fs,
    os::unix::fs::FileExt as _,
    path::PathBuf,
    process::{Output, Stdio},
    thread,
    time::Duration,
};

use rstest::rstest;
use tempfile::TempDir;

use crate::{imapi, peer};

struct Lab(TempDir);

impl Lab {
    /// Folders with files: old, new, and third.
    fn new() -> Self {
        let lab = Self(tempfile::tempdir().expect("a folder"));
        for (file, text) in [("old/a", "a first"), ("old/b", "b first"), ("new/b", "b again"), ("third/c", "c at last")]
        {
            let path = lab.path(file);
            fs::create_dir_all(path.parent().expect("in a folder")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        imapi().args(arguments).current_dir(self.0.path()).output().expect("it runs")
    }

    /// What the program says when all goes well.
    fn imapi(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    fn list(&self, arguments: &[&str]) -> Vec<String> {
        self.imapi(&[&["image", "ls"], arguments].concat()).lines().map(str::to_string).collect()
    }

    /// An image with three sessions.
    fn three_sessions(&self, file_systems: &str) {
        self.imapi(&["image", "create", "old", "-o", "my.iso", "--fs", file_systems]);
        self.imapi(&["image", "append", "my.iso", "new"]);
        self.imapi(&["image", "append", "my.iso", "third"]);
    }
}

fn complaint(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[rstest]
fn an_image_has_the_old_or_the_new_files_whenever_the_program_is_killed(
    #[values("iso9660,joliet,udf", "iso9660,joliet", "udf")] file_systems: &str,
) {
    let lab = Lab::new();
    fs::write(lab.path("new/large"), vec![0x5A; 24 << 20]).expect("writable");
    lab.imapi(&["image", "create", "old", "-o", "before.iso", "--fs", file_systems]);
    let mut unchanged = 0;
    for milliseconds in [0, 3, 6, 10, 15, 20, 26, 33, 41, 50, 70, 100, 200] {
        fs::copy(lab.path("before.iso"), lab.path("my.iso")).expect("writable");
        let mut append = imapi();
        append.args(["image", "append", "my.iso", "new"]).current_dir(lab.0.path()).stdout(Stdio::null());
        let mut append = append.stderr(Stdio::null()).spawn().expect("it runs");
        thread::sleep(Duration::from_millis(milliseconds));
        append.kill().expect("it was started");
        append.wait().expect("it was started");
        let files = lab.list(&["my.iso"]);
        let b = lab.imapi(&["image", "cat", "my.iso", "b"]);
        let found = (files.iter().map(String::as_str).collect::<Vec<_>>(), b.as_str());
        match found {
            (files, "b first") if files == ["a", "b"] => unchanged += 1,
            (files, "b again") if files == ["a", "b", "large"] => {
                let large = lab.run(&["image", "cat", "my.iso", "large"]);
                assert!(large.stdout.len() == 24 << 20 && large.stdout.iter().all(|&byte| byte == 0x5A));
            }
            found => panic!("killed after {milliseconds} ms: {found:?}"),
        }
        assert_eq!(lab.imapi(&["image", "cat", "my.iso", "a"]), "a first");
        // What was left behind the image is in nobody's way.
        lab.imapi(&["image", "append", "my.iso", "new", "third"]);
        assert_eq!(lab.list(&["my.iso"]), ["a", "b", "c", "large"], "killed after {milliseconds} ms");
        assert_eq!(lab.imapi(&["image", "cat", "my.iso", "b"]), "b again");
    }
    assert!(unchanged > 0, "it was killed before it was done");
}

/// As the writing of its session leaves an image when it is killed in the midst of it.
#[rstest]
fn a_session_that_was_not_finished_is_none(#[values("iso9660,joliet,udf", "iso9660,joliet")] file_systems: &str) {
    let lab = Lab::new();
    lab.imapi(&["image", "create", "old", "-o", "before.iso", "--fs", file_systems]);
    fs::copy(lab.path("before.iso"), lab.path("my.iso")).expect("writable");
    lab.imapi(&["image", "append", "my.iso", "new"]);
    let (before, after) =
        (fs::read(lab.path("before.iso")).expect("there"), fs::read(lab.path("my.iso")).expect("there"));
    for blocks in [20, 40, 60] {
        let end = before.len() + blocks * 2048;
        fs::write(lab.path("my.iso"), [&before[..], &after[before.len()..end]].concat()).expect("writable");
        assert_eq!(lab.imapi(&["image", "cat", "my.iso", "b"]), "b first", "{blocks}");
        let told = lab.imapi(&["sessions", "my.iso", "--json"]);
        assert_eq!(told.matches("\"session\":").count(), 1, "{told}");
        lab.imapi(&["image", "append", "my.iso", "third"]);
        assert_eq!(lab.list(&["my.iso"]), ["a", "b", "c"], "{blocks}");
    }
}

#[rstest]
fn sessions_are_found_when_the_beginning_is_lost(
    #[values("iso9660,joliet,udf", "iso9660,joliet", "udf")] file_systems: &str,
) {
    let lab = Lab::new();
    lab.three_sessions(file_systems);
    let file = fs::File::options().write(true).open(lab.path("my.iso")).expect("there");
    for block in [0, 256] {
        file.write_all_at(&vec![0; 32 * 2048], block * 2048).expect("writable");
    }
    let nothing = lab.run(&["image", "ls", "my.iso"]);
    assert!(complaint(&nothing).contains("IMAPI_E_NO_SUPPORTED_FILE_SYSTEM"), "{}", complaint(&nothing));
    let told: serde_json::Value =
        serde_json::from_str(&lab.imapi(&["sessions", "--search", "my.iso", "--json"])).expect("JSON");
    let told = told.as_array().expect("a list");
    assert_eq!(told.len(), 3, "{told:?}");
    let starts: Vec<u64> = told.iter().map(|told| told["firstBlock"].as_u64().expect("a number")).collect();
    assert!(starts[0] == 0 && starts.is_sorted(), "{starts:?}");
    assert_eq!(lab.list(&["my.iso", "--lenient"]), ["a", "b", "c"]);
    for (session, b) in [("2", "b again"), ("3", "b again")] {
        assert_eq!(lab.imapi(&["image", "cat", "--lenient", "my.iso", "b", "--session", session]), b);
    }
    assert_eq!(lab.list(&["my.iso", "--lenient", "--session", "2"]), ["a", "b"]);
}

#[test]
fn there_is_nothing_to_find_where_there_is_nothing() {
    let lab = Lab::new();
    fs::write(
        lab.path("noise"),
        (0..3_000_000_u32).map(|at| (at.wrapping_mul(at) >> 7).to_le_bytes()[0]).collect::<Vec<u8>>(),
    )
    .expect("writable");
    let found = lab.run(&["image", "ls", "--lenient", "noise"]);
    assert!(complaint(&found).contains("IMAPI_E_NO_SUPPORTED_FILE_SYSTEM"), "{}", complaint(&found));
    // A plain image has its one session, however it is looked for, and an image in it is no session.
    fs::create_dir(lab.path("nested")).expect("new");
    lab.three_sessions("iso9660,joliet,udf");
    fs::rename(lab.path("my.iso"), lab.path("nested/inner.iso")).expect("there");
    lab.imapi(&["image", "create", "nested", "-o", "my.iso"]);
    let told = lab.imapi(&["sessions", "--search", "my.iso", "--json"]);
    assert_eq!(told.matches("\"session\":").count(), 1, "{told}");
    assert_eq!(lab.list(&["my.iso"]), ["inner.iso"]);
}

#[test]
fn files_of_plain_iso_9660_are_replaced_by_their_own_names() {
    let lab = Lab::new();
    fs::create_dir(lab.path("old/folder")).expect("new");
    fs::write(lab.path("old/folder/some file"), "first").expect("writable");
    lab.imapi(&["image", "create", "old", "-o", "my.iso", "--fs", "iso9660", "--iso-level", "2"]);
    fs::create_dir(lab.path("new/folder")).expect("new");
    fs::write(lab.path("new/folder/some file"), "again").expect("writable");
    lab.imapi(&["image", "append", "my.iso", "new"]);
    assert_eq!(lab.list(&["my.iso"]), ["A", "B", "FOLDER", "FOLDER/SOME_FILE"]);
    assert_eq!(lab.imapi(&["image", "cat", "my.iso", "B"]), "b again");
    assert_eq!(lab.imapi(&["image", "cat", "my.iso", "FOLDER/SOME_FILE"]), "again");
}

#[test]
fn sessions_of_xorriso_are_listed_before_ours() {
    let lab = Lab::new();
    let image = lab.path("my.iso").display().to_string();
    let old = lab.path("old").display().to_string();
    let new = lab.path("new").display().to_string();
    let xorriso = ["-outdev", &image, "-map", &old, "/", "-commit", "-map", &new, "/", "-commit", "-end"];
    let made = peer("xorriso", "xorriso", &xorriso);
    assert!(made.status.success(), "{}", complaint(&made));
    let sessions = |lab: &Lab| lab.imapi(&["sessions", "my.iso", "--json"]).matches("\"session\":").count();
    assert_eq!(sessions(&lab), 2);
    lab.imapi(&["image", "append", "my.iso", "third"]);
    assert_eq!(sessions(&lab), 3);
    assert_eq!(lab.list(&["my.iso"]), ["a", "b", "c"]);
    for (session, files, b) in [("1", 2, "b first"), ("2", 2, "b again"), ("3", 3, "b again")] {
        assert_eq!(lab.list(&["my.iso", "--session", session]).len(), files, "session {session}");
        assert_eq!(lab.imapi(&["image", "cat", "my.iso", "b", "--session", session]), b, "session {session}");
    }
}

#[test]
fn an_image_is_not_added_to_itself() {
    let lab = Lab::new();
    lab.imapi(&["image", "create", "old", "-o", "my.iso"]);
    let before = fs::read(lab.path("my.iso")).expect("there");
    let refused = lab.run(&["image", "append", "my.iso", "./my.iso"]);
    assert!(
        refused.status.code() == Some(2) && complaint(&refused).contains("are one file"),
        "{}",
        complaint(&refused)
    );
    assert_eq!(fs::read(lab.path("my.iso")).expect("there"), before);
}

#[rstest]
fn checksums_are_of_the_first_session_and_hold_when_others_came(
    #[values("iso9660,joliet,udf", "iso9660", "udf")] file_systems: &str,
) {
    let lab = Lab::new();
    lab.imapi(&["image", "create", "old", "-o", "my.iso", "--embed-checksums", "--fs", file_systems]);
    let alone = lab.run(&["verify", "my.iso"]);
    assert!(alone.status.success() && alone.stderr.is_empty(), "{}", complaint(&alone));
    for more in ["new", "third"] {
        lab.imapi(&["image", "append", "my.iso", more]);
        let verified = lab.run(&["verify", "my.iso"]);
        assert!(verified.status.success(), "{more}: {}", complaint(&verified));
        assert!(complaint(&verified).contains("those of the first session"), "{}", complaint(&verified));
    }
    // The bytes of the first session are still looked at.
    let bytes = fs::read(lab.path("my.iso")).expect("there");
    let at = bytes.windows(7).position(|bytes| bytes == b"a first").expect("it is there");
    let file = fs::File::options().write(true).open(lab.path("my.iso")).expect("there");
    file.write_all_at(b"A", at as u64).expect("writable");
    let verified = lab.run(&["verify", "my.iso"]);
    assert!(complaint(&verified).contains("E_IMAPI_BURN_VERIFICATION_FAILED"), "{}", complaint(&verified));
}

/// The name of a drive with that disc, in which something goes wrong.
fn faulty(lab: &Lab, fault: &str) -> String {
    fs::write(lab.path("faults.json"), format!(r#"{{"faults":[{fault}]}}"#)).expect("writable");
    "virtual:my.disc?faults=faults.json".to_string()
}

#[rstest]
fn a_session_that_was_broken_off_hides_nothing(#[values("cd-r", "dvd+r", "bd-r")] medium: &str) {
    let lab = Lab::new();
    fs::write(lab.path("new/large"), vec![0x5A; 8 << 20]).expect("writable");
    let made = format!("virtual:my.disc?media={medium}&size=600M");
    lab.imapi(&["burn", "old", "--rock-ridge", "--keep-open", "--yes", "--drive", &made]);
    let drive = faulty(&lab, r#"{"when":{"opcode":"2A","nth":40},"what":{"sense":{"code":"3/0C/00"}}}"#);
    let broken = lab.run(&["append", "new", "--drive", &drive]);
    assert_eq!(broken.status.code(), Some(1), "{}", complaint(&broken));
    assert_eq!(lab.list(&["virtual:my.disc"]), ["a", "b"]);
    assert_eq!(lab.imapi(&["image", "cat", "virtual:my.disc", "b"]), "b first");
    let told = lab.imapi(&["sessions", "virtual:my.disc", "--json"]);
    assert_eq!(told.matches("\"session\":").count(), 2, "{told}");
}

#[rstest]
fn a_disc_whose_first_cluster_is_lost_shows_its_sessions(#[values("dvd+rw", "bd-re", "dvd-ram")] medium: &str) {
    let lab = Lab::new();
    let made = format!("virtual:my.disc?media={medium}&size=64M");
    lab.imapi(&["burn", "old", "--rock-ridge", "--fs", "iso9660,joliet", "--yes", "--drive", &made]);
    lab.imapi(&["append", "new", "--drive", "virtual:my.disc"]);
    lab.imapi(&["append", "third", "--drive", "virtual:my.disc"]);
    let lost = r#"{"when":{"access":"read","blocks":{"first":0,"last":31}},"what":{"sense":{"code":"3/11/00"}},"times":"always"}"#;
    let drive = faulty(&lab, lost);
    let nothing = lab.run(&["image", "ls", &drive]);
    assert!(!nothing.status.success() && nothing.stdout.is_empty(), "{}", complaint(&nothing));
    assert_eq!(lab.list(&["--lenient", &drive]), ["a", "b", "c"]);
    assert_eq!(lab.list(&["--lenient", &drive, "--session", "1"]), ["a", "b"]);
    for (file, text) in [("a", "a first"), ("b", "b again"), ("c", "c at last")] {
        assert_eq!(lab.imapi(&["image", "cat", "--lenient", &drive, file]), text);
    }
    let told = lab.imapi(&["sessions", "--search", &drive, "--json"]);
    assert_eq!(told.matches("\"session\":").count(), 3, "{told}");
}
