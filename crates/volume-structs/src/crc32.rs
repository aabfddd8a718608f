//! [`Crc32`]: the checksum of GPT, computed over data as it passes by.

/// The polynomial of ISO 3309 and Ethernet, lowest bit first.
const POLYNOMIAL: u32 = 0xEDB8_8320;

/// Bytes taken at once.
const STRIDE: usize = 8;

/// `TABLES[k][byte]`: what a byte does to the sum when `k` bytes follow it.
static TABLES: [[u32; 256]; STRIDE] = tables();

const fn tables() -> [[u32; 256]; STRIDE] {
    let mut tables = [[0; 256]; STRIDE];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "there are 256 entries")]
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = sum >> 1 ^ if sum & 1 == 0 { 0 } else { POLYNOMIAL };
            bit += 1;
        }
        tables[0][byte] = sum;
        byte += 1;
    }
    let mut after = 1;
    while after < STRIDE {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[after - 1][byte];
            tables[after][byte] = before >> 8 ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        after += 1;
    }
    tables
}

/// A CRC-32 in the making.
///
/// ```
/// use imapi_volume_structs::crc32::Crc32;
///
/// let mut crc = Crc32::new();
/// crc.update(b"1234");
/// crc.update(b"56789");
/// assert_eq!(crc.finish(), 0xCBF4_3926);
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Crc32(u32);

impl Crc32 {
    /// Over no bytes yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(u32::MAX)
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        let mut pieces = bytes.chunks_exact(STRIDE);
        for piece in &mut pieces {
            let sum = self.0.to_le_bytes().into_iter().chain([0; 4]);
            let mixed = piece.iter().zip(sum).map(|(byte, of_sum)| usize::from(byte ^ of_sum));
            self.0 = mixed.zip(TABLES.iter().rev()).fold(0, |sum, (byte, table)| sum ^ table[byte]);
        }
        for &byte in pieces.remainder() {
            let [lowest, ..] = self.0.to_le_bytes();
            self.0 = self.0 >> 8 ^ TABLES[0][usize::from(lowest ^ byte)];
        }
    }

    /// The checksum of all bytes taken.
    #[must_use]
    pub const fn finish(self) -> u32 {
        !self.0
    }

    /// The checksum of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> u32 {
        let mut crc = Self::new();
        crc.update(bytes);
        crc.finish()
    }
}

impl Default for Crc32 {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn big_steps_come_where_single_bits_come(
            bytes in proptest::collection::vec(any::<u8>(), 0..100),
            cut: proptest::sample::Index,
        ) {
            let by_definition = !bytes.iter().fold(u32::MAX, |sum, &byte| {
                (0..8).fold(sum ^ u32::from(byte), |sum, _| sum >> 1 ^ if sum & 1 == 0 { 0 } else { POLYNOMIAL })
            });
            let (head, tail) = bytes.split_at(cut.index(bytes.len() + 1));
            let mut crc = Crc32::new();
            crc.update(head);
            crc.update(tail);
            prop_assert_eq!(crc.finish(), by_definition);
            prop_assert_eq!(Crc32::of(&bytes), by_definition);
        }
    }
}
