//! [`Session`]: the state of a session, what is legal in it, and how something long is done without keeping others waiting.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use imapi_disc_types::{CancelToken, Timestamp};
use imapi_recorder::Subscription;

use super::disc::{self, Disc};
use crate::{
    DiscRecorder, Service, V1Error,
    drive::Drive,
    events::Audience,
    format::Format,
    joliet::{DataImage, JolietSettings},
    redbook::SoundImage,
    stash::Stash,
};

/// A session, open or not. Its interfaces share it.
pub(crate) struct Session {
    pub service: Service,
    pub audience: Arc<Audience>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Option<Open>,
    /// How often it was opened: what was begun before it was closed is not put back into what was opened then.
    openings: u64,
}

/// A session that is open.
pub(crate) struct Open {
    service: Service,
    opening: u64,
    /// Something long is under way, and can be stopped by this.
    work: Option<CancelToken>,
    pub format: Option<Format>,
    pub recorder: Option<Arc<DiscRecorder>>,
    pub joliet: JolietSettings,
    pub staged: Staged,
    counts: Counts,
    plugging: Option<Subscription>,
}

/// What a session has gathered, and for which disc.
#[derive(Debug, Default)]
pub(crate) struct Staged {
    pub image: Image,
    pub stash: Option<Stash>,
    pub disc: Option<Disc>,
    /// Blocks of an image of data.
    pub used: u64,
}

/// An image that is being made.
#[derive(Debug, Default)]
pub(crate) enum Image {
    /// None: nobody knows for which disc.
    #[default]
    None,
    /// Of data.
    Data(Box<DataImage>),
    /// Of sound.
    Sound(SoundImage),
}

/// What an interface is asked for, also while the image is being worked on.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub total: u32,
    pub used: u32,
    pub tracks: u32,
    pub is_track_open: bool,
}

impl Staged {
    /// Blocks that an image of data may have.
    pub fn usable(&self) -> u64 {
        self.disc.as_ref().map_or(0, |disc| disc.usable)
    }

    fn counts(&self) -> Counts {
        let number = |blocks: u64| u32::try_from(blocks).unwrap_or(u32::MAX);
        match &self.image {
            Image::Sound(image) => Counts {
                total: number(image.total()),
                used: number(image.used()),
                tracks: number(image.count() as u64),
                is_track_open: image.is_open(),
            },
            Image::Data(_) => Counts { total: number(self.usable()), used: number(self.used), ..Counts::default() },
            Image::None => Counts::default(),
        }
    }

    /// Nothing is gathered any more, and the disc has to be looked at again.
    pub fn empty(&mut self) {
        self.image = Image::None;
        self.disc = None;
        self.used = 0;
        if let Some(stash) = &mut self.stash {
            stash.cut(0);
        }
    }
}

impl Open {
    fn new(service: &Service, opening: u64) -> Self {
        Self {
            service: service.clone(),
            opening,
            work: None,
            format: None,
            recorder: None,
            joliet: JolietSettings::default(),
            staged: Staged::default(),
            counts: Counts::default(),
            plugging: None,
        }
    }

    pub fn format(&self) -> Result<Format, V1Error> {
        self.format.ok_or(V1Error::NoActiveFormat)
    }

    /// This is the format that is active.
    pub fn in_format(&self, wanted: Format) -> Result<(), V1Error> {
        if self.format()? == wanted { Ok(()) } else { Err(V1Error::WrongFormat) }
    }

    /// The active recorder, with its drive that is there.
    pub fn recorder(&self) -> Result<(&Arc<DiscRecorder>, Arc<Drive>), V1Error> {
        let recorder = self.recorder.as_ref().ok_or(V1Error::NoActiveRecorder)?;
        Ok((recorder, recorder.present()?))
    }

    pub fn has_open_track(&self) -> bool {
        self.counts.is_track_open
    }

    pub fn now(&self) -> Timestamp {
        self.service.now()
    }
}

impl Session {
    pub fn new(service: &Service) -> Self {
        Self { service: service.clone(), audience: Arc::default(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens it.
    pub fn open(&self) -> Result<(), V1Error> {
        let mut state = self.state();
        if state.open.is_some() {
            return Err(V1Error::AlreadyOpen);
        }
        state.openings += 1;
        state.open = Some(Open::new(&self.service, state.openings));
        Ok(())
    }

    /// Closes it. Something that is under way is asked to stop, and lets go of what it has when it does.
    pub fn close(&self) {
        let closed = self.state().open.take();
        let Some(open) = closed else { return };
        if let Some(token) = &open.work {
            token.cancel();
        }
        self.audience.dismiss_all();
        if let Some(drive) = open.recorder.as_ref().and_then(|recorder| recorder.bound().ok()) {
            drive.settings().forget();
        }
        // What is dropped here may wait for a listener, which may ask the session.
        drop(open);
    }

    /// Looks at something, whatever is under way.
    pub fn look<T>(&self, look: impl FnOnce(&Open) -> Result<T, V1Error>) -> Result<T, V1Error> {
        look(self.state().open.as_ref().ok_or(V1Error::NotOpened)?)
    }

    /// Keeps the subscription to drives that come and go, as long as the session is open. It is dropped outside of the
    /// lock, as that waits for a listener, which may ask the session.
    pub fn keep(&self, subscription: Subscription) {
        let mut state = self.state();
        let left = match &mut state.open {
            Some(open) => open.plugging.replace(subscription),
            None => Some(subscription),
        };
        drop(state);
        drop(left);
    }

    /// What an interface is asked for that belongs to a format.
    pub fn counts(&self, format: Format, ask: impl FnOnce(Counts) -> u32) -> Result<u32, V1Error> {
        self.look(|open| {
            open.in_format(format)?;
            Ok(ask(open.counts))
        })
    }

    /// Begins something long: what is gathered is taken out of the session until the work is dropped. Whether the call comes
    /// in its order is checked first.
    pub fn begin(&self, check: impl FnOnce(&Open) -> Result<(), V1Error>) -> Result<Work<'_>, V1Error> {
        let mut state = self.state();
        let open = state.open.as_mut().ok_or(V1Error::NotOpened)?;
        check(open)?;
        if open.work.is_some() {
            return Err(busy());
        }
        let token = CancelToken::new();
        open.work = Some(token.clone());
        Ok(Work {
            session: self,
            opening: open.opening,
            token,
            format: open.format,
            recorder: open.recorder.clone(),
            joliet: open.joliet.clone(),
            staged: std::mem::take(&mut open.staged),
        })
    }
}

fn busy() -> V1Error {
    V1Error::DeviceNotAccessible { owner: Some("this session".to_owned()) }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("is_open", &self.state().open.is_some()).finish_non_exhaustive()
    }
}

/// Something long that a session does.
pub(crate) struct Work<'a> {
    pub session: &'a Session,
    opening: u64,
    token: CancelToken,
    pub format: Option<Format>,
    pub recorder: Option<Arc<DiscRecorder>>,
    pub joliet: JolietSettings,
    pub staged: Staged,
}

impl Work<'_> {
    pub fn now(&self) -> Timestamp {
        self.session.service.now()
    }

    pub fn events(&self) -> Events {
        Events { audience: Arc::clone(&self.session.audience), token: self.token.clone() }
    }

    pub fn drive(&self) -> Result<Arc<Drive>, V1Error> {
        self.recorder.as_ref().ok_or(V1Error::NoActiveRecorder)?.present()
    }

    /// Has a disc and a stash for what is to be gathered. A recorder that was not chosen anew for this image is looked at
    /// now.
    pub fn make_ready(&mut self) -> Result<(), V1Error> {
        if self.staged.disc.is_none() || matches!(self.staged.image, Image::None) {
            let format = self.format.ok_or(V1Error::NoActiveFormat)?;
            let drive = self.drive()?;
            let (disc, image) =
                disc::read(&drive, format, &self.session.service).map_err(|error| drive.noting(error))?;
            self.staged.disc = Some(disc);
            self.staged.image = image;
        }
        self.claim_stash()
    }

    pub fn claim_stash(&mut self) -> Result<(), V1Error> {
        if self.staged.stash.is_none() {
            self.staged.stash = Some(Stash::claim(&self.session.service.options().stash)?);
        }
        Ok(())
    }

    /// Empties the image: it is one for a blank disc from now on.
    pub fn clear(&mut self) {
        let disc = self.staged.disc.take();
        self.staged.empty();
        self.staged.image = match self.format.filter(|_| disc.is_some()) {
            Some(Format::Joliet) => Image::Data(Box::default()),
            Some(Format::Redbook) => {
                Image::Sound(SoundImage::new(disc.as_ref().map_or(0, |disc| disc.when_blank), disc::GAP))
            }
            None => Image::None,
        };
        self.staged.disc = disc.map(Disc::cleared);
    }

    /// The properties become these.
    pub fn set_joliet(&mut self, joliet: JolietSettings) {
        self.joliet = joliet;
    }
}

/// What was gathered goes back, with format, recorder and properties; if the session was closed meanwhile, it goes.
impl Drop for Work<'_> {
    fn drop(&mut self) {
        let staged = std::mem::take(&mut self.staged);
        let mut state = self.session.state();
        let left = match state.open.as_mut().filter(|open| open.opening == self.opening) {
            Some(open) => {
                open.work = None;
                open.format = self.format;
                open.counts = staged.counts();
                open.recorder = self.recorder.take();
                open.joliet = std::mem::take(&mut self.joliet);
                std::mem::replace(&mut open.staged, staged)
            }
            None => staged,
        };
        drop(state);
        drop(left);
    }
}

/// Tells listeners of something long, and asks them whether to go on.
#[derive(Debug, Clone)]
pub(crate) struct Events {
    pub audience: Arc<Audience>,
    pub token: CancelToken,
}

impl Events {
    /// Whether somebody wants to stop.
    pub fn is_stopped(&self) -> bool {
        if !self.token.is_cancelled() && self.audience.wants_to_stop() {
            self.token.cancel();
        }
        self.token.is_cancelled()
    }

    /// Something is added: so much of it is in the stash.
    pub fn adding(&self, completed: u64, total: u64) -> Result<(), V1Error> {
        if self.is_stopped() {
            return Err(V1Error::UserAbort);
        }
        let number = |blocks: u64| u32::try_from(blocks).unwrap_or(u32::MAX);
        self.audience.tell(|listener| listener.add_progress(number(completed), number(total)));
        Ok(())
    }
}
