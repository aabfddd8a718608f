//! SEEK (10): moves the head, so that the next command finds it there.

use imapi_disc_types::Lba;

use super::cdb_bytes::{CdbFields, CdbWriter};
use crate::{Cdb, Command, InvalidField};

/// SEEK (10), 2Bh.
///
/// Drives also take it as the order to stop playing sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Seek10 {
    /// Where to.
    pub to: Lba,
}

const TO: usize = 2;

impl Command for Seek10 {
    const OPCODE: u8 = 0x2B;
    const NAME: &'static str = "SEEK (10)";

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE).lba::<TO>(self.to).finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self { to: cdb.lba_at::<TO>() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn the_head_goes_to_an_address() {
        is_encoded_as(&Seek10 { to: Lba(0x0005_7DA9) }, &[0x2B, 0, 0, 0x05, 0x7D, 0xA9, 0, 0, 0, 0]);
        assert_eq!(decoded(&[0x2B, 0xFF, 0, 0, 0, 7, 0xFF, 0xFF, 0xFF, 0]), Ok(Seek10 { to: Lba(7) }));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<Seek10>(bytes);
        }
    }
}
