//! Names of interfaces, methods, properties, headers and products in running text, and how they were mangled.

use super::{
    finding::{Kind, Problems, quote},
    letters,
    markup::{self, Link},
};

/// What the published messages name without a link. Transliteration is only heard by knowing the original.
const NAMED: [&str; 15] = [
    "ForceOverwrite",
    "FileSystemImage",
    "UseRestrictedCharacterSet",
    "FreeMediaBlocks",
    "MultisessionInterfaces",
    "MAXLONG",
    "ISRC",
    "IDiscMaster",
    "IJolietDiscMaster",
    "IRedbookDiscMaster",
    "IRawCDImageCreator",
    "IIsoImageManager",
    "IDiscFormat2Erase",
    "IFileSystemImage",
    "VARIANT_TRUE",
];

/// The headers without their `.h`.
const HEADERS: [&str; 4] = ["imapierror", "imapi2error", "imapi2fserror", "winerror"];

/// Finds mangled identifiers in a piece of the page, markup and all.
pub(super) fn check(text: &str, problems: &mut Problems) {
    let links: Vec<String> = markup::links(text).iter().filter_map(mangled_link).collect();
    for link in &links {
        problems.add(Kind::MangledIdentifier, quote(link));
    }
    let shown = markup::unescape(&markup::visible(text));
    check_scopes(&shown, problems);
    check_products(&shown, problems);
    // The shortest name has four letters; the many short words need no listening to.
    let heard = |word: &&str| letters::is_cyrillic(word) && word.chars().nth(3).is_some();
    for word in shown.split(|c: char| !c.is_alphanumeric()).filter(heard) {
        let said = links.iter().any(|link| link.contains(word));
        if !said && NAMED.iter().any(|name| letters::sounds_like(word, name)) {
            problems.add(Kind::MangledIdentifier, quote(word));
        }
    }
}

/// A link to the page of a method shows that method's name: the address says which.
fn mangled_link(link: &Link) -> Option<String> {
    let page = link.target.rsplit('/').next().unwrap_or_default();
    let documented = ["nf-", "nn-", "ne-", "ns-"].iter().any(|start| page.starts_with(start));
    (documented && letters::is_foreign(&link.text)).then(|| markup::visible(&link.text))
}

/// `A:: B` and `A：：B` instead of `A::B`.
fn check_scopes(text: &str, problems: &mut Problems) {
    let flat: Vec<char> = text.chars().map(|c| if c == '：' { ':' } else { c }).collect();
    let shown: Vec<char> = text.chars().collect();
    let mut at = 0;
    while at + 1 < flat.len() {
        if (flat[at], flat[at + 1]) != (':', ':') {
            at += 1;
            continue;
        }
        let spaced =
            [at.checked_sub(1), Some(at + 2)].iter().flatten().any(|i| flat.get(*i).is_some_and(|c| *c == ' '));
        if spaced || shown[at] != ':' || shown[at + 1] != ':' {
            problems.add(Kind::MangledIdentifier, quote(&around(&shown, at, at + 2)));
        }
        at += 2;
    }
}

/// The words on both sides of `from..to`.
fn around(chars: &[char], from: usize, to: usize) -> String {
    const LONGEST: usize = 40;
    // Han characters stand against Latin words without a space and are no part of them.
    let wordy = |c: &char| (c.is_alphanumeric() && !matches!(c, '\u{3000}'..='\u{9fff}')) || *c == '_';
    let mut start = from;
    while start > 0
        && from - start < LONGEST
        && (wordy(&chars[start - 1]) || (start == from && chars[start - 1] == ' '))
    {
        start -= 1;
    }
    let mut end = to;
    while end < chars.len() && end - to < LONGEST && (wordy(&chars[end]) || (end == to && chars[end] == ' ')) {
        end += 1;
    }
    chars[start..end].iter().collect()
}

/// `IMAPI.EXE`: a translation memory's idea of a product name.
fn check_products(text: &str, problems: &mut Problems) {
    let lower = text.to_ascii_lowercase();
    for (at, found) in lower.match_indices("imapi.exe") {
        problems.add(Kind::MangledIdentifier, quote(&text[at..at + found.len()]));
    }
}

/// Finds header names that were taken apart, transliterated, or lost their `.h`.
pub(super) fn check_headers(text: &str, problems: &mut Problems) {
    let shown = markup::unescape(&markup::visible(text));
    let words: Vec<(usize, &str)> = words(&shown);
    for (start, word) in words {
        let after = &shown[start + word.len()..];
        let dot = after.trim_start();
        let has_dot = dot.strip_prefix('.').is_some_and(|h| h.trim_start().starts_with(['h', 'H']));
        let exact = HEADERS.iter().any(|header| word.eq_ignore_ascii_case(header));
        let heard = letters::is_cyrillic(word) && has_dot && HEADERS.iter().any(|h| letters::sounds_like(word, h));
        let whole = after
            .strip_prefix(".h")
            .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) && !rest.trim_start().starts_with(".h"));
        // A part of an address, such as `/api/winerror/`, is no file name.
        let in_path = shown[..start].ends_with(['/', '-', '.']) || after.starts_with(['/', '-']);
        if heard || (exact && !whole && !in_path) {
            let tail = if has_dot { after.find(['h', 'H']).map_or(0, |i| i + 1) } else { 0 };
            let twice = after.starts_with(".h") && after[2..].trim_start().starts_with(".h");
            let tail = if twice { after[2..].find('h').map_or(tail, |i| i + 3) } else { tail };
            problems.add(Kind::MangledHeader, quote(&shown[start..start + word.len() + tail]));
        }
    }
}

fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        // Han characters join no word: `於Winerror.h中` has the header as its own.
        let wordy = c.is_ascii_alphanumeric() || letters::is_cyrillic(c.encode_utf8(&mut [0; 4]));
        match (wordy, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                found.push((from, &text[from..i]));
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// Finds constants in prose that fell apart: `S \_ OK`, and underscores that are all that is left of one.
pub(super) fn check_constants(raw: &str, problems: &mut Problems) {
    let chars: Vec<char> = raw.chars().collect();
    let mut at = 0;
    while at + 1 < chars.len() {
        let escaped = (chars[at], chars[at + 1]) == ('\\', '_');
        let spaced = at.checked_sub(1).is_none_or(|i| chars[i] == ' ') || chars.get(at + 2).is_none_or(|c| *c == ' ');
        if !escaped || !spaced {
            at += 1;
            continue;
        }
        let text = around(&chars, at, at + 2);
        let (before, after) = text.split_once("\\_").unwrap_or((&text, ""));
        let head = letters::fold(before);
        if matches!(head.as_str(), "S" | "E" | "IMAPI") && !after.trim().is_empty() {
            problems.add(Kind::MangledName, quote(&text));
        } else {
            problems.add(Kind::StrayCharacters, "`\\_`");
        }
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(check: fn(&str, &mut Problems), text: &str) -> Vec<String> {
        let mut problems = Problems::default();
        check(text, &mut problems);
        problems.sorted().into_iter().map(|(kind, what)| format!("{} {what}", kind.as_str())).collect()
    }

    #[test]
    fn identifiers_are_heard_and_seen() {
        assert_eq!(with(check, "[**A::B**](/x/nf-a-b) and <b>A::C</b>, формат диска"), [""; 0]);
        assert_eq!(
            with(check, "[**идискмастер:: Open**](/x/nf-imapi-idiscmaster-open)"),
            ["mangled-identifier `идискмастер:: Open`"]
        );
        assert_eq!(with(check, "<strong>IIso：： SetPath</strong>"), ["mangled-identifier `IIso：： SetPath`"]);
        assert_eq!(with(check, "Объект Филесистемимаже и ИСРК"), ["mangled-identifier `Филесистемимаже`, `ИСРК`"]);
        assert_eq!(with(check, "IMAPI.EXE 方法"), ["mangled-identifier `IMAPI.EXE`"]);
    }

    #[test]
    fn headers_are_whole_or_mangled() {
        assert_eq!(with(check_headers, "Imapi2error.h, Winerror.h. See /api/winerror/x"), [""; 0]);
        assert_eq!(with(check_headers, "(Имапиеррор. h)"), ["mangled-header `Имапиеррор. h`"]);
        assert_eq!(with(check_headers, "Imapi2error. h"), ["mangled-header `Imapi2error. h`"]);
        assert_eq!(with(check_headers, "Imapi2error .h;"), ["mangled-header `Imapi2error .h`"]);
        assert_eq!(
            with(check_headers, "傳回 Winerror.h .h、Imapi2error 或"),
            ["mangled-header `Winerror.h .h`, `Imapi2error`"]
        );
    }

    #[test]
    fn constants_that_fell_apart_are_found() {
        assert_eq!(with(check_constants, "S\\_OK and _this_"), [""; 0]);
        assert_eq!(with(check_constants, "S \\_ ОК, если"), ["mangled-name `S \\_ ОК`"]);
        assert_eq!(with(check_constants, "通常會 \\_ 在"), ["stray-characters `\\_`"]);
    }
}
