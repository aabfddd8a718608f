//! [`import`]: what a disc has becomes a part of the tree, and its bytes stay where they are.

use std::{collections::HashMap, ops::Range, sync::Arc};

use imapi_disc_types::{BlockSource, Control, SECTOR_SIZE};
use imapi_volumes::{Entry, EntryKind, FileBytes, FileSystem, OpenOptions, Run, Runs, Step, Volume, VolumeError, Walk};

use super::{ImportError, fragments::Fragments};
use crate::{Attributes, Content, Contents, Kind, NodeId, Timestamp, Tree};

/// How far an import is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias("DFileSystemImageImportEvents", "DFileSystemImageImportEvents::UpdateImport"))]
pub struct Importing {
    /// The file system.
    pub file_system: FileSystem,
    /// The path of what was looked at last; that of a folder ends with `/`.
    pub path: String,
    /// Folders so far.
    pub folders: u64,
    /// Files so far.
    pub files: u64,
    /// Files and folders of the volume, where it says how many there are.
    pub of: Option<(u64, u64)>,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Files that the tree has now and had not.
    pub files: u64,
    /// Folders that the tree has now and had not.
    pub folders: u64,
    /// Files of the disc that are not in the tree, because it had others in their place.
    pub hidden: u64,
    /// Bytes of files that cannot stay where they are, because they do not stand in blocks that follow one another: they
    /// will be copied.
    pub copied: u64,
}

/// Brings everything that a volume has into a tree.
///
/// What the tree has already stays: a file of the disc does not take the place of one that is there by the same name. The
/// bytes of files stay on the disc, and an image of the tree points at them there: the disc has to be the one that the
/// image is written to, and addresses are those of `OpenOptions`. All of it comes in, or nothing.
pub fn import(
    tree: &mut Tree,
    contents: &mut Contents,
    (volume, disc): (&dyn Volume, &Arc<dyn BlockSource>),
    options: &OpenOptions,
    control: &mut Control<'_, Importing>,
) -> Result<Imported, ImportError> {
    import_but(tree, contents, (volume, disc), options, Vec::new(), control)
}

/// The same, but what stands in those blocks of the disc will be copied: they are to be written again.
pub(super) fn import_but(
    tree: &mut Tree,
    contents: &mut Contents,
    (volume, disc): (&dyn Volume, &Arc<dyn BlockSource>),
    options: &OpenOptions,
    doomed: Vec<Range<u64>>,
    control: &mut Control<'_, Importing>,
) -> Result<Imported, ImportError> {
    let (point, mark) = (tree.change_point(), contents.mark());
    let all = || {
        let mut importer = Importer::new(contents, (volume, disc), options.displaced)?.sparing(doomed);
        for step in Walk::new(volume, options) {
            let step = step?;
            let streams = streams(volume, &step.entry)?;
            importer.take(tree, contents, &step, &streams)?;
            control.emit(importer.event())?;
        }
        Ok(importer.done)
    };
    match all() {
        Ok(done) => Ok(done),
        Err(error) => {
            tree.roll_back(point)?;
            tree.forget_placed(mark.entries());
            contents.forget(mark);
            Err(error)
        }
    }
}

/// The named streams of an entry. Only files that are files have some.
pub(crate) fn streams(volume: &dyn Volume, entry: &Entry) -> Result<Vec<Entry>, VolumeError> {
    if entry.has_streams { volume.streams(entry) } else { Ok(Vec::new()) }
}

/// Brings what a volume has into a tree, entry by entry. It reads nothing: who goes through the volume gives it what is there.
pub(crate) struct Importer {
    file_system: FileSystem,
    root: Attributes,
    disc: Arc<dyn BlockSource>,
    /// The disc's number among the contents.
    number: u32,
    displaced: u32,
    /// Blocks that will be written again.
    doomed: Vec<Range<u64>>,
    /// Contents by where they begin and how many bytes they have: one file may have several names.
    known: HashMap<(u64, u64), Content>,
    /// The folders on the way to what was told last; the root first, and none where the tree has something else.
    above: Vec<Option<NodeId>>,
    event: Importing,
    done: Imported,
}

/// The bytes of the largest file that is copied because of where it stands.
const MOST_MOVED: u64 = 64 << 20;

/// Of a folder that is not entered: the tree has something else there.
const SHUT: Option<NodeId> = None;

impl Importer {
    /// The blocks of the source are so far from those of the disc.
    pub fn new(
        contents: &mut Contents,
        (volume, disc): (&dyn Volume, &Arc<dyn BlockSource>),
        displaced: u32,
    ) -> Result<Self, ImportError> {
        let facts = volume.facts();
        let file_system = facts.names.file_system();
        let event = Importing { file_system, path: String::new(), folders: 0, files: 0, of: facts.counts };
        Ok(Self {
            file_system,
            root: attributes(volume.root()),
            disc: Arc::clone(disc),
            number: contents.add_disc(Arc::clone(disc), facts.label.clone())?,
            displaced,
            doomed: Vec::new(),
            known: HashMap::new(),
            above: vec![Some(NodeId::ROOT)],
            event,
            done: Imported::default(),
        })
    }

    /// What stands in those blocks is copied: they will be written again.
    pub fn sparing(self, doomed: Vec<Range<u64>>) -> Self {
        Self { doomed, ..self }
    }

    /// What was done last.
    pub fn event(&self) -> &Importing {
        &self.event
    }

    /// What has come of it so far.
    pub fn done(&self) -> &Imported {
        &self.done
    }

    /// Brings in what comes next in the order of the walk, with its named streams.
    pub fn take(
        &mut self,
        tree: &mut Tree,
        contents: &mut Contents,
        Step { path, entry }: &Step,
        streams: &[Entry],
    ) -> Result<(), ImportError> {
        if self.event.folders + self.event.files == 0 && tree.count(NodeId::ROOT) == 0 {
            // A tree in which nothing is takes on what is known of the disc's root.
            tree.describe(NodeId::ROOT, self.root);
        }
        self.above.truncate(path.split(|&byte| byte == b'/').count());
        let is_folder = entry.is_directory();
        let parent = self.above.last().copied().unwrap_or(SHUT);
        let node = match parent {
            Some(parent) => self.entry(tree, contents, parent, entry, streams)?,
            None => None,
        };
        if is_folder {
            self.event.folders += 1;
            self.above.push(node);
        } else {
            self.event.files += 1;
        }
        self.event.path = format!("/{}{}", String::from_utf8_lossy(path), if is_folder { "/" } else { "" });
        Ok(())
    }

    /// Brings an entry into a folder; says which node it is now, and none when something else is there.
    fn entry(
        &mut self,
        tree: &mut Tree,
        contents: &mut Contents,
        parent: NodeId,
        entry: &Entry,
        streams: &[Entry],
    ) -> Result<Option<NodeId>, ImportError> {
        if let Some(there) = tree.child(parent, &entry.name) {
            return self.meets(tree, there, entry);
        }
        let attributes = attributes(entry);
        let name = &entry.name;
        let node = match &entry.kind {
            EntryKind::Directory => {
                self.done.folders += 1;
                return Ok(Some(tree.add(parent, name, Kind::Directory, attributes)?));
            }
            EntryKind::Link { target } => tree.add_link(parent, name, target, attributes)?,
            EntryKind::Special { device: (major, minor) } => {
                let device = rustix::fs::makedev(*major, *minor);
                tree.add(parent, name, Kind::Special { device }, attributes)?
            }
            EntryKind::File => {
                let content = self.content(tree, contents, entry)?;
                tree.add(parent, name, Kind::File { size: entry.size, content }, attributes)?
            }
        };
        for stream in streams {
            let content = self.content(tree, contents, stream)?;
            tree.add_stream(node, &stream.name, stream.size, content)?;
        }
        self.done.files += 1;
        Ok(Some(node))
    }

    /// What the tree has already stays.
    fn meets(&mut self, tree: &Tree, there: NodeId, entry: &Entry) -> Result<Option<NodeId>, ImportError> {
        let file_system = self.file_system;
        let is_folder = matches!(tree.kind(there), Kind::Directory);
        match (is_folder, entry.is_directory()) {
            (true, true) => Ok(Some(there)),
            (false, false) => {
                self.done.hidden += 1;
                Ok(None)
            }
            (true, false) => Err(ImportError::FileMeetsFolder { path: tree.path(there), file_system }),
            (false, true) => Err(ImportError::FolderMeetsFile { path: tree.path(there), file_system }),
        }
    }

    /// Whether bytes of a file stand where something will be written again. A very large file stays all the same: a disc
    /// may have no room for two of it.
    fn is_doomed(&self, entry: &Entry) -> bool {
        const BLOCK: u64 = SECTOR_SIZE.get() as u64;
        let meets = |run: &Run| {
            let Some(start) = run.start else { return false };
            let (first, end) = (start / BLOCK, start.saturating_add(run.bytes).div_ceil(BLOCK));
            self.doomed.iter().any(|doomed| first < doomed.end && doomed.start < end)
        };
        entry.size <= MOST_MOVED && entry.runs.as_slice().iter().any(meets)
    }

    /// The bytes of a file: where they are on the disc, if they stand in blocks of their own that follow one another.
    fn content(&mut self, tree: &mut Tree, contents: &mut Contents, entry: &Entry) -> Result<Content, ImportError> {
        const BLOCK: u64 = SECTOR_SIZE.get() as u64;
        if entry.size == 0 {
            return Ok(contents.add_bytes([]));
        }
        let first = entry.runs.as_slice().first().and_then(|run| run.start);
        let identity = first.map(|start| (start, entry.size));
        if let Some(&known) = identity.and_then(|identity| self.known.get(&identity)) {
            return Ok(known);
        }
        let stays = !self.is_doomed(entry);
        let block = match entry.runs {
            Runs::One(Run { start: Some(start), bytes }) if start % BLOCK == 0 && bytes == entry.size && stays => {
                u32::try_from(start / BLOCK).ok().and_then(|block| block.checked_add(self.displaced))
            }
            _ => None,
        };
        let content = if let Some(block) = block {
            let content = contents.add_placed(self.number, (block, self.displaced), entry.size);
            tree.place_content(content);
            content
        } else {
            self.done.copied += entry.size;
            let bytes = FileBytes::new(Arc::clone(&self.disc), &entry.runs);
            let name = String::from_utf8_lossy(&entry.name).into_owned();
            let content = contents.add_source(Arc::new(Fragments::new(bytes)), entry.size, name)?;
            if let Some(block) = first.and_then(|start| u32::try_from(start / BLOCK).ok()) {
                contents.note_moved(content, block.saturating_add(self.displaced));
            }
            content
        };
        if let Some(identity) = identity {
            self.known.insert(identity, content);
        }
        Ok(content)
    }
}

/// What is known of an entry, as the tree has it.
fn attributes(entry: &Entry) -> Attributes {
    let modified = entry.times.modified.or(entry.times.created).unwrap_or_default();
    let or_modified = |time: Option<Timestamp>| time.unwrap_or(modified);
    let posix = entry.posix.unwrap_or_default();
    Attributes {
        created: or_modified(entry.times.created),
        modified,
        accessed: or_modified(entry.times.accessed),
        mode: posix.mode,
        owner: posix.user,
        group: posix.group,
        hidden: entry.hidden,
        real_time: entry.real_time,
    }
}
