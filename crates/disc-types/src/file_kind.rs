//! [`FileKind`]: what a path leads to when it is nothing that has blocks.

use std::{fmt, fs::FileType};

/// Something in the file system that has no blocks, or none that can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FileKind {
    /// A folder.
    Directory,
    /// A device that is no disk: a terminal, `/dev/null`, `/dev/zero`.
    CharacterDevice,
    /// A pipe with a name.
    Fifo,
    /// A socket with a name.
    Socket,
    /// Something of another kind.
    Other,
}

impl FileKind {
    /// The kind, unless it is a regular file or a block device.
    pub(crate) fn without_blocks(file: FileType) -> Option<Self> {
        if file.is_file() || is_block_device(file) {
            None
        } else if file.is_dir() {
            Some(Self::Directory)
        } else {
            Some(special(file))
        }
    }

    /// The name that C's `sys/stat.h` has for it: for reports, as it is the same in every language.
    pub(crate) const fn constant(self) -> Option<&'static str> {
        match self {
            Self::Directory => Some("S_IFDIR"),
            Self::CharacterDevice => Some("S_IFCHR"),
            Self::Fifo => Some("S_IFIFO"),
            Self::Socket => Some("S_IFSOCK"),
            Self::Other => None,
        }
    }
}

#[cfg(unix)]
fn is_block_device(file: FileType) -> bool {
    std::os::unix::fs::FileTypeExt::is_block_device(&file)
}

#[cfg(unix)]
fn special(file: FileType) -> FileKind {
    use std::os::unix::fs::FileTypeExt;
    if file.is_char_device() {
        FileKind::CharacterDevice
    } else if file.is_fifo() {
        FileKind::Fifo
    } else if file.is_socket() {
        FileKind::Socket
    } else {
        FileKind::Other
    }
}

/// Elsewhere a device counts as a file.
#[cfg(not(unix))]
fn is_block_device(_: FileType) -> bool {
    false
}

#[cfg(not(unix))]
fn special(_: FileType) -> FileKind {
    FileKind::Other
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Directory => "a directory",
            Self::CharacterDevice => "a character device",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Other => "something else",
        })
    }
}
