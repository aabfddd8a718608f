//! [`Watch`]: whether a tree may become what it becomes, asked whenever something is put into it.
//!
//! A tree by itself takes everything, and the plan of an image refuses what the image cannot have. IMAPI refuses it when it
//! is added; so a tree may be told what its image is to be, and how large it may become.

use super::{Kind, NodeId, Tree, TreeError, text};
use crate::{
    FileSystem,
    estimate::{Estimate, Shape},
    named::{Calling, MOST_NUMBERS},
};

/// What an image may be beside what its file systems can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// The most blocks; `None` for as many as there are.
    pub blocks: Option<u64>,
    /// New names have characters 32 to 127 only.
    pub restricted: bool,
    /// Names stand in each file system as they are, to the letter of its standard.
    pub strict: bool,
    /// The most characters of a new name.
    pub name: usize,
    /// Beyond that many files in a folder one may be left without a name.
    pub same_names: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { blocks: None, restricted: false, strict: false, name: 255, same_names: MOST_NUMBERS }
    }
}

/// What a tree is measured against.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    estimate: Estimate,
    limits: Limits,
}

impl Tree {
    /// From now on the tree refuses what an image of that kind cannot have. When it has something of that kind already, the
    /// image stays what it was to be before.
    pub(crate) fn watch(&mut self, shape: Shape, limits: Limits) -> Result<(), TreeError> {
        let estimate = Estimate::new(shape, self);
        self.check_against(&estimate, &limits)?;
        self.watch = Some(Box::new(Watch { estimate, limits }));
        Ok(())
    }

    /// What the image would take if it were of another kind.
    pub(crate) fn blocks_as(&self, shape: Shape) -> u64 {
        Estimate::new(shape, self).blocks()
    }

    pub(crate) fn set_limits(&mut self, limits: Limits) {
        if let Some(watch) = &mut self.watch {
            watch.limits = limits;
        }
    }

    /// Says how many boot images there are, and how many blocks they have.
    pub(crate) fn set_boots(&mut self, boots: u32, blocks: u64) {
        if let Some(watch) = &mut self.watch {
            watch.estimate.set_boots(boots, blocks);
        }
    }

    /// The most blocks that the image takes with the boot images of that shape; none where nobody said what it is to be.
    pub(crate) fn estimated_blocks(&self, shape: &Shape) -> u64 {
        self.watch.as_ref().map_or(0, |watch| watch.estimate.blocks_with(shape.boots, shape.boot_blocks))
    }

    /// Whether the image can be what it is to be, and have what is in the tree.
    pub(crate) fn check(&self) -> Result<(), TreeError> {
        self.watch.as_ref().map_or(Ok(()), |watch| self.check_against(&watch.estimate, &watch.limits))
    }

    fn check_against(&self, estimate: &Estimate, limits: &Limits) -> Result<(), TreeError> {
        let shape = estimate.shape();
        if let Some((file_system, most)) = shape.most_folders() {
            if self.counts.directories + 1 > most {
                return Err(TreeError::TooManyFolders { file_system });
            }
        }
        let (most_levels, most_bytes) = (shape.most_levels(), shape.most_bytes());
        if most_levels.is_none() && most_bytes.is_none() && !limits.strict {
            return Ok(());
        }
        for id in self.walk(NodeId::ROOT) {
            if limits.strict && id != NodeId::ROOT {
                check_standard(shape, self.name(id), self.kind(id))?;
            }
            match self.kind(id) {
                Kind::Directory if most_levels.is_some_and(|most| estimate.depth(id) > most) => {
                    return Err(TreeError::TooDeep { path: self.path(id) });
                }
                Kind::File { size, .. } => check_size(most_bytes, size, || self.path(id))?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether something new may have that name.
    pub(crate) fn may_be_called(&self, name: &[u8]) -> Result<(), TreeError> {
        if !super::is_name(name) {
            return Err(TreeError::Name { name: text(name) });
        }
        let Some(watch) = &self.watch else { return Ok(()) };
        if name.len() > watch.limits.name && text(name).chars().count() > watch.limits.name {
            return Err(TreeError::Name { name: text(name) });
        }
        if watch.limits.restricted && name.iter().any(|byte| !(32..=127).contains(byte)) {
            return Err(TreeError::Restricted { name: text(name) });
        }
        Ok(())
    }

    /// Whether something new may come into a folder; how large the image becomes is seen when it is there.
    pub(crate) fn may_come(&self, parent: NodeId, name: &[u8], kind: Kind) -> Result<(), TreeError> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let path = || self.path(parent).trim_end_matches('/').to_string() + "/" + &text(name);
        let shape = watch.estimate.shape();
        if watch.limits.strict {
            check_standard(shape, name, kind)?;
        }
        match kind {
            Kind::Directory => {
                if shape.most_levels().is_some_and(|most| watch.estimate.depth(parent) >= most) {
                    return Err(TreeError::TooDeep { path: path() });
                }
                if let Some((file_system, most)) = shape.most_folders() {
                    if self.counts.directories + 1 >= most {
                        return Err(TreeError::TooManyFolders { file_system });
                    }
                }
            }
            Kind::File { size, .. } => check_size(shape.most_bytes(), size, path)?,
            Kind::Link { .. } | Kind::Special { .. } => {}
        }
        Ok(())
    }

    /// Whether what was just put into the tree may stay; else it is taken out again.
    pub(super) fn may_stay(&mut self, id: NodeId) -> Result<(), TreeError> {
        let Some(watch) = &self.watch else { return Ok(()) };
        let needed = watch.limits.blocks.map(|limit| (watch.estimate.blocks(), limit));
        let error = match needed {
            Some((needed, limit)) if needed > limit => TreeError::NoRoom { path: self.path(id), needed, limit },
            _ => match self.without_name(id) {
                Some(file_system) => TreeError::NoUniqueName { path: self.path(id), file_system },
                None => return Ok(()),
            },
        };
        let before = super::ChangePoint(self.journal.point().0 - 1);
        self.roll_back(before)?;
        Err(error)
    }

    /// The file system in which a folder has more files than names for them. Nobody looks while there are enough names
    /// whatever the files are called.
    fn without_name(&self, id: NodeId) -> Option<&'static str> {
        let watch = self.watch.as_ref()?;
        let parent = self.parent(id)?;
        if self.count(parent) < watch.limits.same_names {
            return None;
        }
        let shape = watch.estimate.shape();
        let most = watch.limits.same_names;
        let is_full =
            |&file_system: &FileSystem| Calling::new(file_system, shape.level).assign(self, parent, most).is_err();
        shape.file_systems.iter().find(is_full).map(FileSystem::name)
    }

    /// Counts what came into the tree.
    pub(super) fn watch_in(&mut self, id: NodeId) {
        if let Some(mut watch) = self.watch.take() {
            watch.estimate.put(self, id);
            self.watch = Some(watch);
        }
    }

    /// Counts no more what is about to leave it.
    pub(super) fn watch_out(&mut self, id: NodeId) {
        if let Some(mut watch) = self.watch.take() {
            watch.estimate.take(self, id);
            self.watch = Some(watch);
        }
    }

    /// Changes a node that is in the tree or not, and counts it as what it has become.
    pub(super) fn counted_anew<T>(&mut self, id: NodeId, change: impl FnOnce(&mut Self) -> T) -> T {
        if self.watch.is_none() || !self.contains(id) {
            return change(self);
        }
        self.watch_out(id);
        let outcome = change(self);
        self.watch_in(id);
        outcome
    }
}

/// Whether a name is one of each file system of the image, so that none has to call it otherwise.
fn check_standard(shape: &Shape, name: &[u8], kind: Kind) -> Result<(), TreeError> {
    if !Calling::shows(kind) {
        return Ok(());
    }
    let is_folder = matches!(kind, Kind::Directory);
    let other = shape
        .file_systems
        .iter()
        .find(|&file_system| Calling::new(file_system, shape.level).name(name, is_folder, 0).as_bytes() != name);
    match other {
        Some(file_system) => Err(TreeError::NotStandard { name: text(name), file_system: file_system.name() }),
        None => Ok(()),
    }
}

fn check_size(most: Option<(&'static str, u64)>, size: u64, path: impl FnOnce() -> String) -> Result<(), TreeError> {
    match most {
        Some((file_system, most)) if size > most => Err(TreeError::TooBig { path: path(), size, file_system }),
        _ => Ok(()),
    }
}
