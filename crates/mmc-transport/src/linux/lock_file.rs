//! [`LockFile`]: says who has a drive, to all programs that look, for as long as the owner lives.

use std::{
    fs::{File, OpenOptions, Permissions},
    io::{self, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    process,
};

use imapi_disc_types::ClientName;

use super::sg_io;

/// A lock that is held. The file stays when it ends, as another may have opened it already; its content then means
/// nothing, since the kernel's lock on it is gone.
#[derive(Debug)]
pub(super) struct LockFile {
    locked: File,
}

/// Closing it would be enough but for this: a child that was forked just now has the file too, until it becomes another
/// program.
impl Drop for LockFile {
    fn drop(&mut self) {
        if let Err(error) = sg_io::unlock_file(&self.locked) {
            tracing::debug!(%error, "the lock is given back when the file is closed");
        }
    }
}

/// Why there is no lock.
#[derive(Debug)]
pub(super) enum NoLock {
    /// Another has it: who.
    Held(Option<String>),
    /// No folder for lock files is there or can be written.
    Nowhere(io::Error),
}

/// No lock file is longer: a name of 63 bytes, and a number.
const LONGEST: u64 = 256;

impl LockFile {
    /// Takes the lock of that name in the first of the folders where it can be.
    pub(super) fn take(folders: &[PathBuf], name: &str, owner: &ClientName) -> Result<Self, NoLock> {
        let mut problem = io::Error::from(io::ErrorKind::NotFound);
        for folder in folders {
            let path = folder.join(name);
            match lock(&path, owner) {
                Ok(Some(file)) => return Ok(Self { locked: file }),
                Ok(None) => return Err(NoLock::Held(read_owner(&path))),
                Err(error) => problem = error,
            }
        }
        Err(NoLock::Nowhere(problem))
    }

    /// Who has the lock of that name; `None` when nobody has.
    pub(super) fn owner(folders: &[PathBuf], name: &str) -> Option<String> {
        folders.iter().map(|folder| folder.join(name)).find_map(|path| {
            let file = open_file(File::options().read(true), &path).ok()?;
            if sg_io::is_locked(&file).ok()? { read_owner(&path) } else { None }
        })
    }
}

fn lock(path: &Path, owner: &ClientName) -> io::Result<Option<File>> {
    let mut file = open(path)?;
    if !sg_io::lock_file(&file)? {
        return Ok(None);
    }
    file.set_len(0)?;
    // One call, so that whoever reads meanwhile sees all or nothing.
    file.write_all(format!("{} {}\n", process::id(), owner.as_str()).as_bytes())?;
    Ok(Some(file))
}

/// Opens the file or makes it, for all users.
fn open(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true);
    // Without O_CREAT first: with it the kernel refuses files of others in a folder like /run/lock.
    match open_file(&mut options, path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        result => return result,
    }
    match open_file(options.create_new(true).mode(0o666), path) {
        Ok(file) => {
            // The umask took the others' right away.
            file.set_permissions(Permissions::from_mode(0o666))?;
            Ok(file)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_file(options.create_new(false), path),
        Err(error) => Err(error),
    }
}

/// Anybody can put anything into the folder: no link is followed, and what would make us wait is no lock.
fn open_file(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let file = options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::ErrorKind::InvalidInput.into()) }
}

fn read_owner(path: &Path) -> Option<String> {
    let mut text = Vec::new();
    open_file(File::options().read(true), path).ok()?.take(LONGEST).read_to_end(&mut text).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (_pid, name) = text.trim_end().split_once(' ')?;
    // Another program could have written anything.
    name.parse().ok().map(|name: ClientName| name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn name(name: &str) -> ClientName {
        name.parse().expect("a client name")
    }

    fn held(result: Result<LockFile, NoLock>) -> Option<String> {
        match result {
            Err(NoLock::Held(owner)) => owner,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_lock_tells_its_owner_until_it_ends_and_a_stale_file_means_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let folders = [folder.path().to_owned()];
        fs::write(folder.path().join("drive"), "999999999 Someone who crashed\n").expect("a file");
        assert_eq!(LockFile::owner(&folders, "drive"), None);

        let lock = LockFile::take(&folders, "drive", &name("Backup, nightly")).expect("nobody has it");
        assert_eq!(LockFile::owner(&folders, "drive").as_deref(), Some("Backup, nightly"));
        assert_eq!(held(LockFile::take(&folders, "drive", &name("other"))).as_deref(), Some("Backup, nightly"));
        let text = fs::read_to_string(folder.path().join("drive")).expect("a file");
        assert_eq!(text, format!("{} Backup, nightly\n", process::id()));

        drop(lock);
        assert_eq!(LockFile::owner(&folders, "drive"), None);
        LockFile::take(&folders, "drive", &name("other")).expect("it is free again");
    }

    #[test]
    fn the_next_folder_is_taken_when_the_first_is_not_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing");
        let folders = [missing.clone(), folder.path().to_owned()];
        let _lock = LockFile::take(&folders, "drive", &name("A")).expect("the second");
        assert_eq!(LockFile::owner(&folders, "drive").as_deref(), Some("A"));
        assert!(matches!(LockFile::take(&[missing], "drive", &name("A")), Err(NoLock::Nowhere(_))));
    }

    #[test]
    fn a_link_in_the_place_of_the_file_is_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("precious");
        fs::write(&target, "content").expect("a file");
        std::os::unix::fs::symlink(&target, folder.path().join("drive")).expect("a link");
        let folders = [folder.path().to_owned()];
        assert!(matches!(LockFile::take(&folders, "drive", &name("A")), Err(NoLock::Nowhere(_))));
        assert_eq!(fs::read_to_string(&target).expect("a file"), "content");
        fs::write(&target, "1 Somebody").expect("a file");
        let held = File::options().write(true).open(&target).expect("the file");
        assert!(sg_io::lock_file(&held).expect("a file"));
        assert_eq!(LockFile::owner(&folders, "drive"), None);
        assert_eq!(read_owner(&folder.path().join("drive")), None);
    }

    #[test]
    fn a_pipe_in_the_place_of_the_file_holds_nobody_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("drive");
        assert!(process::Command::new("mkfifo").arg(&path).status().expect("it is everywhere").success());
        let (told, tell) = std::sync::mpsc::channel();
        let folders = [folder.path().to_owned()];
        std::thread::spawn(move || {
            let no_lock = matches!(LockFile::take(&folders, "drive", &name("A")), Err(NoLock::Nowhere(_)));
            let no_owner = LockFile::owner(&folders, "drive").or_else(|| read_owner(&path)).is_none();
            told.send((no_lock, no_owner))
        });
        let patience = std::time::Duration::from_secs(10);
        assert_eq!(tell.recv_timeout(patience), Ok((true, true)));
    }

    #[test]
    fn nonsense_in_the_file_is_no_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("drive");
        for text in [&b""[..], b"12", b"12 \n", b"12 a/b\n", b"\xFF\xFE \xFF", &[b'a'; 1000]] {
            fs::write(&path, text).expect("a file");
            assert_eq!(read_owner(&path), None, "{text:?}");
        }
    }
}
