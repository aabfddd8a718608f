//! Names of files and directories in ISO 9660, taken apart and checked, one at a time.

/// A digit, a capital letter, or an underscore (ECMA-119, 7.4.1).
#[must_use]
pub const fn is_d_character(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'_')
}

/// A d-character, a space, or one of `! " % & ' ( ) * + , - . / : ; < = > ?` (ECMA-119, 7.4.1).
#[must_use]
pub const fn is_a_character(byte: u8) -> bool {
    is_d_character(byte) || matches!(byte, b' ' | b'!' | b'"' | b'%'..=b'/' | b':'..=b'?')
}

/// The parts of a file's identifier: `NAME.EXT;1` (ECMA-119, 7.5.1).
///
/// What has more dots than the standard allows is split at the last, as readers do it.
///
/// ```
/// use imapi_volume_structs::iso9660::FileName;
///
/// let name = FileName::split(b"README.TXT;12");
/// assert_eq!((name.name, name.extension, name.version), (&b"README"[..], Some(&b"TXT"[..]), Some(&b"12"[..])));
///
/// let mut out = [0; 16];
/// assert_eq!(name.encode(&mut out), 13);
/// assert_eq!(&out[..13], b"README.TXT;12");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileName<'a> {
    /// What is before the dot.
    pub name: &'a [u8],
    /// What is behind the dot; `None` when there is no dot.
    pub extension: Option<&'a [u8]>,
    /// What is behind the semicolon; `None` when there is none.
    pub version: Option<&'a [u8]>,
}

impl<'a> FileName<'a> {
    /// The parts of an identifier.
    #[must_use]
    pub fn split(identifier: &'a [u8]) -> Self {
        let (rest, version) = split_last(identifier, b';');
        let (name, extension) = split_last(rest, b'.');
        Self { name, extension, version }
    }

    /// The version as a number from 1 to 32767; `None` when it is none.
    #[must_use]
    pub fn version_number(&self) -> Option<u16> {
        let digits = self.version?;
        if digits.is_empty() || digits.len() > 5 || !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = digits.iter().fold(0, |number: u32, digit| number * 10 + u32::from(digit - b'0'));
        u16::try_from(number).ok().filter(|number| (1..=32_767).contains(number))
    }

    /// Bytes of the identifier.
    #[must_use]
    pub fn len(&self) -> usize {
        self.name.len()
            + self.extension.map_or(0, |part| part.len() + 1)
            + self.version.map_or(0, |part| part.len() + 1)
    }

    /// Whether there is nothing, not even a separator.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the identifier and returns its bytes.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than [`len`](Self::len).
    pub fn encode(&self, out: &mut [u8]) -> usize {
        let mut at = 0;
        let parts = [(None, Some(self.name)), (Some(b'.'), self.extension), (Some(b';'), self.version)];
        for (separator, part) in parts {
            let Some(part) = part else { continue };
            for &byte in separator.iter().chain(part) {
                out[at] = byte;
                at += 1;
            }
        }
        at
    }
}

fn split_last(bytes: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match bytes.iter().rposition(|&byte| byte == separator) {
        Some(at) => (&bytes[..at], Some(&bytes[at + 1..])),
        None => (bytes, None),
    }
}

/// What a name may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Level 1 (ECMA-119, 10.1): eight d-characters, and an extension of three.
    One,
    /// Levels 2 and 3 (10.2, 10.3): thirty d-characters in name and extension together, directories thirty-one.
    Two,
    /// What readers take although the standard does not allow it: up to 31 bytes in all, also small letters and the other
    /// characters of ASCII but `/`, `;` and controls, several dots or none, and versions left out.
    Relaxed,
    /// ISO 9660:1999, in the tree of an enhanced volume descriptor: up to 207 bytes of whatever that descriptor says.
    Enhanced,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum NameFault {
    /// There is nothing in it.
    #[error("a name of no characters")]
    Empty,
    /// It is too long, or one of its parts is.
    #[error("{len} characters where {max} are allowed")]
    TooLong {
        /// Its characters; in Joliet units of two bytes.
        len: usize,
        /// How many there may be.
        max: usize,
    },
    /// A character that is not allowed there.
    #[error("a character at byte {at} that is not allowed")]
    Character {
        /// Its byte, counted from 0.
        at: usize,
    },
    /// The version is not a number from 1 to 32767, or it is missing.
    #[error("a version that is not a number from 1 to 32767")]
    Version,
    /// The dot is missing that parts name and extension, also when one of them is empty.
    #[error("no dot between name and extension")]
    NoSeparator,
}

impl Level {
    /// Whether this can identify a file, in one such volume; with its version, where the standard wants one.
    pub fn check_file(self, identifier: &[u8]) -> Result<(), NameFault> {
        let parts = FileName::split(identifier);
        let extension = parts.extension.unwrap_or_default();
        match self {
            Self::Enhanced => return check_any(identifier),
            Self::Relaxed => {
                let unversioned = parts.name.len() + parts.extension.map_or(0, |extension| extension.len() + 1);
                at_most(unversioned, 31)?;
                check_relaxed(&identifier[..unversioned])?;
                return if parts.version.is_some() && parts.version_number().is_none() {
                    Err(NameFault::Version)
                } else {
                    Ok(())
                };
            }
            Self::One => {
                at_most(parts.name.len(), 8)?;
                at_most(extension.len(), 3)?;
            }
            Self::Two => at_most(parts.name.len() + extension.len(), 30)?,
        }
        if parts.name.is_empty() && extension.is_empty() {
            return Err(NameFault::Empty);
        }
        check_d_characters(parts.name, 0)?;
        check_d_characters(extension, parts.name.len() + 1)?;
        if parts.extension.is_none() {
            return Err(NameFault::NoSeparator);
        }
        parts.version_number().map(|_| ()).ok_or(NameFault::Version)
    }

    /// Whether this can identify a directory. The identifiers of a directory itself and of its parent, one byte each, are
    /// no names.
    pub fn check_directory(self, identifier: &[u8]) -> Result<(), NameFault> {
        match self {
            Self::Enhanced => check_any(identifier),
            Self::Relaxed => {
                at_most(identifier.len(), 31)?;
                check_relaxed(identifier)
            }
            Self::One | Self::Two => {
                if identifier.is_empty() {
                    return Err(NameFault::Empty);
                }
                at_most(identifier.len(), if self == Self::One { 8 } else { 31 })?;
                check_d_characters(identifier, 0)
            }
        }
    }
}

fn at_most(len: usize, max: usize) -> Result<(), NameFault> {
    if len > max { Err(NameFault::TooLong { len, max }) } else { Ok(()) }
}

fn check_d_characters(part: &[u8], begins: usize) -> Result<(), NameFault> {
    match part.iter().position(|&byte| !is_d_character(byte)) {
        Some(at) => Err(NameFault::Character { at: begins + at }),
        None => Ok(()),
    }
}

fn check_relaxed(name: &[u8]) -> Result<(), NameFault> {
    if name.is_empty() {
        return Err(NameFault::Empty);
    }
    match name.iter().position(|byte| !matches!(byte, b' '..=b'~') || matches!(byte, b'/' | b';')) {
        Some(at) => Err(NameFault::Character { at }),
        None => Ok(()),
    }
}

fn check_any(name: &[u8]) -> Result<(), NameFault> {
    if matches!(name, [] | [0 | 1]) { Err(NameFault::Empty) } else { at_most(name.len(), 207) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_sets_have_37_and_57_characters() {
        // ECMA-119, 7.4.1 and annex A.
        assert_eq!((0..=255).filter(|&byte| is_d_character(byte)).count(), 37);
        assert_eq!((0..=255).filter(|&byte| is_a_character(byte)).count(), 57);
        assert!(!b"#$@[a".iter().any(|&byte| is_a_character(byte)));
    }

    #[rstest]
    #[case(b"A.;1", Ok(()))]
    #[case(b".B;1", Ok(()))]
    #[case(b"ABCDEFGH.IJK;32767", Ok(()))]
    #[case(b"ABCDEFGHI.IJK;1", Err(NameFault::TooLong { len: 9, max: 8 }))]
    #[case(b"A.HTML;1", Err(NameFault::TooLong { len: 4, max: 3 }))]
    #[case(b"A.B.C;1", Err(NameFault::Character { at: 1 }))]
    #[case(b"a.B;1", Err(NameFault::Character { at: 0 }))]
    #[case(b"A.b;1", Err(NameFault::Character { at: 2 }))]
    #[case(b".;1", Err(NameFault::Empty))]
    #[case(b"", Err(NameFault::Empty))]
    #[case(b"A;1", Err(NameFault::NoSeparator))]
    #[case(b"A.B", Err(NameFault::Version))]
    #[case(b"A.B;0", Err(NameFault::Version))]
    #[case(b"A.B;32768", Err(NameFault::Version))]
    #[case(b"A.B;", Err(NameFault::Version))]
    fn level_1_is_eight_and_three(#[case] identifier: &[u8], #[case] verdict: Result<(), NameFault>) {
        assert_eq!(Level::One.check_file(identifier), verdict);
    }

    #[rstest]
    #[case(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.ABCD;1", Ok(()))]
    #[case(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ.ABCDE;1", Err(NameFault::TooLong { len: 31, max: 30 }))]
    fn level_2_is_thirty_together(#[case] identifier: &[u8], #[case] verdict: Result<(), NameFault>) {
        assert_eq!(Level::Two.check_file(identifier), verdict);
    }

    #[rstest]
    #[case(b"read me.tar.gz", Ok(()))]
    #[case(b"read me.tar.gz;1", Ok(()))]
    #[case(b"a/b", Err(NameFault::Character { at: 1 }))]
    #[case(b"a;b;1", Err(NameFault::Character { at: 1 }))]
    #[case(b"a;b", Err(NameFault::Version))]
    #[case(b";1", Err(NameFault::Empty))]
    #[case(b"caf\xE9", Err(NameFault::Character { at: 3 }))]
    fn relaxed_is_what_readers_take(#[case] identifier: &[u8], #[case] verdict: Result<(), NameFault>) {
        assert_eq!(Level::Relaxed.check_file(identifier), verdict);
    }

    #[test]
    fn directories_have_no_dots() {
        assert_eq!(Level::One.check_directory(b"ABCDEFGH"), Ok(()));
        assert_eq!(Level::One.check_directory(b"ABCDEFGHI"), Err(NameFault::TooLong { len: 9, max: 8 }));
        assert_eq!(Level::Two.check_directory(&[b'A'; 31]), Ok(()));
        assert_eq!(Level::Two.check_directory(&[b'A'; 32]), Err(NameFault::TooLong { len: 32, max: 31 }));
        assert_eq!(Level::Two.check_directory(b"A.B"), Err(NameFault::Character { at: 1 }));
        assert_eq!(Level::Relaxed.check_directory(b"A.B"), Ok(()));
        for level in [Level::One, Level::Two, Level::Relaxed, Level::Enhanced] {
            assert_eq!(level.check_directory(b""), Err(NameFault::Empty));
        }
        assert_eq!(Level::Enhanced.check_directory(&[b'a'; 207]), Ok(()));
        assert_eq!(Level::Enhanced.check_file(&[b'a'; 208]), Err(NameFault::TooLong { len: 208, max: 207 }));
    }

    proptest! {
        #[test]
        fn parts_make_the_identifier_again(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let parts = FileName::split(&bytes);
            let mut out = [0xA5; 40];
            let len = parts.encode(&mut out);
            prop_assert_eq!(&out[..len], &bytes);
            prop_assert_eq!(len, parts.len());
        }

        #[test]
        fn what_the_standard_allows_is_allowed_relaxed(identifier in "[A-Z0-9_]{1,8}\\.[A-Z0-9_]{0,3};[1-9]") {
            for level in [Level::One, Level::Two, Level::Relaxed, Level::Enhanced] {
                prop_assert_eq!(level.check_file(identifier.as_bytes()), Ok(()));
            }
        }
    }
}
