//! [`ImageError`]: what an object of this floor refuses.

use std::{error::Error, fmt};

use imapi_disc_types::{Cancelled, MediaType};
use imapi_errors::{Coded, CodedError, Fact, HResult, Value, common, fs, v2};

use crate::{AppendError, ContentError, FileSystem, ImportError, PlanError, ScanError, TreeError};

/// Something that an object of an image refuses to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The tree does not take it.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// Bytes cannot be had or kept.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// What is on disk cannot be added.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The image cannot be made.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A parameter has a value that the call does not accept.
    #[error("{given:?} is no value of {parameter}")]
    Parameter {
        /// Which, as IMAPI calls it.
        parameter: &'static str,
        /// Its value.
        given: String,
    },
    /// An index beyond the end, or a block that is no file's.
    #[error("there is no {given}")]
    NotThere {
        /// What was asked for.
        given: String,
    },
    /// A result of the image lives, or the change was asked for by whoever hears of another one.
    #[error("the image is read-only now")]
    ReadOnly,
    /// The item is in the image, so that its bytes stay what they are.
    #[error("{path:?} is in the image, its bytes stay what they are")]
    Fixed {
        /// Its path.
        path: String,
    },
    /// A volume's name is too long, or has characters that it cannot have.
    #[error("{name:?} is no name of a volume")]
    VolumeName {
        /// The name.
        name: String,
    },
    /// A date would lie before another one.
    #[error("{field} would lie before {limit}")]
    Date {
        /// The date that would be too early.
        field: &'static str,
        /// The date that it must not precede.
        limit: &'static str,
    },
    /// The image has files or folders already.
    #[error("the image is not empty")]
    NotEmpty,
    /// Something that is no path.
    #[error("{path:?} is no path in an image")]
    Path {
        /// What was given.
        path: String,
    },
    /// Nothing has that path.
    #[error("there is nothing at {path:?}")]
    ItemNotFound {
        /// The path.
        path: String,
    },
    /// No file has that path.
    #[error("there is no file {path:?}")]
    FileNotFound {
        /// The path.
        path: String,
    },
    /// No folder has that path.
    #[error("there is no folder {path:?}")]
    DirectoryNotFound {
        /// The path.
        path: String,
    },
    /// The image has more blocks than it may have.
    #[error("the image has {needed} blocks, and it may have {limit}")]
    TooBig {
        /// Its blocks, or how many they are at most.
        needed: u64,
        /// How many it may have.
        limit: u64,
    },
    /// A boot image cannot be used.
    #[error("the boot image {reason}")]
    BootImage {
        /// Why not.
        reason: &'static str,
        /// What went wrong while it was read.
        #[source]
        source: Option<ContentError>,
    },
    /// A boot image belongs into the first session of a disc.
    #[error("a session from block {start} on has no boot image")]
    BootConflict {
        /// Where the session begins.
        start: u32,
    },
    /// A boot image is not as large as the floppy disk that it is to imitate.
    #[error("the boot image has {found} bytes where the floppy disk has {expected}")]
    BootSize {
        /// Bytes of the floppy disk.
        expected: u64,
        /// Bytes of the boot image.
        found: u64,
    },
    /// A named stream does not have that property.
    #[error("a named stream has no property {property}")]
    OfStream {
        /// Which, as IMAPI calls it.
        property: &'static str,
    },
    /// Nothing can be written on such a disc.
    #[error("{medium} cannot be written")]
    Medium {
        /// The kind of disc.
        medium: MediaType,
    },
    /// A disc does not say what it is.
    #[error("the disc does not say what it is")]
    Disc(#[source] DiscFailure),
    /// Nobody said to which disc a session is to be added.
    #[error("there are no multisession interfaces")]
    MultisessionNotSet,
    /// The way that was chosen to add a session does not fit the disc, or several were chosen.
    #[error("the chosen way to add a session does not fit the disc, or it is not the only one")]
    MultisessionType,
    /// There is no disc, or nothing can be added to it.
    #[error("in no way can a session be added to the disc")]
    NoMultisessionType,
    /// Discs of that kind have one session.
    #[error("{medium} never has a second session")]
    OneSession {
        /// The kind of disc.
        medium: MediaType,
    },
    /// What is said of the sessions of a disc cannot be.
    #[error("{reason}")]
    MultisessionParameter {
        /// What is wrong.
        reason: &'static str,
        /// What the drive said.
        #[source]
        source: Option<DiscFailure>,
    },
    /// A disc that cannot be overwritten is blank: there is no session to look for.
    #[error("block {block} was not recorded, the disc is blank")]
    NotRecorded {
        /// The block in which a session would begin.
        block: u32,
    },
    /// There is nothing on the disc.
    #[error("the disc is blank")]
    EmptyDisc,
    /// What is on the disc cannot be brought in.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// Nothing can be written behind what the disc has.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// What the disc has cannot be continued by the image.
    #[error("the earlier session cannot be continued: {reason}")]
    PreviousSession {
        /// Why not.
        reason: &'static str,
    },
    /// Who adds to the disc has to know a revision of UDF that does not exist here.
    #[error("the disc is to be written by those only who know UDF {:x}.{:02x}", .revision >> 8, .revision & 0xFF)]
    WriteRevision {
        /// As UDF writes it.
        revision: u16,
    },
    /// What was imported has to be in the image.
    #[error("{file_system} was imported, the image has to have it")]
    FileSystemChange {
        /// The file system.
        file_system: FileSystem,
    },
    /// It is not the disc that was imported, or something was written to it since.
    #[error("the disc is not the one that was imported")]
    DiscMismatch,
    /// The caller wanted to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// What a drive said when it was asked for its disc.
#[derive(Debug)]
pub struct DiscFailure {
    pub(super) cause: Box<dyn CodedError>,
    /// IMAPI tells all failures of this call by one code.
    pub(super) is_internal: bool,
}

impl fmt::Display for DiscFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl Error for DiscFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_error().source()
    }
}

impl DiscFailure {
    /// What the drive said as the reason of something else, with its facts.
    fn told(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        put(Fact::Reason, Value::Text(&self.cause));
        self.cause.facts(&mut |fact, value| {
            if fact != Fact::Reason {
                put(fact, value);
            }
        });
    }
}

impl ImageError {
    pub(super) fn parameter(parameter: &'static str, given: impl fmt::Display) -> Self {
        Self::Parameter { parameter, given: format!("{given}") }
    }
}

impl Coded for ImageError {
    fn code(&self) -> HResult {
        match self {
            Self::Tree(error) => error.code(),
            Self::Content(error) => error.code(),
            Self::Scan(error) => error.code(),
            Self::Plan(error) => error.code(),
            Self::Parameter { .. } => fs::IMAPI_E_INVALID_PARAM,
            Self::NotThere { .. } => common::E_INVALIDARG,
            Self::ReadOnly | Self::Fixed { .. } => fs::IMAPI_E_READONLY,
            Self::VolumeName { .. } => fs::IMAPI_E_INVALID_VOLUME_NAME,
            Self::Date { .. } => fs::IMAPI_E_INVALID_DATE,
            Self::NotEmpty => fs::IMAPI_E_FILE_SYSTEM_NOT_EMPTY,
            Self::Path { .. } => fs::IMAPI_E_INVALID_PATH,
            Self::ItemNotFound { .. } => fs::IMAPI_E_ITEM_NOT_FOUND,
            Self::FileNotFound { .. } => fs::IMAPI_E_FILE_NOT_FOUND,
            Self::DirectoryNotFound { .. } => fs::IMAPI_E_DIR_NOT_FOUND,
            Self::TooBig { .. } => fs::IMAPI_E_IMAGE_TOO_BIG,
            Self::BootImage { .. } => fs::IMAPI_E_BOOT_IMAGE_DATA,
            Self::BootConflict { .. } => fs::IMAPI_E_BOOT_OBJECT_CONFLICT,
            Self::BootSize { .. } => fs::IMAPI_E_BOOT_EMULATION_IMAGE_SIZE_MISMATCH,
            Self::OfStream { .. } => fs::IMAPI_E_PROPERTY_NOT_ACCESSIBLE,
            Self::Medium { .. } => v2::E_IMAPI_RECORDER_MEDIA_INCOMPATIBLE,
            Self::Disc(failure) if failure.is_internal => fs::IMAPI_E_FSI_INTERNAL_ERROR,
            Self::Disc(failure) => failure.cause.code(),
            Self::MultisessionNotSet => fs::IMAPI_E_MULTISESSION_NOT_SET,
            Self::MultisessionType => fs::IMAPI_E_INCOMPATIBLE_MULTISESSION_TYPE,
            Self::NoMultisessionType => fs::IMAPI_E_NO_COMPATIBLE_MULTISESSION_TYPE,
            Self::OneSession { .. } => fs::IMAPI_E_IMPORT_MEDIA_NOT_ALLOWED,
            Self::MultisessionParameter { .. } => fs::IMAPI_E_BAD_MULTISESSION_PARAMETER,
            Self::NotRecorded { .. } => fs::IMAPI_E_IMPORT_SEEK_FAILURE,
            Self::EmptyDisc => fs::IMAPI_E_EMPTY_DISC,
            Self::Import(error) => error.code(),
            Self::Append(error) => error.code(),
            Self::PreviousSession { .. } => fs::IMAPI_E_INCOMPATIBLE_PREVIOUS_SESSION,
            Self::WriteRevision { .. } => fs::IMAPI_E_UDF_NOT_WRITE_COMPATIBLE,
            Self::FileSystemChange { .. } => fs::IMAPI_E_FILE_SYSTEM_CHANGE_NOT_ALLOWED,
            Self::DiscMismatch => fs::IMAPI_E_DISC_MISMATCH,
            Self::Cancelled(cancelled) => cancelled.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Tree(error) => error.facts(put),
            Self::Content(error) => error.facts(put),
            Self::Scan(error) => error.facts(put),
            Self::Plan(error) => error.facts(put),
            Self::Parameter { parameter, given } => {
                put(Fact::Parameter, Value::Text(parameter));
                put(Fact::Given, Value::Text(given));
            }
            Self::NotThere { given } => put(Fact::Given, Value::Text(given)),
            Self::ReadOnly
            | Self::NotEmpty
            | Self::MultisessionNotSet
            | Self::MultisessionType
            | Self::NoMultisessionType
            | Self::EmptyDisc
            | Self::DiscMismatch
            | Self::Cancelled(_) => {}
            Self::Fixed { path } | Self::Path { path } | Self::ItemNotFound { path } => {
                put(Fact::Path, Value::Text(path));
            }
            Self::VolumeName { name } => {
                put(Fact::Given, Value::Text(name));
                put(Fact::Limit, Value::from(super::volume::MOST_CHARACTERS as u64));
            }
            Self::Date { field, limit } => {
                put(Fact::DateField, Value::Text(field));
                put(Fact::DateLimit, Value::Text(limit));
            }
            Self::FileNotFound { path } => put(Fact::File, Value::Text(path)),
            Self::DirectoryNotFound { path } => put(Fact::Directory, Value::Text(path)),
            Self::TooBig { needed, limit } => {
                put(Fact::Needed, Value::from(*needed));
                put(Fact::Limit, Value::from(*limit));
            }
            Self::BootImage { reason, source } => {
                put(Fact::Reason, Value::Text(reason));
                if let Some(source) = source {
                    source.facts(put);
                }
            }
            Self::BootConflict { start } => put(Fact::Block, Value::from(*start)),
            Self::BootSize { expected, found } => {
                put(Fact::Expected, Value::from(*expected));
                put(Fact::Found, Value::from(*found));
            }
            Self::OfStream { property } => put(Fact::Property, Value::Text(property)),
            Self::Medium { medium } | Self::OneSession { medium } => put(Fact::Medium, Value::Text(medium)),
            Self::Disc(failure) => {
                if !failure.is_internal {
                    return failure.cause.facts(put);
                }
                failure.told(put);
            }
            Self::MultisessionParameter { reason, source } => match source {
                Some(failure) => failure.told(put),
                None => put(Fact::Reason, Value::Text(reason)),
            },
            Self::NotRecorded { block } => put(Fact::Block, Value::from(*block)),
            Self::Import(error) => error.facts(put),
            Self::Append(error) => error.facts(put),
            Self::PreviousSession { reason } => put(Fact::Reason, Value::Text(reason)),
            Self::WriteRevision { revision } => {
                let revision = format!("UDF {:x}.{:02x}", revision >> 8, revision & 0xFF);
                put(Fact::FileSystem, Value::Text(&revision));
            }
            Self::FileSystemChange { file_system } => put(Fact::FileSystem, Value::Text(file_system)),
        }
    }
}
