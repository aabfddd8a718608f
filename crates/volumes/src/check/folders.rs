//! The records of all folders of a tree of ISO 9660, byte by byte.

use std::collections::HashSet;

use imapi_volume_structs::{
    SECTOR,
    iso9660::{
        FileFlags, PARENT, SELF, joliet,
        order::{Filler, compare_records},
    },
};

use super::iso::{HALVES, halves};
use crate::{
    FileSystem, Rule, Severity, VolumeError,
    iso9660::{
        Disc,
        descriptors::Tree,
        folder::{Folder, Told},
    },
};

const ORDER: Rule = Rule {
    id: "iso9660.record.order",
    clause: "ECMA-119 9.3",
    severity: Severity::Warning,
    broken: "the records of a folder are not in their order",
};

const TWICE: Rule = Rule {
    id: "iso9660.record.twice",
    clause: "ECMA-119 6.8.2.1",
    severity: Severity::Error,
    broken: "a name is in a folder twice",
};

const FLAGS: Rule = Rule {
    id: "iso9660.record.flags",
    clause: "ECMA-119 9.1.6",
    severity: Severity::Warning,
    broken: "flags of a record are set that nobody knows, or that no folder may have",
};

const DATE: Rule = Rule {
    id: "iso9660.record.date",
    clause: "ECMA-119 9.1.5",
    severity: Severity::Warning,
    broken: "the date of a record is none",
};

const VOLUME: Rule = Rule {
    id: "iso9660.record.volume",
    clause: "ECMA-119 9.1.9",
    severity: Severity::Warning,
    broken: "a record leads to another volume of the set",
};

const LENGTH: Rule = Rule {
    id: "iso9660.record.length",
    clause: "ECMA-119 9.1.1, 9.1.12",
    severity: Severity::Warning,
    broken: "the length of a record is odd",
};

const PADDING: Rule = Rule {
    id: "iso9660.folder.padding",
    clause: "ECMA-119 6.8.1.1",
    severity: Severity::Warning,
    broken: "something stands behind the last record of a block",
};

const FIRST: Rule = Rule {
    id: "iso9660.folder.first",
    clause: "ECMA-119 6.8.2.2",
    severity: Severity::Warning,
    broken: "the second record of a folder is not that of its parent",
};

const BLOCKS: Rule = Rule {
    id: "iso9660.folder.blocks",
    clause: "ECMA-119 6.8.1.3",
    severity: Severity::Warning,
    broken: "the length of a folder is no whole number of blocks",
};

const LETTERS: Rule = Rule {
    id: "joliet.name.letters",
    clause: "Joliet, character set",
    severity: Severity::Warning,
    broken: "a name of Joliet has one of the letters * / : ; ? \\ in it",
};

/// Goes through all folders of a tree.
pub fn check(disc: &Disc, tree: &Tree) -> Result<(), VolumeError> {
    let root = Folder::of(&tree.descriptor.root);
    let mut met = HashSet::from([root.address]);
    let mut left = vec![(root, Box::<[u8]>::default())];
    while let Some((folder, name)) = left.pop() {
        let mut going = Going {
            disc,
            folder: &name,
            volume: tree.descriptor.sequence_number,
            filler: if disc.file_system == FileSystem::Joliet { Filler::Zero } else { Filler::Space },
            before: None,
            told_order: false,
            count: 0,
            names: HashSet::new(),
            tail: None,
        };
        if folder.len % SECTOR as u64 != 0 {
            disc.tolerate(disc.finding_about(&BLOCKS, folder.address, &name).numbers(folder.len, SECTOR as u64))?;
        }
        let walked = folder.each(disc, &name, |told| {
            going.take(told)?;
            let record = &told.record;
            let is_child = !matches!(record.identifier, SELF | PARENT);
            if is_child && record.flags.contains(FileFlags::DIRECTORY) {
                let child = Folder::of(record);
                // A folder that is there twice is told by whoever walks through all of them.
                if met.insert(child.address) {
                    left.push((child, record.identifier.into()));
                }
            }
            Ok(())
        });
        disc.salvage(walked)?;
        going.end_block()?;
    }
    Ok(())
}

struct Going<'a> {
    disc: &'a Disc,
    folder: &'a [u8],
    volume: u16,
    filler: Filler,
    /// The record before this one.
    before: Option<(Box<[u8]>, FileFlags)>,
    told_order: bool,
    count: u64,
    names: HashSet<(Box<[u8]>, bool)>,
    /// The block of the last record, and the byte behind that.
    tail: Option<(u64, usize)>,
}

impl Going<'_> {
    fn take(&mut self, told: &Told<'_>) -> Result<(), VolumeError> {
        let Told { record, address, at } = told;
        if self.tail.is_some_and(|(block, _)| block != *address) {
            self.end_block()?;
        }
        let disc = self.disc;
        let finding = |rule| disc.finding_about(rule, *address, record.identifier);
        let mut bytes = [0; 34];
        disc.blocks.with(*address, |block| {
            let rest = &block[(*at).min(SECTOR)..];
            let count = rest.len().min(bytes.len());
            bytes[..count].copy_from_slice(&rest[..count]);
        })?;
        for (at, width) in [(2, 4), (10, 4), (28, 2)] {
            if let Some((first, second)) = halves(&bytes[at..], width) {
                disc.tolerate(finding(&HALVES).numbers(second, first))?;
            }
        }
        let len = bytes[0];
        self.tail = Some((*address, at + usize::from(len)));
        if len % 2 != 0 {
            disc.tolerate(finding(&LENGTH).numbers(len, len - 1))?;
        }
        let is_folder = record.flags.contains(FileFlags::DIRECTORY);
        let unknown = record.flags.0 & 0b0110_0000;
        let of_files = if is_folder { FileFlags::ASSOCIATED.0 | FileFlags::RECORD.0 } else { 0 };
        if unknown != 0 || record.flags.0 & of_files != 0 {
            disc.tolerate(finding(&FLAGS).numbers(record.flags.0, record.flags.0 & !(unknown | of_files)))?;
        }
        if bytes[18..24] != [0; 6] && record.recorded.civil().is_none() {
            disc.tolerate(finding(&DATE))?;
        }
        if record.volume_sequence != self.volume {
            disc.tolerate(finding(&VOLUME).numbers(record.volume_sequence, self.volume))?;
        }
        self.count += 1;
        if self.count == 2 && record.identifier != PARENT {
            disc.tolerate(finding(&FIRST))?;
        }
        self.name(told)
    }

    fn name(&mut self, told: &Told<'_>) -> Result<(), VolumeError> {
        let (record, disc) = (&told.record, self.disc);
        let finding = |rule| disc.finding_about(rule, told.address, record.identifier);
        if let Some((before, flags)) = &self.before {
            let order = compare_records((before, *flags), (record.identifier, record.flags), self.filler);
            if order.is_gt() && !self.told_order {
                self.told_order = true;
                disc.tolerate(finding(&ORDER))?;
            }
        }
        let goes_on = self
            .before
            .as_ref()
            .is_some_and(|(before, flags)| **before == *record.identifier && flags.contains(FileFlags::MULTI_EXTENT));
        let key = (Box::from(record.identifier), record.flags.contains(FileFlags::ASSOCIATED));
        if !goes_on && !self.names.insert(key) {
            disc.tolerate(finding(&TWICE))?;
        }
        let is_special = matches!(record.identifier, SELF | PARENT);
        if disc.file_system == FileSystem::Joliet && !is_special {
            let name: String = joliet::decode(record.identifier).collect();
            let name = name.strip_suffix(";1").unwrap_or(&name);
            if name.contains(['*', '/', ':', ';', '?', '\\']) {
                disc.tolerate(finding(&LETTERS))?;
            }
        }
        self.before = Some((record.identifier.into(), record.flags));
        Ok(())
    }

    /// Behind the last record of a block are zeros.
    fn end_block(&mut self) -> Result<(), VolumeError> {
        let Some((address, end)) = self.tail.take() else { return Ok(()) };
        let rest = self.disc.blocks.with(address, |block| {
            block.get(end..).and_then(|rest| rest.iter().position(|&byte| byte != 0)).map(|at| end + at)
        });
        match rest? {
            // A record that is none is told by whoever reads it, and costs the rest of its block.
            Some(at) if at != end => self.disc.tolerate(self.disc.finding_about(&PADDING, address, self.folder)),
            _ => Ok(()),
        }
    }
}
