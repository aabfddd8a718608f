//! The entries of Rock Ridge that are fields and no more: attributes, names, sparse and compressed files.

use crate::wire::{Fields, Malformed, both_32, put};

/// `PX`: what `stat` tells of a file (RRIP, 4.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PosixAttributes {
    /// Kind and permissions, in the numbers of POSIX: 0o100644 is a file that all may read.
    pub mode: u32,
    /// How many names it has.
    pub links: u32,
    /// The number of its owner.
    pub user: u32,
    /// The number of its group.
    pub group: u32,
    /// By what names of one file are known; `None` before 1.12, which has no such field.
    pub inode: Option<u32>,
}

impl PosixAttributes {
    pub(super) const fn data_len(&self) -> usize {
        if self.inode.is_some() { 40 } else { 32 }
    }

    pub(super) fn decode(data: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(data);
        Ok(Self {
            mode: fields.u32_both(0)?,
            links: fields.u32_both(8)?,
            user: fields.u32_both(16)?,
            group: fields.u32_both(24)?,
            inode: fields.u32_both(32).ok(),
        })
    }

    pub(super) fn encode_data(&self, out: &mut [u8]) {
        let fields = [self.mode, self.links, self.user, self.group].into_iter().chain(self.inode);
        fields.enumerate().for_each(|(index, number)| put(out, 8 * index, &both_32(number)));
    }
}

/// What an [`AlternateName`] is (RRIP, 4.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct NameFlags(pub u8);

impl NameFlags {
    /// A name, or the end of one.
    pub const NONE: Self = Self(0);
    /// The name goes on in the next entry.
    pub const CONTINUES: Self = Self(1);
    /// The directory itself.
    pub const CURRENT: Self = Self(1 << 1);
    /// The directory's parent.
    pub const PARENT: Self = Self(1 << 2);
    /// The name of the machine (only in old versions).
    pub const HOST: Self = Self(1 << 5);

    /// Whether all of those are set.
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

/// `NM`: the name of a file, or a part of it (RRIP, 4.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AlternateName<'a> {
    /// What it is.
    pub flags: NameFlags,
    /// The bytes of the name, in whatever coding: today UTF-8.
    pub name: &'a [u8],
}

impl<'a> AlternateName<'a> {
    /// The longest part of a name.
    pub const MAX_LEN: usize = super::RawEntry::MAX_DATA - 1;

    pub(super) fn decode(data: &'a [u8]) -> Result<Self, Malformed> {
        let flags = NameFlags(Fields::new(data).u8(0)?);
        Ok(Self { flags, name: &data[1..] })
    }
}

/// `RR`: which entries the record has (only in 1.09, and by many written for long after).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct RidgeFlags(pub u8);

impl RidgeFlags {
    /// Attributes.
    pub const PX: Self = Self(1);
    /// A device's number.
    pub const PN: Self = Self(1 << 1);
    /// A symbolic link.
    pub const SL: Self = Self(1 << 2);
    /// A name.
    pub const NM: Self = Self(1 << 3);
    /// Where a directory was moved to.
    pub const CL: Self = Self(1 << 4);
    /// Where its parent is.
    pub const PL: Self = Self(1 << 5);
    /// That it was moved.
    pub const RE: Self = Self(1 << 6);
    /// Times.
    pub const TF: Self = Self(1 << 7);
}

/// `SF`: a file with holes (RRIP, 4.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SparseFile {
    /// Its bytes, holes included. Before 1.12 there are 32 bits for this.
    pub size: u64,
    /// How many tables stand above the data; `None` before 1.12, which does not say.
    pub depth: Option<u8>,
}

impl SparseFile {
    pub(super) const fn data_len(&self) -> usize {
        if self.depth.is_some() { 17 } else { 8 }
    }

    pub(super) fn decode(data: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(data);
        let first = u64::from(fields.u32_both(0)?);
        match (fields.u32_both(8), fields.u8(16)) {
            (Ok(low), Ok(depth)) => Ok(Self { size: first << 32 | u64::from(low), depth: Some(depth) }),
            _ => Ok(Self { size: first, depth: None }),
        }
    }

    pub(super) fn encode_data(&self, out: &mut [u8]) {
        let [high, low] = halves(self.size);
        match self.depth {
            Some(depth) => {
                put(out, 0, &both_32(high));
                put(out, 8, &both_32(low));
                put(out, 16, &[depth]);
            }
            None => put(out, 0, &both_32(low)),
        }
    }
}

/// `ZF`: a file that is stored compressed, and that Linux shows as it was (zisofs).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zisofs {
    /// `pz`; `PZ` in version 2.
    pub algorithm: [u8; 2],
    /// Bytes of the header of the stored file.
    pub header_len: u16,
    /// Of how many bytes a compressed piece is, as a power of 2.
    pub block_shift: u8,
    /// Its bytes before it was compressed.
    pub size: u64,
}

impl Zisofs {
    pub(super) const DATA_LEN: usize = 12;

    /// Version 2 has sizes of 64 bits.
    pub(super) const fn version(&self) -> u8 {
        if matches!(self.algorithm, [b'P', b'Z']) { 2 } else { 1 }
    }

    pub(super) fn decode(data: &[u8]) -> Result<Self, Malformed> {
        let fields = Fields::new(data);
        let algorithm = fields.array(0)?;
        let size = if algorithm == *b"PZ" { fields.u64_le(4)? } else { u64::from(fields.u32_both(4)?) };
        Ok(Self { algorithm, header_len: u16::from(fields.u8(2)?) * 4, block_shift: fields.u8(3)?, size })
    }

    pub(super) fn encode_data(&self, out: &mut [u8]) {
        // More than 1020 bytes of header cannot be told; such a file is none of zisofs'.
        let quads = u8::try_from(self.header_len / 4).unwrap_or(u8::MAX);
        put(out, 0, &self.algorithm);
        put(out, 2, &[quads, self.block_shift]);
        let [_, low] = halves(self.size);
        put(out, 4, &if self.version() == 2 { self.size.to_le_bytes() } else { both_32(low) });
    }
}

/// The upper and the lower half of a number.
fn halves(number: u64) -> [u32; 2] {
    let bytes = number.to_be_bytes();
    [0, 4].map(|at| u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]))
}
