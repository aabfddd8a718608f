//! Commands that block devices share.

use imapi_disc_types::Lba;
use imapi_mmc_transport::{
    commands::{
        FormatDescriptor, FormatOptions, FormatParameters, FormatType, FormatUnit, ModeSelect6, ModeSense6, Read10,
        Read12, Seek10, Verify10, Write10, Write12, WriteAndVerify10,
    },
    mode::{ModeParameters, PageCode, PageControl},
};

use crate::{case::Case, modes::pages};

pub fn cases() -> Vec<Case> {
    let start = Lba(0x0102_0304);
    let parameters =
        ModeParameters { medium_type: 0x41, device_specific: 0x82, ..ModeParameters::of(pages().into_iter().take(1)) };
    vec![
        Case::submit(
            &FormatUnit { complete_list: true },
            &FormatParameters {
                options: FormatOptions { options_valid: true, immediate: true, ..FormatOptions::default() },
                descriptor: FormatDescriptor {
                    blocks: 0x0102_0304,
                    format: FormatType::FULL,
                    subtype: 1,
                    parameter: 0x050607,
                },
            },
        ),
        Case::of(&Seek10 { to: start }),
        Case::of(&Verify10 { start, blocks: 0x0506, disable_page_out: true, byte_check: true }),
        Case::of(&WriteAndVerify10 { start, blocks: 0x0506, disable_page_out: true, byte_check: true }),
        Case::of(&Read10 { start, blocks: 0x0506, disable_page_out: true, force_unit_access: false }),
        Case::of(&Write12 {
            start,
            blocks: 0x0506_0708,
            disable_page_out: true,
            force_unit_access: false,
            timely_safe_recording: false,
            streaming: true,
        }),
        Case::query(
            &ModeSense6 {
                page: PageCode::ERROR_RECOVERY,
                subpage: 0,
                control: PageControl::Default,
                no_block_descriptors: true,
                allocation: 0x42,
            },
            &parameters,
        ),
        Case::submit(&ModeSelect6::carrying(&parameters).expect("few"), &parameters),
    ]
}
