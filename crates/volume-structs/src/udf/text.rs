//! Text: OSTA compressed Unicode, in names and in fields of fixed length.
//!
//! The first byte says how the others are to be read: 8 means a character each, of the first 256 of Unicode; 16 means
//! units of UTF-16, the most significant byte first. 254 and 255 mean the same for names of deleted files, which so
//! stay different from all others.

use core::fmt;

use crate::wire::Malformed;

const UNITS_OF_8: u8 = 8;
const UNITS_OF_16: u8 = 16;
const DELETED_8: u8 = 254;
const DELETED_16: u8 = 255;

/// The bytes that this text takes, with the one that says how to read it; an empty text takes none.
#[must_use]
pub fn encoded_len(text: &str) -> usize {
    match (text.is_empty(), is_narrow(text)) {
        (true, _) => 0,
        (false, true) => 1 + text.chars().count(),
        (false, false) => 1 + 2 * text.encode_utf16().count(),
    }
}

/// Writes a text in the shortest manner and returns its bytes; `None` when the buffer is too short for it, which is
/// then not touched. What lies behind the text stays as it is.
pub fn encode(text: &str, out: &mut [u8]) -> Option<usize> {
    let len = encoded_len(text);
    let out = out.get_mut(..len)?;
    let Some((how, characters)) = out.split_first_mut() else { return Some(0) };
    if is_narrow(text) {
        *how = UNITS_OF_8;
        for (byte, character) in characters.iter_mut().zip(text.chars()) {
            *byte = u8::try_from(u32::from(character)).unwrap_or_default();
        }
    } else {
        *how = UNITS_OF_16;
        for (unit, value) in characters.chunks_exact_mut(2).zip(text.encode_utf16()) {
            unit.copy_from_slice(&value.to_be_bytes());
        }
    }
    Some(len)
}

/// A text of Latin letters alone takes a byte for each.
fn is_narrow(text: &str) -> bool {
    text.chars().all(|character| u32::from(character) < 0x100)
}

/// The units of a text as it was recorded: of UTF-16, or its characters when they have a byte each.
pub fn units(bytes: &[u8]) -> Result<impl Iterator<Item = u16> + Clone + '_, Malformed> {
    let (how, characters) = bytes.split_first().unwrap_or((&UNITS_OF_8, &[]));
    let (narrow, wide): (&[u8], &[u8]) = match *how {
        UNITS_OF_8 | DELETED_8 => (characters, &[]),
        UNITS_OF_16 | DELETED_16 if characters.len() % 2 == 0 => (&[], characters),
        UNITS_OF_16 | DELETED_16 => return Err(Malformed::new("a text of half characters", 0)),
        _ => return Err(Malformed::new("a text in an unknown compression", 0)),
    };
    let wide = wide.chunks_exact(2).map(|unit| u16::from_be_bytes([unit[0], unit[1]]));
    Ok(narrow.iter().map(|&byte| u16::from(byte)).chain(wide))
}

/// The characters of a text; half surrogate pairs come as U+FFFD.
pub fn decode(bytes: &[u8]) -> Result<impl Iterator<Item = char> + Clone + '_, Malformed> {
    Ok(char::decode_utf16(units(bytes)?).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// A text in a field of fixed length, whose last byte says how many of the others it takes (OSTA UDF, 2.1.3).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DString<const N: usize>(pub [u8; N]);

impl<const N: usize> DString<N> {
    /// No text: all zeros.
    pub const EMPTY: Self = Self([0; N]);

    /// This text; `None` when it does not fit.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut field = [0; N];
        let (last, room) = field.split_last_mut()?;
        *last = u8::try_from(encode(text, room)?).ok()?;
        Some(Self(field))
    }

    /// As much of this text as fits, whole characters of it.
    #[must_use]
    pub fn cut(text: &str) -> Self {
        let ends = text.char_indices().map(|(at, character)| at + character.len_utf8());
        // A longer text may be wide where a shorter one is narrow, but never takes less room.
        let fits = ends.take_while(|&end| encoded_len(&text[..end]) < N).last().unwrap_or(0);
        Self::new(&text[..fits]).unwrap_or(Self::EMPTY)
    }

    /// The bytes of the text: compressed Unicode.
    pub fn compressed(&self) -> Result<&[u8], Malformed> {
        let (&len, room) = self.0.split_last().ok_or(Malformed::new("a text without a field", 0))?;
        room.get(..usize::from(len)).ok_or(Malformed::new("a text longer than its field", N - 1))
    }

    /// The characters of the text.
    pub fn chars(&self) -> Result<impl Iterator<Item = char> + Clone + '_, Malformed> {
        decode(self.compressed()?)
    }
}

impl<const N: usize> Default for DString<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> fmt::Debug for DString<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ok(chars) = self.chars() else { return write!(f, "DString({:02x?})", self.0) };
        f.write_str("\"")?;
        chars.flat_map(char::escape_debug).try_for_each(|character| write!(f, "{character}"))?;
        f.write_str("\"")
    }
}

/// Which characters a structure's text is made of (ECMA-167, 1/7.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CharSpec(pub [u8; 64]);

impl CharSpec {
    /// The one that UDF has: OSTA compressed Unicode (OSTA UDF, 2.1.2).
    pub const OSTA: Self = {
        let (mut spec, name) = ([0; 64], *b"OSTA Compressed Unicode");
        let mut at = 0;
        while at < name.len() {
            spec[1 + at] = name[at];
            at += 1;
        }
        Self(spec)
    };
}

impl Default for CharSpec {
    fn default() -> Self {
        Self::OSTA
    }
}

impl fmt::Debug for CharSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.iter().rposition(|&byte| byte != 0).map_or(1, |last| last + 1).max(1);
        write!(f, "CS{} \"{}\"", self.0[0], self.0[1..end].escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;

    use proptest::prelude::*;

    use super::*;

    fn compressed(text: &str) -> ([u8; 16], usize) {
        let mut out = [0xA5; 16];
        let len = encode(text, &mut out).expect("it fits");
        (out, len)
    }

    #[test]
    fn latin_takes_a_byte_and_all_else_two() {
        for (text, bytes) in [
            ("", &[][..]),
            ("Tést\u{FF}", &[8, b'T', 0xE9, b's', b't', 0xFF]),
            ("é\u{100}", &[16, 0, 0xE9, 1, 0]),
            ("日本", &[16, 0x65, 0xE5, 0x67, 0x2C]),
            ("😀", &[16, 0xD8, 0x3D, 0xDE, 0x00]),
        ] {
            let (out, len) = compressed(text);
            assert_eq!(&out[..len], bytes, "{text}");
            assert!(out[len..].iter().all(|&byte| byte == 0xA5), "{text}");
            assert_eq!(decode(bytes).map(String::from_iter).as_deref(), Ok(text));
        }
    }

    #[test]
    fn a_name_has_255_bytes() {
        let mut out = [0; 255];
        assert_eq!(encode(&"x".repeat(254), &mut out), Some(255));
        assert_eq!(encode(&"x".repeat(255), &mut out), None);
        assert_eq!(encode(&"本".repeat(127), &mut out), Some(255));
        assert_eq!(encode(&"本".repeat(128), &mut out), None);
        assert_eq!(encode(&"😀".repeat(64), &mut out), None);
    }

    #[test]
    fn odd_texts_are_read_or_refused() {
        assert_eq!(decode(&[254, b'x']).map(String::from_iter).as_deref(), Ok("x"));
        assert_eq!(decode(&[255, 0, b'x']).map(String::from_iter).as_deref(), Ok("x"));
        assert_eq!(decode(&[16, 0xD8, 0x3D, 0, b'x']).map(String::from_iter).as_deref(), Ok("\u{FFFD}x"));
        assert!(decode(&[16, 0]).is_err());
        assert!(decode(&[9, b'x']).is_err());
        assert!(DString::<4>([8, b'x', 0, 4]).chars().is_err());
    }

    /// The label of a volume by `mkudffs --utf8 --label=Tést`.
    #[test]
    fn a_field_ends_with_its_length() {
        let mut by_mkudffs = [0; 32];
        by_mkudffs[..5].copy_from_slice(&[8, b'T', 0xE9, b's', b't']);
        by_mkudffs[31] = 5;
        assert_eq!(DString::new("Tést"), Some(DString(by_mkudffs)));
        assert_eq!(DString::<32>::new(""), Some(DString::EMPTY));
        assert_eq!(DString::<8>::new("1234567"), None);
        assert_eq!(DString::<8>::cut("1234567"), DString([8, b'1', b'2', b'3', b'4', b'5', b'6', 7]));
        assert_eq!(DString::<8>::cut("12本本"), DString([16, 0, b'1', 0, b'2', 0x67, 0x2C, 7]));
        assert_eq!(DString::<8>::cut("123456本"), DString([8, b'1', b'2', b'3', b'4', b'5', b'6', 7]));
        assert_eq!(DString::<8>::cut("本😀😀"), DString([16, 0x67, 0x2C, 0xD8, 0x3D, 0xDE, 0, 7]));
    }

    proptest! {
        #[test]
        fn text_comes_back(text in ".{0,100}") {
            let mut out = [0; 512];
            let len = encode(&text, &mut out).expect("it fits");
            prop_assert_eq!(len, encoded_len(&text));
            prop_assert!(decode(&out[..len]).expect("ours").eq(text.chars()));
        }

        #[test]
        fn a_cut_text_is_a_beginning(text in ".{0,40}") {
            let cut = DString::<16>::cut(&text);
            let cut: String = cut.chars().expect("ours").collect();
            prop_assert!(text.starts_with(&cut));
        }

        #[test]
        fn no_bytes_panic(bytes: [u8; 32]) {
            let _ = DString(bytes).chars().map(Iterator::count);
        }
    }
}
