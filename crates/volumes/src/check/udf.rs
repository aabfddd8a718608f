//! What UDF says of itself beside its files: anchors, both sequences of descriptors, the integrity descriptor, the bitmap of
//! free blocks, both files of metadata.

use std::collections::HashMap;

use imapi_disc_types::Block;
use imapi_volume_structs::{
    SECTOR,
    udf::{Anchor, Extent, FileEntry, PartitionHeader, SpaceBitmap, Tag, TagId},
};

use super::{
    Checking,
    extents::{Extents, Use},
    tree::Seen,
};
use crate::{
    FileSystem, Finding, Rule, Severity, VolumeError,
    blocks::Blocks,
    udf::{Parts, anchor, facts, parts},
};

const FEW_ANCHORS: Rule = Rule {
    id: "udf.anchor.count",
    clause: "ECMA-167 3/8.4.2.1, OSTA UDF 2.2.3",
    severity: Severity::Warning,
    broken: "there are not two anchors among block 256, the last one and the one 256 before it",
};

const ANCHORS_DIFFER: Rule = Rule {
    id: "udf.anchor.differ",
    clause: "ECMA-167 3/8.4.2.1",
    severity: Severity::Error,
    broken: "an anchor leads elsewhere than the first",
};

const SEQUENCE_DAMAGED: Rule = Rule {
    id: "udf.sequence.descriptor",
    clause: "ECMA-167 3/8.4.2",
    severity: Severity::Error,
    broken: "a volume descriptor is damaged, or in the wrong place",
};

const SEQUENCES_DIFFER: Rule = Rule {
    id: "udf.sequence.differ",
    clause: "ECMA-167 3/8.4.2.2",
    severity: Severity::Error,
    broken: "both sequences of volume descriptors do not say the same",
};

const SEQUENCE_LENGTH: Rule = Rule {
    id: "udf.sequence.length",
    clause: "OSTA UDF 2.2.3.1",
    severity: Severity::Warning,
    broken: "a sequence of volume descriptors has room for less than sixteen",
};

const TAG_RESERVED: Rule = Rule {
    id: "udf.tag.reserved",
    clause: "ECMA-167 3/7.2.4",
    severity: Severity::Warning,
    broken: "the reserved byte of a descriptor tag is not zero",
};

const FILES: Rule = Rule {
    id: "udf.integrity.files",
    clause: "OSTA UDF 2.2.6.4",
    severity: Severity::Warning,
    broken: "there are not as many files as the integrity descriptor says",
};

const FOLDERS: Rule = Rule {
    id: "udf.integrity.folders",
    clause: "OSTA UDF 2.2.6.4",
    severity: Severity::Warning,
    broken: "there are not as many folders as the integrity descriptor says",
};

const FREE: Rule = Rule {
    id: "udf.integrity.free",
    clause: "ECMA-167 3/10.10.9",
    severity: Severity::Warning,
    broken: "not as many blocks are free as the integrity descriptor says",
};

const ID_TWICE: Rule = Rule {
    id: "udf.unique-id.twice",
    clause: "OSTA UDF 3.2.1, ECMA-167 4/14.9.18",
    severity: Severity::Warning,
    broken: "two files have the same unique id",
};

const ID_NEXT: Rule = Rule {
    id: "udf.unique-id.next",
    clause: "OSTA UDF 3.2.1",
    severity: Severity::Warning,
    broken: "a file has a unique id that is still to be given",
};

const LINKS: Rule = Rule {
    id: "udf.file.links",
    clause: "ECMA-167 4/14.9.6",
    severity: Severity::Warning,
    broken: "a file has not as many names as it says",
};

const BLOCKS: Rule = Rule {
    id: "udf.file.blocks",
    clause: "ECMA-167 4/14.9.11",
    severity: Severity::Warning,
    broken: "a file has not as many blocks as it says",
};

const BITMAP: Rule = Rule {
    id: "udf.bitmap.damaged",
    clause: "ECMA-167 4/14.12, OSTA UDF 2.3.8",
    severity: Severity::Error,
    broken: "the bitmap of free blocks cannot be read, or is too short for the partition",
};

const IN_USE: Rule = Rule {
    id: "udf.bitmap.used",
    clause: "ECMA-167 4/14.12.4",
    severity: Severity::Error,
    broken: "a block is in use, and the bitmap says that it is free",
};

const COPIES: Rule = Rule {
    id: "udf.metadata.copies",
    clause: "OSTA UDF 2.2.13.1",
    severity: Severity::Warning,
    broken: "the metadata file and its mirror have not the same bytes",
};

/// A bitmap of so many bytes is that of a partition of 1 TiB.
const LONGEST_BITMAP: u64 = 64 << 20;

/// Programs put up to 150 blocks behind what they record, and drives fill up to 32.
const PADDING: u64 = 182;

/// No sequence is followed longer.
const LONGEST_SEQUENCE: u64 = 4096;

/// Checks what the volume says of itself, and of its files.
pub fn check(checking: &Checking<'_>, seen: Option<&mut Seen>, extents: &mut Extents) -> Result<(), VolumeError> {
    let parts = parts(Blocks::new(checking.source, &checking.options)?, &checking.options)?;
    let checker = Checker { checking, parts };
    checker.anchors();
    checker.sequences(extents)?;
    let closing = facts::closing(&checker.parts.medium, checker.parts.integrity);
    if let Some(seen) = seen {
        seen.used.sort_unstable();
        seen.entries.sort_unstable();
        checker.entries(seen, closing.as_ref());
        checker.bitmaps(seen, closing.as_ref())?;
    }
    checker.copies();
    Ok(())
}

struct Checker<'a, 'b> {
    checking: &'a Checking<'b>,
    parts: Parts,
}

impl Checker<'_, '_> {
    fn add(&self, finding: Finding) {
        self.checking.add(finding);
    }

    fn finding(&self, rule: &'static Rule, address: u64) -> Finding {
        self.parts.medium.finding(rule, address)
    }

    /// Two of three places have one, and all lead to the same descriptors.
    fn anchors(&self) {
        let medium = &self.parts.medium;
        let first = medium.session().saturating_add(256);
        let end = medium.blocks.end_address();
        let mut places = vec![first];
        places.extend([end.checked_sub(1), end.checked_sub(257)].into_iter().flatten().filter(|&at| at > first));
        let anchor_at = |at: u64| anchor::read(medium, at).map(|anchor| (at, anchor));
        let mut found: Vec<(u64, Anchor)> = places.iter().filter_map(|&at| anchor_at(at)).collect();
        if found.len() < 2 {
            // Behind the last block that was recorded, programs and drives put blocks that mean nothing.
            let lowest = end.saturating_sub(PADDING).max(first.saturating_add(1));
            found.extend((lowest..end).rev().find_map(anchor_at));
        }
        // Where a later session has overwritten what an earlier one began with, that has lost its first; and what has a
        // virtual partition can go on, and gets its second when it is closed.
        let is_open = self.parts.partitions.vat.is_some();
        let is_whole = medium.session() == 0 && self.checking.options.head.is_none() && !is_open;
        if found.len() < 2 && is_whole {
            self.add(self.finding(&FEW_ANCHORS, first).numbers(found.len() as u64, 2_u64));
        }
        for (at, anchor) in &found {
            if (anchor.main, anchor.reserve) != (self.parts.anchor.main, self.parts.anchor.reserve) {
                let finding = self.finding(&ANCHORS_DIFFER, *at);
                self.add(finding.numbers(anchor.main.block, self.parts.anchor.main.block));
            }
        }
    }

    /// Both sequences have the same descriptors in the same order.
    fn sequences(&self, extents: &mut Extents) -> Result<(), VolumeError> {
        let anchor = self.parts.anchor;
        let mut all = Vec::new();
        for extent in [anchor.main, anchor.reserve] {
            if u64::from(extent.len) < 16 * SECTOR as u64 {
                self.add(self.finding(&SEQUENCE_LENGTH, extent.block.into()).numbers(extent.len, 16_u64 * 2048));
            }
            let start = self.parts.medium.block_of(extent.block.into());
            let blocks = u64::from(extent.len).div_ceil(SECTOR as u64);
            extents.add(Use::Structure, FileSystem::Udf, start, blocks, start);
            all.push(self.sequence(extent)?);
        }
        let [main, reserve] = &all[..] else { return Ok(()) };
        for (index, (at, body)) in main.iter().enumerate() {
            match reserve.get(index) {
                Some((_, other)) if other == body => {}
                Some((there, _)) => {
                    self.add(self.finding(&SEQUENCES_DIFFER, *at).numbers(*at, *there));
                    return Ok(());
                }
                None => break,
            }
        }
        if main.len() != reserve.len() {
            let finding = self.finding(&SEQUENCES_DIFFER, anchor.reserve.block.into());
            self.add(finding.numbers(reserve.len() as u64, main.len() as u64));
        }
        Ok(())
    }

    /// Address, kind and body of each descriptor of a sequence, so far as it is in one piece.
    fn sequence(&self, extent: Extent) -> Result<Vec<(u64, Vec<u8>)>, VolumeError> {
        let medium = &self.parts.medium;
        let mut all = Vec::new();
        let count = u64::from(extent.len / 2048).min(LONGEST_SEQUENCE);
        for address in (u64::from(extent.block)..).take(usize::try_from(count).unwrap_or(0)) {
            let Some(block) = medium.salvage(medium.blocks.block(address))? else { break };
            if block.iter().all(|&byte| byte == 0) {
                break;
            }
            match medium.intact(address, u32::try_from(address).unwrap_or(u32::MAX)) {
                Ok(found) => {
                    if block[5] != 0 {
                        self.add(self.finding(&TAG_RESERVED, address).numbers(block[5], 0_u8));
                    }
                    let mut body = found.tag.id.0.to_le_bytes().to_vec();
                    // A pointer leads each sequence to its own next part.
                    if found.tag.id != TagId::VOLUME_POINTER {
                        body.extend_from_slice(&block[Tag::LEN..]);
                    }
                    all.push((address, body));
                    if matches!(found.tag.id, TagId::TERMINATING | TagId::VOLUME_POINTER) {
                        break;
                    }
                }
                Err(VolumeError::Broken(damage)) => {
                    self.add(Finding { rule: &SEQUENCE_DAMAGED, ..*damage });
                    all.push((address, Vec::new()));
                }
                Err(_) => break,
            }
        }
        Ok(all)
    }

    /// What the entries of files say of themselves.
    fn entries(&self, seen: &Seen, closing: Option<&facts::Closing>) {
        let (mut files, mut folders, mut names) = (0_u64, 0_u64, 0_u64);
        let mut ids: HashMap<u64, u64> = HashMap::new();
        let mut rest = &seen.entries[..];
        while let Some(&(block, is_folder)) = rest.first() {
            let count = rest.iter().take_while(|(other, _)| *other == block).count();
            rest = &rest[count..];
            names += if is_folder { 0 } else { count as u64 };
            *(if is_folder { &mut folders } else { &mut files }) += 1;
            let address = block.saturating_add(self.checking.options.displaced.into());
            let Ok(bytes) = self.checking.blocks.block(address) else { continue };
            let Ok(entry) = FileEntry::decode(&bytes) else { continue };
            if bytes[5] != 0 {
                self.add(self.finding(&TAG_RESERVED, address).numbers(bytes[5], 0_u8));
            }
            if !is_folder && usize::from(entry.links) != count {
                self.add(self.finding(&LINKS, address).numbers(entry.links, count as u64));
            }
            self.blocks_of(&entry, address);
            if entry.unique_id == 0 {
                continue;
            }
            if let Some(other) = ids.insert(entry.unique_id, address) {
                self.add(self.finding(&ID_TWICE, address).numbers(entry.unique_id, other));
            }
            let is_virtual = self.parts.partitions.vat.is_some();
            if let Some(closing) = closing.filter(|closing| !is_virtual && entry.unique_id >= closing.next_id) {
                self.add(self.finding(&ID_NEXT, address).numbers(entry.unique_id, closing.next_id));
            }
        }
        let facts = seen.volume.facts();
        if let (Some((said_files, said_folders)), Some(closing)) = (facts.counts, closing) {
            // Whether a file of two names is two files, the standard does not say.
            if said_files != files && said_files != names {
                self.add(self.finding(&FILES, closing.address).numbers(said_files, names));
            }
            if said_folders != folders {
                self.add(self.finding(&FOLDERS, closing.address).numbers(said_folders, folders));
            }
        }
    }

    /// Recorded blocks are those of extents that have some; those among the entry itself do not count.
    fn blocks_of(&self, entry: &FileEntry<'_>, address: u64) {
        use imapi_volume_structs::udf::{Allocation, ExtentKind};
        if entry.icb.flags.allocation() == Some(Allocation::Embedded) {
            if entry.blocks != 0 {
                self.add(self.finding(&BLOCKS, address).numbers(entry.blocks, 0_u64));
            }
            return;
        }
        let mut blocks = 0_u64;
        for ad in entry.extents() {
            match ad.len().kind {
                // Further descriptors are in a block of their own, and whether it counts, programs do not agree upon.
                ExtentKind::Continuation => return,
                ExtentKind::Recorded => blocks += u64::from(ad.len().bytes).div_ceil(SECTOR as u64),
                ExtentKind::Allocated | ExtentKind::Hole => {}
            }
        }
        if entry.blocks < blocks {
            self.add(self.finding(&BLOCKS, address).numbers(entry.blocks, blocks));
        }
    }

    /// Nothing that is in use is said to be free.
    fn bitmaps(&self, seen: &Seen, closing: Option<&facts::Closing>) -> Result<(), VolumeError> {
        for partition in self.parts.sequence.partitions.values() {
            let Ok(header) = PartitionHeader::decode(&partition.contents_use) else { continue };
            let extent = header.unallocated_bitmap;
            if extent.len.bytes == 0 {
                continue;
            }
            let start = u64::from(partition.start);
            let address = start.saturating_add(extent.block.into());
            let read = self.parts.medium.blocks.bytes(address, u64::from(extent.len.bytes).min(LONGEST_BITMAP));
            let Some(bytes) = self.parts.medium.salvage(read)? else { continue };
            let bitmap = match SpaceBitmap::decode(&bytes) {
                Ok(bitmap) => bitmap,
                Err(malformed) => {
                    self.add(self.finding(&BITMAP, address).malformed(malformed));
                    continue;
                }
            };
            if bitmap.blocks() < partition.len {
                self.add(self.finding(&BITMAP, address).numbers(bitmap.blocks(), partition.len));
            }
            let first = self.parts.medium.block_of(start);
            self.used(seen, &bitmap, first);
            // With a partition in another one, the numbers of both are in one list, in the order of the maps.
            let free = bitmap.count_free();
            let said = closing.map(|closing| &closing.free[..]).unwrap_or_default();
            if let (Some(closing), [said, ..]) = (closing, said) {
                if *said != u32::MAX && u64::from(*said) != free {
                    self.add(self.finding(&FREE, closing.address).numbers(*said, free));
                }
            }
        }
        Ok(())
    }

    fn used(&self, seen: &Seen, bitmap: &SpaceBitmap<'_>, first: u64) {
        // Those that overlap are looked at once.
        let mut done = 0;
        for &(start, end, told) in &seen.used {
            let (start, end) = (start.max(done).max(first), end.min(first + u64::from(bitmap.blocks())));
            let free = (start..end).find(|block| {
                u32::try_from(block - first).ok().and_then(|block| bitmap.is_free(block)).unwrap_or(false)
            });
            if let Some(free) = free {
                self.add(Finding::new(&IN_USE, FileSystem::Udf, Block(told)).numbers(free, told));
            }
            done = done.max(end);
        }
    }

    /// What is in the metadata file twice is the same.
    fn copies(&self) {
        let blocks = &self.parts.medium.blocks;
        // Extents that overlap need not be compared for ever.
        let mut left = blocks.count();
        for (address, copy, count) in self.parts.partitions.copies() {
            let count = count.min(left);
            left -= count;
            for block in 0..count {
                let both = blocks.block(address + block).and_then(|one| Ok(one == blocks.block(copy + block)?));
                if let Ok(false) = both {
                    self.add(self.finding(&COPIES, address + block).numbers(address + block, copy + block));
                }
            }
        }
    }
}
