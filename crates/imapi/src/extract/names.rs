//! Names that a folder can have at the same time.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    hash::{BuildHasher as _, RandomState},
};

use rustix::{
    fd::AsFd,
    fs::{AtFlags, Mode, OFlags, openat, unlinkat},
};

use super::place::stat;

/// Linux's file systems have names of so many bytes.
const LONGEST: usize = 255;

/// The names that were given in one folder.
#[derive(Debug, Default)]
pub struct Names {
    given: HashSet<Box<[u8]>>,
    /// With which number to go on for names that were given more than once.
    numbers: HashMap<Box<[u8]>, u64>,
}

impl Names {
    /// The name that something gets: its own, or one that looks like it, when the folder has that already or it is too
    /// long. `folds` says that `A` and `a` are one name.
    pub fn give<'a>(&mut self, name: &'a [u8], folds: bool) -> Cow<'a, [u8]> {
        if name.len() <= LONGEST && self.given.insert(key(name, folds)) {
            return Cow::Borrowed(name);
        }
        // One of so many names is free: no more were given. Those that were tried before for this one are not.
        let most = self.given.len() as u64 + 1;
        let number = self.numbers.entry(key(name, folds)).or_insert(1);
        let first = *number;
        for tried in first..=first.saturating_add(most) {
            let other = numbered(name, tried);
            *number = tried + 1;
            if self.given.insert(key(&other, folds)) {
                return Cow::Owned(other);
            }
        }
        Cow::Borrowed(name)
    }
}

fn key(name: &[u8], folds: bool) -> Box<[u8]> {
    match std::str::from_utf8(name) {
        Ok(text) if folds => text.to_lowercase().into_bytes().into(),
        _ => name.into(),
    }
}

/// `name~1.txt`, as long as names may be.
fn numbered(name: &[u8], number: u64) -> Vec<u8> {
    const LONGEST_ENDING: usize = 20;
    let dot = name.iter().rposition(|&byte| byte == b'.').filter(|&dot| dot > 0 && name.len() - dot <= LONGEST_ENDING);
    let (stem, ending) = name.split_at(dot.unwrap_or(name.len()));
    let mark = format!("~{number}");
    let mut end = stem.len().min(LONGEST - ending.len() - mark.len());
    // No character is cut in two.
    while end > 0 && end < stem.len() && stem[end] & 0xC0 == 0x80 {
        end -= 1;
    }
    [&stem[..end], mark.as_bytes(), ending].concat()
}

/// The name as file systems of Windows can have it.
pub fn tamed(name: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(name);
    let tame = |c: char| if c.is_control() || "<>:\"\\|?*\u{FFFD}".contains(c) { '_' } else { c };
    let mut tamed: String = text.chars().map(tame).collect();
    if tamed.ends_with(['.', ' ']) {
        tamed.pop();
        tamed.push('_');
    }
    tamed.into_bytes()
}

/// Whether `A` and `a` are one name in a folder. Where that cannot be found out, they are not.
pub fn folds(folder: impl AsFd) -> bool {
    let folder = folder.as_fd();
    let name = format!(".imapi-{:016x}-a", RandomState::new().hash_one(0));
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    if openat(folder, &name, flags, Mode::RUSR | Mode::WUSR).is_err() {
        return false;
    }
    let folds = stat(folder, name.to_uppercase().as_bytes()).is_ok_and(|found| found.is_some());
    // It is ours, and empty.
    let _ = unlinkat(folder, &name, AtFlags::empty());
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_given_once() {
        let mut names = Names::default();
        let mut give =
            |name: &str, folds| String::from_utf8(names.give(name.as_bytes(), folds).into_owned()).expect("text");
        assert_eq!(give("a.tar", false), "a.tar");
        assert_eq!(give("A.tar", false), "A.tar");
        assert_eq!(give("a.tar", false), "a~1.tar");
        assert_eq!(give("a.tar", false), "a~2.tar");
        assert_eq!(give("Ä", true), "Ä");
        assert_eq!(give("ä", true), "ä~1");
        assert_eq!(give(".a", true), ".a");
        assert_eq!(give(".A", true), ".A~1");
    }

    #[test]
    fn long_names_keep_their_ending_and_whole_characters() {
        let mut names = Names::default();
        let long = "ж".repeat(200) + ".txt";
        let given = String::from_utf8(names.give(long.as_bytes(), false).into_owned()).expect("no character was cut");
        assert!(given.len() <= LONGEST && given.ends_with("ж~1.txt"), "{given}");
        let again = String::from_utf8(names.give(long.as_bytes(), false).into_owned()).expect("text");
        assert!(again.ends_with("ж~2.txt"), "{again}");
        assert_eq!(names.give(&[0xFF; 255], false), &[0xFF; 255][..]);
    }

    #[test]
    fn tame_names_have_nothing_that_windows_keeps_for_itself() {
        assert_eq!(tamed(b"a:b?\xFF\n."), b"a_b____");
    }
}
