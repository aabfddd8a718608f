//! SYNCHRONIZE CACHE: what the drive still holds in its buffer goes onto the disc.

use std::time::Duration;

use imapi_disc_types::Lba;

use super::{
    cdb_bytes::{CdbFields, CdbWriter},
    timeouts,
};
use crate::{Cdb, Command, InvalidField};

mod field {
    pub const FLAGS: usize = 1;
    pub const START: usize = 2;
    pub const BLOCKS: usize = 7;
}

const IMMEDIATE: u8 = 1;

/// SYNCHRONIZE CACHE (10), 35h.
///
/// It is also what ends a CD track written at once, and a disc written at once: their run-out and lead-out follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SynchronizeCache {
    /// Come back at once; the end is heard of by polling.
    pub immediate: bool,
    /// The first block, as far as a drive looks at it.
    pub start: Lba,
    /// How many; 0 means all from there on.
    pub blocks: u16,
}

impl SynchronizeCache {
    /// Everything, and come back at once.
    #[must_use]
    pub const fn all() -> Self {
        Self { immediate: true, start: Lba(0), blocks: 0 }
    }

    /// The same, but come back only when it is done.
    #[must_use]
    pub const fn waiting(self) -> Self {
        Self { immediate: false, ..self }
    }
}

impl Command for SynchronizeCache {
    const OPCODE: u8 = 0x35;
    const NAME: &'static str = "SYNCHRONIZE CACHE";
    const TIMEOUT: Duration = timeouts::RECORDING;

    fn timeout(&self) -> Duration {
        timeouts::closing(self.immediate)
    }

    fn to_cdb(&self) -> Cdb {
        CdbWriter::<10>::new(Self::OPCODE)
            .bit::<{ field::FLAGS }>(IMMEDIATE, self.immediate)
            .lba::<{ field::START }>(self.start)
            .u16::<{ field::BLOCKS }>(self.blocks)
            .finish()
    }

    fn from_cdb(cdb: &Cdb) -> Result<Self, InvalidField> {
        Ok(Self {
            immediate: cdb.bit_at::<{ field::FLAGS }>(IMMEDIATE),
            start: cdb.lba_at::<{ field::START }>(),
            blocks: cdb.u16_at::<{ field::BLOCKS }>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::checks::*;

    #[test]
    fn everything_is_flushed_at_once_or_awaited() {
        is_encoded_as(&SynchronizeCache::all(), &[0x35, 0x02, 0, 0, 0, 0, 0, 0, 0, 0]);
        is_encoded_as(&SynchronizeCache::all().waiting(), &[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let part = SynchronizeCache { immediate: false, start: Lba(0x20), blocks: 0x10 };
        is_encoded_as(&part, &[0x35, 0, 0, 0, 0, 0x20, 0, 0, 0x10, 0]);
    }

    #[test]
    fn whoever_waits_has_an_hour() {
        assert_eq!(SynchronizeCache::all().timeout(), Duration::from_secs(200));
        assert_eq!(SynchronizeCache::all().waiting().timeout(), Duration::from_secs(3600));
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken(bytes: [u8; 12]) {
            takes_any_bytes::<SynchronizeCache>(bytes);
        }
    }
}
