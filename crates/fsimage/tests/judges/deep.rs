//! Folders below the eighth level, which Rock Ridge moves and whose readers see them where they belong.

mod relocated;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{MetadataExt as _, symlink},
};

use imapi_fsimage::{ImageOptions, IsoLevel};

use crate::{
    decoded::{self, Names},
    folder::{Bench, Paths, assert_same, image_of, options, run, text},
};

fn rock_ridge() -> ImageOptions {
    let mut options = ImageOptions { rock_ridge: true, ..options() };
    options.file_systems.joliet = false;
    options
}

/// 60 levels with files on each, forks whose folders have the same names, and folders that are called as the one that
/// others are moved into.
fn corpus() -> Bench {
    let bench = Bench::new();
    let mut path = String::new();
    for level in 1..=60 {
        path = format!("{path}level {level}/");
        bench.put(&format!("{path}file {level}.txt"), format!("on level {level}"));
        bench.put(&format!("{path}same name"), level.to_string().repeat(level * 40));
    }
    symlink("../../../same name", bench.source.join(&path).join("link")).expect("new");
    fs::hard_link(bench.source.join("level 1/same name"), bench.source.join(&path).join("same bytes")).expect("linked");
    for branch in 0..40 {
        bench.put(&format!("fork/3/4/5/6/7/{branch}/sub/sub/file"), branch.to_string());
        fs::create_dir(bench.source.join(format!("fork/3/4/5/6/7/{branch}/empty"))).expect("new");
    }
    let long = format!("fork/3/4/5/6/7/8/{}", "a name of more than thirty-one characters".repeat(5));
    bench.put(&format!("{long}/{}", "n".repeat(249)), "long names");
    for folder in ["rr_moved", "RR_MOVED", "rr_moved/rr_moved", ".rr_moved"] {
        bench.put(&format!("{folder}/own"), folder);
    }
    bench
}

fn take_out(bench: &Bench) -> Paths {
    run("chmod", &["-R", "u+rwX", text(&bench.out)]);
    bench.taken_out()
}

#[test]
fn xorriso_unpacks_60_levels_and_finds_nothing_wrong() {
    let bench = corpus();
    bench.make(&rock_ridge());
    let arguments = ["-abort_on", "WARNING", "-osirrox", "on", "-hardlinks", "on", "-indev", text(&bench.iso)];
    let said = run("xorriso", &[&arguments[..], &["-extract", "/", text(&bench.out)]].concat());
    assert!(!said.contains("WARNING") && !said.contains("SORRY"), "{said}");
    assert_same(&take_out(&bench), &bench.expected());
}

#[test]
fn bsdtar_unpacks_60_levels() {
    for (level, relaxed_names) in [(IsoLevel::One, false), (IsoLevel::Two, false), (IsoLevel::Three, true)] {
        let bench = corpus();
        bench.make(&ImageOptions { level, relaxed_names, ..rock_ridge() });
        run("bsdtar", &["-xf", text(&bench.iso), "-C", text(&bench.out)]);
        assert_same(&take_out(&bench), &bench.expected());
    }
}

#[test]
fn without_rock_ridge_isoinfo_sees_eight_levels_and_every_file() {
    let bench = corpus();
    bench.make(&rock_ridge());
    let said = run("isoinfo", &["-f", "-i", text(&bench.iso)]);
    let paths: BTreeSet<&str> = said.lines().collect();
    let deepest = paths.iter().map(|path| path.matches('/').count()).max();
    // In the eighth level, counted with the root, are files with eight slashes in their paths.
    assert_eq!(deepest, Some(8), "{said}");
    let listed = run("isoinfo", &["-l", "-i", text(&bench.iso)]);
    let folders = listed.lines().filter_map(|line| line.strip_prefix("Directory listing of "));
    assert_eq!(folders.map(|path| path.matches('/').count()).max(), Some(8), "each ends with a slash");
    for path in ["/RR_MOV00/LEVEL_8/FILE_8.TXT;1", "/RR_MOV00/LEVEL_56/LEVEL_57/SAME_NAME.;1", "/RR_MOVED/OWN.;1"] {
        assert!(paths.contains(path), "{path}: {said}");
    }
    for level in 1..=60 {
        let file = format!("/FILE_{level}.TXT;1");
        assert_eq!(paths.iter().filter(|path| path.ends_with(&file)).count(), 1, "{file}");
    }
}

#[test]
fn isovfy_finds_no_errors() {
    let bench = corpus();
    bench.make(&rock_ridge());
    let said = run("isovfy", &[text(&bench.iso)]);
    assert!(said.contains("No errors found") && !said.to_lowercase().contains("mismatch"), "{said}");
}

#[test]
fn links_are_counted_where_folders_belong() {
    let bench = Bench::new();
    bench.put("2/3/4/5/6/7/8/9/10/file", "deep");
    bench.put("2/3/4/5/6/7/8/other/file", "deep");
    bench.make(&rock_ridge());
    let said = run("isoinfo", &["-R", "-l", "-i", text(&bench.iso)]);
    let links = |folder: &str, name: &str| {
        let listing = said.split("Directory listing of ").find(|listing| listing.starts_with(&format!("{folder}\n")));
        let line = listing.and_then(|listing| listing.lines().find(|line| line.trim_end().ends_with(name)));
        let fields: Vec<&str> = line.unwrap_or_else(|| panic!("{folder} {name}: {said}")).split_whitespace().collect();
        (fields[0].as_bytes()[0], fields[1].parse::<u32>().expect("a number"))
    };
    assert_eq!(links("/", " ."), (b'd', 3), "the folder that others are moved into is none of the root's");
    assert_eq!(links("/", " rr_moved"), (b'd', 4));
    assert_eq!(links("/2/3/4/5/6/7/", " 8"), (b'd', 4));
    assert_eq!(links("/2/3/4/5/6/7/8/", " ."), (b'd', 4));
    assert_eq!(links("/2/3/4/5/6/7/8/", " 9"), (b'd', 3), "a placeholder");
    assert_eq!(links("/rr_moved/", " 9"), (b'd', 3));
    assert_eq!(links("/rr_moved/9/", " ."), (b'd', 3));
    assert_eq!(links("/rr_moved/9/", " .."), (b'd', 4), "that of where it belongs");
    assert_eq!(links("/rr_moved/9/", " 10"), (b'd', 2));
    assert_eq!(links("/rr_moved/other/", " ."), (b'd', 2));
}

#[test]
fn hard_links_are_restored() {
    let bench = Bench::new();
    bench.put("one", "bytes");
    bench.put("empty one", "");
    bench.put("alone", "bytes");
    bench.put("empty alone", "");
    fs::create_dir(bench.source.join("folder")).expect("new");
    for name in ["one", "empty one"] {
        fs::hard_link(bench.source.join(name), bench.source.join("folder").join(name)).expect("linked");
    }
    bench.make(&rock_ridge());
    let check = |program: &str| {
        let inode = |path: &str| fs::metadata(bench.out.join(path)).expect(path).ino();
        for name in ["one", "empty one"] {
            assert_eq!(inode(name), inode(&format!("folder/{name}")), "{program}: {name}");
        }
        let all: BTreeSet<u64> = ["one", "empty one", "alone", "empty alone"].map(inode).into();
        assert_eq!(all.len(), 4, "{program}");
        assert_same(&bench.taken_out(), &bench.expected());
    };
    run("bsdtar", &["-xf", text(&bench.iso), "-C", text(&bench.out)]);
    check("bsdtar");
    fs::remove_dir_all(&bench.out).expect("ours");
    let arguments = ["-osirrox", "on", "-hardlinks", "on", "-indev", text(&bench.iso), "-extract", "/"];
    run("xorriso", &[&arguments[..], &[text(&bench.out)]].concat());
    check("xorriso");
}

#[test]
fn trees_that_are_not_deep_have_no_such_folder() {
    let bench = Bench::new();
    bench.put("2/3/4/5/6/7/8/file", "not deep");
    bench.make(&rock_ridge());
    let said = run("isoinfo", &["-f", "-i", text(&bench.iso)]);
    assert!(!said.contains("RR_MOV"), "{said}");
    bench.put("2/3/4/5/6/7/8/9/file", "deep");
    bench.make(&ImageOptions { deep_folders: true, ..rock_ridge() });
    let said = run("isoinfo", &["-f", "-i", text(&bench.iso)]);
    assert!(!said.contains("RR_MOV") && said.contains("/2/3/4/5/6/7/8/9/FILE.;1"), "{said}");
}

#[test]
fn bsdtar_takes_the_smallest_image_for_one() {
    let bench = Bench::new();
    for name in ["empty", "other", "also empty", "and another", "one more"] {
        bench.put(name, if name.contains("empty") { "" } else { "bytes" });
        bench.make(&rock_ridge());
        let said = run("bsdtar", &["-tf", text(&bench.iso)]);
        assert!(said.lines().any(|line| line == name), "{name}: {said}");
    }
}

/// It reads a block more than there is of a directory, 32 at a time: one of these images ends where it stops.
#[test]
fn xorriso_reads_images_of_nothing_but_folders() {
    let bench = Bench::new();
    for number in 0..32 {
        fs::create_dir_all(bench.source.join(format!("{number}/inside"))).expect("new");
        bench.make(&rock_ridge());
        let said =
            run("xorriso", &["-abort_on", "WARNING", "-indev", text(&bench.iso), "-find", "/", "-name", "inside"]);
        assert_eq!(said.matches("/inside'").count(), number + 1, "{said}");
    }
}

#[test]
fn each_name_is_told_once_and_that_of_a_moved_folder_as_its_directory_has_it() {
    let bench = Bench::new();
    for branch in 0..3 {
        bench.put(&format!("2/3/4/5/6/7/8/{branch}/same/file"), "deep");
        bench.put(&format!("2/3/4/5/6/7/{branch}/same/same/file"), "deep");
    }
    let image = image_of(&bench.source, &rock_ridge());
    let mut told: Vec<(String, Option<String>)> = Vec::new();
    image.names(|_, node, name| told.push((image.tree().path(node), name.map(str::to_string))));
    told.sort();
    let paths: Vec<Vec<u8>> = told.iter().map(|(path, _)| path.as_bytes()[1..].to_vec()).collect();
    let mut expected: Vec<Vec<u8>> = bench.expected().into_keys().collect();
    expected.sort();
    assert_eq!(paths, expected);
    let name = |path: &str| told.iter().find(|(other, _)| other == path).and_then(|(_, name)| name.as_deref());
    let moved = [0, 1, 2].map(|branch| name(&format!("/2/3/4/5/6/7/{branch}/same")));
    assert_eq!(moved, [Some("SAME"), Some("SAME1"), Some("SAME2")]);
    assert_eq!(name("/2/3/4/5/6/7/8/1/same"), Some("SAME"), "it is in a folder that was moved");
}

#[test]
fn joliet_leaves_folders_where_they_are() {
    let bench = Bench::new();
    bench.put("2/3/4/5/6/7/8/9/10/file", "deep");
    let options = ImageOptions { rock_ridge: true, ..options() };
    bench.make(&options);
    let said = run("isoinfo", &["-J", "-f", "-i", text(&bench.iso)]);
    assert!(said.contains("/2/3/4/5/6/7/8/9/10/file") && !said.to_lowercase().contains("rr_moved"), "{said}");
    let image = image_of(&bench.source, &options);
    assert_same(&decoded::paths(&image, &decoded::volumes(&image)[1], Names::Joliet), &bench.expected());
}
