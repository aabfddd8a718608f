//! A disc in a file: sectors that nobody wrote take no room, and what happened to it stands in a journal.
//!
//! ```text
//! 0        header, two copies of a page
//! 1 MiB    sectors, in the order of their addresses
//! then     the journal: a line for each change of the disc's state
//! ```
//!
//! Sectors are written first and the change that makes them count after them. When the program is killed between the two,
//! the sectors never happened.

mod header;
mod journal;

use std::{
    fs::{File, OpenOptions},
    io::{self, BufReader, Read as _, Seek as _, SeekFrom},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use imapi_errors::{Coded, Fact, HResult, Value, common, fs as fs_codes};
use serde::{Serialize, de::DeserializeOwned};

use header::Header;

pub use header::Geometry;

/// Where the sectors begin.
const SECTORS_AT: u64 = 1 << 20;
/// How many changes may wait for the journal. A program that is killed loses them, as a drive that loses power loses what
/// is in its buffer: with the usual 64 KiB for each, a megabyte.
const QUEUE: usize = 16;
/// The file grows by this much at a time: making it longer costs more than a write, and lines are short.
const GROWTH: u64 = 64 << 10;
/// A journal longer than this is written anew when the disc is opened.
const LONG_JOURNAL: u64 = 1 << 20;

/// What a disc is, apart from what its sectors hold: the sum of its changes.
pub trait State: Sized {
    /// One thing that happens to a disc.
    type Change: Serialize + DeserializeOwned;

    /// A disc that nothing has happened to.
    fn blank(geometry: &Geometry) -> Self;

    /// Makes the change.
    fn apply(&mut self, change: &Self::Change);

    /// What of it no disc of this shape can be: a journal with right checksums may still tell nonsense.
    fn nonsense(&self, _: &Geometry) -> Option<String> {
        None
    }

    /// The changes that lead from a blank disc to this one, as few as possible.
    fn history(&self) -> Vec<Self::Change>;
}

/// An open disc file. While it is open no other program can open it.
#[derive(Debug)]
pub struct DiscFile<S: State> {
    file: File,
    path: PathBuf,
    header: Header,
    state: S,
    journal_end: u64,
    /// The length of the file: a little more than the journal needs.
    length: u64,
    /// Changes that the state has and the journal lacks yet.
    queued: Vec<S::Change>,
}

/// A disc file cannot be made, opened or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiscFileError {
    /// It is something else.
    #[error("this is not a disc file")]
    NotADisc,
    /// Another drive has the disc.
    #[error("{} is in another drive", path.display())]
    InUse {
        /// The disc file.
        path: PathBuf,
    },
    /// It was made by a younger program.
    #[error("the disc file has version {found}, and {known} is the last that is known")]
    Version {
        /// The file's version.
        found: u32,
        /// The newest version that can be read.
        known: u32,
    },
    /// It is damaged.
    #[error("the disc file is damaged: {reason}")]
    Malformed {
        /// What is wrong.
        reason: String,
    },
    /// An address that the disc does not have.
    #[error("the disc has no sector {address}")]
    NoSuchSector {
        /// The address.
        address: i64,
    },
    /// The system could not do it.
    #[error("{}", path.display())]
    System {
        /// The disc file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Coded for DiscFileError {
    fn code(&self) -> HResult {
        match self {
            Self::NotADisc => common::ERROR_UNRECOGNIZED_MEDIA,
            Self::InUse { .. } => common::ERROR_SHARING_VIOLATION,
            Self::Version { .. } => common::ERROR_NOT_SUPPORTED,
            Self::Malformed { .. } => common::ERROR_FILE_CORRUPT,
            Self::NoSuchSector { .. } => fs_codes::IMAPI_E_IMPORT_SEEK_FAILURE,
            Self::System { source, .. } => source.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::NotADisc => {}
            Self::InUse { path } => put(Fact::File, Value::Text(&path.display())),
            Self::Version { found, known } => {
                put(Fact::Expected, Value::U32(*known));
                put(Fact::Found, Value::U32(*found));
            }
            Self::Malformed { reason } => put(Fact::Reason, Value::Text(reason)),
            Self::NoSuchSector { address } => put(Fact::Block, Value::I64(*address)),
            Self::System { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
        }
    }
}

impl Geometry {
    /// Blocks for the user: on a CD those between its lead-in and its last possible lead-out.
    pub fn user_blocks(&self) -> u32 {
        if self.first >= 0 {
            return self.sectors;
        }
        self.sectors.saturating_sub(self.first.unsigned_abs()).saturating_sub(crate::medium::CD_LEAD_OUT)
    }

    fn bytes(&self) -> u64 {
        u64::from(self.sectors) * u64::from(self.sector_size)
    }

    /// The place in the file of `len` bytes from that sector on.
    fn place(&self, first: i32, len: usize) -> Result<u64, DiscFileError> {
        let index = i64::from(first) - i64::from(self.first);
        let missing = DiscFileError::NoSuchSector { address: i64::from(first) };
        let Ok(index) = u64::try_from(index) else { return Err(missing) };
        let from = index * u64::from(self.sector_size);
        let end = u64::try_from(len).ok().and_then(|len| from.checked_add(len));
        if end.is_some_and(|end| end <= self.bytes()) { Ok(SECTORS_AT + from) } else { Err(missing) }
    }

    /// Where the journal of a fresh disc begins: behind the sectors, on a page of its own.
    fn first_journal(&self) -> u64 {
        (SECTORS_AT + self.bytes()).next_multiple_of(header::PAGE as u64)
    }
}

impl<S: State> DiscFile<S> {
    /// Makes a blank disc in a new file. A file that is there is never overwritten.
    pub fn create(path: &Path, geometry: Geometry) -> Result<Self, DiscFileError> {
        let system = |source| DiscFileError::System { path: path.to_path_buf(), source };
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path).map_err(system)?;
        let journal = geometry.first_journal();
        let header = Header::new(geometry, journal);
        let begun = lock(&file, path).and_then(|()| {
            // The file is as long as it will be, so that a disk without room for sparse files says so now.
            file.set_len(journal).map_err(system)?;
            // Both copies are there from the beginning, so that one can be damaged.
            file.write_all_at(&header.encode().repeat(header::COPIES), 0).map_err(system)
        });
        if let Err(error) = begun {
            // What is no disc must not be in the way of the next attempt. When even that fails, what was wrong first counts.
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        let state = S::blank(&header.geometry);
        let path = path.to_path_buf();
        Ok(Self { file, path, header, state, journal_end: journal, length: journal, queued: Vec::new() })
    }

    /// Opens a disc in the state in which it was last seen.
    pub fn open(path: &Path) -> Result<Self, DiscFileError> {
        let system = |source| DiscFileError::System { path: path.to_path_buf(), source };
        let file = OpenOptions::new().read(true).write(true).open(path).map_err(system)?;
        lock(&file, path)?;
        let mut copies = vec![0; header::PAGE * header::COPIES];
        let read = read_up_to(&file, &mut copies, 0).map_err(system)?;
        let header = Header::newest(&copies[..read])?;
        let length = file.metadata().map_err(system)?.len();
        let journal_length =
            length.checked_sub(header.journal).filter(|_| header.journal >= header.geometry.first_journal());
        let Some(journal_length) = journal_length else {
            return Err(DiscFileError::Malformed { reason: "the file ends before its journal".to_string() });
        };
        let (state, whole): (S, _) = replay(&file, &header, journal_length, path)?;
        if let Some(reason) = state.nonsense(&header.geometry) {
            return Err(DiscFileError::Malformed { reason });
        }
        let journal_end = header.journal + whole;
        let path = path.to_path_buf();
        let mut disc = Self { file, path, header, state, journal_end, length: journal_end, queued: Vec::new() };
        // What came after the last whole line never happened, and nothing may stand behind the next.
        disc.set_length(journal_end)?;
        if disc.journal_end - disc.header.journal > LONG_JOURNAL {
            disc.shorten()?;
        }
        Ok(disc)
    }

    /// The disc's shape.
    pub fn geometry(&self) -> &Geometry {
        &self.header.geometry
    }

    /// What the disc is now.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Makes changes that belong together, all or none: in the file first, then here.
    pub fn change(&mut self, changes: &[S::Change]) -> Result<(), DiscFileError> {
        self.flush()?;
        self.append(&journal::encode(changes))?;
        for change in changes {
            self.state.apply(change);
        }
        Ok(())
    }

    /// Makes changes here, and in the file soon: what happens thousands of times must not cost a write each time.
    ///
    /// They reach the file in their order, a few together, and before any other change does. [`flush`](Self::flush) sees
    /// to it now, and so does closing the disc.
    pub fn change_soon(&mut self, changes: impl IntoIterator<Item = S::Change>) -> Result<(), DiscFileError> {
        for change in changes {
            self.state.apply(&change);
            self.queued.push(change);
        }
        if self.queued.len() < QUEUE { Ok(()) } else { self.flush() }
    }

    /// Writes the changes that wait.
    pub fn flush(&mut self) -> Result<(), DiscFileError> {
        if self.queued.is_empty() {
            return Ok(());
        }
        self.append(&journal::encode(&self.queued))?;
        self.queued.clear();
        Ok(())
    }

    /// Takes back the changes that wait: they never happened. A drive that loses power does that.
    pub fn forget(&mut self) -> Result<(), DiscFileError> {
        if !self.queued.is_empty() {
            let length = self.journal_end - self.header.journal;
            self.state = replay(&self.file, &self.header, length, &self.path)?.0;
            self.queued.clear();
        }
        Ok(())
    }

    /// A line that could not be written whole is written over by the next one; until then it is no line.
    fn append(&mut self, line: &[u8]) -> Result<(), DiscFileError> {
        let end = self.journal_end + line.len() as u64;
        if end > self.length {
            self.set_length(end.next_multiple_of(GROWTH))?;
        }
        self.file.write_all_at(line, self.journal_end).map_err(|e| self.system(e))?;
        self.journal_end = end;
        Ok(())
    }

    fn set_length(&mut self, length: u64) -> Result<(), DiscFileError> {
        self.file.set_len(length).map_err(|e| self.system(e))?;
        self.length = length;
        Ok(())
    }

    /// Reads sectors as stored. Those that nobody wrote are zeros.
    pub fn read(&self, first: i32, out: &mut [u8]) -> Result<(), DiscFileError> {
        let at = self.header.geometry.place(first, out.len())?;
        self.file.read_exact_at(out, at).map_err(|e| self.system(e))
    }

    /// Writes sectors as stored. They count when a change says so.
    pub fn write(&self, first: i32, sectors: &[u8]) -> Result<(), DiscFileError> {
        let at = self.header.geometry.place(first, sectors.len())?;
        self.file.write_all_at(sectors, at).map_err(|e| self.system(e))
    }

    /// All sectors are as if nobody had written them, where the file system can make holes; elsewhere they stay.
    pub fn discard(&self) -> Result<(), DiscFileError> {
        #[cfg(target_os = "linux")]
        {
            use rustix::{fs::FallocateFlags, io::Errno};
            let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            match rustix::fs::fallocate(&self.file, hole, SECTORS_AT, self.header.geometry.bytes()) {
                Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
                Err(error) => return Err(self.system(error.into())),
            }
        }
        Ok(())
    }

    /// Makes so many sectors zeros: holes where the file system can make them.
    pub fn write_zeros(&self, first: i32, sectors: u32) -> Result<(), DiscFileError> {
        let geometry = &self.header.geometry;
        let bytes = u64::from(sectors) * u64::from(geometry.sector_size);
        let at = geometry.place(first, usize::try_from(bytes).unwrap_or(usize::MAX))?;
        #[cfg(target_os = "linux")]
        {
            use rustix::{fs::FallocateFlags, io::Errno};
            let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            match rustix::fs::fallocate(&self.file, hole, at, bytes) {
                Ok(()) => return Ok(()),
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
                Err(error) => return Err(self.system(error.into())),
            }
        }
        let zeros = vec![0; 1 << 20];
        let mut done = 0;
        while done < bytes {
            let count = usize::try_from(bytes - done).unwrap_or(usize::MAX).min(zeros.len());
            self.file.write_all_at(&zeros[..count], at + done).map_err(|error| self.system(error))?;
            done += count as u64;
        }
        Ok(())
    }

    /// Waits until the file is safe from a loss of power, too.
    pub fn sync(&mut self) -> Result<(), DiscFileError> {
        self.flush()?;
        self.file.sync_data().map_err(|e| self.system(e))
    }

    /// Writes the journal anew, as short as it can be, and then the header that makes it count.
    ///
    /// Two places take turns: behind the sectors, and behind the journal that counts now.
    fn shorten(&mut self) -> Result<(), DiscFileError> {
        let lines = journal::encode(&self.state.history());
        let front = self.header.geometry.first_journal();
        let fits_in_front = self.header.journal - front >= lines.len() as u64 + header::PAGE as u64;
        let journal = if fits_in_front { front } else { self.journal_end.next_multiple_of(header::PAGE as u64) };
        self.file.write_all_at(&lines, journal).map_err(|e| self.system(e))?;
        let end = journal + lines.len() as u64;
        // A byte that is no line, lest what stood there before go on behind the new lines.
        self.file.write_all_at(&[0], end).map_err(|e| self.system(e))?;
        let header = self.header.with_journal(journal);
        self.file.write_all_at(&header.encode(), header.place()).map_err(|e| self.system(e))?;
        self.header = header;
        self.journal_end = end;
        self.set_length(end)
    }

    fn system(&self, source: io::Error) -> DiscFileError {
        DiscFileError::System { path: self.path.clone(), source }
    }
}

/// Gives the disc back at once. A child process that is just being started may hold a copy of the file for a moment longer,
/// and with it the lock, if only closing gave it back.
impl<S: State> Drop for DiscFile<S> {
    fn drop(&mut self) {
        // When that fails, the disc is what a killed program leaves: as it was a little earlier.
        let _ = self.flush();
        let _ = self.set_length(self.journal_end);
        // When that fails, closing the file gives it back.
        let _ = rustix::fs::flock(&self.file, rustix::fs::FlockOperation::Unlock);
    }
}

/// The state that the journal leads to, and the length of its whole lines.
fn replay<S: State>(file: &File, header: &Header, length: u64, path: &Path) -> Result<(S, u64), DiscFileError> {
    let system = |source| DiscFileError::System { path: path.to_path_buf(), source };
    let mut journal = BufReader::new(file);
    journal.seek(SeekFrom::Start(header.journal)).map_err(system)?;
    let mut state = S::blank(&header.geometry);
    let whole = journal::replay(&mut journal.take(length), &system, &mut |change| state.apply(change))?;
    Ok((state, whole))
}

/// One disc is in one drive. The lock goes with the program, however it ends.
fn lock(file: &File, path: &Path) -> Result<(), DiscFileError> {
    use rustix::{fs::FlockOperation, io::Errno};
    match rustix::fs::flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(()),
        Err(Errno::WOULDBLOCK) => Err(DiscFileError::InUse { path: path.to_path_buf() }),
        Err(error) => Err(DiscFileError::System { path: path.to_path_buf(), source: error.into() }),
    }
}

/// Reads until the buffer is full or the file ends.
fn read_up_to(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    let mut filled = 0;
    while filled < out.len() {
        match file.read_at(&mut out[filled..], at + filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
