//! [`RawCdImageTrackInfo`]: one of the tracks.

use std::sync::{Arc, Mutex};

use imapi_disc_types::Lba;
use imapi_errors::{HResult, v2};

use super::{Added, RawImageError, SectorType, State, codes, lock, state::INDEX_DISTANCE};

/// Whether a track may be copied. Computers seldom care.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "IMAPI_CD_TRACK_DIGITAL_COPY_SETTING")]
#[repr(u32)]
pub enum CopySetting {
    /// It may.
    #[doc(alias = "IMAPI_CD_TRACK_DIGITAL_COPY_PERMITTED")]
    Permitted = 0,
    /// It may not.
    #[default]
    #[doc(alias = "IMAPI_CD_TRACK_DIGITAL_COPY_PROHIBITED")]
    Prohibited = 1,
    /// It is a copy, and may not be copied again.
    #[doc(alias = "IMAPI_CD_TRACK_DIGITAL_COPY_SCMS")]
    Scms = 2,
}

/// A track of an image. What is changed here is changed in the image.
#[derive(Debug, Clone)]
#[doc(alias = "IRawCDImageTrackInfo")]
pub struct RawCdImageTrackInfo {
    state: Arc<Mutex<State>>,
    place: usize,
}

/// Indexes of a track, index 1 among them.
const MAX_INDEXES: usize = 99;

impl RawCdImageTrackInfo {
    pub(super) const fn new(state: Arc<Mutex<State>>, place: usize) -> Self {
        Self { state, place }
    }

    /// Its first sector, behind the pause.
    #[doc(alias = "IRawCDImageTrackInfo::get_StartingLba")]
    pub fn starting_lba(&self) -> Result<Lba, RawImageError> {
        Ok(lock(&self.state).layout()?.tracks()[self.place].begin)
    }

    /// Its sectors, those among them that stand in the pause before the next track.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_SectorCount")]
    pub fn sector_count(&self) -> u32 {
        self.look(|track| u32::try_from(track.source.blocks()).unwrap_or(u32::MAX))
    }

    /// Its number on the disc.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_TrackNumber")]
    pub fn track_number(&self) -> u8 {
        let first = lock(&self.state).first_number.get();
        u8::try_from(self.place).map_or(u8::MAX, |place| first.saturating_add(place))
    }

    /// What its sectors are.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_SectorType")]
    pub fn sector_type(&self) -> SectorType {
        self.look(|track| track.sector_type)
    }

    /// The code of the recording, with its hyphens.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_ISRC")]
    pub fn isrc(&self) -> Option<String> {
        self.look(|track| track.isrc.map(codes::hyphenated))
    }

    /// Says the code of the recording, with hyphens or without; an empty one takes it away.
    #[doc(alias = "IRawCDImageTrackInfo::put_ISRC")]
    pub fn set_isrc(&self, code: &str) -> Result<(), RawImageError> {
        let code = codes::recording_code(code)?;
        self.change_song(|track| track.isrc = code)
    }

    /// Whether it may be copied.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_DigitalAudioCopySetting")]
    pub fn digital_audio_copy_setting(&self) -> CopySetting {
        self.look(|track| track.copy)
    }

    /// Says whether it may be copied.
    #[doc(alias = "IRawCDImageTrackInfo::put_DigitalAudioCopySetting")]
    pub fn set_digital_audio_copy_setting(&self, copy: CopySetting) -> Result<(), RawImageError> {
        self.change_song(|track| track.copy = copy)
    }

    /// Whether the sound has emphasis.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_AudioHasPreemphasis")]
    pub fn audio_has_preemphasis(&self) -> bool {
        self.look(|track| track.pre_emphasis)
    }

    /// Says whether the sound has emphasis.
    #[doc(alias = "IRawCDImageTrackInfo::put_AudioHasPreemphasis")]
    pub fn set_audio_has_preemphasis(&self, pre_emphasis: bool) -> Result<(), RawImageError> {
        self.change_song(|track| track.pre_emphasis = pre_emphasis)
    }

    /// Where its indexes begin, in sectors from its beginning; the first is 0.
    #[must_use]
    #[doc(alias = "IRawCDImageTrackInfo::get_TrackIndexes")]
    pub fn track_indexes(&self) -> Vec<u32> {
        self.look(|track| [0].into_iter().chain(track.indexes.iter().copied()).collect())
    }

    /// Adds an index so many sectors from the beginning, and says by a code of success when it is there already.
    #[doc(alias = "IRawCDImageTrackInfo::AddTrackIndex")]
    pub fn add_track_index(&self, offset: u32) -> Result<Option<HResult>, RawImageError> {
        self.change(|track| {
            let sectors = u32::try_from(track.source.blocks()).unwrap_or(u32::MAX);
            if offset == 0 || track.indexes.contains(&offset) {
                return Ok(Some(v2::S_IMAPI_RAW_IMAGE_TRACK_INDEX_ALREADY_EXISTS));
            }
            if offset >= sectors {
                return Err(RawImageError::IndexOutside { offset, sectors });
            }
            if track.indexes.len() + 1 >= MAX_INDEXES {
                return Err(RawImageError::TooManyIndexes);
            }
            let neighbours = [0, sectors].into_iter().chain(track.indexes.iter().copied());
            if neighbours.into_iter().any(|other| other.abs_diff(offset) < INDEX_DISTANCE) {
                return Err(RawImageError::IndexTooClose { offset });
            }
            let at = track.indexes.partition_point(|&other| other < offset);
            track.indexes.insert(at, offset);
            Ok(None)
        })
    }

    /// Takes an index away.
    #[doc(alias = "IRawCDImageTrackInfo::ClearTrackIndex")]
    pub fn clear_track_index(&self, offset: u32) -> Result<(), RawImageError> {
        self.change(|track| {
            if offset == 0 {
                return Err(RawImageError::FirstIndex);
            }
            let at = track.indexes.iter().position(|&other| other == offset);
            track.indexes.remove(at.ok_or(RawImageError::IndexNotFound { offset })?);
            Ok(())
        })
    }

    fn look<T>(&self, look: impl FnOnce(&Added) -> T) -> T {
        look(&lock(&self.state).tracks[self.place])
    }

    fn change<T>(&self, change: impl FnOnce(&mut Added) -> Result<T, RawImageError>) -> Result<T, RawImageError> {
        let mut state = lock(&self.state);
        state.check_open()?;
        change(&mut state.tracks[self.place])
    }

    /// What only songs have.
    fn change_song(&self, change: impl FnOnce(&mut Added)) -> Result<(), RawImageError> {
        self.change(|track| {
            if track.sector_type != SectorType::Audio {
                return Err(RawImageError::NotAudio);
            }
            change(track);
            Ok(())
        })
    }
}
