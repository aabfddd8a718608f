//! Images that go behind what a disc has: every session shows what it should, by Linux, xorriso, isoinfo, 7-Zip, and by our
//! own readers.

use std::{
    collections::BTreeMap,
    fs,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
};

use imapi_disc_types::{Block, BlockSource, Concatenate, Control, FileSource, SECTOR_SIZE, Zero};
use imapi_fsimage::{
    Attributes, Base, Contents, FileSystems, ImageOptions, NodeId, ResultImage, Rewritten, ScanOptions, Tree,
    UdfRevision, add_tree,
};
use imapi_volumes::{EntryKind, FileBytes, Names, OpenOptions, Walk};
use rstest::rstest;

use crate::{
    folder::{options, run, text},
    guest::Look,
    kinds,
    listing::{Digest, Kind, Listing, Seen, walk},
    peers::kernel,
};

/// A disc with three sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Case {
    pub name: &'static str,
    iso: bool,
    joliet: bool,
    ridge: bool,
    udf: Option<UdfRevision>,
    /// Each session is written behind the last and nothing ever again.
    in_sequence: bool,
}

pub const CASES: [Case; 6] = [
    Case { name: "imapi", iso: true, joliet: true, ridge: false, udf: None, in_sequence: true },
    Case { name: "rock ridge", iso: true, joliet: true, ridge: true, udf: None, in_sequence: false },
    Case { name: "bridge", iso: true, joliet: true, ridge: true, udf: Some(UdfRevision::R102), in_sequence: true },
    Case {
        name: "bridge again",
        iso: true,
        joliet: true,
        ridge: false,
        udf: Some(UdfRevision::R102),
        in_sequence: false,
    },
    Case { name: "udf 2.01", iso: false, joliet: false, ridge: false, udf: Some(UdfRevision::R201), in_sequence: true },
    Case {
        name: "udf 2.60",
        iso: false,
        joliet: false,
        ridge: false,
        udf: Some(UdfRevision::R260),
        in_sequence: false,
    },
];

/// What was made of a case.
pub struct Made {
    pub path: PathBuf,
    /// Of each session its first block, and what is to be in it.
    pub sessions: Vec<(u64, Listing)>,
}

impl Case {
    pub fn image_options(self) -> ImageOptions {
        let mut options = options();
        options.file_systems = FileSystems { iso9660: self.iso, joliet: self.joliet, udf: self.udf.is_some() };
        options.rock_ridge = self.ridge;
        options.udf_revision = self.udf.unwrap_or_default();
        options.session.rewritable = !self.in_sequence;
        options
    }

    /// By which of its names files are told as they were.
    pub fn names(self) -> Names {
        match self {
            _ if self.udf.is_some() => Names::Udf,
            _ if self.ridge => Names::RockRidge,
            _ => Names::Joliet,
        }
    }

    fn index(self) -> usize {
        CASES.iter().position(|case| *case == self).expect("it is one of them")
    }

    pub fn made(self) -> &'static Made {
        static MADE: LazyLock<Vec<Made>> = LazyLock::new(|| CASES.into_iter().map(make).collect());
        &MADE[self.index()]
    }
}

/// What is brought in for each session, and what is taken out before.
pub const FIRST: &[(&str, usize)] =
    &[("stays.txt", 12), ("empty", 0), ("deep/er/large.bin", 300_000), ("gone.bin", 5000), ("changes", 4096)];
pub const LATER: [&[(&str, usize)]; 2] = [&[("changes", 70_000), ("deep/new.txt", 5)], &[("deep/er/third", 2049)]];
pub const GONE: &str = "gone.bin";

pub fn put(folder: &Path, files: &[(&str, usize)], seed: u8) {
    for (name, len) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("writable");
        fs::write(path, crate::disc::bytes(seed ^ name.as_bytes()[0], *len)).expect("writable");
    }
}

pub fn as_disc(source: impl BlockSource + 'static) -> Arc<dyn BlockSource> {
    Arc::new(source)
}

pub fn scanned(tree: &mut Tree, contents: &mut Contents, folder: &Path) {
    add_tree(tree, contents, NodeId::ROOT, folder, &ScanOptions::default(), &mut Control::silent()).expect("readable");
}

fn make(case: Case) -> Made {
    let lab = kinds::lab().join(format!("sessions {}", case.name));
    let state = lab.join("state");
    fs::create_dir_all(&state).expect("new");
    put(&state, FIRST, 0);
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    scanned(&mut tree, &mut contents, &state);
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &case.image_options()).expect("it can be planned");
    let mut sessions = vec![(0, walk(&state).expect("readable"))];
    let path = lab.join("disc");
    store(&path, &image);
    for (number, files) in (1..).zip(LATER) {
        let new = lab.join(format!("new {number}"));
        put(&new, files, number);
        put(&state, files, number);
        let _ = fs::remove_file(state.join(GONE));
        let before = *sessions.last().map(|(start, _)| start).expect("there was one");
        let start = append(case, &path, &new, before);
        sessions.push((start, walk(&state).expect("readable")));
    }
    Made { path, sessions }
}

/// Puts all blocks of a disc into a file.
pub fn store(path: &Path, disc: &dyn BlockSource) {
    let mut bytes = vec![0; usize::try_from(disc.bytes()).expect("small")];
    disc.read_all(Block(0), &mut bytes).expect("readable");
    let beside = path.with_extension("new");
    fs::write(&beside, bytes).expect("writable");
    fs::rename(beside, path).expect("writable");
}

/// Adds a session with what is in a folder to the disc in a file, and says where it begins.
fn append(case: Case, path: &Path, new: &Path, before: u64) -> u64 {
    let disc = as_disc(FileSource::open(path, SECTOR_SIZE).expect("there"));
    let (extended, start) = extended(case, &disc, new, before, 32);
    store(path, &*extended);
    start
}

/// A disc with a session behind what it has, with what is in a folder, and where that begins. It is written in so many
/// blocks at once.
pub fn extended(
    case: Case,
    disc: &Arc<dyn BlockSource>,
    new: &Path,
    before: u64,
    unit: u32,
) -> (Arc<dyn BlockSource>, u64) {
    let disc = Arc::clone(disc);
    let opened = OpenOptions::default().session(Block(before));
    let base = Base::open(Arc::clone(&disc), Some(case.names()), opened).expect("it can be read");
    let base = if case.in_sequence { base } else { base.overwritten() };
    let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
    let imported = base.import(&mut tree, &mut contents, &mut Control::silent()).expect("it can be imported");
    assert!(imported.files > 0 && imported.hidden == 0, "{imported:?}");
    if let Some(gone) = tree.find([GONE.as_bytes()]) {
        tree.remove(gone).expect("it is there");
    }
    scanned(&mut tree, &mut contents, new);
    let mut options = base.image_options(options().now);
    let expected = case.image_options();
    assert_eq!(
        (options.file_systems, options.rock_ridge, options.udf_revision, &options.volume),
        (expected.file_systems, expected.rock_ridge, expected.udf_revision, &expected.volume)
    );
    if case.in_sequence {
        // As on a CD, where lead-out and lead-in are between the sessions.
        let start = (disc.blocks() + 11_400).next_multiple_of(32);
        options.session.start = u32::try_from(start).expect("small");
        let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");
        let gap = as_disc(Zero::new(SECTOR_SIZE, start - disc.blocks()));
        return (as_disc(Concatenate::new([disc, gap, as_disc(image)]).expect("blocks of one size")), start);
    }
    let link = base.link(NonZeroU32::new(unit).expect("not zero")).expect("there is room");
    options.session.start = link.start;
    options.session.link = Some(link);
    options.session.rewritable = true;
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned");
    (as_disc(Rewritten::new(disc, as_disc(image), link).expect("there is room")), link.start.into())
}

/// What is in a session by our own readers.
fn ours(case: Case, disc: &Arc<dyn BlockSource>, opened: &OpenOptions) -> Listing {
    let volume = imapi_volumes::open(disc, Some(case.names()), opened).expect("it can be read");
    let mut found = Listing::new();
    for step in Walk::new(&*volume, opened) {
        let step = step.expect("nothing is damaged");
        let seen = match step.entry.kind {
            EntryKind::Directory => Seen { kind: Some(Kind::Folder), ..Seen::default() },
            EntryKind::File => {
                let bytes = FileBytes::new(Arc::clone(disc), &step.entry.runs);
                let digest = Digest::read(step.entry.size, |offset, out| {
                    assert_eq!(bytes.read_at(offset, out).expect("readable"), out.len());
                    Ok(())
                });
                Seen { kind: Some(Kind::File), size: Some(step.entry.size), digest: digest.ok(), ..Seen::default() }
            }
            other => panic!("{other:?}"),
        };
        found.insert(step.path, seen);
    }
    found
}

/// Kind, size and digest.
pub type Told = (Option<Kind>, Option<u64>, Option<u64>);

/// What every reader tells.
pub fn essence(listing: &Listing) -> BTreeMap<String, Told> {
    let of = |(path, seen): (&Vec<u8>, &Seen)| (path.escape_ascii().to_string(), (seen.kind, seen.size, seen.digest));
    listing.iter().map(of).collect()
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
#[case(4)]
#[case(5)]
fn each_session_has_what_it_had(#[case] case: usize) {
    let case = CASES[case];
    let made = case.made();
    let disc = as_disc(FileSource::open(&made.path, SECTOR_SIZE).expect("there"));
    let last = made.sessions.len() - 1;
    for (number, (start, expected)) in made.sessions.iter().enumerate() {
        let mut opened = OpenOptions::default().session(Block(*start));
        if let Some((next, _)) = made.sessions.get(number + 1) {
            opened = opened.end(Block(if case.in_sequence { *next } else { next - 32 }));
        }
        // The descriptors of the first session of a disc that was written again are where they were kept.
        if number == 0 && !case.in_sequence {
            let next = made.sessions[1].0;
            opened = opened.head(Block(next - 32)).end(Block(next));
        }
        assert_eq!(essence(&ours(case, &disc, &opened)), essence(expected), "{case:?}, session {number}");
    }
    if !case.in_sequence {
        let newest = ours(case, &disc, &OpenOptions::default());
        assert_eq!(essence(&newest), essence(&made.sessions[last].1), "{case:?}, from the beginning of the disc");
    }
}

/// What Linux looks at: every session by the address at which it begins, and what a drive would take for the disc.
pub fn looks() -> Vec<Look> {
    let mut all = Vec::new();
    for case in CASES {
        let made = case.made();
        let last = made.sessions.len() - 1;
        for (number, (start, _)) in made.sessions.iter().enumerate() {
            // What the first session began with is the last one's now, where it is written again.
            let start = if number == 0 && !case.in_sequence { continue } else { *start };
            all.push(look(case, &number.to_string(), start));
            if number == last && !case.in_sequence {
                all.push(look(case, "whole", 0));
            }
        }
    }
    all
}

fn look(case: Case, which: &str, start: u64) -> Look {
    let (file_system, options) = match case.names() {
        Names::Udf => ("udf", format!("iocharset=utf8,session={start}")),
        Names::RockRidge => ("iso9660", format!("iocharset=utf8,sbsector={start}")),
        _ => ("iso9660", format!("norock,iocharset=utf8,sbsector={start}")),
    };
    let options = Box::leak(options.into_boxed_str());
    Look { name: name(case, which), image: case.made().path.clone(), file_system, options }
}

fn name(case: Case, which: &str) -> String {
    format!("sessions {} {which}", case.name)
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
#[case(4)]
#[case(5)]
fn linux_shows_what_each_session_has(#[case] case: usize) {
    let case = CASES[case];
    let made = case.made();
    let last = made.sessions.len() - 1;
    let mut seen = 0;
    for which in ["0", "1", "2", "whole"] {
        let number = which.parse().unwrap_or(last);
        let Some(verdict) = kernel::verdicts().get(&name(case, which)) else { continue };
        assert_eq!(verdict.said.iter().filter(|line| kernel::is_complaint(line)).count(), 0, "{:?}", verdict.said);
        let plain = |listing: &Listing| {
            let plain = |(path, seen): (&Vec<u8>, &Seen)| (crate::peers::plain_name(path), seen.clone());
            listing.iter().map(plain).collect::<Listing>()
        };
        assert_eq!(essence(&plain(&verdict.listing)), essence(&made.sessions[number].1), "{case:?}, {which}");
        seen += 1;
    }
    assert_eq!(seen, 3, "it has looked");
}

/// The files that a program tells of, by their names alone.
fn files(listing: &Listing) -> Vec<String> {
    let files = listing.iter().filter(|(_, seen)| seen.kind == Some(Kind::File));
    files.map(|(path, _)| String::from_utf8_lossy(path).into_owned()).collect()
}

#[rstest]
#[case(0)]
#[case(1)]
#[case(2)]
#[case(3)]
fn xorriso_reads_every_session_by_its_first_block(#[case] case: usize) {
    let case = CASES[case];
    let made = case.made();
    let names = if case.ridge { "any" } else { "norock" };
    for (number, (start, expected)) in made.sessions.iter().enumerate() {
        // The beginning of a disc that was written again is that of its last session.
        let expected = if number == 0 && !case.in_sequence { &made.sessions[2].1 } else { expected };
        let out = kinds::lab().join(format!("xorriso {} {number}", case.name));
        fs::create_dir(&out).expect("new");
        let start = start.to_string();
        let load = ["-read_fs", names, "-load", "sbsector", &start, "-osirrox", "on", "-indev", text(&made.path)];
        let said = run("xorriso", &[&load[..], &["-extract", "/", text(&out)]].concat());
        assert!(!said.contains("WARNING") && !said.contains("FAILURE"), "{said}");
        assert_eq!(essence(&walk(&out).expect("readable")), essence(expected), "{case:?}, session {number}");
    }
}

#[rstest]
#[case(1)]
#[case(3)]
#[case(5)]
fn seven_zip_finds_the_newest_session_from_the_beginning(#[case] case: usize) {
    let case = CASES[case];
    let made = case.made();
    let said = run("7z", &["t", text(&made.path)]);
    assert!(said.contains("Everything is Ok") && !said.contains("WARN"), "{said}");
    let out = kinds::lab().join(format!("7z {}", case.name));
    run("7z", &["x", "-y", &format!("-o{}", text(&out)), text(&made.path)]);
    let found = walk(&out).expect("readable");
    if case.ridge {
        // It takes Joliet, whose names are the same here.
        assert_eq!(files(&found), files(&made.sessions[2].1));
    }
    assert_eq!(essence(&found), essence(&made.sessions[2].1), "{case:?}");
}

#[rstest]
#[case(0)]
#[case(2)]
fn isoinfo_lists_the_last_session_of_a_disc(#[case] case: usize) {
    let case = CASES[case];
    let made = case.made();
    let (start, expected) = made.sessions.last().expect("three");
    let said = run("isoinfo", &["-J", "-f", "-T", &start.to_string(), "-i", text(&made.path)]);
    let path = |line: &str| line.strip_prefix('/').map(|path| path.trim_end_matches(";1").to_string());
    let mut found: Vec<String> = said.lines().filter_map(path).collect();
    let mut all: Vec<String> = expected.keys().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    found.sort();
    all.sort();
    assert_eq!(found, all);
}
