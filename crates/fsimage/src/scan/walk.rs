//! [`Scanner`]: goes through a folder on disk and builds the same in the tree.

use std::{
    ffi::{CStr, OsStr},
    fs::File,
    io,
    os::unix::ffi::OsStrExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustix::fs::{FileType, OFlags, readlinkat};

use super::{
    Links, ScanError, ScanOptions, ScanReport, Scanned, Skipped, SkippedBecause, Unreadable, Witness, listing::Listing,
    stat::Stat, xattr,
};
use crate::{
    ContentError, Contents, Kind, NodeId, Tree, TreeError,
    content::{Descriptors, FOLDERS, FolderId, Seen, open_folder},
};

/// A scan under way.
pub(super) struct Scanner<'a> {
    tree: &'a mut Tree,
    contents: &'a mut Contents,
    options: &'a ScanOptions,
    pub(super) report: ScanReport,
    /// Folders that are open: the next one is mostly in one of them.
    open: Descriptors<FolderId>,
    /// The folder that paths for patterns begin at.
    top: Option<FolderId>,
    /// The files that stay out, by device and inode.
    left_out: Vec<(u64, u64)>,
    /// The device of the folder that was asked for.
    device: u64,
    /// Folders that wait; the last one is next.
    waiting: Vec<Waiting>,
    /// The folders above, and the one that is read: device and inode. For links that lead back.
    trail: Vec<(u64, u64)>,
}

/// A folder that was put into the tree and not read yet.
struct Waiting {
    folder: FolderId,
    node: NodeId,
    /// The tree did not have it before.
    new: bool,
    depth: usize,
    identity: (u64, u64),
}

/// Where an entry is on disk.
#[derive(Clone, Copy)]
struct Place<'p> {
    folder: FolderId,
    open: &'p File,
    name: &'p CStr,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(tree: &'a mut Tree, contents: &'a mut Contents, options: &'a ScanOptions) -> Self {
        let identity = |path: &PathBuf| Stat::of_path(path).ok().map(|stat| stat.identity());
        Self {
            tree,
            contents,
            options,
            report: ScanReport::default(),
            open: Descriptors::new(FOLDERS),
            top: None,
            left_out: options.leave_out.iter().filter_map(identity).collect(),
            device: 0,
            waiting: Vec::new(),
            trail: Vec::new(),
        }
    }

    /// Adds what is in a folder.
    pub(super) fn folder(
        &mut self,
        node: NodeId,
        path: &Path,
        stat: &Stat,
        witness: &mut dyn Witness,
    ) -> Result<(), ScanError> {
        let folder = self.contents.folders.add(None, path.as_os_str().as_bytes(), true)?;
        self.top = Some(folder);
        self.device = stat.device();
        self.waiting.push(Waiting { folder, node, new: false, depth: 0, identity: stat.identity() });
        let mut listing = Listing::default();
        while let Some(next) = self.waiting.pop() {
            witness.check()?;
            let Some(open) = self.list(&next, &mut listing)? else { continue };
            self.trail.truncate(next.depth);
            self.trail.push(next.identity);
            self.entries(&next, &open, &listing, witness)?;
            let folder = self.contents.folders.path(next.folder, None);
            let ScanReport { files, bytes, .. } = self.report;
            witness.scanned(self.tree, self.contents, &Scanned { folder, files, bytes })?;
        }
        Ok(())
    }

    /// Opens and lists a folder; `None` when it may not be read and is skipped.
    fn list(&mut self, next: &Waiting, listing: &mut Listing) -> Result<Option<Arc<File>>, ScanError> {
        let Self { open, contents, .. } = self;
        let folders = &contents.folders;
        let opened = open_folder(folders, next.folder, OFlags::RDONLY, |id| open.get(id));
        let outcome = opened.and_then(|open| listing.read(&open).map(|()| open));
        match outcome {
            Ok(file) => {
                let _ = self.open.put(next.folder, Arc::clone(&file));
                Ok(Some(file))
            }
            Err(source) => {
                let path = folders.path(next.folder, None);
                // The folder that was asked for itself is never skipped: nothing would be left.
                if self.options.unreadable == Unreadable::Refused || next.depth == 0 {
                    return Err(ScanError::Folder { path, source });
                }
                self.skip(path, SkippedBecause::Unreadable(source));
                if next.new {
                    self.tree.remove(next.node)?;
                    self.report.folders -= 1;
                }
                Ok(None)
            }
        }
    }

    fn entries(
        &mut self,
        at: &Waiting,
        open: &File,
        listing: &Listing,
        witness: &dyn Witness,
    ) -> Result<(), ScanError> {
        let needs_path = self.options.excludes.need_path();
        let from_top = if needs_path { self.contents.folders.path(at.folder, self.top) } else { PathBuf::new() };
        let waited = self.waiting.len();
        for place in 0..listing.len() {
            witness.check()?;
            let place = Place { folder: at.folder, open, name: listing.name(place) };
            let name = place.name.to_bytes();
            let stat = self.look_at(place);
            if !self.options.excludes.is_empty() {
                let path = from_top.join(OsStr::from_bytes(name));
                let is_folder = stat.as_ref().is_ok_and(|stat| stat.kind() == FileType::Directory);
                if self.options.excludes.matches(path.as_os_str().as_bytes(), is_folder) {
                    self.report.excluded += 1;
                    continue;
                }
            }
            let stat = match stat {
                Ok(stat) => stat,
                Err(source) => {
                    self.unreadable(place, source)?;
                    continue;
                }
            };
            if self.left_out.contains(&stat.identity()) {
                self.skip(self.path(place), SkippedBecause::LeftOut);
                continue;
            }
            if stat.kind() == FileType::Directory {
                self.subfolder(at, place, &stat)?;
            } else {
                self.file(at.node, name, place, &stat)?;
            }
        }
        // The last one that waits is next; they are to come in their order.
        self.waiting[waited..].reverse();
        Ok(())
    }

    fn look_at(&self, place: Place<'_>) -> io::Result<Stat> {
        let stat = Stat::of(place.open, place.name, false)?;
        if stat.kind() == FileType::Symlink && self.follow() {
            return Stat::of(place.open, place.name, true);
        }
        Ok(stat)
    }

    fn follow(&self) -> bool {
        self.options.links == Links::Followed
    }

    fn subfolder(&mut self, at: &Waiting, place: Place<'_>, stat: &Stat) -> Result<(), ScanError> {
        let identity = stat.identity();
        if self.follow() && self.trail.contains(&identity) {
            return Err(ScanError::Cycle { path: self.path(place) });
        }
        let name = place.name.to_bytes();
        let (node, new) = self.put_folder(at.node, name, stat)?;
        if self.options.one_file_system && stat.device() != self.device {
            self.skip(self.path(place), SkippedBecause::OtherFileSystem);
            return Ok(());
        }
        let folder = self.contents.folders.add(Some(place.folder), name, self.follow())?;
        self.waiting.push(Waiting { folder, node, new, depth: at.depth + 1, identity });
        Ok(())
    }

    /// A folder in the tree, and whether it is new: one that is there takes the dates and rights of the one on disk.
    pub(super) fn put_folder(&mut self, parent: NodeId, name: &[u8], stat: &Stat) -> Result<(NodeId, bool), ScanError> {
        self.report.folders += 1;
        let attributes = self.options.applied(stat.attributes());
        match self.tree.add(parent, name, Kind::Directory, attributes) {
            Err(exists @ TreeError::Exists { .. }) => match self.tree.child(parent, name) {
                Some(there) if self.tree.kind(there) == Kind::Directory => {
                    self.tree.describe(there, attributes);
                    Ok((there, false))
                }
                _ => Err(exists.into()),
            },
            added => Ok((added?, true)),
        }
    }

    /// A file, a link, or something special.
    fn file(&mut self, parent: NodeId, name: &[u8], place: Place<'_>, stat: &Stat) -> Result<(), ScanError> {
        match self.try_file(parent, name, place, stat) {
            Err(Trouble::Unreadable(source)) => self.unreadable(place, source),
            Err(Trouble::Other(error)) => Err(error),
            Ok(_) => Ok(()),
        }
    }

    fn try_file(&mut self, parent: NodeId, name: &[u8], place: Place<'_>, stat: &Stat) -> Result<NodeId, Trouble> {
        let attributes = self.options.applied(stat.attributes());
        let mut streams = Vec::new();
        let kind = match stat.kind() {
            FileType::RegularFile => {
                stat.check_readable(place.open, place.name)?;
                if self.options.named_streams {
                    streams = xattr::user_attributes(place.open, place.name, self.follow())?;
                }
                let followed = self.follow() || self.top.is_none();
                let shared = (stat.has_other_names() || followed).then(|| stat.identity());
                let seen = Seen { size: stat.size(), modified: stat.modified(), followed, shared };
                let content = self.contents.add_file(place.folder, place.name.to_bytes(), &seen)?;
                Kind::File { size: stat.size(), content }
            }
            FileType::Symlink => {
                let target = readlinkat(place.open, place.name, Vec::new()).map_err(io::Error::from)?;
                self.make_room(parent, name)?;
                self.report.files += 1;
                return Ok(self.tree.add_link(parent, name, target.as_bytes(), attributes)?);
            }
            _ => Kind::Special { device: stat.special() },
        };
        let node = match self.tree.add(parent, name, kind, attributes) {
            Err(TreeError::Exists { .. }) => {
                self.make_room(parent, name)?;
                self.tree.add(parent, name, kind, attributes)?
            }
            added => added?,
        };
        self.report.files += 1;
        if let Kind::File { size, .. } = kind {
            self.report.bytes += size;
        }
        for (name, value) in streams {
            let size = value.len() as u64;
            let content = self.contents.add_bytes(value);
            self.tree.add_stream(node, &name, size, content).map_err(|error| match error {
                TreeError::StreamName { name, .. } => {
                    ScanError::Attribute { path: self.path(place), attribute: format!("user.{name}") }.into()
                }
                error => Trouble::from(error),
            })?;
        }
        Ok(node)
    }

    /// What is on disk wins over a file in the tree, but never over a folder. The old one's number keeps its meaning.
    fn make_room(&mut self, parent: NodeId, name: &[u8]) -> Result<(), TreeError> {
        match self.tree.child(parent, name) {
            None => Ok(()),
            Some(there) if self.tree.kind(there) == Kind::Directory => {
                Err(TreeError::Exists { path: self.tree.path(there) })
            }
            Some(there) => self.tree.remove(there),
        }
    }

    /// One file by a name of its own.
    pub(super) fn single(
        &mut self,
        parent: NodeId,
        name: &[u8],
        (folder, open): (FolderId, &File),
        on_disk: &CStr,
        stat: &Stat,
    ) -> Result<NodeId, ScanError> {
        let place = Place { folder, open, name: on_disk };
        self.try_file(parent, name, place, stat).map_err(|trouble| match trouble {
            Trouble::Unreadable(source) => ScanError::File { path: self.path(place), source },
            Trouble::Other(error) => error,
        })
    }

    fn path(&self, place: Place<'_>) -> PathBuf {
        self.contents.folders.path(place.folder, None).join(OsStr::from_bytes(place.name.to_bytes()))
    }

    fn skip(&mut self, path: PathBuf, why: SkippedBecause) {
        self.report.skipped.push(Skipped { path, why });
    }

    fn unreadable(&mut self, place: Place<'_>, source: io::Error) -> Result<(), ScanError> {
        let path = self.path(place);
        match self.options.unreadable {
            Unreadable::Refused => Err(ScanError::File { path, source }),
            Unreadable::Skipped => {
                self.skip(path, SkippedBecause::Unreadable(source));
                Ok(())
            }
        }
    }
}

/// A file that cannot be had, which may be skipped, and all else.
enum Trouble {
    Unreadable(io::Error),
    Other(ScanError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error)
    }
}

impl From<TreeError> for Trouble {
    fn from(error: TreeError) -> Self {
        Self::Other(error.into())
    }
}

impl From<ScanError> for Trouble {
    fn from(error: ScanError) -> Self {
        Self::Other(error)
    }
}

impl From<ContentError> for Trouble {
    fn from(error: ContentError) -> Self {
        Self::Other(error.into())
    }
}
