//! [`Folder`]: the records of a folder, one block after the other.

use std::sync::atomic::Ordering;

use imapi_volume_structs::{
    SECTOR,
    iso9660::{DirectoryRecord, DirectoryRecords, SELF},
};

use super::Disc;
use crate::{Rule, Severity, VolumeError};

const OUTSIDE: Rule = Rule {
    id: "iso9660.folder.outside",
    clause: "ECMA-119 6.8.1",
    severity: Severity::Error,
    broken: "a folder lies outside of what was recorded",
};

const NOT_A_FOLDER: Rule = Rule {
    id: "iso9660.folder.self",
    clause: "ECMA-119 6.8.2.2",
    severity: Severity::Error,
    broken: "a folder does not begin with its record of itself",
};

const RUNS_ON: Rule = Rule {
    id: "iso9660.folder.length",
    clause: "ECMA-119 6.8.1",
    severity: Severity::Warning,
    broken: "another folder begins where a folder should go on",
};

const MALFORMED: Rule = Rule {
    id: "iso9660.record.malformed",
    clause: "ECMA-119 9.1",
    severity: Severity::Error,
    broken: "what should be a record of a folder is none",
};

/// Where a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folder {
    /// Its first block, behind any extended attributes.
    pub address: u64,
    /// Its bytes.
    pub len: u64,
}

/// A record of a folder, and where it stands.
pub struct Told<'a> {
    /// What it says.
    pub record: DirectoryRecord<'a>,
    /// Its block.
    pub address: u64,
    /// The byte of that block at which it begins.
    pub at: usize,
}

impl Folder {
    /// The one that a record leads to.
    pub fn of(record: &DirectoryRecord<'_>) -> Self {
        Self {
            address: u64::from(record.extent) + u64::from(record.extended_attribute_len),
            len: record.data_len.into(),
        }
    }

    /// Tells its records, that of itself first.
    ///
    /// Since a folder begins with its record of itself, and that can only be at the beginning of a block, it ends where the
    /// next folder begins, however long it is said to be. So no block is read for more than one folder.
    pub fn each(
        self,
        disc: &Disc,
        name: &[u8],
        mut tell: impl FnMut(&Told<'_>) -> Result<(), VolumeError>,
    ) -> Result<(), VolumeError> {
        let mut begins = None;
        let mut sector = [0; SECTOR];
        for address in self.address..self.recorded_end(disc, name)? {
            let copied = disc.blocks.with(address, |block| sector.copy_from_slice(block));
            if disc.salvage(copied)?.is_none() {
                // A folder whose beginning cannot be read may have one all the same.
                begins.get_or_insert(false);
                continue;
            }
            let first = address == self.address;
            for item in DirectoryRecords::new(&sector) {
                let (at, record) = match item {
                    Ok(told) => told,
                    Err(malformed) => {
                        disc.tolerate(disc.finding_about(&MALFORMED, address, name).malformed(malformed))?;
                        continue;
                    }
                };
                match (first && at == 0, record.identifier == SELF) {
                    (true, true) => begins = Some(true),
                    (false, true) => return disc.tolerate(disc.finding_about(&RUNS_ON, address, name)),
                    _ => {}
                }
                if begins.is_none() {
                    begins = Some(false);
                    disc.tolerate(disc.finding_about(&NOT_A_FOLDER, address, name))?;
                }
                tell(&Told { record, address, at })?;
            }
            if begins.is_none() {
                begins = Some(false);
                disc.tolerate(disc.finding_about(&NOT_A_FOLDER, address, name))?;
            }
            if begins == Some(false) && !disc.may_salvage() {
                break;
            }
        }
        Ok(())
    }

    /// The address behind its last block that was recorded.
    fn recorded_end(self, disc: &Disc, name: &[u8]) -> Result<u64, VolumeError> {
        if self.len == 0 {
            disc.tolerate(disc.finding_about(&NOT_A_FOLDER, self.address, name))?;
        }
        let end = self.address.saturating_add(self.len.div_ceil(SECTOR as u64));
        if disc.lacks(self.address, self.len) {
            let recorded = disc.blocks.end_address();
            disc.tolerate(disc.finding_about(&OUTSIDE, self.address, name).numbers(end, recorded))?;
            let begins = disc.blocks.locate(self.address, 0).is_ok();
            return Ok(if begins { end.min(recorded) } else { self.address });
        }
        Ok(end)
    }
}

impl Disc {
    /// One more block of a folder that does not begin as folders do may be looked through.
    fn may_salvage(&self) -> bool {
        let taken = self.to_salvage.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.is_ok()
    }
}
