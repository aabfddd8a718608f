//! `imapi image cat`: the bytes of files.

use std::{
    io::{self, Write as _},
    sync::Arc,
};

use clap::Args;
use imapi::extract::Unpacker;
use imapi_errors::Lang;
use imapi_volumes::{Entry, EntryKind, FileBytes};

use super::{
    SubjectFiles,
    open::{LookError, Opened, failed, find},
};
use crate::output::{Outcome, Output};

#[derive(Debug, Args)]
pub struct CatArguments {
    #[command(flatten)]
    files: SubjectFiles,

    /// The files, by their paths in the image
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<String>,

    /// Files that are compressed in the image stay so
    #[arg(long)]
    packed: bool,
}

const BUFFER: usize = 1 << 20;

pub fn run(arguments: &CatArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let opened = match Opened::new(&arguments.files.subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    out.finish()?;
    let volume = match opened.volume(&arguments.files) {
        Ok(volume) => volume,
        Err(error) => return Ok(opened.end(failed(&error, lang), lang)),
    };
    let mut stdout = io::stdout().lock();
    let mut outcome = Outcome::Done;
    for path in &arguments.paths {
        let file = find(&*volume, path).and_then(|entry| match entry.kind {
            EntryKind::File => Ok(entry),
            _ => Err(LookError::NoFile { path: path.clone() }),
        });
        let written = match file {
            Ok(entry) => write(&opened, &entry, arguments.packed, &mut stdout)?,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            outcome = failed(&error, lang);
        }
    }
    stdout.flush()?;
    Ok(opened.end(outcome, lang))
}

fn write(opened: &Opened, entry: &Entry, packed: bool, to: &mut impl io::Write) -> io::Result<Result<(), LookError>> {
    let bytes = FileBytes::new(Arc::clone(opened.medium.source()), &entry.runs);
    let mut buffer = vec![0; BUFFER];
    if let Some(len) = entry.unpacked.filter(|_| !packed) {
        let mut unpacker = match Unpacker::new(bytes, len) {
            Ok(unpacker) => unpacker,
            Err(error) => return Ok(Err(error.into())),
        };
        for index in 0..unpacker.blocks() {
            if let Err(error) = unpacker.block(index, &mut buffer) {
                return Ok(Err(error.into()));
            }
            to.write_all(&buffer)?;
        }
        return Ok(Ok(()));
    }
    let mut at = 0;
    while at < bytes.len() {
        match bytes.read_at(at, &mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                to.write_all(&buffer[..count])?;
                at += count as u64;
            }
            Err(error) => return Ok(Err(error.into())),
        }
    }
    Ok(Ok(()))
}
