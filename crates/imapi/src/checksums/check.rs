//! [`check_disc`] and [`check_image`]: what is on a disc, or in an image, is compared with the table that is in it.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
    sync::Arc,
    thread,
    time::Duration,
};

use crossbeam_channel::{RecvTimeoutError, bounded};
use imapi_disc_types::{Block, BlockSource, CancelToken, Cancelled, Clock, Control, Lba, SystemClock};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::{DiscReader, FormatError};
use imapi_recorder::Recorder;
use sha2::{Digest as _, Sha256};

use super::{BLOCK, Table, TableError, first::First, pass::Pass};
use crate::{
    manifest::{Sha256Sum, read_blocks},
    read::Extent,
};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckProgress {
    /// Blocks that are read.
    pub done: u64,
    /// All of them.
    pub all: u64,
    /// Time since the beginning.
    pub elapsed: Duration,
}

/// All can be read, and is what the table says, where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// Blocks that were read.
    pub blocks: u64,
    /// Files that the table has; none when there is no table, so that nothing was compared.
    pub files: Option<usize>,
    /// The table is of the first session, and there are later ones on the same blocks: what they added was only read.
    pub has_later: bool,
    /// How long it took.
    pub elapsed: Duration,
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bad {
    /// A file.
    File {
        /// Its path.
        path: String,
        /// The first address of it that cannot be read; none when all can, and the bytes are others.
        unreadable: Option<Lba>,
    },
    /// Blocks that cannot be read, and are no file's that is known.
    Unreadable {
        /// Their addresses.
        blocks: Range<i64>,
    },
    /// Blocks of an area of which some differ, but those of no file.
    Differs {
        /// Their addresses.
        blocks: Range<i64>,
    },
}

/// A disc or an image was not checked, or is not good.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// It is not what its table says, or cannot be read.
    #[error("{} files or places are bad", bad.len())]
    Bad {
        /// What is bad, files first.
        bad: Vec<Bad>,
    },
    /// The table is damaged itself.
    #[error("the table of checksums at {at} is of no use")]
    Table {
        /// Where it is.
        at: Lba,
        /// What is wrong with it.
        #[source]
        cause: TableError,
    },
}

impl From<Cancelled> for CheckError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Format(cancelled.into())
    }
}

impl Coded for CheckError {
    fn code(&self) -> HResult {
        match self {
            Self::Format(error) => error.code(),
            Self::Bad { .. } => v2::E_IMAPI_BURN_VERIFICATION_FAILED,
            Self::Table { cause, .. } => cause.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Format(error) => error.facts(put),
            Self::Bad { bad } => {
                let lba = bad.iter().find_map(|bad| match bad {
                    Bad::File { unreadable, .. } => unreadable.map(|lba| i64::from(lba.0)),
                    Bad::Unreadable { blocks } | Bad::Differs { blocks } => Some(blocks.start),
                });
                if let Some(lba) = lba {
                    put(Fact::Lba, Value::I64(lba));
                }
                if let Some(Bad::File { path, .. }) = bad.first() {
                    put(Fact::File, Value::Text(path));
                }
            }
            Self::Table { at, cause } => {
                put(Fact::Lba, Value::I64(at.0.into()));
                cause.facts(put);
            }
        }
    }
}

/// Blocks that were read, and those of them that cannot be.
pub(super) type Read = Result<(Arc<[u8]>, Vec<u64>), CheckError>;

/// What can be read by blocks, also where some cannot.
pub(super) trait Readable: Sync {
    fn read(&self, first: u64, count: usize) -> Read;
}

struct Disc {
    reader: DiscReader,
    start: Lba,
}

impl Readable for Disc {
    fn read(&self, first: u64, count: usize) -> Read {
        read_blocks(&self.reader, self.start, first, count).map_err(|error| FormatError::from(error).into())
    }
}

impl<S: BlockSource + ?Sized> Readable for &S {
    fn read(&self, first: u64, count: usize) -> Read {
        let mut bytes = vec![0; count * BLOCK];
        let mut missing = Vec::new();
        let mut at = 0;
        while at < count {
            match self.read_all(Block(first + at as u64), &mut bytes[at * BLOCK..]) {
                Ok(()) => break,
                Err(error) => {
                    // Those before it were read.
                    let failed = usize::try_from(error.at.0.saturating_sub(first)).unwrap_or(at).clamp(at, count - 1);
                    missing.push(first + failed as u64);
                    bytes[failed * BLOCK..][..BLOCK].fill(0);
                    at = failed + 1;
                }
            }
        }
        Ok((bytes.into(), missing))
    }
}

/// Reads a disc, or one session of it, by commands and past all caches. A table is looked for in the blocks that are `in_use`,
/// which are all but on a disc that can be overwritten: what is behind is left from another time.
pub fn check_disc(
    recorder: &Recorder,
    extent: &Extent,
    in_use: u64,
    control: &mut Control<'_, CheckProgress>,
) -> Result<Checked, CheckError> {
    let disc = Disc { reader: DiscReader::new(recorder, 0), start: extent.start };
    let first = First::of(&disc)?;
    let check = Check { source: &first, start: extent.start, blocks: in_use, clock: recorder.clock() };
    Ok(Checked { has_later: first.has_later(), ..check.run(&extent.data, control)? })
}

/// Reads an image.
pub fn check_image<S: BlockSource + ?Sized>(
    image: &S,
    control: &mut Control<'_, CheckProgress>,
) -> Result<Checked, CheckError> {
    let clock = SystemClock::new();
    let all = 0..image.blocks();
    let first = First::of(&image)?;
    let check = Check { source: &first, start: Lba(0), blocks: all.end, clock: &clock };
    Ok(Checked { has_later: first.has_later(), ..check.run(std::slice::from_ref(&all), control)? })
}

const PIECE: u64 = 128;
const WAITING: usize = 8;
const LOOK_EVERY: Duration = Duration::from_millis(50);
const TELL_EVERY: Duration = Duration::from_millis(500);

struct Check<'a, R> {
    source: &'a R,
    start: Lba,
    /// Blocks in which a table may be.
    blocks: u64,
    clock: &'a dyn Clock,
}

impl<R: Readable> Check<'_, R> {
    fn run(&self, data: &[Range<u64>], control: &mut Control<'_, CheckProgress>) -> Result<Checked, CheckError> {
        control.check()?;
        let begun = self.clock.now();
        let mut pass = Pass::new(self.blocks);
        let mut missing = BTreeSet::new();
        let all: u64 = data.iter().map(|blocks| blocks.end - blocks.start).sum();
        let (mut done, mut told, mut at) = (0, None, 0);
        let gap = vec![0; usize::try_from(PIECE).unwrap_or(1) * BLOCK];
        self.pieces(data, control, |first, bytes, bad, control| {
            // What lies between tracks is nothing, and has its place all the same.
            while at < first {
                let blocks = (first - at).min(PIECE);
                pass.take(&gap[..usize::try_from(blocks).unwrap_or(0) * BLOCK]);
                at += blocks;
            }
            pass.take(bytes);
            missing.extend(bad.iter().copied());
            let blocks = (bytes.len() / BLOCK) as u64;
            at += blocks;
            done += blocks;
            let elapsed = self.clock.now().saturating_sub(begun);
            if done == all || told.is_none_or(|told: Duration| elapsed.saturating_sub(told) >= TELL_EVERY) {
                told = Some(elapsed);
                control.emit(&CheckProgress { done, all, elapsed })?;
            }
            Ok(())
        })?;
        let passed = pass.finish();
        let table = match passed.table {
            Some(Ok(table)) => Some(table),
            // What cannot be read is told in any case, and may be the reason.
            Some(Err((cause, at))) if missing.is_empty() => {
                return Err(CheckError::Table { at: self.address(at), cause });
            }
            Some(Err(_)) | None => None,
        };
        let sums: HashMap<u64, (Range<u64>, Sha256Sum)> =
            passed.sums.into_iter().map(|(blocks, sum)| (blocks.start, (blocks, sum))).collect();
        let mut bad = Vec::new();
        if let Some(table) = &table {
            let wrong = |blocks: &Range<u64>, sum| {
                sums.get(&blocks.start) != Some(&(blocks.clone(), sum))
                    || missing.range(blocks.clone()).next().is_some()
            };
            let areas: Vec<Range<u64>> = table
                .areas
                .iter()
                .filter(|area| wrong(&area.blocks, area.sum))
                .map(|area| area.blocks.clone())
                .collect();
            bad = self.bad_of(table, &areas, &mut missing, control)?;
        }
        for blocks in runs(&missing) {
            bad.push(Bad::Unreadable { blocks: self.addresses(&blocks) });
        }
        if !bad.is_empty() {
            return Err(CheckError::Bad { bad });
        }
        let files = table.map(|table| table.files.len());
        Ok(Checked { blocks: done, files, has_later: false, elapsed: self.clock.now().saturating_sub(begun) })
    }

    /// Reads all blocks, by a thread beside the one that hears of them.
    fn pieces(
        &self,
        data: &[Range<u64>],
        control: &mut Control<'_, CheckProgress>,
        mut hear: impl FnMut(u64, &[u8], &[u64], &mut Control<'_, CheckProgress>) -> Result<(), Cancelled>,
    ) -> Result<(), CheckError> {
        let token = CancelToken::new();
        let (give, given) = bounded::<(u64, Read)>(WAITING);
        thread::scope(|scope| {
            // It goes with this thread's part, and whoever reads then hears that there is no more to do.
            let given = given;
            let reading = token.clone();
            scope.spawn(move || {
                for blocks in data {
                    let mut at = blocks.start;
                    while at < blocks.end && !reading.is_cancelled() {
                        let count = (blocks.end - at).min(PIECE);
                        let read = self.source.read(at, usize::try_from(count).unwrap_or(1));
                        let failed = read.is_err();
                        if give.send((at, read)).is_err() || failed {
                            return;
                        }
                        at += count;
                    }
                }
            });
            loop {
                match given.recv_timeout(LOOK_EVERY) {
                    Ok((first, read)) => {
                        let (bytes, missing) = read?;
                        hear(first, &bytes, &missing, control).inspect_err(|_| token.cancel())?;
                    }
                    Err(RecvTimeoutError::Timeout) => control.check().inspect_err(|_| token.cancel())?,
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                }
            }
        })
    }

    /// Which files of bad areas are bad; what is a bad file's is taken out of what is missing.
    fn bad_of(
        &self,
        table: &Table,
        areas: &[Range<u64>],
        missing: &mut BTreeSet<u64>,
        control: &mut Control<'_, CheckProgress>,
    ) -> Result<Vec<Bad>, CheckError> {
        let mut bad = Vec::new();
        let mut explained: BTreeSet<u64> = BTreeSet::new();
        // Files that share their bytes are read once.
        let mut known: BTreeMap<(u64, u64), Option<Option<u64>>> = BTreeMap::new();
        let mut taken = Vec::new();
        let touches = |blocks: &Range<u64>| -> Vec<u64> {
            let touched = areas.iter().filter(|area| area.start < blocks.end && blocks.start < area.end);
            touched.map(|area| area.start).collect()
        };
        for file in &table.files {
            let blocks = file.blocks();
            if touches(&blocks).is_empty() {
                continue;
            }
            control.check()?;
            let key = (blocks.start, file.bytes);
            let found = if let Some(found) = known.get(&key) {
                *found
            } else {
                let unreadable = missing.range(blocks.clone()).next().copied();
                let is_good = unreadable.is_none() && self.sum(blocks.start, file.bytes)? == Some(file.sum);
                let found = (!is_good).then_some(unreadable);
                known.insert(key, found);
                found
            };
            if let Some(unreadable) = found {
                explained.extend(touches(&blocks));
                taken.push(blocks);
                bad.push(Bad::File { path: file.name(), unreadable: unreadable.map(|block| self.address(block)) });
            }
        }
        for area in areas {
            if !explained.contains(&area.start) && missing.range(area.clone()).next().is_none() {
                bad.push(Bad::Differs { blocks: self.addresses(area) });
            }
        }
        missing.retain(|block| !taken.iter().any(|blocks| blocks.contains(block)));
        Ok(bad)
    }

    /// The sum of a file's bytes; none when some cannot be read.
    fn sum(&self, first: u64, bytes: u64) -> Result<Option<Sha256Sum>, CheckError> {
        let mut hash = Sha256::new();
        let (mut at, mut left) = (first, bytes);
        while left > 0 {
            let count = left.div_ceil(BLOCK as u64).min(PIECE);
            let (read, missing) = self.source.read(at, usize::try_from(count).unwrap_or(1))?;
            if !missing.is_empty() {
                return Ok(None);
            }
            let part = usize::try_from(left).unwrap_or(usize::MAX).min(read.len());
            hash.update(&read[..part]);
            left -= part as u64;
            at += count;
        }
        Ok(Some(Sha256Sum(hash.finalize().into())))
    }

    fn address(&self, block: u64) -> Lba {
        i64::try_from(block).ok().and_then(|block| self.start.checked_add(block)).unwrap_or(self.start)
    }

    fn addresses(&self, blocks: &Range<u64>) -> Range<i64> {
        let address = |block: u64| i64::from(self.start.0) + i64::try_from(block).unwrap_or(i64::MAX / 2);
        address(blocks.start)..address(blocks.end)
    }
}

/// Blocks that follow each other, together.
fn runs(blocks: &BTreeSet<u64>) -> Vec<Range<u64>> {
    let mut runs: Vec<Range<u64>> = Vec::new();
    for &block in blocks {
        match runs.last_mut().filter(|run| run.end == block) {
            Some(run) => run.end += 1,
            None => runs.push(block..block + 1),
        }
    }
    runs
}
