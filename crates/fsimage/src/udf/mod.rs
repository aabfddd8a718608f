//! UDF 1.02 to 2.60.
//!
//! Decisions: the partition is read-only and begins at block 288, so that no other cluster of a drive (16 or 32 blocks)
//! has the first anchor's blocks in it; the other copy of the descriptors and the last anchor stand at the end of the
//! image, as far away as can be; from 2.50 on metadata lie in a partition of their own, whose mirror stands behind the
//! bytes of files; what is small lies in its entry where UDF is the only file system, since bytes that are shared with
//! ISO 9660 need blocks; names of one file share its entry when all else of them is equal; files without blocks and
//! folders count from 16 on in the order of their entries.

mod allocation;
mod bound;
mod entry;
mod link;
pub(crate) mod names;
mod time;
mod view;
mod volume;

use std::sync::Arc;

use imapi_disc_types::Block;
use imapi_volume_structs::udf::{ANCHOR_BLOCK, EntityId, OsId, Recognition as Descriptor, Revision, Stamp};

use crate::{
    ContentError, ContentReader, ImageOptions, Kind, NodeId, Tree,
    plan::{Claim, FileData, Placement, PlanError, Rank, Recognition, Wanted, Where, Writer, pack::BLOCK},
};

use allocation::{Manner, small};
pub(crate) use bound::{Fixed, Sizes, name_len, wanted_by};
use entry::Renderer;
use view::{Seen, View};

/// For messages.
const NAME: &str = "UDF";

/// What wrote the volume.
const PROGRAM: EntityId = EntityId::implementation(b"*imapi", OsId::LINUX);

/// The first block of the partition.
const PARTITION: u64 = 288;
/// A drive writes no fewer blocks at once, and damage seldom has fewer.
const CLUSTER: u64 = 32;
/// Blocks of a sequence of volume descriptors: no fewer are allowed.
const SEQUENCE: u64 = 16;
/// Blocks of the sequence of integrity descriptors: 8 KiB, no less.
const INTEGRITY_SEQUENCE: u64 = 4;
/// Where the sequences begin, and where they end.
const SEQUENCES: u64 = 32;
const AFTER_INTEGRITY: u64 = SEQUENCES + SEQUENCE + INTEGRITY_SEQUENCE;
/// The block of the first anchor.
const ANCHOR: u64 = ANCHOR_BLOCK as u64;
/// Blocks of the last anchor.
const LAST: u64 = 1;

/// What the writer claims, in this order.
const CLAIMS: usize = 9;
const MAIN: usize = 0;
const INTEGRITY: usize = 1;
const FIRST_ANCHOR: usize = 2;
const METADATA_ENTRY: usize = 3;
const METADATA: usize = 4;
const MIRROR: usize = 5;
const MIRROR_ENTRY: usize = 6;
const RESERVE: usize = 7;
const LAST_ANCHOR: usize = 8;

/// Which bytes need blocks of their own when UDF is the only file system, or when it is not.
pub(crate) fn wanted(options: &ImageOptions) -> Wanted {
    wanted_by(options.udf_revision, options.file_systems.iso9660)
}

/// Writes UDF.
#[derive(Debug)]
pub(crate) struct Udf {
    options: Arc<ImageOptions>,
    revision: Revision,
    view: Option<View>,
    data: Option<Arc<FileData>>,
    /// The first blocks of its claims.
    at: [Block; CLAIMS],
    blocks: u64,
}

impl Udf {
    pub fn new(options: Arc<ImageOptions>) -> Self {
        let revision = options.udf_revision.revision();
        Self { options, revision, view: None, data: None, at: [Block(0); CLAIMS], blocks: 0 }
    }

    fn has_mirror(&self) -> bool {
        self.revision.has_metadata_partition() && self.options.redundant_metadata
    }

    /// Blocks of the metadata: whole clusters where they are a partition.
    fn metadata_blocks(&self) -> u64 {
        let blocks = self.view.as_ref().map_or(0, |view| view.blocks);
        if self.revision.has_metadata_partition() { blocks.next_multiple_of(CLUSTER) } else { blocks }
    }

    fn stamp(&self, location: u32) -> Stamp {
        Stamp { version: self.revision.tag_version(), serial: 1, location }
    }

    /// A block of the metadata, counted from that of the file set, as its partition counts.
    fn in_partition(&self, block: u64) -> u32 {
        let metadata = self.at[METADATA].0.saturating_sub(PARTITION);
        small(if self.revision.has_metadata_partition() { block } else { metadata + block })
    }

    /// Blocks of the partition: what stands behind it is of the volume.
    fn partition_len(&self) -> u64 {
        self.at[RESERVE].0.saturating_sub(PARTITION)
    }
}

/// A block of the image, as the partition of the bytes of files counts.
fn data_in_partition(block: Block) -> u64 {
    block.0.saturating_sub(PARTITION)
}

impl Writer for Udf {
    fn measure(&mut self, tree: &Tree, data: &FileData) -> Result<Vec<Claim>, PlanError> {
        let seen = Seen {
            manner: Manner::new(self.revision),
            owners: self.options.udf_owners,
            embed: !self.options.file_systems.iso9660,
            has_streams: self.revision.has_streams(),
        };
        self.view = Some(View::new(seen, tree, data)?);
        let blocks = self.metadata_blocks();
        let entries = u64::from(self.revision.has_metadata_partition());
        let align = if self.revision.has_metadata_partition() { CLUSTER } else { 1 };
        let mirror = if self.has_mirror() { blocks } else { 0 };
        // Where a partition table has the last block, the anchor stands where it may stand besides: 256 before that.
        let last = if self.options.end_is_taken() { 257 } else { LAST };
        let mut claims = [Claim { blocks: 0, at: Where::ANYWHERE }; CLAIMS];
        claims[MAIN] = Claim { blocks: SEQUENCE, at: Where::Fixed(SEQUENCES) };
        claims[INTEGRITY] = Claim { blocks: INTEGRITY_SEQUENCE, at: Where::Fixed(SEQUENCES + SEQUENCE) };
        claims[FIRST_ANCHOR] = Claim { blocks: 1, at: Where::Fixed(ANCHOR) };
        claims[METADATA_ENTRY] = Claim { blocks: entries, at: Where::Next { from: PARTITION, align: 1 } };
        claims[METADATA] = Claim { blocks, at: Where::Next { from: PARTITION, align } };
        claims[MIRROR] = Claim { blocks: mirror, at: Where::Behind { align } };
        claims[MIRROR_ENTRY] = Claim { blocks: entries, at: Where::Behind { align: 1 } };
        claims[RESERVE] = Claim { blocks: SEQUENCE, at: Where::FromEnd(last + SEQUENCE) };
        claims[LAST_ANCHOR] = Claim { blocks: 1, at: Where::FromEnd(last) };
        Ok(claims.to_vec())
    }

    fn end_align(&self) -> u64 {
        // Drives fill up what they write; the last block of the image is so the last of the disc.
        CLUSTER
    }

    fn place(&mut self, at: &Placement<'_>) {
        self.blocks = at.blocks;
        self.data = Some(Arc::clone(at.data));
        self.at.copy_from_slice(at.claims);
    }

    fn recognition(&self, _: &Tree) -> Vec<Recognition> {
        let ids = [Descriptor::BEGIN, self.revision.recognition_id(), Descriptor::END];
        let descriptor = |id| {
            let mut block = Box::new([0; BLOCK]);
            Descriptor::new(id).encode(&mut block);
            (Rank::Udf, block)
        };
        ids.map(descriptor).into()
    }

    fn claimant(&self, _: usize) -> &'static str {
        NAME
    }

    fn file_systems(&self) -> Vec<&'static str> {
        vec![NAME]
    }

    fn names(&self, tree: &Tree, _: usize, tell: &mut dyn FnMut(NodeId, &str)) {
        let entries = self.view.iter().flat_map(View::all_entries);
        entries.for_each(|named| tell(named.node, &names::name(tree.name(named.node), named.number)));
    }

    fn embedded(&self, tree: &Tree, node: NodeId) -> Option<(Block, u32)> {
        let (Some(view), Some(data)) = (&self.view, &self.data) else { return None };
        let Kind::File { size, content } = tree.kind(node) else { return None };
        if size == 0 || data.has_blocks(content) {
            return None;
        }
        let block = Block(self.at[METADATA].0 + u64::from(view.unit_of(node).block));
        // They are the last in the entry, behind what every file has.
        Some((block, small((BLOCK - view.seen.manner.room()) as u64)))
    }

    fn has_streams(&self) -> bool {
        self.revision.has_streams()
    }

    fn render(
        &self,
        tree: &Tree,
        reader: &ContentReader,
        claim: usize,
        first: u64,
        out: &mut [u8],
    ) -> Result<(), ContentError> {
        let (Some(view), Some(data)) = (&self.view, &self.data) else { return Ok(()) };
        let renderer = Renderer { udf: self, view, data, tree, reader };
        for (block, out) in (first..).zip(out.chunks_exact_mut(BLOCK)) {
            match claim {
                MAIN | RESERVE => self.sequence(self.at[claim].0 + block, block, out),
                INTEGRITY => self.integrity(view, block, out),
                FIRST_ANCHOR | LAST_ANCHOR => self.anchor(self.at[claim].0, out),
                METADATA_ENTRY | MIRROR_ENTRY => self.metadata_file(claim == MIRROR_ENTRY, out),
                // The mirror is the same, to its last bit: everything in it counts from its own beginning.
                _ => match block {
                    0 => self.file_set(view, out),
                    1 => self.end_of_file_sets(out),
                    _ => renderer.block(block, out)?,
                },
            }
        }
        Ok(())
    }
}
