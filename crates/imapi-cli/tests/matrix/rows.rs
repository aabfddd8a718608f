//! All rows, by program.

mod cdrskin;
mod growisofs;
mod wodim;
mod xorriso;

use crate::row::Row;

/// Every row, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [cdrskin::ROWS, growisofs::ROWS, wodim::ROWS, xorriso::ROWS].into_iter().flatten()
}
