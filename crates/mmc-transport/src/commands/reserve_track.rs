//! RESERVE TRACK: room for a track before its data comes.

use std::time::Duration;

use imapi_disc_types::Lba;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    timeouts,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const ADDRESS: usize = 2;
    pub const SIZE: usize = 5;
}

mod bit {
    pub const RMZ: u8 = 1;
    pub const ARSV: u8 = 0;
}

/// RESERVE TRACK, 53h.
///
/// On DVD-R and DVD-RW it also tells the size of a disc that is written at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReserveTrack {
    /// How the room is told.
    pub reservation: Reservation,
}

/// What is reserved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reservation {
    /// So many blocks from the next writable address. Drives round up to their error correction block.
    Blocks(u32),
    /// Everything before this address (ARSV): the next track begins behind it.
    UpTo(Lba),
    /// So many blocks of an HD DVD-R as a new zone for recording management (RMZ).
    RecordingManagementZone(u32),
}

impl ReserveTrack {
    /// So many blocks.
    #[must_use]
    pub const fn blocks(blocks: u32) -> Self {
        Self { reservation: Reservation::Blocks(blocks) }
    }
}

impl Command for ReserveTrack {
    const OPCODE: u8 = 0x53;
    const NAME: &'static str = "RESERVE TRACK";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn to_cdb(&self) -> Cdb {
        let empty = CdbWriter::<10>::new(Self::OPCODE);
        match self.reservation {
            Reservation::Blocks(blocks) => empty.u32::<{ field::SIZE }>(blocks),
            Reservation::UpTo(end) => empty.bit::<{ field::FLAGS }>(bit::ARSV, true).lba::<{ field::ADDRESS }>(end),
            Reservation::RecordingManagementZone(blocks) => {
                empty.bit::<{ field::FLAGS }>(bit::RMZ, true).u32::<{ field::SIZE }>(blocks)
            }
        }
        .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        let (rmz, arsv) = (cdb.bit_at::<{ field::FLAGS }>(bit::RMZ), cdb.bit_at::<{ field::FLAGS }>(bit::ARSV));
        let size = cdb.u32_at::<{ field::SIZE }>();
        let reservation = match (rmz, arsv) {
            (false, false) => Reservation::Blocks(size),
            (false, true) => Reservation::UpTo(cdb.lba_at::<{ field::ADDRESS }>()),
            (true, false) => Reservation::RecordingManagementZone(size),
            // A zone is told by its size only.
            (true, true) => return Err(InvalidField::cdb_bit(1, bit::RMZ)),
        };
        Ok(Self { reservation })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn a_track_is_reserved_by_its_size() {
        is_encoded_as(&ReserveTrack::blocks(0x0023_0540), &[0x53, 0, 0, 0, 0, 0, 0x23, 0x05, 0x40, 0]);
    }

    #[test]
    fn a_track_is_reserved_up_to_an_address() {
        let by_address = ReserveTrack { reservation: Reservation::UpTo(Lba(0x0001_0000)) };
        is_encoded_as(&by_address, &[0x53, 0x01, 0, 1, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_zone_is_reserved_by_its_size_only() {
        let zone = ReserveTrack { reservation: Reservation::RecordingManagementZone(32) };
        is_encoded_as(&zone, &[0x53, 0x02, 0, 0, 0, 0, 0, 0, 32, 0]);
        let both = decoded::<ReserveTrack>(&[0x53, 0x03, 0, 0, 0, 0, 0, 0, 32, 0]);
        assert_eq!(both, Err(InvalidField::cdb_bit(1, 1)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<ReserveTrack>(bytes);
        }
    }
}
