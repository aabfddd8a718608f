//! Two lists of steps beside each other, and a written reason for whatever stands in only one of them.

use std::{
    collections::BTreeSet,
    sync::{LazyLock, Mutex},
};

use serde::Deserialize;

/// A line of two lists beside each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Both do it.
    Both(String),
    /// Only we do it; by the reason with that number.
    Ours(String, usize),
    /// Only the other program does it; by the reason with that number.
    Theirs(String, usize),
}

/// Why a step is in only one of two lists, or other in one than in the other. `*` stands for anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// The headings for which it holds.
    #[serde(default = "anything")]
    scenario: String,
    /// The programs for which it holds.
    #[serde(default = "anything")]
    program: String,
    /// What we do.
    #[serde(default)]
    ours: Option<String>,
    /// What they do; with `ours`, in its place.
    #[serde(default)]
    theirs: Option<String>,
    /// The reason.
    pub because: String,
}

fn anything() -> String {
    "*".to_owned()
}

/// All reasons, in the order in which they are tried.
pub static REASONS: LazyLock<Vec<Reason>> =
    LazyLock::new(|| serde_json::from_str(include_str!("reasons.json")).expect("reasons"));

/// The reasons that were needed.
pub static NEEDED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

/// Puts two lists beside each other; the steps that have no reason are the error.
pub fn compare(scenario: &str, program: &str, ours: &[String], theirs: &[String]) -> Result<Vec<Line>, Vec<String>> {
    let (mut lines, mut missing) = (Vec::new(), Vec::new());
    let (mut at, mut other) = (0, 0);
    for (mine, yours) in common(ours, theirs).into_iter().chain([(ours.len(), theirs.len())]) {
        explain(scenario, program, &ours[at..mine], &theirs[other..yours], &mut lines, &mut missing);
        if let Some(step) = ours.get(mine) {
            lines.push(Line::Both(step.clone()));
        }
        (at, other) = (mine + 1, yours + 1);
    }
    if missing.is_empty() { Ok(lines) } else { Err(missing) }
}

/// The places of the longest list of steps that both have in the same order. Of several such lists it is the one that is
/// nearest to the end: what is sent twice counts when it is sent last.
fn common(ours: &[String], theirs: &[String]) -> Vec<(usize, usize)> {
    // Of the first steps of both.
    let mut longest = vec![vec![0_usize; theirs.len() + 1]; ours.len() + 1];
    for mine in 1..=ours.len() {
        for yours in 1..=theirs.len() {
            longest[mine][yours] = if ours[mine - 1] == theirs[yours - 1] {
                longest[mine - 1][yours - 1] + 1
            } else {
                longest[mine - 1][yours].max(longest[mine][yours - 1])
            };
        }
    }
    let (mut mine, mut yours, mut pairs) = (ours.len(), theirs.len(), Vec::new());
    while mine > 0 && yours > 0 {
        if ours[mine - 1] == theirs[yours - 1] {
            pairs.push((mine - 1, yours - 1));
            (mine, yours) = (mine - 1, yours - 1);
        } else if longest[mine - 1][yours] >= longest[mine][yours - 1] {
            mine -= 1;
        } else {
            yours -= 1;
        }
    }
    pairs.reverse();
    pairs
}

/// The reasons for a stretch where the lists differ.
fn explain(
    scenario: &str,
    program: &str,
    ours: &[String],
    theirs: &[String],
    lines: &mut Vec<Line>,
    missing: &mut Vec<String>,
) {
    let stretch = Stretch::new(scenario, program, ours, theirs);
    let mut other = 0;
    let mut up_to = |end: usize, lines: &mut Vec<Line>, missing: &mut Vec<String>| {
        for (place, step) in theirs.iter().enumerate().take(end).skip(other) {
            match (stretch.is_paired(place), stretch.alone(step, |reason| (&reason.theirs, &reason.ours))) {
                (true, _) => {}
                (false, Some(number)) => lines.push(Line::Theirs(step.clone(), needed(number))),
                (false, None) => missing.push(format!("{scenario}: {program}: only they: {step}")),
            }
        }
        other = other.max(end);
    };
    for (step, pair) in ours.iter().zip(&stretch.pairs) {
        match (pair, stretch.alone(step, |reason| (&reason.ours, &reason.theirs))) {
            (Some((number, place)), _) => {
                up_to(*place, lines, missing);
                lines.push(Line::Ours(step.clone(), needed(*number)));
                lines.push(Line::Theirs(theirs[*place].clone(), *number));
            }
            (None, Some(number)) => lines.push(Line::Ours(step.clone(), needed(number))),
            (None, None) => missing.push(format!("{scenario}: {program}: only we: {step}")),
        }
    }
    up_to(theirs.len(), lines, missing);
}

fn needed(number: usize) -> usize {
    NEEDED.lock().expect("no panic").insert(number);
    number
}

/// A stretch where the lists differ: the reasons that may hold there, and for each of our steps what stands in its place.
struct Stretch {
    reasons: Vec<(usize, &'static Reason)>,
    pairs: Vec<Option<(usize, usize)>>,
}

impl Stretch {
    fn new(scenario: &str, program: &str, ours: &[String], theirs: &[String]) -> Self {
        let holds = |reason: &Reason| matches(&reason.scenario, scenario) && matches(&reason.program, program);
        let reasons = REASONS.iter().enumerate().filter(|(_, reason)| holds(reason)).collect();
        let mut stretch = Self { reasons, pairs: Vec::new() };
        for step in ours {
            let pair = stretch.reasons.iter().find_map(|(number, reason)| {
                let (mine, yours) = (reason.ours.as_ref()?, reason.theirs.as_ref()?);
                let fits = |place: &usize| !stretch.is_paired(*place) && matches(yours, &theirs[*place]);
                if matches(mine, step) { Some((*number, (0..theirs.len()).find(fits)?)) } else { None }
            });
            stretch.pairs.push(pair);
        }
        stretch
    }

    fn is_paired(&self, place: usize) -> bool {
        self.pairs.iter().flatten().any(|(_, paired)| *paired == place)
    }

    /// The reason for a step that has nothing in its place.
    fn alone(&self, step: &str, of: impl Fn(&Reason) -> (&Option<String>, &Option<String>)) -> Option<usize> {
        let fits = |reason: &Reason| match of(reason) {
            (Some(pattern), None) => matches(pattern, step),
            _ => false,
        };
        self.reasons.iter().find(|(_, reason)| fits(reason)).map(|(number, _)| *number)
    }
}

/// Whether a text is as a pattern says, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text
            .strip_prefix(start)
            .is_some_and(|left| (0..=left.len()).any(|at| left.get(at..).is_some_and(|left| matches(rest, left)))),
    }
}

#[test]
fn stars_stand_for_anything_and_lists_are_compared_in_their_order() {
    assert!(matches("*", "") && matches("a*c", "abbc") && matches("a*b*", "aab"));
    assert!(!matches("a*c", "abb") && !matches("a", "ab"));
    let list = |text: &str| text.chars().map(String::from).collect::<Vec<_>>();
    let pairs = common(&list("abcd"), &list("xbdc"));
    assert_eq!(pairs.len(), 2);
    assert!(compare("", "", &list("ab"), &list("ab")).is_ok());
    let missing = compare("nowhere", "nobody", &list("ab"), &list("cb")).expect_err("nobody gives a reason for these");
    assert_eq!(missing, ["nowhere: nobody: only we: a", "nowhere: nobody: only they: c"]);
}
