//! One row of a table of codes, taken apart, and the codes that it shows by itself.

use std::collections::BTreeSet;

use super::{
    codes::{self, Codes},
    finding::{Kind, Problems, quote},
    letters,
    markup::{self, Token},
    page,
    value::{self, Value},
};

/// The parts of a row.
#[derive(Debug, Default)]
pub(super) struct Row {
    /// Its first line on the page.
    pub(super) line: usize,
    /// The names of its anchors, as they are.
    pub(super) anchors: Vec<String>,
    /// The visible name with its escapes, and with nothing of the value.
    pub(super) name: String,
    /// The values in the cells where a value may stand.
    pub(super) values: Vec<Value>,
    /// The values stand beside the name instead of in a place of their own.
    pub(super) misplaced: bool,
    /// What else stands in the place of the value.
    pub(super) leftover: String,
    /// The cell of the message with its markup.
    pub(super) message: String,
}

impl Row {
    /// Takes a row apart.
    pub(super) fn read(row: &page::Row, columns: usize) -> Self {
        let first = row.cells.first().map_or("", String::as_str);
        let (mut terms, rest) = if columns > 2 {
            let cell = |i: usize| row.cells.get(i).map_or_else(String::new, |cell| markup::visible(cell));
            (vec![cell(0), cell(1)], 2)
        } else {
            (terms(first), 1)
        };
        let mut read = Self { line: row.line, anchors: markup::anchors(&row.cells.join(" ")), ..Self::default() };
        read.message = row.cells.iter().skip(rest).cloned().collect::<Vec<_>>().join(" ");
        if terms.len() < 2 {
            read.take_single(&terms.pop().unwrap_or_default());
        } else {
            read.take_terms(&terms);
        }
        read
    }

    /// Name and value share one text: `E_IMAPI_X (HRESULT)0xC0AA0000`.
    fn take_single(&mut self, text: &str) {
        let (values, rest) = value::extract(text);
        self.values = values;
        self.name = if self.values.is_empty() { rest } else { value::leftover(&rest) };
    }

    /// Name and value have a place each: a `<dt>`, a line, or a column.
    fn take_terms(&mut self, terms: &[String]) {
        let has_value = |term: &String| !value::extract(term).0.is_empty();
        let place = terms.iter().skip(1).position(has_value).map_or(terms.len() - 1, |i| i + 1);
        let (values, rest) = value::extract(&terms[place..].join(" "));
        self.leftover = value::leftover(&rest);
        let (beside, name) = value::extract(&terms[..place].join(" "));
        name.trim().clone_into(&mut self.name);
        self.misplaced = values.is_empty() && !beside.is_empty();
        self.values = values;
        self.values.extend(beside);
    }

    /// Whether there is nothing to see in it.
    pub(super) fn is_blank(&self) -> bool {
        let empty = self.anchors.is_empty() && self.values.is_empty() && self.name.trim().is_empty();
        empty && markup::visible(&self.message).is_empty()
    }

    /// Whether its place for the name says nothing at all.
    pub(super) fn is_nameless(&self) -> bool {
        self.anchors.is_empty() && self.values.is_empty() && !self.name.chars().any(char::is_alphanumeric)
    }

    /// Whether it shows a constant of the right form. If no code has that name, its place must not give it another.
    pub(super) fn shows_another(&self) -> bool {
        let name = letters::fold(&self.name);
        codes::is_constant(&name) || self.anchors.iter().any(|id| codes::is_constant(&letters::fold(id)))
    }

    /// The codes that the row itself shows; more than one when rows were merged.
    pub(super) fn recover(&self, codes: &Codes<'_>, problems: &mut Problems) -> Vec<usize> {
        let anchored = self.anchored(codes, problems);
        let named = self.named(codes);
        let numbered: BTreeSet<usize> = self.values.iter().filter_map(|v| codes.numbered(v.number)).collect();
        let several = anchored.len() > 1 && (named.len() > 1 || numbered.len() > 1 || self.capital_anchors(codes) > 1);
        if several || named.len() > 1 {
            let all: BTreeSet<usize> = anchored.union(&named).copied().collect();
            return all.into_iter().collect();
        }
        let votes = [&anchored, &named, &numbered];
        let Some(best) = elect(votes) else { return Vec::new() };
        let unknown = |id: &&String| codes.named(id).is_none() && codes::is_constant(&letters::fold(id));
        for other in self.anchors.iter().filter(unknown) {
            problems.add(Kind::AnchorWrong, quote(other));
        }
        for other in anchored.iter().filter(|i| **i != best) {
            problems.add(Kind::AnchorWrong, quote(&codes.get(*other).name));
        }
        // A second value that is another code's own was merged in without its name.
        let mut all = vec![best];
        if numbered.len() > 1 && numbered.contains(&best) {
            all.extend(numbered.iter().filter(|i| **i != best));
        }
        all
    }

    /// The codes of the anchors; spaces and the like within one are reported.
    fn anchored(&self, codes: &Codes<'_>, problems: &mut Problems) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for id in &self.anchors {
            let folded = letters::fold(id);
            if let Some(index) = codes.named(id) {
                found.insert(index);
                if !id.eq_ignore_ascii_case(&folded) {
                    problems.add(Kind::AnchorWrong, quote(id));
                }
            }
        }
        found
    }

    /// How many different codes the anchors in capitals name. The twin in small letters is not counted.
    fn capital_anchors(&self, codes: &Codes<'_>) -> usize {
        let capitals = self.anchors.iter().filter(|id| !id.chars().any(char::is_lowercase));
        capitals.filter_map(|id| codes.named(id)).collect::<BTreeSet<_>>().len()
    }

    /// The codes of the visible name.
    fn named(&self, codes: &Codes<'_>) -> BTreeSet<usize> {
        let text = markup::unescape(&self.name);
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/'));
        let exact: BTreeSet<usize> =
            words.filter(|word| codes::is_constant(word)).filter_map(|word| codes.named(word)).collect();
        if !exact.is_empty() {
            return exact;
        }
        codes.named(&text).or_else(|| codes.sounding(&text)).into_iter().collect()
    }
}

/// The code with most witnesses; among equals the anchor is believed first, then the name, then the value.
fn elect(votes: [&BTreeSet<usize>; 3]) -> Option<usize> {
    let mut best: Option<(usize, usize)> = None;
    for set in votes {
        for index in set {
            let count = votes.iter().filter(|vote| vote.contains(index)).count();
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, *index));
            }
        }
    }
    best.map(|(_, index)| index)
}

/// The lines of a cell: its `<dt>`s, empty ones too, or what `<br>` parts.
fn terms(cell: &str) -> Vec<String> {
    // The second member says whether an empty term is kept.
    let mut terms: Vec<(String, bool)> = vec![(String::new(), false)];
    for token in markup::tokens(cell) {
        match token {
            Token::Tag(tag) => match markup::tag_name(tag).as_str() {
                "dt" => terms.push((String::new(), true)),
                "/dt" | "br" => terms.push((String::new(), false)),
                _ => {}
            },
            Token::Text(part) => terms.iter_mut().last().into_iter().for_each(|(text, _)| text.push_str(part)),
        }
    }
    terms.retain(|(text, keep)| *keep || !text.trim().is_empty());
    terms.iter().map(|(text, _)| markup::visible(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cells: &[&str]) -> Row {
        let cells = cells.iter().map(|cell| (*cell).to_owned()).collect();
        Row::read(&page::Row { line: 1, cells }, 2)
    }

    fn numbers(row: &Row) -> Vec<u32> {
        row.values.iter().map(|v| v.number).collect()
    }

    #[test]
    fn name_and_value_are_told_apart_in_every_layout() {
        for cell in [
            "<span id=\"X\"></span><dl> <dt>**IMAPI\\_E\\_X**</dt> <dt>(HRESULT) 0x80040211L </dt></dl>",
            "**IMAPI\\_E\\_X**<br/>(HRESULT)0x80040211",
            "IMAPI\\_E\\_X (HRESULT)0x80040211",
        ] {
            let row = read(&[cell, "Message."]);
            assert_eq!((row.name.as_str(), numbers(&row), row.misplaced), ("IMAPI\\_E\\_X", vec![0x8004_0211], false));
            assert_eq!((row.leftover.as_str(), row.message.as_str()), ("", "Message."));
        }
    }

    #[test]
    fn a_value_beside_the_name_is_misplaced() {
        let row = read(&["<dl> <dt>**IMAPI \\_ 0x80040211 \\_ E**</dt> <dt></dt> </dl>", "M"]);
        assert_eq!((row.name.as_str(), numbers(&row), row.misplaced), ("IMAPI \\_  \\_ E", vec![0x8004_0211], true));
    }

    #[test]
    fn most_witnesses_win_and_anchors_break_ties() {
        let set = |items: &[usize]| items.iter().copied().collect::<BTreeSet<_>>();
        assert_eq!(elect([&set(&[1]), &set(&[2]), &set(&[2])]), Some(2));
        assert_eq!(elect([&set(&[1]), &set(&[2]), &set(&[3])]), Some(1));
        assert_eq!(elect([&set(&[1]), &set(&[]), &set(&[1, 2])]), Some(1));
        assert_eq!(elect([&set(&[]), &set(&[]), &set(&[])]), None);
    }
}
