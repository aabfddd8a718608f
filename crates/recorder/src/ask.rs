//! What a drive tells: of itself, of its disc, of tracks.

use imapi_disc_types::{MediaType, Profile};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::{
        Capacity, Configuration, DiscInformation, DiscReply, GetConfiguration, ReadCapacity, ReadDiscInformation,
        ReadTrackInformation, TrackAddress, TrackInformation,
    },
    feature::{FeatureCode, FeatureDescriptor},
};

use crate::{Recorder, RecorderError};

impl Recorder {
    /// Features and profiles, current ones and others.
    pub fn configuration(&self) -> Result<Configuration, RecorderError> {
        Ok(self.device().query_whole(&GetConfiguration::everything())?.value)
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
        let configuration = self.device().query_whole(&GetConfiguration::one(code))?.value;
        let found = configuration.feature(code).ok_or(RecorderError::NoSuchFeature(code))?;
        if current_only && !found.current {
            return Err(RecorderError::FeatureNotCurrent(code));
        }
        Ok(found.clone())
    }

    /// What the drive says of the disc.
    #[doc(alias = "IDiscRecorder2Ex::GetDiscInformation")]
    pub fn disc_information(&self) -> Result<DiscInformation, RecorderError> {
        match self.device().query(&ReadDiscInformation::standard())?.value {
            DiscReply::Standard(information) => Ok(information),
            _ => Err(RecorderError::Foreign { command: "READ DISC INFORMATION" }),
        }
    }

    /// What the drive says of a track.
    #[doc(alias = "IDiscRecorder2Ex::GetTrackInformation")]
    pub fn track_information(&self, track: TrackAddress) -> Result<TrackInformation, RecorderError> {
        Ok(self.device().query(&ReadTrackInformation::of(track))?.value)
    }

    /// How many blocks can be read, as the drive says without looking at tracks; none when nothing can.
    pub fn capacity(&self) -> Result<Option<Capacity>, RecorderError> {
        match self.device().query(&ReadCapacity) {
            Ok(answer) => Ok(Some(answer.value)),
            Err(error @ CommandError::Transport(_)) => Err(error.into()),
            Err(_) => Ok(None),
        }
    }
}
