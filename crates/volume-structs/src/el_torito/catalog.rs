//! [`Catalog`] and [`CatalogRecords`]: the whole list of what can be started.

use super::{BootEntry, EntryExtension, MediaFlags, Platform, RECORD_LEN, SectionHeader, ValidationEntry};
use crate::wire::Malformed;

/// A catalogue to be written. What follows from the list, such as which section is the last, is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Catalog<'a> {
    /// For what kind of machine the initial entry is, and who made the disc.
    pub validation: ValidationEntry,
    /// What is started unless somebody knows better.
    pub initial: BootEntry,
    /// For other machines, or for the same under other names.
    pub sections: &'a [Section<'a>],
}

/// Entries for one platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Section<'a> {
    /// For what kind of machine.
    pub platform: Platform,
    /// Its name, filled up with zeros.
    pub id: [u8; 28],
    /// The entries. There should be at least one.
    pub entries: &'a [SectionEntry<'a>],
}

/// An entry of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionEntry<'a> {
    /// The entry; whether it has extensions is not its own business here.
    pub entry: BootEntry,
    /// Criteria that do not fit into it.
    pub more_criteria: &'a [u8],
}

impl Catalog<'_> {
    /// Bytes of the records, without the zeros up to the end of a block.
    #[must_use]
    pub fn len(&self) -> usize {
        let sections = self.sections.iter().map(|section| {
            1 + section.entries.iter().map(|entry| 1 + extensions(entry.more_criteria).count()).sum::<usize>()
        });
        RECORD_LEN * (2 + sections.sum::<usize>())
    }

    /// Never: there are always two records.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes the records, and zeros into the rest of the buffer, which should be of whole blocks.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than [`len`](Self::len), or a section has more than 65,535 entries.
    pub fn encode(&self, out: &mut [u8]) {
        out.fill(0);
        let mut places = out.chunks_exact_mut(RECORD_LEN);
        let mut write = |record: [u8; RECORD_LEN]| {
            places.next().expect("the buffer has room for all records").copy_from_slice(&record);
        };
        write(self.validation.encode());
        write(self.initial.encode());
        for (index, section) in self.sections.iter().enumerate() {
            let header = SectionHeader {
                last: index + 1 == self.sections.len(),
                platform: section.platform,
                entries: u16::try_from(section.entries.len()).expect("a section has at most 65,535 entries"),
                id: section.id,
            };
            write(header.encode());
            for SectionEntry { mut entry, more_criteria } in section.entries.iter().copied() {
                let extended = if more_criteria.is_empty() { 0 } else { MediaFlags::EXTENDED.0 };
                entry.flags = MediaFlags(entry.flags.0 & !MediaFlags::EXTENDED.0 | extended);
                write(entry.encode());
                extensions(more_criteria).for_each(|extension| write(extension.encode()));
            }
        }
    }
}

/// The extensions that so many criteria need.
fn extensions(criteria: &[u8]) -> impl Iterator<Item = EntryExtension> + '_ {
    let last = criteria.len().div_ceil(EntryExtension::CRITERIA);
    criteria.chunks(EntryExtension::CRITERIA).enumerate().map(move |(index, part)| {
        let mut criteria = [0; EntryExtension::CRITERIA];
        criteria[..part.len()].copy_from_slice(part);
        EntryExtension { more: index + 1 < last, criteria }
    })
}

/// A record of a catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CatalogRecord {
    /// The first record.
    Validation(ValidationEntry),
    /// The second.
    Initial(BootEntry),
    /// The head of a section.
    Section(SectionHeader),
    /// An entry of that section.
    Entry(BootEntry),
    /// More criteria of that entry.
    Extension(EntryExtension),
}

/// The records of a catalogue, up to its end: behind the entries of the last section, or where no record begins.
///
/// The specification says that a header counts its entries; whether extensions are entries too, writers do not agree. So
/// a record is known by its first byte, and the count only tells entries that are not bootable from the zeros at the end.
#[derive(Debug, Clone)]
pub struct CatalogRecords<'a> {
    rest: &'a [u8],
    at: usize,
    /// Entries which the section still has.
    left: u16,
    last: bool,
}

impl<'a> CatalogRecords<'a> {
    /// The records of a catalogue, given the blocks that it may lie in.
    #[must_use]
    pub const fn new(catalog: &'a [u8]) -> Self {
        Self { rest: catalog, at: 0, left: 0, last: false }
    }

    fn decode(&mut self, record: &[u8; RECORD_LEN]) -> Option<Result<CatalogRecord, Malformed>> {
        match (self.at, record[0]) {
            (0, _) => Some(ValidationEntry::decode(record).map(CatalogRecord::Validation)),
            (RECORD_LEN, _) => Some(BootEntry::decode(record).map(CatalogRecord::Initial)),
            (_, SectionHeader::MORE | SectionHeader::LAST) if !self.last => {
                let header = SectionHeader::decode(record);
                if let Ok(header) = header {
                    (self.left, self.last) = (header.entries, header.last);
                }
                Some(header.map(CatalogRecord::Section))
            }
            (_, EntryExtension::ID) => Some(EntryExtension::decode(record).map(CatalogRecord::Extension)),
            (_, BootEntry::BOOTABLE | BootEntry::NOT_BOOTABLE) if self.left > 0 => {
                self.left -= 1;
                Some(BootEntry::decode(record).map(CatalogRecord::Entry))
            }
            _ => None,
        }
    }
}

impl Iterator for CatalogRecords<'_> {
    type Item = Result<CatalogRecord, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let (record, rest) = self.rest.split_first_chunk::<RECORD_LEN>()?;
        let at = self.at;
        let decoded = self.decode(record).map(|result| result.map_err(|error| error.moved(at)));
        // What is wrong at the beginning makes all that follows worthless.
        self.rest = if matches!(decoded, Some(Ok(_))) { rest } else { &[] };
        self.at += RECORD_LEN;
        decoded
    }
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::{SECTOR, el_torito::Emulation};

    fn entry(block: u32) -> BootEntry {
        BootEntry::no_emulation(block, 4)
    }

    fn validation() -> ValidationEntry {
        ValidationEntry { platform: Platform::X86, manufacturer: [0; 24] }
    }

    #[test]
    fn sections_are_told_apart_and_the_last_is_known() {
        let floppy = BootEntry { bootable: false, emulation: Emulation::FLOPPY_1440, ..entry(40) };
        let plain = |entry| SectionEntry { entry, more_criteria: &[] };
        let with_criteria = SectionEntry { entry: entry(30), more_criteria: &[0xCC; 31] };
        let sections = [
            Section { platform: Platform::EFI, id: [0; 28], entries: &[plain(entry(20))] },
            Section { platform: Platform::X86, id: [b'x'; 28], entries: &[with_criteria, plain(floppy)] },
        ];
        let catalog = Catalog { validation: validation(), initial: entry(10), sections: &sections };
        assert_eq!(catalog.len(), 32 * 9);
        let mut out = [0xA5; SECTOR];
        catalog.encode(&mut out);
        let ids: Vec<u8> = out.chunks(RECORD_LEN).map(|record| record[0]).take(10).collect();
        assert_eq!(ids, [1, 0x88, 0x90, 0x88, 0x91, 0x88, 0x44, 0x44, 0, 0]);
        assert_eq!((out[32 * 5 + 1], out[32 * 6 + 1], out[32 * 7 + 1]), (0x20, 0x20, 0));

        let records: Result<Vec<_>, _> = CatalogRecords::new(&out).collect();
        let mut tail = [0; 30];
        tail[0] = 0xCC;
        let header =
            |last, platform, entries, id| CatalogRecord::Section(SectionHeader { last, platform, entries, id });
        assert_eq!(
            records,
            Ok(vec![
                CatalogRecord::Validation(validation()),
                CatalogRecord::Initial(entry(10)),
                header(false, Platform::EFI, 1, [0; 28]),
                CatalogRecord::Entry(entry(20)),
                header(true, Platform::X86, 2, [b'x'; 28]),
                CatalogRecord::Entry(BootEntry { flags: MediaFlags::EXTENDED, ..entry(30) }),
                CatalogRecord::Extension(EntryExtension { more: true, criteria: [0xCC; 30] }),
                CatalogRecord::Extension(EntryExtension { more: false, criteria: tail }),
                CatalogRecord::Entry(floppy),
            ])
        );
    }

    #[test]
    fn a_catalogue_of_one_entry_ends_behind_it() {
        let catalog = Catalog { validation: validation(), initial: entry(10), sections: &[] };
        let mut out = [0xA5; SECTOR];
        catalog.encode(&mut out);
        assert_eq!(CatalogRecords::new(&out).count(), 2);
        out[28] ^= 1;
        let found: Vec<_> = CatalogRecords::new(&out).collect();
        assert_eq!(found, [Err(Malformed::new("a validation entry with a wrong checksum", 28))]);
    }

    #[test]
    fn nothing_follows_the_last_section() {
        let section = Section { platform: Platform::EFI, id: [0; 28], entries: &[] };
        let catalog = Catalog { validation: validation(), initial: entry(10), sections: &[section, section] };
        let mut out = [0xA5; SECTOR];
        catalog.encode(&mut out);
        out[32 * 4] = 0x91;
        assert_eq!(CatalogRecords::new(&out).count(), 4);
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_loop(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut catalog = [0; 1200];
            Catalog { validation: validation(), initial: entry(10), sections: &[] }.encode(&mut catalog[..64]);
            catalog[64..64 + bytes.len()].copy_from_slice(&bytes);
            prop_assert!(CatalogRecords::new(&catalog).count() <= 1200 / 32);
            prop_assert!(CatalogRecords::new(&bytes).count() <= 600 / 32);
        }
    }
}
