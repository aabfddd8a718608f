//! `imapi image create`: what it makes is judged by isoinfo, 7-Zip and udfinfo.

mod booting;
mod hostile;
mod limits;
mod links;
mod options;
mod progress;
mod refusals;
mod report;
mod reproducible;
mod stopped;
mod streams;
mod words;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use tempfile::TempDir;

use crate::{imapi, peer, run, told};

/// A folder on a disk, where files have extended attributes and large ones have room.
struct Bench {
    temporary: TempDir,
    /// What images are made of.
    tree: String,
    /// Where they go.
    iso: String,
}

impl Bench {
    /// A small tree.
    fn new() -> Self {
        let bench = Self::empty();
        bench.put("a file.txt", "one");
        bench.put("sub/left.tmp", "out");
        bench
    }

    fn empty() -> Self {
        let temporary = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a temporary folder");
        fs::create_dir(temporary.path().join("tree")).expect("new");
        let [tree, iso] = ["tree", "x.iso"].map(|name| text(&temporary.path().join(name)));
        Self { temporary, tree, iso }
    }

    /// A path in the folder.
    fn at(&self, name: &str) -> String {
        text(&self.temporary.path().join(name))
    }

    /// A path in the tree.
    fn in_tree(&self, name: &str) -> PathBuf {
        Path::new(&self.tree).join(name)
    }

    /// Puts a file into the tree.
    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.in_tree(name);
        fs::create_dir_all(path.parent().expect("in the tree")).expect("room");
        fs::write(path, bytes).expect("room");
    }

    /// A file of so many zeros in the tree, which take no room.
    fn put_sparse(&self, name: &str, bytes: u64) {
        let file = fs::File::create(self.in_tree(name)).expect("room");
        file.set_len(bytes).expect("sparse files are known");
    }

    /// A file of so many bytes in the tree, each of which has to be written.
    fn put_large(&self, name: &str, bytes: u64) {
        let filled = std::io::Read::take(std::io::repeat(0xA5), bytes);
        let mut file = fs::File::create(self.in_tree(name)).expect("room");
        std::io::copy(&mut std::io::BufReader::with_capacity(1 << 20, filled), &mut file).expect("room");
    }

    /// Makes an image of the tree, which says nothing but that, and returns what it says.
    fn create(&self, arguments: &[&str]) -> String {
        told(&self.words(arguments))
    }

    /// What is said where something has to be said.
    fn create_and_say(&self, arguments: &[&str]) -> Output {
        run(&self.words(arguments))
    }

    fn words<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        [&["image", "create", &self.tree, "-o", &self.iso], arguments].concat()
    }

    /// Makes an image, and returns what is told of it in JSON.
    fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.create_and_say(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{}", said(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// What is in the folder beside the tree.
    fn beside(&self) -> Vec<String> {
        let names = fs::read_dir(self.temporary.path()).expect("readable").map(|entry| entry.expect("readable"));
        let mut names: Vec<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| name != "tree");
        names.sort();
        names
    }
}

fn text(path: &Path) -> String {
    path.to_str().expect("text").to_string()
}

/// What a program said on standard error.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What isoinfo lists.
fn listed(iso: &str, manner: &str) -> Vec<String> {
    let output = peer("isoinfo", "genisoimage", &[manner, "-f", "-i", iso]);
    let text = String::from_utf8_lossy(&output.stdout);
    // It takes versions away but from the names of Joliet.
    let plain = |line: &str| if manner == "-J" { line.trim_end_matches(";1").to_string() } else { line.to_string() };
    let mut lines: Vec<String> = text.lines().map(plain).collect();
    lines.sort();
    lines
}

/// What isoinfo says of the volume.
fn volume(iso: &str) -> String {
    let output = peer("isoinfo", "genisoimage", &["-d", "-i", iso]);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The paths that 7-Zip finds in one of the file systems, `iso` or `udf`.
fn found(iso: &str, file_system: &str) -> Vec<String> {
    let output = peer("7z", "p7zip-full", &["l", "-slt", &format!("-t{file_system}"), iso]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let items = text.split("----------\n").nth(1).unwrap_or_default();
    let mut paths: Vec<String> =
        items.lines().filter_map(|line| line.strip_prefix("Path = ")).map(str::to_string).collect();
    paths.sort();
    paths
}

/// What udfinfo says of a value.
fn udf(iso: &str, key: &str) -> String {
    let output = peer("udfinfo", "udftools", &[iso]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=').map(str::to_string));
    value.unwrap_or_else(|| panic!("{key}: {text}{}", said(&output)))
}

#[test]
fn folders_files_and_mappings_become_an_image() {
    let bench = Bench::new();
    let beside = bench.at("beside");
    fs::write(&beside, "two").expect("writable");
    let mapping = format!("/deep/er={}", bench.tree);
    let value = bench.json(&[&beside, "--map", &mapping, "--exclude", "*.tmp", "--rock-ridge"]);
    let bytes = fs::metadata(&bench.iso).expect("written").len();
    let numbers = ["files", "folders", "excluded", "bytes", "blocks"].map(|key| value[key].as_u64());
    assert_eq!(numbers, [Some(3), Some(4), Some(2), Some(bytes), Some(bytes / 2048)]);
    let expected = ["/a file.txt", "/beside", "/deep", "/deep/er", "/deep/er/a file.txt", "/deep/er/sub", "/sub"]
        .map(str::to_string);
    assert_eq!(listed(&bench.iso, "-R"), expected);
    assert!(volume(&bench.iso).contains("Volume id: TREE\n"));
}

#[test]
fn what_is_made_without_options_is_read_by_everything() {
    let bench = Bench::new();
    let said = bench.create(&[]);
    let bytes = fs::metadata(&bench.iso).expect("written").len();
    let size = format!("{}.0 KiB", bytes / 1024);
    assert_eq!(said, format!("{}: {size}, files: 2, folders: 1\n", bench.iso));
    assert_eq!(listed(&bench.iso, "-J"), ["/a file.txt", "/sub", "/sub/left.tmp"]);
    assert_eq!(listed(&bench.iso, "-s"), ["/A_FILE.TXT;1", "/SUB", "/SUB/LEFT.TMP;1"]);
    assert_eq!(found(&bench.iso, "udf"), ["a file.txt", "sub", "sub/left.tmp"]);
    assert_eq!((udf(&bench.iso, "udfrev"), udf(&bench.iso, "integrity")), ("1.02".into(), "closed".into()));
    let value = bench.json(&["--force"]);
    assert_eq!(value["fileSystems"], serde_json::json!(["ISO 9660", "Joliet", "UDF"]));
    assert_eq!((&value["udfRevision"], &value["isoLevel"]), (&"1.02".into(), &2.into()));
}

#[test]
fn a_folder_that_is_given_as_a_dot_has_its_name() {
    let bench = Bench::new();
    let arguments = ["image", "create", ".", "-o", "../x.iso"];
    let output = imapi().args(arguments).current_dir(&bench.tree).output().expect("it starts");
    assert!(output.status.success(), "{}", said(&output));
    assert!(volume(&bench.iso).contains("Volume id: TREE\n"));
}
