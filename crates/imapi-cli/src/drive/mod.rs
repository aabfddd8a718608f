//! `imapi drives`, `info`, `read`, `verify`, `erase`, `eject`, `load`, `lock`, `unlock`: what drives there are, what they
//! tell, their discs, and their trays.

#[cfg(target_os = "linux")]
pub mod erase;
mod info;
mod list;
mod look;
mod medium;
#[cfg(target_os = "linux")]
mod own;
#[cfg(target_os = "linux")]
mod read;
mod tray;
#[cfg(target_os = "linux")]
mod verify;
#[cfg(target_os = "linux")]
pub mod work;

use std::io;

use clap::{Args, Subcommand};
use imapi::drives::{DriveError, Drives};
use imapi_errors::{Coded, Lang};
use imapi_recorder::{Recorder, RecorderError};

#[cfg(target_os = "linux")]
pub use medium::state_terms;

use crate::output::{self, Outcome, Output};

#[derive(Debug, Subcommand)]
pub enum DriveCommand {
    /// Lists the drives
    Drives {
        /// Prints a JSON array
        #[arg(long)]
        json: bool,
    },

    /// Tells what a drive is, what it can do, and what disc is in it
    #[command(after_help = DRIVE_NAMES)]
    Info {
        /// The drive
        drive: String,

        /// Looks also where pauses and indexes of tracks with sound begin, for which the drive reads here and there
        #[arg(long)]
        indexes: bool,

        /// Prints a JSON object
        #[arg(long)]
        json: bool,
    },

    /// Reads a disc into an image file, also one that is damaged
    ///
    /// The image has exactly what was recorded. Sectors that cannot be read are zeros in it, and the command ends with 1.
    #[cfg(target_os = "linux")]
    #[command(after_help = READ_EXAMPLES)]
    Read(read::ReadArguments),

    /// Reads a disc or an image to see whether it is good
    ///
    /// It is compared with the checksums that are on it, where it was made with `--embed-checksums`; or a disc with an image
    /// or a manifest, by `--against`. Where there is neither, it is looked whether all of it can be read.
    #[cfg(target_os = "linux")]
    #[command(after_help = DRIVE_NAMES)]
    Verify(verify::VerifyArguments),

    /// Makes a rewritable disc as good as new
    #[cfg(target_os = "linux")]
    #[command(after_help = DRIVE_NAMES)]
    Erase(erase::EraseArguments),

    /// Opens the tray of a drive
    #[command(after_help = DRIVE_NAMES)]
    Eject(EjectArguments),

    /// Closes the tray of a drive, and waits until the disc can be used
    #[command(after_help = DRIVE_NAMES)]
    Load(DriveArgument),

    /// Keeps the tray of a drive shut, until it is unlocked
    #[command(after_help = DRIVE_NAMES)]
    Lock(DriveArgument),

    /// Lets the tray of a drive be opened again
    #[command(after_help = DRIVE_NAMES)]
    Unlock(DriveArgument),
}

#[derive(Debug, Args)]
pub struct DriveArgument {
    /// The drive
    drive: String,
}

#[derive(Debug, Args)]
pub struct EjectArguments {
    #[command(flatten)]
    drive: DriveArgument,

    /// Unmounts the disc first
    #[arg(long)]
    unmount: bool,
}

pub const DRIVE_NAMES: &str = "\
A drive is a device such as /dev/sr0, an id of `imapi drives`, or virtual:DISC, a burner in software with the disc of that
file in it. Options may follow: virtual:my.disc?media=bd-r&personality=pioneer&speed=real makes a BD-R where there is no disc.";

#[cfg(target_os = "linux")]
const READ_EXAMPLES: &str = "\
Examples:
  imapi read /dev/sr0 -o my.iso
  imapi read /dev/sr0 -o old.iso --map old.map --retries 5";

/// Does what is asked of the drives of this machine.
pub fn run(command: &DriveCommand, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let drives = Drives::of_this_machine();
    let done = match command {
        DriveCommand::Drives { json } => list::run(&drives, *json, lang, out)?,
        DriveCommand::Info { drive, indexes, json } => info::run(&drives, drive, (*indexes, *json), lang, out)?,
        #[cfg(target_os = "linux")]
        DriveCommand::Read(arguments) => read::run(&drives, arguments, lang, out)?,
        #[cfg(target_os = "linux")]
        DriveCommand::Verify(arguments) => verify::run(&drives, arguments, lang, out)?,
        #[cfg(target_os = "linux")]
        DriveCommand::Erase(arguments) => erase::run(&drives, arguments, lang, out)?,
        DriveCommand::Eject(EjectArguments { drive, unmount }) => {
            // The kernel unlocks the tray of a disc that is no longer mounted when nobody has the drive open any more, and
            // so it is opened twice.
            let unmounted =
                if *unmount { on(&drives, &drive.drive, |recorder| Ok(recorder.access()?.unmount()?)) } else { Ok(()) };
            ended(unmounted.and_then(|()| on(&drives, &drive.drive, Recorder::eject)), lang)
        }
        DriveCommand::Load(DriveArgument { drive }) => ended(on(&drives, drive, tray::load), lang),
        DriveCommand::Lock(DriveArgument { drive }) => {
            ended(on(&drives, drive, |recorder| recorder.lock_tray(true)), lang)
        }
        DriveCommand::Unlock(DriveArgument { drive }) => {
            ended(on(&drives, drive, |recorder| recorder.lock_tray(false)), lang)
        }
    };
    // What is wrong with a disc file is told also when all else went well.
    Ok(match (done, drives.settle()) {
        (_, Err(error)) => failed(&error, lang),
        (done, Ok(())) => done,
    })
}

/// Does something with the drive of that name, which its errors tell.
fn on<T>(
    drives: &Drives,
    name: &str,
    work: impl FnOnce(&Recorder) -> Result<T, RecorderError>,
) -> Result<T, DriveError> {
    let recorder = drives.recorder(name)?;
    work(&recorder).map_err(|error| DriveError::from(error).of(name))
}

fn ended(done: Result<(), impl Coded>, lang: Lang) -> Outcome {
    match done {
        Ok(()) => Outcome::Done,
        Err(error) => failed(&error, lang),
    }
}

fn failed(error: &impl Coded, lang: Lang) -> Outcome {
    output::report(error, lang);
    Outcome::Failed
}
