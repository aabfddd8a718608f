//! What is told to programs, and what a dry run foresees, beside what peers find.

use std::{collections::BTreeMap, fs};

use rstest::rstest;
use serde_json::{Value, json};

use super::{Bench, said, udf};
use crate::peer;

/// First blocks and sizes of all files, as isoinfo finds them in the directories of Joliet.
fn extents(iso: &str) -> BTreeMap<String, (u64, u64)> {
    let output = peer("isoinfo", "genisoimage", &["-l", "-J", "-i", iso]);
    let (mut folder, mut found) = (String::new(), BTreeMap::new());
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if let Some(path) = line.strip_prefix("Directory listing of ") {
            folder = path.to_string();
        }
        // -r--r--r-- 1 0 0 SIZE DATE [ BLOCK FLAGS] NAME
        let Some((before, after)) = line.split_once('[') else { continue };
        let (extent, name) = after.split_once("]  ").expect("a name");
        if before.starts_with('d') {
            continue;
        }
        let size = before.split_whitespace().nth(4).and_then(|size| size.parse().ok()).expect("a size");
        let block = extent.split_whitespace().next().and_then(|block| block.parse().ok()).expect("a block");
        found.insert(format!("{folder}{}", name.trim_end().trim_end_matches(";1")), (block, size));
    }
    found
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.put("three blocks", [1; 5000]);
    bench.put("sub/one block", [2; 2048]);
    bench.put("sub/empty", []);
    fs::hard_link(bench.in_tree("sub/one block"), bench.in_tree("same")).expect("room");
    bench
}

#[test]
fn the_report_says_where_each_file_is_as_isoinfo_does() {
    let bench = bench();
    let report = bench.at("report.json");
    bench.create(&["--report", &report]);
    let layout: Value = serde_json::from_slice(&fs::read(&report).expect("written")).expect("JSON");
    let found = extents(&bench.iso);
    let files = layout["files"].as_array().expect("files");
    assert_eq!((files.len(), found.len()), (6, 6), "{files:?} {found:?}");
    for file in files {
        let path = file["path"].as_str().expect("a path");
        let (block, size) = found[path];
        assert_eq!(file["size"], size, "{path}");
        assert_eq!(file["blocks"], size.div_ceil(2048), "{path}");
        if size > 0 {
            assert_eq!(file["first"], block, "{path}");
        } else {
            assert_eq!(file["first"], Value::Null, "{path}");
        }
    }
    let bytes = fs::metadata(&bench.iso).expect("written").len();
    assert_eq!(layout["blocks"].as_u64().map(|blocks| blocks * 2048), Some(bytes));
    let runs = layout["parts"].as_array().expect("parts");
    let end = runs.iter().fold(0, |end, run| {
        assert_eq!(run["first"], end, "{runs:?}");
        end + run["blocks"].as_u64().expect("a number")
    });
    assert_eq!(end * 2048, bytes);
    // To standard output it is the same.
    let told = bench.create(&["--report", "-", "--force"]);
    assert_eq!(serde_json::from_str::<Value>(&told).expect("JSON"), layout);
    assert_eq!(bench.beside(), ["report.json", "x.iso"]);
}

#[rstest]
#[case(&[])]
#[case(&["--fs", "iso9660"])]
#[case(&["--fs", "udf", "--rock-ridge"])]
#[case(&["--udf-revision", "2.60", "--rock-ridge", "--iso-level", "1"])]
#[case(&["--fs", "udf", "--udf-revision", "2.50", "--no-redundant-metadata"])]
fn a_dry_run_knows_the_size_and_writes_nothing(#[case] arguments: &[&str]) {
    let bench = bench();
    let quiet = [arguments, &["--quiet"]].concat();
    let foreseen = bench.json(&[&quiet[..], &["--dry-run"]].concat());
    assert_eq!(bench.beside(), [""; 0]);
    let told = bench.create(&[&quiet[..], &["--dry-run"]].concat());
    bench.create(&quiet);
    let bytes = fs::metadata(&bench.iso).expect("written").len();
    assert_eq!(foreseen["bytes"], bytes);
    assert!(told.starts_with(&format!("size in bytes: {bytes}\nblocks: {}\n", bytes / 2048)), "{told}");
    assert_eq!(foreseen["dryRun"], true);
    assert_eq!(foreseen.get("image"), None);
    let parts = foreseen["parts"].as_array().expect("parts");
    let sum: u64 = parts.iter().map(|part| part["blocks"].as_u64().expect("a number")).sum();
    assert_eq!(sum * 2048, bytes);
    // What was made is told in the same words, with its name.
    let made = bench.json(&[&quiet[..], &["--force"]].concat());
    assert_eq!((&made["image"], &made["bytes"]), (&json!(bench.iso), &json!(bytes)));
    assert_eq!((made.get("renamed"), &made["parts"]), (None, &foreseen["parts"]));
}

#[test]
fn a_dry_run_needs_no_name_and_says_what_is_renamed() {
    let bench = Bench::empty();
    let long = "y".repeat(70);
    for name in ["read me.text", "read+me.text", "plain.txt", "sub.folder/CAPS", &long] {
        bench.put(name, "");
    }
    let output = crate::run(&["image", "create", &bench.tree, "-n", "--iso-level", "1"]);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said(&output).is_empty(), "{}", said(&output));
    let at = told.find("Renamed:\n").expect("a list");
    let mut renamed: Vec<&str> = told[at..].lines().skip(1).collect();
    renamed.sort_unstable();
    let short = "y".repeat(64);
    let expected = [
        "  ISO 9660: /read me.text -> READ_ME.TEX".to_string(),
        "  ISO 9660: /read+me.text -> READ_ME1.TEX".to_string(),
        "  ISO 9660: /sub.folder -> SUB_FOLD".to_string(),
        format!("  ISO 9660: /{long} -> YYYYYYYY"),
        format!("  Joliet: /{long} -> {short}"),
    ];
    assert_eq!(renamed, expected, "{told}");
    // isoinfo finds these names in the image.
    bench.create(&["--iso-level", "1"]);
    let names = super::listed(&bench.iso, "-s");
    for name in ["/READ_ME.TEX;1", "/READ_ME1.TEX;1", "/SUB_FOLD/CAPS;1", "/YYYYYYYY;1", "/PLAIN.TXT;1"] {
        assert!(names.iter().any(|found| found.replace(".;", ";") == name), "{name}: {names:?}");
    }
    // Capitals count where somebody wants to know it all.
    let value = bench.json(&["--iso-level", "1", "-n", "-v", "--force"]);
    let plain = json!({ "fileSystem": "ISO 9660", "path": "/plain.txt", "name": "PLAIN.TXT" });
    assert!(value["renamed"].as_array().expect("a list").contains(&plain), "{value}");
    assert_eq!(udf(&bench.iso, "numfiles"), "5");
}
