//! The volume descriptors of ISO 9660, byte by byte.

use imapi_volume_structs::{
    SECTOR,
    iso9660::{DescriptorKind, PathTables},
};

use super::{
    Checking,
    extents::{Extents, Use},
    folders,
};
use crate::{
    FileSystem, Rule, Severity, VolumeError,
    blocks::Blocks,
    iso9660::{Descriptors, Disc, descriptors::Tree},
};

pub const HALVES: Rule = Rule {
    id: "iso9660.number.halves",
    clause: "ECMA-119 7.2.3, 7.3.3",
    severity: Severity::Error,
    broken: "the halves of a number in both byte orders are not the same",
};

const RESERVED: Rule = Rule {
    id: "iso9660.descriptor.reserved",
    clause: "ECMA-119 8.4, 8.5",
    severity: Severity::Warning,
    broken: "a field of a volume descriptor is not zero that has to be",
};

const VERSION: Rule = Rule {
    id: "iso9660.descriptor.version",
    clause: "ECMA-119 8.4.3, 8.4.31",
    severity: Severity::Warning,
    broken: "a volume descriptor has another version than the standard knows",
};

const DATE: Rule = Rule {
    id: "iso9660.descriptor.date",
    clause: "ECMA-119 8.4.26.1",
    severity: Severity::Warning,
    broken: "a date of a volume descriptor is none",
};

const SET: Rule = Rule {
    id: "iso9660.descriptor.set",
    clause: "ECMA-119 8.4.10, 8.4.11",
    severity: Severity::Warning,
    broken: "a volume has a number that its set does not have",
};

const CHARACTERS: Rule = Rule {
    id: "iso9660.descriptor.characters",
    clause: "ECMA-119 7.4.1, 8.4.5",
    severity: Severity::Remark,
    broken: "a name in the primary volume descriptor has characters that the standard does not know",
};

const TWO_PRIMARY: Rule = Rule {
    id: "iso9660.descriptor.primary",
    clause: "ECMA-119 6.7.1.1",
    severity: Severity::Error,
    broken: "there is no primary volume descriptor, or there are several that are not the same",
};

/// Where numbers in both byte orders stand: the byte, and the width of a half (ECMA-119, 8.4 and 9.1).
const NUMBERS: [(usize, usize); 8] =
    [(80, 4), (120, 2), (124, 2), (128, 2), (132, 4), (156 + 2, 4), (156 + 10, 4), (156 + 28, 2)];

/// The bytes of dates (ECMA-119, 8.4.26 to 8.4.29).
const DATES: [usize; 4] = [813, 830, 847, 864];

/// Checks the descriptors, and the folders of each tree.
pub fn check(checking: &Checking<'_>, extents: &mut Extents) -> Result<(), VolumeError> {
    let descriptors = Descriptors::find(&checking.blocks, FileSystem::Iso9660, &checking.options)?;
    let primary: Vec<&Tree> =
        descriptors.trees.iter().filter(|tree| tree.descriptor.kind == DescriptorKind::PRIMARY).collect();
    if primary.is_empty() || primary.windows(2).any(|pair| pair[0].descriptor != pair[1].descriptor) {
        let first = descriptors.trees.first().map_or(checking.options.head_address(), |tree| tree.address);
        checking.add(checking.at(&TWO_PRIMARY, FileSystem::Iso9660, first).numbers(primary.len() as u64, 1_u64));
    }
    for tree in &descriptors.trees {
        let supplementary = tree.descriptor.kind == DescriptorKind::SUPPLEMENTARY && !tree.descriptor.is_enhanced();
        let file_system = if supplementary { FileSystem::Joliet } else { FileSystem::Iso9660 };
        let sector = checking.blocks.block(tree.address)?;
        descriptor(checking, tree, file_system, &sector);
        if tree.descriptor.block_size != 2048 {
            continue;
        }
        let displaced = u64::from(checking.options.displaced);
        let PathTables { len, little, little_copy, big, big_copy } = tree.descriptor.path_tables;
        for table in [little, little_copy, big, big_copy].into_iter().filter(|&table| table != 0) {
            if let Some(start) = u64::from(table).checked_sub(displaced) {
                let told = tree.address.saturating_sub(displaced);
                extents.add(Use::Structure, file_system, start, u64::from(len).div_ceil(SECTOR as u64), told);
            }
        }
        let disc = Disc::new(Blocks::new(checking.source, &checking.options)?, file_system, &checking.options);
        folders::check(&disc, tree)?;
    }
    Ok(())
}

fn descriptor(checking: &Checking<'_>, tree: &Tree, file_system: FileSystem, sector: &[u8; SECTOR]) {
    let finding = |rule| checking.at(rule, file_system, tree.address);
    for (at, width) in NUMBERS {
        if let Some((first, second)) = halves(&sector[at..], width) {
            checking.add(finding(&HALVES).numbers(second, first).about(format!("byte {at}").as_bytes()));
        }
    }
    let is_primary = tree.descriptor.kind == DescriptorKind::PRIMARY;
    let zeros: &[(usize, usize)] = if is_primary {
        &[(7, 8), (72, 80), (88, 120), (882, 883), (1395, SECTOR)]
    } else {
        &[(72, 80), (882, 883), (1395, SECTOR)]
    };
    for &(from, to) in zeros {
        if let Some(at) = sector[from..to].iter().position(|&byte| byte != 0) {
            let about = format!("byte {}", from + at);
            checking.add(finding(&RESERVED).numbers(sector[from + at], 0_u8).about(about.as_bytes()));
        }
    }
    let version = if tree.descriptor.is_enhanced() { 2 } else { 1 };
    for found in [sector[6], sector[881]] {
        // Some programs say 1 of the structure of an enhanced volume, too.
        if found != version && found != 1 {
            checking.add(finding(&VERSION).numbers(found, version));
        }
    }
    for at in DATES {
        if !is_date(&sector[at..at + 17]) {
            checking.add(finding(&DATE).about(&sector[at..at + 16]));
        }
    }
    let (number, size) = (tree.descriptor.sequence_number, tree.descriptor.set_size);
    if number == 0 || number > size {
        checking.add(finding(&SET).numbers(number, size));
    }
    if is_primary {
        let is_known = |byte: &u8| matches!(byte, b' '..=b'"' | b'%'..=b'?' | b'A'..=b'Z' | b'_');
        for (from, to) in [(8, 72), (190, 813)] {
            if let Some(at) = sector[from..to].iter().position(|byte| !is_known(byte) && *byte != 0) {
                let about = format!("byte {}", from + at);
                checking.add(finding(&CHARACTERS).about(about.as_bytes()));
            }
        }
    }
}

/// Both halves of a number, when they are not the same.
pub fn halves(bytes: &[u8], width: usize) -> Option<(u32, u32)> {
    let (first, second) = (bytes.get(..width)?, bytes.get(width..2 * width)?);
    let little = first.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte));
    let big = second.iter().fold(0, |number, &byte| number << 8 | u32::from(byte));
    (little != big).then_some((little, big))
}

/// Sixteen digits and an offset; none at all are no date, which may be.
fn is_date(bytes: &[u8]) -> bool {
    let Some((digits, offset)) = bytes.split_first_chunk::<16>() else { return false };
    if digits.iter().all(|&byte| byte == b'0') || bytes.iter().all(|&byte| byte == 0) {
        return true;
    }
    let number = |from: usize, to: usize| {
        digits[from..to]
            .iter()
            .try_fold(0_u32, |number, &byte| byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0')))
    };
    let within = |found: Option<u32>, low: u32, high: u32| found.is_some_and(|found| (low..=high).contains(&found));
    within(number(0, 4), 1, 9999)
        && within(number(4, 6), 1, 12)
        && within(number(6, 8), 1, 31)
        && within(number(8, 10), 0, 23)
        && within(number(10, 12), 0, 59)
        && within(number(12, 14), 0, 59)
        && within(number(14, 16), 0, 99)
        && offset.first().is_some_and(|&offset| (-48..=52).contains(&i8::from_le_bytes([offset])))
}
