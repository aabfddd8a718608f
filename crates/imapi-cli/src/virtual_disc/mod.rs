//! `imapi virtual`: discs in files, made, looked at, and used by programs.

mod personalities;
#[cfg_attr(not(target_os = "linux"), path = "elsewhere.rs")]
mod run;
mod show;
#[cfg(target_os = "linux")]
mod trace;

use std::{
    fs::File,
    io::{self, Write as _},
    path::Path,
};

pub use imapi::drives::parse_size;
use imapi::drives::whole_units;
use imapi_errors::{Coded, Lang, Term};
use imapi_virtual_drive::{DiscFile, DiscFileError, DiscState, Medium, PressError, press};

pub use self::{personalities::personalities, run::run, show::show};
use crate::output::{self, Outcome, Output};

/// Bytes of a block.
const BLOCK: u64 = 2048;

/// Makes a disc in a new file: blank, or with an image pressed onto it.
pub fn create(
    disc: &Path,
    medium: &'static Medium,
    size: Option<u64>,
    image: Option<&Path>,
    lang: Lang,
    out: &mut Output,
) -> io::Result<Outcome> {
    let blocks = size.map(|bytes| whole_units(bytes, medium));
    let made = match image {
        Some(image) => pressed(disc, medium, blocks, image),
        None => medium
            .geometry(blocks)
            .map_err(PressError::from)
            .and_then(|geometry| Ok(DiscFile::<DiscState>::create(disc, geometry)?)),
    };
    match made {
        Ok(_) => {
            let colon = lang.term(Term::MarkColon);
            writeln!(out, "{}{colon}{} ({medium})", lang.term(Term::DiscMade), disc.display())?;
            Ok(Outcome::Done)
        }
        Err(error) => Ok(failed(&error, lang)),
    }
}

/// Presses the image: a file makes a disc of its own size, a pipe one as large as can be.
fn pressed(
    disc: &Path,
    medium: &'static Medium,
    blocks: Option<u32>,
    image: &Path,
) -> Result<DiscFile<DiscState>, PressError> {
    let system = |source| DiscFileError::System { path: image.to_path_buf(), source };
    let mut source = File::open(image).map_err(system)?;
    let about = source.metadata().map_err(system)?;
    let whole = (about.is_file() && about.len() > 0).then(|| whole_units(about.len(), medium));
    press(disc, medium, blocks.or(whole), &mut source)
}

fn failed(error: &(impl Coded + ?Sized), lang: Lang) -> Outcome {
    output::report(error, lang);
    Outcome::Failed
}
