//! Hashing beside the work: blocks go in, in their order, and two threads make checksums of them.

use std::{sync::Arc, thread};

use crossbeam_channel::{Receiver, Sender, bounded};
use sha2::{Digest as _, Sha256};

use super::{FileSpan, FileSum, Manifest, Sha256Sum};

/// Pieces that wait to be hashed: with a mebibyte each, as an engine reads them, 8 MiB. Both threads share them.
const WAITING: usize = 8;
const BLOCK: u64 = 2048;

/// Makes the checksums of an image whose blocks come in their order.
pub(super) struct Hasher {
    to: Vec<Sender<Arc<[u8]>>>,
    image: thread::JoinHandle<Sha256Sum>,
    files: thread::JoinHandle<Vec<FileSum>>,
    blocks: u64,
}

impl Hasher {
    pub fn new(files: Vec<FileSpan>) -> Self {
        let (to_image, from_image) = bounded(WAITING);
        let (to_files, from_files) = bounded(WAITING);
        Self {
            to: vec![to_image, to_files],
            image: thread::spawn(move || image(&from_image)),
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
    pub fn finish(self) -> Manifest {
        drop(self.to);
        Manifest { blocks: self.blocks, image: joined(self.image), files: joined(self.files) }
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

fn image(from: &Receiver<Arc<[u8]>>) -> Sha256Sum {
    let mut hash = Sha256::new();
    for bytes in from {
        hash.update(&bytes);
    }
    finished(hash)
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
    files.sort_by(|a, b| (a.begins(), a.bytes, &a.path).cmp(&(b.begins(), b.bytes, &b.path)));
    let mut sums: Vec<Option<Sha256Sum>> = vec![None; files.len()];
    let mut open: Vec<Open> = Vec::new();
    let (mut at, mut next) = (0_u64, 0);
    for bytes in from {
        let end = at + bytes.len() as u64;
        while let Some(file) = files.get(next).filter(|file| file.begins() < end) {
            let same = next.checked_sub(1).and_then(|before| files.get(before));
            let is_same = same.is_some_and(|same| (same.begins(), same.bytes) == (file.begins(), file.bytes));
            if !is_same {
                let begin = file.begins();
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
            let is_same = span == Some((file.begins(), file.bytes));
            span = Some((file.begins(), file.bytes));
            last = match sum {
                Some(sum) => sum,
                None if is_same => last,
                None => finished(Sha256::new()),
            };
            FileSum { sum: last, file }
        })
        .collect()
}
