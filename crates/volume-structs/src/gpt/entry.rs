//! [`GptEntry`]: a partition.

use super::Guid;
use crate::{
    crc32::Crc32,
    wire::{Fields, Malformed, put},
};

/// UEFI 2.10, 5.3.3.
mod field {
    pub const KIND: usize = 0;
    pub const ID: usize = 16;
    pub const FIRST: usize = 32;
    pub const LAST: usize = 40;
    pub const ATTRIBUTES: usize = 48;
    pub const NAME: usize = 56;
}

/// What is to be done with a partition (UEFI 2.10, 5.3.3; bits from 48 on are the kind's own).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PartitionAttributes(pub u64);

impl PartitionAttributes {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The machine needs it.
    pub const REQUIRED: Self = Self(1);
    /// UEFI has no business with it.
    pub const NO_BLOCK_IO: Self = Self(1 << 1);
    /// A BIOS may start from it.
    pub const LEGACY_BOOT: Self = Self(1 << 2);
    /// Windows does not write to it.
    pub const READ_ONLY: Self = Self(1 << 60);

    /// These, and those.
    #[must_use]
    pub const fn with(self, attributes: Self) -> Self {
        Self(self.0 | attributes.0)
    }
}

/// A partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GptEntry {
    /// What it is for; [`Guid::ZERO`] when there is no partition.
    pub kind: Guid,
    /// By what it is known.
    pub id: Guid,
    /// Its first block.
    pub first: u64,
    /// Its last block, which belongs to it.
    pub last: u64,
    /// What is to be done with it.
    pub attributes: PartitionAttributes,
    /// Its name in units of UTF-16, filled up with zeros.
    pub name: [u16; Self::NAME_UNITS],
}

impl GptEntry {
    /// Its bytes. Other lengths may be said in the header; nobody does.
    pub const LEN: usize = 128;
    /// Units of the name.
    pub const NAME_UNITS: usize = 36;

    /// A partition; `None` when its name does not fit, or it has no blocks.
    #[must_use]
    pub fn new(kind: Guid, id: Guid, first: u64, blocks: u64, name: &str) -> Option<Self> {
        let mut units = [0; Self::NAME_UNITS];
        let needed = name.encode_utf16().count();
        units.get_mut(..needed)?.iter_mut().zip(name.encode_utf16()).for_each(|(place, unit)| *place = unit);
        let last = first.checked_add(blocks.checked_sub(1)?)?;
        Some(Self { kind, id, first, last, attributes: PartitionAttributes::NONE, name: units })
    }

    /// Its name, up to the zeros.
    pub fn name_chars(&self) -> impl Iterator<Item = char> + '_ {
        let units = self.name.iter().copied().take_while(|&unit| unit != 0);
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Whether there is a partition.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.kind != Guid::ZERO
    }

    /// Writes it.
    pub fn encode(&self, out: &mut [u8; Self::LEN]) {
        put(out, field::KIND, &self.kind.0);
        put(out, field::ID, &self.id.0);
        put(out, field::FIRST, &self.first.to_le_bytes());
        put(out, field::LAST, &self.last.to_le_bytes());
        put(out, field::ATTRIBUTES, &self.attributes.0.to_le_bytes());
        for (index, unit) in self.name.iter().enumerate() {
            put(out, field::NAME + 2 * index, &unit.to_le_bytes());
        }
    }

    /// The entry at the beginning of these bytes.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let mut name = [0; Self::NAME_UNITS];
        for (index, unit) in name.iter_mut().enumerate() {
            *unit = fields.u16_le(field::NAME + 2 * index)?;
        }
        Ok(Self {
            kind: Guid(fields.array(field::KIND)?),
            id: Guid(fields.array(field::ID)?),
            first: fields.u64_le(field::FIRST)?,
            last: fields.u64_le(field::LAST)?,
            attributes: PartitionAttributes(fields.u64_le(field::ATTRIBUTES)?),
            name,
        })
    }
}

/// The checksum of all entries, of which there are so many; those behind the given ones are not used.
#[must_use]
pub fn entries_crc(entries: &[GptEntry], count: u32) -> u32 {
    let mut crc = Crc32::new();
    let mut bytes = [0; GptEntry::LEN];
    for entry in entries {
        entry.encode(&mut bytes);
        crc.update(&bytes);
    }
    let used = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    (used..count).for_each(|_| crc.update(&[0; GptEntry::LEN]));
    crc.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_lie_where_uefi_puts_them() {
        let mut entry = GptEntry::new(Guid::EFI_SYSTEM, Guid([7; 16]), 136, 2880, "Añ").expect("it fits");
        entry.attributes = PartitionAttributes::REQUIRED.with(PartitionAttributes::READ_ONLY);
        let mut out = [0xA5; GptEntry::LEN];
        entry.encode(&mut out);
        assert_eq!(
            out[..17],
            [0x28, 0x73, 0x2A, 0xC1, 0x1F, 0xF8, 0xD2, 0x11, 0xBA, 0x4B, 0, 0xA0, 0xC9, 0x3E, 0xC9, 0x3B, 7]
        );
        assert_eq!(out[32..48], [136, 0, 0, 0, 0, 0, 0, 0, 0xC7, 0x0B, 0, 0, 0, 0, 0, 0]);
        assert_eq!(out[48..62], [1, 0, 0, 0, 0, 0, 0, 0x10, b'A', 0, 0xF1, 0, 0, 0]);
        assert_eq!(GptEntry::decode(&out), Ok(entry));
        assert!(entry.name_chars().eq("Añ".chars()));
        assert!(GptEntry::decode(&out[..127]).is_err());
    }

    #[test]
    fn a_name_has_36_units() {
        let named = |name: &str| GptEntry::new(Guid::BASIC_DATA, Guid::ZERO, 64, 1, name);
        assert!(named(&"😀".repeat(18)).is_some());
        assert_eq!(named(&"a".repeat(37)), None);
        assert_eq!(GptEntry::new(Guid::BASIC_DATA, Guid::ZERO, 64, 0, ""), None, "no blocks");
        assert_eq!(GptEntry::new(Guid::BASIC_DATA, Guid::ZERO, u64::MAX, 2, ""), None);
    }

    #[test]
    fn entries_that_are_not_used_count_too() {
        // By python3: hex(zlib.crc32(bytes(128 * 128)))
        assert_eq!(entries_crc(&[], 128), 0xAB54_D286);
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(bytes in proptest::collection::vec(any::<u8>(), GptEntry::LEN)) {
            let mut out = [0xA5; GptEntry::LEN];
            GptEntry::decode(&bytes).expect("any fields can be read").encode(&mut out);
            prop_assert_eq!(&out[..], &bytes);
        }
    }
}
