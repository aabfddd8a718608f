//! [`DataImage`]: what was added to an image of data.

use std::{
    collections::HashMap,
    io::{self, Read},
    sync::Arc,
};

use imapi_disc_types::{BlockSource as _, SECTOR_SIZE, Timestamp};
use imapi_fsimage::{Attributes, Contents, ImageOptions, Kind, NodeId, ResultImage, Session, Tree};

use super::{
    names::{folded, is_storable},
    properties::JolietSettings,
    storage::{ElementKind, Storage},
};
use crate::{Cause, V1Error, stash::Stash};

/// What discs of this crate say that they were made by, and by which they are known again.
pub(crate) const APPLICATION: &str = "IMAPI1 FOR RUST";

/// Bytes of a block.
const BLOCK: u64 = SECTOR_SIZE.get() as u64;
/// Bytes that are copied between two events.
const CHUNK: usize = 1 << 20;

/// A tree of files whose bytes are in the stash, or on the disc to which a session is added.
#[derive(Debug)]
pub(crate) struct DataImage {
    tree: Arc<Tree>,
    contents: Arc<Contents>,
    /// Something was added.
    added: bool,
    /// What the disc has already is in the tree, and the image goes behind it.
    earlier: Option<Earlier>,
}

/// What a disc has already.
#[derive(Debug, Clone)]
pub(crate) struct Earlier {
    pub start: u32,
    pub options: ImageOptions,
}

/// Who hears how far the adding is, and says whether to go on.
pub(super) type Adding<'a> = &'a mut dyn FnMut(u64, u64) -> Result<(), V1Error>;

/// Nothing.
impl Default for DataImage {
    fn default() -> Self {
        Self {
            tree: Arc::new(Tree::new(Attributes::default())),
            contents: Arc::new(Contents::new()),
            added: false,
            earlier: None,
        }
    }
}

impl DataImage {
    /// What a disc has, to which something is to be added.
    pub fn behind(mut tree: Tree, contents: Contents, earlier: Earlier) -> Self {
        tree.lock_in();
        Self { tree: Arc::new(tree), contents: Arc::new(contents), added: false, earlier: Some(earlier) }
    }

    pub fn is_added_to(&self) -> bool {
        self.added
    }

    /// The image as it is now.
    pub fn plan(&mut self, settings: &JolietSettings, now: Timestamp) -> Result<ResultImage, V1Error> {
        let mut options = match &self.earlier {
            Some(earlier) => ImageOptions { session: Session::at(earlier.start), ..earlier.options.clone() },
            None => ImageOptions::new(now),
        };
        if settings.is_named() || self.earlier.is_none() {
            options.volume = settings.volume(now);
        }
        options.deep_folders = true;
        APPLICATION.clone_into(&mut options.application);
        if settings.place_boot_image {
            options.boot = settings.boot(contents_of(&mut self.contents));
        }
        let image = ResultImage::new(Arc::clone(&self.tree), Arc::clone(&self.contents), &options);
        image.map_err(|error| V1Error::Image(error.into()))
    }

    /// Adds a tree. When it does not succeed, everything stays as it was.
    pub fn add(
        &mut self,
        storage: &dyn Storage,
        overwrite: bool,
        stash: &mut Stash,
        room: &Room<'_>,
        adding: Adding<'_>,
    ) -> Result<u64, V1Error> {
        let (point, end, added) = (self.tree.change_point(), stash.end(), self.added);
        let outcome = self.add_all(storage, overwrite, stash, room, adding);
        if outcome.is_err() {
            let undone = Arc::make_mut(&mut self.tree).roll_back(point);
            debug_assert!(undone.is_ok(), "nothing was locked in meanwhile");
            self.added = added;
            stash.cut(end);
        }
        outcome
    }

    fn add_all(
        &mut self,
        storage: &dyn Storage,
        overwrite: bool,
        stash: &mut Stash,
        room: &Room<'_>,
        adding: Adding<'_>,
    ) -> Result<u64, V1Error> {
        let mut gatherer = Gatherer {
            tree: Arc::make_mut(&mut self.tree),
            contents: contents_of(&mut self.contents),
            known: HashMap::new(),
            overwrite,
            now: room.now,
            wanted: 0,
        };
        // Everything that can be known before is found out before a byte is written.
        gatherer.measure(storage, NodeId::ROOT, "")?;
        let wanted = gatherer.wanted;
        if wanted > room.blocks {
            return Err(V1Error::DiscFull { needed: wanted, free: room.blocks });
        }
        stash.admit(wanted * BLOCK)?;
        let mut copied = Copied { blocks: 0, total: wanted, stash, adding };
        (copied.adding)(0, wanted)?;
        gatherer.copy(storage, NodeId::ROOT, "", &mut copied)?;
        (copied.adding)(wanted, wanted)?;
        self.added = true;
        let blocks = self.plan(room.settings, room.now)?.blocks();
        if blocks > room.blocks {
            return Err(V1Error::DiscFull { needed: blocks, free: room.blocks });
        }
        Ok(blocks)
    }
}

/// Images lend contents only as long as they are planned or recorded, and nothing is added meanwhile.
fn contents_of(contents: &mut Arc<Contents>) -> &mut Contents {
    Arc::get_mut(contents).expect("no image of these contents is left")
}

/// What the disc has room for, and what the image is to be.
pub(crate) struct Room<'a> {
    pub blocks: u64,
    pub settings: &'a JolietSettings,
    pub now: Timestamp,
}

struct Copied<'a, 'b> {
    blocks: u64,
    total: u64,
    stash: &'a mut Stash,
    adding: Adding<'b>,
}

struct Gatherer<'a> {
    tree: &'a mut Tree,
    contents: &'a mut Contents,
    /// The names in each folder that was looked at, as Windows compares them.
    known: HashMap<NodeId, HashMap<String, NodeId>>,
    overwrite: bool,
    now: Timestamp,
    wanted: u64,
}

impl Gatherer<'_> {
    /// Sees whether all names can be, and how much there is. Folders that are not there are made at once, so that what is
    /// twice in the tree is seen.
    fn measure(&mut self, storage: &dyn Storage, folder: NodeId, path: &str) -> Result<(), V1Error> {
        for element in elements(storage, path)? {
            let path = format!("{path}/{}", element.name);
            if !is_storable(&element.name) {
                return Err(V1Error::BadJolietName { path });
            }
            let there = self.child(folder, &element.name);
            let is_folder = there.map(|there| matches!(self.tree.kind(there), Kind::Directory));
            match (&element.kind, is_folder) {
                (ElementKind::Storage(inner), Some(true)) => self.measure(&**inner, there.unwrap_or(folder), &path)?,
                (ElementKind::Storage(inner), None) => {
                    let made = self.make(folder, &element.name, Kind::Directory, element.modified)?;
                    self.measure(&**inner, made, &path)?;
                }
                (ElementKind::Stream { size, .. }, Some(false)) if self.overwrite => {
                    self.wanted += size.div_ceil(BLOCK);
                }
                (ElementKind::Stream { size, .. }, None) => self.wanted += size.div_ceil(BLOCK),
                _ => return Err(V1Error::FileExists { path }),
            }
        }
        Ok(())
    }

    fn copy(
        &mut self,
        storage: &dyn Storage,
        folder: NodeId,
        path: &str,
        copied: &mut Copied<'_, '_>,
    ) -> Result<(), V1Error> {
        for element in elements(storage, path)? {
            let path = format!("{path}/{}", element.name);
            let there = self.child(folder, &element.name);
            match element.kind {
                ElementKind::Storage(inner) => {
                    // A tree that has another folder than a moment ago is none that was measured.
                    let inside = there.ok_or_else(|| changed(&path))?;
                    self.copy(&*inner, inside, &path, copied)?;
                }
                ElementKind::Stream { size, open } => {
                    let start = copied.stash.end();
                    let mut stream = open().map_err(|cause| V1Error::Unreadable { path: path.clone(), cause })?;
                    copied.stream(&mut *stream, size, &path)?;
                    let piece = Arc::new(copied.stash.piece(start, size, SECTOR_SIZE));
                    let content = self.contents.add_source(piece, size, element.name.clone()).map_err(of_image)?;
                    match there {
                        Some(there) if matches!(self.tree.kind(there), Kind::Directory) => return Err(changed(&path)),
                        // The same name twice in one storage is a file that is there already, too.
                        Some(_) if !self.overwrite => return Err(V1Error::FileExists { path }),
                        Some(there) => {
                            self.tree.replace(there, size, content).map_err(of_image)?;
                            self.tree.describe(there, attributes(element.modified.unwrap_or(self.now)));
                        }
                        None => {
                            self.make(folder, &element.name, Kind::File { size, content }, element.modified)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn make(&mut self, folder: NodeId, name: &str, kind: Kind, modified: Option<Timestamp>) -> Result<NodeId, V1Error> {
        let attributes = attributes(modified.unwrap_or(self.now));
        let made = self.tree.add(folder, name.as_bytes(), kind, attributes);
        let made: NodeId = made.map_err(of_image)?;
        self.known.entry(folder).or_default().insert(folded(name), made);
        Ok(made)
    }

    /// What is in a folder by that name, whatever its capitals.
    fn child(&mut self, folder: NodeId, name: &str) -> Option<NodeId> {
        let tree = &*self.tree;
        let names = self.known.entry(folder).or_insert_with(|| {
            let children = tree.children(folder);
            children.map(|child| (folded(&String::from_utf8_lossy(tree.name(child))), child)).collect()
        });
        names.get(&folded(name)).copied()
    }
}

impl Copied<'_, '_> {
    /// Copies a stream of which it is known how long it is.
    fn stream(&mut self, stream: &mut dyn Read, size: u64, path: &str) -> Result<(), V1Error> {
        let mut chunk = vec![0; CHUNK.min(usize::try_from(size).unwrap_or(CHUNK))];
        let mut left = size;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(CHUNK).min(CHUNK);
            let read = stream.read_exact(&mut chunk[..count]);
            read.map_err(|cause| V1Error::Unreadable { path: path.to_owned(), cause })?;
            self.stash.append(&chunk[..count])?;
            left -= count as u64;
            self.blocks += (count as u64).div_ceil(BLOCK);
            if self.blocks < self.total {
                (self.adding)(self.blocks, self.total)?;
            }
        }
        self.stash.pad(BLOCK)
    }
}

fn elements<'a>(storage: &'a dyn Storage, path: &str) -> Result<Vec<super::storage::Element<'a>>, V1Error> {
    let path = if path.is_empty() { "/" } else { path };
    storage.elements().map_err(|cause| V1Error::Unreadable { path: path.to_owned(), cause })
}

fn changed(path: &str) -> V1Error {
    let cause = io::Error::other("it is another one than a moment ago");
    V1Error::Unreadable { path: path.to_owned(), cause }
}

fn of_image<E>(error: E) -> V1Error
where
    Cause: From<E>,
{
    V1Error::Image(error.into())
}

fn attributes(modified: Timestamp) -> Attributes {
    Attributes { created: modified, modified, accessed: modified, ..Attributes::default() }
}
