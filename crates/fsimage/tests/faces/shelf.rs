//! A disc that a test can write to, and the ways to add a session to it.

use std::{
    num::NonZeroU32,
    sync::{Arc, Mutex},
};

use imapi_disc_types::{
    Block, BlockSource, Disc, DiscFacts, Lba, MediaState, MediaType, MultisessionInterface, MultisessionKind, Request,
    SECTOR_SIZE, SessionFacts, SourceError,
};
use imapi_errors::CodedError;
use imapi_fsimage::{FileSystemImage, FileSystemImageResult, FileSystems, Importing};
use imapi_volumes::{FileBytes, Names, OpenOptions, Walk};

use super::{image, silent};

/// A disc in memory. Clones are the same disc.
#[derive(Clone)]
pub struct Shelf(Arc<Mutex<Inner>>);

struct Inner {
    facts: DiscFacts,
    bytes: Vec<u8>,
    /// Blocks that cannot be read.
    scratched: Vec<u64>,
}

/// Blocks between sessions.
const GAP: u32 = 150;

impl Shelf {
    pub fn new(facts: DiscFacts) -> Self {
        Self(Arc::new(Mutex::new(Inner { facts, bytes: Vec::new(), scratched: Vec::new() })))
    }

    pub fn blank(medium: MediaType, capacity: u32) -> Self {
        let mut facts = DiscFacts::blank(medium, capacity);
        if medium.is_overwritable() {
            facts.state = MediaState::OVERWRITE_ONLY;
        }
        Self::new(facts)
    }

    /// A disc with a session of some files.
    pub fn recorded(medium: MediaType, file_systems: FileSystems, files: &[(&str, &str)]) -> Self {
        let disc = Self::blank(medium, 200_000);
        let image = image();
        image.set_volume_name("FIRST").expect("a name");
        let _ = image.set_file_systems_to_create(file_systems).expect("an empty image");
        put(&image, files);
        disc.burn(&image.create_result_image().expect("an image"));
        disc
    }

    /// A disc with a session of these bytes.
    pub fn of_bytes(medium: MediaType, bytes: Vec<u8>) -> Self {
        let disc = Self::blank(medium, 200_000);
        disc.burned_behind(u32::try_from(bytes.len() / 2048).expect("small"));
        disc.0.lock().expect("whole").bytes = bytes;
        disc
    }

    fn burned_behind(&self, blocks: u32) {
        let mut inner = self.0.lock().expect("whole");
        let facts = &mut inner.facts;
        if facts.is_overwritable() {
            return;
        }
        let first = facts.next_writable.expect("room");
        let last = Lba(first.0 + i32::try_from(blocks).expect("small") - 1);
        let number = u16::try_from(facts.sessions.len() + 1).expect("few");
        facts.sessions.push(SessionFacts::with_data(number, first, last));
        facts.state = MediaState::APPENDABLE;
        facts.next_writable = Some(Lba(last.0 + 1 + i32::try_from(GAP).expect("small")));
        facts.free -= blocks + GAP;
    }

    /// Writes a result as a drive does: behind what there is, or what is modified.
    pub fn burn(&self, result: &FileSystemImageResult) {
        let stream = result.image_stream();
        let (next, overwritable) = {
            let facts = &self.0.lock().expect("whole").facts;
            (facts.next_writable.expect("room").0, facts.is_overwritable())
        };
        let at = if overwritable { 0 } else { u64::try_from(next).expect("an address") };
        let ranges: Vec<_> = match stream.modified() {
            Some(ranges) => ranges.iter().map(|range| range.range()).collect(),
            None => std::iter::once(0..stream.blocks()).collect(),
        };
        for range in ranges {
            let mut bytes = vec![0; usize::try_from(range.end - range.start).expect("small") * 2048];
            stream.read_all(Block(range.start), &mut bytes).expect("readable");
            let begins = usize::try_from(range.start + at).expect("small") * 2048;
            let disc = &mut self.0.lock().expect("whole").bytes;
            disc.resize(disc.len().max(begins + bytes.len()), 0);
            disc[begins..begins + bytes.len()].copy_from_slice(&bytes);
        }
        self.burned_behind(u32::try_from(stream.blocks()).expect("small"));
    }

    pub fn change(&self, change: impl FnOnce(&mut DiscFacts)) {
        change(&mut self.0.lock().expect("whole").facts);
    }

    /// Changes bytes on the disc.
    pub fn spoil(&self, change: impl FnOnce(&mut [u8])) {
        change(&mut self.0.lock().expect("whole").bytes);
    }

    pub fn scratch(&self, block: u64) {
        self.0.lock().expect("whole").scratched.push(block);
    }

    pub fn facts_now(&self) -> DiscFacts {
        self.0.lock().expect("whole").facts.clone()
    }

    /// The way that fits.
    pub fn way(&self) -> Way {
        let kind = if self.facts_now().is_overwritable() {
            MultisessionKind::RandomWrite
        } else {
            MultisessionKind::Sequential
        };
        self.way_of(kind)
    }

    pub fn way_of(&self, kind: MultisessionKind) -> Way {
        Way { disc: self.clone(), kind, in_use: false }
    }

    /// An image to which the disc's last session was brought by its default file system.
    pub fn continued(&self) -> FileSystemImage {
        let image = image();
        image.set_multisession_interfaces([self.way()]).expect("a session can be added");
        image.import_file_system(&mut imapi_disc_types::Control::silent()).expect("there is one");
        image
    }

    /// What a reader finds in the last session: paths and texts.
    pub fn list(&self, names: Names) -> Vec<(String, String)> {
        let facts = self.facts_now();
        let start = facts.previous_data_session().map_or(0, |session| session.first.0);
        let options = OpenOptions::default().session(Block(u64::try_from(start).expect("an address")));
        let source = self.source();
        let volume = imapi_volumes::open(&source, Some(names), &options).expect("a volume");
        let mut all = Vec::new();
        for step in Walk::new(&*volume, &options) {
            let step = step.expect("whole");
            if step.entry.is_directory() {
                continue;
            }
            let mut text = vec![0; usize::try_from(step.entry.size).expect("small")];
            FileBytes::new(Arc::clone(&source), &step.entry.runs).read_at(0, &mut text).expect("readable");
            all.push((String::from_utf8(step.path.clone()).expect("a text"), String::from_utf8(text).expect("a text")));
        }
        all.sort();
        all
    }
}

/// Adds files at the root.
pub fn put(image: &FileSystemImage, files: &[(&str, &str)]) {
    for (name, text) in files {
        image.root().add_file(name, text.as_bytes(), &mut silent()).expect(name);
    }
}

pub fn listed(files: &[(&str, &str)]) -> Vec<(String, String)> {
    files.iter().map(|(name, text)| ((*name).to_string(), (*text).to_string())).collect()
}

pub fn unheard() -> imapi_disc_types::Control<'static, Importing> {
    imapi_disc_types::Control::silent()
}

impl Disc for Shelf {
    fn facts(&self) -> Result<DiscFacts, Box<dyn CodedError>> {
        Ok(self.facts_now())
    }

    fn source(&self) -> Arc<dyn BlockSource> {
        Arc::new(self.clone())
    }
}

impl BlockSource for Shelf {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        let inner = self.0.lock().expect("whole");
        if inner.facts.is_overwritable() { inner.facts.capacity.into() } else { inner.bytes.len() as u64 / 2048 }
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, out, .. } = Request::admit(self, first, out)?;
        let inner = self.0.lock().expect("whole");
        for (number, block) in (first.0..).zip(out.chunks_exact_mut(2048)) {
            if inner.scratched.contains(&number) {
                if number > first.0 {
                    return Ok(NonZeroU32::new(u32::try_from(number - first.0).expect("small")).expect("not zero"));
                }
                return Err(SourceError::new(first, std::io::Error::from_raw_os_error(5)));
            }
            let at = usize::try_from(number).expect("small") * 2048;
            match inner.bytes.get(at..at + 2048) {
                Some(bytes) => block.copy_from_slice(bytes),
                None => block.fill(0),
            }
        }
        Ok(count)
    }
}

/// A way to add a session.
#[derive(Clone)]
pub struct Way {
    disc: Shelf,
    kind: MultisessionKind,
    pub in_use: bool,
}

impl MultisessionInterface for Way {
    fn kind(&self) -> MultisessionKind {
        self.kind
    }

    fn is_supported_on_current_media_state(&self) -> Result<bool, Box<dyn CodedError>> {
        let facts = self.disc.facts_now();
        let random = facts.is_overwritable() || facts.medium.is_overwritable();
        Ok(random == (self.kind == MultisessionKind::RandomWrite) && !facts.is_closed())
    }

    fn is_in_use(&self) -> bool {
        self.in_use
    }

    fn disc(&self) -> Arc<dyn Disc> {
        Arc::new(self.disc.clone())
    }
}
