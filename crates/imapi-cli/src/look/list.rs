//! `imapi image ls`: all files, a line or a JSON object each.

use std::io;

use clap::Args;
use imapi::browse::{Fate, Selection};
use imapi_disc_types::Timestamp;
use imapi_errors::Lang;
use imapi_volumes::{Entry, EntryKind, Step, Volume, Walk};
use serde::Serialize;

use super::{
    SubjectFiles,
    line::{self, Dates},
    open::{LookError, Opened, failed},
};
use crate::output::{Outcome, Output};

/// So much is gathered before it is written.
const GATHERED: usize = 64 << 10;

#[derive(Debug, Args)]
pub struct ListArguments {
    #[command(flatten)]
    files: SubjectFiles,

    /// Only these files, and what is in these folders; *, ? and [a-z] stand for characters, ** for folders
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    /// Tells kind and permissions, size and date (UTC), too
    #[arg(short, long)]
    long: bool,

    /// Nothing deeper than so many folders
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    depth: Option<u16>,

    /// Ends each path with a zero byte instead of a line, and changes nothing in it
    #[arg(short = '0', long, conflicts_with_all = ["long", "json"])]
    null: bool,

    /// Prints a JSON object for each file, one a line
    #[arg(long)]
    json: bool,
}

pub const LIST_EXAMPLES: &str = "\
Examples:
  imapi image ls my.iso
  imapi image ls -l /dev/sr0 'photos/*.jpg'
  imapi image ls --json --fs udf --session 1 virtual:my.disc";

pub fn run(arguments: &ListArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let opened = match Opened::new(&arguments.files.subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let selection = Selection::new(arguments.paths.iter().map(String::as_str));
    let volume = match opened.listing(&arguments.files) {
        Ok(volume) => volume,
        Err(error) => return Ok(opened.end(failed(&error, lang), lang)),
    };
    out.finish()?;
    // Lines are told as they are: what a style would be is made harmless in them already.
    let mut stdout = io::stdout().lock();
    let listed = all(arguments, &opened, &*volume, &selection, &mut stdout);
    let outcome = match listed {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(error)) => failed(&error, lang),
        Err(error) => return Err(error),
    };
    Ok(opened.end(unmet(&selection, outcome, lang), lang))
}

/// What was named and is not there is told, too.
pub fn unmet(selection: &Selection, outcome: Outcome, lang: Lang) -> Outcome {
    if outcome != Outcome::Done {
        return outcome;
    }
    selection
        .never_met()
        .fold(outcome, |_, pattern| failed(&LookError::NoPath { path: pattern.text().to_owned() }, lang))
}

fn all(
    arguments: &ListArguments,
    opened: &Opened,
    volume: &dyn Volume,
    selection: &Selection,
    to: &mut impl io::Write,
) -> io::Result<Result<(), LookError>> {
    let mut lines =
        Lines { dates: Dates::default(), out: Vec::with_capacity(2 * GATHERED), displaced: opened.options.displaced };
    let mut walk = Walk::new(volume, &opened.options);
    while let Some(step) = walk.next() {
        let Step { path, entry } = match step {
            Ok(step) => step,
            Err(error) => {
                to.write_all(&lines.out)?;
                to.flush()?;
                return Ok(Err(error.into()));
            }
        };
        let fate = selection.fate(&path);
        let depth = || path.split(|&byte| byte == b'/').count();
        if fate == Fate::LeftOut || arguments.depth.is_some_and(|most| depth() >= usize::from(most)) {
            Walk::pass_over(&mut walk);
        }
        if fate != Fate::Taken {
            continue;
        }
        match (arguments.json, arguments.null) {
            (true, _) => lines.json(&path, &entry)?,
            (_, true) => {
                lines.out.extend_from_slice(&path);
                lines.out.push(0);
            }
            _ => lines.line(&path, &entry, arguments.long),
        }
        if lines.out.len() >= GATHERED {
            to.write_all(&lines.out)?;
            lines.out.clear();
        }
    }
    to.write_all(&lines.out)?;
    to.flush()?;
    Ok(Ok(()))
}

struct Lines {
    dates: Dates,
    out: Vec<u8>,
    /// The address of the first block.
    displaced: u32,
}

impl Lines {
    fn line(&mut self, path: &[u8], entry: &Entry, long: bool) {
        let out = &mut self.out;
        if long {
            line::mode(entry, out);
            out.push(b' ');
            match entry.kind {
                EntryKind::Special { device: (major, minor) } => {
                    line::number(major.into(), 7, out);
                    out.push(b',');
                    line::number(minor.into(), 4, out);
                }
                _ => line::number(line::size(entry), 12, out),
            }
            out.push(b' ');
            self.dates.put(entry.times.modified, out);
            out.push(b' ');
        }
        line::name(path, out);
        if let (true, EntryKind::Link { target }) = (long, &entry.kind) {
            out.extend_from_slice(b" -> ");
            line::name(target, out);
        }
        out.push(b'\n');
    }

    fn json(&mut self, path: &[u8], entry: &Entry) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &Told::new(path, entry, self.displaced))?;
        self.out.push(b'\n');
        Ok(())
    }
}

/// A file in JSON.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told<'a> {
    path: std::borrow::Cow<'a, str>,
    /// The path's bytes, where they are no UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    r#type: &'static str,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    packed_size: Option<u64>,
    first_block: Option<u64>,
    extents: Vec<Extent>,
    created: Option<String>,
    modified: Option<String>,
    accessed: Option<String>,
    changed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<std::borrow::Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<[u32; 2]>,
    mode: Option<u32>,
    user: Option<u32>,
    group: Option<u32>,
    links: Option<u32>,
    inode: Option<u64>,
    hidden: bool,
    real_time: bool,
    named_streams: bool,
}

/// Bytes that follow one another: where in the image, and how many. Those of a hole are nowhere.
#[derive(Debug, Serialize)]
struct Extent {
    byte: Option<u64>,
    bytes: u64,
}

impl<'a> Told<'a> {
    fn new(path: &'a [u8], entry: &'a Entry, displaced: u32) -> Self {
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let text = String::from_utf8_lossy(path);
        let hex = |bytes: &[u8]| {
            let digit = |byte: u8| char::from_digit(byte.into(), 16).unwrap_or('0');
            bytes.iter().flat_map(|&byte| [digit(byte >> 4), digit(byte & 15)]).collect()
        };
        let (kind, target, device) = match &entry.kind {
            EntryKind::Directory => ("folder", None, None),
            EntryKind::File => ("file", None, None),
            EntryKind::Link { target } => ("link", Some(String::from_utf8_lossy(target)), None),
            EntryKind::Special { device: (major, minor) } => ("special", None, Some([*major, *minor])),
        };
        let runs = entry.runs.as_slice();
        let first = runs.iter().find_map(|run| run.start);
        Self {
            path_bytes: matches!(text, std::borrow::Cow::Owned(_)).then(|| hex(path)),
            path: text,
            r#type: kind,
            size: line::size(entry),
            packed_size: entry.unpacked.map(|_| entry.size),
            first_block: first.map(|first| first / 2048 + u64::from(displaced)),
            extents: runs.iter().map(|run| Extent { byte: run.start, bytes: run.bytes }).collect(),
            created: time(entry.times.created),
            modified: time(entry.times.modified),
            accessed: time(entry.times.accessed),
            changed: time(entry.times.changed),
            target,
            device,
            mode: entry.posix.map(|posix| posix.mode),
            user: entry.posix.map(|posix| posix.user),
            group: entry.posix.map(|posix| posix.group),
            links: entry.posix.map(|posix| posix.links),
            inode: entry.posix.and_then(|posix| posix.inode),
            hidden: entry.hidden,
            real_time: entry.real_time,
            named_streams: entry.has_streams,
        }
    }
}
