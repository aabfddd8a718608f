//! [`Guid`]: 128 bits by which disks, partitions and their kinds are known.

use core::fmt;

/// A GUID in the order of bytes in which GPT stores it: its first three numbers have the lowest byte first.
///
/// ```
/// use imapi_volume_structs::gpt::Guid;
///
/// assert_eq!(Guid::EFI_SYSTEM.to_string(), "C12A7328-F81F-11D2-BA4B-00A0C93EC93B");
/// assert_eq!(Guid::EFI_SYSTEM.0[..4], [0x28, 0x73, 0x2A, 0xC1]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(pub [u8; 16]);

impl Guid {
    /// No partition.
    pub const ZERO: Self = Self([0; 16]);
    /// An EFI system partition.
    pub const EFI_SYSTEM: Self = Self::of(0xC12A_7328_F81F_11D2_BA4B_00A0_C93E_C93B);
    /// Data of Windows; images for discs are said to be this.
    pub const BASIC_DATA: Self = Self::of(0xEBD0_A0A2_B9E5_4433_87C0_68B6_B726_99C7);
    /// Data of Linux.
    pub const LINUX_DATA: Self = Self::of(0x0FC6_3DAF_8483_4772_8E79_3D69_D847_7DE4);
    /// A file system of macOS.
    pub const HFS_PLUS: Self = Self::of(0x4846_5300_0000_11AA_AA11_0030_6543_ECAC);

    /// The GUID of such digits: as it is printed, without the dashes.
    #[must_use]
    pub const fn of(digits: u128) -> Self {
        Self(swapped(digits.to_be_bytes()))
    }

    /// A GUID made of random bits, marked as such (RFC 9562, 5.4).
    #[must_use]
    pub const fn random(bits: u128) -> Self {
        let mut bytes = bits.to_be_bytes();
        bytes[6] = bytes[6] & 0x0F | 0x40;
        bytes[8] = bytes[8] & 0x3F | 0x80;
        Self(swapped(bytes))
    }

    /// Its digits: as it is printed, without the dashes.
    #[must_use]
    pub const fn digits(self) -> u128 {
        u128::from_be_bytes(swapped(self.0))
    }
}

/// The bytes of the first three numbers turned around.
const fn swapped(bytes: [u8; 16]) -> [u8; 16] {
    let mut out = bytes;
    [out[0], out[1], out[2], out[3]] = [bytes[3], bytes[2], bytes[1], bytes[0]];
    [out[4], out[5], out[6], out[7]] = [bytes[5], bytes[4], bytes[7], bytes[6]];
    out
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.digits().to_be_bytes().into_iter().enumerate() {
            let dash = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(f, "{dash}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_three_numbers_are_turned_around() {
        // The disk of an image by xorriso 1.5.4, as it is stored and as sgdisk prints it.
        let stored = 0x8B6F_A9A1_510C_D641_8CF0_8B3A_77C0_E0C1_u128.to_be_bytes();
        assert_eq!(Guid(stored).to_string(), "A1A96F8B-0C51-41D6-8CF0-8B3A77C0E0C1");
    }

    #[test]
    fn a_random_one_says_so() {
        assert_eq!(Guid::random(0).to_string(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(Guid::random(u128::MAX).to_string(), "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF");
    }

    proptest! {
        #[test]
        fn digits_come_back(digits: u128) {
            prop_assert_eq!(Guid::of(digits).digits(), digits);
        }
    }
}
