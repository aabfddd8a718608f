//! Going through a volume, making what is in it.

use std::{
    fs::{self, File},
    io,
    os::fd::OwnedFd,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use crossbeam_channel::{Receiver, Sender, bounded, select, unbounded};
use imapi_disc_types::{BlockSource, CancelToken, Control};
use imapi_volumes::{Entry, EntryKind, OpenOptions, Step, Volume, Walk};
use rustix::{
    fs::{AtFlags, CWD, FileType, Mode, RawDir, makedev, mknodat, readlinkat, symlinkat, unlinkat},
    io::Errno,
};

use super::{
    ExtractError, ExtractEvent, ExtractOptions, ExtractReport, Note,
    copy::Copier,
    fill::{Filled, Filler, Job, give_name, is_temporary, temporary, told},
    links::{Later, Links},
    names::{Names, folds},
    place,
    settle::Manner,
};
use crate::browse::{Fate, Selection};

/// Files that wait to be filled.
const WAITING: usize = 256;
/// Folders that are kept open on the way to where the work is.
const OPEN: usize = 48;
/// Who listens hears so often of how far it is.
const TELL: Duration = Duration::from_millis(100);

/// What is extracted.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The volume.
    pub volume: &'a dyn Volume,
    /// How it was opened: with findings, what is damaged is left out.
    pub options: &'a OpenOptions,
    /// The blocks that it is in.
    pub source: &'a Arc<dyn BlockSource>,
    /// The file whose bytes are those of the source, where it is one.
    pub file: Option<&'a File>,
    /// Which files.
    pub selection: &'a Selection,
}

/// How many bytes all files have together.
pub fn measure(subject: Subject<'_>, packed: bool, token: &CancelToken) -> Result<u64, ExtractError> {
    let mut walk = Walk::new(subject.volume, subject.options);
    let mut bytes: u64 = 0;
    while let Some(step) = walk.next() {
        if token.is_cancelled() {
            return Err(imapi_disc_types::Cancelled.into());
        }
        let Step { path, entry } = step?;
        match (subject.selection.fate(&path), &entry.kind) {
            (Fate::LeftOut, _) => Walk::pass_over(&mut walk),
            (Fate::Taken, EntryKind::File) => {
                let size = entry.unpacked.filter(|_| !packed).unwrap_or(entry.size);
                bytes = bytes.saturating_add(size);
            }
            _ => {}
        }
    }
    Ok(bytes)
}

/// Extracts files into a folder, which is made when it is not there.
pub fn extract(
    subject: Subject<'_>,
    into: &Path,
    options: &ExtractOptions,
    control: &mut Control<'_, ExtractEvent>,
) -> Result<ExtractReport, ExtractError> {
    let system = |cause| ExtractError::System { path: into.display().to_string(), cause };
    let is_new = !into.exists();
    fs::create_dir_all(into).map_err(system)?;
    let root =
        rustix::fs::openat(CWD, into, rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC, Mode::empty());
    let root = root.map_err(|error| system(error.into()))?;
    let done = AtomicU64::new(0);
    // Somebody who stops and something that fails end the same threads.
    let token = CancelToken::new();
    let copier = Copier {
        source: subject.source,
        file: subject.file,
        token: &token,
        done: &done,
        refused: AtomicBool::new(false),
    };
    let filler = Filler { volume: subject.volume, options, copier, lenient: subject.options.lenient.is_some() };
    let report = thread::scope(|scope| {
        let (jobs, waiting) = bounded::<Box<Job>>(WAITING);
        let (tell, heard) = unbounded::<Told>();
        for _ in 0..options.threads.get() {
            let (waiting, tell, filler) = (waiting.clone(), tell.clone(), &filler);
            scope.spawn(move || fill_all(filler, &waiting, &tell));
        }
        drop((waiting, tell));
        let folds = folds(&root);
        let mut work = Work {
            subject,
            options,
            filler: &filler,
            root: &root,
            folds,
            levels: Vec::new(),
            folders: Vec::new(),
            links: Links::default(),
            jobs: Some(jobs),
            heard,
            done: &done,
            report: ExtractReport::default(),
            control,
        };
        let worked = work.all(is_new);
        // Whoever is still at work ends at the next piece.
        if worked.is_err() {
            token.cancel();
        }
        worked.map(|()| work.report)
    });
    control.check()?;
    report
}

/// What those who fill files tell.
enum Told {
    Note(Note),
    Filled(Result<Filled, ExtractError>),
}

fn fill_all(filler: &Filler<'_>, waiting: &Receiver<Box<Job>>, tell: &Sender<Told>) {
    let mut buffer = Vec::new();
    for job in waiting {
        let became = filler.fill(&job, &mut buffer, &mut |note| drop(tell.send(Told::Note(note))));
        let failed = became.is_err();
        if tell.send(Told::Filled(became)).is_err() || failed {
            return;
        }
    }
}

/// A folder on the way to where the work is.
struct Level {
    /// Its path below the root.
    path: Vec<u8>,
    opened: Option<Arc<OwnedFd>>,
    /// It was made, and so nothing is in it but what was put there.
    is_fresh: bool,
    names: Names,
    /// It was not named, and is made when something in it is.
    entered: Option<Manner>,
}

/// What is still to be said of a folder that was made.
struct Made {
    path: Box<[u8]>,
    manner: Manner,
}

struct Work<'a, 'b, 'c> {
    subject: Subject<'a>,
    options: &'a ExtractOptions,
    filler: &'a Filler<'a>,
    root: &'a OwnedFd,
    folds: bool,
    levels: Vec<Level>,
    folders: Vec<Made>,
    links: Links,
    jobs: Option<Sender<Box<Job>>>,
    heard: Receiver<Told>,
    done: &'a AtomicU64,
    report: ExtractReport,
    control: &'b mut Control<'c, ExtractEvent>,
}

impl Work<'_, '_, '_> {
    fn all(&mut self, is_new: bool) -> Result<(), ExtractError> {
        let volume = self.subject.volume;
        let mut walk = Walk::new(volume, self.subject.options);
        self.levels.push(Level {
            path: Vec::new(),
            opened: None,
            is_fresh: is_new,
            names: Names::default(),
            entered: None,
        });
        if self.options.resume && !is_new {
            self.sweep()?;
        }
        while let Some(step) = walk.next() {
            let Step { path, entry } = step?;
            match self.subject.selection.fate(&path) {
                Fate::LeftOut => Walk::pass_over(&mut walk),
                fate => self.step(&path, entry, fate)?,
            }
        }
        self.jobs = None;
        while let Some(told) = self.next_told()? {
            self.hear(told)?;
        }
        for later in std::mem::take(&mut self.links.later) {
            self.link(later)?;
        }
        self.settle_folders(is_new)
    }

    fn emit(&mut self, event: &ExtractEvent) -> Result<(), ExtractError> {
        Ok(self.control.emit(event)?)
    }

    fn note(&mut self, note: Note) -> Result<(), ExtractError> {
        self.emit(&ExtractEvent::Note(note))
    }

    /// Waits for what is told; `None` when all is done.
    fn next_told(&mut self) -> Result<Option<Told>, ExtractError> {
        loop {
            match self.heard.recv_timeout(TELL) {
                Ok(told) => return Ok(Some(told)),
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => self.progress()?,
                Err(crossbeam_channel::RecvTimeoutError::Disconnected) => return Ok(None),
            }
        }
    }

    fn progress(&mut self) -> Result<(), ExtractError> {
        let bytes = self.done.load(Ordering::Relaxed);
        self.emit(&ExtractEvent::Progress { bytes })
    }

    fn hear(&mut self, told: Told) -> Result<(), ExtractError> {
        match told {
            Told::Note(note) => return self.note(note),
            Told::Filled(filled) => match filled? {
                Filled::Made { bytes } => {
                    self.report.files += 1;
                    self.report.bytes = self.report.bytes.saturating_add(bytes);
                }
                Filled::Complete => self.report.complete += 1,
                Filled::Damaged => self.report.damaged += 1,
            },
        }
        self.progress()
    }

    /// Hands a file to those who fill them, and hears them while it waits.
    fn send(&mut self, job: Job) -> Result<(), ExtractError> {
        let Some(jobs) = self.jobs.clone() else { return Ok(()) };
        let heard = self.heard.clone();
        let mut job = Box::new(job);
        loop {
            self.control.check()?;
            while let Ok(told) = heard.try_recv() {
                self.hear(told)?;
            }
            job = match jobs.try_send(job) {
                Ok(()) => return Ok(()),
                Err(refused) => refused.into_inner(),
            };
            select! {
                recv(heard) -> told => match told {
                    Ok(told) => self.hear(told)?,
                    // They are all gone, and have told why.
                    Err(_) => return Ok(()),
                },
                default(TELL) => self.progress()?,
            }
        }
    }

    fn step(&mut self, path: &[u8], entry: Entry, fate: Fate) -> Result<(), ExtractError> {
        if !place::is_safe(&entry.name) {
            return Err(ExtractError::Unsafe { path: told(path) });
        }
        // The names on the way to it are those of the folders that it is in, and the root.
        let depth = path.split(|&byte| byte == b'/').count() - 1;
        self.levels.truncate(depth + 1);
        let folds = self.folds;
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        if fate == Fate::Entered && !entry.is_directory() {
            return Ok(());
        }
        let name = level.names.give(&entry.name, folds);
        let is_renamed = *name != *entry.name;
        let name: Box<[u8]> = name.into();
        if is_renamed {
            self.note(Note::Renamed { path: told(path), name: told(&name) })?;
        }
        if fate == Fate::Entered {
            let entered = Some(Manner::of(&entry, self.options));
            let path = self.below(&name);
            self.levels.push(Level { path, opened: None, is_fresh: false, names: Names::default(), entered });
            return Ok(());
        }
        let (folder, is_fresh) = self.folder().map_err(|error| failed(path, error))?;
        match &entry.kind {
            EntryKind::Directory => self.directory(path, &folder, &name, &entry),
            EntryKind::File => {
                let target =
                    self.links.meet(&entry, || join(self.levels.last().map_or(&[][..], |level| &level.path), &name));
                let path = path.into();
                if let Some(target) = target {
                    let folder = self.levels.last().map_or(Box::default(), |level| level.path.clone().into());
                    self.links.later.push(Later { target, folder, name, path, entry });
                    return Ok(());
                }
                self.send(Job { folder, is_fresh, path, name, entry })
            }
            EntryKind::Link { target } => self.symlink(path, &folder, &name, target, &entry),
            EntryKind::Special { device } => self.special(path, &folder, &name, *device, &entry),
        }
    }

    /// The path below the root of something in the folder where the work is.
    fn below(&self, name: &[u8]) -> Vec<u8> {
        join(self.levels.last().map_or(&[][..], |level| &level.path), name).into_vec()
    }

    /// The folder where the work is, made if it is one that was only entered.
    fn folder(&mut self) -> Result<(Arc<OwnedFd>, bool), Errno> {
        if let Some(Level { opened: Some(opened), is_fresh, .. }) = self.levels.last() {
            return Ok((Arc::clone(opened), *is_fresh));
        }
        for index in 0..self.levels.len() {
            let Some(manner) = self.levels[index].entered.take() else { continue };
            let path = self.levels[index].path.clone();
            let parent = self.open(index.saturating_sub(1))?;
            let name = path.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
            self.levels[index].is_fresh = place::make(&parent, name, manner.first_folder_mode(), self.options.replace)?;
            self.made(self.levels[index].is_fresh, path, manner);
        }
        let last = self.levels.len().saturating_sub(1);
        let opened = self.open(last)?;
        Ok((opened, self.levels.last().is_some_and(|level| level.is_fresh)))
    }

    fn open(&mut self, index: usize) -> Result<Arc<OwnedFd>, Errno> {
        let level = &mut self.levels[index];
        if let Some(opened) = &level.opened {
            return Ok(Arc::clone(opened));
        }
        let opened = place::open(self.root, &level.path);
        let opened = Arc::new(opened.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?);
        level.opened = Some(Arc::clone(&opened));
        // A system has only so many files open.
        if index >= OPEN {
            self.levels[index - OPEN].opened = None;
        }
        Ok(opened)
    }

    fn made(&mut self, is_new: bool, path: Vec<u8>, manner: Manner) {
        self.report.folders += u64::from(is_new);
        // What was there before has its own manner, unless an earlier run left it without, or it is to be as in the volume.
        if is_new || self.options.resume || self.options.replace {
            self.folders.push(Made { path: path.into(), manner });
        }
    }

    fn directory(&mut self, path: &[u8], folder: &OwnedFd, name: &[u8], entry: &Entry) -> Result<(), ExtractError> {
        let manner = Manner::of(entry, self.options);
        let made = place::make(folder, name, manner.first_folder_mode(), self.options.replace);
        let is_fresh = made.map_err(|error| failed(path, error))?;
        let below = self.below(name);
        self.made(is_fresh, below.clone(), manner);
        self.levels.push(Level { path: below, opened: None, is_fresh, names: Names::default(), entered: None });
        if self.options.resume && !is_fresh {
            self.sweep()?;
        }
        Ok(())
    }

    /// Removes what an earlier run, which was killed, left without a name.
    fn sweep(&mut self) -> Result<(), ExtractError> {
        let swept = self.folder().and_then(|(folder, _)| {
            let mut buffer = Vec::with_capacity(32 << 10);
            let again = place::open(&*folder, b"").map_err(|_| Errno::IO)?;
            let mut entries = RawDir::new(again, buffer.spare_capacity_mut());
            while let Some(entry) = entries.next() {
                let entry = entry?;
                let name = entry.file_name().to_bytes();
                if is_temporary(name) && entry.file_type() != FileType::Directory {
                    unlinkat(&*folder, name, AtFlags::empty())?;
                }
            }
            Ok(())
        });
        swept.map_err(|error| failed(&self.levels.last().map_or(Vec::new(), |level| level.path.clone()), error))
    }

    fn symlink(
        &mut self,
        path: &[u8],
        folder: &OwnedFd,
        name: &[u8],
        target: &[u8],
        entry: &Entry,
    ) -> Result<(), ExtractError> {
        let failed = |error| failed(path, error);
        if self.options.resume && readlinkat(folder, name, Vec::new()).is_ok_and(|found| found.as_bytes() == target) {
            self.report.complete += 1;
            return Ok(());
        }
        let renamed = self.beside(folder, name, |at| symlinkat(target, folder, at)).map_err(failed)?;
        self.settle_at(path, folder, renamed.as_deref().unwrap_or(name), entry)?;
        self.report.links += 1;
        self.tell_renamed(path, renamed)
    }

    fn tell_renamed(&mut self, path: &[u8], renamed: Option<Vec<u8>>) -> Result<(), ExtractError> {
        match renamed {
            Some(name) => self.note(Note::Renamed { path: told(path), name: told(&name) }),
            None => Ok(()),
        }
    }

    /// Makes something at its name, or beside it and then in the place of what has the name.
    fn beside(
        &self,
        folder: &OwnedFd,
        name: &[u8],
        make: impl Fn(&[u8]) -> Result<(), Errno>,
    ) -> Result<Option<Vec<u8>>, Errno> {
        match make(name) {
            Err(Errno::EXIST) if self.options.replace => {}
            Err(Errno::INVAL | Errno::ILSEQ) => {}
            done => return done.map(|()| None),
        }
        let beside = temporary();
        make(&beside)?;
        let named = give_name(folder, &beside, name, self.options.replace);
        if named.is_err() {
            let _ = unlinkat(folder, &beside, AtFlags::empty());
        }
        named
    }

    fn special(
        &mut self,
        path: &[u8],
        folder: &OwnedFd,
        name: &[u8],
        (major, minor): (u32, u32),
        entry: &Entry,
    ) -> Result<(), ExtractError> {
        let kind = entry.posix.map(|posix| FileType::from_raw_mode(posix.mode));
        let Some(kind) = kind.filter(|_| self.options.devices) else {
            return self.note(Note::LeftOut { path: told(path) });
        };
        let mode = Manner::of(entry, self.options).mode();
        let make = |at: &[u8]| mknodat(folder, at, kind, mode, makedev(major, minor));
        let renamed = self.beside(folder, name, make).map_err(|error| failed(path, error))?;
        let at = renamed.as_deref().unwrap_or(name);
        // What programs are told to leave out of a mode is not left out here.
        rustix::fs::chmodat(folder, at, mode, AtFlags::empty()).map_err(|error| failed(path, error))?;
        self.settle_at(path, folder, at, entry)?;
        self.report.special_files += 1;
        self.tell_renamed(path, renamed)
    }

    fn settle_at(&mut self, path: &[u8], folder: &OwnedFd, name: &[u8], entry: &Entry) -> Result<(), ExtractError> {
        let manner = Manner::of(entry, self.options);
        if let Err(cause) = manner.settle_owner_at(folder, name) {
            self.note(Note::NotSet { path: told(path), what: "owner".to_owned(), cause })?;
        }
        manner.settle_at(folder, name).map_err(|cause| ExtractError::System { path: told(path), cause })
    }

    /// Makes a name of a file that is there; another file, where the system has no such links.
    fn link(&mut self, later: Later) -> Result<(), ExtractError> {
        self.control.check()?;
        let there = || -> io::Result<bool> {
            let folder = place::open(self.root, &later.folder)?;
            Ok(place::stat(&folder, &later.name)?.is_some())
        };
        let system = |cause: io::Error| ExtractError::System { path: told(&later.path), cause };
        if there().map_err(system)? && !self.options.replace {
            if self.options.resume {
                self.report.complete += 1;
                return Ok(());
            }
            return Err(ExtractError::Exists { path: told(&later.path) });
        }
        let beside = temporary();
        if let Ok(folder) = later.link(self.root, &beside) {
            let named = give_name(&folder, &beside, &later.name, self.options.replace);
            // Renaming one name of a file to another of its names does nothing at all.
            let _ = unlinkat(&folder, &beside, AtFlags::empty());
            let renamed = named.map_err(|error| failed(&later.path, error))?;
            self.report.links += 1;
            self.done.fetch_add(later.entry.size, Ordering::Relaxed);
            return self.tell_renamed(&later.path, renamed);
        }
        let folder = Arc::new(place::open(self.root, &later.folder).map_err(system)?);
        let Later { name, path, entry, .. } = later;
        let job = Job { folder, is_fresh: false, path, name, entry };
        let mut notes = Vec::new();
        let became = self.filler.fill(&job, &mut Vec::new(), &mut |note| notes.push(note));
        for note in notes {
            self.note(note)?;
        }
        self.hear(Told::Filled(became))
    }

    /// Folders get their dates and modes: the innermost first, as those outside change by nothing in them.
    fn settle_folders(&mut self, is_new: bool) -> Result<(), ExtractError> {
        if is_new && self.subject.selection.fate(b"") == Fate::Taken {
            let manner = Manner::of(self.subject.volume.root(), self.options);
            self.folders.insert(0, Made { path: Box::default(), manner });
        }
        for Made { path, manner } in std::mem::take(&mut self.folders).into_iter().rev() {
            let system = |cause| ExtractError::System { path: told(&path), cause };
            let folder = place::open(self.root, &path).map_err(system)?;
            if let Err(cause) = manner.settle_owner(&folder) {
                self.note(Note::NotSet { path: told(&path), what: "owner".to_owned(), cause })?;
            }
            manner.settle(&folder).map_err(system)?;
        }
        Ok(())
    }
}

fn join(folder: &[u8], name: &[u8]) -> Box<[u8]> {
    if folder.is_empty() { name.into() } else { [folder, b"/", name].concat().into() }
}

fn failed(path: &[u8], error: Errno) -> ExtractError {
    match error {
        Errno::EXIST => ExtractError::Exists { path: told(path) },
        error => ExtractError::System { path: told(path), cause: error.into() },
    }
}
