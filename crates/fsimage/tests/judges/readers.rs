//! Other programs list and unpack our images.

use std::{collections::BTreeSet, fs, os::unix::fs::symlink};

use imapi_fsimage::{ImageOptions, IsoLevel};

use crate::folder::{Bench, Paths, What, assert_same, options, run, text};

fn rock_ridge() -> ImageOptions {
    ImageOptions { rock_ridge: true, deep_folders: true, ..options() }
}

/// Names that Joliet can keep as they are.
fn corpus() -> Bench {
    let bench = Bench::new();
    bench.put("empty", "");
    bench.put("one byte", "1");
    bench.put("a block", [7; 2048]);
    bench.put("more than a block.bin", [9; 2049]);
    bench.put("folder/inside.txt", "inside");
    bench.put("folder.with.dots/x.tar.gz", "gz");
    bench.put("été/naïve 😀 \u{5e9}\u{5dc}.txt", "unicode");
    bench.put(".hidden", "dot");
    bench.put("-dash", "dash");
    bench.put("quote'\"$&<>|", "quotes");
    bench.put("README.TXT", "capitals");
    bench.put("UPPER/lower", "x");
    bench.put(&format!("{}.ext", "long".repeat(14)), "60 characters");
    for number in 0..200 {
        bench.put(&format!("collide/a long common name {number}.text"), number.to_string());
    }
    fs::create_dir(bench.source.join("empty folder")).expect("new");
    fs::hard_link(bench.source.join("a block"), bench.source.join("another name of a block")).expect("linked");
    bench
}

/// With names and links that only Rock Ridge keeps.
fn unix_corpus() -> Bench {
    let bench = corpus();
    bench.put("readme.txt", "small");
    bench.put("back\\slash", "b");
    bench.put("star*question?colon:semi;", "s");
    bench.put("new\nline", "n");
    bench.put(&"n".repeat(255), "255 bytes");
    bench.put(&format!("{}/x", "é".repeat(127)), "a folder of 254 bytes");
    bench.put(&format!("{}deep", "d/".repeat(60)), "60 levels");
    symlink("folder/inside.txt", bench.source.join("link")).expect("new");
    symlink("/abs/../x//y/.", bench.source.join("absolute")).expect("new");
    symlink("t/".repeat(80), bench.source.join("folder/long link")).expect("new");
    bench
}

/// Links as Rock Ridge keeps them: in steps, so that what stands between no characters is gone.
fn normal_links(paths: Paths) -> Paths {
    let normal = |what| match what {
        What::Link(target) => {
            let absolute = target.starts_with(b"/");
            let steps: Vec<&[u8]> = target.split(|&byte| byte == b'/').filter(|step| !step.is_empty()).collect();
            What::Link([if absolute { &b"/"[..] } else { b"" }, &steps.join(&b'/')].concat())
        }
        other => other,
    };
    paths.into_iter().map(|(path, what)| (path, normal(what))).collect()
}

#[test]
fn bsdtar_unpacks_rock_ridge() {
    let bench = unix_corpus();
    bench.make(&rock_ridge());
    run("bsdtar", &["-xf", text(&bench.iso), "-C", text(&bench.out)]);
    assert_same(&normal_links(bench.taken_out()), &normal_links(bench.expected()));
}

#[test]
fn xorriso_unpacks_rock_ridge_and_finds_nothing_wrong() {
    let bench = unix_corpus();
    // bsdtar loses a part of such a link, also from the images of others.
    symlink("t/".repeat(400), bench.source.join("folder/very long link")).expect("new");
    bench.make(&rock_ridge());
    let out = text(&bench.out);
    let said =
        run("xorriso", &["-abort_on", "WARNING", "-osirrox", "on", "-indev", text(&bench.iso), "-extract", "/", out]);
    assert!(!said.contains("WARNING") && !said.contains("SORRY"), "{said}");
    run("chmod", &["-R", "u+rwX", out]);
    assert_same(&normal_links(bench.taken_out()), &normal_links(bench.expected()));
}

#[test]
fn bsdtar_and_7z_unpack_joliet() {
    let bench = corpus();
    bench.make(&options());
    run("bsdtar", &["-xf", text(&bench.iso), "-C", text(&bench.out)]);
    assert_same(&bench.taken_out(), &bench.expected());
    fs::remove_dir_all(&bench.out).expect("ours");
    // bsdtar composes this.
    bench.put("combining e\u{301}", "combining");
    bench.make(&options());
    run("7z", &["x", "-y", &format!("-o{}", text(&bench.out)), text(&bench.iso)]);
    assert_same(&bench.taken_out(), &bench.expected());
}

/// All bytes of files, without their names.
fn bytes(paths: &Paths) -> Vec<&Vec<u8>> {
    let mut all: Vec<&Vec<u8>> = paths
        .values()
        .filter_map(|what| match what {
            What::File(bytes) => Some(bytes),
            _ => None,
        })
        .collect();
    all.sort_unstable();
    all
}

#[test]
fn names_of_plain_iso_9660_are_read_by_bsdtar_at_each_level() {
    for (level, relaxed_names) in [(IsoLevel::One, false), (IsoLevel::Two, false), (IsoLevel::Three, true)] {
        let bench = corpus();
        let mut options = ImageOptions { level, relaxed_names, ..options() };
        options.file_systems.joliet = false;
        bench.make(&options);
        run("bsdtar", &["-xf", text(&bench.iso), "-C", text(&bench.out)]);
        let (found, expected) = (bench.taken_out(), bench.expected());
        assert_eq!(found.len(), expected.len());
        assert_eq!(bytes(&found), bytes(&expected));
        if level == IsoLevel::One {
            let short = |step: &str| {
                let (stem, extension) = step.split_once('.').unwrap_or((step, ""));
                stem.len() <= 8 && extension.len() <= 3
            };
            let all = found.keys().map(|path| String::from_utf8_lossy(path).into_owned());
            assert_eq!(all.filter(|path| !path.split('/').all(short)).collect::<Vec<_>>(), [""; 0]);
        }
    }
}

/// The paths that `isoinfo -f` tells.
fn isoinfo(bench: &Bench, manner: &str) -> BTreeSet<String> {
    let said = run("isoinfo", &[manner, "-f", "-i", text(&bench.iso)]);
    said.lines().filter_map(|line| line.strip_prefix('/')).map(str::to_string).collect()
}

#[test]
fn isoinfo_lists_all_three_trees() {
    let bench = Bench::new();
    bench.put("Folder/a file.text", "x");
    bench.put("Folder/b", "");
    for number in 0..5000 {
        bench.put(&format!("many/{number:04}.dat"), [number.to_string().as_bytes(), &[0; 20]].concat());
    }
    bench.make(&ImageOptions { rock_ridge: true, ..options() });
    let named: BTreeSet<String> =
        bench.expected().keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    assert_eq!(isoinfo(&bench, "-R"), named);
    let folders = ["Folder", "many"];
    let joliet = named.iter().map(|n| if folders.contains(&&**n) { n.clone() } else { format!("{n};1") }).collect();
    let found: BTreeSet<String> = isoinfo(&bench, "-J");
    assert!(found == named || found == joliet, "{:?}", found.iter().take(5).collect::<Vec<_>>());
    let plain = isoinfo(&bench, "-l");
    assert_eq!(plain.len(), 5004);
    for path in ["FOLDER/A_FILE.TEXT;1", "FOLDER/B.;1", "MANY/4999.DAT;1"] {
        assert!(plain.contains(path), "{path}");
    }
    let told = run("isoinfo", &["-d", "-i", text(&bench.iso)]);
    for line in ["Volume id: TEST", "Joliet with UCS level 3 found", "Rock Ridge signatures version 1 found"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let blocks = fs::metadata(&bench.iso).expect("written").len() / 2048;
    assert!(told.contains(&format!("Volume size is: {blocks}")), "{told}");
}

#[test]
fn iso_info_lists_the_tree() {
    let bench = Bench::new();
    bench.put("folder/inside.txt", "inside");
    bench.put("beside", [1; 5000]);
    bench.make(&options());
    let told = run("iso-info", &["-l", text(&bench.iso)]);
    for line in ["inside.txt", "beside", "Joliet Level: 3"] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let size = told.lines().find(|line| line.ends_with(" beside")).expect("listed");
    assert!(size.contains(" 5000 "), "{size}");
}
