//! ISO 9660, with its own names, those of Rock Ridge or those of Joliet.
//!
//! - `descriptors` finds the volume descriptors, and says which of them is meant.
//! - `folder` reads the records of a folder, `children` makes entries of them.
//! - `names` has the names of ISO 9660 itself and of Joliet, `ridge` everything that Rock Ridge tells.
//! - `path_tables` compares the tables of folders with the folders.
//!
//! Addresses here are those of the disc; a [`Place`] and a [`Run`] are bytes of the source.

mod children;
pub(crate) mod descriptors;
pub(crate) mod folder;
mod names;
mod path_tables;
mod ridge;

use std::sync::atomic::AtomicU64;

use imapi_disc_types::{Block, Timestamp};
use imapi_volume_structs::{SECTOR, civil::CivilTime};

pub(crate) use self::descriptors::Descriptors;
pub use self::path_tables::check_path_tables;
use self::{descriptors::Tree, folder::Folder, names::Letters, ridge::Ridge};
use crate::{
    Entry, FileSystem, Finding, Names, OpenOptions, Place, Rule, Run, Volume, VolumeError, VolumeFacts, blocks::Blocks,
};

/// Opens the volume with those names.
pub fn open(blocks: Blocks, names: Names, options: &OpenOptions) -> Result<Box<dyn Volume>, VolumeError> {
    let descriptors = Descriptors::find(&blocks, names.file_system(), options)?;
    let tree = descriptors.tree(names).ok_or(VolumeError::Missing { names })?;
    tree.check(&blocks, names.file_system(), options)?;
    let disc = Disc::new(blocks, names.file_system(), options);
    let root = Folder::of(&tree.descriptor.root);
    let ridge = match names {
        Names::RockRidge => Some(Ridge::find(&disc, root)?.ok_or(VolumeError::Missing { names })?),
        _ => None,
    };
    let facts = tree.facts(names, options);
    let root = disc.root(root, ridge.is_some(), &tree)?;
    Ok(Box::new(Iso { disc, letters: Letters::of(names), ridge, facts, root }))
}

/// A volume of ISO 9660.
struct Iso {
    disc: Disc,
    letters: Letters,
    ridge: Option<Ridge>,
    facts: VolumeFacts,
    root: Entry,
}

impl Volume for Iso {
    fn facts(&self) -> &VolumeFacts {
        &self.facts
    }

    fn root(&self) -> &Entry {
        &self.root
    }

    fn children(&self, folder: &Entry) -> Result<Vec<Entry>, VolumeError> {
        let place = Folder { address: self.disc.address(folder.place), len: folder.size };
        children::read(&self.disc, self.letters, self.ridge, place, &folder.name)
    }
}

/// What all parts of the reader need: blocks, and what becomes of damage.
pub(crate) struct Disc {
    pub(crate) blocks: Blocks,
    options: OpenOptions,
    pub(crate) file_system: FileSystem,
    /// So many blocks of folders that do not begin as folders do may still be looked through. Each block of a disc is in
    /// one folder, so that those of the whole disc are enough, and folders that overlap do not take for ever.
    to_salvage: AtomicU64,
}

impl Disc {
    pub(crate) fn new(blocks: Blocks, file_system: FileSystem, options: &OpenOptions) -> Self {
        let to_salvage = AtomicU64::new(blocks.count());
        Self { blocks, options: options.clone(), file_system, to_salvage }
    }

    /// The byte of the source at which a block begins. What stands before the source, in a session that it has not, gets a
    /// place that no source reaches, and not that of something else.
    fn byte(&self, address: u64) -> u64 {
        address.wrapping_sub(self.options.displaced.into()).wrapping_mul(SECTOR as u64)
    }

    /// The block in which a byte of the source stands: the way back from [`byte`](Self::byte).
    fn address(&self, place: Place) -> u64 {
        // 53 bits are all that a block of the source has; what was before it has wrapped around.
        (place.0 / SECTOR as u64).wrapping_add(self.options.displaced.into()) & (u64::MAX / SECTOR as u64)
    }

    /// Bytes that begin with a block.
    fn run(&self, address: u64, bytes: u64) -> Run {
        Run { start: Some(self.byte(address)), bytes }
    }

    /// Not all of so many bytes from a block on were recorded.
    fn lacks(&self, address: u64, bytes: u64) -> bool {
        self.blocks.locate(address, bytes.div_ceil(SECTOR as u64)).is_err()
    }

    /// A rule that is broken at a block.
    pub(crate) fn finding(&self, rule: &'static Rule, address: u64) -> Finding {
        let block = address.saturating_sub(self.options.displaced.into());
        Finding::new(rule, self.file_system, Block(block))
    }

    /// A rule that is broken at a block, by what has that name.
    pub(crate) fn finding_about(&self, rule: &'static Rule, address: u64, name: &[u8]) -> Finding {
        let finding = self.finding(rule, address);
        if name.is_empty() { finding } else { finding.about(name) }
    }

    pub(crate) fn tolerate(&self, finding: Finding) -> Result<(), VolumeError> {
        self.options.tolerate(finding)
    }

    pub(crate) fn salvage<T>(&self, part: Result<T, VolumeError>) -> Result<Option<T>, VolumeError> {
        self.options.salvage(self.file_system, part)
    }

    /// The root, of which the descriptor tells, and Rock Ridge in its record of itself.
    fn root(&self, folder: Folder, has_ridge: bool, tree: &Tree) -> Result<Entry, VolumeError> {
        let mut entry = children::folder_entry(self, folder);
        entry.times.modified = tree.descriptor.root.recorded.civil().map(moment);
        if has_ridge {
            Ridge::describe_root(self, folder, &mut entry)?;
        }
        Ok(entry)
    }
}

/// The moment that a date means.
fn moment(civil: CivilTime) -> Timestamp {
    Timestamp::new(civil.to_unix(), u32::from(civil.hundredths) * 10_000_000).at(civil.offset_minutes)
}
