//! [`DriveError`]: why a name leads to no drive.

#[cfg(not(feature = "virtual"))]
use imapi_errors::common;
use imapi_errors::{Coded, Fact, HResult, Value};
use imapi_recorder::RecorderError;

/// A drive could not be opened by its name, or did not end well.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriveError {
    /// The drive of that name.
    #[error("{name}")]
    Named {
        /// The name.
        name: String,
        /// What is wrong.
        #[source]
        source: Box<DriveError>,
    },
    /// The drive, or the system for it, failed.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// What follows `virtual:` cannot be understood.
    #[cfg(feature = "virtual")]
    #[error(transparent)]
    Invalid(#[from] super::InvalidVirtualDisc),
    /// The disc in software is missing, damaged, or in use.
    #[cfg(feature = "virtual")]
    #[error(transparent)]
    Disc(#[from] imapi_virtual_drive::DiscFileError),
    /// There is no disc of that size.
    #[cfg(feature = "virtual")]
    #[error(transparent)]
    Size(#[from] imapi_virtual_drive::WrongSize),
    /// The disc file is of another kind, of this version or a younger one.
    #[cfg(feature = "virtual")]
    #[error(transparent)]
    Medium(#[from] imapi_virtual_drive::UnknownMedium),
    /// The script of faults is not one.
    #[cfg(feature = "virtual")]
    #[error(transparent)]
    Script(#[from] imapi_mmc_transport::faults::ScriptError),
    /// The script of faults cannot be read.
    #[cfg(feature = "virtual")]
    #[error("{}", path.display())]
    File {
        /// Which file.
        path: std::path::PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// This program was built without drives in software.
    #[cfg(not(feature = "virtual"))]
    #[error("this program has no drives in software")]
    NoneInSoftware,
}

impl DriveError {
    /// The same error, of the drive with that name.
    #[must_use]
    pub fn of(self, name: &str) -> Self {
        Self::Named { name: name.to_owned(), source: Box::new(self) }
    }
}

impl Coded for DriveError {
    fn code(&self) -> HResult {
        match self {
            Self::Named { source, .. } => source.code(),
            Self::Recorder(error) => error.code(),
            #[cfg(feature = "virtual")]
            Self::Invalid(error) => error.code(),
            #[cfg(feature = "virtual")]
            Self::Disc(error) => error.code(),
            #[cfg(feature = "virtual")]
            Self::Size(error) => error.code(),
            #[cfg(feature = "virtual")]
            Self::Medium(error) => error.code(),
            #[cfg(feature = "virtual")]
            Self::Script(error) => error.code(),
            #[cfg(feature = "virtual")]
            Self::File { source, .. } => source.code(),
            #[cfg(not(feature = "virtual"))]
            Self::NoneInSoftware => common::ERROR_NOT_SUPPORTED,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Named { name, source } => {
                put(Fact::Drive, Value::Text(name));
                source.facts(put);
            }
            Self::Recorder(error) => error.facts(put),
            #[cfg(feature = "virtual")]
            Self::Invalid(error) => error.facts(put),
            #[cfg(feature = "virtual")]
            Self::Disc(error) => error.facts(put),
            #[cfg(feature = "virtual")]
            Self::Size(error) => error.facts(put),
            #[cfg(feature = "virtual")]
            Self::Medium(error) => error.facts(put),
            #[cfg(feature = "virtual")]
            Self::Script(error) => error.facts(put),
            #[cfg(feature = "virtual")]
            Self::File { path, source } => {
                put(Fact::File, Value::Text(&path.display()));
                source.facts(put);
            }
            #[cfg(not(feature = "virtual"))]
            Self::NoneInSoftware => {}
        }
    }
}
