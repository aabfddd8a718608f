//! All rows, by program.

mod growisofs;
mod xorriso;

use crate::row::Row;

/// Every row, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [growisofs::ROWS, xorriso::ROWS].into_iter().flatten()
}
