//! FORMAT UNIT: prepares a disc, with one descriptor that says how.

use std::time::Duration;

use super::{format_capacities::FormatDescriptor, timeouts};
use crate::{
    BadParams, Cdb, Command, InvalidField, Submit,
    wire::{Fields, Writer},
};

/// FORMAT UNIT, as discs take it: always with parameters, in the form with one descriptor.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct FormatUnit {
    /// `CmpList`: the list of defects is to be replaced.
    pub complete_list: bool,
}

/// The parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FormatParameters {
    /// How to go about it.
    pub options: FormatOptions,
    /// What the disc shall become: one of the descriptors that READ FORMAT CAPACITIES offers, with size and parameter
    /// as wanted.
    pub descriptor: FormatDescriptor,
}

/// Byte 1 of the parameters. Where a drive is not told, it chooses: see [`FormatOptions::options_valid`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools)] // Each is a bit of its own in the standard.
pub struct FormatOptions {
    /// FOV: the other options count, except `immediate` and `vendor`, which always do.
    pub options_valid: bool,
    /// DPRY: the list of defects from the factory is not used.
    pub without_primary_list: bool,
    /// DCRT: no certification.
    pub without_certification: bool,
    /// STPF: stop when a list of defects cannot be read.
    pub stop_without_list: bool,
    /// Try-out: say whether the parameters are good, and do nothing.
    pub try_out: bool,
    /// Immed: the command ends as soon as the work has begun.
    pub immediate: bool,
    /// VS: the vendor's own.
    pub vendor: bool,
}

/// One table for both directions: the flags of byte 1. The one that is missing, IP, must be zero on discs.
mod bit {
    pub(super) const OPTIONS_VALID: u8 = 7;
    pub(super) const WITHOUT_PRIMARY_LIST: u8 = 6;
    pub(super) const WITHOUT_CERTIFICATION: u8 = 5;
    pub(super) const STOP_WITHOUT_LIST: u8 = 4;
    pub(super) const INITIALISATION_PATTERN: u8 = 3;
    pub(super) const TRY_OUT: u8 = 2;
    pub(super) const IMMEDIATE: u8 = 1;
    pub(super) const VENDOR: u8 = 0;
}

const FORMAT_DATA: u8 = 1 << 4;
const COMPLETE_LIST: u8 = 1 << 3;
const FORMAT_CODE: u8 = 0b001;
const HEADER: usize = 4;
const LENGTH: usize = HEADER + FormatDescriptor::LEN;

impl Command for FormatUnit {
    const OPCODE: u8 = 0x04;
    const NAME: &'static str = "FORMAT UNIT";
    /// With [`FormatOptions::immediate`]; without, see [`Submit::timeout_with`].
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        let list = if self.complete_list { COMPLETE_LIST } else { 0 };
        Cdb::six([Self::OPCODE, FORMAT_DATA | list | FORMAT_CODE, 0, 0, 0, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let flags = cdb.padded()[1];
        if flags & FORMAT_DATA == 0 {
            return Err(InvalidField::cdb_bit(1, 4));
        }
        if flags & 0b111 != FORMAT_CODE {
            return Err(InvalidField::cdb_bit(1, 2));
        }
        Ok(Self { complete_list: flags & COMPLETE_LIST != 0 })
    }
}

impl Submit for FormatUnit {
    type Params = FormatParameters;

    /// A drive that is not told to be immediate comes back after hours. A try-out formats nothing.
    fn timeout_with(&self, params: &FormatParameters) -> Duration {
        let FormatOptions { options_valid, try_out, immediate, .. } = params.options;
        timeouts::blanking(immediate || (options_valid && try_out))
    }

    fn encode_params(params: &FormatParameters) -> Vec<u8> {
        let FormatParameters { options, descriptor } = params;
        let mut writer = Writer::zeroed(HEADER);
        writer.bit(1, bit::OPTIONS_VALID, options.options_valid);
        writer.bit(1, bit::WITHOUT_PRIMARY_LIST, options.without_primary_list);
        writer.bit(1, bit::WITHOUT_CERTIFICATION, options.without_certification);
        writer.bit(1, bit::STOP_WITHOUT_LIST, options.stop_without_list);
        writer.bit(1, bit::TRY_OUT, options.try_out);
        writer.bit(1, bit::IMMEDIATE, options.immediate);
        writer.bit(1, bit::VENDOR, options.vendor);
        let descriptor = descriptor.encode();
        writer.u16(2, crate::wire::len16(descriptor.len())).push(&descriptor).finish()
    }

    /// The command has no length that could be wrong. Nothing more than one descriptor can be there, so what is too short
    /// is wrong where the parameters tell their own length.
    fn decode_params(&self, bytes: &[u8]) -> Result<FormatParameters, BadParams> {
        let short = |_| InvalidField::data(2);
        let fields = Fields::new(bytes, LENGTH).map_err(short)?;
        if usize::from(fields.u16(2).map_err(short)?) != FormatDescriptor::LEN {
            return Err(InvalidField::data(2).into());
        }
        let on = |bit| fields.bit(1, bit).map_err(short);
        if on(bit::INITIALISATION_PATTERN)? {
            return Err(InvalidField::data_bit(1, bit::INITIALISATION_PATTERN).into());
        }
        Ok(FormatParameters {
            options: FormatOptions {
                options_valid: on(bit::OPTIONS_VALID)?,
                without_primary_list: on(bit::WITHOUT_PRIMARY_LIST)?,
                without_certification: on(bit::WITHOUT_CERTIFICATION)?,
                stop_without_list: on(bit::STOP_WITHOUT_LIST)?,
                try_out: on(bit::TRY_OUT)?,
                immediate: on(bit::IMMEDIATE)?,
                vendor: on(bit::VENDOR)?,
            },
            descriptor: FormatDescriptor::decode(fields.array(HEADER).map_err(short)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{super::format_capacities::FormatType, *};
    use crate::layout::tests::{both_ways, no_command_panics};

    #[test]
    fn commands_go_both_ways() {
        both_ways(&[
            (FormatUnit::default(), &[0x04, 0x11, 0, 0, 0, 0]),
            (FormatUnit { complete_list: true }, &[0x04, 0x19, 0, 0, 0, 0]),
        ]);
    }

    #[test]
    fn a_format_without_parameters_or_of_another_code_is_refused() {
        let refused = |flags| FormatUnit::from_cdb(&Cdb::six([4, flags, 0, 0, 0, 0]));
        assert_eq!(refused(0x01), Err(InvalidField::cdb_bit(1, 4)));
        assert_eq!(refused(0x17), Err(InvalidField::cdb_bit(1, 2)));
    }

    /// Quickly and at once: the whole of a DVD-RW, in packets of 16 blocks.
    const QUICK: [u8; 12] = [0, 0x82, 0, 8, 0, 0, 0, 0, 0x54, 0, 0, 16];

    #[test]
    fn parameters_go_both_ways() {
        let parameters = FormatParameters {
            options: FormatOptions { options_valid: true, immediate: true, ..FormatOptions::default() },
            descriptor: FormatDescriptor { blocks: 0, format: FormatType::QUICK, subtype: 0, parameter: 16 },
        };
        assert_eq!(FormatUnit::encode_params(&parameters), QUICK);
        assert_eq!(FormatUnit::default().decode_params(&QUICK), Ok(parameters));
    }

    #[test]
    fn each_option_is_in_its_place() {
        let none = FormatOptions::default();
        for (bit, options) in [
            (0x80, FormatOptions { options_valid: true, ..none }),
            (0x40, FormatOptions { without_primary_list: true, ..none }),
            (0x20, FormatOptions { without_certification: true, ..none }),
            (0x10, FormatOptions { stop_without_list: true, ..none }),
            (0x04, FormatOptions { try_out: true, ..none }),
            (0x02, FormatOptions { immediate: true, ..none }),
            (0x01, FormatOptions { vendor: true, ..none }),
        ] {
            let descriptor = FormatDescriptor { blocks: 0, format: FormatType::QUICK, subtype: 0, parameter: 16 };
            let parameters = FormatParameters { options, descriptor };
            let bytes = [0, bit, 0, 8, 0, 0, 0, 0, 0x54, 0, 0, 16];
            assert_eq!(FormatUnit::encode_params(&parameters), bytes);
            assert_eq!(FormatUnit::default().decode_params(&bytes), Ok(parameters));
        }
    }

    #[test]
    fn only_an_immediate_format_and_a_try_out_end_soon() {
        let seconds = |options| {
            let descriptor = FormatDescriptor { blocks: 0, format: FormatType::QUICK, subtype: 0, parameter: 16 };
            FormatUnit::default().timeout_with(&FormatParameters { options, descriptor }).as_secs()
        };
        let waiting = FormatOptions::default();
        assert_eq!(seconds(waiting), 18_000);
        assert_eq!(seconds(FormatOptions { immediate: true, ..waiting }), 200);
        assert_eq!(seconds(FormatOptions { options_valid: true, try_out: true, ..waiting }), 200);
        assert_eq!(seconds(FormatOptions { try_out: true, ..waiting }), 18_000, "the option does not count");
    }

    #[test]
    fn each_prefix_of_the_parameters_is_refused() {
        for len in 0..QUICK.len() {
            let short = FormatUnit::default().decode_params(&QUICK[..len]);
            assert_eq!(short, Err(InvalidField::data(2).into()), "{len}");
        }
    }

    #[test]
    fn a_pattern_and_a_second_descriptor_are_refused() {
        let mut pattern = QUICK;
        pattern[1] |= 8;
        assert_eq!(FormatUnit::default().decode_params(&pattern), Err(InvalidField::data_bit(1, 3).into()));
        let mut two = QUICK;
        two[3] = 16;
        assert_eq!(FormatUnit::default().decode_params(&two), Err(InvalidField::data(2).into()));
    }

    proptest! {
        #[test]
        fn arbitrary_parameters_survive(
            flags: u8,
            descriptor: [u8; 8],
            bytes in vec(any::<u8>(), 0..20),
            cdb: [u8; 12],
        ) {
            let all = [&[0, flags & !8, 0, 8], &descriptor[..]].concat();
            let parameters = FormatUnit::default().decode_params(&all).expect("any descriptor will do");
            prop_assert_eq!(FormatUnit::encode_params(&parameters), all);
            let _ = FormatUnit::default().decode_params(&bytes);
            no_command_panics::<FormatUnit>(cdb)?;
        }
    }
}
