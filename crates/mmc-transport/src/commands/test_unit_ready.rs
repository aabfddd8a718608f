//! TEST UNIT READY: is there a disc, and has the drive nothing else to do?

use crate::{Cdb, Command, InvalidField};

/// TEST UNIT READY (SPC): the poll after everything that is immediate.
///
/// It brings nothing; the answer is in the status and the sense.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TestUnitReady;

impl Command for TestUnitReady {
    const OPCODE: u8 = 0x00;
    const NAME: &'static str = "TEST UNIT READY";

    fn to_cdb(&self) -> Cdb {
        Cdb::six([Self::OPCODE, 0, 0, 0, 0, 0])
    }

    fn from_cdb(_: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    #[test]
    fn the_poll_is_six_zeros() {
        checks::is_encoded_as(&TestUnitReady, &[0, 0, 0, 0, 0, 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_the_poll(bytes: [u8; 16]) {
            checks::takes_any_bytes::<TestUnitReady>(bytes);
        }
    }
}
