//! [`Extents`]: which blocks belong to what, to find those that belong to two.

use imapi_disc_types::Block;

use super::Checking;
use crate::{FileSystem, Finding, Rule, Severity};

const OVERLAP: Rule = Rule {
    id: "volume.extent.overlap",
    clause: "ECMA-119 6.4, ECMA-167 4/8.9",
    severity: Severity::Error,
    broken: "the bytes of a file begin or end within those of another one",
};

const STRUCTURE: Rule = Rule {
    id: "volume.extent.structure",
    clause: "ECMA-119 6.8.1, ECMA-167 4/8.6",
    severity: Severity::Error,
    broken: "blocks that describe the volume belong to something else, too",
};

/// What some blocks are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Bytes of a file: any number of files may have all of them.
    File,
    /// A folder, a table or a descriptor, and nothing else.
    Structure,
}

/// Blocks that belong together, in 16 bytes. The same ones said again, which is what file systems that share
/// files do, take no room when they come to be many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Extent {
    start: u32,
    end: u32,
    usage: Use,
    file_system: FileSystem,
    /// The block in which it is said.
    told: u32,
}

/// All extents of an image.
#[derive(Debug, Default)]
pub struct Extents {
    all: Vec<Extent>,
    /// So many of them are sorted, and none is there twice among those.
    sorted: usize,
}

/// When so many came since they were last sorted, they are sorted again.
const RUN: usize = 1 << 18;

impl Extents {
    /// Adds blocks of the source; what lies beyond all discs is told elsewhere.
    pub fn add(&mut self, usage: Use, file_system: FileSystem, start: u64, blocks: u64, told: u64) {
        let end = start.saturating_add(blocks);
        let (Ok(start), Ok(end)) = (u32::try_from(start), u32::try_from(end)) else { return };
        if start == end {
            return;
        }
        let told = u32::try_from(told).unwrap_or(u32::MAX);
        self.all.push(Extent { start, end, usage, file_system, told });
        if self.all.len() - self.sorted >= RUN.max(self.sorted) {
            self.sort();
        }
    }

    fn sort(&mut self) {
        self.all.sort_unstable();
        self.all.dedup_by_key(|extent| (extent.start, extent.end, extent.usage));
        self.sorted = self.all.len();
    }

    /// Finds those that overlap and are not the same.
    pub fn check(mut self, checking: &Checking<'_>) {
        self.sort();
        let mut reaching: Option<Extent> = None;
        for extent in &self.all {
            if let Some(before) = reaching.filter(|before| before.end > extent.start) {
                let is_structure = before.usage == Use::Structure || extent.usage == Use::Structure;
                let rule = if is_structure { &STRUCTURE } else { &OVERLAP };
                let finding = Finding::new(rule, extent.file_system, Block(extent.told.into()));
                checking.add(finding.numbers(extent.start, before.end));
            }
            if reaching.is_none_or(|before| before.end < extent.end) {
                reaching = Some(*extent);
            }
        }
    }
}
