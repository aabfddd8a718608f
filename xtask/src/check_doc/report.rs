//! The result of an audit, as text and as JSON.

use std::fmt::Write as _;

use serde::Serialize;

use super::finding::Kind;

/// What was found on one page.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// The path as it was given.
    pub(super) file: String,
    /// A BCP 47 tag.
    pub(super) language: &'static str,
    /// One entry for each row, or for each code of a merged row, in the order of the page.
    pub(super) codes: Vec<Entry>,
    /// What is wrong outside the rows.
    pub(super) problems: Vec<PageProblem>,
    /// How many codes should be on the page.
    pub(super) expected: usize,
    /// How many of them are, with the right value.
    pub(super) right: usize,
}

/// A row.
#[derive(Debug)]
pub(super) struct Entry {
    /// The spec's name, unless the code is lost.
    pub(super) name: Option<String>,
    /// The spec's value, unless the code is lost.
    pub(super) value: Option<String>,
    /// The name that a lost code has by its place.
    pub(super) guess: Option<String>,
    /// From 1, through all tables of codes.
    pub(super) row: usize,
    /// From 1.
    pub(super) line: usize,
    /// What is wrong with it, and what was found.
    pub(super) problems: Vec<(Kind, String)>,
}

/// Something wrong outside the rows; line 0 is the page as a whole.
#[derive(Debug)]
pub(super) struct PageProblem {
    /// What kind of damage.
    pub(super) kind: Kind,
    /// From 1.
    pub(super) line: usize,
    /// What was found.
    pub(super) what: String,
}

#[derive(Serialize)]
struct JsonReport<'a> {
    file: &'a str,
    language: &'a str,
    codes: Vec<JsonCode<'a>>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct JsonCode<'a> {
    name: Option<&'a str>,
    value: Option<&'a str>,
    problems: Vec<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    guess: Option<&'a str>,
    row: usize,
    line: usize,
}

impl Report {
    /// How many findings make the audit fail. Notes do not.
    pub(super) fn findings(&self) -> usize {
        self.kinds().filter(|kind| !kind.is_note()).count()
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        let rows = self.codes.iter().flat_map(|entry| entry.problems.iter().map(|(kind, _)| *kind));
        rows.chain(self.problems.iter().map(|problem| problem.kind))
    }

    /// One line for each finding, one for each kind of note, and the sum.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.codes {
            for (kind, what) in entry.problems.iter().filter(|(kind, _)| !kind.is_note()) {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{}:{}: {}: {}: {what}", self.file, entry.line, entry.title(), kind.as_str());
            }
        }
        for problem in self.problems.iter().filter(|problem| !problem.kind.is_note()) {
            let place = if problem.line == 0 { String::new() } else { format!(":{}", problem.line) };
            let _ = writeln!(text, "{}{place}: {}: {}", self.file, problem.kind.as_str(), problem.what);
        }
        for (kind, note) in self.notes() {
            let _ = writeln!(text, "{}: note: {}: {note}", self.file, kind.as_str());
        }
        let findings = self.findings();
        let plural = if findings == 1 { "" } else { "s" };
        let sum = format!("{} of {} codes found with the right value", self.right, self.expected);
        let _ = writeln!(text, "{}: {sum}; {findings} finding{plural}", self.file);
        text
    }

    /// The notes, summed up: a page that escapes its names does so in every row.
    fn notes(&self) -> Vec<(Kind, String)> {
        let escaped = self.codes.iter().filter(|entry| entry.problems.iter().any(|(k, _)| *k == Kind::NameEscaped));
        let lines: Vec<usize> = escaped.map(|entry| entry.line).collect();
        let mut notes = Vec::new();
        if let Some(first) = lines.first() {
            let count = lines.len();
            notes.push((Kind::NameEscaped, format!("names with `\\_` for `_`: {count}, the first on line {first}")));
        }
        let absent = self.problems.iter().filter(|problem| problem.kind.is_note());
        notes.extend(absent.map(|problem| (problem.kind, problem.what.clone())));
        notes
    }

    fn json(&self) -> JsonReport<'_> {
        JsonReport {
            file: &self.file,
            language: self.language,
            codes: self.codes.iter().map(Entry::json).collect(),
            problems: self.problems.iter().map(PageProblem::line_of_json).collect(),
        }
    }
}

impl Entry {
    fn title(&self) -> String {
        match (&self.name, &self.guess) {
            (Some(name), _) => name.clone(),
            (None, Some(guess)) => format!("row {} ({guess}?)", self.row),
            (None, None) => format!("row {}", self.row),
        }
    }

    fn json(&self) -> JsonCode<'_> {
        JsonCode {
            name: self.name.as_deref(),
            value: self.value.as_deref(),
            problems: self.problems.iter().map(|(kind, _)| kind.as_str()).collect(),
            details: self.problems.iter().map(|(kind, what)| format!("{}: {what}", kind.as_str())).collect(),
            guess: self.guess.as_deref(),
            row: self.row,
            line: self.line,
        }
    }
}

impl PageProblem {
    fn line_of_json(&self) -> String {
        let place = if self.line == 0 { String::new() } else { format!("line {}: ", self.line) };
        format!("{}: {place}{}", self.kind.as_str(), self.what)
    }
}

/// One object for one page, an array for several.
pub(super) fn to_json(reports: &[Report]) -> Result<String, serde_json::Error> {
    let all: Vec<JsonReport<'_>> = reports.iter().map(Report::json).collect();
    match all.as_slice() {
        [one] => serde_json::to_string_pretty(one),
        several => serde_json::to_string_pretty(several),
    }
}
