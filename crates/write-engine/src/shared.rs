//! [`SharedSource`]: one source for several drives, read once as long as they keep together.

use std::{
    borrow::Cow,
    collections::VecDeque,
    fmt,
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use imapi_disc_types::{Block, BlockRange, BlockSource, Request, SourceError};

/// A source with a window on what was read last. Drives that burn the same from it read it once; one that falls behind
/// the window reads for itself, so that nobody waits for it.
#[derive(Clone)]
pub struct SharedSource {
    source: Arc<dyn BlockSource>,
    window: Arc<Mutex<VecDeque<Piece>>>,
    /// Blocks of a piece.
    piece: u64,
    /// Pieces of the window.
    pieces: usize,
}

/// A part of the source, read when the first drive wants it: the others wait for it, which takes less than reading.
#[derive(Clone)]
struct Piece {
    number: u64,
    bytes: Arc<Mutex<Vec<u8>>>,
}

/// Bytes that are read at once.
const PIECE: usize = 1 << 20;

impl SharedSource {
    /// With a window of so many bytes.
    #[must_use]
    pub fn new(source: Arc<dyn BlockSource>, window: usize) -> Self {
        let piece = (PIECE / source.block_size().get() as usize).max(1) as u64;
        Self { source, window: Arc::default(), piece, pieces: (window / PIECE).max(2) }
    }

    /// The piece with that number, unless the window has gone on.
    fn piece(&self, number: u64) -> Option<Piece> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = window.iter().find(|piece| piece.number == number) {
            return Some(found.clone());
        }
        if window.back().is_some_and(|last| last.number > number) {
            return None;
        }
        // The memory of a piece that nobody reads any more serves again, so that there is never more of it.
        let oldest = if window.len() < self.pieces { None } else { window.pop_front() };
        let memory = oldest.and_then(|piece| Arc::into_inner(piece.bytes)).map(Mutex::into_inner);
        let mut bytes = memory.map(|bytes| bytes.unwrap_or_else(PoisonError::into_inner)).unwrap_or_default();
        bytes.clear();
        let new = Piece { number, bytes: Arc::new(Mutex::new(bytes)) };
        window.push_back(new.clone());
        Some(new)
    }

    /// What there is of a piece, when it can be read whole.
    fn copy(&self, piece: &Piece, offset: usize, out: &mut [u8]) -> Option<usize> {
        let mut bytes = piece.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        if bytes.is_empty() {
            let first = piece.number * self.piece;
            let blocks = self.piece.min(self.source.blocks().checked_sub(first)?);
            let len = usize::try_from(blocks).ok()?.checked_mul(self.source.block_size().get() as usize)?;
            bytes.resize(len, 0);
            if self.source.read_all(Block(first), &mut bytes).is_err() {
                bytes.clear();
                return None;
            }
        }
        let there = bytes.get(offset..)?;
        let count = there.len().min(out.len());
        out[..count].copy_from_slice(&there[..count]);
        Some(count)
    }
}

impl fmt::Debug for SharedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSource").field("blocks", &self.blocks()).finish_non_exhaustive()
    }
}

impl BlockSource for SharedSource {
    fn block_size(&self) -> NonZeroU32 {
        self.source.block_size()
    }

    fn blocks(&self) -> u64 {
        self.source.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let size = self.block_size().get() as usize;
        let offset = usize::try_from(first.0 % self.piece).unwrap_or(usize::MAX).saturating_mul(size);
        let piece = self.piece(first.0 / self.piece);
        let copied = piece.and_then(|piece| self.copy(&piece, offset, request.out));
        let blocks = copied.and_then(|bytes| NonZeroU32::new(u32::try_from(bytes / size).ok()?));
        // What cannot be read whole is read block by block, so that the error is about the right one.
        blocks.map_or_else(|| self.source.read(first, request.out), Ok)
    }

    fn modified(&self) -> Option<&[BlockRange]> {
        self.source.modified()
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.source.name_of(block)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Blocks with their numbers in them, and a count of those that were read.
    struct Counting(AtomicU64, u64);

    impl BlockSource for Counting {
        fn block_size(&self) -> NonZeroU32 {
            NonZeroU32::new(2048).expect("not zero")
        }

        fn blocks(&self) -> u64 {
            self.1
        }

        fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
            let request = Request::admit(self, first, out)?;
            for (number, block) in (first.0..).zip(request.out.chunks_exact_mut(2048)) {
                block[..8].copy_from_slice(&number.to_le_bytes());
            }
            self.0.fetch_add(request.count.get().into(), Ordering::Relaxed);
            Ok(request.count)
        }
    }

    fn numbers(source: &dyn BlockSource, from: u64, to: u64) {
        let mut block = from;
        let mut out = vec![0; 16 * 2048];
        while block < to {
            let count = source.read(Block(block), &mut out).expect("readable").get();
            for bytes in out.chunks_exact(2048).take(count as usize) {
                assert_eq!(bytes[..8], block.to_le_bytes());
                block += 1;
            }
        }
    }

    #[test]
    fn drives_that_keep_together_read_the_source_once() {
        let counting = Arc::new(Counting(AtomicU64::new(0), 2100));
        let shared = SharedSource::new(Arc::<Counting>::clone(&counting), 4 << 20);
        for from in (0..2100).step_by(300) {
            for _ in 0..3 {
                numbers(&shared, from, from + 300);
            }
        }
        assert_eq!(counting.0.load(Ordering::Relaxed), 2100);
    }

    #[test]
    fn a_drive_that_falls_behind_reads_for_itself_and_moves_the_window_for_nobody() {
        let counting = Arc::new(Counting(AtomicU64::new(0), 4096));
        let shared = SharedSource::new(Arc::<Counting>::clone(&counting), 2 << 20);
        numbers(&shared, 0, 4096);
        assert_eq!(counting.0.load(Ordering::Relaxed), 4096);
        numbers(&shared, 0, 512);
        assert_eq!(counting.0.load(Ordering::Relaxed), 4096 + 512);
        numbers(&shared, 4000, 4096);
        assert_eq!(counting.0.load(Ordering::Relaxed), 4096 + 512, "the window is where it was");
    }
}
