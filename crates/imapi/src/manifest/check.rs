//! [`check_disc`]: a disc is compared with its manifest.

use std::{collections::BTreeSet, sync::Arc, thread, time::Duration};

use crossbeam_channel::{RecvTimeoutError, bounded};
use imapi_disc_types::{CancelToken, Cancelled, Control, Lba};
use imapi_errors::{Coded, Fact, HResult, Value, v2};
use imapi_format2::{DiscReader, FormatError};
use imapi_mmc_transport::CommandError;
use imapi_recorder::Recorder;

use super::{FileSpan, Manifest, hasher::Hasher};
use crate::read::is_of_a_block;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManifestProgress {
    /// Blocks that are read.
    pub done: u64,
    /// Blocks of the image.
    pub all: u64,
    /// Time since the beginning, by the drive's clock.
    pub elapsed: Duration,
}

/// The disc is what the manifest says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManifestReport {
    /// Blocks that were read.
    pub blocks: u64,
    /// Files that were compared.
    pub files: usize,
    /// How long it took, by the drive's clock.
    pub elapsed: Duration,
}

/// A file that is not what the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFile {
    /// Which, and where in the image.
    pub file: FileSpan,
    /// The first block of it that cannot be read; none when all can, and the bytes are others.
    pub unreadable: Option<Lba>,
}

/// A disc was not compared with its manifest, or is not what it says.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The drive did not do something.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Files, or what lies between them, are not what the manifest says.
    #[error("{} files of the disc are not what the manifest says", bad.len())]
    Differs {
        /// The files; none when only what lies between them differs.
        bad: Vec<BadFile>,
        /// The first address that cannot be read.
        unreadable: Option<Lba>,
    },
}

impl From<Cancelled> for ManifestError {
    fn from(cancelled: Cancelled) -> Self {
        Self::Format(cancelled.into())
    }
}

impl Coded for ManifestError {
    fn code(&self) -> HResult {
        match self {
            Self::Format(error) => error.code(),
            Self::Differs { .. } => v2::E_IMAPI_BURN_VERIFICATION_FAILED,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Format(error) => error.facts(put),
            Self::Differs { bad, unreadable } => {
                if let Some(lba) = bad.iter().find_map(|bad| bad.unreadable).or(*unreadable) {
                    put(Fact::Lba, Value::I64(lba.0.into()));
                }
                if let Some(bad) = bad.first() {
                    put(Fact::File, Value::Text(&bad.file.path));
                }
            }
        }
    }
}

const PIECE: usize = 256 << 10;
const BLOCK: usize = 2048;
const WAITING: usize = 8;
const LOOK_EVERY: Duration = Duration::from_millis(50);
const TELL_EVERY: Duration = Duration::from_millis(500);

/// What was read: blocks, and those of them that cannot be.
type Read = Result<(Arc<[u8]>, Vec<u64>), CommandError>;

/// Reads an image from a disc, by commands, of which block 0 is at `start`, and compares it with its manifest.
pub fn check_disc(
    recorder: &Recorder,
    manifest: &Manifest,
    start: Lba,
    control: &mut Control<'_, ManifestProgress>,
) -> Result<ManifestReport, ManifestError> {
    control.check()?;
    let clock = recorder.clock();
    let begun = clock.now();
    let token = CancelToken::new();
    let (give, given) = bounded::<Read>(WAITING);
    let mut hasher = Hasher::new(manifest.files.iter().map(|sum| sum.file.clone()).collect(), u64::MAX);
    let mut unreadable = BTreeSet::new();
    let (all, mut done, mut told) = (manifest.blocks, 0, None);
    thread::scope(|scope| -> Result<(), ManifestError> {
        // It goes with this thread's part, and whoever reads then hears that there is no more to do.
        let given = given;
        let reader = DiscReader::new(recorder, 0);
        let reading = token.clone();
        scope.spawn(move || {
            let mut at = 0;
            while at < all && !reading.is_cancelled() {
                let count = usize::try_from(all - at).unwrap_or(usize::MAX).min(PIECE / BLOCK);
                let read = read_blocks(&reader, start, at, count);
                let failed = read.is_err();
                if give.send(read).is_err() || failed {
                    return;
                }
                at += count as u64;
            }
        });
        loop {
            let (bytes, missing) = match given.recv_timeout(LOOK_EVERY) {
                Ok(read) => read.map_err(FormatError::from)?,
                Err(RecvTimeoutError::Timeout) => {
                    control.check().inspect_err(|_| token.cancel())?;
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            unreadable.extend(missing);
            hasher.take(&bytes);
            done += (bytes.len() / BLOCK) as u64;
            let elapsed = clock.now().saturating_sub(begun);
            if done == all || told.is_none_or(|told: Duration| elapsed.saturating_sub(told) >= TELL_EVERY) {
                told = Some(elapsed);
                control.emit(&ManifestProgress { done, all, elapsed }).inspect_err(|_| token.cancel())?;
            }
        }
    })?;
    let found = Manifest::from(hasher.finish());
    let address = |block: u64| i64::try_from(block).ok().and_then(|block| start.checked_add(block)).unwrap_or(start);
    let mut wanted = manifest.clone();
    wanted.files.sort_by(|a, b| {
        let key = |sum: &super::FileSum| (sum.file.block, sum.file.bytes, sum.file.path.clone());
        key(a).cmp(&key(b))
    });
    let bad: Vec<BadFile> = wanted
        .files
        .iter()
        .zip(&found.files)
        .filter_map(|(wanted, found)| {
            let file = &wanted.file;
            let blocks = file.block..file.block + file.bytes.div_ceil(BLOCK as u64);
            let missing = unreadable.range(blocks).next().map(|block| address(*block));
            let is_bad = wanted.sum != found.sum || missing.is_some();
            is_bad.then(|| BadFile { file: file.clone(), unreadable: missing })
        })
        .collect();
    if !bad.is_empty() || found.image != manifest.image || !unreadable.is_empty() {
        return Err(ManifestError::Differs { bad, unreadable: unreadable.first().map(|block| address(*block)) });
    }
    Ok(ManifestReport { blocks: done, files: found.files.len(), elapsed: clock.now().saturating_sub(begun) })
}

/// Reads some blocks; those that cannot be read are zeros.
pub(crate) fn read_blocks(reader: &DiscReader, start: Lba, first: u64, count: usize) -> Read {
    let mut bytes = vec![0; count * BLOCK];
    let mut missing = Vec::new();
    let lba = |block: u64| i64::try_from(block).ok().and_then(|block| start.checked_add(block)).unwrap_or(start);
    let at_once = reader.at_once();
    for (number, piece) in (0_u64..).zip(bytes.chunks_mut(at_once * BLOCK)) {
        let at = first + number * at_once as u64;
        match reader.blocks_at(lba(at), piece) {
            Ok(()) => {}
            Err(error) if is_of_a_block(&error) => {
                for (block, out) in (at..).zip(piece.chunks_mut(BLOCK)) {
                    match reader.blocks_at(lba(block), out) {
                        Ok(()) => {}
                        Err(error) if is_of_a_block(&error) => {
                            out.fill(0);
                            missing.push(block);
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok((bytes.into(), missing))
}
