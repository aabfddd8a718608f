//! [`IcbTag`]: what kind of file an entry is of, and how its data is found.

use super::super::{Allocation, PartitionBlock, flags::flags};
use crate::wire::{Fields, Malformed, put};

/// ECMA-167, 4/14.6.
mod field {
    pub const PRIOR_ENTRIES: usize = 0;
    pub const STRATEGY: usize = 4;
    pub const STRATEGY_PARAMETER: usize = 6;
    pub const MAX_ENTRIES: usize = 8;
    pub const RESERVED: usize = 10;
    pub const FILE_TYPE: usize = 11;
    pub const PARENT: usize = 12;
    pub const FLAGS: usize = 18;
}

/// What a file is (ECMA-167, 4/14.6.6; OSTA UDF, 2.3.5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileType(pub u8);

impl FileType {
    /// Unsaid. The virtual allocation table of UDF 1.50.
    pub const UNSPECIFIED: Self = Self(0);
    /// An unallocated space entry.
    pub const UNALLOCATED_SPACE: Self = Self(1);
    /// A partition integrity entry.
    pub const PARTITION_INTEGRITY: Self = Self(2);
    /// An indirect entry.
    pub const INDIRECT: Self = Self(3);
    /// A directory.
    pub const DIRECTORY: Self = Self(4);
    /// Bytes.
    pub const REGULAR: Self = Self(5);
    /// A block device.
    pub const BLOCK_DEVICE: Self = Self(6);
    /// A character device.
    pub const CHARACTER_DEVICE: Self = Self(7);
    /// Extended attributes of another file.
    pub const EXTENDED_ATTRIBUTES: Self = Self(8);
    /// A FIFO.
    pub const FIFO: Self = Self(9);
    /// A socket.
    pub const SOCKET: Self = Self(10);
    /// A terminal entry.
    pub const TERMINAL: Self = Self(11);
    /// A symbolic link: its data are path [`Components`](super::Components).
    pub const SYMLINK: Self = Self(12);
    /// A directory of named streams.
    pub const STREAM_DIRECTORY: Self = Self(13);
    /// The virtual allocation table, from UDF 2.00 on.
    pub const VIRTUAL_ALLOCATION_TABLE: Self = Self(248);
    /// Bytes that have to be read and written in time, from UDF 2.01 on.
    pub const REAL_TIME: Self = Self(249);
    /// A metadata partition, from UDF 2.50 on.
    pub const METADATA: Self = Self(250);
    /// Its mirror.
    pub const METADATA_MIRROR: Self = Self(251);
    /// The bitmap of its free blocks.
    pub const METADATA_BITMAP: Self = Self(252);
}

flags! {
    /// What is special about a file (ECMA-167, 4/14.6.8). The lowest three bits are its [`Allocation`].
    IcbFlags(u16) {
        /// A directory in alphabetical order, which UDF forbids.
        SORTED = 1 << 3;
        /// It must not be moved.
        NOT_RELOCATABLE = 1 << 4;
        /// It changed since it was archived.
        ARCHIVE = 1 << 5;
        /// It runs as its owner.
        SET_UID = 1 << 6;
        /// It runs as its group.
        SET_GID = 1 << 7;
        /// Only owners remove what is in it.
        STICKY = 1 << 8;
        /// Its extents follow upon each other.
        CONTIGUOUS = 1 << 9;
        /// It belongs to the system.
        SYSTEM = 1 << 10;
        /// Its data is recorded in another form, which UDF forbids.
        TRANSFORMED = 1 << 11;
        /// There are versions of its name, which UDF forbids.
        MULTI_VERSION = 1 << 12;
        /// It is a named stream (from UDF 2.00 on).
        STREAM = 1 << 13;
    }
}

const ALLOCATION: u16 = 7;

impl IcbFlags {
    /// In which manner the file says where its data is; `None` for those that there are not.
    #[must_use]
    pub const fn allocation(self) -> Option<Allocation> {
        match self.0 & ALLOCATION {
            0 => Some(Allocation::Short),
            1 => Some(Allocation::Long),
            2 => Some(Allocation::Extended),
            3 => Some(Allocation::Embedded),
            _ => None,
        }
    }

    /// These with that manner.
    #[must_use]
    pub const fn with_allocation(self, allocation: Allocation) -> Self {
        Self(self.0 & !ALLOCATION | allocation as u16)
    }
}

/// How entries of a file follow upon each other (ECMA-167, 4/A).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IcbStrategy(pub u16);

impl IcbStrategy {
    /// There is one entry, and it is overwritten.
    pub const DIRECT: Self = Self(4);
    /// An entry is followed by an indirect one to the next, for what is written once (OSTA UDF, 6.6).
    pub const CHAIN: Self = Self(4096);
}

/// The tag of an information control block (ECMA-167, 4/14.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IcbTag {
    /// Entries of this file before this one.
    pub prior_entries: u32,
    /// How entries follow upon each other.
    pub strategy: IcbStrategy,
    /// 0 for [`IcbStrategy::DIRECT`], 1 for [`IcbStrategy::CHAIN`].
    pub strategy_parameter: u16,
    /// Entries that there is room for: 1, or 2 with [`IcbStrategy::CHAIN`].
    pub max_entries: u16,
    /// What the file is.
    pub file_type: FileType,
    /// Where the directory's file entry is, if that is told.
    pub parent: PartitionBlock,
    /// What is special about it.
    pub flags: IcbFlags,
}

impl IcbTag {
    /// Bytes of it.
    pub const LEN: usize = 20;

    /// Of a file with one entry.
    #[must_use]
    pub const fn direct(file_type: FileType, flags: IcbFlags) -> Self {
        Self {
            prior_entries: 0,
            strategy: IcbStrategy::DIRECT,
            strategy_parameter: 0,
            max_entries: 1,
            file_type,
            parent: PartitionBlock { block: 0, partition: 0 },
            flags,
        }
    }

    /// From its bytes.
    pub fn decode(bytes: &[u8; Self::LEN]) -> Result<Self, Malformed> {
        let fields = Fields::new(bytes);
        Ok(Self {
            prior_entries: fields.u32_le(field::PRIOR_ENTRIES)?,
            strategy: IcbStrategy(fields.u16_le(field::STRATEGY)?),
            strategy_parameter: fields.u16_le(field::STRATEGY_PARAMETER)?,
            max_entries: fields.u16_le(field::MAX_ENTRIES)?,
            file_type: FileType(fields.u8(field::FILE_TYPE)?),
            parent: PartitionBlock::decode(fields.array(field::PARENT)?),
            flags: IcbFlags(fields.u16_le(field::FLAGS)?),
        })
    }

    /// To its bytes.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LEN] {
        let mut out = [0; Self::LEN];
        put(&mut out, field::PRIOR_ENTRIES, &self.prior_entries.to_le_bytes());
        put(&mut out, field::STRATEGY, &self.strategy.0.to_le_bytes());
        put(&mut out, field::STRATEGY_PARAMETER, &self.strategy_parameter.to_le_bytes());
        put(&mut out, field::MAX_ENTRIES, &self.max_entries.to_le_bytes());
        put(&mut out, field::RESERVED, &[0]);
        put(&mut out, field::FILE_TYPE, &[self.file_type.0]);
        put(&mut out, field::PARENT, &self.parent.encode());
        put(&mut out, field::FLAGS, &self.flags.0.to_le_bytes());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manner_of_allocation_is_a_part_of_the_flags() {
        let flags = IcbFlags::ARCHIVE.with(IcbFlags::SET_UID).with_allocation(Allocation::Embedded);
        assert_eq!(flags, IcbFlags(0x63));
        assert_eq!(flags.with_allocation(Allocation::Long).allocation(), Some(Allocation::Long));
        assert_eq!(IcbFlags(5).allocation(), None);
    }

    #[test]
    fn a_tag_comes_back() {
        let mut bytes = core::array::from_fn(|at| u8::try_from(at).unwrap_or_default());
        bytes[field::RESERVED] = 0;
        let tag = IcbTag::decode(&bytes).expect("20 bytes");
        assert_eq!((tag.file_type, tag.parent.block), (FileType(11), 0x0F0E_0D0C));
        assert_eq!(tag.encode(), bytes);
    }
}
