//! All rows, by program.

mod cdrdao;
mod cdrskin;
mod growisofs;
mod readers;
mod wodim;
mod xorriso;

use crate::row::Row;

/// Every row, in the order of the table.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [cdrdao::ROWS, cdrskin::ROWS, growisofs::ROWS, readers::ROWS, wodim::ROWS, xorriso::ROWS].into_iter().flatten()
}
