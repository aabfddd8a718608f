//! What machines start: the catalogue, and the tables that loaders find in themselves.

use std::sync::Arc;

use imapi_volume_structs::{
    SECTOR,
    el_torito::{BOOT_INFO_AT, BootInfoChecksum, BootInfoTable, Emulation},
};

use super::{Checking, tree::Seen};
use crate::{FileBytes, FileSystem, Finding, Names, Rule, Run, Runs, Severity, VolumeError, boot_catalog};

const LENGTH: Rule = Rule {
    id: "el-torito.image.length",
    clause: "El Torito 2.2",
    severity: Severity::Warning,
    broken: "what should be loaded ends outside of what was recorded",
};

const NOTHING: Rule = Rule {
    id: "el-torito.image.none",
    clause: "El Torito 2.2",
    severity: Severity::Warning,
    broken: "an entry loads no sectors",
};

const LOADER_BLOCK: Rule = Rule {
    id: "el-torito.boot-info.block",
    clause: "mkisofs -boot-info-table",
    severity: Severity::Error,
    broken: "a loader's table says that it is in another block",
};

const LOADER_VOLUME: Rule = Rule {
    id: "el-torito.boot-info.volume",
    clause: "mkisofs -boot-info-table",
    severity: Severity::Error,
    broken: "a loader's table says that the volume descriptor is in another block",
};

const LOADER_LENGTH: Rule = Rule {
    id: "el-torito.boot-info.length",
    clause: "mkisofs -boot-info-table",
    severity: Severity::Error,
    broken: "a loader's table says another length than its file has",
};

const LOADER_SUM: Rule = Rule {
    id: "el-torito.boot-info.checksum",
    clause: "mkisofs -boot-info-table",
    severity: Severity::Error,
    broken: "a loader is not what it was when its table was made",
};

/// Loaders of more bytes are not summed up: none is as long.
const LONGEST: u64 = 64 << 20;

/// Checks what machines start from a session.
pub fn check(checking: &Checking<'_>, seen: &[Seen]) -> Result<(), VolumeError> {
    let Some(catalog) = boot_catalog(checking.source, &checking.options)? else { return Ok(()) };
    let files: Vec<&Seen> = seen.iter().filter(|seen| seen.names() != Names::Udf).collect();
    for image in &catalog.images {
        let Some(start) = image.start else { continue };
        let finding = |rule| Finding::new(rule, FileSystem::Iso9660, catalog.block);
        let bytes = match image.entry.emulation.floppy_len() {
            Some(len) => u64::from(len),
            None => u64::from(image.entry.sector_count) * 512,
        };
        if image.entry.bootable && bytes == 0 {
            checking.add(finding(&NOTHING));
        }
        let end = checking.blocks.count().saturating_mul(SECTOR as u64);
        if image.entry.bootable && start.saturating_add(bytes) > end {
            checking.add(finding(&LENGTH).numbers(start.saturating_add(bytes), end));
        }
        if image.entry.emulation == Emulation::NONE {
            loader(checking, image.entry.block, start, files.iter().find_map(|seen| size_at(seen, start)))?;
        }
    }
    Ok(())
}

/// The longest file that begins at a byte.
fn size_at(seen: &Seen, start: u64) -> Option<u64> {
    let behind = seen.files.partition_point(|&(other, _)| other <= start);
    seen.files[..behind].last().filter(|(other, _)| *other == start).map(|&(_, size)| size)
}

/// A loader has a table when two of its three values are right; then all must be. How long one is that is in no folder, only
/// its table says.
fn loader(checking: &Checking<'_>, block: u32, start: u64, file_size: Option<u64>) -> Result<(), VolumeError> {
    let recorded = checking.blocks.count().saturating_mul(SECTOR as u64).saturating_sub(start);
    let most = file_size.unwrap_or(recorded).min(recorded);
    if most < (BOOT_INFO_AT + BootInfoTable::LEN) as u64 {
        return Ok(());
    }
    let runs = Runs::One(Run { start: Some(start), bytes: most });
    let file = FileBytes::new(Arc::clone(checking.source), &runs);
    let mut bytes = vec![0; 1 << 16];
    let count = file.read_at(0, &mut bytes)?;
    let Ok(table) = BootInfoTable::decode(bytes.get(BOOT_INFO_AT..count).unwrap_or_default()) else { return Ok(()) };
    let size = file_size.unwrap_or(table.len.into());
    if size > most || size > LONGEST {
        return Ok(());
    }
    let is_reserved = bytes[BOOT_INFO_AT + 16..BOOT_INFO_AT + BootInfoTable::LEN].iter().all(|&byte| byte == 0);
    let descriptor = checking.options.head_address().saturating_add(16);
    let values = [
        (&LOADER_VOLUME, u64::from(table.volume_descriptor), descriptor),
        (&LOADER_BLOCK, table.block.into(), block.into()),
        (&LOADER_LENGTH, table.len.into(), size),
    ];
    // A session that was added has the descriptor of the first in its place.
    let is_right = |(_, found, expected): &(&Rule, u64, u64)| found == expected || (*found == 16 && *expected > 16);
    let right = values.iter().filter(|value| is_right(value)).count();
    if !is_reserved || right < if file_size.is_some() { 2 } else { 3 } {
        return Ok(());
    }
    let finding = |rule| Finding::new(rule, FileSystem::Iso9660, imapi_disc_types::Block(start / SECTOR as u64));
    let mut is_whole = true;
    for (rule, found, expected) in values {
        if !is_right(&(rule, found, expected)) {
            is_whole &= rule.id != LOADER_LENGTH.id;
            checking.add(finding(rule).numbers(found, expected));
        }
    }
    let (mut sum, mut offset) = (BootInfoChecksum::new(), 0);
    while is_whole && offset < size {
        let count = file.read_at(offset, &mut bytes)?;
        if count == 0 {
            break;
        }
        let wanted = usize::try_from(size - offset).map_or(count, |left| left.min(count));
        sum.update(&bytes[..wanted]);
        offset += count as u64;
    }
    if is_whole && sum.finish() != table.checksum {
        checking.add(finding(&LOADER_SUM).numbers(table.checksum, sum.finish()));
    }
    Ok(())
}
