//! [`Checksums`]: by which people compare what they read of the same disc.

use crc32fast::Hasher;

/// Samples of a sector.
const SAMPLES: u32 = 588;
/// So many sectors at the beginning of the first track and at the end of the last one do not count: no two drives begin to
/// read at the same sample.
const MARGIN: u32 = 5;

/// Where a track is among those of the disc.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrackPlace {
    /// It is the first with sound.
    pub is_first: bool,
    /// It is the last with sound.
    pub is_last: bool,
}

/// The checksums of a track: CRC-32 of its samples, and both sums of `AccurateRip`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checksums {
    /// CRC-32 of all samples, as other programs tell it.
    pub crc32: u32,
    /// Each sample times its place, in 32 bits.
    pub accurate_rip_1: u32,
    /// The same with what does not fit into 32 bits added.
    pub accurate_rip_2: u32,
}

/// Sums up a track as it is read.
pub(super) struct Summing {
    crc32: Hasher,
    first: u32,
    second: u32,
    /// The place of the next sample, from 1.
    place: u32,
    /// The places that count.
    from: u32,
    to: u32,
}

impl Summing {
    /// Of a track of so many sectors.
    pub fn new(sectors: u32, place: TrackPlace) -> Self {
        let all = sectors.saturating_mul(SAMPLES);
        let margin = MARGIN * SAMPLES;
        let from = if place.is_first { margin } else { 1 };
        let to = if place.is_last { all.saturating_sub(margin) } else { all };
        Self { crc32: Hasher::new(), first: 0, second: 0, place: 1, from, to }
    }

    /// Adds whole sectors.
    pub fn add(&mut self, sectors: &[u8]) {
        self.crc32.update(sectors);
        for sample in sectors.chunks_exact(4) {
            if (self.from..=self.to).contains(&self.place) {
                let sample = u32::from_le_bytes([sample[0], sample[1], sample[2], sample[3]]);
                let product = u64::from(sample) * u64::from(self.place);
                let [low, high] = [product & u64::from(u32::MAX), product >> 32];
                let low = u32::try_from(low).unwrap_or(0);
                self.first = self.first.wrapping_add(low);
                self.second = self.second.wrapping_add(low).wrapping_add(u32::try_from(high).unwrap_or(0));
            }
            self.place = self.place.saturating_add(1);
        }
    }

    /// The sums.
    pub fn end(self) -> Checksums {
        Checksums { crc32: self.crc32.finalize(), accurate_rip_1: self.first, accurate_rip_2: self.second }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(samples: &[u32], sectors: u32, place: TrackPlace) -> Checksums {
        let bytes: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let mut summing = Summing::new(sectors, place);
        // Pieces of any size.
        bytes.chunks(4 * 7).for_each(|piece| summing.add(piece));
        summing.end()
    }

    /// Straight from the definition, with numbers that hold everything.
    #[test]
    fn the_sums_are_those_of_the_definition() {
        let sectors = 12;
        let samples: Vec<u32> = (0..sectors * 588).map(|at: u32| at.wrapping_mul(0x9E37_79B9)).collect();
        for (is_first, is_last) in [(false, false), (true, false), (false, true), (true, true)] {
            let found = sums(&samples, sectors, TrackPlace { is_first, is_last });
            let counts = |place: u128| (!is_first || place >= 2940) && (!is_last || place <= 7056 - 2940);
            let products = samples.iter().zip(1_u128..).filter(|(_, place)| counts(*place));
            let products: Vec<u128> = products.map(|(&sample, place)| u128::from(sample) * place).collect();
            let first: u128 = products.iter().sum();
            let second: u128 = products.iter().map(|product| (product & 0xFFFF_FFFF) + (product >> 32)).sum();
            assert_eq!(u128::from(found.accurate_rip_1), first & 0xFFFF_FFFF);
            assert_eq!(u128::from(found.accurate_rip_2), second & 0xFFFF_FFFF);
        }
    }

    #[test]
    fn the_crc_is_that_of_the_samples() {
        let found = sums(&[u32::from_le_bytes(*b"1234"), u32::from_le_bytes(*b"5678")], 1, TrackPlace::default());
        // The published value of these eight digits.
        assert_eq!(found.crc32, 0x9AE0_DAAF);
    }
}
