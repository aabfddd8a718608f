//! [`DiscRecorder`]: a drive as IMAPI v1 knows it.

mod media;
mod settings;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use imapi_disc_types::Control;
use imapi_errors::{Coded, HResult, common, v1};
use imapi_format2_erase::{EraseOptions, erase};
use sha2::{Digest as _, Sha256};

pub use media::{MediaFlags, MediaInfo, MediaKind};
pub(crate) use media::{is_usable, look};
pub(crate) use settings::{Settings, Underrun};

use crate::{
    PropertySet, Service, V1Error,
    drive::{Drive, Holder, next_number},
    errors,
    events::Audience,
};

/// Bytes of the identifier of a recorder.
const GUID_LEN: usize = 16;

/// What a drive can do, whatever disc is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "RECORDER_TYPES")]
#[repr(u32)]
pub enum RecorderType {
    /// It writes CD-R.
    CdR = 1,
    /// It writes CD-RW, and erases them. A drive that writes no CD, but something else that can be erased, is this too.
    CdRw = 2,
}

/// What a drive does just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum RecorderState {
    /// Nothing.
    DoingNothing = 0,
    /// A recorder object has it.
    Opened = 1,
    /// A disc is being recorded or erased.
    Burning = 2,
}

/// What a drive is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DisplayNames {
    /// Who made it.
    pub vendor: String,
    /// What it is.
    pub product: String,
    /// Of which revision it is.
    pub revision: String,
}

/// A drive as IMAPI v1 knows it. Several objects may be the same drive.
///
/// Every member can be called from any thread and in any order. An object that came out of
/// [`disc_recorders`](crate::DiscMaster::disc_recorders) is a drive; one of [`Service::disc_recorder`] becomes one by
/// [`init`](Self::init).
#[doc(alias = "IDiscRecorder")]
pub struct DiscRecorder {
    service: Service,
    number: u64,
    drive: RwLock<Option<Arc<Drive>>>,
    audience: Option<Arc<Audience>>,
}

type Result<T> = std::result::Result<T, V1Error>;

impl DiscRecorder {
    pub(crate) fn unbound(service: &Service) -> Self {
        Self::new(service, None, None)
    }

    fn new(service: &Service, drive: Option<Arc<Drive>>, audience: Option<Arc<Audience>>) -> Self {
        Self { service: service.clone(), number: next_number(), drive: RwLock::new(drive), audience }
    }

    pub(crate) fn of(service: &Service, drive: Arc<Drive>, audience: Arc<Audience>) -> Self {
        Self::new(service, Some(drive), Some(audience))
    }

    /// Becomes the drive with that id, in the way of [`DriveSource`](imapi_mmc_transport::DriveSource). An object that has
    /// opened its drive has to close it before.
    #[doc(alias = "IDiscRecorder::Init")]
    pub fn init(&self, id: &str) -> Result<()> {
        if id.is_empty() || id.contains('\0') {
            return Err(V1Error::Argument { parameter: "pbyUniqueID", given: format!("{id:?}") });
        }
        let drive = self.service.drive(id)?;
        let mut bound = self.drive.write().unwrap_or_else(PoisonError::into_inner);
        if bound.as_ref().is_some_and(|drive| self.has(drive)) {
            return Err(V1Error::DeviceNotAccessible { owner: None });
        }
        *bound = Some(drive);
        Ok(())
    }

    /// Writes the identifier of the drive into the buffer where it fits, and says how long it is. A buffer that is too
    /// short stays as it is, and the code of success tells that.
    #[doc(alias = "IDiscRecorder::GetRecorderGUID")]
    pub fn recorder_guid(&self, buffer: &mut [u8]) -> Result<(usize, HResult)> {
        let drive = self.bound()?;
        // Version 8 of UUIDs is made as one likes: from the id, by which the drive is found again where it is plugged in.
        let mut guid = [0; GUID_LEN];
        guid.copy_from_slice(&Sha256::digest(drive.recorder().id().as_bytes())[..GUID_LEN]);
        guid[6] = guid[6] & 0x0F | 0x80;
        guid[8] = guid[8] & 0x3F | 0x80;
        // Nothing was to be written where no buffer was given: that is the way to ask for the length.
        let only_asks = buffer.is_empty();
        match buffer.get_mut(..GUID_LEN) {
            Some(room) => room.copy_from_slice(&guid),
            None if only_asks => {}
            None => return Ok((GUID_LEN, v1::IMAPI_S_BUFFER_TO_SMALL)),
        }
        Ok((GUID_LEN, common::S_OK))
    }

    /// What the drive can do.
    #[doc(alias = "IDiscRecorder::GetRecorderType")]
    pub fn recorder_type(&self) -> Result<RecorderType> {
        let drive = self.bound()?;
        let able = drive.abilities().map_err(|error| drive.noting(errors::of_drive(error)))?;
        if able.cd_rw || able.erases_others {
            Ok(RecorderType::CdRw)
        } else if able.writes() {
            Ok(RecorderType::CdR)
        } else {
            Err(V1Error::DeviceInvalidType { what: "write" })
        }
    }

    /// What it is called. It is unique only together with the [path](Self::path).
    #[doc(alias = "IDiscRecorder::GetDisplayNames")]
    pub fn display_names(&self) -> Result<DisplayNames> {
        let drive = self.bound()?;
        let drive = drive.recorder();
        Ok(DisplayNames { vendor: drive.vendor(), product: drive.product(), revision: drive.revision() })
    }

    /// Make and model of the drive: vendor, product and revision in one text, without blanks at their ends.
    #[doc(alias = "IDiscRecorder::GetBasePnPID")]
    pub fn base_pnp_id(&self) -> Result<String> {
        let DisplayNames { vendor, product, revision } = self.display_names()?;
        Ok(format!("{vendor}{product}{revision}"))
    }

    /// The system's node of the drive, such as `/dev/sr0`; the drive's id where it has none.
    #[doc(alias = "IDiscRecorder::GetPath")]
    pub fn path(&self) -> Result<String> {
        Ok(self.bound()?.recorder().volume_name())
    }

    /// What the drive does just now, as far as objects of this service do it.
    #[doc(alias = "IDiscRecorder::GetRecorderState")]
    pub fn recorder_state(&self) -> Result<RecorderState> {
        Ok(match *self.bound()?.holder() {
            None => RecorderState::DoingNothing,
            Some(Holder::Object(_)) => RecorderState::Opened,
            Some(Holder::Work) => RecorderState::Burning,
        })
    }

    /// All settings of the drive.
    #[doc(alias = "IDiscRecorder::GetRecorderProperties")]
    pub fn recorder_properties(&self) -> Result<PropertySet> {
        let drive = self.with_settings()?;
        let set = drive.settings().told();
        Ok(set)
    }

    /// Changes the settings that the set has. What is unknown or can only be read is skipped, which the code of success
    /// tells. A value that cannot be is an error, and then nothing is changed.
    #[doc(alias = "IDiscRecorder::SetRecorderProperties")]
    pub fn set_recorder_properties(&self, set: &PropertySet) -> Result<HResult> {
        let drive = self.with_settings()?;
        let mut settings = drive.settings();
        let (changed, ignored) = settings.changed(set)?;
        *settings = changed;
        Ok(if ignored { v1::IMAPI_S_PROPERTIESIGNORED } else { common::S_OK })
    }

    /// The drive, where it has settings; they are known after this.
    fn with_settings(&self) -> Result<Arc<Drive>> {
        let drive = self.bound()?;
        let able = drive.abilities().map_err(|error| drive.noting(errors::of_drive(error)))?;
        if !able.writes() {
            return Err(V1Error::DeviceNoProperties);
        }
        if drive.settings().is_new() {
            drive.refresh_speed();
        }
        Ok(drive)
    }

    /// Has the drive for this object alone, until it is closed. Whoever has it already has it.
    #[doc(alias = "IDiscRecorder::OpenExclusive")]
    pub fn open_exclusive(&self) -> Result<()> {
        let drive = self.present()?;
        let mut holder = drive.holder();
        match *holder {
            Some(Holder::Object(number)) if number == self.number => return Ok(()),
            Some(_) => return Err(V1Error::DeviceNotAccessible { owner: None }),
            None => {}
        }
        let client = &self.service.options().client;
        let taken = drive.recorder().acquire_counted(client, false);
        taken.map_err(|error| drive.noting(errors::of_lock(error)))?;
        *holder = Some(Holder::Object(self.number));
        Ok(())
    }

    /// The kind of disc in the drive, and what can be done with it; none where there is no disc.
    #[doc(alias = "IDiscRecorder::QueryMediaType")]
    pub fn query_media_type(&self) -> Result<Option<(MediaKind, MediaFlags)>> {
        let drive = self.opened()?;
        let strict = self.service.options().strict;
        media::kind(drive.recorder(), strict).map_err(|error| drive.noting(error))
    }

    /// The sessions of the disc, and its room. The drive need not be opened for this.
    #[doc(alias = "IDiscRecorder::QueryMediaInfo")]
    pub fn query_media_info(&self) -> Result<MediaInfo> {
        let drive = self.present()?;
        media::info(drive.recorder()).map_err(|error| drive.noting(error))
    }

    /// Ejects the disc.
    #[doc(alias = "IDiscRecorder::Eject")]
    pub fn eject(&self) -> Result<()> {
        let drive = self.opened()?;
        drive.recorder().eject().map_err(|error| drive.noting(errors::of_lock(error)))
    }

    /// Erases the disc: all of it, or only what makes it look used. It cannot be stopped.
    #[doc(alias = "IDiscRecorder::Erase")]
    pub fn erase(&self, full: bool) -> Result<()> {
        let drive = self.opened()?;
        let erased = self.carry_out_erase(&drive, full).map_err(|error| drive.noting(error));
        if let Some(audience) = &self.audience {
            let status = erased.as_ref().map_or_else(Coded::code, |()| common::S_OK);
            audience.tell(|listener| listener.erase_complete(status));
        }
        erased
    }

    fn carry_out_erase(&self, drive: &Drive, full: bool) -> Result<()> {
        let strict = self.service.options().strict;
        let able = drive.abilities().map_err(errors::of_drive)?;
        if !able.cd_rw && (strict || !able.erases_others) {
            return Err(V1Error::DeviceInvalidType { what: "erase discs" });
        }
        let _working = drive.begin_for(self.number)?;
        media::erasable(drive.recorder(), strict)?;
        let options = EraseOptions { full, ..EraseOptions::default() };
        let client = &self.service.options().client;
        erase(drive.recorder(), client, &options, &mut Control::silent()).map(|_| ()).map_err(errors::of_erase)
    }

    /// Lets go of the drive.
    #[doc(alias = "IDiscRecorder::Close")]
    pub fn close(&self) -> Result<()> {
        let drive = self.bound()?;
        {
            let mut holder = drive.holder();
            match *holder {
                Some(Holder::Object(number)) if number == self.number => {}
                _ => return Err(V1Error::RecorderNotOpened),
            }
            *holder = None;
            // It was acquired when it was opened.
            let _ = drive.recorder().release();
        }
        if self.service.has(&drive) { Ok(()) } else { Err(V1Error::DeviceNotPresent) }
    }

    pub(crate) fn bound(&self) -> Result<Arc<Drive>> {
        let bound = self.drive.read().unwrap_or_else(PoisonError::into_inner);
        bound.clone().ok_or(V1Error::NotInitialized)
    }

    /// The drive, when it is there.
    pub(crate) fn present(&self) -> Result<Arc<Drive>> {
        let drive = self.bound()?;
        if self.service.has(&drive) { Ok(drive) } else { Err(V1Error::DeviceNotPresent) }
    }

    /// The drive, when this object has opened it.
    fn opened(&self) -> Result<Arc<Drive>> {
        let drive = self.bound()?;
        if !self.has(&drive) {
            return Err(V1Error::RecorderNotOpened);
        }
        if self.service.has(&drive) { Ok(drive) } else { Err(V1Error::DeviceNotPresent) }
    }

    fn has(&self, drive: &Drive) -> bool {
        *drive.holder() == Some(Holder::Object(self.number))
    }
}

/// Whoever is gone has no drive.
impl Drop for DiscRecorder {
    fn drop(&mut self) {
        if let Ok(drive) = self.bound() {
            let mut holder = drive.holder();
            if *holder == Some(Holder::Object(self.number)) {
                *holder = None;
                let _ = drive.recorder().release();
            }
        }
    }
}

impl fmt::Debug for DiscRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = self.drive.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("DiscRecorder")
            .field("drive", &bound.as_ref().map(|drive| drive.recorder()))
            .finish_non_exhaustive()
    }
}
