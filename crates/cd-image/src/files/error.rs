//! [`SheetError`]: why a file is no disc, or a disc did not become files.

use std::{io, path::PathBuf};

use imapi_disc_types::{Cancelled, FileError, SourceError};
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};

use crate::DiscError;

/// A file that is no disc, or a disc that did not become files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file cannot be read or written.
    #[error("{}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The data of a sheet cannot be read.
    #[error("{}", path.display())]
    Data {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SourceError,
    },
    /// Something in a sheet cannot be understood, or cannot be so.
    #[error("{}, line {line}: {reason}", path.display())]
    Line {
        /// The sheet.
        path: PathBuf,
        /// The line, from 1 on.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// A file is not what its name says.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Sound of a kind that a CD does not have.
    #[error("{}: {found}", path.display())]
    Sound {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
    /// The tracks are no disc.
    #[error("{}", path.display())]
    Disc {
        /// The sheet.
        path: PathBuf,
        /// Why.
        source: DiscError,
    },
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Coded for SheetError {
    fn code(&self) -> HResult {
        match self {
            Self::File(error) => error.code(),
            Self::Io { source, .. } => source.code(),
            Self::Data { source, .. } => source.code(),
            Self::Line { .. } | Self::Format { .. } => common::E_INVALIDARG,
            Self::Sound { .. } => v2::E_IMAPI_DF2TAO_STREAM_NOT_SUPPORTED,
            Self::Disc { source, .. } => source.code(),
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::File(error) => error.facts(put),
            Self::Io { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                put(Fact::SystemError, Value::Text(source));
            }
            Self::Data { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(&mut |fact, value| {
                    if fact != Fact::File {
                        put(fact, value);
                    }
                });
            }
            Self::Line { path, line, reason } => {
                put(Fact::File, Value::Text(&path.display()));
                put(Fact::Reason, Value::Text(&format_args!("{line}: {reason}")));
            }
            Self::Format { path, reason } => {
                put(Fact::File, Value::Text(&path.display()));
                put(Fact::Reason, Value::Text(reason));
            }
            Self::Sound { path, found } => {
                put(Fact::File, Value::Text(&path.display()));
                put(Fact::Found, Value::Text(found));
                put(Fact::Expected, Value::Text(&"44100 Hz, 16 bit, 2 channels, PCM"));
            }
            Self::Disc { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            Self::Cancelled(_) => {}
        }
    }
}
