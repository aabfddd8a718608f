//! A disc of what is named on the command line: one sheet, or a file for each track.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use imapi_cd_image::{CdDisc, CdTrack, SectorForm, SubCode, files};
use imapi_cd_sector::subchannel::{Isrc, Mcn};
use imapi_disc_types::{BlockSource, FileSource};
use imapi_format2_raw::{RawCdImageCreator, SectorType};

use super::error::RawCommandError;

const TRACKS: &str = "The tracks";

/// What a disc is made of.
#[derive(Debug, Args)]
pub struct Sources {
    /// One sheet (.cue, .toc, .ccd, .nrg), or a file for each track (.wav, .iso)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// The number of the disc, 13 digits, instead of the one that the sheet has
    #[arg(help_heading = TRACKS, long, value_name = "DIGITS", value_parser = |text: &str| text.parse::<Mcn>())]
    pub mcn: Option<Mcn>,

    /// The code of a recording; once for each track, in their order
    #[arg(help_heading = TRACKS, long, value_name = "CODE", value_parser = isrc)]
    pub isrc: Vec<Isrc>,

    /// Leaves no silence between songs that come from files of their own
    #[arg(help_heading = TRACKS, long)]
    pub gapless: bool,
}

fn isrc(text: &str) -> Result<Isrc, imapi_cd_sector::subchannel::InvalidIsrc> {
    text.chars().filter(|&character| character != '-').collect::<String>().to_ascii_uppercase().parse()
}

/// What of the sub-channels goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SubChannels {
    /// All, as they are on the disc
    Raw,
    /// All, of which the drive protects and spreads R to W
    Cooked,
    /// Positions and numbers only
    Pq,
}

impl From<SubChannels> for SubCode {
    fn from(sub_channels: SubChannels) -> Self {
        match sub_channels {
            SubChannels::Raw => Self::Raw,
            SubChannels::Cooked => Self::Cooked,
            SubChannels::Pq => Self::PqOnly,
        }
    }
}

/// Whether a path ends so.
pub fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

impl Sources {
    /// The disc.
    pub fn disc(&self) -> Result<CdDisc, RawCommandError> {
        let are_tracks = self.files.len() > 1 || ["wav", "iso"].iter().any(|ending| ends_in(&self.files[0], ending));
        let mut disc = if are_tracks { self.tracks()? } else { files::read(&self.files[0])? };
        disc.mcn = self.mcn.or(disc.mcn);
        for (track, code) in disc.tracks.iter_mut().zip(&self.isrc) {
            track.isrc = Some(*code);
        }
        Ok(disc)
    }

    fn tracks(&self) -> Result<CdDisc, RawCommandError> {
        let mut opened: Vec<(SectorType, Arc<dyn BlockSource>)> = Vec::new();
        for path in &self.files {
            opened.push(if ends_in(path, "iso") {
                let size = SectorForm::Mode1.block_size();
                (SectorType::Mode1, Arc::new(FileSource::open_padded(path, size)?))
            } else {
                (SectorType::Audio, files::wav(path)?)
            });
        }
        // Songs alone are what IMAPI's object makes images of, with its rules; data before them makes a disc of both.
        if opened.iter().all(|(sector_type, _)| *sector_type == SectorType::Audio) {
            let creator = RawCdImageCreator::new();
            creator.set_disable_gapless_audio(self.gapless)?;
            for (sector_type, source) in opened {
                creator.add_track(sector_type, source)?;
            }
            return Ok(creator.disc()?);
        }
        let mut tracks: Vec<CdTrack> = Vec::new();
        for (sector_type, source) in opened {
            let before = tracks.last_mut();
            let changes =
                before.as_ref().is_some_and(|before| before.form.is_data() && sector_type == SectorType::Audio);
            if let (Some(before), true) = (before, changes) {
                // Data ends with two seconds of nothing before sound begins.
                before.postgap = imapi_cd_image::STANDARD_PAUSE;
            }
            tracks.push(CdTrack::new(sector_type.form(), source));
        }
        Ok(CdDisc::new(tracks))
    }
}
