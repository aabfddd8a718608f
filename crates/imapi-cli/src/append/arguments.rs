//! What `imapi append` and `imapi image append` can be asked.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, builder::OsStringValueParser, builder::TypedValueParser};
use imapi_fsimage::Mapping;

use crate::{
    burn::DiscArguments,
    image::{BootArgument, ImageArguments, boot, glob},
    look::NamesOf,
};

pub const APPEND_EXAMPLES: &str = "\
Examples:
  imapi append photos-2024 --drive /dev/sr0
  imapi append --map /notes.txt=new-notes.txt --remove old-notes.txt --drive /dev/sr0 --verify full
  imapi append more --drive 'virtual:my.disc'";

pub const IMAGE_APPEND_EXAMPLES: &str = "\
Examples:
  imapi image append archive.iso more-files
  imapi image append archive.iso --remove drafts --map /readme.txt=README.md";

const FILES: &str = "What goes in";

/// What becomes of the files that are there, and which come.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub struct ChangeArguments {
    /// Files and folders; what has the name of something that is there takes its place
    #[arg(value_name = "PATH", required_unless_present_any = ["map", "remove"])]
    pub paths: Vec<PathBuf>,

    /// Puts a file or folder at a path of its own: /in/image=./on/disk
    #[arg(help_heading = FILES, long, value_name = "MAPPING", value_parser = mapping())]
    pub map: Vec<Mapping>,

    /// Leaves this file or folder of the disc out of what it shows from now on; earlier sessions keep it
    #[arg(help_heading = FILES, long, value_name = "PATH")]
    pub remove: Vec<OsString>,

    /// Leaves out what has such a name, or such a path when the pattern has a slash
    #[arg(help_heading = FILES, long, value_name = "GLOB", value_parser = glob)]
    pub exclude: Vec<String>,

    /// Adds what links lead to, and not the links
    #[arg(help_heading = FILES, long)]
    pub follow_links: bool,

    /// Leaves out what other file systems are mounted in a folder
    #[arg(help_heading = FILES, long)]
    pub one_file_system: bool,

    /// Leaves out what may not be read, and says so
    #[arg(help_heading = FILES, long)]
    pub skip_unreadable: bool,

    /// By which of its names the disc's files are taken over [default: the first of udf, rock-ridge, joliet, iso9660 that is there]
    #[arg(long, value_name = "NAMES", value_enum)]
    pub import: Option<NamesOf>,

    /// Another name for the volume [default: the one that it has]
    #[arg(long, value_name = "NAME")]
    pub volume: Option<String>,

    /// A boot image, as for `imapi image create` [default: those that the disc has]
    #[arg(long, value_name = "FILE[,OPTION...]", value_parser = boot())]
    pub boot: Vec<BootArgument>,

    /// Tells errors only
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Names everything that is left out
    #[arg(short, long)]
    pub verbose: bool,

    /// Prints a JSON object
    #[arg(long)]
    pub json: bool,
}

/// What `imapi image append` can be asked.
#[derive(Debug, Args)]
pub struct ImageAppendArguments {
    /// The image, which is changed
    pub image: PathBuf,

    #[command(flatten)]
    pub change: ChangeArguments,
}

/// What `imapi append` can be asked.
#[derive(Debug, Args)]
pub struct AppendArguments {
    #[command(flatten)]
    pub change: ChangeArguments,

    /// The drive: a device, an id that `imapi drives` tells, or `virtual:DISC`
    #[arg(short, long, value_name = "DRIVE")]
    pub drive: String,

    #[command(flatten)]
    pub disc: DiscArguments,
}

fn mapping() -> impl TypedValueParser<Value = Mapping> {
    OsStringValueParser::new().try_map(|text| Mapping::parse(&text))
}

impl ChangeArguments {
    /// As an image is asked for; its file systems are those of the disc.
    pub fn as_image(&self) -> ImageArguments {
        ImageArguments {
            paths: self.paths.clone(),
            map: self.map.clone(),
            exclude: self.exclude.clone(),
            follow_links: self.follow_links,
            one_file_system: self.one_file_system,
            skip_unreadable: self.skip_unreadable,
            volume: self.volume.clone(),
            boot: self.boot.clone(),
            quiet: self.quiet,
            verbose: self.verbose,
            json: self.json,
            ..ImageArguments::default()
        }
    }
}
