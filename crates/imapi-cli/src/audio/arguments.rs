//! What `imapi audio` can be asked.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use imapi_format2::{SpeedRequest, Verification, audio::PAUSE};
use imapi_format2_data::DataOptions;
use imapi_format2_tao::TaoOptions;

use crate::{
    burn::{Speed, is_image, speed},
    drive::work::Manner,
};

pub const BURN_EXAMPLES: &str = "\
Examples:
  imapi audio burn *.wav --drive /dev/sr0
  imapi audio burn album.cue --drive /dev/sr0
  imapi audio burn live-1.wav live-2.wav --gap 0 --cd-text album.txt --drive /dev/sr0
  imapi audio burn song-1.wav song-2.wav --data videos --extra --drive /dev/sr0
  imapi audio burn song.wav --isrc DE-A12-24-00007 --mcn 4006381333931 --mode tao --drive 'virtual:my.disc?media=cd-r'";

pub const RIP_EXAMPLES: &str = "\
Examples:
  imapi audio rip /dev/sr0 -o album
  imapi audio rip /dev/sr0 -o album --tracks 1,4-6 --offset 102";

const DISC: &str = "The disc";
const TRACKS: &str = "The tracks";

/// Sectors of a second.
const SECOND: f64 = 75.0;

/// What `imapi audio burn` can be asked.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct BurnArguments {
    /// The tracks, in their order, or a sheet that says all of a disc: .cue, .toc, .ccd, .nrg
    #[arg(required = true, value_name = "TRACK")]
    pub tracks: Vec<PathBuf>,

    /// The drive: a device, an id that `imapi drives` tells, or `virtual:DISC`
    #[arg(short, long, value_name = "DRIVE")]
    pub drive: String,

    /// Makes a mixed disc: an image, or files and folders, becomes the first track, before those with sound
    #[arg(help_heading = TRACKS, long, value_name = "PATH")]
    pub data: Vec<PathBuf>,

    /// Puts the data of `--data` into a session of its own behind the sound (CD-Extra), where players do not come across it
    #[arg(help_heading = TRACKS, long, requires = "data")]
    pub extra: bool,

    /// How the disc is written
    #[arg(help_heading = DISC, long, value_enum, default_value_t = Mode::Sao)]
    pub mode: Mode,

    /// Seconds of silence before each track but the first, such as 0 or 1.5; with `--mode tao` there are always two
    #[arg(help_heading = TRACKS, long, value_name = "SECONDS", value_parser = gap)]
    pub gap: Option<Gap>,

    /// Takes titles and names from a sheet of lines such as `Album Title = …` (version 0.7T, as cdrskin has it). Tracks have the
    /// numbers that they have on the disc
    #[arg(help_heading = TRACKS, long, value_name = "FILE")]
    pub cd_text: Option<PathBuf>,

    /// The code of a recording: the first for the first track, and so on; `-` for none
    #[arg(help_heading = TRACKS, long, value_name = "CODE", allow_hyphen_values = true)]
    pub isrc: Vec<String>,

    /// The number of the disc: up to 13 digits, those of its bar code
    #[arg(help_heading = DISC, long, value_name = "NUMBER")]
    pub mcn: Option<String>,

    /// Whether recorders for consumers copy the tracks [default: permitted, or what the sheet says]
    #[arg(help_heading = TRACKS, long, value_enum)]
    pub copying: Option<Copying>,

    /// Says that the tracks were recorded with emphasis, which players take back
    #[arg(help_heading = TRACKS, long)]
    pub pre_emphasis: bool,

    /// Makes of tracks with other rates, sizes of numbers, or one channel what a CD has
    #[arg(help_heading = TRACKS, long)]
    pub convert: bool,

    /// What is done to the loudness of tracks: nothing
    #[arg(help_heading = TRACKS, long, value_enum, default_value_t = Normalize::Off)]
    pub normalize: Normalize,

    /// Blanks a CD-RW that has something on it
    #[arg(help_heading = DISC, long)]
    pub overwrite: bool,

    /// Agrees to lose what is on the disc
    #[arg(short, long)]
    pub yes: bool,

    /// Leaves the disc open, so that a session with data can follow
    #[arg(help_heading = DISC, long)]
    pub keep_open: bool,

    /// How fast, as a multiple: 4, 16 [default: as fast as it goes]
    #[arg(help_heading = DISC, long, value_name = "X", value_parser = speed)]
    pub speed: Option<Speed>,

    /// Stops when data come too late, instead of going on behind a gap
    #[arg(help_heading = DISC, long)]
    pub no_underrun_protection: bool,

    /// Takes the disc also when it is mounted
    #[arg(help_heading = DISC, long)]
    pub force: bool,

    /// Tries without writing: with the laser off, where the drive can do that
    #[arg(short = 'n', long)]
    pub simulate: bool,

    /// Whether it is looked at what the drive says of disc and tracks afterwards
    #[arg(help_heading = DISC, long, value_name = "LEVEL", value_enum, default_value_t = Verify::Quick)]
    pub verify: Verify,

    /// Opens the tray in the end
    #[arg(long)]
    pub eject: bool,

    #[command(flatten)]
    pub manner: Manner,
}

/// What `imapi audio rip` can be asked.
#[derive(Debug, Args)]
pub struct RipArguments {
    /// The drive
    pub drive: String,

    /// The folder for the files `track01.wav` and so on; it is made where it is not there
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    pub output: PathBuf,

    /// Only these tracks: 1, 3-5, 7
    #[arg(long, value_name = "LIST", value_parser = list)]
    pub tracks: Option<List>,

    /// So many samples later the drive reads than it should, as tables of drives have it; negative where it is earlier
    #[arg(long, value_name = "SAMPLES", default_value_t = 0, allow_negative_numbers = true)]
    #[arg(value_parser = clap::value_parser!(i32).range(-5880..=5880))]
    pub offset: i32,

    /// How often a sector in doubt is read again, at most
    #[arg(long, value_name = "N", default_value_t = 16)]
    pub retries: u32,

    /// Overwrites files that are there
    #[arg(long)]
    pub force: bool,

    #[command(flatten)]
    pub manner: Manner,
}

/// How a disc of sound is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Track at once: the drive leaves two seconds between tracks
    Tao,
    /// Session at once: with pauses of any length or none, and titles
    Sao,
    /// Raw: the drive is told every sector with what stands beside it, and makes nothing by itself
    Raw,
}

/// Whether recorders for consumers copy a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Copying {
    /// They do, as often as one wants
    Permitted,
    /// They copy what is no copy itself
    Prohibited,
    /// They do not
    Exhausted,
}

/// What is done to the loudness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Normalize {
    /// Nothing: samples stay as they are
    Off,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// Nothing
    None,
    /// What the drive says of the tracks and of the table of contents
    Quick,
}

/// Files that describe a disc, by the ends of their names.
const SHEETS: [&str; 4] = ["cue", "toc", "ccd", "nrg"];

fn is_sheet(path: &Path) -> bool {
    path.extension().is_some_and(|extension| SHEETS.iter().any(|sheet| extension.eq_ignore_ascii_case(sheet)))
}

/// Sectors of silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap(pub u32);

fn gap(text: &str) -> Result<Gap, String> {
    let sectors = text.parse::<f64>().ok().map(|seconds| seconds * SECOND).filter(|at| (0.0..=45_000.0).contains(at));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 45,000")]
    sectors.map(|sectors| Gap(sectors.round() as u32)).ok_or_else(|| "seconds such as 0, 2 or 1.5".to_string())
}

/// Numbers of tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List(pub Vec<u8>);

fn list(text: &str) -> Result<List, String> {
    let wrong = || "numbers of tracks such as 1,3-5".to_string();
    let number = |text: &str| text.trim().parse().ok().filter(|number| (1..=99).contains(number)).ok_or_else(wrong);
    let mut tracks = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u8, u8) = (number(first)?, number(last)?);
        if first > last {
            return Err(wrong());
        }
        tracks.extend((first..=last).filter(|track| !tracks.contains(track)).collect::<Vec<_>>());
    }
    Ok(List(tracks))
}

impl BurnArguments {
    /// The sheet that says all, when it is one.
    pub fn sheet(&self) -> Option<&Path> {
        self.tracks.iter().map(PathBuf::as_path).find(|path| is_sheet(path))
    }

    /// Data stands before the sound.
    pub fn is_mixed(&self) -> bool {
        !self.data.is_empty() && !self.extra
    }

    /// Silence before each track but the first.
    pub fn pause(&self) -> u32 {
        self.gap.map_or(PAUSE, |Gap(sectors)| sectors)
    }

    /// What was asked for that cannot be; nothing where all can.
    pub fn contradiction(&self) -> Option<String> {
        let tracks = self.tracks.len();
        let is_sheet = self.sheet().is_some();
        match self.mode {
            _ if is_sheet && tracks > 1 => Some("a sheet says all of a disc: no other track goes with it".to_string()),
            _ if is_sheet && self.gap.is_some() => Some("the sheet says what stands between tracks".to_string()),
            _ if is_sheet && !self.data.is_empty() => {
                Some("the sheet says what the disc has: --data goes with --extra only".to_string())
            }
            Mode::Tao if is_sheet => Some("what a sheet says is written with --mode sao or raw only".to_string()),
            Mode::Tao if self.pause() != PAUSE => {
                Some("with --mode tao there are always two seconds between tracks: use --mode sao or raw".to_string())
            }
            Mode::Raw if self.keep_open || self.extra => {
                Some("with --mode raw the disc is closed, and nothing goes behind it".to_string())
            }
            _ if self.extra && self.data.iter().any(|path| path.is_file() && is_image(path)) => {
                Some("an image is made for the beginning of a disc: --extra takes files and folders".to_string())
            }
            Mode::Tao if self.is_mixed() => Some("mixed discs are written with --mode sao or raw only".to_string()),
            Mode::Tao if self.cd_text.is_some() => Some("titles are written with --mode sao or raw only".to_string()),
            _ if !is_sheet && self.isrc.len() > tracks => Some(format!("there are more codes than tracks: {tracks}")),
            _ => None,
        }
    }

    /// How data goes into a session of its own.
    pub fn data_options(&self, medium: imapi_disc_types::MediaType) -> DataOptions {
        let options = self.options(medium);
        DataOptions {
            close: !self.keep_open,
            underrun_protection: options.underrun_protection,
            speed: options.speed,
            force: options.force,
            verification: options.verification,
            ..DataOptions::default()
        }
    }

    /// What the library is to do.
    pub fn options(&self, medium: imapi_disc_types::MediaType) -> TaoOptions {
        TaoOptions {
            // Another session needs an open disc.
            finalize: !self.keep_open && !self.extra,
            underrun_protection: !self.no_underrun_protection,
            speed: SpeedRequest { sectors_per_second: self.speed.map(|speed| speed.of(medium)), pure_cav: false },
            test: self.simulate,
            force: self.force,
            verification: match self.verify {
                Verify::None => Verification::None,
                Verify::Quick => Verification::Quick,
            },
            ..TaoOptions::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_seconds() {
        let sectors = |text| gap(text).map(|Gap(sectors)| sectors);
        assert_eq!((sectors("0"), sectors("2"), sectors("1.5"), sectors("0.02")), (Ok(0), Ok(150), Ok(113), Ok(2)));
        for wrong in ["", "x", "-1", "NaN", "601", "2 s"] {
            assert!(gap(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn tracks_are_numbers_and_ranges() {
        assert_eq!(list("3"), Ok(List(vec![3])));
        assert_eq!(list("1, 3-5,4,7"), Ok(List(vec![1, 3, 4, 5, 7])));
        for wrong in ["", "0", "100", "5-3", "1,,2", "a", "-3"] {
            assert!(list(wrong).is_err(), "{wrong:?}");
        }
    }
}
