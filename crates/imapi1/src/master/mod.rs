//! [`DiscMaster`]: a session in which discs are made and recorded.

mod disc;
mod record;
mod session;

use std::{fmt, sync::Arc};

use imapi_recorder::DriveListener;

use session::Open;
pub(crate) use session::{Image, Session};

use crate::{
    Cookie, DiscRecorder, FormatId, JolietDiscMaster, ProgressEvents, RedbookDiscMaster, Service, V1Error,
    events::Audience, format::Format,
};

/// A session in which discs are made and recorded.
///
/// Every member can be called from any thread and in any order: what comes too early, too late or twice has the code that
/// IMAPI has for it. While data or sound is added or a disc is recorded, what only tells something answers, what would
/// change something is refused with `IMAPI_E_DEVICE_NOTACCESSIBLE`, and closing stops what is under way.
#[doc(alias = "IDiscMaster")]
pub struct DiscMaster(Arc<Session>);

/// The interface by which images of a format are made.
#[derive(Debug, Clone)]
pub enum FormatInterface {
    /// That of discs of data.
    Joliet(JolietDiscMaster),
    /// That of discs of sound.
    Redbook(RedbookDiscMaster),
}

impl FormatInterface {
    /// That of discs of data, where it is that.
    #[must_use]
    pub fn joliet(self) -> Option<JolietDiscMaster> {
        match self {
            Self::Joliet(interface) => Some(interface),
            Self::Redbook(_) => None,
        }
    }

    /// That of discs of sound, where it is that.
    #[must_use]
    pub fn redbook(self) -> Option<RedbookDiscMaster> {
        match self {
            Self::Redbook(interface) => Some(interface),
            Self::Joliet(_) => None,
        }
    }
}

type Result<T> = std::result::Result<T, V1Error>;

impl DiscMaster {
    pub(crate) fn of(service: &Service) -> Self {
        Self(Arc::new(Session::new(service)))
    }

    /// Opens the session. No format is active then.
    #[doc(alias = "IDiscMaster::Open")]
    pub fn open(&self) -> Result<()> {
        self.0.open()?;
        let listener = Plugging(Arc::clone(&self.0.audience));
        let drives = imapi_recorder::DiscMaster::new(Arc::clone(self.0.service.drives()));
        self.0.keep(drives.subscribe(listener));
        Ok(())
    }

    /// The formats that there are.
    #[doc(alias("IDiscMaster::EnumDiscMasterFormats", "IEnumDiscMasterFormats"))]
    pub fn disc_master_formats(&self) -> Result<std::array::IntoIter<FormatId, 2>> {
        self.0.look(|_| Ok(FormatId::ALL.into_iter()))
    }

    /// The active format.
    #[doc(alias = "IDiscMaster::GetActiveDiscMasterFormat")]
    pub fn active_disc_master_format(&self) -> Result<FormatId> {
        self.0.look(|open| Ok(open.format()?.id()))
    }

    /// Chooses a format, which empties the image, and gives the interface by which such images are made. A recorder that
    /// cannot record them is not active any more.
    #[doc(alias = "IDiscMaster::SetActiveDiscMasterFormat")]
    pub fn set_active_disc_master_format(&self, id: FormatId) -> Result<FormatInterface> {
        let format = self.0.look(|_| Format::of(id).ok_or(V1Error::NoSuchFormat(id)))?;
        let strict = self.0.service.options().strict;
        let mut work = self.0.begin(|_| Ok(()))?;
        work.staged.empty();
        let keeps = |recorder: &Arc<DiscRecorder>| recorder.present().is_ok_and(|drive| drive.makes(format, strict));
        let kept = work.recorder.take().filter(keeps);
        work.recorder = kept;
        work.format = Some(format);
        drop(work);
        self.0.audience.tell(ProgressEvents::pnp_activity);
        let session = Arc::clone(&self.0);
        Ok(match format {
            Format::Joliet => FormatInterface::Joliet(JolietDiscMaster(session)),
            Format::Redbook => FormatInterface::Redbook(RedbookDiscMaster(session)),
        })
    }

    /// The drives that can record images of the active format, as they are at this moment.
    #[doc(alias("IDiscMaster::EnumDiscRecorders", "IEnumDiscRecorders"))]
    pub fn disc_recorders(&self) -> Result<std::vec::IntoIter<Arc<DiscRecorder>>> {
        let format = self.0.look(Open::format)?;
        let drives = self.0.service.drives_for(format)?;
        let recorder = |drive: Arc<crate::drive::Drive>| {
            drive.refresh_speed();
            Arc::new(DiscRecorder::of(&self.0.service, drive, Arc::clone(&self.0.audience)))
        };
        Ok(drives.into_iter().map(recorder).collect::<Vec<_>>().into_iter())
    }

    /// The active recorder.
    #[doc(alias = "IDiscMaster::GetActiveDiscRecorder")]
    pub fn active_disc_recorder(&self) -> Result<Arc<DiscRecorder>> {
        self.0.look(|open| {
            open.format()?;
            Ok(Arc::clone(open.recorder()?.0))
        })
    }

    /// Chooses a recorder, and begins a new image for the disc in it. A disc of data that gets another session is read, and
    /// what is on it belongs to the image. When this does not succeed, everything stays as it was.
    #[doc(alias = "IDiscMaster::SetActiveDiscRecorder")]
    pub fn set_active_disc_recorder(&self, recorder: &Arc<DiscRecorder>) -> Result<()> {
        let mut work = self.0.begin(|open| open.format().map(|_| ()))?;
        let format = work.format.ok_or(V1Error::NoActiveFormat)?;
        let drive = recorder.present()?;
        if !drive.makes(format, self.0.service.options().strict) {
            return Err(V1Error::DeviceInvalidType { what: "record such discs" });
        }
        let (disc, image) = disc::read(&drive, format, &self.0.service).map_err(|error| drive.noting(error))?;
        drive.refresh_speed();
        match work.claim_stash() {
            // Whoever adds something will hear of it.
            Ok(()) | Err(V1Error::FileAccess { .. }) => {}
            Err(error) => return Err(error),
        }
        work.staged.empty();
        work.staged.disc = Some(disc);
        work.staged.image = image;
        work.recorder = Some(Arc::clone(recorder));
        Ok(())
    }

    /// Empties the image. The next disc has to be blank, also where another session was to go onto one that is not.
    #[doc(alias = "IDiscMaster::ClearFormatContent")]
    pub fn clear_format_content(&self) -> Result<()> {
        let mut work = self.0.begin(|_| Ok(()))?;
        work.clear();
        Ok(())
    }

    /// Lets somebody hear of what the session does, until it is closed.
    #[doc(alias = "IDiscMaster::ProgressAdvise")]
    pub fn progress_advise(&self, listener: Arc<dyn ProgressEvents>) -> Result<Cookie> {
        self.0.look(|_| Ok(self.0.audience.admit(listener)))
    }

    /// Somebody hears no more.
    #[doc(alias = "IDiscMaster::ProgressUnadvise")]
    pub fn progress_unadvise(&self, cookie: Cookie) -> Result<()> {
        self.0.look(|_| Ok(()))?;
        self.0.audience.dismiss(cookie)
    }

    /// Records the image, or with `simulate` goes through it without changing the disc, and ejects the disc if that is
    /// wanted. When it has succeeded, simulated or not, the image is empty, and the stash is wiped.
    ///
    /// After a failure the image stays, so that it can be recorded again, and the disc stays in the drive.
    #[doc(alias = "IDiscMaster::RecordDisc")]
    pub fn record_disc(&self, simulate: bool, eject_after: bool) -> Result<()> {
        record::record(&self.0, simulate, eject_after)
    }

    /// Closes the session: what was not recorded is lost, and so are all settings. The stash is free for others. Closing
    /// what is closed is no error.
    #[doc(alias = "IDiscMaster::Close")]
    pub fn close(&self) {
        self.0.close();
    }
}

/// Whoever drops the object closes the session; what the object was asked for by other threads ends first.
impl Drop for DiscMaster {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl fmt::Debug for DiscMaster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DiscMaster").field(&self.0).finish()
    }
}

/// Tells of drives that come and go.
struct Plugging(Arc<Audience>);

impl DriveListener for Plugging {
    fn device_added(&mut self, _: &imapi_recorder::DiscMaster, _: &str) {
        self.0.tell(ProgressEvents::pnp_activity);
    }

    fn device_removed(&mut self, _: &imapi_recorder::DiscMaster, _: &str) {
        self.0.tell(ProgressEvents::pnp_activity);
    }
}
