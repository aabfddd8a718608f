//! [`Seen`]: what a file system has, after all of it was gone through once.

use std::collections::HashMap;

use imapi_disc_types::Block;
use imapi_volume_structs::SECTOR;

use super::{
    Checking,
    extents::{Extents, Use},
};
use crate::{Entry, EntryKind, Finding, Names, Rule, Runs, Severity, Volume, VolumeError, Walk};

const BEYOND: Rule = Rule {
    id: "iso9660.extent.volume",
    clause: "ECMA-119 6.2, 8.4.8",
    severity: Severity::Error,
    broken: "a file or folder lies behind the end of the volume",
};

const LINKS: Rule = Rule {
    id: "rock-ridge.links",
    clause: "RRIP 4.1.1",
    severity: Severity::Warning,
    broken: "a file has not as many names as it says",
};

/// A file system that was gone through.
pub struct Seen {
    pub volume: Box<dyn Volume>,
    /// Each file that has bytes: the byte of the source at which they begin, and how many there are.
    pub files: Vec<(u64, u64)>,
    /// Each name of what UDF has: the block of its entry, and whether it is a folder.
    pub entries: Vec<(u64, bool)>,
    /// Blocks that are in use, with the block that says so.
    pub used: Vec<(u64, u64, u64)>,
}

impl Seen {
    /// Goes through a volume, and tells what is wrong with it.
    pub fn of(checking: &Checking<'_>, volume: Box<dyn Volume>, extents: &mut Extents) -> Result<Self, VolumeError> {
        let mut going = Going {
            checking,
            names: volume.facts().names,
            extents,
            end: volume_end(checking, &*volume),
            files: Vec::new(),
            entries: Vec::new(),
            used: Vec::new(),
            links: HashMap::new(),
        };
        going.take(volume.root());
        for step in Walk::new(&*volume, &checking.options) {
            match step {
                Ok(step) => {
                    going.take(&step.entry);
                    going.streams(&*volume, &step.entry)?;
                }
                Err(error) => checking.failed(going.names.file_system(), error)?,
            }
        }
        going.check_links();
        let Going { mut files, entries, used, .. } = going;
        files.sort_unstable();
        files.dedup();
        Ok(Self { volume, files, entries, used })
    }

    pub fn names(&self) -> Names {
        self.volume.facts().names
    }

    /// Whether it has a file of which all bytes are there.
    pub fn has(&self, start: u64, size: u64) -> bool {
        self.files.binary_search(&(start, size)).is_ok()
    }
}

/// The address behind the volume, where it says how long it is. Some programs count its blocks from the beginning of the disc,
/// and some from that of the session.
fn volume_end(checking: &Checking<'_>, volume: &dyn Volume) -> u64 {
    if volume.facts().names == Names::Udf {
        return u64::MAX;
    }
    let session = checking.options.session.0.saturating_add(checking.options.displaced.into());
    volume.facts().blocks.saturating_add(session)
}

struct Going<'a, 'b> {
    checking: &'a Checking<'b>,
    names: Names,
    extents: &'a mut Extents,
    end: u64,
    files: Vec<(u64, u64)>,
    entries: Vec<(u64, bool)>,
    used: Vec<(u64, u64, u64)>,
    /// For each file that has a number: its links, its names, and where it is told.
    links: HashMap<u64, (u32, u32, u64)>,
}

impl Going<'_, '_> {
    fn take(&mut self, entry: &Entry) {
        let told = entry.place.0 / SECTOR as u64;
        let usage = if entry.is_directory() { Use::Structure } else { Use::File };
        if self.names == Names::Udf {
            self.entries.push((told, entry.is_directory()));
            self.used.push((told, told + 1, told));
        }
        if entry.kind == EntryKind::File {
            if let Some(start) = first(&entry.runs) {
                self.files.push((start, entry.size));
            }
        }
        self.runs(entry, usage, told);
        let is_counted = self.names == Names::RockRidge && !entry.is_directory();
        if let Some((inode, links)) =
            entry.posix.filter(|_| is_counted).and_then(|posix| Some((posix.inode?, posix.links)))
        {
            self.links.entry(inode).or_insert((links, 0, told)).1 += 1;
        }
    }

    fn runs(&mut self, entry: &Entry, usage: Use, told: u64) {
        let file_system = self.names.file_system();
        for run in entry.runs.as_slice() {
            let Some(start) = run.start else { continue };
            // What stands among what describes it is in no block of its own.
            if start % SECTOR as u64 != 0 {
                continue;
            }
            let (first, blocks) = (start / SECTOR as u64, run.bytes.div_ceil(SECTOR as u64));
            // What lies before the beginning of the source has wrapped around, and does so again.
            let address = first.wrapping_add(self.checking.options.displaced.into()) & (u64::MAX / SECTOR as u64);
            if address.saturating_add(blocks) > self.end {
                let finding = Finding::new(&BEYOND, file_system, Block(told)).about(&entry.name);
                self.checking.add(finding.numbers(address.saturating_add(blocks), self.end));
            }
            self.extents.add(usage, file_system, first, blocks, told);
            if self.names == Names::Udf {
                self.used.push((first, first.saturating_add(blocks), told));
            }
        }
    }

    fn streams(&mut self, volume: &dyn Volume, entry: &Entry) -> Result<(), VolumeError> {
        if !entry.has_streams {
            return Ok(());
        }
        let file_system = self.names.file_system();
        let streams = self.checking.options.salvage(file_system, volume.streams(entry));
        match streams {
            Ok(streams) => {
                for stream in streams.iter().flatten() {
                    let told = stream.place.0 / SECTOR as u64;
                    self.used.push((told, told + 1, told));
                    self.runs(stream, Use::File, told);
                }
                Ok(())
            }
            Err(error) => self.checking.failed(file_system, error),
        }
    }

    fn check_links(&self) {
        for &(links, names, told) in self.links.values() {
            if links != names {
                let finding = Finding::new(&LINKS, self.names.file_system(), Block(told));
                self.checking.add(finding.numbers(links, names));
            }
        }
    }
}

/// Where the bytes of a file begin.
fn first(runs: &Runs) -> Option<u64> {
    runs.as_slice().first().and_then(|run| run.start)
}
