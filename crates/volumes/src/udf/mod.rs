//! UDF 1.02 to 2.60.
//!
//! `anchor.rs` says whether this is UDF and where to begin, `sequence.rs` which volume descriptors prevail, `partition.rs`
//! where the blocks of partitions are (`vat.rs` and `metadata.rs` know those that are kept in files), `facts.rs` what is
//! said of the volume. From there on `disc.rs` finds entries and the extents of files, `entry.rs` makes [`Entry`]s of them,
//! and `folder.rs` reads names.
//!
//! What the standard has twice is read from its second place when the first is damaged, however strictly it is read:
//! anchors, volume descriptors, sparing tables, metadata. That is told as a warning.

pub(crate) mod anchor;
pub(crate) mod disc;
mod entry;
pub(crate) mod facts;
mod folder;
pub(crate) mod medium;
mod metadata;
mod name;
pub(crate) mod partition;
pub(crate) mod sequence;
mod text;
mod vat;

use imapi_volume_structs::udf::{Anchor, Extent, LogicalVolume};

use crate::{Entry, FileSystem, OpenOptions, Rule, Severity, Volume, VolumeError, VolumeFacts, blocks::Blocks};

use disc::Disc;
use folder::Folder;
use medium::Medium;
use partition::Partitions;
use sequence::Sequence;

const ROOT: Rule = Rule {
    id: "udf.root.folder",
    clause: "ECMA-167 4/14.1.13",
    severity: Severity::Error,
    broken: "the root of the file set is no folder",
};

/// Opens the volume.
pub fn open(blocks: Blocks, options: &OpenOptions) -> Result<Box<dyn Volume>, VolumeError> {
    let medium = Medium::new(blocks, options);
    let anchor = anchor::find(&medium)?;
    let sequence = Sequence::read(&medium, &anchor)?;
    let (address, logical) = sequence.logical(&medium)?;
    check_block_len(&medium, &logical, address)?;
    partition::refuse_foreign(&medium, &logical, address)?;
    let partitions = Partitions::new(&medium, &sequence, &logical, address)?;
    let disc = Disc { medium: &medium, partitions: &partitions };
    let (set_address, set) = facts::file_set(disc, logical.file_set, address)?;
    let facts = facts::gather(disc, &sequence, &logical, address, &set)?;
    let root = disc.named(set.root, *b"", set_address, &mut disc.budget())?;
    if !root.is_directory() {
        return medium.broken(&ROOT, medium.address_of(root.place.0));
    }
    Ok(Box::new(Udf { medium, partitions, facts, root }))
}

/// What a volume is made of, for those who check it.
pub(crate) struct Parts {
    pub medium: Medium,
    pub anchor: Anchor,
    pub sequence: Sequence,
    pub partitions: Partitions,
    pub integrity: Extent,
}

/// Reads what a volume is made of.
pub(crate) fn parts(blocks: Blocks, options: &OpenOptions) -> Result<Parts, VolumeError> {
    let medium = Medium::new(blocks, options);
    let anchor = anchor::find(&medium)?;
    let sequence = Sequence::read(&medium, &anchor)?;
    let (address, logical) = sequence.logical(&medium)?;
    check_block_len(&medium, &logical, address)?;
    let partitions = Partitions::new(&medium, &sequence, &logical, address)?;
    let integrity = logical.integrity;
    Ok(Parts { medium, anchor, sequence, partitions, integrity })
}

fn check_block_len(medium: &Medium, logical: &LogicalVolume<'_>, address: u64) -> Result<(), VolumeError> {
    if logical.block_len == 2048 {
        return Ok(());
    }
    let block = medium.finding(&ROOT, address).block;
    let feature = "blocks of another size than 2048 bytes";
    Err(VolumeError::Unsupported { file_system: FileSystem::Udf, feature, block })
}

/// A volume of UDF.
struct Udf {
    medium: Medium,
    partitions: Partitions,
    facts: VolumeFacts,
    root: Entry,
}

impl Udf {
    const fn disc(&self) -> Disc<'_> {
        Disc { medium: &self.medium, partitions: &self.partitions }
    }
}

impl Volume for Udf {
    fn facts(&self) -> &VolumeFacts {
        &self.facts
    }

    fn root(&self) -> &Entry {
        &self.root
    }

    fn children(&self, folder: &Entry) -> Result<Vec<Entry>, VolumeError> {
        if !folder.is_directory() {
            return Ok(Vec::new());
        }
        self.disc().children(&folder.runs, self.medium.address_of(folder.place.0), Folder::OfFiles)
    }

    fn streams(&self, file: &Entry) -> Result<Vec<Entry>, VolumeError> {
        if !file.has_streams {
            return Ok(Vec::new());
        }
        let disc = self.disc();
        let Some((icb, address)) = disc.streams_of(file.place)? else { return Ok(Vec::new()) };
        let folder = disc.named(icb, *b"", address, &mut disc.budget())?;
        disc.children(&folder.runs, address, Folder::OfStreams)
    }
}
