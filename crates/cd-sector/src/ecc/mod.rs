//! ECC: the two parities with which a player mends a data sector.
//!
//! The bytes behind the sync are words of 16 bits, and of each word the two bytes are protected apart. P stands below the
//! 43 columns of 24 words, Q at the end of the 26 diagonals of 43 words through columns and P. Both are Reed-Solomon codes
//! over GF(2⁸): the plain sum of a column with its two parities is 0, and so is the sum weighted by powers of 2.
//!
//! Nothing here goes column by column. A whole row is added to all columns at once, with doubling instead of tables, so
//! that the compiler makes wide instructions of it. Diagonals are treated alike (`diagonal.rs`): rows are moved so far that
//! diagonals stand upright. What can be mended by both parities [`correct`] mends.

mod correct;
mod diagonal;
mod field;

pub use correct::correct;

use crate::sector::Sector;
use field::{double, third};

/// Bytes of a sector that P and Q protect begin here.
const BEGIN: usize = 12;
const HEADER_LEN: usize = 4;

/// Where P begins, and how long it is.
const P: usize = 2076;
const P_LEN: usize = 172;

/// Where Q begins, and how long it is.
const Q: usize = 2248;
const Q_LEN: usize = 104;

const ROWS: usize = 24;
const ROW_LEN: usize = 86;

const DIAGONALS: usize = 26;
const DIAGONAL_WORDS: usize = 43;
const DIAGONALS_LEN: usize = DIAGONALS * 2;
/// Words that the diagonals go through.
const WORDS: usize = DIAGONALS * DIAGONAL_WORDS;
/// The word of a diagonal that follows a word of it: one row down and one column to the right.
const STEP: usize = DIAGONAL_WORDS + 1;

/// Lanes are rounded up to whole wide registers; the surplus is computed and not used.
const ROW_LANES: usize = 96;
const DIAGONAL_LANES: usize = 64;

/// Whether the four bytes of the header belong to what is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Header {
    /// They do: mode 1.
    Protected,
    /// They count as zeros: mode 2 form 1, whose sectors can be moved without new parities.
    Zero,
}

/// Writes P and Q of a sector from all that stands before them.
pub fn protect(sector: &mut Sector, header: Header) {
    let kept = take_header(sector, header);
    write_p(sector);
    write_q(sector);
    put_header(sector, kept);
}

/// Which of the two parities are those of the bytes: P and then Q. Q is that of the P which is there, right or wrong.
#[must_use]
pub fn holds(sector: &Sector, header: Header) -> (bool, bool) {
    let mut copy = *sector;
    take_header(&mut copy, header);
    write_q(&mut copy);
    let q = copy[Q..] == sector[Q..];
    write_p(&mut copy);
    (copy[P..Q] == sector[P..Q], q)
}

fn take_header(sector: &mut Sector, header: Header) -> Option<[u8; HEADER_LEN]> {
    let bytes = sector[BEGIN..].first_chunk_mut::<HEADER_LEN>()?;
    match header {
        Header::Protected => None,
        Header::Zero => Some(std::mem::take(bytes)),
    }
}

fn put_header(sector: &mut Sector, kept: Option<[u8; HEADER_LEN]>) {
    if let Some(header) = kept {
        sector[BEGIN..BEGIN + HEADER_LEN].copy_from_slice(&header);
    }
}

fn write_p(sector: &mut Sector) {
    let mut sums = Sums::<ROW_LANES>::new();
    for row in 0..ROWS {
        // The surplus lanes of a row are the beginning of the next.
        let row = sector[BEGIN + row * ROW_LEN..].first_chunk().expect("P and Q stand behind the rows");
        sums.add(row);
    }
    let (first, second) = sums.parities();
    sector[P..P + ROW_LEN].copy_from_slice(&first[..ROW_LEN]);
    sector[P + ROW_LEN..P + P_LEN].copy_from_slice(&second[..ROW_LEN]);
}

fn write_q(sector: &mut Sector) {
    let (first, second) = diagonal::sums(sector).parities();
    sector[Q..Q + DIAGONALS_LEN].copy_from_slice(&first[..DIAGONALS_LEN]);
    sector[Q + DIAGONALS_LEN..Q + Q_LEN].copy_from_slice(&second[..DIAGONALS_LEN]);
}

/// The two sums of many columns.
struct Sums<const LANES: usize> {
    plain: [u8; LANES],
    /// The newest row weighs 2, the one before it 4, and so on.
    weighted: [u8; LANES],
}

impl<const LANES: usize> Sums<LANES> {
    const fn new() -> Self {
        Self { plain: [0; LANES], weighted: [0; LANES] }
    }

    #[inline]
    fn add(&mut self, row: &[u8; LANES]) {
        for ((plain, weighted), &byte) in self.plain.iter_mut().zip(&mut self.weighted).zip(row) {
            *plain ^= byte;
            *weighted = double(*weighted ^ byte);
        }
    }

    /// The two words that make both sums 0 when they stand below the column, with weights 2 and 1.
    fn parities(&self) -> ([u8; LANES], [u8; LANES]) {
        // plain = a + b and weighted = 2a + b, therefore plain + weighted = 3a: sums have no sign here.
        let mut first = [0; LANES];
        let mut second = [0; LANES];
        for lane in 0..LANES {
            let weighted = double(self.weighted[lane]);
            first[lane] = third(self.plain[lane] ^ weighted);
            second[lane] = self.plain[lane] ^ first[lane];
        }
        (first, second)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arbitrary_sector() -> impl Strategy<Value = Sector> {
        proptest::collection::vec(any::<u8>(), 2352).prop_map(|bytes| bytes.try_into().expect("2352 bytes"))
    }

    /// Sum and weighted sum of the codeword whose word indexes are given, of the lower or the higher bytes.
    fn syndromes(sector: &Sector, words: impl Iterator<Item = usize>, half: usize) -> (u8, u8) {
        let bytes = words.map(|word| sector[BEGIN + word * 2 + half]);
        bytes.fold((0, 0), |(plain, weighted), byte| (plain ^ byte, double(weighted) ^ byte))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// The codewords as ECMA-130 numbers their words, one by one.
        #[test]
        fn the_sums_of_every_codeword_are_zero(mut sector in arbitrary_sector()) {
            protect(&mut sector, Header::Protected);
            for half in 0..2 {
                for column in 0..43 {
                    prop_assert_eq!(syndromes(&sector, (0..26).map(|row| column + 43 * row), half), (0, 0));
                }
                for q in 0..26 {
                    let data = (0..43).map(|m| (44 * m + 43 * q) % 1118);
                    prop_assert_eq!(syndromes(&sector, data.chain([1118 + q, 1144 + q]), half), (0, 0));
                }
            }
        }

        #[test]
        fn a_changed_byte_breaks_what_covers_it(mut sector in arbitrary_sector(), at in 12..2352usize, by in 1..=255u8) {
            protect(&mut sector, Header::Protected);
            prop_assert_eq!(holds(&sector, Header::Protected), (true, true));
            sector[at] ^= by;
            // Bytes of Q are in no column of P; all others are in both.
            prop_assert_eq!(holds(&sector, Header::Protected), (at >= Q, false));
        }

        #[test]
        fn a_header_that_does_not_count_may_change(mut sector in arbitrary_sector(), header: [u8; 4]) {
            protect(&mut sector, Header::Zero);
            sector[12..16].copy_from_slice(&header);
            prop_assert_eq!(holds(&sector, Header::Zero), (true, true));
        }
    }
}
