//! What is said of a file besides its bytes: its owner, its mode, its dates.

use std::io;

use imapi_disc_types::Timestamp;
use imapi_volumes::{Entry, Times};
use rustix::{
    fd::AsFd,
    fs::{AtFlags, Gid, Mode, Timespec, Timestamps, UTIME_OMIT, Uid, chownat, fchmod, fchown, futimens, utimensat},
};

use super::ExtractOptions;

/// What becomes of a file besides its bytes.
#[derive(Debug, Clone)]
pub struct Manner {
    mode: Option<Mode>,
    owner: Option<(u32, u32)>,
    times: Timestamps,
}

/// Bits of a mode that say that a program runs as its owner, or its group.
const SET_ID: u32 = 0o6000;

impl Manner {
    /// As a volume has it, as far as it is wanted.
    pub fn of(entry: &Entry, options: &ExtractOptions) -> Self {
        let keep = if options.set_id { 0o7777 } else { 0o7777 & !SET_ID };
        Self {
            mode: entry.posix.map(|posix| Mode::from_raw_mode(posix.mode & keep)),
            owner: entry.posix.filter(|_| options.owners).map(|posix| (posix.user, posix.group)),
            times: times(&entry.times),
        }
    }

    /// The mode with which a file is made: nobody else sees it before it is whole, where it is known who may.
    pub fn first_mode(&self) -> Mode {
        if self.mode.is_some() { Mode::RUSR | Mode::WUSR } else { Mode::from_raw_mode(0o666) }
    }

    /// The mode with which a folder is made.
    pub fn first_folder_mode(&self) -> Mode {
        if self.mode.is_some() { Mode::RWXU } else { Mode::from_raw_mode(0o777) }
    }

    /// Settles all of it but the owner, who is told for himself.
    pub fn settle(&self, file: impl AsFd) -> io::Result<()> {
        let file = file.as_fd();
        if let Some(mode) = self.mode {
            fchmod(file, mode)?;
        }
        Ok(futimens(file, &self.times)?)
    }

    /// Settles who owns it. That takes away that it runs as its owner, so it comes before the mode.
    pub fn settle_owner(&self, file: impl AsFd) -> io::Result<()> {
        let Some((user, group)) = self.owner else { return Ok(()) };
        Ok(fchown(file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)))?)
    }

    /// Settles the dates of what cannot be opened.
    pub fn settle_at(&self, folder: impl AsFd, name: &[u8]) -> io::Result<()> {
        Ok(utimensat(folder, name, &self.times, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// Settles who owns what cannot be opened.
    pub fn settle_owner_at(&self, folder: impl AsFd, name: &[u8]) -> io::Result<()> {
        let Some((user, group)) = self.owner else { return Ok(()) };
        let (user, group) = (Some(Uid::from_raw(user)), Some(Gid::from_raw(group)));
        Ok(chownat(folder, name, user, group, AtFlags::SYMLINK_NOFOLLOW)?)
    }

    /// The mode of what cannot be opened, as it has to be made.
    pub fn mode(&self) -> Mode {
        self.mode.unwrap_or(Mode::RUSR | Mode::WUSR)
    }
}

fn times(times: &Times) -> Timestamps {
    let omitted = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    let spec = |time: Option<Timestamp>| {
        time.map_or(omitted, |time| Timespec { tv_sec: time.seconds(), tv_nsec: time.subsecond().into() })
    };
    Timestamps { last_access: spec(times.accessed.or(times.modified)), last_modification: spec(times.modified) }
}

/// Whether a file that is there has the size and the date that it should have.
pub fn is_complete(found: &rustix::fs::Stat, size: u64, times: &Times) -> bool {
    let dated = times
        .modified
        .is_none_or(|time| found.st_mtime == time.seconds() && found.st_mtime_nsec == u64::from(time.subsecond()));
    u64::try_from(found.st_size) == Ok(size) && dated
}
