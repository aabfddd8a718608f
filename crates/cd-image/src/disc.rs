//! [`CdDisc`]: what a disc is to be.

use std::{fmt, sync::Arc};

use imapi_cd_sector::{
    cdtext::CdText,
    layout::{DiscLayout, FIRST_PAUSE, TrackLayout},
    subchannel::{Control, DiscType, Isrc, Mcn, Track},
};
use imapi_disc_types::{BlockSource, Lba};

use crate::{DiscError, SectorForm};

/// Sectors of the pause that stands before most tracks: two seconds.
pub const STANDARD_PAUSE: u32 = 150;

/// What a disc is to be: one session of tracks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct CdDisc {
    /// Its tracks in their order.
    pub tracks: Vec<CdTrack>,
    /// The number of the first; the others follow.
    pub first_number: Track,
    /// The number of the disc.
    pub mcn: Option<Mcn>,
    /// What kind of disc it is.
    pub disc_type: DiscType,
    /// Titles and names.
    pub text: CdText,
    /// What stands in R to W beside the sectors; several are added to each other.
    pub rw: Vec<Rw>,
}

/// A track that is to be.
///
/// Its first sectors may belong to the pause before it: some of them come from the source, and before these there may be
/// empty ones that are made.
#[derive(Clone)]
#[non_exhaustive]
pub struct CdTrack {
    /// What the blocks of the source are.
    pub form: SectorForm,
    /// The data, pause included as far as it has one.
    pub source: Arc<dyn BlockSource>,
    /// Empty sectors of the pause, before all that comes from the source. The pause of the first track has 150 sectors at
    /// least, whichever way.
    pub made_pause: u32,
    /// Blocks of the source that belong to the pause.
    pub stored_pause: u32,
    /// Empty sectors behind what comes from the source, which belong to the track.
    pub postgap: u32,
    /// Where further indexes are, from index 2 on, in sectors from index 1.
    pub indexes: Vec<u32>,
    /// Emphasis, the right to copy, and four channels. Whether it is data follows from the form.
    pub control: Control,
    /// It is a copy already and may not be copied again.
    pub alternate_copy: bool,
    /// The code of the recording.
    pub isrc: Option<Isrc>,
}

/// What stands in R to W beside the sectors of a disc: blocks of 96 bytes, six bits in each. They go into images as they are;
/// packs that are to be read from a raw image by players are [spread](crate::SpreadPacks) before.
#[derive(Clone)]
pub struct Rw {
    /// The blocks.
    pub source: Arc<dyn BlockSource>,
    /// The address of the sector beside which the first stands. Beside others there is nothing of it.
    pub first: Lba,
}

impl CdDisc {
    /// These tracks from number 1 on.
    #[must_use]
    pub fn new(tracks: Vec<CdTrack>) -> Self {
        Self {
            tracks,
            first_number: Track::FIRST,
            mcn: None,
            disc_type: DiscType::default(),
            text: CdText::default(),
            rw: Vec::new(),
        }
    }

    /// Where everything is.
    pub fn layout(&self) -> Result<DiscLayout, DiscError> {
        let mut at = FIRST_PAUSE;
        let mut tracks = Vec::with_capacity(self.tracks.len());
        for (place, track) in self.tracks.iter().enumerate() {
            let number = u8::try_from(place).ok().and_then(|place| self.first_number.get().checked_add(place));
            let number = number.and_then(Track::new).ok_or(DiscError::TooManyTracks { first: self.first_number })?;
            let (found, wanted) = (track.source.block_size(), track.form.block_size());
            if found != wanted {
                return Err(DiscError::BlockSize { track: number, found, wanted });
            }
            let too_long = || DiscError::TrackTooLong { track: number };
            let forward = |from: Lba, by: u64| i64::try_from(by).ok().and_then(|by| from.checked_add(by));
            let stored = track.source.blocks();
            let after = stored.checked_sub(track.stored_pause.into()).filter(|&after| after > 0);
            let after = after.ok_or(DiscError::EmptyTrack { track: number })?;
            let pause = u64::from(track.made_pause) + u64::from(track.stored_pause);
            if place == 0 && pause < STANDARD_PAUSE.into() {
                return Err(DiscError::ShortFirstPause { sectors: pause });
            }
            let begin = forward(at, pause).ok_or_else(too_long)?;
            let end = forward(begin, after).and_then(|end| forward(end, track.postgap.into())).ok_or_else(too_long)?;
            let mut layout = TrackLayout::new(number, track.control_bits(), at, begin);
            layout.alternate_copy = track.alternate_copy;
            layout.isrc = track.isrc;
            let indexes = track.indexes.iter().map(|&index| forward(begin, index.into()).ok_or_else(too_long));
            layout.indexes = indexes.collect::<Result<_, _>>()?;
            tracks.push(layout);
            at = end;
        }
        Ok(DiscLayout::new(tracks, at)?.with_mcn(self.mcn).with_disc_type(self.disc_type))
    }
}

impl CdTrack {
    /// A track of all that the source has, behind a pause of two seconds.
    #[must_use]
    pub fn new(form: SectorForm, source: Arc<dyn BlockSource>) -> Self {
        Self {
            form,
            source,
            made_pause: STANDARD_PAUSE,
            stored_pause: 0,
            postgap: 0,
            indexes: Vec::new(),
            control: Control::AUDIO,
            alternate_copy: false,
            isrc: None,
        }
    }

    /// What Q says of it.
    fn control_bits(&self) -> Control {
        if self.form.is_data() {
            // The lowest bit of data means something else than emphasis.
            return Control::from_bits(self.control.bits() & Control::COPY_PERMITTED.bits()) | Control::DATA;
        }
        Control::from_bits(self.control.bits() & !Control::DATA.bits())
    }
}

impl fmt::Debug for CdTrack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CdTrack")
            .field("form", &self.form)
            .field("blocks", &self.source.blocks())
            .field("made_pause", &self.made_pause)
            .field("stored_pause", &self.stored_pause)
            .field("postgap", &self.postgap)
            .field("indexes", &self.indexes)
            .field("control", &self.control)
            .field("alternate_copy", &self.alternate_copy)
            .field("isrc", &self.isrc)
            .finish()
    }
}

impl fmt::Debug for Rw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rw").field("first", &self.first).field("blocks", &self.source.blocks()).finish()
    }
}
