//! Whether file systems that are in one image have the same files.
//!
//! They share the bytes of files. Where one has a file in another place than the other, the file with the same path is
//! looked for, and the bytes of both are compared.

use std::{collections::HashMap, sync::Arc};

use imapi_disc_types::Block;
use imapi_volume_structs::SECTOR;

use super::{Checking, tree::Seen};
use crate::{Entry, EntryKind, FileBytes, FileSystem, Finding, Names, Rule, Runs, Severity, VolumeError, Walk};

/// The rules of a pair of file systems.
struct Rules {
    file_system: FileSystem,
    size: Rule,
    bytes: Rule,
    alone: Rule,
}

static JOLIET: Rules = Rules {
    file_system: FileSystem::Joliet,
    size: Rule {
        id: "joliet.file.size",
        clause: "Joliet, ECMA-119 8.5",
        severity: Severity::Error,
        broken: "a file has another size in Joliet than in ISO 9660",
    },
    bytes: Rule {
        id: "joliet.file.bytes",
        clause: "Joliet, ECMA-119 8.5",
        severity: Severity::Error,
        broken: "a file has other bytes in Joliet than in ISO 9660",
    },
    alone: Rule {
        id: "joliet.file.alone",
        clause: "Joliet, ECMA-119 8.5",
        severity: Severity::Warning,
        broken: "a file is in only one of Joliet and ISO 9660",
    },
};

static BRIDGE: Rules = Rules {
    file_system: FileSystem::Udf,
    size: Rule {
        id: "bridge.file.size",
        clause: "OSTA UDF 6.9, 6.10",
        severity: Severity::Error,
        broken: "a file has another size in UDF than in ISO 9660",
    },
    bytes: Rule {
        id: "bridge.file.bytes",
        clause: "OSTA UDF 6.9, 6.10",
        severity: Severity::Error,
        broken: "a file has other bytes in UDF than in ISO 9660",
    },
    alone: Rule {
        id: "bridge.file.alone",
        clause: "OSTA UDF 6.9, 6.10",
        severity: Severity::Warning,
        broken: "a file is in only one of UDF and ISO 9660",
    },
};

/// A file that the other file system does not have in the same place.
struct Elsewhere {
    size: u64,
    runs: Runs,
    told: u64,
}

/// Compares all pairs that there are.
pub fn check(checking: &Checking<'_>, seen: &mut [Seen]) -> Result<(), VolumeError> {
    let find = |wanted: &[Names]| wanted.iter().find_map(|names| seen.iter().find(|seen| seen.names() == *names));
    let plain = find(&[Names::RockRidge, Names::Iso9660]);
    if let (Some(joliet), Some(plain)) = (find(&[Names::Joliet]), plain) {
        Pair { checking, rules: &JOLIET, left: checking.source.bytes() }.check(joliet, plain)?;
    }
    if let (Some(udf), Some(iso)) = (find(&[Names::Udf]), find(&[Names::RockRidge, Names::Joliet, Names::Iso9660])) {
        Pair { checking, rules: &BRIDGE, left: checking.source.bytes() }.check(udf, iso)?;
    }
    Ok(())
}

/// How the bytes of two files differ.
enum Difference {
    /// They do not.
    None,
    /// These two are in the same place.
    Bytes(u8, u8),
    /// Some cannot be read.
    Unread,
}

struct Pair<'a, 'b> {
    checking: &'a Checking<'b>,
    rules: &'static Rules,
    /// So many bytes may still be compared; good images need none.
    left: u64,
}

impl Pair<'_, '_> {
    fn check(mut self, one: &Seen, other: &Seen) -> Result<(), VolumeError> {
        let mut elsewhere = HashMap::new();
        self.each(one, |_, path, entry| {
            let start = entry.runs.as_slice().first().and_then(|run| run.start);
            if entry.size > 0 && !start.is_some_and(|start| other.has(start, entry.size)) {
                let told = entry.place.0 / SECTOR as u64;
                let missing = Elsewhere { size: entry.size, runs: entry.runs.clone(), told };
                elsewhere.insert(path, missing);
            }
        })?;
        self.each(other, |pair, path, entry| {
            let start = entry.runs.as_slice().first().and_then(|run| run.start);
            let is_shared = start.is_some_and(|start| one.has(start, entry.size));
            match elsewhere.remove(&path) {
                Some(found) => pair.compare(&path, &found, entry),
                None if entry.size > 0 && !is_shared => {
                    pair.tell(&pair.rules.alone, other, entry.place.0 / SECTOR as u64, &path, None);
                }
                None => {}
            }
        })?;
        for (path, found) in elsewhere {
            self.tell(&self.rules.alone, one, found.told, &path, None);
        }
        Ok(())
    }

    fn each(&mut self, seen: &Seen, mut tell: impl FnMut(&mut Self, Vec<u8>, &Entry)) -> Result<(), VolumeError> {
        for step in Walk::new(&*seen.volume, &self.checking.options) {
            match step {
                Ok(step) if step.entry.kind == EntryKind::File => tell(self, step.path, &step.entry),
                Ok(_) => {}
                Err(error) => self.checking.failed(seen.names().file_system(), error)?,
            }
        }
        Ok(())
    }

    fn tell(&self, rule: &'static Rule, seen: &Seen, told: u64, path: &[u8], numbers: Option<(u64, u64)>) {
        self.add(Finding::new(rule, seen.names().file_system(), Block(told)).about(path), numbers);
    }

    fn add(&self, finding: Finding, numbers: Option<(u64, u64)>) {
        self.checking.add(match numbers {
            Some((found, expected)) => finding.numbers(found, expected),
            None => finding,
        });
    }

    fn compare(&mut self, path: &[u8], one: &Elsewhere, other: &Entry) {
        let file_system = self.rules.file_system;
        if one.size != other.size {
            let finding = Finding::new(&self.rules.size, file_system, Block(one.told)).about(path);
            return self.add(finding, Some((one.size, other.size)));
        }
        let numbers = match self.first_difference(&one.runs, &other.runs) {
            Difference::None => return,
            Difference::Bytes(one, other) => Some((one.into(), other.into())),
            Difference::Unread => None,
        };
        self.add(Finding::new(&self.rules.bytes, file_system, Block(one.told)).about(path), numbers);
    }

    /// The first place where both are not the same.
    fn first_difference(&mut self, one: &Runs, other: &Runs) -> Difference {
        const AT_ONCE: usize = 1 << 16;
        let [one, other] = [one, other].map(|runs| FileBytes::new(Arc::clone(self.checking.source), runs));
        let (mut left, mut right) = (vec![0; AT_ONCE], vec![0; AT_ONCE]);
        let mut offset = 0;
        while offset < one.len() && self.left > 0 {
            let (Ok(count), Ok(read)) = (one.read_at(offset, &mut left), other.read_at(offset, &mut right)) else {
                // Bytes that cannot be read are not the same as those that can.
                return Difference::Unread;
            };
            let count = count.min(read);
            if count == 0 {
                return Difference::None;
            }
            if let Some(at) = left[..count].iter().zip(&right[..count]).position(|(left, right)| left != right) {
                return Difference::Bytes(left[at], right[at]);
            }
            offset += count as u64;
            self.left = self.left.saturating_sub(count as u64);
        }
        Difference::None
    }
}
