//! Commands with their typed answers.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    RawAddress, RawMsf,
    commands::{
        BackgroundFormat, BufferCapacity, Capacity, DataMode, DiscInformation, DiscReply, DiscState, DiscStatus,
        DiscSubject, DiscType, FullToc, KeyData, OpcEntry, ReadBufferCapacity, ReadCapacity, ReadDiscInformation,
        ReadToc, ReadTrackInformation, ReportKey, SessionInfo, SessionState, Toc, TocEntry, TocFormat, TocReply,
        TocStart, TrackAddress, TrackInformation,
    },
};

use crate::{case::Case, each_bit};

pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::query(&ReadCapacity, &Capacity { last: Lba(0x0102_0304), block_size: 0x0506_0708 })
            .has("scsi_sbc.returned_lba", 0x0102_0304)
            .has("scsi_sbc.blocksize", 0x0506_0708),
        toc(false, [0x0102_0304, 0x0506_0708].map(|lba| TocStart::Lba(Lba(lba))), "scsi_mmc.track_start_address"),
        toc(true, [[1, 2, 3], [5, 6, 7]].map(|time| TocStart::Msf(RawMsf(time))), "scsi_mmc.track_start_time"),
        sessions(),
        full_toc(),
        region(),
    ];
    cases.extend([true, false].map(buffer));
    // These formats alone have a field for the grant.
    cases.extend([0x01, 0x02, 0x04, 0x3F].map(key));
    cases.extend(each_bit().enumerate().map(|(place, bits)| disc(place, bits)));
    cases.extend(each_bit().enumerate().map(|(place, bits)| track(place, bits)));
    cases
}

fn buffer(in_blocks: bool) -> Case {
    let [total, free] = if in_blocks {
        ["scsi_mmc.rbc.lob_blocks", "scsi_mmc.rbc.alob_blocks"]
    } else {
        ["scsi_mmc.rbc.lob_bytes", "scsi_mmc.rbc.alob_bytes"]
    };
    Case::query(
        &ReadBufferCapacity { in_blocks, allocation: 0x0102 },
        &BufferCapacity { in_blocks, total: 0x0304_0506, free: 0x0708_090A },
    )
    .says("scsi_mmc.rbc.block", in_blocks)
    .says("scsi.cdb.alloclen16", 0x0102)
    .has("scsi_mmc.data_length", 10)
    .has(total, 0x0304_0506)
    .has(free, 0x0708_090A)
}

fn asked(format: TocFormat, number: i64, msf: bool) -> impl Fn(&TocReply) -> Case {
    let command = ReadToc { format, msf, from: 0x21, allocation: 0x0304 };
    move |reply| {
        Case::query(&command, reply).says("scsi_mmc.readtoc.format", number).says("scsi.cdb.alloclen16", 0x0304)
    }
}

fn toc(msf: bool, [first, second]: [TocStart; 2], start: &'static str) -> Case {
    let entries = vec![
        TocEntry { adr: 1, control: 4, track: 0x11, start: first },
        TocEntry { adr: 2, control: 0xA, track: TocEntry::LEAD_OUT, start: second },
    ];
    asked(TocFormat::Toc, 0, msf)(&TocReply::Toc(Toc { first: 0x11, last: 0x12, entries }))
        .says("scsi_mmc.readtoc.time", msf)
        .says("scsi_mmc.track", 0x21)
        .has("scsi_mmc.data_length", 18)
        .has("scsi_mmc.first_track", 0x11)
        .has("scsi_mmc.readtoc.last_track", 0x12)
        .has_all(&[("scsi_mmc.q.subchannel.adr", 1), ("scsi_mmc.q.subchannel.adr", 2)])
        .has_all(&[("scsi_mmc.q.subchannel.control", 4), ("scsi_mmc.q.subchannel.control", 0xA)])
        .has_all(&[("scsi_mmc.track", 0x11), ("scsi_mmc.track", 0xAA)])
        .has_all(&[(start, if msf { 0x0001_0203 } else { 0x0102_0304 })])
        .has_all(&[(start, if msf { 0x0005_0607 } else { 0x0506_0708 })])
}

/// tshark takes no answer apart but that of format 0.
const NOT_TAKEN_APART: (&str, &str) = ("scsi_mmc.unknown_read_toc_format", "");

fn sessions() -> Case {
    let first_of_last = TocEntry { adr: 1, control: 4, track: 5, start: TocStart::Lba(Lba(6)) };
    asked(TocFormat::Sessions, 1, false)(&TocReply::Sessions(SessionInfo { first: 1, last: 2, first_of_last }))
        .says("scsi_mmc.readtoc.time", 0)
        .has("scsi_mmc.data_length", 10)
        .has_all(&[NOT_TAKEN_APART])
}

fn full_toc() -> Case {
    let toc = FullToc { first_session: 0x11, last_session: 0x12, entries: Vec::new() };
    asked(TocFormat::Full, 2, true)(&TocReply::Full(toc))
        .says("scsi_mmc.session", 0x21)
        .has("scsi_mmc.data_length", 2)
        .has("scsi_mmc.readtoc.first_session", 0x11)
        .has("scsi_mmc.readtoc.last_session", 0x12)
        .has_all(&[NOT_TAKEN_APART])
}

/// The one answer of REPORT KEY that tshark takes apart: regions. To us it is bytes behind a length.
fn region() -> Case {
    let command = ReportKey { class: 0, format: 8, grant: 0, address: 0x0102_0304, function: 5, allocation: 0x0607 };
    Case::query(&command, &KeyData { bytes: vec![0b01_100_101, 0xFD, 1, 0] })
        .says("scsi_mmc.lba", 0x0102_0304)
        .says("scsi_mmc.key_class", 0)
        .says("scsi_mmc.key_format", 8)
        .says("scsi.cdb.alloclen16", 0x0607)
        .has("scsi_mmc.data_length", 6)
        .has("scsi_mmc.report_key.type_code", 1)
        .has("scsi_mmc.report_key.vendor_resets", 4)
        .has("scsi_mmc.report_key.user_changes", 5)
        .has("scsi_mmc.report_key.region_mask", 0xFD)
        .has("scsi_mmc.report_key.rpc_scheme", 1)
}

fn key(format: u8) -> Case {
    Case::of(&ReportKey { class: 0x21, format, grant: 2, address: 0x0102_0304, function: 5, allocation: 0x0607 })
        .says("scsi_mmc.lba", 0x0102_0304)
        .says("scsi_mmc.key_class", 0x21)
        .says("scsi_mmc.key_format", format)
        .says("scsi_mmc.agid", 2)
        .says("scsi.cdb.alloclen16", 0x0607)
}

fn disc(place: usize, [erasable, id, bar_code, unrestricted_use, application, dirty]: [bool; 6]) -> Case {
    let (status, status_number) =
        [(DiscStatus::Blank, 0), (DiscStatus::Appendable, 1), (DiscStatus::Complete, 2), (DiscStatus::Other, 3)]
            [place % 4];
    let (last_session, session_number) = [
        (SessionState::Complete, 3),
        (SessionState::Empty, 0),
        (SessionState::Incomplete, 1),
        (SessionState::Damaged, 2),
    ][place % 4];
    let (background_format, format_number) = [
        (BackgroundFormat::Suspended, 1),
        (BackgroundFormat::Running, 2),
        (BackgroundFormat::Complete, 3),
        (BackgroundFormat::None, 0),
    ][place % 4];
    let information = DiscInformation {
        state: DiscState { status, last_session, erasable },
        first_track: 1,
        sessions: 0x0203,
        first_of_last_session: 0x0405,
        last_of_last_session: 0x0607,
        unrestricted_use,
        dirty,
        background_format,
        disc_type: DiscType(0x20),
        disc_id: id.then_some(0x0809_0A0B),
        last_lead_in: Some(RawAddress([0x0C, 0x0D, 0x0E, 0x0F])),
        last_possible_lead_out: Some(RawAddress([0x10, 0x11, 0x12, 0x13])),
        bar_code: bar_code.then_some([0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1A, 0x1B]),
        application_code: application.then_some(0x1C),
        opc: vec![OpcEntry { speed: 0x1D1E, values: [1; 6] }],
    };
    Case::query(
        &ReadDiscInformation { subject: DiscSubject::Standard, allocation: 0x0102 },
        &DiscReply::Standard(information),
    )
    .says("scsi.cdb.alloclen16", 0x0102)
    .has_all(&[
        ("scsi_mmc.disc_info.disk_status", status_number),
        ("scsi_mmc.disc_info.state_of_last_session", session_number),
        ("scsi_mmc.disc_info.bgfs", format_number),
        ("scsi_mmc.data_length", 32 + 8),
        ("scsi_mmc.first_track", 1),
        ("scsi_mmc.disc_info.number_of_sessions", 0x0203),
        ("scsi_mmc.disc_info.first_track_in_last_session", 0x0405),
        ("scsi_mmc.disc_info.last_track_in_last_session", 0x0607),
        ("scsi_mmc.disc_info.disc_type", 0x20),
        ("scsi_mmc.disc_info.disc_identification", if id { 0x0809_0A0B } else { 0 }),
        ("scsi_mmc.disc_info.last_session_lead_in_start_address", 0x0C0D_0E0F),
        ("scsi_mmc.disc_info.last_possible_lead_out_start_address", 0x1011_1213),
        ("scsi_mmc.disc_info.disc_bar_code", if bar_code { 0x1415_1617_1819_1A1B_i64 } else { 0 }),
    ])
    .has_all(&[
        ("scsi_mmc.disc_info.erasable", erasable),
        ("scsi_mmc.disc_info.did_v", id),
        ("scsi_mmc.disc_info.dbc_v", bar_code),
        ("scsi_mmc.disc_info.uru", unrestricted_use),
        ("scsi_mmc.disc_info.dac_v", application),
        ("scsi_mmc.disc_info.dbit", dirty),
    ])
}

fn track(place: usize, bits: [bool; 8]) -> Case {
    let [damage, copy, reserved, blank, packet, fixed_packet, next_writable, last_recorded] = bits;
    let (address, address_type, name) = [
        (TrackAddress::Lba(Lba(0x0102_0304)), 0, "scsi_mmc.lba"),
        (TrackAddress::Track(0x0102_0304), 1, "scsi_mmc.track"),
        (TrackAddress::Session(0x0102_0304), 2, "scsi_mmc.session"),
    ][place % 3];
    let information = TrackInformation {
        number: 0x0102,
        session: 0x0304,
        layer_jump: 0,
        damage,
        copy,
        mode: 7,
        reserved,
        blank,
        packet,
        fixed_packet,
        data_mode: DataMode::Other(5),
        start: Lba(0x0506_0708),
        next_writable: next_writable.then_some(Lba(0x090A_0B0C)),
        free_blocks: 0x0D0E_0F10,
        packet_size: Some(0x1112_1314),
        size: Some(0x1516_1718),
        last_recorded: last_recorded.then_some(Lba(0x191A_1B1C)),
        read_compatible: Some(Lba(0x1D1E_1F20)),
    };
    Case::query(&ReadTrackInformation { track: address, open: false, allocation: 0x0506 }, &information)
        .says("scsi_mmc.rti.address_type", address_type)
        .says(name, 0x0102_0304)
        .says("scsi.cdb.alloclen16", 0x0506)
        .has_all(&[
            ("scsi_mmc.rti.damage", damage),
            ("scsi_mmc.rti.copy", copy),
            ("scsi_mmc.rti.rt", reserved),
            ("scsi_mmc.rti.blank", blank),
            ("scsi_mmc.rti.packet", packet),
            ("scsi_mmc.rti.fp", fixed_packet),
            ("scsi_mmc.rti.nwa_v", next_writable),
            ("scsi_mmc.rti.lra_v", last_recorded),
        ])
        .has_all(&[
            ("scsi_mmc.data_length", 38),
            ("scsi_mmc.track", 0x0102),
            ("scsi_mmc.session", 0x0304),
            ("scsi_mmc.rti.track_mode", 7),
            ("scsi_mmc.rti.data_mode", 5),
            ("scsi_mmc.track_start_address", 0x0506_0708),
            ("scsi_mmc.next_writable_address", if next_writable { 0x090A_0B0C } else { 0 }),
            ("scsi_mmc.free_blocks", 0x0D0E_0F10),
            ("scsi_mmc.fixed_packet_size", 0x1112_1314),
            ("scsi_mmc.track_size", 0x1516_1718),
            ("scsi_mmc.last_recorded_address", if last_recorded { 0x191A_1B1C } else { 0 }),
            ("scsi_mmc.read_compatibility_lba", 0x1D1E_1F20),
        ])
}
