//! Images of deep trees, taken apart by the decoders of our own structures, with and without Rock Ridge.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use imapi_disc_types::{BlockSource, Control, conformance};
use imapi_fsimage::{
    Attributes, Content, Contents, ImageOptions, IsoLevel, Kind, NodeId, ResultImage, Tree, WriteOptions, write_image,
};
use imapi_volume_structs::{
    SECTOR,
    iso9660::{DirectoryRecord, DirectoryRecords, FileFlags, Level, VolumeDescriptor},
    rock_ridge::{Continuation, Entry, PosixAttributes, SystemUse},
};
use proptest::prelude::*;

use super::{corpus, rock_ridge};
use crate::{
    decoded,
    folder::{Bench, image_of, run, text},
};

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

const FILE: Kind = Kind::File { size: 0, content: Content(0) };

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
        for _ in 0..step.folders.unwrap_or(1) {
            let kind = if step.folders.is_some() { Kind::Directory } else { FILE };
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn the_order_in_which_a_deep_tree_came_to_be_makes_no_difference(steps in any_growth()) {
        let (tree, paths) = grow(&steps);
        let mut others: Vec<(&Vec<u8>, bool)> = paths.iter().rev().map(|(path, &is_folder)| (path, is_folder)).collect();
        others.sort_by_key(|(path, _)| path.split(|&byte| byte == b'/').count());
        let mut other = Tree::new(Attributes::default());
        for (path, is_folder) in others {
            let mut names: Vec<&[u8]> = path.split(|&byte| byte == b'/').skip(1).collect();
            let name = names.pop().expect("it has a name");
            let parent = other.find(names).expect("shorter paths come first");
            let kind = if is_folder { Kind::Directory } else { FILE };
            other.add(parent, name, kind, Attributes::default()).expect("new");
        }
        let [one, two] = [tree, other].map(|tree| {
            let mut contents = Contents::new();
            contents.add_bytes(*b"");
            let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &rock_ridge()).expect("it can be planned");
            decoded::blocks(&image, 0, image.bytes())
        });
        prop_assert!(one == two);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn bsdtar_and_xorriso_list_any_deep_tree(steps in any_growth(), relaxed_names: bool) {
        let (tree, expected) = grow(&steps);
        // xorriso knows paths of 4 KiB.
        prop_assume!(expected.keys().all(|path| path.len() < 4000));
        let mut contents = Contents::new();
        contents.add_bytes(*b"");
        let options = ImageOptions { relaxed_names, ..rock_ridge() };
        let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");
        let bench = Bench::new();
        write_image(&image, &bench.iso, WriteOptions { sync: false, ..WriteOptions::default() }, &mut Control::silent()).expect("written");
        let expected: BTreeSet<String> =
            expected.into_keys().map(|path| String::from_utf8(path).expect("text")).collect();
        let said = run("bsdtar", &["-tf", text(&bench.iso)]);
        let listed = said.lines().map(|line| line.trim_end_matches('/')).filter(|path| *path != ".");
        prop_assert_eq!(&listed.map(|path| format!("/{path}")).collect::<BTreeSet<_>>(), &expected);
        let said = run("xorriso", &["-abort_on", "WARNING", "-indev", text(&bench.iso), "-find", "/"]);
        let listed = said.lines().filter_map(|line| line.strip_prefix('\'')?.strip_suffix('\''));
        let listed: BTreeSet<String> = listed.filter(|path| *path != "/").map(str::to_string).collect();
        prop_assert_eq!(&listed, &expected);
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
