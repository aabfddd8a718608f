//! IMAPI's floor: one object that any thread may use, in any order; what cannot be done now is refused by its code.

mod error;
mod media;
mod multisession;
mod write;

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use imapi_disc_types::{CancelToken, ClientName, InvalidClientName, MediaType};
use imapi_format2::{Probe, SpeedRequest, WriteSpeeds};
use imapi_mmc_transport::{commands::Configuration, feature::FeatureCode};
use imapi_recorder::{Recorder, RecorderError};

pub use error::Data2Error;
pub use media::{MediaStatus, WriteProtection};
pub use multisession::{Multisession, RandomWrite, Sequential};

use crate::DataOptions;

/// Burns data discs as IMAPI does it: settings first, then [`write`](Self::write).
///
/// ```no_run
/// use imapi_disc_types::{BlockSource, Control};
/// use imapi_format2_data::{Data2Error, DiscFormat2Data};
/// use imapi_recorder::Recorder;
///
/// fn archive(recorder: &Recorder, image: &dyn BlockSource) -> Result<(), Data2Error> {
///     let format = DiscFormat2Data::new();
///     format.set_recorder(Some(recorder))?;
///     format.set_client_name("Archive")?;
///     format.write(image, &mut Control::silent())?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Default)]
#[doc(alias = "IDiscFormat2Data")]
pub struct DiscFormat2Data {
    settings: Mutex<Settings>,
    writing: AtomicBool,
    token: Mutex<Option<CancelToken>>,
}

#[derive(Debug, Clone, Default)]
struct Settings {
    recorder: Option<Recorder>,
    client: Option<ClientName>,
    options: DataOptions,
}

/// What data can be written to.
const MEDIA: [MediaType; 13] = [
    MediaType::CDR,
    MediaType::CDRW,
    MediaType::DVDRAM,
    MediaType::DVDPLUSR,
    MediaType::DVDPLUSRW,
    MediaType::DVDPLUSR_DUALLAYER,
    MediaType::DVDDASHR,
    MediaType::DVDDASHRW,
    MediaType::DVDDASHR_DUALLAYER,
    MediaType::DISK,
    MediaType::DVDPLUSRW_DUALLAYER,
    MediaType::BDR,
    MediaType::BDRE,
];

/// A drive with one of these features writes data, when the right disc is in it.
const WRITING: [FeatureCode; 9] = [
    FeatureCode::RANDOMLY_WRITABLE,
    FeatureCode::INCREMENTAL_STREAMING_WRITABLE,
    FeatureCode::RIGID_RESTRICTED_OVERWRITE,
    FeatureCode::CD_TRACK_AT_ONCE,
    FeatureCode::CD_MASTERING,
    FeatureCode::DVD_DASH_WRITE,
    FeatureCode::DVD_PLUS_RW,
    FeatureCode::DVD_PLUS_R,
    FeatureCode::BD_WRITE,
];

impl DiscFormat2Data {
    /// Without a recorder and a client name, which [`write`](Self::write) needs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a drive can write data.
    #[doc(alias = "IDiscFormat2::IsRecorderSupported")]
    pub fn is_recorder_supported(&self, recorder: &Recorder) -> Result<bool, Data2Error> {
        match recorder.configuration() {
            Ok(configuration) => Ok(writes(&configuration)),
            // Drives that are older than features are asked by their disc.
            Err(RecorderError::Command(error)) if error.is_refusal() => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether data can be written to the disc in a drive: to its kind, whatever its state.
    #[doc(alias = "IDiscFormat2::IsCurrentMediaSupported")]
    pub fn is_current_media_supported(&self, recorder: &Recorder) -> Result<bool, Data2Error> {
        let probe = media::probe(recorder)?;
        Ok(probe.way.is_writable())
    }

    /// The kinds of discs that data can be written to.
    #[must_use]
    #[doc(alias = "IDiscFormat2::get_SupportedMediaTypes")]
    pub fn supported_media_types(&self) -> &'static [MediaType] {
        &MEDIA
    }

    /// The drive.
    #[doc(alias = "IDiscFormat2Data::get_Recorder")]
    pub fn recorder(&self) -> Option<Recorder> {
        self.settings().recorder.clone()
    }

    /// Takes a drive, which must be able to write data, or lets go of it.
    #[doc(alias = "IDiscFormat2Data::put_Recorder")]
    pub fn set_recorder(&self, recorder: Option<&Recorder>) -> Result<(), Data2Error> {
        if let Some(recorder) = recorder {
            self.check_idle()?;
            if !self.is_recorder_supported(recorder)? {
                return Err(Data2Error::RecorderNotSupported);
            }
        }
        self.set(|settings| settings.recorder = recorder.cloned())
    }

    /// What the program calls itself while it has the drive.
    #[doc(alias = "IDiscFormat2Data::get_ClientName")]
    pub fn client_name(&self) -> Option<ClientName> {
        self.settings().client.clone()
    }

    /// Says what the program calls itself.
    #[doc(alias = "IDiscFormat2Data::put_ClientName")]
    pub fn set_client_name(&self, name: &str) -> Result<(), Data2Error> {
        let name: ClientName = name.parse().map_err(|error: InvalidClientName| Data2Error::ClientName(Some(error)))?;
        self.set(|settings| settings.client = Some(name))
    }

    /// How discs are written.
    #[must_use]
    pub fn options(&self) -> DataOptions {
        self.settings().options
    }

    /// Says how discs are written: all properties that are yes or no.
    pub fn set_options(&self, change: impl FnOnce(&mut DataOptions)) -> Result<(), Data2Error> {
        self.set(|settings| change(&mut settings.options))
    }

    /// Chooses a speed, and says which code of success tells how it is not the one that was asked for.
    #[doc(alias = "IDiscFormat2Data::SetWriteSpeed")]
    pub fn set_write_speed(&self, request: SpeedRequest) -> Result<Option<imapi_errors::HResult>, Data2Error> {
        self.check_idle()?;
        let (recorder, speeds) = self.speeds()?;
        self.set(|settings| settings.options.speed = request)?;
        let Some((speed, adjusted)) = speeds.choose(request) else { return Ok(None) };
        speeds.set(&recorder, speed)?;
        Ok(adjusted.code())
    }

    /// What was asked for last.
    #[must_use]
    #[doc(alias("IDiscFormat2Data::get_RequestedWriteSpeed", "IDiscFormat2Data::get_RequestedRotationTypeIsPureCAV"))]
    pub fn requested_write_speed(&self) -> SpeedRequest {
        self.settings().options.speed
    }

    /// The speed at which the drive writes now, as far as it says.
    #[doc(alias("IDiscFormat2Data::get_CurrentWriteSpeed", "IDiscFormat2Data::get_CurrentRotationTypeIsPureCAV"))]
    pub fn current_write_speed(&self) -> Result<Option<imapi_format2::WriteSpeed>, Data2Error> {
        let (recorder, speeds) = self.speeds()?;
        Ok(speeds.current(&recorder)?)
    }

    /// The speeds of the disc that is in the drive.
    #[doc(alias("IDiscFormat2Data::get_SupportedWriteSpeeds", "IDiscFormat2Data::get_SupportedWriteSpeedDescriptors"))]
    pub fn supported_write_speeds(&self) -> Result<WriteSpeeds, Data2Error> {
        Ok(self.speeds()?.1)
    }

    fn speeds(&self) -> Result<(Recorder, WriteSpeeds), Data2Error> {
        let recorder = self.needed_recorder()?;
        let speeds = WriteSpeeds::of(&recorder, recorder.medium()?)?;
        Ok((recorder, speeds))
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes something, unless a disc is being written.
    fn set(&self, change: impl FnOnce(&mut Settings)) -> Result<(), Data2Error> {
        let mut settings = self.settings();
        self.check_idle()?;
        change(&mut settings);
        Ok(())
    }

    fn check_idle(&self) -> Result<(), Data2Error> {
        if self.writing.load(Ordering::Acquire) { Err(Data2Error::WriteInProgress) } else { Ok(()) }
    }

    fn needed_recorder(&self) -> Result<Recorder, Data2Error> {
        self.recorder().ok_or(Data2Error::RecorderRequired)
    }

    fn probe(&self) -> Result<(Recorder, Probe), Data2Error> {
        let recorder = self.needed_recorder()?;
        let probe = media::probe(&recorder)?;
        Ok((recorder, probe))
    }
}

fn writes(configuration: &Configuration) -> bool {
    WRITING.into_iter().any(|code| configuration.feature(code).is_some())
}
