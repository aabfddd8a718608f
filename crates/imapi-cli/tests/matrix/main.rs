//! The matrix: programs that we did not write burn discs in the virtual drive, each medium in each way of writing.
//!
//! A row says what is run and what must be on the disc afterwards; every row is a test. `docs/virtual-drive.md` shows the
//! rows as a table; when it is stale, `UPDATE_DOCS=1 cargo test -p imapi-cli --test matrix` writes it anew.

#![cfg(target_os = "linux")]

mod lab;
mod materials;
mod page;
mod proof;
mod row;
mod rows;

#[test]
fn the_page_shows_what_the_matrix_proves() {
    page::check();
}
