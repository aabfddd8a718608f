//! The sessions of an image file, which no drive tells: they are found by what each says of its own size.
//!
//! There are three ways in which sessions come into a file:
//!
//! - As on a disc that can be overwritten (xorriso, growisofs): the first session begins at block 32, each of the others
//!   at the next multiple of 32 behind the one before, and what stands at block 16 is a copy of the newest descriptors, so
//!   that whoever knows nothing of sessions sees all files.
//! - As this program adds to a disc that can be overwritten: each session but the first has a [`SessionLink`] that leads to
//!   the one before.
//! - As on a disc that is written in sequence: the first begins at block 0, and the next somewhere behind its end.

use imapi_disc_types::{Block, BlockSource};
use imapi_volume_structs::{
    SECTOR, SessionLink,
    iso9660::{DescriptorKind, FIRST_DESCRIPTOR, VolumeDescriptor},
    udf::{ANCHOR_BLOCK, Anchor, PrimaryVolume},
};

/// Where sessions begin on discs that can be overwritten: at multiples of this, and the first at this one.
const CLUSTER: u64 = 32;
/// Between sessions of a CD lie a lead-out, a lead-in and a pause: 11,400 blocks and 150. No gap is longer.
const WIDEST_GAP: u64 = 12_000;
/// So many blocks are looked at at once.
const AT_ONCE: usize = 128;
/// No disc has more sessions.
const MOST: usize = 4096;

/// Where a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Its first block.
    pub start: u64,
    /// The block behind its last.
    pub end: u64,
    /// Where what it began with is kept, when something else is in its place.
    pub head: Option<u64>,
}

impl Place {
    /// A session that begins as it always did.
    pub fn new(start: u64, end: u64) -> Self {
        Self { start, end, head: None }
    }
}

/// Where sessions begin, and what they say of their sizes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// Where they are, the oldest first.
    pub sessions: Vec<Place>,
    /// What stands at block 16 is a copy of the newest session's.
    pub head_is_newest: bool,
}

/// The primary volume descriptor of a session that begins there.
pub(super) fn descriptor(source: &dyn BlockSource, session: u64) -> Option<VolumeDescriptor> {
    let mut sector = [0; SECTOR];
    let at = session.checked_add(FIRST_DESCRIPTOR.into())?;
    source.read_all(Block(at), &mut sector).ok()?;
    primary(&sector)
}

fn primary(sector: &[u8; SECTOR]) -> Option<VolumeDescriptor> {
    let descriptor = VolumeDescriptor::decode(sector).ok()?;
    (descriptor.kind == DescriptorKind::PRIMARY && descriptor.space_size > 0).then_some(descriptor)
}

impl Chain {
    /// Looks for sessions: one at the beginning if there are no others.
    pub fn of(source: &dyn BlockSource) -> Self {
        let end = source.blocks();
        let overwritable = Self::linked(source, end).or_else(|| Self::overwritable(source, end));
        overwritable.unwrap_or_else(|| Self { sessions: in_sequence(source, end), head_is_newest: false })
    }

    fn linked(source: &dyn BlockSource, end: u64) -> Option<Self> {
        let mut link = link(source, 0)?;
        let mut sessions = vec![Place::new(link.start.into(), end)];
        while sessions.len() < MOST {
            let (start, kept) = (u64::from(link.previous_start), u64::from(link.previous_head));
            // What is kept of the disc's beginning belongs to the session that had it.
            let head = (start == 0).then_some(kept);
            sessions.push(Place { start, end: head.map_or(kept, |kept| kept + CLUSTER), head });
            // A link leads backwards only, so that this ends.
            let earlier = if start > 0 { self::link(source, start) } else { None };
            match earlier.filter(|earlier| u64::from(earlier.start) == start) {
                Some(earlier) => link = earlier,
                None => break,
            }
        }
        // Before the first that has no link there may be those of other programs.
        if let Some(oldest) = sessions.last().map(|oldest| oldest.start).filter(|&oldest| oldest > 0) {
            let earlier = Self::unlinked(source, oldest);
            sessions.extend(earlier.into_iter().rev().skip_while(|earlier| earlier.start >= oldest));
        }
        sessions.reverse();
        Some(Self { sessions, head_is_newest: true })
    }

    fn overwritable(source: &dyn BlockSource, end: u64) -> Option<Self> {
        // Without a copy at the beginning nobody would find the disc's files.
        descriptor(source, 0)?;
        let sessions = Self::unlinked(source, end);
        (!sessions.is_empty()).then_some(Self { sessions, head_is_newest: true })
    }

    /// The sessions of which the first begins at block 32, each behind the one before.
    fn unlinked(source: &dyn BlockSource, end: u64) -> Vec<Place> {
        let mut sessions = Vec::new();
        let mut start = CLUSTER;
        let found = |start| descriptor(source, start).filter(|found| !is_linked(found));
        while let (Some(found), true) = (found(start), sessions.len() < MOST) {
            let behind = start.saturating_add(found.space_size.into());
            sessions.push(Place::new(start, behind.min(end)));
            start = behind.next_multiple_of(CLUSTER);
        }
        sessions
    }
}

/// Whether the beginning of the disc has to lead to a session. Where it does not, the session was never finished.
fn is_linked(found: &VolumeDescriptor) -> bool {
    SessionLink::decode(&found.application_use).is_ok()
}

/// The link of the session that begins there, in whichever of its volumes.
fn link(source: &dyn BlockSource, session: u64) -> Option<SessionLink> {
    let in_iso = descriptor(source, session).and_then(|found| SessionLink::decode(&found.application_use).ok());
    in_iso.or_else(|| {
        let mut sector = [0; SECTOR];
        source.read_all(Block(session.checked_add(ANCHOR_BLOCK.into())?), &mut sector).ok()?;
        let anchor = Anchor::decode(&sector).ok()?;
        [anchor.main, anchor.reserve].into_iter().find_map(|sequence| {
            source.read_all(Block(sequence.block.into()), &mut sector).ok()?;
            SessionLink::decode(&PrimaryVolume::decode(&sector).ok()?.implementation_use).ok()
        })
    })
}

fn in_sequence(source: &dyn BlockSource, end: u64) -> Vec<Place> {
    let mut sessions = Vec::new();
    let mut next = Some((0_u64, descriptor(source, 0)));
    while let (Some((start, found)), true) = (next, sessions.len() < MOST) {
        // A session without ISO 9660 does not say how long it is.
        let behind = found.map_or(end, |found| end_of(start, &found).min(end));
        sessions.push(Place::new(start, behind));
        next = search(source, behind, end);
    }
    // What a session says may leave out what its writer put behind it; and what is behind the last is its own.
    let starts: Vec<u64> = sessions.iter().skip(1).map(|session| session.start).chain([end]).collect();
    sessions.into_iter().zip(starts).map(|(session, next)| Place { end: next, ..session }).collect()
}

/// The block behind a session. Some writers count the blocks of a volume from its session on, some from the beginning of
/// the disc.
fn end_of(start: u64, volume: &VolumeDescriptor) -> u64 {
    let size = u64::from(volume.space_size);
    if size > u64::from(volume.root.extent) { size.max(start) } else { start.saturating_add(size) }
}

/// The first session that begins there or soon after.
fn search(source: &dyn BlockSource, from: u64, end: u64) -> Option<(u64, Option<VolumeDescriptor>)> {
    let first = from.checked_add(FIRST_DESCRIPTOR.into())?;
    let last = from.saturating_add(WIDEST_GAP).min(end);
    let mut bytes = vec![0; AT_ONCE * SECTOR];
    let mut at = first;
    while at < last {
        let count = usize::try_from(last - at).map_or(AT_ONCE, |left| left.min(AT_ONCE));
        let Ok(read) = source.read(Block(at), &mut bytes[..count * SECTOR]) else {
            at += 1;
            continue;
        };
        for (sector, block) in bytes[..read.get() as usize * SECTOR].chunks_exact(SECTOR).zip(at..) {
            let Some(sector) = sector.first_chunk::<SECTOR>() else { continue };
            let start = block - u64::from(FIRST_DESCRIPTOR);
            // An image that is a file of this one has addresses of its own: its root lies before it.
            let found = primary(sector).filter(|found| u64::from(found.root.extent) > start && !is_linked(found));
            if found.is_some() {
                return Some((start, found));
            }
        }
        at += u64::from(read.get());
    }
    None
}

/// How far the addresses of a source that has one later session alone are from its blocks: its root says where it is.
pub(super) fn displacement(source: &dyn BlockSource) -> u32 {
    /// The root lies near the descriptors where an image has one session.
    const NEAR: u64 = 4096;
    let Some(found) = descriptor(source, 0) else { return 0 };
    let says = |block: u64| {
        let mut sector = [0; SECTOR];
        source.read_all(Block(block), &mut sector).is_ok() && is_root(&sector, found.root.extent)
    };
    let extent = u64::from(found.root.extent);
    if says(extent) {
        return 0;
    }
    let last = NEAR.min(source.blocks()).min(extent);
    let root = (u64::from(FIRST_DESCRIPTOR) + 1..last).find(|&block| says(block));
    root.and_then(|root| u32::try_from(extent - root).ok()).unwrap_or(0)
}

/// Whether a block begins with a folder's record of itself, which says that it is there.
fn is_root(sector: &[u8; SECTOR], extent: u32) -> bool {
    use imapi_volume_structs::iso9660::{DirectoryRecord, SELF};
    DirectoryRecord::decode(sector).is_ok_and(|record| record.identifier == SELF && record.extent == extent)
}
