//! `imapi virtual attach` and `detach`: a disc in a drive that the kernel itself has.

use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use imapi::drives::{LoadedDrive, VirtualDisc};
use imapi_errors::{Coded, Fact, Lang, Term};
use imapi_mmc_transport::{CommandError, Condition, TransportExt as _, commands::SynchronizeCache};
use imapi_virtual_drive::{Family, VirtualDrive};
use imapi_virtual_kernel::{AttachError, Attached, Attachment, Ended, Existing, Interrupts, attachments};
use serde::{Deserialize, Serialize};

use crate::output::{self, Outcome, Output};

/// What a drive has to tell at most before it does what it is asked.
const ATTENTIONS: usize = 4;

/// An attached disc in JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Shown {
    disc: String,
    node: PathBuf,
    generic: Option<PathBuf>,
}

/// Attaches the disc and serves it until a signal comes or somebody detaches it.
pub fn attach(disc: &Path, background: bool, json: bool, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    if background {
        return in_background(disc, json, lang, out);
    }
    // The threads that come later inherit that these signals are not theirs.
    let interrupts = match Interrupts::new() {
        Ok(interrupts) => interrupts,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let LoadedDrive { drive, medium, .. } = match VirtualDisc::at(disc.to_owned()).load() {
        Ok(loaded) => loaded,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let label = label(disc);
    let attached = match Attachment::new(drive.clone()).labelled(&label).attach() {
        Ok(attached) => attached,
        Err(error) => return Ok(failed(&error, lang)),
    };
    let shown =
        Shown { disc: label, node: attached.node().to_owned(), generic: attached.generic().map(Path::to_owned) };
    tell(&shown, json, lang, out)?;
    out.flush()?;
    let ended = serve(attached, &interrupts, lang);
    // Whoever detaches a drive in time does not pull its plug. Discs that are written in sequence are left as they are:
    // flushing ends their tracks, and that is for the program that burns.
    let kept = if medium.family == Family::Overwritable { flush(&drive) } else { Ok(()) };
    match (ended, kept) {
        (Err(error), _) => Ok(failed(&error, lang)),
        (Ok(()), Err(error)) => Ok(failed(&error, lang)),
        (Ok(()), Ok(())) => Ok(Outcome::Done),
    }
}

fn flush(drive: &VirtualDrive) -> Result<(), CommandError> {
    let mut told = 0;
    loop {
        match drive.send(&SynchronizeCache::all().waiting()) {
            Ok(_) => return Ok(()),
            // The tray was opened, and the disc was flushed by that.
            Err(error) if matches!(error.condition(), Some(Condition::NoMedium { .. })) => return Ok(()),
            // What it wanted to tell first.
            Err(_) if told < ATTENTIONS => told += 1,
            Err(error) => return Err(error),
        }
    }
}

/// Detaches the drive with that disc or at that node, or all drives.
pub fn detach(which: Option<&Path>, force: bool, lang: Lang) -> Outcome {
    match detach_all(which, force) {
        Ok(()) => Outcome::Done,
        Err(error) => failed(&error, lang),
    }
}

fn detach_all(which: Option<&Path>, force: bool) -> Result<(), AttachError> {
    let wanted = attachments()?.into_iter().filter(|existing| which.is_none_or(|name| is_called(existing, name)));
    let mut found = false;
    let mut refused = None;
    for existing in wanted {
        found = true;
        let done = if force { existing.detach_by_force() } else { existing.detach() };
        // One that is mounted is no reason to leave the others.
        refused = done.err().or(refused);
    }
    match (refused, which) {
        (Some(error), _) => Err(error),
        (None, Some(name)) if !found => Err(AttachError::NotAttached { name: name.display().to_string() }),
        (None, _) => Ok(()),
    }
}

fn is_called(existing: &Existing, name: &Path) -> bool {
    let node = name.canonicalize().unwrap_or_else(|_| name.to_owned());
    existing.node() == Some(&*node) || existing.generic() == Some(&*node) || existing.label() == Some(&label(name))
}

/// Serves until the end. A first signal leaves a mounted disc alone and says where it is mounted; a second takes it away.
fn serve(mut attached: Attached, interrupts: &Interrupts, lang: Lang) -> Result<(), AttachError> {
    let mut warned = false;
    loop {
        if attached.wait(interrupts)? == Ended::Detached {
            return Ok(());
        }
        match attached.mounted() {
            Some(at) if !warned => {
                warned = true;
                output::report(&AttachError::Mounted { node: attached.node().to_owned(), at }, lang);
            }
            _ => return attached.detach(),
        }
    }
}

/// The same command in a process that goes on; this one ends when the drive is there.
fn in_background(disc: &Path, json: bool, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--lang", lang.tag(), "virtual", "attach", "--json", "--"]).arg(disc);
    // It must not keep what is ours open: whoever reads from us waits for the end of that.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    // Ctrl-C in this shell is not meant for it.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let Ok(shown) = serde_json::from_str::<Shown>(&line) else {
        if let Some(mut complaint) = child.stderr.take() {
            io::copy(&mut complaint, &mut io::stderr())?;
        }
        child.wait()?;
        return Ok(Outcome::Failed);
    };
    tell(&shown, json, lang, out)?;
    Ok(Outcome::Done)
}

fn tell(shown: &Shown, json: bool, lang: Lang, out: &mut Output) -> io::Result<()> {
    if json {
        // In one line, as it comes while the program runs.
        serde_json::to_writer(&mut *out, shown)?;
        return writeln!(out);
    }
    let nodes = [Some(&shown.node), shown.generic.as_ref()].into_iter().flatten();
    let nodes: Vec<String> = nodes.map(|node| node.display().to_string()).collect();
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    writeln!(out, "{}{colon}{}", lang.label(Fact::Drive), nodes.join(comma))
}

/// What the attachment is called: the path of the disc, whatever folder one is in.
fn label(disc: &Path) -> String {
    let whole = disc.canonicalize().or_else(|_| std::path::absolute(disc)).unwrap_or_else(|_| disc.to_owned());
    whole.display().to_string()
}

fn failed(error: &(impl Coded + ?Sized), lang: Lang) -> Outcome {
    output::report(error, lang);
    Outcome::Failed
}
