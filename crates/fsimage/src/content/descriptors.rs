//! [`Descriptors`]: the files that are open, of which there are never many.

use std::{fs::File, io, sync::Arc};

use rustix::fs::OFlags;

use super::{FolderId, Folders};

/// How many files a reader keeps open. With the folders that makes 64, a sixteenth of what a program may have.
pub(super) const FILES: usize = 56;
/// How many folders.
pub(crate) const FOLDERS: usize = 8;

/// Open files by key; the one that was not used for longest makes room.
#[derive(Debug)]
pub(crate) struct Descriptors<K> {
    open: Vec<(K, u64, Arc<File>)>,
    limit: usize,
    /// Counts uses.
    clock: u64,
}

impl<K: Copy + PartialEq> Descriptors<K> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { open: Vec::with_capacity(limit), limit, clock: 0 }
    }

    pub(crate) fn get(&mut self, key: K) -> Option<Arc<File>> {
        self.clock += 1;
        let clock = self.clock;
        self.open.iter_mut().find(|(there, ..)| *there == key).map(|(_, used, file)| {
            *used = clock;
            Arc::clone(file)
        })
    }

    /// Keeps a file. The one that has to go is returned, so that it is closed when no lock is held.
    #[must_use]
    pub(crate) fn put(&mut self, key: K, file: Arc<File>) -> Option<Arc<File>> {
        self.clock += 1;
        let place = match self.open.iter().position(|(there, ..)| *there == key) {
            None if self.open.len() < self.limit => {
                self.open.push((key, self.clock, file));
                return None;
            }
            Some(place) => place,
            None => self.open.iter().enumerate().min_by_key(|(_, (_, used, _))| *used).map_or(0, |(place, _)| place),
        };
        let (_, _, old) = std::mem::replace(&mut self.open[place], (key, self.clock, file));
        Some(old)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }
}

/// Opens a folder step by step from the nearest one that is open: its whole path may be longer than the system takes.
/// `found` asks for open ones.
pub(crate) fn open_folder(
    folders: &Folders,
    id: FolderId,
    flags: OFlags,
    mut found: impl FnMut(FolderId) -> Option<Arc<File>>,
) -> io::Result<Arc<File>> {
    let mut below = Vec::new();
    let mut at = Some(id);
    let mut open = None;
    while let Some(here) = at {
        open = found(here);
        if open.is_some() {
            break;
        }
        below.push(here);
        at = folders.parent(here);
    }
    while let Some(next) = below.pop() {
        // Steps on the way only lead on; the last one may be listed.
        let how = if next == id { flags } else { OFlags::PATH };
        open = Some(Arc::new(folders.open(next, open.as_deref(), how)?));
    }
    open.ok_or_else(|| io::ErrorKind::NotFound.into())
}
