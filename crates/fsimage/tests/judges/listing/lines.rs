//! Listings as text, a line a path: how the guest tells what it sees.

use std::fmt::Write as _;

use super::{Kind, Listing, Seen};

/// What stands for what is not known.
const NONE: &str = "?";

/// The text of a listing.
pub fn to_lines(listing: &Listing) -> String {
    let mut lines = String::new();
    for (path, seen) in listing {
        let kind = seen.kind.map_or('?', Kind::letter);
        let words = [
            kind.to_string(),
            maybe(seen.size, |size| size.to_string()),
            maybe(seen.digest, |digest| format!("{digest:016x}")),
            maybe(seen.target.as_ref(), |target| escaped(target)),
            maybe(seen.device, |(major, minor)| format!("{major},{minor}")),
            maybe(seen.mode, |mode| format!("{mode:o}")),
            maybe(seen.owner, |(user, group)| format!("{user},{group}")),
            maybe(seen.links, |links| links.to_string()),
            maybe(seen.modified, |(seconds, nanoseconds)| format!("{seconds},{nanoseconds}")),
            maybe(seen.hidden, |hidden| hidden.to_string()),
        ];
        writeln!(lines, "{}\t{}", words.join("\t"), escaped(path)).expect("a string");
    }
    lines
}

fn maybe<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NONE.to_string(), text)
}

/// The listing that a text tells.
pub fn parse(lines: &str) -> Listing {
    lines.lines().map(|line| line_of(line).unwrap_or_else(|| panic!("no line of a listing: {line}"))).collect()
}

fn line_of(line: &str) -> Option<(Vec<u8>, Seen)> {
    let mut words = line.split('\t');
    let mut next = || words.next().map(|word| (word != NONE).then_some(word));
    let kind = next()?.and_then(|word| Kind::of_letter(*word.as_bytes().first()?));
    let size = number(next()?)?;
    let digest = match next()? {
        Some(word) => Some(u64::from_str_radix(word, 16).ok()?),
        None => None,
    };
    let target = next()?.map(unescaped);
    let device = pair(next()?)?;
    let mode = match next()? {
        Some(word) => Some(u32::from_str_radix(word, 8).ok()?),
        None => None,
    };
    let owner = pair(next()?)?;
    let links = number(next()?)?;
    let modified = pair(next()?)?;
    let hidden = number(next()?)?;
    let path = unescaped(words.next()?);
    Some((path, Seen { kind, size, digest, target, device, mode, owner, links, modified, hidden }))
}

/// None of nothing is nothing; a word that is none of these fails.
#[expect(clippy::option_option, reason = "a word that is no number is another thing than one that is missing")]
fn number<T: std::str::FromStr>(word: Option<&str>) -> Option<Option<T>> {
    word.map_or(Some(None), |word| word.parse().ok().map(Some))
}

#[expect(clippy::option_option, reason = "a word that is no pair is another thing than one that is missing")]
fn pair<A: std::str::FromStr, B: std::str::FromStr>(word: Option<&str>) -> Option<Option<(A, B)>> {
    let Some(word) = word else { return Some(None) };
    let (first, second) = word.split_once(',')?;
    Some(Some((first.parse().ok()?, second.parse().ok()?)))
}

/// Bytes that are no letters, digits or harmless signs as `%` and two digits.
pub fn escaped(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-+ ".contains(&byte) {
            text.push(char::from(byte));
        } else {
            write!(text, "%{byte:02x}").expect("a string");
        }
    }
    text
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).expect("two digits"));
        bytes.extend(rest.bytes());
    }
    bytes
}

#[test]
fn a_listing_comes_back_from_its_lines() {
    let seen = Seen {
        kind: Some(Kind::Characters),
        target: Some(b"a\nb\t%\xff?".to_vec()),
        device: Some((4095, 1_048_575)),
        mode: Some(0o7644),
        modified: Some((-1, 999_999_999)),
        hidden: Some(false),
        ..Seen::default()
    };
    let listing = Listing::from([(b"new\nline \xe9".to_vec(), seen), (b"a".to_vec(), Seen::default())]);
    assert_eq!(parse(&to_lines(&listing)), listing);
}
