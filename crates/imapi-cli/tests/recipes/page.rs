//! The part of `docs/recipes.md` that is made of what everyone did.

use std::{env, fmt::Write as _, fs, path::Path};

use crate::{
    difference::{Line, REASONS, compare},
    outcome::{OUTCOMES, Outcome},
};

const BEGIN: &str = "<!-- recipes: begin (made by `UPDATE_DOCS=1 cargo test -p imapi-cli --test recipes`) -->\n";
const END: &str = "<!-- recipes: end -->\n";

/// The page has what the programs did; with `UPDATE_DOCS` set, it gets it.
pub fn check() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/recipes.md");
    let page = fs::read_to_string(&path).expect("the page");
    let (before, rest) = page.split_once(BEGIN).expect("the page has the beginning of the recipes");
    let (found, after) = rest.split_once(END).expect("the page has the end of the recipes");
    let expected = recipes();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, [before, BEGIN, &expected, END, after].concat()).expect("the page can be written");
    } else {
        assert!(
            found == expected,
            "docs/recipes.md is stale: UPDATE_DOCS=1 cargo test -p imapi-cli --test recipes\n{expected}"
        );
    }
}

/// Numbers of reasons, in the order in which the page needs them.
#[derive(Default)]
struct Footnotes(Vec<usize>);

impl Footnotes {
    fn number(&mut self, reason: usize) -> usize {
        // The same words are the same reason, whatever they explain.
        let because = &REASONS[reason].because;
        let known = self.0.iter().position(|&known| REASONS[known].because == *because);
        known.unwrap_or_else(|| {
            self.0.push(reason);
            self.0.len() - 1
        }) + 1
    }
}

fn recipes() -> String {
    let (mut text, mut footnotes) = (String::new(), Footnotes::default());
    for outcome in &*OUTCOMES {
        scenario(&mut text, outcome, &mut footnotes);
    }
    text.push_str("### Reasons\n\n");
    for (number, &reason) in footnotes.0.iter().enumerate() {
        writeln!(text, "{}. {}", number + 1, REASONS[reason].because).expect("a string");
    }
    text
}

fn scenario(text: &mut String, outcome: &Outcome, footnotes: &mut Footnotes) {
    write!(text, "### {}\n\n```text\n", outcome.title).expect("a string");
    for step in &outcome.ours {
        writeln!(text, "{step}").expect("a string");
    }
    text.push_str("```\n\n");
    for (program, runs, steps) in &outcome.peers {
        let lines = compare(outcome.title, program, &outcome.ours, steps).unwrap_or_default();
        let runs: Vec<String> = runs.iter().map(|run| format!("`{}`", run.replace("{dev}", "/dev/sr0"))).collect();
        let told = if runs.is_empty() { String::new() } else { format!(", {}", runs.join(", then ")) };
        if lines.iter().all(|line| matches!(line, Line::Both(_))) {
            write!(text, "**{program}**{told}: the same.\n\n").expect("a string");
            continue;
        }
        write!(text, "**{program}**{told}:\n\n```diff\n").expect("a string");
        for line in lines {
            match line {
                Line::Both(step) => writeln!(text, "  {step}"),
                Line::Ours(step, reason) => writeln!(text, "- {step} [{}]", footnotes.number(reason)),
                Line::Theirs(step, reason) => writeln!(text, "+ {step} [{}]", footnotes.number(reason)),
            }
            .expect("a string");
        }
        text.push_str("```\n\n");
    }
}
