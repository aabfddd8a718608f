//! [`Integrity`]: whether a logical volume was closed properly, and what there is in it.

use super::super::{
    EntityId, Extent, Revision, TagId, Timestamp,
    tag::{Stamp, open, seal},
    time::timestamp,
};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 3/10.10; the contents use by 4/14.15.
mod field {
    pub const RECORDED: usize = 16;
    pub const KIND: usize = 28;
    pub const NEXT: usize = 32;
    pub const UNIQUE_ID: usize = 40;
    pub const PARTITIONS: usize = 72;
    pub const USE_LEN: usize = 76;
    pub const TABLES: usize = 80;
}

/// OSTA UDF, 2.2.6.4.
mod usage {
    pub const IMPLEMENTATION: usize = 0;
    pub const FILES: usize = 32;
    pub const DIRECTORIES: usize = 36;
    pub const MIN_READ: usize = 40;
    pub const MIN_WRITE: usize = 42;
    pub const MAX_WRITE: usize = 44;
    pub const REST: usize = 46;
}

/// What a logical volume integrity descriptor has for implementations (OSTA UDF, 2.2.6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IntegrityUse<'a> {
    /// What changed the volume last.
    pub implementation: EntityId,
    /// How many files there are.
    pub files: u32,
    /// How many directories, with the root.
    pub directories: u32,
    /// The oldest revision by which all can be read.
    pub min_read: Revision,
    /// The oldest revision by which it can be changed.
    pub min_write: Revision,
    /// The newest revision by which it was changed.
    pub max_write: Revision,
    /// Of the program that wrote it.
    pub rest: &'a [u8],
}

/// The logical volume integrity descriptor (ECMA-167, 3/10.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Integrity<'a> {
    /// When it was recorded.
    pub recorded: Timestamp,
    /// [`OPEN`](Self::OPEN) while the volume is being changed, [`CLOSED`](Self::CLOSED) when it is as it should be.
    pub kind: u32,
    /// Where the sequence goes on, or nowhere.
    pub next: Extent,
    /// The unique id that the next file or directory gets.
    pub unique_id: u64,
    /// For each partition map its free blocks, each a number of 4 bytes, as they are recorded.
    free: &'a [u8],
    /// For each partition map its blocks, likewise.
    sizes: &'a [u8],
    /// For implementations.
    pub usage: IntegrityUse<'a>,
}

impl<'a> Integrity<'a> {
    /// The volume is being changed, or a program failed to say that it is not.
    pub const OPEN: u32 = 0;
    /// The volume is as it should be.
    pub const CLOSED: u32 = 1;
    /// Free blocks, or blocks, that nobody counted.
    pub const UNKNOWN: u32 = u32::MAX;
    /// Unique ids below this are not for files: 0 is the root's, the others are Macintosh's.
    pub const FIRST_UNIQUE_ID: u64 = 16;

    /// A descriptor of a closed volume, given the free blocks and the blocks of each partition map as they are recorded:
    /// 4 bytes each, the least significant first. Of two tables of unequal length, the longer one is cut.
    #[must_use]
    pub fn closed(
        recorded: Timestamp,
        unique_id: u64,
        free: &'a [u8],
        sizes: &'a [u8],
        usage: IntegrityUse<'a>,
    ) -> Self {
        let len = free.len().min(sizes.len()) / 4 * 4;
        let (free, sizes) = (&free[..len], &sizes[..len]);
        Self { recorded, kind: Self::CLOSED, next: Extent::NONE, unique_id, free, sizes, usage }
    }

    /// Free blocks and blocks, for each partition map.
    pub fn partitions(&self) -> impl ExactSizeIterator<Item = (u32, u32)> + 'a {
        let number = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        self.free.chunks_exact(4).zip(self.sizes.chunks_exact(4)).map(move |(free, size)| (number(free), number(size)))
    }

    /// Its bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        field::TABLES + 2 * self.free.len() + usage::REST + self.usage.rest.len()
    }

    /// Never: a descriptor has a tag.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Writes it and returns its bytes. In its block, zeros follow.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than a tag can cover: 65,551 bytes.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let partitions = u32::try_from(self.free.len() / 4).expect("a sector holds fewer");
        let use_len = u32::try_from(usage::REST + self.usage.rest.len()).expect("a sector holds fewer");
        let out = &mut out[..self.len()];
        out.fill(0);
        put(out, field::RECORDED, &self.recorded.encode());
        put(out, field::KIND, &self.kind.to_le_bytes());
        put(out, field::NEXT, &self.next.encode());
        put(out, field::UNIQUE_ID, &self.unique_id.to_le_bytes());
        put(out, field::PARTITIONS, &partitions.to_le_bytes());
        put(out, field::USE_LEN, &use_len.to_le_bytes());
        put(out, field::TABLES, self.free);
        put(out, field::TABLES + self.free.len(), self.sizes);
        let area = &mut out[field::TABLES + 2 * self.free.len()..];
        put(area, usage::IMPLEMENTATION, &self.usage.implementation.encode());
        put(area, usage::FILES, &self.usage.files.to_le_bytes());
        put(area, usage::DIRECTORIES, &self.usage.directories.to_le_bytes());
        put(area, usage::MIN_READ, &self.usage.min_read.0.to_le_bytes());
        put(area, usage::MIN_WRITE, &self.usage.min_write.0.to_le_bytes());
        put(area, usage::MAX_WRITE, &self.usage.max_write.0.to_le_bytes());
        put(area, usage::REST, self.usage.rest);
        seal(out, TagId::INTEGRITY, stamp);
        self.len()
    }

    /// From its bytes.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let fields = open(bytes, TagId::INTEGRITY)?;
        let table_len = usize::try_from(fields.u32_le(field::PARTITIONS)?).unwrap_or(usize::MAX).saturating_mul(4);
        let free = fields.bytes(field::TABLES, table_len)?;
        let sizes = fields.bytes(field::TABLES + table_len, table_len)?;
        let at = field::TABLES + 2 * table_len;
        let use_len = usize::try_from(fields.u32_le(field::USE_LEN)?).unwrap_or(usize::MAX);
        let area = Fields::new(fields.bytes(at, use_len)?);
        let usage = IntegrityUse::decode(area, use_len).map_err(|error| error.moved(at))?;
        Ok(Self {
            recorded: timestamp(fields, field::RECORDED)?,
            kind: fields.u32_le(field::KIND)?,
            next: Extent::decode(fields.array(field::NEXT)?),
            unique_id: fields.u64_le(field::UNIQUE_ID)?,
            free,
            sizes,
            usage,
        })
    }
}

impl<'a> IntegrityUse<'a> {
    fn decode(area: Fields<'a>, len: usize) -> Result<Self, Malformed> {
        Ok(Self {
            implementation: EntityId::decode(area.array(usage::IMPLEMENTATION)?),
            files: area.u32_le(usage::FILES)?,
            directories: area.u32_le(usage::DIRECTORIES)?,
            min_read: Revision(area.u16_le(usage::MIN_READ)?),
            min_write: Revision(area.u16_le(usage::MIN_WRITE)?),
            max_write: Revision(area.u16_le(usage::MAX_WRITE)?),
            rest: area.bytes(usage::REST, len.saturating_sub(usage::REST))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAMP: Stamp = Stamp { version: 3, serial: 1, location: 64 };

    fn sample() -> Integrity<'static> {
        let usage = IntegrityUse {
            implementation: EntityId::new(b"*imapi"),
            files: 3,
            directories: 1,
            min_read: Revision::R2_50,
            min_write: Revision::R2_60,
            max_write: Revision::R2_60,
            rest: b"xy",
        };
        Integrity::closed(Timestamp::NONE, 19, &[0, 0, 0, 0, 7, 0, 0, 0, 1], &[1, 1, 0, 0, 9, 0, 0, 0], usage)
    }

    #[test]
    fn tables_have_an_entry_for_each_map() {
        let integrity = sample();
        assert!(integrity.partitions().eq([(0, 257), (7, 9)]));
        let mut out = [0xA5; 200];
        assert_eq!(integrity.encode(STAMP, &mut out), 80 + 16 + 46 + 2);
        assert_eq!(Integrity::decode(&out), Ok(integrity));
        assert_eq!(out[80 + 16 + 40..][..6], [0x50, 2, 0x60, 2, 0x60, 2]);
    }

    proptest! {
        #[test]
        fn lengths_from_a_disc_are_not_trusted(partitions: u32, use_len: u32) {
            let mut out = [0; 200];
            let len = sample().encode(STAMP, &mut out);
            put(&mut out, field::PARTITIONS, &partitions.to_le_bytes());
            put(&mut out, field::USE_LEN, &use_len.to_le_bytes());
            seal(&mut out[..len], TagId::INTEGRITY, STAMP);
            let _ = Integrity::decode(&out[..len]);
        }
    }
}
