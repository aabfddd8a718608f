//! [`Rewritten`]: a disc that can be overwritten, with an image behind what it had.

use std::{borrow::Cow, fmt, num::NonZeroU32, ops::Range, sync::Arc};

use imapi_disc_types::{Block, BlockRange, BlockSource, Request, SECTOR_SIZE, SourceError};
use imapi_volume_structs::{
    SECTOR, SessionLink,
    iso9660::{Descriptor, DescriptorHead, VolumeDescriptor},
    udf::{ANCHOR_BLOCK, Anchor, DESCRIPTOR_LEN, Recognition, Tag},
};

use super::AppendError;
use crate::plan::{CLUSTER, RECOGNITION};

/// The bytes of a cluster.
const CLUSTER_LEN: usize = 32 * SECTOR;
const _: () = assert!(CLUSTER_LEN as u64 == CLUSTER * SECTOR as u64);
const ANCHOR: u64 = ANCHOR_BLOCK as u64;

/// A disc that can be overwritten, with an image behind what it had.
///
/// The image is a whole session by itself, which can be read without anything that is written again: so it is written
/// first. Then come the descriptors at the beginning of the disc, and the anchor last, each in a cluster that has nothing
/// else of value: whenever the power fails, the old session or the new can be read. Between the old and the new session
/// the first cluster is kept as it was, so that the old one can still be found.
///
/// [`modified`](BlockSource::modified) says what has to be written, and in which order; all other blocks are what the disc
/// has already.
pub struct Rewritten {
    disc: Arc<dyn BlockSource>,
    image: Arc<dyn BlockSource>,
    /// The first block of the image.
    start: u64,
    /// The first cluster as it was, and as it will be, where it is written again.
    heads: Option<Heads>,
    /// The cluster of the anchor, where there is one.
    anchor: Option<Box<[u8]>>,
    modified: Vec<BlockRange>,
}

impl Rewritten {
    /// Where a session goes behind what ends there: the link that its [`Session`](crate::Session) needs. The session before
    /// it began at `previous_start`; the disc is written in so many blocks at once, and takes no gap before what is written
    /// behind its end.
    #[must_use]
    pub fn link_behind(end: u32, previous_start: u32, unit: NonZeroU32) -> Option<SessionLink> {
        let previous_head = end.checked_next_multiple_of(unit.get())?;
        let start = previous_head.checked_add(u32::try_from(CLUSTER).ok()?)?;
        Some(SessionLink { start, previous_start, previous_head })
    }

    /// The blocks of the disc that are written again for every session; with UDF, the anchor's are among them.
    pub(crate) fn again(udf: bool) -> Vec<Range<u64>> {
        let anchors = udf.then_some(ANCHOR..ANCHOR + CLUSTER);
        std::iter::once(0..CLUSTER).chain(anchors).collect()
    }

    /// The disc with an image behind what it had, which was planned for the start that the link has.
    pub fn new(
        disc: Arc<dyn BlockSource>,
        image: Arc<dyn BlockSource>,
        link: SessionLink,
    ) -> Result<Self, AppendError> {
        let start = u64::from(link.start);
        let old_head = cluster(&*disc, 0)?;
        let new_head = new_head(&old_head, &*image, start)?;
        let anchor = new_anchor(&*disc, &*image)?;
        let range = |first: u64, blocks: u64| BlockRange::from_range(&(first..first + blocks));
        let session = range(link.previous_head.into(), CLUSTER + image.blocks());
        let anchors = anchor.as_ref().and_then(|_| range(ANCHOR, CLUSTER));
        let modified = [session, range(0, CLUSTER), anchors].into_iter().flatten().collect();
        Ok(Self { disc, image, start, heads: Some(Heads { old: old_head, new: new_head }), anchor, modified })
    }

    /// The same where nothing is written again: the image is a session like those of a disc that is written in sequence,
    /// from that block on, which is behind all that the disc has.
    #[must_use]
    pub fn in_sequence(disc: Arc<dyn BlockSource>, image: Arc<dyn BlockSource>, start: u32) -> Self {
        let start = u64::from(start);
        let modified = BlockRange::from_range(&(start..start + image.blocks())).into_iter().collect();
        Self { disc, image, start, heads: None, anchor: None, modified }
    }

    /// Which of its parts a block is in, where in that it is, and how many blocks of it are left.
    fn part(&self, block: u64) -> (Part<'_>, u64, u64) {
        let within = |part, first: u64, end: u64| (part, block - first, end - block);
        if block >= self.start {
            return within(Part::Source(&self.image), self.start, self.blocks());
        }
        let Some(Heads { old, new }) = &self.heads else {
            return (Part::Source(&self.disc), block, self.start - block);
        };
        let head = self.start - CLUSTER;
        match block {
            _ if block < CLUSTER => within(Part::Bytes(new), 0, CLUSTER),
            _ if block >= head => within(Part::Bytes(old), head, self.start),
            _ => match &self.anchor {
                Some(anchor) if (ANCHOR..ANCHOR + CLUSTER).contains(&block) => {
                    within(Part::Bytes(anchor), ANCHOR, ANCHOR + CLUSTER)
                }
                Some(_) if block < ANCHOR => (Part::Source(&self.disc), block, ANCHOR.min(head) - block),
                // Behind what the disc had there may be less than the head begins at.
                _ => (Part::Source(&self.disc), block, head - block),
            },
        }
    }
}

/// The first cluster of a disc as it was, and as it will be.
struct Heads {
    old: Box<[u8]>,
    new: Box<[u8]>,
}

enum Part<'a> {
    Bytes(&'a [u8]),
    Source(&'a Arc<dyn BlockSource>),
}

impl BlockSource for Rewritten {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.start + self.image.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let Request { count, out, .. } = Request::admit(self, first, out)?;
        let (part, at, left) = self.part(first.0);
        let count = u32::try_from(left).ok().and_then(NonZeroU32::new).map_or(count, |left| left.min(count));
        let out = &mut out[..count.get() as usize * SECTOR];
        match part {
            Part::Bytes(bytes) => {
                let from = usize::try_from(at).unwrap_or(usize::MAX).saturating_mul(SECTOR);
                out.copy_from_slice(&bytes[from..from + out.len()]);
                Ok(count)
            }
            // A file ends where what was in it ended; a cluster may not be full there.
            Part::Source(source) if at >= source.blocks() => {
                out.fill(0);
                Ok(count)
            }
            Part::Source(source) => {
                source.read(Block(at), out).map_err(|error| SourceError { at: first, cause: error.cause })
            }
        }
    }

    fn modified(&self) -> Option<&[BlockRange]> {
        Some(&self.modified)
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.image.name_of(Block(block.0.checked_sub(self.start)?))
    }
}

impl fmt::Debug for Rewritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rewritten")
            .field("start", &self.start)
            .field("modified", &self.modified)
            .finish_non_exhaustive()
    }
}

/// A cluster, with zeros behind the end.
fn cluster(source: &dyn BlockSource, first: u64) -> Result<Box<[u8]>, SourceError> {
    let mut cluster = vec![0; CLUSTER_LEN].into_boxed_slice();
    let there = usize::try_from(source.blocks().saturating_sub(first).min(CLUSTER)).unwrap_or(0);
    if there > 0 {
        source.read_all(Block(first), &mut cluster[..there * SECTOR])?;
    }
    Ok(cluster)
}

/// How many blocks from the sixteenth of a cluster on are descriptors that readers look for.
fn descriptors(head: &[u8]) -> usize {
    let blocks = head.chunks_exact(SECTOR).skip(RECOGNITION_BLOCKS);
    blocks.take_while(|block| DescriptorHead::decode(block).is_ok() || Recognition::decode(block).is_ok()).count()
}

const RECOGNITION_BLOCKS: usize = 16;
const _: () = assert!(RECOGNITION_BLOCKS as u64 == RECOGNITION);

/// How many descriptors can be written again at the beginning of a disc: as many as it has, and as many as there are empty
/// blocks behind them.
pub(crate) fn descriptors_that_fit(disc: &dyn BlockSource) -> Result<u64, SourceError> {
    let head = cluster(disc, 0)?;
    let blocks = head.chunks_exact(SECTOR).skip(RECOGNITION_BLOCKS).skip(descriptors(&head));
    let empty = blocks.take_while(|block| block.iter().all(|&byte| byte == 0)).count();
    Ok((descriptors(&head) + empty) as u64)
}

/// The first cluster of the disc with the descriptors of the image, which say how far the disc reaches now.
fn new_head(old: &[u8], image: &dyn BlockSource, start: u64) -> Result<Box<[u8]>, AppendError> {
    let of_image = cluster(image, 0)?;
    let (had, needed) = (descriptors(old), descriptors(&of_image));
    let mut cluster: Box<[u8]> = old.into();
    let begins = RECOGNITION_BLOCKS * SECTOR;
    let taken = (had..needed).find(|&index| {
        let at = begins + index * SECTOR;
        old.get(at..at + SECTOR).is_none_or(|block| block.iter().any(|&byte| byte != 0))
    });
    if let Some(index) = taken {
        let block = RECOGNITION + index as u64;
        return Err(AppendError::NoRoom { needed: needed as u64, block });
    }
    // Where there were more, their blocks are empty now.
    cluster[begins..begins + had.max(needed) * SECTOR].fill(0);
    let end = begins + needed * SECTOR;
    cluster[begins..end].copy_from_slice(&of_image[begins..end]);
    let blocks = u32::try_from(start + image.blocks()).unwrap_or(u32::MAX);
    for block in cluster[begins..end].chunks_exact_mut(SECTOR) {
        let Some(block) = block.first_chunk_mut::<SECTOR>() else { continue };
        if let Ok(Descriptor::Volume(volume)) = Descriptor::decode(block) {
            VolumeDescriptor { space_size: blocks, ..volume }.encode(block);
        }
    }
    Ok(cluster)
}

/// The cluster of the disc's first anchor, which leads to the descriptors of the image; `None` where it has no UDF.
fn new_anchor(disc: &dyn BlockSource, image: &dyn BlockSource) -> Result<Option<Box<[u8]>>, AppendError> {
    let mut block = [0; SECTOR];
    if image.blocks() <= ANCHOR {
        return Ok(None);
    }
    image.read_all(Block(ANCHOR), &mut block)?;
    let (Ok(anchor), Ok(tag)) = (Anchor::decode(&block), Tag::decode(&block)) else { return Ok(None) };
    let mut cluster = cluster(disc, ANCHOR)?;
    cluster[..SECTOR].fill(0);
    if let Some(out) = cluster.first_chunk_mut::<DESCRIPTOR_LEN>() {
        let stamp = imapi_volume_structs::udf::Stamp { location: ANCHOR_BLOCK, ..tag.stamp };
        anchor.encode(stamp, out);
    }
    Ok(Some(cluster))
}
