//! [`Stat`]: what the system knows of a file.

use std::{ffi::CStr, fs::File, io};

use rustix::fs::{Access, AtFlags, CWD, FileType, Statx, StatxFlags, accessat, makedev, statx};

use crate::{Attributes, Timestamp};

/// A file as it is now.
#[derive(Clone, Copy)]
pub(super) struct Stat(Statx);

impl Stat {
    /// What has that name in a folder: a link itself, unless it is to be followed.
    pub(super) fn of(folder: &File, name: &CStr, follow: bool) -> io::Result<Self> {
        let flags = if follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
        Ok(Self(statx(folder, name, flags | AtFlags::NO_AUTOMOUNT, wanted())?))
    }

    /// What that path leads to.
    pub(super) fn of_path(path: &std::path::Path) -> io::Result<Self> {
        Ok(Self(statx(CWD, path, AtFlags::empty(), wanted())?))
    }

    pub(super) fn kind(&self) -> FileType {
        FileType::from_raw_mode(self.0.stx_mode.into())
    }

    pub(super) fn size(&self) -> u64 {
        self.0.stx_size
    }

    pub(super) fn modified(&self) -> Timestamp {
        moment(self.0.stx_mtime.tv_sec, self.0.stx_mtime.tv_nsec)
    }

    /// The device that it is on, and its number there.
    pub(super) fn identity(&self) -> (u64, u64) {
        (self.device(), self.0.stx_ino)
    }

    pub(super) fn device(&self) -> u64 {
        makedev(self.0.stx_dev_major, self.0.stx_dev_minor)
    }

    pub(super) fn has_other_names(&self) -> bool {
        self.0.stx_nlink > 1
    }

    /// The numbers of the device that it is itself.
    pub(super) fn special(&self) -> u64 {
        makedev(self.0.stx_rdev_major, self.0.stx_rdev_minor)
    }

    /// Names that begin with a dot are not hidden: Linux hides files that an image calls so even from `ls -a`.
    pub(super) fn attributes(&self) -> Attributes {
        let modified = self.modified();
        let born = StatxFlags::from_bits_retain(self.0.stx_mask).contains(StatxFlags::BTIME);
        Attributes {
            created: if born { moment(self.0.stx_btime.tv_sec, self.0.stx_btime.tv_nsec) } else { modified },
            modified,
            accessed: moment(self.0.stx_atime.tv_sec, self.0.stx_atime.tv_nsec),
            mode: self.0.stx_mode.into(),
            owner: self.0.stx_uid,
            group: self.0.stx_gid,
            hidden: false,
            real_time: false,
        }
    }

    /// Whether this program may read it. Where everybody may, the system need not be asked; what a list of its own forbids
    /// then is found when the file is read.
    pub(super) fn check_readable(&self, folder: &File, name: &CStr) -> io::Result<()> {
        if self.0.stx_mode & 0o444 == 0o444 {
            return Ok(());
        }
        Ok(accessat(folder, name, Access::READ_OK, AtFlags::EACCESS)?)
    }
}

fn wanted() -> StatxFlags {
    StatxFlags::BASIC_STATS | StatxFlags::BTIME
}

fn moment(seconds: i64, nanoseconds: u32) -> Timestamp {
    Timestamp::new(seconds, nanoseconds)
}
