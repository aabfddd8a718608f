//! Which command is answered by what.

use imapi_disc_types::{Clock, Lba};
use imapi_mmc_transport::{
    Data, InvalidField, Query, Sense,
    commands::{ReadCd, Request, StartStopUnit, UnitAction},
};

use super::{Inner, Reply};
use crate::family::{Work, WorkKind};

/// A drive takes some seconds to see what was put in.
const LOADING: u64 = 5;

impl Inner {
    pub(super) fn dispatch(
        &mut self,
        request: &Request,
        data: &mut Data<'_>,
        clock: &dyn Clock,
    ) -> Result<Reply, Sense> {
        use Request as R;
        match *request {
            // What the drive is.
            R::TestUnitReady(_) => Ok(Reply::Done),
            R::RequestSense(query) => {
                // Sense of failed commands went with them; what is left to tell is what nobody has heard yet.
                let progress = self.progress(clock.now());
                let waiting = self.attention.pop_front().or_else(|| self.deferred.pop_front());
                let sense = waiting.or(progress).unwrap_or(Sense::NONE);
                Ok(Reply::Answer(query.encode_reply(&sense.to_bytes())))
            }
            R::Inquiry(query) => self.inquiry(query),
            R::GetConfiguration(query) => Ok(self.configuration(query)),
            R::GetEventStatus(query) => self.event(query, clock.now()),
            R::MechanismStatus(query) => Ok(self.mechanism(query)),
            R::StartStopUnit(command) => self.start_stop(command, clock),
            R::PreventAllowMediumRemoval(command) => {
                self.prevented = command.prevent;
                Ok(Reply::Done)
            }
            // How it is set.
            R::ModeSense6(query) => self.mode_sense_6(query),
            R::ModeSense10(query) => self.mode_sense_10(query),
            R::ModeSelect6(command) => self.mode_select_6(command, data),
            R::ModeSelect10(command) => self.mode_select_10(command, data),
            R::GetPerformance(query) => self.performance(query),
            R::SetStreaming(command) => self.set_streaming(command, data),
            R::SetCdSpeed(command) => Ok(self.set_cd_speed(command)),
            // What the disc is.
            R::ReadDiscInformation(query) => self.disc_information(query),
            R::ReadTrackInformation(query) => self.track_information(query),
            R::ReadToc(query) => self.toc(query),
            R::ReadDiscStructure(query) => self.structure(query),
            R::ReadCapacity(query) => self.capacity(query),
            R::ReadFormatCapacities(query) => self.format_capacities(query),
            R::ReadBufferCapacity(query) => Ok(self.buffer_capacity(query, clock.now())),
            // What is on it.
            R::Read10(command) => self.read(command.start, u32::from(command.blocks), data),
            R::Read12(command) => self.read(command.start, command.blocks, data),
            R::ReadCd(command) => self.read_cd(command, data),
            R::ReadCdMsf(command) => {
                let (start, end) = (Lba::from(command.start), Lba::from(command.end));
                let blocks = u32::try_from(end.0 - start.0).map_err(|_| Sense::from(InvalidField::cdb(6)))?;
                let (expected, smoothed, selection) = (command.expected, command.smoothed, command.selection);
                self.read_cd(ReadCd { expected, smoothed, start, blocks, selection }, data)
            }
            R::ReadHeader(query) => self.header(query),
            R::ReadSubChannel(query) => self.sub_channel(query),
            R::Verify10(command) => self.verify(command, data),
            R::Seek10(command) => self.seek(command.to),
            R::Write10(command) => self.write(command.start, u32::from(command.blocks), data),
            R::Write12(command) => self.write(command.start, command.blocks, data),
            R::WriteAndVerify10(command) => self.write_and_verify(command, data),
            // What becomes of it.
            R::SynchronizeCache(command) => self.synchronize(command, clock),
            R::CloseTrackSession(command) => self.close(command, clock),
            R::ReserveTrack(command) => self.reserve(command),
            R::FormatUnit(command) => self.format(command, data, clock),
            R::Blank(command) => self.blank(command, clock),
            R::SendOpcInformation(command) => self.calibrate(command, data, clock),
            R::SendCueSheet(command) => self.cue_sheet(command, data),
            R::SendDiscStructure(command) => self.send_structure(command, data),
            // Commands that this drive does not have: a changer's, those of content protection, and those that no
            // program has been met to use.
            R::RepairTrack(_)
            | R::ReadMasterCue(_)
            | R::SendKey(_)
            | R::ReportKey(_)
            | R::LoadUnload(_)
            | R::ReadMediaSerialNumber(_) => Err(Sense::INVALID_OPCODE),
        }
    }

    fn start_stop(&mut self, command: StartStopUnit, clock: &dyn Clock) -> Result<Reply, Sense> {
        match command.action {
            UnitAction::Eject if self.prevented => Err(Sense::REMOVAL_PREVENTED),
            UnitAction::Eject => {
                if let Some(loaded) = &mut self.disc {
                    loaded.suspend()?;
                    loaded.forget()?;
                }
                self.open_tray();
                Ok(Reply::Done)
            }
            UnitAction::Load if self.tray_open => {
                self.tray_open = false;
                if self.disc.is_none() {
                    return Ok(Reply::Done);
                }
                self.events.push_back(imapi_mmc_transport::commands::MediaChange::NEW_MEDIA);
                self.begin(Work::new(WorkKind::Loading, Vec::new(), LOADING), command.immediate, clock)
            }
            UnitAction::Start => self.present().map(|_| Reply::Done),
            UnitAction::Load | UnitAction::Stop | UnitAction::FormatLayer(_) | UnitAction::Power(_) => Ok(Reply::Done),
        }
    }
}
