//! What is written into loaders: the table of ISOLINUX, GRUB and others, and GRUB's own address.

use imapi_volume_structs::el_torito::{
    BOOT_INFO_AT, BootInfoChecksum, BootInfoTable, GRUB_BOOT_INFO_AT, grub_boot_info,
};

use super::resolved::Resolved;
use crate::{Content, ContentError, ContentReader, plan::Patch};

/// The block of the primary volume descriptor, counted from the first of the session.
const DESCRIPTOR: u32 = 16;
/// Bytes that are read at once for a checksum.
const AT_ONCE: usize = 1 << 16;

/// What is written into contents.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    content: Content,
    table: bool,
    grub: bool,
}

/// All patches of the entries, given where each content begins. Entries that share their image share what is written.
pub(super) fn patches(
    entries: &[Resolved],
    start: u32,
    block_of: impl Fn(Content) -> u32,
    reader: &ContentReader,
) -> Result<Vec<Patch>, ContentError> {
    let mut all: Vec<Wanted> = Vec::new();
    for resolved in entries {
        // What the disc has already stays as it is.
        let content = resolved.content.filter(|&content| reader.contents().placed(content).is_none());
        let Some(content) = content else { continue };
        let (table, grub) = (resolved.entry.info_table, resolved.entry.grub_info);
        match all.iter_mut().find(|wanted| wanted.content == content) {
            Some(wanted) => (wanted.table, wanted.grub) = (wanted.table || table, wanted.grub || grub),
            None => all.push(Wanted { content, table, grub }),
        }
    }
    let mut patches = Vec::new();
    for Wanted { content, table, grub } in all {
        let block = block_of(content);
        let address = grub.then(|| grub_boot_info(block));
        if let Some(address) = address {
            patches.push(Patch { content, offset: GRUB_BOOT_INFO_AT as u64, bytes: address.to_vec() });
        }
        if table {
            let (len, checksum) = checksum(reader, content, address)?;
            let table = BootInfoTable { volume_descriptor: start.saturating_add(DESCRIPTOR), block, len, checksum };
            patches.push(Patch { content, offset: BOOT_INFO_AT as u64, bytes: table.encode().to_vec() });
        }
    }
    Ok(patches)
}

/// Length and checksum of a loader that has GRUB's address in it.
fn checksum(reader: &ContentReader, content: Content, address: Option<[u8; 8]>) -> Result<(u32, u32), ContentError> {
    let open = reader.open(content)?;
    let mut checksum = BootInfoChecksum::new();
    let mut buffer = vec![0; AT_ONCE];
    let size = open.size();
    let mut at = 0;
    while at < size {
        let count = usize::try_from(size - at).unwrap_or(AT_ONCE).min(AT_ONCE);
        let bytes = &mut buffer[..count];
        open.read_at(at, bytes)?;
        // It is in the first piece as a whole.
        if let Some((address, place)) = address.filter(|_| at == 0).zip(bytes.get_mut(GRUB_BOOT_INFO_AT..)) {
            place.iter_mut().zip(address).for_each(|(place, byte)| *place = byte);
        }
        checksum.update(bytes);
        at += count as u64;
    }
    open.check()?;
    // Longer loaders were refused.
    Ok((u32::try_from(size).unwrap_or(u32::MAX), checksum.finish()))
}
