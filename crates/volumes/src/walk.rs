//! [`Walk`]: everything in a volume, folder by folder.

use std::{collections::HashSet, fmt, vec};

use imapi_disc_types::Block;
use imapi_volume_structs::SECTOR;

use crate::{Entry, Finding, OpenOptions, Place, Rule, Severity, Volume, VolumeError};

/// A folder that was met before, by whatever way.
const MET_BEFORE: Rule = Rule {
    id: "volume.folder.twice",
    clause: "ECMA-119 6.8.2.1, ECMA-167 4/8.6",
    severity: Severity::Error,
    broken: "a folder is in more than one folder, or in itself",
};

/// Folders lie in one another so deep; no path that a system knows has more steps.
const DEEPEST: usize = 4096;

const TOO_DEEP: Rule = Rule {
    id: "volume.folder.depth",
    clause: "ECMA-119 6.8.2.1, ECMA-167 4/8.6",
    severity: Severity::Error,
    broken: "folders lie in one another deeper than any path can say",
};

/// Everything in a volume, folder by folder: a folder first, and then what is in it. The root is not among it.
///
/// No folder is entered twice, so that it ends whatever the volume says.
pub struct Walk<'a> {
    volume: &'a dyn Volume,
    options: &'a OpenOptions,
    /// What is still to come of each folder on the way to the last entry.
    levels: Vec<vec::IntoIter<Entry>>,
    path: Vec<u8>,
    /// For each level but the first, the length of the path of its folder.
    ends: Vec<usize>,
    met: HashSet<Place>,
    enter: Option<Entry>,
}

/// An entry, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The names on the way to it and its own, with `/` between them.
    pub path: Vec<u8>,
    /// What it is.
    pub entry: Entry,
}

impl<'a> Walk<'a> {
    /// Everything in a volume.
    pub fn new(volume: &'a dyn Volume, options: &'a OpenOptions) -> Self {
        Self::below(volume, options, Vec::new(), volume.root().clone())
    }

    /// Everything in a folder of a volume, whose path that is.
    pub fn below(volume: &'a dyn Volume, options: &'a OpenOptions, path: Vec<u8>, folder: Entry) -> Self {
        let met = HashSet::from([volume.root().place, folder.place]);
        Self { volume, options, levels: Vec::new(), path, ends: Vec::new(), met, enter: Some(folder) }
    }

    /// What was just told is not entered.
    pub fn pass_over(&mut self) {
        self.enter = None;
    }

    fn enter(&mut self, folder: &Entry) -> Result<(), VolumeError> {
        if self.levels.len() >= DEEPEST {
            return self.options.tolerate(self.finding(&TOO_DEEP, folder));
        }
        let children = self.options.salvage(self.volume.facts().names.file_system(), self.volume.children(folder));
        if let Some(children) = children? {
            self.levels.push(children.into_iter());
            self.ends.push(self.path.len());
        }
        Ok(())
    }

    fn finding(&self, rule: &'static Rule, folder: &Entry) -> Finding {
        let file_system = self.volume.facts().names.file_system();
        Finding::new(rule, file_system, Block(folder.place.0 / SECTOR as u64)).about(&self.path)
    }

    fn step(&mut self, entry: Entry) -> Result<Step, VolumeError> {
        self.path.truncate(self.ends.last().copied().unwrap_or(0));
        if !self.path.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(&entry.name);
        if entry.is_directory() {
            if self.met.insert(entry.place) {
                self.enter = Some(entry.clone());
            } else {
                self.options.tolerate(self.finding(&MET_BEFORE, &entry))?;
            }
        }
        Ok(Step { path: self.path.clone(), entry })
    }
}

/// An error is about one folder; what comes after it is what is not in that.
impl Iterator for Walk<'_> {
    type Item = Result<Step, VolumeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(folder) = self.enter.take() {
            if let Err(error) = self.enter(&folder) {
                return Some(Err(error));
            }
        }
        loop {
            if let Some(entry) = self.levels.last_mut()?.next() {
                return Some(self.step(entry));
            }
            self.levels.pop();
            self.ends.pop();
        }
    }
}

impl fmt::Debug for Walk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("path", &self.path.escape_ascii().to_string()).finish_non_exhaustive()
    }
}
