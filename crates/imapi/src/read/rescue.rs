//! [`read_disc`]: first what is easy, then what is hard, and a note of all.

use std::{ops::Range, path::PathBuf, time::Duration};

use imapi_disc_types::{Control, Lba};
use imapi_format2::DiscReader;
use imapi_recorder::Recorder;

use super::{Extent, ReadError, RescueMap, Status, extent::is_of_a_block, output::Output};

/// How a disc is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// The image file.
    pub file: PathBuf,
    /// What has its name before gives it up.
    pub replace: bool,
    /// One session; else all of the disc.
    pub session: Option<u16>,
    /// All that a disc has that can be overwritten, and not only what its file systems take.
    pub whole: bool,
    /// How often blocks that could not be read are tried again.
    pub retries: u32,
    /// Where it is noted what has been read: a run that finds such notes goes on with them.
    pub map: Option<PathBuf>,
}

impl ReadOptions {
    /// What is on the disc into that file, which must not be there yet.
    #[must_use]
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), replace: false, session: None, whole: false, retries: 1, map: None }
    }
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pass {
    /// Large pieces, past those that fail.
    Copying,
    /// Those that failed, block by block.
    Scraping,
    /// The blocks that failed, again: the number of the attempt, from 1.
    Retrying(u32),
}

/// How far the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadProgress {
    /// What is tried.
    pub pass: Pass,
    /// Where.
    pub at: Lba,
    /// Blocks that are read.
    pub done: u64,
    /// Blocks that failed so far, alone or in a piece.
    pub failed: u64,
    /// Blocks of the image that have data.
    pub all: u64,
    /// Time since the beginning, by the drive's clock.
    pub elapsed: Duration,
}

/// What came of reading a disc.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadReport {
    /// What was read.
    pub extent: Extent,
    /// What of it could not be read: these addresses, which are zeros in the image.
    pub bad: Vec<Range<i32>>,
    /// How long it took, by the drive's clock.
    pub elapsed: Duration,
}

impl ReadReport {
    /// Blocks that could not be read.
    #[must_use]
    pub fn bad_blocks(&self) -> u64 {
        self.bad.iter().map(|blocks| u64::from(blocks.end.abs_diff(blocks.start))).sum()
    }
}

/// After a piece that failed, so many blocks are left out at first; twice as many after the next.
const SKIP: u64 = 32;
const LONGEST_SKIP: u64 = 4096;
const BLOCK: usize = 2048;
const TELL_EVERY: Duration = Duration::from_millis(500);
const NOTE_EVERY: Duration = Duration::from_secs(30);

/// Reads a disc into a file. What cannot be read is no error: the report says where it is.
///
/// The file has its name when it is as whole as it gets. Before, it ends with `.partial`, and stays when there is a map
/// by which another run can go on; else nothing is left of it.
///
/// ```no_run
/// use imapi::read::{ReadError, ReadOptions, read_disc};
/// use imapi_disc_types::Control;
/// use imapi_recorder::Recorder;
///
/// fn rescue(recorder: &Recorder) -> Result<u64, ReadError> {
///     let options = ReadOptions { retries: 3, map: Some("old.map".into()), ..ReadOptions::new("old.iso") };
///     Ok(read_disc(recorder, &options, &mut Control::silent())?.bad_blocks())
/// }
/// ```
pub fn read_disc(
    recorder: &Recorder,
    options: &ReadOptions,
    control: &mut Control<'_, ReadProgress>,
) -> Result<ReadReport, ReadError> {
    control.check()?;
    let extent = if options.whole { Extent::of } else { Extent::in_use }(recorder, options.session)?;
    let (output, mut map) = Output::open(&options.file, options.map.as_deref(), options.replace, extent.blocks)?;
    // What has no data is as it should be.
    let mut at = 0;
    for blocks in extent.data.iter().chain([&(extent.blocks..extent.blocks)]) {
        map.set(at..blocks.start, Status::Read);
        at = blocks.end.max(at);
    }
    let begun = recorder.clock().now();
    let reader = DiscReader::new(recorder, 0);
    let all = extent.data.iter().map(|blocks| blocks.end - blocks.start).sum();
    let empty = extent.blocks.saturating_sub(all);
    let mut rescue =
        Rescue { recorder, reader, extent, map, output, control, begun, told: None, noted: begun, all, empty };
    let outcome = rescue.run(options.retries);
    let Rescue { extent, map, output, .. } = rescue;
    if let Err(error) = outcome {
        // What was read so far is worth a note, whatever happened.
        output.note(&map)?;
        return Err(error);
    }
    output.finish(&map)?;
    let address = |block: u64| extent.address(block).0;
    let bad = map.runs(Status::Bad).map(|blocks| address(blocks.start)..address(blocks.end)).collect();
    Ok(ReadReport { extent, bad, elapsed: recorder.clock().now().saturating_sub(begun) })
}

struct Rescue<'a, 'c, 'l> {
    recorder: &'a Recorder,
    reader: DiscReader,
    extent: Extent,
    map: RescueMap,
    output: Output,
    control: &'c mut Control<'l, ReadProgress>,
    begun: Duration,
    told: Option<Duration>,
    noted: Duration,
    /// Blocks with data, and without.
    all: u64,
    empty: u64,
}

impl Rescue<'_, '_, '_> {
    fn run(&mut self, retries: u32) -> Result<(), ReadError> {
        self.copy(true)?;
        self.copy(false)?;
        self.one_by_one(Status::Failed, Pass::Scraping)?;
        for attempt in 1..=retries {
            if self.map.count(Status::Bad) == 0 {
                break;
            }
            self.one_by_one(Status::Bad, Pass::Retrying(attempt))?;
        }
        self.tell(Pass::Copying, self.extent.blocks.saturating_sub(1), true)
    }

    /// Reads what nobody has tried, in large pieces; `skips` leaves out what lies behind a piece that failed.
    fn copy(&mut self, skips: bool) -> Result<(), ReadError> {
        let at_once = self.reader.at_once() as u64;
        let mut buffer = vec![0; self.reader.at_once() * BLOCK];
        let mut skip = SKIP;
        let runs: Vec<Range<u64>> = self.map.runs(Status::Untried).collect();
        for run in runs {
            let mut at = run.start;
            while at < run.end {
                // Pieces end where units of error correction do.
                let start = u64::from(self.extent.start.0.unsigned_abs());
                let end = ((start + at) / at_once + 1) * at_once - start;
                let piece = at..end.min(run.end);
                if self.read(piece.clone(), Status::Failed, &mut buffer)? {
                    (at, skip) = (piece.end, SKIP);
                } else {
                    at = if skips { piece.end.saturating_add(skip).min(run.end) } else { piece.end };
                    skip = (skip * 2).min(LONGEST_SKIP);
                }
                self.tell(Pass::Copying, piece.start, false)?;
            }
        }
        Ok(())
    }

    /// Reads those blocks one by one.
    fn one_by_one(&mut self, status: Status, pass: Pass) -> Result<(), ReadError> {
        let mut buffer = [0; BLOCK];
        let runs: Vec<Range<u64>> = self.map.runs(status).collect();
        for block in runs.into_iter().flatten() {
            self.read(block..block + 1, Status::Bad, &mut buffer)?;
            self.tell(pass, block, false)?;
        }
        Ok(())
    }

    /// Reads a piece by one command, and notes what came of it.
    fn read(&mut self, piece: Range<u64>, otherwise: Status, buffer: &mut [u8]) -> Result<bool, ReadError> {
        let count = usize::try_from(piece.end - piece.start).unwrap_or(0);
        let out = &mut buffer[..count * BLOCK];
        match self.reader.blocks_at(self.extent.address(piece.start), out) {
            Ok(()) => {
                self.output.write(piece.start, out)?;
                self.map.set(piece, Status::Read);
                Ok(true)
            }
            Err(error) if is_of_a_block(&error) => {
                tracing::debug!(%error, "blocks cannot be read");
                self.map.set(piece, otherwise);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn tell(&mut self, pass: Pass, block: u64, at_the_end: bool) -> Result<(), ReadError> {
        self.control.check()?;
        let now = self.recorder.clock().now();
        if now.saturating_sub(self.noted) >= NOTE_EVERY {
            self.noted = now;
            self.output.note(&self.map)?;
        }
        if !at_the_end && self.told.is_some_and(|told| now.saturating_sub(told) < TELL_EVERY) {
            return Ok(());
        }
        self.told = Some(now);
        let failed = self.map.count(Status::Failed) + self.map.count(Status::Bad);
        let progress = ReadProgress {
            pass,
            at: self.extent.address(block),
            done: self.map.count(Status::Read).saturating_sub(self.empty),
            failed,
            all: self.all,
            elapsed: now.saturating_sub(self.begun),
        };
        Ok(self.control.emit(&progress)?)
    }
}
