//! [`WriteEngine`]: IMAPI's object, for whoever sets up drive and disc himself.

use std::{
    num::NonZeroU32,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use imapi_disc_types::{BlockSource, CancelToken, Control, Lba};
use imapi_errors::{Coded, Fact, HResult, Value, common, v2};
use imapi_recorder::Recorder;

use crate::{EngineError, EngineOptions, Event, Section, Written, write_section};

/// Writes sections by WRITE commands and nothing else, from any thread, one at a time.
#[derive(Debug, Default)]
#[doc(alias = "IWriteEngine2")]
pub struct WriteEngine {
    settings: Mutex<Settings>,
    writing: AtomicBool,
    token: Mutex<Option<CancelToken>>,
}

#[derive(Debug, Clone, Default)]
struct Settings {
    recorder: Option<Recorder>,
    bytes_per_sector: Option<NonZeroU32>,
    streaming: bool,
    speeds: (Option<u32>, Option<u32>),
}

/// What became of a wish to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelOutcome {
    /// The writing will stop.
    Accepted,
    /// Nothing is being written; whoever wants to stop what begins just now asks again.
    NotInProgress,
}

impl CancelOutcome {
    /// The code of success that tells of it.
    #[must_use]
    pub const fn code(self) -> Option<HResult> {
        match self {
            Self::Accepted => None,
            Self::NotInProgress => Some(v2::S_IMAPI_WRITE_NOT_IN_PROGRESS),
        }
    }
}

/// Something that the object does not do now, or that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteEngineError {
    /// Nobody said which drive.
    #[error("there is no recorder yet")]
    RecorderRequired,
    /// Nobody said how long sectors are.
    #[error("the bytes of a sector are not set")]
    SectorSizeRequired,
    /// Sectors of that length are not written: none, or more than a command carries.
    #[error("sectors of {given} bytes cannot be written")]
    SectorSize {
        /// What was given.
        given: i64,
    },
    /// The source has sectors of another length than the engine was told.
    #[error("the source has sectors of {found} bytes, not of {expected}")]
    OtherSectors {
        /// What the engine was told.
        expected: NonZeroU32,
        /// What the source has.
        found: NonZeroU32,
    },
    /// A section is being written.
    #[error("a section is being written")]
    InProgress,
    /// The section was not written.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Coded for WriteEngineError {
    fn code(&self) -> HResult {
        match self {
            Self::RecorderRequired => v2::E_IMAPI_RECORDER_REQUIRED,
            Self::SectorSizeRequired | Self::SectorSize { .. } | Self::OtherSectors { .. } => common::E_INVALIDARG,
            Self::InProgress => common::E_FAIL,
            Self::Engine(error) => error.code(),
        }
    }

    fn facts(&self, put: &mut dyn FnMut(Fact, Value<'_>)) {
        match self {
            Self::RecorderRequired | Self::InProgress => {}
            Self::SectorSizeRequired => put(Fact::Parameter, Value::Text(&"BytesPerSector")),
            Self::SectorSize { given } => {
                put(Fact::Parameter, Value::Text(&"BytesPerSector"));
                put(Fact::Given, Value::I64(*given));
            }
            Self::OtherSectors { expected, found } => {
                put(Fact::Parameter, Value::Text(&"BytesPerSector"));
                put(Fact::Expected, Value::U32(expected.get()));
                put(Fact::Found, Value::U32(found.get()));
            }
            Self::Engine(error) => error.facts(put),
        }
    }
}

/// Somebody writes as long as this lives.
struct Writing<'a>(&'a WriteEngine);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        *self.0.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.0.writing.store(false, Ordering::Release);
    }
}

impl WriteEngine {
    /// Without a recorder and a length of sectors, which [`write_section`](Self::write_section) needs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The drive.
    #[doc(alias = "IWriteEngine2::get_Recorder")]
    pub fn recorder(&self) -> Option<Recorder> {
        self.settings().recorder.clone()
    }

    /// Says which drive.
    #[doc(alias = "IWriteEngine2::put_Recorder")]
    pub fn set_recorder(&self, recorder: Option<&Recorder>) -> Result<(), WriteEngineError> {
        self.set(|settings| {
            settings.recorder = recorder.cloned();
            Ok(())
        })
    }

    /// How long sectors are; none until somebody says it.
    #[doc(alias = "IWriteEngine2::get_BytesPerSector")]
    pub fn bytes_per_sector(&self) -> Option<NonZeroU32> {
        self.settings().bytes_per_sector
    }

    /// Says how long sectors are: 2048, or what the way of writing wants; no longer than what one command carries.
    #[doc(alias = "IWriteEngine2::put_BytesPerSector")]
    pub fn set_bytes_per_sector(&self, bytes: u32) -> Result<(), WriteEngineError> {
        self.set(|settings| {
            let most = settings.recorder.as_ref().map(|recorder| recorder.device().limits().page_aligned_transfer);
            let fits = most.is_none_or(|most| bytes <= most.get()) && i32::try_from(bytes).is_ok();
            let bytes_given = NonZeroU32::new(bytes).filter(|_| fits);
            settings.bytes_per_sector = Some(bytes_given.ok_or(WriteEngineError::SectorSize { given: bytes.into() })?);
            Ok(())
        })
    }

    /// Whether WRITE (12) is used with its streaming bit.
    #[doc(alias = "IWriteEngine2::get_UseStreamingWrite12")]
    pub fn uses_streaming_write12(&self) -> bool {
        self.settings().streaming
    }

    /// Uses WRITE (12) with its streaming bit, or not.
    #[doc(alias = "IWriteEngine2::put_UseStreamingWrite12")]
    pub fn set_streaming_write12(&self, streaming: bool) -> Result<(), WriteEngineError> {
        self.set(|settings| {
            settings.streaming = streaming;
            Ok(())
        })
    }

    /// How fast the drive is expected to write at the beginning and at the end of a section, in sectors a second.
    #[doc(alias("IWriteEngine2::get_StartingSectorsPerSecond", "IWriteEngine2::get_EndingSectorsPerSecond"))]
    pub fn expected_speeds(&self) -> (Option<u32>, Option<u32>) {
        self.settings().speeds
    }

    /// Says how fast the drive is expected to write: the reader keeps four seconds of the faster one ahead.
    #[doc(alias("IWriteEngine2::put_StartingSectorsPerSecond", "IWriteEngine2::put_EndingSectorsPerSecond"))]
    pub fn set_expected_speeds(&self, starting: Option<u32>, ending: Option<u32>) -> Result<(), WriteEngineError> {
        self.set(|settings| {
            settings.speeds = (starting, ending);
            Ok(())
        })
    }

    /// Whether a section is being written.
    #[doc(alias = "IWriteEngine2::get_WriteInProgress")]
    pub fn is_write_in_progress(&self) -> bool {
        self.writing.load(Ordering::Acquire)
    }

    /// Writes blocks of a source, from its first on, to that address, and returns when the drive has taken them.
    #[doc(alias("IWriteEngine2::WriteSection", "DWriteEngine2Events::Update"))]
    pub fn write_section(
        &self,
        source: &dyn BlockSource,
        start: Lba,
        blocks: u64,
        control: &mut Control<'_, Event>,
    ) -> Result<Written, WriteEngineError> {
        let settings = {
            let settings = self.settings();
            if self.writing.swap(true, Ordering::AcqRel) {
                return Err(WriteEngineError::InProgress);
            }
            settings.clone()
        };
        let _writing = Writing(self);
        let recorder = settings.recorder.ok_or(WriteEngineError::RecorderRequired)?;
        let expected = settings.bytes_per_sector.ok_or(WriteEngineError::SectorSizeRequired)?;
        let found = source.block_size();
        if found != expected {
            return Err(WriteEngineError::OtherSectors { expected, found });
        }
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(control.token().clone());
        let plain = EngineOptions::new(NonZeroU32::MIN);
        let fastest = settings.speeds.0.max(settings.speeds.1);
        let ahead = fastest.map(|speed| speed as usize * expected.get() as usize * SECONDS_AHEAD);
        let options = EngineOptions {
            streaming: settings.streaming,
            buffer: ahead.map_or(plain.buffer, |ahead| ahead.clamp(LEAST_AHEAD, plain.buffer)),
            ..plain
        };
        let section = Section { first: 0, blocks, start };
        Ok(write_section(recorder.device(), source, section, &options, None, control)?)
    }

    /// Asks the writing to stop after the command that is on its way.
    #[doc(alias = "IWriteEngine2::CancelWrite")]
    pub fn cancel_write(&self) -> CancelOutcome {
        match &*self.token.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(token) => {
                token.cancel();
                CancelOutcome::Accepted
            }
            None => CancelOutcome::NotInProgress,
        }
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, change: impl FnOnce(&mut Settings) -> Result<(), WriteEngineError>) -> Result<(), WriteEngineError> {
        let mut settings = self.settings();
        if self.is_write_in_progress() {
            return Err(WriteEngineError::InProgress);
        }
        change(&mut settings)
    }
}

/// So many seconds of the expected speed are read ahead…
const SECONDS_AHEAD: usize = 4;
/// …but never less than this.
const LEAST_AHEAD: usize = 1 << 20;
