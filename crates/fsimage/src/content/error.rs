//! [`ContentError`]: contents that cannot be had.

use std::{io, path::PathBuf};

use imapi_disc_types::{Cancelled, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, fs};

use crate::Timestamp;

/// Contents that cannot be registered, kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// A file is gone, is something else by now, or may not be read.
    #[error("cannot open {}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file cannot be read where it could be opened.
    #[error("cannot read {}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A source cannot be read.
    #[error("cannot read {}", file.display())]
    Source {
        /// What it was called when it was added.
        file: PathBuf,
        /// Where and why.
        source: SourceError,
    },
    /// There are more or fewer bytes than there were to be.
    #[error("{} should have {expected} bytes and has {found}", file.display())]
    Length {
        /// The file.
        file: PathBuf,
        /// How many there were when it was added.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// It tells its size as 0, and has bytes all the same, as files of `/proc` do. How many is known when they are read.
    #[error("{} has bytes, though it tells its size as 0", file.display())]
    Unsized {
        /// The file.
        file: PathBuf,
    },
    /// As many bytes as before, but somebody wrote to them since the file was added.
    #[error("{} was written at {found} and not at {expected}", file.display())]
    Changed {
        /// The file.
        file: PathBuf,
        /// When it had last been written then.
        expected: Timestamp,
        /// When it was last written now.
        found: Timestamp,
    },
    /// No temporary files can be kept in that folder.
    #[error("{} is no folder for temporary files", folder.display())]
    WorkingDirectory {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder that temporary files are to move to has too little room.
    #[error("{} has {free} bytes free where {needed} are needed", folder.display())]
    WorkingDirectorySpace {
        /// The folder.
        folder: PathBuf,
        /// Bytes that are free.
        free: u64,
        /// Bytes that would be needed.
        needed: u64,
    },
    /// Temporary files could not be moved; they are where they were.
    #[error("cannot move temporary files to {}", folder.display())]
    StashMove {
        /// Where to.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No temporary file can be made.
    #[error("cannot create {}", stash.display())]
    StashOpen {
        /// The temporary file.
        stash: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The temporary file has become shorter than what was put into it.
    #[error("{} has {found} bytes where {expected} were written", stash.display())]
    StashSeek {
        /// The temporary file.
        stash: PathBuf,
        /// The bytes that were written.
        expected: u64,
        /// The bytes that are there.
        found: u64,
    },
    /// The temporary file cannot be written.
    #[error("cannot write {}", stash.display())]
    StashWrite {
        /// The temporary file.
        stash: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The temporary file cannot be read back.
    #[error("cannot read {}", stash.display())]
    StashRead {
        /// The temporary file.
        stash: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A read that goes beyond the end.
    #[error("byte {end} of {} was asked for, which has {size}", file.display())]
    BeyondEnd {
        /// The file.
        file: PathBuf,
        /// Where the read would have ended.
        end: u64,
        /// How many bytes there are.
        size: u64,
    },
    /// Nothing was ever registered by that number.
    #[error("there are no contents {0}")]
    Unknown(u64),
    /// Four thousand million bytes of names.
    #[error("there are too many files")]
    Full,
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Coded for ContentError {
    fn code(&self) -> HResult {
        match self {
            Self::Open { .. } => fs::IMAPI_E_DATA_STREAM_CREATE_FAILURE,
            Self::Read { .. } | Self::Source { .. } | Self::Changed { .. } | Self::Unsized { .. } => {
                fs::IMAPI_E_DATA_STREAM_READ_FAILURE
            }
            Self::Length { .. } => fs::IMAPI_E_DATA_STREAM_INCONSISTENCY,
            Self::WorkingDirectory { .. } => fs::IMAPI_E_INVALID_WORKING_DIRECTORY,
            Self::WorkingDirectorySpace { .. } => fs::IMAPI_E_WORKING_DIRECTORY_SPACE,
            Self::StashMove { .. } => fs::IMAPI_E_STASHFILE_MOVE,
            Self::StashOpen { .. } => fs::IMAPI_E_STASHFILE_OPEN_FAILURE,
            Self::StashSeek { .. } => fs::IMAPI_E_STASHFILE_SEEK_FAILURE,
            Self::StashWrite { .. } => fs::IMAPI_E_STASHFILE_WRITE_FAILURE,
            Self::StashRead { .. } => fs::IMAPI_E_STASHFILE_READ_FAILURE,
            Self::BeyondEnd { .. } | Self::Unknown(_) | Self::Full => fs::IMAPI_E_FSI_INTERNAL_ERROR,
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Open { file, source } | Self::Read { file, source } => {
                put(Fact::File, Value::Text(&file.display()));
                source.facts(put);
            }
            Self::Source { file, source } => {
                put(Fact::File, Value::Text(&file.display()));
                source.facts(&mut |fact, value| {
                    if fact != Fact::File {
                        put(fact, value);
                    }
                });
            }
            Self::Length { file, expected, found } => {
                put(Fact::File, Value::Text(&file.display()));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::Unsized { file } => {
                put(Fact::File, Value::Text(&file.display()));
                put(Fact::Size, Value::from(0_u64));
                put(Fact::Reason, Value::Text(self));
            }
            Self::Changed { file, expected, found } => {
                put(Fact::File, Value::Text(&file.display()));
                put(Fact::Expected, Value::Text(expected));
                put(Fact::Found, Value::Text(found));
            }
            Self::WorkingDirectory { folder, source } | Self::StashMove { folder, source } => {
                put(Fact::Directory, Value::Text(&folder.display()));
                source.facts(put);
            }
            Self::WorkingDirectorySpace { folder, free, needed } => {
                put(Fact::Directory, Value::Text(&folder.display()));
                put(Fact::FreeBytes, Value::from(*free));
                put(Fact::NeededBytes, Value::from(*needed));
            }
            Self::StashOpen { stash, source }
            | Self::StashWrite { stash, source }
            | Self::StashRead { stash, source } => {
                put(Fact::StashFile, Value::Text(&stash.display()));
                source.facts(put);
            }
            Self::StashSeek { stash, expected, found } => {
                put(Fact::StashFile, Value::Text(&stash.display()));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::BeyondEnd { .. } | Self::Unknown(_) | Self::Full => put(Fact::Reason, Value::Text(self)),
            Self::Cancelled(_) => {}
        }
    }
}
