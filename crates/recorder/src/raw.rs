//! Answers as they came, for programs that read them byte by byte.

use imapi_mmc_transport::{
    Announced, Command, CommandError, Query, TransportExt as _,
    commands::{GetConfiguration, ReadDiscInformation, ReadTrackInformation, TrackAddress},
    feature::{FeatureCode, FeatureHeader},
};

use crate::{Recorder, RecorderError};

/// Bytes before the features in an answer to GET CONFIGURATION, and before the data in a feature.
const CONFIGURATION_HEADER: usize = 8;
const FEATURE_HEADER: usize = 4;

impl Recorder {
    /// READ DISC INFORMATION as the drive answers it.
    #[doc(alias = "IDiscRecorder2Ex::GetDiscInformation")]
    pub fn raw_disc_information(&self) -> Result<Vec<u8>, RecorderError> {
        let mut query = ReadDiscInformation::standard();
        let mut answer = self.bytes(&query)?;
        // A disc may tell of more calibrations than there was room for.
        let announced =
            answer.first_chunk().map_or(0, |&[high, low]| u16::from_be_bytes([high, low]).saturating_add(2));
        if announced > query.allocation {
            query.allocation = announced;
            answer = self.bytes(&query)?;
        }
        checked(&query, answer)
    }

    /// READ TRACK INFORMATION as the drive answers it.
    #[doc(alias = "IDiscRecorder2Ex::GetTrackInformation")]
    pub fn raw_track_information(&self, track: TrackAddress) -> Result<Vec<u8>, RecorderError> {
        let query = ReadTrackInformation::of(track);
        let answer = self.bytes(&query)?;
        checked(&query, answer)
    }

    /// What a feature says, as bytes from its number on: without what GET CONFIGURATION has before it.
    #[doc(alias = "IDiscRecorder2Ex::GetFeaturePage")]
    pub fn raw_feature(&self, code: FeatureCode, current_only: bool) -> Result<Vec<u8>, RecorderError> {
        let answer = self.whole_bytes(&GetConfiguration::one(code))?;
        let mut rest = answer.get(CONFIGURATION_HEADER..).unwrap_or_default();
        while let Ok(header) = FeatureHeader::decode(rest) {
            let length = FEATURE_HEADER + usize::from(rest[FEATURE_HEADER - 1]);
            let Some((feature, behind)) = rest.split_at_checked(length) else { break };
            if header.code == code {
                let wanted = header.current || !current_only;
                return if wanted { Ok(feature.to_vec()) } else { Err(RecorderError::FeatureNotCurrent(code)) };
            }
            rest = behind;
        }
        Err(RecorderError::NoSuchFeature(code))
    }

    /// What came of a question, as bytes.
    pub(crate) fn bytes<Q: Query>(&self, query: &Q) -> Result<Vec<u8>, RecorderError> {
        let mut answer = vec![0; query.allocation()];
        let done = self.access()?.read_into(query, &mut answer)?;
        answer.truncate(done.transferred);
        Ok(answer)
    }

    /// The same for an answer that announces its length: all of it, cut to what one command carries.
    pub(crate) fn whole_bytes<Q: Announced>(&self, query: &Q) -> Result<Vec<u8>, RecorderError> {
        let header = self.bytes(&query.with_allocation(Q::HEADER))?;
        let announced = Q::announced(&header).map_err(|cause| CommandError::Reply { command: Q::NAME, cause })?;
        // Some drives count what they were asked for instead of what they have.
        let wanted = if announced <= Q::HEADER { query.allocation() } else { announced };
        let carried = usize::try_from(self.limits().transfer.get()).unwrap_or(usize::MAX);
        self.bytes(&query.with_allocation(wanted.min(carried & !1)))
    }
}

/// The answer, when it makes sense.
fn checked<Q: Query>(query: &Q, answer: Vec<u8>) -> Result<Vec<u8>, RecorderError> {
    match query.decode_reply(&answer, &mut imapi_mmc_transport::Notes::new()) {
        Ok(_) => Ok(answer),
        Err(cause) => Err(CommandError::Reply { command: <Q as Command>::NAME, cause }.into()),
    }
}
