//! The tables against the published ones: `fixtures/published-codes`, and the pages themselves where they are at hand.

use std::{collections::BTreeMap, fs, path::Path};

use imapi_errors::{Code, HResult, Header};

/// Codes that the headers have and the published tables never had.
const UNPUBLISHED: [&str; 2] = ["IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC", "IMAPI_E_PROPERTY_NOT_ACCESSIBLE"];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[test]
fn every_published_code_is_ours_with_its_value_header_and_inserts() {
    let table = fs::read_to_string(root().join("fixtures/published-codes/codes.tsv")).expect("the fixture");
    let rows: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert_eq!(rows.len(), 186);
    for row in &rows {
        let [name, value, header, inserts] = row[..] else { panic!("four columns: {row:?}") };
        let code = Code::from_name(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        let ours: Vec<&str> = code.inserts().iter().map(|insert| insert.spelling()).collect();
        assert_eq!(code.name(), name);
        assert_eq!(Ok(code.value()), value.parse::<HResult>(), "{name}");
        assert_eq!(code.header().file(), header, "{name}");
        assert_eq!(ours.join(" "), inserts, "{name}");
    }
}

#[test]
fn no_code_is_ours_alone() {
    let table = fs::read_to_string(root().join("fixtures/published-codes/codes.tsv")).expect("the fixture");
    let published: Vec<&str> = table.lines().skip(1).filter_map(|line| line.split('\t').next()).collect();
    let ours = [Header::V1, Header::V2, Header::Fs].into_iter().flat_map(Code::of).map(Code::name);
    let alone: Vec<&str> = ours.filter(|name| !published.contains(name)).collect();
    assert_eq!(alone, UNPUBLISHED);
    assert_eq!(Code::from_name(UNPUBLISHED[0]).map(|code| code.value().as_u32()), Some(0x8004_022E));
    assert_eq!(Code::from_name(UNPUBLISHED[1]).map(|code| code.value().as_u32()), Some(0xC0AA_B160));
}

/// Pages of result codes as they were published may lie beside the checkout; then they are read, too.
#[test]
fn published_pages_agree_where_they_are_at_hand() {
    let Ok(pages) = fs::read_dir(root().join("../shared/seeds")) else { return };
    let mut seen: BTreeMap<String, HResult> = BTreeMap::new();
    for page in pages {
        let bytes = fs::read(page.expect("an entry").path()).expect("a page");
        let text = String::from_utf8_lossy(&bytes);
        for row in text.split("<span id=\"").skip(1) {
            let name = row.split('"').next().unwrap_or_default();
            // The value stands in the same row, wherever in it a converter put it.
            let row = row.lines().next().unwrap_or_default();
            let Some(at) = row.find("0x") else { continue };
            let digits: String = row[at + 2..].chars().take_while(char::is_ascii_hexdigit).collect();
            if let (Some(code), Ok(value)) = (Code::from_name(name), u32::from_str_radix(&digits, 16)) {
                let value = HResult::from_u32(value);
                assert_eq!(code.value(), value, "{name}");
                seen.insert(code.name().to_string(), value);
            }
        }
    }
    assert!(
        seen.is_empty() || seen.len() == 186,
        "the pages have all codes or are none of these pages: {}",
        seen.len()
    );
}
