//! Hashing beside the work: blocks go in, in their order, and two threads make checksums of them.

use std::{sync::Arc, thread};

use crossbeam_channel::{Receiver, Sender, bounded};
use sha2::{Digest as _, Sha256};

use super::{FileSpan, FileSum, Sha256Sum};

/// Pieces that wait to be hashed: with a mebibyte each, as an engine reads them, 8 MiB. Both threads share them.
const WAITING: usize = 8;
const BLOCK: u64 = 2048;

/// Makes the checksums of an image whose blocks come in their order.
pub(crate) struct Hasher {
    to: Vec<Sender<Arc<[u8]>>>,
    areas: thread::JoinHandle<Vec<Sha256Sum>>,
    files: thread::JoinHandle<Vec<FileSum>>,
    blocks: u64,
}

/// What came of it.
pub(crate) struct Hashed {
    pub blocks: u64,
    /// Of each area of the image, of which there is one also when nothing came.
    pub areas: Vec<Sha256Sum>,
    pub files: Vec<FileSum>,
}

impl Hasher {
    /// Of these files, and of areas of so many blocks.
    pub fn new(files: Vec<FileSpan>, area: u64) -> Self {
        let (to_areas, from_areas) = bounded(WAITING);
        let (to_files, from_files) = bounded(WAITING);
        Self {
            to: vec![to_areas, to_files],
            areas: thread::spawn(move || sum_areas(area.saturating_mul(BLOCK), &from_areas)),
            files: thread::spawn(move || sum_files(files, &from_files)),
            blocks: 0,
        }
    }

    /// The next blocks. Whoever brings more than is hashed waits.
    pub fn take(&mut self, bytes: &Arc<[u8]>) {
        self.blocks += bytes.len() as u64 / BLOCK;
        for to in &self.to {
            // A thread that has panicked is found when all has come.
            let _ = to.send(Arc::clone(bytes));
        }
    }

    /// All has come.
    pub fn finish(self) -> Hashed {
        drop(self.to);
        Hashed { blocks: self.blocks, areas: joined(self.areas), files: joined(self.files) }
    }
}

fn joined<T>(thread: thread::JoinHandle<T>) -> T {
    match thread.join() {
        Ok(result) => result,
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn finished(hash: Sha256) -> Sha256Sum {
    Sha256Sum(hash.finalize().into())
}

fn sum_areas(area: u64, from: &Receiver<Arc<[u8]>>) -> Vec<Sha256Sum> {
    let (mut sums, mut hash, mut left) = (Vec::new(), Sha256::new(), area);
    for bytes in from {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            // An area ends when the next one begins, so that the last one is whole however long it is.
            if left == 0 {
                sums.push(finished(std::mem::take(&mut hash)));
                left = area;
            }
            let (part, after) = rest.split_at(usize::try_from(left).unwrap_or(usize::MAX).min(rest.len()));
            hash.update(part);
            left -= part.len() as u64;
            rest = after;
        }
    }
    sums.push(finished(hash));
    sums
}

/// A file some of whose bytes have come.
struct Open {
    /// Its place among the files.
    number: usize,
    /// Where its next byte is in the image.
    next: u64,
    end: u64,
    hash: Sha256,
}

fn sum_files(mut files: Vec<FileSpan>, from: &Receiver<Arc<[u8]>>) -> Vec<FileSum> {
    // Files that share their bytes are hashed once.
    files.sort_by(|a, b| (a.block, a.bytes, &a.path).cmp(&(b.block, b.bytes, &b.path)));
    let mut sums: Vec<Option<Sha256Sum>> = vec![None; files.len()];
    let mut open: Vec<Open> = Vec::new();
    let (mut at, mut next) = (0_u64, 0);
    for bytes in from {
        let end = at + bytes.len() as u64;
        while let Some(file) = files.get(next).filter(|file| file.block.saturating_mul(BLOCK) < end) {
            let same = next.checked_sub(1).and_then(|before| files.get(before));
            let is_same = same.is_some_and(|same| (same.block, same.bytes) == (file.block, file.bytes));
            if !is_same {
                let begin = file.block.saturating_mul(BLOCK);
                let end = begin.saturating_add(file.bytes);
                open.push(Open { number: next, next: begin, end, hash: Sha256::new() });
            }
            next += 1;
        }
        open.retain_mut(|file| {
            let until = file.end.min(end);
            let place = |offset: u64| usize::try_from(offset.saturating_sub(at)).unwrap_or(usize::MAX);
            if let Some(part) = bytes.get(place(file.next)..place(until)) {
                file.hash.update(part);
                file.next = until;
            }
            let is_whole = file.next >= file.end;
            if is_whole {
                sums[file.number] = Some(finished(std::mem::take(&mut file.hash)));
            }
            !is_whole
        });
        at = end;
    }
    // What the image ends before has no checksum but that of what came.
    for file in open {
        sums[file.number] = Some(finished(file.hash));
    }
    let mut last = finished(Sha256::new());
    let mut span = None;
    files
        .into_iter()
        .zip(sums)
        .map(|(file, sum)| {
            let is_same = span == Some((file.block, file.bytes));
            span = Some((file.block, file.bytes));
            last = match sum {
                Some(sum) => sum,
                None if is_same => last,
                None => finished(Sha256::new()),
            };
            FileSum { sum: last, file }
        })
        .collect()
}
