//! [`Selection`]: the files of a volume that somebody named.

use std::sync::atomic::{AtomicBool, Ordering};

/// The files of a volume that somebody named; all of them when nobody named any.
///
/// A [`Pattern`] is a path in the volume. What is in a folder that was named is named, too. `*`, `?` and `[a-z]` stand for
/// characters of a name, `**` for any number of folders; a name that has such characters itself is also just that name.
#[derive(Debug, Default)]
pub struct Selection {
    patterns: Vec<Pattern>,
}

/// A path in a volume, maybe with characters that stand for others.
#[derive(Debug)]
pub struct Pattern {
    text: String,
    steps: Vec<Vec<u8>>,
    met: AtomicBool,
}

/// What becomes of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was not named.
    LeftOut,
    /// It was not named, but something in it may have been.
    Entered,
    /// It was named, or is in what was named.
    Taken,
}

impl Pattern {
    /// A path, with slashes between its steps; one at the beginning or end means nothing.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let steps = text.split('/').filter(|step| !step.is_empty() && *step != ".");
        let steps = steps.map(|step| step.as_bytes().to_vec()).collect();
        Self { text: text.to_owned(), steps, met: AtomicBool::new(false) }
    }

    /// As it was given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    fn fate(&self, path: &[u8]) -> Fate {
        let names: Vec<&[u8]> = path.split(|&byte| byte == b'/').filter(|name| !name.is_empty()).collect();
        let fate = fate(&self.steps, &names);
        if fate == Fate::Taken {
            self.met.store(true, Ordering::Relaxed);
        }
        fate
    }
}

fn fate(steps: &[Vec<u8>], names: &[&[u8]]) -> Fate {
    let Some((step, later)) = steps.split_first() else { return Fate::Taken };
    let Some((name, rest)) = names.split_first() else { return Fate::Entered };
    if step == b"**" {
        return fate(later, names).max(fate(steps, rest));
    }
    if step == name || is_like(step, name) { fate(later, rest) } else { Fate::LeftOut }
}

impl Selection {
    /// The files with these paths.
    #[must_use]
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        Self { patterns: paths.into_iter().map(Pattern::new).collect() }
    }

    /// What becomes of a path: the names on the way to it and its own, with `/` between them.
    #[must_use]
    pub fn fate(&self, path: &[u8]) -> Fate {
        if self.patterns.is_empty() {
            return Fate::Taken;
        }
        // All are asked, so that each knows whether it was met.
        self.patterns.iter().map(|pattern| pattern.fate(path)).max().unwrap_or(Fate::LeftOut)
    }

    /// The patterns that no path was like, as far as they were asked.
    pub fn never_met(&self) -> impl Iterator<Item = &Pattern> {
        self.patterns.iter().filter(|pattern| !pattern.met.load(Ordering::Relaxed))
    }
}

/// One character of a pattern or a name: a byte where it is no UTF-8.
fn character(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let first = *bytes.first()?;
    let len = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    let whole = bytes.get(..len).and_then(|bytes| std::str::from_utf8(bytes).ok()).and_then(|text| text.chars().next());
    Some(whole.map_or((u32::from(first) | 0x8000_0000, &bytes[1..]), |c| (u32::from(c), &bytes[len..])))
}

/// Whether a name is as a pattern says.
fn is_like(pattern: &[u8], name: &[u8]) -> bool {
    let (mut pattern, mut name) = (pattern, name);
    // Where to go on when the last star has to stand for one character more.
    let mut star: Option<(&[u8], &[u8])> = None;
    loop {
        let rest = match (pattern.first(), character(name)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                star = Some((&pattern[1..], name));
                Some((&pattern[1..], name))
            }
            (Some(_), Some((c, rest))) => one(pattern, c).map(|pattern| (pattern, rest)),
            _ => None,
        };
        (pattern, name) = match (rest, star) {
            (Some(rest), _) => rest,
            (None, Some((behind, from))) => {
                let Some((_, rest)) = character(from) else { return false };
                star = Some((behind, rest));
                (behind, rest)
            }
            (None, None) => return false,
        };
    }
}

/// The rest of the pattern, when what it begins with stands for that character.
fn one(pattern: &[u8], c: u32) -> Option<&[u8]> {
    let (first, rest) = character(pattern)?;
    match char::from_u32(first) {
        Some('?') => Some(rest),
        Some('\\') if !rest.is_empty() => character(rest).and_then(|(plain, rest)| (plain == c).then_some(rest)),
        Some('[') => match set(rest, c) {
            Some((is_in, rest)) => is_in.then_some(rest),
            // A set without an end is a bracket.
            None => (first == c).then_some(rest),
        },
        _ => (first == c).then_some(rest),
    }
}

/// Whether a character is in a set, and what follows the set.
fn set(set: &[u8], c: u32) -> Option<(bool, &[u8])> {
    let (not, mut rest) = match set.first()? {
        b'!' | b'^' => (true, &set[1..]),
        _ => (false, set),
    };
    let (mut is_in, mut first) = (false, true);
    loop {
        let (low, behind) = character(rest)?;
        if low == u32::from(']') && !first {
            return Some((is_in != not, behind));
        }
        first = false;
        let range = behind.strip_prefix(b"-").and_then(character).filter(|(high, _)| *high != u32::from(']'));
        let (high, behind) = range.unwrap_or((low, behind));
        is_in |= (low..=high).contains(&c);
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_a_named_folder_is_named_and_the_way_to_it_is_entered() {
        let selection = Selection::new(["/docs/old/", "*.txt", "a/**/z"]);
        let fates = [
            ("docs", Fate::Entered),
            ("docs/old", Fate::Taken),
            ("docs/old/deep/file", Fate::Taken),
            ("docs/new", Fate::LeftOut),
            ("read.txt", Fate::Taken),
            ("docs/read.txt", Fate::LeftOut),
            ("a", Fate::Entered),
            ("a/b/c", Fate::Entered),
            ("a/z", Fate::Taken),
            ("a/b/c/z", Fate::Taken),
            ("", Fate::Entered),
        ];
        for (path, fate) in fates {
            assert_eq!(selection.fate(path.as_bytes()), fate, "{path}");
        }
        assert_eq!(Selection::default().fate(b"anything"), Fate::Taken);
    }

    #[test]
    fn patterns_that_were_never_met_are_known() {
        let selection = Selection::new(["here", "nowhere/*"]);
        let _ = selection.fate(b"here/file");
        assert_eq!(selection.never_met().map(Pattern::text).collect::<Vec<_>>(), ["nowhere/*"]);
    }

    #[test]
    fn characters_stand_for_others_as_in_shells() {
        let like = |pattern: &str, name: &[u8]| is_like(pattern.as_bytes(), name);
        assert!(like("*", b"") && like("a*c*e", b"abcde") && like("*.*", b".") && !like("a*c", b"abcd"));
        assert!(like("?", "ö".as_bytes()) && like("?", b"\xF6") && !like("?", b"") && !like("?", b"ab"));
        assert!(like("[a-c]x", b"bx") && !like("[!a-c]x", b"bx") && like("[]]", b"]") && like("[а-я]", "ж".as_bytes()));
        assert!(like("\\*", b"*") && !like("\\*", b"a") && like("[", b"[") && like("a[b", b"a[b"));
        // What would take for ever if all ways were tried.
        assert!(!like(&"a*".repeat(40), &[b'a'; 39]));
        assert!(like(&"*a".repeat(40), &[b'a'; 5000]));
    }

    #[test]
    fn a_name_is_also_just_that_name() {
        assert_eq!(Selection::new(["a[b]c"]).fate(b"a[b]c"), Fate::Taken);
        assert_eq!(Selection::new(["a[b]c"]).fate(b"abc"), Fate::Taken);
    }
}
