//! [`Mbr`]: the sector and its four partitions.

use core::fmt;

use super::{BLOCK, Chs, Geometry};
use crate::wire::{Fields, Malformed, put};

/// The layout everybody keeps to.
mod field {
    pub const DISK_SIGNATURE: usize = 440;
    pub const RESERVED: usize = 444;
    pub const PARTITIONS: usize = 446;
    pub const SIGNATURE: usize = 510;
}

/// The last two bytes.
const SIGNATURE: [u8; 2] = [0x55, 0xAA];

/// What a partition is for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionKind(pub u8);

impl PartitionKind {
    /// None; some images for discs have a partition of this kind so that nobody mounts it.
    pub const EMPTY: Self = Self(0);
    /// A hidden file system of Windows: what isohybrid calls an image for discs.
    pub const HIDDEN_NTFS: Self = Self(0x17);
    /// PowerPC's CHRP: an image for discs as a whole.
    pub const CHRP: Self = Self(0x96);
    /// An image for discs: what GRUB and others call it.
    pub const ISO9660: Self = Self(0xCD);
    /// The disk belongs to GPT.
    pub const GPT_PROTECTIVE: Self = Self(0xEE);
    /// An EFI system partition.
    pub const EFI_SYSTEM: Self = Self(0xEF);
}

impl fmt::Debug for PartitionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04X}", self.0)
    }
}

/// A partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PartitionEntry {
    /// 80h when a BIOS may start from it.
    pub status: u8,
    /// Its first block, as disks of old have it.
    pub first: Chs,
    /// What it is for.
    pub kind: PartitionKind,
    /// Its last block, as disks of old have it.
    pub last: Chs,
    /// Its first block.
    pub start: u32,
    /// Its blocks.
    pub blocks: u32,
}

impl PartitionEntry {
    /// No partition.
    pub const EMPTY: Self =
        Self { status: 0, first: Chs::NONE, kind: PartitionKind::EMPTY, last: Chs::NONE, start: 0, blocks: 0 };
    /// That a BIOS may start from it.
    pub const ACTIVE: u8 = 0x80;
    const LEN: usize = 16;

    /// A partition, with the addresses of old computed.
    #[must_use]
    pub fn new(kind: PartitionKind, start: u32, blocks: u32, geometry: Geometry) -> Self {
        let last = start.saturating_add(blocks.saturating_sub(1));
        Self { status: 0, first: geometry.chs(start), kind, last: geometry.chs(last), start, blocks }
    }

    /// The same, and a BIOS may start from it.
    #[must_use]
    pub const fn active(self) -> Self {
        Self { status: Self::ACTIVE, ..self }
    }

    fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, 0, &[self.status]);
        put(&mut out, 1, &self.first.encode());
        put(&mut out, 4, &[self.kind.0]);
        put(&mut out, 5, &self.last.encode());
        put(&mut out, 8, &self.start.to_le_bytes());
        put(&mut out, 12, &self.blocks.to_le_bytes());
        out
    }

    fn decode(bytes: [u8; Self::LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(&bytes);
        Ok(Self {
            status: fields.u8(0)?,
            first: Chs::decode(fields.array(1)?),
            kind: PartitionKind(fields.u8(4)?),
            last: Chs::decode(fields.array(5)?),
            start: fields.u32_le(8)?,
            blocks: fields.u32_le(12)?,
        })
    }
}

/// The first sector of a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mbr {
    /// The code that a BIOS starts.
    pub code: [u8; Self::CODE_LEN],
    /// By which Windows knows the disk.
    pub disk_signature: u32,
    /// Two bytes after that, zero.
    pub reserved: u16,
    /// The partitions.
    pub partitions: [PartitionEntry; 4],
}

impl Mbr {
    /// Bytes of code.
    pub const CODE_LEN: usize = field::DISK_SIGNATURE;

    /// No code, no partitions.
    pub const EMPTY: Self =
        Self { code: [0; Self::CODE_LEN], disk_signature: 0, reserved: 0, partitions: [PartitionEntry::EMPTY; 4] };

    /// The code of a template: its first 440 bytes, or as many as it has. What a file like `isohdpfx.bin` has beyond
    /// those is none.
    #[must_use]
    pub fn with_code(template: &[u8]) -> Self {
        let mut mbr = Self::EMPTY;
        let len = template.len().min(Self::CODE_LEN);
        mbr.code[..len].copy_from_slice(&template[..len]);
        mbr
    }

    /// What stands before a GPT (UEFI, 5.2.3), given the blocks of the disk: one partition over all of it.
    #[must_use]
    pub fn protective(disk_blocks: u64) -> Self {
        let blocks = u32::try_from(disk_blocks.saturating_sub(1)).unwrap_or(u32::MAX);
        let whole = PartitionEntry::new(PartitionKind::GPT_PROTECTIVE, 1, blocks, Geometry::LARGEST);
        // The standard has sector 2 of the first head, whatever the geometry.
        let partition = PartitionEntry { first: Chs { cylinder: 0, head: 0, sector: 2 }, ..whole };
        let mut mbr = Self::EMPTY;
        mbr.partitions[0] = partition;
        mbr
    }

    /// Writes it.
    pub fn encode(&self, out: &mut [u8; BLOCK]) {
        put(out, 0, &self.code);
        put(out, field::DISK_SIGNATURE, &self.disk_signature.to_le_bytes());
        put(out, field::RESERVED, &self.reserved.to_le_bytes());
        for (index, partition) in self.partitions.iter().enumerate() {
            put(out, field::PARTITIONS + index * PartitionEntry::LEN, &partition.encode());
        }
        put(out, field::SIGNATURE, &SIGNATURE);
    }

    /// What the sector says.
    pub fn decode(bytes: &[u8; BLOCK]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        if fields.array(field::SIGNATURE)? != SIGNATURE {
            return Err(Malformed::new("no signature 55h AAh of an MBR", field::SIGNATURE));
        }
        let mut partitions = [PartitionEntry::EMPTY; 4];
        for (index, partition) in partitions.iter_mut().enumerate() {
            *partition = PartitionEntry::decode(fields.array(field::PARTITIONS + index * PartitionEntry::LEN)?)?;
        }
        Ok(Self {
            code: fields.array(0)?,
            disk_signature: fields.u32_le(field::DISK_SIGNATURE)?,
            reserved: fields.u16_le(field::RESERVED)?,
            partitions,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From byte 440 on, of an image of 2 MiB by xorriso 1.5.4 with -isohybrid-mbr and -isohybrid-gpt-basdat.
    const BY_XORRISO: [u8; 72] = {
        let mut bytes = [0; 72];
        let head = [
            0x98, 0x8B, 0x04, 0x5E, 0, 0, //
            0x80, 0, 1, 0, 0, 0x3F, 0x20, 1, 0, 0, 0, 0, 0, 0x10, 0, 0, //
            0, 0xFE, 0xFF, 0xFF, 0xEF, 0xFE, 0xFF, 0xFF, 0x88, 0, 0, 0, 0x40, 0x0B, 0, 0,
        ];
        let mut at = 0;
        while at < head.len() {
            bytes[at] = head[at];
            at += 1;
        }
        [bytes[70], bytes[71]] = [0x55, 0xAA];
        bytes
    };

    #[test]
    fn xorriso_writes_the_same_bytes() {
        let mut mbr = Mbr::with_code(&[0x33, 0xED]);
        mbr.disk_signature = 0x5E04_8B98;
        mbr.partitions[0] = PartitionEntry::new(PartitionKind::EMPTY, 0, 4096, Geometry::MEBIBYTE).active();
        let efi = PartitionEntry::new(PartitionKind::EFI_SYSTEM, 136, 2880, Geometry::MEBIBYTE);
        // It says of the second that it is too far away, which it is not.
        mbr.partitions[1] = PartitionEntry { first: Chs::BEYOND, last: Chs::BEYOND, ..efi };
        let mut out = [0xA5; BLOCK];
        mbr.encode(&mut out);
        assert_eq!(out[440..], BY_XORRISO);
        assert_eq!(out[..3], [0x33, 0xED, 0]);
        assert_eq!(Mbr::decode(&out), Ok(mbr));
        out[510] = 0;
        assert_eq!(Mbr::decode(&out), Err(Malformed::new("no signature 55h AAh of an MBR", 510)));
    }

    #[test]
    fn a_protective_partition_is_the_whole_disk() {
        // UEFI 2.10, table 5.4.
        let partition = Mbr::protective(6700).partitions[0];
        assert_eq!((partition.kind.0, partition.start, partition.blocks), (0xEE, 1, 6699));
        assert_eq!(partition.first.encode(), [0, 2, 0]);
        assert_eq!(Mbr::protective(1 << 40).partitions[0].blocks, u32::MAX);
        assert_eq!(Mbr::protective(1 << 40).partitions[0].last, Chs::BEYOND);
    }

    #[test]
    fn a_template_gives_its_code_only() {
        let mbr = Mbr::with_code(&[0xCC; BLOCK]);
        assert_eq!((mbr.code, mbr.disk_signature), ([0xCC; 440], 0));
        assert_eq!(mbr.partitions, [PartitionEntry::EMPTY; 4]);
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(bytes in proptest::collection::vec(any::<u8>(), BLOCK)) {
            let mut bytes: [u8; BLOCK] = bytes.try_into().expect("as many");
            prop_assert!(Mbr::decode(&bytes).is_err() || bytes[510..] == SIGNATURE);
            bytes[510..].copy_from_slice(&SIGNATURE);
            let mut out = [0xA5; BLOCK];
            Mbr::decode(&bytes).expect("any fields can be read").encode(&mut out);
            prop_assert_eq!(out, bytes);
        }
    }
}
