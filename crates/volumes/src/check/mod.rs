//! [`check`]: everything in an image against the standards, and what is there twice against each other.
//!
//! The readers tell what they stumble over when they read leniently; here all of them read everything, and what readers do
//! not look at is looked at besides:
//!
//! - `iso.rs` has the volume descriptors, `folders.rs` the records of folders; `check_path_tables` compares the tables.
//! - `udf.rs` has what UDF says of itself: anchors, both sequences, the integrity descriptor, bitmaps, both metadata files.
//! - `tree.rs` goes through each file system once, for all that needs all files; `extents.rs` finds those that overlap.
//! - `same.rs` compares file systems with each other.
//! - `boot.rs` has what machines start, `hybrid.rs` the partition tables of a disk.
//!
//! Time is bounded by what is read two or three times; memory by a hundred bytes for each file of each file system, and by
//! the paths of those files that two file systems have in different places.

mod boot;
mod extents;
mod folders;
mod hybrid;
mod iso;
mod same;
mod tree;
mod udf;

use std::sync::Arc;

use imapi_disc_types::{Block, BlockSource};

use crate::{
    FileSystem, Finding, Findings, Names, OpenOptions, Rule, Severity, VolumeError, blocks::Blocks, check_path_tables,
    open,
};
use extents::Extents;
use tree::Seen;

const UNSUPPORTED: Rule = Rule {
    id: "volume.unsupported",
    clause: "ECMA-119, ECMA-167",
    severity: Severity::Remark,
    broken: "a file system needs what cannot be read here, and is not checked",
};

/// What came of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// The file systems that there are, by their names.
    pub names: Vec<Names>,
    /// What is wrong, in the order of severity and block: the worst first, no more than a hundred of each rule.
    pub findings: Vec<Finding>,
    /// How many errors there are in all.
    pub errors: u64,
    /// How many warnings there are in all.
    pub warnings: u64,
    /// How many remarks there are in all.
    pub remarks: u64,
}

impl Checked {
    /// How many findings are only counted.
    #[must_use]
    pub fn left_out(&self) -> u64 {
        (self.errors + self.warnings + self.remarks).saturating_sub(self.findings.len() as u64)
    }
}

/// What all parts of a check need.
struct Checking<'a> {
    source: &'a Arc<dyn BlockSource>,
    options: OpenOptions,
    blocks: Blocks,
}

/// Checks everything in a session of an image or a disc. `lenient` of the options is not needed: damage is what is asked
/// for. An error is what cannot be checked at all: no file system that is known.
pub fn check(source: &Arc<dyn BlockSource>, options: &OpenOptions) -> Result<Checked, VolumeError> {
    let findings = Arc::new(Findings::once());
    let options = options.clone().lenient(Arc::clone(&findings));
    let checking = Checking { source, blocks: Blocks::new(source, &options)?, options };
    let names = checking.all()?;
    let [remarks, warnings, errors] =
        [Severity::Remark, Severity::Warning, Severity::Error].map(|severity| findings.count_of(severity));
    let mut findings = findings.take();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.rule.severity), finding.block, finding.rule.id));
    Ok(Checked { names, findings, errors, warnings, remarks })
}

impl Checking<'_> {
    fn all(&self) -> Result<Vec<Names>, VolumeError> {
        let mut extents = Extents::default();
        let (mut names, mut seen) = (Vec::new(), Vec::new());
        for one in Names::ALL {
            let volume = match open(self.source, Some(one), &self.options) {
                Ok(volume) => volume,
                Err(VolumeError::Missing { .. }) => continue,
                Err(error) => {
                    names.push(one);
                    self.failed(one.file_system(), error)?;
                    continue;
                }
            };
            names.push(one);
            seen.push(Seen::of(self, volume, &mut extents)?);
        }
        if names.is_empty() {
            return Err(VolumeError::None);
        }
        if names.iter().any(|names| *names != Names::Udf) {
            self.settle(FileSystem::Iso9660, iso::check(self, &mut extents))?;
            match check_path_tables(self.source, &self.options) {
                Ok(all) => all.into_iter().for_each(|finding| self.add(finding)),
                Err(error) => self.failed(FileSystem::Iso9660, error)?,
            }
        }
        if names.contains(&Names::Udf) {
            let udf = seen.iter_mut().find(|seen| seen.names() == Names::Udf);
            self.settle(FileSystem::Udf, udf::check(self, udf, &mut extents))?;
        }
        extents.check(self);
        same::check(self, &mut seen)?;
        self.settle(FileSystem::Iso9660, boot::check(self, &seen))?;
        hybrid::check(self)?;
        Ok(names)
    }

    fn add(&self, finding: Finding) {
        if let Some(findings) = &self.options.lenient {
            findings.add(finding);
        }
    }

    /// A rule that is broken at the block of the source with that address.
    fn at(&self, rule: &'static Rule, file_system: FileSystem, address: u64) -> Finding {
        Finding::new(rule, file_system, Block(address.saturating_sub(self.options.displaced.into())))
    }

    /// What ended a part of the check is a finding, unless nothing can be read at all.
    fn settle(&self, file_system: FileSystem, outcome: Result<(), VolumeError>) -> Result<(), VolumeError> {
        outcome.or_else(|error| self.failed(file_system, error))
    }

    fn failed(&self, file_system: FileSystem, error: VolumeError) -> Result<(), VolumeError> {
        match error {
            VolumeError::BlockSize { .. } => Err(error),
            VolumeError::Missing { .. } | VolumeError::None => Ok(()),
            VolumeError::Unsupported { file_system, feature, block } => {
                self.add(Finding::new(&UNSUPPORTED, file_system, block).about(feature.as_bytes()));
                Ok(())
            }
            error => self.options.salvage::<()>(file_system, Err(error)).map(|_| ()),
        }
    }
}
