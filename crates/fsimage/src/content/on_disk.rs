//! Files on disk, by their folders: a folder's path is kept once, a step for each.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, ErrorKind},
    os::unix::{ffi::OsStrExt as _, fs::FileExt as _},
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, FileType, Mode, OFlags, SeekFrom, Stat, fstat, openat, seek},
    io::Errno,
};

use super::ContentError;
use crate::Timestamp;

/// A folder on disk that files come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FolderId(u32);

/// Bytes in the buffer of names.
#[derive(Debug, Clone, Copy)]
struct Name {
    start: u32,
    len: u16,
}

/// A step of a path; that of a folder without a parent is a whole path.
#[derive(Debug, Clone, Copy)]
struct Step {
    parent: Option<FolderId>,
    name: Name,
    /// Somebody asked to go where a link of that name leads.
    followed: bool,
}

/// A regular file on disk, as it was when it was scanned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OnDisk {
    pub(crate) folder: FolderId,
    name: Name,
    followed: bool,
    pub(crate) size: u64,
    /// Nanoseconds since the beginning of 1970.
    modified: i64,
}

impl OnDisk {
    /// Whether it is as it was seen again.
    pub(crate) fn is(&self, seen: &Seen) -> bool {
        self.size == seen.size && self.modified == seen.modified.nanoseconds()
    }
}

/// What is known of a file when it is registered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seen {
    pub(crate) size: u64,
    pub(crate) modified: Timestamp,
    pub(crate) followed: bool,
    /// Device and inode, where other names may lead to the same file.
    pub(crate) shared: Option<(u64, u64)>,
}

/// The folders, and all names.
#[derive(Debug, Default)]
pub(crate) struct Folders {
    steps: Vec<Step>,
    names: Vec<u8>,
}

impl Folders {
    fn name(&self, name: Name) -> &[u8] {
        &self.names[name.start as usize..][..usize::from(name.len)]
    }

    fn store(&mut self, bytes: &[u8]) -> Result<Name, ContentError> {
        let start = u32::try_from(self.names.len()).map_err(|_| ContentError::Full)?;
        let len = u16::try_from(bytes.len()).map_err(|_| ContentError::Full)?;
        self.names.extend_from_slice(bytes);
        Ok(Name { start, len })
    }

    /// A folder: a path that does not depend on where the program is, or a step in another folder.
    pub(crate) fn add(
        &mut self,
        parent: Option<FolderId>,
        name: &[u8],
        followed: bool,
    ) -> Result<FolderId, ContentError> {
        let id = u32::try_from(self.steps.len()).map(FolderId).map_err(|_| ContentError::Full)?;
        let name = self.store(name)?;
        self.steps.push(Step { parent, name, followed });
        Ok(id)
    }

    pub(crate) fn file(&mut self, folder: FolderId, name: &[u8], seen: &Seen) -> Result<OnDisk, ContentError> {
        let name = self.store(name)?;
        let &Seen { size, modified, followed, .. } = seen;
        Ok(OnDisk { folder, name, followed, size, modified: modified.nanoseconds() })
    }

    /// The same file among other folders.
    pub(crate) fn copy_file(&self, file: &OnDisk, others: &mut Self) -> Result<OnDisk, ContentError> {
        let mut steps = Vec::new();
        let mut at = Some(file.folder);
        while let Some(here) = at {
            let step = &self.steps[here.0 as usize];
            steps.push(step);
            at = step.parent;
        }
        let mut folder = None;
        for step in steps.iter().rev() {
            folder = Some(others.add(folder, self.name(step.name), step.followed)?);
        }
        let folder = folder.unwrap_or(FolderId(0));
        Ok(OnDisk { folder, name: others.store(self.name(file.name))?, ..*file })
    }

    /// How much there is, for [`forget`](Self::forget).
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.steps.len(), self.names.len())
    }

    pub(crate) fn forget(&mut self, (steps, names): (usize, usize)) {
        self.steps.truncate(steps);
        self.names.truncate(names);
    }

    /// The folder's path from another one on, or from the root of the disk.
    pub(crate) fn path(&self, id: FolderId, from: Option<FolderId>) -> PathBuf {
        let mut steps = Vec::new();
        let mut at = Some(id);
        while let Some(here) = at.filter(|_| at != from) {
            let step = &self.steps[here.0 as usize];
            steps.push(OsStr::from_bytes(self.name(step.name)));
            at = step.parent;
        }
        steps.iter().rev().collect()
    }

    pub(crate) fn file_path(&self, file: &OnDisk) -> PathBuf {
        self.path(file.folder, None).join(OsStr::from_bytes(self.name(file.name)))
    }

    pub(crate) fn parent(&self, id: FolderId) -> Option<FolderId> {
        self.steps[id.0 as usize].parent
    }

    /// Opens a folder, in its parent where it has one.
    pub(crate) fn open(&self, id: FolderId, parent: Option<&File>, flags: OFlags) -> io::Result<File> {
        let step = &self.steps[id.0 as usize];
        let flags = flags | OFlags::DIRECTORY | nofollow(step.followed || step.parent.is_none());
        open_in(parent, self.name(step.name), flags)
    }

    /// Opens a file in its folder, and sees that it is what it was.
    pub(crate) fn open_file(&self, file: &OnDisk, folder: &File) -> Result<File, ContentError> {
        let open = self.open_unseen(file, folder)?;
        self.check(file, &open)?;
        Ok(open)
    }

    /// Opens what has the file's name by now.
    fn open_unseen(&self, file: &OnDisk, folder: &File) -> Result<File, ContentError> {
        // A pipe that took the file's place must not make anybody wait for a writer.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | nofollow(file.followed);
        open_in(Some(folder), self.name(file.name), flags)
            .map_err(|source| ContentError::Open { file: self.file_path(file), source })
    }

    /// Reads all of a file, whose bytes `out` has room for: four calls of the system, which is what small files cost.
    pub(crate) fn read_whole(&self, file: &OnDisk, folder: &File, out: &mut [u8]) -> Result<(), ContentError> {
        let open = self.open_unseen(file, folder)?;
        let outcome = self.read(file, &open, 0, out);
        // What took its place may be no file at all, which tells more than that it cannot be read.
        self.check(file, &open).and(outcome)
    }

    /// Fills all of `out` from that byte on.
    pub(crate) fn read(&self, file: &OnDisk, open: &File, offset: u64, out: &mut [u8]) -> Result<(), ContentError> {
        if out.len() >= WORTH_A_QUESTION && is_hole(open, offset, out.len() as u64) {
            out.fill(0);
            return Ok(());
        }
        let mut filled = 0;
        while filled < out.len() {
            let at = offset + filled as u64;
            match open.read_at(&mut out[filled..], at) {
                Ok(0) => {
                    // The end may have gone back much further than to where this read met it.
                    let found = fstat(open).map_or(at, |stat| size(&stat).min(at));
                    return Err(self.wrong_length(file, found));
                }
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => return Err(ContentError::Read { file: self.file_path(file), source }),
            }
        }
        Ok(())
    }

    /// Whether an open file is a file, and as long and as old as it was.
    pub(crate) fn check(&self, file: &OnDisk, open: &File) -> Result<(), ContentError> {
        let failed = |source| ContentError::Open { file: self.file_path(file), source };
        let stat = fstat(open).map_err(|error| failed(error.into()))?;
        if let Some(error) = not_regular(&stat) {
            return Err(failed(error));
        }
        if size(&stat) != file.size {
            return Err(self.wrong_length(file, size(&stat)));
        }
        let nanoseconds = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
        let found = Timestamp::new(stat.st_mtime, nanoseconds);
        let expected = Timestamp::from_nanoseconds(file.modified);
        if found == expected {
            return Ok(());
        }
        Err(ContentError::Changed { file: self.file_path(file), expected, found })
    }

    /// Whether a file that has no bytes still is as it was, and really has none.
    pub(crate) fn check_empty(&self, file: &OnDisk, open: &File) -> Result<(), ContentError> {
        self.check(file, open)?;
        // What cannot be read has nothing that is lost.
        match open.read_at(&mut [0], 0) {
            Ok(1) => Err(ContentError::Unsized { file: self.file_path(file) }),
            _ => Ok(()),
        }
    }

    pub(crate) fn wrong_length(&self, file: &OnDisk, found: u64) -> ContentError {
        ContentError::Length { file: self.file_path(file), expected: file.size, found }
    }
}

fn nofollow(followed: bool) -> OFlags {
    if followed { OFlags::empty() } else { OFlags::NOFOLLOW }
}

/// Opens a name in a folder, or a path.
pub(crate) fn open_in(folder: Option<&File>, name: &[u8], flags: OFlags) -> io::Result<File> {
    let flags = flags | OFlags::CLOEXEC;
    let opened = match folder {
        Some(folder) => openat(folder, name, flags, Mode::empty()),
        None => openat(CWD, name, flags, Mode::empty()),
    };
    Ok(File::from(opened?))
}

/// For so many bytes the system is asked whether it has any of them: it would make room for zeros, too.
const WORTH_A_QUESTION: usize = 256 << 10;

/// Whether all of these bytes are in the file, and nobody ever wrote them.
fn is_hole(open: &File, offset: u64, len: u64) -> bool {
    match seek(open, SeekFrom::Data(offset)) {
        Ok(data) => data >= offset + len,
        // There is nothing behind but a hole, or the file's end.
        Err(Errno::NXIO) => fstat(open).is_ok_and(|stat| size(&stat) >= offset + len),
        // What is no file, or on a file system that knows of no holes, is read.
        Err(_) => false,
    }
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// What the system itself says when one uses something that is no file as one.
fn not_regular(stat: &Stat) -> Option<io::Error> {
    let number = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return None,
        FileType::Directory => Errno::ISDIR,
        FileType::Fifo => Errno::SPIPE,
        _ => Errno::NXIO,
    };
    Some(number.into())
}

/// The path from the root of the disk on, so that it means the same when the program goes elsewhere.
pub(crate) fn absolute(path: &Path) -> io::Result<PathBuf> {
    std::path::absolute(path)
}
