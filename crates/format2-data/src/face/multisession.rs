//! [`Multisession`]: the ways to add a session to a disc.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use imapi_disc_types::{Disc, Lba, MediaState, MultisessionInterface, MultisessionKind};
use imapi_errors::CodedError;
use imapi_format2::{Probe, RecorderDisc, Way};
use imapi_recorder::Recorder;

use super::{Data2Error, media::probe};

/// A way to add a session to a disc.
#[derive(Debug, Clone)]
#[doc(alias = "IMultisession")]
pub enum Multisession {
    /// Behind those that are there.
    Sequential(Sequential),
    /// On a disc that can be overwritten.
    RandomWrite(RandomWrite),
}

/// What both ways have.
#[derive(Debug, Clone)]
struct Shared {
    recorder: Recorder,
    in_use: Arc<AtomicBool>,
}

/// Sessions follow one another.
#[derive(Debug, Clone)]
#[doc(alias("IMultisessionSequential", "IMultisessionSequential2"))]
pub struct Sequential(Shared);

/// The disc has one session, in which file systems follow one another.
#[derive(Debug, Clone)]
#[doc(alias = "IMultisessionRandomWrite")]
pub struct RandomWrite(Shared);

impl Multisession {
    pub(super) fn all(recorder: &Recorder) -> Vec<Self> {
        let shared = || Shared { recorder: recorder.clone(), in_use: Arc::default() };
        vec![Self::Sequential(Sequential(shared())), Self::RandomWrite(RandomWrite(shared()))]
    }

    fn shared(&self) -> &Shared {
        match self {
            Self::Sequential(Sequential(shared)) | Self::RandomWrite(RandomWrite(shared)) => shared,
        }
    }

    /// Whether a session can be added in this way to the disc as it is now.
    #[doc(alias = "IMultisession::get_IsSupportedOnCurrentMediaState")]
    pub fn is_supported_on_current_media_state(&self) -> Result<bool, Data2Error> {
        let probe = probe(&self.shared().recorder)?;
        let fits = match self {
            Self::Sequential(_) => probe.way.is_sequential(),
            Self::RandomWrite(_) => probe.way.is_overwritable(),
        };
        Ok(fits && probe.facts.state.is_supported())
    }

    /// Whether this way was chosen.
    #[must_use]
    #[doc(alias = "IMultisession::get_InUse")]
    pub fn is_in_use(&self) -> bool {
        self.shared().in_use.load(Ordering::Acquire)
    }

    /// Chooses this way, or not.
    #[doc(alias = "IMultisession::put_InUse")]
    pub fn set_in_use(&self, in_use: bool) {
        self.shared().in_use.store(in_use, Ordering::Release);
    }

    /// The drive from which the sessions that are there are read.
    #[must_use]
    #[doc(alias = "IMultisession::get_ImportRecorder")]
    pub fn import_recorder(&self) -> &Recorder {
        &self.shared().recorder
    }
}

/// What makers of images see of it.
impl MultisessionInterface for Multisession {
    fn kind(&self) -> MultisessionKind {
        match self {
            Self::Sequential(_) => MultisessionKind::Sequential,
            Self::RandomWrite(_) => MultisessionKind::RandomWrite,
        }
    }

    fn is_supported_on_current_media_state(&self) -> Result<bool, Box<dyn CodedError>> {
        Self::is_supported_on_current_media_state(self).map_err(|error| Box::new(error) as Box<dyn CodedError>)
    }

    fn is_in_use(&self) -> bool {
        Self::is_in_use(self)
    }

    fn disc(&self) -> Arc<dyn Disc> {
        Arc::new(RecorderDisc::new(self.import_recorder()))
    }
}

impl Sequential {
    fn probe(&self) -> Result<Probe, Data2Error> {
        let probe = probe(&self.0.recorder)?;
        if probe.way.is_sequential() { Ok(probe) } else { Err(Data2Error::MediaState) }
    }

    /// Whether there is no session with data yet, though there may be some with music.
    #[doc(alias = "IMultisessionSequential::get_IsFirstDataSession")]
    pub fn is_first_data_session(&self) -> Result<bool, Data2Error> {
        Ok(self.probe()?.facts.previous_data_session().is_none())
    }

    /// Where the last session with data began.
    #[doc(alias = "IMultisessionSequential::get_StartAddressOfPreviousSession")]
    pub fn start_address_of_previous_session(&self) -> Result<Option<Lba>, Data2Error> {
        Ok(self.probe()?.facts.previous_data_session().map(|session| session.first))
    }

    /// The last sector of the last session with data.
    #[doc(alias = "IMultisessionSequential::get_LastWrittenAddressOfPreviousSession")]
    pub fn last_written_address_of_previous_session(&self) -> Result<Option<Lba>, Data2Error> {
        Ok(self.probe()?.facts.previous_data_session().map(|session| session.last))
    }

    /// Where the next session begins.
    #[doc(alias = "IMultisessionSequential::get_NextWritableAddress")]
    pub fn next_writable_address(&self) -> Result<Lba, Data2Error> {
        self.probe()?.facts.next_writable.ok_or(Data2Error::MediaState)
    }

    /// Sectors from there on.
    #[doc(alias = "IMultisessionSequential::get_FreeSectorsOnMedia")]
    pub fn free_sectors_on_media(&self) -> Result<u32, Data2Error> {
        Ok(self.probe()?.facts.free)
    }

    /// Sectors that are written at once.
    #[doc(alias = "IMultisessionSequential2::get_WriteUnitSize")]
    pub fn write_unit_size(&self) -> Result<u32, Data2Error> {
        Ok(self.probe()?.facts.write_unit.get())
    }
}

impl RandomWrite {
    fn probe(&self) -> Result<Probe, Data2Error> {
        let probe = probe(&self.0.recorder)?;
        let fits = probe.way.is_overwritable() && probe.facts.state.contains(MediaState::OVERWRITE_ONLY);
        if fits { Ok(probe) } else { Err(Data2Error::MediaState) }
    }

    /// Sectors that are written at once: every write begins at a multiple of it.
    #[doc(alias = "IMultisessionRandomWrite::get_WriteUnitSize")]
    pub fn write_unit_size(&self) -> Result<u32, Data2Error> {
        Ok(self.probe()?.facts.write_unit.get())
    }

    /// The last sector that was ever written. Only a DVD-RW that still grows can tell it.
    #[doc(alias = "IMultisessionRandomWrite::get_LastWrittenAddress")]
    pub fn last_written_address(&self) -> Result<Lba, Data2Error> {
        let probe = self.probe()?;
        let grows = probe.way == Way::DvdRestricted && probe.is_formatted();
        let blocks = probe.formats.filter(|_| grows).map_or(0, |formats| formats.current.blocks);
        blocks.checked_sub(1).and_then(|last| i32::try_from(last).ok()).map(Lba).ok_or(Data2Error::NotTold)
    }

    /// All sectors.
    #[doc(alias = "IMultisessionRandomWrite::get_TotalSectorsOnMedia")]
    pub fn total_sectors_on_media(&self) -> Result<u32, Data2Error> {
        Ok(self.probe()?.facts.capacity)
    }
}
