//! What an image will be, and the disc that it becomes.

use std::sync::Arc;

use imapi_cd_image::{CdDisc, CdTrack, IMAGE_START, Rw, STANDARD_PAUSE, SectorForm, Slice, SubCode};
use imapi_cd_sector::{
    SectorKind,
    cdtext::CdText,
    layout::{DiscLayout, FIRST_PAUSE},
    subchannel::{Control, DiscType, Isrc, Mcn, Track},
};
use imapi_disc_types::{BlockSource, Concatenate, Lba};

use super::{CopySetting, RawImageError, SectorType};

/// Where a lead-out can begin so that it ends at 89:59:74.
const LATEST_LEAD_OUT: Lba = Lba(398_100);
/// The highest limit that can be set.
pub(super) const HIGHEST_LIMIT: Lba = Lba(398_099);
/// Four seconds.
pub(super) const SHORTEST_TRACK: u16 = 300;
/// Two seconds.
const SHORTEST_SPECIAL_PAUSE: u64 = 150;
/// Sectors from one index to the next, at least.
pub(super) const INDEX_DISTANCE: u32 = 10;

/// All that was said of the image.
#[derive(Clone)]
pub(super) struct State {
    pub tracks: Vec<Added>,
    special_pause: Option<Arc<dyn BlockSource>>,
    pub first_number: Track,
    pub limit: Option<Lba>,
    pub gapless: bool,
    pub mcn: Option<Mcn>,
    pub sub_code: SubCode,
    pub rw: Vec<Arc<dyn BlockSource>>,
    pub text: CdText,
    /// The image was made.
    pub finished: bool,
}

/// A track that was added.
#[derive(Clone)]
pub(super) struct Added {
    pub sector_type: SectorType,
    pub source: Arc<dyn BlockSource>,
    pub isrc: Option<Isrc>,
    pub copy: CopySetting,
    pub pre_emphasis: bool,
    /// Where index 2 and the others begin, in their order.
    pub indexes: Vec<u32>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            tracks: Vec::new(),
            special_pause: None,
            first_number: Track::FIRST,
            limit: None,
            gapless: false,
            mcn: None,
            sub_code: SubCode::Cooked,
            rw: Vec::new(),
            text: CdText::default(),
            finished: false,
        }
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("tracks", &self.tracks.len())
            .field("finished", &self.finished)
            .finish_non_exhaustive()
    }
}

impl SectorType {
    /// How sectors are made of a track's blocks.
    #[must_use]
    pub const fn form(self) -> SectorForm {
        match self {
            Self::Audio => SectorForm::Audio,
            Self::Mode0 => SectorForm::Mode0,
            Self::Mode1 => SectorForm::Mode1,
            Self::Mode2Form0 => SectorForm::Mode2,
            Self::Mode2Form1 => SectorForm::Mode2Form1,
            Self::Mode2Form2 => SectorForm::Mode2Form2Whole,
            Self::Mode1Raw => SectorForm::Scrambled(SectorKind::Mode1),
            Self::Mode2Form0Raw => SectorForm::Scrambled(SectorKind::Mode2),
            Self::Mode2Form1Raw => SectorForm::Scrambled(SectorKind::Mode2Form1),
            Self::Mode2Form2Raw => SectorForm::Scrambled(SectorKind::Mode2Form2),
        }
    }

    /// Whether tracks of both types can be on one disc: those of one mode.
    fn goes_with(self, other: Self) -> bool {
        self.form().kind().mode() == other.form().kind().mode()
    }
}

impl State {
    pub fn check_open(&self) -> Result<(), RawImageError> {
        if self.finished { Err(RawImageError::ReadOnly) } else { Ok(()) }
    }

    pub fn add(&mut self, sector_type: SectorType, source: Arc<dyn BlockSource>) -> Result<u32, RawImageError> {
        let count = u8::try_from(self.tracks.len()).unwrap_or(u8::MAX);
        let number = self.first_number.get().checked_add(count).and_then(Track::new);
        number.ok_or(RawImageError::TooManyTracks)?;
        let fits = match self.tracks.first() {
            Some(first) => first.sector_type.goes_with(sector_type),
            // Only songs have other first numbers, and only a song has something hidden before it.
            None => {
                sector_type == SectorType::Audio || self.first_number == Track::FIRST && self.special_pause.is_none()
            }
        };
        if !fits {
            return Err(RawImageError::SectorTypeNotSupported { sector_type });
        }
        let (found, expected) = (source.block_size(), sector_type.form().block_size());
        if found != expected {
            return Err(RawImageError::BlockSize { found, expected });
        }
        check_length(source.blocks(), SHORTEST_TRACK.into())?;
        self.try_with(|state| {
            state.tracks.push(Added {
                sector_type,
                source,
                isrc: None,
                copy: CopySetting::Prohibited,
                pre_emphasis: false,
                indexes: Vec::new(),
            });
        })?;
        Ok(u32::from(count) + 1)
    }

    pub fn set_special_pause(&mut self, source: Arc<dyn BlockSource>) -> Result<(), RawImageError> {
        if !self.tracks.is_empty() {
            return Err(RawImageError::TracksAlreadyAdded);
        }
        let (found, expected) = (source.block_size(), SectorForm::Audio.block_size());
        if found != expected {
            return Err(RawImageError::BlockSize { found, expected });
        }
        check_length(source.blocks(), SHORTEST_SPECIAL_PAUSE)?;
        let with_a_track = source.blocks().saturating_add(SHORTEST_TRACK.into());
        let needed = i64::try_from(with_a_track).ok().and_then(|blocks| FIRST_PAUSE.checked_add(blocks));
        self.check_limit(needed.unwrap_or(Lba(i32::MAX)))?;
        self.special_pause = Some(source);
        Ok(())
    }

    /// Changes something, unless the tracks would then go beyond the limit.
    pub fn try_with(&mut self, change: impl FnOnce(&mut Self)) -> Result<(), RawImageError> {
        let mut changed = self.clone();
        change(&mut changed);
        if !changed.tracks.is_empty() {
            changed.check_limit(changed.layout()?.lead_out())?;
        }
        *self = changed;
        Ok(())
    }

    fn check_limit(&self, lead_out: Lba) -> Result<(), RawImageError> {
        let limit = self.limit.unwrap_or(LATEST_LEAD_OUT);
        if lead_out > limit { Err(RawImageError::InsufficientSpace { lead_out, limit }) } else { Ok(()) }
    }

    pub fn layout(&self) -> Result<DiscLayout, RawImageError> {
        Ok(self.disc()?.layout()?)
    }

    /// The disc that these tracks are.
    pub fn disc(&self) -> Result<CdDisc, RawImageError> {
        let mut tracks: Vec<CdTrack> = Vec::with_capacity(self.tracks.len());
        for (place, added) in self.tracks.iter().enumerate() {
            let mut track = added.track();
            match (&self.special_pause, place.checked_sub(1).map(|before| &self.tracks[before])) {
                (Some(special), None) => {
                    track.made_pause = 0;
                    track.stored_pause = length(&**special)?;
                    track.source = joined(special, &added.source)?;
                }
                (_, Some(before)) if self.gapless && added.sector_type == SectorType::Audio => {
                    let all = length(&*before.source)?;
                    let kept = before.indexes.last().map_or(0, |last| last + INDEX_DISTANCE);
                    // What of the track before is its own anyhow, with its pause, stays before ours.
                    let pause = STANDARD_PAUSE.min(all.saturating_sub(kept));
                    let tail: Arc<dyn BlockSource> =
                        Arc::new(Slice::new(Arc::clone(&before.source), u64::from(all - pause), pause.into()));
                    if let Some(before) = tracks.last_mut() {
                        let own = before.source.blocks() - u64::from(pause);
                        before.source = Arc::new(Slice::new(Arc::clone(&before.source), 0, own));
                    }
                    track.made_pause = 0;
                    track.stored_pause = pause;
                    track.source = joined(&tail, &added.source)?;
                }
                _ => {}
            }
            tracks.push(track);
        }
        if tracks.is_empty() {
            return Err(RawImageError::NoTracks);
        }
        let mut disc = CdDisc::new(tracks);
        disc.first_number = self.first_number;
        disc.mcn = self.mcn;
        disc.text = self.text.clone();
        let is_xa = |added: &Added| added.sector_type.form().kind().has_subheader();
        if self.tracks.iter().any(is_xa) {
            disc.disc_type = DiscType::XA;
        }
        disc.rw = self.rw.iter().map(|source| Rw { source: Arc::clone(source), first: IMAGE_START }).collect();
        Ok(disc)
    }
}

impl Added {
    fn track(&self) -> CdTrack {
        let mut track = CdTrack::new(self.sector_type.form(), Arc::clone(&self.source));
        if self.sector_type == SectorType::Audio {
            if self.pre_emphasis {
                track.control = track.control | Control::PRE_EMPHASIS;
            }
            if self.copy == CopySetting::Permitted {
                track.control = track.control | Control::COPY_PERMITTED;
            }
            track.alternate_copy = self.copy == CopySetting::Scms;
            track.isrc = self.isrc;
        }
        track.indexes.clone_from(&self.indexes);
        track
    }
}

fn check_length(blocks: u64, least: u64) -> Result<(), RawImageError> {
    if blocks < least { Err(RawImageError::TooShort { blocks, least }) } else { Ok(()) }
}

fn length(source: &dyn BlockSource) -> Result<u32, RawImageError> {
    let blocks = source.blocks();
    u32::try_from(blocks)
        .map_err(|_| RawImageError::InsufficientSpace { lead_out: Lba(i32::MAX), limit: LATEST_LEAD_OUT })
}

fn joined(first: &Arc<dyn BlockSource>, second: &Arc<dyn BlockSource>) -> Result<Arc<dyn BlockSource>, RawImageError> {
    let (expected, found) = (first.block_size(), second.block_size());
    match Concatenate::new([Arc::clone(first), Arc::clone(second)]) {
        Ok(both) => Ok(Arc::new(both)),
        Err(_) => Err(RawImageError::BlockSize { found, expected }),
    }
}
