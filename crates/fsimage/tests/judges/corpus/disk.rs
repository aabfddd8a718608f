//! The corpus on a disk.

use std::{
    ffi::OsStr,
    fs::{self, File, Permissions},
    io,
    os::unix::{
        ffi::OsStrExt as _,
        fs::{FileExt as _, PermissionsExt as _, chown, lchown, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
};

use rustix::fs::{AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, mknodat, setxattr, utimensat};

use super::{Corpus, Item, What, item::ISLAND};

/// In which order files are made; a disk remembers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Forwards,
    Backwards,
}

impl Corpus {
    /// Makes the files in a folder, as far as the disk and the user's rights go.
    pub fn put_on_disk(&self, folder: &Path, order: Order) {
        let at = |path: &[u8]| folder.join(OsStr::from_bytes(path));
        // Folders come before what is in them, and files before their other names.
        for item in self.items.iter().filter(|item| matches!(item.what, What::Folder)) {
            fs::create_dir_all(at(&item.path)).unwrap_or_else(|e| panic!("{}: {e}", item.path.escape_ascii()));
        }
        let mut all: Vec<&Item> = self.items.iter().collect();
        if order == Order::Backwards {
            all.reverse();
        }
        for item in &all {
            make(item, &at(&item.path)).unwrap_or_else(|e| panic!("{}: {e}", item.path.escape_ascii()));
        }
        for item in &all {
            if let What::Again(first) = &item.what {
                fs::hard_link(at(first), at(&item.path)).expect("a file has as many names as it likes");
            }
        }
        // From below: what is in a folder gives it another date.
        all.sort_by_key(|item| std::cmp::Reverse(item.path.split(|&byte| byte == b'/').count()));
        for item in all {
            describe(item, &at(&item.path)).unwrap_or_else(|e| panic!("{}: {e}", item.path.escape_ascii()));
        }
    }
}

fn make(item: &Item, path: &Path) -> io::Result<()> {
    match &item.what {
        What::Folder | What::Again(_) | What::Characters(..) | What::Blocks(..) => {}
        What::File(size) => {
            let mut bytes = vec![0; usize::try_from(*size).expect("small")];
            item.read_at(0, &mut bytes);
            fs::write(path, bytes)?;
        }
        What::Sparse { size, islands } => {
            let file = File::create(path)?;
            file.set_len(*size)?;
            for &island in islands {
                file.write_all_at(ISLAND, island)?;
            }
        }
        What::Link(target) => symlink(OsStr::from_bytes(target), path)?,
        What::Pipe => mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0)?,
        What::Socket => socket(path)?,
    }
    for (name, bytes) in &item.streams {
        let _ = setxattr(path, format!("user.{name}"), bytes, XattrFlags::empty());
    }
    Ok(())
}

/// Sockets have short paths only: it is bound in a folder whose path is short, and brought to its place.
fn socket(path: &Path) -> io::Result<()> {
    let short = tempfile::tempdir_in("/tmp")?;
    let bound = short.path().join("s");
    UnixListener::bind(&bound)?;
    // The folder may be on another disk, to which nothing is renamed.
    fs::rename(&bound, path).or_else(|_| {
        mknodat(CWD, path, FileType::Socket, Mode::from_raw_mode(0o600), 0)?;
        Ok(())
    })
}

/// What this user may not say, or the disk not hold, is left out.
fn describe(item: &Item, path: &Path) -> io::Result<()> {
    if matches!(item.what, What::Again(_) | What::Characters(..) | What::Blocks(..)) {
        return Ok(());
    }
    let (user, group) = item.owner;
    if matches!(item.what, What::Link(_)) {
        let _ = lchown(path, Some(user), Some(group));
    } else {
        let _ = chown(path, Some(user), Some(group));
        let readable = fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o400 != 0);
        let mode = if rustix::process::geteuid().is_root() || item.mode & 0o400 != 0 { item.mode } else { 0o600 };
        if readable {
            fs::set_permissions(path, Permissions::from_mode(mode))?;
        }
    }
    let (seconds, nanoseconds) = item.modified.expect("all are dated");
    let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds.into() };
    let times = Timestamps { last_access: time, last_modification: time };
    let _ = utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW);
    Ok(())
}

impl Corpus {
    /// The folder of the corpus, made anew.
    pub fn in_folder(&self, folder: PathBuf, order: Order) -> PathBuf {
        fs::create_dir_all(&folder).expect("a new folder");
        self.put_on_disk(&folder, order);
        folder
    }
}
