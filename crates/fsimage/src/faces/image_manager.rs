//! [`IsoImageManager`]: whether a file can be recorded as an image.
//!
//! This is IMAPI's quick look: the length, and a descriptor where one has to be. `imapi_volumes::check` looks at everything.
//!
//! The stream that is set counts over the path, and a path that is set over the stream before it. What cannot be opened is
//! no path: nothing changes then.

use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use imapi_errors::{Coded, Fact, HResult, Value, fs};
use imapi_volume_structs::{
    SECTOR,
    iso9660::{Descriptor, FIRST_DESCRIPTOR},
    udf::Recognition,
};

use super::{Data, FileStream, ImageError, adding::now_known};
use crate::{ContentError, Contents};

/// The sectors of an image are counted by a number of 31 bits.
const MOST_SECTORS: u64 = i32::MAX as u64;

/// No image has as many descriptors.
const MOST_DESCRIPTORS: u64 = 64;

/// The descriptor of ECMA-168, which nobody writes.
const CDW02: &[u8; 5] = b"CDW02";

/// Why something is no image that can be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageManagerError {
    /// The path leads to nothing that can be read.
    #[error("{} cannot be read as an image", path.display())]
    Path {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// Nothing was chosen.
    #[error("no image was chosen")]
    NoImage,
    /// The length is no multiple of 2048.
    #[error("the image has {bytes} bytes, which is no whole number of sectors")]
    NotAligned {
        /// Its bytes.
        bytes: u64,
    },
    /// There are more sectors than a number of 31 bits can say.
    #[error("the image has {sectors} sectors, and may have 2147483647")]
    TooBig {
        /// Its sectors.
        sectors: u64,
    },
    /// No volume descriptor stands where one has to.
    #[error("no volume descriptor stands at sector 16 of the image")]
    NoDescriptor,
    /// The image cannot be read.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// The stream cannot be kept.
    #[error(transparent)]
    Stream(#[from] Box<ImageError>),
}

impl Coded for ImageManagerError {
    fn code(&self) -> HResult {
        match self {
            Self::Path { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::NoImage => fs::IMAPI_E_IMAGEMANAGER_NO_IMAGE,
            Self::NotAligned { .. } => fs::IMAPI_E_IMAGEMANAGER_IMAGE_NOT_ALIGNED,
            Self::TooBig { .. } => fs::IMAPI_E_IMAGEMANAGER_IMAGE_TOO_BIG,
            Self::NoDescriptor => fs::IMAPI_E_IMAGEMANAGER_NO_VALID_VD_FOUND,
            Self::Content(error) => error.code(),
            Self::Stream(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Path { path, .. } => put(Fact::Path, Value::Text(&path.display())),
            Self::NoImage | Self::NotAligned { .. } | Self::TooBig { .. } | Self::NoDescriptor => {}
            Self::Content(error) => error.facts(put),
            Self::Stream(error) => error.facts(put),
        }
    }
}

/// Says whether a file can be recorded as an image.
///
/// ```
/// use imapi_fsimage::IsoImageManager;
///
/// let manager = IsoImageManager::new();
/// manager.set_stream(Some((&[0; 2049]).into()))?;
/// let error = manager.validate().expect_err("one byte too many");
/// assert_eq!(error.to_string(), "the image has 2049 bytes, which is no whole number of sectors");
/// # Ok::<(), imapi_fsimage::ImageManagerError>(())
/// ```
#[derive(Debug, Default)]
#[doc(alias = "IIsoImageManager")]
pub struct IsoImageManager {
    chosen: Mutex<Chosen>,
}

/// What is to be looked at.
#[derive(Debug, Clone, Default)]
struct Chosen {
    path: Option<PathBuf>,
    stream: Option<FileStream>,
}

impl IsoImageManager {
    /// With nothing to look at.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A panic elsewhere leaves it whole.
    fn chosen(&self) -> MutexGuard<'_, Chosen> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The path that was set; none when a stream was.
    #[must_use]
    #[doc(alias = "IIsoImageManager::get_Path")]
    pub fn path(&self) -> Option<PathBuf> {
        self.chosen().path.clone()
    }

    /// The stream that was set, or that of the path; a clone, which has a place of its own.
    #[must_use]
    #[doc(alias = "IIsoImageManager::get_Stream")]
    pub fn stream(&self) -> Option<FileStream> {
        self.chosen().stream.clone()
    }

    /// Chooses a file on disk.
    #[doc(alias = "IIsoImageManager::SetPath")]
    pub fn set_path(&self, path: impl AsRef<Path>) -> Result<(), ImageManagerError> {
        let path = path.as_ref();
        let refused =
            |source: Box<dyn Error + Send + Sync>| ImageManagerError::Path { path: path.to_path_buf(), source };
        let file = std::fs::File::open(path).map_err(|error| refused(error.into()))?;
        let metadata = file.metadata().map_err(|error| refused(error.into()))?;
        if !metadata.is_file() {
            return Err(refused("it is no file".into()));
        }
        let contents = now_known(Contents::new(), Data::file(path), "image").map_err(|error| refused(error.into()))?;
        let stream = Some(FileStream::alone(contents));
        *self.chosen() = Chosen { path: Some(path.to_path_buf()), stream };
        Ok(())
    }

    /// Chooses bytes; none makes it as if nothing had been chosen.
    #[doc(alias = "IIsoImageManager::SetStream")]
    pub fn set_stream(&self, stream: Option<Data>) -> Result<(), ImageManagerError> {
        let kept = |data| now_known(Contents::new(), data, "image").map(FileStream::alone);
        let stream = stream.map(kept).transpose().map_err(Box::new)?;
        *self.chosen() = Chosen { path: None, stream };
        Ok(())
    }

    /// Whether it can be recorded: whole sectors, not too many, and a volume descriptor where one has to be.
    #[doc(alias = "IIsoImageManager::Validate")]
    pub fn validate(&self) -> Result<(), ImageManagerError> {
        let stream = self.stream().ok_or(ImageManagerError::NoImage)?;
        let bytes = stream.size();
        if bytes % SECTOR as u64 != 0 {
            return Err(ImageManagerError::NotAligned { bytes });
        }
        let sectors = bytes / SECTOR as u64;
        if sectors > MOST_SECTORS {
            return Err(ImageManagerError::TooBig { sectors });
        }
        let first = u64::from(FIRST_DESCRIPTOR);
        let mut sector = [0; SECTOR];
        for number in first..sectors.min(first + MOST_DESCRIPTORS) {
            stream.read_at(number * SECTOR as u64, &mut sector)?;
            match kind(&sector) {
                Kind::Volume => return Ok(()),
                Kind::Other => {}
                Kind::None => break,
            }
        }
        Err(ImageManagerError::NoDescriptor)
    }
}

/// What stands in a sector of the volume recognition sequence.
enum Kind {
    /// What says that there is a volume.
    Volume,
    /// What may stand before that.
    Other,
    /// No descriptor, or a damaged one.
    None,
}

fn kind(sector: &[u8; SECTOR]) -> Kind {
    match Descriptor::decode(sector) {
        Ok(Descriptor::Volume(_)) => return Kind::Volume,
        Ok(_) => return Kind::Other,
        Err(_) => {}
    }
    if sector[1..6] == *CDW02 {
        return Kind::Volume;
    }
    match Recognition::decode(sector).map(|found| found.id) {
        Ok(Recognition::NSR02 | Recognition::NSR03) => Kind::Volume,
        Ok(Recognition::BEGIN | Recognition::BOOT | Recognition::END) => Kind::Other,
        _ => Kind::None,
    }
}
