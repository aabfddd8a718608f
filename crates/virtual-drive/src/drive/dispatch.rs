//! Which command is answered by what.

use imapi_mmc_transport::{
    Data, Query, Sense,
    commands::{EventStatus, GetEventStatus, Request, StartStopUnit, UnitAction},
};

use super::{Inner, Reply};

impl Inner {
    pub(super) fn dispatch(&mut self, request: &Request, data: &mut Data<'_>) -> Result<Reply, Sense> {
        use Request as R;
        match *request {
            // What the drive is.
            R::TestUnitReady(_) => Ok(Reply::Done),
            R::RequestSense(query) => {
                // Sense of failed commands went with them; what is left to tell is what nobody has heard yet.
                let sense = self.attention.pop_front().unwrap_or(Sense::NONE);
                Ok(Reply::Answer(query.encode_reply(&sense.to_bytes())))
            }
            R::Inquiry(query) => Self::inquiry(query),
            R::GetConfiguration(query) => Ok(self.configuration(query)),
            R::GetEventStatus(query) => Ok(self.event(query)),
            R::StartStopUnit(command) => self.start_stop(command),
            R::PreventAllowMediumRemoval(command) => {
                self.prevented = command.prevent;
                Ok(Reply::Done)
            }
            // What the disc is.
            R::ReadDiscInformation(query) => self.disc_information(query),
            R::ReadTrackInformation(query) => self.track_information(query),
            R::ReadCapacity(query) => self.capacity(query),
            R::ReadFormatCapacities(query) => self.format_capacities(query),
            R::ReadBufferCapacity(query) => Ok(Self::buffer_capacity(query)),
            // What is on it.
            R::Read10(command) => self.read(command.start, u32::from(command.blocks), data),
            R::Read12(command) => self.read(command.start, command.blocks, data),
            R::Write10(command) => self.write(command.start, u32::from(command.blocks), data),
            R::Write12(command) => self.write(command.start, command.blocks, data),
            // What becomes of it.
            R::SynchronizeCache(_) => self.synchronize(),
            R::CloseTrackSession(command) => self.close(command),
            R::ReserveTrack(command) => self.reserve(command),
            R::FormatUnit(command) => self.format(command, data),
            // Commands that this drive does not have.
            R::ModeSelect6(_)
            | R::ModeSense6(_)
            | R::Seek10(_)
            | R::WriteAndVerify10(_)
            | R::Verify10(_)
            | R::ReadSubChannel(_)
            | R::ReadToc(_)
            | R::ReadHeader(_)
            | R::SendOpcInformation(_)
            | R::ModeSelect10(_)
            | R::RepairTrack(_)
            | R::ReadMasterCue(_)
            | R::ModeSense10(_)
            | R::SendCueSheet(_)
            | R::Blank(_)
            | R::SendKey(_)
            | R::ReportKey(_)
            | R::LoadUnload(_)
            | R::ReadMediaSerialNumber(_)
            | R::GetPerformance(_)
            | R::ReadDiscStructure(_)
            | R::SetStreaming(_)
            | R::ReadCdMsf(_)
            | R::SetCdSpeed(_)
            | R::MechanismStatus(_)
            | R::ReadCd(_)
            | R::SendDiscStructure(_) => Err(Sense::INVALID_OPCODE),
        }
    }

    fn start_stop(&mut self, command: StartStopUnit) -> Result<Reply, Sense> {
        match command.action {
            UnitAction::Eject if self.prevented => return Err(Sense::REMOVAL_PREVENTED),
            UnitAction::Eject => self.tray_open = true,
            UnitAction::Load if self.tray_open => {
                self.tray_open = false;
                if self.disc.is_some() {
                    self.attention.push_back(Sense::MEDIUM_CHANGED);
                }
            }
            UnitAction::Start => {
                self.present()?;
            }
            UnitAction::Load | UnitAction::Stop | UnitAction::FormatLayer(_) | UnitAction::Power(_) => {}
        }
        Ok(Reply::Done)
    }

    fn event(&self, query: GetEventStatus) -> Reply {
        let supported = Self::event_classes();
        let event = query.classes.contains(supported).then(|| self.media_event());
        Reply::Answer(query.encode_reply(&EventStatus { supported, event }))
    }
}
