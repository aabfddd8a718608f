//! START STOP UNIT: spin up, spin down, open, close, save power.

use std::time::Duration;

use crate::{Cdb, Command, InvalidField};

/// START STOP UNIT (MMC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StartStopUnit {
    /// What the drive does.
    pub action: UnitAction,
    /// Good status comes at once; whether it is done is for TEST UNIT READY to say.
    pub immediate: bool,
}

/// What START STOP UNIT does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitAction {
    /// The disc stops.
    Stop,
    /// The disc turns and is made ready.
    Start,
    /// The disc comes out.
    Eject,
    /// The disc goes in.
    Load,
    /// The drive changes over to another format of a disc with more than one: its number, 0 to 3.
    FormatLayer(u8),
    /// The drive saves power, or no longer.
    Power(PowerState),
}

/// How much power a drive takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PowerState {
    /// All it needs.
    Active,
    /// A little less; the disc is ready soon.
    Idle,
    /// Less; the disc stands still.
    Standby,
    /// None; only a reset wakes it.
    Sleep,
}

impl PowerState {
    fn value(self) -> u8 {
        match self {
            Self::Active => 1,
            Self::Idle => 2,
            Self::Standby => 3,
            Self::Sleep => 5,
        }
    }

    fn of(value: u8) -> Option<Self> {
        match value {
            1 => Some(Self::Active),
            2 => Some(Self::Idle),
            3 => Some(Self::Standby),
            5 => Some(Self::Sleep),
            _ => None,
        }
    }
}

impl StartStopUnit {
    /// That action, waiting until it is done.
    #[must_use]
    pub const fn new(action: UnitAction) -> Self {
        Self { action, immediate: false }
    }

    /// That action, without waiting.
    #[must_use]
    pub const fn immediate(action: UnitAction) -> Self {
        Self { action, immediate: true }
    }
}

const START: u8 = 0x01;
const LOAD_EJECT: u8 = 0x02;
const FORMAT_LAYER: u8 = 0x04;
const LAYER: u8 = 0x03;

impl Command for StartStopUnit {
    const OPCODE: u8 = 0x1B;
    const NAME: &'static str = "START STOP UNIT";
    /// A disc that is hard to recognise takes minutes.
    const TIMEOUT: Duration = Duration::from_secs(300);

    fn timeout(&self) -> Duration {
        if self.immediate { Self::TIMEOUT } else { Duration::from_secs(1800) }
    }

    fn to_cdb(&self) -> Cdb {
        let (layer, action) = match self.action {
            UnitAction::Stop => (0, 0),
            UnitAction::Start => (0, START),
            UnitAction::Eject => (0, LOAD_EJECT),
            UnitAction::Load => (0, LOAD_EJECT | START),
            UnitAction::FormatLayer(layer) => (layer & LAYER, FORMAT_LAYER | LOAD_EJECT | START),
            UnitAction::Power(state) => (0, state.value() << 4),
        };
        Cdb::six([Self::OPCODE, u8::from(self.immediate), 0, layer, action, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let power = bytes[4] >> 4;
        // Where there is a power condition the other bits are ignored.
        let action = match (power, bytes[4] & (FORMAT_LAYER | LOAD_EJECT | START)) {
            (0, 0) => UnitAction::Stop,
            (0, START) => UnitAction::Start,
            (0, LOAD_EJECT) => UnitAction::Eject,
            (0, 0b011) => UnitAction::Load,
            (0, 0b111) => UnitAction::FormatLayer(bytes[3] & LAYER),
            (0, _) => return Err(InvalidField::cdb_bit(4, 2)),
            (power, _) => PowerState::of(power).map(UnitAction::Power).ok_or(InvalidField::cdb_bit(4, 7))?,
        };
        Ok(Self { action, immediate: bytes[1] & 1 == 1 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    #[test]
    fn every_action_has_its_bits() {
        for (action, layer, bits) in [
            (UnitAction::Stop, 0, 0x00),
            (UnitAction::Start, 0, 0x01),
            (UnitAction::Eject, 0, 0x02),
            (UnitAction::Load, 0, 0x03),
            (UnitAction::FormatLayer(2), 2, 0x07),
            (UnitAction::Power(PowerState::Active), 0, 0x10),
            (UnitAction::Power(PowerState::Idle), 0, 0x20),
            (UnitAction::Power(PowerState::Standby), 0, 0x30),
            (UnitAction::Power(PowerState::Sleep), 0, 0x50),
        ] {
            checks::is_encoded_as(&StartStopUnit::new(action), &[0x1B, 0, 0, layer, bits, 0]);
            checks::is_encoded_as(&StartStopUnit::immediate(action), &[0x1B, 1, 0, layer, bits, 0]);
        }
    }

    #[test]
    fn a_power_condition_outweighs_the_other_bits() {
        let cdb = Cdb::six([0x1B, 0, 0, 0, 0x33, 0]);
        let standby = StartStopUnit::new(UnitAction::Power(PowerState::Standby));
        assert_eq!(StartStopUnit::from_cdb(&cdb), Ok(standby));
    }

    #[test]
    fn what_is_reserved_is_refused_with_its_bit() {
        let decode = |bits| StartStopUnit::from_cdb(&Cdb::six([0x1B, 0, 0, 0, bits, 0]));
        for power in [4, 6, 7, 8, 15] {
            assert_eq!(decode(power << 4), Err(InvalidField::cdb_bit(4, 7)), "{power}");
        }
        for bits in [0b100, 0b101, 0b110] {
            assert_eq!(decode(bits), Err(InvalidField::cdb_bit(4, 2)), "{bits}");
        }
    }

    #[test]
    fn who_waits_for_the_disc_has_longer() {
        assert_eq!(StartStopUnit::immediate(UnitAction::Load).timeout().as_secs(), 300);
        assert_eq!(StartStopUnit::new(UnitAction::Load).timeout().as_secs(), 1800);
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: [u8; 16]) {
            checks::takes_any_bytes::<StartStopUnit>(bytes);
        }
    }
}
