//! IMAPI's floor: one object that any thread may use, in any order; what cannot be done now is refused by its code.

mod error;

use std::{
    ops::ControlFlow,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

pub use error::Raw2Error;
use imapi_cd_image::{IMAGE_START, SubCode};
use imapi_disc_types::{BlockSource, CancelToken, ClientName, Control, InvalidClientName, Lba, MediaType};
use imapi_errors::HResult;
use imapi_format2::{Probe, SpeedRequest, Way, WriteSpeed, WriteSpeeds, is_heuristically_blank};
use imapi_recorder::Recorder;

use crate::{Prepared, RawBurned, RawError, RawEvent, RawOptions, is_recorder_supported};

/// Writes raw images as IMAPI does it: recorder and name, [`prepare_media`](Self::prepare_media), settings,
/// [`write_media`](Self::write_media), [`release_media`](Self::release_media).
#[derive(Debug, Default)]
#[doc(alias("IDiscFormat2RawCD", "MsftDiscFormat2RawCD"))]
pub struct DiscFormat2RawCd {
    settings: Mutex<Settings>,
    prepared: Mutex<Option<Prepared>>,
    /// What is told of the disc that is prepared, also while it is written.
    facts: Mutex<Option<Facts>>,
    writing: AtomicBool,
    token: Mutex<Option<CancelToken>>,
}

#[derive(Debug, Clone, Default)]
struct Settings {
    recorder: Option<Recorder>,
    client: Option<ClientName>,
    options: RawOptions,
}

#[derive(Debug, Clone)]
struct Facts {
    start: Lba,
    last_lead_out: Lba,
    supported: Vec<SubCode>,
}

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(300);

/// What raw images can be written to.
const MEDIA: [MediaType; 2] = [MediaType::CDR, MediaType::CDRW];

impl DiscFormat2RawCd {
    /// Without a recorder and a client name.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a drive can write raw images.
    #[doc(alias = "IDiscFormat2::IsRecorderSupported")]
    pub fn is_recorder_supported(&self, recorder: &Recorder) -> Result<bool, Raw2Error> {
        Ok(is_recorder_supported(recorder)?)
    }

    /// Whether the disc in a drive is one that raw images can be written to, whatever its state.
    #[doc(alias = "IDiscFormat2::IsCurrentMediaSupported")]
    pub fn is_current_media_supported(&self, recorder: &Recorder) -> Result<bool, Raw2Error> {
        Ok(probe(recorder)?.way == Way::Cd && is_recorder_supported(recorder)?)
    }

    /// Whether the drive says that nothing is on the disc.
    #[doc(alias = "IDiscFormat2::get_MediaPhysicallyBlank")]
    pub fn is_media_physically_blank(&self) -> Result<bool, Raw2Error> {
        Ok(probe(&self.needed_recorder()?)?.facts.is_blank())
    }

    /// Whether the disc looks as if nothing were on it, which of a CD its drive says.
    #[doc(alias = "IDiscFormat2::get_MediaHeuristicallyBlank")]
    pub fn is_media_heuristically_blank(&self) -> Result<bool, Raw2Error> {
        let recorder = self.needed_recorder()?;
        let probe = probe(&recorder)?;
        Ok(is_heuristically_blank(&recorder, &probe)?)
    }

    /// The kinds of discs that raw images can be written to.
    #[must_use]
    #[doc(alias = "IDiscFormat2::get_SupportedMediaTypes")]
    pub fn supported_media_types(&self) -> &'static [MediaType] {
        &MEDIA
    }

    /// The drive.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCD::get_Recorder")]
    pub fn recorder(&self) -> Option<Recorder> {
        self.settings().recorder.clone()
    }

    /// Takes a drive, which must be able to write raw images, or lets go of it.
    #[doc(alias = "IDiscFormat2RawCD::put_Recorder")]
    pub fn set_recorder(&self, recorder: Option<&Recorder>) -> Result<(), Raw2Error> {
        self.check_outside()?;
        if let Some(recorder) = recorder {
            if !is_recorder_supported(recorder)? {
                return Err(Raw2Error::RecorderNotSupported);
            }
        }
        self.settings().recorder = recorder.cloned();
        Ok(())
    }

    /// What the program calls itself while it has the drive.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCD::get_ClientName")]
    pub fn client_name(&self) -> Option<ClientName> {
        self.settings().client.clone()
    }

    /// Says what the program calls itself.
    #[doc(alias = "IDiscFormat2RawCD::put_ClientName")]
    pub fn set_client_name(&self, name: &str) -> Result<(), Raw2Error> {
        self.check_outside()?;
        let name: ClientName = name.parse().map_err(|error: InvalidClientName| Raw2Error::ClientName(Some(error)))?;
        self.settings().client = Some(name);
        Ok(())
    }

    /// Takes the drive and looks at its disc, which has to be a blank CD. The code of success tells how the speed is not the
    /// one that was asked for.
    #[doc(alias = "IDiscFormat2RawCD::PrepareMedia")]
    pub fn prepare_media(&self, control: &mut Control<'_, RawEvent>) -> Result<Option<HResult>, Raw2Error> {
        self.check_idle()?;
        let mut prepared = self.prepared();
        if prepared.is_some() {
            return Err(Raw2Error::Prepared);
        }
        let settings = self.settings().clone();
        let recorder = settings.recorder.ok_or(Raw2Error::RecorderRequired)?;
        let client = settings.client.ok_or(Raw2Error::ClientName(None))?;
        let ready = Prepared::new(&recorder, &client, false, control)?;
        let adjusted = Self::set_speed_of(&recorder, settings.options.speed)?;
        *self.facts() = Some(Facts {
            start: ready.start(),
            last_lead_out: ready.last_lead_out(),
            supported: ready.supported().to_vec(),
        });
        // What was set for another disc does not hold for this one.
        let mut settings = self.settings();
        settings.options = RawOptions { speed: settings.options.speed, ..RawOptions::default() };
        *prepared = Some(ready);
        Ok(adjusted)
    }

    /// Writes an image that begins at 95:00:00, and returns when the disc is finished.
    #[doc(alias = "IDiscFormat2RawCD::WriteMedia")]
    pub fn write_media(
        &self,
        image: &dyn BlockSource,
        control: &mut Control<'_, RawEvent>,
    ) -> Result<RawBurned, Raw2Error> {
        self.write_media_from(image, IMAGE_START, control)
    }

    /// The same with an image that begins elsewhere.
    #[doc(alias = "IDiscFormat2RawCD::WriteMedia2")]
    pub fn write_media_from(
        &self,
        image: &dyn BlockSource,
        image_start: Lba,
        control: &mut Control<'_, RawEvent>,
    ) -> Result<RawBurned, Raw2Error> {
        if self.writing.swap(true, Ordering::AcqRel) {
            return Err(Raw2Error::WriteInProgress);
        }
        let _writing = Writing(self);
        let mut prepared = self.prepared();
        let ready = prepared.as_mut().ok_or(Raw2Error::NotPrepared)?;
        let options = self.settings().options;
        *self.token() = Some(control.token().clone());
        Ok(ready.write(image, image_start, &options, control)?)
    }

    /// Asks the writing to stop as soon as the disc allows.
    #[doc(alias = "IDiscFormat2RawCD::CancelWrite")]
    pub fn cancel_write(&self) -> Result<(), Raw2Error> {
        match &*self.token() {
            Some(token) => {
                token.cancel();
                Ok(())
            }
            None => Err(Raw2Error::WriteNotInProgress),
        }
    }

    /// Lets go of the drive.
    #[doc(alias = "IDiscFormat2RawCD::ReleaseMedia")]
    pub fn release_media(&self) -> Result<(), Raw2Error> {
        self.check_idle()?;
        let released = self.prepared().take();
        *self.facts() = None;
        released.map(drop).ok_or(Raw2Error::NotPrepared)
    }

    /// Whether running out of data is a failure.
    #[must_use]
    #[doc(alias = "IDiscFormat2RawCD::get_BufferUnderrunFreeDisabled")]
    pub fn buffer_underrun_free_disabled(&self) -> bool {
        !self.settings().options.underrun_protection
    }

    /// Says whether running out of data is a failure.
    #[doc(alias = "IDiscFormat2RawCD::put_BufferUnderrunFreeDisabled")]
    pub fn set_buffer_underrun_free_disabled(&self, disabled: bool) -> Result<(), Raw2Error> {
        self.check_inside()?;
        self.settings().options.underrun_protection = !disabled;
        Ok(())
    }

    /// What stands behind the sectors of the image.
    #[doc(alias = "IDiscFormat2RawCD::get_RequestedSectorType")]
    pub fn requested_sector_type(&self) -> Result<SubCode, Raw2Error> {
        self.known()?;
        Ok(self.settings().options.sub_code)
    }

    /// Says what stands behind the sectors of the image.
    #[doc(alias = "IDiscFormat2RawCD::put_RequestedSectorType")]
    pub fn set_requested_sector_type(&self, sub_code: SubCode) -> Result<(), Raw2Error> {
        self.check_inside()?;
        if !self.known()?.supported.contains(&sub_code) {
            return Err(Raw2Error::SubCodeNotSupported { sub_code });
        }
        self.settings().options.sub_code = sub_code;
        Ok(())
    }

    /// What the drive takes behind sectors. Outside of a session a blank CD has to be in it, since drives know only then.
    #[doc(alias = "IDiscFormat2RawCD::get_SupportedSectorTypes")]
    pub fn supported_sector_types(&self) -> Result<Vec<SubCode>, Raw2Error> {
        if let Ok(facts) = self.known() {
            return Ok(facts.supported);
        }
        let settings = self.settings().clone();
        let recorder = settings.recorder.ok_or(Raw2Error::NoPointer)?;
        let client = settings.client.ok_or(Raw2Error::ClientName(None))?;
        Ok(Prepared::new(&recorder, &client, false, &mut Control::silent())?.supported().to_vec())
    }

    /// The first sector that is written.
    #[doc(alias = "IDiscFormat2RawCD::get_StartOfNextSession")]
    pub fn start_of_next_session(&self) -> Result<Lba, Raw2Error> {
        Ok(self.known()?.start)
    }

    /// Where the lead-out can begin at the latest.
    #[doc(alias = "IDiscFormat2RawCD::get_LastPossibleStartOfLeadout")]
    pub fn last_possible_start_of_leadout(&self) -> Result<Lba, Raw2Error> {
        Ok(self.known()?.last_lead_out)
    }

    /// The kind of disc.
    #[doc(alias = "IDiscFormat2RawCD::get_CurrentPhysicalMediaType")]
    pub fn current_physical_media_type(&self) -> Result<MediaType, Raw2Error> {
        Ok(self.needed_recorder()?.medium()?)
    }

    /// Chooses a speed, and says which code of success tells how it is not the one that was asked for.
    #[doc(alias = "IDiscFormat2RawCD::SetWriteSpeed")]
    pub fn set_write_speed(&self, request: SpeedRequest) -> Result<Option<HResult>, Raw2Error> {
        self.check_idle()?;
        let recorder = self.recorder().ok_or(Raw2Error::SpeedNeedsRecorder)?;
        let adjusted = Self::set_speed_of(&recorder, request)?;
        self.settings().options.speed = request;
        Ok(adjusted)
    }

    /// What was asked for last.
    #[must_use]
    #[doc(alias(
        "IDiscFormat2RawCD::get_RequestedWriteSpeed",
        "IDiscFormat2RawCD::get_RequestedRotationTypeIsPureCAV"
    ))]
    pub fn requested_write_speed(&self) -> SpeedRequest {
        self.settings().options.speed
    }

    /// The speed at which the drive writes now, as far as it says.
    #[doc(alias("IDiscFormat2RawCD::get_CurrentWriteSpeed", "IDiscFormat2RawCD::get_CurrentRotationTypeIsPureCAV"))]
    pub fn current_write_speed(&self) -> Result<Option<WriteSpeed>, Raw2Error> {
        let recorder = self.needed_recorder()?;
        Ok(WriteSpeeds::of(&recorder, recorder.medium()?)?.current(&recorder)?)
    }

    /// The speeds of the disc that is in the drive.
    #[doc(alias(
        "IDiscFormat2RawCD::get_SupportedWriteSpeeds",
        "IDiscFormat2RawCD::get_SupportedWriteSpeedDescriptors"
    ))]
    pub fn supported_write_speeds(&self) -> Result<WriteSpeeds, Raw2Error> {
        let recorder = self.needed_recorder()?;
        Ok(WriteSpeeds::of(&recorder, recorder.medium()?)?)
    }

    fn set_speed_of(recorder: &Recorder, request: SpeedRequest) -> Result<Option<HResult>, Raw2Error> {
        let speeds = WriteSpeeds::of(recorder, recorder.medium()?)?;
        let Some((speed, adjusted)) = speeds.choose(request) else { return Ok(None) };
        speeds.set(recorder, speed)?;
        Ok(adjusted.code())
    }

    fn needed_recorder(&self) -> Result<Recorder, Raw2Error> {
        self.recorder().ok_or(Raw2Error::RecorderRequired)
    }

    /// What is known of the disc that is prepared.
    fn known(&self) -> Result<Facts, Raw2Error> {
        self.facts().clone().ok_or(Raw2Error::NotPrepared)
    }

    fn check_idle(&self) -> Result<(), Raw2Error> {
        if self.writing.load(Ordering::Acquire) { Err(Raw2Error::WriteInProgress) } else { Ok(()) }
    }

    /// Between preparing and releasing, and not while a disc is written.
    fn check_inside(&self) -> Result<(), Raw2Error> {
        self.check_idle()?;
        self.known().map(drop)
    }

    fn check_outside(&self) -> Result<(), Raw2Error> {
        self.check_idle()?;
        if self.facts().is_some() { Err(Raw2Error::Prepared) } else { Ok(()) }
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepared(&self) -> MutexGuard<'_, Option<Prepared>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn facts(&self) -> MutexGuard<'_, Option<Facts>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn token(&self) -> MutexGuard<'_, Option<CancelToken>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What disc it is; there has to be one.
fn probe(recorder: &Recorder) -> Result<Probe, Raw2Error> {
    recorder.ready(PATIENCE, &mut |_| ControlFlow::Continue(()))?;
    match Probe::of(recorder)? {
        Probe { way: Way::NoDisc, .. } => Err(RawError::NoMedium.into()),
        probe => Ok(probe),
    }
}

/// Somebody writes as long as this lives.
struct Writing<'a>(&'a DiscFormat2RawCd);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        *self.0.token() = None;
        self.0.writing.store(false, Ordering::Release);
    }
}
