//! [`JolietDiscMaster`]: the interface by which a session makes a disc of data.

mod image;
mod names;
mod properties;
mod storage;

use std::sync::Arc;

use imapi_disc_types::SECTOR_SIZE;
use imapi_errors::{HResult, common, v1};

pub(crate) use image::{APPLICATION, DataImage, Earlier, Room};
pub(crate) use properties::JolietSettings;
pub use storage::{Element, ElementKind, FolderStorage, MemoryStorage, Storage};

use crate::{
    PropertySet, V1Error,
    format::Format,
    master::{Image, Session},
};

/// The interface by which a session makes a disc of data. It works as long as the session is open and makes such a disc.
#[derive(Debug, Clone)]
#[doc(alias = "IJolietDiscMaster")]
pub struct JolietDiscMaster(pub(crate) Arc<Session>);

impl JolietDiscMaster {
    /// Blocks that the image may have: those of the disc in the recorder that the session does not need for itself. 0
    /// until a recorder was chosen.
    #[doc(alias = "IJolietDiscMaster::GetTotalDataBlocks")]
    pub fn total_data_blocks(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Joliet, |counts| counts.total)
    }

    /// Blocks that the image has; 0 as long as nothing was added.
    #[doc(alias = "IJolietDiscMaster::GetUsedDataBlocks")]
    pub fn used_data_blocks(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Joliet, |counts| counts.used)
    }

    /// Bytes of a block.
    #[doc(alias = "IJolietDiscMaster::GetDataBlockSize")]
    pub fn data_block_size(&self) -> Result<u32, V1Error> {
        self.0.counts(Format::Joliet, |_| SECTOR_SIZE.get())
    }

    /// Adds a tree: its storages become folders, which are merged with those that are there, and its streams files. A file
    /// that is there already is replaced, or an error without `overwrite`. When this does not succeed, nothing is added.
    #[doc(alias = "IJolietDiscMaster::AddData")]
    pub fn add_data(&self, storage: &dyn Storage, overwrite: bool) -> Result<(), V1Error> {
        let mut work = self.0.begin(|open| {
            open.in_format(Format::Joliet)?;
            open.recorder().map(|_| ())
        })?;
        work.make_ready()?;
        let events = work.events();
        let (blocks, settings, now) = (work.staged.usable(), work.joliet.clone(), work.now());
        let room = Room { blocks, settings: &settings, now };
        let staged = &mut work.staged;
        let (Image::Data(image), Some(stash)) = (&mut staged.image, &mut staged.stash) else {
            return Err(V1Error::NoActiveRecorder);
        };
        let mut adding = |completed: u64, total: u64| events.adding(completed, total);
        let used = image.add(storage, overwrite, stash, &room, &mut adding)?;
        staged.used = used;
        Ok(())
    }

    /// All properties of the image.
    #[doc(alias = "IJolietDiscMaster::GetJolietProperties")]
    pub fn joliet_properties(&self) -> Result<PropertySet, V1Error> {
        self.0.look(|open| {
            open.in_format(Format::Joliet)?;
            Ok(open.joliet.told(open.now()))
        })
    }

    /// Changes the properties that the set has. What is unknown is skipped, which the code of success tells. A value that
    /// cannot be is an error, and then nothing is changed.
    #[doc(alias = "IJolietDiscMaster::SetJolietProperties")]
    pub fn set_joliet_properties(&self, set: &PropertySet) -> Result<HResult, V1Error> {
        let mut work = self.0.begin(|open| open.in_format(Format::Joliet))?;
        let (changed, ignored) = work.joliet.changed(set)?;
        let now = work.now();
        // A boot image takes room.
        if let Image::Data(image) = &mut work.staged.image {
            if image.is_added_to() {
                match image.plan(&changed, now) {
                    Ok(planned) => work.staged.used = imapi_disc_types::BlockSource::blocks(&planned),
                    // The properties may be set one after the other, and make sense only together.
                    Err(error) => tracing::debug!(%error, "the image cannot be planned just now"),
                }
            }
        }
        work.set_joliet(changed);
        Ok(if ignored { v1::IMAPI_S_PROPERTIESIGNORED } else { common::S_OK })
    }
}
