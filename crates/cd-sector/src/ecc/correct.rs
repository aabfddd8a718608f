//! [`correct`]: single wrong bytes of columns and diagonals are put right.

use super::{
    BEGIN, DIAGONAL_LANES, DIAGONAL_WORDS, DIAGONALS_LEN, Header, P, Q, ROW_LANES, ROW_LEN, STEP, Sector, Sums, WORDS,
    diagonal, field::quotient, put_header, take_header,
};

/// Rows of a column with its two parities.
const COLUMN: usize = 26;
/// Words of a diagonal with its two parities.
const DIAGONAL: usize = 45;
/// What one parity mends makes more for the other; so often they take turns. Whatever can be mended is by then.
const ROUNDS: usize = 6;

/// Mends what the parities can mend: a wrong byte in each column and in each diagonal, by turns, as long as that leads
/// further. Says how many bytes were changed.
///
/// Two wrong bytes in the same column can look like a third one that is wrong. Whether the sector is right afterwards its
/// checksum tells: [`SectorKind::mend`](crate::SectorKind::mend) asks it, and leaves alone what cannot be mended.
pub fn correct(sector: &mut Sector, header: Header) -> usize {
    let kept = take_header(sector, header);
    // A header that counts as zeros is never wrong.
    let first = if kept.is_some() { BEGIN + 4 } else { BEGIN };
    let mut changed = 0;
    for _ in 0..ROUNDS {
        let before = changed;
        changed += columns(sector, first);
        changed += diagonals(sector, first);
        if changed == before {
            break;
        }
    }
    put_header(sector, kept);
    changed
}

/// Puts each wrong byte right that is the only one of its column.
fn columns(sector: &mut Sector, first: usize) -> usize {
    let mut sums = Sums::<ROW_LANES>::new();
    for row in 0..COLUMN {
        let row = sector[BEGIN + row * ROW_LEN..].first_chunk().expect("Q stands behind the columns");
        sums.add(row);
    }
    mend(sector, &sums, ROW_LEN, COLUMN, first, |lane, row| BEGIN + row * ROW_LEN + lane)
}

/// The same of diagonals.
fn diagonals(sector: &mut Sector, first: usize) -> usize {
    let mut sums: Sums<DIAGONAL_LANES> = diagonal::sums(sector);
    for parity in sector[Q..].chunks_exact(DIAGONALS_LEN) {
        let mut row = [0; DIAGONAL_LANES];
        row[..DIAGONALS_LEN].copy_from_slice(parity);
        sums.add(&row);
    }
    mend(sector, &sums, DIAGONALS_LEN, DIAGONAL, first, |lane, n| match n.checked_sub(DIAGONAL_WORDS) {
        Some(parity) => Q + parity * DIAGONALS_LEN + lane,
        None => BEGIN + (n * STEP + lane / 2 * DIAGONAL_WORDS) % WORDS * 2 + lane % 2,
    })
}

/// With one wrong byte the plain sum is what is wrong in it, and how much more the weighted sum is says which one it is.
fn mend<const LANES: usize>(
    sector: &mut Sector,
    sums: &Sums<LANES>,
    lanes: usize,
    len: usize,
    first: usize,
    place: impl Fn(usize, usize) -> usize,
) -> usize {
    debug_assert!(lanes <= LANES && P > BEGIN);
    let mut changed = 0;
    for lane in 0..lanes {
        let wrong = sums.plain[lane];
        let weight = quotient(sums.weighted[lane], wrong).filter(|weight| (1..=len).contains(weight));
        if let Some(at) = weight.map(|weight| place(lane, len - weight)).filter(|&at| at >= first) {
            sector[at] ^= wrong;
            changed += 1;
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::protect, *};

    fn protected(bytes: Vec<u8>) -> Sector {
        let mut sector: Sector = bytes.try_into().expect("2352 bytes");
        protect(&mut sector, Header::Protected);
        sector
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_wrong_byte_is_put_right_wherever_it_is(bytes in proptest::collection::vec(any::<u8>(), 2352), at in 12..2352usize, by in 1..=255u8) {
            let right = protected(bytes);
            let mut sector = right;
            sector[at] ^= by;
            prop_assert_eq!(correct(&mut sector, Header::Protected), 1);
            prop_assert!(sector == right);
        }

        /// No column has more than one of them.
        #[test]
        fn a_scratch_as_long_as_a_row_is_mended(bytes in proptest::collection::vec(any::<u8>(), 2352), at in 12..=2248 - 86usize, with in proptest::collection::vec(any::<u8>(), 86)) {
            let right = protected(bytes);
            let mut sector = right;
            sector[at..at + 86].copy_from_slice(&with);
            correct(&mut sector, Header::Protected);
            prop_assert!(sector == right);
        }

        /// Two in one column: the diagonals put them right, one each.
        #[test]
        fn what_one_parity_cannot_mend_the_other_does(bytes in proptest::collection::vec(any::<u8>(), 2352), column in 0..86usize, rows in (0..26usize, 1..26usize), by in (1..=255u8, 1..=255u8)) {
            let right = protected(bytes);
            let mut sector = right;
            for (row, by) in [(rows.0, by.0), ((rows.0 + rows.1) % 26, by.1)] {
                sector[12 + row * 86 + column] ^= by;
            }
            correct(&mut sector, Header::Protected);
            prop_assert!(sector == right);
        }

        #[test]
        fn a_header_that_does_not_count_is_left_alone(bytes in proptest::collection::vec(any::<u8>(), 2352), header: [u8; 4], at in 16..2352usize, by in 1..=255u8) {
            let mut right: Sector = bytes.try_into().expect("2352 bytes");
            protect(&mut right, Header::Zero);
            right[12..16].copy_from_slice(&header);
            let mut sector = right;
            sector[at] ^= by;
            prop_assert_eq!(correct(&mut sector, Header::Zero), 1);
            prop_assert!(sector == right);
        }
    }

    #[test]
    fn what_is_right_is_not_touched() {
        let right = protected((0..2352u32).map(|at| at.to_le_bytes()[0]).collect());
        let mut sector = right;
        assert_eq!(correct(&mut sector, Header::Protected), 0);
        assert!(sector == right);
    }
}
