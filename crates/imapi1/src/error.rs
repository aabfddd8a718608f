//! [`V1Error`]: what a call of IMAPI v1 ends with, and [`Cause`]: what the floors below said.

use std::{io, path::PathBuf};

use imapi_disc_types::{MediaState, MediaType};
use imapi_errors::{Coded, Fact, HResult, Value, common, v1};
use imapi_format2::FormatError;
use imapi_format2_data::DataError;
use imapi_format2_erase::EraseError;
use imapi_format2_tao::TaoError;
use imapi_fsimage::{ContentError, ImportError, PlanError, TreeError};
use imapi_recorder::RecorderError;
use imapi_volumes::VolumeError;

use crate::FormatId;

/// A call did not succeed. Each code of imapierror.h has a variant; the last ones have codes of Windows itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum V1Error {
    /// The session is not open.
    #[error("the session is not open")]
    NotOpened,
    /// The recorder was not opened exclusively by this object.
    #[error("this recorder object has not opened its drive")]
    RecorderNotOpened,
    /// The recorder object is no drive.
    #[error("the recorder object is no drive yet")]
    NotInitialized,
    /// A listener answered yes when it was asked whether to stop, or the session was closed meanwhile.
    #[error("stopped on request")]
    UserAbort,
    /// The drive failed in a way that no other code is for.
    #[error("the drive failed")]
    Generic(#[source] Cause),
    /// There is no disc in the drive.
    #[error("there is no disc in the drive")]
    MediumNotPresent,
    /// The disc is of the wrong kind.
    #[error("nothing can be done with a disc of the kind {medium} here")]
    MediumInvalidType {
        /// Its kind.
        medium: MediaType,
    },
    /// The drive has no settings, as it cannot write.
    #[error("the drive has nothing that could be set")]
    DeviceNoProperties,
    /// Another object or program of IMAPI has the drive, or something is under way in this session.
    #[error("the drive is held by {}", owner.as_deref().unwrap_or("another object"))]
    DeviceNotAccessible {
        /// Who, where that is known.
        owner: Option<String>,
    },
    /// The drive is gone.
    #[error("the drive is gone")]
    DeviceNotPresent,
    /// The drive cannot do that.
    #[error("the drive cannot {what}")]
    DeviceInvalidType {
        /// What it cannot do.
        what: &'static str,
    },
    /// The drive did not let itself be set up for writing.
    #[error("the drive cannot be set up for writing")]
    InitializeWrite(#[source] Cause),
    /// All was written, and the disc could not be closed.
    #[error("the disc could not be closed")]
    InitializeEndWrite(#[source] Cause),
    /// The system did not let go of the disc.
    #[error("the system does not let go of the disc")]
    FileSystem(#[source] Cause),
    /// The stash could not be created, written or read.
    #[error("the stash {} cannot be used", file.display())]
    FileAccess {
        /// The stash file.
        file: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The drive does not tell what is on the disc, or what it tells makes no sense.
    #[error("it is not known what is on the disc")]
    DiscInfo(#[source] Cause),
    /// No track is open.
    #[error("no audio track is open")]
    TrackNotOpen,
    /// A track is open.
    #[error("an audio track is still open")]
    TrackOpen,
    /// There is not enough room.
    #[error("{needed} blocks are needed and {free} are free")]
    DiscFull {
        /// Blocks that are needed.
        needed: u64,
        /// Blocks that are free.
        free: u64,
    },
    /// Joliet cannot store that name.
    #[error("{path:?} has a name that Joliet cannot store")]
    BadJolietName {
        /// The path in the tree that was added.
        path: String,
    },
    /// There is nothing to record, or it is damaged.
    #[error("there is no image: {reason}")]
    InvalidImage {
        /// Why.
        reason: &'static str,
    },
    /// No format is active.
    #[error("no format is active")]
    NoActiveFormat,
    /// No recorder is active.
    #[error("no recorder is active")]
    NoActiveRecorder,
    /// The other format is active.
    #[error("the other format is active")]
    WrongFormat,
    /// The session is open.
    #[error("the session is open already")]
    AlreadyOpen,
    /// The disc is not the one that was there when the recorder was chosen.
    #[error("the disc is another one than when the recorder was chosen")]
    WrongDisc,
    /// The image has something of that name.
    #[error("{path:?} is in the image already")]
    FileExists {
        /// Its path.
        path: String,
    },
    /// Another session has the stash.
    #[error("another session has the stash {}", file.display())]
    StashInUse {
        /// The stash file.
        file: PathBuf,
    },
    /// A program that does not burn has the drive open.
    #[error("another program keeps the drive open")]
    DeviceStillInUse,
    /// The data did not come fast enough.
    #[error("the stream of data broke")]
    LossOfStreaming(#[source] Cause),
    /// The file system compresses the stash.
    #[error("files in {} are compressed", folder.display())]
    CompressedStash {
        /// The folder of the stash.
        folder: PathBuf,
    },
    /// The file system encrypts the stash.
    #[error("files in {} are encrypted", folder.display())]
    EncryptedStash {
        /// The folder of the stash.
        folder: PathBuf,
    },
    /// The volume of the stash is too full.
    #[error("the stash needs {needed} bytes and {free} are free")]
    NotEnoughDiskForStash {
        /// The stash file.
        file: PathBuf,
        /// Bytes that are needed.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The stash would be on a medium that can be taken out.
    #[error("{} is on a medium that can be taken out", folder.display())]
    RemovableStash {
        /// The folder of the stash.
        folder: PathBuf,
    },
    /// The disc cannot be written as it is.
    #[error("the disc cannot be written: it is {state}")]
    CannotWriteToMedia {
        /// Its state.
        state: MediaState,
    },
    /// The track is shorter than four seconds.
    #[error("a track of {blocks} blocks is too short")]
    TrackNotBigEnough {
        /// Blocks that it has.
        blocks: u32,
    },
    /// A disc that has something gets no boot image.
    #[error("a disc that is not blank gets no boot image")]
    BootImageAndNonblankDisc,
    /// There is no such format.
    #[error("there is no format {0}")]
    NoSuchFormat(FormatId),
    /// An argument that cannot be.
    #[error("{parameter} cannot be {given}")]
    Argument {
        /// Which.
        parameter: &'static str,
        /// What it was.
        given: String,
    },
    /// What was to be added cannot be read.
    #[error("{path:?} cannot be read")]
    Unreadable {
        /// Its path in the tree that was added.
        path: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The image cannot be made of what was added.
    #[error("the image cannot be made")]
    Image(#[source] Cause),
}

/// What the floors below said.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum Cause {
    /// Of the drive.
    Recorder(#[from] RecorderError),
    /// Of preparing the drive.
    Format(#[from] FormatError),
    /// Of a disc of data.
    Data(#[from] DataError),
    /// Of a disc of sound.
    Tao(#[from] TaoError),
    /// Of erasing.
    Erase(#[from] EraseError),
    /// Of the volume that the disc has.
    Volume(#[from] VolumeError),
    /// Of bringing that into the image.
    Import(#[from] ImportError),
    /// Of planning the image.
    Plan(#[from] PlanError),
    /// Of the tree of the image.
    Tree(#[from] TreeError),
    /// Of the bytes of its files.
    Content(#[from] ContentError),
}

impl Cause {
    fn coded(&self) -> &dyn Coded {
        match self {
            Self::Recorder(error) => error,
            Self::Format(error) => error,
            Self::Data(error) => error,
            Self::Tao(error) => error,
            Self::Erase(error) => error,
            Self::Volume(error) => error,
            Self::Import(error) => error,
            Self::Plan(error) => error,
            Self::Tree(error) => error,
            Self::Content(error) => error,
        }
    }
}

impl Coded for Cause {
    fn code(&self) -> HResult {
        self.coded().code()
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        self.coded().facts(put);
    }
}

impl Coded for V1Error {
    fn code(&self) -> HResult {
        match self {
            Self::NotOpened | Self::RecorderNotOpened => v1::IMAPI_E_NOTOPENED,
            Self::NotInitialized => v1::IMAPI_E_NOTINITIALIZED,
            Self::UserAbort => v1::IMAPI_E_USERABORT,
            Self::Generic(_) => v1::IMAPI_E_GENERIC,
            Self::MediumNotPresent => v1::IMAPI_E_MEDIUM_NOTPRESENT,
            Self::MediumInvalidType { .. } => v1::IMAPI_E_MEDIUM_INVALIDTYPE,
            Self::DeviceNoProperties => v1::IMAPI_E_DEVICE_NOPROPERTIES,
            Self::DeviceNotAccessible { .. } => v1::IMAPI_E_DEVICE_NOTACCESSIBLE,
            Self::DeviceNotPresent => v1::IMAPI_E_DEVICE_NOTPRESENT,
            Self::DeviceInvalidType { .. } => v1::IMAPI_E_DEVICE_INVALIDTYPE,
            Self::InitializeWrite(_) => v1::IMAPI_E_INITIALIZE_WRITE,
            Self::InitializeEndWrite(_) => v1::IMAPI_E_INITIALIZE_ENDWRITE,
            Self::FileSystem(_) => v1::IMAPI_E_FILESYSTEM,
            Self::FileAccess { .. } => v1::IMAPI_E_FILEACCESS,
            Self::DiscInfo(_) => v1::IMAPI_E_DISCINFO,
            Self::TrackNotOpen => v1::IMAPI_E_TRACKNOTOPEN,
            Self::TrackOpen => v1::IMAPI_E_TRACKOPEN,
            Self::DiscFull { .. } => v1::IMAPI_E_DISCFULL,
            Self::BadJolietName { .. } => v1::IMAPI_E_BADJOLIETNAME,
            Self::InvalidImage { .. } | Self::Image(_) => v1::IMAPI_E_INVALIDIMAGE,
            Self::NoActiveFormat => v1::IMAPI_E_NOACTIVEFORMAT,
            Self::NoActiveRecorder => v1::IMAPI_E_NOACTIVERECORDER,
            Self::WrongFormat => v1::IMAPI_E_WRONGFORMAT,
            Self::AlreadyOpen => v1::IMAPI_E_ALREADYOPEN,
            Self::WrongDisc => v1::IMAPI_E_WRONGDISC,
            Self::FileExists { .. } => v1::IMAPI_E_FILEEXISTS,
            Self::StashInUse { .. } => v1::IMAPI_E_STASHINUSE,
            Self::DeviceStillInUse => v1::IMAPI_E_DEVICE_STILL_IN_USE,
            Self::LossOfStreaming(_) => v1::IMAPI_E_LOSS_OF_STREAMING,
            Self::CompressedStash { .. } => v1::IMAPI_E_COMPRESSEDSTASH,
            Self::EncryptedStash { .. } => v1::IMAPI_E_ENCRYPTEDSTASH,
            Self::NotEnoughDiskForStash { .. } => v1::IMAPI_E_NOTENOUGHDISKFORSTASH,
            Self::RemovableStash { .. } => v1::IMAPI_E_REMOVABLESTASH,
            Self::CannotWriteToMedia { .. } => v1::IMAPI_E_CANNOT_WRITE_TO_MEDIA,
            Self::TrackNotBigEnough { .. } => v1::IMAPI_E_TRACK_NOT_BIG_ENOUGH,
            Self::BootImageAndNonblankDisc => v1::IMAPI_E_BOOTIMAGE_AND_NONBLANK_DISC,
            Self::NoSuchFormat(_) => common::E_NOINTERFACE,
            Self::Argument { .. } => common::E_INVALIDARG,
            Self::Unreadable { cause, .. } => cause.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::Generic(cause)
            | Self::InitializeWrite(cause)
            | Self::InitializeEndWrite(cause)
            | Self::FileSystem(cause)
            | Self::DiscInfo(cause)
            | Self::LossOfStreaming(cause)
            | Self::Image(cause) => cause.facts(put),
            Self::MediumInvalidType { medium } => put(Fact::Medium, Value::Text(medium)),
            Self::DeviceNotAccessible { owner: Some(owner) } => put(Fact::LockOwner, Value::Text(owner)),
            Self::DeviceInvalidType { what } => put(Fact::Operation, Value::Text(what)),
            Self::FileAccess { file, cause } => {
                put(Fact::StashFile, Value::Text(&file.display()));
                put(Fact::SystemError, Value::Text(cause));
            }
            Self::DiscFull { needed, free } => {
                put(Fact::Needed, Value::from(*needed));
                put(Fact::Free, Value::from(*free));
            }
            Self::BadJolietName { path } | Self::FileExists { path } => put(Fact::Path, Value::Text(path)),
            Self::InvalidImage { reason } => put(Fact::Reason, Value::Text(reason)),
            Self::StashInUse { file } => put(Fact::StashFile, Value::Text(&file.display())),
            Self::CompressedStash { folder } | Self::EncryptedStash { folder } | Self::RemovableStash { folder } => {
                put(Fact::Directory, Value::Text(&folder.display()));
            }
            Self::NotEnoughDiskForStash { file, needed, free } => {
                put(Fact::StashFile, Value::Text(&file.display()));
                put(Fact::NeededBytes, Value::from(*needed));
                put(Fact::FreeBytes, Value::from(*free));
            }
            Self::CannotWriteToMedia { state } => put(Fact::DiscState, Value::Text(state)),
            Self::TrackNotBigEnough { blocks } => put(Fact::Given, Value::from(u64::from(*blocks))),
            Self::NoSuchFormat(id) => put(Fact::Given, Value::Text(id)),
            Self::Argument { parameter, given } => {
                put(Fact::Parameter, Value::Text(parameter));
                put(Fact::Given, Value::Text(given));
            }
            Self::Unreadable { path, cause } => {
                put(Fact::Path, Value::Text(path));
                put(Fact::SystemError, Value::Text(cause));
            }
            Self::NotOpened
            | Self::RecorderNotOpened
            | Self::NotInitialized
            | Self::UserAbort
            | Self::MediumNotPresent
            | Self::DeviceNoProperties
            | Self::DeviceNotAccessible { owner: None }
            | Self::DeviceNotPresent
            | Self::TrackNotOpen
            | Self::TrackOpen
            | Self::NoActiveFormat
            | Self::NoActiveRecorder
            | Self::WrongFormat
            | Self::AlreadyOpen
            | Self::WrongDisc
            | Self::DeviceStillInUse
            | Self::BootImageAndNonblankDisc => {}
        }
    }
}
