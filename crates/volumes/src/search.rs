//! [`search_sessions`]: sessions that nothing leads to any more, by what stands in themselves.
//!
//! On a disc that can be overwritten the descriptors at its beginning say where the newest session is. When they cannot be
//! read, because the power failed while they were written, every session is still whole behind them: it begins at a
//! multiple of 16 blocks, and has descriptors and addresses of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use imapi_disc_types::{Block, BlockSource, Cancelled, Control, SECTOR_SIZE};
use imapi_volume_structs::{
    SECTOR, SessionLink,
    iso9660::{DescriptorKind, DirectoryRecord, FIRST_DESCRIPTOR, SELF, VolumeDescriptor},
    udf::{ANCHOR_BLOCK, Anchor, PrimaryVolume, Recognition, Tag},
};

use crate::OpenOptions;

/// Discs that can be overwritten are written in 16 blocks at once, or in 32: sessions begin at multiples of that.
const STEP: u64 = 16;
/// The blocks at the beginning of a disc that are kept when a session takes their place.
const HEAD: u64 = 32;
/// No disc has more sessions.
const MOST: usize = 4096;
/// So many places are looked at between two events.
const BETWEEN_EVENTS: u64 = 256;
/// A drive takes its time for a block that it cannot read: such a place counts as so many.
const UNREADABLE_COUNTS: u64 = 1024;

/// How much is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SearchOptions {
    /// Where the source begins on the disc that its addresses are of.
    pub displaced: u32,
    /// So many places are looked at, one in 16 blocks, from the end of the source backwards; those that cannot be read
    /// count for many.
    pub most: u64,
}

impl Default for SearchOptions {
    fn default() -> Self {
        // A disc of 50 GB has a million and a half.
        Self { displaced: 0, most: 1 << 21 }
    }
}

/// How far a search is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Searching {
    /// Places that were looked at.
    pub done: u64,
    /// All places.
    pub of: u64,
    /// Sessions so far.
    pub found: usize,
}

impl Searching {
    /// From one place to the next there are so many bytes.
    pub const STEP_BYTES: u64 = STEP * SECTOR as u64;
}

/// A session that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FoundSession {
    /// Its first block in the source.
    pub start: Block,
    /// Where the blocks are kept that it began with, when those of a later one are in their place.
    pub head: Option<Block>,
    /// The block behind its last, as far as something says so.
    pub end: Option<Block>,
}

impl FoundSession {
    /// Where its volumes are.
    #[must_use]
    pub fn options(&self, displaced: u32) -> OpenOptions {
        let options = OpenOptions::default().session(self.start).displaced(displaced);
        let options = self.head.map_or(options.clone(), |head| options.head(head));
        self.end.map_or(options.clone(), |end| options.end(end))
    }
}

/// Looks for sessions at all places where one may begin on a disc that can be overwritten, from the end backwards; those
/// that are found come in the order of the disc. One block is read at each place, and a few more where there is something.
pub fn search_sessions(
    source: &Arc<dyn BlockSource>,
    options: &SearchOptions,
    control: &mut Control<'_, Searching>,
) -> Result<Vec<FoundSession>, Cancelled> {
    let mut search = Search {
        source: &**source,
        displaced: options.displaced.into(),
        found: BTreeMap::new(),
        roots: BTreeSet::new(),
    };
    if source.block_size() != SECTOR_SIZE {
        return Ok(Vec::new());
    }
    let of = source.blocks().div_ceil(STEP);
    let mut left = options.most;
    for (done, place) in (0..).zip((0..of).rev()) {
        if done % BETWEEN_EVENTS == 0 {
            control.emit(&Searching { done, of, found: search.found.len() })?;
        }
        let cost = if search.look(place * STEP) { 1 } else { UNREADABLE_COUNTS };
        left = left.saturating_sub(cost);
        if left == 0 || search.found.len() >= MOST {
            break;
        }
    }
    // The first session's place is known even where too much lies before the others.
    search.look(0);
    control.emit(&Searching { done: of, of, found: search.found.len() })?;
    Ok(search.found.into_values().collect())
}

/// A session begins where somebody looked.
struct Begins {
    link: Option<SessionLink>,
}

struct Search<'a> {
    source: &'a dyn BlockSource,
    displaced: u64,
    /// By where they begin.
    found: BTreeMap<u64, FoundSession>,
    /// The roots of those with ISO 9660. A copy of a session's descriptors has the same.
    roots: BTreeSet<u32>,
}

impl Search<'_> {
    fn block(&self, block: u64) -> Option<[u8; SECTOR]> {
        let mut sector = [0; SECTOR];
        self.source.read_all(Block(block), &mut sector).ok()?;
        Some(sector)
    }

    fn block_at(&self, address: u32) -> Option<[u8; SECTOR]> {
        self.block(u64::from(address).checked_sub(self.displaced)?)
    }

    /// Looks whether a session begins there; `false` where nothing can be read.
    fn look(&mut self, start: u64) -> bool {
        let at = start.saturating_add(FIRST_DESCRIPTOR.into());
        if at >= self.source.blocks() {
            return true;
        }
        let Some(sector) = self.block(at) else { return false };
        let Ok(recognition) = Recognition::decode(&sector) else { return true };
        let begins = match recognition.id {
            Recognition::ISO_9660 => self.iso9660(start, &sector).or_else(|| self.udf(start)),
            Recognition::BEGIN => self.udf(start),
            _ => None,
        };
        if let Some(Begins { link }) = begins {
            self.found.insert(start, FoundSession { start: Block(start), head: None, end: None });
            self.before(start, link);
        }
        true
    }

    /// The link of the session of ISO 9660 that begins there, if it has one. The copy of another's descriptors, and an image
    /// that is a file on the disc, have roots elsewhere.
    fn iso9660(&mut self, start: u64, sector: &[u8; SECTOR]) -> Option<Begins> {
        let descriptor = VolumeDescriptor::decode(sector).ok()?;
        let root = descriptor.root.extent;
        let is_here = u64::from(root).checked_sub(self.displaced).is_some_and(|root| root > start);
        if descriptor.kind != DescriptorKind::PRIMARY || !is_here {
            return None;
        }
        let first = self.block_at(root)?;
        let record = DirectoryRecord::decode(&first).ok()?;
        let link = SessionLink::decode(&descriptor.application_use).ok();
        let is_whole = record.identifier == SELF && record.extent == root && self.is_of(start, link);
        (is_whole && self.roots.insert(root)).then_some(Begins { link })
    }

    /// The link of the session of UDF that begins there, if it has one.
    fn udf(&self, start: u64) -> Option<Begins> {
        let sector = self.block(start.checked_add(ANCHOR_BLOCK.into())?)?;
        let (anchor, tag) = (Anchor::decode(&sector).ok()?, Tag::decode(&sector).ok()?);
        let is_here = |address: u32| u64::from(address).checked_sub(self.displaced).is_some_and(|block| block >= start);
        if u64::from(tag.stamp.location) != start + u64::from(ANCHOR_BLOCK) + self.displaced
            || !is_here(anchor.main.block)
        {
            return None;
        }
        let volumes = [anchor.main, anchor.reserve].into_iter().filter_map(|extent| self.block_at(extent.block));
        let volume = volumes.into_iter().find_map(|sector| PrimaryVolume::decode(&sector).ok());
        let link = volume.and_then(|volume| SessionLink::decode(&volume.implementation_use).ok());
        self.is_of(start, link).then_some(Begins { link })
    }

    /// A link that leads from somewhere else came there with what it is part of.
    fn is_of(&self, start: u64, link: Option<SessionLink>) -> bool {
        link.is_none_or(|link| u64::from(link.start) == start + self.displaced)
    }

    /// The first session of a disc, which a later one leads to: its beginning is kept before that.
    fn before(&mut self, start: u64, link: Option<SessionLink>) {
        let Some(link) = link.filter(|link| link.previous_start == 0) else { return };
        let head = u64::from(link.previous_head);
        let kept = FoundSession { start: Block(0), head: Some(Block(head)), end: Some(Block(head + HEAD)) };
        if head + HEAD <= start && self.displaced == 0 {
            self.found.insert(0, kept);
        }
    }
}
