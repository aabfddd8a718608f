//! [`DiscRecorder`]: IMAPI's object for a drive, which has to be told first which drive it is.

mod error;
mod extended;

use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use imapi_disc_types::{ClientName, Profile};
use imapi_errors::{HResult, common};
use imapi_mmc_transport::{
    DriveSource,
    feature::FeatureCode,
    mode::{PageCode, PageControl},
};

pub use self::error::DiscRecorderError;
use crate::{Recorder, RecorderError, past_attentions};

/// A drive as IMAPI's programs know it.
///
/// Every member can be called from any thread and in any order; before [`initialize`](Self::initialize) each answers with
/// a code that IMAPI documents for it. A drive that has something to tell first, such as another disc, is asked again.
#[doc(alias("IDiscRecorder2", "IDiscRecorder2Ex"))]
pub struct DiscRecorder {
    drives: Arc<dyn DriveSource>,
    bound: RwLock<Option<Recorder>>,
}

/// Which of the codes that IMAPI documents for a member it has while the object is no drive: there is no handle of a
/// device, and the members whose list does not have that code have the general one.
#[derive(Debug, Clone, Copy)]
enum Unbound {
    /// `HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE)`.
    Handle,
    /// `E_FAIL`.
    Fail,
}

impl Unbound {
    fn code(self) -> HResult {
        match self {
            Self::Handle => common::E_HANDLE,
            Self::Fail => common::E_FAIL,
        }
    }
}

type Result<T> = std::result::Result<T, DiscRecorderError>;

impl DiscRecorder {
    /// None of that source's drives yet.
    #[must_use]
    pub fn new(drives: Arc<dyn DriveSource>) -> Self {
        Self { drives, bound: RwLock::new(None) }
    }

    /// Becomes the drive with that id; that another client has it for himself is no obstacle. What the object was before
    /// is let go of, and stays what it was when this fails.
    #[doc(alias = "IDiscRecorder2::InitializeDiscRecorder")]
    pub fn initialize(&self, id: &str) -> Result<()> {
        if id.is_empty() || id.contains('\0') {
            return Err(DiscRecorderError::NoId { given: id.to_owned() });
        }
        let recorder = Recorder::open(&*self.drives, id)?;
        *self.bound.write().unwrap_or_else(PoisonError::into_inner) = Some(recorder);
        Ok(())
    }

    /// The drive, for whoever burns with it.
    pub fn recorder(&self) -> Result<Recorder> {
        self.bound("Recorder", Unbound::Fail)
    }

    /// The id that was given, or by which the drive is opened again.
    #[doc(alias = "IDiscRecorder2::get_ActiveDiscRecorder")]
    pub fn active_disc_recorder(&self) -> Result<String> {
        Ok(self.bound("ActiveDiscRecorder", Unbound::Fail)?.id().to_owned())
    }

    /// Ejects the disc.
    #[doc(alias = "IDiscRecorder2::EjectMedia")]
    pub fn eject_media(&self) -> Result<()> {
        Ok(self.bound("EjectMedia", Unbound::Handle)?.eject()?)
    }

    /// Loads the tray.
    #[doc(alias = "IDiscRecorder2::CloseTray")]
    pub fn close_tray(&self) -> Result<()> {
        Ok(self.bound("CloseTray", Unbound::Handle)?.load()?)
    }

    /// Whether the drive can load its tray itself.
    #[doc(alias = "IDiscRecorder2::get_DeviceCanLoadMedia")]
    pub fn device_can_load_media(&self) -> Result<bool> {
        self.ask("DeviceCanLoadMedia", Unbound::Fail, Recorder::can_load)
    }

    /// Takes the drive, or takes it once more: this counts. With `force` a mounted file system is no obstacle.
    #[doc(alias = "IDiscRecorder2::AcquireExclusiveAccess")]
    pub fn acquire_exclusive_access(&self, force: bool, client: &str) -> Result<()> {
        let recorder = self.bound("AcquireExclusiveAccess", Unbound::Handle)?;
        let client: ClientName = client.parse().map_err(RecorderError::from)?;
        recorder.acquire_counted(&client, force).map_err(|error| match error {
            RecorderError::Lock(refused) => DiscRecorderError::Refused(refused),
            other => other.into(),
        })
    }

    /// Lets go of the drive once; it is free when that came as often as it was taken.
    #[doc(alias = "IDiscRecorder2::ReleaseExclusiveAccess")]
    pub fn release_exclusive_access(&self) -> Result<()> {
        Ok(self.bound("ReleaseExclusiveAccess", Unbound::Handle)?.release()?)
    }

    /// Who has the drive for himself; nobody is an empty text.
    #[doc(alias = "IDiscRecorder2::get_ExclusiveAccessOwner")]
    pub fn exclusive_access_owner(&self) -> Result<String> {
        Ok(self.bound("ExclusiveAccessOwner", Unbound::Handle)?.owner().unwrap_or_default())
    }

    /// The system is told no more when the disc changes; this counts.
    #[doc(alias = "IDiscRecorder2::DisableMcn")]
    pub fn disable_mcn(&self) -> Result<()> {
        self.bound("DisableMcn", Unbound::Handle)?.disable_notices();
        Ok(())
    }

    /// Takes one [`disable_mcn`](Self::disable_mcn) back.
    #[doc(alias = "IDiscRecorder2::EnableMcn")]
    pub fn enable_mcn(&self) -> Result<()> {
        self.bound("EnableMcn", Unbound::Handle)?.enable_notices();
        Ok(())
    }

    /// Who made the drive.
    #[doc(alias = "IDiscRecorder2::get_VendorId")]
    pub fn vendor_id(&self) -> Result<String> {
        Ok(self.bound("VendorId", Unbound::Fail)?.vendor())
    }

    /// What the drive is.
    #[doc(alias = "IDiscRecorder2::get_ProductId")]
    pub fn product_id(&self) -> Result<String> {
        Ok(self.bound("ProductId", Unbound::Fail)?.product())
    }

    /// Of which revision it is.
    #[doc(alias = "IDiscRecorder2::get_ProductRevision")]
    pub fn product_revision(&self) -> Result<String> {
        Ok(self.bound("ProductRevision", Unbound::Fail)?.revision())
    }

    /// What its discs are mounted from.
    #[doc(alias = "IDiscRecorder2::get_VolumeName")]
    pub fn volume_name(&self) -> Result<String> {
        Ok(self.bound("VolumeName", Unbound::Fail)?.volume_name())
    }

    /// Where its disc is mounted.
    #[doc(alias = "IDiscRecorder2::get_VolumePathNames")]
    pub fn volume_path_names(&self) -> Result<Vec<PathBuf>> {
        Ok(self.bound("VolumePathNames", Unbound::Fail)?.mount_points())
    }

    /// The number that the system gave the drive.
    #[doc(alias = "IDiscRecorder2::get_LegacyDeviceNumber")]
    pub fn legacy_device_number(&self) -> Result<u32> {
        Ok(self.bound("LegacyDeviceNumber", Unbound::Fail)?.legacy_number()?)
    }

    /// The features that the drive has.
    #[doc(alias = "IDiscRecorder2::get_SupportedFeaturePages")]
    pub fn supported_feature_pages(&self) -> Result<Vec<FeatureCode>> {
        self.ask("SupportedFeaturePages", Unbound::Handle, |drive| drive.supported_features(false))
    }

    /// The features that it has with the disc that is in it.
    #[doc(alias = "IDiscRecorder2::get_CurrentFeaturePages")]
    pub fn current_feature_pages(&self) -> Result<Vec<FeatureCode>> {
        self.ask("CurrentFeaturePages", Unbound::Handle, |drive| drive.supported_features(true))
    }

    /// The profiles that the drive knows.
    #[doc(alias = "IDiscRecorder2::get_SupportedProfiles")]
    pub fn supported_profiles(&self) -> Result<Vec<Profile>> {
        self.ask("SupportedProfiles", Unbound::Handle, |drive| drive.supported_profiles(false))
    }

    /// The profiles that the disc in it makes current.
    #[doc(alias = "IDiscRecorder2::get_CurrentProfiles")]
    pub fn current_profiles(&self) -> Result<Vec<Profile>> {
        self.ask("CurrentProfiles", Unbound::Handle, |drive| drive.supported_profiles(true))
    }

    /// The mode pages that the drive has.
    #[doc(alias = "IDiscRecorder2::get_SupportedModePages")]
    pub fn supported_mode_pages(&self) -> Result<Vec<PageCode>> {
        let all = |drive: &Recorder| drive.supported_mode_pages(PageControl::Current);
        self.ask("SupportedModePages", Unbound::Handle, all)
    }

    /// The drive, when the object is one.
    fn bound(&self, member: &'static str, unbound: Unbound) -> Result<Recorder> {
        let bound = self.bound.read().unwrap_or_else(PoisonError::into_inner);
        bound.clone().ok_or(DiscRecorderError::NotInitialized { member, code: unbound.code() })
    }

    /// What the drive answers, also when it has to tell something else first.
    fn ask<T>(
        &self,
        member: &'static str,
        unbound: Unbound,
        question: impl Fn(&Recorder) -> std::result::Result<T, RecorderError>,
    ) -> Result<T> {
        let recorder = self.bound(member, unbound)?;
        Ok(past_attentions(|| question(&recorder))?)
    }
}

impl fmt::Debug for DiscRecorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = self.bound.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("DiscRecorder").field("drive", &bound.as_ref()).finish_non_exhaustive()
    }
}
