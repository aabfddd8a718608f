//! EDC: the 32-bit checksum of a data sector, which finds errors and mends none.

/// x³² + … of the yellow book, (x¹⁶+x¹⁵+x²+1)(x¹⁶+x²+x+1), with the bits in the order in which a CD sends them.
const POLYNOMIAL: u32 = 0xD801_8001;

/// Bytes taken at once. The sum of one such piece needs as many look-ups, none of which waits for another.
const STRIDE: usize = 16;

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

/// The checksum of these bytes; a sector stores it with the lowest byte first.
///
/// ```
/// // A mode 1 sector's own checksum at its end makes the sum of the whole 0.
/// let mut bytes = *b"some bytes\0\0\0\0";
/// let sum = imapi_cd_sector::edc::edc(&bytes[..10]);
/// bytes[10..].copy_from_slice(&sum.to_le_bytes());
/// assert_eq!(imapi_cd_sector::edc::edc(&bytes), 0);
/// ```
#[must_use]
pub fn edc(bytes: &[u8]) -> u32 {
    let mut pieces = bytes.chunks_exact(STRIDE);
    let mut sum = 0u32;
    for piece in &mut pieces {
        let Some((first, rest)) = piece.split_first_chunk::<4>() else { break };
        // What waits for the sum so far comes last, and is as little as there can be.
        let of_rest = rest.iter().zip(TABLES[..STRIDE - 4].iter().rev());
        let of_rest = of_rest.fold(0, |sum, (&byte, table)| sum ^ table[usize::from(byte)]);
        let mixed = (sum ^ u32::from_le_bytes(*first)).to_le_bytes();
        let of_first = mixed.iter().zip(TABLES[STRIDE - 4..].iter().rev());
        sum = of_first.fold(of_rest, |sum, (&byte, table)| sum ^ table[usize::from(byte)]);
    }
    pieces.remainder().iter().fold(sum, |sum, &byte| {
        let [lowest, ..] = sum.to_le_bytes();
        sum >> 8 ^ TABLES[0][usize::from(lowest ^ byte)]
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bit by bit, as the polynomial says.
    fn by_definition(bytes: &[u8]) -> u32 {
        bytes.iter().fold(0, |sum, &byte| {
            (0..8).fold(sum ^ u32::from(byte), |sum: u32, _| sum >> 1 ^ if sum & 1 == 0 { 0 } else { POLYNOMIAL })
        })
    }

    /// The polynomial is the product of the two which the standard names.
    #[test]
    fn the_polynomial_is_the_product_of_two() {
        let multiply = |a: u64, b: u64| (0..33).filter(|bit| b >> bit & 1 == 1).fold(0, |sum, bit| sum ^ a << bit);
        let product = multiply(1 << 16 | 1 << 15 | 1 << 2 | 1, 1 << 16 | 1 << 2 | 1 << 1 | 1);
        assert_eq!(product, 1 << 32 | u64::from(POLYNOMIAL.reverse_bits()));
    }

    proptest! {
        #[test]
        fn big_steps_come_where_single_bits_come(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert_eq!(edc(&bytes), by_definition(&bytes));
        }

        #[test]
        fn one_burst_of_32_bits_is_always_found(
            mut bytes in proptest::collection::vec(any::<u8>(), 8..100),
            at: proptest::sample::Index,
            burst in 1..=u32::MAX,
        ) {
            let right = edc(&bytes);
            let at = at.index(bytes.len() - 3);
            for (byte, wrong) in bytes[at..].iter_mut().zip(burst.to_le_bytes()) {
                *byte ^= wrong;
            }
            prop_assert_ne!(edc(&bytes), right);
        }
    }
}
