//! Whether a source keeps the contract of [`BlockSource`]: for the tests of everyone who writes one.
//!
//! ```
//! use imapi_disc_types::{PseudoRandom, SECTOR_SIZE, conformance};
//!
//! // A source of any size: of a great one, samples are read.
//! conformance::check(&PseudoRandom::new(1, SECTOR_SIZE, 12_219_392))?;
//! # Ok::<(), conformance::Violation>(())
//! ```

mod probe;
#[cfg(test)]
mod tests;
mod violation;

use std::{collections::BTreeMap, iter, ops::Range, thread};

use imapi_errors::{Coded, HResult, common};

use self::probe::{FILLS, Outcome, Probe};
pub use self::violation::Violation;
use crate::{Block, BlockSource, SourceError};

/// A source of up to so many blocks is read as a whole, a greater one by samples.
const SMALL: u64 = 256;

/// Reads of so many blocks: one, a few, odd numbers, all of a small source.
const RUNS: [usize; 8] = [1, 2, 3, 5, 7, 16, 33, 256];

/// Puts a source through the contract: every block can be read, alone and in runs, in any order and from several
/// threads, with the same bytes each time.
pub fn check(source: &dyn BlockSource) -> Result<(), Violation> {
    check_damaged(source, &[])
}

/// The same for a source of which exactly these blocks cannot be read: reads stop before them, and fail at them.
/// They are blocks of the source: what lies behind its end is not damaged but missing.
pub fn check_damaged(source: &dyn BlockSource, unreadable: &[Block]) -> Result<(), Violation> {
    let size = (source.block_size(), source.blocks());
    if let Some(&at) = unreadable.iter().find(|at| at.0 >= source.blocks()) {
        return Err(Violation::DamageOutside { at, blocks: source.blocks() });
    }
    let probe = Probe { source, unreadable };
    check_refusals(&probe)?;
    check_modified(source)?;
    let windows = windows(source.blocks(), unreadable);
    let known = Known::read(&probe, &windows)?;
    for window in &windows {
        for run in RUNS {
            known.agree_forwards(&probe, window, run)?;
        }
        known.agree_backwards(&probe, window)?;
    }
    check_threads(&probe, &windows, &known)?;
    if size == (source.block_size(), source.blocks()) { Ok(()) } else { Err(Violation::SizeChanged) }
}

/// Puts a source that can only be read from front to back through the contract, as far as one passage can show.
///
/// Some 1000 blocks from the beginning are read, and the end. Whether every byte of them was written cannot be seen.
pub fn check_sequential(source: &dyn BlockSource) -> Result<(), Violation> {
    const FROM_THE_BEGINNING: u64 = 1000;
    const AT_THE_END: u64 = 64;

    let size = (source.block_size(), source.blocks());
    let probe = Probe { source, unreadable: &[] };
    // Refused reads take nothing from the stream.
    check_refusals(&probe)?;
    check_modified(source)?;
    let mut beginning = None;
    let mut at = 0;
    for (run, fill) in RUNS.into_iter().cycle().zip(FILLS.into_iter().cycle()) {
        if at >= FROM_THE_BEGINNING {
            at = at.max(source.blocks().saturating_sub(AT_THE_END));
        }
        if at >= source.blocks() {
            break;
        }
        match probe.read(Block(at), run, fill)? {
            Outcome::Failed(source) => return Err(Violation::Unreadable { at: Block(at), source }),
            Outcome::Read(bytes) => {
                at += (bytes.len() / probe.block_size()) as u64;
                beginning.get_or_insert(bytes);
            }
        }
    }
    check_refusals(&probe)?;
    // What has gone by may be refused; if it is not, it is the same.
    if let Some(before) = beginning {
        if let Outcome::Read(again) = probe.read(Block(0), 1, FILLS[0])? {
            if !before.starts_with(&again) {
                return Err(Violation::Changed { at: Block(0) });
            }
        }
    }
    if size == (source.block_size(), source.blocks()) { Ok(()) } else { Err(Violation::SizeChanged) }
}

/// Reads that no source takes on: behind the end, and into buffers that are not whole blocks.
fn check_refusals(probe: &Probe<'_>) -> Result<(), Violation> {
    let (blocks, block_size) = (probe.source.blocks(), probe.block_size());
    for first in [blocks, blocks.saturating_add(1), u64::MAX] {
        for count in [1, 3] {
            if let Outcome::Failed(error) = probe.read(Block(first), count, FILLS[0])? {
                check_refusal(&error, Block(first), count * block_size, common::ERROR_HANDLE_EOF)?;
            }
        }
    }
    if blocks == 0 {
        return Ok(()); // A wrong length behind the end: either of two codes would be right.
    }
    for len in [0, block_size - 1, block_size + 1, 2 * block_size - 1] {
        if len == 0 || len % block_size != 0 {
            match probe.source.read(Block(0), &mut vec![0; len]) {
                Ok(_) => return Err(Violation::WrongLengthTaken { len }),
                Err(error) => check_refusal(&error, Block(0), len, common::E_INVALIDARG)?,
            }
        }
    }
    Ok(())
}

fn check_refusal(error: &SourceError, first: Block, len: usize, expected: HResult) -> Result<(), Violation> {
    let told = error.code();
    if error.at != first {
        return Err(Violation::ErrorElsewhere { asked: first, told: error.at });
    }
    if told == expected { Ok(()) } else { Err(Violation::WrongCode { first, len, expected, told }) }
}

fn check_modified(source: &dyn BlockSource) -> Result<(), Violation> {
    let blocks = source.blocks();
    match source.modified().unwrap_or_default().iter().find(|range| range.range().end > blocks) {
        Some(&range) => Err(Violation::ModifiedOutside { range, blocks }),
        None => Ok(()),
    }
}

/// Four readers at once, each with its own way through the source.
fn check_threads(probe: &Probe<'_>, windows: &[Range<u64>], known: &Known) -> Result<(), Violation> {
    thread::scope(|scope| {
        let readers = [1, 3, 5, 16].map(|run| {
            scope.spawn(move || {
                let all = windows.iter().cycle().skip(run % windows.len().max(1)).take(windows.len());
                all.into_iter().try_for_each(|window| {
                    known.agree_forwards(probe, window, run)?;
                    known.agree_backwards(probe, window)
                })
            })
        });
        readers.into_iter().try_for_each(|reader| reader.join().expect("a source does not panic"))
    })
}

/// The parts of a source that are read: all of a small one; else beginning, end, places between, and around damage.
fn windows(blocks: u64, unreadable: &[Block]) -> Vec<Range<u64>> {
    const SAMPLES: u64 = 6;

    if blocks == 0 {
        return Vec::new();
    }
    if blocks <= SMALL {
        return iter::once(0..blocks).collect();
    }
    let between = (1..=SAMPLES).map(|sample| (blocks / (SAMPLES + 1) * sample) | 1).map(|first| first..first + 16);
    let around = unreadable.iter().map(|block| block.0.saturating_sub(4)..block.0.saturating_add(5));
    let ends = [0..64, blocks - 64..blocks];
    ends.into_iter().chain(between).chain(around).map(|window| window.start..window.end.min(blocks)).collect()
}

/// Blocks as they are when each is read by itself; `None` for those that cannot be.
struct Known {
    block_size: usize,
    blocks: BTreeMap<Block, Option<Vec<u8>>>,
}

impl Known {
    fn read(probe: &Probe<'_>, windows: &[Range<u64>]) -> Result<Self, Violation> {
        let mut blocks = BTreeMap::new();
        for at in windows.iter().cloned().flatten().map(Block) {
            let known = match (one_block(probe, at)?, probe.unreadable.contains(&at)) {
                (Outcome::Read(bytes), false) => Some(bytes),
                (Outcome::Failed(_), true) => None,
                (Outcome::Failed(source), false) => return Err(Violation::Unreadable { at, source }),
                (Outcome::Read(_), true) => return Err(Violation::NotDamaged { at }),
            };
            blocks.insert(at, known);
        }
        Ok(Self { block_size: probe.block_size(), blocks })
    }

    /// Through a window by reads of so many blocks, each beginning where the one before ended.
    fn agree_forwards(&self, probe: &Probe<'_>, window: &Range<u64>, run: usize) -> Result<(), Violation> {
        let mut at = window.start;
        while at < window.end {
            at += self.agree(probe, Block(at), run)?;
        }
        Ok(())
    }

    /// Through a window by single blocks, the last first.
    fn agree_backwards(&self, probe: &Probe<'_>, window: &Range<u64>) -> Result<(), Violation> {
        window.clone().rev().try_for_each(|at| self.agree(probe, Block(at), 1).map(drop))
    }

    /// One read, compared with what is known. Says how many blocks are done with.
    fn agree(&self, probe: &Probe<'_>, first: Block, run: usize) -> Result<u64, Violation> {
        let readable = matches!(self.blocks.get(&first), Some(Some(_)));
        match probe.read(first, run, FILLS[0])? {
            Outcome::Failed(source) if readable => Err(Violation::Unreadable { at: first, source }),
            Outcome::Failed(_) => Ok(1),
            Outcome::Read(bytes) => self.compare(first, &bytes),
        }
    }

    fn compare(&self, first: Block, bytes: &[u8]) -> Result<u64, Violation> {
        let mut at = first;
        for block in bytes.chunks_exact(self.block_size) {
            match self.blocks.get(&at) {
                Some(Some(known)) if known != block => return Err(Violation::Changed { at }),
                Some(None) => return Err(Violation::FailureHidden { first, at }),
                Some(Some(_)) | None => {} // A run may end behind its window.
            }
            at = Block(at.0 + 1);
        }
        Ok(at.0 - first.0)
    }
}

/// Reads a block twice into different surroundings: a byte that is never written shows them through.
fn one_block(probe: &Probe<'_>, at: Block) -> Result<Outcome, Violation> {
    let (first, second) = (probe.read(at, 1, FILLS[0])?, probe.read(at, 1, FILLS[1])?);
    let (Outcome::Read(a), Outcome::Read(b)) = (&first, &second) else {
        return match (first, second) {
            (Outcome::Failed(error), Outcome::Failed(_)) => Ok(Outcome::Failed(error)),
            _ => Err(Violation::Changed { at }),
        };
    };
    match a.iter().zip(b).position(|(a, b)| a != b) {
        None => Ok(first),
        Some(byte) if [a[byte], b[byte]] == FILLS => Err(Violation::NotWritten { at, byte }),
        Some(_) => Err(Violation::Changed { at }),
    }
}
