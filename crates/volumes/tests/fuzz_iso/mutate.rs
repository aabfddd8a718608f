//! Mutations that keep an image an image: bytes, numbers in both orders, blocks copied, emptied and swapped.

const SECTOR: usize = 2048;

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
        const TELLING: [u8; 12] = [0, 1, 2, 3, 4, 0x0F, 0x10, 0x7F, 0x80, 0xFE, 0xFF, 0x22];
        if self.below(2) == 0 { TELLING[self.below(TELLING.len())] } else { self.roll().to_le_bytes()[3] }
    }
}

/// One to eight mutations of an image.
pub fn mutate(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.below(8) {
        let Some(at) = structure(bytes, dice) else { return };
        let sector = at / SECTOR * SECTOR;
        let other = dice.below(bytes.len() / SECTOR) * SECTOR;
        match dice.below(12) {
            0 => bytes[at] ^= 1 << dice.below(8),
            1..=4 => bytes[at] = dice.byte(),
            5..=7 => number(bytes, at, dice),
            8 => bytes.copy_within(sector..sector + SECTOR, other),
            9 => bytes.copy_within(other..other + SECTOR, sector),
            10 => bytes[sector..sector + SECTOR].fill(0),
            _ if dice.below(4) == 0 => bytes.truncate(other),
            // The length of a record or an entry: at the beginning of a name that some other has.
            _ => bytes[at] = bytes[at].wrapping_add(dice.byte() & 0x83),
        }
    }
}

/// A byte of something: most bytes of an image are zeros of the first blocks, and of files.
fn structure(bytes: &[u8], dice: &mut Dice) -> Option<usize> {
    for _ in 0..100 {
        let at = dice.below(bytes.len());
        let sector = bytes.get(at / SECTOR * SECTOR..)?.get(..SECTOR)?;
        // Files of the samples are of one letter.
        let plain = sector.iter().all(|&byte| byte == sector[0] || byte == 0);
        if !plain && (bytes[at] != 0 || dice.below(8) == 0) {
            return Some(at);
        }
    }
    None
}

/// A number in both byte orders, such as one of the blocks there are, or an absurd one, where there is such a number.
fn number(bytes: &mut [u8], near: usize, dice: &mut Dice) {
    let blocks = u32::try_from(bytes.len() / SECTOR).expect("a small image");
    let begin = near.saturating_sub(64);
    let found = (begin..near + 64).find(|&at| {
        bytes.get(at..at + 8).is_some_and(|both| both[..4].iter().eq(both[4..].iter().rev()) && both[..4] != [0; 4])
    });
    let Some(at) = found else { return };
    let value = match dice.below(6) {
        0 => u32::MAX,
        1 => blocks * 2048,
        2 => 2048 * u32::from(dice.byte()),
        3 => u32::from(dice.byte()),
        _ => u32::try_from(dice.below(blocks as usize + 2)).expect("a block"),
    };
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
    bytes[at + 4..at + 8].copy_from_slice(&value.to_be_bytes());
}
