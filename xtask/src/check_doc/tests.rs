//! Tests on whole pages: one fixture per kind of damage, pages made from the spec and then damaged, hostile input, and
//! the published pages themselves where they are at hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::spec::Spec;

use super::{
    audit::audit,
    codes::{Codes, NEVER_PUBLISHED},
    page,
    report::{self, Report},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn spec() -> Spec {
    Spec::load(&root()).expect("the spec is in the repository")
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("the folder can be read").path());
    let mut found: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    found.sort();
    found
}

fn fixtures() -> Vec<PathBuf> {
    files(&root().join("fixtures/code-pages"), "md")
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn json(report: Report) -> Value {
    let text = report::to_json(&[report]).expect("a report can be written as JSON");
    serde_json::from_str(&text).expect("what was written can be read")
}

/// The kinds of one row, joined by spaces.
fn kinds(report: &Report, name: &str) -> String {
    let entries = report.codes.iter().filter(|entry| entry.name.as_deref() == Some(name));
    entries.flat_map(|entry| entry.problems.iter().map(|(kind, _)| kind.as_str())).collect::<Vec<_>>().join(" ")
}

fn page_problems(report: &Report) -> Vec<String> {
    let failing = report.problems.iter().filter(|problem| !problem.kind.is_note());
    failing.map(|problem| format!("{}: {}", problem.kind.as_str(), problem.what)).collect()
}

/// What an expectation says of a page: everything but places and words.
fn essence(report: Report) -> Value {
    let mut value = json(report);
    let all = value.as_object_mut().expect("one report is an object");
    all.remove("file");
    for code in all["codes"].as_array_mut().expect("the codes are an array") {
        let code = code.as_object_mut().expect("a code is an object");
        for key in ["details", "row", "line"] {
            code.remove(key);
        }
    }
    value
}

#[test]
fn every_fixture_has_the_problems_that_its_expectation_lists() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let pages = fixtures();
    assert!(pages.len() >= 30, "only {} fixtures", pages.len());
    for path in pages {
        let expected = path.with_extension("json");
        let expected: Value = serde_json::from_slice(&read(&expected)).expect("an expectation is JSON");
        let found = essence(audit("x", &read(&path), &codes));
        assert_eq!(found, expected, "{}: found\n{found:#}", path.display());
    }
}

#[test]
fn every_kind_of_a_row_has_a_fixture() {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for path in files(&root().join("fixtures/code-pages"), "json") {
        let expected: Value = serde_json::from_slice(&read(&path)).expect("an expectation is JSON");
        let rows = expected["codes"].as_array().expect("the codes are an array").iter();
        for kind in rows.flat_map(|row| row["problems"].as_array().expect("the problems are an array")) {
            *kinds.entry(kind.as_str().expect("a kind is a string").to_owned()).or_default() += 1;
        }
    }
    let known: Vec<&str> = kinds.keys().map(String::as_str).collect();
    let wanted = "anchor-missing anchor-wrong insert-mangled insert-missing insert-number-changed insert-type-changed \
                  insert-unexpected listed-twice mangled-identifier message-missing message-truncated name-case \
                  name-escaped name-homoglyph name-missing name-split name-translated name-transliterated \
                  name-truncated name-wrong row-merged stray-characters unknown-code value-mangled value-misplaced \
                  value-missing value-wrong";
    assert_eq!(known, wanted.split_whitespace().collect::<Vec<_>>());
}

/// Makes the first cell of a row from a name and a value.
type Cell = fn(&str, &str) -> String;

/// A sound page of all published codes of some headers, one row a line, as the published ones are laid out.
fn sound_page(spec: &Spec, headers: &[&str]) -> Vec<String> {
    let published = |name: &str| !NEVER_PUBLISHED.contains(&name);
    let codes = spec.codes.iter().filter(|c| headers.contains(&c.header.as_str()) && published(&c.name));
    let mut lines = vec!["| Constant/value | Description |".to_owned(), "|---|---|".to_owned()];
    lines.extend(codes.map(|code| {
        let mut message = "The text of a row, which is not the spec's.".to_owned();
        for insert in &code.inserts {
            write!(message, " '{}'", insert.spelling).expect("writing to a string cannot fail");
        }
        let (name, small) = (&code.name, code.name.to_lowercase());
        let anchors = format!("<span id=\"{name}\"></span><span id=\"{small}\"></span>");
        let value = code.value.to_lowercase();
        format!("| {anchors}<dl><dt><strong>{name}</strong></dt><dt>(HRESULT) {value}L</dt></dl> | {message}<br /> |")
    }));
    lines
}

const V1: &[&str] = &["imapierror.h"];
const V2: &[&str] = &["imapi2error.h", "imapi2fserror.h"];

#[test]
fn a_sound_page_has_nothing_but_notes() {
    let spec = spec();
    let codes = Codes::new(&spec);
    for (headers, count) in [(V1, 37), (V2, 149), (&V2[..1], 89), (&V2[1..], 60)] {
        let report = audit("x", sound_page(&spec, headers).join("\n").as_bytes(), &codes);
        assert_eq!((report.right, report.expected, report.findings()), (count, count, 0), "{}", report.text());
        assert_eq!(report.language, "en");
        assert!(report.text().ends_with(&format!("{count} of {count} codes found with the right value; 0 findings\n")));
    }
}

#[test]
fn a_lost_or_doubled_row_is_missed_wherever_it_was() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let page = sound_page(&spec, V1);
    let names: Vec<&str> = spec.codes.iter().filter(|c| c.header == V1[0]).map(|c| c.name.as_str()).collect();
    for row in 2..page.len() {
        let mut lost = page.clone();
        lost.remove(row);
        let report = audit("x", lost.join("\n").as_bytes(), &codes);
        assert_eq!(page_problems(&report), [format!("not-listed: {}", names[row - 2])]);
        assert_eq!((report.right, report.expected), (36, 37));

        let mut doubled = page.clone();
        doubled.push(page[row].clone());
        let report = audit("x", doubled.join("\n").as_bytes(), &codes);
        assert_eq!(kinds(&report, names[row - 2]), "listed-twice");
        assert_eq!((report.right, report.expected, report.findings()), (37, 37, 1));
    }
}

#[test]
fn each_witness_alone_recovers_every_code() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let expected: BTreeSet<&str> =
        spec.codes.iter().filter(|c| V2.contains(&c.header.as_str())).map(|c| c.name.as_str()).collect();
    let witnesses: [(&str, Cell); 5] = [
        ("anchor", |name, _| format!("<span id=\"{name}\"></span>")),
        ("small anchor", |name, _| format!("<span id=\"{}\"></span>", name.to_lowercase())),
        ("escaped name", |name, _| format!("**{}**", name.replace('_', " \\_ "))),
        ("small name", |name, _| name.to_lowercase()),
        ("value", |_, value| value.to_owned()),
    ];
    for (witness, cell) in witnesses {
        let rows = spec.codes.iter().map(|c| format!("| {} | - |\n", cell(&c.name, &c.value)));
        let page = format!("| A | B |\n|---|---|\n{}", rows.collect::<String>());
        let report = audit("x", page.as_bytes(), &codes);
        let found: BTreeSet<&str> = report.codes.iter().filter_map(|entry| entry.name.as_deref()).collect();
        assert!(expected.is_subset(&found), "{witness}: {:?}", expected.difference(&found).collect::<Vec<_>>());
    }
}

#[test]
fn reports_have_the_promised_form() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let page = b"| A | B |\n|---|---|\n| **IMAPI_E_NOTOPENED**<br/>0x8004020C | The object is not there. |\n";
    let make = || audit("dir/page.md", page, &codes);
    let one: Value = serde_json::from_str(&report::to_json(&[make()]).expect("JSON")).expect("JSON");
    assert_eq!(one["file"], "dir/page.md");
    assert_eq!(one["codes"][0]["value"], "0x8004020B");
    assert_eq!(one["codes"][0]["details"][0], "value-wrong: `0x8004020C`");
    assert_eq!((&one["codes"][0]["row"], &one["codes"][0]["line"]), (&1.into(), &3.into()));
    let several: Value = serde_json::from_str(&report::to_json(&[make(), make()]).expect("JSON")).expect("JSON");
    assert_eq!(several.as_array().map(Vec::len), Some(2));
    assert_eq!(
        make().text(),
        "dir/page.md:3: IMAPI_E_NOTOPENED: value-wrong: `0x8004020C`\n\
         dir/page.md: 0 of 1 codes found with the right value; 1 finding\n"
    );
}

#[test]
fn every_prefix_of_a_fixture_is_read() {
    let spec = spec();
    let codes = Codes::new(&spec);
    for path in fixtures() {
        let bytes = read(&path);
        for end in 0..bytes.len() {
            page::parse(&bytes[..end]);
            // Whole audits cost more; a step that shares no factor with the layout still cuts everywhere.
            if end % 7 == 0 {
                audit("x", &bytes[..end], &codes).text();
            }
        }
    }
}

#[test]
fn hostile_pages_are_read_in_linear_time() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let table = "| A | B |\n|---|---|\n| 0x8004020B |";
    // Each takes a moment now, and would take minutes if anything were quadratic in it.
    for piece in [
        "[",
        "<a",
        "<span id=",
        "&",
        "&#",
        "0x0",
        "0x8 ",
        "%1!",
        "%9!ls!",
        "(",
        "|",
        "\\",
        "\\_ ",
        "::",
        "： ",
        "я",
        "яя ",
    ] {
        for (start, glue) in
            [(table, ""), ("", ""), (table, "\n"), ("", "\n"), ("---\n", "\n"), ("<table><tr><td>", "\n")]
        {
            let page = start.to_owned() + &format!("{piece}{glue}").repeat(10_000);
            audit("x", page.as_bytes(), &codes).text();
        }
    }
    let rows = format!("| <span id=\"X\"></span> | %1 |\n{}", "|\n|\n".repeat(10_000));
    audit("x", format!("| A | B |\n|---|---|\n{rows}").as_bytes(), &codes).text();
    audit("x", &vec![0xff; 100_000], &codes).text();
}

/// The published pages, if they are at hand: an outside witness that the repository cannot contain.
fn seeds() -> Vec<PathBuf> {
    files(&root().join("../shared/seeds"), "txt")
}

fn seed(start: &str) -> Option<Vec<u8>> {
    let found =
        seeds().into_iter().find(|path| path.file_name().is_some_and(|f| f.to_string_lossy().starts_with(start)));
    if found.is_none() {
        println!("page {start} is not at hand");
    }
    found.map(|path| read(&path))
}

#[test]
fn published_pages_give_up_every_code() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let mut seen = 0;
    for (start, language, count, failing) in
        [("001", "en", 37, false), ("003", "ru", 37, true), ("002", "ru", 149, true), ("004", "zh-TW", 149, true)]
    {
        let Some(bytes) = seed(start) else { continue };
        let report = audit(start, &bytes, &codes);
        assert_eq!((report.right, report.expected, report.codes.len()), (count, count, count), "{}", report.text());
        assert_eq!(report.language, language);
        assert_eq!(report.findings() > 0, failing, "{}", report.text());
        seen += 1;
    }
    println!("published pages with names seen: {seen} of 4");
}

#[test]
fn the_published_page_without_names_is_guessed_row_by_row() {
    let spec = spec();
    let codes = Codes::new(&spec);
    let Some(bytes) = seed("000") else { return };
    let report = audit("000", &bytes, &codes);
    assert_eq!((report.language, report.right, report.expected), ("en", 2, 149));
    let order = spec.codes.iter().filter(|c| V2.contains(&c.header.as_str()));
    let order: Vec<&str> = order.map(|c| c.name.as_str()).filter(|name| !NEVER_PUBLISHED.contains(name)).collect();
    let found: Vec<&str> =
        report.codes.iter().filter_map(|entry| entry.name.as_deref().or(entry.guess.as_deref())).collect();
    assert_eq!(found, order);
    let named: Vec<usize> = report.codes.iter().filter(|e| e.name.is_some()).map(|e| e.row).collect();
    assert_eq!(named, [84, 145]);
}

#[test]
fn damage_of_the_published_pages_is_named() {
    let spec = spec();
    let codes = Codes::new(&spec);
    for (start, name, expected) in [
        ("003", "IMAPI_S_BUFFER_TO_SMALL", "name-translated name-transliterated name-split name-escaped"),
        ("003", "IMAPI_E_DEVICE_NOPROPERTIES", "name-translated name-split name-escaped value-misplaced"),
        ("003", "IMAPI_E_INITIALIZE_WRITE", "name-translated name-split name-escaped stray-characters"),
        ("003", "IMAPI_E_NOTOPENED", "name-transliterated name-split name-escaped mangled-identifier"),
        ("003", "IMAPI_E_FILEACCESS", "name-split name-escaped"),
        ("002", "IMAPI_E_DUP_NAME", "message-truncated insert-missing"),
        ("002", "IMAPI_E_DATA_STREAM_INCONSISTENCY", "insert-mangled"),
        ("002", "IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND", "stray-characters"),
        ("002", "IMAPI_E_IMAGEMANAGER_IMAGE_TOO_BIG", "mangled-identifier"),
        ("004", "IMAPI_E_FSI_INTERNAL_ERROR", "insert-mangled"),
        ("004", "E_IMAPI_RAW_IMAGE_IS_READ_ONLY", "mangled-identifier"),
        ("004", "E_IMAPI_REQUEST_CANCELLED", ""),
    ] {
        let Some(bytes) = seed(start) else { continue };
        assert_eq!(kinds(&audit(start, &bytes, &codes), name), expected, "{start} {name}");
    }
}

#[test]
fn broken_off_published_pages_are_read() {
    let spec = spec();
    let codes = Codes::new(&spec);
    for path in seeds() {
        let bytes = read(&path);
        for end in (0..bytes.len()).step_by(2003) {
            audit("x", &bytes[..end], &codes).text();
        }
    }
}
