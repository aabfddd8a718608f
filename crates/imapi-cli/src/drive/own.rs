//! What `imapi verify` does where nothing is given to compare with: discs and images have their checksums with them, or are
//! only read.

use std::{num::NonZeroU32, ops::ControlFlow, path::Path};

use imapi::{
    checksums::{Bad, CheckError, CheckProgress, Checked, check_disc, check_image},
    read::{Extent, ReadError},
};
use imapi_disc_types::{Control, FileSource};
use imapi_errors::Term;
use imapi_format2::Probe;
use imapi_recorder::Recorder;

use super::{
    verify::{BadTold, Failure, Good},
    work::Work,
};
use crate::{output, progress::Step};

const BLOCK: NonZeroU32 = NonZeroU32::new(2048).expect("not zero");

/// Looks at a disc: one session of it, or all one after the other, since each has checksums of its own.
pub fn disc(
    recorder: &Recorder,
    session: Option<u16>,
    whole: bool,
    quiet: bool,
    work: &mut Work<'_>,
) -> Result<Good, Failure> {
    let sessions = match session {
        Some(_) => vec![session],
        None => sessions(recorder)?,
    };
    let mut good = Good { own: Some(false), ..Good::default() };
    let mut all_have = true;
    for session in sessions {
        let used = Extent::in_use(recorder, session)?;
        let extent = if whole { Extent::of(recorder, session)? } else { used.clone() };
        if extent.left_out > 0 && !quiet {
            output::complain(&work.lang.term(Term::ReadLeftOut));
        }
        let checked = with_progress(work, |control| check_disc(recorder, &extent, used.blocks, control))?;
        all_have &= checked.files.is_some();
        good.has_later |= checked.has_later && checked.files.is_some();
        good.blocks += checked.blocks;
        good.seconds += checked.elapsed.as_secs_f64();
        good.files = good.files.into_iter().chain(checked.files).reduce(std::ops::Add::add);
    }
    Ok(Good { own: Some(all_have), ..good })
}

/// Looks at an image.
pub fn image(path: &Path, work: &mut Work<'_>) -> Result<Good, Failure> {
    let image = FileSource::open(path, BLOCK)?;
    let checked = with_progress(work, |control| check_image(&image, control))?;
    Ok(Good {
        blocks: checked.blocks,
        files: checked.files,
        seconds: checked.elapsed.as_secs_f64(),
        own: Some(checked.files.is_some()),
        has_later: checked.has_later && checked.files.is_some(),
    })
}

/// The sessions with data when there are several; else the disc as a whole.
fn sessions(recorder: &Recorder) -> Result<Vec<Option<u16>>, ReadError> {
    let probe = Probe::of(recorder)?;
    let with_data = probe.facts.sessions.iter().filter(|session| session.has_data);
    let numbers: Vec<Option<u16>> = with_data.map(|session| Some(session.number)).collect();
    Ok(if numbers.len() > 1 { numbers } else { vec![None] })
}

fn with_progress(
    work: &mut Work<'_>,
    check: impl FnOnce(&mut Control<'_, CheckProgress>) -> Result<Checked, CheckError>,
) -> Result<Checked, CheckError> {
    let token = work.interrupts.token().clone();
    let progress = &mut work.progress;
    let size = u64::from(BLOCK.get());
    let mut listener = |told: &CheckProgress| {
        progress.show(Step::Transfer { doing: Term::ReadReading, bytes: told.done * size, of: told.all * size });
        ControlFlow::Continue(())
    };
    check(&mut Control::new(token, &mut listener))
}

/// What is bad, as it is told.
pub fn told(bad: &Bad) -> BadTold {
    let first = |at: i64| i32::try_from(at).ok();
    match bad {
        Bad::File { path, unreadable } => {
            BadTold { lba: unreadable.map(|lba| lba.0), file: Some(path.clone()), reason: None }
        }
        Bad::Unreadable { blocks } => {
            let reason = Some(format!("{} sectors cannot be read", blocks.end - blocks.start));
            BadTold { lba: first(blocks.start), file: None, reason }
        }
        Bad::Differs { blocks } => {
            let reason = Some(format!("{} sectors, of which some differ outside of files", blocks.end - blocks.start));
            BadTold { lba: first(blocks.start), file: None, reason }
        }
        _ => BadTold { lba: None, file: None, reason: None },
    }
}
