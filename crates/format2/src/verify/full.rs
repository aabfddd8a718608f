//! [`verify_full`]: all that was written is read and compared.

use std::{thread, time::Duration};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use imapi_disc_types::{CancelToken, Control, Lba, SECTOR_SIZE};
use imapi_mmc_transport::{CommandError, Condition};
use imapi_recorder::Recorder;

use super::{
    Bad, Fault, Reference, Verified, VerifyError, VerifyProgress,
    reading::read,
    reference::{Place, at_block},
};
use crate::{DiscReader, FormatError};

/// How a disc is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyOptions {
    /// So many bad units are counted, then the rest is not looked at.
    pub most_bad: u64,
    /// So many of them are kept with what is known of them.
    pub most_told: usize,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { most_bad: 1_000, most_told: 100 }
    }
}

/// What is read ahead: pieces, so that one is compared while the drive reads the next.
const PIECE: usize = 1 << 20;
const PIECES: usize = 3;
const BLOCK: usize = SECTOR_SIZE.get() as usize;
/// A session that is not larger may lie in the drive's memory, and is then read from the disc all the same.
const SMALL: u64 = (32 << 20) / BLOCK as u64;
const TELL_EVERY: Duration = Duration::from_millis(500);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Reads all that was written, by commands, and compares it.
///
/// A unit that differs or cannot be read is no reason to stop: the others are looked at too.
pub fn verify_full(
    recorder: &Recorder,
    reference: &Reference<'_>,
    options: &VerifyOptions,
    control: &mut Control<'_, VerifyProgress>,
) -> Result<Verified, VerifyError> {
    control.check()?;
    let sections = reference.sections();
    let all = sections.iter().map(|blocks| u64::try_from(blocks.end - blocks.start).unwrap_or(0)).sum();
    let places = sections.iter().cloned().enumerate();
    let places = places.flat_map(|(section, blocks)| reference.units(section, blocks));
    compare(recorder, reference, places, all, all <= SMALL, *options, control)
}

/// Some units that follow each other, as they are on the disc.
struct Piece {
    bytes: Vec<u8>,
    units: Vec<(Place, Option<(Lba, CommandError)>)>,
}

/// Compares these units.
pub(super) fn compare(
    recorder: &Recorder,
    reference: &Reference<'_>,
    places: impl Iterator<Item = Place> + Send,
    all: u64,
    past_the_cache: bool,
    options: VerifyOptions,
    control: &mut Control<'_, VerifyProgress>,
) -> Result<Verified, VerifyError> {
    let clock = recorder.clock();
    let begun = clock.now();
    // A token of its own: reading also ends when there is too much that is bad.
    let token = CancelToken::new();
    let (give_back, free) = bounded(PIECES);
    let (fill, filled) = bounded(PIECES);
    for _ in 0..PIECES {
        let _ = give_back.send(Piece { bytes: vec![0; PIECE], units: Vec::new() });
    }
    let mut found = Found { bad: Vec::new(), count: 0, done: 0, options };
    let stopped = thread::scope(|scope| {
        // They go with this thread's part, and whoever reads ahead then hears that there is no more to do.
        let (give_back, filled) = (give_back, filled);
        let reader = DiscReader::of_all(recorder);
        let reader = if past_the_cache { reader.past_the_cache() } else { reader };
        let reading = token.clone();
        scope.spawn(move || read_ahead(&reader, places, &free, &fill, &reading));
        let mut last_told = None;
        loop {
            let mut piece = match filled.recv_timeout(LOOK_EVERY) {
                Ok(piece) => piece,
                Err(RecvTimeoutError::Timeout) if control.check().is_ok() => continue,
                Err(RecvTimeoutError::Timeout) => {
                    token.cancel();
                    return Err(VerifyError::from(imapi_disc_types::Cancelled));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            let at = found.look_at(reference, &mut piece)?;
            let elapsed = clock.now().saturating_sub(begun);
            let is_due = |last: Duration| elapsed.saturating_sub(last) >= TELL_EVERY;
            if last_told.is_none_or(is_due) || found.done == all {
                last_told = Some(elapsed);
                let progress = VerifyProgress { at, done: found.done, all, bad: found.count, elapsed };
                if let Err(cancelled) = control.emit(&progress) {
                    token.cancel();
                    return Err(cancelled.into());
                }
            }
            let _ = give_back.send(piece);
            if found.count >= options.most_bad {
                token.cancel();
                return Ok(());
            }
        }
    });
    let elapsed = clock.now().saturating_sub(begun);
    match (stopped, found.count) {
        (Err(error), _) => Err(error),
        (Ok(()), 0) => Ok(Verified { blocks: found.done, elapsed }),
        (Ok(()), count) => {
            Err(VerifyError::Bad { bad: found.bad, count, looked_at: found.done, given_up: found.done < all })
        }
    }
}

fn read_ahead(
    reader: &DiscReader,
    places: impl Iterator<Item = Place>,
    free: &Receiver<Piece>,
    fill: &Sender<Piece>,
    token: &CancelToken,
) {
    let mut places = places.peekable();
    while places.peek().is_some() && !token.is_cancelled() {
        // Whoever compares has gone when there are no more.
        let Ok(mut piece) = free.recv() else { return };
        piece.units.clear();
        let mut at = 0;
        while let Some(place) = places.next_if(|place| at == 0 || at + place.blocks as usize * BLOCK <= PIECE) {
            let len = place.blocks as usize * BLOCK;
            let failed = read(reader, place, &mut piece.bytes[at..at + len]).err();
            let is_gone = failed.as_ref().is_some_and(|(_, error)| error.sense().is_none());
            piece.units.push((place, failed));
            at += len;
            if is_gone || token.is_cancelled() {
                break;
            }
        }
        if fill.send(piece).is_err() {
            return;
        }
    }
}

/// What was found.
struct Found {
    bad: Vec<Bad>,
    count: u64,
    done: u64,
    options: VerifyOptions,
}

impl Found {
    /// Looks at a piece, and says which address was the last.
    fn look_at(&mut self, reference: &Reference<'_>, piece: &mut Piece) -> Result<Lba, VerifyError> {
        let (mut at, mut last) = (0, Lba(0));
        for (place, failed) in piece.units.drain(..) {
            let len = place.blocks as usize * BLOCK;
            last = at_block(place.first, place.blocks.saturating_sub(1) as usize);
            let looked = match failed {
                None => reference.compare(place, &piece.bytes[at..at + len]),
                Some((lba, error)) if is_of_a_block(&error) => Err((lba, Fault::Unreadable(error))),
                Some((_, error)) => return Err(FormatError::from(error).into()),
            };
            if let Err((lba, fault)) = looked {
                self.count += 1;
                if self.bad.len() < self.options.most_told {
                    self.bad.push(Bad { lba, file: reference.file(lba), fault });
                }
            }
            self.done += u64::from(place.blocks);
            at += len;
        }
        Ok(last)
    }
}

/// The errors of the connection, or of a drive that has no disc any more, are no block's.
fn is_of_a_block(error: &CommandError) -> bool {
    let elsewhere = |condition| {
        matches!(condition, Condition::NoMedium { .. } | Condition::MediumChanged | Condition::HardwareError)
    };
    error.condition().is_some_and(|condition| !elsewhere(condition))
}
