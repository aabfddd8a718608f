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

use imapi_errors::{Coded, Lang, Term};
use imapi_virtual_drive::{DiscFile, DiscFileError, DiscState, Medium, PressError, press};

pub use self::{personalities::personalities, run::run, show::show};
use crate::output::{self, Outcome, Output};

/// Bytes of a block.
const BLOCK: u64 = 2048;

/// A size on the command line: bytes, or with a unit of powers of 1024.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().find(|(_, c)| !c.is_ascii_digit()) {
        Some((at, _)) => text.split_at(at),
        None => (text, ""),
    };
    let factor: u64 = match unit.to_ascii_lowercase().trim_end_matches("ib").trim_end_matches('b') {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => return Err("a size is a number of bytes, or a number with K, M or G".to_string()),
    };
    let number: u64 = digits.parse().map_err(|_| "a size begins with a number".to_string())?;
    number.checked_mul(factor).filter(|&size| size > 0).ok_or_else(|| "no disc has this size".to_string())
}

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

/// The blocks that hold so many bytes, up to a whole unit of the medium.
fn whole_units(bytes: u64, medium: &Medium) -> u32 {
    let blocks = bytes.div_ceil(BLOCK).next_multiple_of(u64::from(medium.unit()));
    u32::try_from(blocks).unwrap_or(u32::MAX)
}

fn failed(error: &(impl Coded + ?Sized), lang: Lang) -> Outcome {
    output::report(error, lang);
    Outcome::Failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_has_a_number_and_may_have_a_unit() {
        let sizes = ["2048", "64K", "64kib", "100M", "25G", "25GB"].map(|text| parse_size(text).expect(text));
        assert_eq!(sizes, [2048, 65_536, 65_536, 104_857_600, 26_843_545_600, 26_843_545_600]);
        for wrong in ["", "M", "0", "-5", "5T", "5 M", "99999999999999999999", "99999999999G"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_size_is_rounded_up_to_what_the_medium_is_written_in() {
        let medium: &Medium = "bd-r".parse().expect("a medium");
        assert_eq!([1, 65_536, 65_537].map(|bytes| whole_units(bytes, medium)), [32, 32, 64]);
    }
}
