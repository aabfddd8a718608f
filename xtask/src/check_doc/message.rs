//! The cell of the message: is it there, whole, with its inserts, and free of what belongs to nothing?

use crate::spec::Code;

use super::{
    finding::{Kind, Problems, quote},
    identifiers, inserts, letters, markup,
};

/// Compares the message of a row with what its code must have.
pub(super) fn check(cell: &str, code: &Code, problems: &mut Problems) {
    let text = check_plain(cell, problems);
    if !text.is_empty() {
        inserts::check(&inserts::find(&text), code, problems);
    }
}

/// What can be said of a message without knowing its code; returns its text.
pub(super) fn check_plain(cell: &str, problems: &mut Problems) -> String {
    let raw = markup::visible(cell);
    let text = markup::unescape(&raw);
    if text.is_empty() {
        problems.add(Kind::MessageMissing, "no message");
        return text;
    }
    check_ends(&text, problems);
    check_strays(&raw, &text, problems);
    identifiers::check(cell, problems);
    identifiers::check_constants(&raw, problems);
    text
}

/// A message that begins with half an insert lost its front; one that ends with a colon lost what it announces.
fn check_ends(text: &str, problems: &mut Problems) {
    if inserts::find(text).first().is_some_and(inserts::Found::is_cut) {
        problems.add(Kind::MessageTruncated, quote(&text.chars().take(20).collect::<String>()));
    }
    if text.ends_with([':', '：']) {
        let from = text.chars().count().saturating_sub(20);
        problems.add(Kind::MessageTruncated, quote(&text.chars().skip(from).collect::<String>()));
    }
}

fn check_strays(raw: &str, text: &str, problems: &mut Problems) {
    for c in text.chars().filter(|c| letters::is_invisible(*c)) {
        problems.add(Kind::StrayCharacters, format!("U+{:04X}", u32::from(c)));
    }
    for bracket in unbalanced(text) {
        problems.add(Kind::StrayCharacters, quote(&bracket.to_string()));
    }
    for found in doubly_escaped(text) {
        problems.add(Kind::StrayCharacters, quote(found));
    }
    for mark in [" ,", " .", " ;"] {
        // `a .h` is the business of the headers; a sign with a letter after it is no punctuation.
        let lonely = |at: usize| text[at + mark.len()..].chars().next().is_none_or(char::is_whitespace);
        if text.match_indices(mark).any(|(at, _)| lonely(at)) {
            problems.add(Kind::StrayCharacters, format!("`{mark}`"));
        }
    }
    for left in ["[!", "]("] {
        if raw.contains(left) {
            problems.add(Kind::StrayCharacters, quote(left));
        }
    }
}

/// Brackets without their partners. Both widths count as one, as translators mix them.
fn unbalanced(text: &str) -> Vec<char> {
    let (mut open, mut lonely) = (Vec::new(), Vec::new());
    for c in text.chars() {
        match letters::look(c) {
            '(' => open.push(c),
            ')' if open.pop().is_none() => lonely.push(c),
            _ => {}
        }
    }
    lonely.extend(open);
    lonely
}

/// Entities that are still there after decoding were escaped twice: the reader sees `&quot;`.
fn doubly_escaped(text: &str) -> Vec<&str> {
    let entity = |(at, _)| markup::entity(&text[at..]).map(|(_, length)| &text[at..at + length]);
    text.match_indices('&').filter_map(entity).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(cell: &str) -> Vec<String> {
        let mut problems = Problems::default();
        check_plain(cell, &mut problems);
        problems.sorted().into_iter().map(|(kind, what)| format!("{} {what}", kind.as_str())).collect()
    }

    #[test]
    fn a_sound_message_has_no_problems() {
        assert_eq!(found("The name (of a file) is taken.<br/>"), [""; 0]);
        assert_eq!(found("Имя «%1!ls!» занято (файлом).<br />"), [""; 0]);
    }

    #[test]
    fn damage_without_a_code_is_seen() {
        assert_eq!(found("<br/>"), ["message-missing no message"]);
        assert_eq!(found("ls!' is taken."), ["message-truncated `ls!' is taken.`"]);
        assert_eq!(found("This went wrong:"), ["message-truncated `This went wrong:`"]);
        assert_eq!(found("檔案系統)。"), ["stray-characters `)`"]);
        assert_eq!(found("a &amp;quot;b&amp;quot; , c\u{200b}."), ["stray-characters U+200B, `&quot;`, ` ,`"]);
        assert_eq!(found("Taken.<blockquote>[!Note]<br/>Now.</blockquote>"), ["stray-characters `[!`"]);
    }
}
