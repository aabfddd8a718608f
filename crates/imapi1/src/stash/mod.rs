//! [`Stash`]: the file in which a session gathers what it records, of which a machine has one.

mod place;
mod source;

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    os::unix::fs::{FileExt as _, MetadataExt as _, OpenOptionsExt as _},
    path::PathBuf,
    sync::Arc,
};

use rustix::fs::{FlockOperation, OFlags, flock};

pub use place::StashOptions;
pub(crate) use source::Piece;

use crate::V1Error;

/// Times that a file is opened anew that its last owner removed at that moment.
const ATTEMPTS: usize = 100;
/// Bytes that are written over at once.
const WIPING: usize = 1 << 20;

/// The stash, claimed by a session until this is dropped. The claim is a lock of the system on the file, so that it ends
/// with its owner, however that dies; what a dead owner left in the file is thrown away by the next.
#[derive(Debug)]
pub(crate) struct Stash {
    options: StashOptions,
    path: PathBuf,
    file: Arc<File>,
    /// Bytes that are in it.
    end: u64,
    /// What the system said of the file when it was written last.
    seen: Option<Seen>,
}

/// How a file is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    length: u64,
    modified: (i64, i64),
}

impl Stash {
    /// Claims the stash. Nothing is written to it.
    pub fn claim(options: &StashOptions) -> Result<Self, V1Error> {
        let path = options.file();
        let failed = |cause: io::Error| V1Error::FileAccess { file: options.file(), cause };
        for _ in 0..ATTEMPTS {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .custom_flags(i32::try_from(OFlags::NOFOLLOW.bits()).unwrap_or(0))
                .open(&path)
                .map_err(failed)?;
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(rustix::io::Errno::WOULDBLOCK) => return Err(V1Error::StashInUse { file: path }),
                Err(error) => return Err(failed(error.into())),
            }
            // Its last owner may have removed it between opening and locking.
            if !is_at(&file, &path) {
                continue;
            }
            file.set_len(0).map_err(failed)?;
            return Ok(Self { options: options.clone(), path, file: Arc::new(file), end: 0, seen: None });
        }
        Err(V1Error::StashInUse { file: path })
    }

    /// Sees whether the stash may be written, and has room for so many bytes more.
    pub fn admit(&self, bytes: u64) -> Result<(), V1Error> {
        place::check(&self.options, &self.file)?;
        let free = place::free(&self.options, &self.file).map_err(|cause| self.failed(cause))?;
        if bytes > free {
            return Err(V1Error::NotEnoughDiskForStash { file: self.path.clone(), needed: bytes, free });
        }
        Ok(())
    }

    /// Bytes that are in it.
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Writes behind what is in it.
    pub fn append(&mut self, bytes: &[u8]) -> Result<(), V1Error> {
        match self.file.write_all_at(bytes, self.end) {
            Ok(()) => {
                self.end += bytes.len() as u64;
                self.seen = self.look().ok();
                Ok(())
            }
            Err(cause) if matches!(cause.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                let free = place::free(&self.options, &self.file).unwrap_or(0);
                let needed = bytes.len() as u64;
                Err(V1Error::NotEnoughDiskForStash { file: self.path.clone(), needed, free })
            }
            Err(cause) => Err(self.failed(cause)),
        }
    }

    /// Zeros up to a whole number of blocks.
    pub fn pad(&mut self, block: u64) -> Result<(), V1Error> {
        let missing = self.end.next_multiple_of(block) - self.end;
        self.append(&vec![0; usize::try_from(missing).unwrap_or(0)])
    }

    /// Takes back what was written behind that.
    pub fn cut(&mut self, end: u64) {
        if let Err(error) = self.file.set_len(end) {
            tracing::warn!(%error, "the stash stays as long as it is");
        }
        self.end = end;
        self.seen = self.look().ok();
    }

    /// Blocks of it as a source.
    pub fn piece(&self, start: u64, bytes: u64, block_size: std::num::NonZeroU32) -> Piece {
        Piece::new(Arc::clone(&self.file), self.path.clone(), start, bytes, block_size)
    }

    /// Whether the file is what was put into it, as far as the system tells: nobody removed, cut or wrote to it.
    pub fn is_whole(&self) -> bool {
        self.end == 0 || (is_at(&self.file, &self.path) && self.look().ok() == self.seen)
    }

    fn look(&self) -> io::Result<Seen> {
        let metadata = self.file.metadata()?;
        Ok(Seen { length: metadata.len(), modified: (metadata.mtime(), metadata.mtime_nsec()) })
    }

    /// Writes over everything that is in it, so that nobody finds it on the disk, and empties it.
    pub fn wipe(&mut self) {
        let wiped = self.write_over();
        if let Err(error) = wiped {
            tracing::warn!(%error, "the stash could not be written over");
        }
        self.cut(0);
    }

    fn write_over(&self) -> io::Result<()> {
        let zeros = vec![0; WIPING];
        let mut at = 0;
        while at < self.end {
            let count = usize::try_from(self.end - at).unwrap_or(WIPING).min(WIPING);
            self.file.write_all_at(&zeros[..count], at)?;
            at += count as u64;
        }
        self.file.sync_data()
    }

    fn failed(&self, cause: io::Error) -> V1Error {
        V1Error::FileAccess { file: self.path.clone(), cause }
    }
}

/// What was not recorded is lost with its session.
impl Drop for Stash {
    fn drop(&mut self) {
        // A source of it may still be open somewhere, and has the lock with it: the next owner must not wait for that.
        self.cut(0);
        if is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
        let _ = flock(&*self.file, FlockOperation::Unlock);
    }
}

/// Whether the path leads to that file.
fn is_at(file: &File, path: &std::path::Path) -> bool {
    let identity = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), std::fs::symlink_metadata(path)) {
        (Ok(own), Ok(there)) => identity(own) == identity(there),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use imapi_disc_types::{Block, BlockSource as _};

    use super::*;

    fn options(folder: &tempfile::TempDir) -> StashOptions {
        StashOptions { folder: folder.path().to_path_buf(), ..StashOptions::default() }
    }

    #[test]
    fn there_is_one_stash_and_it_is_free_when_its_owner_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = Stash::claim(&options(&folder)).expect("nobody has it");
        assert!(matches!(Stash::claim(&options(&folder)), Err(V1Error::StashInUse { .. })));
        drop(first);
        assert!(!options(&folder).file().exists());
        Stash::claim(&options(&folder)).expect("it is free again");
    }

    #[test]
    fn what_a_dead_owner_left_is_thrown_away() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(options(&folder).file(), b"secret").expect("a file");
        let stash = Stash::claim(&options(&folder)).expect("nobody has it");
        assert_eq!(stash.file.metadata().expect("it is there").len(), 0);
    }

    #[test]
    fn what_was_put_in_comes_out_and_changes_are_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stash = Stash::claim(&options(&folder)).expect("nobody has it");
        stash.append(&[7; 3000]).expect("room");
        stash.pad(2048).expect("room");
        assert_eq!(stash.end(), 4096);
        let piece = stash.piece(2048, 2048, NonZeroU32::new(2048).expect("not zero"));
        let mut out = [1; 2048];
        piece.read_all(Block(0), &mut out).expect("it is there");
        assert_eq!((out[951], out[952]), (7, 0));
        assert!(stash.is_whole());
        let other = OpenOptions::new().write(true).open(options(&folder).file()).expect("it is there");
        other.set_len(100).expect("it can be cut");
        assert!(!stash.is_whole());
    }

    #[test]
    fn a_stash_that_was_replaced_is_not_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stash = Stash::claim(&options(&folder)).expect("nobody has it");
        stash.append(&[7; 10]).expect("room");
        std::fs::remove_file(options(&folder).file()).expect("it can be removed");
        assert!(!stash.is_whole());
    }

    #[test]
    fn wiping_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut stash = Stash::claim(&options(&folder)).expect("nobody has it");
        stash.append(&[7; 5000]).expect("room");
        stash.write_over().expect("it can be written");
        assert!(std::fs::read(options(&folder).file()).expect("readable").iter().all(|&byte| byte == 0));
        stash.wipe();
        assert_eq!((stash.end(), std::fs::metadata(options(&folder).file()).expect("there").len()), (0, 0));
        assert!(stash.is_whole());
    }
}
