//! [`Chunks`]: the bytes of an image go into a file, made and written by several threads.
//!
//! Each takes the next piece, makes it, and writes it to its place. So files are opened and read by one while another
//! writes, metadata is worked out by all, and nobody waits for anybody: there is no queue that could be full or empty.
//!
//! Measured on ext4 with everything in memory, 1 GiB of four files: pieces of 1 MiB that begin at a multiple of their
//! size take 220 ms with one thread and 175 with two; of 64 KiB twice that, and of 4 MiB thrice, which no cache of a
//! processor holds. `copy_file_range` takes 375 ms, because the system then copies by 64 KiB, and `cat` 320. Written are
//! 256 KiB at a time: that costs nothing, while more at once makes the system look for memory that lies together, of
//! which a machine that has other work may have none left. It then took up to ten times as long.

use std::{
    fs::File,
    io,
    num::NonZeroUsize,
    os::unix::fs::FileExt as _,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
};

use imapi_disc_types::{Block, BlockSource as _, Cancelled, Control, SourceError};

use super::{ImageWritten, WriteError};
use crate::{ResultImage, content::Cursor, plan::pack::BLOCK};

/// Bytes that are made at once.
const CHUNK: usize = 1 << 20;

/// Bytes that are written at once.
const WRITE: usize = 256 << 10;

/// Blocks of that many bytes.
const CHUNK_BLOCKS: u64 = (CHUNK / BLOCK) as u64;

/// More threads than these wait for each other: the system writes for one at a time.
const MOST_THREADS: usize = 4;

/// What need not be written.
static ZEROS: [u8; WRITE] = [0; WRITE];

/// An image on its way into a file.
struct Chunks<'a> {
    image: &'a ResultImage,
    file: &'a File,
    /// Blocks of the image.
    of: u64,
    /// The next chunk that nobody has.
    next: AtomicU64,
    /// Blocks that are in the file.
    written: AtomicU64,
    /// Nobody is to begin anything more.
    stopped: AtomicBool,
    /// What failed first in the order of the image.
    failure: Mutex<Option<(u64, Failure)>>,
}

/// Why a chunk is not in the file.
enum Failure {
    Source(SourceError),
    File(io::Error),
}

/// Whoever leaves does so because nothing is left to do, because it failed, or because it panicked.
struct Leaves<'a>(&'a AtomicBool);

impl Drop for Leaves<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Writes all of an image into a file that is empty. What the control hears, it hears on the thread of the caller, who
/// writes like the others.
pub(super) fn write(
    image: &ResultImage,
    file: &File,
    control: &mut Control<'_, ImageWritten>,
    failed: impl Fn(io::Error) -> WriteError,
) -> Result<(), WriteError> {
    let chunks = Chunks {
        image,
        file,
        of: image.blocks(),
        next: AtomicU64::new(0),
        written: AtomicU64::new(0),
        stopped: AtomicBool::new(false),
        failure: Mutex::new(None),
    };
    let token = control.token().clone();
    let outcome = thread::scope(|scope| {
        for _ in 1..chunks.threads() {
            let work = || chunks.work(|_| if token.is_cancelled() { Err(Cancelled) } else { Ok(()) });
            // Where no thread can be had, those that are there do the work.
            if thread::Builder::new().name("imapi-image".to_string()).spawn_scoped(scope, work).is_err() {
                break;
            }
        }
        chunks.work(|written| control.emit(&written))
    });
    match chunks.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((_, Failure::Source(error))) => return Err(error.into()),
        Some((_, Failure::File(error))) => return Err(failed(error)),
        None => outcome?,
    }
    // The last piece may be a hole.
    file.set_len(image.bytes()).map_err(failed)?;
    // The others may have been the last.
    Ok(control.emit(&ImageWritten { blocks: chunks.of, of: chunks.of })?)
}

impl Chunks<'_> {
    /// As many as have something to do; two also where there is one processor, since one may wait for a disk.
    fn threads(&self) -> u64 {
        let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get).clamp(2, MOST_THREADS);
        self.of.div_ceil(CHUNK_BLOCKS).min(processors as u64)
    }

    /// Makes and writes chunks until there are no more, and tells of each.
    fn work(&self, mut tell: impl FnMut(ImageWritten) -> Result<(), Cancelled>) -> Result<(), Cancelled> {
        let _leaves = Leaves(&self.stopped);
        let (mut buffer, mut cursor) = (vec![0; CHUNK], Cursor::default());
        while !self.stopped.load(Ordering::Acquire) {
            // Those before it are somebody's, who ends what he has begun: so what fails first is always found.
            let first = self.next.fetch_add(1, Ordering::Relaxed) * CHUNK_BLOCKS;
            if first >= self.of {
                break;
            }
            let blocks = CHUNK_BLOCKS.min(self.of - first);
            let bytes = usize::try_from(blocks).unwrap_or(usize::MAX).saturating_mul(BLOCK).min(CHUNK);
            if let Err(failure) = self.chunk(&mut cursor, first, &mut buffer[..bytes]) {
                self.note(first, failure);
                break;
            }
            let blocks = self.written.fetch_add(blocks, Ordering::Relaxed) + blocks;
            if blocks < self.of {
                tell(ImageWritten { blocks, of: self.of })?;
            }
        }
        Ok(())
    }

    fn chunk(&self, cursor: &mut Cursor, first: u64, out: &mut [u8]) -> Result<(), Failure> {
        let made = self.image.fill(cursor, first, out);
        made.map_err(|(block, error)| Failure::Source(SourceError::new(Block(block), error)))?;
        let places = (first * BLOCK as u64..).step_by(WRITE);
        // Zeros become holes, which take neither time nor room.
        let mut pieces = out.chunks(WRITE).zip(places).filter(|(piece, _)| *piece != &ZEROS[..piece.len()]);
        pieces.try_for_each(|(piece, at)| self.file.write_all_at(piece, at)).map_err(Failure::File)
    }

    fn note(&self, first: u64, failure: Failure) {
        let mut noted = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if noted.as_ref().is_none_or(|(before, _)| first < *before) {
            *noted = Some((first, failure));
        }
    }
}
