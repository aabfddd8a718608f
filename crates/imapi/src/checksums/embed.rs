//! [`embed`]: an image that has its own checksums, made while it is read.
//!
//! The table is the last of the files, so that whoever reads the image from front to back has read all that it is about,
//! but for what file systems keep behind the files, which can be worked out at any time. Whoever reads the table first lets
//! the image be read once for it.

use std::{
    collections::{BTreeMap, HashMap},
    num::NonZeroU32,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak},
};

use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError, Zero};
use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_fsimage::{
    Attributes, Content, ContentError, ContentReader, Contents, ImageOptions, Kind, MadeListener, NodeId, PlanError,
    ResultImage, Tree, TreeError,
};
use sha2::{Digest as _, Sha256};

use super::{
    AREA, Area, BLOCK, Listed, NAME, Table,
    format::{TAG, size},
};
use crate::manifest::{FileSpan, Hashed, Hasher, Sha256Sum};

/// Why an image has no checksums in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmbedError {
    /// The table has no place among the files: one has its name.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The image cannot be planned.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The table cannot be one of the contents.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Coded for EmbedError {
    fn code(&self) -> HResult {
        match self {
            Self::Tree(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Content(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Tree(error) => error.facts(put),
            Self::Plan(error) => error.facts(put),
            Self::Content(error) => error.facts(put),
        }
    }
}

/// The table cannot be made, which would be a mistake of ours: it was measured before.
#[derive(Debug, thiserror::Error)]
#[error("the table of checksums does not fit into its place")]
struct DoesNotFit;

impl Coded for DoesNotFit {
    fn code(&self) -> HResult {
        common::E_UNEXPECTED
    }
}

/// Pieces that are kept because they came too early.
const MOST_EARLY: usize = 8;
/// What is read at once.
const AT_ONCE: usize = 1 << 20;
/// A plan with a table needs at most so many areas more than one without: what is behind the table begins one of its own.
const MORE_AREAS: u64 = 3;

/// Plans the image of a tree, with a file [`NAME`] in its root that has the checksums of all others and of all blocks.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi::checksums::{NAME, check_image, embed};
/// use imapi_disc_types::Control;
/// use imapi_fsimage::{Attributes, Contents, ImageOptions, Kind, NodeId, Timestamp, Tree};
///
/// let (mut tree, mut contents) = (Tree::new(Attributes::default()), Contents::new());
/// let content = contents.add_bytes(*b"Good morning");
/// tree.add(NodeId::ROOT, b"greeting.txt", Kind::File { size: 12, content }, Attributes::default())?;
///
/// let image = embed(tree, contents, &ImageOptions::new(Timestamp::new(1_000_000_000, 0)))?;
/// assert!(image.tree().child(NodeId::ROOT, NAME.as_bytes()).is_some());
/// let checked = check_image(&*image, &mut Control::silent())?;
/// assert_eq!(checked.files, Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn embed(mut tree: Tree, mut contents: Contents, options: &ImageOptions) -> Result<Arc<ResultImage>, EmbedError> {
    let bytes = measured(&tree, 0);
    let zeros = |bytes: u64| Arc::new(Zero::new(SECTOR_SIZE, bytes.div_ceil(BLOCK as u64)));
    let content = contents.add_source(zeros(bytes), bytes, NAME)?;
    let now = options.now;
    let attributes =
        Attributes { created: now, modified: now, accessed: now, mode: 0o100_644, ..Attributes::default() };
    let node = tree.add(NodeId::ROOT, NAME.as_bytes(), Kind::File { size: bytes, content }, attributes)?;

    // How many areas there are is known when the image is planned, for which the table has to be measured.
    let image = ResultImage::new(Arc::new(tree), Arc::new(contents), options)?;
    let areas = image.blocks().div_ceil(AREA) + MORE_AREAS;
    let (tree, contents) = (Arc::clone(image.tree()), Arc::clone(image.contents()));
    drop(image);
    let mut tree = Arc::unwrap_or_clone(tree);
    let Some(mut contents) = Arc::into_inner(contents) else { unreachable!("the image that had them is gone") };
    tree.remove(node)?;
    let bytes = measured(&tree, areas);
    let table = Arc::new(Embedded::new(bytes));
    let content = contents.add_source(Arc::clone(&table) as _, bytes, NAME)?;
    let node = tree.add(NodeId::ROOT, NAME.as_bytes(), Kind::File { size: bytes, content }, attributes)?;
    let mut image = ResultImage::new(Arc::new(tree), Arc::new(contents), options)?;
    let place = Place::of(&image, node);
    let _ = table.place.set(place);
    image.listen(Arc::clone(&table) as _);
    let image = Arc::new(image);
    let _ = table.image.set(Arc::downgrade(&image));
    Ok(image)
}

/// The bytes of a table of all files that are in the tree, which has so many areas.
fn measured(tree: &Tree, areas: u64) -> u64 {
    let nothing = Sha256Sum([0; 32]);
    let files = tree.walk(NodeId::ROOT).filter_map(|node| listed(tree, node, Some(0), nothing));
    size(files, areas)
}

/// A file of the tree as it is listed.
fn listed(tree: &Tree, node: NodeId, block: Option<u64>, sum: Sha256Sum) -> Option<Listed> {
    let Kind::File { size: bytes, .. } = tree.kind(node) else { return None };
    let mut steps = Vec::new();
    let mut at = node;
    while let Some(parent) = tree.parent(at) {
        steps.push(tree.name(at));
        at = parent;
    }
    steps.reverse();
    Some(Listed { path: steps.join(&b'/'), block, bytes, sum })
}

/// A file of the image.
#[derive(Debug, Clone, Copy)]
struct File {
    node: NodeId,
    /// None where its bytes are in the metadata.
    block: Option<u64>,
    content: Content,
    bytes: u64,
}

/// Where the table is, and what it is about.
#[derive(Debug)]
struct Place {
    table: Range<u64>,
    of: u64,
    files: Vec<File>,
}

impl Place {
    fn of(image: &ResultImage, table: NodeId) -> Self {
        let tree = image.tree();
        let mut with_blocks = image.all_files().peekable();
        let mut place = Self { table: 0..0, of: image.blocks(), files: Vec::new() };
        for node in tree.walk(NodeId::ROOT) {
            let Kind::File { size: bytes, content } = tree.kind(node) else { continue };
            let there = with_blocks.next_if(|file| file.node == node);
            if node == table {
                place.table = there.map_or(0..0, |file| file.blocks);
                continue;
            }
            place.files.push(File { node, block: there.map(|file| file.blocks.start), content, bytes });
        }
        place
    }

    /// Files that are summed up as their blocks are made, those that share their bytes once.
    fn spans(&self) -> Vec<FileSpan> {
        let with_blocks = self.files.iter().filter(|file| file.bytes > 0);
        let mut spans: Vec<(u64, u64)> = with_blocks.filter_map(|file| Some((file.block?, file.bytes))).collect();
        spans.sort_unstable();
        spans.dedup();
        spans.into_iter().map(|(block, bytes)| FileSpan { path: String::new(), block, bytes }).collect()
    }
}

/// The bytes of the table: those of a file of the image, and what hears of all others.
#[derive(Debug)]
struct Embedded {
    bytes: u64,
    place: OnceLock<Place>,
    /// The image that it is in, which lives as long as anybody reads this.
    image: OnceLock<Weak<ResultImage>>,
    state: Mutex<State>,
    made: Mutex<Option<Arc<[u8]>>>,
}

/// How far the image was made.
#[derive(Default)]
struct State {
    /// The block that is hashed next.
    next: u64,
    hasher: Option<Hasher>,
    /// What came too early: several threads make an image.
    early: BTreeMap<u64, Arc<[u8]>>,
    hashed: Option<Arc<Hashed>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("next", &self.next).finish_non_exhaustive()
    }
}

/// A panic elsewhere leaves what is behind these locks whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl State {
    fn take(&mut self, place: &Place, first: u64, bytes: &[u8]) {
        let end = place.table.start;
        let all = first + (bytes.len() / BLOCK) as u64;
        if all <= self.next || first >= end || self.hashed.is_some() {
            return;
        }
        // What is behind the table is none of this.
        let room = usize::try_from(end - first).unwrap_or(usize::MAX).saturating_mul(BLOCK);
        let bytes = &bytes[..bytes.len().min(room)];
        if first > self.next {
            if self.early.len() < MOST_EARLY {
                self.early.insert(first, bytes.into());
            }
            return;
        }
        let known = usize::try_from(self.next - first).unwrap_or(usize::MAX).saturating_mul(BLOCK);
        let new = &bytes[known..];
        self.next += (new.len() / BLOCK) as u64;
        self.hasher.get_or_insert_with(|| Hasher::new(place.spans(), AREA)).take(&new.into());
        while let Some((&early, _)) = self.early.first_key_value().filter(|(early, _)| **early <= self.next) {
            let bytes = self.early.remove(&early).unwrap_or_default();
            self.take(place, early, &bytes);
        }
    }
}

impl MadeListener for Embedded {
    fn made(&self, first: Block, bytes: &[u8]) {
        if let Some(place) = self.place.get() {
            lock(&self.state).take(place, first.0, bytes);
        }
    }
}

impl Embedded {
    fn new(bytes: u64) -> Self {
        Self { bytes, place: OnceLock::new(), image: OnceLock::new(), state: Mutex::default(), made: Mutex::default() }
    }

    /// The text. Whatever of the image it is about and was not made yet is made now.
    fn text(&self) -> Result<Arc<[u8]>, SourceError> {
        let mut made = lock(&self.made);
        if let Some(text) = &*made {
            return Ok(Arc::clone(text));
        }
        let does_not_fit = || SourceError::new(Block(0), DoesNotFit);
        let image = self.image.get().and_then(Weak::upgrade).ok_or_else(does_not_fit)?;
        let place = self.place.get().ok_or_else(does_not_fit)?;
        let mut buffer = vec![0; AT_ONCE];
        self.catch_up(&image, place, &mut buffer)?;
        let table = self.table(&image, place, &mut buffer)?;
        let text: Arc<[u8]> = table.text().ok_or_else(does_not_fit)?.into();
        *made = Some(Arc::clone(&text));
        Ok(text)
    }

    /// Lets all blocks before the table be made that were not.
    fn catch_up(&self, image: &ResultImage, place: &Place, buffer: &mut [u8]) -> Result<(), SourceError> {
        loop {
            let next = lock(&self.state).next;
            let left = place.table.start.saturating_sub(next);
            if left == 0 {
                return Ok(());
            }
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len() / BLOCK);
            // The listener, which this is, hears of what is read.
            let read = image.read(Block(next), &mut buffer[..count * BLOCK])?.get() as usize;
            if read < count && lock(&self.state).next == next {
                // What was made before an error is not told of; without the block that fails it is.
                image.read_all(Block(next), &mut buffer[..read * BLOCK])?;
            }
        }
    }

    fn table(&self, image: &ResultImage, place: &Place, buffer: &mut [u8]) -> Result<Table, SourceError> {
        let hashed = {
            let mut state = lock(&self.state);
            let hasher = state.hasher.take();
            // Should something fail from here on, whoever asks again finds what was hashed.
            let finish = || Arc::new(hasher.unwrap_or_else(|| Hasher::new(Vec::new(), AREA)).finish());
            Arc::clone(state.hashed.get_or_insert_with(finish))
        };
        let areas = each_area(0..place.table.start).zip(&hashed.areas).map(|(blocks, &sum)| Area { blocks, sum });
        let mut areas: Vec<Area> = areas.collect();
        for blocks in each_area(place.table.end..place.of) {
            let mut hash = Sha256::new();
            let mut at = blocks.start;
            while at < blocks.end {
                let count = usize::try_from(blocks.end - at).unwrap_or(usize::MAX).min(buffer.len() / BLOCK);
                let out = &mut buffer[..count * BLOCK];
                image.read_all(Block(at), out)?;
                hash.update(&*out);
                at += count as u64;
            }
            areas.push(Area { blocks, sum: Sha256Sum(hash.finalize().into()) });
        }
        let sums = hashed.files.iter().map(|sum| ((sum.file.block, sum.file.bytes), sum.sum));
        let sums: HashMap<(u64, u64), Sha256Sum> = sums.collect();
        let small = ContentReader::new(Arc::clone(image.contents()));
        let tree = image.tree();
        let mut files = Vec::new();
        for file in &place.files {
            let known = file.block.and_then(|block| sums.get(&(block, file.bytes)));
            let sum = if let Some(&sum) = known {
                sum
            } else {
                // It is empty, or so small that it lies in the metadata.
                let mut bytes = vec![0; usize::try_from(file.bytes).unwrap_or(0)];
                let read = small.read_at(file.content, 0, &mut bytes);
                read.map_err(|error| SourceError::new(place_of(file, place), error))?;
                Sha256Sum(Sha256::digest(&bytes).into())
            };
            files.extend(listed(tree, file.node, file.block.filter(|_| file.bytes > 0), sum));
        }
        Ok(Table { at: place.table.start, of: place.of, bytes: self.bytes, areas, files })
    }
}

fn place_of(file: &File, place: &Place) -> Block {
    Block(file.block.unwrap_or(place.table.start))
}

/// A run of blocks, area by area.
fn each_area(blocks: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let Range { start, end } = blocks;
    (0..(end - start).div_ceil(AREA)).map(move |area| start + area * AREA..end.min(start + (area + 1) * AREA))
}

impl BlockSource for Embedded {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.bytes.div_ceil(BLOCK as u64)
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, offset, out, .. } = Request::admit(self, first, out)?;
        let text = self.text().map_err(|error| SourceError { at: first, ..error })?;
        debug_assert!(text.starts_with(TAG), "a table is found by its first line");
        let from = usize::try_from(offset).ok().and_then(|offset| text.get(offset..)).unwrap_or_default();
        let (bytes, zeros) = out.split_at_mut(from.len().min(out.len()));
        bytes.copy_from_slice(&from[..bytes.len()]);
        zeros.fill(0);
        Ok(count)
    }
}
