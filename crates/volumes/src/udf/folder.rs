//! What is in a folder.

use std::collections::HashSet;

use imapi_volume_structs::{
    SECTOR,
    udf::{FileCharacteristics, FileIdentifier, LongAd, Tag, TagId},
};

use super::{disc::Disc, medium::mend, name};
use crate::{Entry, Rule, Run, Runs, Severity, VolumeError};

const IDENTIFIER: Rule = Rule {
    id: "udf.folder.identifier",
    clause: "ECMA-167 4/8.6, 4/14.4",
    severity: Severity::Error,
    broken: "a folder has something in it that is no name",
};

const CUT: Rule = Rule {
    id: "udf.folder.cut",
    clause: "ECMA-167 4/8.6",
    severity: Severity::Error,
    broken: "a folder ends within a name",
};

const LONG: Rule = Rule {
    id: "udf.folder.length",
    clause: "ECMA-167 4/8.6",
    severity: Severity::Error,
    broken: "a folder is longer than the medium, or has the same blocks twice",
};

const LOCATION: Rule = Rule {
    id: "udf.folder.location",
    clause: "ECMA-167 4/14.4.1",
    severity: Severity::Warning,
    broken: "a name says that it belongs into another block",
};

const NO_PARENT: Rule = Rule {
    id: "udf.folder.parent",
    clause: "ECMA-167 4/8.6",
    severity: Severity::Warning,
    broken: "a folder does not say which folder it is in, or says it more than once",
};

const VERSION: Rule = Rule {
    id: "udf.folder.version",
    clause: "OSTA UDF 2.3.4.1",
    severity: Severity::Warning,
    broken: "a name has a version other than 1",
};

const KIND: Rule = Rule {
    id: "udf.folder.kind",
    clause: "ECMA-167 4/14.4.3",
    severity: Severity::Warning,
    broken: "a name says that it is of a folder and leads to a file, or the other way round",
};

const TWICE: Rule = Rule {
    id: "udf.folder.twice",
    clause: "ECMA-167 4/8.6",
    severity: Severity::Error,
    broken: "a name is in a folder twice",
};

/// A name in a folder, and what it leads to.
struct Named {
    version: u16,
    characteristics: FileCharacteristics,
    icb: LongAd,
    name: Box<[u8]>,
    address: u64,
}

/// Which folder it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Folder {
    OfFiles,
    OfStreams,
}

impl Disc<'_> {
    /// What is in a folder whose bytes are there.
    pub fn children(&self, runs: &Runs, address: u64, folder: Folder) -> Result<Vec<Entry>, VolumeError> {
        self.check_length(runs, address)?;
        let mut budget = self.budget();
        let mut all = Vec::new();
        for found in self.names(runs, address, folder)? {
            let entry = self.named(found.icb, found.name.clone(), found.address, &mut budget);
            let entry = entry.map_err(|error| about(error, &found.name));
            let Some(mut entry) = self.medium.salvage(entry)? else { continue };
            if entry.is_directory() != found.characteristics.contains(FileCharacteristics::DIRECTORY) {
                self.medium.tolerate(self.medium.finding(&KIND, found.address).about(&found.name))?;
            }
            entry.hidden = found.characteristics.contains(FileCharacteristics::HIDDEN);
            all.push((found.version, found.address, entry));
        }
        self.drop_doubles(&mut all)?;
        Ok(all.into_iter().map(|(_, _, entry)| entry).collect())
    }

    /// The bytes of a folder are no more than were recorded, and each is in it once. So what it takes to read it is bounded.
    fn check_length(&self, runs: &Runs, address: u64) -> Result<(), VolumeError> {
        let mut places: Vec<(u64, u64)> =
            runs.as_slice().iter().filter_map(|run| Some((run.start?, run.bytes))).collect();
        places.sort_unstable();
        let has_doubles = places.windows(2).any(|pair| pair[0].0.saturating_add(pair[0].1) > pair[1].0);
        let most = self.medium.blocks.count().saturating_mul(SECTOR as u64);
        if has_doubles || runs.bytes() > most {
            let finding = self.medium.finding(&LONG, address).numbers(runs.bytes(), most);
            return Err(VolumeError::Broken(Box::new(finding)));
        }
        Ok(())
    }

    /// The names in a folder but those of its parent and of what was deleted. Where the metadata are there twice and
    /// something is wrong, the copy is read.
    fn names(&self, runs: &Runs, address: u64, folder: Folder) -> Result<Vec<Named>, VolumeError> {
        let has_copy = runs
            .as_slice()
            .iter()
            .any(|run| run.start.is_some_and(|start| self.partitions.copy_of(self.medium.address_of(start)).is_some()));
        if has_copy {
            if let Ok(names) = Listing::new(self, runs, folder, Trust::First).all(address) {
                return Ok(names);
            }
            if let Ok(names) = Listing::new(self, runs, folder, Trust::Copy).all(address) {
                self.medium.read_from_copy(address)?;
                return Ok(names);
            }
        }
        Listing::new(self, runs, folder, Trust::Leniently).all(address)
    }

    /// Of names that are there twice, the one of the greatest version stays, and of those the last.
    fn drop_doubles(&self, all: &mut Vec<(u16, u64, Entry)>) -> Result<(), VolumeError> {
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by(|&one, &other| {
            let key = |index: usize| (&all[index].2.name, all[index].0, index);
            key(one).cmp(&key(other))
        });
        let mut dropped = HashSet::new();
        for pair in order.windows(2) {
            let [first, second] = [pair[0], pair[1]].map(|index| &all[index]);
            if first.2.name == second.2.name {
                self.medium.tolerate(self.medium.finding(&TWICE, first.1).about(&first.2.name))?;
                dropped.insert(pair[0]);
            }
        }
        let mut index = 0..;
        all.retain(|_| index.next().is_none_or(|index| !dropped.contains(&index)));
        Ok(())
    }
}

/// Damage is about the file with that name, unless it says itself what it is about.
fn about(error: VolumeError, name: &[u8]) -> VolumeError {
    match error {
        VolumeError::Broken(finding) if finding.about.is_none() => VolumeError::Broken(Box::new(finding.about(name))),
        error => error,
    }
}

/// Which copy of the metadata is read, and what becomes of damage.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// The first, and damage ends it.
    First,
    /// The copy, and damage ends it.
    Copy,
    /// The first, and of damage the options decide.
    Leniently,
}

/// A folder that is being read from its beginning to its end.
struct Listing<'a> {
    disc: &'a Disc<'a>,
    runs: &'a [Run],
    folder: Folder,
    trust: Trust,
    /// Bytes that were read and not yet looked at, from `at` on.
    bytes: Vec<u8>,
    at: usize,
    /// Where each block's bytes begin in `bytes`, and the address of the block.
    places: Vec<(usize, u64)>,
    run: usize,
    within: u64,
}

impl<'a> Listing<'a> {
    fn new(disc: &'a Disc<'a>, runs: &'a Runs, folder: Folder, trust: Trust) -> Self {
        let (bytes, places) = (Vec::new(), Vec::new());
        Self { disc, runs: runs.as_slice(), folder, trust, bytes, at: 0, places, run: 0, within: 0 }
    }

    fn all(mut self, address: u64) -> Result<Vec<Named>, VolumeError> {
        let (mut all, mut parents, mut is_damaged) = (Vec::new(), 0_u64, false);
        while let Some((bytes, here)) = self.next(address, &mut is_damaged)? {
            let tag = Tag::decode(&bytes);
            let found = FileIdentifier::decode(&bytes);
            let (Ok(tag), Ok(found)) = (tag, found) else { continue };
            if !self.disc.partitions.is_called(here, tag.stamp.location) {
                self.tolerate(self.disc.medium.finding(&LOCATION, here))?;
            }
            if found.characteristics.contains(FileCharacteristics::PARENT) {
                parents += 1;
                continue;
            }
            if found.characteristics.contains(FileCharacteristics::DELETED) {
                continue;
            }
            if found.version != 1 {
                self.tolerate(self.disc.medium.finding(&VERSION, here).numbers(found.version, 1_u16))?;
            }
            let name = name::of(self.disc.medium, found.name, here, self.folder == Folder::OfStreams);
            let name = match self.trust {
                Trust::Leniently => self.disc.medium.salvage(name)?,
                Trust::First | Trust::Copy => Some(name?),
            };
            let Some(name) = name else { continue };
            let FileIdentifier { version, characteristics, icb, .. } = found;
            all.push(Named { version, characteristics, icb, name, address: here });
        }
        if parents != 1 && !is_damaged {
            self.tolerate(self.disc.medium.finding(&NO_PARENT, address).numbers(parents, 1_u64))?;
        }
        Ok(all)
    }

    fn tolerate(&self, finding: crate::Finding) -> Result<(), VolumeError> {
        match self.trust {
            Trust::Leniently => self.disc.medium.tolerate(finding),
            _ if finding.rule.severity < Severity::Error => Ok(()),
            Trust::First | Trust::Copy => Err(VolumeError::Broken(Box::new(finding))),
        }
    }

    /// The next identifier with right sums, and the address of the block in which it begins.
    fn next(&mut self, address: u64, is_damaged: &mut bool) -> Result<Option<(Vec<u8>, u64)>, VolumeError> {
        let mut is_told = false;
        loop {
            let begun = self.fill(FileIdentifier::len_with(0, 0))?;
            if begun == 0 {
                return Ok(None);
            }
            let here = self.here().unwrap_or(address);
            let rest = &self.bytes[self.at..];
            let is_identifier = rest.len() >= FileIdentifier::len_with(0, 0)
                && Tag::decode(rest).is_ok_and(|tag| tag.id == TagId::FILE_IDENTIFIER);
            if !is_identifier {
                *is_damaged = true;
                if !is_told {
                    self.tolerate(self.disc.medium.finding(&IDENTIFIER, here))?;
                    is_told = true;
                }
                // Each begins at a multiple of four.
                self.at = (self.at + 4).min(self.bytes.len());
                continue;
            }
            let len =
                FileIdentifier::len_with(usize::from(rest[19]), usize::from(u16::from_le_bytes([rest[36], rest[37]])));
            if self.fill(len)? < len {
                *is_damaged = true;
                self.tolerate(self.disc.medium.finding(&CUT, here))?;
                self.at = self.bytes.len();
                return Ok(None);
            }
            let mut bytes = self.bytes[self.at..self.at + len].to_vec();
            if let Err(malformed) = Tag::verify(&bytes) {
                *is_damaged = true;
                self.tolerate(self.disc.medium.finding(&IDENTIFIER, here).malformed(malformed))?;
                if let Ok(tag) = Tag::decode(&bytes) {
                    mend(&mut bytes, tag);
                }
            }
            self.at += len;
            return Ok(Some((bytes, here)));
        }
    }

    /// The address of the block in which the next byte stands.
    fn here(&self) -> Option<u64> {
        self.places.iter().rev().find(|(begins, _)| *begins <= self.at).map(|&(_, address)| address)
    }

    /// Reads on until so many bytes are there, or as many as there are; says how many.
    fn fill(&mut self, len: usize) -> Result<usize, VolumeError> {
        while self.bytes.len() - self.at < len {
            let Some(run) = self.runs.get(self.run) else { break };
            let left = run.bytes - self.within;
            if left == 0 {
                (self.run, self.within) = (self.run + 1, 0);
                continue;
            }
            // What was looked at makes room.
            if self.at >= 1 << 16 {
                self.forget();
            }
            let count = self.read_block(*run, left)?;
            self.within += count;
        }
        Ok(self.bytes.len() - self.at)
    }

    fn forget(&mut self) {
        let at = self.at;
        self.bytes.drain(..at);
        let current = self.places.iter().rposition(|(begins, _)| *begins <= at).unwrap_or(0);
        self.places.drain(..current);
        for (begins, _) in &mut self.places {
            *begins = begins.saturating_sub(at);
        }
        self.at = 0;
    }

    /// Reads to the end of a block; what cannot be read becomes zeros where damage is left out.
    fn read_block(&mut self, run: Run, left: u64) -> Result<u64, VolumeError> {
        let medium = self.disc.medium;
        let Some(start) = run.start else {
            let count = left.min(SECTOR as u64);
            self.bytes.resize(self.bytes.len() + usize::try_from(count).unwrap_or(0), 0);
            return Ok(count);
        };
        let byte = start.saturating_add(self.within);
        let skip = usize::try_from(byte % SECTOR as u64).unwrap_or(0);
        let count = usize::try_from(left).unwrap_or(usize::MAX).min(SECTOR - skip);
        let address = medium.address_of(byte);
        let source = match self.trust {
            Trust::Copy => self.disc.partitions.copy_of(address).unwrap_or(address),
            _ => address,
        };
        self.places.push((self.bytes.len(), address));
        let bytes = &mut self.bytes;
        let read = medium.blocks.with(source, |block| bytes.extend_from_slice(&block[skip..skip + count]));
        match self.trust {
            Trust::Leniently => {
                if medium.salvage(read)?.is_none() {
                    self.bytes.resize(self.bytes.len() + count, 0);
                }
            }
            _ => read?,
        }
        Ok(count as u64)
    }
}
