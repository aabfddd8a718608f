//! What is known of a volume as a whole: its file set, its integrity, and what they say of it.

use std::collections::HashSet;

use imapi_disc_types::{Block, Timestamp};
use imapi_volume_structs::udf::{
    AccessType, EntityId, Extent, FileSet, Integrity, LogicalVolume, LongAd, PartitionBlock, Revision, TagId,
};

use super::{disc::Disc, medium::Medium, sequence::Sequence, text};
use crate::{Names, Rule, Severity, VolumeError, VolumeFacts};

const NO_SET: Rule = Rule {
    id: "udf.file-set.missing",
    clause: "ECMA-167 4/8.3",
    severity: Severity::Error,
    broken: "there is no file set descriptor",
};

const NO_INTEGRITY: Rule = Rule {
    id: "udf.integrity.missing",
    clause: "ECMA-167 3/8.8.2",
    severity: Severity::Warning,
    broken: "there is no logical volume integrity descriptor",
};

const OPEN: Rule = Rule {
    id: "udf.integrity.open",
    clause: "ECMA-167 3/10.10.3",
    severity: Severity::Warning,
    broken: "the volume was changed and not closed",
};

const DOMAIN: Rule = Rule {
    id: "udf.volume.domain",
    clause: "OSTA UDF 2.2.4.3",
    severity: Severity::Warning,
    broken: "the logical volume does not say that it is as UDF wants it",
};

/// So many descriptors of a kind follow upon one another at most; each may be a change of the volume.
const MOST: usize = 4096;

/// The file set descriptor that counts: of several, the last with the greatest number.
pub fn file_set(disc: Disc<'_>, at: LongAd, from: u64) -> Result<(u64, FileSet), VolumeError> {
    let (mut best, mut visited): (Option<(u64, FileSet)>, _) = (None, HashSet::new());
    let (mut next, mut damage) = (Some(at), None);
    while let Some(extent) = next.take() {
        if !visited.insert(extent.location) || visited.len() > MOST {
            break;
        }
        for number in 0..(extent.len.bytes.div_ceil(2048) as usize).min(MOST) {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let block = extent.location.block.saturating_add(number);
            let at = PartitionBlock { block, ..extent.location };
            let (address, found) = match disc.descriptor(at, from) {
                Ok(found) => found,
                Err(error) => {
                    damage = damage.or(Some(error));
                    break;
                }
            };
            if found.tag.id != TagId::FILE_SET {
                break;
            }
            let set = disc.medium.decode(&found, FileSet::decode)?;
            if best.as_ref().is_none_or(|(_, other)| other.descriptor_number <= set.descriptor_number) {
                best = Some((address, set));
            }
            if set.next.len.bytes > 0 {
                next = Some(set.next);
                break;
            }
        }
    }
    match (best, damage) {
        (Some(best), _) => Ok(best),
        (None, Some(damage)) => Err(damage),
        (None, None) => disc.medium.broken(&NO_SET, from),
    }
}

/// What the last integrity descriptor says.
pub struct Closing {
    pub address: u64,
    is_closed: bool,
    recorded: Option<Timestamp>,
    pub counts: (u64, u64),
    min_read: Revision,
    /// The unique id that the next file gets.
    pub next_id: u64,
    /// Of each partition, how many blocks are free.
    pub free: Vec<u32>,
    min_write: Revision,
}

pub fn closing(medium: &Medium, extent: Extent) -> Option<Closing> {
    let (mut next, mut visited, mut last) = (Some(extent), HashSet::new(), None);
    while let Some(extent) = next.take().filter(|extent| extent.len > 0) {
        if !visited.insert(extent.block) || visited.len() > MOST {
            break;
        }
        for address in (u64::from(extent.block)..).take(((extent.len / 2048) as usize).min(MOST)) {
            let Ok(found) = medium.intact(address, u32::try_from(address).unwrap_or(u32::MAX)) else { break };
            if found.tag.id != TagId::INTEGRITY {
                break;
            }
            let Ok(integrity) = medium.decode(&found, Integrity::decode) else { break };
            last = Some(Closing {
                address,
                is_closed: integrity.kind == Integrity::CLOSED,
                recorded: text::moment(integrity.recorded),
                counts: (integrity.usage.files.into(), integrity.usage.directories.into()),
                min_read: integrity.usage.min_read,
                next_id: integrity.unique_id,
                free: integrity.partitions().map(|(free, _)| free).collect(),
                min_write: integrity.usage.min_write,
            });
            if integrity.next.len > 0 {
                next = Some(integrity.next);
                break;
            }
        }
    }
    last
}

/// All that is said of a volume.
pub fn gather(
    disc: Disc<'_>,
    sequence: &Sequence,
    logical: &LogicalVolume<'_>,
    address: u64,
    set: &FileSet,
) -> Result<VolumeFacts, VolumeError> {
    let (medium, mut facts) = (disc.medium, VolumeFacts::new(Names::Udf));
    facts.label = text::field(&logical.id);
    if let Some((start, blocks)) = disc.partitions.extent() {
        (facts.first, facts.blocks) = (Block(medium.block_of(start)), blocks);
    }
    facts.udf_read_only = Some(sequence.partitions.values().all(|partition| partition.access == AccessType::READ_ONLY));
    if !logical.domain.is(EntityId::OSTA_UDF) {
        medium.tolerate(medium.finding(&DOMAIN, address))?;
    }
    facts.udf_revision = Some(logical.domain.revision().0);
    facts.created = sequence.primary.and_then(|primary| text::moment(primary.recorded));
    match closing(medium, logical.integrity) {
        Some(closing) => {
            facts.modified = closing.recorded;
            facts.counts = Some(closing.counts);
            if closing.min_read.0 != 0 {
                facts.udf_min_read = Some(closing.min_read.0);
            }
            facts.udf_min_write = Some(closing.min_write.0).filter(|&revision| revision != 0);
            // A virtual partition is closed by its table.
            if !closing.is_closed && disc.partitions.vat.is_none() {
                medium.tolerate(medium.finding(&OPEN, closing.address))?;
            }
        }
        None => medium.tolerate(medium.finding(&NO_INTEGRITY, logical.integrity.block.into()))?,
    }
    if let Some(said) = &disc.partitions.vat {
        facts.label = said.label.clone().filter(|label| !label.is_empty()).unwrap_or(facts.label);
        facts.counts = said.counts.or(facts.counts);
        facts.udf_min_read = said.min_read.filter(|&revision| revision != 0).or(facts.udf_min_read);
    }
    facts.identifiers = identifiers(sequence, logical, set);
    Ok(facts)
}

fn identifiers(sequence: &Sequence, logical: &LogicalVolume<'_>, set: &FileSet) -> Vec<(&'static str, String)> {
    let entity = |id: &EntityId| id.name().strip_prefix(b"*").unwrap_or(id.name()).escape_ascii().to_string();
    let mut all = Vec::new();
    if let Some(primary) = &sequence.primary {
        all.push(("volume", text::field(&primary.volume_id)));
        all.push(("volume_set", text::field(&primary.volume_set_id)));
        all.push(("application", entity(&primary.application)));
    }
    all.push(("implementation", entity(&logical.implementation)));
    all.push(("file_set", text::field(&set.id)));
    if let Some(info) = &sequence.info {
        for (name, line) in ["owner", "organisation", "contact"].into_iter().zip(&info.lines) {
            all.push((name, text::field(line)));
        }
    }
    all.push(("copyright_file", text::field(&set.copyright_file)));
    all.push(("abstract_file", text::field(&set.abstract_file)));
    all.retain(|(_, text)| !text.is_empty());
    all
}
