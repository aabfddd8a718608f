//! [`DiscFormat2TrackAtOnce`]: IMAPI's object that writes discs of sound.

mod disc;
mod error;
mod writing;

use std::sync::{Mutex, MutexGuard, PoisonError};

use imapi_disc_types::{CancelToken, ClientName, InvalidClientName, MediaType};
use imapi_errors::HResult;
use imapi_format2::{SpeedRequest, Verification, audio::parse_mcn};
use imapi_recorder::Recorder;

pub use error::Tao2Error;

use crate::{MEDIA, Session, TaoOptions, is_current_media_supported, is_recorder_supported};

/// Writes discs of sound, as IMAPI's object does: from any thread, in any order; what cannot be done now has its code.
///
/// [`prepare_media`](Self::prepare_media) takes the drive, [`add_audio_track`](Self::add_audio_track) writes a track,
/// [`release_media`](Self::release_media) finishes the disc.
///
/// ```no_run
/// use imapi_disc_types::{BlockSource, Control};
/// use imapi_format2_tao::{DiscFormat2TrackAtOnce, Tao2Error};
/// use imapi_recorder::Recorder;
///
/// fn burn(recorder: &Recorder, song: &dyn BlockSource) -> Result<(), Tao2Error> {
///     let format = DiscFormat2TrackAtOnce::new();
///     format.set_recorder(Some(recorder))?;
///     format.set_client_name("Songs")?;
///     format.prepare_media()?;
///     format.add_audio_track(song, &mut Control::silent())?;
///     format.release_media(&mut Control::silent())?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Default)]
#[doc(alias = "IDiscFormat2TrackAtOnce")]
pub struct DiscFormat2TrackAtOnce {
    state: Mutex<State>,
    token: Mutex<Option<CancelToken>>,
}

#[derive(Debug, Default)]
struct State {
    recorder: Option<Recorder>,
    client: Option<ClientName>,
    options: TaoOptions,
    stage: Stage,
}

/// Where it stands.
#[derive(Debug, Default)]
enum Stage {
    /// No disc is prepared.
    #[default]
    Idle,
    /// A disc is being prepared or released.
    Between,
    /// A disc is prepared.
    Prepared(Box<Session>),
    /// A track is being written to it; these are the numbers from before.
    Writing(Sectors),
}

/// Sectors of a disc.
#[derive(Debug, Clone, Copy)]
struct Sectors {
    total: u32,
    free: u32,
    used: u32,
}

impl Sectors {
    fn of(session: &Session) -> Self {
        Self { total: session.total_sectors(), free: session.free_sectors(), used: session.used_sectors() }
    }
}

impl DiscFormat2TrackAtOnce {
    /// Without a recorder and a client name, which [`prepare_media`](Self::prepare_media) needs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a drive writes CDs track by track.
    #[doc(alias = "IDiscFormat2::IsRecorderSupported")]
    pub fn is_recorder_supported(&self, recorder: &Recorder) -> Result<bool, Tao2Error> {
        Ok(is_recorder_supported(recorder)?)
    }

    /// Whether the disc in a drive takes tracks of sound: a CD-R or CD-RW on which nothing is.
    #[doc(alias = "IDiscFormat2::IsCurrentMediaSupported")]
    pub fn is_current_media_supported(&self, recorder: &Recorder) -> Result<bool, Tao2Error> {
        disc::make_ready(recorder)?;
        Ok(is_current_media_supported(recorder)?)
    }

    /// The kinds of discs that take tracks of sound.
    #[must_use]
    #[doc(alias = "IDiscFormat2::get_SupportedMediaTypes")]
    pub fn supported_media_types(&self) -> &'static [MediaType] {
        &MEDIA
    }

    /// The drive.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_Recorder")]
    pub fn recorder(&self) -> Option<Recorder> {
        self.state().recorder.clone()
    }

    /// Takes a drive, which must write CDs track by track, or lets go of it.
    #[doc(alias = "IDiscFormat2TrackAtOnce::put_Recorder")]
    pub fn set_recorder(&self, recorder: Option<&Recorder>) -> Result<(), Tao2Error> {
        self.state().check_idle()?;
        // The drive is asked without the lock, as it may take its time.
        if let Some(recorder) = recorder {
            if !is_recorder_supported(recorder)? {
                return Err(Tao2Error::RecorderNotSupported);
            }
        }
        self.set(|state| state.recorder = recorder.cloned())
    }

    /// What the program calls itself while it has the drive.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_ClientName")]
    pub fn client_name(&self) -> Option<ClientName> {
        self.state().client.clone()
    }

    /// Says what the program calls itself.
    #[doc(alias = "IDiscFormat2TrackAtOnce::put_ClientName")]
    pub fn set_client_name(&self, name: &str) -> Result<(), Tao2Error> {
        let name: ClientName = name.parse().map_err(|error: InvalidClientName| Tao2Error::ClientName(Some(error)))?;
        self.set(|state| state.client = Some(name))
    }

    /// Whether the finished disc stays open, so that a session with data can follow.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_DoNotFinalizeMedia")]
    pub fn do_not_finalize_media(&self) -> bool {
        !self.state().options.finalize
    }

    /// Says whether the finished disc stays open. It can be said of a blank disc only.
    #[doc(alias = "IDiscFormat2TrackAtOnce::put_DoNotFinalizeMedia")]
    pub fn set_do_not_finalize_media(&self, stays_open: bool) -> Result<(), Tao2Error> {
        let recorder = {
            let state = self.state();
            state.check_idle()?;
            state.recorder.clone()
        };
        if recorder.is_some_and(|recorder| disc::has_something(&recorder)) {
            return Err(Tao2Error::PropertyForBlankMediaOnly);
        }
        self.set(|state| state.options.finalize = !stays_open)
    }

    /// Whether a drive that runs out of data stops, and spoils the disc.
    #[doc(alias = "IDiscFormat2TrackAtOnce::get_BufferUnderrunFreeDisabled")]
    pub fn buffer_underrun_free_disabled(&self) -> bool {
        !self.state().options.underrun_protection
    }

    /// Says whether a drive that runs out of data stops. It can be said of a prepared disc only.
    #[doc(alias = "IDiscFormat2TrackAtOnce::put_BufferUnderrunFreeDisabled")]
    pub fn set_buffer_underrun_free_disabled(&self, disabled: bool) -> Result<(), Tao2Error> {
        let mut state = self.state();
        state.prepared()?.set_underrun_protection(!disabled);
        state.options.underrun_protection = !disabled;
        Ok(())
    }

    /// The number of the disc that is written next, as a text: none, or up to 13 digits. It cannot be changed while a disc is
    /// prepared.
    pub fn set_media_catalog_number(&self, number: Option<&str>) -> Result<(), Tao2Error> {
        let catalogue = number.map(parse_mcn).transpose()?;
        self.set(|state| state.options.catalogue = catalogue)
    }

    /// How much is looked at of what was written.
    #[doc(alias = "IBurnVerification::get_BurnVerificationLevel")]
    pub fn burn_verification_level(&self) -> Verification {
        self.state().options.verification
    }

    /// Says how much is looked at of what was written. A disc of sound is not compared as a whole.
    #[doc(alias = "IBurnVerification::put_BurnVerificationLevel")]
    pub fn set_burn_verification_level(&self, level: Verification) -> Result<(), Tao2Error> {
        if level == Verification::Full {
            return Err(Tao2Error::NoFullVerification);
        }
        self.set(|state| state.options.verification = level)
    }

    /// Chooses a speed, and says which code of success tells how it is not the one that was asked for.
    #[doc(alias = "IDiscFormat2TrackAtOnce::SetWriteSpeed")]
    pub fn set_write_speed(&self, request: SpeedRequest) -> Result<Option<HResult>, Tao2Error> {
        let mut state = self.state();
        let chosen = match &mut state.stage {
            Stage::Writing(_) | Stage::Between => return Err(Tao2Error::WriteInProgress),
            Stage::Prepared(session) => session.set_speed(request)?,
            Stage::Idle => {
                let recorder = state.recorder.clone().ok_or(Tao2Error::RecorderRequired)?;
                let speeds = disc::speeds(&recorder)?;
                match speeds.choose(request) {
                    Some((speed, adjusted)) if speeds.set(&recorder, speed)? => Some((speed, adjusted)),
                    _ => None,
                }
            }
        };
        state.options.speed = request;
        Ok(chosen.and_then(|(_, adjusted)| adjusted.code()))
    }

    /// What was asked for last.
    #[must_use]
    #[doc(alias(
        "IDiscFormat2TrackAtOnce::get_RequestedWriteSpeed",
        "IDiscFormat2TrackAtOnce::get_RequestedRotationTypeIsPureCAV"
    ))]
    pub fn requested_write_speed(&self) -> SpeedRequest {
        self.state().options.speed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, unless a disc is prepared.
    fn set(&self, change: impl FnOnce(&mut State)) -> Result<(), Tao2Error> {
        let mut state = self.state();
        state.check_idle()?;
        change(&mut state);
        Ok(())
    }
}

impl State {
    /// No disc is prepared.
    fn check_idle(&self) -> Result<(), Tao2Error> {
        match self.stage {
            Stage::Idle => Ok(()),
            Stage::Writing(_) => Err(Tao2Error::WriteInProgress),
            Stage::Between | Stage::Prepared(_) => Err(Tao2Error::MediaIsPrepared),
        }
    }

    /// The disc that is prepared, and to which nothing is being written.
    fn prepared(&mut self) -> Result<&mut Session, Tao2Error> {
        match &mut self.stage {
            Stage::Prepared(session) => Ok(session),
            Stage::Writing(_) => Err(Tao2Error::WriteInProgress),
            Stage::Between | Stage::Idle => Err(Tao2Error::MediaIsNotPrepared),
        }
    }
}
