//! `imapi append`: files go behind what a disc has; `imapi image append`: the same with an image in a file.
//!
//! `alike.rs` knows names that a disc has changed, `behind.rs` looks at what there is and knows where the next session goes, `arguments.rs` is what can be asked.

mod alike;
mod arguments;
mod behind;

use std::{
    fs::File,
    io::{self, Write as _},
    num::NonZeroU32,
    ops::ControlFlow,
    path::Path,
    sync::Arc,
};

use imapi::browse::{BrowseError, Medium, MediumKind};
use imapi_disc_types::{BlockSource, Control, FileError};
use imapi_errors::{Coded, Fact, HResult, Lang, Term, Value, common, fs as codes, v2};
use imapi_fsimage::{AppendError, ImageWritten, WriteError, store};
use imapi_volumes::VolumeError;
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use serde_json::json;

pub use alike::Alike;
pub use arguments::{APPEND_EXAMPLES, AppendArguments, IMAGE_APPEND_EXAMPLES, ImageAppendArguments};
pub use behind::Behind;

use crate::{
    image::{CreateError, Goes, Planned},
    interrupt::Interrupts,
    output::{self, Outcome, Output},
    progress::{self, Progress, Step},
    same::clash,
};

/// Bytes of a block.
const BLOCK: u64 = 2048;
/// Blocks that drives write at once: sessions begin at multiples of it.
const CLUSTER: NonZeroU32 = NonZeroU32::new(32).expect("not zero");

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
pub enum AppendFailure {
    /// What is to be added to cannot be looked into.
    #[error(transparent)]
    Browse(#[from] BrowseError),
    /// What is on it cannot be read.
    #[error(transparent)]
    Volume(#[from] VolumeError),
    /// The image cannot go there.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The files cannot be brought together.
    #[error(transparent)]
    Make(Box<CreateError>),
    /// The file cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The file cannot be opened for writing.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file has raw sectors.
    #[error("nothing can be added to an image of raw sectors")]
    Raw,
    /// Another program is adding to the file.
    #[error("another program is writing the image")]
    InUse,
    /// There is nothing to add to.
    #[error("the disc is blank")]
    Empty,
    /// Nothing can be added.
    #[error("the disc is closed")]
    Closed,
    /// There is no room that could be addressed.
    #[error("the disc is full")]
    Full,
    /// Signals cannot be heard.
    #[error("signals cannot be heard")]
    Signals(#[source] io::Error),
}

impl Coded for AppendFailure {
    fn code(&self) -> HResult {
        match self {
            Self::Browse(error) => error.code(),
            Self::Volume(error) => error.code(),
            Self::Append(error) => error.code(),
            Self::Make(error) => error.code(),
            Self::Write(error) => error.code(),
            Self::File(error) => error.code(),
            Self::Raw => codes::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION,
            Self::InUse => common::ERROR_SHARING_VIOLATION,
            Self::Empty => codes::IMAPI_E_EMPTY_DISC,
            Self::Closed => codes::IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE,
            Self::Full => codes::IMAPI_E_IMAGE_TOO_BIG,
            Self::Signals(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Browse(error) => error.facts(put),
            Self::Volume(error) => error.facts(put),
            Self::Append(error) => error.facts(put),
            Self::Make(error) => error.facts(put),
            Self::Write(error) => error.facts(put),
            Self::File(error) => error.facts(put),
            Self::Raw | Self::InUse | Self::Empty | Self::Closed | Self::Full => {}
            Self::Signals(error) => error.facts(put),
        }
    }
}

impl From<CreateError> for AppendFailure {
    fn from(error: CreateError) -> Self {
        Self::Make(Box::new(error))
    }
}

/// Adds to an image in a file, and tells of it.
pub fn image(arguments: &ImageAppendArguments, lang: Lang, out: &mut Output) -> io::Result<Outcome> {
    let change = &arguments.change;
    let asked = change.as_image();
    if let Err(message) = asked.check() {
        crate::cli::wrongly_asked(&["image", "append"], message);
    }
    if let Some(clash) = clash(&[("IMAGE", &arguments.image)], asked.read()) {
        crate::cli::wrongly_asked(&["image", "append"], clash);
    }
    let mut progress = Progress::new(change.quiet, change.json, lang);
    let interrupts = match Interrupts::listen() {
        Ok(interrupts) => interrupts,
        Err(source) => {
            output::report(&AppendFailure::Signals(source), lang);
            return Ok(Outcome::Failed);
        }
    };
    let done = add_to(arguments, &interrupts, &mut progress, lang);
    progress.clear();
    match (done, interrupts.status()) {
        (Ok(added), _) => {
            tell(&added, arguments, lang, out)?;
            Ok(Outcome::Done)
        }
        (Err(_), Some(status)) => {
            output::complain(&format_args!("{} {}", lang.term(Term::AppendCancelled), v2::E_IMAPI_REQUEST_CANCELLED));
            Ok(Outcome::Stopped(status))
        }
        (Err(error), None) => {
            output::report(&error, lang);
            Ok(Outcome::Failed)
        }
    }
}

/// What was added.
struct Added {
    /// The number of the session.
    session: usize,
    start: u32,
    blocks: u64,
}

fn add_to(
    arguments: &ImageAppendArguments,
    interrupts: &Interrupts,
    progress: &mut Progress,
    lang: Lang,
) -> Result<Added, AppendFailure> {
    let (path, change) = (&arguments.image, &arguments.change);
    let opened = |source| FileError::Open { path: path.clone(), source };
    let file = File::options().read(true).write(true).open(path).map_err(opened)?;
    // Some file systems know no locks.
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err_and(|error| error == Errno::WOULDBLOCK) {
        return Err(AppendFailure::InUse);
    }
    let medium = Medium::of_path(path)?;
    if medium.kind() != MediumKind::Image {
        return Err(AppendFailure::Raw);
    }
    let behind = Behind::new(&medium, next_in_sequence(&medium), CLUSTER, change)?;
    let image = change.as_image();
    let stash = path.parent().map(Path::to_path_buf);
    let goes = Goes { written: vec![path.as_path()], stash, rewritable: false };
    let planned = Planned::new(&image, interrupts, progress, goes, Some(&behind))?;
    planned.notes(&image, lang);
    let start = planned.options.session.start;
    let made: Arc<dyn BlockSource> = planned.image;
    let blocks = made.blocks();
    let source = behind.of_disc(made)?;
    let mut listener = |&ImageWritten { blocks, of }: &ImageWritten| {
        progress.show(Step::Writing { bytes: blocks * BLOCK, of: of * BLOCK });
        ControlFlow::Continue(())
    };
    let mut control = Control::new(interrupts.token().clone(), &mut listener);
    store(&*source, &file, path, &mut control)?;
    Ok(Added { session: medium.sessions().len() + 1, start, blocks })
}

/// Where the next session of an image goes that was not written over for its last; `None` where that is at its beginning.
fn next_in_sequence(medium: &Medium) -> Option<u32> {
    let is_plain = medium.sessions().len() == 1 || medium.head_is_newest();
    let end = medium.source().blocks().checked_next_multiple_of(CLUSTER.get().into())?;
    if is_plain { None } else { u32::try_from(end).ok() }
}

fn tell(added: &Added, arguments: &ImageAppendArguments, lang: Lang, out: &mut Output) -> io::Result<()> {
    let image = arguments.image.display().to_string();
    let bytes = added.blocks * BLOCK;
    if arguments.change.json {
        let told = json!({
            "code": common::S_OK.to_string(),
            "name": "S_OK",
            "image": image,
            "session": added.session,
            "first_block": added.start,
            "blocks": added.blocks,
            "bytes": bytes,
        });
        serde_json::to_writer_pretty(&mut *out, &told)?;
        return writeln!(out);
    }
    if arguments.change.quiet {
        return Ok(());
    }
    let (colon, comma) = (lang.term(Term::MarkColon), lang.term(Term::MarkComma));
    let parts = [
        format!("{} {}", lang.label(Fact::Session), added.session),
        format!("{} {}", lang.term(Term::LookFirstBlock), added.start),
        progress::size(bytes),
    ];
    writeln!(out, "{}{colon}{}", Value::Text(&image), parts.join(comma))
}
