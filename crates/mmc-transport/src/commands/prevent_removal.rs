//! PREVENT ALLOW MEDIUM REMOVAL: keeps the door shut while someone burns.

use crate::{Cdb, Command, InvalidField};

/// PREVENT ALLOW MEDIUM REMOVAL (MMC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PreventAllowMediumRemoval {
    /// The disc stays in.
    pub prevent: bool,
    /// It is about the persistent prevention, under which the drive's button becomes a request to the programs.
    pub persistent: bool,
}

impl PreventAllowMediumRemoval {
    /// The disc may come out.
    pub const ALLOW: Self = Self { prevent: false, persistent: false };
    /// The disc stays in.
    pub const PREVENT: Self = Self { prevent: true, persistent: false };
}

impl Command for PreventAllowMediumRemoval {
    const OPCODE: u8 = 0x1E;
    const NAME: &'static str = "PREVENT ALLOW MEDIUM REMOVAL";

    fn to_cdb(&self) -> Cdb {
        let bits = u8::from(self.prevent) | u8::from(self.persistent) << 1;
        Cdb::six([Self::OPCODE, 0, 0, 0, bits, 0])
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let bits = cdb.padded()[4];
        Ok(Self { prevent: bits & 1 == 1, persistent: bits & 2 == 2 })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks;

    #[test]
    fn two_bits_say_it_all() {
        type Removal = PreventAllowMediumRemoval;
        checks::is_encoded_as(&Removal::ALLOW, &[0x1E, 0, 0, 0, 0, 0]);
        checks::is_encoded_as(&Removal::PREVENT, &[0x1E, 0, 0, 0, 1, 0]);
        checks::is_encoded_as(&Removal { prevent: false, persistent: true }, &[0x1E, 0, 0, 0, 2, 0]);
        checks::is_encoded_as(&Removal { prevent: true, persistent: true }, &[0x1E, 0, 0, 0, 3, 0]);
    }

    proptest! {
        #[test]
        fn any_bytes_keep_their_meaning(bytes: [u8; 16]) {
            checks::takes_any_bytes::<PreventAllowMediumRemoval>(bytes);
        }
    }
}
