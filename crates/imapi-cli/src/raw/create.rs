//! `imapi raw create`: a disc becomes files.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use clap::Args;
use imapi_cd_image::{
    CdDisc, RawImage, SubCode,
    files::{self, Kind, Lost, Made, SheetError, Writing},
};
use imapi_disc_types::{Block, BlockSource, CancelToken, Cancelled, Control};
use imapi_errors::{Coded, Lang, Term};
use serde::Serialize;

use super::{
    error::RawCommandError,
    sources::{Sources, SubChannels, ends_in},
};
use crate::{
    drive::work::{Manner, code_of},
    interrupt::Interrupts,
    output::{self, Outcome, Output},
    progress::{Progress, Step, size},
};

#[derive(Debug, Args)]
pub struct CreateRawArguments {
    #[command(flatten)]
    sources: Sources,

    /// The file that is made: .cue, .toc or .ccd, with the data beside it, or .raw
    #[arg(short, long, value_name = "FILE", value_parser = destination)]
    output: PathBuf,

    /// What of the sub-channels stands in a .raw behind each sector
    #[arg(long, value_name = "FORM", value_enum, default_value_t = SubChannels::Raw)]
    sub_channels: SubChannels,

    #[command(flatten)]
    manner: Manner,
}

fn destination(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let is_known = Kind::of(&path).is_some() || ends_in(&path, "raw");
    if is_known { Ok(path) } else { Err("the name has to end in .cue, .toc, .ccd or .raw".to_string()) }
}

/// What came of it, for programs.
#[derive(Debug, Default, Serialize)]
struct Told {
    code: String,
    name: Option<&'static str>,
    files: Vec<PathBuf>,
    tracks: Option<usize>,
    lost: Vec<&'static str>,
}

pub fn run(arguments: &CreateRawArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let interrupts = Interrupts::listen()?;
    let Manner { json, quiet } = arguments.manner;
    let mut progress = Progress::new(quiet, json, lang);
    let made = make(arguments, interrupts.token(), &mut progress);
    progress.clear();
    let (code, name) = code_of(made.as_ref().err().map(|error| error as &dyn Coded));
    let mut told = Told { code, name, ..Told::default() };
    let outcome = match made {
        Ok((made, tracks)) => {
            for lost in made.lost.iter().filter(|_| !quiet) {
                output::complain(&lang.term(term(*lost)));
            }
            told = Told { tracks: Some(tracks), lost: made.lost.iter().copied().map(word).collect(), ..told };
            if !json && !quiet {
                for file in &made.files {
                    let bytes = fs::metadata(file).map_or(0, |about| about.len());
                    writeln!(out, "{}{}{}", file.display(), lang.term(Term::MarkColon), size(bytes))?;
                }
            }
            told.files = made.files;
            Outcome::Done
        }
        Err(error) => {
            output::report(&error, lang);
            interrupts.status().map_or(Outcome::Failed, Outcome::Stopped)
        }
    };
    if json {
        serde_json::to_writer(&mut *out, &told)?;
        writeln!(out)?;
    }
    Ok(outcome)
}

/// What of the disc is not in the files, for programs.
const fn word(lost: Lost) -> &'static str {
    match lost {
        Lost::BeforeAddress0 => "before-address-0",
        Lost::SubChannels => "sub-channels",
        Lost::Texts => "texts",
    }
}

pub(super) const fn term(lost: Lost) -> Term {
    match lost {
        Lost::BeforeAddress0 => Term::RawLostHidden,
        Lost::SubChannels => Term::RawLostSubChannels,
        Lost::Texts => Term::RawLostTexts,
    }
}

fn make(
    arguments: &CreateRawArguments,
    token: &CancelToken,
    progress: &mut Progress,
) -> Result<(Made, usize), RawCommandError> {
    let disc = arguments.sources.disc()?;
    let tracks = disc.tracks.len();
    let Some(kind) = Kind::of(&arguments.output) else {
        let sub_code = SubCode::from(arguments.sub_channels);
        let made = raw(&disc, sub_code, &arguments.output, token, progress)?;
        return Ok((made, tracks));
    };
    let mut listener = |told: &Writing| {
        progress.show(Step::Writing { bytes: told.done * 2352, of: told.of * 2352 });
        ControlFlow::Continue(())
    };
    let made = files::write(&disc, &arguments.output, kind, &mut Control::new(token.clone(), &mut listener))?;
    Ok((made, tracks))
}

/// Blocks that are written at once.
const AT_ONCE: u64 = 448;

/// All that will be on the disc, in one file.
fn raw(
    disc: &CdDisc,
    sub_code: SubCode,
    path: &Path,
    token: &CancelToken,
    progress: &mut Progress,
) -> Result<Made, RawCommandError> {
    let image = RawImage::new(disc, sub_code)?;
    let failed = |source| SheetError::Io { path: path.to_path_buf(), source };
    let mut file = File::options().write(true).create_new(true).open(path).map_err(failed)?;
    let block_size = u64::from(sub_code.block_size().get());
    let (mut at, blocks) = (0, image.blocks());
    let mut buffer = vec![0; usize::try_from(AT_ONCE * block_size).unwrap_or(0)];
    let mut work = || {
        while at < blocks {
            if token.is_cancelled() {
                return Err(SheetError::from(Cancelled));
            }
            progress.show(Step::Writing { bytes: at * block_size, of: blocks * block_size });
            let count = AT_ONCE.min(blocks - at);
            let room = usize::try_from(count * block_size).unwrap_or(0);
            let name = image.name_of(Block(at)).map_or_else(|| path.to_path_buf(), |name| PathBuf::from(&*name));
            let read = image.read_all(Block(at), &mut buffer[..room]);
            read.map_err(|source| SheetError::Data { path: name, source })?;
            file.write_all(&buffer[..room]).map_err(failed)?;
            at += count;
        }
        file.sync_all().map_err(failed)
    };
    if let Err(error) = work() {
        let _ = fs::remove_file(path);
        return Err(error.into());
    }
    Ok(Made { files: vec![path.to_path_buf()], lost: Vec::new() })
}
