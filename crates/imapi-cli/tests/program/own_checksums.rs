//! `--embed-checksums`, and `imapi verify` with nothing to compare with.

use std::{
    fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::Path,
    process::{Command, Output},
};

use rstest::rstest;
use serde_json::Value;

use crate::run;

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", words(output)))
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(tempfile::tempdir().expect("a folder"));
        let files = desk.0.path().join("files");
        fs::create_dir_all(files.join("sub/наука")).expect("a folder");
        fs::write(files.join("hello.txt"), "Hello, disc\n").expect("a file");
        fs::write(files.join("empty"), "").expect("a file");
        fs::write(files.join("sub/data.bin"), vec![0x5A; 3_000_000]).expect("a file");
        fs::write(files.join("sub/наука/文書 (1).txt"), vec![7; 30_000]).expect("a file");
        desk
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("UTF-8").to_string()
    }

    fn drive(&self, medium: &str) -> String {
        format!("virtual:{}?media={medium}", self.path(medium))
    }

    fn image(&self, options: &[&str]) -> String {
        let image = self.path("image.iso");
        let made =
            run(&[&["image", "create", &self.path("files"), "--embed-checksums", "-o", &image], options].concat());
        assert!(made.status.success(), "{options:?}: {}", words(&made));
        image
    }
}

/// What another program says, which has to succeed.
fn peer(package: &str, command: &[&str]) -> String {
    let output = crate::peer(command[0], package, &command[1..]);
    assert!(output.status.success(), "{command:?}: {}", words(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// `sha256sum` says that the files in that folder are those of the table in it.
fn accepted(unpacked: &str) {
    let check = ["-c", "--strict", "checksums.sha256"];
    let output = Command::new("sha256sum").args(check).current_dir(unpacked).env("LC_ALL", "C").output();
    let output = output.expect("sha256sum starts");
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{seen}{}", words(&output));
    assert_eq!(seen.lines().filter(|line| line.ends_with(": OK")).count(), 4, "{seen}");
    // It can tell a wrong file from a right one.
    let hello = Path::new(unpacked).join("hello.txt");
    fs::remove_file(&hello).expect("it is ours");
    fs::write(&hello, "Hello, disk\n").expect("writable");
    let output = Command::new("sha256sum").args(check).current_dir(unpacked).output().expect("sha256sum starts");
    assert!(!output.status.success());
}

#[rstest]
#[case(&[])]
#[case(&["--rock-ridge"])]
#[case(&["--fs", "udf", "--udf-revision", "2.60"])]
fn other_programs_see_the_file_and_agree_with_it(#[case] options: &[&str]) {
    let desk = Desk::new();
    let image = desk.image(options);
    let listed = peer("p7zip-full", &["7z", "l", &image]);
    assert!(listed.contains("checksums.sha256"), "{listed}");
    let unpacked = desk.path("by-7z");
    peer("p7zip-full", &["7z", "x", &format!("-o{unpacked}"), &image]);
    accepted(&unpacked);
    if options.contains(&"--rock-ridge") {
        let (image, unpacked) = (format!("stdio:{image}"), desk.path("by-xorriso"));
        let found = peer("xorriso", &["xorriso", "-indev", &image, "-find", "/"]);
        assert!(found.contains("'/checksums.sha256'"), "{found}");
        peer("xorriso", &["xorriso", "-osirrox", "on", "-indev", &image, "-extract", "/", &unpacked]);
        peer("coreutils", &["chmod", "-R", "u+w", &unpacked]);
        accepted(&unpacked);
    }
    if options.is_empty() {
        let found = peer("genisoimage", &["isoinfo", "-f", "-i", &image]);
        assert!(found.contains("/CHECKSUMS.SHA256"), "{found}");
    }
}

/// By hand, as the page tells it: each area is what `dd` and `sha256sum` make of its blocks, and the table's own sum is that of
/// the table with zeros there.
#[test]
fn the_blocks_can_be_checked_by_hand() {
    let desk = Desk::new();
    let image = desk.image(&[]);
    let bytes = fs::read(&image).expect("it is there");
    let tag = b"# imapi checksums 1 51c7e0b4-93fa-4d2b-8a6e-0f5d7c21b968\n";
    let at = bytes.chunks(2048).position(|block| block.starts_with(tag)).expect("it begins a block");
    let line = String::from_utf8_lossy(&bytes[at * 2048 + 57..][..112]).into_owned();
    let numbers: Vec<usize> =
        line.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
    let &[here, blocks, of, size, areas, files] = &numbers[..] else { panic!("{line}") };
    assert_eq!((here, of, files), (at, bytes.len() / 2048, 4));
    assert_eq!(blocks, size.div_ceil(2048));
    let mut table = bytes[at * 2048..][..size].to_vec();
    let own = String::from_utf8_lossy(&table[209..273]).into_owned();
    table[209..273].fill(b'0');
    fs::write(desk.path("table"), &table).expect("a file");
    let sum = |file: &str| peer("coreutils", &["sha256sum", file])[..64].to_string();
    assert_eq!(sum(&desk.path("table")), own);
    let text = String::from_utf8_lossy(&table).into_owned();
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("#a ")).collect();
    assert_eq!(found.len(), areas);
    for area in found {
        let (place, wanted) = area.split_once(' ').expect("two words");
        let (first, count) = place.split_once('+').expect("two numbers");
        let (skip, count) = (format!("skip={first}"), format!("count={count}"));
        let (from, to) = (format!("if={image}"), format!("of={}", desk.path("area")));
        peer("coreutils", &["dd", "bs=2048", "status=none", &skip, &count, &from, &to]);
        assert_eq!(sum(&desk.path("area")), wanted, "{area}");
    }
}

#[test]
fn a_disc_is_checked_by_itself_and_bad_files_are_named() {
    let desk = Desk::new();
    for medium in ["cd-r", "dvd-r", "dvd+r", "bd-r", "bd-re", "dvd+rw"] {
        let drive = desk.drive(medium);
        let burned = run(&["burn", &desk.path("files"), "--embed-checksums", "--drive", &drive, "--json"]);
        assert!(burned.status.success(), "{medium}: {}", words(&burned));
        let verified = run(&["verify", &drive, "--json"]);
        assert!(verified.status.success(), "{medium}: {}", words(&verified));
        let told = json(&verified);
        assert_eq!((&told["ownChecksums"], &told["files"]), (&true.into(), &4.into()), "{medium}: {told}");
        let verified = run(&["verify", &drive]);
        let said = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(said.ends_with("4 files, by the checksums on it\n"), "{medium}: {said}");
    }
    // Where the bytes of a file are, the disc has others, or none that can be read.
    let image = desk.path("read.iso");
    assert!(run(&["read", &desk.drive("bd-r"), "-o", &image]).status.success());
    let place = fs::read(&image).expect("it is there").chunks(2048).position(|block| block == [0x5A; 2048]);
    let place = place.expect("the file is in it") + 100;
    for what in [r#"{"corrupt": {"bits": 1}}"#, r#"{"sense": {"code": "3/11/00"}}"#] {
        let script = format!(
            r#"{{"seed": 3, "faults": [{{"when": {{"access": "read", "blocks": {{"first": {place}, "last": {place}}}}},
                "what": {what}, "times": "always"}}]}}"#
        );
        fs::write(desk.path("faults"), script).expect("a file");
        let drive = format!("virtual:{}?faults={}", desk.path("bd-r"), desk.path("faults"));
        let verified = run(&["verify", &drive, "--json"]);
        assert_eq!(verified.status.code(), Some(1), "{what}");
        let told = json(&verified);
        assert_eq!(told["name"], "E_IMAPI_BURN_VERIFICATION_FAILED", "{what}: {told}");
        assert_eq!(told["bad"].as_array().map(Vec::len), Some(1), "{what}: {told}");
        assert_eq!(told["bad"][0]["file"], "/sub/data.bin", "{what}: {told}");
        if what.contains("sense") {
            assert_eq!(told["bad"][0]["lba"], place, "{what}: {told}");
        }
    }
}

#[test]
fn an_image_is_checked_by_itself() {
    let desk = Desk::new();
    let image = desk.image(&[]);
    let verified = run(&["verify", &image, "--json"]);
    assert!(verified.status.success(), "{}", words(&verified));
    let told = json(&verified);
    assert_eq!(
        (&told["drive"], &told["image"], &told["files"]),
        (&Value::Null, &Value::from(image.clone()), &4.into())
    );
    assert_eq!(told["sectors"].as_u64().map(|sectors| sectors * 2048), fs::metadata(&image).ok().map(|it| it.len()));
    // The directory is gone, and a file is damaged.
    let mut bytes = fs::read(&image).expect("it is there");
    let file = bytes.chunks(2048).position(|block| block == [0x5A; 2048]).expect("the file is in it");
    bytes[16 * 2048..20 * 2048].fill(0);
    bytes[(file + 7) * 2048] ^= 1;
    fs::write(&image, bytes).expect("a file");
    let verified = run(&["verify", &image]);
    assert_eq!(verified.status.code(), Some(1));
    let said = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(said.contains("/sub/data.bin"), "{said}{}", words(&verified));
    // One without a table is only read, which is said.
    let plain = desk.path("plain.iso");
    assert!(run(&["image", "create", &desk.path("files"), "-o", &plain]).status.success());
    let verified = run(&["verify", &plain, "--json"]);
    assert!(verified.status.success() && words(&verified).contains("no checksums"), "{}", words(&verified));
    assert_eq!((&json(&verified)["ownChecksums"], &json(&verified)["files"]), (&false.into(), &Value::Null));
}

#[test]
fn the_same_files_make_the_same_table() {
    let desk = Desk::new();
    let first = fs::read(desk.image(&["--reproducible"])).expect("it is there");
    let second = fs::read(desk.image(&["--reproducible", "--force"])).expect("it is there");
    assert!(first == second);
    // On standard output it is made by one thread, and not by several.
    let piped = run(&["image", "create", &desk.path("files"), "--embed-checksums", "--reproducible", "-o", "-"]);
    assert!(piped.stdout == first, "{}", words(&piped));
    let burned =
        run(&["burn", &desk.path("files"), "--embed-checksums", "--reproducible", "--drive", &desk.drive("bd-r")]);
    assert!(burned.status.success(), "{}", words(&burned));
    let read = desk.path("read.iso");
    assert!(run(&["read", &desk.drive("bd-r"), "-o", &read]).status.success());
    let mut file = fs::File::open(&read).expect("it is there");
    let mut found = vec![0; first.len()];
    file.seek(SeekFrom::Start(0)).and_then(|_| file.read_exact(&mut found)).expect("as long");
    assert!(found == first);
}

#[test]
fn checksums_of_what_is_an_image_already_are_asked_wrongly() {
    let desk = Desk::new();
    let image = desk.image(&[]);
    let burned = run(&["burn", &image, "--embed-checksums", "--drive", &desk.drive("bd-r")]);
    assert_eq!(burned.status.code(), Some(2), "{}", words(&burned));
    let against = run(&["verify", &image, "--against", &image]);
    assert_eq!(against.status.code(), Some(2), "{}", words(&against));
    // A file of that name is not replaced.
    fs::write(desk.path("files/checksums.sha256"), "old").expect("a file");
    let made = run(&["image", "create", &desk.path("files"), "--embed-checksums", "-o", &desk.path("x.iso")]);
    assert_eq!(made.status.code(), Some(1));
    assert!(words(&made).contains("checksums.sha256"), "{}", words(&made));
}
