//! [`at_once`]: a disc of a sheet, or of files, as a session that a drive writes at once.

use std::{borrow::Cow, num::NonZeroU32, sync::Arc};

use imapi_cd_image::{CdDisc, CdTrack, SectorForm};
use imapi_cd_sector::{
    SectorKind,
    cdtext::BuildError,
    subchannel::{Control, Track as Number},
};
use imapi_disc_types::{Block, BlockSource, Request, SECTOR_SIZE, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_format2::{
    at_once::{Content, Session, Track},
    audio::{AudioOptions, Copying},
};

use super::SECTOR;

/// A disc that a drive writes only when it is told every sector, or not at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotAtOnce {
    /// Its first track has another number.
    #[error("the first track has the number {first}")]
    FirstNumber {
        /// Which.
        first: u8,
    },
    /// There is something in R to W beside its sectors.
    #[error("there is something in the sub-channels R to W")]
    SubChannels,
    /// A track has sectors of a kind that is not written so.
    #[error("track {track} has sectors of another kind than sound and mode 1")]
    Form {
        /// The track.
        track: u8,
    },
    /// A track has four channels.
    #[error("track {track} has four channels")]
    FourChannels {
        /// The track.
        track: u8,
    },
    /// Its texts cannot be on a disc.
    #[error(transparent)]
    Text(#[from] BuildError),
}

impl Coded for NotAtOnce {
    fn code(&self) -> HResult {
        match self {
            Self::FirstNumber { .. } | Self::SubChannels | Self::Form { .. } | Self::FourChannels { .. } => {
                v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED
            }
            Self::Text(_) => common::E_INVALIDARG,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        if let Self::Form { track } | Self::FourChannels { track } = self {
            put(Fact::Track, Value::U32((*track).into()));
        }
        put(Fact::Reason, Value::Text(self));
    }
}

/// The session that a drive writes at once so that the disc becomes as it is meant: with its pauses, what stands in them,
/// indexes, numbers and texts.
///
/// ```
/// use std::sync::Arc;
///
/// use imapi::audio::at_once;
/// use imapi_cd_image::{CdDisc, CdTrack, SectorForm};
/// use imapi_disc_types::{Lba, Zero};
///
/// let silence = Arc::new(Zero::new(SectorForm::Audio.block_size(), 1000));
/// let mut track = CdTrack::new(SectorForm::Audio, silence);
/// // A hidden song of four seconds before the first.
/// track.stored_pause = 300;
/// let disc = CdDisc::new(vec![track]);
/// assert_eq!(at_once(&disc)?.place(Lba(0))?.tracks[0].begin, Lba(300));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn at_once(disc: &CdDisc) -> Result<Session<'_>, NotAtOnce> {
    if disc.first_number != Number::FIRST {
        return Err(NotAtOnce::FirstNumber { first: disc.first_number.get() });
    }
    if !disc.rw.is_empty() {
        return Err(NotAtOnce::SubChannels);
    }
    let tracks = (1..).zip(&disc.tracks).map(|(number, track)| {
        let content = match track.form {
            SectorForm::Audio | SectorForm::Whole(SectorKind::Audio) => Content::Audio(audio_options(track)),
            SectorForm::Mode1 => Content::Mode1,
            _ => return Err(NotAtOnce::Form { track: number }),
        };
        if track.control.bits() & Control::FOUR_CHANNELS.bits() != 0 && !track.form.is_data() {
            return Err(NotAtOnce::FourChannels { track: number });
        }
        Ok(Track {
            pause: track.made_pause,
            begins_at: track.stored_pause,
            indexes: track.indexes.iter().map(|index| index.saturating_add(track.stored_pause)).collect(),
            behind: track.postgap,
            ..Track::new(content, &*track.source)
        })
    });
    let tracks = tracks.collect::<Result<_, _>>()?;
    let is_empty = disc.text.blocks.iter().all(|block| block.texts().next().is_none() && block.genre.is_none());
    let text = if is_empty { Vec::new() } else { disc.text.packs()? };
    Ok(Session { catalogue: disc.mcn, text, tracks })
}

/// What is said of a track of sound.
#[must_use]
pub fn audio_options(track: &CdTrack) -> AudioOptions {
    let has = |bit: Control| track.control.bits() & bit.bits() != 0;
    AudioOptions {
        isrc: track.isrc,
        pre_emphasis: has(Control::PRE_EMPHASIS),
        copying: match (track.alternate_copy, has(Control::COPY_PERMITTED)) {
            (true, _) => Copying::Exhausted,
            (false, true) => Copying::Permitted,
            (false, false) => Copying::Prohibited,
        },
    }
}

/// The same disc with nothing but the data of tracks whose whole sectors are of mode 1: what stands around that in a sector is
/// made by the drive.
#[must_use]
pub fn with_plain_data(mut disc: CdDisc) -> CdDisc {
    for track in &mut disc.tracks {
        if track.form == SectorForm::Whole(SectorKind::Mode1) {
            track.source = Arc::new(UserData(Arc::clone(&track.source)));
            track.form = SectorForm::Mode1;
        }
    }
    disc
}

/// The data of sectors of mode 1.
struct UserData(Arc<dyn BlockSource>);

impl BlockSource for UserData {
    fn block_size(&self) -> NonZeroU32 {
        SECTOR_SIZE
    }

    fn blocks(&self) -> u64 {
        self.0.blocks()
    }

    fn read(&self, first: Block, out: &mut [u8]) -> Result<NonZeroU32, SourceError> {
        let request = Request::admit(self, first, out)?;
        let size = SECTOR_SIZE.get() as usize;
        let mut sector = [0; SECTOR];
        for (block, out) in (first.0..).zip(request.out.chunks_exact_mut(size)) {
            match (self.0.read_all(Block(block), &mut sector), u32::try_from(block - first.0).map(NonZeroU32::new)) {
                (Ok(()), _) => out.copy_from_slice(&sector[SectorKind::Mode1.user_data()]),
                // A failure further on waits until its own block is asked for.
                (Err(_), Ok(Some(before))) => return Ok(before),
                (Err(error), _) => return Err(error),
            }
        }
        Ok(request.count)
    }

    fn name_of(&self, block: Block) -> Option<Cow<'_, str>> {
        self.0.name_of(block)
    }
}

#[cfg(test)]
mod tests {
    use imapi_disc_types::{BytesSource, Lba, Zero, conformance};

    use super::*;

    fn sound(sectors: u64) -> CdTrack {
        CdTrack::new(SectorForm::Audio, Arc::new(Zero::new(SectorForm::Audio.block_size(), sectors)))
    }

    /// Both say where a track is, by rules of their own.
    #[test]
    fn a_session_has_everything_where_the_disc_has_it() {
        let mut first = sound(900);
        (first.stored_pause, first.indexes) = (310, vec![100, 200]);
        let mut second = sound(500);
        (second.made_pause, second.stored_pause, second.postgap) = (20, 75, 30);
        second.control = Control::PRE_EMPHASIS;
        second.alternate_copy = true;
        let mut third = sound(400);
        third.made_pause = 0;
        let disc = CdDisc::new(vec![first, second, third]);
        let (session, layout) = (at_once(&disc).expect("it is"), disc.layout().expect("a disc"));
        let placed = session.place(Lba(0)).expect("it can be");
        for (placed, meant) in placed.tracks.iter().zip(layout.tracks()) {
            assert_eq!((placed.begin, &placed.indexes), (meant.begin, &meant.indexes), "{}", placed.number);
        }
        assert_eq!(placed.lead_out, layout.lead_out());
        let Content::Audio(options) = session.tracks[1].content else { panic!("sound") };
        assert_eq!((options.pre_emphasis, options.copying), (true, Copying::Exhausted));
    }

    #[test]
    fn what_is_not_written_at_once_is_told() {
        let mut four = sound(400);
        four.control = Control::FOUR_CHANNELS;
        assert_eq!(at_once(&CdDisc::new(vec![four])).err(), Some(NotAtOnce::FourChannels { track: 1 }));
        let mode_2 = SectorForm::Mode2Form1;
        let data = CdTrack::new(mode_2, Arc::new(Zero::new(mode_2.block_size(), 400)));
        assert_eq!(at_once(&CdDisc::new(vec![sound(400), data])).err(), Some(NotAtOnce::Form { track: 2 }));
        let mut later = CdDisc::new(vec![sound(400)]);
        later.first_number = Number::new(5).expect("a number");
        assert_eq!(at_once(&later).err(), Some(NotAtOnce::FirstNumber { first: 5 }));
    }

    #[test]
    fn of_whole_sectors_the_data_is_left() {
        let sectors: Vec<u8> =
            (0..3_u8).flat_map(|sector| [[0xEE; 16].to_vec(), vec![sector; 2336]].concat()).collect();
        let form = SectorForm::Whole(SectorKind::Mode1);
        let whole = BytesSource::new(sectors, form.block_size()).expect("whole sectors");
        let disc = with_plain_data(CdDisc::new(vec![CdTrack::new(form, Arc::new(whole))]));
        assert_eq!(disc.tracks[0].form, SectorForm::Mode1);
        let mut out = vec![9; 3 * 2048];
        disc.tracks[0].source.read_all(Block(0), &mut out).expect("readable");
        assert!(out.chunks(2048).zip(0..).all(|(block, number)| block.iter().all(|&byte| byte == number)));
        conformance::check(&*disc.tracks[0].source).expect("it keeps the contract");
    }
}
