//! Names of one file: the first becomes the file, the others are made links to it when it is there.

use std::collections::HashMap;

use imapi_volumes::{Entry, EntryKind, Place, Run};
use rustix::fs::AtFlags;

use super::place;

/// By what the names of one file are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Same {
    /// What is told of it stands at one place.
    Place(Place),
    /// Each name is told of at its own place, with one number. The bytes are to be the same, too: a number is easily forged,
    /// or not meant so.
    Number(u64, u64, Option<Run>),
}

/// The files with several names that were met.
#[derive(Debug, Default)]
pub struct Links {
    /// Where the first name of each went.
    first: HashMap<Same, Box<[u8]>>,
    pub later: Vec<Later>,
}

/// A name that is to lead to a file that has one.
#[derive(Debug)]
pub struct Later {
    /// Where the file went.
    pub target: Box<[u8]>,
    /// The folder that the name goes into.
    pub folder: Box<[u8]>,
    pub name: Box<[u8]>,
    /// Where it is in the volume.
    pub path: Box<[u8]>,
    /// What to make of it when there can be no link.
    pub entry: Entry,
}

impl Links {
    /// Where the file went that an entry is another name of; if it is the first, it goes there.
    pub fn meet(&mut self, entry: &Entry, path: impl FnOnce() -> Box<[u8]>) -> Option<Box<[u8]>> {
        let posix = entry.posix.filter(|posix| posix.links > 1 && entry.kind == EntryKind::File)?;
        let same = match posix.inode {
            Some(number) => Same::Number(number, entry.size, entry.runs.as_slice().first().copied()),
            None => Same::Place(entry.place),
        };
        let target = self.first.get(&same).cloned();
        if target.is_none() {
            self.first.insert(same, path());
        }
        target
    }
}

impl Later {
    /// Makes the link, from folders that are opened anew and through no other link.
    pub fn link(&self, root: &std::os::fd::OwnedFd, temporary: &[u8]) -> std::io::Result<std::os::fd::OwnedFd> {
        let slash = self.target.iter().rposition(|&byte| byte == b'/');
        let (way, name) = slash.map_or((&[][..], &self.target[..]), |at| (&self.target[..at], &self.target[at + 1..]));
        let from = place::open(root, way)?;
        let to = place::open(root, &self.folder)?;
        rustix::fs::linkat(&from, name, &to, temporary, AtFlags::empty())?;
        Ok(to)
    }
}
