//! [`BootEntry`]: an image to start from, and [`EntryExtension`]: more about when.

use core::fmt;

use super::RECORD_LEN;
use crate::wire::{Fields, Malformed, put};

/// As what kind of drive the image is shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Emulation(pub u8);

impl Emulation {
    /// As none: so many sectors of it are loaded and started.
    pub const NONE: Self = Self(0);
    /// A floppy disk of 1.2 MB.
    pub const FLOPPY_1200: Self = Self(1);
    /// A floppy disk of 1.44 MB.
    pub const FLOPPY_1440: Self = Self(2);
    /// A floppy disk of 2.88 MB.
    pub const FLOPPY_2880: Self = Self(3);
    /// A hard disk with one partition.
    pub const HARD_DISK: Self = Self(4);

    /// The only size that the image of a floppy disk can have; `None` for what is no floppy disk.
    #[must_use]
    pub const fn floppy_len(self) -> Option<u32> {
        match self {
            Self::FLOPPY_1200 => Some(1_228_800),
            Self::FLOPPY_1440 => Some(1_474_560),
            Self::FLOPPY_2880 => Some(2_949_120),
            _ => None,
        }
    }
}

impl fmt::Debug for Emulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NONE => f.write_str("NONE"),
            Self::FLOPPY_1200 => f.write_str("FLOPPY_1200"),
            Self::FLOPPY_1440 => f.write_str("FLOPPY_1440"),
            Self::FLOPPY_2880 => f.write_str("FLOPPY_2880"),
            Self::HARD_DISK => f.write_str("HARD_DISK"),
            Self(other) => write!(f, "Emulation({other})"),
        }
    }
}

/// The upper four bits beside the [`Emulation`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct MediaFlags(pub u8);

impl MediaFlags {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// An extension follows the entry.
    pub const EXTENDED: Self = Self(1 << 5);
    /// The image has a driver for ATAPI.
    pub const ATAPI_DRIVER: Self = Self(1 << 6);
    /// The image has drivers for SCSI.
    pub const SCSI_DRIVER: Self = Self(1 << 7);

    /// Whether all of those are set.
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// The initial entry or one of a section: an image to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BootEntry {
    /// Whether it can be started from. If not, it is there to be loaded as a drive.
    pub bootable: bool,
    /// As what kind of drive it is shown.
    pub emulation: Emulation,
    /// What else is said of it; nothing in the initial entry.
    pub flags: MediaFlags,
    /// The segment of memory that it is loaded to; 0 means 7C0h.
    pub load_segment: u16,
    /// The kind of the partition in the image of a hard disk.
    pub system_type: u8,
    /// How many virtual sectors of 512 bytes are loaded.
    pub sector_count: u16,
    /// The first block of the image.
    pub block: u32,
    /// What the criteria are; 0 when there are none.
    pub selection: u8,
    /// When to choose this entry; what is meant, only the maker of the section knows.
    pub criteria: [u8; Self::CRITERIA],
}

impl BootEntry {
    /// Bytes of criteria in an entry.
    pub const CRITERIA: usize = 19;
    /// The first byte of one that can be started.
    pub const BOOTABLE: u8 = 0x88;
    /// The first byte of one that cannot.
    pub const NOT_BOOTABLE: u8 = 0;
    const EMULATION: u8 = 0x0F;

    /// An entry to start from, without emulation, at that block.
    #[must_use]
    pub const fn no_emulation(block: u32, sector_count: u16) -> Self {
        Self {
            bootable: true,
            emulation: Emulation::NONE,
            flags: MediaFlags::NONE,
            load_segment: 0,
            system_type: 0,
            sector_count,
            block,
            selection: 0,
            criteria: [0; Self::CRITERIA],
        }
    }

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_LEN] {
        let mut out = [0; RECORD_LEN];
        let indicator = if self.bootable { Self::BOOTABLE } else { Self::NOT_BOOTABLE };
        let media = self.emulation.0 & Self::EMULATION | self.flags.0 & !Self::EMULATION;
        put(&mut out, 0, &[indicator, media]);
        put(&mut out, 2, &self.load_segment.to_le_bytes());
        put(&mut out, 4, &[self.system_type]);
        put(&mut out, 6, &self.sector_count.to_le_bytes());
        put(&mut out, 8, &self.block.to_le_bytes());
        put(&mut out, 12, &[self.selection]);
        put(&mut out, 13, &self.criteria);
        out
    }

    /// What the bytes say.
    pub fn decode(bytes: &[u8; RECORD_LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let bootable = match fields.u8(0)? {
            Self::BOOTABLE => true,
            Self::NOT_BOOTABLE => false,
            _ => return Err(Malformed::new("not a boot entry", 0)),
        };
        let media = fields.u8(1)?;
        Ok(Self {
            bootable,
            emulation: Emulation(media & Self::EMULATION),
            flags: MediaFlags(media & !Self::EMULATION),
            load_segment: fields.u16_le(2)?,
            system_type: fields.u8(4)?,
            sector_count: fields.u16_le(6)?,
            block: fields.u32_le(8)?,
            selection: fields.u8(12)?,
            criteria: fields.array(13)?,
        })
    }
}

/// More criteria than fit into an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntryExtension {
    /// Whether another extension follows.
    pub more: bool,
    /// The criteria.
    pub criteria: [u8; Self::CRITERIA],
}

impl EntryExtension {
    /// Bytes of criteria in an extension.
    pub const CRITERIA: usize = 30;
    /// The first byte.
    pub const ID: u8 = 0x44;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_LEN] {
        let mut out = [0; RECORD_LEN];
        put(&mut out, 0, &[Self::ID, if self.more { MediaFlags::EXTENDED.0 } else { 0 }]);
        put(&mut out, 2, &self.criteria);
        out
    }

    /// What the bytes say.
    pub fn decode(bytes: &[u8; RECORD_LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        if fields.u8(0)? != Self::ID {
            return Err(Malformed::new("not an extension of a boot entry", 0));
        }
        let more = MediaFlags(fields.u8(1)?).contains(MediaFlags::EXTENDED);
        Ok(Self { more, criteria: fields.array(2)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn xorriso_writes_the_same_bytes() {
        // By xorriso 1.5.4 with -boot-load-size 4, of an image at block 754.
        let mut right = [0; RECORD_LEN];
        right[..12].copy_from_slice(&[0x88, 0, 0, 0, 0, 0, 4, 0, 0xF2, 2, 0, 0]);
        assert_eq!(BootEntry::no_emulation(754, 4).encode(), right);
        assert_eq!(BootEntry::decode(&right), Ok(BootEntry::no_emulation(754, 4)));
        right[0] = 0x87;
        assert_eq!(BootEntry::decode(&right), Err(Malformed::new("not a boot entry", 0)));
    }

    #[test]
    fn floppy_disks_have_the_sizes_of_floppy_disks() {
        assert_eq!(Emulation::FLOPPY_1440.floppy_len(), Some(80 * 2 * 18 * 512));
        assert_eq!(Emulation::FLOPPY_1200.floppy_len(), Some(80 * 2 * 15 * 512));
        assert_eq!(Emulation::FLOPPY_2880.floppy_len(), Some(80 * 2 * 36 * 512));
        assert_eq!(Emulation::HARD_DISK.floppy_len(), None);
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(mut bytes: [u8; RECORD_LEN], bootable: bool) {
            bytes[0] = if bootable { 0x88 } else { 0 };
            bytes[5] = 0;
            let entry = BootEntry::decode(&bytes).expect("any fields can be read");
            prop_assert_eq!(entry.encode(), bytes);
            bytes[0] = EntryExtension::ID;
            bytes[1] &= MediaFlags::EXTENDED.0;
            let extension = EntryExtension::decode(&bytes).expect("any fields can be read");
            prop_assert_eq!(extension.encode(), bytes);
        }
    }
}
