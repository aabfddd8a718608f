//! The volume recognition sequence: by which standards a volume was written (ECMA-167, part 2).
//!
//! It begins at byte 32,768 and may be shared with ISO 9660, whose descriptors have the same head. Each descriptor takes
//! 2,048 bytes and begins a sector; the first sector that holds none ends the sequence.

use super::{EntityId, Timestamp, time::timestamp};
use crate::wire::{Fields, Malformed, put};

/// The byte of a volume at which the sequence begins.
pub const FIRST_BYTE: u64 = 32_768;

/// ECMA-167, 2/9.1 and 2/9.4.
mod field {
    pub const KIND: usize = 0;
    pub const ID: usize = 1;
    pub const VERSION: usize = 6;
    pub const ARCHITECTURE: usize = 8;
    pub const BOOT_ID: usize = 40;
    pub const BOOT_EXTENT: usize = 72;
    pub const BOOT_LEN: usize = 76;
    pub const LOAD_ADDRESS: usize = 80;
    pub const START_ADDRESS: usize = 88;
    pub const CREATED: usize = 96;
    pub const FLAGS: usize = 108;
    pub const BOOT_USE: usize = 142;
}

/// The head that every descriptor of the sequence has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Recognition {
    /// 0, but in descriptors of ISO 9660.
    pub kind: u8,
    /// By which standard it is.
    pub id: [u8; 5],
    /// 1.
    pub version: u8,
}

impl Recognition {
    /// Bytes of a descriptor.
    pub const LEN: usize = 2048;
    /// Begins the part of the sequence that is about ECMA-167.
    pub const BEGIN: [u8; 5] = *b"BEA01";
    /// Ends it.
    pub const END: [u8; 5] = *b"TEA01";
    /// A volume by the second edition of ECMA-167.
    pub const NSR02: [u8; 5] = *b"NSR02";
    /// A volume by the third.
    pub const NSR03: [u8; 5] = *b"NSR03";
    /// A [`BootDescriptor`].
    pub const BOOT: [u8; 5] = *b"BOOT2";
    /// A volume descriptor of ISO 9660.
    pub const ISO_9660: [u8; 5] = *b"CD001";
    /// A volume descriptor of ECMA-168, which nobody writes.
    pub const ECMA_168: [u8; 5] = *b"CDW02";

    /// One of those that have nothing but a head.
    #[must_use]
    pub const fn new(id: [u8; 5]) -> Self {
        Self { kind: 0, id, version: 1 }
    }

    /// Writes it, with zeros behind the head.
    pub fn encode(&self, out: &mut [u8; Self::LEN]) {
        out.fill(0);
        put(out, field::KIND, &[self.kind]);
        put(out, field::ID, &self.id);
        put(out, field::VERSION, &[self.version]);
    }

    /// The head at the beginning of a sector, if it is one of those that may stand in the sequence.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        let id = fields.array(field::ID)?;
        match id {
            Self::BEGIN | Self::END | Self::NSR02 | Self::NSR03 | Self::BOOT | Self::ISO_9660 | Self::ECMA_168 => {
                Ok(Self { kind: fields.u8(field::KIND)?, id, version: fields.u8(field::VERSION)? })
            }
            _ => Err(Malformed::new("no descriptor of a volume recognition sequence", field::ID)),
        }
    }
}

/// The descriptors of a sequence, given what stands from [`FIRST_BYTE`] on.
#[derive(Debug, Clone)]
pub struct RecognitionSequence<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl<'a> RecognitionSequence<'a> {
    /// On a medium of sectors of so many bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8], sector: usize) -> Self {
        Self { bytes, step: sector.max(Recognition::LEN) }
    }

    /// The edition of ECMA-167 that the volume says to be written by, when it is there between its marks.
    #[must_use]
    pub fn nsr(self) -> Option<[u8; 5]> {
        let mut inside = self.skip_while(|found| found.id != Recognition::BEGIN);
        let inside = inside.by_ref().take_while(|found| found.id != Recognition::END);
        inside.map(|found| found.id).find(|id| matches!(*id, Recognition::NSR02 | Recognition::NSR03))
    }
}

impl Iterator for RecognitionSequence<'_> {
    type Item = Recognition;

    fn next(&mut self) -> Option<Recognition> {
        let found = Recognition::decode(self.bytes).ok()?;
        self.bytes = self.bytes.get(self.step..).unwrap_or_default();
        Some(found)
    }
}

/// From what a system of some architecture starts (ECMA-167, 2/9.4). Nothing is known that would heed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BootDescriptor<'a> {
    /// For which systems.
    pub architecture: EntityId,
    /// What is started.
    pub boot_id: EntityId,
    /// The block at which it begins.
    pub extent: u32,
    /// Its bytes.
    pub len: u32,
    /// Where it is loaded to.
    pub load_address: u64,
    /// Where it starts.
    pub start_address: u64,
    /// When this was recorded.
    pub created: Timestamp,
    /// Bit 0: forget all boot descriptors of this architecture before this one.
    pub flags: u16,
    /// What the system wants to be told.
    pub boot_use: &'a [u8; Recognition::LEN - field::BOOT_USE],
}

impl<'a> BootDescriptor<'a> {
    /// Writes it.
    pub fn encode(&self, out: &mut [u8; Recognition::LEN]) {
        Recognition::new(Recognition::BOOT).encode(out);
        put(out, field::ARCHITECTURE, &self.architecture.encode());
        put(out, field::BOOT_ID, &self.boot_id.encode());
        put(out, field::BOOT_EXTENT, &self.extent.to_le_bytes());
        put(out, field::BOOT_LEN, &self.len.to_le_bytes());
        put(out, field::LOAD_ADDRESS, &self.load_address.to_le_bytes());
        put(out, field::START_ADDRESS, &self.start_address.to_le_bytes());
        put(out, field::CREATED, &self.created.encode());
        put(out, field::FLAGS, &self.flags.to_le_bytes());
        put(out, field::BOOT_USE, self.boot_use);
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        if Recognition::decode(bytes)?.id != Recognition::BOOT {
            return Err(Malformed::new("no boot descriptor", field::ID));
        }
        let fields = Fields::new(bytes);
        Ok(Self {
            architecture: EntityId::decode(fields.array(field::ARCHITECTURE)?),
            boot_id: EntityId::decode(fields.array(field::BOOT_ID)?),
            extent: fields.u32_le(field::BOOT_EXTENT)?,
            len: fields.u32_le(field::BOOT_LEN)?,
            load_address: fields.u64_le(field::LOAD_ADDRESS)?,
            start_address: fields.u64_le(field::START_ADDRESS)?,
            created: timestamp(fields, field::CREATED)?,
            flags: fields.u16_le(field::FLAGS)?,
            boot_use: fields.array_ref(field::BOOT_USE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use super::*;

    fn sequence(ids: &[[u8; 5]]) -> Vec<u8> {
        let mut bytes = vec![0xA5; (ids.len() + 1) * Recognition::LEN];
        for (id, sector) in ids.iter().zip(bytes.chunks_exact_mut(Recognition::LEN)) {
            Recognition::new(*id).encode(sector.first_chunk_mut().expect("a sector"));
        }
        bytes
    }

    #[test]
    fn the_edition_stands_between_its_marks() {
        let nsr = |ids: &[_]| RecognitionSequence::new(&sequence(ids), 2048).nsr();
        assert_eq!(nsr(&[*b"CD001", *b"CD001", *b"BEA01", *b"NSR02", *b"TEA01"]), Some(*b"NSR02"));
        assert_eq!(nsr(&[*b"BEA01", *b"BOOT2", *b"NSR03", *b"TEA01"]), Some(*b"NSR03"));
        assert_eq!(nsr(&[*b"NSR03", *b"BEA01", *b"TEA01"]), None);
        assert_eq!(nsr(&[*b"BEA01", *b"TEA01", *b"NSR03"]), None);
        assert_eq!(nsr(&[*b"BEA01", *b"QQQQQ", *b"NSR03"]), None);
        let bytes = sequence(&[*b"BEA01", *b"NSR03"]);
        assert_eq!(RecognitionSequence::new(&bytes, 4096).count(), 1, "one in each sector");
        assert_eq!(bytes[..8], *b"\0BEA01\x01\0");
    }

    #[test]
    fn a_boot_descriptor_comes_back() {
        let boot = BootDescriptor {
            architecture: EntityId::new(b"*x86"),
            boot_id: EntityId::new(b"*loader"),
            extent: 300,
            len: 4096,
            load_address: 0x7C00,
            start_address: 0x7C00_0000_0010,
            created: Timestamp { year: 2000, month: 1, day: 1, ..Timestamp::NONE },
            flags: 1,
            boot_use: &[7; 1906],
        };
        let mut out = [0xA5; Recognition::LEN];
        boot.encode(&mut out);
        assert_eq!(out[7], 0);
        assert_eq!(out[110..142], [0; 32], "reserved");
        assert_eq!(BootDescriptor::decode(&out), Ok(boot));
        assert!(BootDescriptor::decode(&out[..2047]).is_err());
    }
}
