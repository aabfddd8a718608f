//! [`check_path_tables`]: whether the tables of folders say what the folders say.
//!
//! No reader here needs them: they are for machines that cannot keep a folder in memory. Some readers still go by them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use imapi_disc_types::BlockSource;
use imapi_volume_structs::iso9660::{
    ByteOrder, DescriptorKind, FileFlags, PARENT, PathRecords, PathTables, SELF,
    order::{Filler, compare_path_records},
};

use super::{Descriptors, Disc, descriptors::Tree, folder::Folder};
use crate::{FileSystem, Finding, Findings, OpenOptions, Rule, Severity, VolumeError, blocks::Blocks};

/// Folders beyond the 65,535th cannot be parents in a table; this is room for many more of them, with long names.
const LONGEST: u32 = 64 << 20;

const MALFORMED: Rule = Rule {
    id: "iso9660.path-table.malformed",
    clause: "ECMA-119 9.4",
    severity: Severity::Error,
    broken: "what should be a record of a path table is none",
};

const LENGTH: Rule = Rule {
    id: "iso9660.path-table.length",
    clause: "ECMA-119 8.4.13",
    severity: Severity::Error,
    broken: "a path table is longer than all folders need",
};

const ORDERS: Rule = Rule {
    id: "iso9660.path-table.byte-orders",
    clause: "ECMA-119 6.9.2",
    severity: Severity::Error,
    broken: "the path tables of both byte orders, or their copies, do not say the same",
};

const ROOT: Rule = Rule {
    id: "iso9660.path-table.root",
    clause: "ECMA-119 6.9.1",
    severity: Severity::Error,
    broken: "a path table does not begin with the root",
};

const SORTED: Rule = Rule {
    id: "iso9660.path-table.order",
    clause: "ECMA-119 6.9.1",
    severity: Severity::Warning,
    broken: "the records of a path table are not in their order",
};

const EXTRA: Rule = Rule {
    id: "iso9660.path-table.extra",
    clause: "ECMA-119 6.9",
    severity: Severity::Error,
    broken: "a path table has a folder that is in no folder",
};

const MISSING: Rule = Rule {
    id: "iso9660.path-table.missing",
    clause: "ECMA-119 6.9",
    severity: Severity::Error,
    broken: "a folder is missing in the path table",
};

const NAME: Rule = Rule {
    id: "iso9660.path-table.name",
    clause: "ECMA-119 9.4.6",
    severity: Severity::Error,
    broken: "a folder has another name in the path table",
};

const PARENT_NUMBER: Rule = Rule {
    id: "iso9660.path-table.parent",
    clause: "ECMA-119 9.4.5",
    severity: Severity::Error,
    broken: "a folder has another parent in the path table",
};

const SELF_EXTENT: Rule = Rule {
    id: "iso9660.folder.self-extent",
    clause: "ECMA-119 6.8.2.2",
    severity: Severity::Warning,
    broken: "the record that a folder has of itself leads elsewhere",
};

/// xorriso does that in every Joliet volume, and no reader minds.
const PARENT_EXTENT: Rule = Rule {
    id: "iso9660.folder.parent-extent",
    clause: "ECMA-119 6.8.2.2",
    severity: Severity::Warning,
    broken: "the record that a folder has of its parent leads elsewhere",
};

const TWICE: Rule = Rule {
    id: "iso9660.folder.twice",
    clause: "ECMA-119 6.8.2.1",
    severity: Severity::Error,
    broken: "a folder is in more than one folder, or in itself",
};

/// Compares the path tables of a session, all four of each volume descriptor, with its folders.
///
/// Says what is wrong with either: no more than the first thousand of that.
pub fn check_path_tables(source: &Arc<dyn BlockSource>, options: &OpenOptions) -> Result<Vec<Finding>, VolumeError> {
    let findings = Arc::new(Findings::default());
    let options = options.clone().lenient(Arc::clone(&findings));
    let descriptors = Descriptors::find(&Blocks::new(source, &options)?, FileSystem::Iso9660, &options)?;
    for tree in &descriptors.trees {
        let supplementary = tree.descriptor.kind == DescriptorKind::SUPPLEMENTARY && !tree.descriptor.is_enhanced();
        let file_system = if supplementary { FileSystem::Joliet } else { FileSystem::Iso9660 };
        let disc = Disc::new(Blocks::new(source, &options)?, file_system, &options);
        if tree.descriptor.block_size == 2048 {
            check(&disc, tree)?;
        }
    }
    Ok(findings.take())
}

/// A folder as a table has it.
#[derive(PartialEq, Eq)]
struct Row {
    extent: u32,
    parent: u16,
    name: Box<[u8]>,
}

/// A folder as the folder that it is in has it.
struct Child {
    parent: u32,
    name: Box<[u8]>,
}

fn check(disc: &Disc, tree: &Tree) -> Result<(), VolumeError> {
    let PathTables { len, little, little_copy, big, big_copy } = tree.descriptor.path_tables;
    if len > LONGEST {
        return disc.tolerate(disc.finding(&LENGTH, tree.address).numbers(len, LONGEST));
    }
    let Some(rows) = table(disc, ByteOrder::Little, little, len)? else { return Ok(()) };
    let others = [(ByteOrder::Big, big), (ByteOrder::Little, little_copy), (ByteOrder::Big, big_copy)];
    // Copies need not be there.
    for (order, address) in others.into_iter().filter(|&(_, address)| address != 0 || big == address) {
        if table(disc, order, address, len)?.is_some_and(|other| other != rows) {
            disc.tolerate(disc.finding(&ORDERS, address.into()))?;
        }
    }
    let filler = if disc.file_system == FileSystem::Joliet { Filler::Zero } else { Filler::Space };
    check_order(disc, &rows, little, tree.descriptor.root.extent, filler)?;
    compare(disc, &rows, little, folders(disc, tree)?)
}

/// The records of a table; nothing when it cannot be read.
fn table(disc: &Disc, order: ByteOrder, address: u32, len: u32) -> Result<Option<Vec<Row>>, VolumeError> {
    let Some(bytes) = disc.salvage(disc.blocks.bytes(address.into(), len.into()))? else { return Ok(None) };
    let mut rows = Vec::new();
    for record in PathRecords::new(order, &bytes) {
        match record {
            Ok(record) => {
                rows.push(Row { extent: record.extent, parent: record.parent, name: record.identifier.into() });
            }
            Err(malformed) => disc.tolerate(disc.finding(&MALFORMED, address.into()).malformed(malformed))?,
        }
    }
    Ok(Some(rows))
}

fn check_order(disc: &Disc, rows: &[Row], table: u32, root: u32, filler: Filler) -> Result<(), VolumeError> {
    let begins = rows.first().is_some_and(|row| *row.name == *SELF && row.parent == 1 && row.extent == root);
    if !begins {
        disc.tolerate(disc.finding(&ROOT, table.into()))?;
    }
    let children = rows.get(1..).unwrap_or_default();
    for pair in children.windows(2) {
        let [a, b] = pair else { continue };
        if compare_path_records((a.parent, &a.name), (b.parent, &b.name), filler).is_gt() {
            return disc.tolerate(named(disc, &SORTED, table, &b.name));
        }
    }
    Ok(())
}

/// Goes through all folders, as their records say: each with its first block.
fn folders(disc: &Disc, tree: &Tree) -> Result<HashMap<u32, Child>, VolumeError> {
    let root = &tree.descriptor.root;
    let mut all = HashMap::new();
    let mut met = HashSet::from([root.extent]);
    let mut left = vec![(root.extent, Folder::of(root), root.extent, Box::<[u8]>::default())];
    while let Some((extent, folder, parent, name)) = left.pop() {
        let walked = folder.each(disc, &name, |told| {
            let record = &told.record;
            let leads_elsewhere = match record.identifier {
                SELF => (record.extent != extent).then_some((&SELF_EXTENT, extent)),
                PARENT => (record.extent != parent).then_some((&PARENT_EXTENT, parent)),
                _ => None,
            };
            if let Some((rule, expected)) = leads_elsewhere {
                return disc.tolerate(named(disc, rule, extent, &name).numbers(record.extent, expected));
            }
            let is_child = !matches!(record.identifier, SELF | PARENT);
            if !is_child || !record.flags.contains(FileFlags::DIRECTORY) {
                return Ok(());
            }
            if !met.insert(record.extent) {
                return disc.tolerate(named(disc, &TWICE, extent, record.identifier));
            }
            let child = Child { parent: extent, name: record.identifier.into() };
            left.push((record.extent, Folder::of(record), extent, child.name.clone()));
            all.insert(record.extent, child);
            Ok(())
        });
        disc.salvage(walked)?;
    }
    Ok(all)
}

fn compare(disc: &Disc, rows: &[Row], table: u32, mut folders: HashMap<u32, Child>) -> Result<(), VolumeError> {
    // A number of two bytes cannot say more parents; what stands there then, no reader can go by.
    let numbers_fit = u16::try_from(rows.len()).is_ok();
    for row in rows.iter().skip(1) {
        let Some(child) = folders.remove(&row.extent) else {
            disc.tolerate(named(disc, &EXTRA, table, &row.name))?;
            continue;
        };
        if child.name != row.name {
            disc.tolerate(named(disc, &NAME, table, &row.name))?;
        }
        let parent = usize::from(row.parent).checked_sub(1).and_then(|index| rows.get(index));
        if numbers_fit && parent.map(|parent| parent.extent) != Some(child.parent) {
            let found = parent.map_or(0, |parent| parent.extent);
            disc.tolerate(named(disc, &PARENT_NUMBER, table, &row.name).numbers(found, child.parent))?;
        }
    }
    let mut missing: Vec<_> = folders.into_iter().collect();
    missing.sort_unstable_by_key(|(extent, _)| *extent);
    missing.iter().try_for_each(|(extent, child)| disc.tolerate(named(disc, &MISSING, *extent, &child.name)))
}

/// A rule that is broken by the folder with that identifier.
fn named(disc: &Disc, rule: &'static Rule, address: u32, identifier: &[u8]) -> Finding {
    let mut name = Vec::new();
    let letters = match disc.file_system {
        FileSystem::Joliet => super::Letters::Wide,
        FileSystem::Iso9660 | FileSystem::Udf => super::Letters::Narrow,
    };
    letters.read(identifier, &mut name);
    disc.finding_about(rule, address.into(), &name)
}
