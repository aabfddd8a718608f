//! `imapi audio burn`, `imapi audio rip`: discs of sound.
//!
//! `arguments.rs` is what can be asked, `album.rs` finds out what is burned, `burn.rs` burns it (`raw.rs` with every
//! sector as it is), `extra.rs` the data behind it, `rip.rs` reads discs.

mod album;
mod arguments;
mod burn;
mod extra;
mod raw;
mod rip;

use std::io;

use clap::Subcommand;
use imapi::drives::Drives;
use imapi_errors::Lang;

use crate::output::{self, Outcome, Output};

/// Bytes of a sector of sound.
const SECTOR: u64 = 2352;

#[derive(Debug, Subcommand)]
pub enum AudioCommand {
    /// Burns sound onto a blank CD, as players take it
    ///
    /// Tracks are WAV or FLAC files of 44.1 kHz, 16 bits and two channels. Their samples are burned as they are.
    #[command(after_help = arguments::BURN_EXAMPLES)]
    Burn(Box<arguments::BurnArguments>),

    /// Reads the tracks of a disc into WAV files
    ///
    /// Sectors that the drive is not sure of are read again until two readings agree. The checksums are those by which people
    /// compare what they read of the same disc.
    #[command(after_help = arguments::RIP_EXAMPLES)]
    Rip(arguments::RipArguments),
}

/// Does what is asked.
pub fn run(command: &AudioCommand, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let drives = Drives::of_this_machine();
    let done = match command {
        AudioCommand::Burn(arguments) => burn::run(&drives, arguments, lang, out)?,
        AudioCommand::Rip(arguments) => rip::run(&drives, arguments, lang, out)?,
    };
    // What is wrong with a disc file is told also when all else went well.
    Ok(match (done, drives.settle()) {
        (_, Err(error)) => {
            output::report(&error, lang);
            Outcome::Failed
        }
        (done, Ok(())) => done,
    })
}
