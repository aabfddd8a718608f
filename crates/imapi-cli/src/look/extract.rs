//! `imapi image extract`: files of an image or a disc become files of this system.

use std::{
    io::{self, Write as _},
    num::NonZeroUsize,
    ops::ControlFlow,
    path::PathBuf,
};

use clap::Args;
use imapi::{
    browse::{MediumKind, Selection},
    extract::{self, ExtractError, ExtractEvent, ExtractOptions, ExtractReport, Note},
};
use imapi_disc_types::Control;
use imapi_errors::{Coded, Lang, Report, Term, Value};
use serde::Serialize;

use super::{
    SubjectFiles, list,
    open::{LookError, Opened, failed},
};
use crate::{
    drive::work::{Manner, code_of},
    interrupt::Interrupts,
    output::{self, Outcome, Output},
    progress::{self, Progress, Step},
};

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct ExtractArguments {
    #[command(flatten)]
    files: SubjectFiles,

    /// Only these files, and what is in these folders; *, ? and [a-z] stand for characters, ** for folders
    #[arg(value_name = "PATH")]
    paths: Vec<String>,

    /// The folder that they go into; it is made when it is not there
    #[arg(short = 'C', long, value_name = "FOLDER", default_value = ".")]
    directory: PathBuf,

    /// Replaces what is there already
    #[arg(long)]
    force: bool,

    /// Goes on where an earlier run ended: files that have the right size and date already stay as they are
    #[arg(long)]
    resume: bool,

    /// With --lenient, keeps files of which parts cannot be read, with zeros there
    #[arg(long, requires = "lenient")]
    keep_damaged: bool,

    /// Gives files to their owners, which only root can
    #[arg(long)]
    owner: bool,

    /// Lets programs run as their owner or group where the image says so
    #[arg(long)]
    set_id: bool,

    /// Makes devices, pipes and sockets, too
    #[arg(long)]
    devices: bool,

    /// Makes extended attributes user.NAME of named streams
    #[arg(long)]
    named_streams: bool,

    /// Files that are compressed in the image stay so
    #[arg(long)]
    packed: bool,

    /// How many files are written at the same time [default: 2; 1 from a disc, which has one place to read from]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    threads: Option<u8>,

    #[command(flatten)]
    manner: Manner,
}

pub const EXTRACT_EXAMPLES: &str = "\
Nothing is written outside of the folder, whatever names and links the image has.

Examples:
  imapi image extract my.iso -C my
  imapi image extract /dev/sr0 photos 'docs/*.pdf' -C /tmp
  imapi image extract scratched.iso -C rescued --lenient --keep-damaged";

/// What came of it, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    code: String,
    name: Option<&'static str>,
    files: u64,
    bytes: u64,
    folders: u64,
    links: u64,
    special_files: u64,
    complete: u64,
    damaged: u64,
    left_out: Vec<String>,
    renamed: Vec<Renamed>,
    damage: Vec<Damage>,
    not_set: Vec<NotSet>,
}

#[derive(Debug, Serialize)]
struct Renamed {
    path: String,
    name: String,
}

#[derive(Debug, Serialize)]
struct Damage {
    path: String,
    code: String,
    kept: bool,
}

#[derive(Debug, Serialize)]
struct NotSet {
    path: String,
    what: String,
    code: String,
}

/// What is otherwise than in the image, while it is gathered and told.
struct Notes<'a> {
    arguments: &'a ExtractArguments,
    lang: Lang,
    left_out: Vec<String>,
    renamed: Vec<Renamed>,
    damage: Vec<Damage>,
    not_set: Vec<NotSet>,
}

pub fn run(arguments: &ExtractArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let opened = match Opened::new(&arguments.files.subject, lang) {
        Ok(opened) => opened,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let interrupts = Interrupts::listen()?;
    let mut progress = Progress::new(arguments.manner.quiet, arguments.manner.json, lang);
    let selection = Selection::new(arguments.paths.iter().map(String::as_str));
    let mut notes = Notes::new(arguments, lang);
    let extracted = all(arguments, &opened, &selection, &interrupts, &mut progress, &mut notes);
    progress.clear();
    let failure = extracted.as_ref().err().map(|error| error as &dyn Coded);
    let mut outcome = match failure {
        None => list::unmet(&selection, Outcome::Done, lang),
        Some(error) => {
            output::report(error, lang);
            let begun =
                matches!(&extracted, Err(LookError::Extract(ExtractError::Cancelled(_) | ExtractError::System { .. })));
            if begun && !arguments.manner.quiet {
                output::complain(&lang.term(Term::ExtractGoesOn));
            }
            interrupts.status().map_or(Outcome::Failed, Outcome::Stopped)
        }
    };
    if let (Err(LookError::Extract(ExtractError::Exists { .. })), false) = (&extracted, arguments.force) {
        let (helps, colon) = (lang.term(Term::HelpfulOption), lang.term(Term::MarkColon));
        output::complain(&format_args!(
            "{helps}{colon}{}",
            if arguments.resume { "--force" } else { "--resume, --force" }
        ));
    }
    if outcome == Outcome::Done && !notes.damage.is_empty() {
        outcome = Outcome::Failed;
    }
    let report = extracted.as_ref().copied().unwrap_or_default();
    if arguments.manner.json {
        serde_json::to_writer(&mut *out, &notes.told(report, failure))?;
        writeln!(out)?;
    } else if extracted.is_ok() && !arguments.manner.quiet {
        tell(report, lang, out)?;
    }
    out.finish()?;
    Ok(opened.end(outcome, lang))
}

fn all(
    arguments: &ExtractArguments,
    opened: &Opened,
    selection: &Selection,
    interrupts: &Interrupts,
    progress: &mut Progress,
    notes: &mut Notes<'_>,
) -> Result<ExtractReport, LookError> {
    let volume = opened.volume(&arguments.files)?;
    let subject = extract::Subject {
        volume: &*volume,
        options: &opened.options,
        source: opened.medium.source(),
        file: opened.medium.file().map(|file| &**file),
        selection,
    };
    let token = interrupts.token().clone();
    // Nobody is shown how long the rest takes where nobody is shown anything.
    let of = if progress.is_shown() { extract::measure(subject, arguments.packed, &token)? } else { 0 };
    let mut listener = |event: &ExtractEvent| {
        match event {
            ExtractEvent::Progress { bytes } => {
                progress.show(Step::Transfer { doing: Term::ExtractWriting, bytes: (*bytes).min(of), of });
            }
            ExtractEvent::Note(note) => {
                progress.clear();
                notes.take(note);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    };
    let mut control = Control::new(token, &mut listener);
    let options = arguments.options(opened.medium.kind());
    Ok(extract::extract(subject, &arguments.directory, &options, &mut control)?)
}

impl ExtractArguments {
    fn options(&self, kind: MediumKind) -> ExtractOptions {
        let mut options = ExtractOptions::default();
        options.replace = self.force;
        options.resume = self.resume;
        options.devices = self.devices;
        options.owners = self.owner;
        options.set_id = self.set_id;
        options.named_streams = self.named_streams;
        options.keep_damaged = self.keep_damaged;
        options.packed = self.packed;
        let wanted = self.threads.map(usize::from).or((kind == MediumKind::Disc).then_some(1));
        options.threads = wanted.and_then(NonZeroUsize::new).unwrap_or(options.threads);
        options
    }
}

impl<'a> Notes<'a> {
    fn new(arguments: &'a ExtractArguments, lang: Lang) -> Self {
        let (left_out, renamed, damage, not_set) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { arguments, lang, left_out, renamed, damage, not_set }
    }

    fn say(&self, term: Term, parts: &[&dyn std::fmt::Display]) {
        if self.arguments.manner.quiet || self.arguments.manner.json {
            return;
        }
        let colon = self.lang.term(Term::MarkColon);
        let parts: Vec<String> = parts.iter().map(|part| Value::Text(part).to_string()).collect();
        output::complain(&format_args!("{}{colon}{}", self.lang.term(term), parts.join(colon)));
    }

    fn take(&mut self, note: &Note) {
        let code = |error: &dyn Coded| code_of(Some(error)).0;
        match note {
            Note::LeftOut { path } => {
                self.say(Term::ExtractLeftOut, &[path]);
                self.left_out.push(path.clone());
            }
            Note::Renamed { path, name } => {
                self.say(Term::ImageRenamed, &[&format_args!("{path} -> {name}")]);
                self.renamed.push(Renamed { path: path.clone(), name: name.clone() });
            }
            Note::Damaged { path, error, kept } => {
                let became = self.lang.term(if *kept { Term::ExtractKept } else { Term::ExtractNotKept });
                // Damage is told however quiet it is to be.
                if !self.arguments.manner.json {
                    let (parts, colon) = (self.lang.term(Term::ExtractDamaged), self.lang.term(Term::MarkColon));
                    let path = Value::Text(path);
                    output::complain(&format_args!("{parts}{colon}{path} ({became})"));
                    output::complain(&Report::new(error, self.lang).facts());
                }
                self.damage.push(Damage { path: path.clone(), code: code(error), kept: *kept });
            }
            Note::NotSet { path, what, cause } => {
                self.say(Term::ExtractNotSet, &[path, what, cause]);
                self.not_set.push(NotSet { path: path.clone(), what: what.clone(), code: code(cause) });
            }
            _ => {}
        }
    }

    fn told(self, report: ExtractReport, failure: Option<&dyn Coded>) -> Told {
        let (code, name) = code_of(failure);
        Told {
            code,
            name,
            files: report.files,
            bytes: report.bytes,
            folders: report.folders,
            links: report.links,
            special_files: report.special_files,
            complete: report.complete,
            damaged: report.damaged,
            left_out: self.left_out,
            renamed: self.renamed,
            damage: self.damage,
            not_set: self.not_set,
        }
    }
}

fn tell(report: ExtractReport, lang: Lang, out: &mut Output) -> io::Result<()> {
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    let mut parts = vec![progress::size(report.bytes)];
    let counts = [
        (Term::Files, report.files),
        (Term::Folders, report.folders),
        (Term::Links, report.links),
        (Term::SpecialFiles, report.special_files),
        (Term::ExtractComplete, report.complete),
        (Term::ExtractDamaged, report.damaged),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    parts.extend(counts.map(|(term, count)| format!("{}{colon}{count}", lang.term(term))));
    writeln!(out, "{}{colon}{}", lang.term(Term::ExtractDone), parts.join(comma))
}
