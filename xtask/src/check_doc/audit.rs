//! The audit of one page: which codes its rows are, what is wrong with each, and what with the page.

use std::collections::{BTreeSet, HashMap};

use super::{
    align::{self, Known},
    codes::{self, Codes},
    finding::{Kind, Problems, quote},
    identifiers, inserts, language, letters, markup, message, name,
    page::{self, Line, Page},
    report::{Entry, PageProblem, Report},
    row::Row,
};

/// A row on its way to the report.
struct Audited {
    row: Row,
    found: Vec<usize>,
    guess: Option<usize>,
    problems: Problems,
}

/// Audits the bytes of a page.
pub(super) fn audit(file: &str, bytes: &[u8], codes: &Codes<'_>) -> Report {
    let page = page::parse(bytes);
    let (mut rows, others) = code_rows(&page, codes);
    let mut report = Report { file: file.to_owned(), language: language_of(&page, &rows), ..Report::default() };
    let promised = front_matter(&page, codes, &mut report);
    place_the_lost(&mut rows, &promised, codes);

    let mut seen: BTreeSet<usize> = rows.iter().flat_map(|row| row.found.iter().copied().chain(row.guess)).collect();
    let listed = seen.clone();
    seen.extend(&promised);
    let headers = codes.headers_of(&seen.iter().copied().collect::<Vec<_>>());
    let expected: BTreeSet<usize> = codes.published(&headers).into_iter().chain(promised.iter().copied()).collect();

    check_rows(&mut rows, codes);
    entries(rows, codes, &mut report);
    check_lists(&expected, &listed, &promised, codes, &mut report);
    for absent in codes.never_published(&headers) {
        if !report.codes.iter().any(|entry| entry.name.as_deref() == Some(absent)) {
            report.problems.push(PageProblem { kind: Kind::AbsentFromPublishedTables, line: 0, what: absent.into() });
        }
    }
    let names = expected.iter().chain(&listed).copied().collect::<BTreeSet<usize>>();
    report.expected = names.len();
    check_page(&page, &others, &mut report);
    report.problems.sort_by_key(|problem| (problem.kind, problem.line));
    report
}

/// The rows of all tables of codes, and the texts of all other tables.
fn code_rows(page: &Page, codes: &Codes<'_>) -> (Vec<Audited>, Vec<Line>) {
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for table in &page.tables {
        let read: Vec<Audited> =
            table.rows.iter().map(|row| first_look(Row::read(row, table.columns), codes)).collect();
        let nameless = read.iter().filter(|audited| audited.row.is_nameless()).count();
        let shown = |a: &Audited| !a.found.is_empty() || a.row.anchors.iter().any(|id| looks_like_a_code(id));
        // A table of requirements has names for its rows; one of codes that lost its names has none.
        if read.iter().any(shown) || (nameless > 1 && nameless * 2 > read.len()) {
            rows.extend(read.into_iter().filter(|audited| !audited.row.is_blank()));
        } else {
            let lines = table.rows.iter().flat_map(|row| row.cells.iter().map(move |cell| (row.line, cell)));
            others.extend(lines.map(|(number, text)| Line { number, text: text.clone() }));
        }
    }
    (rows, others)
}

fn looks_like_a_code(id: &str) -> bool {
    codes::is_constant(&letters::fold(id))
}

fn first_look(row: Row, codes: &Codes<'_>) -> Audited {
    let mut problems = Problems::default();
    let found = row.recover(codes, &mut problems);
    Audited { row, found, guess: None, problems }
}

/// The codes that the front matter lists; whatever is wrong with the list is reported.
fn front_matter(page: &Page, codes: &Codes<'_>, report: &mut Report) -> Vec<usize> {
    let mut promised: Vec<usize> = Vec::new();
    let mut known = BTreeSet::new();
    for line in &page.api_names {
        let mut complain = |kind| {
            let what = format!("{} in `api_name`", quote(&line.text));
            report.problems.push(PageProblem { kind, line: line.number, what });
        };
        match codes.named(&line.text) {
            Some(index) => {
                let code = codes.get(index);
                if code.name != line.text && !code.aliases.contains(&line.text) {
                    complain(Kind::MangledName);
                }
                if known.insert(index) {
                    promised.push(index);
                } else {
                    complain(Kind::ListedTwice);
                }
            }
            None => complain(Kind::UnknownCode),
        }
    }
    promised
}

/// Finds codes for the rows that show none: certain ones by the list in the front matter, else guesses by the order
/// of the published tables.
fn place_the_lost(rows: &mut [Audited], promised: &[usize], codes: &Codes<'_>) {
    let messages: Vec<_> =
        rows.iter().map(|audited| inserts::find(&markup::unescape(&markup::visible(&audited.row.message)))).collect();
    let new: Vec<bool> = rows.iter().map(|audited| audited.row.shows_another()).collect();
    let valued: Vec<bool> = rows.iter().map(|audited| !audited.row.values.is_empty()).collect();
    let fits = |row: usize, code: usize| !new[row] && inserts::fit(&messages[row], codes.get(code));
    let telling = |code: usize| !codes.get(code).inserts.is_empty();
    let known =
        |rows: &[Audited]| -> Vec<Known> { rows.iter().map(|a| Some((*a.found.first()?, *a.found.last()?))).collect() };
    let certain = align::align(&known(rows), promised, fits, telling);
    for (audited, code) in rows.iter_mut().zip(certain) {
        audited.found.extend(code);
    }
    // Pages list one header, or the second version's two; the first order that explains every row is taken.
    let orders: [&[&str]; 4] =
        [&["imapi2error.h", "imapi2fserror.h"], &["imapierror.h"], &["imapi2error.h"], &["imapi2fserror.h"]];
    let known = known(rows);
    let lost = known.iter().filter(|row| row.is_none()).count();
    let best = orders
        .iter()
        .map(|headers| {
            align::align(&known, &codes.published(headers), |row, code| !valued[row] && fits(row, code), telling)
        })
        .max_by_key(|guesses| guesses.iter().flatten().count());
    for (audited, guess) in rows.iter_mut().zip(best.filter(|_| lost > 0).unwrap_or_default()) {
        audited.guess = guess;
    }
}

fn check_rows(rows: &mut [Audited], codes: &Codes<'_>) {
    let anchored = rows.iter().filter(|audited| !audited.row.anchors.is_empty()).count();
    let anchors_expected = anchored * 2 > rows.len();
    let mut lines: HashMap<usize, usize> = HashMap::new();
    for Audited { row, found, guess, problems } in rows {
        if anchors_expected && row.anchors.is_empty() {
            problems.add(Kind::AnchorMissing, "no anchor");
        }
        for index in &*found {
            if let Some(line) = lines.get(index) {
                problems.add(Kind::ListedTwice, format!("also on line {line}"));
            }
            lines.entry(*index).or_insert(row.line);
        }
        match (found.as_slice(), *guess) {
            (&[index], _) | (&[], Some(index)) => check_row(row, index, codes, problems),
            (&[], None) => check_unknown(row, problems),
            (several, _) => {
                let names: Vec<&str> = several.iter().map(|i| codes.get(*i).name.as_str()).collect();
                problems.add(Kind::RowMerged, quote(&names.join(" ")));
                message::check_plain(&row.message, problems);
            }
        }
    }
}

/// A row whose code is known, or guessed.
fn check_row(row: &Row, index: usize, codes: &Codes<'_>, problems: &mut Problems) {
    let code = codes.get(index);
    let other = codes.named(&markup::unescape(&row.name)).filter(|i| *i != index).map(|i| codes.get(i).name.as_str());
    name::check(&row.name, code, other, problems);
    check_value(row, code.number(), problems);
    message::check(&row.message, code, problems);
}

fn check_value(row: &Row, wanted: Option<u32>, problems: &mut Problems) {
    if !row.leftover.is_empty() {
        problems.add(Kind::StrayCharacters, quote(&row.leftover));
    }
    let right = row.values.iter().find(|value| Some(value.number) == wanted);
    let Some(value) = right.or(row.values.first()) else {
        match in_message(row, wanted) {
            Some(text) => {
                problems.add(Kind::ValueMisplaced, format!("{} among the words of the message", quote(&text)));
            }
            None => problems.add(Kind::ValueMissing, "no value"),
        }
        return;
    };
    if right.is_none() {
        problems.add(Kind::ValueWrong, quote(&value.text));
    }
    if row.misplaced {
        problems.add(Kind::ValueMisplaced, format!("{} in the place of the name", quote(&value.text)));
    }
    if value.mangled {
        problems.add(Kind::ValueMangled, quote(&value.text));
    }
}

/// The row's value among the words of its message. Other numbers there, such as `page 0x2A`, are not values.
fn in_message(row: &Row, wanted: Option<u32>) -> Option<String> {
    let (values, _) = super::value::extract(&markup::visible(&row.message));
    values.into_iter().find(|value| Some(value.number) == wanted).map(|value| value.text)
}

fn check_unknown(row: &Row, problems: &mut Problems) {
    let shown: Vec<&str> = row.values.iter().map(|value| value.text.as_str()).collect();
    if row.name.chars().any(char::is_alphanumeric) || !shown.is_empty() {
        problems.add(Kind::UnknownCode, quote(&format!("{} {}", row.name, shown.join(" "))));
    } else {
        problems.add(Kind::NameMissing, "no name");
    }
    if shown.is_empty() {
        problems.add(Kind::ValueMissing, "no value");
    }
    message::check_plain(&row.message, problems);
}

/// Turns rows into entries of the report: one each, or one for each code of a merged row.
fn entries(rows: Vec<Audited>, codes: &Codes<'_>, report: &mut Report) {
    let mut right = BTreeSet::new();
    for (number, Audited { row, found, guess, problems }) in rows.into_iter().enumerate() {
        let merged = found.len() > 1;
        let shown: Vec<Option<usize>> =
            if found.is_empty() { vec![None] } else { found.into_iter().map(Some).collect() };
        for index in shown {
            let code = index.map(|i| codes.get(i));
            let has_value = code.is_some_and(|code| {
                let wanted = code.number();
                row.values.iter().any(|value| Some(value.number) == wanted) || in_message(&row, wanted).is_some()
            });
            right.extend(index.filter(|_| has_value));
            let mut problems = problems.clone();
            if merged && !has_value {
                problems.add(Kind::ValueMissing, "no value");
            }
            report.codes.push(Entry {
                name: code.map(|code| code.name.clone()),
                value: code.map(|code| code.value.clone()),
                guess: guess.filter(|_| code.is_none()).map(|i| codes.get(i).name.clone()),
                row: number + 1,
                line: row.line,
                problems: problems.sorted(),
            });
        }
    }
    report.right = right.len();
}

/// Codes that are expected and not listed, or listed and not in the front matter.
fn check_lists(
    expected: &BTreeSet<usize>,
    listed: &BTreeSet<usize>,
    promised: &[usize],
    codes: &Codes<'_>,
    report: &mut Report,
) {
    if report.codes.is_empty() {
        report.problems.push(PageProblem { kind: Kind::NoCodes, line: 0, what: "no table of codes".into() });
    }
    for index in expected.difference(listed) {
        let note = if promised.contains(index) { " (only in `api_name`)" } else { "" };
        let what = format!("{}{note}", codes.get(*index).name);
        report.problems.push(PageProblem { kind: Kind::NotListed, line: 0, what });
    }
    for index in listed.iter().filter(|index| !promised.is_empty() && !promised.contains(index)) {
        let what = codes.get(*index).name.clone();
        report.problems.push(PageProblem { kind: Kind::NotInFrontMatter, line: 0, what });
    }
}

/// Everything outside the tables of codes.
fn check_page(page: &Page, others: &[Line], report: &mut Report) {
    if let Some(at) = page.broken_at {
        let what = format!("first at byte {at}");
        report.problems.push(PageProblem { kind: Kind::NotUtf8, line: 0, what });
    }
    for line in page.front.iter().chain(&page.prose).chain(others) {
        let mut problems = Problems::default();
        identifiers::check(&line.text, &mut problems);
        identifiers::check_headers(&line.text, &mut problems);
        identifiers::check_constants(&line.text, &mut problems);
        for (kind, what) in problems.sorted() {
            report.problems.push(PageProblem { kind, line: line.number, what });
        }
    }
}

fn language_of(page: &Page, rows: &[Audited]) -> &'static str {
    let prose = page.front.iter().chain(&page.prose).map(|line| line.text.as_str());
    let messages = rows.iter().map(|audited| audited.row.message.as_str());
    let text: Vec<String> = prose.chain(messages).map(markup::visible).collect();
    language::guess(&text.join(" "))
}
