//! Typed inserts of messages: `%1!ls!`, `%2!I64d!`, `%3!u!`.

/// What an insert takes, as the generated tables name it.
pub fn kind(insert: &str) -> Option<&'static str> {
    match insert.trim_start_matches('%').trim_start_matches(|c: char| c.is_ascii_digit()) {
        "!ls!" | "!s!" => Some("Text"),
        "!I64d!" => Some("I64"),
        "!u!" => Some("U32"),
        _ => None,
    }
}

/// The number of an insert.
pub fn number(insert: &str) -> Option<u8> {
    insert.strip_prefix('%')?.split('!').next()?.parse().ok()
}

/// The well-formed inserts of a text, in its order.
pub fn well_formed(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = &rest[at..];
        let length = insert_length(rest).unwrap_or(1);
        if length > 1 {
            found.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    found
}

/// The length of the insert with which the text begins.
fn insert_length(text: &str) -> Option<usize> {
    let after_number = text.strip_prefix('%')?.trim_start_matches(|c: char| c.is_ascii_digit());
    if text.len() - after_number.len() < 2 {
        return None;
    }
    let kind = after_number.strip_prefix('!')?;
    let after_kind = kind.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    let rest = after_kind.strip_prefix('!')?;
    (after_kind.len() < kind.len()).then(|| text.len() - rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inserts_are_found_in_order_and_mangled_ones_are_not() {
        assert_eq!(well_formed("a '%1!ls!' b %2!I64d!%3!u! 5 % %4"), ["%1!ls!", "%2!I64d!", "%3!u!"]);
        assert_eq!(well_formed("%1! ls! %1！ls！ %!ls! %1!!"), [""; 0]);
    }

    #[test]
    fn an_insert_has_a_number_and_a_type() {
        assert_eq!((number("%2!I64d!"), kind("%2!I64d!")), (Some(2), Some("I64")));
        assert_eq!((number("%1!ls!"), kind("%1!s!"), kind("%1!x!")), (Some(1), Some("Text"), None));
    }
}
