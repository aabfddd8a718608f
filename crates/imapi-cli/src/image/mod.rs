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

pub use arguments::ImageArguments;
pub use create::Planned;
pub use error::CreateError;
pub use sources::Goes;

use crate::output::{Outcome, Output};

#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Makes an image of files and folders
    ///
    /// What is in a folder goes into the root of the image, a file goes there by its name. Everything reads the image: it
    /// has ISO 9660, Joliet and UDF 1.02, which share the bytes of files. With `SOURCE_DATE_EPOCH` in the environment no
    /// date of the image is later than that.
    #[command(after_help = CREATE_EXAMPLES)]
    Create(Box<CreateArguments>),
}

pub fn run(command: &ImageCommand, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let ImageCommand::Create(arguments) = command;
    create::run(arguments, lang, out)
}
