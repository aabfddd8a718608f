//! What can go wrong with a whole CD.

use imapi::drives::DriveError;
use imapi_cd_image::{DiscError, files::SheetError};
use imapi_disc_types::FileError;
use imapi_errors::{Coded, Fact, HResult, Value};
use imapi_format2_raw::{RawError, RawImageError};
use imapi_recorder::RecorderError;

use crate::image::destination::DestinationError;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum RawCommandError {
    /// The files are no disc, or the disc did not become files.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// The tracks are no disc.
    #[error(transparent)]
    Disc(#[from] DiscError),
    /// The tracks are no image.
    #[error(transparent)]
    Image(#[from] RawImageError),
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file that is to be made has no place.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// There is no such drive, or it does not answer.
    #[error(transparent)]
    Drive(#[from] DriveError),
    /// The drive did not do something.
    #[error(transparent)]
    Recorder(#[from] RecorderError),
    /// The disc was not burned.
    #[error(transparent)]
    Burn(#[from] RawError),
}

impl RawCommandError {
    fn coded(&self) -> &dyn Coded {
        match self {
            Self::Sheet(error) => error,
            Self::Disc(error) => error,
            Self::Image(error) => error,
            Self::File(error) => error,
            Self::Destination(error) => error,
            Self::Drive(error) => error,
            Self::Recorder(error) => error,
            Self::Burn(error) => error,
        }
    }
}

impl Coded for RawCommandError {
    fn code(&self) -> HResult {
        self.coded().code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        self.coded().facts(put);
    }
}
