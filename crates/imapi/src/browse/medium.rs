//! [`Medium`]: an image or a disc that is to be looked into.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    num::NonZeroU32,
    ops::ControlFlow,
    os::unix::fs::FileExt as _,
    path::Path,
    sync::Arc,
    time::Duration,
};

use imapi_cd_sector::SECTOR_LEN;
use imapi_disc_types::{Block, BlockSource, Cancelled, Control, FileError, FileSource, MediaState, SECTOR_SIZE};
use imapi_errors::{Coded as _, common};
use imapi_format2::{DiscReader, Probe};
use imapi_recorder::Recorder;
use imapi_volumes::{OpenOptions, SearchOptions, Searching, search_sessions};

use super::{
    BrowseError, RawImage,
    chain::{self, Chain, Place},
};
use crate::{
    drives::{DriveError, Drives, VIRTUAL},
    read::{Extent, Volume},
};

/// An image or a disc that is to be looked into.
pub struct Medium {
    source: Arc<dyn BlockSource>,
    kind: MediumKind,
    sessions: Vec<Session>,
    /// The beginning shows what the newest session has.
    head_is_newest: bool,
    /// The writing of the last session was broken off.
    is_unfinished: bool,
    displaced: u32,
    file: Option<Arc<File>>,
}

/// What is looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediumKind {
    /// A file of blocks of 2048 bytes, or a disk.
    Image,
    /// A file of whole sectors of a CD.
    RawImage,
    /// A disc in a drive.
    Disc,
}

/// A session that has data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Its number; the first is 1.
    pub number: u16,
    /// Where it begins.
    pub start: Block,
    /// The block behind its last.
    pub end: Block,
    /// Where what it began with is kept, when a later session has put something else in its place.
    pub head: Option<Block>,
}

impl Medium {
    /// Opens what has that name: a drive as [`Drives`] names them, which is waited for so long until it is ready, or else a
    /// file.
    pub fn open(drives: &Drives, name: &OsStr, patience: Duration) -> Result<Self, BrowseError> {
        let path = Path::new(name);
        let is_device = || fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir());
        // What is no text is the name of no drive.
        if let Some(text) = name.to_str() {
            if text.starts_with(VIRTUAL) || is_device() || (!path.exists() && is_listed(drives, text)) {
                match drives.recorder(text) {
                    Ok(recorder) => {
                        let ready = recorder.ready(patience, &mut |_: &_| ControlFlow::Continue(()));
                        ready.map_err(|error| DriveError::from(error).of(text))?;
                        return Self::of_drive(&recorder);
                    }
                    // A disk that is no drive of discs is as good as a file.
                    Err(error) if error.code() == common::ERROR_DEV_NOT_EXIST && path.exists() => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Self::of_path(path)
    }

    /// Opens a file; the last block may be shorter than the others.
    pub fn of_path(path: &Path) -> Result<Self, BrowseError> {
        // What is no file is refused before it is opened: a pipe would wait for a writer.
        let source = FileSource::open_padded(path, SECTOR_SIZE)?;
        let file = File::open(path).map_err(|source| FileError::Open { path: path.to_path_buf(), source })?;
        match raw_len(&file, path)? {
            Some(len) => Ok(Self::of_raw(FileSource::open_padded(path, len)?)),
            None => Ok(Self::of_image(source, file)),
        }
    }

    /// Takes a file that is open already and has whole blocks; the path is its name in messages.
    pub fn of_file(file: File, path: &Path) -> Result<Self, BrowseError> {
        let again = file.try_clone().map_err(|source| FileError::Open { path: path.to_path_buf(), source })?;
        match raw_len(&file, path)? {
            Some(len) => Ok(Self::of_raw(FileSource::from_file(again, path, len)?)),
            None => Ok(Self::of_image(FileSource::from_file(again, path, SECTOR_SIZE)?, file)),
        }
    }

    fn of_raw(sectors: FileSource) -> Self {
        let raw = RawImage::new(Arc::new(sectors));
        let displaced = u32::try_from(raw.first().0).unwrap_or(0);
        Self::with_chain(Arc::new(raw), MediumKind::RawImage, Some(displaced), None)
    }

    fn of_image(source: FileSource, file: File) -> Self {
        let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
        Self::with_chain(Arc::new(source), MediumKind::Image, None, is_file.then(|| Arc::new(file)))
    }

    /// The disc in a drive.
    pub fn of_drive(recorder: &Recorder) -> Result<Self, BrowseError> {
        let extent = Extent::in_use(recorder, None)?;
        let probe = Probe::of(recorder)?;
        let end = u64::try_from(extent.start.0).unwrap_or(0) + extent.blocks;
        let source: Arc<dyn BlockSource> = Arc::new(DiscReader::new(recorder, end));
        let sessions: Vec<Session> = probe
            .facts
            .sessions
            .iter()
            .filter(|session| session.has_data)
            .filter_map(|session| {
                let start = u64::try_from(session.first.0).ok()?;
                let behind = u64::try_from(i64::from(session.last.0) + 1).ok()?.min(end);
                Some(Session { number: session.number, start: Block(start), end: Block(behind), head: None })
            })
            .collect();
        // What can be overwritten has one session for its drive, and maybe more for its readers.
        if probe.facts.is_overwritable() || sessions.is_empty() {
            return Ok(Self::with_chain(source, MediumKind::Disc, Some(0), None));
        }
        // A session that was broken off is the last of the disc, whatever was left in it.
        let last = probe.tracks.iter().map(|track| track.session).max();
        let is_last = sessions.last().map(|session| session.number) == last;
        let is_unfinished = is_last && probe.facts.state.contains(MediaState::NON_EMPTY_SESSION);
        let kind = MediumKind::Disc;
        Ok(Self { source, kind, sessions, head_is_newest: false, is_unfinished, displaced: 0, file: None })
    }

    /// Finds the sessions of what has no table of contents.
    fn with_chain(
        source: Arc<dyn BlockSource>,
        kind: MediumKind,
        displaced: Option<u32>,
        file: Option<Arc<File>>,
    ) -> Self {
        let displaced = displaced.unwrap_or_else(|| chain::displacement(&source));
        // Addresses of a later session alone are not those of the file, and there is no other in it.
        let chain = if displaced == 0 {
            Chain::of(&source)
        } else {
            Chain { sessions: vec![Place::new(0, source.blocks())], head_is_newest: false }
        };
        let sessions = (1..).zip(chain.sessions).map(|(number, place)| Session {
            number,
            start: Block(place.start),
            end: Block(place.end),
            head: place.head.map(Block),
        });
        Self {
            kind,
            sessions: sessions.collect(),
            head_is_newest: chain.head_is_newest,
            is_unfinished: false,
            displaced,
            file,
            source,
        }
    }

    /// Looks for sessions by what stands in themselves, where the beginning does not lead to them any more: those that are
    /// found take the place of those that were known. Without any, all stays as it was.
    pub fn search(&mut self, control: &mut Control<'_, Searching>) -> Result<usize, Cancelled> {
        let mut options = SearchOptions::default();
        options.displaced = self.displaced;
        let found = search_sessions(&self.source, &options, control)?;
        if found.is_empty() {
            return Ok(0);
        }
        let starts = found.iter().skip(1).map(|session| session.start).chain([Block(self.source.blocks())]);
        let sessions = (1..).zip(found.iter().zip(starts)).map(|(number, (found, next))| Session {
            number,
            start: found.start,
            end: found.end.unwrap_or(next),
            head: found.head,
        });
        self.sessions = sessions.collect();
        (self.head_is_newest, self.is_unfinished) = (false, false);
        Ok(self.sessions.len())
    }

    /// Its blocks.
    #[must_use]
    pub fn source(&self) -> &Arc<dyn BlockSource> {
        &self.source
    }

    /// The block behind what file systems take, on a disk: it is as large as it is whatever is on it. `None` where all of it
    /// counts, or nobody knows.
    #[must_use]
    pub fn in_use(&self) -> Option<Block> {
        if self.kind != MediumKind::Image || self.file.is_some() {
            return None;
        }
        Volume::of_source(&*self.source).end.map(Block)
    }

    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> MediumKind {
        self.kind
    }

    /// Its sessions that have data, the newest last.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The file whose bytes are those of [the source](Self::source), where there is one.
    #[must_use]
    pub fn file(&self) -> Option<&Arc<File>> {
        self.file.as_ref()
    }

    /// Whether the beginning shows what the newest session has, as on a disc that was written over.
    #[must_use]
    pub const fn head_is_newest(&self) -> bool {
        self.head_is_newest
    }

    /// Where the volumes of a session are; without a number, those of the newest that is complete, if there is one.
    pub fn options(&self, session: Option<u16>) -> Result<OpenOptions, BrowseError> {
        let options = OpenOptions::default().displaced(self.displaced);
        let before = self.sessions.len().checked_sub(2).filter(|_| self.is_unfinished);
        let before = before.and_then(|before| self.sessions.get(before)).map(|session| session.number);
        let Some(number) = session.or(before) else {
            let newest = self.sessions.last().filter(|_| !self.head_is_newest);
            return Ok(options.session(newest.map_or(Block(0), |newest| newest.start)));
        };
        let found = self.sessions.iter().find(|session| session.number == number);
        let found = found.ok_or(BrowseError::NoSession { session: number, count: self.sessions.len() })?;
        let is_newest = self.sessions.last() == Some(found);
        let options = options.session(found.start);
        let options = found.head.map_or(options.clone(), |head| options.head(head));
        Ok(if is_newest { options } else { options.end(found.end) })
    }
}

fn is_listed(drives: &Drives, name: &str) -> bool {
    use imapi_mmc_transport::DriveSource as _;
    drives.list().is_ok_and(|ids| ids.iter().any(|id| id == name))
}

/// How many bytes a sector of a file has, when it has raw sectors.
fn raw_len(file: &File, path: &Path) -> Result<Option<NonZeroU32>, FileError> {
    let mut beginning = vec![0; 2 * SECTOR_LEN];
    let filled = fill(file, &mut beginning);
    let filled = filled.map_err(|source| FileError::Read { path: path.to_path_buf(), source })?;
    Ok(RawImage::sector_len(&beginning[..filled]))
}

/// The first bytes of a file.
fn fill(file: &File, out: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < out.len() {
        match file.read_at(&mut out[filled..], filled as u64) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}
