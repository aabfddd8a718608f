//! [`BootOptions`]: how a disc boots.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use imapi_volume_structs::el_torito::{Emulation as EmulationType, Platform as PlatformId};

use imapi_disc_types::Control;

use super::{Data, FileStream, ImageError, data::Origin, state::State};
use crate::{ContentError, Contents, ImageOptions};

/// A boot image, and how a computer is to take it.
///
/// ```
/// use imapi_fsimage::{BootOptions, EmulationType};
///
/// let options = BootOptions::new();
/// options.assign_boot_image(vec![0; 1_474_560])?;
/// assert_eq!(options.emulation(), EmulationType::FLOPPY_1440);
/// options.set_emulation(EmulationType::NONE)?;
/// # Ok::<(), imapi_fsimage::ImageError>(())
/// ```
#[derive(Debug)]
#[doc(alias = "IBootOptions")]
pub struct BootOptions {
    inner: Mutex<Inner>,
}

#[derive(Debug, Clone)]
struct Inner {
    image: Option<FileStream>,
    emulation: EmulationType,
    platform: PlatformId,
    manufacturer: String,
}

/// The most bytes of a manufacturer's name.
const MOST_MANUFACTURER: usize = 24;
/// The most boot images of a disc.
#[doc(alias = "IMAPI2FS_BOOT_ENTRY_COUNT_MAX")]
const MOST_ENTRIES: usize = 32;

impl Default for BootOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl BootOptions {
    /// Without a boot image: for PCs, without emulation.
    #[must_use]
    pub fn new() -> Self {
        let (emulation, platform) = (EmulationType::NONE, PlatformId::X86);
        Self { inner: Mutex::new(Inner { image: None, emulation, platform, manufacturer: String::new() }) }
    }

    /// A panic elsewhere leaves it whole.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same options at this moment, which go their own way from then on.
    pub(super) fn copy(&self) -> Self {
        Self { inner: Mutex::new(self.inner().clone()) }
    }

    /// Takes a boot image. It is read now, and kept. One that is as large as a floppy disk of 1.2, 1.44 or 2.88 MB is taken
    /// for one, until somebody [says otherwise](Self::set_emulation); one that is not is not.
    #[doc(alias = "IBootOptions::AssignBootImage")]
    pub fn assign_boot_image(&self, data: impl Into<Data>) -> Result<(), ImageError> {
        let image = kept(data.into())
            .map_err(|source| ImageError::BootImage { reason: "cannot be read", source: Some(source) })?;
        let size = image.size();
        if size == 0 {
            return Err(ImageError::BootImage { reason: "is empty", source: None });
        }
        if u32::try_from(size).is_err() {
            return Err(ImageError::BootImage { reason: "is larger than 4 GiB", source: None });
        }
        let floppies = [EmulationType::FLOPPY_1200, EmulationType::FLOPPY_1440, EmulationType::FLOPPY_2880];
        let floppy = floppies.into_iter().find(|floppy| floppy.floppy_len().map(u64::from) == Some(size));
        let mut inner = self.inner();
        inner.image = Some(image);
        inner.emulation = match floppy {
            Some(floppy) => floppy,
            None if inner.emulation.floppy_len().is_some() => EmulationType::NONE,
            None => inner.emulation,
        };
        Ok(())
    }

    /// The boot image.
    #[must_use]
    #[doc(alias = "IBootOptions::get_BootImage")]
    pub fn boot_image(&self) -> Option<FileStream> {
        self.inner().image.clone()
    }

    /// Its bytes; 0 while there is none.
    #[must_use]
    #[doc(alias = "IBootOptions::get_ImageSize")]
    pub fn image_size(&self) -> u32 {
        self.inner().image.as_ref().map_or(0, |image| u32::try_from(image.size()).unwrap_or(u32::MAX))
    }

    /// As what the computer takes it.
    #[must_use]
    #[doc(alias = "IBootOptions::get_Emulation")]
    pub fn emulation(&self) -> EmulationType {
        self.inner().emulation
    }

    /// Says as what the computer is to take it. For a floppy disk it has to be as large as one.
    #[doc(alias = "IBootOptions::put_Emulation")]
    pub fn set_emulation(&self, emulation: EmulationType) -> Result<(), ImageError> {
        if emulation.0 > EmulationType::HARD_DISK.0 {
            return Err(ImageError::parameter("Emulation", emulation.0));
        }
        let mut inner = self.inner();
        let expected = emulation.floppy_len().map(u64::from);
        if let (Some(expected), Some(image)) = (expected, &inner.image) {
            let found = image.size();
            if expected != found {
                return Err(ImageError::BootSize { expected, found });
            }
        }
        inner.emulation = emulation;
        Ok(())
    }

    /// For which computers it is.
    #[must_use]
    #[doc(alias = "IBootOptions::get_PlatformId")]
    pub fn platform_id(&self) -> PlatformId {
        self.inner().platform
    }

    /// Says for which computers it is.
    #[doc(alias = "IBootOptions::put_PlatformId")]
    pub fn set_platform_id(&self, platform: PlatformId) {
        self.inner().platform = platform;
    }

    /// Who made the disc.
    #[must_use]
    #[doc(alias = "IBootOptions::get_Manufacturer")]
    pub fn manufacturer(&self) -> String {
        self.inner().manufacturer.clone()
    }

    /// Says who made the disc, in at most 24 characters of Latin-1.
    #[doc(alias = "IBootOptions::put_Manufacturer")]
    pub fn set_manufacturer(&self, manufacturer: &str) -> Result<(), ImageError> {
        if manufacturer.chars().count() > MOST_MANUFACTURER || manufacturer.chars().any(|c| u8::try_from(c).is_err()) {
            return Err(ImageError::parameter("Manufacturer", manufacturer));
        }
        self.inner().manufacturer = manufacturer.to_string();
        Ok(())
    }
}

/// Reads a boot image. What is larger than a floppy disk goes into a temporary file.
fn kept(data: Data) -> Result<FileStream, ContentError> {
    const IN_MEMORY: u64 = 4 << 20;
    let name = "boot image";
    let mut contents = Contents::new();
    match data.0 {
        Origin::Bytes(bytes) => {
            contents.add_bytes(bytes);
        }
        Origin::OnDisk(path) => {
            let open = |source| ContentError::Open { file: path.clone(), source };
            let mut file = std::fs::File::open(&path).map_err(open)?;
            let size = file.metadata().map_err(open)?.len();
            if size > IN_MEMORY {
                contents.add_stream(&mut file, &path, &mut Control::silent())?;
            } else {
                let bytes = std::fs::read(&path);
                contents.add_bytes(bytes.map_err(|source| ContentError::Read { file: path.clone(), source })?);
            }
        }
        origin => {
            let own = super::adding::now_known(Contents::new(), Data(origin), name);
            let own = own.map_err(|error| match error {
                ImageError::Content(error) => error,
                other => ContentError::Read { file: name.into(), source: std::io::Error::other(other) },
            })?;
            contents.add_stream(&mut FileStream::alone(own), name, &mut Control::silent())?;
        }
    }
    Ok(FileStream::alone(contents))
}

/// Whether a disc can have these.
pub(super) fn check(options: &[Arc<BootOptions>]) -> Result<(), ImageError> {
    let refused = |reason| Err(ImageError::BootImage { reason, source: None });
    if options.len() > MOST_ENTRIES {
        return refused("is one of more than 32");
    }
    if options.iter().any(|options| options.image_size() == 0) {
        return refused("was not assigned");
    }
    Ok(())
}

/// Puts the boot images of an image into the options of its plan.
///
/// This is the one place where this floor's boot options become those of the plan.
pub(super) fn with_boot_images(options: ImageOptions, state: &mut State) -> Result<ImageOptions, ImageError> {
    let boot = state.settings.boot.clone();
    if boot.is_empty() {
        return Ok(options);
    }
    check(&boot)?;
    Err(ImageError::NotOffered { what: "boot" })
}
