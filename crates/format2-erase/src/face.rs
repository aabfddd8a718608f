//! [`DiscFormat2Erase`]: IMAPI's object that erases discs.

use std::{
    ops::ControlFlow,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use imapi_disc_types::{CancelToken, ClientName, Control, MediaType};
use imapi_format2::{Probe, is_heuristically_blank};
use imapi_recorder::Recorder;

use crate::{
    ERASABLE, EraseError, EraseOptions, EraseProgress, Erased, erase, is_current_media_supported,
    is_recorder_supported, support::erasable_by,
};

/// Erases discs, as IMAPI's object does: set what it shall know, in any order and from any thread, then have it erase.
///
/// ```no_run
/// use imapi_format2_erase::{DiscFormat2Erase, EraseError};
/// use imapi_recorder::Recorder;
///
/// fn erase_quickly(recorder: Recorder) -> Result<(), EraseError> {
///     let eraser = DiscFormat2Erase::new();
///     eraser.set_recorder(Some(recorder))?;
///     eraser.set_client_name("Backup")?;
///     eraser.erase_media(&mut |update| println!("{} of {} s", update.elapsed_seconds, update.estimated_total_seconds))?;
///     Ok(())
/// }
/// ```
#[derive(Debug, Default)]
#[doc(alias = "IDiscFormat2Erase")]
pub struct DiscFormat2Erase {
    settings: Mutex<Settings>,
    erasing: AtomicBool,
}

#[derive(Debug, Default)]
struct Settings {
    recorder: Option<Recorder>,
    client: Option<ClientName>,
    full: bool,
}

/// How far it is, in IMAPI's whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[doc(alias("DDiscFormat2EraseEvents", "DDiscFormat2EraseEvents::Update"))]
pub struct EraseUpdate {
    /// Seconds since the beginning.
    pub elapsed_seconds: i32,
    /// Seconds from the beginning to the end, as far as is known now.
    pub estimated_total_seconds: i32,
}

impl From<&EraseProgress> for EraseUpdate {
    fn from(progress: &EraseProgress) -> Self {
        let seconds = |time: Duration| i32::try_from(time.as_secs()).unwrap_or(i32::MAX);
        Self { elapsed_seconds: seconds(progress.elapsed), estimated_total_seconds: seconds(progress.estimated_total) }
    }
}

/// The object erases as long as this lives.
struct Erasing<'a>(&'a AtomicBool);

impl Drop for Erasing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl DiscFormat2Erase {
    /// An object without a drive, that erases quickly.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The drive, or none. One that is there has to be taken away before another one is set, and cannot be while a disc
    /// is erased.
    #[doc(alias = "IDiscFormat2Erase::put_Recorder")]
    pub fn set_recorder(&self, recorder: Option<Recorder>) -> Result<(), EraseError> {
        let has_one = |eraser: &Self| eraser.settings().recorder.is_some();
        self.is_free()?;
        if let Some(recorder) = &recorder {
            if has_one(self) {
                return Err(EraseError::OnlyOneRecorder);
            }
            // The drive is asked without the lock, as it may take its time.
            if !is_recorder_supported(recorder)? {
                return Err(EraseError::RecorderNotSupported);
            }
        }
        let mut settings = self.settings();
        self.is_free()?;
        if recorder.is_some() && settings.recorder.is_some() {
            return Err(EraseError::OnlyOneRecorder);
        }
        settings.recorder = recorder;
        Ok(())
    }

    /// The drive.
    #[doc(alias = "IDiscFormat2Erase::get_Recorder")]
    pub fn recorder(&self) -> Option<Recorder> {
        self.settings().recorder.clone()
    }

    /// What the program is called that takes the drive.
    #[doc(alias = "IDiscFormat2Erase::put_ClientName")]
    pub fn set_client_name(&self, name: &str) -> Result<(), EraseError> {
        let name = ClientName::try_from(name)?;
        self.settings().client = Some(name);
        Ok(())
    }

    /// What the program is called.
    #[doc(alias = "IDiscFormat2Erase::get_ClientName")]
    pub fn client_name(&self) -> Option<String> {
        self.settings().client.as_ref().map(ToString::to_string)
    }

    /// Whether every block is written over.
    #[doc(alias = "IDiscFormat2Erase::put_FullErase")]
    pub fn set_full_erase(&self, full: bool) {
        self.settings().full = full;
    }

    /// Whether every block is written over.
    #[doc(alias = "IDiscFormat2Erase::get_FullErase")]
    pub fn full_erase(&self) -> bool {
        self.settings().full
    }

    /// The kind of disc that is in the drive.
    #[doc(alias = "IDiscFormat2Erase::get_CurrentPhysicalMediaType")]
    pub fn current_physical_media_type(&self) -> Result<MediaType, EraseError> {
        Ok(Probe::of(&self.ready_recorder()?)?.medium())
    }

    /// Whether a drive writes any kind of disc that can be erased.
    #[doc(alias = "IDiscFormat2::IsRecorderSupported")]
    pub fn is_recorder_supported(&self, recorder: &Recorder) -> Result<bool, EraseError> {
        is_recorder_supported(recorder)
    }

    /// Whether the disc that is in a drive can be erased.
    #[doc(alias = "IDiscFormat2::IsCurrentMediaSupported")]
    pub fn is_current_media_supported(&self, recorder: &Recorder) -> Result<bool, EraseError> {
        make_ready(recorder)?;
        is_current_media_supported(recorder)
    }

    /// Whether the drive says that nothing is on the disc.
    #[doc(alias = "IDiscFormat2::get_MediaPhysicallyBlank")]
    pub fn media_physically_blank(&self) -> Result<bool, EraseError> {
        Ok(Probe::of(&self.ready_recorder()?)?.facts.is_blank())
    }

    /// Whether the disc looks as if nothing were on it.
    #[doc(alias = "IDiscFormat2::get_MediaHeuristicallyBlank")]
    pub fn media_heuristically_blank(&self) -> Result<bool, EraseError> {
        let recorder = self.ready_recorder()?;
        let probe = Probe::of(&recorder)?;
        Ok(is_heuristically_blank(&recorder, &probe)?)
    }

    /// The kinds of discs that can be erased: those that the drive writes, where there is one.
    #[doc(alias = "IDiscFormat2::get_SupportedMediaTypes")]
    pub fn supported_media_types(&self) -> Result<Vec<MediaType>, EraseError> {
        self.recorder().map_or_else(|| Ok(ERASABLE.to_vec()), |recorder| erasable_by(&recorder))
    }

    /// Erases the disc, and comes back when it is erased. The listener hears of it once a second or more often; while
    /// it does, the drive cannot be exchanged.
    #[doc(alias = "IDiscFormat2Erase::EraseMedia")]
    pub fn erase_media(&self, listener: &mut dyn FnMut(&EraseUpdate)) -> Result<Erased, EraseError> {
        let (recorder, client, options) = {
            let settings = self.settings();
            let recorder = settings.recorder.clone();
            let options = EraseOptions { full: settings.full, ..EraseOptions::default() };
            // Inside the lock, so that nobody takes the drive away in between.
            if self.erasing.swap(true, Ordering::AcqRel) {
                return Err(EraseError::InUse);
            }
            (recorder, settings.client.clone(), options)
        };
        let _erasing = Erasing(&self.erasing);
        let recorder = recorder.ok_or(EraseError::NoRecorder)?;
        let client = client.ok_or(EraseError::NoClientName)?;
        let mut heard = |progress: &EraseProgress| {
            listener(&progress.into());
            ControlFlow::Continue(())
        };
        erase(&recorder, &client, &options, &mut Control::new(CancelToken::new(), &mut heard))
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_free(&self) -> Result<(), EraseError> {
        if self.erasing.load(Ordering::Acquire) { Err(EraseError::InUse) } else { Ok(()) }
    }

    fn ready_recorder(&self) -> Result<Recorder, EraseError> {
        let recorder = self.recorder().ok_or(EraseError::NoRecorder)?;
        make_ready(&recorder)?;
        Ok(recorder)
    }
}

/// A disc that was just put in.
const GETTING_READY: Duration = Duration::from_secs(60);

fn make_ready(recorder: &Recorder) -> Result<(), EraseError> {
    recorder.ready(GETTING_READY, &mut |_| ControlFlow::Continue(()))?;
    Ok(())
}
