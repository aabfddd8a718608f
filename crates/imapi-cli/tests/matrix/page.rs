//! The table in `docs/virtual-drive.md`.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

use crate::{proof::Proof, rows};

const BEGIN: &str = "<!-- matrix: begin (made by `UPDATE_DOCS=1 cargo test -p imapi-cli --test matrix`) -->\n";
const END: &str = "<!-- matrix: end -->\n";

/// The page has the table that the rows make; with `UPDATE_DOCS` set, it gets it.
pub fn check() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/virtual-drive.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("the page has the beginning of the table");
    let (found, after) = rest.split_once(END).expect("the page has the end of the table");
    let expected = table();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, [before, BEGIN, &expected, END, after].concat()).expect("the page can be written");
    } else {
        assert_eq!(
            found, expected,
            "docs/virtual-drive.md is stale: UPDATE_DOCS=1 cargo test -p imapi-cli --test matrix"
        );
    }
}

/// What a program does with a medium.
#[derive(Default)]
struct Cell {
    works: Vec<&'static str>,
    refused: Vec<String>,
}

/// A line for each medium and program, with what it does there and what it cannot do.
fn table() -> String {
    let mut cells: BTreeMap<(&str, &str), Cell> = BTreeMap::new();
    for row in rows::all() {
        let cell = cells.entry((row.medium, row.program)).or_default();
        match &row.proof {
            Proof::Refused { why, .. } => cell.refused.push(format!("{}: {why}", row.mode)),
            _ => cell.works.push(row.mode),
        }
    }
    let mut table = String::from("| medium | program | burns and reads back | is refused |\n|---|---|---|---|\n");
    for ((medium, program), Cell { works, refused }) in cells {
        writeln!(table, "| `{medium}` | {program} | {} | {} |", works.join(", "), refused.join("; "))
            .expect("a string");
    }
    table
}
