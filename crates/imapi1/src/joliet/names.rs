//! Names that Joliet can store.

/// Units of UTF-16 that a name has at most.
const LONGEST: usize = 64;
/// What no name of Joliet has, besides control characters.
const FORBIDDEN: [char; 6] = ['*', '/', ':', ';', '?', '\\'];

/// Whether Joliet can store a name as it is.
pub(super) fn is_storable(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && name.encode_utf16().count() <= LONGEST
        // Characters beyond the first plane are two units there that UCS-2 does not know.
        && name.chars().all(|c| !c.is_control() && !FORBIDDEN.contains(&c) && u32::from(c) <= 0xFFFF)
}

/// What two names have in common that Windows takes for the same.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_storable_as_joliet_says() {
        assert!(is_storable("Grüße aus 東京.txt") && is_storable(&"x".repeat(64)));
        for name in ["", ".", "..", "a*b", "a/b", "a:b", "a;1", "a?b", "a\\b", "a\tb", "\u{1F4C0}"] {
            assert!(!is_storable(name), "{name:?}");
        }
        assert!(!is_storable(&"ä".repeat(65)));
    }
}
