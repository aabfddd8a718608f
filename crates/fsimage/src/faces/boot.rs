//! [`BootOptions`]: how a disc boots.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use imapi_disc_types::Control;

use super::{Data, FileStream, ImageError, data::Origin, state::State};
use crate::{BootEntry, BootImage, ContentError, Contents, Emulation, Manufacturer, PlanError, Platform};

/// A boot image, and how a computer is to take it.
///
/// ```
/// use imapi_fsimage::{BootOptions, Emulation};
///
/// let options = BootOptions::new();
/// options.assign_boot_image(vec![0; 1_474_560])?;
/// assert_eq!(options.emulation(), Emulation::Floppy1440);
/// options.set_emulation(Emulation::None)?;
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
    emulation: Emulation,
    platform: Platform,
    manufacturer: Manufacturer,
}

impl Default for BootOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl BootOptions {
    /// Without a boot image: for PCs, without emulation.
    #[must_use]
    pub fn new() -> Self {
        let inner = Inner {
            image: None,
            emulation: Emulation::None,
            platform: Platform::X86,
            manufacturer: Manufacturer::default(),
        };
        Self { inner: Mutex::new(inner) }
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
        let mut inner = self.inner();
        inner.image = Some(image);
        inner.emulation = match (Emulation::of_size(size), inner.emulation) {
            (Emulation::None, Emulation::HardDisk) => Emulation::HardDisk,
            (of_size, _) => of_size,
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
    pub fn emulation(&self) -> Emulation {
        self.inner().emulation
    }

    /// Says as what the computer is to take it. For a floppy disk it has to be as large as one.
    #[doc(alias = "IBootOptions::put_Emulation")]
    pub fn set_emulation(&self, emulation: Emulation) -> Result<(), ImageError> {
        let mut inner = self.inner();
        if let (Some(expected), Some(image)) = (emulation.floppy_size(), &inner.image) {
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
    pub fn platform_id(&self) -> Platform {
        self.inner().platform
    }

    /// Says for which computers it is.
    #[doc(alias = "IBootOptions::put_PlatformId")]
    pub fn set_platform_id(&self, platform: Platform) {
        self.inner().platform = platform;
    }

    /// Who made the disc.
    #[must_use]
    #[doc(alias = "IBootOptions::get_Manufacturer")]
    pub fn manufacturer(&self) -> String {
        self.inner().manufacturer.to_string()
    }

    /// Says who made the disc, in at most 24 characters of Windows-1252.
    #[doc(alias = "IBootOptions::put_Manufacturer")]
    pub fn set_manufacturer(&self, manufacturer: &str) -> Result<(), ImageError> {
        let manufacturer = Manufacturer::new(manufacturer).map_err(PlanError::from)?;
        self.inner().manufacturer = manufacturer;
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
    if options.len() > BootEntry::MOST {
        return refused("is one of more than 32");
    }
    if options.iter().any(|options| options.image_size() == 0) {
        return refused("was not assigned");
    }
    Ok(())
}

/// What the plan wants to know of the boot options of an image: this is the one place where these become that.
///
/// The images become contents of the image, each once. While a result has the contents, those that are new cannot.
pub(super) fn entries(state: &mut State) -> Result<Vec<BootEntry>, ImageError> {
    let boot = state.settings.boot.clone();
    check(&boot)?;
    let entry = |(options, number): (&Arc<BootOptions>, usize)| {
        let Inner { image, emulation, platform, manufacturer } = options.inner().clone();
        let image = image.ok_or(ImageError::BootImage { reason: "was not assigned", source: None })?;
        let content = state.boot_content(image, number)?;
        Ok(BootEntry { platform, emulation, manufacturer, ..BootEntry::new(BootImage::Content(content)) })
    };
    boot.iter().zip(1..).map(entry).collect()
}
