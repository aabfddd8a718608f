//! Bytes of a volume into a file: within the kernel where the volume is in a file, too, else through a buffer.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use imapi_disc_types::{BlockSource, CancelToken, Cancelled, SourceError};
use imapi_volumes::{FileBytes, Run, Runs};
use rustix::{fs::copy_file_range, io::Errno};

/// So much is copied before somebody may stop it.
const AT_ONCE: usize = 8 << 20;
/// Bytes of a buffer.
pub const BUFFER: usize = 1 << 20;
/// Where something cannot be read, it is gone through by so much.
const BLOCK: usize = 2048;

/// Copies bytes of one source.
pub struct Copier<'a> {
    pub source: &'a Arc<dyn BlockSource>,
    /// The file that is the source, where it is one.
    pub file: Option<&'a File>,
    pub token: &'a CancelToken,
    /// Bytes that were copied, for whoever shows how far the work is.
    pub done: &'a AtomicU64,
    /// The kernel refused to copy by itself once.
    pub refused: AtomicBool,
}

/// Bytes were not copied.
#[derive(Debug)]
pub enum CopyError {
    Read(SourceError),
    Write(io::Error),
    Cancelled,
}

impl From<Cancelled> for CopyError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Where bytes go, and what becomes of those that cannot be read.
pub struct Into<'a> {
    pub file: &'a File,
    pub buffer: &'a mut Vec<u8>,
    /// What cannot be read stays zero.
    pub keep_damaged: bool,
    /// Why the first of that could not be read.
    pub damage: Option<SourceError>,
}

impl Copier<'_> {
    /// Copies the bytes of those runs; where there are holes, there will be holes.
    pub fn copy(&self, runs: &Runs, size: u64, into: &mut Into<'_>) -> Result<(), CopyError> {
        let mut at = 0;
        // Nothing reaches the end by itself where holes, or what cannot be read, are last.
        let mut ends_written = true;
        for run in runs.as_slice() {
            let run = Run { bytes: run.bytes.min(size - at), ..*run };
            if run.bytes == 0 {
                break;
            }
            ends_written = run.start.is_some();
            if run.start.is_some() {
                let copied = self.in_kernel(&run, at, into)?;
                let rest = Run { start: run.start.map(|start| start + copied), bytes: run.bytes - copied };
                ends_written &= self.through_buffer(rest, at + copied, into)?;
            } else {
                self.done.fetch_add(run.bytes, Ordering::Relaxed);
            }
            at += run.bytes;
        }
        if at < size || !ends_written {
            into.file.set_len(size).map_err(CopyError::Write)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Cancelled> {
        if self.token.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// As many bytes of a run as the kernel copies by itself; what is wrong with the others is found by who reads them.
    fn in_kernel(&self, run: &Run, at: u64, into: &Into<'_>) -> Result<u64, CopyError> {
        let (Some(from), Some(start)) = (self.file, run.start) else { return Ok(0) };
        let (mut from_at, mut to_at, mut copied) = (start, at, 0);
        while copied < run.bytes && !self.refused.load(Ordering::Relaxed) {
            self.check()?;
            let count = usize::try_from(run.bytes - copied).map_or(AT_ONCE, |left| left.min(AT_ONCE));
            match copy_file_range(from, Some(&mut from_at), into.file, Some(&mut to_at), count) {
                // The end of the file, and what it cannot be read for, are for who reads it.
                Ok(0) | Err(Errno::IO) => break,
                Ok(count) => {
                    copied += count as u64;
                    self.done.fetch_add(count as u64, Ordering::Relaxed);
                }
                Err(Errno::INTR) => {}
                Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => return Err(CopyError::Write(error.into())),
                Err(_) => self.refused.store(true, Ordering::Relaxed),
            }
        }
        Ok(copied)
    }

    /// Whether the last byte was written.
    fn through_buffer(&self, run: Run, at: u64, into: &mut Into<'_>) -> Result<bool, CopyError> {
        let bytes = FileBytes::new(Arc::clone(self.source), &Runs::One(run));
        let (mut done, mut written) = (0, true);
        while done < run.bytes {
            self.check()?;
            let count = usize::try_from(run.bytes - done).map_or(BUFFER, |left| left.min(BUFFER));
            into.buffer.resize(BUFFER, 0);
            match bytes.read_at(done, &mut into.buffer[..count]) {
                Ok(_) => {
                    into.file.write_all_at(&into.buffer[..count], at + done).map_err(CopyError::Write)?;
                    written = true;
                }
                Err(error) if !into.keep_damaged => return Err(CopyError::Read(error)),
                Err(_) => written = self.by_blocks(&bytes, done, count, at + done, into)?,
            }
            done += count as u64;
            self.done.fetch_add(count as u64, Ordering::Relaxed);
        }
        Ok(written)
    }

    fn by_blocks(
        &self,
        bytes: &FileBytes,
        from: u64,
        count: usize,
        at: u64,
        into: &mut Into<'_>,
    ) -> Result<bool, CopyError> {
        let mut written = true;
        for begin in (0..count).step_by(BLOCK) {
            self.check()?;
            let mut block = [0; BLOCK];
            let block = &mut block[..BLOCK.min(count - begin)];
            match bytes.read_at(from + begin as u64, block) {
                Ok(_) => {
                    into.file.write_all_at(block, at + begin as u64).map_err(CopyError::Write)?;
                    written = true;
                }
                Err(error) => {
                    into.damage.get_or_insert(error);
                    written = false;
                }
            }
        }
        Ok(written)
    }
}
