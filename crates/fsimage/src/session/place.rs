//! Where the newest session of a disc that can be overwritten begins, and where what such a disc has ends: its drive knows
//! neither.

use imapi_disc_types::{Block, BlockSource};
use imapi_volume_structs::{
    SECTOR, SessionLink,
    gpt::GptHeader,
    iso9660::{DescriptorKind, FIRST_DESCRIPTOR, VolumeDescriptor},
    mbr::{BLOCK, BLOCKS_PER_SECTOR, Mbr, PartitionKind},
    udf::{ANCHOR_BLOCK, Anchor, PrimaryVolume, Tag, TagId},
};
use imapi_volumes::VolumeFacts;

/// So far behind all that descriptors name there may still be an anchor of UDF.
const BEHIND: u64 = 512;
/// Blocks that are read at once.
const AT_ONCE: usize = 32;
/// What file systems begin with is in so many blocks.
const HEAD: u64 = 288;

fn sector(disc: &dyn BlockSource, at: u64) -> Option<[u8; SECTOR]> {
    let mut sector = [0; SECTOR];
    (at < disc.blocks() && disc.read_all(Block(at), &mut sector).is_ok()).then_some(sector)
}

/// The first block of the newest session.
pub(crate) fn newest_start(disc: &dyn BlockSource) -> u32 {
    let in_iso = sector(disc, FIRST_DESCRIPTOR.into())
        .and_then(|sector| VolumeDescriptor::decode(&sector).ok())
        .filter(|found| found.kind == DescriptorKind::PRIMARY)
        .and_then(|found| SessionLink::decode(&found.application_use).ok());
    let in_udf = || {
        let anchor = Anchor::decode(&sector(disc, ANCHOR_BLOCK.into())?).ok()?;
        [anchor.main, anchor.reserve].into_iter().find_map(|sequence| {
            let sector = sector(disc, sequence.block.into())?;
            SessionLink::decode(&PrimaryVolume::decode(&sector).ok()?.implementation_use).ok()
        })
    };
    in_iso.or_else(in_udf).map_or(0, |link| link.start)
}

/// The block behind all that the volumes of a disc name, and behind what leads to them.
pub(crate) fn end_of(disc: &dyn BlockSource, volumes: &[VolumeFacts]) -> u64 {
    let ends = volumes.iter().map(|facts| facts.first.0.saturating_add(facts.blocks));
    let end = ends.max().unwrap_or(0).max(tables(disc));
    let (mut last, mut at) = (end, end);
    let mut buffer = vec![0; AT_ONCE * SECTOR];
    while at < end.saturating_add(BEHIND).min(disc.blocks()) {
        let count = (disc.blocks() - at).min(AT_ONCE as u64);
        let out = &mut buffer[..usize::try_from(count).unwrap_or(0) * SECTOR];
        // What cannot be read here is no anchor that anybody could use.
        if disc.read_all(Block(at), out).is_ok() {
            for (block, sector) in (at..).zip(out.chunks_exact(SECTOR)) {
                let anchor = Tag::decode(sector).ok().filter(|tag| tag.id == TagId::ANCHOR);
                if anchor.is_some_and(|tag| u64::from(tag.stamp.location) == block) {
                    last = block + 1;
                }
            }
        }
        at += count;
    }
    last
}

/// The block behind what partition tables name.
fn tables(disc: &dyn BlockSource) -> u64 {
    let Some(sector) = sector(disc, 0) else { return 0 };
    let block = |at: usize| sector[at * BLOCK..].first_chunk();
    let sectors = |blocks: u64| blocks.div_ceil(BLOCKS_PER_SECTOR.into());
    let used = |kind| ![PartitionKind::EMPTY, PartitionKind::GPT_PROTECTIVE].contains(&kind);
    let mbr = block(0).and_then(|block| Mbr::decode(block).ok());
    let partitions = mbr.iter().flat_map(|mbr| &mbr.partitions).filter(|partition| used(partition.kind));
    let ends = partitions.map(|partition| sectors(u64::from(partition.start) + u64::from(partition.blocks)));
    let gpt = block(1).and_then(|block| GptHeader::decode(block).ok());
    // Its copy is in the last block.
    ends.chain(gpt.map(|gpt| sectors(gpt.other.saturating_add(1)))).max().unwrap_or(0)
}

/// Whether a disc has nothing where file systems begin.
pub(crate) fn is_empty(disc: &dyn BlockSource) -> bool {
    let mut buffer = vec![0; AT_ONCE * SECTOR];
    let mut at = 0;
    while at < HEAD.min(disc.blocks()) {
        let count = (disc.blocks() - at).min(AT_ONCE as u64);
        let out = &mut buffer[..usize::try_from(count).unwrap_or(0) * SECTOR];
        // What was never written cannot always be read.
        if disc.read_all(Block(at), out).is_ok() && out.iter().any(|&byte| byte != 0) {
            return false;
        }
        at += count;
    }
    true
}
