//! [`Item`]: what a file and a folder have in common.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{
    Data, DirectoryItem, FileItem, ImageError,
    dates::{Date, Explicit},
    state::{Conformed, Shared, State},
};
use crate::{
    Attributes, Content, FileSystem, Kind, NodeId, Timestamp, Tree, TreeError,
    named::{Calling, MOST_NUMBERS},
};

/// A file, a folder or a named stream of an image, or one that was created for it and not added yet.
///
/// It stands for the same file whatever happens to others. When its file is removed, or goes by
/// [going back](super::FileSystemImage::roll_back_to_change_point), it still tells what is known of it, but nothing can be
/// done with it any more: that fails with `IMAPI_E_NOT_IN_FILE_SYSTEM`. When its file comes back by going back, so does it.
#[derive(Clone)]
#[doc(alias = "IFsiItem")]
pub struct Item {
    core: Arc<Core>,
}

struct Core {
    shared: Arc<Shared>,
    /// Looked at and changed by those only who have the image's lock.
    place: Mutex<Place>,
}

/// Where an item is.
pub(super) enum Place {
    /// In no image yet.
    Detached(Box<Detached>),
    /// In the tree, or it was.
    Node(NodeId),
    /// A stream of a file.
    Stream { owner: NodeId, name: Box<[u8]>, content: Content },
}

/// What is known of an item that is in no image.
pub(super) struct Detached {
    pub name: Box<[u8]>,
    pub is_directory: bool,
    pub made: Timestamp,
    pub dates: Explicit,
    pub hidden: bool,
    pub real_time: bool,
    pub data: Option<Data>,
}

impl Detached {
    /// What it will have when it is added at that moment.
    pub fn attributes(&self, now: Timestamp) -> Attributes {
        let (hidden, real_time) = (self.hidden, self.real_time);
        self.dates.over(Attributes {
            created: now,
            modified: now,
            accessed: now,
            hidden,
            real_time,
            ..Attributes::default()
        })
    }
}

impl Item {
    pub(super) fn new(shared: Arc<Shared>, place: Place) -> Self {
        Self { core: Arc::new(Core { shared, place: Mutex::new(place) }) }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.core.shared
    }

    /// Where it is; whoever asks has the image's lock.
    pub(super) fn place(&self, _: &State) -> MutexGuard<'_, Place> {
        self.core.place.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its node, when it is in the tree now.
    pub(super) fn node(&self, state: &State) -> Result<NodeId, ImageError> {
        let name = match &*self.place(state) {
            Place::Node(node) if state.tree().contains(*node) => return Ok(*node),
            Place::Node(node) => state.tree().name(*node).to_vec(),
            Place::Detached(detached) => detached.name.to_vec(),
            Place::Stream { name, .. } => name.to_vec(),
        };
        Err(TreeError::NotInTree { name: String::from_utf8_lossy(&name).into_owned() }.into())
    }

    /// Looks at it.
    fn look<T>(&self, see: impl FnOnce(&State, &Place) -> T) -> T {
        let state = self.core.shared.look();
        let place = self.place(&state);
        see(&state, &place)
    }

    fn attributes(&self) -> Attributes {
        self.look(|state, place| match place {
            Place::Detached(detached) => detached.attributes(detached.made),
            Place::Node(node) | Place::Stream { owner: node, .. } => state.tree().attributes(*node),
        })
    }

    /// The name. Bytes that are no text are replaced in it.
    #[must_use]
    #[doc(alias = "IFsiItem::get_Name")]
    pub fn name(&self) -> String {
        String::from_utf8_lossy(&self.name_bytes()).into_owned()
    }

    /// The name as the image has it.
    #[must_use]
    pub fn name_bytes(&self) -> Vec<u8> {
        self.look(|state, place| match place {
            Place::Detached(detached) => detached.name.to_vec(),
            Place::Node(node) => state.tree().name(*node).to_vec(),
            Place::Stream { name, .. } => name.to_vec(),
        })
    }

    /// The path from the root on, with `/`; the name alone when it is in no image. A stream's has a colon before its name.
    #[must_use]
    #[doc(alias = "IFsiItem::get_FullPath")]
    pub fn full_path(&self) -> String {
        self.look(|state, place| {
            let tree = state.tree();
            let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
            match place {
                Place::Detached(detached) => text(&detached.name),
                Place::Node(node) if tree.contains(*node) => tree.path(*node),
                Place::Node(node) => text(tree.name(*node)),
                Place::Stream { owner, name, .. } => tree.path(*owner) + ":" + &text(name),
            }
        })
    }

    /// Whether it is in the image now.
    #[must_use]
    pub fn is_in_image(&self) -> bool {
        self.look(|state, place| match place {
            Place::Detached(_) => false,
            Place::Node(node) => state.tree().contains(*node),
            Place::Stream { owner, name, content } => {
                let is_it = |stream: &crate::Stream| stream.name == *name && stream.content == *content;
                state.tree().contains(*owner) && state.tree().streams(*owner).iter().any(is_it)
            }
        })
    }

    /// The same item as a folder, when it is one.
    #[must_use]
    pub fn as_directory(&self) -> Option<DirectoryItem> {
        self.is_directory().then(|| DirectoryItem::of(self.clone()))
    }

    /// The same item as a file, when it is no folder.
    #[must_use]
    pub fn as_file(&self) -> Option<FileItem> {
        (!self.is_directory()).then(|| FileItem::of(self.clone()))
    }

    fn is_directory(&self) -> bool {
        self.look(|state, place| match place {
            Place::Detached(detached) => detached.is_directory,
            Place::Node(node) => state.tree().kind(*node) == Kind::Directory,
            Place::Stream { .. } => false,
        })
    }

    /// When it was made; where nobody said, when it was added to the image.
    #[must_use]
    #[doc(alias = "IFsiItem::get_CreationTime")]
    pub fn creation_time(&self) -> Timestamp {
        self.attributes().created
    }

    /// Says when it was made: not after a date at which somebody said that it was written or read.
    #[doc(alias = "IFsiItem::put_CreationTime")]
    pub fn set_creation_time(&self, time: Timestamp) -> Result<(), ImageError> {
        self.set_date(Date::Created, time, "CreationTime")
    }

    /// When it was last read; where nobody said, when it was added to the image.
    #[must_use]
    #[doc(alias = "IFsiItem::get_LastAccessedTime")]
    pub fn last_accessed_time(&self) -> Timestamp {
        self.attributes().accessed
    }

    /// Says when it was last read: not before a date at which somebody said that it was made.
    #[doc(alias = "IFsiItem::put_LastAccessedTime")]
    pub fn set_last_accessed_time(&self, time: Timestamp) -> Result<(), ImageError> {
        self.set_date(Date::Accessed, time, "LastAccessedTime")
    }

    /// When it was last written; where nobody said, when it was added to the image.
    #[must_use]
    #[doc(alias = "IFsiItem::get_LastModifiedTime")]
    pub fn last_modified_time(&self) -> Timestamp {
        self.attributes().modified
    }

    /// Says when it was last written: not before a date at which somebody said that it was made.
    #[doc(alias = "IFsiItem::put_LastModifiedTime")]
    pub fn set_last_modified_time(&self, time: Timestamp) -> Result<(), ImageError> {
        self.set_date(Date::Modified, time, "LastModifiedTime")
    }

    fn set_date(&self, date: Date, time: Timestamp, property: &'static str) -> Result<(), ImageError> {
        let mut state = self.core.shared.change()?;
        match &mut *self.place(&state) {
            Place::Detached(detached) => return detached.dates.set(date, time),
            Place::Stream { .. } => return Err(ImageError::OfStream { property }),
            Place::Node(_) => {}
        }
        let node = self.node(&state)?;
        let before = state.tree().attributes(node);
        let mut dates = state.dates.of(node, &before);
        dates.set(date, time)?;
        let (tree, _) = state.parts();
        tree.describe(node, dates.over(before));
        let point = tree.change_point();
        state.dates.note(point, node, dates);
        Ok(())
    }

    /// Whether it is shown only where hidden files are.
    #[must_use]
    #[doc(alias = "IFsiItem::get_IsHidden")]
    pub fn is_hidden(&self) -> bool {
        self.attributes().hidden
    }

    /// Hides it, or shows it.
    #[doc(alias = "IFsiItem::put_IsHidden")]
    pub fn set_hidden(&self, hidden: bool) -> Result<(), ImageError> {
        let mut state = self.core.shared.change()?;
        match &mut *self.place(&state) {
            Place::Detached(detached) => {
                detached.hidden = hidden;
                return Ok(());
            }
            Place::Stream { .. } => return Err(ImageError::OfStream { property: "IsHidden" }),
            Place::Node(_) => {}
        }
        let node = self.node(&state)?;
        let (tree, _) = state.parts();
        tree.describe(node, Attributes { hidden, ..tree.attributes(node) });
        Ok(())
    }

    /// What it is called in a file system: without the version that ISO 9660 and Joliet put behind it. The root has no name.
    ///
    /// It may still become another while others are added to its folder: of names that become the same, the one that comes
    /// first by its bytes keeps what it is.
    #[doc(alias = "IFsiItem::FileSystemName")]
    pub fn file_system_name(&self, file_system: FileSystem) -> Result<String, ImageError> {
        let mut state = self.core.shared.look();
        let calling = Calling::new(file_system, state.settings.level);
        let place = self.place(&state);
        match &*place {
            Place::Detached(detached) => Ok(calling.name(&detached.name, detached.is_directory, 0)),
            Place::Stream { name, .. } if file_system == FileSystem::Udf => Ok(calling.name(name, false, 0)),
            Place::Stream { .. } => Err(ImageError::parameter("fileSystem", file_system)),
            Place::Node(node) => {
                let node = *node;
                drop(place);
                conformed(&mut state, node, file_system)
            }
        }
    }

    /// The path that it has in a file system, with `/`. What was said of [names](Self::file_system_name) is true of each
    /// step.
    #[doc(alias = "IFsiItem::FileSystemPath")]
    pub fn file_system_path(&self, file_system: FileSystem) -> Result<String, ImageError> {
        let node = {
            let state = self.core.shared.look();
            match &*self.place(&state) {
                Place::Node(node) if state.tree().contains(*node) => Some(*node),
                _ => None,
            }
        };
        let Some(node) = node else { return self.file_system_name(file_system) };
        let mut state = self.core.shared.look();
        let mut path = String::new();
        let mut at = node;
        while let Some(parent) = state.tree().parent(at) {
            path = format!("/{}{path}", conformed(&mut state, at, file_system)?);
            at = parent;
        }
        Ok(if path.is_empty() { "/".to_string() } else { path })
    }
}

/// What a node is called among its neighbours. Those are called together, and once, while nothing changes.
fn conformed(state: &mut State, node: NodeId, file_system: FileSystem) -> Result<String, ImageError> {
    let calling = Calling::new(file_system, state.settings.level);
    let tree: &Tree = state.tree();
    let Some(folder) = tree.parent(node) else { return Ok(String::new()) };
    if !Calling::shows(tree.kind(node)) {
        return Err(ImageError::parameter("fileSystem", file_system));
    }
    let is_folder = tree.kind(node) == Kind::Directory;
    if !tree.contains(node) {
        return Ok(calling.name(tree.name(node), is_folder, 0));
    }
    let known = state.conformed.as_ref().filter(|known| known.file_system == file_system && known.folder == folder);
    if known.is_none() {
        let names = calling
            .assign(tree, folder, MOST_NUMBERS)
            .map_err(|node| TreeError::NoUniqueName { path: tree.path(node), file_system: file_system.name() })?;
        state.conformed = Some(Conformed::new(file_system, folder, names));
    }
    let known = state.conformed.as_ref();
    let number = known.and_then(|known| known.names.get(&node)).copied().unwrap_or(0);
    Ok(calling.name(state.tree().name(node), is_folder, number))
}

/// Whether both are the same file of the same image.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        if Arc::ptr_eq(&self.core, &other.core) {
            return true;
        }
        if !Arc::ptr_eq(&self.core.shared, &other.core.shared) {
            return false;
        }
        let state = self.core.shared.look();
        match (&*self.place(&state), &*other.place(&state)) {
            (Place::Node(one), Place::Node(other)) => one == other,
            (
                Place::Stream { owner, name, content },
                Place::Stream { owner: other, name: other_name, content: other_content },
            ) => owner == other && name == other_name && content == other_content,
            _ => false,
        }
    }
}

impl Eq for Item {}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Item").field(&self.full_path()).finish()
    }
}
