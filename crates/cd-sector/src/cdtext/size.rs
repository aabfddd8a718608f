//! The three packs with which a block ends: how it is written, and how much there is.

/// Their kind.
pub(super) const KIND: u8 = 0x8F;

/// How many they are.
pub(super) const PACKS: usize = 3;

/// What the three packs say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sizes {
    pub charset: u8,
    pub first_track: u8,
    pub last_track: u8,
    pub copyright: u8,
    /// Packs of each kind, 80h to 8Fh.
    pub packs: [u8; 16],
    /// The last sequence number of each block of the disc; 0 for none.
    pub last_sequences: [u8; 8],
    /// The language of each block of the disc.
    pub languages: [u8; 8],
}

impl Sizes {
    pub(super) fn encode(&self) -> [[u8; 12]; PACKS] {
        let mut bytes = [0; 12 * PACKS];
        bytes[..4].copy_from_slice(&[self.charset, self.first_track, self.last_track, self.copyright]);
        bytes[4..20].copy_from_slice(&self.packs);
        bytes[20..28].copy_from_slice(&self.last_sequences);
        bytes[28..].copy_from_slice(&self.languages);
        std::array::from_fn(|pack| std::array::from_fn(|at| bytes[pack * 12 + at]))
    }

    pub(super) fn decode(packs: [[u8; 12]; PACKS]) -> Self {
        let bytes: [u8; 12 * PACKS] = std::array::from_fn(|at| packs[at / 12][at % 12]);
        Self {
            charset: bytes[0],
            first_track: bytes[1],
            last_track: bytes[2],
            copyright: bytes[3],
            packs: std::array::from_fn(|at| bytes[4 + at]),
            last_sequences: std::array::from_fn(|at| bytes[20 + at]),
            languages: std::array::from_fn(|at| bytes[28 + at]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first pack is that of the example in libburn's documentation.
    #[test]
    fn sizes_are_where_the_example_has_them() {
        let sizes = Sizes {
            charset: 1,
            first_track: 1,
            last_track: 3,
            copyright: 0,
            packs: [6, 5, 4, 5, 7, 6, 1, 2, 0, 0, 0, 0, 0, 3, 3, 3],
            last_sequences: [0x2C, 0, 0, 0, 0, 0, 0, 7],
            languages: [9, 0, 0, 0, 0, 0, 0, 8],
        };
        let packs = sizes.encode();
        assert_eq!(packs[0], [1, 1, 3, 0, 6, 5, 4, 5, 7, 6, 1, 2]);
        assert_eq!(packs[1], [0, 0, 0, 0, 0, 3, 3, 3, 0x2C, 0, 0, 0]);
        assert_eq!(packs[2], [0, 0, 0, 7, 9, 0, 0, 0, 0, 0, 0, 8]);
        assert_eq!(Sizes::decode(packs), sizes);
    }
}
