//! [`BootError`]: images that no machine could start from.

use imapi_errors::{Coded, Fact, HResult, Value, fs};

use super::BootEntry;

/// Options of booting that make no sense.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BootError {
    /// More than El Torito's catalogue is to have.
    #[error("there are {count} boot images, and a disc has at most {most}", most = BootEntry::MOST)]
    TooMany {
        /// How many.
        count: usize,
    },
    /// A boot image is nothing that can be started in that manner.
    #[error("{image}: {reason}")]
    Image {
        /// Which.
        image: String,
        /// Why.
        reason: &'static str,
    },
    /// A boot image is not as large as the floppy disk that it is to be.
    #[error("{image} has {found} bytes, and the floppy disk that it is to be has {expected}")]
    FloppySize {
        /// Which.
        image: String,
        /// Bytes of the floppy disk.
        expected: u64,
        /// Its bytes.
        found: u64,
    },
    /// A name that the catalogue cannot tell.
    #[error("{name:?} is not of at most 24 characters of Windows-1252")]
    Manufacturer {
        /// The name.
        name: String,
    },
    /// An option has a value that does not go with the others.
    #[error("the option {option}: {reason}")]
    Option {
        /// Which.
        option: &'static str,
        /// Why.
        reason: &'static str,
    },
}

impl Coded for BootError {
    fn code(&self) -> HResult {
        match self {
            Self::TooMany { .. } | Self::Image { .. } => fs::IMAPI_E_BOOT_IMAGE_DATA,
            Self::FloppySize { .. } => fs::IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH,
            Self::Manufacturer { .. } | Self::Option { .. } => fs::IMAPI_E_INVALID_PARAM,
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::TooMany { count } => {
                put(Fact::Limit, Value::from(BootEntry::MOST as u64));
                put(Fact::Found, Value::from(*count as u64));
            }
            Self::Image { image, reason } => {
                put(Fact::File, Value::Text(image));
                put(Fact::Reason, Value::Text(reason));
            }
            Self::FloppySize { image, expected, found } => {
                put(Fact::File, Value::Text(image));
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::Manufacturer { name } => {
                put(Fact::Parameter, Value::Text(&"Manufacturer"));
                put(Fact::Given, Value::Text(name));
            }
            Self::Option { option, reason } => {
                put(Fact::Parameter, Value::Text(option));
                put(Fact::Reason, Value::Text(reason));
            }
        }
    }
}
