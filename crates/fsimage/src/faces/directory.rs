//! [`DirectoryItem`]: a folder, and everything that can be done to what is in it.

use std::{io::ErrorKind, ops::Deref, path::Path, sync::Arc};

use imapi_disc_types::Control;

use super::{
    Data, Enumeration, FileItem, ImageError, Kept, Update,
    adding::{Listener, bring_in, stage_new},
    dates::Explicit,
    item::{Detached, Item, Place},
    path,
    state::State,
    underway::{Lent, Underway},
};
use crate::{
    Attributes, Content, Kind, Links, NodeId, ScanError, ScanOptions, ScanReport, Timestamp, TreeError, UdfRevision,
    scan,
};

/// A folder of an image, or one that was created for an image and not added yet.
///
/// Paths are those of what is in it: `docs/read me.txt`. Both `/` and `\` part names; those of the root may begin with one.
/// What it shares with files is in [`Item`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[doc(alias("IFsiDirectoryItem", "IFsiDirectoryItem2"))]
pub struct DirectoryItem(Item);

/// A folder is an item: what can be asked of any can be asked of it.
impl Deref for DirectoryItem {
    type Target = Item;

    fn deref(&self) -> &Item {
        &self.0
    }
}

impl From<DirectoryItem> for Item {
    fn from(directory: DirectoryItem) -> Self {
        directory.0
    }
}

fn at(now: Timestamp) -> Attributes {
    Attributes { created: now, modified: now, accessed: now, ..Attributes::default() }
}

impl DirectoryItem {
    pub(super) fn of(item: Item) -> Self {
        Self(item)
    }

    fn item_of(&self, node: NodeId) -> Item {
        Item::new(Arc::clone(self.shared()), Place::Node(node))
    }

    /// Its node, also where it is no more in the image; a folder that was not added has nothing in it.
    fn any_node(&self, state: &State) -> Option<NodeId> {
        match &*self.place(state) {
            Place::Node(node) => Some(*node),
            Place::Detached(_) | Place::Stream { .. } => None,
        }
    }

    /// What has that path in it.
    #[doc(alias = "IFsiDirectoryItem::get_Item")]
    pub fn item(&self, path: impl AsRef<[u8]>) -> Result<Item, ImageError> {
        let path = path.as_ref();
        let state = self.shared().look();
        let folder = self.any_node(&state);
        let names = path::relative(path, folder.unwrap_or(NodeId::ROOT))?;
        let tree = state.tree();
        let found = folder.and_then(|folder| names.iter().try_fold(folder, |at, name| tree.child(at, name)));
        let not_found = || ImageError::ItemNotFound { path: String::from_utf8_lossy(path).into_owned() };
        found.map(|node| self.item_of(node)).ok_or_else(not_found)
    }

    /// How many files and folders are directly in it.
    #[must_use]
    #[doc(alias = "IFsiDirectoryItem::get_Count")]
    pub fn count(&self) -> u32 {
        let state = self.shared().look();
        self.any_node(&state).map_or(0, |node| state.tree().count(node))
    }

    /// What is directly in it now, in the order in which it was added.
    #[must_use]
    #[doc(alias("IFsiDirectoryItem::get_EnumFsiItems", "IFsiDirectoryItem::get__NewEnum"))]
    pub fn items(&self) -> Enumeration<Item> {
        let state = self.shared().look();
        let folder = self.any_node(&state);
        let nodes: Vec<NodeId> = folder.map(|folder| state.tree().children(folder).collect()).unwrap_or_default();
        drop(state);
        Enumeration::new(nodes.into_iter().map(|node| self.item_of(node)))
    }

    /// Makes a folder in it; the folders above that have to be there.
    #[doc(alias = "IFsiDirectoryItem::AddDirectory")]
    pub fn add_directory(&self, path: impl AsRef<[u8]>) -> Result<Self, ImageError> {
        let mut state = self.shared().change()?;
        let folder = self.node(&state)?;
        let names = path::relative(path.as_ref(), folder)?;
        let (parent, name) = path::parent(state.tree(), folder, &names)?;
        let now = self.shared().now();
        let node = state.parts().0.add(parent, name, Kind::Directory, at(now))?;
        Ok(Self::of(self.item_of(node)))
    }

    /// Makes a file in it that has these bytes; the folders above it have to be there. What has its path already is never
    /// replaced.
    #[doc(alias = "IFsiDirectoryItem::AddFile")]
    pub fn add_file(
        &self,
        path: impl AsRef<[u8]>,
        data: impl Into<Data>,
        control: &mut Control<'_, Update>,
    ) -> Result<FileItem, ImageError> {
        let data = data.into();
        let underway = self.shared().begin()?;
        let (parent, name, whole) = {
            let state = underway.look();
            let folder = self.node(&state)?;
            let names = path::relative(path.as_ref(), folder)?;
            let (parent, name) = path::parent(state.tree(), folder, &names)?;
            if state.tree().child(parent, name).is_some_and(|there| state.tree().kind(there) == Kind::Directory) {
                return Err(TreeError::NotAFile { path: path::below(state.tree(), parent, name) }.into());
            }
            may_come(&state, parent, name, file_of(&data))?;
            (parent, name, path::below(state.tree(), parent, name))
        };
        let now = self.shared().now();
        let node = add_file(&underway, (parent, name), data, at(now), &whole, control)?;
        underway.keep();
        Ok(FileItem::of(self.item_of(node)))
    }

    /// Puts an item into it that was [created](super::FileSystemImage::create_file_item) for the same image. It is in the image
    /// from then on, and what it was created with is fixed.
    #[doc(alias = "IFsiDirectoryItem::Add")]
    pub fn add(&self, item: &Item, control: &mut Control<'_, Update>) -> Result<(), ImageError> {
        let name = || item.name();
        if !Arc::ptr_eq(self.shared(), item.shared()) {
            return Err(ImageError::parameter("item", name()));
        }
        let underway = self.shared().begin()?;
        let now = self.shared().now();
        let (parent, path, new) = {
            let state = underway.look();
            let parent = self.node(&state)?;
            let mut place = item.place(&state);
            let Place::Detached(detached) = &mut *place else {
                drop(place);
                drop(state);
                return Err(ImageError::parameter("item", name()));
            };
            let kind = match &detached.data {
                _ if detached.is_directory => Kind::Directory,
                Some(data) => file_of(data),
                None => file_of(&Data::bytes([])),
            };
            may_come(&state, parent, &detached.name, kind)?;
            let new = New {
                name: detached.name.clone(),
                is_directory: detached.is_directory,
                attributes: detached.attributes(now),
                dates: detached.dates,
                data: detached.data.as_mut().map(Data::take),
            };
            (parent, path::below(state.tree(), parent, &detached.name), new)
        };
        let node = if new.is_directory {
            underway.look().parts().0.add(parent, &new.name, Kind::Directory, new.attributes)?
        } else {
            let data = new.data.unwrap_or_else(|| Data::bytes([]));
            add_file(&underway, (parent, &new.name), data, new.attributes, &path, control)?
        };
        let mut state = underway.look();
        let point = state.tree().change_point();
        state.dates.note(point, node, new.dates);
        let before = std::mem::replace(&mut *item.place(&state), Place::Node(node));
        drop(state);
        // A reader may do what it likes when it is let go.
        drop(before);
        underway.keep();
        Ok(())
    }

    /// Adds what is in a folder on disk, and with `include_base` the folder itself.
    ///
    /// Where the image has a file of the same path, the one on disk takes its place; folders are merged. Dates are those on
    /// disk. Links are followed. It is all or nothing.
    #[doc(alias = "IFsiDirectoryItem::AddTree")]
    pub fn add_tree(
        &self,
        source: impl AsRef<Path>,
        include_base: bool,
        control: &mut Control<'_, Update>,
    ) -> Result<ScanReport, ImageError> {
        let options = ScanOptions { with_base: include_base, links: Links::Followed, ..ScanOptions::default() };
        self.add_tree_with(source, &options, control)
    }

    /// The same with the extended attributes `user.…` of all files as their named streams.
    #[doc(alias = "IFsiDirectoryItem2::AddTreeWithNamedStreams")]
    pub fn add_tree_with_named_streams(
        &self,
        source: impl AsRef<Path>,
        include_base: bool,
        control: &mut Control<'_, Update>,
    ) -> Result<Kept, ImageError> {
        let options = ScanOptions {
            with_base: include_base,
            links: Links::Followed,
            named_streams: true,
            ..ScanOptions::default()
        };
        self.add_tree_with(source, &options, control)?;
        let state = self.shared().look();
        let can = state.settings.udf_in_image().is_some_and(UdfRevision::has_named_streams);
        Ok(Kept::when(can || state.tree().stream_count() == 0))
    }

    /// The same with whatever options the lower floor has.
    pub fn add_tree_with(
        &self,
        source: impl AsRef<Path>,
        options: &ScanOptions,
        control: &mut Control<'_, Update>,
    ) -> Result<ScanReport, ImageError> {
        let source = source.as_ref();
        if source.as_os_str().is_empty() {
            return Err(ImageError::parameter("sourceDirectory", ""));
        }
        let underway = self.shared().begin()?;
        let (folder, contents, numbers, stage) = {
            let state = underway.look();
            let folder = self.node(&state)?;
            (folder, state.contents().len(), state.tree().numbers(), state.settings.stage_files)
        };
        let outcome = {
            let mut lent = Lent::new(&underway);
            let (tree, contents, lock) = lent.parts();
            if stage {
                // What came in without being copied may have changed since.
                contents.share_no_more();
            }
            let mut listener = Listener { lock, control };
            scan::add_tree_before(tree, contents, folder, source, options, &mut listener)
        };
        let report = outcome.map_err(|error| match error {
            // Of a folder that is not there one tells as of one that cannot be read.
            ScanError::Source { path, source } => ScanError::Folder { path, source },
            ScanError::NothingAbove { path } => ScanError::Folder { path, source: ErrorKind::NotFound.into() },
            error => error,
        })?;
        if stage {
            stage_new(&underway, contents, numbers, control)?;
        }
        underway.keep();
        Ok(report)
    }

    /// Takes a file, or an empty folder, out of it.
    #[doc(alias = "IFsiDirectoryItem::Remove")]
    pub fn remove(&self, path: impl AsRef<[u8]>) -> Result<(), ImageError> {
        let mut state = self.shared().change()?;
        let folder = self.node(&state)?;
        let names = path::relative(path.as_ref(), folder)?;
        let (parent, name) = path::parent(state.tree(), folder, &names)?;
        let node = state
            .tree()
            .child(parent, name)
            .ok_or_else(|| ImageError::FileNotFound { path: path::below(state.tree(), parent, name) })?;
        Ok(state.parts().0.remove(node)?)
    }

    /// Takes a folder out of it, with all that is in it. `/` of the root means everything in the root.
    #[doc(alias = "IFsiDirectoryItem::RemoveTree")]
    pub fn remove_tree(&self, path: impl AsRef<[u8]>) -> Result<(), ImageError> {
        let path = path.as_ref();
        let mut state = self.shared().change()?;
        let folder = self.node(&state)?;
        if folder == NodeId::ROOT && path::is_root(path) {
            let (tree, _) = state.parts();
            let all: Vec<NodeId> = tree.children(folder).collect();
            return all.into_iter().try_for_each(|node| Ok(tree.remove_tree(node)?));
        }
        let names = path::relative(path, folder)?;
        let (parent, name) = path::parent(state.tree(), folder, &names)?;
        let below = || path::below(state.tree(), parent, name);
        let node = state.tree().child(parent, name).ok_or_else(|| ImageError::DirectoryNotFound { path: below() })?;
        if state.tree().kind(node) != Kind::Directory {
            return Err(TreeError::NotADirectory { path: below() }.into());
        }
        Ok(state.parts().0.remove_tree(node)?)
    }
}

/// An item that is about to be added.
struct New {
    name: Box<[u8]>,
    is_directory: bool,
    attributes: Attributes,
    dates: Explicit,
    data: Option<Data>,
}

/// Whether something of that name may come into a folder, asked before its bytes are copied.
fn may_come(state: &State, parent: NodeId, name: &[u8], kind: Kind) -> Result<(), TreeError> {
    let tree = state.tree();
    tree.may_be_called(name)?;
    if let Some(there) = tree.child(parent, name) {
        return Err(TreeError::Exists { path: tree.path(there) });
    }
    tree.may_come(parent, name, kind)
}

/// A file of so many bytes as are known before they are read.
fn file_of(data: &Data) -> Kind {
    Kind::File { size: data.size().unwrap_or(0), content: Content(0) }
}

fn add_file(
    underway: &Underway<'_>,
    (parent, name): (NodeId, &[u8]),
    data: Data,
    attributes: Attributes,
    path: &str,
    control: &mut Control<'_, Update>,
) -> Result<NodeId, ImageError> {
    let (content, size) = bring_in(underway, data, path, control)?;
    let mut state = underway.look();
    Ok(state.parts().0.add(parent, name, Kind::File { size, content }, attributes)?)
}

/// For [`create_directory_item`](super::FileSystemImage::create_directory_item) and its like.
pub(super) fn detached(name: &[u8], is_directory: bool, made: Timestamp) -> Place {
    Place::Detached(Box::new(Detached {
        name: name.into(),
        is_directory,
        made,
        dates: Explicit::default(),
        hidden: false,
        real_time: false,
        data: None,
    }))
}
