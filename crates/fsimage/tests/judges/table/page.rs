//! The table in `docs/images.md`.

use std::{env, fmt::Write as _, fs, path::Path};

use super::{Feature, columns};

const BEGIN: &str = "<!-- readers: begin (made by `UPDATE_DOCS=1 cargo test -p imapi-fsimage --test judges`) -->\n";
const END: &str = "<!-- readers: end -->\n";

/// The page has the table; with `UPDATE_DOCS` set, it gets it.
pub fn check() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/images.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("the page has the beginning of the table");
    let (found, after) = rest.split_once(END).expect("the page has the end of the table");
    let expected = table();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, [before, BEGIN, &expected, END, after].concat()).expect("the page can be written");
    } else {
        assert_eq!(found, expected, "docs/images.md is stale: UPDATE_DOCS=1 cargo test -p imapi-fsimage --test judges");
    }
}

/// A line for each feature, a column for each reader; reasons have numbers and stand below.
fn table() -> String {
    let mut reasons: Vec<(&str, &str)> = Vec::new();
    let mut table = String::from("| feature |");
    for column in columns::ALL {
        write!(table, " {} |", column.name).expect("a string");
    }
    table.push_str("\n|---|");
    table.push_str(&"---|".repeat(columns::ALL.len()));
    table.push('\n');
    for feature in Feature::ALL {
        write!(table, "| {} |", feature.words()).expect("a string");
        for column in columns::ALL {
            let reason = column.cannot.iter().find(|(features, _)| features.contains(&feature));
            let cell = reason.map(|&(_, reason)| {
                let known = reasons.iter().position(|&other| other == (column.name, reason));
                known.unwrap_or_else(|| {
                    reasons.push((column.name, reason));
                    reasons.len() - 1
                })
            });
            match cell {
                Some(number) => write!(table, " {} |", number + 1),
                None => write!(table, " judges |"),
            }
            .expect("a string");
        }
        table.push('\n');
    }
    table.push('\n');
    for ((reader, reason), number) in reasons.iter().zip(1..) {
        writeln!(table, "{number}. {reader} {reason}.").expect("a string");
    }
    table
}
