//! Where the code in an MBR looks for the rest of its loader, which lies somewhere in the image.
//!
//! Both kinds of code want a block of 512 bytes at the same place: ISOLINUX's (`isohdpfx.bin` and its kin) the first of
//! the image of El Torito, GRUB's (`boot_hybrid.img`) the fifth, since the first four are for CDs only.

use super::{BLOCK, BLOCKS_PER_SECTOR, Mbr};

/// The byte of the MBR at which the block is wanted, 64 bits with the lowest first.
pub const LOADER_AT: usize = 432;

/// Whose code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HybridCode {
    /// ISOLINUX's, of isohybrid.
    Isolinux,
    /// GRUB's.
    Grub,
}

impl HybridCode {
    /// Whose code a template is; `None` when it is neither's, as far as its bytes tell.
    ///
    /// A template of ISOLINUX has nothing behind the place for the address, whose bytes are zero; its file is 432 bytes
    /// long. GRUB's is a whole sector, with the number 1 in that place and the signature of an MBR.
    #[must_use]
    pub fn of(template: &[u8]) -> Option<Self> {
        let place = template.get(LOADER_AT..LOADER_AT + 8);
        match place {
            None if template.len() == LOADER_AT => Some(Self::Isolinux),
            Some([1, 0, 0, 0, 0, 0, 0, 0]) if template.len() == BLOCK => Some(Self::Grub),
            _ => None,
        }
    }

    /// The block to be written, given the first sector of the loader in the image.
    #[must_use]
    pub fn loader_block(self, loader: u32) -> u64 {
        let first = u64::from(loader) * u64::from(BLOCKS_PER_SECTOR);
        match self {
            Self::Isolinux => first,
            Self::Grub => first + 4,
        }
    }

    /// Writes where the loader is into the code of an MBR, given its first sector in the image.
    pub fn patch(self, mbr: &mut Mbr, loader: u32) {
        crate::wire::put(&mut mbr.code, LOADER_AT, &self.loader_block(loader).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xorriso_writes_the_same_addresses() {
        let mut mbr = Mbr::with_code(&[0xCC; BLOCK]);
        // isolinux.bin at sector 754 of an image with -isohybrid-mbr isohdpfx.bin.
        HybridCode::Isolinux.patch(&mut mbr, 754);
        assert_eq!(mbr.code[430..], [0xCC, 0xCC, 0xC8, 0x0B, 0, 0, 0, 0, 0, 0]);
        // GRUB's image at sector 34 of one with --grub2-mbr boot_hybrid.img.
        HybridCode::Grub.patch(&mut mbr, 34);
        assert_eq!(mbr.code[430..], [0xCC, 0xCC, 0x8C, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn templates_are_told_apart() {
        let mut grub = [0xCC; BLOCK];
        assert_eq!(HybridCode::of(&grub), None);
        grub[LOADER_AT..LOADER_AT + 8].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(HybridCode::of(&grub), Some(HybridCode::Grub));
        assert_eq!(HybridCode::of(&[0; LOADER_AT]), Some(HybridCode::Isolinux));
        assert_eq!(HybridCode::of(&[]), None);
    }
}
