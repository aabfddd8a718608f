//! Sessions: of images as xorriso appends to them, of discs in a drive, and of images that are a part of a disc.

use std::fs;

use rstest::rstest;
use serde_json::Value;

use super::{Bench, did, said, text};
use crate::{run, told};

fn sessions(name: &str) -> Vec<(u64, u64)> {
    let told: Value = serde_json::from_str(&told(&["sessions", name, "--json"])).expect("JSON");
    let all = told.as_array().expect("a list").iter();
    all.map(|session| {
        (session["firstBlock"].as_u64().expect("a number"), session["blocks"].as_u64().expect("a number"))
    })
    .collect()
}

/// Start and size of the sessions that xorriso finds.
fn theirs(name: &str) -> Vec<(u64, u64)> {
    let listed = did("xorriso", "xorriso", &["-indev", name, "-toc"]);
    let lines = listed.lines().filter(|line| line.starts_with("ISO session"));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').map(str::trim).collect();
            (fields[1].parse().expect("a number"), fields[2].trim_end_matches('s').parse().expect("a number"))
        })
        .collect()
}

fn listed(name: &str, arguments: &[&str]) -> Vec<String> {
    let listed = told(&[&["image", "ls", name], arguments].concat());
    let mut all: Vec<String> = listed.lines().map(str::to_owned).collect();
    all.sort();
    all
}

/// Two folders of files, for one session each.
fn bench() -> (Bench, String, String) {
    let bench = Bench::empty();
    fs::create_dir(bench.at("more")).expect("new");
    fs::write(bench.at("more/later"), super::noise(50_000)).expect("room");
    bench.put("first", &super::noise(300_000));
    let (tree, more) = (text(&bench.tree()), bench.at("more"));
    (bench, tree, more)
}

#[test]
fn an_image_to_which_xorriso_appended_has_the_sessions_that_xorriso_sees() {
    let (bench, tree, more) = bench();
    let image = bench.at("x.iso");
    let map = |from: &str, to: &str| did("xorriso", "xorriso", &["-dev", &image, "-map", from, to, "-commit"]);
    map(&tree, "/");
    assert_eq!(sessions(&image), theirs(&image));
    map(&more, "/second");
    map(&more, "/third");
    assert_eq!(sessions(&image).len(), 3);
    assert_eq!(sessions(&image), theirs(&image));
    assert_eq!(listed(&image, &["--session", "1"]), ["first"]);
    assert_eq!(listed(&image, &["--session", "2"]), ["first", "second", "second/later"]);
    let all = ["first", "second", "second/later", "third", "third/later"];
    assert_eq!(listed(&image, &[]), all);
    assert_eq!(listed(&image, &["--session", "3"]), all);
    let found = bench.extract(&image, "out", &["--session", "2"]);
    assert!(found["second/later"].bytes == super::noise(50_000));
    let output = run(&["image", "ls", &image, "--session", "4"]);
    assert!(said(&output).contains("E_INVALIDARG"), "{}", said(&output));
}

#[test]
fn sessions_in_sequence_are_found_behind_one_another_and_alone() {
    let (bench, tree, more) = bench();
    let [image, second] = ["x.iso", "second.iso"].map(|name| bench.at(name));
    did("genisoimage", "genisoimage", &["-quiet", "-R", "-o", &image, &tree]);
    let mut bytes = fs::read(&image).expect("there");
    // As on a CD: behind lead-out and lead-in.
    let start = bytes.len() / 2048 + 11_400 + 150;
    let place = format!("0,{start}");
    did(
        "genisoimage",
        "genisoimage",
        &["-quiet", "-R", "-C", &place, "-M", &image, "-o", &second, "-graft-points", &format!("new={more}")],
    );
    let later = fs::read(&second).expect("there");
    bytes.resize(start * 2048, 0);
    bytes.extend_from_slice(&later);
    fs::write(&image, bytes).expect("room");
    let found = sessions(&image);
    assert_eq!(found.iter().map(|session| session.0).collect::<Vec<_>>(), [0, start as u64]);
    assert_eq!(listed(&image, &["--session", "1"]), ["first"]);
    assert_eq!(listed(&image, &[]), ["first", "new", "new/later"]);
    let extracted = bench.extract(&image, "out", &[]);
    assert!(extracted["first"].bytes == super::noise(300_000) && extracted["new/later"].bytes == super::noise(50_000));
    // The later session alone: what it has itself can be read, and where it is on the disc is told.
    assert_eq!(listed(&second, &[]), ["first", "new", "new/later"]);
    assert!(run(&["image", "cat", &second, "new/later"]).stdout == super::noise(50_000));
    let entry: Value = serde_json::from_str(&told(&["image", "ls", "--json", &second, "new/later"])).expect("JSON");
    assert!(entry["firstBlock"].as_u64() > Some(start as u64), "{entry}");
    let output = run(&["image", "cat", &second, "first"]);
    assert_eq!(output.status.code(), Some(1), "it is not there");
}

/// xorriso waits for seconds at its end, so that there is one of each kind: told by the drive, and found.
#[rstest]
#[case::told("cd-r", "")]
#[case::found("bd-re", "&size=32M")]
fn a_disc_has_the_sessions_that_xorriso_sees(#[case] media: &str, #[case] option: &str) {
    let (bench, tree, more) = bench();
    let disc = bench.at("disc");
    // The drive makes the disc.
    told(&["info", &format!("virtual:{disc}?media={media}{option}")]);
    let seen = |script: &str| told(&["virtual", "run", &disc, "--", "sh", "-c", &format!("{script} 2>/dev/null")]);
    let burn = |from: &str, to: &str| seen(&format!("xorriso -dev /dev/sr0 -map '{from}' '{to}' -close off -commit"));
    burn(&tree, "/");
    burn(&more, "/new");
    let drive = format!("virtual:{disc}");
    let toc = seen("xorriso -indev /dev/sr0 -toc");
    let lines = toc.lines().filter(|line| line.starts_with("ISO session"));
    let starts: Vec<u64> = lines
        .map(|line| line.split(',').nth(1).and_then(|start| start.trim().parse().ok()).expect("a number"))
        .collect();
    let ours: Vec<u64> = sessions(&drive).iter().map(|session| session.0).collect();
    assert_eq!((ours.len(), &ours), (2, &starts), "{media}: {toc}");
    assert_eq!(listed(&drive, &["--session", "1"]), ["first"], "{media}");
    assert_eq!(listed(&drive, &[]), ["first", "new", "new/later"], "{media}");
    let found = bench.extract(&drive, "out", &[]);
    assert!(found["first"].bytes == super::noise(300_000), "{media}");
    assert!(found["new/later"].bytes == super::noise(50_000), "{media}");
}
