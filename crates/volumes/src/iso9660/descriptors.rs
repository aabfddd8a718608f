//! [`Descriptors`]: the volume descriptors of a session, and [`Tree`]: the one of them whose files are meant.

use imapi_disc_types::{Block, Timestamp};
use imapi_volume_structs::{
    el_torito::ElToritoRecord,
    iso9660::{Descriptor, DescriptorKind, FIRST_DESCRIPTOR, Padded, VolumeDescriptor},
};

use super::moment;
use crate::{FileSystem, Finding, Names, OpenOptions, Rule, Severity, VolumeError, VolumeFacts, blocks::Blocks};

/// No disc has as many descriptors; without a terminator, more than that is nothing that a volume needs.
const MOST: u64 = 64;

const UNTERMINATED: Rule = Rule {
    id: "iso9660.descriptors.terminator",
    clause: "ECMA-119 6.7.1.6",
    severity: Severity::Warning,
    broken: "the volume descriptors do not end with a terminator",
};

const BLOCK_SIZE: Rule = Rule {
    id: "iso9660.descriptor.block-size",
    clause: "ECMA-119 8.4.12",
    severity: Severity::Error,
    broken: "the size of a logical block is not a power of 2 from 512 to 2048",
};

const ROOT_FLAGS: Rule = Rule {
    id: "iso9660.descriptor.root",
    clause: "ECMA-119 8.4.18",
    severity: Severity::Warning,
    broken: "the record of the root directory is not that of a directory",
};

const SPACE: Rule = Rule {
    id: "iso9660.descriptor.space",
    clause: "ECMA-119 8.4.8",
    severity: Severity::Warning,
    broken: "the volume has more blocks than were recorded",
};

/// The volume descriptors of a session.
pub struct Descriptors {
    /// Those that have a tree of folders, each with its address.
    pub trees: Vec<Tree>,
    /// The boot record of El Torito, and its address.
    pub boot: Option<(u64, ElToritoRecord)>,
}

/// A volume descriptor, whose tree of folders is read.
pub struct Tree {
    /// Where it stands.
    pub address: u64,
    /// What it says.
    pub descriptor: VolumeDescriptor,
}

impl Descriptors {
    /// Those of the session that is meant; none when there is no ISO 9660.
    pub fn find(blocks: &Blocks, file_system: FileSystem, options: &OpenOptions) -> Result<Self, VolumeError> {
        let mut found = Self { trees: Vec::new(), boot: None };
        let first = options.head_address().saturating_add(FIRST_DESCRIPTOR.into());
        let mut any = false;
        for address in (first..first.saturating_add(MOST)).take_while(|&address| blocks.locate(address, 1).is_ok()) {
            let Some(sector) = options.salvage(file_system, blocks.block(address))? else { continue };
            match Descriptor::decode(&sector) {
                Ok(Descriptor::Volume(descriptor)) => found.trees.push(Tree { address, descriptor }),
                Ok(Descriptor::Boot(record)) => {
                    let boot = ElToritoRecord::of(&record).map(|record| (address, record));
                    found.boot = found.boot.or(boot);
                }
                Ok(Descriptor::Terminator) => return Ok(found),
                Ok(Descriptor::Partition(_) | Descriptor::Other(_)) => {}
                Err(_) => break,
            }
            any = true;
        }
        if any {
            let block = Block(first.saturating_sub(options.displaced.into()));
            options.tolerate(Finding::new(&UNTERMINATED, file_system, block))?;
        }
        Ok(found)
    }

    /// The tree that has those names; `None` when none has.
    ///
    /// An enhanced descriptor has longer names than the primary one, when it is not the same tree twice; no names of Rock
    /// Ridge are looked for in it.
    pub fn tree(self, names: Names) -> Option<Tree> {
        let mut trees = self.trees;
        let place = |wanted: &dyn Fn(&VolumeDescriptor) -> bool| trees.iter().position(|tree| wanted(&tree.descriptor));
        let primary = place(&|descriptor| descriptor.kind == DescriptorKind::PRIMARY);
        let index = match names {
            Names::Joliet => place(&|descriptor| descriptor.joliet_level().is_some()),
            Names::RockRidge => primary,
            Names::Iso9660 | Names::Udf => {
                let root = primary.map(|primary| trees[primary].descriptor.root.extent);
                let longer = |descriptor: &VolumeDescriptor| {
                    descriptor.is_enhanced() && Some(descriptor.root.extent) != root && descriptor.block_size == 2048
                };
                place(&longer).or(primary)
            }
        };
        index.map(|index| trees.swap_remove(index))
    }
}

impl Tree {
    /// Whether it is such as can be read.
    pub fn check(&self, blocks: &Blocks, file_system: FileSystem, options: &OpenOptions) -> Result<(), VolumeError> {
        let Self { address, descriptor } = self;
        let block = Block(address.saturating_sub(options.displaced.into()));
        let finding = |rule| Finding::new(rule, file_system, block);
        match descriptor.block_size {
            2048 => {}
            512 | 1024 => {
                return Err(VolumeError::Unsupported {
                    file_system,
                    feature: "logical blocks of fewer bytes than sectors",
                    block,
                });
            }
            other => {
                let finding = finding(&BLOCK_SIZE).numbers(other, 2048_u64);
                return Err(VolumeError::Broken(Box::new(finding)));
            }
        }
        if !descriptor.root.flags.contains(imapi_volume_structs::iso9660::FileFlags::DIRECTORY) {
            options.tolerate(finding(&ROOT_FLAGS))?;
        }
        let recorded = blocks.end_address();
        if u64::from(descriptor.space_size) > recorded {
            options.tolerate(finding(&SPACE).numbers(descriptor.space_size, recorded))?;
        }
        Ok(())
    }

    /// What the descriptor says of the volume.
    pub fn facts(&self, names: Names, options: &OpenOptions) -> VolumeFacts {
        let VolumeDescriptor { identifiers, created, modified, .. } = &self.descriptor;
        let wide = names == Names::Joliet;
        let date = |time: imapi_volume_structs::iso9660::VolumeTime| -> Option<Timestamp> { time.civil().map(moment) };
        let told = [
            ("system", text(&identifiers.system, wide)),
            ("volume_set", text(&identifiers.volume_set, wide)),
            ("publisher", text(&identifiers.publisher, wide)),
            ("data_preparer", text(&identifiers.data_preparer, wide)),
            ("application", text(&identifiers.application, wide)),
            ("copyright_file", text(&identifiers.copyright_file, wide)),
            ("abstract_file", text(&identifiers.abstract_file, wide)),
            ("bibliographic_file", text(&identifiers.bibliographic_file, wide)),
        ];
        VolumeFacts {
            label: text(&identifiers.volume, wide),
            first: options.session,
            blocks: self.descriptor.space_size.into(),
            created: date(*created),
            modified: date(*modified),
            identifiers: told.into_iter().filter(|(_, text)| !text.is_empty()).collect(),
            ..VolumeFacts::new(names)
        }
    }
}

fn text<const N: usize>(field: &Padded<N>, wide: bool) -> String {
    if wide { field.wide_chars().collect() } else { String::from_utf8_lossy(field.trimmed()).into_owned() }
}
