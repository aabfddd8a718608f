//! What can be asked of the program: its commands and options, and what is generated from them.

use std::{
    ffi::OsString,
    io::{self, Write as _},
    path::PathBuf,
};

use clap::{
    Args, CommandFactory as _, Parser, Subcommand, ValueEnum,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
    error::ErrorKind,
};
use clap_complete::Shell;
use imapi_errors::{Header, Lang};
use imapi_virtual_drive::{MEDIA, Medium, PERSONALITIES, Pace, Personality};

use crate::{
    output::{Outcome, Output},
    virtual_disc,
};

/// Optical discs: what IMAPI does on Windows, everywhere
#[derive(Debug, Parser)]
#[command(name = "imapi", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Ends with 0 when the work is done, 1 when it failed, 2 when it was asked wrongly.")]
pub struct Cli {
    /// Language of messages: en, ru or zh-TW [default: from the locale]
    #[arg(long, global = true, value_name = "LANG", value_parser = |tag: &str| tag.parse::<Lang>())]
    pub lang: Option<Lang>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Says what a result code means and what to do about it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain {
        /// A code: hexadecimal, decimal with or without sign, or a name in any case, with or without its prefix
        #[arg(required = true, value_name = "CODE", allow_negative_numbers = true)]
        codes: Vec<String>,

        /// Prints JSON: an object for one code, an array for several
        #[arg(long)]
        json: bool,
    },

    /// Lists the result codes of the IMAPI headers
    Codes {
        /// Only the codes of this header [default: the three IMAPI headers]
        #[arg(long, value_enum)]
        header: Option<HeaderName>,

        /// Prints a JSON array
        #[arg(long)]
        json: bool,
    },

    #[command(flatten)]
    Drive(crate::drive::DriveCommand),

    /// Images of files and folders
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Image(crate::image::ImageCommand),

    /// Lists the sessions of a disc or an image
    #[cfg(target_os = "linux")]
    #[command(after_help = crate::drive::DRIVE_NAMES)]
    Sessions(crate::look::SessionsArguments),

    /// Burns an image, or files and folders, onto a disc
    ///
    /// The image of files and folders is made while it is burned; nothing is written beside the disc. A file that has a file
    /// system in it is burned as the image that it is.
    #[cfg(target_os = "linux")]
    #[command(after_help = crate::burn::BURN_EXAMPLES)]
    Burn(Box<crate::burn::BurnArguments>),

    /// Burns files and folders behind what a disc has, as another session
    ///
    /// What is on the disc stays, and a reader finds old and new together. The files of earlier sessions are not burned again.
    #[cfg(target_os = "linux")]
    #[command(after_help = crate::append::APPEND_EXAMPLES)]
    Append(Box<crate::append::AppendArguments>),

    /// Burns what is on a disc onto another
    ///
    /// Both drives work at the same time, and nothing is written beside the disc. A disc with several sessions, or with sound,
    /// is refused.
    #[cfg(target_os = "linux")]
    #[command(after_help = crate::burn::COPY_EXAMPLES)]
    Copy(Box<crate::burn::CopyArguments>),

    /// Discs of sound
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Audio(crate::audio::AudioCommand),

    /// Whole CDs, with everything that stands beside their sectors
    #[cfg(target_os = "linux")]
    #[command(subcommand)]
    Raw(Box<crate::raw::RawCommand>),

    /// Discs in files, for the burner in software
    #[command(subcommand)]
    Virtual(VirtualCommand),

    /// Prints a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },

    /// Prints the manual page, of the program or of one command
    Man {
        /// A command, and one of those that it has
        #[arg(value_name = "COMMAND")]
        command: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum VirtualCommand {
    /// Makes a blank disc in a new file
    Create {
        /// The file; one that is there is never overwritten
        disc: PathBuf,

        /// What kind of disc
        #[arg(long, value_name = "MEDIUM", value_parser = media())]
        media: &'static Medium,

        /// Smaller than the real one: bytes, or with K, M, G
        #[arg(long, value_parser = virtual_disc::parse_size)]
        size: Option<u64>,

        /// Presses this image onto a DVD-ROM or BD-ROM
        #[arg(long, value_name = "FILE")]
        image: Option<PathBuf>,
    },

    /// Runs a program that sees the disc in a drive (Linux)
    ///
    /// The program and its children find the drive at the given path. Neither root nor a kernel module is needed.
    #[command(after_help = RUN_EXAMPLES)]
    Run(RunArguments),

    /// Makes a drive of the kernel's own with the disc in it (Linux, root)
    ///
    /// All programs see the drive, and the kernel can mount the disc. It is there until Ctrl-C or `imapi virtual detach`.
    #[command(after_help = ATTACH_EXAMPLES)]
    Attach {
        /// The file
        disc: PathBuf,

        /// Ends when the drive is there, and leaves it to a process of its own
        #[arg(long)]
        background: bool,

        /// Prints a JSON object in one line
        #[arg(long)]
        json: bool,
    },

    /// Takes away a drive that was attached, also one whose program was killed (Linux, root)
    Detach {
        /// The file that was attached, or the drive's path
        #[arg(value_name = "DISC|DRIVE", required_unless_present = "all")]
        which: Option<PathBuf>,

        /// All that are attached
        #[arg(long, conflicts_with = "which")]
        all: bool,

        /// Also one that is mounted, as if it were unplugged
        #[arg(long)]
        force: bool,
    },

    /// Lists the drives that differ from the standard, for `imapi virtual run --personality`
    Personalities {
        /// Prints a JSON array
        #[arg(long)]
        json: bool,
    },

    /// Tells what a disc is and what is on it
    Show {
        /// The file
        disc: PathBuf,

        /// Prints a JSON object
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "programs see the drive on Linux only"))]
pub struct RunArguments {
    /// The file
    pub disc: PathBuf,

    /// Where the program finds the drive
    #[arg(long, value_name = "PATH", default_value = "/dev/sr0")]
    pub device: PathBuf,

    /// The ways of the drive; `imapi virtual personalities` lists them
    #[arg(long, value_name = "NAME", default_value = "standard", value_parser = personalities(), hide_possible_values = true)]
    pub personality: &'static Personality,

    /// How long the drive takes: quick, real, or xN for N times as fast as real
    #[arg(long, value_name = "PACE", default_value = "quick", value_parser = |text: &str| text.parse::<Pace>())]
    pub speed: Pace,

    /// A script of faults that strike the drive, in JSON
    #[arg(long, value_name = "FILE")]
    pub faults: Option<PathBuf>,

    /// Writes down every command: in JSON lines, or as a network capture when the name ends in .pcap
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,

    /// The program and its arguments
    #[arg(required = true, last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Takes the names of the personalities.
fn personalities() -> impl TypedValueParser<Value = &'static Personality> {
    let named = |personality: &Personality| PossibleValue::new(personality.name).help(personality.summary);
    PossibleValuesParser::new(PERSONALITIES.iter().map(named)).try_map(|name| name.parse::<&Personality>())
}

/// Takes the names of the media, which the help lists.
fn media() -> impl TypedValueParser<Value = &'static Medium> {
    PossibleValuesParser::new(MEDIA.iter().map(|medium| PossibleValue::new(medium.name).help(medium.label)))
        .try_map(|name| name.parse::<&Medium>())
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  imapi explain 0xC0AA0404
  imapi explain -1062599676
  imapi explain e_imapi_df2data_media_not_blank
  imapi explain media_not_blank --lang zh-TW";

const RUN_EXAMPLES: &str = "\
Examples:
  imapi virtual run my.disc -- sg_inq /dev/sr0
  imapi virtual run my.disc --personality pioneer --speed x16 --trace burn.pcap -- wodim dev=/dev/sr0 my.iso";

const ATTACH_EXAMPLES: &str = "\
Example:
  imapi virtual attach --background my.disc
  mount /dev/sr0 /mnt
  umount /mnt
  imapi virtual detach my.disc";

/// A header by its file name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HeaderName {
    /// IMAPI v1
    #[value(name = "imapierror.h", alias = "imapierror")]
    V1,
    /// IMAPI v2
    #[value(name = "imapi2error.h", alias = "imapi2error")]
    V2,
    /// File system images
    #[value(name = "imapi2fserror.h", alias = "imapi2fserror")]
    Fs,
    /// COM and Windows codes that IMAPI methods return too
    #[value(name = "winerror.h", alias = "winerror")]
    Common,
}

impl From<HeaderName> for Header {
    fn from(name: HeaderName) -> Self {
        match name {
            HeaderName::V1 => Self::V1,
            HeaderName::V2 => Self::V2,
            HeaderName::Fs => Self::Fs,
            HeaderName::Common => Self::Common,
        }
    }
}

/// Writes the completion script of a shell.
pub fn completions(shell: Shell, out: &mut Output) -> io::Result<Outcome> {
    // The generator cannot fail on a Vec, as it would panic on a closed pipe.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "imapi", &mut script);
    out.write_all(&script)?;
    Ok(Outcome::Done)
}

/// Writes a manual page in roff.
pub fn man(names: &[String], out: &mut Output) -> io::Result<Outcome> {
    let mut program = Cli::command().disable_help_subcommand(true);
    program.build();
    let (mut page, mut called) = (program.clone(), "imapi".to_string());
    for name in names {
        let Some(command) = page.find_subcommand(name) else {
            program.error(ErrorKind::InvalidSubcommand, format!("no command is called '{name}'")).exit()
        };
        called = format!("{called} {name}");
        let version = env!("CARGO_PKG_VERSION");
        page = command.clone().name(called.replace(' ', "-")).bin_name(called.clone()).version(version);
    }
    let mut roff = Vec::new();
    clap_mangen::Man::new(page).render(&mut roff)?;
    out.write_all(&roff)?;
    Ok(Outcome::Done)
}

/// Ends the program: one of its commands was asked wrongly, in a way that only the whole of its arguments shows.
#[cfg(target_os = "linux")]
pub fn wrongly_asked(command: &[&str], message: String) -> ! {
    let mut program = Cli::command();
    program.build();
    let found = command.iter().try_fold(&mut program, |at, name| at.find_subcommand_mut(name));
    found.expect("this is the command that was asked for").error(ErrorKind::ArgumentConflict, message).exit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_header_has_its_file_name() {
        for name in HeaderName::value_variants() {
            let shown = name.to_possible_value().expect("none is hidden");
            assert_eq!(shown.get_name(), Header::from(*name).file());
        }
    }
}
