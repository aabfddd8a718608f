//! [`Listing`]: what is in a folder, as a corpus wants it, a reader tells it, or a disk has it.
//!
//! It leans on nothing but the standard library: the guest's helper (`examples/list_folder.rs`) is built of it too.

mod digest;
pub mod disk;
pub mod lines;

use std::collections::BTreeMap;

pub use digest::{Digest, SAMPLED_FROM};
pub use disk::walk;
pub use lines::escaped;

/// Every path below a folder; that of the folder itself is not there.
pub type Listing = BTreeMap<Vec<u8>, Seen>;

/// Seconds since the beginning of 1970, and nanoseconds beyond them.
pub type Moment = (i64, u32);

/// What is known of a path. Not every reader tells everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    pub kind: Option<Kind>,
    pub size: Option<u64>,
    pub digest: Option<u64>,
    /// Where a link leads.
    pub target: Option<Vec<u8>>,
    /// Major and minor number.
    pub device: Option<(u32, u32)>,
    /// The permissions, without the kind.
    pub mode: Option<u32>,
    pub owner: Option<(u32, u32)>,
    /// How many names it has.
    pub links: Option<u32>,
    pub modified: Option<Moment>,
    pub hidden: Option<bool>,
}

/// What kind of a file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Folder,
    File,
    Link,
    Pipe,
    Socket,
    Characters,
    Blocks,
}

impl Kind {
    /// By the bits of a mode.
    pub fn of_mode(mode: u32) -> Option<Self> {
        Some(match mode & 0o170_000 {
            0o040_000 => Self::Folder,
            0o100_000 => Self::File,
            0o120_000 => Self::Link,
            0o010_000 => Self::Pipe,
            0o140_000 => Self::Socket,
            0o020_000 => Self::Characters,
            0o060_000 => Self::Blocks,
            _ => return None,
        })
    }

    /// By the first letter of what `ls -l` tells.
    pub fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'd' => Self::Folder,
            b'-' => Self::File,
            b'l' => Self::Link,
            b'p' => Self::Pipe,
            b's' => Self::Socket,
            b'c' => Self::Characters,
            b'b' => Self::Blocks,
            _ => return None,
        })
    }

    /// That letter.
    pub fn letter(self) -> char {
        match self {
            Self::Folder => 'd',
            Self::File => '-',
            Self::Link => 'l',
            Self::Pipe => 'p',
            Self::Socket => 's',
            Self::Characters => 'c',
            Self::Blocks => 'b',
        }
    }
}
