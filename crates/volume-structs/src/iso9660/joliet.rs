//! Names in Joliet: two bytes a unit, big-endian.
//!
//! The specification says UCS-2 and knows no surrogate pairs; Windows and everybody since then take them as UTF-16, and
//! so do we: such a character costs two units, and is never cut in half.

use super::name::NameFault;

/// Units of a name, as the specification has it.
pub const MAX_UNITS: usize = 64;
/// Units of a name that most readers still take; genisoimage and xorriso call it `-joliet-long`.
pub const MAX_UNITS_RELAXED: usize = 103;

/// Writes text and returns its bytes; `None` when it does not fit, and then nothing is written.
pub fn encode(text: &str, out: &mut [u8]) -> Option<usize> {
    let len = units(text) * 2;
    let field = out.get_mut(..len)?;
    field
        .chunks_exact_mut(2)
        .zip(text.encode_utf16())
        .for_each(|(pair, unit)| pair.copy_from_slice(&unit.to_be_bytes()));
    Some(len)
}

/// The characters of a name. Halves of a pair that stand alone, and a single byte at the end, are U+FFFD.
pub fn decode(name: &[u8]) -> impl Iterator<Item = char> + '_ {
    let pairs = name.chunks(2).map(|pair| match *pair {
        [high, low] => u16::from_be_bytes([high, low]),
        // A half of a pair, so that it is replaced like others.
        _ => 0xD800,
    });
    char::decode_utf16(pairs).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Units that this text needs.
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// As much of the beginning as fits into so many units, no character cut in half.
pub fn truncated(text: &str, units: usize) -> &str {
    let mut used = 0;
    let too_much = text.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > units
    });
    let end = too_much.map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// Whether a character may stand in a name: no control, and none of `* / : ; ? \`.
pub const fn is_allowed(c: char) -> bool {
    !matches!(c, '\0'..='\x1F' | '*' | '/' | ':' | ';' | '?' | '\\')
}

/// Whether this can be the name of one file or directory, without its version.
pub fn check(name: &str, max_units: usize) -> Result<(), NameFault> {
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    if let Some((at, _)) = name.char_indices().find(|&(_, c)| !is_allowed(c)) {
        return Err(NameFault::Character { at });
    }
    let len = units(name);
    if len > max_units { Err(NameFault::TooLong { len, max: max_units }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_big_endian() {
        let mut out = [0xA5; 8];
        assert_eq!(encode("aé😀", &mut out), Some(8));
        // By python3: 'aé😀'.encode('utf-16-be').hex()
        assert_eq!(out, [0x00, 0x61, 0x00, 0xE9, 0xD8, 0x3D, 0xDE, 0x00]);
        assert!(decode(&out).eq("aé😀".chars()));
        assert_eq!(encode("aé😀", &mut [0; 7]), None);
    }

    #[test]
    fn what_is_no_character_is_replaced() {
        assert!(decode(&[0xD8, 0x3D, 0x00, 0x61, 0x00]).eq(['\u{FFFD}', 'a', '\u{FFFD}']));
    }

    #[test]
    fn the_specification_forbids_controls_and_six_characters() {
        for c in "*/:;?\\\u{0}\u{1F}".chars() {
            let name = std::format!("ab{c}");
            assert_eq!(check(&name, MAX_UNITS), Err(NameFault::Character { at: 2 }), "{c:?}");
        }
        assert_eq!(check("a b.c-(1) <é>|\u{7F}", MAX_UNITS), Ok(()));
        assert_eq!(check("", MAX_UNITS), Err(NameFault::Empty));
    }

    #[test]
    fn a_name_has_64_units() {
        let emoji = "😀".repeat(32);
        assert_eq!(check(&emoji, MAX_UNITS), Ok(()));
        let longer = std::format!("{emoji}a");
        assert_eq!(check(&longer, MAX_UNITS), Err(NameFault::TooLong { len: 65, max: 64 }));
        assert_eq!(check(&longer, MAX_UNITS_RELAXED), Ok(()));
    }

    #[test]
    fn a_pair_is_not_cut_in_half() {
        assert_eq!(truncated("ab😀c", 3), "ab");
        assert_eq!(truncated("ab😀c", 4), "ab😀");
        assert_eq!(truncated("ab", 4), "ab");
    }

    proptest! {
        #[test]
        fn text_comes_back(text in "\\PC{0,40}") {
            let mut out = [0xA5; 160];
            let len = encode(&text, &mut out).expect("it fits");
            prop_assert!(decode(&out[..len]).eq(text.chars()));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            prop_assert!(decode(&bytes).count() <= bytes.len().div_ceil(2));
        }
    }
}
