//! LOAD/UNLOAD MEDIUM: a changer takes a disc out of one of its slots, or puts it back.

use std::time::Duration;

use crate::{Cdb, Command, InvalidField};

/// LOAD/UNLOAD MEDIUM (MMC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadUnload {
    /// What the changer does.
    pub action: ChangerAction,
    /// Good status comes at once.
    pub immediate: bool,
    /// The slot, from 0.
    pub slot: u8,
}

/// What a changer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangerAction {
    /// Stops what an earlier command began.
    Abort,
    /// Puts the disc back into its slot.
    Unload,
    /// Plays the disc of the slot.
    Load,
}

impl Command for LoadUnload {
    const OPCODE: u8 = 0xA6;
    const NAME: &'static str = "LOAD/UNLOAD MEDIUM";
    const TIMEOUT: Duration = Duration::from_secs(300);

    fn to_cdb(&self) -> Cdb {
        let action = match self.action {
            ChangerAction::Abort => 0b00,
            ChangerAction::Unload => 0b10,
            ChangerAction::Load => 0b11,
        };
        Cdb::twelve([Self::OPCODE, u8::from(self.immediate), 0, 0, action, 0, 0, 0, self.slot, 0, 0, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bytes = cdb.padded();
        let action = match bytes[4] & 0b11 {
            0b00 => ChangerAction::Abort,
            0b10 => ChangerAction::Unload,
            0b11 => ChangerAction::Load,
            _ => return Err(InvalidField::cdb_bit(4, 1)),
        };
        Ok(Self { action, immediate: bytes[1] & 1 == 1, slot: bytes[8] })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    #[test]
    fn every_action_has_its_bits() {
        for (action, bits) in [(ChangerAction::Abort, 0), (ChangerAction::Unload, 2), (ChangerAction::Load, 3)] {
            let command = LoadUnload { action, immediate: false, slot: 5 };
            checks::is_encoded_as(&command, &[0xA6, 0, 0, 0, bits, 0, 0, 0, 5, 0, 0, 0]);
            let command = LoadUnload { immediate: true, ..command };
            checks::is_encoded_as(&command, &[0xA6, 1, 0, 0, bits, 0, 0, 0, 5, 0, 0, 0]);
        }
    }

    #[test]
    fn start_without_load_is_reserved() {
        let cdb = Cdb::twelve([0xA6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(LoadUnload::from_cdb(&cdb), Err(InvalidField::cdb_bit(4, 1)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_refused_or_keep_their_meaning(bytes: [u8; 16]) {
            checks::takes_any_bytes::<LoadUnload>(bytes);
        }
    }
}
