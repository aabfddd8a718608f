//! Which code of v1 a failure of the floors below has. What was being done decides: the same refusal is another code while
//! the drive is set up, written, or closed.

use imapi_disc_types::MediaType;
use imapi_format2::FormatError;
use imapi_format2_data::DataError;
use imapi_format2_erase::EraseError;
use imapi_format2_tao::TaoError;
use imapi_mmc_transport::{
    Command as _, CommandError, Condition, LockRefused, TransportError, WaitError,
    commands::{
        CloseTrackSession, ModeSelect10, ReadDiscInformation, ReadToc, ReadTrackInformation, SendOpcInformation,
        SetCdSpeed, SynchronizeCache,
    },
};
use imapi_recorder::RecorderError;
use imapi_write_engine::EngineError;

use crate::{Cause, V1Error};

/// What was being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Something that has no code of its own.
    Other,
    /// The drive was set up, and nothing was written yet.
    SettingUp,
    /// Blocks were written, or the disc was closed: the command says which.
    Writing,
    /// The session was closed.
    Closing,
}

/// A question or an order that has nothing to do with a recording.
pub(crate) fn of_drive(error: RecorderError) -> V1Error {
    match of_recorder(&error, Phase::Other) {
        Some(code) => code,
        None => V1Error::Generic(error.into()),
    }
}

/// Taking the drive.
pub(crate) fn of_lock(error: RecorderError) -> V1Error {
    match of_recorder(&error, Phase::Other) {
        Some(code) => code,
        None => V1Error::FileSystem(error.into()),
    }
}

/// Looking at the disc.
pub(crate) fn of_disc(error: impl Into<FormatError>) -> V1Error {
    let error = error.into();
    match of_format(&error, Phase::Other) {
        Some(code) => code,
        None => V1Error::DiscInfo(error.into()),
    }
}

/// Recording data.
pub(crate) fn of_data(error: DataError) -> V1Error {
    match error {
        DataError::NoMedium => V1Error::MediumNotPresent,
        DataError::MediaNotSupported => V1Error::MediumInvalidType { medium: MediaType::UNKNOWN },
        DataError::MediaState { state } => V1Error::CannotWriteToMedia { state },
        DataError::WriteProtected => {
            V1Error::CannotWriteToMedia { state: imapi_disc_types::MediaState::WRITE_PROTECTED }
        }
        DataError::NotBlank => V1Error::CannotWriteToMedia { state: imapi_disc_types::MediaState::UNKNOWN },
        DataError::TooLarge { needed, free } => V1Error::DiscFull { needed, free },
        DataError::Before(ref cause) => burning(cause, Phase::SettingUp).wrap(error),
        DataError::Burning { ref cause, .. } => burning(cause, Phase::Writing).wrap(error),
        error => V1Error::Generic(error.into()),
    }
}

/// Recording sound.
pub(crate) fn of_tao(error: TaoError) -> V1Error {
    match error {
        TaoError::NoMedium => V1Error::MediumNotPresent,
        TaoError::MediaNotSupported => V1Error::MediumInvalidType { medium: MediaType::UNKNOWN },
        TaoError::NotBlank => V1Error::CannotWriteToMedia { state: imapi_disc_types::MediaState::UNKNOWN },
        TaoError::RecorderNotSupported => V1Error::DeviceInvalidType { what: "record audio tracks" },
        TaoError::NotEnoughSpace { needed, free } => V1Error::DiscFull { needed, free },
        TaoError::Before(ref cause) => burning(cause, Phase::SettingUp).wrap(error),
        TaoError::Writing { ref cause, .. } => burning(cause, Phase::Writing).wrap(error),
        TaoError::Closing { ref cause, .. } => burning(cause, Phase::Closing).wrap(error),
        error => V1Error::Generic(error.into()),
    }
}

/// What an error says: all there is to say, or around what the floors below say.
enum Verdict {
    Whole(V1Error),
    Around(fn(Cause) -> V1Error),
}

impl Verdict {
    fn wrap(self, error: impl Into<Cause>) -> V1Error {
        match self {
            Self::Whole(verdict) => verdict,
            Self::Around(verdict) => verdict(error.into()),
        }
    }
}

fn burning(cause: &FormatError, phase: Phase) -> Verdict {
    if let Some(code) = of_format(cause, phase) {
        return Verdict::Whole(code);
    }
    if let FormatError::Engine(EngineError::Source { .. }) = cause {
        return Verdict::Whole(V1Error::InvalidImage {
            reason: "the stash does not hold any more what was put into it",
        });
    }
    if cause.condition() == Some(Condition::Underrun) {
        return Verdict::Around(V1Error::LossOfStreaming);
    }
    Verdict::Around(match (phase, command(cause)) {
        (_, Some(ReadDiscInformation::NAME | ReadTrackInformation::NAME | ReadToc::NAME)) => V1Error::DiscInfo,
        (Phase::SettingUp, _) | (_, Some(ModeSelect10::NAME | SendOpcInformation::NAME | SetCdSpeed::NAME)) => {
            V1Error::InitializeWrite
        }
        (Phase::Closing, _) | (_, Some(SynchronizeCache::NAME | CloseTrackSession::NAME)) => {
            V1Error::InitializeEndWrite
        }
        // The drive did something by itself, which after the last block is to close.
        (_, None) if matches!(cause, FormatError::Overdue { .. } | FormatError::Recorder(_)) => {
            V1Error::InitializeEndWrite
        }
        _ => V1Error::Generic,
    })
}

/// Erasing.
pub(crate) fn of_erase(error: EraseError) -> V1Error {
    match error {
        EraseError::RecorderNotSupported => V1Error::DeviceInvalidType { what: "erase discs" },
        EraseError::MediumNotSupported { medium } | EraseError::NotErasable { medium, .. } => {
            V1Error::MediumInvalidType { medium }
        }
        EraseError::Format(ref cause) | EraseError::Unexpected { ref cause } => {
            verdict(of_format(cause, Phase::Other)).wrap(error)
        }
        EraseError::Failed { ref cause } | EraseError::SpinUp { ref cause } => {
            verdict(of_command(cause, Phase::Other)).wrap(error)
        }
        error => V1Error::Generic(error.into()),
    }
}

fn verdict(known: Option<V1Error>) -> Verdict {
    known.map_or(Verdict::Around(V1Error::Generic), Verdict::Whole)
}

fn of_format(error: &FormatError, phase: Phase) -> Option<V1Error> {
    if error.is_cancelled() {
        return Some(V1Error::UserAbort);
    }
    match error {
        FormatError::Recorder(error) => of_recorder(error, phase),
        FormatError::Engine(EngineError::Write { cause, .. }) => of_command(cause, phase),
        _ => None,
    }
}

/// What says the same whatever was being done.
fn of_recorder(error: &RecorderError, phase: Phase) -> Option<V1Error> {
    match error {
        RecorderError::Transport(error) | RecorderError::Lock(LockRefused::Transport(error)) => of_transport(error),
        RecorderError::Command(error) | RecorderError::Wait(WaitError::Command(error)) => of_command(error, phase),
        RecorderError::Lock(LockRefused::Held { owner: Some(owner) }) | RecorderError::Locked { owner } => {
            Some(V1Error::DeviceNotAccessible { owner: Some(owner.clone()) })
        }
        // Who burns by IMAPI leaves a name.
        RecorderError::Lock(LockRefused::Held { owner: None }) => Some(V1Error::DeviceStillInUse),
        RecorderError::Lock(LockRefused::Mounted { at }) => {
            let refused = LockRefused::Mounted { at: at.clone() };
            Some(V1Error::FileSystem(RecorderError::from(refused).into()))
        }
        _ => None,
    }
}

fn of_command(error: &CommandError, phase: Phase) -> Option<V1Error> {
    if let CommandError::Transport(error) = error {
        return of_transport(error);
    }
    match error.condition()? {
        Condition::NoMedium { .. } => Some(V1Error::MediumNotPresent),
        Condition::IncompatibleMedium if phase != Phase::Writing => {
            Some(V1Error::MediumInvalidType { medium: MediaType::UNKNOWN })
        }
        Condition::WriteProtected | Condition::CannotWriteMedium if phase != Phase::Other => {
            Some(V1Error::CannotWriteToMedia { state: imapi_disc_types::MediaState::WRITE_PROTECTED })
        }
        _ => None,
    }
}

fn of_transport(error: &TransportError) -> Option<V1Error> {
    matches!(error, TransportError::Gone).then_some(V1Error::DeviceNotPresent)
}

/// The name of the command that failed.
fn command(error: &FormatError) -> Option<&'static str> {
    let (FormatError::Recorder(RecorderError::Command(error) | RecorderError::Wait(WaitError::Command(error)))
    | FormatError::Engine(EngineError::Write { cause: error, .. })) = error
    else {
        return None;
    };
    match error {
        CommandError::Check { command, .. }
        | CommandError::Status { command, .. }
        | CommandError::Reply { command, .. }
        | CommandError::NoSense { command } => Some(command),
        _ => None,
    }
}
