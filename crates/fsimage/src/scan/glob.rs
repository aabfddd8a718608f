//! [`Globs`]: which files of a folder stay out, by patterns.

use std::{iter::Peekable, str::Chars};

use imapi_errors::{Coded, Fact, HResult, Value, common};

/// Patterns of names and paths, as shells and version control have them.
///
/// A pattern without a slash is about a name, wherever it is. One with a slash is about the path from the scanned folder on,
/// and one that ends in a slash is about folders only. Whatever is in a folder that stays out stays out with it.
///
/// | | |
/// |---|---|
/// | `*` | any characters but a slash |
/// | `**` | any characters: `a/**/b` is also `a/b` |
/// | `?` | one character but a slash; a byte where the name is not UTF-8 |
/// | `[a-z]`, `[!a-z]` | one of these characters; one of all others |
/// | `\*` | the character itself |
///
/// ```
/// use imapi_fsimage::Globs;
///
/// let mut globs = Globs::new();
/// globs.add("*.o")?;
/// globs.add("/build/")?;
/// assert!(globs.matches(b"src/deep/main.o", false));
/// assert!(globs.matches(b"build", true) && !globs.matches(b"src/build", true));
/// # Ok::<(), imapi_fsimage::GlobError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Globs {
    globs: Vec<Glob>,
}

/// A pattern that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GlobError {
    /// There is nothing in it.
    #[error("an empty pattern")]
    Empty,
    /// A set of characters has no end.
    #[error("{pattern:?} has a [ without a ]")]
    Unclosed {
        /// The pattern.
        pattern: String,
    },
    /// It ends in a backslash, which makes the next character plain.
    #[error("{pattern:?} ends in a backslash")]
    Backslash {
        /// The pattern.
        pattern: String,
    },
}

impl Coded for GlobError {
    fn code(&self) -> HResult {
        match self {
            Self::Empty | Self::Unclosed { .. } | Self::Backslash { .. } => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Empty => put(Fact::Given, Value::Text(&"\"\"")),
            Self::Unclosed { pattern } | Self::Backslash { pattern } => put(Fact::Given, Value::Text(pattern)),
        }
    }
}

#[derive(Debug, Clone)]
struct Glob {
    parts: Vec<Part>,
    /// It is about the path, and not about the name alone.
    path: bool,
    folders_only: bool,
}

/// What a pattern is made of.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Plain(char),
    AnyOne,
    OneOf {
        ranges: Vec<(char, char)>,
        not: bool,
    },
    /// Any number of characters but a slash.
    Stretch,
    /// Any number of any characters.
    Deep,
    /// Any number of whole steps, each with its slash: `**/`.
    Steps,
}

impl Globs {
    /// Nothing stays out.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing stays out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// Another pattern.
    pub fn add(&mut self, pattern: &str) -> Result<(), GlobError> {
        self.globs.push(Glob::parse(pattern)?);
        Ok(())
    }

    /// Whether any of them needs the path.
    pub(super) fn need_path(&self) -> bool {
        self.globs.iter().any(|glob| glob.path)
    }

    /// Whether a path from the scanned folder on stays out.
    #[must_use]
    pub fn matches(&self, path: &[u8], folder: bool) -> bool {
        let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or(path);
        self.globs
            .iter()
            .any(|glob| (folder || !glob.folders_only) && glob.matches(if glob.path { path } else { name }))
    }
}

impl Glob {
    fn parse(pattern: &str) -> Result<Self, GlobError> {
        let (folders_only, body) = match pattern.strip_suffix('/') {
            Some(body) if !body.ends_with('\\') => (true, body),
            _ => (false, pattern),
        };
        let path = body.contains('/');
        let body = body.strip_prefix('/').unwrap_or(body);
        if body.is_empty() {
            return Err(GlobError::Empty);
        }
        let told = || pattern.to_string();
        let mut parts = Vec::new();
        let mut rest = body.chars().peekable();
        while let Some(c) = rest.next() {
            let part = match c {
                '?' => Part::AnyOne,
                '\\' => Part::Plain(rest.next().ok_or_else(|| GlobError::Backslash { pattern: told() })?),
                '[' => set(&mut rest).ok_or_else(|| GlobError::Unclosed { pattern: told() })?,
                '*' if rest.next_if_eq(&'*').is_some() => {
                    let begins_step = matches!(parts.last(), None | Some(Part::Plain('/') | Part::Steps));
                    if begins_step && rest.next_if_eq(&'/').is_some() { Part::Steps } else { Part::Deep }
                }
                '*' => Part::Stretch,
                plain => Part::Plain(plain),
            };
            // Many stars are one, and no pattern becomes slow by them.
            match (parts.last(), &part) {
                (Some(Part::Deep), Part::Deep | Part::Stretch) | (Some(Part::Steps), Part::Steps) => {}
                _ => parts.push(part),
            }
        }
        Ok(Self { parts, path, folders_only })
    }

    /// Follows all ways through the pattern at once, so that no name takes longer than its length times the pattern's.
    fn matches(&self, name: &[u8]) -> bool {
        let mut now = vec![false; self.parts.len() + 1];
        let mut next = now.clone();
        self.reach(&mut now, 0);
        let mut rest = name;
        while let Some((c, len)) = first(rest) {
            next.fill(false);
            for (at, part) in self.parts.iter().enumerate().filter(|(at, _)| now[*at]) {
                match part {
                    Part::Stretch if c != Some('/') => self.reach(&mut next, at),
                    Part::Deep => self.reach(&mut next, at),
                    // Left only where a step ends, see below.
                    Part::Steps => next[at] = true,
                    part if part.takes(c) => self.reach(&mut next, at + 1),
                    _ => {}
                }
            }
            if c == Some('/') {
                for at in (0..self.parts.len()).filter(|&at| self.parts[at] == Part::Steps) {
                    if next[at] {
                        self.reach(&mut next, at + 1);
                    }
                }
            }
            std::mem::swap(&mut now, &mut next);
            rest = &rest[len..];
        }
        now[self.parts.len()]
    }

    /// Marks a place, and those behind it that need no character.
    fn reach(&self, places: &mut [bool], at: usize) {
        let stars = self.parts[at..].iter().take_while(|part| part.needs_none()).count();
        places[at..=at + stars].fill(true);
    }
}

impl Part {
    /// Whether it may be nothing.
    fn needs_none(&self) -> bool {
        matches!(self, Self::Stretch | Self::Deep | Self::Steps)
    }

    fn takes(&self, c: Option<char>) -> bool {
        match self {
            Self::Plain(plain) => c == Some(*plain),
            Self::AnyOne => c != Some('/'),
            Self::OneOf { ranges, not } => {
                let among = c.is_some_and(|c| ranges.iter().any(|(first, last)| (*first..=*last).contains(&c)));
                among != *not && c != Some('/')
            }
            Self::Stretch | Self::Deep | Self::Steps => false,
        }
    }
}

/// What follows a `[`, up to its end.
fn set(rest: &mut Peekable<Chars<'_>>) -> Option<Part> {
    let not = rest.next_if(|c| matches!(c, '!' | '^')).is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match rest.next()? {
            ']' if !ranges.is_empty() => return Some(Part::OneOf { ranges, not }),
            '\\' => rest.next()?,
            c => c,
        };
        let mut ahead = rest.clone();
        // A hyphen at the end is a hyphen.
        let last = match (ahead.next(), ahead.next()) {
            (Some('-'), Some(last)) if last != ']' => {
                rest.nth(1);
                if last == '\\' { rest.next()? } else { last }
            }
            _ => first,
        };
        ranges.push((first, last));
    }
}

/// The first character and its length; a byte that is none counts as one that no pattern names.
fn first(bytes: &[u8]) -> Option<(Option<char>, usize)> {
    let chunk = bytes[..bytes.len().min(4)].utf8_chunks().next()?;
    match chunk.valid().chars().next() {
        Some(c) => Some((Some(c), c.len_utf8())),
        None => Some((None, 1)),
    }
}
