//! A visible name beside the constant that it should be: how it was mangled.

use crate::spec::Code;

use super::{
    finding::{Kind, Problems, quote},
    letters, markup,
};

/// Compares a cell's name, with its escapes, with the code's.
pub(super) fn check(raw: &str, code: &Code, other: Option<&str>, problems: &mut Problems) {
    let raw = raw.trim();
    if !raw.chars().any(char::is_alphanumeric) {
        problems.add(Kind::NameMissing, if raw.is_empty() { "no name".to_owned() } else { quote(raw) });
        return;
    }
    if raw.contains("\\_") {
        problems.add(Kind::NameEscaped, quote(raw));
    }
    let text = markup::unescape(raw);
    let name = code.aliases.iter().find(|alias| **alias == text).unwrap_or(&code.name);
    if text == *name {
        return;
    }
    let shown: String = text.chars().filter(|c| !letters::is_invisible(*c)).collect();
    if shown != text {
        problems.add(Kind::StrayCharacters, format!("{} invisible", text.chars().count() - shown.chars().count()));
    }
    let decoded = markup::entities(&shown);
    if decoded != shown {
        problems.add(Kind::StrayCharacters, quote(&shown));
    }
    let shown = decoded;
    if shown == *name {
        return;
    }
    if let Some(other) = other.filter(|other| *other != name) {
        problems.add(Kind::NameWrong, quote(other));
        return;
    }
    compare_words(raw, shown.trim(), name, problems);
}

fn compare_words(raw: &str, shown: &str, name: &str, problems: &mut Problems) {
    if shown.contains(char::is_whitespace) {
        problems.add(Kind::NameSplit, quote(raw));
    }
    let joined: String = shown.chars().filter(|c| !c.is_whitespace()).collect();
    if joined == name {
        return;
    }
    if joined.eq_ignore_ascii_case(name) {
        problems.add(Kind::NameCase, quote(raw));
        return;
    }
    if letters::fold(&joined) == name {
        problems.add(Kind::NameHomoglyph, quote(raw));
        return;
    }
    let parts: Vec<&str> = name.split('_').collect();
    let mut explained = false;
    for word in shown.split(|c: char| c == '_' || c.is_whitespace()) {
        if let Some(kind) = word_kind(word, &parts, name) {
            problems.add(kind, quote(word));
            explained |= kind != Kind::NameCase;
        }
    }
    // All words are the name's own, and still it is another: some are missing, doubled or out of order.
    if !explained {
        problems.add(Kind::NameTruncated, quote(raw));
    }
}

/// What happened to one word of the name; `None` when nothing did.
fn word_kind(word: &str, parts: &[&str], name: &str) -> Option<Kind> {
    if !word.chars().any(char::is_alphanumeric) || parts.contains(&word) {
        return None;
    }
    if parts.iter().any(|part| part.eq_ignore_ascii_case(word)) {
        return Some(Kind::NameCase);
    }
    let folded = letters::fold(word);
    if parts.contains(&folded.as_str()) {
        return Some(Kind::NameHomoglyph);
    }
    if !letters::is_foreign(word) {
        // A piece of one of the name's words is a cut, anything else is a word of another language.
        let cut = folded.len() > 2 && name.contains(&folded);
        return Some(if cut { Kind::NameTruncated } else { Kind::NameTranslated });
    }
    // `S` written down by ear is the Russian `С`, which looks like another letter.
    let letter =
        word.chars().count() == 1 && parts.iter().any(|p| p.len() == 1 && letters::sound(p) == letters::sound(word));
    let heard = letter
        || (0..parts.len()).any(|from| {
            // The ear joins words: `TRACK_NOT_OPEN` may come back as one.
            (from + 1..=parts.len()).any(|to| letters::sounds_like(word, &parts[from..to].concat()))
        });
    Some(if heard { Kind::NameTransliterated } else { Kind::NameTranslated })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(raw: &str, name: &str) -> Vec<&'static str> {
        let code = Code {
            name: name.to_owned(),
            value: "0x80040200".to_owned(),
            aliases: vec!["IMAPI_E_ALIAS".to_owned()],
            header: "imapierror.h".to_owned(),
            severity: "error".to_owned(),
            inserts: Vec::new(),
            message: String::new(),
            hint: String::new(),
            raised: String::new(),
            v1: None,
        };
        let mut problems = Problems::default();
        check(raw, &code, None, &mut problems);
        problems.sorted().into_iter().map(|(kind, _)| kind.as_str()).collect()
    }

    #[test]
    fn every_way_to_ruin_a_name_has_its_kind() {
        let name = "IMAPI_E_DEVICE_NOTPRESENT";
        assert_eq!(kinds("IMAPI_E_DEVICE_NOTPRESENT", name), [""; 0]);
        assert_eq!(kinds("IMAPI_E_ALIAS", name), [""; 0]);
        assert_eq!(kinds("IMAPI\\_E\\_DEVICE\\_NOTPRESENT", name), ["name-escaped"]);
        assert_eq!(kinds("IMAPI _ E_DEVICE_NOTPRESENT", name), ["name-split"]);
        assert_eq!(kinds("Imapi_E_Device_NotPresent", name), ["name-case"]);
        assert_eq!(kinds("IMAPI_Е_DEVICE_NOTPRESENT", name), ["name-homoglyph"]);
        assert_eq!(kinds("IMAPI_E_DEVICE_нотпресент", name), ["name-transliterated"]);
        assert_eq!(kinds("IMAPI_E_устройство_NOTPRESENT", name), ["name-translated"]);
        assert_eq!(kinds("IMAPI_E_GERÄT_FEHLT", name), ["name-translated"]);
        assert_eq!(kinds("IMAPI_E_DEVICE", name), ["name-truncated"]);
        assert_eq!(kinds("IMAPI_E_DEVICE_NOTPRES", name), ["name-truncated"]);
        assert_eq!(kinds(" _ ", name), ["name-missing"]);
        assert_eq!(kinds("IMAPI&#95;E&#95;DEVICE&lowbar;NOTPRESENT", name), ["stray-characters"]);
        assert_eq!(kinds("IMAPI_E_\u{200b}DEVICE_NOTPRESENT", name), ["stray-characters"]);
        assert_eq!(
            kinds("IMAPI \\_ \\_ \\_ Нотпресент устройство E", name),
            ["name-translated", "name-transliterated", "name-split", "name-escaped"]
        );
    }
}
