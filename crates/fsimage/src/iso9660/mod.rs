//! ISO 9660, Joliet and Rock Ridge: one writer with a view of the tree for each set of directories.
//!
//! Decisions: path tables have no copies, which no reader looks for; Rock Ridge calls itself 1.10, which all readers know
//! (more of that in `ridge`); a name that collides with another gets a number behind it; files without bytes point at the
//! last volume descriptor.
//!
//! Deep folders are refused, unless they are asked for, and then stay where they are, or Rock Ridge moves them: no directory
//! is below the eighth level then, however deep the tree is. Linux, xorriso and libarchive see moved folders where they
//! belong; GRUB, 7-Zip and libcdio know nothing of it, and see them where they were moved to, as readers without Rock Ridge
//! do. So whoever makes an image for those asks for deep folders, which all of them follow.
//!
//! That a path has at most 255 bytes (ECMA-119, 6.8.2.1) is not looked at. Eight levels of level 2 have at most 257, no
//! reader is known to count, and neither do other writers if not asked to.

mod build;
mod moved;
mod names;
mod render;
mod ridge;
mod time;
mod view;
mod volume;

use std::sync::Arc;

use imapi_disc_types::Block;

use crate::{
    ContentError, ContentReader, ImageOptions, IsoLevel, NodeId, Tree,
    plan::{Claim, FileData, Placement, PlanError, Rank, Recognition, Where, Writer, pack::BLOCK},
};

pub(crate) use names::Naming;
pub(crate) use view::SECTION;
use view::{Deep, Manner, View};
pub(crate) use volume::altered_texts;

/// Writes ISO 9660, and Joliet beside it.
#[derive(Debug)]
pub(crate) struct Iso9660 {
    options: Arc<ImageOptions>,
    /// ISO 9660 first.
    manners: Vec<Manner>,
    volumes: Vec<Volume>,
    data: Option<Arc<FileData>>,
    blocks: u64,
}

/// A view, and where it came to be.
#[derive(Debug)]
struct Volume {
    view: View,
    /// The first blocks of its claims.
    at: [Block; CLAIMS],
}

/// What a view claims, in this order.
const CLAIMS: usize = 3;
const TABLE_LITTLE: usize = 0;
const TABLE_BIG: usize = 1;
const DIRECTORIES: usize = 2;

impl Iso9660 {
    pub fn new(options: Arc<ImageOptions>) -> Self {
        let sections = options.level == IsoLevel::Three;
        let manner = Manner {
            file_system: "ISO 9660",
            naming: match options.level {
                _ if options.relaxed_names => Naming::Relaxed,
                IsoLevel::One => Naming::Eight,
                IsoLevel::Two | IsoLevel::Three => Naming::Thirty,
            },
            rock_ridge: options.rock_ridge,
            deep: match options.deep_folders {
                true => Deep::Stay,
                false if options.rock_ridge => Deep::Moved,
                false => Deep::Refused,
            },
            sections,
        };
        let joliet =
            Manner { file_system: "Joliet", naming: Naming::Joliet, rock_ridge: false, deep: Deep::Stay, ..manner };
        let manners = if options.file_systems.joliet { vec![manner, joliet] } else { vec![manner] };
        Self { options, manners, volumes: Vec::new(), data: None, blocks: 0 }
    }
}

/// No image has fewer blocks: libarchive takes no less for one.
pub(crate) const LEAST_BLOCKS: u64 = 24;

/// Blocks that are left behind the directories of a volume, given how many it has of all, and how many there are of data.
fn blocks_behind(volume: u64, data: u64) -> u64 {
    /// Where a volume begins; it ends later when there are two.
    const BEGINS: u64 = 18;
    // xorriso reads the block behind each directory, and gives up when none is there.
    u64::from(data == 0).max(LEAST_BLOCKS.saturating_sub(BEGINS + volume + data))
}

impl Writer for Iso9660 {
    fn measure(&mut self, tree: &Tree, data: &FileData) -> Result<Vec<Claim>, PlanError> {
        self.volumes.clear();
        let mut claims = Vec::new();
        for &manner in &self.manners {
            let view = View::new(manner, tree)?;
            let (table, directories) = (view.table.blocks(), view.directories.blocks());
            let volume = 2 * table + directories;
            let behind = blocks_behind(volume * self.manners.len() as u64, data.blocks());
            let needed = [table, table, directories + behind];
            claims.extend(needed.map(|blocks| Claim { blocks, at: Where::ANYWHERE }));
            self.volumes.push(Volume { view, at: [Block(0); CLAIMS] });
        }
        Ok(claims)
    }

    fn place(&mut self, at: &Placement<'_>) {
        self.blocks = at.blocks;
        self.data = Some(Arc::clone(at.data));
        for (volume, claims) in self.volumes.iter_mut().zip(at.claims.chunks_exact(CLAIMS)) {
            volume.at.copy_from_slice(claims);
        }
    }

    fn recognition(&self, tree: &Tree) -> Vec<Recognition> {
        let mut all: Vec<Recognition> = Vec::new();
        for (volume, rank) in self.volumes.iter().zip([Rank::Primary, Rank::Supplementary]) {
            all.push((rank, volume.descriptor(tree, &self.options, self.blocks)));
        }
        all.push((Rank::Terminator, volume::terminator()));
        all
    }

    fn claimant(&self, claim: usize) -> &'static str {
        self.manners[claim / CLAIMS].file_system
    }

    fn file_systems(&self) -> Vec<&'static str> {
        self.manners.iter().map(|manner| manner.file_system).collect()
    }

    fn names(&self, tree: &Tree, file_system: usize, tell: &mut dyn FnMut(NodeId, &str)) {
        let Some(Volume { view, .. }) = self.volumes.get(file_system) else { return };
        // Folders that were moved are told where they belong: the folder that they are in now is nobody's.
        view.named().for_each(|named| tell(named.node, &view.manner.naming.name_of(tree, named.node, named.number)));
    }

    fn render(
        &self,
        tree: &Tree,
        _: &ContentReader,
        claim: usize,
        first: u64,
        out: &mut [u8],
    ) -> Result<(), ContentError> {
        let Some(data) = &self.data else { return Ok(()) };
        let volume = &self.volumes[claim / CLAIMS];
        for (block, out) in (first..).zip(out.chunks_exact_mut(BLOCK)) {
            volume.render(tree, data, claim % CLAIMS, block, out);
        }
        Ok(())
    }
}
