//! Commands that tshark does not know of multimedia devices, and does of hard discs: their layout is the same.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    commands::{
        FormatDescriptor, FormatOptions, FormatParameters, FormatType, FormatUnit, ModeSelect6, ModeSelect10,
        ModeSense6, ModeSense10, Seek10, Verify10, WriteAndVerify10,
    },
    mode::{ModePage, PageCode, PageControl},
};

use crate::{
    case::Case,
    each_bit,
    modes::{header_fields, parameters},
    pages::{caching, error_recovery},
};

pub fn cases() -> Vec<Case> {
    let mut cases = vec![Case::of(&Seek10 { to: Lba(0x0102_0304) })];
    cases.extend([true, false].map(format));
    cases.extend(each_bit().map(verify));
    cases.extend(each_bit().map(write_and_verify));
    for bits in each_bit() {
        cases.extend(recovery(bits));
    }
    cases.extend(each_bit().map(cached));
    cases.into_iter().map(Case::of_block_device).collect()
}

fn format(complete_list: bool) -> Case {
    let parameters = FormatParameters {
        options: FormatOptions::default(),
        descriptor: FormatDescriptor { blocks: 1, format: FormatType::FULL, subtype: 0, parameter: 2048 },
    };
    Case::submit(&FormatUnit { complete_list }, &parameters)
        .says("scsi_sbc.format_unit.fmtdata", 1)
        .says("scsi_sbc.format_unit.cmplist", complete_list)
        .says("scsi_sbc.defect_list_format", 1)
        .says("scsi_sbc.format_unit.fmtpinfo", 0)
        .says("scsi_sbc.format_unit.rto_req", 0)
        .says("scsi_sbc.format_unit.longlist", 0)
        .says("scsi_sbc.formatunit.vendor", 0)
        .says("scsi_sbc.formatunit.interleave", 0)
}

fn verify([disable_page_out, byte_check]: [bool; 2]) -> Case {
    Case::of(&Verify10 { start: Lba(0x0102_0304), blocks: 0x0506, disable_page_out, byte_check })
        .says("scsi_sbc.verify.lba", 0x0102_0304)
        .says("scsi_sbc.verify.vlen", 0x0506)
        .says("scsi_sbc.dpo", disable_page_out)
        .says("scsi_sbc.bytchk", byte_check)
        .says("scsi_sbc.vrprotect", 0)
        .says("scsi_sbc.group", 0)
}

fn write_and_verify([disable_page_out, byte_check]: [bool; 2]) -> Case {
    Case::of(&WriteAndVerify10 { start: Lba(0x0102_0304), blocks: 0x0506, disable_page_out, byte_check })
        .says("scsi_sbc.wrverify.lba", 0x0102_0304)
        .says("scsi_sbc.wrverify.xferlen", 0x0506)
        .says("scsi_sbc.dpo", disable_page_out)
        .says("scsi_sbc.bytchk", byte_check)
        .says("scsi_sbc.wrprotect", 0)
        .says("scsi_sbc.group", 0)
}

/// Page 01h, in both directions and both lengths of the commands.
fn recovery(bits: [bool; 7]) -> [Case; 4] {
    let parameters = parameters([(true, ModePage::ErrorRecovery(error_recovery(bits)))]);
    let page = PageCode::ERROR_RECOVERY;
    let sense6 =
        ModeSense6 { page, subpage: 0x21, control: PageControl::Default, no_block_descriptors: true, allocation: 0x42 };
    let sense10 = ModeSense10 {
        page,
        subpage: 0x21,
        control: PageControl::Saved,
        no_block_descriptors: false,
        allocation: 0x0304,
    };
    let select6 = ModeSelect6::carrying(&parameters).expect("it is short");
    let select10 = ModeSelect10::carrying(&parameters);
    // PS is reserved in what goes to the drive.
    let (comes, goes) = (("scsi.spc.modepage.ps", 1), ("scsi.spc.modepage.ps", 0));
    [
        header_fields(
            Case::query(&sense6, &parameters)
                .says("scsi.mode.pc", 2)
                .says("scsi.mode.sbc.pagecode", 1)
                .says("scsi.cdb.alloclen", 0x42),
            3 + 12,
            false,
        )
        .has_all(&[comes]),
        header_fields(
            Case::query(&sense10, &parameters)
                .says("scsi.mode.pc", 3)
                .says("scsi.mode.sbc.pagecode", 1)
                .says("scsi.cdb.alloclen16", 0x0304),
            6 + 12,
            true,
        )
        .has_all(&[comes]),
        header_fields(Case::submit(&select6, &parameters).says("scsi.cdb.paramlen", 4 + 12), 0, false).has_all(&[goes]),
        header_fields(Case::submit(&select10, &parameters).says("scsi.cdb.paramlen16", 8 + 12), 0, true)
            .has_all(&[goes]),
    ]
    .map(|case| recovery_fields(case, bits))
}

fn recovery_fields(case: Case, [write, read, block, rc, per, dte, dcr]: [bool; 7]) -> Case {
    case.has("scsi.spc.modepage.spf", 0)
        .has("scsi.mode.sbc.pagecode", 1)
        .has_all(&[
            ("scsi.sbc.modepage.awre", write),
            ("scsi.sbc.modepage.arre", read),
            ("scsi.sbc.modepage.tb", block),
            ("scsi.sbc.modepage.rc", rc),
            ("scsi.sbc.modepage.eer", false),
            ("scsi.sbc.modepage.per", per),
            ("scsi.sbc.modepage.dte", dte),
            ("scsi.sbc.modepage.dcr", dcr),
        ])
        .has_all(&[
            ("scsi.spc.modepage.plen", 10),
            ("scsi.sbc.modepage.read_retry_count", 0x11),
            ("scsi.sbc.modepage.write_retry_count", 0x12),
            ("scsi.sbc.modepage.correction_span", 0),
            ("scsi.sbc.modepage.head_offset_count", 0),
            ("scsi.sbc.modepage.data_strobe_offset_count", 0),
            // Drives have a window of three bytes here, hard discs a time of two.
            ("scsi.sbc.modepage.recovery_time_limit", 0x0203),
        ])
}

/// Page 08h, of which we have two bits.
fn cached(bits: [bool; 2]) -> Case {
    let parameters = parameters([(false, ModePage::Caching(caching(bits)))]);
    let sense = ModeSense6 {
        page: PageCode::CACHING,
        subpage: 0,
        control: PageControl::Current,
        no_block_descriptors: true,
        allocation: 0x42,
    };
    let case = Case::query(&sense, &parameters)
        .says("scsi.mode.pc", 0)
        .says("scsi.mode.sbc.pagecode", 8)
        .says("scsi.cdb.alloclen", 0x42);
    let [write_cache, read_cache_disabled] = bits;
    let case = header_fields(case, 3 + 20, false)
        .has("scsi.mode.sbc.pagecode", 8)
        .has("scsi.spc.modepage.plen", 18)
        .has("scsi.spc.modepage.ps", 0)
        .has("scsi.spc.modepage.spf", 0)
        .has("scsi.sbc.modepage.wce", write_cache)
        .has("scsi.sbc.modepage.rcd", read_cache_disabled);
    OF_HARD_DISCS.into_iter().fold(case, |case, name| case.has(name, 0))
}

/// What else a hard disc has in page 08h.
const OF_HARD_DISCS: [&str; 19] = [
    "scsi.sbc.modepage.abpf",
    "scsi.sbc.modepage.cache_segment_size",
    "scsi.sbc.modepage.cap",
    "scsi.sbc.modepage.demand_read_retention_priority",
    "scsi.sbc.modepage.disable_pre_fetch_xfer_len",
    "scsi.sbc.modepage.disc",
    "scsi.sbc.modepage.dra",
    "scsi.sbc.modepage.fsw",
    "scsi.sbc.modepage.ic",
    "scsi.sbc.modepage.lbcss",
    "scsi.sbc.modepage.maximum_pre_fetch",
    "scsi.sbc.modepage.maximum_pre_fetch_ceiling",
    "scsi.sbc.modepage.mf",
    "scsi.sbc.modepage.minimum_pre_fetch",
    "scsi.sbc.modepage.non_cache_segment_size",
    "scsi.sbc.modepage.number_of_cache_segments",
    "scsi.sbc.modepage.size",
    "scsi.sbc.modepage.vendor_specific",
    "scsi.sbc.modepage.write_retention_priority",
];
