//! A file is made: beside its name until it is whole.

use std::{
    fs::File,
    io,
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::fs::FileExt as _,
    },
    process,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use imapi_volumes::{Entry, FileBytes, Volume};
use rustix::{
    fs::{
        AtFlags, FileType, OFlags, RenameFlags, XattrFlags, fsetxattr, openat, renameat, renameat_with, statat,
        unlinkat,
    },
    io::Errno,
};

use super::{
    ExtractError, ExtractOptions, Note, Unpacker,
    copy::{Copier, CopyError, Into},
    names::tamed,
    place,
    settle::{Manner, is_complete},
};

/// An extended attribute has at most so many bytes.
const LONGEST_STREAM: u64 = 64 << 10;

/// A file that is to be made.
pub struct Job {
    pub folder: Arc<OwnedFd>,
    /// Nothing was in the folder before.
    pub is_fresh: bool,
    /// Where it is in the volume.
    pub path: Box<[u8]>,
    /// Its name in the folder.
    pub name: Box<[u8]>,
    pub entry: Entry,
}

/// What became of a file.
pub enum Filled {
    Made {
        bytes: u64,
    },
    /// It was there already.
    Complete,
    Damaged,
}

/// What those who fill files share.
pub struct Filler<'a> {
    pub volume: &'a dyn Volume,
    pub options: &'a ExtractOptions,
    pub copier: Copier<'a>,
    /// Damage does not end the work.
    pub lenient: bool,
}

/// A path as it is told.
pub fn told(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

/// A name that nothing else has.
pub fn temporary() -> Vec<u8> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    format!(".imapi-{}-{}.part", process::id(), NUMBER.fetch_add(1, Ordering::Relaxed)).into_bytes()
}

/// Whether a name is one of [`temporary`], of whichever program.
pub fn is_temporary(name: &[u8]) -> bool {
    let numbers = name.strip_prefix(b".imapi-").and_then(|rest| rest.strip_suffix(b".part"));
    numbers.is_some_and(|numbers| {
        let mut parts = numbers.split(|&byte| byte == b'-');
        let is_number =
            |part: Option<&[u8]>| part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit));
        is_number(parts.next()) && is_number(parts.next()) && parts.next().is_none()
    })
}

/// A file that has not got its name yet, and goes when it never gets it.
struct Unnamed<'a> {
    folder: &'a OwnedFd,
    name: Vec<u8>,
    named: bool,
}

impl Drop for Unnamed<'_> {
    fn drop(&mut self) {
        if !self.named {
            let _ = unlinkat(self.folder, &self.name, AtFlags::empty());
        }
    }
}

/// Gives what is in a folder its name; says which that is, where the system does not have this one.
pub fn give_name(folder: &OwnedFd, from: &[u8], name: &[u8], replace: bool) -> Result<Option<Vec<u8>>, Errno> {
    match rename(folder, from, name, replace) {
        Err(Errno::INVAL | Errno::ILSEQ) => {
            let tamed = tamed(name);
            if tamed == name {
                return Err(Errno::INVAL);
            }
            rename(folder, from, &tamed, replace).map(|()| Some(tamed))
        }
        named => named.map(|()| None),
    }
}

fn rename(folder: &OwnedFd, from: &[u8], name: &[u8], replace: bool) -> Result<(), Errno> {
    if replace {
        return renameat(folder, from, folder, name);
    }
    match renameat_with(folder, from, folder, name, RenameFlags::NOREPLACE) {
        // Not all file systems know how to leave what is there.
        Err(Errno::INVAL | Errno::NOSYS) => match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => renameat(folder, from, folder, name),
            Ok(_) => Err(Errno::EXIST),
            Err(error) => Err(error),
        },
        renamed => renamed,
    }
}

impl Filler<'_> {
    /// Makes a file. What is otherwise than it should be goes to `note`.
    pub fn fill(&self, job: &Job, buffer: &mut Vec<u8>, note: &mut dyn FnMut(Note)) -> Result<Filled, ExtractError> {
        let system = |cause: Errno| match cause {
            Errno::EXIST => ExtractError::Exists { path: told(&job.path) },
            cause => ExtractError::System { path: told(&job.path), cause: cause.into() },
        };
        let entry = &job.entry;
        let unpacked = entry.unpacked.filter(|_| !self.options.packed);
        let size = unpacked.unwrap_or(entry.size);
        let found = if job.is_fresh { None } else { place::stat(&job.folder, &job.name).map_err(system)? };
        if let Some(found) = found {
            let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
            if self.options.resume && is_file && is_complete(&found, size, &entry.times) {
                self.copier.done.fetch_add(size, Ordering::Relaxed);
                return Ok(Filled::Complete);
            }
            if !self.options.replace {
                return Err(system(Errno::EXIST));
            }
        }
        let manner = Manner::of(entry, self.options);
        let mut unnamed = Unnamed { folder: &job.folder, name: temporary(), named: false };
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&job.folder, &unnamed.name, flags, manner.first_mode()).map_err(system)?;
        let file = File::from(file);
        let filled = match unpacked {
            Some(len) => self.unpack(job, len, &file, buffer),
            None => self.copy(job, size, &file, buffer),
        };
        let mut is_damaged = false;
        match filled {
            Ok(None) => {}
            Ok(Some(error)) => {
                is_damaged = true;
                note(Note::Damaged { path: told(&job.path), error, kept: true });
            }
            Err(error) if error.is_damage() && self.lenient => {
                note(Note::Damaged { path: told(&job.path), error, kept: false });
                return Ok(Filled::Damaged);
            }
            Err(error) => return Err(error),
        }
        if self.options.named_streams && entry.has_streams {
            self.streams(job, &file, note)?;
        }
        if let Err(cause) = manner.settle_owner(&file) {
            note(Note::NotSet { path: told(&job.path), what: "owner".to_owned(), cause });
        }
        manner.settle(&file).map_err(|cause| ExtractError::System { path: told(&job.path), cause })?;
        let renamed = give_name(&job.folder, &unnamed.name, &job.name, self.options.replace).map_err(system)?;
        unnamed.named = true;
        if let Some(name) = renamed {
            note(Note::Renamed { path: told(&job.path), name: told(&name) });
        }
        Ok(if is_damaged { Filled::Damaged } else { Filled::Made { bytes: size } })
    }

    /// The damage that was gone over comes back.
    fn copy(
        &self,
        job: &Job,
        size: u64,
        file: &File,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<ExtractError>, ExtractError> {
        let content = |cause| ExtractError::Content { path: told(&job.path), cause };
        let keep_damaged = self.lenient && self.options.keep_damaged;
        let mut into = Into { file, buffer, keep_damaged, damage: None };
        match self.copier.copy(&job.entry.runs, size, &mut into) {
            Ok(()) => Ok(into.damage.map(content)),
            Err(CopyError::Read(cause)) => Err(content(cause)),
            Err(CopyError::Write(cause)) => Err(ExtractError::System { path: told(&job.path), cause }),
            Err(CopyError::Cancelled) => Err(imapi_disc_types::Cancelled.into()),
        }
    }

    fn unpack(
        &self,
        job: &Job,
        len: u64,
        file: &File,
        out: &mut Vec<u8>,
    ) -> Result<Option<ExtractError>, ExtractError> {
        let packed = |cause| ExtractError::Packed { path: told(&job.path), cause };
        let system = |cause| ExtractError::System { path: told(&job.path), cause };
        let bytes = FileBytes::new(Arc::clone(self.copier.source), &job.entry.runs);
        let mut unpacker = Unpacker::new(bytes, len).map_err(packed)?;
        let mut damage = None;
        for index in 0..unpacker.blocks() {
            if self.copier.token.is_cancelled() {
                return Err(imapi_disc_types::Cancelled.into());
            }
            match unpacker.block(index, out) {
                Ok(true) => file.write_all_at(out, unpacker.offset(index)).map_err(system)?,
                Ok(false) => {}
                Err(cause) if self.lenient && self.options.keep_damaged => {
                    damage.get_or_insert(packed(cause));
                }
                Err(cause) => return Err(packed(cause)),
            }
            self.copier.done.fetch_add(out.len() as u64, Ordering::Relaxed);
        }
        // Zeros at the end are not written.
        file.set_len(len).map_err(system)?;
        Ok(damage)
    }

    /// Named streams become extended attributes; what the system does not take is told.
    fn streams(&self, job: &Job, file: &File, note: &mut dyn FnMut(Note)) -> Result<(), ExtractError> {
        let streams = match self.volume.streams(&job.entry) {
            Ok(streams) => streams,
            Err(error) if !self.lenient => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        for stream in streams {
            let attribute = [b"user.", &*stream.name].concat();
            let mut bytes = vec![0; usize::try_from(stream.size.min(LONGEST_STREAM + 1)).unwrap_or(0)];
            let content = FileBytes::new(Arc::clone(self.copier.source), &stream.runs);
            let set = match content.read_at(0, &mut bytes) {
                Ok(_) if stream.size > LONGEST_STREAM => Err(io::Error::from(Errno::TOOBIG)),
                Ok(_) => fsetxattr(file.as_fd(), &*attribute, &bytes, XattrFlags::empty()).map_err(io::Error::from),
                Err(cause) if !self.lenient => {
                    return Err(ExtractError::Content {
                        path: format!("{}:{}", told(&job.path), told(&stream.name)),
                        cause,
                    });
                }
                Err(_) => Err(io::ErrorKind::InvalidData.into()),
            };
            if let Err(cause) = set {
                note(Note::NotSet { path: told(&job.path), what: told(&attribute), cause });
            }
        }
        Ok(())
    }
}
