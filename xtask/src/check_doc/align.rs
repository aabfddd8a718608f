//! Codes for the rows that show none, by their place between rows that do.

/// What is known of a row: its first and its last code, the same in a sound row.
pub(super) type Known = Option<(usize, usize)>;

/// Proposes codes for unknown rows: only where as many rows as codes lie between two known rows (the beginning and
/// the end of page and `order` count as known), every message fits, and something other than the count speaks for it.
///
/// `fits` says whether a row's message can be that code's, `telling` whether that code's message could betray a wrong
/// place at all.
pub(super) fn align(
    rows: &[Known],
    order: &[usize],
    fits: impl Fn(usize, usize) -> bool,
    telling: impl Fn(usize) -> bool,
) -> Vec<Option<usize>> {
    let mut proposed = vec![None; rows.len()];
    // Rows and places are counted from 1 here, so that the beginning can be 0.
    let (mut row, mut place, mut real) = (0, 0, false);
    let mut places = std::collections::HashMap::new();
    for (i, code) in order.iter().enumerate() {
        places.entry(*code).or_insert(i + 1);
    }
    let known = rows.iter().enumerate().filter_map(|(i, known)| {
        let (first, last) = (*known)?;
        Some((i + 1, *places.get(&first)?, *places.get(&last)?, true))
    });
    let end = (rows.len() + 1, order.len() + 1, 0, false);
    for (next_row, next_place, next_last, next_real) in known.chain([end]) {
        let gap = next_row - row;
        if next_place.checked_sub(place) == Some(gap) {
            let pairs: Vec<(usize, usize)> = (1..gap).map(|i| (row + i - 1, order[place + i - 1])).collect();
            let evident = real || next_real || pairs.iter().any(|(_, code)| telling(*code));
            let sound = pairs.iter().all(|(row, code)| rows[*row].is_none() && fits(*row, *code));
            if evident && sound {
                for (row, code) in pairs {
                    proposed[row] = Some(code);
                }
            }
        }
        (row, place, real) = (next_row, next_last, next_real);
    }
    proposed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(rows: &[Option<usize>], order: &[usize], misfit: Option<(usize, usize)>) -> Vec<Option<usize>> {
        let rows: Vec<Known> = rows.iter().map(|row| row.map(|code| (code, code))).collect();
        align(&rows, order, |row, code| Some((row, code)) != misfit, |code| code == 30)
    }

    #[test]
    fn equal_gaps_are_filled() {
        assert_eq!(run(&[None, Some(20), None], &[10, 20, 30], None), [Some(10), None, Some(30)]);
        assert_eq!(run(&[Some(10), None, Some(30), None], &[10, 20, 30], None), [None, Some(20), None, None]);
    }

    #[test]
    fn unequal_gaps_stay_empty() {
        assert_eq!(run(&[Some(10), None, Some(40)], &[10, 20, 30, 40], None), [None, None, None]);
        assert_eq!(run(&[Some(10), None, None, Some(30)], &[10, 20, 30], None), [None; 4]);
    }

    #[test]
    fn a_misfit_empties_its_gap_and_no_other() {
        assert_eq!(run(&[None, Some(20), None], &[10, 20, 30], Some((0, 10))), [None, None, Some(30)]);
    }

    #[test]
    fn the_count_alone_proves_nothing() {
        assert_eq!(run(&[None, None], &[10, 20], None), [None, None]);
        assert_eq!(run(&[None, None], &[20, 30], None), [Some(20), Some(30)]);
    }

    #[test]
    fn a_merged_row_counts_as_all_its_codes() {
        let rows = [None, Some((20, 30)), None];
        assert_eq!(align(&rows, &[10, 20, 30, 40], |_, _| true, |_| false), [Some(10), None, Some(40)]);
    }

    #[test]
    fn rows_out_of_order_fill_nothing() {
        assert_eq!(run(&[Some(30), None, Some(10)], &[10, 20, 30], None), [None, None, None]);
    }
}
