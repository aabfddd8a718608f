//! What a drive tells: of itself, of its disc, of tracks. Each of these sends one command; what has to be told first is an
//! error here, and [`past_attentions`] is for those whom it does not concern.

use imapi_disc_types::{MediaType, Profile};
use imapi_mmc_transport::{
    CommandError, SenseKey, TransportExt as _,
    commands::{
        Capacity, Configuration, DiscInformation, DiscReply, GetConfiguration, ReadCapacity, ReadDiscInformation,
        ReadTrackInformation, TrackAddress, TrackInformation,
    },
    feature::{FeatureCode, FeatureDescriptor},
};

use crate::{Recorder, RecorderError};

/// A drive that was reset, that has another disc and other modes tells three attentions.
const ATTENTIONS: usize = 4;

/// Asks again when the drive first had to tell that it was reset, or that it has another disc: it tells each of these once,
/// and does not carry out the command then.
///
/// Whoever writes must not: a disc that was changed is another one.
pub fn past_attentions<T>(mut ask: impl FnMut() -> Result<T, RecorderError>) -> Result<T, RecorderError> {
    let is_attention = |error: &RecorderError| match error {
        RecorderError::Command(error) => {
            error.sense().is_some_and(|sense| sense.key == SenseKey::UnitAttention && !sense.deferred)
        }
        _ => false,
    };
    for _ in 1..ATTENTIONS {
        match ask() {
            Err(error) if is_attention(&error) => {}
            answer => return answer,
        }
    }
    ask()
}

impl Recorder {
    /// Features and profiles, current ones and others.
    pub fn configuration(&self) -> Result<Configuration, RecorderError> {
        Ok(self.access()?.query_whole(&GetConfiguration::everything())?.value)
    }

    /// The profile of the disc that is in the drive; 0 of a drive without one.
    pub fn profile(&self) -> Result<Profile, RecorderError> {
        Ok(self.configuration()?.profile)
    }

    /// The kind of disc that is in the drive.
    pub fn medium(&self) -> Result<MediaType, RecorderError> {
        Ok(self.profile()?.into())
    }

    /// What a feature says, when it is there and, where that is asked for, current.
    #[doc(alias = "IDiscRecorder2Ex::GetFeaturePage")]
    pub fn feature(&self, code: FeatureCode, current_only: bool) -> Result<FeatureDescriptor, RecorderError> {
        let configuration = self.access()?.query_whole(&GetConfiguration::one(code))?.value;
        let found = configuration.feature(code).ok_or(RecorderError::NoSuchFeature(code))?;
        if current_only && !found.current {
            return Err(RecorderError::FeatureNotCurrent(code));
        }
        Ok(found.clone())
    }

    /// What the drive says of the disc.
    #[doc(alias = "IDiscRecorder2Ex::GetDiscInformation")]
    pub fn disc_information(&self) -> Result<DiscInformation, RecorderError> {
        match self.access()?.query(&ReadDiscInformation::standard())?.value {
            DiscReply::Standard(information) => Ok(information),
            _ => Err(RecorderError::Foreign { command: "READ DISC INFORMATION" }),
        }
    }

    /// What the drive says of a track.
    #[doc(alias = "IDiscRecorder2Ex::GetTrackInformation")]
    pub fn track_information(&self, track: TrackAddress) -> Result<TrackInformation, RecorderError> {
        Ok(self.access()?.query(&ReadTrackInformation::of(track))?.value)
    }

    /// How many blocks can be read, as the drive says without looking at tracks; none when nothing can.
    pub fn capacity(&self) -> Result<Option<Capacity>, RecorderError> {
        match self.access()?.query(&ReadCapacity) {
            Ok(answer) => Ok(Some(answer.value)),
            Err(error @ CommandError::Transport(_)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}
