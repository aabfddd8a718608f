//! What is made of a [`FileSystemImage`]: items, ways back, and results.

use std::sync::Arc;

use super::{
    DirectoryItem, FileItem, FileSystemImage, FileSystemImageResult, ImageError, ItemType, boot, directory, identify,
    image::check_room, item::Item, multisession, path, state::State, volume,
};
use imapi_disc_types::BlockSource;

use crate::{ChangePoint, ImageOptions, Kind, NodeId, ResultImage, Rewritten, Session, Timestamp};

impl FileSystemImage {
    /// A folder of that name that is in no folder yet: its properties can be set before it is
    /// [added](DirectoryItem::add) to one.
    #[doc(alias = "IFileSystemImage::CreateDirectoryItem")]
    pub fn create_directory_item(&self, name: impl AsRef<[u8]>) -> Result<DirectoryItem, ImageError> {
        Ok(DirectoryItem::of(self.create(name.as_ref(), true)?))
    }

    /// A file of that name that is in no folder yet: it can be given its bytes and its properties before it is
    /// [added](DirectoryItem::add) to one.
    #[doc(alias = "IFileSystemImage::CreateFileItem")]
    pub fn create_file_item(&self, name: impl AsRef<[u8]>) -> Result<FileItem, ImageError> {
        Ok(FileItem::of(self.create(name.as_ref(), false)?))
    }

    fn create(&self, name: &[u8], is_directory: bool) -> Result<Item, ImageError> {
        if !path::is_name(name) {
            return Err(ImageError::parameter("name", String::from_utf8_lossy(name)));
        }
        self.shared().look().tree().may_be_called(name)?;
        Ok(Item::new(Arc::clone(self.shared()), directory::detached(name, is_directory, self.shared().now())))
    }

    /// What stands at a full path, which begins with `/` or `\`.
    #[doc(alias = "IFileSystemImage::Exists")]
    pub fn exists(&self, full_path: impl AsRef<[u8]>) -> Result<ItemType, ImageError> {
        let names = path::full(full_path.as_ref())?;
        let state = self.shared().look();
        let tree = state.tree();
        if names.is_empty() {
            return Ok(ItemType::Directory);
        }
        let (parent, name) = match path::parent(tree, NodeId::ROOT, &names) {
            Err(ImageError::Tree(_)) => return Ok(ItemType::NotFound), // below a file
            found => found?,
        };
        Ok(match tree.child(parent, name).map(|node| tree.kind(node)) {
            None => ItemType::NotFound,
            Some(Kind::Directory) => ItemType::Directory,
            Some(_) => ItemType::File,
        })
    }

    /// How many changes there have been: a moment to which one can go back. Files, folders, their properties and their streams
    /// go back; what was said of the image as a whole does not.
    #[must_use]
    #[doc(alias = "IFileSystemImage::get_ChangePoint")]
    pub fn change_point(&self) -> ChangePoint {
        self.shared().look().tree().change_point()
    }

    /// Makes everything in the image what it was at that moment. It has to fit into the image as that is to be now; else all
    /// stays as it is.
    #[doc(alias = "IFileSystemImage::RollbackToChangePoint")]
    pub fn roll_back_to_change_point(&self, point: ChangePoint) -> Result<(), ImageError> {
        let mut state = self.shared().change()?;
        let is_before = point < state.stricter;
        let (tree, _) = state.parts();
        if is_before {
            // What was there then was never compared with what the image is to be now. There is no way forward again.
            let mut then = tree.clone();
            then.roll_back(point)?;
            then.check()?;
            *tree = then;
            state.stricter = point;
        } else {
            tree.roll_back(point)?;
        }
        state.dates.roll_back(point);
        Ok(())
    }

    /// Makes it impossible to go back behind now.
    #[doc(alias = "IFileSystemImage::LockInChangePoint")]
    pub fn lock_in_change_point(&self) -> Result<(), ImageError> {
        self.shared().set()?.lock_in();
        Ok(())
    }

    /// Makes the image. Nothing of it is kept: its blocks are worked out when somebody reads them. While the result lives,
    /// or anything that came from it, nothing in the image can be changed.
    #[doc(alias = "IFileSystemImage::CreateResultImage")]
    pub fn create_result_image(&self) -> Result<FileSystemImageResult, ImageError> {
        let underway = self.shared().begin_reading()?;
        let (tree, contents, options, limit) = {
            let mut state = underway.look();
            let options = options(&mut state, self.shared().now())?;
            let (tree, contents) = state.share();
            (tree, contents, options, state.settings.free_blocks)
        };
        let disc = self.disc_as_imported()?;
        let image = Arc::new(ResultImage::new(tree, contents, &options)?);
        check_room(image.blocks(), limit)?;
        let result = FileSystemImageResult::new(Arc::clone(&image), options.volume);
        match (disc, options.session.link) {
            (Some(disc), Some(link)) => {
                let whole = Rewritten::new(disc, image, link)?;
                Ok(result.on_disc(Arc::new(whole), link.start.into()))
            }
            _ => Ok(result),
        }
    }

    /// The disc that was imported, which has to be the one that is there now.
    fn disc_as_imported(&self) -> Result<Option<Arc<dyn BlockSource>>, ImageError> {
        let (expected, way) = {
            let state = self.shared().look();
            let Some(imported) = &state.sessions.imported else { return Ok(None) };
            (imported.identifier.clone(), state.sessions.chosen()?)
        };
        let disc = way.disc();
        let found = identify::identifier(&*disc, &multisession::facts_of(&*disc)?);
        if found == expected { Ok(Some(disc.source())) } else { Err(ImageError::DiscMismatch) }
    }
}

/// What the image is to be, as the plan wants to know it.
fn options(state: &mut State, now: Timestamp) -> Result<ImageOptions, ImageError> {
    let settings = state.settings.clone();
    let mut boot = boot::entries(state)?;
    if boot.is_empty() {
        boot = settings.earlier_boot.iter().map(|boot| boot.in_tree(state.tree())).collect();
    }
    let mut session = Session::at(settings.session_start);
    session.rewritable = settings.rewritable;
    session.link = state.sessions.imported.as_ref().and_then(|imported| imported.link);
    Ok(ImageOptions {
        volume: settings.volume.unwrap_or_else(|| volume::by_moment(now)),
        file_systems: settings.file_systems,
        level: settings.level,
        udf_revision: settings.udf,
        redundant_metadata: settings.redundant_metadata,
        boot,
        session,
        ..ImageOptions::new(now)
    })
}
