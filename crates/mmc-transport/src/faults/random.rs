//! Numbers that look random and are the same each time.

/// `SplitMix64`: enough to choose places.
pub(super) struct SplitMix(pub(super) u64);

impl SplitMix {
    pub(super) const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(Self::STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    /// Flips so many different bits, or all when there are fewer.
    pub(super) fn flip(&mut self, bits: u32, bytes: &mut [u8]) {
        let all = u64::try_from(bytes.len()).unwrap_or(u64::MAX).saturating_mul(8);
        if all <= bits.into() {
            for byte in &mut *bytes {
                *byte = !*byte;
            }
            return;
        }
        // Choosing is slow where few are left to choose from; then it is quicker to choose those that stay.
        if u64::from(bits) > all / 2 {
            for byte in &mut *bytes {
                *byte = !*byte;
            }
            let stay = u32::try_from(all - u64::from(bits)).expect("fewer than the bits that are flipped");
            return self.flip(stay, bytes);
        }
        let mut flipped = std::collections::BTreeSet::new();
        while u64::try_from(flipped.len()).is_ok_and(|done| done < bits.into()) {
            // The next free bit after a random one, so that this ends.
            let mut bit = self.next() % all;
            while !flipped.insert(bit) {
                bit = (bit + 1) % all;
            }
            if let Some(byte) = usize::try_from(bit / 8).ok().and_then(|at| bytes.get_mut(at)) {
                *byte ^= 1 << (bit % 8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn more_bits_than_there_are_flip_all_of_them_at_once() {
        for (bits, expected) in [(u32::MAX, 1 << 23), (1 << 23, 1 << 23), ((1 << 23) - 5, (1 << 23) - 5)] {
            let mut bytes = vec![0; 1 << 20];
            let begun = std::time::Instant::now();
            SplitMix(7).flip(bits, &mut bytes);
            let took = begun.elapsed();
            assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), expected);
            assert!(took < Duration::from_secs(5), "{bits} bits took {took:?}");
        }
        SplitMix(7).flip(3, &mut []);
    }
}
