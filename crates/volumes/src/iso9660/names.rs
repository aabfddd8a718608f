//! [`Letters`]: names as ISO 9660 itself and Joliet have them.

use imapi_volume_structs::iso9660::joliet;

use crate::Names;

/// In which letters the names of a tree are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// A byte each: ISO 9660.
    Narrow,
    /// Two bytes each: Joliet.
    Wide,
}

impl Letters {
    /// Those of such names.
    pub const fn of(names: Names) -> Self {
        if matches!(names, Names::Joliet) { Self::Wide } else { Self::Narrow }
    }

    /// Writes the name that people know a file by.
    pub fn read(self, identifier: &[u8], out: &mut Vec<u8>) {
        out.clear();
        match self {
            Self::Narrow => narrow(identifier, out),
            Self::Wide => wide(identifier, out),
        }
    }
}

/// Linux leaves out a version that is 1, and the dot before it when nothing is behind that; other semicolons it makes dots.
/// Here letters stay as large as they are.
fn narrow(identifier: &[u8], out: &mut Vec<u8>) {
    let unversioned = identifier.strip_suffix(b";1").unwrap_or(identifier);
    let dotless = match unversioned.strip_suffix(b".") {
        Some(dotless) if unversioned.len() < identifier.len() => dotless,
        _ => unversioned,
    };
    let name = [dotless, unversioned, identifier].into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    out.extend(name.iter().map(|&byte| if byte == b';' { b'.' } else { byte }));
}

/// Linux leaves out a version that is 1, and dots at the end, which Windows does not like.
fn wide(identifier: &[u8], out: &mut Vec<u8>) {
    let mut letter = [0; 4];
    joliet::decode(identifier).for_each(|c| out.extend_from_slice(c.encode_utf8(&mut letter).as_bytes()));
    if out.len() > 2 && out.ends_with(b";1") {
        out.truncate(out.len() - 2);
    }
    while out.len() > 1 && out.ends_with(b".") {
        out.pop();
    }
}

/// Makes a name of what cannot be one: `/` and zeros become `_`, and so do the dots of `.` and `..`. Whether it was one.
pub fn make_harmless(name: &mut [u8]) -> bool {
    let all = matches!(name, [b'.'] | [b'.', b'.']);
    let mut harmless = true;
    for byte in name.iter_mut().filter(|byte| all || matches!(**byte, b'/' | 0)) {
        *byte = b'_';
        harmless = false;
    }
    harmless
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"README.TXT;1", b"README.TXT")]
    #[case(b"README.;1", b"README")]
    #[case(b"README.", b"README.")]
    #[case(b"README", b"README")]
    #[case(b"a.b.c;1", b"a.b.c")]
    #[case(b"A.TXT;2", b"A.TXT.2")]
    #[case(b";1", b".1")]
    #[case(b".;1", b".")]
    fn a_version_of_one_is_not_told(#[case] identifier: &[u8], #[case] name: &[u8]) {
        let mut out = b"before".to_vec();
        Letters::Narrow.read(identifier, &mut out);
        assert_eq!(out, name);
    }

    #[rstest]
    #[case("Überlänge 😀.txt;1", "Überlänge 😀.txt")]
    #[case("dots...", "dots")]
    #[case("a.;1", "a")]
    #[case("..", ".")]
    #[case(";1", ";1")]
    #[case("a;2", "a;2")]
    fn wide_names_are_utf_16(#[case] identifier: &str, #[case] name: &str) {
        let bytes: Vec<u8> = identifier.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut out = b"before".to_vec();
        Letters::Wide.read(&bytes, &mut out);
        assert_eq!(String::from_utf8(out).as_deref(), Ok(name));
    }

    #[rstest]
    #[case(b"a", b"a", true)]
    #[case(b"...", b"...", true)]
    #[case(b"..", b"__", false)]
    #[case(b".", b"_", false)]
    #[case(b"../etc\0", b".._etc_", false)]
    fn no_name_is_a_path(#[case] name: &[u8], #[case] expected: &[u8], #[case] harmless: bool) {
        let mut made = name.to_vec();
        assert_eq!((make_harmless(&mut made), made), (harmless, expected.to_vec()));
    }
}
