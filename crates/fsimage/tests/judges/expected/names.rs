//! The rules of names, stated once more and without looking at the code that makes them.

use std::collections::{HashMap, HashSet};

use crate::kinds::{Kind, View};

/// Which names a file system allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Eight characters, a dot and three.
    Eight,
    /// Thirty, and a dot.
    Thirty,
    /// Thirty-one of ASCII.
    Relaxed,
    /// Sixty-four units of UTF-16.
    Joliet,
    /// As many characters as fit into 254 bytes, one each when none is beyond Latin 1 and two else.
    Udf,
}

impl Rule {
    pub fn of(kind: Kind, view: View) -> Self {
        match (kind, view) {
            (_, View::Joliet) => Self::Joliet,
            (_, View::Udf) => Self::Udf,
            (Kind::LevelOne, _) => Self::Eight,
            (Kind::Relaxed, _) => Self::Relaxed,
            _ => Self::Thirty,
        }
    }

    /// Whether a name is legal; of a file without a version.
    fn allows(self, name: &str, is_folder: bool) -> bool {
        let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        match self {
            Self::Eight | Self::Thirty => {
                let (most, extension_most) = if self == Self::Eight { (8, 3) } else { (31, 30) };
                let fits = stem.len() <= most && extension.len() <= extension_most;
                let together = stem.len() + extension.len();
                let whole = if is_folder { 31 } else { 30 };
                let shape = if is_folder { !name.contains('.') } else { true };
                fits && together > 0 && together <= whole && shape && stem.chars().chain(extension.chars()).all(capital)
            }
            Self::Relaxed => name.len() <= 31 && name.chars().all(|c| matches!(c, ' '..='~') && !"/;".contains(c)),
            Self::Udf if name.chars().all(|c| u32::from(c) <= 0xFF) => name.chars().count() <= 254,
            Self::Udf => name.encode_utf16().count() <= 127,
            Self::Joliet => {
                // 0 to 31 are no characters for it; those it names besides have a meaning to DOS.
                name.encode_utf16().count() <= 64 && name.chars().all(|c| u32::from(c) > 31 && !"*/:;?\\".contains(c))
            }
        }
    }

    /// By what its readers tell names from each other: none but UDF's by capitals.
    fn key(self, name: &str) -> String {
        if self == Self::Udf { name.to_string() } else { name.to_lowercase() }
    }

    /// What a name of the corpus would be, were it only for capitals.
    fn simple(self, name: &str) -> String {
        if matches!(self, Self::Eight | Self::Thirty) { name.to_ascii_uppercase() } else { name.to_string() }
    }
}

/// Checks what became of the names of a folder: pairs of the corpus's and the image's, and whether it is a folder.
pub fn check(rule: Rule, names: &[(&[u8], &[u8], bool)]) {
    let mut seen = HashSet::new();
    let mut rivals: HashMap<String, usize> = HashMap::new();
    for source in names.iter().filter_map(|(source, _, _)| std::str::from_utf8(source).ok()) {
        *rivals.entry(rule.key(source)).or_default() += 1;
    }
    for (source, shown, is_folder) in names {
        let about = format!("{rule:?}: {} became {}", source.escape_ascii(), shown.escape_ascii());
        let shown = std::str::from_utf8(shown).expect("these file systems have text");
        // Files without an extension have a dot all the same, where the standard is strict.
        let bare = if *is_folder || rule == Rule::Udf { shown } else { shown.strip_suffix('.').unwrap_or(shown) };
        assert!(rule.allows(bare, *is_folder), "{about}, which is not allowed");
        assert!(rule == Rule::Joliet || !bare.is_empty(), "{about}");
        assert!(seen.insert(rule.key(bare)), "{about}, which is there twice");
        let Ok(source) = std::str::from_utf8(source) else { continue };
        let simple = rule.simple(source);
        let odd =
            simple.ends_with(['.', ' ']) || simple.contains(" .") || simple.starts_with('.') && rule != Rule::Joliet;
        let kept = rule.allows(&simple, *is_folder) && (rule == Rule::Udf || !odd);
        if kept && rivals[&rule.key(source)] == 1 {
            assert_eq!(bare, simple, "{about}, though nothing was wrong with it");
        }
    }
}
