//! [`BootRecord`]: a descriptor whose contents are the business of whoever boots.

use super::{DescriptorHead, DescriptorKind, field};
use crate::{
    SECTOR,
    wire::{Fields, Malformed, put},
};

const SYSTEM_LEN: usize = 32;
const SYSTEM: usize = field::END;
const BOOT: usize = SYSTEM + SYSTEM_LEN;
const USE: usize = BOOT + SYSTEM_LEN;

/// A boot record (ECMA-119, 8.2). El Torito's is an [`ElToritoRecord`](crate::el_torito::ElToritoRecord).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BootRecord<'a> {
    /// The system that knows what to do with it.
    pub system_identifier: &'a [u8; 32],
    /// A name for what is booted.
    pub boot_identifier: &'a [u8; 32],
    /// What that system wants.
    pub system_use: &'a [u8; SECTOR - USE],
}

impl<'a> BootRecord<'a> {
    /// Bytes that the system can use.
    pub const USE_LEN: usize = SECTOR - USE;

    /// Writes it.
    pub fn encode(&self, out: &mut [u8; SECTOR]) {
        DescriptorHead::new(DescriptorKind::BOOT).encode(out);
        put(out, SYSTEM, self.system_identifier);
        put(out, BOOT, self.boot_identifier);
        put(out, USE, self.system_use);
    }

    /// The boot record in a block.
    pub fn decode(sector: &'a [u8; SECTOR]) -> Result<Self, Malformed> {
        if DescriptorHead::decode(sector)?.kind != DescriptorKind::BOOT {
            return Err(Malformed::new("not a boot record", field::KIND));
        }
        let fields = Fields::new(sector);
        Ok(Self {
            system_identifier: fields.array_ref(SYSTEM)?,
            boot_identifier: fields.array_ref(BOOT)?,
            system_use: fields.array_ref(USE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_record_comes_back() {
        let record = BootRecord {
            system_identifier: &[b'S'; 32],
            boot_identifier: &[b'B'; 32],
            system_use: &[b'U'; BootRecord::USE_LEN],
        };
        let mut out = [0xA5; SECTOR];
        record.encode(&mut out);
        // Byte positions of ECMA-119, 8.2: 8, 40 and 72.
        assert_eq!(&out[5..9], b"1\x01SS");
        assert_eq!((&out[38..40], &out[70..72], out[SECTOR - 1]), (&b"SB"[..], &b"BU"[..], b'U'));
        assert_eq!(BootRecord::decode(&out), Ok(record));
        out[0] = 1;
        assert_eq!(BootRecord::decode(&out), Err(Malformed::new("not a boot record", 0)));
    }
}
