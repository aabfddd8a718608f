//! The table of a virtual partition: the last thing that was written on a medium that is written once.

use imapi_volume_structs::udf::{
    EntityId, FileEntry, FileType, PartitionBlock, TagId, VatExtension, VirtualAllocation, attributes::Attribute,
};

use super::{disc::Disc, text};
use crate::{Rule, Severity, VolumeError};

const MISSING: Rule = Rule {
    id: "udf.vat.missing",
    clause: "OSTA UDF 2.2.11",
    severity: Severity::Error,
    broken: "there is no virtual allocation table where recording ended",
};

const OLDER: Rule = Rule {
    id: "udf.vat.older",
    clause: "OSTA UDF 2.2.11",
    severity: Severity::Error,
    broken: "the last virtual allocation table is damaged, and an older one is taken",
};

const LONG: Rule = Rule {
    id: "udf.vat.length",
    clause: "OSTA UDF 2.2.11",
    severity: Severity::Error,
    broken: "a virtual allocation table has more entries than its partition has blocks",
};

/// What drives and programs put behind the table ends within so many blocks.
const SEARCHED: u64 = 512;
/// So many are searched where damage is to be overcome.
const SEARCHED_LENIENTLY: u64 = 32_768;
/// What is in the file of a table beside its entries: 16 bits tell the length of the header.
const BESIDE: u64 = 65_536;

/// What a table says of the volume beside.
#[derive(Debug, Default, Clone)]
pub struct Said {
    /// The volume's name as it is now.
    pub label: Option<String>,
    /// How many files and directories there are.
    pub counts: Option<(u64, u64)>,
    /// The revision by which all can be read.
    pub min_read: Option<u16>,
}

/// The table of the virtual partition that lies in that one: for each block the one of that partition.
pub fn read(disc: Disc<'_>, base: u16) -> Result<(Vec<u32>, Said), VolumeError> {
    let (start, blocks) = disc.partitions.extent_of_reference(base).unwrap_or((0, 0));
    let end = disc.medium.blocks.end_address().min(start.saturating_add(blocks));
    let searched = if disc.medium.is_lenient() { SEARCHED_LENIENTLY } else { SEARCHED };
    let mut damage = None;
    for address in (start.max(end.saturating_sub(searched))..end).rev() {
        let Ok(block) = u32::try_from(address - start) else { continue };
        match table(disc, PartitionBlock { block, partition: base }, address, blocks) {
            Ok(None) => {}
            Ok(Some(found)) => {
                if damage.is_some() {
                    disc.medium.tolerate(disc.medium.finding(&OLDER, address))?;
                }
                return Ok(found);
            }
            Err(error) => damage = damage.or(Some(error)),
        }
    }
    damage.map_or_else(|| disc.medium.broken(&MISSING, end.saturating_sub(1)), Err)
}

/// The table whose file entry is in a block; `None` if there is nothing of that kind.
fn table(
    disc: Disc<'_>,
    at: PartitionBlock,
    address: u64,
    blocks: u64,
) -> Result<Option<(Vec<u32>, Said)>, VolumeError> {
    let medium = disc.medium;
    let Ok(found) = medium.intact(address, at.block) else { return Ok(None) };
    if !matches!(found.tag.id, TagId::FILE_ENTRY | TagId::EXTENDED_FILE_ENTRY) {
        return Ok(None);
    }
    let entry = medium.decode(&found, FileEntry::decode)?;
    let has_header = entry.icb.file_type == FileType::VIRTUAL_ALLOCATION_TABLE;
    if !has_header && entry.icb.file_type != FileType::UNSPECIFIED {
        return Ok(None);
    }
    let longest = blocks.saturating_mul(4).saturating_add(BESIDE);
    let contents = disc.contents(&entry, at, address, &mut disc.budget())?;
    let Some(bytes) = contents.read(medium, longest) else {
        return if has_header { medium.broken(&LONG, address) } else { Ok(None) };
    };
    let bytes = bytes?;
    let found = if has_header { VirtualAllocation::decode(&bytes) } else { VirtualAllocation::decode_1_50(&bytes) };
    let found = match found {
        Ok(found) => found,
        Err(_) if !has_header => return Ok(None),
        Err(malformed) => {
            return Err(VolumeError::Broken(Box::new(medium.finding(&MISSING, address).malformed(malformed))));
        }
    };
    let said = found.header().map_or_else(
        || extension(&entry).unwrap_or_default(),
        |header| Said {
            label: Some(text::field(&header.volume_id)),
            counts: Some((header.files.into(), header.directories.into())),
            min_read: Some(header.min_read.0),
        },
    );
    let count = u32::try_from(found.len()).unwrap_or(u32::MAX);
    Ok(Some(((0..count).map(|block| found.find(block).unwrap_or(u32::MAX)).collect(), said)))
}

/// What UDF 1.50 has to say, in an extended attribute.
fn extension(entry: &FileEntry<'_>) -> Option<Said> {
    entry.attributes().ok()?.flatten().find_map(|attribute| match attribute {
        Attribute::Implementation { id, data } if id.is(EntityId::VAT_EXTENSION) => {
            let found = VatExtension::decode(data).ok().filter(|found| found.unique_id == entry.unique_id)?;
            Some(Said {
                label: Some(text::field(&found.volume_id)),
                counts: Some((found.files.into(), found.directories.into())),
                min_read: None,
            })
        }
        _ => None,
    })
}
