//! Which drives and which discs can be erased.

use imapi_disc_types::{MediaType, Profile};
use imapi_format2::Probe;
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::ModeSense10,
    feature::{Feature, FeatureCode},
    mode::{Ability, PageCode},
};
use imapi_recorder::{Recorder, RecorderError};

use crate::EraseError;

/// The kinds of discs that can be erased.
#[doc(alias = "IDiscFormat2::get_SupportedMediaTypes")]
pub const ERASABLE: [MediaType; 6] = [
    MediaType::CDRW,
    MediaType::DVDDASHRW,
    MediaType::DVDPLUSRW,
    MediaType::DVDPLUSRW_DUALLAYER,
    MediaType::DVDRAM,
    MediaType::BDRE,
];

/// The kinds of discs that a drive can erase.
pub(crate) fn erasable_by(recorder: &Recorder) -> Result<Vec<MediaType>, EraseError> {
    let listed = match recorder.configuration() {
        Ok(configuration) => match configuration.feature(FeatureCode::PROFILE_LIST).map(|found| &found.feature) {
            Some(Feature::ProfileList(list)) => {
                let mut listed: Vec<Profile> = list.0.iter().map(|listed| listed.profile).collect();
                listed.push(configuration.profile);
                Some(listed)
            }
            _ => None,
        },
        Err(RecorderError::Command(error)) if error.is_refusal() => None,
        Err(error) => return Err(error.into()),
    };
    let kinds: Vec<MediaType> = match listed {
        Some(profiles) => profiles.into_iter().map(MediaType::from).collect(),
        None => by_page(recorder)?,
    };
    Ok(ERASABLE.into_iter().filter(|medium| kinds.contains(medium)).collect())
}

/// What a drive without features says in mode page 2Ah.
fn by_page(recorder: &Recorder) -> Result<Vec<MediaType>, EraseError> {
    let answer = match recorder.device().query(&ModeSense10::current(PageCode::CAPABILITIES)) {
        Ok(answer) => answer,
        Err(error) if error.is_refusal() => return Ok(Vec::new()),
        Err(error @ CommandError::Reply { .. }) => {
            return Err(EraseError::ShortCapabilities { cause: Some(error) });
        }
        Err(error) => return Err(RecorderError::from(error).into()),
    };
    let abilities = answer.capabilities().ok_or(EraseError::ShortCapabilities { cause: None })?.abilities;
    let has = |ability, medium| abilities.has(ability).then_some(medium);
    // The page knows nothing of DVD-RW: who writes DVD-R may.
    let kinds = [
        has(Ability::WriteCdRw, MediaType::CDRW),
        has(Ability::WriteDvdR, MediaType::DVDDASHRW),
        has(Ability::WriteDvdRam, MediaType::DVDRAM),
    ];
    Ok(kinds.into_iter().flatten().collect())
}

/// Whether a drive writes any kind of disc that can be erased.
#[doc(alias = "IDiscFormat2::IsRecorderSupported")]
pub fn is_recorder_supported(recorder: &Recorder) -> Result<bool, EraseError> {
    Ok(!erasable_by(recorder)?.is_empty())
}

/// Whether the disc that is in a drive is of a kind that can be erased.
#[doc(alias = "IDiscFormat2::IsCurrentMediaSupported")]
pub fn is_current_media_supported(recorder: &Recorder) -> Result<bool, EraseError> {
    if !is_recorder_supported(recorder)? {
        return Ok(false);
    }
    let probe = Probe::of(recorder)?;
    Ok(ERASABLE.contains(&probe.medium()) && crate::plan(&probe, 0, &crate::EraseOptions::default()).is_ok())
}
