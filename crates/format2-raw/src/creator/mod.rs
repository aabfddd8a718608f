//! [`RawCdImageCreator`]: tracks become a raw image.

mod codes;
mod error;
mod state;
mod track_info;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use imapi_cd_image::{CdDisc, DiscError, RawImage, SubCode};
use imapi_cd_sector::{cdtext::CdText, layout::DiscLayout, subchannel::Track};
use imapi_disc_types::{BlockSource, Lba};
use imapi_mmc_transport::{
    Query as _,
    commands::{ReadToc, Toc, TocEntry, TocFormat, TocReply, TocStart},
};

pub use error::RawImageError;
use state::{Added, HIGHEST_LIMIT, SHORTEST_TRACK, State};
pub use track_info::{CopySetting, RawCdImageTrackInfo};

/// What the sectors of a track are, as programs have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "IMAPI_CD_SECTOR_TYPE")]
#[repr(u32)]
pub enum SectorType {
    /// Sound: 2352 bytes.
    #[doc(alias = "IMAPI_CD_SECTOR_AUDIO")]
    Audio = 0,
    /// Zeros: 2336 bytes.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE_ZERO")]
    Mode0 = 1,
    /// Data: 2048 bytes.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE1")]
    Mode1 = 2,
    /// Data without form: 2336 bytes.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE2FORM0")]
    Mode2Form0 = 3,
    /// Data of XA: 2048 bytes.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE2FORM1")]
    Mode2Form1 = 4,
    /// Sound and pictures of XA behind their sub-header, with a checksum that may be zero: 2336 bytes.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE2FORM2")]
    Mode2Form2 = 5,
    /// Mode 1 as it is recorded, scrambled: 2352 bytes, and so are the others.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE1RAW")]
    Mode1Raw = 6,
    /// Mode 2 without form.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE2FORM0RAW")]
    Mode2Form0Raw = 7,
    /// Mode 2, form 1.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE2FORM1RAW")]
    Mode2Form1Raw = 8,
    /// Mode 2, form 2.
    #[doc(alias = "IMAPI_CD_SECTOR_MODE2FORM2RAW")]
    Mode2Form2Raw = 9,
}

/// Makes a raw image of tracks. Any thread may call any member in any order; what cannot be done now is refused by its code.
///
/// Two decisions where IMAPI's pages leave it open. All types of sectors are taken, by the rules that its page of types has
/// for mixing them, though its page of adding tracks knows only audio. And what turns gaps between songs off and on is as the
/// pages describe it, though the name says the opposite: see [`set_disable_gapless_audio`](Self::set_disable_gapless_audio).
///
/// ```
/// use std::sync::Arc;
///
/// use imapi_disc_types::{BlockSource, Zero};
/// use imapi_format2_raw::{RawCdImageCreator, SectorType};
///
/// let creator = RawCdImageCreator::new();
/// creator.set_media_catalog_number("4006381333931")?;
/// let minute = Arc::new(Zero::new(std::num::NonZeroU32::new(2352).expect("not zero"), 4_500));
/// let index = creator.add_track(SectorType::Audio, minute)?;
/// creator.track_info(index)?.set_isrc("DE-A12-24-00007")?;
/// assert_eq!(creator.start_of_leadout()?.0, 4_500);
/// assert_eq!(creator.create_result_image()?.blocks(), 22_650 + 4_500 + 6_750);
/// # Ok::<(), imapi_format2_raw::RawImageError>(())
/// ```
#[derive(Debug, Default)]
#[doc(alias("IRawCDImageCreator", "MsftRawCDImageCreator"))]
pub struct RawCdImageCreator {
    state: Arc<Mutex<State>>,
}

impl RawCdImageCreator {
    /// Without a track.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The image. From now on nothing can be changed, and there is no second one.
    #[doc(alias = "IRawCDImageCreator::CreateResultImage")]
    pub fn create_result_image(&self) -> Result<Arc<RawImage>, RawImageError> {
        let mut state = self.state();
        state.check_open()?;
        let disc = state.disc()?;
        let image = RawImage::new(&disc, state.sub_code)?;
        for rw in &state.rw {
            let (found, expected) = (rw.blocks(), image.blocks());
            if found != expected {
                return Err(RawImageError::RwLength { found, expected });
            }
        }
        state.finished = true;
        Ok(Arc::new(image))
    }

    /// The same as a disc, for those who do something else with it.
    pub fn disc(&self) -> Result<CdDisc, RawImageError> {
        self.state().disc()
    }

    /// Adds a track behind the others, and says which it is, from 1 on.
    #[doc(alias = "IRawCDImageCreator::AddTrack")]
    pub fn add_track(&self, sector_type: SectorType, source: Arc<dyn BlockSource>) -> Result<u32, RawImageError> {
        self.change(|state| state.add(sector_type, source))
    }

    /// What stands before the first track: two seconds at least, and heard only by those who go back from its beginning.
    #[doc(alias = "IRawCDImageCreator::AddSpecialPregap")]
    pub fn add_special_pregap(&self, source: Arc<dyn BlockSource>) -> Result<(), RawImageError> {
        self.change(|state| state.set_special_pause(source))
    }

    /// What stands in R to W beside all sectors of the image: 96 bytes each, of which the lower six bits count. What is added
    /// later is laid over it.
    #[doc(alias = "IRawCDImageCreator::AddSubcodeRWGenerator")]
    pub fn add_subcode_rw_generator(&self, source: Arc<dyn BlockSource>) -> Result<(), RawImageError> {
        self.change(|state| {
            if state.sub_code == SubCode::PqOnly {
                return Err(DiscError::NoRoomForRw.into());
            }
            if source.block_size().get() != 96 {
                return Err(DiscError::RwBlockSize { found: source.block_size() }.into());
            }
            state.rw.push(source);
            Ok(())
        })
    }

    /// Titles and names, which IMAPI has no member for.
    pub fn set_text(&self, text: CdText) -> Result<(), RawImageError> {
        self.change(|state| {
            text.packs().map_err(DiscError::from)?;
            if state.sub_code == SubCode::PqOnly && !text.blocks.is_empty() {
                return Err(DiscError::NoRoomForRw.into());
            }
            state.text = text;
            Ok(())
        })
    }

    /// What of the sub-channels stands behind each sector.
    #[must_use]
    #[doc(alias = "IRawCDImageCreator::get_ResultingImageType")]
    pub fn resulting_image_type(&self) -> SubCode {
        self.state().sub_code
    }

    /// Says what of the sub-channels stands behind each sector; there has to be room for what is in R to W.
    #[doc(alias = "IRawCDImageCreator::put_ResultingImageType")]
    pub fn set_resulting_image_type(&self, sub_code: SubCode) -> Result<(), RawImageError> {
        self.change(|state| {
            if sub_code == SubCode::PqOnly && !(state.rw.is_empty() && state.text.blocks.is_empty()) {
                return Err(DiscError::NoRoomForRw.into());
            }
            state.sub_code = sub_code;
            Ok(())
        })
    }

    /// Where the lead-out begins.
    #[doc(alias = "IRawCDImageCreator::get_StartOfLeadout")]
    pub fn start_of_leadout(&self) -> Result<Lba, RawImageError> {
        Ok(self.state().layout()?.lead_out())
    }

    /// Where the lead-out may begin at the latest.
    #[must_use]
    #[doc(alias = "IRawCDImageCreator::get_StartOfLeadoutLimit")]
    pub fn start_of_leadout_limit(&self) -> Lba {
        self.state().limit.unwrap_or(HIGHEST_LIMIT)
    }

    /// Says where the lead-out may begin at the latest: what the disc says for which the image is made.
    #[doc(alias = "IRawCDImageCreator::put_StartOfLeadoutLimit")]
    pub fn set_start_of_leadout_limit(&self, limit: Lba) -> Result<(), RawImageError> {
        self.change(|state| {
            if limit > HIGHEST_LIMIT || limit.0 < i32::from(SHORTEST_TRACK) {
                return Err(RawImageError::Limit { given: limit });
            }
            state.try_with(|state| state.limit = Some(limit))
        })
    }

    /// Whether songs follow one another without a gap, as [`set_disable_gapless_audio`](Self::set_disable_gapless_audio) has it.
    #[must_use]
    #[doc(alias = "IRawCDImageCreator::get_DisableGaplessAudio")]
    pub fn disable_gapless_audio(&self) -> bool {
        self.state().gapless
    }

    /// With `false`, which it is from the beginning, there are two seconds of silence between songs. With `true` there is
    /// none: the pause before a song has the last two seconds of the song before it, or less where that has an index there.
    ///
    /// The name says the opposite of what IMAPI's pages say of reading and of setting it; this is as the pages describe it.
    #[doc(alias = "IRawCDImageCreator::put_DisableGaplessAudio")]
    pub fn set_disable_gapless_audio(&self, gapless: bool) -> Result<(), RawImageError> {
        self.change(|state| state.try_with(|state| state.gapless = gapless))
    }

    /// The number of the disc, all 13 digits.
    #[must_use]
    #[doc(alias = "IRawCDImageCreator::get_MediaCatalogNumber")]
    pub fn media_catalog_number(&self) -> Option<String> {
        self.state().mcn.map(|mcn| mcn.to_string())
    }

    /// Says the number of the disc: up to 13 digits, the last of which checks the others; none takes it away.
    #[doc(alias = "IRawCDImageCreator::put_MediaCatalogNumber")]
    pub fn set_media_catalog_number(&self, number: &str) -> Result<(), RawImageError> {
        let number = codes::catalogue_number(number)?;
        self.change(|state| {
            state.mcn = number;
            Ok(())
        })
    }

    /// The number of the first track.
    #[must_use]
    #[doc(alias = "IRawCDImageCreator::get_StartingTrackNumber")]
    pub fn starting_track_number(&self) -> u8 {
        self.state().first_number.get()
    }

    /// Says the number of the first track. Before it is any other than 1, all tracks have to be audio.
    #[doc(alias = "IRawCDImageCreator::put_StartingTrackNumber")]
    pub fn set_starting_track_number(&self, number: u8) -> Result<(), RawImageError> {
        self.change(|state| {
            if !state.tracks.is_empty() {
                return Err(RawImageError::TracksAlreadyAdded);
            }
            state.first_number = Track::new(number).ok_or(RawImageError::TrackNumber { given: number.into() })?;
            Ok(())
        })
    }

    /// A track that was added, from 1 on.
    #[doc(alias = "IRawCDImageCreator::get_TrackInfo")]
    pub fn track_info(&self, index: u32) -> Result<RawCdImageTrackInfo, RawImageError> {
        let place = usize::try_from(index).ok().and_then(|index| index.checked_sub(1));
        let place = place.filter(|&place| place < self.state().tracks.len());
        let place = place.ok_or(RawImageError::TrackNumber { given: index })?;
        Ok(RawCdImageTrackInfo::new(Arc::clone(&self.state), place))
    }

    /// How many tracks were added.
    #[must_use]
    #[doc(alias = "IRawCDImageCreator::get_NumberOfExistingTracks")]
    pub fn number_of_existing_tracks(&self) -> u32 {
        u32::try_from(self.state().tracks.len()).unwrap_or(u32::MAX)
    }

    /// The last sector that belongs to a track.
    #[doc(alias = "IRawCDImageCreator::get_LastUsedUserSectorInImage")]
    pub fn last_used_user_sector_in_image(&self) -> Result<Lba, RawImageError> {
        let lead_out = self.state().layout()?.lead_out();
        Ok(lead_out.checked_add(-1).unwrap_or(lead_out))
    }

    /// The table of contents as a drive will tell it: the answer to READ TOC, with addresses.
    #[doc(alias = "IRawCDImageCreator::get_ExpectedTableOfContents")]
    pub fn expected_table_of_contents(&self) -> Result<Vec<u8>, RawImageError> {
        Ok(table(&self.state().layout()?))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Changes something, unless the image is made.
    fn change<T>(&self, change: impl FnOnce(&mut State) -> Result<T, RawImageError>) -> Result<T, RawImageError> {
        let mut state = self.state();
        state.check_open()?;
        change(&mut state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn table(layout: &DiscLayout) -> Vec<u8> {
    let entry = |control: u8, track, start| TocEntry { adr: 1, control, track, start: TocStart::Lba(start) };
    let tracks = layout.tracks();
    let control = |track: &imapi_cd_sector::layout::TrackLayout| track.table_control().bits();
    let mut entries: Vec<TocEntry> =
        tracks.iter().map(|track| entry(control(track), track.number.get(), track.begin)).collect();
    let last = tracks.last().map_or(0, control);
    entries.push(entry(last, TocEntry::LEAD_OUT, layout.lead_out()));
    let number = |track: Option<&imapi_cd_sector::layout::TrackLayout>| track.map_or(0, |track| track.number.get());
    let toc = Toc { first: number(tracks.first()), last: number(tracks.last()), entries };
    ReadToc::whole(TocFormat::Toc).encode_reply(&TocReply::Toc(toc))
}
