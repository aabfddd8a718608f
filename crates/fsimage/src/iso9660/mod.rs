//! ISO 9660, Joliet and Rock Ridge: one writer with a view of the tree for each set of directories.
//!
//! Decisions: path tables have no copies, which no reader looks for; deep folders stay where they are (Linux, and every
//! reader of today, follows them) but have to be asked for; Rock Ridge is 1.10, which all readers know; a name that
//! collides with another gets a number behind it; files without bytes point at the last volume descriptor.

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

impl Writer for Iso9660 {
    fn measure(&mut self, tree: &Tree, _: &FileData) -> Result<Vec<Claim>, PlanError> {
        self.volumes.clear();
        let mut claims = Vec::new();
        for &manner in &self.manners {
            let view = View::new(manner, tree)?;
            let table = view.table.blocks();
            let needed = [table, table, view.directories.blocks()];
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
        // A file of several extents has as many records, one after the other.
        let files = view.entries.chunk_by(|one, next| one.node == next.node).map(|records| records[0]);
        files.for_each(|named| tell(named.node, &view.manner.naming.name_of(tree, named.node, named.number)));
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
