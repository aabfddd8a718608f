//! [`Sequence`]: which of the volume descriptors prevail.

use std::collections::{BTreeMap, HashSet};

use imapi_volume_structs::udf::{
    Anchor, EntityId, Extent, ImplementationUseVolume, LogicalVolume, LogicalVolumeInfo, Partition, PrimaryVolume,
    TagId, VolumePointer,
};

use super::medium::{Descriptor, Medium};
use crate::{Finding, Rule, Severity, VolumeError};

const DAMAGED: Rule = Rule {
    id: "udf.sequence.damaged",
    clause: "ECMA-167 3/8.4.2",
    severity: Severity::Warning,
    broken: "the main sequence of volume descriptors is damaged, and the reserve is read",
};

const CYCLE: Rule = Rule {
    id: "udf.sequence.cycle",
    clause: "ECMA-167 3/8.4.2",
    severity: Severity::Error,
    broken: "the sequence of volume descriptors goes on where it was before, or has no end",
};

const INCOMPLETE: Rule = Rule {
    id: "udf.sequence.incomplete",
    clause: "ECMA-167 3/8.4.2, OSTA UDF 2.2.4",
    severity: Severity::Error,
    broken: "neither sequence of volume descriptors has a logical volume",
};

/// No sequence has as many descriptors: UDF wants room for sixteen.
const MOST: usize = 4096;

/// The volume descriptors that prevail: of those of a kind, the one with the greatest number.
#[derive(Default)]
pub struct Sequence {
    pub primary: Option<PrimaryVolume>,
    logical: Option<(u32, Descriptor)>,
    pub partitions: BTreeMap<u16, Partition>,
    pub info: Option<LogicalVolumeInfo>,
    info_number: u32,
    /// The first thing that was wrong.
    damage: Option<VolumeError>,
}

impl Sequence {
    /// Reads the main sequence, and the reserve if that is damaged.
    pub fn read(medium: &Medium, anchor: &Anchor) -> Result<Self, VolumeError> {
        let mut found = Self::default();
        found.gather(medium, anchor.main);
        let Some(damage) = found.damage.take().or_else(|| found.missing(medium, anchor)) else { return Ok(found) };
        found.gather(medium, anchor.reserve);
        if found.missing(medium, anchor).is_some() {
            return Err(damage);
        }
        medium.tolerate(match damage {
            VolumeError::Broken(damage) => Finding { rule: &DAMAGED, ..*damage },
            _ => medium.finding(&DAMAGED, anchor.main.block.into()),
        })?;
        Ok(found)
    }

    /// The logical volume.
    pub fn logical(&self, medium: &Medium) -> Result<(u64, LogicalVolume<'_>), VolumeError> {
        match &self.logical {
            Some((_, found)) => Ok((found.address, medium.decode(found, LogicalVolume::decode)?)),
            None => medium.broken(&INCOMPLETE, medium.session()),
        }
    }

    fn missing(&self, medium: &Medium, anchor: &Anchor) -> Option<VolumeError> {
        if self.logical.is_some() && !self.partitions.is_empty() {
            return None;
        }
        medium.broken::<()>(&INCOMPLETE, anchor.main.block.into()).err()
    }

    /// Adds what one of the sequences has, as far as it can be read.
    fn gather(&mut self, medium: &Medium, extent: Extent) {
        let (mut next, mut visited, mut count) = (Some(extent), HashSet::new(), 0);
        while let Some(extent) = next.take() {
            if !visited.insert(extent.block) {
                return self.damaged(medium.broken(&CYCLE, extent.block.into()));
            }
            for address in (u64::from(extent.block)..).take((extent.len / 2048) as usize) {
                count += 1;
                if count > MOST {
                    return self.damaged(medium.broken(&CYCLE, address));
                }
                match self.take(medium, address) {
                    Ok(Goes::On) => {}
                    Ok(Goes::To(extent)) => {
                        next = Some(extent);
                        break;
                    }
                    Ok(Goes::Nowhere) => return,
                    Err(error) => self.damaged(Err(error)),
                }
            }
        }
    }

    fn damaged(&mut self, damage: Result<(), VolumeError>) {
        self.damage = self.damage.take().or(damage.err());
    }

    fn take(&mut self, medium: &Medium, address: u64) -> Result<Goes, VolumeError> {
        // What was not recorded ends a sequence, too.
        if medium.blocks.with(address, |bytes| bytes.iter().all(|&byte| byte == 0))? {
            return Ok(Goes::Nowhere);
        }
        let location = u32::try_from(address).unwrap_or(u32::MAX);
        let found = medium.intact(address, location)?;
        match found.tag.id {
            TagId::PRIMARY_VOLUME => {
                let primary = medium.decode(&found, PrimaryVolume::decode)?;
                if self.primary.is_none_or(|other| other.sequence_number < primary.sequence_number) {
                    self.primary = Some(primary);
                }
            }
            TagId::LOGICAL_VOLUME => {
                let number = medium.decode(&found, LogicalVolume::decode)?.sequence_number;
                if self.logical.as_ref().is_none_or(|(other, _)| *other < number) {
                    self.logical = Some((number, found));
                }
            }
            TagId::PARTITION => {
                let partition = medium.decode(&found, Partition::decode)?;
                let other = self.partitions.get(&partition.number);
                if other.is_none_or(|other| other.sequence_number < partition.sequence_number) {
                    self.partitions.insert(partition.number, partition);
                }
            }
            TagId::IMPLEMENTATION_USE_VOLUME => {
                let usage = medium.decode(&found, ImplementationUseVolume::decode)?;
                let prevails = self.info.is_none() || self.info_number < usage.sequence_number;
                if usage.implementation.is(EntityId::LV_INFO) && prevails {
                    self.info_number = usage.sequence_number;
                    self.info = LogicalVolumeInfo::decode(usage.implementation_use).ok();
                }
            }
            TagId::VOLUME_POINTER => return Ok(Goes::To(medium.decode(&found, VolumePointer::decode)?.next)),
            TagId::TERMINATING => return Ok(Goes::Nowhere),
            // Unallocated space is of no concern to readers, and what they do not know neither.
            _ => {}
        }
        Ok(Goes::On)
    }
}

/// How a sequence goes on behind a descriptor.
enum Goes {
    On,
    To(Extent),
    Nowhere,
}
