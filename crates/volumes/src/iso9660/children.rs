//! The entries of a folder: its records, those of one file put together.

use std::mem;

use imapi_volume_structs::{
    SECTOR,
    iso9660::{FileFlags, PARENT, SELF},
};

use super::{
    Disc,
    folder::{Folder, Told},
    moment,
    names::{Letters, make_harmless},
    ridge::{Attributes, Ridge},
};
use crate::{Entry, EntryKind, Place, Rule, Run, Runs, Severity, VolumeError};

const DATA_OUTSIDE: Rule = Rule {
    id: "iso9660.file.outside",
    clause: "ECMA-119 6.4",
    severity: Severity::Warning,
    broken: "the bytes of a file lie outside of what was recorded",
};

const NAME: Rule = Rule {
    id: "iso9660.name.path",
    clause: "ECMA-119 7.5, 7.6",
    severity: Severity::Error,
    broken: "a name that would be a path",
};

const SECTIONS: Rule = Rule {
    id: "iso9660.file.sections",
    clause: "ECMA-119 9.1.6",
    severity: Severity::Error,
    broken: "a file should go on in the next record, which is of something else",
};

const FOLDER_SECTIONS: Rule = Rule {
    id: "iso9660.folder.sections",
    clause: "ECMA-119 6.8.1",
    severity: Severity::Warning,
    broken: "a folder should go on in another place, which only files do",
};

const INTERLEAVED: Rule = Rule {
    id: "iso9660.file.interleaved",
    clause: "ECMA-119 6.4.3",
    severity: Severity::Error,
    broken: "a file is interleaved with others, which cannot be read here",
};

/// The entries of a folder, in the order of its records.
pub fn read(
    disc: &Disc,
    letters: Letters,
    ridge: Option<Ridge>,
    folder: Folder,
    name: &[u8],
) -> Result<Vec<Entry>, VolumeError> {
    let mut reading = Reading {
        disc,
        letters,
        ridge,
        attributes: Attributes::default(),
        name: Vec::new(),
        entries: Vec::new(),
        open: None,
    };
    let mut blocks = (folder.address, 0);
    folder.each(disc, name, |told| {
        if told.address != blocks.0 {
            // As many records as in the blocks so far can be expected in the others.
            blocks = (told.address, told.address - folder.address);
            reading.expect(blocks.1, folder.len.div_ceil(SECTOR as u64));
        }
        reading.take(told)
    })?;
    reading.close_open()?;
    Ok(reading.entries)
}

/// A folder of which nothing is known but where it is.
pub fn folder_entry(disc: &Disc, folder: Folder) -> Entry {
    let mut entry = Entry::new([], EntryKind::Directory, Place(disc.byte(folder.address)));
    entry.size = folder.len;
    entry.runs = [disc.run(folder.address, folder.len)].into_iter().collect();
    entry
}

/// What is read of a folder so far.
struct Reading<'a> {
    disc: &'a Disc,
    letters: Letters,
    ridge: Option<Ridge>,
    entries: Vec<Entry>,
    /// The last of the entries, while more sections of it are to come.
    open: Option<Open>,
    // These two are kept for their memory.
    attributes: Attributes,
    name: Vec<u8>,
}

/// A file that goes on in the next record.
struct Open {
    identifier: Box<[u8]>,
    sections: Vec<Run>,
    address: u64,
}

impl Reading<'_> {
    /// Makes room for as many entries as there will be, going by those of the blocks that were read.
    fn expect(&mut self, read: u64, all: u64) {
        if self.entries.len() < self.entries.capacity() {
            return;
        }
        // An eighth more, so that it does not have to be done again at the end.
        let per_block = self.entries.len().div_ceil(usize::try_from(read).unwrap_or(1).max(1)).min(SECTOR / 34);
        let left = all.saturating_sub(read).min(self.disc.blocks.count());
        let left = usize::try_from(left).unwrap_or(0).saturating_mul(per_block);
        self.entries.reserve_exact(left + left / 8);
    }

    fn take(&mut self, told: &Told<'_>) -> Result<(), VolumeError> {
        let Told { record, address, .. } = told;
        if record.identifier == SELF || record.identifier == PARENT {
            return Ok(());
        }
        let goes_on = record.flags.contains(FileFlags::MULTI_EXTENT);
        if let Some(open) = &mut self.open {
            if *open.identifier == *record.identifier && !record.flags.contains(FileFlags::DIRECTORY) {
                open.sections.push(self.disc.run(Folder::of(record).address, record.data_len.into()));
                return if goes_on { Ok(()) } else { self.close() };
            }
            self.close_open()?;
        }
        // It belongs to the next file; Linux does not show it either.
        if record.flags.contains(FileFlags::ASSOCIATED) {
            return Ok(());
        }
        let Some(mut entry) = self.entry(told)? else { return Ok(()) };
        if let Some(ridge) = self.ridge {
            if !ridge.describe(self.disc, &mut self.attributes, *address, &mut entry)? {
                return Ok(());
            }
        }
        let is_file = !record.flags.contains(FileFlags::DIRECTORY);
        match (goes_on, is_file) {
            (true, true) => {
                let sections = vec![self.disc.run(Folder::of(record).address, record.data_len.into())];
                self.open = Some(Open { identifier: record.identifier.into(), sections, address: *address });
            }
            (true, false) => {
                self.disc.tolerate(self.disc.finding_about(&FOLDER_SECTIONS, *address, &entry.name))?;
            }
            (false, _) => self.check_extent(&entry, *address)?,
        }
        self.entries.push(entry);
        Ok(())
    }

    /// What a record says; nothing when it is not to be shown.
    fn entry(&mut self, told: &Told<'_>) -> Result<Option<Entry>, VolumeError> {
        let Told { record, address, at } = told;
        let disc = self.disc;
        if let Some(ridge) = self.ridge {
            ridge.gather(disc, record, *address, &mut self.attributes)?;
            if self.attributes.is_relocated() {
                return Ok(None);
            }
        }
        match self.ridge.and(self.attributes.name()) {
            Some(name) => {
                self.name.clear();
                self.name.extend_from_slice(name);
            }
            None => self.letters.read(record.identifier, &mut self.name),
        }
        if !make_harmless(&mut self.name) {
            disc.tolerate(disc.finding_about(&NAME, *address, &self.name))?;
        }
        if (record.unit_size, record.gap_size) != (0, 0) {
            return self.interleaved(*address).map(|()| None);
        }
        let folder = Folder::of(record);
        let mut entry = if record.flags.contains(FileFlags::DIRECTORY) {
            folder_entry(disc, folder)
        } else {
            let place = disc.byte(*address).wrapping_add(*at as u64);
            let mut file = Entry::new([], EntryKind::File, Place(place));
            file.size = folder.len;
            file.runs = match folder.len {
                0 => Runs::None,
                len => Runs::One(disc.run(folder.address, len)),
            };
            file
        };
        entry.name = self.name.as_slice().into();
        entry.hidden = record.flags.contains(FileFlags::HIDDEN);
        let tells_date = self.ridge.is_some() && self.attributes.tells_modified();
        entry.times.modified = if tells_date { None } else { record.recorded.civil().map(moment) };
        Ok(Some(entry))
    }

    fn interleaved(&self, address: u64) -> Result<(), VolumeError> {
        let finding = self.disc.finding_about(&INTERLEAVED, address, &self.name);
        if self.disc.options.lenient.is_some() {
            return self.disc.tolerate(finding);
        }
        let (file_system, block) = (finding.file_system, finding.block);
        Err(VolumeError::Unsupported { file_system, feature: "interleaved files", block })
    }

    /// No more sections come, although some should.
    fn close_open(&mut self) -> Result<(), VolumeError> {
        let Some(open) = &self.open else { return Ok(()) };
        let name = self.entries.last().map_or(&[][..], |entry| &entry.name);
        self.disc.tolerate(self.disc.finding_about(&SECTIONS, open.address, name))?;
        self.close()
    }

    /// All sections of a file are there.
    fn close(&mut self) -> Result<(), VolumeError> {
        let (Some(open), Some(mut entry)) = (mem::take(&mut self.open), self.entries.pop()) else { return Ok(()) };
        entry.runs = open.sections.into_iter().collect();
        entry.size = entry.runs.bytes();
        self.check_extent(&entry, open.address)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Bytes that were not recorded are told, and that is all: whoever reads them will see.
    fn check_extent(&self, entry: &Entry, address: u64) -> Result<(), VolumeError> {
        if entry.is_directory() {
            return Ok(());
        }
        for run in entry.runs.as_slice() {
            let begins = self.disc.address(Place(run.start.unwrap_or(0)));
            if self.disc.lacks(begins, run.bytes) {
                let recorded = self.disc.blocks.end_address();
                let end = begins.saturating_add(run.bytes.div_ceil(SECTOR as u64));
                let finding = self.disc.finding_about(&DATA_OUTSIDE, address, &entry.name);
                return self.disc.tolerate(finding.numbers(end, recorded));
            }
        }
        Ok(())
    }
}
