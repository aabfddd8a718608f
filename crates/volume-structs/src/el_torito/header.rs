//! [`ElToritoRecord`], [`ValidationEntry`] and [`SectionHeader`]: what says for whom the entries are.

use core::fmt;

use super::RECORD_LEN;
use crate::{
    SECTOR,
    iso9660::BootRecord,
    wire::{Fields, Malformed, put},
};

/// The boot record that leads to a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ElToritoRecord {
    /// The first block of the catalogue.
    pub catalog: u32,
}

impl ElToritoRecord {
    /// The block where it has to stand, behind the primary volume descriptor.
    pub const BLOCK: u32 = 17;
    const SYSTEM: &[u8; 32] = b"EL TORITO SPECIFICATION\0\0\0\0\0\0\0\0\0";

    /// Writes it.
    pub fn encode(&self, out: &mut [u8; SECTOR]) {
        let mut system_use = [0; BootRecord::USE_LEN];
        put(&mut system_use, 0, &self.catalog.to_le_bytes());
        BootRecord { system_identifier: Self::SYSTEM, boot_identifier: &[0; 32], system_use: &system_use }.encode(out);
    }

    /// What a boot record says, when it is one of El Torito.
    #[must_use]
    pub fn of(record: &BootRecord<'_>) -> Option<Self> {
        // Some writers fill the field up with spaces.
        let system = record.system_identifier.trim_ascii_end();
        let system = &system[..system.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)];
        let catalog = Fields::new(record.system_use).u32_le(0).ok()?;
        (system == b"EL TORITO SPECIFICATION").then_some(Self { catalog })
    }
}

/// For what kind of machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Platform(pub u8);

impl Platform {
    /// PC with a BIOS.
    pub const X86: Self = Self(0);
    /// PowerPC.
    pub const POWER_PC: Self = Self(1);
    /// Apple's of old.
    pub const MAC: Self = Self(2);
    /// Whatever has UEFI, with an EFI system partition as image.
    pub const EFI: Self = Self(0xEF);
}

impl fmt::Debug for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::X86 => f.write_str("X86"),
            Self::POWER_PC => f.write_str("POWER_PC"),
            Self::MAC => f.write_str("MAC"),
            Self::EFI => f.write_str("EFI"),
            Self(other) => write!(f, "Platform({other:#04X})"),
        }
    }
}

/// The first record of a catalogue, with a checksum that is made and judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValidationEntry {
    /// For what kind of machine the default entry is.
    pub platform: Platform,
    /// Who made the disc, filled up with zeros.
    pub manufacturer: [u8; 24],
}

impl ValidationEntry {
    const KEY: [u8; 2] = [0x55, 0xAA];
    /// Its first byte.
    pub const ID: u8 = 1;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_LEN] {
        let mut out = [0; RECORD_LEN];
        put(&mut out, 0, &[Self::ID, self.platform.0]);
        put(&mut out, 4, &self.manufacturer);
        put(&mut out, 30, &Self::KEY);
        let checksum = 0u16.wrapping_sub(sum_of_words(&out));
        put(&mut out, 28, &checksum.to_le_bytes());
        out
    }

    /// What the bytes say. Those of another checksum are refused, as firmware does it.
    pub fn decode(bytes: &[u8; RECORD_LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        if fields.u8(0)? != Self::ID {
            return Err(Malformed::new("a boot catalogue that does not begin with 1", 0));
        }
        if fields.array(30)? != Self::KEY {
            return Err(Malformed::new("a validation entry without its key 55h AAh", 30));
        }
        if sum_of_words(bytes) != 0 {
            return Err(Malformed::new("a validation entry with a wrong checksum", 28));
        }
        Ok(Self { platform: Platform(fields.u8(1)?), manufacturer: fields.array(4)? })
    }
}

fn sum_of_words(bytes: &[u8; RECORD_LEN]) -> u16 {
    bytes.chunks_exact(2).fold(0, |sum: u16, word| sum.wrapping_add(u16::from_le_bytes([word[0], word[1]])))
}

/// The head of a section: more entries, for one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SectionHeader {
    /// Whether it is the last section.
    pub last: bool,
    /// For what kind of machine its entries are.
    pub platform: Platform,
    /// How many entries it has.
    pub entries: u16,
    /// Its name, filled up with zeros: it says what the selection criteria mean.
    pub id: [u8; 28],
}

impl SectionHeader {
    /// The first byte when more sections follow.
    pub const MORE: u8 = 0x90;
    /// The first byte of the last section.
    pub const LAST: u8 = 0x91;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; RECORD_LEN] {
        let mut out = [0; RECORD_LEN];
        put(&mut out, 0, &[if self.last { Self::LAST } else { Self::MORE }, self.platform.0]);
        put(&mut out, 2, &self.entries.to_le_bytes());
        put(&mut out, 4, &self.id);
        out
    }

    /// What the bytes say.
    pub fn decode(bytes: &[u8; RECORD_LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let last = match fields.u8(0)? {
            Self::MORE => false,
            Self::LAST => true,
            _ => return Err(Malformed::new("not a section header", 0)),
        };
        Ok(Self { last, platform: Platform(fields.u8(1)?), entries: fields.u16_le(2)?, id: fields.array(4)? })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The last bytes of the entry in an image for BIOS by xorriso 1.5.4.
    #[test]
    fn the_checksum_is_that_of_others() {
        let plain = ValidationEntry { platform: Platform::X86, manufacturer: [0; 24] };
        assert_eq!(plain.encode()[28..], [0xAA, 0x55, 0x55, 0xAA]);
        assert_eq!(ValidationEntry::decode(&plain.encode()), Ok(plain));
    }

    #[test]
    fn each_wrong_byte_is_found() {
        let entry = ValidationEntry { platform: Platform::EFI, manufacturer: *b"Microsoft Corporation\0\0\0" };
        let right = entry.encode();
        assert_eq!(ValidationEntry::decode(&right), Ok(entry));
        for at in 0..RECORD_LEN {
            let mut wrong = right;
            wrong[at] ^= 0x40;
            assert!(ValidationEntry::decode(&wrong).is_err(), "{at}");
        }
    }

    #[test]
    fn a_boot_record_leads_to_the_catalogue() {
        let mut out = [0xA5; SECTOR];
        ElToritoRecord { catalog: 0x0102_0304 }.encode(&mut out);
        assert_eq!(&out[..39], b"\0CD001\x01EL TORITO SPECIFICATION\0\0\0\0\0\0\0\0\0");
        assert_eq!(out[70..76], [0, 4, 3, 2, 1, 0]);
        let record = BootRecord::decode(&out).expect("a boot record");
        assert_eq!(ElToritoRecord::of(&record), Some(ElToritoRecord { catalog: 0x0102_0304 }));
        let spaces = *b"EL TORITO SPECIFICATION         ";
        let with_spaces = BootRecord { system_identifier: &spaces, ..record };
        assert!(ElToritoRecord::of(&with_spaces).is_some());
        let other = BootRecord { system_identifier: &[b'E'; 32], ..record };
        assert_eq!(ElToritoRecord::of(&other), None);
    }

    proptest! {
        #[test]
        fn headers_come_back(last: bool, platform: u8, entries: u16, id: [u8; 28]) {
            let header = SectionHeader { last, platform: Platform(platform), entries, id };
            prop_assert_eq!(SectionHeader::decode(&header.encode()), Ok(header));
        }

        #[test]
        fn any_manufacturer_sums_up_to_zero(platform: u8, manufacturer: [u8; 24]) {
            let entry = ValidationEntry { platform: Platform(platform), manufacturer };
            prop_assert_eq!(ValidationEntry::decode(&entry.encode()), Ok(entry));
        }
    }
}
