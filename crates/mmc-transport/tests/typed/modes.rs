//! MODE SENSE and MODE SELECT of ten bytes, with their headers, block descriptors and pages.

use imapi_mmc_transport::{
    commands::{ModeSelect10, ModeSense10},
    mode::{Ability, ListedPage, ModePage, ModeParameters, PageCode, PageControl},
};

use crate::{
    case::{Case, Expected},
    each_bit,
    pages::{ABILITIES, capabilities, informational, power, write_parameters},
};

/// Pages behind a header with a number of its own in every field; true before those that can be saved.
pub fn parameters(pages: impl IntoIterator<Item = (bool, ModePage)>) -> ModeParameters {
    let pages = pages.into_iter().map(|(savable, page)| ListedPage { savable, page }).collect();
    ModeParameters { medium_type: 0x41, device_specific: 0x82, block_descriptors: Vec::new(), pages }
}

/// What tshark must read in the header of [`parameters`].
pub fn header_fields(case: Case, length: i64, ten: bool) -> Case {
    let case = case
        .has("scsi.cdb.mode.mode_data_length", length)
        .has("scsi.cdb.mode.medium_type", 0x41)
        .has("scsi.cdb.mode.device_specific_parameter", 0x82)
        .has("scsi.cdb.mode.block_descriptor_length", 0);
    if ten { case.has("scsi.cdb.mode.longlba", 0) } else { case }
}

pub fn cases() -> Vec<Case> {
    let mut cases = vec![block_descriptor()];
    for bits in each_bit() {
        cases.extend(both(ModePage::WriteParameters(write_parameters(bits)), 50).map(|case| write_fields(case, bits)));
    }
    for bits in each_bit() {
        cases.extend(both(ModePage::Power(power(bits)), 10).map(|case| power_fields(case, bits)));
    }
    for bits in each_bit() {
        let page = ModePage::Informational(informational(bits));
        cases.extend(both(page, 10).map(|case| informational_fields(case, bits)));
    }
    for (ability, ..) in ABILITIES {
        let page = ModePage::Capabilities(capabilities(ability));
        cases.extend(both(page, 30 + 3 * 4).map(|case| capability_fields(case, ability)));
    }
    cases
}

/// A block descriptor, as a drive with a CD may send it, pushes the page behind it.
fn block_descriptor() -> Case {
    let page = ModePage::Power(power([true, false]));
    let parameters = ModeParameters {
        block_descriptors: vec![0x21, 0x01, 0x02, 0x03, 0, 0x04, 0x05, 0x06],
        ..parameters([(false, page)])
    };
    let sense = ModeSense10 {
        page: PageCode::POWER,
        subpage: 0,
        control: PageControl::Default,
        no_block_descriptors: false,
        allocation: 0x0102,
    };
    let case = Case::query(&sense, &parameters)
        .says("scsi.mode.pc", 2)
        .says("scsi.mode.spc.pagecode", 0x1A)
        .says("scsi.cdb.alloclen16", 0x0102)
        .has("scsi.cdb.mode.mode_data_length", 6 + 8 + 12)
        .has("scsi.cdb.mode.medium_type", 0x41)
        .has("scsi.cdb.mode.device_specific_parameter", 0x82)
        .has("scsi.cdb.mode.longlba", 0)
        .has("scsi.cdb.mode.block_descriptor_length", 8)
        .has("scsi.blockdescs.density_code", 0x21)
        .has("scsi.blockdescs.no_of_blocks", 0x0001_0203)
        .has("scsi.blockdescs.block_length", 0x0004_0506)
        .has("scsi.mode.spc.pagecode", 0x1A)
        .has("scsi.spc.modepage.ps", 0)
        .has("scsi.spc.modepage.spf", 0)
        .has("scsi.spc.modepage.plen", 10);
    power_fields(case, [true, false])
}

/// The page as an answer and as parameters; its length, as it stands in the page.
fn both(page: ModePage, length: u16) -> [Case; 2] {
    let code = page.code();
    let of_spc = [0x1A, 0x1C].contains(&code.value());
    let name = if of_spc { "scsi.mode.spc.pagecode" } else { "scsi.mode.mmc.pagecode" };
    let parameters = parameters([(true, page)]);
    let sense = ModeSense10 {
        page: code,
        subpage: 0,
        control: PageControl::Changeable,
        no_block_descriptors: true,
        allocation: 0x0102,
    };
    let query = Case::query(&sense, &parameters)
        .says("scsi.mode.pc", 1)
        .says(name, code.value())
        .says("scsi.cdb.alloclen16", 0x0102)
        .has("scsi.spc.modepage.ps", 1);
    let submit = Case::submit(&ModeSelect10::carrying(&parameters), &parameters)
        .says("scsi.cdb.paramlen16", 8 + 2 + length)
        // The bit is reserved in this direction.
        .has("scsi.spc.modepage.ps", 0);
    [header_fields(query, 6 + 2 + i64::from(length), true), header_fields(submit, 0, true)]
        .map(|case| case.has(name, code.value()).has("scsi.spc.modepage.spf", 0).has("scsi.spc.modepage.plen", length))
}

fn write_fields(case: Case, [bufe, _, test_write, fixed_packets, copy]: [bool; 5]) -> Case {
    let case = case
        .has_all(&[
            ("scsi.mmc5.modepage.bufe", bufe),
            ("scsi.mmc5.modepage.wrparam_test_write", test_write),
            ("scsi.mmc5.modepage.fp", fixed_packets),
            ("scsi.mmc5.modepage.copy", copy),
        ])
        .has_all(&[
            ("scsi.mmc5.modepage.write_type", 9),
            ("scsi.mmc5.modepage.wrparam_multi_session", 2),
            ("scsi.mmc5.modepage.track_mode", 0xA),
            ("scsi.mmc5.modepage.data_block_type", 0xD),
            ("scsi.mmc5.modepage.link_size", 0x11),
            ("scsi.mmc5.modepage.initiator_application_code", 0x2A),
            ("scsi.mmc5.modepage.session_format", 0x20),
            ("scsi.mmc5.modepage.packet_size", 0x0102_0304),
            ("scsi.mmc5.modepage.audio_pause_length", 0x0506),
        ])
        // It takes the bit of BUFE for it.
        .has("scsi.mmc5.modepage.ls_v", Expected::Misread)
        // The first byte is the bit that says that it is valid; as text it is none.
        .has("scsi.mmc5.modepage.media_catalog_number", "\u{FFFD}1234567890123")
        .has("scsi.mmc5.modepage.international_standard_recording_code", "\u{FFFD}GBAYE0000351");
    [7, 8, 9, 10].into_iter().fold(case, |case, byte| case.has("scsi.mmc5.modepage.sub_header_byte", byte))
}

fn power_fields(case: Case, [idle, standby]: [bool; 2]) -> Case {
    case.has("scsi.spc.modepage.idle", idle)
        .has("scsi.spc.modepage.standby", standby)
        // It has two bytes for each, in milliseconds; they have four since SPC-2.
        .has("scsi.spc.modepage.idle_condition_timer", Expected::Misread)
        .has("scsi.spc.modepage.standby_condition_timer", Expected::Misread)
}

fn informational_fields(case: Case, [performance, warnings, disabled, test, log]: [bool; 5]) -> Case {
    case.has_all(&[
        ("scsi.spc.modepage.perf", performance),
        ("scsi.spc.modepage.ebf", false),
        ("scsi.spc.modepage.ewasc", warnings),
        ("scsi.spc.modepage.dexcpt", disabled),
        ("scsi.spc.modepage.test", test),
        ("scsi.spc.modepage.logerr", log),
    ])
    .has("scsi.mode.mrie", 4)
    .has("scsi.spc.modepage.interval_timer", 0x0102_0304)
    .has("scsi.spc.modepage.report_count", 0x0506_0708)
}

fn capability_fields(case: Case, ability: Ability) -> Case {
    let case = case.has_all(&[
        ("scsi.mmc5.modepage.loading_mechanism_type", 5),
        ("scsi.mmc5.modepage.number_of_volume_levels_supported", 0x0304),
        ("scsi.mmc5.modepage.buffer_size_supported", 0x0506),
        ("scsi.mmc5.modepage.length", 1),
        ("scsi.mmc5.modepage.rck", 0),
        ("scsi.mmc5.modepage.bckf", 0),
        ("scsi.mmc5.modepage.copy_management_revision_support", 0x0D0E),
        ("scsi.mmc5.modepage.rotation_control_selected", 2),
        ("scsi.mmc5.modepage.current_write_speed_selected", 0x0F10),
        ("scsi.mmc5.modepage.num_write_speed_performance", 3),
        // Nothing is written on a DVD-ROM.
        ("scsi.mmc5.modepage.dvd_rom_write", 0),
    ]);
    // It takes the bits of the length for it.
    let case = case.has("scsi.mmc5.modepage.lsbf", Expected::Misread);
    ABILITIES.into_iter().fold(case, |case, (other, name, _)| {
        let name: &'static str = Box::leak(format!("scsi.mmc5.modepage.{name}").into_boxed_str());
        case.has(name, other == ability)
    })
}
