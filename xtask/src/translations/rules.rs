//! The rules a text must keep: by itself, and beside the English text that it translates.

use std::collections::BTreeSet;

use super::script::{self, Script};
use crate::inserts;

/// A broken rule, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The rule's name.
    pub rule: &'static str,
    /// What was found.
    pub found: String,
}

impl Broken {
    /// That rule is broken by that.
    pub fn new(rule: &'static str, found: impl Into<String>) -> Self {
        Self { rule, found: found.into() }
    }
}

/// What a text breaks by itself.
pub fn alone(text: &str, tag: &str, expected: &[&str]) -> Vec<Broken> {
    let mut broken = inserts_of(text, expected);
    broken.extend(script_of(text, tag));
    broken.extend(quotes_of(text));
    broken.extend(form_of(text, tag));
    broken
}

/// What a label breaks: it has no full stop and no inserts.
pub fn label(text: &str, tag: &str) -> Vec<Broken> {
    let mut broken = script_of(text, tag);
    broken.extend(quotes_of(text));
    if text.contains('%') || text.trim() != text || text.is_empty() {
        broken.push(Broken::new("form", format!("«{text}» is no label")));
    }
    broken
}

/// What a translation breaks beside the English text.
pub fn beside(source: &str, text: &str) -> Vec<Broken> {
    let mut broken = Vec::new();
    if source == text {
        broken.push(Broken::new("untranslated", "the English text"));
    }
    for name in identifiers(source) {
        if !text.contains(name) {
            broken.push(Broken::new("identifier", format!("{name} is missing or changed")));
        }
    }
    let (wanted, got) = (numbers(source), numbers(text));
    for number in wanted.difference(&got) {
        broken.push(Broken::new("number", format!("{number} is missing or changed")));
    }
    broken
}

fn inserts_of(text: &str, expected: &[&str]) -> Vec<Broken> {
    let mut broken = Vec::new();
    let found = inserts::well_formed(text);
    let mut unseen: Vec<&str> = expected.to_vec();
    for insert in found {
        if let Some(at) = unseen.iter().position(|other| *other == insert) {
            unseen.remove(at);
        } else if expected.contains(&insert) {
            broken.push(Broken::new("insert-twice", insert));
        } else {
            broken.push(Broken::new("insert-changed", insert));
        }
    }
    broken.extend(mangled(text).into_iter().map(|found| Broken::new("insert-mangled", found)));
    broken.extend(unseen.into_iter().map(|insert| Broken::new("insert-missing", insert)));
    broken
}

/// Percent and exclamation marks that belong to no insert: in our texts they have no other use.
fn mangled(text: &str) -> Option<String> {
    let mut rest = text.to_string();
    for insert in inserts::well_formed(text) {
        rest = rest.replacen(insert, "", 1);
    }
    let odd = |c: char| matches!(c, '%' | '!' | '\u{FF05}' | '\u{FF01}');
    let at = rest.find(odd)?;
    Some(rest[at..].chars().take(8).collect())
}

fn script_of(text: &str, tag: &str) -> Vec<Broken> {
    let own = script::of_language(tag);
    let letters = || text.chars().filter_map(|c| script::of(c).map(|script| (c, script)));
    let mut broken = Vec::new();
    if !letters().any(|(_, script)| script == own) {
        broken.push(Broken::new("script", format!("no {own:?} letters")));
    }
    // Latin is everybody's guest: names and identifiers are never translated.
    let strange: String =
        letters().filter(|(_, script)| *script != own && *script != Script::Latin).map(|(c, _)| c).collect();
    if !strange.is_empty() {
        broken.push(Broken::new("script", format!("letters of another language: {strange}")));
    }
    let simplified: String = text.chars().filter(|c| tag == "zh-TW" && script::is_simplified(*c)).collect();
    if !simplified.is_empty() {
        broken.push(Broken::new("simplified", simplified));
    }
    broken.extend(words(text).filter(|word| is_mixed(word)).map(|word| Broken::new("mixed-script", word)));
    broken
}

/// Latin letters inside a Russian word look right and are wrong.
fn is_mixed(word: &str) -> bool {
    let has = |wanted| word.chars().any(|c| script::of(c) == Some(wanted));
    has(Script::Latin) && has(Script::Cyrillic)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

fn quotes_of(text: &str) -> Vec<Broken> {
    let mut open = Vec::new();
    for c in text.chars() {
        if "«“「『(（[《".contains(c) {
            open.push(c);
        } else if "»”」』)）]》".contains(c) && open.pop().map(closing) != Some(c) {
            return vec![Broken::new("quotes", format!("{c} closes nothing"))];
        }
    }
    if let Some(c) = open.pop() {
        return vec![Broken::new("quotes", format!("{c} is not closed"))];
    }
    let doubles = text.matches('"').count();
    let singles = single_quotes(text);
    let odd = [("\"", doubles), ("'", singles)].into_iter().find(|(_, count)| count % 2 == 1);
    odd.map(|(mark, count)| Broken::new("quotes", format!("{count} of {mark}"))).into_iter().collect()
}

fn closing(open: char) -> char {
    match open {
        '«' => '»',
        '“' => '”',
        '「' => '」',
        '『' => '』',
        '(' => ')',
        '（' => '）',
        '《' => '》',
        _ => ']',
    }
}

/// Straight single quotes; an apostrophe between letters is none.
fn single_quotes(text: &str) -> usize {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let apostrophe = |at: usize| is_letter(text[..at].chars().next_back()) && is_letter(text[at + 1..].chars().next());
    text.match_indices('\'').filter(|(at, _)| !apostrophe(*at)).count()
}

fn form_of(text: &str, tag: &str) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut fault = |what: &str| broken.push(Broken::new("form", what));
    if text.trim() != text || text.contains("  ") || text.contains(" .") || text.contains(" ,") || text.contains(" 。")
    {
        fault("a stray space");
    }
    if text
        .chars()
        .any(|c| c.is_control() || matches!(c, '\u{FFFD}' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{00A0}'))
    {
        fault("a character that cannot be seen");
    }
    let stop = if tag == "zh-TW" { '。' } else { '.' };
    if !text.trim_end_matches(['」', '）', ')', '»']).ends_with(stop) {
        fault("no full stop at the end");
    }
    if text.contains("..") || text.contains("。。") || text.contains("\u{2026}") {
        fault("more than one full stop");
    }
    broken
}

/// Names that no language may touch: interfaces, methods, properties, constants, commands, options, abbreviations.
fn identifiers(text: &str) -> BTreeSet<&str> {
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':' | '-');
    let tokens = text.split(|c: char| !part(c)).map(|token| token.trim_end_matches([':', '-']));
    tokens.filter(|token| is_identifier(token)).collect()
}

fn is_identifier(token: &str) -> bool {
    // Units have other names in other scripts.
    if matches!(token, "kHz" | "kB" | "KB" | "MB" | "GB" | "TB" | "KiB" | "MiB" | "GiB" | "TiB") {
        return false;
    }
    let capitals = token.bytes().filter(u8::is_ascii_uppercase).count();
    let small = token.bytes().filter(u8::is_ascii_lowercase).count();
    let camel = token.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let option = token.starts_with("--") && small > 1;
    option || token.contains("::") || token.contains('_') || camel || (capitals > 1 && small == 0)
}

/// The numbers of a text, without separators; those inside identifiers and inserts do not count.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut rest = text.to_string();
    for insert in inserts::well_formed(text) {
        rest = rest.replacen(insert, " ", 1);
    }
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ',' | '.' | '\u{202F}');
    let tokens = rest.split(|c: char| !part(c)).map(|token| token.trim_matches([',', '.']));
    let plain = tokens
        .filter(|t| t.starts_with(|c: char| c.is_ascii_digit()) && !t.contains(|c: char| c.is_ascii_alphabetic()));
    // 2,048 and 44.1 are 2048 and 44,1 elsewhere.
    plain.map(|token| token.replace([',', '.', '\u{202F}'], "")).filter(|token| token.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, tag: &str) -> Vec<&'static str> {
        alone(text, tag, &[]).into_iter().map(|broken| broken.rule).collect()
    }

    #[test]
    fn a_sound_text_breaks_nothing() {
        assert_eq!(broken("Диск «UDF» не читается (ISO 9660).", "ru"), [""; 0]);
        assert_eq!(broken("光碟機「UDF」沒有回應。", "zh-TW"), [""; 0]);
        assert_eq!(broken("The drive's tray isn't closed.", "en"), [""; 0]);
    }

    #[test]
    fn each_fault_of_form_has_its_rule() {
        let cases = [
            ("光碟已滿。", "ru", "script"),
            ("Диск полон.", "zh-TW", "script"),
            ("Диск full.", "en", "script"),
            ("光盘错误。", "zh-TW", "simplified"),
            ("Диcк полон.", "ru", "mixed-script"),
            ("Диск «полон.", "ru", "quotes"),
            ("光碟「已滿。", "zh-TW", "quotes"),
            ("Диск 'полон.", "ru", "quotes"),
            ("Диск) полон.", "ru", "quotes"),
            ("Диск  полон.", "ru", "form"),
            ("Диск полон", "ru", "form"),
            ("Диск\u{200B} полон.", "ru", "form"),
            ("Диск полон...", "ru", "form"),
            ("光碟已滿！", "zh-TW", "insert-mangled"),
            ("Диск полон на 5 %.", "ru", "insert-mangled"),
        ];
        for (text, tag, rule) in cases {
            assert!(broken(text, tag).contains(&rule), "{text}: {:?}", broken(text, tag));
        }
    }

    #[test]
    fn names_numbers_and_english_texts_are_held_against_the_source() {
        let rules = |source, text| beside(source, text).into_iter().map(|b| b.rule).collect::<Vec<_>>();
        assert_eq!(rules("Set ForceOverwrite.", "Включите ForceOverwrite."), [""; 0]);
        assert_eq!(rules("Set ForceOverwrite.", "Включите Force Overwrite."), ["identifier"]);
        assert_eq!(rules("Call IDiscMaster::Open first.", "Вызовите идискмастер::Open."), ["identifier"]);
        assert_eq!(rules("Use --overwrite.", "Укажите -- overwrite."), ["identifier"]);
        assert_eq!(rules("It has 2,048 bytes.", "В нём 2048 байт."), [""; 0]);
        assert_eq!(rules("It has 2,048 bytes.", "В нём 2084 байт."), ["number"]);
        assert_eq!(rules("Use 44.1 kHz and 8 MB.", "Нужны 44,1 кГц и 8 МБ."), [""; 0]);
        assert_eq!(rules("Same.", "Same."), ["untranslated"]);
    }

    #[test]
    fn identifiers_are_told_from_words() {
        let found: Vec<&str> = identifiers("The UDF drive's IDiscFormat2::Write, FORMAT_UNIT (CD-RW): ISO 9660 etc.")
            .into_iter()
            .collect();
        assert_eq!(found, ["CD-RW", "FORMAT_UNIT", "IDiscFormat2::Write", "ISO", "UDF"]);
    }
}
