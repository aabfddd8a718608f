//! Links, special files and files that may not be read.

use std::{fs, os::unix::fs::PermissionsExt as _, os::unix::fs::symlink, os::unix::process::CommandExt as _};

use super::{Bench, listed, said};
use crate::{imapi, peer};

fn with_links() -> Bench {
    let bench = Bench::new();
    symlink("nowhere", bench.in_tree("link")).expect("room");
    symlink("a file.txt", bench.in_tree("sub/other")).expect("room");
    let fifo = bench.in_tree("fifo");
    peer("mkfifo", "coreutils", &[fifo.to_str().expect("text")]);
    bench
}

#[test]
fn what_no_file_system_can_hold_is_counted_and_named_on_request() {
    let bench = with_links();
    let output = bench.create_and_say(&[]);
    assert!(output.status.success());
    let counts = "imapi: Not in the image: links: 2, special files: 1\nimapi: Option that helps: --rock-ridge\n";
    assert_eq!(said(&output), counts);
    assert!(String::from_utf8_lossy(&output.stdout).ends_with(": 640.0 KiB, files: 2, folders: 1\n"), "{output:?}");
    let verbose = said(&bench.create_and_say(&["--force", "-v"]));
    let named = [
        "imapi: Not in the image (special files): /fifo",
        "imapi: Not in the image (links): /link",
        "imapi: Not in the image (links): /sub/other",
    ];
    let lines: Vec<&str> = verbose.lines().collect();
    assert_eq!(lines[2..], named, "{verbose}");
    let value = bench.json(&["--force", "--quiet"]);
    let left_out = value["leftOut"].as_array().expect("a list");
    assert_eq!(left_out.len(), 3);
    let fifo = serde_json::json!({
        "path": "/fifo", "kind": "specialFile", "fileSystems": ["ISO 9660", "Joliet", "UDF"], "everywhere": true,
    });
    assert!(left_out.contains(&fifo), "{left_out:?}");
    assert_eq!((&value["files"], &value["links"], &value["specialFiles"]), (&2.into(), &0.into(), &0.into()));
}

#[test]
fn rock_ridge_and_udf_with_owners_hold_links() {
    let bench = with_links();
    let said = bench.create(&["--rock-ridge"]);
    assert!(said.ends_with("files: 2, folders: 1, links: 2, special files: 1\n"), "{said}");
    assert!(listed(&bench.iso, "-R").contains(&"/sub/other".to_string()));
    // Joliet has none, which is told where somebody asks.
    let value = bench.json(&["--rock-ridge", "--force"]);
    let left_out = value["leftOut"].as_array().expect("a list");
    assert!(left_out.iter().all(|left_out| left_out["fileSystems"] == serde_json::json!(["Joliet"])), "{left_out:?}");
    assert_eq!((left_out.len(), &value["links"]), (3, &2.into()));
    let told = bench.create(&["--rock-ridge", "--force", "-n"]);
    assert!(told.ends_with("Not in the image:\n  Joliet: /fifo\n  Joliet: /link\n  Joliet: /sub/other\n"), "{told}");
}

#[test]
fn files_that_may_not_be_read_are_refused_or_skipped_by_name() {
    let bench = Bench::new();
    bench.put("secret", "mine");
    bench.put("closed/file", "mine");
    for (name, mode) in [("secret", 0o000), ("closed", 0o000)] {
        fs::set_permissions(bench.in_tree(name), fs::Permissions::from_mode(mode)).expect("ours");
    }
    // Rights do not bind root, so that somebody else has to try.
    fs::set_permissions(bench.temporary.path(), fs::Permissions::from_mode(0o777)).expect("ours");
    let is_root = peer("id", "coreutils", &["-u"]).stdout == b"0\n";
    let create = |arguments: &[&str]| {
        let mut command = imapi();
        if is_root {
            command.uid(65_534).gid(65_534);
        }
        command.args(bench.words(arguments)).output().expect("it starts")
    };
    let refused = create(&[]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let words = said(&refused);
    let secret = bench.in_tree("secret");
    let closed = bench.in_tree("closed");
    let (secret, closed) = (secret.to_str().expect("text"), closed.to_str().expect("text"));
    assert!(words.contains("IMAPI_E_DATA_STREAM_CREATE_FAILURE") && words.contains(secret), "{words}");
    assert!(words.contains("Permission denied"), "{words}");
    assert!(words.ends_with("imapi: Option that helps: --skip-unreadable\n"), "{words}");
    assert_eq!(bench.beside(), [""; 0]);

    let skipped = create(&["--skip-unreadable"]);
    assert_eq!(skipped.status.code(), Some(0), "{skipped:?}");
    let words = said(&skipped);
    let mut lines: Vec<&str> = words.lines().collect();
    lines.sort_unstable();
    let denied = "Permission denied (os error 13)";
    assert_eq!(lines, [closed, secret].map(|path| format!("imapi: Not in the image: {path}: {denied}")));
    assert_eq!(listed(&bench.iso, "-J"), ["/a file.txt", "/sub", "/sub/left.tmp"]);
    let json = create(&["--skip-unreadable", "--json", "--force", "--quiet"]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(value["skipped"].as_array().map(Vec::len), Some(2));
    assert_eq!(value["skipped"][0]["why"], "unreadable");

    // What is named itself has to be there.
    let named = bench.in_tree("secret");
    let mut command = imapi();
    if is_root {
        command.uid(65_534).gid(65_534);
    }
    let named = ["image", "create", named.to_str().expect("text"), "-n", "--skip-unreadable"];
    let output = command.args(named).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1));
    fs::set_permissions(bench.in_tree("closed"), fs::Permissions::from_mode(0o700)).expect("ours");
}
