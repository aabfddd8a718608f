//! [`boot_catalog`]: what machines can start from a disc, as El Torito tells it.

use std::sync::Arc;

use imapi_disc_types::{Block, BlockSource};
use imapi_volume_structs::{
    SECTOR,
    el_torito::{BootEntry, CatalogRecord, CatalogRecords, Platform, SectionHeader, ValidationEntry},
};

use crate::{FileSystem, Finding, OpenOptions, Rule, Severity, VolumeError, blocks::Blocks, iso9660::Descriptors};

/// A catalogue of so many blocks has a thousand entries, and no machine looks at as many.
const MOST_BLOCKS: u64 = 16;

const MALFORMED: Rule = Rule {
    id: "el-torito.catalog.malformed",
    clause: "El Torito 2.0",
    severity: Severity::Error,
    broken: "the boot catalogue has a record that is none",
};

const OUTSIDE: Rule = Rule {
    id: "el-torito.image.outside",
    clause: "El Torito 2.2",
    severity: Severity::Warning,
    broken: "what should be started lies outside of what was recorded",
};

const COUNT: Rule = Rule {
    id: "el-torito.section.count",
    clause: "El Torito 2.3",
    severity: Severity::Warning,
    broken: "a section has not as many entries as it says",
};

/// What machines can start from a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BootCatalog {
    /// The block of the source with the boot record that leads to it.
    pub record: Block,
    /// The block of the source at which it begins.
    pub block: Block,
    /// For what kind of machine the first entry is, and who made the disc.
    pub validation: ValidationEntry,
    /// What can be started; the first is what is started unless somebody knows better.
    pub images: Vec<BootImage>,
}

/// Something that machines can start.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BootImage {
    /// For what kind of machine it is.
    pub platform: Platform,
    /// The section that it is in; `None` for the first entry, which is in none.
    pub section: Option<SectionHeader>,
    /// What is said of it.
    pub entry: BootEntry,
    /// All bytes of its selection criteria, when it has any.
    pub criteria: Vec<u8>,
    /// The byte of the source at which it begins; `None` when that was not recorded.
    pub start: Option<u64>,
}

/// What machines can start from a session; `None` when it says nothing of that.
pub fn boot_catalog(source: &Arc<dyn BlockSource>, options: &OpenOptions) -> Result<Option<BootCatalog>, VolumeError> {
    let blocks = Blocks::new(source, options)?;
    let descriptors = Descriptors::find(&blocks, FileSystem::Iso9660, options)?;
    let Some((record, boot)) = descriptors.boot else { return Ok(None) };
    let catalog = u64::from(boot.catalog);
    let block = blocks.locate(catalog, 1)?;
    let left = blocks.end_address().saturating_sub(catalog);
    let bytes = blocks.bytes(catalog, left.min(MOST_BLOCKS) * SECTOR as u64)?;
    let malformed = |malformed| Finding::new(&MALFORMED, FileSystem::Iso9660, block).malformed(malformed);

    let mut records = CatalogRecords::new(&bytes);
    let validation = match records.next() {
        Some(Ok(CatalogRecord::Validation(validation))) => validation,
        Some(Err(error)) => return Err(VolumeError::Broken(Box::new(malformed(error)))),
        Some(Ok(_)) | None => return Ok(None),
    };
    let record = Block(record.saturating_sub(options.displaced.into()));
    let mut reading = Reading { blocks: &blocks, options, block, section: None, left: 0, images: Vec::new() };
    for record in records {
        match record {
            Ok(record) => reading.take(record, validation.platform)?,
            Err(error) => options.tolerate(malformed(error))?,
        }
    }
    reading.end_section()?;
    Ok(Some(BootCatalog { record, block, validation, images: reading.images }))
}

struct Reading<'a> {
    blocks: &'a Blocks,
    options: &'a OpenOptions,
    block: Block,
    section: Option<SectionHeader>,
    /// Entries that the section should still have.
    left: u16,
    images: Vec<BootImage>,
}

impl Reading<'_> {
    fn take(&mut self, record: CatalogRecord, default: Platform) -> Result<(), VolumeError> {
        match record {
            CatalogRecord::Validation(_) => Ok(()),
            CatalogRecord::Initial(entry) => self.image(default, entry),
            CatalogRecord::Section(header) => {
                self.end_section()?;
                (self.section, self.left) = (Some(header), header.entries);
                Ok(())
            }
            CatalogRecord::Entry(entry) => {
                self.left = self.left.saturating_sub(1);
                self.image(self.section.map_or(default, |section| section.platform), entry)
            }
            CatalogRecord::Extension(extension) => {
                // Some writers count extensions among the entries, and others do not.
                self.left = self.left.saturating_sub(1);
                if let Some(image) = self.images.last_mut() {
                    image.criteria.extend_from_slice(&extension.criteria);
                }
                Ok(())
            }
        }
    }

    fn image(&mut self, platform: Platform, entry: BootEntry) -> Result<(), VolumeError> {
        let address = u64::from(entry.block);
        let start = self.blocks.locate(address, 1).ok().and_then(|_| self.blocks.byte_of(address));
        let criteria = if entry.selection == 0 { Vec::new() } else { entry.criteria.to_vec() };
        self.images.push(BootImage { platform, section: self.section, entry, criteria, start });
        if start.is_none() && entry.bootable {
            let finding = Finding::new(&OUTSIDE, FileSystem::Iso9660, self.block);
            self.options.tolerate(finding.numbers(address, self.blocks.end_address()))?;
        }
        Ok(())
    }

    fn end_section(&self) -> Result<(), VolumeError> {
        let Some(section) = self.section.filter(|_| self.left > 0) else { return Ok(()) };
        let found = section.entries - self.left;
        let finding = Finding::new(&COUNT, FileSystem::Iso9660, self.block).numbers(section.entries, found);
        self.options.tolerate(finding)
    }
}
