//! [`PseudoRandom`]: data that looks random and can be made again.

use std::num::NonZeroU32;

use crate::{Block, BlockSource, Request, SourceError};

/// The increment of `SplitMix64`: 2^64 divided by the golden ratio, made odd.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// Blocks of pseudo-random bytes: the same for the same seed, today and in any later version.
///
/// Every block is computed by itself, so it is as fast in any order; to check a disc, the data need not be kept. It is
/// not for secrets.
///
/// # Algorithm
///
/// The seed is a row of 32-bit words. A key of 64 bits begins at 0, and for each word it becomes
/// `mix((key ^ word) + γ)`. The bytes are the numbers `mix(key + (n + 1)·γ)` for n from 0, little end first: the
/// generator `SplitMix64` begun with the key, which has 2^64 numbers before it begins again. All arithmetic is modulo 2^64, γ is 0x9E3779B97F4A7C15, and
///
/// ```text
/// mix(z):  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
///          z = (z ^ (z >> 27)) * 0x94D049BB133111EB
///          z ^ (z >> 31)
/// ```
///
/// They are not the bytes of IMAPI's `MsftStreamPrng001`, whose algorithm is not documented.
#[doc(alias("IStreamPseudoRandomBased", "MsftStreamPrng001"))]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PseudoRandom {
    seed: Vec<u32>,
    key: u64,
    block_size: NonZeroU32,
    blocks: u64,
}

impl PseudoRandom {
    /// So many blocks from a seed.
    #[doc(alias = "IStreamPseudoRandomBased::put_Seed")]
    pub fn new(seed: u32, block_size: NonZeroU32, blocks: u64) -> Self {
        Self::with_extended_seed(&[seed], block_size, blocks)
    }

    /// So many blocks from a seed of more than 32 bits. One word is the same as [`new`](Self::new).
    #[doc(alias = "IStreamPseudoRandomBased::put_ExtendedSeed")]
    pub fn with_extended_seed(seed: &[u32], block_size: NonZeroU32, blocks: u64) -> Self {
        let key = seed.iter().fold(0, |key: u64, &word| mix((key ^ u64::from(word)).wrapping_add(GAMMA)));
        Self { seed: seed.to_vec(), key, block_size, blocks }
    }

    /// The seed, or the first word of an extended one.
    #[doc(alias = "IStreamPseudoRandomBased::get_Seed")]
    pub fn seed(&self) -> u32 {
        self.seed.first().copied().unwrap_or_default()
    }

    /// All words of the seed.
    #[doc(alias = "IStreamPseudoRandomBased::get_ExtendedSeed")]
    pub fn extended_seed(&self) -> &[u32] {
        &self.seed
    }
}

impl BlockSource for PseudoRandom {
    fn block_size(&self) -> NonZeroU32 {
        self.block_size
    }

    fn blocks(&self) -> u64 {
        self.blocks
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        // The blocks are 64 bits and their size 32: what is behind 2^64 bytes has its own numbers, too.
        fill(self.key, u128::from(first.0) * u128::from(self.block_size.get()), request.out);
        Ok(request.count)
    }
}

/// The bytes from this offset on.
fn fill(key: u64, offset: u128, out: &mut [u8]) {
    const WORD: u128 = size_of::<u64>() as u128;
    // Only the lower half counts, as n counts modulo 2^64.
    let mut index = u64::try_from((offset / WORD) & u128::from(u64::MAX)).expect("64 bits are left");
    // A block may begin and end within a number.
    let within = usize::try_from(offset % WORD).expect("below 8");
    let until_next = (size_of::<u64>() - within) % size_of::<u64>();
    let (head, rest) = out.split_at_mut(until_next.min(out.len()));
    if !head.is_empty() {
        head.copy_from_slice(&number(key, index).to_le_bytes()[within..][..head.len()]);
        index = index.wrapping_add(1);
    }
    let mut words = rest.chunks_exact_mut(size_of::<u64>());
    for word in &mut words {
        word.copy_from_slice(&number(key, index).to_le_bytes());
        index = index.wrapping_add(1);
    }
    let tail = words.into_remainder();
    tail.copy_from_slice(&number(key, index).to_le_bytes()[..tail.len()]);
}

fn number(key: u64, index: u64) -> u64 {
    mix(key.wrapping_add(GAMMA.wrapping_mul(index.wrapping_add(1))))
}

fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first numbers of `SplitMix64` from seed 1234567, as other implementations publish them.
    #[test]
    fn the_generator_is_splitmix64() {
        let published = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
        ];
        for (index, expected) in (0..).zip(published) {
            assert_eq!(number(1_234_567, index), expected);
        }
    }

    #[test]
    fn another_seed_is_another_stream() {
        let read = |seed: &[u32]| {
            let mut out = [0; 64];
            let source = PseudoRandom::with_extended_seed(seed, NonZeroU32::MIN, 64);
            source.read_all(Block(0), &mut out).expect("readable");
            out
        };
        let seeds: [&[u32]; 6] = [&[], &[0], &[1], &[0, 0], &[0, 1], &[1, 0]];
        let streams: std::collections::HashSet<[u8; 64]> = seeds.into_iter().map(read).collect();
        assert_eq!(streams.len(), seeds.len());
        assert_eq!(
            PseudoRandom::new(7, NonZeroU32::MIN, 1),
            PseudoRandom::with_extended_seed(&[7], NonZeroU32::MIN, 1)
        );
    }

    #[test]
    fn the_seed_is_told_again() {
        let source = PseudoRandom::with_extended_seed(&[7, 8, 9], NonZeroU32::MIN, 1);
        assert_eq!((source.seed(), source.extended_seed()), (7, &[7, 8, 9][..]));
    }

    /// Not a test of randomness, only against a blunder: bits stuck, bytes repeated.
    #[test]
    fn bytes_are_spread_evenly() {
        let mut out = vec![0; 1 << 20];
        fill(1, 0, &mut out);
        let mut counts = [0u32; 256];
        for byte in out {
            counts[usize::from(byte)] += 1;
        }
        assert!(counts.iter().all(|&count| (3_700..4_500).contains(&count)), "{counts:?}");
    }

    #[test]
    fn blocks_behind_64_bits_of_bytes_are_pieces_of_the_stream_too() {
        let source = PseudoRandom::new(1, NonZeroU32::MAX, u64::MAX);
        let mut out = vec![0; 64];
        // Block 2^32 + 2 of 2^32 - 1 bytes begins at byte 2^64 + 2^32 - 2, and 2^61 numbers are 2^64 bytes.
        let offset = u128::from((1u64 << 32) + 2) * u128::from(u32::MAX);
        assert_eq!(offset, (1 << 64) + (1 << 32) - 2);
        fill(source.key, offset, &mut out);
        let index = (1 << 61) + ((1u64 << 32) - 2) / 8;
        assert_eq!(out[2..10], number(source.key, index + 1).to_le_bytes());
        // Where the numbers begin again, and n passes its end.
        fill(source.key, (1 << 67) - 8, &mut out);
        let mut again = vec![0; 56];
        fill(source.key, 0, &mut again);
        assert_eq!(out[..8], number(source.key, u64::MAX).to_le_bytes());
        assert_eq!(out[8..], again);
    }

    proptest! {
        #[test]
        fn any_piece_is_a_piece_of_the_whole(key: u64, start in 0..100usize, len in 0..100usize) {
            let mut whole = [0; 200];
            fill(key, 0, &mut whole);
            let mut piece = vec![0xA5; len];
            fill(key, start as u128, &mut piece);
            prop_assert_eq!(&piece[..], &whole[start..][..len]);
        }
    }
}
