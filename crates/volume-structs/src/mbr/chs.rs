//! [`Chs`] and [`Geometry`]: addresses as the disks of old had them.

/// Cylinder, head and sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chs {
    /// 0 to 1023.
    pub cylinder: u16,
    /// 0 to 255.
    pub head: u8,
    /// 1 to 63.
    pub sector: u8,
}

impl Chs {
    /// What stands for a block that is too far away for three bytes.
    pub const BEYOND: Self = Self { cylinder: 1023, head: 254, sector: 63 };
    /// Three zeros: no address at all.
    pub const NONE: Self = Self { cylinder: 0, head: 0, sector: 0 };

    /// The bytes. What is too large for its bits loses the upper ones.
    #[must_use]
    pub const fn encode(self) -> [u8; 3] {
        let [cylinder, upper] = self.cylinder.to_le_bytes();
        [self.head, self.sector & 0x3F | upper << 6, cylinder]
    }

    /// What the bytes say.
    #[must_use]
    pub const fn decode([head, sector, cylinder]: [u8; 3]) -> Self {
        Self { cylinder: u16::from_le_bytes([cylinder, sector >> 6]), head, sector: sector & 0x3F }
    }
}

/// How many heads and sectors a disk claims to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Geometry {
    /// Heads of a cylinder, 1 to 256.
    pub heads: u16,
    /// Sectors of a head, 1 to 63.
    pub sectors: u8,
}

impl Geometry {
    /// The largest that fits into the bytes.
    pub const LARGEST: Self = Self { heads: 255, sectors: 63 };
    /// Cylinders of 1 MiB: what isohybrid and xorriso take for images below 1 GiB.
    pub const MEBIBYTE: Self = Self { heads: 64, sectors: 32 };

    /// Blocks of a cylinder; at least one, whatever the numbers are.
    #[must_use]
    pub const fn cylinder(self) -> u32 {
        let blocks = self.heads as u32 * self.sectors as u32;
        if blocks == 0 { 1 } else { blocks }
    }

    /// The address of a block; [`Chs::BEYOND`] when it is in no cylinder before the 1024th.
    #[must_use]
    pub fn chs(self, block: u32) -> Chs {
        let sectors = u32::from(self.sectors.max(1));
        let (cylinder, in_cylinder) = (block / self.cylinder(), block % self.cylinder());
        let cylinder = u16::try_from(cylinder).ok().filter(|&cylinder| cylinder < 1024);
        let head = u8::try_from(in_cylinder / sectors).ok();
        let sector = u8::try_from(in_cylinder % sectors + 1).ok();
        match (cylinder, head, sector) {
            (Some(cylinder), Some(head), Some(sector)) => Chs { cylinder, head, sector },
            _ => Chs::BEYOND,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Geometry::MEBIBYTE, 0, [0x00, 0x01, 0x00])]
    #[case(Geometry::MEBIBYTE, 4095, [0x3F, 0x20, 0x01])] // the end of an image of 2 MiB by xorriso 1.5.4
    #[case(Geometry::MEBIBYTE, 1_331_199, [0x3F, 0xA0, 0x89])] // of 650 MiB, by isohybrid
    #[case(Geometry::LARGEST, 1_331_200, [0xDC, 0x0B, 0x52])]
    #[case(Geometry::LARGEST, 16_450_559, [0xFE, 0xFF, 0xFF])]
    #[case(Geometry::LARGEST, 16_450_560, [0xFE, 0xFF, 0xFF])]
    #[case(Geometry::MEBIBYTE, 2_097_152, [0xFE, 0xFF, 0xFF])]
    fn addresses_are_those_of_others(#[case] geometry: Geometry, #[case] block: u32, #[case] bytes: [u8; 3]) {
        assert_eq!(geometry.chs(block).encode(), bytes);
    }

    proptest! {
        #[test]
        fn any_bytes_are_kept(bytes: [u8; 3]) {
            prop_assert_eq!(Chs::decode(bytes).encode(), bytes);
        }

        #[test]
        fn no_geometry_panics(heads: u16, sectors: u8, block: u32) {
            let _ = Geometry { heads, sectors }.chs(block);
        }
    }
}
