//! `imapi image create`.

use std::{
    fs,
    path::Path,
    thread,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use crate::{imapi, peer, run, told};

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::create_dir_all(folder.path().join("tree/sub")).expect("new");
    fs::write(folder.path().join("tree/a file.txt"), "one").expect("writable");
    fs::write(folder.path().join("tree/sub/left.tmp"), "out").expect("writable");
    fs::write(folder.path().join("beside"), "two").expect("writable");
    folder
}

fn text(path: &Path) -> String {
    path.to_str().expect("text").to_string()
}

/// What isoinfo lists.
fn listed(iso: &str, manner: &str) -> Vec<String> {
    let output = peer("isoinfo", "genisoimage", &[manner, "-f", "-i", iso]);
    let mut lines: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(str::to_string).collect();
    lines.sort();
    lines
}

#[test]
fn folders_files_and_mappings_become_an_image() {
    let folder = folder();
    let [iso, tree, beside] = ["x.iso", "tree", "beside"].map(|name| text(&folder.path().join(name)));
    let mapping = format!("/deep/er={tree}");
    let arguments = ["image", "create", &tree, &beside, "-o", &iso, "--map", &mapping, "--exclude", "*.tmp"];
    let json = told(&[&arguments[..], &["--rock-ridge", "--json"]].concat());
    let value: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let bytes = fs::metadata(&iso).expect("written").len();
    let numbers = ["files", "folders", "excluded", "bytes", "blocks"].map(|key| value[key].as_u64());
    assert_eq!(numbers, [Some(3), Some(4), Some(2), Some(bytes), Some(bytes / 2048)]);
    let expected = ["/a file.txt", "/beside", "/deep", "/deep/er", "/deep/er/a file.txt", "/deep/er/sub", "/sub"]
        .map(str::to_string);
    assert_eq!(listed(&iso, "-R"), expected);
    let told = peer("isoinfo", "genisoimage", &["-d", "-i", &iso]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("Volume id: TREE\n"));
}

#[test]
fn what_fails_says_why_and_leaves_nothing() {
    let folder = folder();
    let [iso, tree] = ["x.iso", "tree"].map(|name| text(&folder.path().join(name)));
    let deep = folder.path().join("tree/1/2/3/4/5/6/7/8");
    fs::create_dir_all(&deep).expect("new");
    let output = run(&["image", "create", &tree, "-o", &iso]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("IMAPI_E_ISO9660_LEVELS") && said.contains("/1/2/3/4/5/6/7/8"), "{said}");
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2);
    told(&["image", "create", &tree, "-o", &iso, "--deep-folders"]);
    let alone = run(&["image", "create", &tree, "-o", &iso, "--fs", "joliet"]);
    assert_eq!(alone.status.code(), Some(1));
    for wrong in [&["image", "create", "-o", &iso][..], &["image", "create", &tree, "-o", &iso, "--iso-level", "4"]] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn the_same_files_make_the_same_image() {
    let folder = folder();
    let tree = text(&folder.path().join("tree"));
    let make = |name: &str| {
        let iso = text(&folder.path().join(name));
        let arguments = ["image", "create", &tree, "-o", &iso, "--rock-ridge"];
        let output = imapi().args(arguments).env("SOURCE_DATE_EPOCH", "1000000000").output().expect("it starts");
        assert!(output.status.success());
        fs::read(iso).expect("written")
    };
    let first = make("1.iso");
    thread::sleep(Duration::from_millis(20));
    let touched = fs::File::options().append(true).open(folder.path().join("tree/a file.txt")).expect("there");
    touched.set_modified(SystemTime::now()).expect("ours");
    assert!(first == make("2.iso"));
    let wrong = imapi().args(["image", "create", &tree, "-o", "x"]).env("SOURCE_DATE_EPOCH", "soon").output();
    assert_eq!(wrong.expect("it starts").status.code(), Some(1));
}
