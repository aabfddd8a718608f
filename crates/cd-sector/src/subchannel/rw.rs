//! Packs in R to W: 24 symbols of six bits, of which some protect the others, spread over eight packs on the disc.
//!
//! What programs call packed are packs one behind the other; on the disc, raw, each symbol of a pack stands in another one:
//! three pairs of them have changed places, and then each place is delayed by up to seven packs. So scratches hit a bit of many
//! packs instead of many bits of one.
//!
//! | symbols | what |
//! |---|---|
//! | 0, 1 | mode and item, instruction |
//! | 2, 3 | Q: protects 0 and 1 |
//! | 4 to 19 | data |
//! | 20 to 23 | P: protects all |
//!
//! CD-TEXT in the lead-in has neither parity nor delays.

/// Symbols of a pack.
pub const PACK_SYMBOLS: usize = 24;

/// A pack: a symbol of six bits in each byte.
pub type RwPack = [u8; PACK_SYMBOLS];

/// So many packs before and with a pack of the disc have symbols in it.
pub const SPREAD: usize = 8;

const Q: usize = 2;
const P: usize = 20;

/// The field of 64 elements by x⁶ + x + 1: powers of its first element, twice, so that sums of two exponents need no care.
static POWERS: [u8; 126] = powers();
/// The exponents of all elements but zero.
static EXPONENTS: [u8; 64] = exponents();

const fn powers() -> [u8; 126] {
    let mut powers = [0; 126];
    let (mut at, mut power) = (0, 1);
    while at < 126 {
        powers[at] = power;
        power <<= 1;
        if power & 0x40 != 0 {
            power ^= 0x43;
        }
        at += 1;
    }
    powers
}

const fn exponents() -> [u8; 64] {
    let mut exponents = [0; 64];
    let mut at = 0;
    while at < 63 {
        #[expect(clippy::cast_possible_truncation, reason = "there are 63 exponents")]
        let exponent = at as u8;
        exponents[powers()[at] as usize] = exponent;
        at += 1;
    }
    exponents
}

fn times(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    POWERS[usize::from(EXPONENTS[usize::from(a & 0x3F)]) + usize::from(EXPONENTS[usize::from(b & 0x3F)])]
}

/// The rest of a word with as many zeros behind it as there are parities, by the polynomial whose zeros are the first powers:
/// what stands in the places of the zeros makes the whole word one of the code.
fn parity<const N: usize>(data: &[u8], generator: [u8; N]) -> [u8; N] {
    let mut rest = [0; N];
    for &symbol in data {
        let carry = rest[0] ^ symbol & 0x3F;
        for place in 0..N {
            let next = if place + 1 < N { rest[place + 1] } else { 0 };
            rest[place] = next ^ times(carry, generator[place]);
        }
    }
    rest
}

/// (x - 1)(x - a), without its highest coefficient.
const GENERATOR_Q: [u8; 2] = generator_q();
/// (x - 1)(x - a)(x - a²)(x - a³), without its highest coefficient.
const GENERATOR_P: [u8; 4] = generator_p();

/// Powers of the field's first element, for what is worked out when this is built.
const fn power(exponent: usize) -> u8 {
    powers()[exponent]
}

const fn times_const(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    power(exponents()[a as usize] as usize + exponents()[b as usize] as usize)
}

const fn generator_q() -> [u8; 2] {
    [1 ^ power(1), power(1)]
}

const fn generator_p() -> [u8; 4] {
    // Coefficients from the highest on, multiplied by one factor after the other.
    let mut product = [1, 0, 0, 0, 0];
    let mut factor = 0;
    while factor < 4 {
        let zero = power(factor);
        let mut place = 4;
        while place > 0 {
            product[place] ^= times_const(product[place - 1], zero);
            place -= 1;
        }
        factor += 1;
    }
    [product[1], product[2], product[3], product[4]]
}

/// Puts P and Q into a pack.
///
/// ```
/// use imapi_cd_sector::subchannel::{is_protected, protect_pack};
///
/// let mut pack = [0; 24];
/// pack[0] = 0o11; // graphics
/// pack[1] = 1;    // clear the screen
/// protect_pack(&mut pack);
/// assert!(is_protected(&pack));
/// pack[10] ^= 1;
/// assert!(!is_protected(&pack));
/// ```
pub fn protect_pack(pack: &mut RwPack) {
    let q = parity(&pack[..Q], GENERATOR_Q);
    pack[Q..Q + 2].copy_from_slice(&q);
    let p = parity(&pack[..P], GENERATOR_P);
    pack[P..].copy_from_slice(&p);
}

/// Whether P and Q are those of the pack.
#[must_use]
pub fn is_protected(pack: &RwPack) -> bool {
    let mut again = *pack;
    protect_pack(&mut again);
    again[Q..Q + 2] == pack[Q..Q + 2] && again[P..] == pack[P..]
}

/// Where a symbol of a pack stands on the disc: the place in a pack, and how many packs later.
const fn place(symbol: usize) -> (usize, usize) {
    let place = match symbol {
        1 => 18,
        18 => 1,
        2 => 5,
        5 => 2,
        3 => 23,
        23 => 3,
        other => other,
    };
    (place, place % SPREAD)
}

/// The pack on the disc at the place of the last of these: each symbol is from the pack that is so many before it as its
/// place is delayed.
#[must_use]
pub fn spread_pack(last_packs: &[RwPack; SPREAD]) -> RwPack {
    // Places change in pairs, so that the symbol of a place is the place of that symbol.
    std::array::from_fn(|at| {
        let (symbol, _) = place(at);
        last_packs[SPREAD - 1 - at % SPREAD][symbol] & 0x3F
    })
}

/// The way back: the pack whose symbols begin in the first of these packs of the disc.
#[must_use]
pub fn gather_pack(next_packs: &[RwPack; SPREAD]) -> RwPack {
    std::array::from_fn(|symbol| {
        let (place, later) = place(symbol);
        next_packs[later][place] & 0x3F
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Multiplication by definition: bit by bit, and x⁶ is x + 1.
    fn times_by_definition(a: u8, b: u8) -> u8 {
        (0..6).rev().fold(0, |product: u8, bit| {
            let doubled = product << 1;
            let reduced = if doubled & 0x40 == 0 { doubled } else { doubled ^ 0x43 };
            if b >> bit & 1 == 1 { reduced ^ a } else { reduced }
        })
    }

    /// The sums that are zero in every word of the code: symbol i counts with the power of the places behind it.
    fn syndrome(word: &[u8], row: u32) -> u8 {
        let root = (0..row).fold(1, |power, _| times_by_definition(power, 2));
        word.iter().fold(0, |sum, &symbol| times_by_definition(sum, root) ^ symbol)
    }

    #[test]
    fn the_field_has_63_powers() {
        for a in 0..64 {
            for b in 0..64 {
                assert_eq!(times(a, b), times_by_definition(a, b), "{a} times {b}");
            }
        }
    }

    /// Where the 24 symbols of a pack begin on the disc, in symbols from its beginning, as programs that read graphics from
    /// raw discs have it.
    #[test]
    fn symbols_stand_where_readers_look_for_them() {
        let offsets: [usize; 24] =
            [0, 66, 125, 191, 100, 50, 150, 175, 8, 33, 58, 83, 108, 133, 158, 183, 16, 41, 25, 91, 116, 141, 166, 75];
        for (symbol, offset) in offsets.into_iter().enumerate() {
            assert_eq!(place(symbol), (offset % 24, offset / 24), "symbol {symbol}");
        }
    }

    proptest! {
        #[test]
        fn protected_packs_are_words_of_both_codes(symbols in proptest::array::uniform24(0u8..64), wrong in 0usize..24, by in 1u8..64) {
            let mut pack = symbols;
            protect_pack(&mut pack);
            prop_assert!(pack.iter().all(|&symbol| symbol < 64));
            prop_assert_eq!((&pack[..2], &pack[4..20]), (&symbols[..2], &symbols[4..20]));
            for row in 0..4 {
                prop_assert_eq!(syndrome(&pack, row), 0, "P, row {}", row);
            }
            for row in 0..2 {
                prop_assert_eq!(syndrome(&pack[..4], row), 0, "Q, row {}", row);
            }
            prop_assert!(is_protected(&pack));
            pack[wrong] ^= by;
            prop_assert!(!is_protected(&pack));
        }

        #[test]
        fn what_is_spread_is_gathered(packs in proptest::collection::vec(proptest::array::uniform24(0u8..64), 24)) {
            let packs: Vec<RwPack> = packs;
            let before = [[0; PACK_SYMBOLS]; SPREAD - 1];
            let all: Vec<RwPack> = before.into_iter().chain(packs.clone()).collect();
            let disc: Vec<RwPack> = all.windows(SPREAD).map(|window| spread_pack(window.try_into().expect("eight"))).collect();
            let gathered: Vec<RwPack> = disc.windows(SPREAD).map(|window| gather_pack(window.try_into().expect("eight"))).collect();
            prop_assert_eq!(&gathered[..], &packs[..gathered.len()]);
            prop_assert_eq!(gathered.len(), 24 - 7);
        }
    }
}
