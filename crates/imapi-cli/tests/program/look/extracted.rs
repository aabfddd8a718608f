//! `imapi image extract`: what comes out is what went in, and what other programs extract.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use rstest::rstest;
use rustix::fs::{XattrFlags, getxattr, setxattr};

use super::{Bench, Found, dated, did, said, state, text, without};
use crate::{imapi, run, told};

#[rstest]
#[case::rock_ridge("rock-ridge")]
#[case::udf("udf")]
fn our_images_come_out_as_they_went_in(#[case] names: &str) {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge", "--udf-revision", "2.01"]);
    let expected = state(&bench.tree());
    let found = bench.extract(&image, "out", &["--fs", names]);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (path, expected) in &expected {
        assert!(
            found[path] == *expected,
            "{path}: {:?}",
            (found[path].kind, found[path].mode, found[path].modified, found[path].names)
        );
    }
    let inode = |name: &str| fs::metadata(bench.at(&format!("out/{name}"))).expect("there").ino();
    assert_eq!(inode("another name"), inode("sub/one block"));
    // GNU's own comparison sees no difference either.
    did("diff", "diffutils", &["-r", "--no-dereference", &text(&bench.tree()), &bench.at("out")]);
}

#[test]
fn joliet_has_no_modes_and_no_links_but_names_bytes_and_dates() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let found = bench.extract(&image, "out", &["--fs", "joliet"]);
    let expected = without(&state(&bench.tree()), true, true);
    assert!(without(&found, true, false) == expected, "{:?}", found.keys());
    assert_eq!(found["sub/private"].mode & 0o600, 0o600, "as programs make files");
}

/// Paths and bytes of files and links.
fn plain(state: &std::collections::BTreeMap<String, Found>) -> Vec<(&str, char, &[u8])> {
    state.iter().map(|(path, found)| (&**path, found.kind, &*found.bytes)).collect()
}

#[test]
fn images_of_xorriso_come_out_as_xorriso_bsdtar_and_7zip_extract_them() {
    let bench = Bench::new();
    let image = bench.xorriso(&["-R", "-J"]);
    let found = bench.extract(&image, "out", &[]);
    let theirs = bench.at("xorriso");
    did("xorriso", "xorriso", &["-osirrox", "on:auto_chmod_on", "-indev", &image, "-extract", "/", &theirs]);
    let xorriso = state(Path::new(&theirs));
    for (path, expected) in &xorriso {
        let same = Found { names: expected.names, ..found[path].clone() };
        assert!(same == *expected, "{path}: {:?}", (same.kind, same.mode, same.modified));
    }
    assert_eq!(found.len(), xorriso.len());
    for (program, package, arguments) in [
        ("bsdtar", "libarchive-tools", vec!["-x", "-f", &*image, "-C"]),
        ("7z", "p7zip-full", vec!["x", "-y", "-snl", &*image]),
    ] {
        let theirs = bench.at(program);
        fs::create_dir(&theirs).expect("new");
        let into = format!("-o{theirs}");
        let last = if program == "7z" { &into } else { &theirs };
        did(program, package, &[&arguments[..], &[&**last]].concat());
        let theirs = state(Path::new(&theirs));
        // 7-Zip reads Joliet, and that has no links.
        let ours = if program == "7z" { bench.extract(&image, "joliet", &["--fs", "joliet"]) } else { found.clone() };
        let files = |state: &std::collections::BTreeMap<String, Found>| {
            plain(state)
                .into_iter()
                .filter(|entry| entry.1 == 'f')
                .map(|(path, _, bytes)| (path.to_owned(), bytes.to_vec()))
                .collect::<Vec<_>>()
        };
        assert!(files(&theirs) == files(&ours), "{program}: {:?} {:?}", theirs.keys(), ours.keys());
    }
}

#[rstest]
#[case::genisoimage_udf(&["-udf", "-J", "-R"], "udf")]
#[case::genisoimage_joliet(&["-J", "-joliet-long"], "joliet")]
#[case::genisoimage_rock_ridge(&["-R"], "rock-ridge")]
fn images_of_genisoimage_come_out_with_their_bytes(#[case] options: &[&str], #[case] names: &str) {
    let bench = Bench::new();
    let image = bench.at("genisoimage.iso");
    did(
        "genisoimage",
        "genisoimage",
        &[&["-quiet", "-input-charset", "utf-8", "-o", &image], options, &[&*text(&bench.tree())]].concat(),
    );
    let found = bench.extract(&image, "out", &["--fs", names]);
    let expected = state(&bench.tree());
    let files: Vec<_> = plain(&expected).into_iter().filter(|entry| entry.1 == 'f').collect();
    for (path, _, bytes) in files {
        assert!(found.get(path).is_some_and(|found| found.bytes == bytes), "{path} {:?}", found.keys());
    }
}

#[test]
fn some_files_are_extracted_with_the_folders_that_they_are_in_and_no_others() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let found = bench.extract(&image, "out", &["sub/*/er", "read*", "--fs", "udf"]);
    let paths: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(paths, ["read me.txt", "sub", "sub/deep", "sub/deep/er", "sub/deep/er/program"]);
    let expected = state(&bench.tree());
    assert_eq!((found["sub/deep"].mode, found["sub"].modified), (0o555, expected["sub"].modified));
    // What is not there is told, and what is there is extracted all the same.
    let output = run(&["image", "extract", &image, "nowhere", "empty", "-C", &bench.at("two")]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("'nowhere'"), "{}", said(&output));
    assert!(Path::new(&bench.at("two/empty")).exists());
}

#[test]
fn nothing_is_replaced_unless_that_was_asked_for() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    let out = bench.at("out");
    fs::create_dir(&out).expect("new");
    fs::write(bench.at("out/empty"), "mine").expect("room");
    let output = run(&["image", "extract", &image, "-C", &out]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("ERROR_FILE_EXISTS") && said(&output).contains("--force"), "{}", said(&output));
    assert_eq!(fs::read(bench.at("out/empty")).expect("there"), b"mine");
    let found = bench.extract(&image, "out", &["--force"]);
    assert!(found == state(&bench.tree()));
}

#[test]
fn another_run_goes_on_where_one_was_killed() {
    let bench = Bench::new();
    let image = bench.image(&["--rock-ridge"]);
    bench.extract(&image, "out", &[]);
    let at = |name: &str| bench.at(&format!("out/{name}"));
    // As a run leaves it that was killed: folders closed to others, a file without its name, others missing.
    fs::remove_file(at("sub/данные ё.bin")).expect("there");
    fs::remove_file(at("link")).expect("there");
    fs::write(at("sub/.imapi-4711-3.part"), "half").expect("room");
    let untouched = fs::metadata(at("read me.txt")).expect("there").ino();
    let report = told(&["image", "extract", &image, "-C", &bench.at("out"), "--resume", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!((&report["files"], &report["links"]), (&1.into(), &1.into()), "{report}");
    assert!(state(Path::new(&bench.at("out"))) == state(&bench.tree()));
    assert_eq!(fs::metadata(at("read me.txt")).expect("there").ino(), untouched);
    // A file of another date is no file of ours.
    fs::File::open(at("read me.txt")).expect("there").set_times(dated(5)).expect("ours");
    let output = run(&["image", "extract", &image, "-C", &bench.at("out"), "--resume"]);
    assert!(said(&output).contains("ERROR_FILE_EXISTS"), "{}", said(&output));
    bench.extract(&image, "out", &["--resume", "--force"]);
    assert!(state(Path::new(&bench.at("out"))) == state(&bench.tree()));
}

#[test]
fn files_of_zisofs_are_unpacked_unless_they_are_to_stay_packed() {
    let bench = Bench::empty();
    let zeros = [vec![0; 300_000], b"end".to_vec()].concat();
    bench.put("zeros", &zeros);
    bench.put("text", "all work and no play ".repeat(9000).as_bytes());
    bench.put("small", b"x");
    let image = bench.at("packed.iso");
    let tree = text(&bench.tree());
    did(
        "xorriso",
        "xorriso",
        &["-outdev", &image, "-map", &tree, "/", "-set_filter_r", "--zisofs", "/", "--", "-commit"],
    );
    let found = bench.extract(&image, "out", &[]);
    assert!(found["zeros"].bytes == zeros && found["text"].bytes.len() == 9000 * 21, "{:?}", found.keys());
    assert_eq!(
        found,
        state(&bench.tree())
            .into_iter()
            .map(|(path, mut found_there)| {
                found_there.modified = found[&path].modified;
                (path, found_there)
            })
            .collect()
    );
    assert!(run(&["image", "cat", &image, "zeros"]).stdout == zeros);
    let packed = bench.extract(&image, "packed", &["--packed"]);
    assert!(packed["zeros"].bytes.len() < 5000 && packed["zeros"].bytes.starts_with(b"\x37\xE4\x53\x96"));
    let listed = told(&["image", "ls", "-l", &image, "zeros"]);
    assert!(listed.contains(" 300003 "), "{listed}");
}

#[test]
fn named_streams_become_extended_attributes_when_that_was_asked_for() {
    let bench = Bench::empty();
    bench.put("file", b"x");
    setxattr(bench.tree().join("file"), "user.note", b"what I thought", XattrFlags::CREATE)
        .expect("a file system with attributes");
    let image = bench.image(&["--fs", "udf", "--udf-revision", "2.01", "--named-streams"]);
    bench.extract(&image, "out", &["--named-streams"]);
    let mut note = [0; 100];
    let count = getxattr(bench.at("out/file"), "user.note", &mut note).expect("it is there");
    assert_eq!(&note[..count], b"what I thought");
    bench.extract(&image, "plain", &[]);
    assert!(getxattr(bench.at("plain/file"), "user.note", &mut note).is_err());
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_kept() {
    let bench = Bench::empty();
    bench.put("a", &super::noise(100_000));
    bench.put("b", &super::noise(200_000));
    let image = bench.image(&["--fs", "iso9660", "--rock-ridge"]);
    // A disc whose middle cannot be read: block by block, from within the larger file on.
    let listed = told(&["image", "ls", "--json", &image, "b"]);
    let first =
        serde_json::from_str::<serde_json::Value>(&listed).expect("JSON")["firstBlock"].as_u64().expect("a number");
    let disc = bench.at("disc");
    told(&["burn", &image, "--drive", &format!("virtual:{disc}?media=dvd-r"), "--quiet"]);
    let bad = first + 20;
    let faults = serde_json::json!({ "faults": [{
        "when": { "access": "read", "blocks": { "first": bad, "last": bad + 3 } },
        "what": { "sense": { "code": "3/11/00" } },
        "times": "always",
    }] });
    fs::write(bench.at("faults"), faults.to_string()).expect("room");
    let drive = format!("virtual:{disc}?faults={}", bench.at("faults"));
    let output = run(&["image", "extract", &drive, "-C", &bench.at("strict")]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(!Path::new(&bench.at("strict/b")).exists());
    let output = run(&["image", "extract", &drive, "-C", &bench.at("lenient"), "--lenient"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(Path::new(&bench.at("lenient/a")).exists() && !Path::new(&bench.at("lenient/b")).exists());
    let output = run(&["image", "extract", &drive, "-C", &bench.at("kept"), "--lenient", "--keep-damaged"]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let mut expected = super::noise(200_000);
    let kept = fs::read(bench.at("kept/b")).expect("kept");
    let holes = kept.chunks(2048).zip(expected.chunks(2048)).filter(|(kept, expected)| kept != expected).count();
    assert_eq!(holes, 4);
    expected[20 * 2048..24 * 2048].fill(0);
    assert!(kept == expected);
}

/// The one place where those bytes stand in an image gets others.
fn patch(image: &mut [u8], from: &[u8], to: &[u8]) {
    let places: Vec<usize> = (0..image.len() - from.len()).filter(|&at| image[at..].starts_with(from)).collect();
    assert_eq!(places.len(), 1, "{from:?}");
    image[places[0]..][..to.len()].copy_from_slice(to);
}

#[test]
fn who_stops_it_gets_only_files_that_are_whole() {
    let bench = Bench::empty();
    bench.put("large", &[1; 4711]);
    let image = bench.image(&["--fs", "iso9660", "--iso-level", "1"]);
    // A file of 2 GiB, which takes no room in the image.
    let both = |number: u32| [number.to_le_bytes(), number.to_be_bytes()].concat();
    let mut bytes = fs::read(&image).expect("there");
    let blocks = u32::try_from(bytes.len() / 2048).expect("small");
    patch(&mut bytes, &both(4711), &both(0x7FFF_F800));
    patch(&mut bytes, &both(blocks), &both(blocks + (1 << 20)));
    fs::write(&image, bytes).expect("room");
    let file = fs::OpenOptions::new().write(true).open(&image).expect("there");
    file.set_len((u64::from(blocks) + (1 << 20)) * 2048).expect("sparse files are known");
    let mut command = imapi();
    command.args(["image", "extract", &image, "-C", &bench.at("out"), "-q"]).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let begun = Instant::now();
    let has_begun = || fs::read_dir(bench.at("out")).is_ok_and(|mut entries| entries.next().is_some());
    while !has_begun() && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(1));
    }
    did("sh", "dash", &["-c", &format!("kill -INT {}", child.id())]);
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert!(state(Path::new(&bench.at("out"))).is_empty());
}
