//! [`verify_quick`]: what the drive says of disc and tracks, and samples.

use std::collections::BTreeSet;

use imapi_disc_types::{Control, MediaState};
use imapi_recorder::{Recorder, RecorderError};

use super::{Reference, Verified, VerifyError, VerifyOptions, VerifyProgress, full::compare, reference::Place};
use crate::{Probe, Way, sessions};

/// What should be true of a disc that was burned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Nothing can be added any more; none where nobody cares.
    pub closed: Option<bool>,
}

/// Units that are read, with the first and the last: in a second or two, as the head goes from one to the next.
const SAMPLES: u64 = 32;

/// Looks whether the drive tells of disc and tracks what must be true after burning, and compares the first and the
/// last unit and some between them, read from the disc and not from the drive's cache.
pub fn verify_quick(
    recorder: &Recorder,
    reference: &Reference<'_>,
    expected: &Expected,
    control: &mut Control<'_, VerifyProgress>,
) -> Result<Verified, VerifyError> {
    control.check()?;
    let probe = Probe::of(recorder).map_err(unclear)?;
    look_at_disc(recorder, &probe, reference, *expected)?;
    let places = samples(reference);
    let all = places.iter().map(|place| u64::from(place.blocks)).sum();
    let options = VerifyOptions::default();
    compare(recorder, reference, places.into_iter(), all, true, options, control)
}

/// An answer that makes no sense is no good sign of a disc.
fn unclear(error: RecorderError) -> VerifyError {
    use imapi_mmc_transport::CommandError;
    match error {
        RecorderError::Command(CommandError::Reply { command, cause }) => {
            implausible(command, "an answer", &cause.to_string())
        }
        error => error.into(),
    }
}

fn implausible(what: &'static str, expected: &str, found: &str) -> VerifyError {
    VerifyError::Implausible { what, expected: expected.to_string(), found: found.to_string() }
}

fn look_at_disc(
    recorder: &Recorder,
    probe: &Probe,
    reference: &Reference<'_>,
    expected: Expected,
) -> Result<(), VerifyError> {
    let state = probe.facts.state;
    let found = state.to_string();
    let sections = reference.sections();
    let (first, end) = (sections.iter().map(|s| s.start).min(), sections.iter().map(|s| s.end).max());
    let (Some(first), Some(end)) = (first, end) else { return Ok(()) };
    if state.contains(MediaState::DAMAGED) {
        return Err(implausible("the state of the disc", "not damaged", &found));
    }
    if !probe.way.is_sequential() {
        let readable = recorder.capacity()?.map_or(0, |capacity| i64::from(capacity.last.0) + 1);
        if readable < end {
            return Err(implausible("the number of blocks", &end.to_string(), &readable.to_string()));
        }
        return Ok(());
    }
    if state.contains(MediaState::BLANK) {
        return Err(implausible("the state of the disc", "not blank", &found));
    }
    let is_closed = state.contains(MediaState::FINALIZED);
    // Drives close a disc that has no room for another session, whatever they were told.
    let is_full = is_closed && i64::from(probe.facts.capacity) - end < room_of_a_session(probe.way);
    if expected.closed.is_some_and(|closed| closed != is_closed) && !is_full {
        let wanted = if expected.closed == Some(true) { MediaState::FINALIZED } else { MediaState::APPENDABLE };
        return Err(implausible("the state of the disc", &wanted.to_string(), &found));
    }
    let holds = |begins: i64, last: i64| begins <= first && first <= last;
    let track = probe.tracks.iter().find_map(|track| {
        let last = i64::from(sessions::last_block(track)?.0);
        holds(i64::from(track.start.0), last).then_some(last)
    });
    match track {
        None => Err(implausible("the track that was written", &format!("at LBA {first}"), "missing")),
        Some(last) if last + 1 < end => {
            Err(implausible("the end of the track", &(end - 1).to_string(), &last.to_string()))
        }
        Some(_) => Ok(()),
    }
}

/// Blocks that another session takes at least, with what lies between sessions: on a CD lead-out, lead-in and the shortest
/// track, on DVDs the zones of a border, which may have 96 MiB.
const fn room_of_a_session(way: Way) -> i64 {
    match way {
        Way::Cd => 11_400 + 300,
        _ => 96 << 9,
    }
}

/// The first, the last, and some between them.
fn samples(reference: &Reference<'_>) -> Vec<Place> {
    let sections = reference.sections();
    let count = |section: usize| reference.units(section, sections[section].clone()).count() as u64;
    let counts: Vec<u64> = (0..sections.len()).map(count).collect();
    let all: u64 = counts.iter().sum();
    let wanted = SAMPLES.min(all);
    let place = |sample: u64| sample * all.saturating_sub(1) / wanted.saturating_sub(1).max(1);
    let numbers: BTreeSet<u64> = (0..wanted).map(place).collect();
    let mut places = Vec::new();
    let mut before = 0;
    for (section, count) in counts.into_iter().enumerate() {
        let here: Vec<u64> = numbers.range(before..before + count).map(|number| number - before).collect();
        let mut units = reference.units(section, sections[section].clone());
        let mut at = 0;
        for number in here {
            let skip = usize::try_from(number - at).unwrap_or(usize::MAX);
            places.extend(units.nth(skip));
            at = number + 1;
        }
        before += count;
    }
    places
}
