//! Bytes as hexadecimal text.

use std::fmt::Write as _;

/// `0580A0`: for much data.
pub(super) fn dense(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

/// `05 80 A0`: for what people read.
pub(super) fn spaced(bytes: &[u8]) -> String {
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    bytes.join(" ")
}

/// Both forms back to bytes; `None` when it is neither.
pub(super) fn parse(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut rest = text.chars();
    while let Some(first) = rest.next() {
        if first == ' ' {
            continue;
        }
        let (high, low) = (first.to_digit(16)?, rest.next()?.to_digit(16)?);
        bytes.push(u8::try_from(high << 4 | low).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_nothing_else() {
        assert_eq!((dense(&[0x05, 0xA0]), spaced(&[0x05, 0xA0])), ("05A0".to_owned(), "05 A0".to_owned()));
        for (text, bytes) in [
            ("", Some(vec![])),
            ("05A0", Some(vec![5, 0xA0])),
            ("05 a0", Some(vec![5, 0xA0])),
            ("0", None),
            ("0 5", None),
            ("0x05", None),
            ("05-A0", None),
            ("é0", None),
        ] {
            assert_eq!(parse(text), bytes, "{text:?}");
        }
    }
}
