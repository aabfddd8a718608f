//! The power fails while a session is added to a disc that can be overwritten: whatever cluster was being written then, the
//! old or the new session can still be read.

use std::{collections::BTreeMap, fs, io, num::NonZeroU32, ops::Range, path::Path, sync::Arc};

use imapi_disc_types::{Block, BlockSource, BytesSource, Control, FileSource, Request, SECTOR_SIZE, SourceError};
use imapi_fsimage::{Attributes, Contents, ResultImage, Tree};
use imapi_volumes::{EntryKind, FileBytes, Names, OpenOptions, SearchOptions, Walk, search_sessions};
use rstest::rstest;

use crate::{
    folder::{run, text},
    kinds,
    listing::{Digest, Kind, Listing, Seen, walk},
    sessions::{CASES, Case, FIRST, GONE, LATER, Told, as_disc, essence, extended, put, scanned},
};

const SECTOR: usize = 2048;

/// A disc as it is when the power failed: some of the writes are done, one cluster cannot be read, and the rest is as before.
struct Cut {
    old: Arc<dyn BlockSource>,
    new: Arc<dyn BlockSource>,
    written: Vec<Range<u64>>,
    lost: Range<u64>,
    blocks: u64,
}

impl BlockSource for Cut {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { out, .. } = Request::admit(self, first, out)?;
        let mut count = 0;
        for (block, out) in (first.0..).zip(out.chunks_exact_mut(SECTOR)) {
            if self.lost.contains(&block) {
                break;
            }
            let source = if self.written.iter().any(|done| done.contains(&block)) { &self.new } else { &self.old };
            // Behind its end a disc that was formatted has zeros.
            if block < source.blocks() {
                source.read_all(Block(block), out)?;
            } else {
                out.fill(0);
            }
            count += 1;
        }
        let lost = || SourceError::new(first, io::Error::from(io::ErrorKind::InvalidData));
        NonZeroU32::new(count).ok_or_else(lost)
    }
}

/// A whole disc in memory.
fn kept(source: &dyn BlockSource) -> Arc<dyn BlockSource> {
    let mut bytes = vec![0; usize::try_from(source.bytes()).expect("small")];
    source.read_all(Block(0), &mut bytes).expect("readable");
    as_disc(BytesSource::new(bytes, SECTOR_SIZE).expect("whole blocks"))
}

/// All that can be read by those names, or why it cannot.
fn read(disc: &Arc<dyn BlockSource>, names: Names, opened: &OpenOptions) -> Result<BTreeMap<String, Told>, String> {
    let said = |error: &dyn std::fmt::Display| error.to_string();
    let volume = imapi_volumes::open(disc, Some(names), opened).map_err(|error| said(&error))?;
    let mut found = Listing::new();
    for step in Walk::new(&*volume, opened) {
        let step = step.map_err(|error| said(&error))?;
        let mut seen = Seen { kind: Some(Kind::Folder), ..Seen::default() };
        if step.entry.kind == EntryKind::File {
            let bytes = FileBytes::new(Arc::clone(disc), &step.entry.runs);
            let mut whole = vec![0; usize::try_from(step.entry.size).expect("small")];
            let count = bytes.read_at(0, &mut whole).map_err(|error| said(&error))?;
            if count != whole.len() {
                return Err("a file is cut off".into());
            }
            let digest = Digest::read(step.entry.size, |offset, out| {
                let from = usize::try_from(offset).expect("small");
                out.copy_from_slice(&whole[from..from + out.len()]);
                Ok(())
            });
            seen = Seen { kind: Some(Kind::File), size: Some(step.entry.size), digest: digest.ok(), ..Seen::default() };
        }
        found.insert(step.path, seen);
    }
    Ok(essence(&found))
}

/// What a disc has, as it would be looked for: from the beginning, and else by the sessions that a search finds. `Err` with
/// what came of each.
fn survives(disc: &Arc<dyn BlockSource>, names: Names, states: &[&BTreeMap<String, Told>]) -> Result<usize, String> {
    let state = |found: &BTreeMap<String, Told>| states.iter().position(|state| *state == found);
    let from_beginning = read(disc, names, &OpenOptions::default());
    let mut told = match &from_beginning {
        Ok(found) => return state(found).ok_or(format!("neither state, but {:?}", found.keys())),
        Err(error) => vec![format!("from the beginning: {error}")],
    };
    let sessions = search_sessions(disc, &SearchOptions::default(), &mut Control::silent()).expect("nobody stops it");
    for session in sessions.into_iter().rev() {
        match read(disc, names, &session.options(0)) {
            Ok(found) => return state(&found).ok_or(format!("{session:?}: neither state, but {:?}", found.keys())),
            Err(error) => told.push(format!("{session:?}: {error}")),
        }
    }
    Err(told.join("; "))
}

/// The clusters of so many blocks in which something is written, in the order in which that happens; the beginning of the
/// disc counts as one.
fn clusters(new: &dyn BlockSource, unit: u64) -> Vec<Range<u64>> {
    let modified = new.modified().expect("it knows what it writes");
    let mut all = Vec::new();
    for range in modified {
        let range = range.range();
        let mut first = range.start - range.start % unit;
        while first < range.end {
            let end = if first == 0 { 32 } else { first + unit };
            all.push(first..end);
            first = end;
        }
    }
    all
}

/// By which names the files of a case are told as they were.
fn names(case: Case) -> Vec<Names> {
    let options = case.image_options();
    let file_systems = options.file_systems;
    let all =
        [(Names::Udf, file_systems.udf), (Names::RockRidge, options.rock_ridge), (Names::Joliet, file_systems.joliet)];
    all.into_iter().filter_map(|(names, there)| there.then_some(names)).collect()
}

fn state_of(folder: &Path) -> BTreeMap<String, Told> {
    essence(&walk(folder).expect("readable"))
}

/// Whether the first image has room for what is written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum First {
    WithRoom,
    /// As images are that somebody burned without a thought of later sessions.
    Dense,
    /// Of genisoimage, whose files begin right behind the anchor.
    OfOthers,
}

impl First {
    fn made(self, case: Case, state: &Path) -> Arc<dyn BlockSource> {
        let mut options = case.image_options();
        options.session.rewritable = self == Self::WithRoom;
        if self == Self::OfOthers {
            let path = state.with_extension("iso");
            let label = ["-V", &options.volume, "-A", "", "-o", text(&path), text(state)];
            run("genisoimage", &[&["-quiet", "-J", "-udf", "-iso-level", "3"][..], &label].concat());
            return kept(&FileSource::open(&path, SECTOR_SIZE).expect("there"));
        }
        let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
        scanned(&mut tree, &mut contents, state);
        kept(&ResultImage::new(Arc::new(tree), Arc::new(contents), &options).expect("it can be planned"))
    }
}

#[rstest]
#[case(1, First::WithRoom)]
#[case(3, First::WithRoom)]
#[case(5, First::WithRoom)]
#[case(1, First::Dense)]
#[case(3, First::Dense)]
#[case(5, First::Dense)]
#[case(3, First::OfOthers)]
fn the_old_or_the_new_session_can_be_read_whatever_cluster_is_lost(
    #[case] case: usize,
    #[case] first: First,
    #[values(16, 32)] unit: u32,
) {
    let case = CASES[case];
    let lab = kinds::lab().join(format!("cuts {} {unit} {first:?}", case.name));
    let state = lab.join("state");
    fs::create_dir_all(&state).expect("new");
    put(&state, FIRST, 0);
    // The first by its name is the one right behind the anchor.
    put(&state, &[("a first file", 100)], 0);
    let mut old = first.made(case, &state);
    let (mut before, mut old_state) = (0, state_of(&state));
    let mut seen = [0; 2];
    for (number, files) in (1..).zip(LATER) {
        let fresh = lab.join(format!("new {number}"));
        put(&fresh, files, number);
        put(&state, files, number);
        let _ = fs::remove_file(state.join(GONE));
        let new_state = state_of(&state);
        let (new, start) = extended(case, &old, &fresh, before, unit);
        let writes = clusters(&*new, unit.into());
        assert!(writes.len() >= 4, "{writes:?}");
        for (index, lost) in writes.iter().enumerate() {
            let disc = as_disc(Cut {
                old: Arc::clone(&old),
                new: Arc::clone(&new),
                written: writes[..index].to_vec(),
                lost: lost.clone(),
                blocks: new.blocks(),
            });
            for names in names(case) {
                let states = [&old_state, &new_state];
                match survives(&disc, names, &states) {
                    Ok(which) => seen[which] += 1,
                    Err(told) => panic!("{case:?}, session {number}, {names}, write {index}, {lost:?} is lost: {told}"),
                }
            }
        }
        let whole = kept(&*new);
        for names in names(case) {
            assert_eq!(survives(&whole, names, &[&new_state]), Ok(0), "{case:?}, {names}: all is written");
        }
        (old, before, old_state) = (whole, start, new_state);
    }
    // Both happen, or this would not be about what it says.
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}
