//! Lists of features and profiles.

use imapi_disc_types::Profile;
use imapi_mmc_transport::feature::{Feature, FeatureCode, ListedProfile};

use crate::{Recorder, RecorderError};

impl Recorder {
    /// The features that the drive has; with `current_only` those that it has with the disc that is in it.
    #[doc(alias(
        "IDiscRecorder2::get_SupportedFeaturePages",
        "IDiscRecorder2::get_CurrentFeaturePages",
        "IDiscRecorder2Ex::GetSupportedFeaturePages"
    ))]
    pub fn supported_features(&self, current_only: bool) -> Result<Vec<FeatureCode>, RecorderError> {
        let features = self.configuration()?.features;
        let wanted = features.iter().filter(|descriptor| descriptor.current || !current_only);
        Ok(wanted.map(|descriptor| descriptor.feature.code()).collect())
    }

    /// The profiles that the drive knows, in its order; with `current_only` those that the disc in it makes current.
    #[doc(alias(
        "IDiscRecorder2::get_SupportedProfiles",
        "IDiscRecorder2::get_CurrentProfiles",
        "IDiscRecorder2Ex::GetSupportedProfiles"
    ))]
    pub fn supported_profiles(&self, current_only: bool) -> Result<Vec<Profile>, RecorderError> {
        let listed = self.listed_profiles()?;
        let wanted = listed.iter().filter(|profile| profile.current || !current_only);
        Ok(wanted.map(|listed| listed.profile).collect())
    }

    /// The profiles that the drive knows, and which of them are current.
    pub fn listed_profiles(&self) -> Result<Vec<ListedProfile>, RecorderError> {
        let configuration = self.configuration()?;
        let mut listed = match configuration.feature(FeatureCode::PROFILE_LIST).map(|descriptor| &descriptor.feature) {
            Some(Feature::ProfileList(list)) => list.0.clone(),
            _ => Vec::new(),
        };
        // There are drives that mark none, and say only at the beginning of their answer which it is.
        let now = configuration.profile;
        if now != Profile::INVALID && !listed.iter().any(|profile| profile.current) {
            match listed.iter_mut().find(|listed| listed.profile == now) {
                Some(unmarked) => unmarked.current = true,
                None => listed.push(ListedProfile { profile: now, current: true }),
            }
        }
        Ok(listed)
    }
}
