//! [`Ridge`]: names, kinds, dates and deep folders, as Rock Ridge 1.09 to 1.12 tell them.

mod areas;
mod attributes;

use std::mem;

use imapi_volume_structs::{
    iso9660::{DirectoryRecord, SELF},
    rock_ridge::{Entry as Told, RawEntries},
};

use self::areas::each;
pub use self::attributes::Attributes;
use super::{Disc, children::folder_entry, folder::Folder, moment};
use crate::{Entry, Rule, Severity, VolumeError};

/// Bytes that the extension for CD-ROM XA has before all others; the first record does not say to skip them.
const XA_LEN: usize = 14;

const KIND: Rule = Rule {
    id: "rock-ridge.mode.kind",
    clause: "RRIP 4.1.1",
    severity: Severity::Warning,
    broken: "the mode is that of a folder and the record is not, or the other way round",
};

const LINK: Rule = Rule {
    id: "rock-ridge.link.malformed",
    clause: "RRIP 4.1.3",
    severity: Severity::Warning,
    broken: "a part of the path that a link leads to cannot be read",
};

const MOVED: Rule = Rule {
    id: "rock-ridge.relocated.child",
    clause: "RRIP 4.1.5.1",
    severity: Severity::Error,
    broken: "no folder is where one should have been moved to",
};

const SPARSE: Rule = Rule {
    id: "rock-ridge.sparse",
    clause: "RRIP 4.1.7",
    severity: Severity::Error,
    broken: "a file with holes, which cannot be read here, is told as it is stored",
};

/// How Rock Ridge is used in a volume.
#[derive(Debug, Clone, Copy)]
pub struct Ridge {
    /// Bytes before the entries of each record.
    skip: usize,
}

impl Ridge {
    /// Whether the volume has Rock Ridge: its root says that system use areas are shared, and by what.
    pub fn find(disc: &Disc, root: Folder) -> Result<Option<Self>, VolumeError> {
        let block = disc.salvage(disc.blocks.block(root.address))?;
        let Some(record) = block.as_ref().and_then(itself) else { return Ok(None) };
        for before in [0, XA_LEN] {
            let area = record.system_use.get(before..).unwrap_or_default();
            let first = RawEntries::new(area).next().and_then(Result::ok).map(Told::decode);
            let Some(Ok(Told::SharingProtocol { skip })) = first else { continue };
            let mut ours = false;
            each(disc, area, root.address, &mut Vec::new(), |entry| {
                ours |= match entry {
                    Told::Extension(extension) => extension.is_rock_ridge(),
                    Told::Posix(_) | Told::Times(_) | Told::Ridge(_) => true,
                    _ => false,
                };
            })?;
            return Ok(ours.then_some(Self { skip: skip.into() }));
        }
        Ok(None)
    }

    /// What is told of a record.
    pub fn gather(
        self,
        disc: &Disc,
        record: &DirectoryRecord<'_>,
        address: u64,
        into: &mut Attributes,
    ) -> Result<(), VolumeError> {
        let area = record.system_use.get(self.skip..).unwrap_or_default();
        into.gather(disc, area, address)
    }

    /// What is told of the root, in its record of itself.
    pub fn describe_root(disc: &Disc, root: Folder, entry: &mut Entry) -> Result<(), VolumeError> {
        let Some(sector) = disc.salvage(disc.blocks.block(root.address))? else { return Ok(()) };
        let mut attributes = Attributes::default();
        if let Some(record) = itself(&sector) {
            // The entry that says how many bytes to skip comes first where none are skipped.
            let skipped = matches!(record.system_use, [b'S', b'P', ..]);
            let area = record.system_use.get(if skipped { 0 } else { XA_LEN }..).unwrap_or_default();
            attributes.gather(disc, area, root.address)?;
            attributes.describe(entry);
        }
        Ok(())
    }

    /// Puts what was gathered into the entry. Whether it is to be shown, and does not only lead into nowhere.
    pub fn describe(
        self,
        disc: &Disc,
        attributes: &mut Attributes,
        address: u64,
        entry: &mut Entry,
    ) -> Result<bool, VolumeError> {
        if let Some(block) = attributes.child() {
            return self.moved(disc, attributes, address, block, entry);
        }
        let is_folder = entry.is_directory();
        attributes.describe(entry);
        let says_folder = attributes.mode().map(|mode| mode & attributes::KIND_BITS == attributes::FOLDER);
        if says_folder.is_some_and(|says| says != is_folder) {
            disc.tolerate(disc.finding_about(&KIND, address, &entry.name))?;
        }
        if let Some(malformed) = attributes.broken_link() {
            disc.tolerate(disc.finding_about(&LINK, address, &entry.name).malformed(malformed))?;
        }
        if attributes.is_sparse() {
            disc.tolerate(disc.finding_about(&SPARSE, address, &entry.name))?;
        }
        Ok(true)
    }

    /// A folder that was moved, at the place where it belongs. What is told of it stands with itself.
    fn moved(
        self,
        disc: &Disc,
        attributes: &mut Attributes,
        address: u64,
        block: u32,
        entry: &mut Entry,
    ) -> Result<bool, VolumeError> {
        let target = disc.salvage(disc.blocks.block(block.into()))?;
        let Some(record) = target.as_ref().and_then(itself) else {
            return disc.tolerate(disc.finding_about(&MOVED, address, &entry.name)).map(|()| false);
        };
        let folder = Folder { address: block.into(), len: record.data_len.into() };
        let placeholder = mem::replace(entry, folder_entry(disc, folder));
        entry.name = placeholder.name;
        entry.hidden = placeholder.hidden;
        entry.times.modified = record.recorded.civil().map(moment).or(placeholder.times.modified);
        self.gather(disc, &record, block.into(), attributes)?;
        attributes.describe(entry);
        Ok(true)
    }
}

/// The record of itself that a folder begins with.
fn itself(sector: &[u8; imapi_volume_structs::SECTOR]) -> Option<DirectoryRecord<'_>> {
    DirectoryRecord::decode(sector).ok().filter(|record| record.identifier == SELF)
}
