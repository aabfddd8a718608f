//! What `imapi burn` can be asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use imapi_disc_types::MediaType;
use imapi_format2::SpeedRequest;
use imapi_format2_data::{DataOptions, DefectManagement, SpareArea, Verification};

use crate::{drive::work::Manner, image::ImageArguments};

pub const BURN_EXAMPLES: &str = "\
Examples:
  imapi burn photos --drive /dev/sr0
  imapi burn debian.iso --drive /dev/sr0 --close --verify full --eject
  imapi burn archive --drive 'virtual:my.disc?media=bd-r' --fs udf --udf-revision 2.60
  imapi burn backup --drive /dev/sr0 --drive /dev/sr1
  tar c src | imapi burn - --stdin-name src.tar --drive /dev/sr0";

pub const COPY_EXAMPLES: &str = "\
Examples:
  imapi copy /dev/sr0 --to /dev/sr1
  imapi copy /dev/sr0 --to 'virtual:copy.disc?media=bd-r' --verify full";

const DISC: &str = "The disc";
const CHECKS: &str = "What is checked";

/// What `imapi burn` can be asked.
#[derive(Debug, Args)]
pub struct BurnArguments {
    #[command(flatten)]
    pub image: ImageArguments,

    /// The drive: a device, an id that `imapi drives` tells, or `virtual:DISC`; once for each of several
    #[arg(short, long, value_name = "DRIVE", required = true)]
    pub drive: Vec<String>,

    /// Takes the file for an image, whatever it looks like
    #[arg(long)]
    pub as_image: bool,

    #[command(flatten)]
    pub disc: DiscArguments,
}

/// What `imapi copy` can be asked.
#[derive(Debug, Args)]
pub struct CopyArguments {
    /// The drive with the disc that is copied
    pub from: String,

    /// The drive that burns it; once for each of several
    #[arg(long, value_name = "DRIVE", required = true)]
    pub to: Vec<String>,

    /// Copies all of a disc that can be overwritten, also what no file system on it knows of
    #[arg(long)]
    pub whole: bool,

    #[command(flatten)]
    pub disc: DiscArguments,

    #[command(flatten)]
    pub manner: Manner,
}

/// How a disc is burned.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct DiscArguments {
    /// Lets nothing be added to the disc
    #[arg(help_heading = DISC, long)]
    pub close: bool,

    /// Lets go what is on a rewritable disc, which is blanked where it has to be
    #[arg(help_heading = DISC, long)]
    pub overwrite: bool,

    /// How fast, as a multiple: 4, 16, 2.4 [default: as fast as it goes]
    #[arg(help_heading = DISC, long, value_name = "X", value_parser = speed)]
    pub speed: Option<Speed>,

    /// Whether the drive keeps spare blocks for bad ones, where the disc can have them
    #[arg(help_heading = DISC, long, value_name = "WHEN", value_enum)]
    pub defect_management: Option<Switch>,

    /// How many spare blocks a BD gets with `--defect-management on`
    #[arg(help_heading = DISC, long, value_name = "ROOM", value_enum, default_value_t = Spare::Usual)]
    pub spare: Spare,

    /// Does not check each block on a disc with spare blocks: twice as fast
    #[arg(help_heading = DISC, long)]
    pub streaming: bool,

    /// Leaves a DVD+R open, which players of films may not read
    #[arg(help_heading = DISC, long)]
    pub keep_open: bool,

    /// Writes a CD track by track also where it could be written at once
    #[arg(help_heading = DISC, long)]
    pub track_at_once: bool,

    /// Lets a DVD-RW stay a disc that is written in sequence
    #[arg(help_heading = DISC, long)]
    pub sequential: bool,

    /// Stops when data come too late, instead of going on behind a gap
    #[arg(help_heading = DISC, long)]
    pub no_underrun_protection: bool,

    /// Unmounts the disc first
    #[arg(help_heading = DISC, long)]
    pub unmount: bool,

    /// Takes the disc also when it is mounted
    #[arg(help_heading = DISC, long)]
    pub force: bool,

    /// Tries without writing: with the laser off, where drive and disc can do that
    #[arg(short = 'n', long)]
    pub simulate: bool,

    /// Agrees to lose what is on the disc
    #[arg(short, long)]
    pub yes: bool,

    /// How much of what was burned is read and compared: nothing, samples, or all
    #[arg(help_heading = CHECKS, long, value_name = "LEVEL", value_enum, default_value_t = Verify::Quick)]
    pub verify: Verify,

    /// Writes the SHA-256 of the image and of each file in it to this file, for `imapi verify` and `sha256sum -c`
    #[arg(help_heading = CHECKS, long, value_name = "FILE")]
    pub manifest: Option<PathBuf>,

    /// Keeps the tray shut in the end, also where the system sees what was written only when the tray went out and in
    #[arg(long)]
    pub no_reload: bool,

    /// Opens the tray in the end
    #[arg(long)]
    pub eject: bool,
}

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// With spare blocks
    On,
    /// Without
    Off,
}

/// How many spare blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Spare {
    /// As many as the drive proposes
    Usual,
    /// As few as there can be
    Least,
    /// As many as there can be
    Most,
}

/// How much is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// Nothing
    None,
    /// What the drive says of the disc, and samples: a second or two
    Quick,
    /// All of it: as long as reading the disc takes
    Full,
}

/// A multiple of the single speed, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Speed(u32);

/// A speed as people write it.
pub fn speed(text: &str) -> Result<Speed, String> {
    let plain = text.strip_suffix(['x', 'X']).unwrap_or(text);
    let tenths = plain.parse::<f64>().ok().map(|times| times * 10.0).filter(|tenths| (1.0..=10_000.0).contains(tenths));
    // It was looked whether it is in this range.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 10,000")]
    tenths.map(|tenths| Speed(tenths.round() as u32)).ok_or_else(|| "a multiple such as 4, 16 or 2.4".to_string())
}

impl Speed {
    /// In sectors a second of that kind of disc.
    pub fn of(self, medium: MediaType) -> u32 {
        medium.sectors_per_second_at_1x().unwrap_or(680) * self.0 / 10
    }
}

impl DiscArguments {
    /// What the library is to do with a disc of that kind.
    pub fn options(&self, medium: MediaType) -> DataOptions {
        DataOptions {
            close: self.close,
            consumer_compatible: !self.keep_open,
            overwrite: self.overwrite,
            anew: true,
            underrun_protection: !self.no_underrun_protection,
            postgap_in_image: false,
            speed: SpeedRequest { sectors_per_second: self.speed.map(|speed| speed.of(medium)), pure_cav: false },
            defect_management: match self.defect_management {
                None => DefectManagement::AsItIs,
                Some(Switch::On) => DefectManagement::On,
                Some(Switch::Off) => DefectManagement::Off,
            },
            spare: match self.spare {
                Spare::Usual => SpareArea::Usual,
                Spare::Least => SpareArea::Least,
                Spare::Most => SpareArea::Most,
            },
            // Another session has to know those before it, which this command does not yet.
            end_interrupted: false,
            streaming: self.streaming,
            test: self.simulate,
            force: self.force,
            buffer: DataOptions::default().buffer,
            // A tray that opens in the end need not go in before.
            reload: !self.no_reload && !self.eject,
            track_at_once: self.track_at_once,
            keep_sequential: self.sequential,
            verification: match self.verify {
                Verify::None => Verification::None,
                Verify::Quick => Verification::Quick,
                Verify::Full => Verification::Full,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_speed_is_a_multiple() {
        assert_eq!(speed("4").map(|speed| speed.of(MediaType::BDR)), Ok(4 * 2195));
        assert_eq!(speed("2.4x").map(|speed| speed.of(MediaType::DVDPLUSR)), Ok(1632));
        for wrong in ["", "x", "0", "-4", "4 x", "1e9", "NaN"] {
            assert!(speed(wrong).is_err(), "{wrong:?}");
        }
    }
}
