//! [`Album`]: what is burned, found out before the drive is asked for anything.

use std::{fs, path::PathBuf, sync::Arc};

use imapi::audio::{AudioError, SheetError, TextSheet, WavSource, text_sheet};
use imapi_cd_sector::{cdtext::Pack, subchannel::Mcn};
use imapi_disc_types::BlockSource;
use imapi_errors::{Coded, Fact, HResult, Value};
use imapi_format2::{
    at_once::{Content, Session, Track},
    audio::{AudioOptions, Copying, MOST_TRACKS, NumberError, PAUSE, SHORTEST_TRACK, parse_isrc, parse_mcn},
};
use imapi_format2_tao::TaoError;

use super::arguments::{self, BurnArguments};

/// What is burned.
pub struct Album {
    /// What stands before the tracks with sound, in a track of its own.
    data: Option<Arc<dyn BlockSource>>,
    pub sources: Vec<WavSource>,
    pub audio: Vec<AudioOptions>,
    pub catalogue: Option<Mcn>,
    pub text: Vec<Pack>,
    pause: u32,
}

/// What cannot be burned.
#[derive(Debug, thiserror::Error)]
pub enum AlbumError {
    /// A file is no sound.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// A number is none.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// The sheet cannot be read.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// There are too many tracks.
    #[error(transparent)]
    Tao(#[from] TaoError),
}

impl Coded for AlbumError {
    fn code(&self) -> HResult {
        match self {
            Self::Audio(error) => error.code(),
            Self::Number(error) => error.code(),
            Self::Sheet(error) => error.code(),
            Self::Tao(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Audio(error) => error.facts(put),
            Self::Number(error) => error.facts(put),
            Self::Sheet(error) => error.facts(put),
            Self::Tao(error) => error.facts(put),
        }
    }
}

impl Album {
    pub fn of(arguments: &BurnArguments, data: Option<Arc<dyn BlockSource>>) -> Result<Self, AlbumError> {
        let before = usize::from(data.is_some());
        let tracks = u8::try_from(arguments.tracks.len() + before).ok().filter(|&tracks| tracks <= MOST_TRACKS);
        let tracks = tracks.ok_or(TaoError::TrackLimit)?;
        let open = |path: &PathBuf| if arguments.convert { WavSource::converting(path) } else { WavSource::open(path) };
        let sources = arguments.tracks.iter().map(open).collect::<Result<Vec<_>, _>>()?;
        let sheet = arguments.cd_text.as_ref().map(|path| read_sheet(path, tracks)).transpose()?;
        // What is said on the command line is said of this disc.
        let catalogue = arguments.mcn.as_deref().map(parse_mcn).transpose()?;
        let codes = arguments.isrc.iter().map(|code| if code == "-" { Ok(None) } else { parse_isrc(code).map(Some) });
        let codes = codes.collect::<Result<Vec<_>, _>>()?;
        let of_sheet =
            |track: usize| sheet.as_ref().and_then(|sheet| sheet.isrc.get(before + track).copied().flatten());
        let audio = (0..sources.len()).map(|track| AudioOptions {
            isrc: codes.get(track).copied().unwrap_or_else(|| of_sheet(track)),
            pre_emphasis: arguments.pre_emphasis,
            copying: match arguments.copying {
                arguments::Copying::Permitted => Copying::Permitted,
                arguments::Copying::Prohibited => Copying::Prohibited,
                arguments::Copying::Exhausted => Copying::Exhausted,
            },
        });
        Ok(Self {
            data,
            audio: audio.collect(),
            catalogue: catalogue.or_else(|| sheet.as_ref().and_then(|sheet| sheet.catalogue)),
            text: sheet.map_or_else(|| Ok(Vec::new()), |sheet| sheet.packs())?,
            sources,
            pause: arguments.pause(),
        })
    }

    /// Whether an option would help that was not given: the sound could be converted.
    pub fn can_be_converted(error: &AlbumError) -> bool {
        matches!(error, AlbumError::Audio(AudioError::OtherFormat { file, .. }) if WavSource::converting(file).is_ok())
    }

    /// The disc that is written at once.
    pub fn session(&self) -> Session<'_> {
        let data = self.data.as_deref().map(|data| Track { behind: PAUSE, ..Track::new(Content::Mode1, data) });
        let sound = self.sources.iter().zip(&self.audio).enumerate().map(|(number, (source, audio))| Track {
            pause: if number == 0 { 0 } else { self.pause },
            ..Track::new(Content::Audio(*audio), source)
        });
        Session { catalogue: self.catalogue, text: self.text.clone(), tracks: data.into_iter().chain(sound).collect() }
    }

    /// Sectors that it takes track by track: with two seconds between tracks, and what drives end a track with.
    pub fn sectors_track_by_track(&self) -> u64 {
        const RUN_OUT: u32 = 2;
        let tracks = self.sources.iter().map(|source| BlockSource::blocks(source).max(SHORTEST_TRACK.into()));
        let between = u64::try_from(self.sources.len().saturating_sub(1)).unwrap_or(0) * u64::from(PAUSE + RUN_OUT);
        tracks.sum::<u64>() + between
    }

    /// Bytes of all its tracks.
    pub fn bytes(&self) -> u64 {
        let data = self.data.as_ref().map_or(0, BlockSource::bytes);
        data + self.sources.iter().map(BlockSource::bytes).sum::<u64>()
    }
}

fn read_sheet(path: &PathBuf, tracks: u8) -> Result<TextSheet, AlbumError> {
    let bytes = fs::read(path).map_err(|cause| AudioError::Read { file: path.clone(), cause })?;
    Ok(text_sheet(&bytes, tracks)?)
}
