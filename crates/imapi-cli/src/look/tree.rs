//! `imapi image tree`: folders with what is in them, drawn.

use std::{
    collections::HashSet,
    io::{self, Write as _},
};

use clap::Args;
use imapi_errors::{Lang, Term};
use imapi_volumes::{Entry, EntryKind, OpenOptions, Place, Volume, VolumeError, Walk};

use super::{
    SubjectFiles, line,
    open::{LookError, Opened, failed, find},
};
use crate::{
    output::{Outcome, Output},
    progress,
};

#[derive(Debug, Args)]
pub struct TreeArguments {
    #[command(flatten)]
    files: SubjectFiles,

    /// Only what is in this folder
    #[arg(value_name = "PATH", default_value = "")]
    path: String,

    /// Nothing deeper than so many folders
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,
}

/// A folder whose entries are drawn: the path, and what is still to come of it.
struct Level {
    path: Vec<u8>,
    rest: std::iter::Peekable<std::vec::IntoIter<Entry>>,
}

struct Drawing<'a> {
    volume: &'a dyn Volume,
    options: &'a OpenOptions,
    levels: Vec<Level>,
    met: HashSet<Place>,
    files: u64,
    folders: u64,
    bytes: u64,
}

pub fn run(arguments: &TreeArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let opened = match Opened::new(&arguments.files.subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let drawn = (|| {
        let volume = opened.listing(&arguments.files)?;
        let folder = find(&*volume, &arguments.path)?;
        if !folder.is_directory() {
            return Err(LookError::NoFolder { path: arguments.path.clone() });
        }
        let path = arguments.path.trim_matches('/').as_bytes().to_vec();
        let label = if path.is_empty() { volume.facts().label.clone() } else { arguments.path.clone() };
        let drawing = Drawing {
            volume: &*volume,
            options: &opened.options,
            levels: Vec::new(),
            met: HashSet::new(),
            files: 0,
            folders: 0,
            bytes: 0,
        };
        Ok::<_, LookError>(drawing.all(folder, path, &label, arguments.depth, lang, out))
    })();
    let outcome = match drawn {
        Ok(Ok(Ok(()))) => Outcome::Done,
        Ok(Ok(Err(error))) => failed(&error, lang),
        Ok(Err(error)) => return Err(error),
        Err(error) => failed(&error, lang),
    };
    out.finish()?;
    Ok(opened.end(outcome, lang))
}

impl Drawing<'_> {
    /// What is in a folder, and no deeper.
    fn enter(&mut self, folder: Entry, path: Vec<u8>) -> Result<(), VolumeError> {
        if !self.met.insert(folder.place) {
            return Ok(());
        }
        let mut walk = Walk::below(self.volume, self.options, path.clone(), folder);
        let mut entries = Vec::new();
        while let Some(step) = walk.next() {
            Walk::pass_over(&mut walk);
            entries.push(step?.entry);
        }
        self.levels.push(Level { path, rest: entries.into_iter().peekable() });
        Ok(())
    }

    fn all(
        mut self,
        folder: Entry,
        path: Vec<u8>,
        label: &str,
        depth: Option<u16>,
        lang: Lang,
        out: &mut Output,
    ) -> io::Result<Result<(), VolumeError>> {
        let mut text = Vec::new();
        line::name(label.as_bytes(), &mut text);
        text.push(b'\n');
        if let Err(error) = self.enter(folder, path) {
            return Ok(Err(error));
        }
        while let Some(level) = self.levels.last_mut() {
            let Some(entry) = level.rest.next() else {
                self.levels.pop();
                continue;
            };
            let path = [&level.path[..], if level.path.is_empty() { b"" } else { b"/" }, &entry.name].concat();
            self.draw(&entry, &mut text);
            out.write_all(&text)?;
            text.clear();
            let deeper = depth.is_none_or(|depth| self.levels.len() < usize::from(depth));
            if entry.is_directory() && deeper {
                if let Err(error) = self.enter(entry, path) {
                    return Ok(Err(error));
                }
            }
        }
        let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
        let counted = |term, count: u64| format!("{}{colon}{count}", lang.term(term));
        let counts =
            [counted(Term::Folders, self.folders), counted(Term::Files, self.files), progress::size(self.bytes)];
        writeln!(out, "\n{}", counts.join(comma))?;
        Ok(Ok(()))
    }

    fn draw(&mut self, entry: &Entry, text: &mut Vec<u8>) {
        let last = self.levels.len().saturating_sub(1);
        for (index, level) in self.levels.iter_mut().enumerate() {
            let more = level.rest.peek().is_some();
            let branch = match (index == last, more) {
                (true, true) => "├── ",
                (true, false) => "└── ",
                (false, true) => "│   ",
                (false, false) => "    ",
            };
            text.extend_from_slice(branch.as_bytes());
        }
        line::name(&entry.name, text);
        match &entry.kind {
            EntryKind::Directory => {
                text.push(b'/');
                self.folders += 1;
            }
            EntryKind::Link { target } => {
                text.extend_from_slice(b" -> ");
                line::name(target, text);
                self.files += 1;
            }
            EntryKind::File | EntryKind::Special { .. } => {
                self.files += 1;
                self.bytes = self.bytes.saturating_add(line::size(entry));
            }
        }
        text.push(b'\n');
    }
}
