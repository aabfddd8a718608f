//! Paths as IMAPI has them: `/` and `\` both part names.

use super::ImageError;
use crate::{Kind, NodeId, Tree, TreeError};

/// The most characters of a name.
const MOST_CHARACTERS: usize = 255;

fn text(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

fn is_separator(byte: u8) -> bool {
    byte == b'/' || byte == b'\\'
}

/// Whether that can be a name: no path, nothing that means a folder by its place.
pub(super) fn is_name(name: &[u8]) -> bool {
    let short = name.len() <= MOST_CHARACTERS || String::from_utf8_lossy(name).chars().count() <= MOST_CHARACTERS;
    let free = !name.iter().any(|&byte| is_separator(byte) || byte == 0);
    short && free && !name.is_empty() && name != b"." && name != b".."
}

/// The names of a path that begins at a folder. Those of the root may begin with a separator.
pub(super) fn relative(path: &[u8], folder: NodeId) -> Result<Vec<&[u8]>, ImageError> {
    let rest = match path.split_first() {
        Some((&first, rest)) if folder == NodeId::ROOT && is_separator(first) => rest,
        _ => path,
    };
    names(rest, path)
}

/// The names of a path that begins at the root; none of the root itself.
pub(super) fn full(path: &[u8]) -> Result<Vec<&[u8]>, ImageError> {
    match path.split_first() {
        Some((&first, [])) if is_separator(first) => Ok(Vec::new()),
        Some((&first, rest)) if is_separator(first) => names(rest, path),
        _ => Err(ImageError::Path { path: text(path) }),
    }
}

/// Whether a path means all that is in the root.
pub(super) fn is_root(path: &[u8]) -> bool {
    matches!(path, [only] if is_separator(*only))
}

fn names<'a>(rest: &'a [u8], whole: &[u8]) -> Result<Vec<&'a [u8]>, ImageError> {
    let names: Vec<&[u8]> = rest.split(|&byte| is_separator(byte)).collect();
    if names.iter().all(|name| is_name(name)) { Ok(names) } else { Err(ImageError::Path { path: text(whole) }) }
}

/// The folder of the last name, which need not be there.
pub(super) fn parent<'a>(tree: &Tree, folder: NodeId, names: &[&'a [u8]]) -> Result<(NodeId, &'a [u8]), ImageError> {
    let (&last, before) = names.split_last().ok_or_else(|| ImageError::Path { path: String::new() })?;
    let mut at = folder;
    for name in before {
        at = match tree.child(at, name) {
            None => return Err(ImageError::DirectoryNotFound { path: below(tree, at, name) }),
            Some(next) if tree.kind(next) == Kind::Directory => next,
            Some(file) => return Err(TreeError::NotADirectory { path: tree.path(file) }.into()),
        };
    }
    Ok((at, last))
}

/// The path that a name has in a folder.
pub(super) fn below(tree: &Tree, folder: NodeId, name: &[u8]) -> String {
    tree.path(folder).trim_end_matches('/').to_string() + "/" + &text(name)
}

#[cfg(test)]
mod tests {
    use imapi_errors::{Coded, fs};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("a/b\\c", &["a", "b", "c"])]
    #[case("\\a\\b", &["a", "b"])]
    #[case("/a", &["a"])]
    #[case("a...", &["a..."])]
    fn both_separators_part_names(#[case] path: &str, #[case] expected: &[&str]) {
        let found = relative(path.as_bytes(), NodeId::ROOT).expect(path);
        assert_eq!(found, expected.iter().map(|name| name.as_bytes()).collect::<Vec<_>>());
    }

    #[rstest]
    #[case::empty("")]
    #[case::empty_part("a//b")]
    #[case::empty_end("a\\")]
    #[case::twice("//a")]
    #[case::here("a/.")]
    #[case::above("../a")]
    #[case::nul("a\0b")]
    fn what_is_no_path_is_refused(#[case] path: &str) {
        for folder in [true, false] {
            let found = if folder { relative(path.as_bytes(), NodeId::ROOT) } else { full(path.as_bytes()) };
            assert_eq!(found.expect_err(path).code(), fs::IMAPI_E_INVALID_PATH);
        }
    }

    #[test]
    fn a_full_path_begins_at_the_root() {
        assert_eq!(full(b"\\").expect("the root"), Vec::<&[u8]>::new());
        assert_eq!(full(b"/a/b").expect("a path"), [b"a", b"b"]);
        assert!(full(b"a/b").is_err() && full(b"").is_err());
        assert!(is_root(b"/") && is_root(b"\\") && !is_root(b"/a"));
    }

    #[test]
    fn a_name_has_at_most_255_characters() {
        assert!(is_name("日".repeat(255).as_bytes()));
        assert!(!is_name("日".repeat(256).as_bytes()) && !is_name(&[b'x'; 256]));
    }
}
