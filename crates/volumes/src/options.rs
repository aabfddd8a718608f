//! [`OpenOptions`]: where a volume is, and what becomes of damage.

use std::sync::Arc;

use imapi_disc_types::Block;

use crate::{FileSystem, Finding, Findings, Rule, Severity, VolumeError};

/// Where a volume is, and what becomes of damage.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct OpenOptions {
    /// Where the session begins whose volumes are meant: their first blocks are 16 and 256 behind it.
    pub session: Block,
    /// Where the descriptors are kept that the session began with, when those of a later one are in their place: they are 16
    /// blocks behind it.
    pub head: Option<Block>,
    /// Where what was recorded ends; `None` for the end of the source.
    pub end: Option<Block>,
    /// Where the source begins on the disc that its addresses are of: an image file that has a later session alone begins
    /// where that session did.
    pub displaced: u32,
    /// Damage goes there and is left out, so that the rest can be read; without it, damage is an error.
    pub lenient: Option<Arc<Findings>>,
}

impl OpenOptions {
    /// The session that begins there.
    #[must_use]
    pub fn session(self, session: Block) -> Self {
        Self { session, ..self }
    }

    /// What the session began with is kept there.
    #[must_use]
    pub fn head(self, head: Block) -> Self {
        Self { head: Some(head), ..self }
    }

    /// The address of what the session began with.
    pub(crate) fn head_address(&self) -> u64 {
        self.head.unwrap_or(self.session).0.saturating_add(self.displaced.into())
    }

    /// Nothing was recorded from there on.
    #[must_use]
    pub fn end(self, end: Block) -> Self {
        Self { end: Some(end), ..self }
    }

    /// The source begins at that block of its disc.
    #[must_use]
    pub fn displaced(self, blocks: u32) -> Self {
        Self { displaced: blocks, ..self }
    }

    /// Damage is told there and left out.
    #[must_use]
    pub fn lenient(self, findings: Arc<Findings>) -> Self {
        Self { lenient: Some(findings), ..self }
    }

    /// Damage was found that readers get over: it is an error unless it is to be left out or does not matter.
    pub(crate) fn tolerate(&self, finding: Finding) -> Result<(), VolumeError> {
        match &self.lenient {
            Some(findings) => {
                findings.add(finding);
                Ok(())
            }
            None if finding.rule.severity == Severity::Error => Err(VolumeError::Broken(Box::new(finding))),
            None => Ok(()),
        }
    }

    /// What came of a part: when it is damaged, nothing, unless damage is an error.
    pub(crate) fn salvage<T>(
        &self,
        file_system: FileSystem,
        part: Result<T, VolumeError>,
    ) -> Result<Option<T>, VolumeError> {
        let finding = match (part, &self.lenient) {
            (Ok(part), _) => return Ok(Some(part)),
            (Err(error), None) => return Err(error),
            (Err(VolumeError::Broken(finding)), _) => *finding,
            (Err(VolumeError::Outside { block, blocks }), _) => {
                Finding::new(&OUTSIDE, file_system, Block(block)).numbers(block, blocks)
            }
            (Err(VolumeError::Unreadable(error)), _) => Finding::new(&UNREADABLE, file_system, error.at),
            (Err(error), _) => return Err(error),
        };
        self.tolerate(finding).map(|()| None)
    }
}

/// A block that is needed and was not recorded.
const OUTSIDE: Rule = Rule {
    id: "volume.block.outside",
    clause: "ECMA-119 6.1, ECMA-167 4/8.2",
    severity: Severity::Error,
    broken: "something should stand outside of what was recorded",
};

/// A block that cannot be read.
const UNREADABLE: Rule = Rule {
    id: "volume.block.unreadable",
    clause: "ECMA-119 6.1, ECMA-167 4/8.2",
    severity: Severity::Error,
    broken: "the block cannot be read",
};
