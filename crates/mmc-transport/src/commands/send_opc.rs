//! SEND OPC INFORMATION: the drive tries its laser on the disc, or is told what came of an earlier trial.

use std::time::Duration;

use super::{
    cdb_bytes::{CdbFields, CdbWriter, announced, joined, split},
    timeouts,
};
use crate::{BadParams, Cdb, Command, InvalidField, Submit};

mod field {
    pub const FLAGS: usize = 1;
    pub const LIST_LENGTH: usize = 7;
}

const DO_OPC: u8 = 0;

/// SEND OPC INFORMATION, 54h: optimum power calibration.
///
/// Drives calibrate by themselves before they write; to ask for it beforehand shows a disc that cannot be written while
/// nothing is lost yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SendOpcInformation {
    /// Calibrate now (`DoOPC`).
    pub calibrate: bool,
    /// Bytes of the parameters: eight for each [`OpcSetting`].
    pub list_length: u16,
}

/// What an earlier calibration found, for one speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OpcSetting {
    /// The speed in kB/s.
    pub speed: u16,
    /// What the drive found; only drives of the same make understand it.
    pub values: [u8; 6],
}

impl OpcSetting {
    /// Bytes of one.
    pub const LEN: usize = 8;

    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        joined(self.speed.to_be_bytes(), self.values)
    }

    /// The setting that these bytes are.
    #[must_use]
    pub fn decode(bytes: [u8; Self::LEN]) -> Self {
        let (speed, values) = split(bytes);
        Self { speed: u16::from_be_bytes(speed), values }
    }
}

impl SendOpcInformation {
    /// Asks for a calibration at the speed that is set.
    #[must_use]
    pub const fn calibrate() -> Self {
        Self { calibrate: true, list_length: 0 }
    }

    /// Tells what earlier calibrations found; `None` when they are too many for one command.
    #[must_use]
    pub fn tell(settings: &[OpcSetting]) -> Option<Self> {
        let list_length = settings.len().checked_mul(OpcSetting::LEN).and_then(|len| u16::try_from(len).ok())?;
        Some(Self { calibrate: false, list_length })
    }
}

impl Command for SendOpcInformation {
    const OPCODE: u8 = 0x54;
    const NAME: &'static str = "SEND OPC INFORMATION";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(DO_OPC, self.calibrate)
            .u16::<{ field::LIST_LENGTH }>(self.list_length)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            calibrate: cdb.bit_at::<{ field::FLAGS }>(DO_OPC),
            list_length: cdb.u16_at::<{ field::LIST_LENGTH }>(),
        })
    }
}

impl Submit for SendOpcInformation {
    type Params = Vec<OpcSetting>;

    fn encode_params(params: &Self::Params) -> Vec<u8> {
        params.iter().flat_map(OpcSetting::encode).collect()
    }

    fn decode_params(&self, bytes: &[u8]) -> Result<Self::Params, BadParams> {
        let settings = announced(bytes, self.list_length.into())?.chunks_exact(OpcSetting::LEN);
        if !settings.remainder().is_empty() {
            return Err(BadParams::Length);
        }
        Ok(settings.filter_map(|setting| setting.try_into().ok()).map(OpcSetting::decode).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_calibration_is_asked_for_without_a_list() {
        is_encoded_as(&SendOpcInformation::calibrate(), &[0x54, 0x01, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(SendOpcInformation::calibrate().timeout(), Duration::from_secs(200));
        assert_eq!(SendOpcInformation::calibrate().decode_params(&[]), Ok(vec![]));
    }

    #[test]
    fn earlier_results_are_told_eight_bytes_each() {
        let settings = vec![
            OpcSetting { speed: 706, values: [1, 2, 3, 4, 5, 6] },
            OpcSetting { speed: 1411, values: [6, 5, 4, 3, 2, 1] },
        ];
        let tell = SendOpcInformation::tell(&settings).expect("two are few");
        is_encoded_as(&tell, &[0x54, 0, 0, 0, 0, 0, 0, 0, 16, 0]);
        let bytes = [0x02, 0xC2, 1, 2, 3, 4, 5, 6, 0x05, 0x83, 6, 5, 4, 3, 2, 1];
        assert_eq!(SendOpcInformation::encode_params(&settings), bytes);
        assert_eq!(tell.decode_params(&bytes), Ok(settings));
        for len in 0..16 {
            assert_eq!(tell.decode_params(&bytes[..len]), Err(BadParams::Length));
        }
    }

    #[test]
    fn a_list_that_ends_within_an_entry_has_a_wrong_length() {
        let odd = SendOpcInformation { calibrate: false, list_length: 12 };
        assert_eq!(odd.decode_params(&[0; 12]), Err(BadParams::Length));
    }

    #[test]
    fn more_settings_than_a_length_can_tell_are_no_command() {
        let one = OpcSetting { speed: 0, values: [0; 6] };
        assert_eq!(SendOpcInformation::tell(&vec![one; 8192]), None);
        assert_eq!(SendOpcInformation::tell(&vec![one; 8191]).map(|tell| tell.list_length), Some(65_528));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12], entries in 0..4u16, params: [u8; 32]) {
            takes_any_bytes::<SendOpcInformation>(bytes);
            let command = SendOpcInformation { calibrate: false, list_length: entries * 8 };
            takes_any_parameters(&command, &params);
        }
    }
}
