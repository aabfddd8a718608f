//! The orders in which directories (ECMA-119, 9.3) and path tables (6.9.1) are sorted.
//!
//! Shorter names are compared as if they were filled up to the length of the longer: with spaces in ISO 9660, with zeros
//! in Joliet. So `A` comes before `A!`, and in ISO 9660 it would be equal to `A `, which no name may end with.

use core::cmp::Ordering;

use super::{FileFlags, FileName};

/// What shorter names are filled up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filler {
    /// Spaces: ISO 9660.
    Space,
    /// Zeros: Joliet, where names are of two bytes a unit.
    Zero,
}

impl Filler {
    const fn byte(self) -> u8 {
        match self {
            Self::Space => b' ',
            Self::Zero => 0,
        }
    }

    /// The width of a character.
    const fn width(self) -> usize {
        match self {
            Self::Space => 1,
            Self::Zero => 2,
        }
    }
}

/// How two records of one directory are to be ordered: by name, by extension, the highest version first, and of two files
/// of one name the associated one first. The sections of one file are equal, and stay in their order.
///
/// The directory itself and its parent come before all others.
#[must_use]
pub fn compare_records(a: (&[u8], FileFlags), b: (&[u8], FileFlags), filler: Filler) -> Ordering {
    let special = |identifier: &[u8]| match identifier {
        [0] => 0,
        [1] => 1,
        _ => 2,
    };
    special(a.0)
        .cmp(&special(b.0))
        .then_with(|| early_difference(a.0, b.0, filler).unwrap_or_else(|| compare_parts(a, b, filler)))
}

/// Most names differ before their first separator; then that decides, and no name has to be taken apart.
fn early_difference(a: &[u8], b: &[u8], filler: Filler) -> Option<Ordering> {
    let separator = |byte: u8| matches!(byte, b'.' | b';');
    let at = a.iter().zip(b).position(|(&a, &b)| a != b || separator(a))?;
    // The upper half of a unit does not tell whether its lower half makes it a separator.
    let whole = at % filler.width() == filler.width() - 1;
    (whole && !separator(a[at]) && !separator(b[at])).then(|| a[at].cmp(&b[at]))
}

fn compare_parts(a: (&[u8], FileFlags), b: (&[u8], FileFlags), filler: Filler) -> Ordering {
    let (left, right) = (Parts::of(a.0, filler), Parts::of(b.0, filler));
    compare_filled(left.name, right.name, filler.byte())
        .then_with(|| compare_filled(left.extension, right.extension, filler.byte()))
        .then_with(|| compare_versions(right.version, left.version))
        .then_with(|| b.1.contains(FileFlags::ASSOCIATED).cmp(&a.1.contains(FileFlags::ASSOCIATED)))
}

/// How two records of a path table are to be ordered whose directories are on the same level: by the number of their
/// parent, and then by name.
#[must_use]
pub fn compare_path_records(a: (u16, &[u8]), b: (u16, &[u8]), filler: Filler) -> Ordering {
    a.0.cmp(&b.0).then_with(|| compare_filled(a.1, b.1, filler.byte()))
}

/// Compares as if the shorter were filled up at its end.
#[must_use]
pub fn compare_filled(a: &[u8], b: &[u8], filler: u8) -> Ordering {
    let common = a.len().min(b.len());
    let rest =
        |longer: &[u8]| longer.iter().find(|&&byte| byte != filler).map_or(Ordering::Equal, |byte| byte.cmp(&filler));
    a[..common].cmp(&b[..common]).then_with(|| match a.len().cmp(&b.len()) {
        Ordering::Less => rest(&b[common..]).reverse(),
        Ordering::Equal => Ordering::Equal,
        Ordering::Greater => rest(&a[common..]),
    })
}

/// Compares digits as if the shorter were filled up with zeros at its beginning.
fn compare_versions(a: &[u8], b: &[u8]) -> Ordering {
    let digits = |version: &[u8]| version.iter().position(|&byte| !matches!(byte, 0 | b'0')).unwrap_or(version.len());
    let (a, b) = (&a[digits(a)..], &b[digits(b)..]);
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A name in parts, each in its own bytes.
struct Parts<'a> {
    name: &'a [u8],
    extension: &'a [u8],
    version: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(identifier: &'a [u8], filler: Filler) -> Self {
        if filler == Filler::Space {
            let parts = FileName::split(identifier);
            return Self {
                name: parts.name,
                extension: parts.extension.unwrap_or_default(),
                version: parts.version.unwrap_or_default(),
            };
        }
        let (rest, version) = split_last_wide(identifier, b';', filler.width());
        let (name, extension) = split_last_wide(rest, b'.', filler.width());
        Self { name, extension, version }
    }
}

fn split_last_wide(bytes: &[u8], separator: u8, width: usize) -> (&[u8], &[u8]) {
    match bytes.chunks_exact(width).rposition(|unit| unit == [0, separator]) {
        Some(unit) => (&bytes[..unit * width], &bytes[(unit + 1) * width..]),
        None => (bytes, &[]),
    }
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    fn sorted(mut names: Vec<&[u8]>) -> Vec<&[u8]> {
        names.sort_by(|a, b| compare_records((a, FileFlags::NONE), (b, FileFlags::NONE), Filler::Space));
        names
    }

    #[test]
    fn names_come_before_extensions_and_high_versions_before_low() {
        let right: Vec<&[u8]> =
            vec![&[0], &[1], b"A.;1", b"A.TXT;10", b"A.TXT;9", b"A.TXT;1", b"AB.;1", b"A_B.AAA;1", b"B", b"B.A;1"];
        let mut wrong = right.clone();
        wrong.reverse();
        assert_eq!(sorted(wrong), right);
    }

    /// Byte by byte `-` would come before `.`, and FOO-B before FOO.
    #[test]
    fn the_dot_is_no_character() {
        assert_eq!(sorted(vec![b"FOO-B.A;1", b"FOO.Z;1"]), [&b"FOO.Z;1"[..], b"FOO-B.A;1"]);
    }

    #[test]
    fn an_associated_file_comes_first() {
        let associated = (&b"A.;1"[..], FileFlags::ASSOCIATED);
        let plain = (&b"A.;1"[..], FileFlags::NONE);
        assert_eq!(compare_records(associated, plain, Filler::Space), Ordering::Less);
        assert_eq!(compare_records(plain, plain, Filler::Space), Ordering::Equal);
    }

    #[test]
    fn path_tables_go_by_parent_and_name() {
        let mut records = [(2, &b"A"[..]), (1, b"BB"), (1, b"B"), (1, b"A")];
        records.sort_by(|&a, &b| compare_path_records(a, b, Filler::Space));
        assert_eq!(records, [(1, &b"A"[..]), (1, b"B"), (1, b"BB"), (2, b"A")]);
    }

    #[test]
    fn the_filler_counts() {
        assert_eq!(compare_filled(b"A", b"A\x1F", b' '), Ordering::Greater);
        assert_eq!(compare_filled(b"A", b"A\x1F", 0), Ordering::Less);
        assert_eq!(compare_filled(b"A", b"A  ", b' '), Ordering::Equal);
    }

    #[test]
    fn joliet_compares_units() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        let order =
            |a: &str, b: &str| compare_records((&wide(a), FileFlags::NONE), (&wide(b), FileFlags::NONE), Filler::Zero);
        assert_eq!(order("a.b", "a-b.a"), Ordering::Less);
        assert_eq!(order("é", "z"), Ordering::Greater);
        assert_eq!(order("a;2", "a;1"), Ordering::Less);
        // The second byte of U+013B is that of a semicolon.
        assert_eq!(order("a\u{13B}b", "a\u{13B}c"), Ordering::Less);
    }

    proptest! {
        #[test]
        fn the_short_way_is_as_right_as_the_long(a in "[AB.;\\x00]{0,6}", b in "[AB.;\\x00]{0,6}", zero: bool) {
            let filler = if zero { Filler::Zero } else { Filler::Space };
            if let Some(order) = early_difference(a.as_bytes(), b.as_bytes(), filler) {
                let [a, b] = [&a, &b].map(|name| (name.as_bytes(), FileFlags::NONE));
                prop_assert_eq!(order, compare_parts(a, b, filler));
            }
        }

        #[test]
        fn it_is_an_order(names: [Vec<u8>; 3], zero: bool) {
            let filler = if zero { Filler::Zero } else { Filler::Space };
            let compare = |a: &Vec<u8>, b: &Vec<u8>| {
                compare_records((a, FileFlags::NONE), (b, FileFlags::NONE), filler)
            };
            let [a, b, c] = &names;
            prop_assert_eq!(compare(a, b), compare(b, a).reverse());
            if compare(a, b) != Ordering::Greater && compare(b, c) != Ordering::Greater {
                prop_assert_ne!(compare(a, c), Ordering::Greater);
            }
        }
    }
}
