//! A page taken apart: front matter, tables in the three forms that published pages have, and all other lines.
//!
//! The forms: Markdown's own tables; HTML tables; and «flattened» ones, left over when a table went through a
//! conversion to plain text, where every cell has a line to itself and ends with a bar.

use super::markup::{self, Token};

/// A page of result codes.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// The entries under `api_name:` in the front matter.
    pub(super) api_names: Vec<Line>,
    /// The rest of the front matter that people read: title, description, headers.
    pub(super) front: Vec<Line>,
    /// All tables, those of codes and others.
    pub(super) tables: Vec<Table>,
    /// Headings and paragraphs.
    pub(super) prose: Vec<Line>,
    /// The offset of the first byte that is not UTF-8.
    pub(super) broken_at: Option<usize>,
}

/// A line with its number, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// From 1.
    pub(super) number: usize,
    /// Without the line break.
    pub(super) text: String,
}

/// A table; `columns` is what its heading promises.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    /// How many cells a row has.
    pub(super) columns: usize,
    /// The rows below the heading.
    pub(super) rows: Vec<Row>,
}

/// A row: where it begins, and its cells with all their markup.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The number of its first line.
    pub(super) line: usize,
    /// Never more than the table has columns; what is beyond belongs to the last.
    pub(super) cells: Vec<String>,
}

/// Reads a page. Any bytes will do.
pub(super) fn parse(bytes: &[u8]) -> Page {
    let broken_at = std::str::from_utf8(bytes).err().map(|e| e.valid_up_to());
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<Line> = text
        .trim_start_matches('\u{feff}')
        .lines()
        .enumerate()
        .map(|(i, text)| Line { number: i + 1, text: text.to_owned() })
        .collect();
    let mut page = Page { broken_at, ..Page::default() };
    let body = front_matter(&lines, &mut page);
    read_body(&lines[body..], &mut page);
    page
}

/// Reads the front matter and says at which line the body begins. Without its closing line there is none.
fn front_matter(lines: &[Line], page: &mut Page) -> usize {
    if lines.first().is_none_or(|line| line.text.trim_end() != "---") {
        return 0;
    }
    let mut key = String::new();
    for (index, line) in lines.iter().enumerate().skip(1) {
        let text = line.text.trim_end();
        if matches!(text, "---" | "...") {
            return index + 1;
        }
        let item = text.trim_start().strip_prefix("- ");
        match (item, text.split_once(':')) {
            (Some(item), _) => take_front(page, &key, line.number, item),
            (None, Some((name, value))) if !text.starts_with([' ', '\t']) => {
                name.trim().clone_into(&mut key);
                take_front(page, &key, line.number, value);
            }
            _ => take_front(page, &key, line.number, text),
        }
    }
    // Never closed: a line at the top of the page, or a page that breaks off. What looked like entries may stay.
    page.front.clear();
    1
}

fn take_front(page: &mut Page, key: &str, number: usize, value: &str) {
    let value = value.trim();
    let list = match key {
        "api_name" => &mut page.api_names,
        "title" | "description" | "api_location" => &mut page.front,
        _ => return,
    };
    if !value.is_empty() {
        list.push(Line { number, text: value.to_owned() });
    }
}

fn read_body(lines: &[Line], page: &mut Page) {
    let mut at = 0;
    while at < lines.len() {
        let text = lines[at].text.as_str();
        let columns = lines.get(at + 1).map_or(0, |next| separator_columns(&next.text));
        if columns > 0 && text.contains('|') {
            let (table, used) = bar_table(&lines[at + 2..], columns);
            page.tables.push(table);
            at += 2 + used;
        } else if has_tag(text, "<table") || has_tag(text, "<tr") {
            let (table, used) = html_table(&lines[at..]);
            page.tables.push(table);
            at += used;
        } else if has_tag(text, "<dt>") && !markup::anchors(text).is_empty() {
            page.tables.push(Table { columns: 2, rows: vec![definition(&lines[at])] });
            at += 1;
        } else {
            page.prose.push(lines[at].clone());
            at += 1;
        }
    }
}

/// How many columns a line such as `|:---|---|` promises; 0 for any other line.
fn separator_columns(line: &str) -> usize {
    let line = line.trim();
    if !line.contains('|') || !line.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' ')) {
        return 0;
    }
    line.split('|').filter(|part| part.contains('-')).count()
}

/// The rows of a Markdown table, or of a flattened one, and how many lines they take.
fn bar_table(lines: &[Line], columns: usize) -> (Table, usize) {
    let first = lines.first().map_or("", |line| line.text.trim());
    let flattened = columns > 1 && first.ends_with('|') && (first == "|" || !first.starts_with('|')) && {
        split_cells(first).len() < columns
    };
    if flattened {
        return flat_table(lines, columns);
    }
    let mut table = Table { columns, rows: Vec::new() };
    for line in lines.iter().take_while(|line| line.text.contains('|')) {
        table.rows.push(Row { line: line.number, cells: fit(split_cells(&line.text), columns) });
    }
    let used = table.rows.len();
    (table, used)
}

/// The rows of a flattened table: a bar ends a cell, whatever the number of lines it takes.
fn flat_table(lines: &[Line], columns: usize) -> (Table, usize) {
    let mut table = Table { columns, rows: Vec::new() };
    let (mut cells, mut open, mut start) = (Vec::new(), String::new(), 0);
    for (index, line) in lines.iter().enumerate() {
        let text = line.text.trim();
        let fresh = cells.is_empty() && open.is_empty();
        let ends = text.is_empty() || (fresh && !text.contains('|'));
        let new_table = lines.get(index + 1).is_some_and(|next| separator_columns(&next.text) > 0);
        if ends || (fresh && new_table) {
            return (table, index);
        }
        if fresh {
            start = line.number;
        }
        open.push_str(text);
        let Some(cell) = open.strip_suffix('|') else {
            open.push(' ');
            continue;
        };
        cells.push(cell.trim().to_owned());
        open.clear();
        if cells.len() == columns {
            table.rows.push(Row { line: start, cells: std::mem::take(&mut cells) });
        }
    }
    // A page that breaks off in the middle of a row keeps what it has of it.
    if !cells.is_empty() {
        cells.extend((!open.is_empty()).then_some(open));
        table.rows.push(Row { line: start, cells });
    }
    (table, lines.len())
}

/// The cells of a line, cut at bars that are not escaped.
fn split_cells(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in line.trim().chars() {
        match cells.last_mut() {
            Some(cell) if c != '|' || escaped => cell.push(c),
            _ => cells.push(String::new()),
        }
        escaped = c == '\\' && !escaped;
    }
    if cells[0].trim().is_empty() {
        cells.remove(0);
    }
    if cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

/// Gives the last column what is beyond it: nothing that was published is lost from sight.
fn fit(mut cells: Vec<String>, columns: usize) -> Vec<String> {
    if cells.len() > columns && columns > 0 {
        let rest = cells.split_off(columns - 1).join(" | ");
        cells.push(rest);
    }
    cells
}

/// The table that begins at the first line, and how many lines it takes.
fn html_table(lines: &[Line]) -> (Table, usize) {
    let used = lines.iter().position(|line| has_tag(&line.text, "</table")).map_or(lines.len(), |i| i + 1);
    let text = lines[..used].iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
    let mut table = Table::default();
    let mut number = lines[0].number;
    // A row without a single `<td>` is the heading.
    let mut data_rows = Vec::new();
    for token in markup::tokens(&text) {
        let (Token::Tag(part) | Token::Text(part)) = token;
        let name = if let Token::Tag(tag) = token { markup::tag_name(tag) } else { String::new() };
        match (name.as_str(), table.rows.last_mut()) {
            ("tr", _) => table.rows.push(Row { line: number, cells: Vec::new() }),
            ("td" | "th", Some(row)) => {
                row.cells.push(String::new());
                data_rows.extend((name == "td").then_some(row.line));
            }
            ("/tr" | "/td" | "/th" | "table" | "/table" | "tbody" | "/tbody" | "thead" | "/thead", _) => {}
            (_, Some(row)) => row.cells.iter_mut().last().into_iter().for_each(|cell| cell.push_str(part)),
            _ => {}
        }
        number += part.matches('\n').count();
    }
    table.rows.retain(|row| data_rows.binary_search(&row.line).is_ok());
    table.columns = table.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    (table, used)
}

/// A code that stands outside all tables, in a definition list on one line.
fn definition(line: &Line) -> Row {
    let text = line.text.as_str();
    let end = ["<dd>", "</dl>"].iter().find_map(|tag| text.find(tag)).unwrap_or(text.len());
    Row { line: line.number, cells: vec![text[..end].to_owned(), text[end..].to_owned()] }
}

fn has_tag(text: &str, tag: &str) -> bool {
    text.contains('<') && text.to_ascii_lowercase().contains(tag)
}
