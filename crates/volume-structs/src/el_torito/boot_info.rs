//! What is written into loaders so that they find themselves: [`BootInfoTable`] and [`grub_boot_info`].
//!
//! Both change the data of a file on its way into the image. GRUB's comes first, since the table's checksum covers it.

use crate::wire::{Fields, Malformed, put};

/// The byte of the loader at which the table is.
pub const BOOT_INFO_AT: usize = 8;
/// The byte of GRUB's image for El Torito at which its own address is wanted.
pub const GRUB_BOOT_INFO_AT: usize = 2548;

/// The table that ISOLINUX, GRUB and others find in themselves (`-boot-info-table` of mkisofs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BootInfoTable {
    /// The block of the primary volume descriptor.
    pub volume_descriptor: u32,
    /// The first block of the loader.
    pub block: u32,
    /// Its bytes.
    pub len: u32,
    /// What [`BootInfoChecksum`] found.
    pub checksum: u32,
}

impl BootInfoTable {
    /// Its bytes; the last forty are zero.
    pub const LEN: usize = 56;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        for (index, number) in [self.volume_descriptor, self.block, self.len, self.checksum].into_iter().enumerate() {
            put(&mut out, 4 * index, &number.to_le_bytes());
        }
        out
    }

    /// What the bytes at [`BOOT_INFO_AT`] of a loader say. Whether they are such a table, only its values show.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        fields.bytes(0, Self::LEN)?;
        Ok(Self {
            volume_descriptor: fields.u32_le(0)?,
            block: fields.u32_le(4)?,
            len: fields.u32_le(8)?,
            checksum: fields.u32_le(12)?,
        })
    }
}

/// The checksum of a loader: the sum of its words of 32 bits from byte 64 on, behind the table. Bytes that miss to the
/// last word count as zero.
///
/// ```
/// use imapi_volume_structs::el_torito::BootInfoChecksum;
///
/// let mut checksum = BootInfoChecksum::new();
/// checksum.update(&[0xFF; 63]);
/// checksum.update(&[0xFF, 1, 0, 0, 0, 2]); // in pieces of any length
/// assert_eq!(checksum.finish(), 3);
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct BootInfoChecksum {
    at: u64,
    sum: u32,
}

impl BootInfoChecksum {
    /// The first byte that counts.
    const FROM: usize = 64;

    /// At the beginning of the loader.
    #[must_use]
    pub const fn new() -> Self {
        Self { at: 0, sum: 0 }
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let seen = usize::try_from(self.at).unwrap_or(usize::MAX);
        let before = Self::FROM.saturating_sub(seen).min(bytes.len());
        self.at += before as u64;
        let mut rest = &bytes[before..];
        // Single bytes up to a whole word, then words.
        let single = rest.len().min(usize::try_from(self.at.wrapping_neg() % 4).unwrap_or_default());
        let (head, words) = rest.split_at(if self.at < Self::FROM as u64 { 0 } else { single });
        self.add_bytes(head);
        let words = words.chunks_exact(4);
        rest = words.remainder();
        for word in words {
            self.sum = self.sum.wrapping_add(u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
            self.at += 4;
        }
        self.add_bytes(rest);
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.sum = self.sum.wrapping_add(u32::from(byte) << (8 * (self.at % 4)));
            self.at += 1;
        }
    }

    /// The checksum of all bytes taken.
    #[must_use]
    pub const fn finish(self) -> u32 {
        self.sum
    }
}

/// What GRUB wants at [`GRUB_BOOT_INFO_AT`] of its image: where its sixth sector of 512 bytes is.
#[must_use]
pub fn grub_boot_info(block: u32) -> [u8; 8] {
    (u64::from(block) * 4 + 5).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_is_four_numbers() {
        // ISOLINUX of 38,912 bytes at block 754, by xorriso 1.5.4.
        let table = BootInfoTable { volume_descriptor: 16, block: 754, len: 38_912, checksum: 0x0102_0304 };
        let bytes = table.encode();
        assert_eq!(bytes[..16], [16, 0, 0, 0, 0xF2, 2, 0, 0, 0, 0x98, 0, 0, 4, 3, 2, 1]);
        assert_eq!(bytes[16..], [0; 40]);
        assert_eq!(BootInfoTable::decode(&bytes), Ok(table));
        assert!(BootInfoTable::decode(&bytes[..55]).is_err());
    }

    #[test]
    fn grub_wants_its_sixth_sector() {
        // By xorriso 1.5.4 with --grub2-boot-info, of an image at block 34.
        assert_eq!(grub_boot_info(34), [0x8D, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(grub_boot_info(u32::MAX), [1, 0, 0, 0, 4, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            bytes in proptest::collection::vec(any::<u8>(), 0..400),
            cuts in proptest::collection::vec(0usize..400, 0..8),
        ) {
            let mut padded: Vec<u8> = bytes.clone();
            padded.resize(bytes.len().next_multiple_of(4), 0);
            let words = padded.get(64..).unwrap_or_default().chunks(4);
            let right = words.fold(0u32, |sum, word| {
                sum.wrapping_add(u32::from_le_bytes(word.try_into().expect("four bytes")))
            });
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.sort_unstable();
            let mut checksum = BootInfoChecksum::new();
            let mut from = 0;
            for to in cuts.into_iter().chain([bytes.len()]) {
                checksum.update(&bytes[from..to]);
                from = to;
            }
            prop_assert_eq!(checksum.finish(), right);
        }
    }
}
