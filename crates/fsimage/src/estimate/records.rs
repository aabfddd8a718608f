//! How many blocks directories and path tables of ISO 9660 and Joliet take at most.
//!
//! What a record is called is known when all of its neighbours are. Until then: a name has no more characters than it has
//! in the tree, and one more where a dot is missing; a number behind it has no more digits than there are neighbours for.

use imapi_volume_structs::iso9660::{DirectoryRecord, joliet};

use crate::plan::pack::BLOCK;

/// How long identifiers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lengths {
    /// The most characters of a file's name, with its dot and without its version.
    file: usize,
    /// The most characters of a folder's name.
    folder: usize,
    /// Bytes of a character.
    unit: usize,
    /// Characters that are added to a file's name that has no dot.
    dot: usize,
}

/// Characters of a version: `;1`.
const VERSION: usize = 2;
/// Bytes of the two records that each directory begins with.
const OWN: u64 = 2 * DirectoryRecord::base_len(1) as u64;
/// Bytes of a path table's record beside the name.
const TABLE_RECORD: usize = 8;

impl Lengths {
    pub const EIGHT: Self = Self { file: 12, folder: 8, unit: 1, dot: 1 };
    pub const THIRTY: Self = Self { file: 31, folder: 31, unit: 1, dot: 1 };
    pub const JOLIET: Self = Self { file: joliet::MAX_UNITS, folder: joliet::MAX_UNITS, unit: 2, dot: 0 };

    /// The most bytes of an identifier that has no number.
    pub fn identifier(&self, name: &[u8], is_folder: bool) -> usize {
        let characters = if name.is_ascii() {
            name.len()
        } else {
            let text = String::from_utf8_lossy(name);
            if self.unit == 1 { text.chars().count() } else { text.encode_utf16().count() }
        };
        let characters =
            if is_folder { characters.min(self.folder) } else { (characters + self.dot).min(self.file) + VERSION };
        characters * self.unit
    }

    /// The longest record of a directory.
    fn longest(&self) -> u64 {
        DirectoryRecord::base_len((self.file + VERSION).max(self.folder) * self.unit) as u64
    }

    fn longest_in_table(&self) -> u64 {
        ((TABLE_RECORD + self.folder * self.unit).next_multiple_of(2)) as u64
    }
}

/// The records of a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Folder {
    bytes: u64,
    records: u32,
    /// Bytes of the folders in it in the path table.
    table: u64,
    folders: u32,
}

/// The digits that a number behind a name may have.
///
/// Numbers of as many digits make different names of any two files. So when all of them are tried and taken, there are as
/// many files.
pub(crate) fn digits(records: u32) -> u64 {
    let (mut digits, mut most) = (0, 1);
    while u64::from(records) > most {
        digits += 1;
        most = 9 * 10_u64.pow(digits - 1);
    }
    u64::from(digits)
}

impl Folder {
    pub fn records(&self) -> u32 {
        self.records
    }

    /// Adds a record so many times, or takes it out; that of a folder stands in the path table too.
    pub fn change(&mut self, record: u64, copies: u32, table: Option<usize>, more: bool) {
        let bytes = record * u64::from(copies);
        let entry = table.map_or(0, |identifier| (TABLE_RECORD + identifier).next_multiple_of(2) as u64);
        let folders = u32::from(table.is_some());
        if more {
            self.bytes += bytes;
            self.records += copies;
            self.table += entry;
            self.folders += folders;
        } else {
            self.bytes -= bytes;
            self.records -= copies;
            self.table -= entry;
            self.folders -= folders;
        }
    }

    /// Bytes that numbers may add to each of its records.
    fn longer(&self, lengths: &Lengths) -> u64 {
        (digits(self.records) * lengths.unit as u64).next_multiple_of(2)
    }

    fn blocks(&self, lengths: &Lengths) -> u64 {
        let (records, longest) = (u64::from(self.records), lengths.longest());
        let bytes = OWN + (self.bytes + records * self.longer(lengths)).min(records * longest);
        if bytes <= BLOCK as u64 {
            return 1;
        }
        // A block that is not the last lacks less than the next record, and all lengths are even.
        (bytes - 2) / (BLOCK as u64 + 2 - longest) + 1
    }

    fn table(&self, lengths: &Lengths) -> u64 {
        let folders = u64::from(self.folders);
        (self.table + folders * self.longer(lengths)).min(folders * lengths.longest_in_table())
    }
}

/// The directories and the path tables of a file system.
#[derive(Debug, Clone)]
pub(super) struct Records {
    lengths: Lengths,
    directories: u64,
    /// Bytes, without the root's.
    table: u64,
}

impl Records {
    pub fn new(lengths: Lengths) -> Self {
        Self { lengths, directories: 0, table: 0 }
    }

    pub fn lengths(&self) -> &Lengths {
        &self.lengths
    }

    /// Adds what a folder takes, or subtracts it.
    pub fn count(&mut self, folder: &Folder, more: bool) {
        super::count(&mut self.directories, folder.blocks(&self.lengths), more);
        super::count(&mut self.table, folder.table(&self.lengths), more);
    }

    /// Blocks of each of the two path tables, and of all directories.
    pub fn claims(&self) -> [u64; 3] {
        let root = (TABLE_RECORD + 1).next_multiple_of(2) as u64;
        let table = (root + self.table).div_ceil(BLOCK as u64);
        [table, table, self.directories]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_as_many_digits_as_neighbours_can_ask_for() {
        for (records, expected) in [(0, 0), (1, 0), (2, 1), (9, 1), (10, 2), (90, 2), (91, 3), (900, 3), (901, 4)] {
            assert_eq!(digits(records), expected, "{records}");
        }
        assert_eq!(digits(u32::MAX), 10);
    }

    #[test]
    fn what_is_taken_out_leaves_nothing() {
        let (mut folder, mut records) = (Folder::default(), Records::new(Lengths::THIRTY));
        let empty = records.claims();
        records.count(&folder, true);
        for more in [true, false] {
            records.count(&folder, false);
            folder.change(48, 3, Some(9), more);
            records.count(&folder, true);
        }
        records.count(&folder, false);
        assert_eq!((folder, records.claims()), (Folder::default(), empty));
    }
}
