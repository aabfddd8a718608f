//! The partition tables of a disk, which an image has that is written to one as it is: MBR and GPT.
//!
//! That of Apple is not looked at.

use imapi_volume_structs::{
    SECTOR,
    crc32::Crc32,
    gpt::{GptEntry, GptHeader},
    mbr::{BLOCK, Mbr, PartitionKind},
    wire::Malformed,
};

use super::Checking;
use crate::{FileSystem, Finding, Rule, Severity, VolumeError};

const MBR_OUTSIDE: Rule = Rule {
    id: "mbr.partition.outside",
    clause: "UEFI 5.2.1",
    severity: Severity::Error,
    broken: "a partition ends outside of the image",
};

const GPT_MISSING: Rule = Rule {
    id: "gpt.header.missing",
    clause: "UEFI 5.2.3, 5.3.2",
    severity: Severity::Error,
    broken: "the MBR says that there is a GPT, and there is no header",
};

const GPT_HEADER: Rule = Rule {
    id: "gpt.header",
    clause: "UEFI 5.3.2",
    severity: Severity::Error,
    broken: "the header of the GPT is damaged",
};

const GPT_OWN: Rule = Rule {
    id: "gpt.header.place",
    clause: "UEFI 5.3.2",
    severity: Severity::Error,
    broken: "a header of the GPT says that it is in another block",
};

const GPT_ENTRIES: Rule = Rule {
    id: "gpt.entries",
    clause: "UEFI 5.3.2",
    severity: Severity::Error,
    broken: "the entries of the GPT are damaged",
};

const GPT_BACKUP: Rule = Rule {
    id: "gpt.backup",
    clause: "UEFI 5.3.2",
    severity: Severity::Error,
    broken: "the copy of the GPT is damaged, or not where the header says",
};

const GPT_DIFFERS: Rule = Rule {
    id: "gpt.backup.differs",
    clause: "UEFI 5.3.2",
    severity: Severity::Error,
    broken: "the copy of the GPT does not say the same",
};

const GPT_END: Rule = Rule {
    id: "gpt.backup.end",
    clause: "UEFI 5.3.2",
    severity: Severity::Warning,
    broken: "the copy of the GPT is not in the last block of the image",
};

const GPT_OUTSIDE: Rule = Rule {
    id: "gpt.partition.outside",
    clause: "UEFI 5.3.3",
    severity: Severity::Error,
    broken: "a partition of the GPT ends outside of the image, or before it begins",
};

/// isohybrid and xorriso do that with the partition that is the whole image, and every system starts from it.
const GPT_UNUSABLE: Rule = Rule {
    id: "gpt.partition.usable",
    clause: "UEFI 5.3.3",
    severity: Severity::Warning,
    broken: "a partition of the GPT is not among the blocks that partitions may have",
};

/// No table has more bytes of entries: 8192 of them.
const MOST_ENTRIES: u64 = 1 << 20;

/// Checks the tables of the image, of whichever session.
pub fn check(checking: &Checking<'_>) -> Result<(), VolumeError> {
    // Those of a disk are at its beginning, and a later session alone has none.
    if checking.options.displaced != 0 || checking.blocks.count() == 0 {
        return Ok(());
    }
    match Tables::look(checking) {
        Err(VolumeError::Outside { .. } | VolumeError::Unreadable(_)) => Ok(()),
        outcome => outcome,
    }
}

struct Tables<'a, 'b> {
    checking: &'a Checking<'b>,
    /// Blocks of 512 bytes.
    blocks: u64,
}

impl Tables<'_, '_> {
    fn look(checking: &Checking<'_>) -> Result<(), VolumeError> {
        let tables = Tables { checking, blocks: checking.blocks.count().saturating_mul((SECTOR / BLOCK) as u64) };
        let is_protective = tables.mbr()?;
        tables.gpt(is_protective)
    }

    fn finding(&self, rule: &'static Rule, block: u64) -> Finding {
        self.checking.at(rule, FileSystem::Iso9660, block / (SECTOR / BLOCK) as u64)
    }

    fn block(&self, block: u64) -> Result<[u8; BLOCK], VolumeError> {
        let in_sector = (SECTOR / BLOCK) as u64;
        let at = usize::try_from(block % in_sector).unwrap_or(0) * BLOCK;
        let mut out = [0; BLOCK];
        self.checking.blocks.with(block / in_sector, |sector| out.copy_from_slice(&sector[at..at + BLOCK]))?;
        Ok(out)
    }

    /// Whether the MBR is that of a GPT.
    fn mbr(&self) -> Result<bool, VolumeError> {
        let Ok(mbr) = Mbr::decode(&self.block(0)?) else { return Ok(false) };
        // The signature is also that of boot sectors of other kinds, which have code there.
        if mbr.partitions.iter().any(|partition| !matches!(partition.status, 0 | 0x80)) {
            return Ok(false);
        }
        let used = || mbr.partitions.iter().filter(|partition| partition.kind != PartitionKind::EMPTY);
        for (number, partition) in (1_u32..).zip(&mbr.partitions) {
            let end = u64::from(partition.start) + u64::from(partition.blocks);
            // A protective partition may say that it has all blocks that it can count.
            let is_all =
                partition.kind == PartitionKind::GPT_PROTECTIVE && partition.blocks >= u32::MAX - partition.start;
            if partition.kind != PartitionKind::EMPTY && end > self.blocks && !is_all {
                let about = format!("partition {number}");
                self.checking.add(self.finding(&MBR_OUTSIDE, 0).numbers(end, self.blocks).about(about.as_bytes()));
            }
        }
        Ok(used().any(|partition| partition.kind == PartitionKind::GPT_PROTECTIVE))
    }

    fn gpt(&self, is_protective: bool) -> Result<(), VolumeError> {
        let bytes = self.block(GptHeader::BLOCK)?;
        if !bytes.starts_with(b"EFI PART") {
            if is_protective {
                self.checking.add(self.finding(&GPT_MISSING, GptHeader::BLOCK));
            }
            return Ok(());
        }
        let header = match GptHeader::decode(&bytes) {
            Ok(header) => header,
            Err(malformed) => {
                self.checking.add(self.finding(&GPT_HEADER, GptHeader::BLOCK).malformed(malformed));
                return Ok(());
            }
        };
        if header.own != GptHeader::BLOCK {
            self.checking.add(self.finding(&GPT_OWN, GptHeader::BLOCK).numbers(header.own, GptHeader::BLOCK));
        }
        match self.entries(&header) {
            Ok(entries) => self.partitions(&header, &entries),
            Err(malformed) => self.checking.add(self.finding(&GPT_ENTRIES, header.entries).malformed(malformed)),
        }
        self.backup(&header)
    }

    /// All entries, when their sum is right.
    fn entries(&self, header: &GptHeader) -> Result<Vec<u8>, Malformed> {
        let len = u64::from(header.entry_count).saturating_mul(header.entry_len.into());
        if len > MOST_ENTRIES || (header.entry_len as usize) < GptEntry::LEN {
            return Err(Malformed::new("a table of an absurd length", 80));
        }
        let mut all = Vec::new();
        let end = header.entries.saturating_add(len.div_ceil(BLOCK as u64));
        for block in header.entries..end {
            let bytes = self.block(block).map_err(|_| Malformed::new("a table outside of the image", 72))?;
            all.extend_from_slice(&bytes);
        }
        all.truncate(usize::try_from(len).unwrap_or(0));
        if Crc32::of(&all) == header.entries_crc {
            Ok(all)
        } else {
            Err(Malformed::new("entries with a wrong checksum", 88))
        }
    }

    fn partitions(&self, header: &GptHeader, entries: &[u8]) {
        let each = entries.chunks(header.entry_len.max(1) as usize);
        for entry in each.filter_map(|bytes| GptEntry::decode(bytes).ok()).filter(GptEntry::is_used) {
            let name: String = entry.name_chars().collect();
            let finding = |rule| self.finding(rule, header.entries).about(name.as_bytes());
            if entry.last >= self.blocks || entry.first > entry.last {
                self.checking.add(finding(&GPT_OUTSIDE).numbers(entry.last, self.blocks));
            } else if entry.first < header.first_usable {
                self.checking.add(finding(&GPT_UNUSABLE).numbers(entry.first, header.first_usable));
            } else if entry.last > header.last_usable {
                self.checking.add(finding(&GPT_UNUSABLE).numbers(entry.last, header.last_usable));
            }
        }
    }

    fn backup(&self, header: &GptHeader) -> Result<(), VolumeError> {
        if header.other >= self.blocks {
            self.checking.add(self.finding(&GPT_BACKUP, GptHeader::BLOCK).numbers(header.other, self.blocks));
            return Ok(());
        }
        let copy = match GptHeader::decode(&self.block(header.other)?) {
            Ok(copy) => copy,
            Err(malformed) => {
                self.checking.add(self.finding(&GPT_BACKUP, header.other).malformed(malformed));
                return Ok(());
            }
        };
        if copy.own != header.other || copy.other != header.own {
            self.checking.add(self.finding(&GPT_OWN, header.other).numbers(copy.own, header.other));
        }
        let same = |header: &GptHeader| {
            (header.disk, header.entries_crc, header.entry_count, header.first_usable, header.last_usable)
        };
        if same(&copy) != same(header) {
            self.checking.add(self.finding(&GPT_DIFFERS, header.other));
        }
        if let Err(malformed) = self.entries(&copy) {
            self.checking.add(self.finding(&GPT_BACKUP, copy.entries).malformed(malformed));
        }
        if header.other + 1 != self.blocks {
            self.checking.add(self.finding(&GPT_END, header.other).numbers(header.other, self.blocks - 1));
        }
        Ok(())
    }
}
