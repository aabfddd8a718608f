//! Which drives and which discs take tracks of sound.

use imapi_disc_types::MediaType;
use imapi_format2::{Probe, Way, patiently};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::ModeSense10,
    feature::FeatureCode,
    mode::{Ability, PageCode},
};
use imapi_recorder::{Recorder, RecorderError};

use crate::TaoError;

/// The kinds of discs that take tracks of sound.
#[doc(alias = "IDiscFormat2::get_SupportedMediaTypes")]
pub const MEDIA: [MediaType; 2] = [MediaType::CDR, MediaType::CDRW];

/// Whether a drive writes CDs track by track, when the right disc is in it.
#[doc(alias = "IDiscFormat2::IsRecorderSupported")]
pub fn is_recorder_supported(recorder: &Recorder) -> Result<bool, TaoError> {
    match patiently(recorder, || recorder.configuration()) {
        Ok(configuration) => Ok(configuration.feature(FeatureCode::CD_TRACK_AT_ONCE).is_some()),
        Err(RecorderError::Command(error)) if error.is_refusal() => writes_cds(recorder),
        Err(error) => Err(error.into()),
    }
}

/// What a drive without features says in mode page 2Ah: all that write CDs write them track by track.
fn writes_cds(recorder: &Recorder) -> Result<bool, TaoError> {
    match patiently(recorder, || recorder.device().query(&ModeSense10::current(PageCode::CAPABILITIES))) {
        Ok(answer) => Ok(answer
            .capabilities()
            .is_some_and(|told| told.abilities.has(Ability::WriteCdR) || told.abilities.has(Ability::WriteCdRw))),
        Err(error) if error.is_refusal() || matches!(error, CommandError::Reply { .. }) => Ok(false),
        Err(error) => Err(RecorderError::from(error).into()),
    }
}

/// Whether the disc that is in a drive is of a kind that takes tracks of sound, and nothing is on it.
#[doc(alias = "IDiscFormat2::IsCurrentMediaSupported")]
pub fn is_current_media_supported(recorder: &Recorder) -> Result<bool, TaoError> {
    Ok(is_recorder_supported(recorder)? && check(&Probe::of(recorder)?).is_ok())
}

/// Whether tracks of sound can be written to this disc, and if not, why.
pub(crate) fn check(probe: &Probe) -> Result<(), TaoError> {
    if probe.way == Way::NoDisc {
        return Err(TaoError::NoMedium);
    }
    // A drive that does not tell what is on the disc does not tell either that nothing is.
    if probe.way != Way::Cd || !MEDIA.contains(&probe.medium()) || probe.disc.is_none() {
        return Err(TaoError::MediaNotSupported);
    }
    if !probe.facts.is_blank() {
        return Err(TaoError::NotBlank);
    }
    Ok(())
}
