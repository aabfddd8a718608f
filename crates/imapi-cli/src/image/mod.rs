//! `imapi image`: images of files and folders.
//!
//! `arguments.rs` is what can be asked (`boot.rs` is one argument that has a language of its own), `options.rs` checks it as
//! a whole and makes the library's options of it, `booting.rs` those of booting.
//! `create.rs` does the work: `sources.rs` brings the files together (`stdin.rs` is one of them), `destination.rs` knows
//! where the image goes. What is said of it: `outline.rs`
//! finds what became of names, `tell.rs` tells a person and `report.rs` a program.

mod arguments;
mod boot;
mod booting;
mod create;
mod dates;
pub mod destination;
mod error;
mod options;
mod outline;
mod report;
mod sources;
mod stdin;
mod tell;

use std::io;

use clap::Subcommand;
use imapi_errors::Lang;

use arguments::{CREATE_EXAMPLES, CreateArguments};

pub use arguments::{ImageArguments, boot, glob};
pub use boot::BootArgument;
pub use create::Planned;
pub use error::CreateError;
pub use sources::Goes;

use crate::{
    drive::DRIVE_NAMES,
    look,
    output::{Outcome, Output},
};

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Makes an image of files and folders
    ///
    /// What is in a folder goes into the root of the image, a file goes there by its name. Everything reads the image: it
    /// has ISO 9660, Joliet and UDF 1.02, which share the bytes of files. With `SOURCE_DATE_EPOCH` in the environment no
    /// date of the image is later than that.
    #[command(after_help = CREATE_EXAMPLES)]
    Create(Box<CreateArguments>),

    /// Adds files to an image, as a session of its own behind what it has
    ///
    /// What is there stays as it is, and a reader finds old and new together. Nothing of the old is written over but the
    /// descriptors at the beginning, and those last: whenever the power fails, the old image or the new can be read.
    #[command(after_help = crate::append::IMAGE_APPEND_EXAMPLES)]
    Append(Box<crate::append::ImageAppendArguments>),

    /// Lists what is in an image or on a disc
    #[command(after_help = look::LIST_EXAMPLES)]
    Ls(look::ListArguments),

    /// Draws the folders of an image or a disc with what is in them
    #[command(after_help = DRIVE_NAMES)]
    Tree(look::TreeArguments),

    /// Writes files of an image or a disc to standard output
    #[command(after_help = DRIVE_NAMES)]
    Cat(look::CatArguments),

    /// Makes files of what is in an image or on a disc
    #[command(after_help = look::EXTRACT_EXAMPLES)]
    Extract(Box<look::ExtractArguments>),

    /// Tells what an image or a disc is as a whole: its file systems, sessions, and what starts from it
    #[command(after_help = DRIVE_NAMES)]
    Info(look::InfoArguments),

    /// Checks everything in an image or on a disc against the standards
    ///
    /// Every structure of every file system is looked at, and what is there twice is compared: both halves of numbers, path
    /// tables and folders, Joliet and UDF with ISO 9660, copies of descriptors, boot entries, partition tables. Each line is
    /// a rule that is broken: how much it matters, where, what, and the clause of the standard. It ends with 1 when there
    /// is an error; warnings and remarks are what readers get over.
    #[command(after_help = DRIVE_NAMES)]
    Check(look::CheckArguments),

    /// Tells what machines start from an image or a disc
    #[command(after_help = DRIVE_NAMES)]
    BootInfo(look::BootArguments),
}

pub fn run(command: &ImageCommand, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    match command {
        ImageCommand::Create(arguments) => create::run(arguments, lang, out),
        ImageCommand::Append(arguments) => crate::append::image(arguments, lang, out),
        ImageCommand::Ls(arguments) => look::list(arguments, lang, out),
        ImageCommand::Tree(arguments) => look::tree(arguments, lang, out),
        ImageCommand::Cat(arguments) => look::cat(arguments, lang, out),
        ImageCommand::Extract(arguments) => look::extract(arguments, lang, out),
        ImageCommand::Info(arguments) => look::info(arguments, lang, out),
        ImageCommand::Check(arguments) => look::check(arguments, lang, out),
        ImageCommand::BootInfo(arguments) => look::boot_info(arguments, lang, out),
    }
}
