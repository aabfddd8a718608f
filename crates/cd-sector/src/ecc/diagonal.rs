//! The sums of all diagonals at once.
//!
//! Along a diagonal, one row down is one column to the right. So each row is moved one word further to the left than the one
//! before, and diagonals stand upright: each goes through two or three columns of what is 68 words wide then. These are
//! summed as the columns of P are, one row after the other. In a column the weight of a word says in which row it is; what
//! is missing for the weight that it has in its diagonal is the same for all words of the column, and is multiplied at the
//! end, for each bit of the sum.

use super::{BEGIN, DIAGONAL_LANES, DIAGONAL_WORDS, DIAGONALS, ROW_LEN, Sums, field::POWERS};
use crate::sector::Sector;

/// Bytes by which rows are moved: the first is not, and of the last one only its end is above the beginning of the first.
const MOVED: usize = (DIAGONALS - 1) * 2;
/// Words of all rows when they are moved.
const WIDE_WORDS: usize = DIAGONALS - 1 + DIAGONAL_WORDS;
/// The same in bytes, rounded up to whole wide registers.
const WIDE: usize = (WIDE_WORDS * 2).next_multiple_of(16);
/// Bytes from the beginning of a row to that of the next, with so many zeros between them that a moved row is wide.
const STRIDE: usize = WIDE;
/// Zeros before the first row and behind the last.
const MARGIN: usize = WIDE - ROW_LEN;

/// `MISSING[bit][lane]`: what a bit of the sum in a lane comes to in the weight of its diagonal.
static MISSING: [[u8; WIDE]; 8] = missing();

const fn missing() -> [[u8; WIDE]; 8] {
    let mut missing = [[0; WIDE]; 8];
    let mut lane = 0;
    while lane < WIDE_WORDS * 2 {
        // The first column has the heaviest words, which are the first of their diagonals; weights go round.
        let power = POWERS.len() + DIAGONAL_WORDS - lane / 2;
        let mut bit = 0;
        while bit < 8 {
            missing[bit][lane] = POWERS[(power + bit) % POWERS.len()];
            bit += 1;
        }
        lane += 1;
    }
    missing
}

/// The sums of the diagonals of a sector: the last word weighs 2, the one before it 4, and so on.
pub(super) fn sums(sector: &Sector) -> Sums<DIAGONAL_LANES> {
    let mut rows = [0; MARGIN + DIAGONALS * STRIDE];
    for (row, moved) in sector[BEGIN..].chunks_exact(ROW_LEN).zip(rows[MARGIN..].chunks_exact_mut(STRIDE)) {
        moved[..ROW_LEN].copy_from_slice(row);
    }
    let (mut plain, mut weighted) = ([0; WIDE], [0; WIDE]);
    for row in 0..DIAGONALS {
        let begin = MARGIN + row * STRIDE - (MOVED - row * 2);
        let row: &[u8; WIDE] = rows[begin..].first_chunk().expect("behind each row there is room");
        for ((plain, weighted), &byte) in plain.iter_mut().zip(&mut weighted).zip(row) {
            *plain ^= byte;
            *weighted = super::double(*weighted) ^ byte;
        }
    }
    let mut full = [0; WIDE];
    for (bit, missing) in MISSING.iter().enumerate() {
        for ((full, &weighted), &missing) in full.iter_mut().zip(&weighted).zip(missing) {
            *full ^= if weighted & 1 << bit == 0 { 0 } else { missing };
        }
    }
    let mut sums = Sums::<DIAGONAL_LANES>::new();
    for word in 0..WIDE_WORDS {
        let diagonal = (2 * DIAGONALS + DIAGONALS + DIAGONALS - 1 - word) % DIAGONALS;
        for half in 0..2 {
            sums.plain[diagonal * 2 + half] ^= plain[word * 2 + half];
            sums.weighted[diagonal * 2 + half] ^= full[word * 2 + half];
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{DIAGONALS_LEN, STEP, WORDS},
        *,
    };

    /// Word by word along each diagonal.
    fn plain(sector: &Sector) -> Sums<DIAGONAL_LANES> {
        let mut sums = Sums::new();
        for n in 0..DIAGONAL_WORDS {
            let mut row = [0; DIAGONAL_LANES];
            for diagonal in 0..DIAGONALS {
                let word = (n * STEP + diagonal * DIAGONAL_WORDS) % WORDS;
                row[diagonal * 2..][..2].copy_from_slice(&sector[BEGIN + word * 2..][..2]);
            }
            sums.add(&row);
        }
        sums
    }

    proptest! {
        #[test]
        fn upright_diagonals_come_where_single_words_come(bytes in proptest::collection::vec(any::<u8>(), 2352)) {
            let sector: Sector = bytes.try_into().expect("2352 bytes");
            let (wide, single) = (sums(&sector), plain(&sector));
            prop_assert_eq!(&wide.plain[..DIAGONALS_LEN], &single.plain[..DIAGONALS_LEN]);
            prop_assert_eq!(&wide.weighted[..DIAGONALS_LEN], &single.weighted[..DIAGONALS_LEN]);
        }
    }
}
