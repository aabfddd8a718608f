//! The arithmetic of the parities: GF(2⁸), bytes whose sum is an exclusive or.

/// Twice a byte in GF(2⁸) modulo x⁸+x⁴+x³+x²+1.
#[inline]
pub(super) const fn double(byte: u8) -> u8 {
    byte << 1 ^ if byte & 0x80 == 0 { 0 } else { 0x1D }
}

/// A byte divided by 3, which is the product with F4h.
#[inline]
pub(super) const fn third(byte: u8) -> u8 {
    let four = double(double(byte));
    let sixteen = double(double(four));
    let higher = double(sixteen ^ double(sixteen ^ double(sixteen)));
    four ^ sixteen ^ higher
}

/// Powers of 2: `POWERS[n]` is 2ⁿ. The 255th is the first again.
pub(super) static POWERS: [u8; 255] = powers();

/// Which power of 2 a byte is; 0 is none, and has 0 here.
static LOGARITHMS: [u8; 256] = logarithms();

const fn powers() -> [u8; 255] {
    let mut powers = [1; 255];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = double(powers[at - 1]);
        at += 1;
    }
    powers
}

const fn logarithms() -> [u8; 256] {
    let powers = powers();
    let mut logarithms = [0; 256];
    let mut power: u8 = 0;
    while (power as usize) < powers.len() {
        logarithms[powers[power as usize] as usize] = power;
        power += 1;
    }
    logarithms
}

/// Which power of 2 one byte is of another; none where one of them is zero.
pub(super) fn quotient(dividend: u8, divisor: u8) -> Option<usize> {
    if dividend == 0 || divisor == 0 {
        return None;
    }
    let [dividend, divisor] = [dividend, divisor].map(|byte| usize::from(LOGARITHMS[usize::from(byte)]));
    Some((dividend + POWERS.len() - divisor) % POWERS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_three_times_is_the_whole() {
        for byte in 0..=255 {
            assert_eq!(third(byte) ^ double(third(byte)), byte);
        }
    }

    /// Multiplied as polynomials, bit by bit.
    fn product(a: u8, b: u8) -> u8 {
        let mut sum = 0u16;
        for bit in 0..8 {
            sum ^= if b >> bit & 1 == 1 { u16::from(a) << bit } else { 0 };
        }
        for bit in (8..16).rev() {
            sum ^= if sum >> bit & 1 == 1 { 0x11D << (bit - 8) } else { 0 };
        }
        u8::try_from(sum).expect("reduced to eight bits")
    }

    #[test]
    fn a_quotient_times_the_divisor_is_the_dividend() {
        for dividend in 0..=255 {
            for divisor in 0..=255 {
                match quotient(dividend, divisor) {
                    Some(power) => assert_eq!(product(POWERS[power], divisor), dividend),
                    None => assert!(dividend == 0 || divisor == 0),
                }
            }
        }
    }
}
