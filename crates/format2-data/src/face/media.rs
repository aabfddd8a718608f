//! What the object tells of the disc.

use std::{ops::ControlFlow, time::Duration};

use imapi_disc_types::{Lba, MediaState, MediaType};
use imapi_format2::{Probe, Way, is_heuristically_blank};
use imapi_mmc_transport::{
    CommandError, TransportExt as _,
    commands::ReadDiscStructure,
    structure::{DiscStructure, StructureFormat},
};
use imapi_recorder::Recorder;

use super::{Data2Error, DiscFormat2Data, Multisession};
use crate::plan::GAP;

/// A disc that was just put in is waited for so long.
const PATIENCE: Duration = Duration::from_secs(60);
/// Blocks that link a CD's track to the next.
const RUN_OUT: u32 = 2;

/// What may be done with a disc.
pub type MediaStatus = MediaState;

/// Why a disc cannot be written to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[doc(alias = "IMAPI_MEDIA_WRITE_PROTECT_STATE")]
pub struct WriteProtection(pub u32);

impl WriteProtection {
    /// Until the drive is switched off.
    #[doc(alias = "IMAPI_WRITEPROTECTED_UNTIL_POWERDOWN")]
    pub const UNTIL_POWERDOWN: u32 = 0x1;
    /// By the switch of its cartridge.
    #[doc(alias = "IMAPI_WRITEPROTECTED_BY_CARTRIDGE")]
    pub const BY_CARTRIDGE: u32 = 0x2;
    /// By the disc itself, as when its spare area is used up.
    #[doc(alias = "IMAPI_WRITEPROTECTED_BY_MEDIA_SPECIFIC_REASON")]
    pub const BY_MEDIUM: u32 = 0x4;
    /// Until somebody takes that back.
    #[doc(alias = "IMAPI_WRITEPROTECTED_BY_SOFTWARE_WRITE_PROTECT")]
    pub const BY_SOFTWARE: u32 = 0x8;
    /// It can only be read.
    #[doc(alias = "IMAPI_WRITEPROTECTED_READ_ONLY_MEDIA")]
    pub const READ_ONLY: u32 = 0x4000;
}

/// What the disc is, once the drive is ready.
pub(super) fn probe(recorder: &Recorder) -> Result<Probe, Data2Error> {
    recorder.ready(PATIENCE, &mut |_| ControlFlow::Continue(()))?;
    Ok(Probe::of(recorder)?)
}

impl DiscFormat2Data {
    /// Whether the drive says that nothing was ever written.
    #[doc(alias = "IDiscFormat2::get_MediaPhysicallyBlank")]
    pub fn is_media_physically_blank(&self) -> Result<bool, Data2Error> {
        Ok(self.probe()?.1.facts.is_blank())
    }

    /// Whether it looks as if nothing were on it.
    #[doc(alias = "IDiscFormat2::get_MediaHeuristicallyBlank")]
    pub fn is_media_heuristically_blank(&self) -> Result<bool, Data2Error> {
        let (recorder, probe) = self.probe()?;
        Ok(is_heuristically_blank(&recorder, &probe)?)
    }

    /// What may be done with it.
    #[doc(alias = "IDiscFormat2Data::get_CurrentMediaStatus")]
    pub fn current_media_status(&self) -> Result<MediaStatus, Data2Error> {
        Ok(self.probe()?.1.facts.state)
    }

    /// Why it cannot be written to, as far as the drive says.
    #[doc(alias = "IDiscFormat2Data::get_WriteProtectStatus")]
    pub fn write_protect_status(&self) -> Result<WriteProtection, Data2Error> {
        let (recorder, probe) = self.probe()?;
        let read_only = if probe.way == Way::ReadOnly { WriteProtection::READ_ONLY } else { 0 };
        let query = ReadDiscStructure::of(StructureFormat::WRITE_PROTECTION);
        let told = match recorder.device().query_whole(&query).map(|answer| answer.value) {
            Ok(DiscStructure::WriteProtection(told)) => told,
            Err(CommandError::Transport(error)) => return Err(imapi_recorder::RecorderError::from(error).into()),
            // Few drives have it, and what they say instead is no protection.
            Ok(_) | Err(_) => return Ok(WriteProtection(read_only)),
        };
        let bits = [
            (told.until_power_off, WriteProtection::UNTIL_POWERDOWN),
            (told.cartridge, WriteProtection::BY_CARTRIDGE),
            (told.medium, WriteProtection::BY_MEDIUM),
            (told.persistent, WriteProtection::BY_SOFTWARE),
        ];
        let set = bits.into_iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit);
        Ok(WriteProtection(set.fold(read_only, |all, bit| all | bit)))
    }

    /// All sectors, written or not.
    #[doc(alias = "IDiscFormat2Data::get_TotalSectorsOnMedia")]
    pub fn total_sectors_on_media(&self) -> Result<u32, Data2Error> {
        Ok(self.usable()?.facts.capacity)
    }

    /// Sectors that a session can have, without what the disc itself needs between sessions. On a disc that can be
    /// overwritten it is all of them.
    #[doc(alias = "IDiscFormat2Data::get_FreeSectorsOnMedia")]
    pub fn free_sectors_on_media(&self) -> Result<u32, Data2Error> {
        let probe = self.usable()?;
        let needed = if probe.way == Way::Cd { RUN_OUT + u32::try_from(GAP).unwrap_or(0) } else { 0 };
        Ok(probe.facts.free.saturating_sub(needed))
    }

    /// Where the next session begins.
    #[doc(alias = "IDiscFormat2Data::get_NextWritableAddress")]
    pub fn next_writable_address(&self) -> Result<Lba, Data2Error> {
        self.usable()?.facts.next_writable.ok_or(Data2Error::MediaState)
    }

    /// Where the last session with data began; none on a blank disc, or one without sessions.
    #[doc(alias = "IDiscFormat2Data::get_StartAddressOfPreviousSession")]
    pub fn start_address_of_previous_session(&self) -> Result<Option<Lba>, Data2Error> {
        Ok(self.usable()?.facts.previous_data_session().map(|session| session.first))
    }

    /// The last sector of the last session.
    #[doc(alias = "IDiscFormat2Data::get_LastWrittenAddressOfPreviousSession")]
    pub fn last_written_address_of_previous_session(&self) -> Result<Option<Lba>, Data2Error> {
        Ok(self.usable()?.facts.previous_data_session().map(|session| session.last))
    }

    /// The kind of disc.
    #[doc(alias = "IDiscFormat2Data::get_CurrentPhysicalMediaType")]
    pub fn current_physical_media_type(&self) -> Result<MediaType, Data2Error> {
        Ok(self.probe()?.1.medium())
    }

    /// The ways to add a session to the disc. There is always one; whether it fits the disc it says itself.
    #[doc(alias = "IDiscFormat2Data::get_MultisessionInterfaces")]
    pub fn multisession_interfaces(&self) -> Result<Vec<Multisession>, Data2Error> {
        Ok(Multisession::all(&self.needed_recorder()?))
    }

    /// A disc that has numbers to tell.
    fn usable(&self) -> Result<Probe, Data2Error> {
        let (_, probe) = self.probe()?;
        if probe.facts.state.contains(MediaState::UNSUPPORTED_MEDIA) || probe.way == Way::NoDisc {
            return Err(Data2Error::MediaState);
        }
        Ok(probe)
    }
}
