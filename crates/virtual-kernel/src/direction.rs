//! Which way the data of a command go. The kernel knows, and does not tell: it only says where they lie.

use imapi_mmc_transport::{Cdb, commands::Request};

/// Which way data go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Nowhere.
    None,
    /// From the device.
    In,
    /// To the device.
    Out,
}

impl Direction {
    /// That of a command; `None` when nothing is known of it.
    pub(crate) fn of(cdb: &Cdb) -> Option<Self> {
        match Request::decode(cdb) {
            Some(Ok(request)) => Some(Self::of_request(&request)),
            // The device will refuse it, and needs no data for that.
            Some(Err(_)) => Some(Self::None),
            None => Self::of_opcode(cdb.opcode()),
        }
    }

    fn of_request(request: &Request) -> Self {
        use Request as R;
        match request {
            R::TestUnitReady(_)
            | R::StartStopUnit(_)
            | R::PreventAllowMediumRemoval(_)
            | R::Seek10(_)
            | R::SynchronizeCache(_)
            | R::ReserveTrack(_)
            | R::RepairTrack(_)
            | R::CloseTrackSession(_)
            | R::Blank(_)
            | R::LoadUnload(_)
            | R::SetCdSpeed(_) => Self::None,
            R::RequestSense(_)
            | R::Inquiry(_)
            | R::ModeSense6(_)
            | R::ReadFormatCapacities(_)
            | R::ReadCapacity(_)
            | R::Read10(_)
            | R::ReadSubChannel(_)
            | R::ReadToc(_)
            | R::ReadHeader(_)
            | R::GetConfiguration(_)
            | R::GetEventStatus(_)
            | R::ReadDiscInformation(_)
            | R::ReadTrackInformation(_)
            | R::ReadMasterCue(_)
            | R::ModeSense10(_)
            | R::ReadBufferCapacity(_)
            | R::ReportKey(_)
            | R::Read12(_)
            | R::ReadMediaSerialNumber(_)
            | R::GetPerformance(_)
            | R::ReadDiscStructure(_)
            | R::ReadCdMsf(_)
            | R::MechanismStatus(_)
            | R::ReadCd(_) => Self::In,
            // Some of them go without data; then there is nothing to send.
            R::FormatUnit(_)
            | R::ModeSelect6(_)
            | R::Write10(_)
            | R::WriteAndVerify10(_)
            | R::Verify10(_)
            | R::SendOpcInformation(_)
            | R::ModeSelect10(_)
            | R::SendCueSheet(_)
            | R::SendKey(_)
            | R::Write12(_)
            | R::SetStreaming(_)
            | R::SendDiscStructure(_) => Self::Out,
        }
    }

    /// Commands of all SCSI devices that a device may know although this workspace has no type for them.
    fn of_opcode(opcode: u8) -> Option<Self> {
        Some(match opcode {
            // RECEIVE DIAGNOSTIC RESULTS, READ BUFFER, LOG SENSE, READ (16), READ CAPACITY (16) and others of its kind,
            // REPORT LUNS, SECURITY PROTOCOL IN, READ CD-DA of some vendors.
            0x1C | 0x3C | 0x4D | 0x88 | 0x9E | 0xA0 | 0xA2 | 0xD8 => Self::In,
            // SEND DIAGNOSTIC, WRITE BUFFER, LOG SELECT, WRITE (16), SECURITY PROTOCOL OUT.
            0x1D | 0x3B | 0x4C | 0x8A | 0xB5 => Self::Out,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Option<Direction> {
        Direction::of(&Cdb::new(bytes).expect("a command"))
    }

    #[test]
    fn data_go_the_way_that_the_standard_says() {
        for (cdb, way) in [
            (&[0x12, 0, 0, 0, 36, 0][..], Direction::In),
            (&[0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0], Direction::Out),
            (&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0], Direction::In),
            (&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], Direction::Out),
            (&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0], Direction::None),
            (&[0xA1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], Direction::None),
            // SEND KEY, which other devices know as MAINTENANCE IN.
            (&[0xA3, 0, 0, 0, 0, 0, 0, 0, 0, 16, 1, 0], Direction::Out),
            (&[0xBF, 0, 0, 0, 0, 0, 0, 0x30, 0, 8, 0, 0], Direction::Out),
            (&[0x3C, 0, 0, 0, 0, 0, 0, 0, 4, 0], Direction::In),
            (&[0x3B, 0, 0, 0, 0, 0, 0, 0, 4, 0], Direction::Out),
        ] {
            assert_eq!(of(cdb), Some(way), "{cdb:02X?}");
        }
    }

    #[test]
    fn of_a_vendors_own_command_nothing_is_known() {
        assert_eq!(of(&[0xF1, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }
}
