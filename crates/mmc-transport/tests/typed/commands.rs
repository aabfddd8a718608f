//! Commands alone, and what goes with SET STREAMING.

use imapi_disc_types::Lba;
use imapi_mmc_transport::commands::{
    CloseFunction, CloseTrackSession, EventClasses, GetEventStatus, GetPerformance, PerformanceType, PowerState,
    PreventAllowMediumRemoval, Read10, Read12, RequestSense, Reservation, ReserveTrack, RotationControl, SetCdSpeed,
    SetStreaming, StartStopUnit, StreamingParameters, StreamingSpeed, StreamingType, SynchronizeCache, TestUnitReady,
    UnitAction, Write10, Write12,
};

use crate::case::Case;

const LBA: Lba = Lba(0x0102_0304);
/// A block in the lead-in, which has a negative address.
const LEAD_IN: Lba = Lba(-0x1234);
/// The same, in a field without a sign.
const LEAD_IN_BITS: i64 = 0xFFFF_EDCC;

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::of(&TestUnitReady),
        Case::of(&RequestSense { descriptors: true, allocation: 0xF1 }).says("scsi.cdb.alloclen", 0xF1),
        Case::of(&ReserveTrack { reservation: Reservation::Blocks(0x0102_0304) })
            .says("scsi_mmc.reservation_size", 0x0102_0304),
        Case::of(&ReserveTrack { reservation: Reservation::RecordingManagementZone(0x0506_0708) })
            .says("scsi_mmc.reservation_size", 0x0506_0708),
        Case::of(&GetPerformance { kind: PerformanceType(5), data_type: 0x15, start: LBA, max_descriptors: 0x0607 })
            .says("scsi_mmc.getperformance.data_type", 0x15)
            .says("scsi_mmc.getperformance.starting_lba", LBA.0)
            .says("scsi_mmc.getperformance.max_num_descriptors", 0x0607)
            .says("scsi_mmc.getperformance.type", 5),
        Case::of(&SetStreaming { kind: StreamingType::DBI_CACHE_ZONES, list_length: 0x0102 })
            .says("scsi_mmc.setstreaming.type", 5)
            .says("scsi_mmc.setstreaming.param_len", 0x0102),
        streaming(RotationControl::ConstantAngular, true, false, true),
        streaming(RotationControl::ByMedium, false, true, false),
    ];
    cases.extend([RotationControl::ByMedium, RotationControl::ConstantAngular].map(speed));
    cases.extend([true, false].map(synchronize));
    cases.extend(CloseFunction::ALL.map(close));
    cases.extend((0..8).map(|bit| event_status(1 << bit)));
    cases.extend([(true, false), (false, true)].map(prevent));
    cases.extend([LBA, LEAD_IN].into_iter().flat_map(bulk));
    cases.extend(
        [
            (UnitAction::Stop, 0, 0, 0),
            (UnitAction::Start, 0, 0, 1),
            (UnitAction::Eject, 0, 1, 0),
            (UnitAction::Load, 0, 1, 1),
            // The bit for a layer has no field.
            (UnitAction::FormatLayer(2), 0, 1, 1),
            (UnitAction::Power(PowerState::Active), 1, 0, 0),
            (UnitAction::Power(PowerState::Idle), 2, 0, 0),
            (UnitAction::Power(PowerState::Standby), 3, 0, 0),
            (UnitAction::Power(PowerState::Sleep), 5, 0, 0),
        ]
        .map(start_stop),
    );
    cases
}

fn speed(rotation: RotationControl) -> Case {
    Case::of(&SetCdSpeed { rotation, read: 0x0102, write: 0x0304 })
        .says("scsi_mmc.setcdspeed.rc", i64::from(rotation == RotationControl::ConstantAngular))
        .says("scsi_mmc.setcdspeed.logical_unit_read_speed", 0x0102)
        .says("scsi_mmc.setcdspeed.logical_unit_write_speed", 0x0304)
}

fn synchronize(immediate: bool) -> Case {
    Case::of(&SynchronizeCache { immediate, start: LBA, blocks: 0x0506 })
        .says("scsi_mmc.synccache.immed", immediate)
        .says("scsi_mmc.synccache.reladr", 0)
        .says("scsi_mmc.lba", LBA.0)
        .says("scsi_mmc.num_blocks", 0x0506)
}

/// The names of tshark stop at 3; that a function keeps its number is what it judges.
fn close(function: CloseFunction) -> Case {
    let number = match function {
        CloseFunction::StopBackgroundFormat => 0,
        CloseFunction::Track => 1,
        CloseFunction::Session => 2,
        CloseFunction::IntermediateBorder => 3,
        CloseFunction::SessionWithExtendedLeadOut => 4,
        CloseFunction::DiscWithMinimumRadius => 5,
        CloseFunction::Disc => 6,
        CloseFunction::Reserved => 7,
    };
    Case::of(&CloseTrackSession { immediate: number % 2 == 0, function, track: 0x0102 })
        .says("scsi_mmc.closetrack.immed", number % 2 == 0)
        .says("scsi_mmc.closetrack.func", number)
        .says("scsi_mmc.track", 0x0102)
}

fn event_status(classes: u8) -> Case {
    let classes = EventClasses(classes);
    let polled = classes.contains(EventClasses::MEDIA);
    Case::of(&GetEventStatus { polled, classes, allocation: 0x0102 })
        .says("scsi_mmc.gesn.polled", polled)
        .says("scsi_mmc.gesn.operational_change", classes.contains(EventClasses::OPERATIONAL))
        .says("scsi_mmc.gesn.power_management", classes.contains(EventClasses::POWER))
        .says("scsi_mmc.gesn.external_request", classes.contains(EventClasses::EXTERNAL))
        .says("scsi_mmc.gesn.media", classes.contains(EventClasses::MEDIA))
        .says("scsi_mmc.gesn.multi_initiator", classes.contains(EventClasses::MULTI_HOST))
        .says("scsi_mmc.gesn.device_busy", classes.contains(EventClasses::BUSY))
        .says("scsi.cdb.alloclen16", 0x0102)
}

fn prevent((prevent, persistent): (bool, bool)) -> Case {
    Case::of(&PreventAllowMediumRemoval { prevent, persistent })
        .says("scsi_mmc.prevent_allow.prevent", prevent)
        .says("scsi_mmc.prevent_allow.persistent", persistent)
}

fn start_stop((action, power, eject, start): (UnitAction, i64, i64, i64)) -> Case {
    let immediate = start == 1;
    Case::of(&StartStopUnit { action, immediate })
        .says("scsi_sbc.ssu.immediate", immediate)
        .says("scsi_sbc.ssu.pwr", power)
        .says("scsi_sbc.ssu.loej", eject)
        .says("scsi_sbc.ssu.start", start)
}

/// READ and WRITE, with each bit once on and once off; tshark knows none for streaming.
fn bulk(start: Lba) -> [Case; 4] {
    let on = start == LBA;
    let read10 = Read10 { start, blocks: 0x0506, disable_page_out: on, force_unit_access: !on };
    let read12 = Read12 { start, blocks: 0x0506_0708, disable_page_out: on, force_unit_access: !on, streaming: on };
    let write10 =
        Write10 { start, blocks: 0x0506, disable_page_out: on, force_unit_access: !on, timely_safe_recording: on };
    let write12 = Write12 {
        start,
        blocks: 0x0506_0708,
        disable_page_out: on,
        force_unit_access: !on,
        timely_safe_recording: on,
        streaming: on,
    };
    let [ten, twelve] = [("scsi_sbc.rdwr10.xferlen", 0x0506), ("scsi_sbc.rdwr12.xferlen", 0x0506_0708)];
    [
        (Case::of(&read10), "scsi_sbc.rdprotect", ten),
        (Case::of(&read12), "scsi_sbc.rdprotect", twelve),
        (Case::of(&write10), "scsi_sbc.wrprotect", ten),
        (Case::of(&write12), "scsi_sbc.wrprotect", twelve),
    ]
    .map(|(case, protection, (length, blocks))| {
        case.says("scsi_sbc.rdwr10.lba", if on { LBA.0.into() } else { LEAD_IN_BITS })
            .says(length, blocks)
            .says("scsi_sbc.dpo", on)
            .says("scsi_sbc.fua", !on)
            // Fields of hard discs where ours must be zero.
            .says("scsi_sbc.fua_nv", 0)
            .says("scsi_sbc.group", 0)
            .says(protection, 0)
    })
}

fn streaming(rotation: RotationControl, restore_defaults: bool, exact: bool, random_access: bool) -> Case {
    let speed = StreamingSpeed {
        rotation,
        restore_defaults,
        exact,
        random_access,
        start: LBA,
        end: Lba(0x0506_0708),
        read_size: 0x090A_0B0C,
        read_time: 0x0D0E_0F10,
        write_size: 0x1112_1314,
        write_time: 0x1516_1718,
    };
    Case::submit(&SetStreaming::speed(), &StreamingParameters::Speed(speed))
        .says("scsi_mmc.setstreaming.type", 0)
        .says("scsi_mmc.setstreaming.param_len", 28)
        .has("scsi_mmc.setstreaming.wrc", i64::from(rotation == RotationControl::ConstantAngular))
        .has("scsi_mmc.setstreaming.rdd", restore_defaults)
        .has("scsi_mmc.setstreaming.exact", exact)
        .has("scsi_mmc.setstreaming.ra", random_access)
        .has("scsi_mmc.setstreaming.start_lbs", LBA.0)
        .has("scsi_mmc.setstreaming.end_lba", 0x0506_0708)
        .has("scsi_mmc.setstreaming.read_size", 0x090A_0B0C)
        .has("scsi_mmc.setstreaming.read_time", 0x0D0E_0F10)
        .has("scsi_mmc.setstreaming.write_size", 0x1112_1314)
        .has("scsi_mmc.setstreaming.write_time", 0x1516_1718)
}
