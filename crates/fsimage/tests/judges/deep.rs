//! Folders below the eighth level, which Rock Ridge moves and whose readers see them where they belong.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    os::unix::fs::{MetadataExt as _, symlink},
    sync::Arc,
};

use imapi_disc_types::{BlockSource, conformance};
use imapi_fsimage::{Attributes, Contents, ImageOptions, IsoLevel, Kind, NodeId, ResultImage, Tree};
use imapi_volume_structs::{
    SECTOR,
    iso9660::{DirectoryRecord, DirectoryRecords, FileFlags, Level, VolumeDescriptor},
    rock_ridge::{Continuation, Entry, PosixAttributes, SystemUse},
};
use proptest::prelude::*;

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

/// A directory record with what Rock Ridge says in it.
struct Read {
    identifier: Vec<u8>,
    extent: u32,
    is_directory: bool,
    name: Vec<u8>,
    posix: PosixAttributes,
    child: Option<u32>,
    parent: Option<u32>,
    relocated: bool,
}

fn read(image: &dyn BlockSource, record: &DirectoryRecord<'_>) -> Read {
    let area = |area: Continuation| {
        let block: &[u8] = decoded::blocks(image, area.block, SECTOR as u64).leak();
        block.get(area.offset as usize..(area.offset + area.len) as usize)
    };
    let mut read = Read {
        identifier: record.identifier.to_vec(),
        extent: record.extent,
        is_directory: record.flags.contains(FileFlags::DIRECTORY),
        name: Vec::new(),
        posix: PosixAttributes::default(),
        child: None,
        parent: None,
        relocated: false,
    };
    for entry in SystemUse::new(record.system_use, area) {
        match entry.expect("an entry") {
            Entry::Name(part) => read.name.extend(part.name),
            Entry::Posix(posix) => read.posix = posix,
            Entry::ChildLink { block } => read.child = Some(block),
            Entry::ParentLink { block } => read.parent = Some(block),
            Entry::Relocated => read.relocated = true,
            _ => {}
        }
    }
    read
}

/// All directories of a volume as those see them who know no Rock Ridge: the level and the records of each, by block.
type Directories = BTreeMap<u32, (u32, Vec<Read>)>;

fn directories(image: &dyn BlockSource, volume: &VolumeDescriptor) -> Directories {
    let mut all = Directories::new();
    let mut open = vec![(volume.root.extent, volume.root.data_len, 1)];
    while let Some((extent, len, level)) = open.pop() {
        let bytes = decoded::blocks(image, extent, len.into());
        let mut records = Vec::new();
        for (_, record) in DirectoryRecords::new(&bytes).map(|record| record.expect("a record")) {
            if records.len() > 1 && record.flags.contains(FileFlags::DIRECTORY) {
                open.push((record.extent, record.data_len, level + 1));
            }
            records.push(read(image, &record));
        }
        assert!(all.insert(extent, (level, records)).is_none(), "one directory has one place");
    }
    all
}

/// The paths as those see them who do know it, with the links of each folder and the serial number of everything.
fn true_paths(all: &Directories, root: u32) -> BTreeMap<Vec<u8>, (u32, Option<u32>)> {
    let mut paths = BTreeMap::new();
    let mut open = vec![(root, Vec::new())];
    while let Some((extent, path)) = open.pop() {
        let (_, records) = &all[&extent];
        for record in records.iter().skip(2).filter(|record| !record.relocated) {
            let path = [&path[..], b"/", &record.name].concat();
            let directory = record.child.or(record.is_directory.then_some(record.extent));
            if let Some(directory) = directory {
                open.push((directory, path.clone()));
            }
            let value = (record.posix.links, directory.and(record.posix.inode));
            assert!(paths.insert(path, value).is_none(), "a name is there twice");
        }
    }
    paths
}

/// What the standards say of relocated folders, of names and of levels.
fn check_relocation(all: &Directories, root: u32, level: Level) {
    let is_mode = |record: &Read, kind| record.posix.mode & 0o170_000 == kind;
    // Each directory: who links to it as a child, and where it says that it belongs.
    let mut placeholders: HashMap<u32, u32> = HashMap::new();
    let mut claims: HashMap<u32, u32> = HashMap::new();
    for (&extent, (depth, records)) in all {
        assert!(*depth <= 8, "a directory on level {depth}");
        assert_eq!(records[0].extent, extent);
        if let Some(home) = records[1].parent {
            claims.insert(extent, home);
        }
        let mut seen = BTreeSet::new();
        for record in &records[2..] {
            assert!(seen.insert(&record.identifier), "a name is there twice");
            let legal = |identifier: &[u8]| {
                if record.is_directory { level.check_directory(identifier) } else { level.check_file(identifier) }
            };
            assert_eq!(legal(&record.identifier), Ok(()), "{}", record.identifier.escape_ascii());
            if let Some(child) = record.child {
                assert!(!record.is_directory && is_mode(record, 0o040_000), "a file that is a folder for Rock Ridge");
                assert!(placeholders.insert(child, extent).is_none(), "one placeholder for each");
                let (_, inside) = &all[&child];
                assert_eq!((record.posix, true), (inside[0].posix, all[&child].0 == 3));
            } else {
                assert_eq!(record.is_directory, is_mode(record, 0o040_000));
            }
            if record.is_directory {
                let (_, inside) = &all[&record.extent];
                assert_eq!((inside[0].posix, inside[1].extent), (record.posix, extent));
            }
        }
    }
    assert_eq!(placeholders, claims, "where placeholders are is where folders say that they belong");
    let into: Vec<&Read> = all[&root].1.iter().filter(|record| record.relocated).collect();
    let moved: BTreeSet<u32> = match into[..] {
        [] => BTreeSet::new(),
        [into] => {
            let inside = &all[&into.extent].1[2..];
            assert_eq!(into.posix.links as usize, 2 + inside.len());
            assert!(!inside.is_empty() && inside.iter().all(|record| record.relocated && record.is_directory));
            inside.iter().map(|record| record.extent).collect()
        }
        _ => panic!("more than one"),
    };
    assert_eq!(moved, placeholders.keys().copied().collect());
    let relocated = all.values().flat_map(|(_, records)| records).filter(|record| record.relocated).count();
    assert_eq!(relocated, moved.len() + into.len(), "nothing else is marked");
}

#[derive(Debug, Clone)]
struct Grown {
    /// Into which of the folders so far, mostly one of the last.
    back: usize,
    name: String,
    /// A file when there is one; else that many folders, each in the other.
    folders: Option<usize>,
}

fn any_growth() -> impl Strategy<Value = Vec<Grown>> {
    let name = prop_oneof![
        3 => "[ab]",
        1 => "(rr|RR)_(moved|MOVED|MOV0[01])",
        1 => "[a-z .]{0,3}[a-z]{20,36}",
        1 => "a{29,32}",
        1 => "[a-c]{200,255}",
    ];
    let back = prop_oneof![3 => 0..3_usize, 1 => any::<usize>()];
    let folders = prop_oneof![2 => Just(None), 3 => (1..9_usize).prop_map(Some)];
    let grown = (back, name, folders).prop_map(|(back, name, folders)| Grown { back, name, folders });
    proptest::collection::vec(grown, 0..60)
}

fn grow(steps: &[Grown]) -> (Tree, BTreeMap<Vec<u8>, bool>) {
    let mut tree = Tree::new(Attributes::default());
    let (mut folders, mut paths) = (vec![NodeId::ROOT], BTreeMap::new());
    let path = |tree: &Tree, node| tree.path(node).into_bytes();
    for step in steps {
        let mut parent = folders[folders.len() - 1 - step.back % folders.len()];
        let file = Kind::File { size: 0, content: imapi_fsimage::Content(0) };
        for _ in 0..step.folders.unwrap_or(1) {
            let kind = if step.folders.is_some() { Kind::Directory } else { file };
            let Ok(node) = tree.add(parent, step.name.as_bytes(), kind, Attributes::default()) else { break };
            paths.insert(path(&tree, node), step.folders.is_some());
            if step.folders.is_some() {
                folders.push(node);
                parent = node;
            }
        }
    }
    (tree, paths)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_deep_tree_comes_back_and_no_directory_is_deep(steps in any_growth(), level in 0..3_usize) {
        let (tree, expected) = grow(&steps);
        let mut contents = Contents::new();
        contents.add_bytes(*b"");
        let (iso_level, relaxed_names, legal) = [
            (IsoLevel::One, false, Level::One),
            (IsoLevel::Two, false, Level::Two),
            (IsoLevel::Two, true, Level::Relaxed),
        ][level];
        let options = ImageOptions { level: iso_level, relaxed_names, ..rock_ridge() };
        let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");
        let volume = decoded::volumes(&image).remove(0);
        let all = directories(&image, &volume);
        check_relocation(&all, volume.root.extent, legal);
        decoded::check_path_tables(&image, &volume, all.len() - 1);

        let found = true_paths(&all, volume.root.extent);
        let folders: BTreeMap<Vec<u8>, bool> =
            found.iter().map(|(path, (_, serial))| (path.clone(), serial.is_some())).collect();
        prop_assert_eq!(&folders, &expected);
        let mut serials: BTreeSet<u32> = BTreeSet::new();
        for (path, &(links, serial)) in found.iter().filter(|(_, (_, serial))| serial.is_some()) {
            let inside = expected.iter().filter(|(other, is_folder)| {
                **is_folder && other.strip_prefix(&[path, &b"/"[..]].concat()[..]).is_some_and(|rest| !rest.contains(&b'/'))
            });
            prop_assert_eq!(links as usize, 2 + inside.count());
            prop_assert!(serials.insert(serial.expect("it has one")), "a serial number is there twice");
        }
    }
}

#[test]
fn what_was_moved_lies_before_the_placeholders_of_all_that_was_not() {
    // bsdtar gives up otherwise; it reads what is on the disc from its beginning to its end.
    let bench = corpus();
    let image = image_of(&bench.source, &rock_ridge());
    let volume = decoded::volumes(&image).remove(0);
    let all = directories(&image, &volume);
    let into = all[&volume.root.extent].1.iter().find(|record| record.relocated).expect("deep folders").extent;
    let mut below = BTreeSet::from([into]);
    let mut open = vec![into];
    while let Some(extent) = open.pop() {
        for record in all[&extent].1[2..].iter().filter(|record| record.is_directory) {
            below.insert(record.extent);
            open.push(record.extent);
        }
    }
    let has_placeholder = |records: &[Read]| records.iter().any(|record| record.child.is_some());
    let outside = all.iter().filter(|(extent, (_, records))| !below.contains(extent) && has_placeholder(records));
    let first = *outside.map(|(extent, _)| extent).min().expect("deep folders");
    assert!(below.iter().all(|&extent| extent < first));
    assert!(below.len() > 60);
}

#[test]
fn a_thousand_levels_are_as_good_as_nine() {
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    for trunk in ["one", "two"] {
        let mut parent = NodeId::ROOT;
        for level in 0..1000 {
            let bytes = Kind::File { size: 4, content: contents.add_bytes(u32::to_le_bytes(level)) };
            // Some records are longer than a directory has room for, and go on elsewhere.
            let name = if level % 10 == 9 { "n".repeat(255) } else { trunk.to_string() };
            parent = tree.add(parent, name.as_bytes(), Kind::Directory, Attributes::default()).expect("new");
            tree.add(parent, b"file", bytes, Attributes::default()).expect("new");
        }
    }
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &rock_ridge()).expect("it can be planned");
    let volume = decoded::volumes(&image).remove(0);
    let all = directories(&image, &volume);
    check_relocation(&all, volume.root.extent, Level::Two);
    decoded::check_path_tables(&image, &volume, all.len() - 1);
    assert_eq!(true_count(&all, volume.root.extent), 4000);
    conformance::check(&image).expect("any block is written by itself");
}

fn true_count(all: &Directories, root: u32) -> usize {
    let (mut count, mut open) = (0, vec![root]);
    while let Some(extent) = open.pop() {
        for record in all[&extent].1.iter().skip(2).filter(|record| !record.relocated) {
            open.extend(record.child.or(record.is_directory.then_some(record.extent)));
            count += 1;
        }
    }
    count
}
