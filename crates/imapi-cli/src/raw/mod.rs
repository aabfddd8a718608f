//! `imapi raw`: whole CDs, in files and onto discs.
//!
//! `sources.rs` makes a disc of what is named on the command line; `create.rs` writes it into files, `info.rs` tells what it
//! is, `burn.rs` writes it onto a disc with everything that stands beside its sectors.

mod burn;
mod create;
mod error;
mod info;
mod sources;

use std::io;

use clap::Subcommand;
use imapi_errors::Lang;

use crate::output::{Outcome, Output};

pub use burn::{BurnRawArguments, show};
pub use create::CreateRawArguments;
pub use info::InfoRawArguments;

#[derive(Debug, Subcommand)]
pub enum RawCommand {
    /// Makes files of a disc: .cue, .toc or .ccd with the data beside them, or one .raw with all that will be on it
    ///
    /// The tracks come from a sheet (.cue, .toc of cdrdao, .ccd, .nrg), or from files of their own: sound in .wav, data in
    /// .iso. Sound has to be what a CD has: 44.1 kHz, 16 bit, two channels.
    #[command(after_help = CREATE_EXAMPLES)]
    Create(CreateRawArguments),

    /// Tells what tracks a disc in files has, where they are, and what numbers and titles
    Info(InfoRawArguments),

    /// Burns a whole CD: lead-in, tracks and lead-out with their sub-channels, as the files say
    ///
    /// The disc has to be blank, and the drive must write raw. Nothing can be added to the disc afterwards.
    #[command(after_help = BURN_EXAMPLES)]
    Burn(BurnRawArguments),
}

const CREATE_EXAMPLES: &str = "\
Examples:
  imapi raw create one.wav two.wav -o album.cue --mcn 4006381333931
  imapi raw create old-game.ccd -o old-game.toc
  imapi raw create album.cue -o album.raw --sub-channels raw";

const BURN_EXAMPLES: &str = "\
Examples:
  imapi raw burn album.cue --drive /dev/sr0
  imapi raw burn one.wav two.wav --gapless --drive /dev/sr0 --speed 8
  imapi raw burn album.raw --sub-channels raw --drive 'virtual:my.disc?media=cd-r'";

pub fn run(command: &RawCommand, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    match command {
        RawCommand::Create(arguments) => create::run(arguments, lang, out),
        RawCommand::Info(arguments) => info::run(arguments, lang, out),
        RawCommand::Burn(arguments) => burn::run(arguments, lang, out),
    }
}
