//! [`Album`]: what is burned, found out before the drive is asked for anything.

use std::{fs, path::Path, sync::Arc};

use imapi::audio::{AudioError, NotAtOnce, SheetError, SoundSource, at_once, text_sheet, with_plain_data};
use imapi_cd_image::{CdDisc, CdTrack, SectorForm, files};
use imapi_cd_sector::subchannel::{Control, Isrc};
use imapi_disc_types::BlockSource;
use imapi_errors::{Coded, Fact, HResult, Value, common};
use imapi_format2::{
    at_once::Session,
    audio::{MOST_TRACKS, NumberError, PAUSE, SHORTEST_TRACK, parse_isrc, parse_mcn},
};
use imapi_format2_tao::TaoError;

use super::arguments::{BurnArguments, Copying, Mode};

/// What is burned.
pub struct Album {
    pub disc: CdDisc,
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
    /// There are more codes than tracks.
    #[error("there are {codes} codes for {tracks} tracks")]
    Codes {
        /// How many are said.
        codes: usize,
        /// How many tracks there are.
        tracks: usize,
    },
    /// The sheet with titles cannot be read.
    #[error(transparent)]
    Text(#[from] SheetError),
    /// The sheet is no disc.
    #[error(transparent)]
    Sheet(#[from] files::SheetError),
    /// There are too many tracks.
    #[error(transparent)]
    Tao(#[from] TaoError),
}

impl Coded for AlbumError {
    fn code(&self) -> HResult {
        match self {
            Self::Audio(error) => error.code(),
            Self::Number(error) => error.code(),
            Self::Codes { .. } => common::E_INVALIDARG,
            Self::Text(error) => error.code(),
            Self::Sheet(error) => error.code(),
            Self::Tao(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Audio(error) => error.facts(put),
            Self::Number(error) => error.facts(put),
            Self::Codes { .. } => {
                put(Fact::Parameter, Value::Text(&"--isrc"));
                put(Fact::Reason, Value::Text(self));
            }
            Self::Text(error) => error.facts(put),
            Self::Sheet(error) => error.facts(put),
            Self::Tao(error) => error.facts(put),
        }
    }
}

impl Album {
    /// The disc of a sheet, or of these files with data before them.
    pub fn of(arguments: &BurnArguments, data: Option<Arc<dyn BlockSource>>) -> Result<Self, AlbumError> {
        let mut disc = match arguments.sheet() {
            // Only who writes raw has a say in what stands around data.
            Some(sheet) if arguments.mode == Mode::Raw => of_sheet(sheet, arguments.convert)?,
            Some(sheet) => with_plain_data(of_sheet(sheet, arguments.convert)?),
            None => of_files(arguments, data)?,
        };
        let tracks = u8::try_from(disc.tracks.len()).ok().filter(|&tracks| tracks <= MOST_TRACKS);
        let tracks = tracks.ok_or(TaoError::TrackLimit)?;
        if let Some(path) = &arguments.cd_text {
            let bytes = fs::read(path).map_err(|cause| AudioError::Read { file: path.clone(), cause })?;
            let sheet = text_sheet(&bytes, tracks)?;
            disc.mcn = sheet.catalogue.or(disc.mcn);
            for (track, code) in disc.tracks.iter_mut().zip(sheet.isrc) {
                track.isrc = code.or(track.isrc);
            }
            disc.text = sheet.text;
        }
        // What is said on the command line is said of this disc.
        disc.mcn = arguments.mcn.as_deref().map(parse_mcn).transpose()?.or(disc.mcn);
        let codes = arguments.isrc.iter().map(|code| if code == "-" { Ok(None) } else { parse_isrc(code).map(Some) });
        let codes: Vec<Option<Isrc>> = codes.collect::<Result<_, _>>()?;
        let sound: Vec<&mut CdTrack> = disc.tracks.iter_mut().filter(|track| !track.form.is_data()).collect();
        if codes.len() > sound.len() {
            return Err(AlbumError::Codes { codes: codes.len(), tracks: sound.len() });
        }
        let mut codes = codes.into_iter();
        for track in sound {
            track.isrc = codes.next().unwrap_or(track.isrc);
            if arguments.pre_emphasis {
                track.control = track.control | Control::PRE_EMPHASIS;
            }
            if let Some(copying) = arguments.copying {
                let others = Control::from_bits(track.control.bits() & !Control::COPY_PERMITTED.bits());
                let permitted = copying == Copying::Permitted;
                track.control = if permitted { others | Control::COPY_PERMITTED } else { others };
                track.alternate_copy = copying == Copying::Exhausted;
            }
        }
        Ok(Self { disc })
    }

    /// Whether an option would help that was not given: the sound could be converted.
    pub fn can_be_converted(error: &AlbumError) -> bool {
        match error {
            AlbumError::Audio(AudioError::OtherFormat { file, .. })
            | AlbumError::Sheet(files::SheetError::Sound { path: file, .. }) => SoundSource::converting(file).is_ok(),
            _ => false,
        }
    }

    /// The disc that is written at once.
    pub fn session(&self) -> Result<Session<'_>, NotAtOnce> {
        at_once(&self.disc)
    }

    /// The disc is to have titles.
    pub fn has_text(&self) -> bool {
        self.disc.text.blocks.iter().any(|block| block.texts().next().is_some())
    }

    /// How many tracks have sound.
    pub fn songs(&self) -> usize {
        self.disc.tracks.iter().filter(|track| !track.form.is_data()).count()
    }

    /// There is data on it too.
    pub fn has_data(&self) -> bool {
        self.songs() < self.disc.tracks.len()
    }

    /// Sectors that it takes track by track: with two seconds between tracks, and what drives end a track with.
    pub fn sectors_track_by_track(&self) -> u64 {
        const RUN_OUT: u32 = 2;
        let tracks = self.disc.tracks.iter().map(|track| track.source.blocks().max(SHORTEST_TRACK.into()));
        let between = u64::try_from(self.disc.tracks.len().saturating_sub(1)).unwrap_or(0) * u64::from(PAUSE + RUN_OUT);
        tracks.sum::<u64>() + between
    }

    /// Bytes of all its tracks.
    pub fn bytes(&self) -> u64 {
        self.disc.tracks.iter().map(|track| track.source.bytes()).sum()
    }
}

/// What a sheet describes, with the files that it names.
fn of_sheet(sheet: &Path, converts: bool) -> Result<CdDisc, files::SheetError> {
    let converted = |path: &Path| {
        let ends_in = |ending: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending));
        let is_flac = ends_in("flac");
        if !(is_flac || (converts && ends_in("wav"))) {
            return None;
        }
        match open(path, converts) {
            Ok(source) => Some(Ok(Arc::new(source) as Arc<dyn BlockSource>)),
            Err(AudioError::OtherFormat { file, found }) if is_flac => {
                Some(Err(files::SheetError::Sound { path: file, found: found.to_string() }))
            }
            Err(error) if is_flac => {
                Some(Err(files::SheetError::Format { path: path.to_path_buf(), reason: error.to_string() }))
            }
            // What cannot be converted is refused by whoever takes only what a CD has, and in its words.
            Err(_) => None,
        }
    };
    files::read_with(sheet, &converted)
}

/// A track of each file, behind data where there is some.
fn of_files(arguments: &BurnArguments, data: Option<Arc<dyn BlockSource>>) -> Result<CdDisc, AlbumError> {
    let mut tracks = Vec::new();
    if let Some(data) = data {
        let mut track = CdTrack::new(SectorForm::Mode1, data);
        // Data ends with two seconds of nothing before sound begins.
        track.postgap = PAUSE;
        tracks.push(track);
    }
    for (number, path) in arguments.tracks.iter().enumerate() {
        let source = open(path, arguments.convert)?;
        let short = u64::from(SHORTEST_TRACK).saturating_sub(source.blocks());
        let mut track = CdTrack::new(SectorForm::Audio, Arc::new(source));
        track.control = Control::COPY_PERMITTED;
        track.postgap = u32::try_from(short).unwrap_or(0);
        if number > 0 {
            track.made_pause = arguments.pause();
        }
        tracks.push(track);
    }
    Ok(CdDisc::new(tracks))
}

fn open(path: &Path, converts: bool) -> Result<SoundSource, AudioError> {
    if converts { SoundSource::converting(path) } else { SoundSource::open(path) }
}
