//! Folders that files go into, each opened from the one that it is in, and never through a link.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
};

use rustix::{
    fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, mkdirat, openat, openat2, statat, unlinkat},
    io::Errno,
};

/// What a folder is opened for: to make things in it.
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// A path longer than that is no path for the system: it is gone along piece by piece.
const LONGEST: usize = 4000;

/// Whether a name can only be that of something in its folder.
pub fn is_safe(name: &[u8]) -> bool {
    !name.is_empty() && name != b"." && name != b".." && !name.contains(&b'/') && !name.contains(&0)
}

/// Opens a folder below another one, which path has names that are [safe](is_safe) with slashes between them. No link is
/// followed, whoever made it and whenever.
pub fn open(root: impl AsFd, path: &[u8]) -> io::Result<OwnedFd> {
    let mut at = openat(&root, c".", FOLDER, Mode::empty())?;
    let mut rest = path;
    while !rest.is_empty() {
        let piece = piece(rest);
        at = open_piece(&at, piece)?;
        rest = rest.get(piece.len() + 1..).unwrap_or_default();
    }
    Ok(at)
}

/// As many whole steps of a path as the system takes at once.
fn piece(path: &[u8]) -> &[u8] {
    if path.len() <= LONGEST {
        return path;
    }
    let slash = path[..LONGEST].iter().rposition(|&byte| byte == b'/');
    &path[..slash.unwrap_or(path.len())]
}

fn open_piece(at: &OwnedFd, piece: &[u8]) -> Result<OwnedFd, Errno> {
    let beneath = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match openat2(at, piece, FOLDER, Mode::empty(), beneath) {
        // Old kernels do not know the call, and what guards programs may forbid it.
        Err(Errno::NOSYS | Errno::PERM | Errno::AGAIN) => step_by_step(at, piece),
        opened => opened,
    }
}

fn step_by_step(at: &OwnedFd, piece: &[u8]) -> Result<OwnedFd, Errno> {
    let mut steps = piece.split(|&byte| byte == b'/');
    let first = steps.next().unwrap_or_default();
    let opened = openat(at, first, FOLDER, Mode::empty())?;
    steps.try_fold(opened, |at, step| openat(&at, step, FOLDER, Mode::empty()))
}

/// Makes a folder in a folder, unless there is one; says whether it did. A link to a folder is none.
pub fn make(folder: impl AsFd, name: &[u8], mode: Mode, replace: bool) -> Result<bool, Errno> {
    let folder = folder.as_fd();
    match mkdirat(folder, name, mode) {
        Ok(()) => Ok(true),
        Err(Errno::EXIST) => match stat(folder, name)? {
            Some(found) if FileType::from_raw_mode(found.st_mode) == FileType::Directory => Ok(false),
            Some(_) if replace => {
                unlinkat(folder, name, AtFlags::empty())?;
                mkdirat(folder, name, mode).map(|()| true)
            }
            _ => Err(Errno::EXIST),
        },
        Err(error) => Err(error),
    }
}

/// What there is of that name, a link itself and not what it leads to.
pub fn stat(folder: impl AsFd, name: &[u8]) -> Result<Option<Stat>, Errno> {
    match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(found) => Ok(Some(found)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    #[test]
    fn no_link_is_followed_on_the_way() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let (inside, outside) = (temporary.path().join("in"), temporary.path().join("out"));
        fs::create_dir_all(inside.join("a/b")).expect("new");
        fs::create_dir_all(outside.join("b")).expect("new");
        symlink(&outside, inside.join("link")).expect("new");
        symlink("../b", inside.join("a/up")).expect("new");
        let root = fs::File::open(&inside).expect("a folder");
        for path in ["", "a", "a/b"] {
            open(&root, path.as_bytes()).expect(path);
            let opened = openat(&root, ".", FOLDER, Mode::empty()).expect("a folder");
            if !path.is_empty() {
                step_by_step(&opened, path.as_bytes()).expect(path);
            }
        }
        for path in ["link", "link/b", "a/up", "../out", "a/../../out", "/"] {
            assert!(open(&root, path.as_bytes()).is_err(), "{path}");
        }
        let opened = openat(&root, ".", FOLDER, Mode::empty()).expect("a folder");
        for path in ["link", "link/b", "a/up"] {
            assert!(step_by_step(&opened, path.as_bytes()).is_err(), "{path}");
        }
        assert_eq!(make(&root, b"link", Mode::RWXU, false), Err(Errno::EXIST));
        assert_eq!(make(&root, b"a", Mode::RWXU, false), Ok(false));
        assert_eq!(make(&root, b"link", Mode::RWXU, true), Ok(true));
        assert!(outside.join("b").exists());
    }

    #[test]
    fn paths_longer_than_the_system_takes_are_gone_along_all_the_same() {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let root = fs::File::open(temporary.path()).expect("a folder");
        let (name, mut path) = ("n".repeat(200), Vec::new());
        for _ in 0..50 {
            let folder = open(&root, &path).expect("it was just made");
            make(&folder, name.as_bytes(), Mode::RWXU, false).expect("new");
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name.as_bytes());
        }
        assert!(path.len() > 10_000);
        open(&root, &path).expect("all are there");
    }

    #[test]
    fn names_that_lead_elsewhere_are_none() {
        for name in ["", ".", "..", "a/b", "/", "a\0"] {
            assert!(!is_safe(name.as_bytes()), "{name:?}");
        }
        for name in [&b"..."[..], b".a", b"\xFF", b" ", b"a\\b"] {
            assert!(is_safe(name));
        }
    }
}
