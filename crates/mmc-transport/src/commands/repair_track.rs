//! REPAIR TRACK: a track whose writing was cut off is made whole, so that it can be written on.

use std::time::Duration;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    timeouts,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const TRACK: usize = 4;
}

const IMMEDIATE: u8 = 0;

/// REPAIR TRACK, 58h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RepairTrack {
    /// Come back at once; the end is heard of by polling.
    pub immediate: bool,
    /// Which track; it must be marked as damaged.
    pub track: u16,
}

impl Command for RepairTrack {
    const OPCODE: u8 = 0x58;
    const NAME: &'static str = "REPAIR TRACK";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn timeout(&self) -> Duration {
        timeouts::closing(self.immediate)
    }

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(IMMEDIATE, self.immediate)
            .u16::<{ field::TRACK }>(self.track)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let immediate = cdb.bit_at::<{ field::FLAGS }>(IMMEDIATE);
        Ok(Self { immediate, track: cdb.u16_at::<{ field::TRACK }>() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_track_is_repaired_by_number() {
        is_encoded_as(&RepairTrack { immediate: true, track: 3 }, &[0x58, 0x01, 0, 0, 0, 3, 0, 0, 0, 0]);
        is_encoded_as(&RepairTrack { immediate: false, track: 0x0102 }, &[0x58, 0, 0, 0, 1, 2, 0, 0, 0, 0]);
    }

    #[test]
    fn whoever_waits_has_an_hour() {
        assert_eq!(RepairTrack { immediate: true, track: 1 }.timeout(), Duration::from_secs(200));
        assert_eq!(RepairTrack { immediate: false, track: 1 }.timeout(), Duration::from_secs(3600));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<RepairTrack>(bytes);
        }
    }
}
