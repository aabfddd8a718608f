//! Packs as they are in the sub-channels: six bits in each byte, four packs beside a sector.

use super::pack::{PACK_LEN, Pack};
use crate::subchannel::RAW_LEN;

/// Packs beside one sector.
pub const PACKS_A_SECTOR: usize = 4;

/// Symbols of a pack.
const SYMBOLS: usize = 24;

/// The bits of a pack in groups of six, the first bit highest.
#[must_use]
pub fn to_symbols(pack: &[u8; PACK_LEN]) -> [u8; SYMBOLS] {
    let mut symbols = [0; SYMBOLS];
    for (symbols, bytes) in symbols.chunks_exact_mut(4).zip(pack.chunks_exact(3)) {
        let bits = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        // Six bits each, spread over the four bytes of a word.
        let spread = (bits << 6 & 0x3F00_0000) | (bits << 4 & 0x003F_0000) | (bits << 2 & 0x3F00) | bits & 0x3F;
        symbols.copy_from_slice(&spread.to_be_bytes());
    }
    symbols
}

/// The way back; of each symbol the lower six bits count, so that P and Q may stand beside them.
#[must_use]
pub fn from_symbols(symbols: &[u8; SYMBOLS]) -> [u8; PACK_LEN] {
    let mut pack = [0; PACK_LEN];
    for (bytes, symbols) in pack.chunks_exact_mut(3).zip(symbols.chunks_exact(4)) {
        let bits = symbols.iter().fold(0, |bits: u32, &symbol| bits << 6 | u32::from(symbol & 0x3F));
        bytes.copy_from_slice(&bits.to_be_bytes()[1..]);
    }
    pack
}

/// What stands in R to W beside each sector of a lead-in, sector after sector: the packs, four at a time, over and over.
///
/// It never ends. Without packs it is zeros.
pub fn lead_in(packs: &[Pack]) -> impl Iterator<Item = [u8; RAW_LEN]> + '_ {
    let mut packs = packs.iter().cycle();
    std::iter::repeat_with(move || {
        let mut sector = [0; RAW_LEN];
        for symbols in sector.chunks_exact_mut(SYMBOLS) {
            if let Some(pack) = packs.next() {
                symbols.copy_from_slice(&to_symbols(&pack.encode()));
            }
        }
        sector
    })
}

/// The bytes of the four packs beside a sector, for [`CdText::parse`](super::CdText::parse) or [`Pack::decode`].
#[must_use]
pub fn packs_of_sector(raw: &[u8; RAW_LEN]) -> [[u8; PACK_LEN]; PACKS_A_SECTOR] {
    std::array::from_fn(|pack| from_symbols(&std::array::from_fn(|at| raw[pack * SYMBOLS + at])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The example of libburn's documentation.
    #[test]
    fn eighteen_bytes_are_twenty_four_symbols() {
        let pack = [0x8F, 0, 0x2A, 0, 1, 1, 3, 0, 6, 5, 4, 5, 7, 6, 1, 2, 0x48, 0x65];
        let symbols = [
            0x23, 0x30, 0x00, 0x2A, 0x00, 0x00, 0x04, 0x01, 0x00, 0x30, 0x00, 0x06, 0x01, 0x10, 0x10, 0x05, 0x01, 0x30,
            0x18, 0x01, 0x00, 0x24, 0x21, 0x25,
        ];
        assert_eq!(to_symbols(&pack), symbols);
        assert_eq!(from_symbols(&symbols), pack);
        assert_eq!(from_symbols(&symbols.map(|symbol| symbol | 0xC0)), pack);
    }

    #[test]
    fn packs_go_round_four_at_a_time() {
        let packs: Vec<Pack> = (0..6).map(|sequence| Pack { kind: 0x80, sequence, ..Pack::default() }).collect();
        let sequences: Vec<u8> = lead_in(&packs)
            .take(3)
            .flat_map(|sector| packs_of_sector(&sector))
            .map(|bytes| Pack::decode(bytes).0.sequence)
            .collect();
        assert_eq!(sequences, [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
        assert_eq!(lead_in(&[]).next(), Some([0; 96]));
    }

    proptest! {
        #[test]
        fn each_way_undoes_the_other(pack in proptest::array::uniform18(any::<u8>())) {
            let symbols = to_symbols(&pack);
            prop_assert!(symbols.iter().all(|&symbol| symbol < 64));
            prop_assert_eq!(from_symbols(&symbols), pack);
        }
    }
}
