//! A small mutation fuzzer: no coverage, but a corpus, all the usual mutations, and the same run for the same seed.

/// A source of numbers that look random (xorshift64*), the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.roll() >> 33).expect("31 bits") % end.max(1)
    }

    fn byte(&mut self) -> u8 {
        // Values at which fields change their meaning come more often than others.
        const TELLING: [u8; 12] = [0, 1, 2, 3, 4, 0x0F, 0x10, 0x7F, 0x80, 0xFE, 0xFF, 0x20];
        if self.below(2) == 0 { TELLING[self.below(TELLING.len())] } else { self.roll().to_le_bytes()[3] }
    }
}

/// One to eight mutations of a sample.
pub fn mutated(sample: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=dice.below(8) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 | 2 if at < bytes.len() => bytes[at] = dice.byte(),
            3 => bytes.insert(at, dice.byte()),
            4 if at < bytes.len() => drop(bytes.remove(at)),
            5 => bytes.truncate(at),
            6 => {
                let more: Vec<u8> = (0..dice.below(40)).map(|_| dice.byte()).collect();
                bytes.splice(at..at, more);
            }
            _ => {}
        }
    }
    bytes.truncate(4096);
    bytes
}
