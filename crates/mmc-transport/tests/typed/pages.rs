//! Mode pages as values, and what sdparm reads in them.

use std::collections::BTreeMap;

use imapi_mmc_transport::{
    Query as _,
    commands::{ModeSense6, ModeSense10},
    mode::{
        Abilities, Ability, BlockType, Caching, Capabilities, CatalogueNumber, ErrorRecovery, InformationalExceptions,
        LoadingMechanism, ModePage, MultiSession, PageCode, PageControl, PowerConditions, RecordingCode, ReportMethod,
        SessionFormat, SpeedControl, TimeoutAndProtect, TrackMode, WriteParameters, WriteType,
    },
};

use crate::{each_bit, modes::parameters, outsiders::ask};

pub fn error_recovery(bits: [bool; 7]) -> ErrorRecovery {
    let [write, read, block, rc, per, dte, dcr] = bits;
    ErrorRecovery {
        replace_on_write: write,
        replace_on_read: read,
        transfer_block: block,
        read_continuous: rc,
        post_error: per,
        disable_transfer_on_error: dte,
        disable_correction: dcr,
        read_retries: 0x11,
        certification: Some(2),
        write_retries: Some(0x12),
        window: Some(0x0001_0203),
        tail: Vec::new(),
    }
}

pub fn write_parameters(
    [underrun_protection, link_size_valid, test_write, fixed_packets, copy]: [bool; 5],
) -> WriteParameters {
    WriteParameters {
        underrun_protection,
        link_size_valid,
        test_write,
        write_type: WriteType(9),
        multi_session: MultiSession::Reserved,
        fixed_packets,
        copy,
        track_mode: TrackMode(0xA),
        block_type: BlockType(0xD),
        link_size: 0x11,
        application: 0x2A,
        session_format: SessionFormat(0x20),
        packet_size: 0x0102_0304,
        audio_pause: 0x0506,
        catalogue_number: Some(CatalogueNumber::new(*b"1234567890123")),
        recording_code: Some(RecordingCode::new(*b"GBAYE0000351")),
        sub_header: Some([7, 8, 9, 10]),
        tail: Vec::new(),
    }
}

/// A hard disc's page is longer than that of a drive.
pub fn caching([write_cache, read_cache_disabled]: [bool; 2]) -> Caching {
    Caching { write_cache, read_cache_disabled, tail: vec![0; 17] }
}

pub fn power([idle, standby]: [bool; 2]) -> PowerConditions {
    PowerConditions { idle, standby, idle_tenths: 0x0102_0304, standby_tenths: 0x0506_0708, tail: Vec::new() }
}

pub fn informational([performance, warnings, disabled, test, log]: [bool; 5]) -> InformationalExceptions {
    InformationalExceptions {
        performance,
        warnings,
        disabled,
        test,
        log,
        method: ReportMethod(4),
        interval_tenths: 0x0102_0304,
        count: 0x0506_0708,
        tail: Vec::new(),
    }
}

fn timeout([group3_enabled, timeouts_enabled, unavailable, write_protected]: [bool; 4]) -> TimeoutAndProtect {
    TimeoutAndProtect {
        group3_enabled,
        timeouts_enabled,
        unavailable,
        write_protected,
        group1: 0x0102,
        group2: 0x0304,
        group3: Some(0x0506),
        tail: Vec::new(),
    }
}

pub fn capabilities(ability: Ability) -> Capabilities {
    Capabilities {
        abilities: Abilities::default().with(ability),
        mechanism: LoadingMechanism(5),
        max_read_speed: 0x0102,
        volume_levels: 0x0304,
        buffer_size: 0x0506,
        read_speed: 0x0708,
        // 16 bits, the lowest first.
        digital_output: 0b01_1000,
        max_write_speed: 0x090A,
        old_write_speed: Some(0x0B0C),
        copy_management: Some(0x0D0E),
        write_speed: Some(SpeedControl { rotation: 2, speed: 0x0F10 }),
        write_speeds: Some(vec![SpeedControl { rotation: 1, speed: 0x1112 }; 3]),
        tail: Vec::new(),
    }
}

/// An ability, with its name in tshark and in sdparm.
pub const ABILITIES: [(Ability, &str, &str); 37] = [
    (Ability::ReadCdR, "cd_r_read", "CD_R_R"),
    (Ability::ReadCdRw, "cd_rw_read", "CD_RW_R"),
    (Ability::ReadMethod2, "method_2", "METH2"),
    (Ability::ReadDvdRom, "dvd_rom_read", "D_ROM_R"),
    (Ability::ReadDvdR, "dvd_r_read", "D_R_R"),
    (Ability::ReadDvdRam, "dvd_ram_read", "D_RAM_R"),
    (Ability::WriteCdR, "cd_r_write", "CD_R_W"),
    (Ability::WriteCdRw, "cd_rw_write", "CD_RW_W"),
    (Ability::TestWrite, "mmcap_test_write", "TST_WR"),
    (Ability::WriteDvdR, "dvd_r_write", "D_R_W"),
    (Ability::WriteDvdRam, "dvd_ram_write", "D_RAM_W"),
    (Ability::AudioPlay, "audio_play", "AUDIO_P"),
    (Ability::Composite, "composite", "COMP"),
    (Ability::DigitalPort1, "digital_port1", "DP_1"),
    (Ability::DigitalPort2, "digital_port2", "DP_2"),
    (Ability::Mode2Form1, "mode_2_form1", "M2F1"),
    (Ability::Mode2Form2, "mode_2_form2", "M2F2"),
    (Ability::MultiSession, "mmcap_multi_session", "MULT_S"),
    (Ability::UnderrunProtection, "buf", "BUF"),
    (Ability::ReadAudio, "cd_da_cmds_supported", "CDDA_CS"),
    (Ability::AccurateStream, "cd_da_stream_is_accurate", "CDDA_SA"),
    (Ability::ReadSubChannels, "rw_supported", "RW_S"),
    (Ability::CorrectSubChannels, "rw_deinterleaved_corrected", "RW_DC"),
    (Ability::ErrorPointers, "c2_pointers_supported", "C2PS"),
    (Ability::ReadRecordingCode, "isrc", "ISRC"),
    (Ability::ReadCatalogueNumber, "upc", "UPC"),
    (Ability::ReadBarCode, "read_bar_code", "RBC"),
    (Ability::Lock, "lock", "LOCK"),
    (Ability::Locked, "lock_state", "LS"),
    (Ability::PreventJumperAbsent, "prevent_jumper", "PJ"),
    (Ability::Eject, "eject", "EJECT"),
    (Ability::SeparateVolume, "separate_volume_levels", "SVL"),
    (Ability::SeparateMute, "separate_channel_mute", "SCM"),
    (Ability::ReportsDiscPresent, "changer_supports_disc_present", "CSDP"),
    (Ability::SlotSelection, "sw_slot_selection", "SSS"),
    (Ability::ChangesSides, "side_change_capable", "SCC"),
    (Ability::ReadLeadInSubChannels, "rw_in_lead_in", "RWILI"),
];

/// Panics unless sdparm reads just these fields in the page, whichever command brings it.
#[track_caller]
fn sdparm_must_read(device: &str, page: &ModePage, fields: &[(&str, i64)]) {
    let wanted: BTreeMap<&str, i64> = fields.iter().copied().filter(|(_, value)| *value != 0).collect();
    let parameters = parameters([(true, page.clone())]);
    let (page, subpage, control) = (page.code(), 0, PageControl::Current);
    let ten = ModeSense10 { page, subpage, control, no_block_descriptors: true, allocation: 0 };
    let six = ModeSense6 { page, subpage, control, no_block_descriptors: true, allocation: 0 };
    for (bytes, form) in [(ten.encode_reply(&parameters), "--all"), (six.encode_reply(&parameters), "--six")] {
        let said = ask("sdparm", "sdparm", &["--inhex=-", device, "--all", form], &bytes);
        let read: BTreeMap<&str, i64> = said.lines().filter_map(field).filter(|(_, value)| *value != 0).collect();
        assert_eq!(read, wanted, "sdparm {form} reads in {page:?}:\n{said}");
    }
}

/// `  NAME          value`.
fn field(line: &str) -> Option<(&str, i64)> {
    let mut words = line.strip_prefix("  ")?.split_whitespace();
    let (name, value) = (words.next()?, words.next()?);
    Some((name, value.parse().ok()?))
}

const DRIVE: &str = "--pdt=5";
const HARD_DISC: &str = "--pdt=0";

#[test]
fn sdparm_reads_error_recovery_as_it_is_meant() {
    for bits in each_bit() {
        let [write, read, block, rc, per, dte, dcr] = bits.map(i64::from);
        let fields = [
            [("AWRE", write), ("ARRE", read), ("TB", block), ("RC", rc), ("PER", per), ("DTE", dte)],
            [("DCR", dcr), ("RRC", 0x11), ("WRC", 0x12), ("EMCDR", 2), ("ERWS", 0x0001_0203), ("EER", 0)],
        ];
        sdparm_must_read(DRIVE, &ModePage::ErrorRecovery(error_recovery(bits)), &fields.concat());
    }
}

#[test]
fn sdparm_reads_write_parameters_as_they_are_meant() {
    for bits in each_bit() {
        let [bufe, ls_v, test_write, fixed_packets, copy] = bits.map(i64::from);
        let fields = [
            [("BUFE", bufe), ("LS_V", ls_v), ("TST_W", test_write), ("WR_T", 9), ("MULTI_S", 2)],
            [("FP", fixed_packets), ("COPY", copy), ("TRACK_M", 0xA), ("DBT", 0xD), ("LINK_S", 0x11)],
            [("IAC", 0x2A), ("SESS_F", 0x20), ("PACK_S", 0x0102_0304), ("APL", 0x0506), ("", 0)],
        ];
        sdparm_must_read(DRIVE, &ModePage::WriteParameters(write_parameters(bits)), &fields.concat());
    }
}

#[test]
fn sdparm_reads_caching_of_a_hard_disc_as_it_is_meant() {
    for [write_cache, read_cache_disabled] in each_bit() {
        let page = caching([write_cache, read_cache_disabled]);
        let fields = [("WCE", write_cache.into()), ("RCD", read_cache_disabled.into())];
        sdparm_must_read(HARD_DISC, &ModePage::Caching(page), &fields);
    }
}

#[test]
fn sdparm_reads_power_conditions_as_they_are_meant() {
    for bits in each_bit() {
        let [idle, standby] = bits.map(i64::from);
        let fields = [("IDLE_A", idle), ("STANDBY_Z", standby), ("IACT", 0x0102_0304), ("SZCT", 0x0506_0708)];
        sdparm_must_read(DRIVE, &ModePage::Power(power(bits)), &fields);
    }
}

#[test]
fn sdparm_reads_informational_exceptions_as_they_are_meant() {
    for bits in each_bit() {
        let [performance, warnings, disabled, test, log] = bits.map(i64::from);
        let fields = [
            [("PERF", performance), ("EWASC", warnings), ("DEXCPT", disabled), ("TEST", test)],
            [("LOGERR", log), ("MRIE", 4), ("INTT", 0x0102_0304), ("REPC", 0x0506_0708)],
        ];
        sdparm_must_read(DRIVE, &ModePage::Informational(informational(bits)), &fields.concat());
    }
}

#[test]
fn sdparm_reads_timeouts_as_they_are_meant() {
    for bits in each_bit() {
        let [group3, timeouts, unavailable, protected] = bits.map(i64::from);
        let fields = [
            [("G3E", group3), ("TMOE", timeouts), ("DISP", unavailable)],
            [("SWPP", protected), ("G1MT", 0x0102), ("G2MT", 0x0304)],
        ];
        sdparm_must_read(DRIVE, &ModePage::Timeout(timeout(bits)), &fields.concat());
    }
}

#[test]
fn sdparm_reads_capabilities_as_they_are_meant() {
    assert_eq!(ABILITIES.map(|(ability, ..)| ability), Ability::ALL);
    for (ability, _, name) in ABILITIES {
        let fields = [
            [("LMT", 5), ("MRSS", 0x0102), ("NVLS", 0x0304), ("BSS", 0x0506), ("LENGTH", 1)],
            [("LSBF", 1), ("CMRS", 0x0D0E), ("RCS", 2), ("CWSS", 0x0F10), (name, 1)],
        ];
        sdparm_must_read(DRIVE, &ModePage::Capabilities(capabilities(ability)), &fields.concat());
    }
}

/// The pages that are judged here are all that have a type, but for the volume of a CD player.
#[test]
fn every_page_has_its_judge() {
    let judged = [0x01, 0x05, 0x08, 0x1A, 0x1C, 0x1D, 0x2A].map(PageCode::new);
    let typed = (0..=0x3E).map(PageCode::new).filter(|page| {
        let bytes = [&[page.value(), 60][..], &[0; 60]].concat();
        let decoded = ModePage::decode(&bytes, &mut imapi_mmc_transport::Notes::new());
        !matches!(decoded, Ok(ModePage::Unknown { .. }))
    });
    assert_eq!(typed.filter(|page| *page != PageCode::CD_AUDIO).collect::<Vec<_>>(), judged);
}
