//! Volume descriptors: what stands from block 16 on and says what the volume is (ECMA-119, 8).

mod boot_record;
mod partition;
mod volume;

pub use boot_record::BootRecord;
pub use partition::PartitionDescriptor;
pub use volume::{Identifiers, JolietLevel, PathTables, VolumeDescriptor};

use crate::{
    SECTOR,
    wire::{Fields, Malformed, put},
};

/// ECMA-119, 8.1.
mod field {
    pub const KIND: usize = 0;
    pub const IDENTIFIER: usize = 1;
    pub const VERSION: usize = 6;
    pub const END: usize = 7;
}

/// The standard identifier of every descriptor of ISO 9660.
const IDENTIFIER: &[u8; 5] = b"CD001";

/// What a descriptor is (ECMA-119, 8.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DescriptorKind(pub u8);

impl DescriptorKind {
    /// What starts a system from the disc.
    pub const BOOT: Self = Self(0);
    /// The volume, as everybody reads it.
    pub const PRIMARY: Self = Self(1);
    /// The same volume in other characters, or with longer names.
    pub const SUPPLEMENTARY: Self = Self(2);
    /// A part of the volume that something else uses.
    pub const PARTITION: Self = Self(3);
    /// No further descriptors.
    pub const TERMINATOR: Self = Self(255);
}

/// The first bytes of every descriptor, by which it is told from others (ECMA-119, 8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DescriptorHead {
    /// What it is.
    pub kind: DescriptorKind,
    /// The version of its layout: 1, and 2 for an enhanced volume descriptor.
    pub version: u8,
}

impl DescriptorHead {
    const fn new(kind: DescriptorKind) -> Self {
        Self { kind, version: 1 }
    }

    /// The head of a block; an error when no descriptor of ISO 9660 is in it.
    pub fn decode(sector: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(sector);
        if fields.bytes(field::IDENTIFIER, IDENTIFIER.len())? != IDENTIFIER {
            return Err(Malformed::new("no identifier CD001", field::IDENTIFIER));
        }
        Ok(Self { kind: DescriptorKind(fields.u8(field::KIND)?), version: fields.u8(field::VERSION)? })
    }

    /// Writes it into a block, and zeros into the rest.
    fn encode(self, out: &mut [u8; SECTOR]) {
        out.fill(0);
        out[field::KIND] = self.kind.0;
        put(out, field::IDENTIFIER, IDENTIFIER);
        out[field::VERSION] = self.version;
    }
}

/// Writes a terminator (ECMA-119, 8.3).
pub fn encode_terminator(out: &mut [u8; SECTOR]) {
    DescriptorHead::new(DescriptorKind::TERMINATOR).encode(out);
}

/// Any descriptor.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there are three or four of them on a disc")]
pub enum Descriptor<'a> {
    /// What starts a system from the disc.
    Boot(BootRecord<'a>),
    /// A primary, supplementary or enhanced volume descriptor.
    Volume(VolumeDescriptor),
    /// A part of the volume that something else uses.
    Partition(PartitionDescriptor<'a>),
    /// No further descriptors.
    Terminator,
    /// Whatever else.
    Other(DescriptorHead),
}

impl<'a> Descriptor<'a> {
    /// The descriptor in a block.
    pub fn decode(sector: &'a [u8; SECTOR]) -> Result<Self, Malformed> {
        let head = DescriptorHead::decode(sector)?;
        Ok(match head.kind {
            DescriptorKind::BOOT => Self::Boot(BootRecord::decode(sector)?),
            DescriptorKind::PRIMARY | DescriptorKind::SUPPLEMENTARY => Self::Volume(VolumeDescriptor::decode(sector)?),
            DescriptorKind::PARTITION => Self::Partition(PartitionDescriptor::decode(sector)?),
            DescriptorKind::TERMINATOR => Self::Terminator,
            _ => Self::Other(head),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminator_is_seven_bytes_and_zeros() {
        let mut out = [0xA5; SECTOR];
        encode_terminator(&mut out);
        assert_eq!(&out[..7], b"\xFFCD001\x01");
        assert!(out[7..].iter().all(|&byte| byte == 0));
        assert_eq!(Descriptor::decode(&out), Ok(Descriptor::Terminator));
    }

    #[test]
    fn descriptors_of_udf_are_none_of_ours() {
        let mut sector = [0; SECTOR];
        put(&mut sector, 0, b"\0BEA01\x01");
        assert_eq!(Descriptor::decode(&sector), Err(Malformed::new("no identifier CD001", 1)));
    }

    #[test]
    fn an_unknown_kind_keeps_its_number() {
        let mut sector = [0; SECTOR];
        put(&mut sector, 0, b"\x07CD001\x03");
        let head = DescriptorHead { kind: DescriptorKind(7), version: 3 };
        assert_eq!(Descriptor::decode(&sector), Ok(Descriptor::Other(head)));
    }
}
