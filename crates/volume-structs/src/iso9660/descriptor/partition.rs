//! [`PartitionDescriptor`]: a part of the volume that is no concern of ISO 9660.

use super::{DescriptorHead, DescriptorKind, field};
use crate::{
    SECTOR,
    iso9660::Padded,
    wire::{Fields, Malformed, both_32, put},
};

const SYSTEM_IDENTIFIER: usize = 8;
const PARTITION_IDENTIFIER: usize = 40;
const LOCATION: usize = 72;
const SIZE: usize = 80;
const USE: usize = 88;

/// A volume partition descriptor (ECMA-119, 8.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartitionDescriptor<'a> {
    /// The system that knows what the partition is.
    pub system_identifier: Padded<32>,
    /// The partition's name.
    pub partition_identifier: Padded<32>,
    /// Its first block.
    pub location: u32,
    /// Its blocks.
    pub size: u32,
    /// What that system wants.
    pub system_use: &'a [u8; SECTOR - USE],
}

impl<'a> PartitionDescriptor<'a> {
    /// Bytes that the system can use.
    pub const USE_LEN: usize = SECTOR - USE;

    /// Writes it.
    pub fn encode(&self, out: &mut [u8; SECTOR]) {
        DescriptorHead::new(DescriptorKind::PARTITION).encode(out);
        put(out, SYSTEM_IDENTIFIER, &self.system_identifier.0);
        put(out, PARTITION_IDENTIFIER, &self.partition_identifier.0);
        put(out, LOCATION, &both_32(self.location));
        put(out, SIZE, &both_32(self.size));
        put(out, USE, self.system_use);
    }

    /// The partition descriptor in a block.
    pub fn decode(sector: &'a [u8; SECTOR]) -> Result<Self, Malformed> {
        if DescriptorHead::decode(sector)?.kind != DescriptorKind::PARTITION {
            return Err(Malformed::new("not a volume partition descriptor", field::KIND));
        }
        let fields = Fields::new(sector);
        Ok(Self {
            system_identifier: Padded(fields.array(SYSTEM_IDENTIFIER)?),
            partition_identifier: Padded(fields.array(PARTITION_IDENTIFIER)?),
            location: fields.u32_both(LOCATION)?,
            size: fields.u32_both(SIZE)?,
            system_use: fields.array_ref(USE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partition_descriptor_comes_back() {
        let partition = PartitionDescriptor {
            system_identifier: Padded::new(b"SYSTEM").expect("it fits"),
            partition_identifier: Padded::new(b"PART").expect("it fits"),
            location: 0x0102_0304,
            size: 0x0506_0708,
            system_use: &[b'U'; PartitionDescriptor::USE_LEN],
        };
        let mut out = [0xA5; SECTOR];
        partition.encode(&mut out);
        // Byte positions of ECMA-119, 8.6: 9, 41, 73, 81 and 89.
        assert_eq!(&out[..14], b"\x03CD001\x01\0SYSTEM");
        assert_eq!(&out[40..44], b"PART");
        assert_eq!(out[72..89], [4, 3, 2, 1, 1, 2, 3, 4, 8, 7, 6, 5, 5, 6, 7, 8, b'U']);
        assert_eq!(PartitionDescriptor::decode(&out), Ok(partition));
    }
}
