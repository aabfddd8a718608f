//! [`GptHeader`] and [`GptLayout`]: the head of a table, and where table and copy go.

use super::{GptEntry, Guid};
use crate::{
    crc32::Crc32,
    mbr::BLOCK,
    wire::{Fields, Malformed, put},
};

/// UEFI 2.10, 5.3.2.
mod field {
    pub const SIGNATURE: usize = 0;
    pub const REVISION: usize = 8;
    pub const LEN: usize = 12;
    pub const CRC: usize = 16;
    pub const OWN: usize = 24;
    pub const OTHER: usize = 32;
    pub const FIRST_USABLE: usize = 40;
    pub const LAST_USABLE: usize = 48;
    pub const DISK: usize = 56;
    pub const ENTRIES: usize = 72;
    pub const ENTRY_COUNT: usize = 80;
    pub const ENTRY_LEN: usize = 84;
    pub const ENTRIES_CRC: usize = 88;
    pub const END: usize = 92;
}

const SIGNATURE: &[u8; 8] = b"EFI PART";

/// Bytes of an entry, as the header says it.
const ENTRY_LEN: u32 = 128;

/// The head of a table, at block 1, or of its copy, at the last. Its checksum is made and judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GptHeader {
    /// The version: 1.0.
    pub revision: u32,
    /// The block where it stands.
    pub own: u64,
    /// The block where the other one stands.
    pub other: u64,
    /// The first block that a partition may have.
    pub first_usable: u64,
    /// The last block that a partition may have.
    pub last_usable: u64,
    /// By what the disk is known.
    pub disk: Guid,
    /// The first block of the entries.
    pub entries: u64,
    /// How many entries there are, used or not.
    pub entry_count: u32,
    /// Bytes of each.
    pub entry_len: u32,
    /// The checksum of all entries.
    pub entries_crc: u32,
}

impl GptHeader {
    /// Version 1.0.
    pub const REVISION: u32 = 0x0001_0000;
    /// The block of the first of the two.
    pub const BLOCK: u64 = 1;

    /// Writes it.
    pub fn encode(&self, out: &mut [u8; BLOCK]) {
        out.fill(0);
        put(out, field::SIGNATURE, SIGNATURE);
        put(out, field::REVISION, &self.revision.to_le_bytes());
        // 92 bytes, which fit.
        put(out, field::LEN, &[field::END.to_le_bytes()[0]]);
        put(out, field::OWN, &self.own.to_le_bytes());
        put(out, field::OTHER, &self.other.to_le_bytes());
        put(out, field::FIRST_USABLE, &self.first_usable.to_le_bytes());
        put(out, field::LAST_USABLE, &self.last_usable.to_le_bytes());
        put(out, field::DISK, &self.disk.0);
        put(out, field::ENTRIES, &self.entries.to_le_bytes());
        put(out, field::ENTRY_COUNT, &self.entry_count.to_le_bytes());
        put(out, field::ENTRY_LEN, &self.entry_len.to_le_bytes());
        put(out, field::ENTRIES_CRC, &self.entries_crc.to_le_bytes());
        let crc = Crc32::of(&out[..field::END]);
        put(out, field::CRC, &crc.to_le_bytes());
    }

    /// What the block says. One with a wrong checksum is refused, so that its copy is looked at.
    pub fn decode(bytes: &[u8; BLOCK]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        if fields.array_ref(field::SIGNATURE)? != SIGNATURE {
            return Err(Malformed::new("no signature EFI PART", field::SIGNATURE));
        }
        let len = usize::try_from(fields.u32_le(field::LEN)?).ok().filter(|&len| len >= field::END);
        let covered = len.and_then(|len| bytes.get(field::DISK..len));
        let rest = covered.ok_or(Malformed::new("a GPT header that is not of 92 to 512 bytes", field::LEN))?;
        let mut crc = Crc32::new();
        crc.update(&bytes[..field::CRC]);
        crc.update(&[0; 4]);
        crc.update(&bytes[field::CRC + 4..field::DISK]);
        crc.update(rest);
        if crc.finish() != fields.u32_le(field::CRC)? {
            return Err(Malformed::new("a GPT header with a wrong checksum", field::CRC));
        }
        Ok(Self {
            revision: fields.u32_le(field::REVISION)?,
            own: fields.u64_le(field::OWN)?,
            other: fields.u64_le(field::OTHER)?,
            first_usable: fields.u64_le(field::FIRST_USABLE)?,
            last_usable: fields.u64_le(field::LAST_USABLE)?,
            disk: Guid(fields.array(field::DISK)?),
            entries: fields.u64_le(field::ENTRIES)?,
            entry_count: fields.u32_le(field::ENTRY_COUNT)?,
            entry_len: fields.u32_le(field::ENTRY_LEN)?,
            entries_crc: fields.u32_le(field::ENTRIES_CRC)?,
        })
    }
}

/// Where headers and entries go on a disk.
///
/// ```
/// use imapi_volume_structs::gpt::GptLayout;
///
/// // An image for discs: 248 entries fill what is before its first volume descriptor.
/// let layout = GptLayout::new(6700, 248).expect("it is large enough");
/// assert_eq!((layout.first_usable(), layout.last_usable()), (64, 6636));
/// assert_eq!((layout.copied_entries(), layout.copied_header()), (6637, 6699));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GptLayout {
    disk_blocks: u64,
    entry_count: u32,
}

impl GptLayout {
    /// The first block of the entries.
    pub const ENTRIES: u64 = 2;
    /// The most entries that fit before the volume descriptors of an image for discs.
    pub const MAX_ENTRIES: u32 = 248;

    /// A table of so many entries on a disk of so many blocks; `None` when nothing is left for partitions.
    #[must_use]
    pub fn new(disk_blocks: u64, entry_count: u32) -> Option<Self> {
        let layout = Self { disk_blocks, entry_count };
        let tables = 3 + 2 * layout.entry_blocks();
        (disk_blocks > tables).then_some(layout)
    }

    /// Blocks of the entries.
    #[must_use]
    pub fn entry_blocks(self) -> u64 {
        (u64::from(self.entry_count) * GptEntry::LEN as u64).div_ceil(BLOCK as u64)
    }

    /// The first block that a partition may have.
    #[must_use]
    pub fn first_usable(self) -> u64 {
        Self::ENTRIES + self.entry_blocks()
    }

    /// The last block that a partition may have.
    #[must_use]
    pub fn last_usable(self) -> u64 {
        self.copied_entries() - 1
    }

    /// The first block of the copy of the entries.
    #[must_use]
    pub fn copied_entries(self) -> u64 {
        self.copied_header() - self.entry_blocks()
    }

    /// The block of the copy of the header: the last.
    #[must_use]
    pub fn copied_header(self) -> u64 {
        self.disk_blocks - 1
    }

    /// The header at block 1, given the checksum of the entries.
    #[must_use]
    pub fn header(self, disk: Guid, entries_crc: u32) -> GptHeader {
        GptHeader {
            revision: GptHeader::REVISION,
            own: GptHeader::BLOCK,
            other: self.copied_header(),
            first_usable: self.first_usable(),
            last_usable: self.last_usable(),
            disk,
            entries: Self::ENTRIES,
            entry_count: self.entry_count,
            entry_len: ENTRY_LEN,
            entries_crc,
        }
    }

    /// The header at the last block.
    #[must_use]
    pub fn copy_of(self, header: GptHeader) -> GptHeader {
        GptHeader { own: header.other, other: header.own, entries: self.copied_entries(), ..header }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Both headers of an image of 2 MiB by xorriso 1.5.4 with -isohybrid-gpt-basdat.
    fn by_xorriso(own: u16, other: u16, entries: u16, crc: u32) -> [u8; BLOCK] {
        let mut bytes = [0; BLOCK];
        put(&mut bytes, 0, b"EFI PART\0\0\x01\0\x5C\0\0\0");
        put(&mut bytes, 16, &crc.to_be_bytes());
        put(&mut bytes, 24, &own.to_le_bytes());
        put(&mut bytes, 32, &other.to_le_bytes());
        put(&mut bytes, 40, &[0x40, 0, 0, 0, 0, 0, 0, 0, 0xC0, 0x0F]);
        put(&mut bytes, 56, &0xD05F_619A_CE52_594F_AAB5_1E24_3DB0_E260_u128.to_be_bytes());
        put(&mut bytes, 72, &entries.to_le_bytes());
        put(&mut bytes, 80, &[0xF8, 0, 0, 0, 0x80, 0, 0, 0, 0xEA, 0xC0, 0xB1, 0x20]);
        bytes
    }

    #[test]
    fn xorriso_writes_the_same_bytes() {
        let layout = GptLayout::new(4096, 248).expect("it is large enough");
        let disk = Guid::of(0x9A61_5FD0_52CE_4F59_AAB5_1E24_3DB0_E260);
        let header = layout.header(disk, 0x20B1_C0EA);
        let copy = layout.copy_of(header);
        for (header, right) in
            [(header, by_xorriso(1, 0xFFF, 2, 0xAD50_B360)), (copy, by_xorriso(0xFFF, 1, 0xFC1, 0x2D97_F56E))]
        {
            let mut out = [0xA5; BLOCK];
            header.encode(&mut out);
            assert_eq!(out, right);
            assert_eq!(GptHeader::decode(&right), Ok(header));
        }
    }

    #[test]
    fn each_wrong_byte_is_found() {
        let right = by_xorriso(1, 0xFFF, 2, 0xAD50_B360);
        for at in 0..92 {
            let mut wrong = right;
            wrong[at] ^= 1;
            assert!(GptHeader::decode(&wrong).is_err(), "{at}");
        }
        let mut longer = right;
        put(&mut longer, 12, &[1, 2, 0, 0]);
        assert_eq!(GptHeader::decode(&longer), Err(Malformed::new("a GPT header that is not of 92 to 512 bytes", 12)));
    }

    #[test]
    fn a_disk_must_have_room_for_both_tables() {
        assert_eq!(GptLayout::new(67, 128), None);
        let layout = GptLayout::new(68, 128).expect("one block is left");
        assert_eq!((layout.first_usable(), layout.last_usable()), (34, 34));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), BLOCK - 16), len: u32) {
            let mut block = [0; BLOCK];
            put(&mut block, 0, SIGNATURE);
            put(&mut block, 16, &bytes);
            put(&mut block, 12, &len.to_le_bytes());
            prop_assert!(GptHeader::decode(&block).is_err());
        }
    }
}
