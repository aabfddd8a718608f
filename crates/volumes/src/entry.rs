//! [`Entry`]: a file or folder as a volume tells of it.

use imapi_disc_types::Timestamp;

use crate::Runs;

/// A file or folder as a volume tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its name, in UTF-8 where the file system says what its letters are; empty for the root. Never `.` or `..`, and it has
    /// no `/` and no zero in it: names that had are an error, or are told as findings with `_` in their place.
    pub name: Box<[u8]>,
    /// What it is.
    pub kind: EntryKind,
    /// Its bytes; those of a folder are what it takes itself.
    pub size: u64,
    /// Where they are. Together they have as many bytes as its size.
    pub runs: Runs,
    /// When things happened to it.
    pub times: Times,
    /// What Unix knows of it, where the file system tells.
    pub posix: Option<Posix>,
    /// It is not shown where hidden files are not.
    pub hidden: bool,
    /// Its bytes have to come at a steady rate.
    pub real_time: bool,
    /// Its bytes are compressed by zisofs, and become so many when they are unpacked.
    pub unpacked: Option<u64>,
    /// It has named streams.
    pub has_streams: bool,
    /// Where what is told of it stands. Entries of one place are one file with several names.
    pub place: Place,
}

impl Entry {
    /// A file, folder or other thing of which nothing more is known.
    #[must_use]
    pub fn new(name: impl Into<Box<[u8]>>, kind: EntryKind, place: Place) -> Self {
        Self {
            name: name.into(),
            kind,
            size: 0,
            runs: Runs::None,
            times: Times::default(),
            posix: None,
            hidden: false,
            real_time: false,
            unpacked: None,
            has_streams: false,
            place,
        }
    }

    /// Others can be in it.
    #[must_use]
    pub const fn is_directory(&self) -> bool {
        matches!(self.kind, EntryKind::Directory)
    }
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// It has others in it.
    Directory,
    /// It has bytes in it.
    File,
    /// It leads to another path.
    Link {
        /// The path, as Unix writes it.
        target: Box<[u8]>,
    },
    /// A device, a pipe or a socket; which one, its mode says.
    Special {
        /// The device's numbers, major and minor.
        device: (u32, u32),
    },
}

/// Where what is told of an entry stands: the byte of the source at which its record or entry begins.
///
/// For a folder it is where the folder is, so that a folder that was met before is known again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub u64);

/// When things happened to a file, as far as its file system tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// It was made.
    pub created: Option<Timestamp>,
    /// Its bytes were last written.
    pub modified: Option<Timestamp>,
    /// Its bytes were last read.
    pub accessed: Option<Timestamp>,
    /// What is known of it was last changed.
    pub changed: Option<Timestamp>,
}

/// What Unix knows of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Posix {
    /// Kind and permissions, as `st_mode` has them.
    pub mode: u32,
    /// How many names it has, as far as the volume says.
    pub links: u32,
    /// The number of its owner; `u32::MAX` where UDF names none, which to Unix means no change.
    pub user: u32,
    /// The number of its group, or the same.
    pub group: u32,
    /// By what the names of one file are known; `None` where the file system does not say.
    pub inode: Option<u64>,
}
