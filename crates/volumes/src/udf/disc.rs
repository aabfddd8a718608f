//! [`Disc`]: what stands in the partitions of a volume: information control blocks, and where the bytes of files are.

use std::collections::HashSet;

use imapi_volume_structs::{
    SECTOR,
    udf::{
        Ad, Ads, Allocation, AllocationExtent, ExtentKind, FileEntry, IcbStrategy, IcbTag, IndirectEntry,
        MAX_EXTENT_LEN, PartitionBlock, Tag, TagId,
    },
    wire::{Fields, Malformed},
};

use super::{
    medium::{Descriptor, Medium},
    partition::Partitions,
};
use crate::{Rule, Run, Runs, Severity, VolumeError};

const NO_ENTRY: Rule = Rule {
    id: "udf.icb.entry",
    clause: "ECMA-167 4/8.10",
    severity: Severity::Error,
    broken: "a file entry should stand here, and something else does",
};

const CHAIN: Rule = Rule {
    id: "udf.icb.chain",
    clause: "ECMA-167 4/14.7, OSTA UDF 6.6",
    severity: Severity::Error,
    broken: "the entries of a file follow upon one another without an end",
};

const MANNER: Rule = Rule {
    id: "udf.icb.allocation",
    clause: "ECMA-167 4/14.6.8",
    severity: Severity::Error,
    broken: "a file says in an unknown manner where its bytes are",
};

const AD_CYCLE: Rule = Rule {
    id: "udf.extent.cycle",
    clause: "ECMA-167 4/12.1, 4/14.5",
    severity: Severity::Error,
    broken: "allocation descriptors go on where they were before",
};

const AD_COUNT: Rule = Rule {
    id: "udf.extent.count",
    clause: "ECMA-167 4/12.1",
    severity: Severity::Error,
    broken: "the files of a folder have more extents than the medium has blocks",
};

const PARTLY: Rule = Rule {
    id: "udf.extent.partly",
    clause: "OSTA UDF 2.3.10",
    severity: Severity::Error,
    broken: "an extent that is not the last one ends within a block",
};

const COMPRESSED: Rule = Rule {
    id: "udf.extent.compressed",
    clause: "OSTA UDF 2.3.10",
    severity: Severity::Error,
    broken: "an extent is recorded in another form",
};

const BEYOND: Rule = Rule {
    id: "udf.extent.beyond",
    clause: "ECMA-167 4/12.1",
    severity: Severity::Error,
    broken: "an extent goes on behind what was recorded",
};

const SHORT: Rule = Rule {
    id: "udf.extent.short",
    clause: "ECMA-167 4/12.1, 4/14.9.10",
    severity: Severity::Error,
    broken: "a file has fewer bytes in its extents than it says",
};

/// So many entries of one file follow upon one another at most.
const MOST_ENTRIES: usize = 2048;

/// What stands in the partitions of a volume.
#[derive(Clone, Copy)]
pub struct Disc<'a> {
    pub medium: &'a Medium,
    pub partitions: &'a Partitions,
}

/// The entry of a file that prevails.
pub struct Prevailing {
    pub found: Descriptor,
    /// Where it stands.
    pub at: PartitionBlock,
    /// The address of the block that the first entry stands in, by which the file is known.
    pub first: u64,
}

/// Where the bytes of a file are.
#[derive(Debug, Default, Clone)]
pub struct Contents {
    pub pieces: Vec<Piece>,
    pub bytes: u64,
}

/// Bytes that follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The block that they begin in; `None` where they are all zero and stand nowhere.
    pub address: Option<u64>,
    /// Bytes of that block before them.
    pub skip: usize,
    pub bytes: u64,
}

impl Disc<'_> {
    /// The entry that prevails of those of a file, and that a reference leads to.
    pub fn entry(&self, icb: PartitionBlock, from: u64) -> Result<Prevailing, VolumeError> {
        let (mut at, mut from, mut first) = (icb, from, None);
        let mut prevailing: Option<Prevailing> = None;
        for _ in 0..MOST_ENTRIES {
            let read = self.descriptor(at, from);
            // Where a later entry cannot be read, the one before it is all that is left.
            let read = if prevailing.is_some() { self.medium.salvage(read)? } else { Some(read?) };
            let Some((address, found)) = read else { return prevailing.ok_or(self.endless(from)) };
            let first = *first.get_or_insert(address);
            from = address;
            let next = match found.tag.id {
                TagId::FILE_ENTRY | TagId::EXTENDED_FILE_ENTRY => {
                    let strategy = self.medium.decode(&found, strategy)?;
                    prevailing = Some(Prevailing { found, at, first });
                    if strategy == IcbStrategy::CHAIN { self.behind(at, address)? } else { None }
                }
                TagId::INDIRECT_ENTRY => self.indirect(&found)?,
                _ => None,
            };
            match (next, prevailing) {
                (Some(next), before) => (at, prevailing) = (next, before),
                (None, Some(prevailing)) => return Ok(prevailing),
                (None, None) => return self.medium.broken(&NO_ENTRY, address),
            }
        }
        match prevailing {
            Some(prevailing) => {
                self.medium.tolerate(self.medium.finding(&CHAIN, from))?;
                Ok(prevailing)
            }
            None => Err(self.endless(from)),
        }
    }

    fn endless(&self, from: u64) -> VolumeError {
        VolumeError::Broken(Box::new(self.medium.finding(&CHAIN, from)))
    }

    /// The entry that follows one of a chain. What is meant for it is not written before it is needed.
    fn behind(&self, at: PartitionBlock, from: u64) -> Result<Option<PartitionBlock>, VolumeError> {
        let behind = PartitionBlock { block: at.block.saturating_add(1), ..at };
        match self.descriptor(behind, from) {
            Ok((_, found)) if found.tag.id == TagId::INDIRECT_ENTRY => {
                Ok(self.indirect(&found)?.filter(|&next| !self.is_unrecorded(next)))
            }
            _ => Ok(None),
        }
    }

    fn indirect(&self, found: &Descriptor) -> Result<Option<PartitionBlock>, VolumeError> {
        let next = self.medium.decode(found, IndirectEntry::decode)?.next;
        Ok((next.len.bytes > 0).then_some(next.location))
    }

    fn is_unrecorded(&self, at: PartitionBlock) -> bool {
        let Some(found) = self.partitions.find(at) else { return false };
        self.medium.blocks.with(found.address, |bytes| bytes.iter().all(|&byte| byte == 0)).unwrap_or(false)
    }

    /// The descriptor in a block of a partition, or its copy; and the address of that block.
    pub fn descriptor(&self, at: PartitionBlock, from: u64) -> Result<(u64, Descriptor), VolumeError> {
        let address = self.partitions.locate(self.medium, at, from)?.address;
        let copy = self.partitions.copy_of(address);
        Ok((address, self.medium.either(address, copy, at.block)?))
    }

    /// Where the bytes of a file are, as its entry says; no more than its size. `budget` is how many pieces there may be.
    pub fn contents(
        &self,
        entry: &FileEntry<'_>,
        at: PartitionBlock,
        address: u64,
        budget: &mut usize,
    ) -> Result<Contents, VolumeError> {
        let Some(manner) = entry.icb.flags.allocation() else {
            return self.medium.broken(&MANNER, address);
        };
        let mut contents = Contents::default();
        if manner == Allocation::Embedded {
            let bytes = entry.len.min(entry.allocation.len() as u64);
            let skip = FileEntry::base_len(entry.extension.is_some()) + entry.attributes.len();
            contents.push(Piece { address: Some(address), skip, bytes });
        } else {
            let walk = self.follow(manner, entry, at.partition, address, budget, &mut contents);
            self.medium.salvage(walk)?;
        }
        if contents.bytes < entry.len {
            self.medium.tolerate(self.medium.finding(&SHORT, address).numbers(contents.bytes, entry.len))?;
        }
        Ok(contents)
    }

    /// Follows the allocation descriptors through all blocks that have some.
    fn follow(
        &self,
        manner: Allocation,
        entry: &FileEntry<'_>,
        partition: u16,
        address: u64,
        budget: &mut usize,
        contents: &mut Contents,
    ) -> Result<(), VolumeError> {
        let (mut here, mut visited): (Option<Descriptor>, _) = (None, HashSet::new());
        let mut address = address;
        loop {
            let ads = match &here {
                None => entry.allocation,
                Some(found) => self.medium.decode(found, AllocationExtent::decode)?.ads,
            };
            let mut next = None;
            for ad in Ads::new(manner, ads) {
                if contents.bytes >= entry.len {
                    return Ok(());
                }
                if ad.len().kind == ExtentKind::Continuation {
                    next = Some(ad.location(partition));
                    break;
                }
                self.extent(ad, partition, address, entry.len, budget, contents)?;
            }
            let Some(next) = next else { return Ok(()) };
            let (there, found) = self.descriptor(next, address)?;
            if !visited.insert(there) {
                return self.medium.broken(&AD_CYCLE, there);
            }
            address = there;
            here = Some(found);
        }
    }

    /// Adds the bytes of one extent, no more than the file has.
    fn extent(
        &self,
        ad: Ad,
        partition: u16,
        address: u64,
        size: u64,
        budget: &mut usize,
        contents: &mut Contents,
    ) -> Result<(), VolumeError> {
        if contents.bytes % SECTOR as u64 != 0 {
            self.medium.tolerate(self.medium.finding(&PARTLY, address).numbers(contents.bytes, size))?;
        }
        let mut bytes = u64::from(ad.len().bytes);
        if let Ad::Extended(ad) = ad {
            if ad.recorded_len & MAX_EXTENT_LEN != ad.information_len {
                self.medium.tolerate(self.medium.finding(&COMPRESSED, address))?;
            }
            bytes = u64::from(ad.information_len).min(bytes);
        }
        let mut rest = bytes.min(size.saturating_sub(contents.bytes));
        let is_recorded = ad.len().kind == ExtentKind::Recorded;
        let mut at = ad.location(partition);
        while rest > 0 {
            *budget = match budget.checked_sub(1) {
                Some(left) => left,
                None => return self.medium.broken(&AD_COUNT, address),
            };
            if !is_recorded {
                contents.push(Piece { address: None, skip: 0, bytes: rest });
                break;
            }
            let found = self.partitions.locate(self.medium, at, address)?;
            let bytes = rest.min(found.blocks.saturating_mul(SECTOR as u64));
            let end = found.address.saturating_add(bytes.div_ceil(SECTOR as u64));
            if end > self.medium.blocks.end_address() {
                let finding = self.medium.finding(&BEYOND, address);
                self.medium.tolerate(finding.numbers(end, self.medium.blocks.end_address()))?;
            }
            contents.push(Piece { address: Some(found.address), skip: 0, bytes });
            rest -= bytes;
            let block = u64::from(at.block) + bytes.div_ceil(SECTOR as u64);
            at.block = u32::try_from(block).unwrap_or(u32::MAX);
        }
        Ok(())
    }

    /// So many pieces the files of a folder have at most, unless they share them: what is recorded, and holes between.
    pub fn budget(&self) -> usize {
        usize::try_from(self.medium.blocks.count()).unwrap_or(usize::MAX).saturating_mul(2).saturating_add(4096)
    }
}

/// How the entries of a file follow upon one another, without looking at the rest of one.
fn strategy(entry: &[u8]) -> Result<IcbStrategy, Malformed> {
    Ok(IcbTag::decode(Fields::new(entry).array_ref(Tag::LEN)?)?.strategy)
}

impl Contents {
    fn push(&mut self, piece: Piece) {
        if piece.bytes == 0 {
            return;
        }
        self.bytes += piece.bytes;
        let follows = |last: &Piece| match (last.address, piece.address) {
            (Some(address), Some(next)) => {
                last.bytes % SECTOR as u64 == 0 && last.skip == 0 && address + last.bytes / SECTOR as u64 == next
            }
            (None, None) => true,
            _ => false,
        };
        match self.pieces.last_mut().filter(|last| follows(last)) {
            Some(last) => last.bytes += piece.bytes,
            None => self.pieces.push(piece),
        }
    }

    /// The same by bytes of the source; what is before its beginning is nowhere.
    pub fn runs(&self, medium: &Medium) -> Runs {
        let runs = self.pieces.iter().map(|piece| {
            let start = piece.address.map(|address| {
                // Beyond the end, so that it is an error to read it.
                medium.blocks.byte_of(address).map_or(u64::MAX / 2, |byte| byte + piece.skip as u64)
            });
            Run { start, bytes: piece.bytes }
        });
        runs.collect()
    }

    /// All bytes, if they are not more than that.
    pub fn read(&self, medium: &Medium, most: u64) -> Option<Result<Vec<u8>, VolumeError>> {
        if self.bytes > most {
            return None;
        }
        let mut out = Vec::new();
        for piece in &self.pieces {
            if let Err(error) = read_piece(medium, piece, &mut out) {
                return Some(Err(error));
            }
        }
        Some(Ok(out))
    }
}

fn read_piece(medium: &Medium, piece: &Piece, out: &mut Vec<u8>) -> Result<(), VolumeError> {
    let len = usize::try_from(piece.bytes).unwrap_or(usize::MAX);
    match piece.address {
        Some(address) => {
            let bytes = medium.blocks.bytes(address, piece.bytes.saturating_add(piece.skip as u64))?;
            out.extend_from_slice(&bytes[piece.skip..]);
        }
        None => out.resize(out.len() + len, 0),
    }
    Ok(())
}
