//! Our recipes beside those of programs that we did not write: who sends what to the same disc in the same drive.
//!
//! Whatever differs has a reason in `reasons.json`, and `docs/recipes.md` shows all of it. When that page is stale,
//! `UPDATE_DOCS=1 cargo test -p imapi-cli --test recipes` writes it anew; read the difference before you commit it.

#![cfg(target_os = "linux")]

mod difference;
mod lab;
mod outcome;
mod page;
mod scenario;
mod scenarios;

use difference::{NEEDED, REASONS, compare};
use outcome::OUTCOMES;

#[test]
fn each_difference_has_a_reason_and_each_reason_is_needed() {
    let mut missing = Vec::new();
    for outcome in &*OUTCOMES {
        for (program, _, steps) in &outcome.peers {
            missing.extend(compare(outcome.title, program, &outcome.ours, steps).err().unwrap_or_default());
        }
    }
    assert!(missing.is_empty(), "differences without a reason:\n{}", missing.join("\n"));
    let needed = NEEDED.lock().expect("no panic");
    let idle: Vec<_> = REASONS.iter().enumerate().filter(|(number, _)| !needed.contains(number)).collect();
    assert!(idle.is_empty(), "reasons that explain nothing any more: {idle:#?}");
}

#[test]
fn the_page_shows_what_everyone_does() {
    page::check();
}
