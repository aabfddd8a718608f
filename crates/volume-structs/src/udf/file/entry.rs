//! [`FileEntry`]: all there is to know of a file but its name.

use super::{
    super::{
        Ads, EntityId, LongAd, TagId, Timestamp,
        flags::flags,
        tag::{Stamp, Tag, open, seal},
        time::timestamp,
    },
    IcbTag,
    attributes::Attributes,
};
use crate::wire::{Fields, Malformed, put};

/// What both kinds of entries have in the same place (ECMA-167, 4/14.9 and 4/14.17).
mod field {
    pub const ICB: usize = 16;
    pub const UID: usize = 36;
    pub const GID: usize = 40;
    pub const PERMISSIONS: usize = 44;
    pub const LINKS: usize = 48;
    pub const RECORD_FORMAT: usize = 50;
    pub const RECORD_ATTRIBUTES: usize = 51;
    pub const RECORD_LEN: usize = 52;
    pub const LEN: usize = 56;
}

/// Where else the two kinds have their fields.
struct Layout {
    blocks: usize,
    accessed: usize,
    modified: usize,
    attributes_changed: usize,
    checkpoint: usize,
    attributes_icb: usize,
    implementation: usize,
    unique_id: usize,
    attributes_len: usize,
    allocation_len: usize,
    end: usize,
}

/// ECMA-167, 4/14.9.
const BASIC: Layout = Layout {
    blocks: 64,
    accessed: 72,
    modified: 84,
    attributes_changed: 96,
    checkpoint: 108,
    attributes_icb: 112,
    implementation: 128,
    unique_id: 160,
    attributes_len: 168,
    allocation_len: 172,
    end: 176,
};

/// ECMA-167, 4/14.17.
const EXTENDED: Layout = Layout {
    blocks: 72,
    accessed: 80,
    modified: 92,
    attributes_changed: 116,
    checkpoint: 128,
    attributes_icb: 136,
    implementation: 168,
    unique_id: 200,
    attributes_len: 208,
    allocation_len: 212,
    end: 216,
};

/// What only an extended file entry has.
mod extended {
    pub const OBJECT_LEN: usize = 64;
    pub const CREATED: usize = 104;
    pub const STREAMS: usize = 152;
}

flags! {
    /// Who may do what: five bits each for others, group and owner (ECMA-167, 4/14.9.5).
    Permissions(u32) {
        /// Everyone may do everything.
        ALL = 0x7FFF;
    }
}

const EXECUTE: u32 = 1;
const WRITE: u32 = 2;
const READ: u32 = 4;
const CHANGE_ATTRIBUTES: u32 = 8;
const DELETE: u32 = 16;

impl Permissions {
    /// Those of a mode of POSIX. Who may write may also delete, and the owner may change attributes, as Linux has it.
    #[must_use]
    pub const fn from_mode(mode: u32) -> Self {
        const fn who(mode: u32) -> u32 {
            let may = mode & (READ | WRITE | EXECUTE);
            if may & WRITE == 0 { may } else { may | DELETE }
        }
        Self(who(mode) | who(mode >> 3) << 5 | (who(mode >> 6) | CHANGE_ATTRIBUTES) << 10)
    }

    /// As the nine lower bits of a mode of POSIX.
    #[must_use]
    pub const fn mode(self) -> u32 {
        let rwx = READ | WRITE | EXECUTE;
        self.0 & rwx | (self.0 >> 5 & rwx) << 3 | (self.0 >> 10 & rwx) << 6
    }
}

/// What an extended file entry has and a plain one has not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileEntryExtension {
    /// Bytes of the file and all of its streams.
    pub object_len: u64,
    /// When the file was made.
    pub created: Timestamp,
    /// The file entry of the directory of its streams, or none.
    pub streams: LongAd,
}

/// A file entry (ECMA-167, 4/14.9), or an extended one (4/14.17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileEntry<'a> {
    /// What kind of file it is.
    pub icb: IcbTag,
    /// The owner, [`NOBODY`](Self::NOBODY) if there is none.
    pub uid: u32,
    /// The group, [`NOBODY`](Self::NOBODY) if there is none.
    pub gid: u32,
    /// Who may do what.
    pub permissions: Permissions,
    /// Names in directories that this entry has.
    pub links: u16,
    /// 0 by UDF.
    pub record_format: u8,
    /// 0 by UDF.
    pub record_attributes: u8,
    /// 0 by UDF.
    pub record_len: u32,
    /// Bytes of the file.
    pub len: u64,
    /// Blocks that its data takes; 0 when it is embedded.
    pub blocks: u64,
    /// When it was read last.
    pub accessed: Timestamp,
    /// When its data was changed last.
    pub modified: Timestamp,
    /// When its attributes were changed last.
    pub attributes_changed: Timestamp,
    /// 1 by UDF.
    pub checkpoint: u32,
    /// Where there are more extended attributes, or nowhere.
    pub attributes_icb: LongAd,
    /// What wrote it.
    pub implementation: EntityId,
    /// Different for each file; the same for all names of one.
    pub unique_id: u64,
    /// What makes it an extended file entry.
    pub extension: Option<FileEntryExtension>,
    /// Extended attributes, as they are recorded: [`Attributes`]. A multiple of 4 bytes.
    pub attributes: &'a [u8],
    /// Allocation descriptors, or the data itself: [`IcbFlags::allocation`](super::IcbFlags::allocation) says which.
    pub allocation: &'a [u8],
}

impl<'a> FileEntry<'a> {
    /// No owner, or no group.
    pub const NOBODY: u32 = u32::MAX;

    /// Bytes of one without extended attributes and allocation descriptors.
    #[must_use]
    pub const fn base_len(is_extended: bool) -> usize {
        if is_extended { EXTENDED.end } else { BASIC.end }
    }

    /// Its bytes.
    #[must_use]
    pub const fn len_encoded(&self) -> usize {
        Self::base_len(self.extension.is_some()) + self.attributes.len() + self.allocation.len()
    }

    /// Where its data is.
    #[must_use]
    pub fn extents(&self) -> Ads<'a> {
        match self.icb.flags.allocation() {
            Some(manner) => Ads::new(manner, self.allocation),
            None => Ads::new(super::super::Allocation::Embedded, &[]),
        }
    }

    /// Its data, if it is embedded.
    #[must_use]
    pub fn embedded(&self) -> Option<&'a [u8]> {
        (self.icb.flags.allocation() == Some(super::super::Allocation::Embedded)).then_some(self.allocation)
    }

    /// Writes it and returns its bytes. In its block, zeros follow.
    ///
    /// # Panics
    ///
    /// When the buffer is shorter than it, or it is longer than a tag can cover: 65,551 bytes.
    pub fn encode(&self, stamp: Stamp, out: &mut [u8]) -> usize {
        let (id, layout) = match self.extension {
            None => (TagId::FILE_ENTRY, BASIC),
            Some(_) => (TagId::EXTENDED_FILE_ENTRY, EXTENDED),
        };
        let len = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a block holds less").to_le_bytes();
        let out = &mut out[..self.len_encoded()];
        out.fill(0);
        put(out, field::ICB, &self.icb.encode());
        put(out, field::UID, &self.uid.to_le_bytes());
        put(out, field::GID, &self.gid.to_le_bytes());
        put(out, field::PERMISSIONS, &self.permissions.0.to_le_bytes());
        put(out, field::LINKS, &self.links.to_le_bytes());
        put(out, field::RECORD_FORMAT, &[self.record_format]);
        put(out, field::RECORD_ATTRIBUTES, &[self.record_attributes]);
        put(out, field::RECORD_LEN, &self.record_len.to_le_bytes());
        put(out, field::LEN, &self.len.to_le_bytes());
        put(out, layout.blocks, &self.blocks.to_le_bytes());
        put(out, layout.accessed, &self.accessed.encode());
        put(out, layout.modified, &self.modified.encode());
        put(out, layout.attributes_changed, &self.attributes_changed.encode());
        put(out, layout.checkpoint, &self.checkpoint.to_le_bytes());
        put(out, layout.attributes_icb, &self.attributes_icb.encode());
        put(out, layout.implementation, &self.implementation.encode());
        put(out, layout.unique_id, &self.unique_id.to_le_bytes());
        put(out, layout.attributes_len, &len(self.attributes));
        put(out, layout.allocation_len, &len(self.allocation));
        if let Some(extension) = &self.extension {
            put(out, extended::OBJECT_LEN, &extension.object_len.to_le_bytes());
            put(out, extended::CREATED, &extension.created.encode());
            put(out, extended::STREAMS, &extension.streams.encode());
        }
        put(out, layout.end, self.attributes);
        put(out, layout.end + self.attributes.len(), self.allocation);
        seal(out, id, stamp);
        self.len_encoded()
    }

    /// From its bytes, of whichever kind it is.
    pub fn decode(bytes: &'a [u8]) -> Result<Self, Malformed> {
        if Tag::decode(bytes)?.id == TagId::EXTENDED_FILE_ENTRY {
            let fields = open(bytes, TagId::EXTENDED_FILE_ENTRY)?;
            let extension = FileEntryExtension {
                object_len: fields.u64_le(extended::OBJECT_LEN)?,
                created: timestamp(fields, extended::CREATED)?,
                streams: LongAd::decode(fields.array(extended::STREAMS)?),
            };
            Self::decode_as(fields, &EXTENDED, Some(extension))
        } else {
            Self::decode_as(open(bytes, TagId::FILE_ENTRY)?, &BASIC, None)
        }
    }

    fn decode_as(
        fields: Fields<'a>,
        layout: &Layout,
        extension: Option<FileEntryExtension>,
    ) -> Result<Self, Malformed> {
        let len = |at| Ok(usize::try_from(fields.u32_le(at)?).unwrap_or(usize::MAX));
        let attributes = fields.bytes(layout.end, len(layout.attributes_len)?)?;
        let allocation = fields.bytes(layout.end + attributes.len(), len(layout.allocation_len)?)?;
        Ok(Self {
            icb: IcbTag::decode(fields.array_ref(field::ICB)?)?,
            uid: fields.u32_le(field::UID)?,
            gid: fields.u32_le(field::GID)?,
            permissions: Permissions(fields.u32_le(field::PERMISSIONS)?),
            links: fields.u16_le(field::LINKS)?,
            record_format: fields.u8(field::RECORD_FORMAT)?,
            record_attributes: fields.u8(field::RECORD_ATTRIBUTES)?,
            record_len: fields.u32_le(field::RECORD_LEN)?,
            len: fields.u64_le(field::LEN)?,
            blocks: fields.u64_le(layout.blocks)?,
            accessed: timestamp(fields, layout.accessed)?,
            modified: timestamp(fields, layout.modified)?,
            attributes_changed: timestamp(fields, layout.attributes_changed)?,
            checkpoint: fields.u32_le(layout.checkpoint)?,
            attributes_icb: LongAd::decode(fields.array(layout.attributes_icb)?),
            implementation: EntityId::decode(fields.array(layout.implementation)?),
            unique_id: fields.u64_le(layout.unique_id)?,
            extension,
            attributes,
            allocation,
        })
    }

    /// Its extended attributes.
    pub fn attributes(&self) -> Result<Attributes<'a>, Malformed> {
        Attributes::decode(self.attributes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{
            super::{Allocation, PartitionBlock, ShortAd},
            FileType, IcbFlags,
        },
        *,
    };

    const STAMP: Stamp = Stamp { version: 3, serial: 1, location: 9 };

    fn sample<'a>(attributes: &'a [u8], allocation: &'a [u8], extension: Option<FileEntryExtension>) -> FileEntry<'a> {
        let time = |day| Timestamp { year: 2001, month: 2, day, ..Timestamp::NONE };
        FileEntry {
            icb: IcbTag::direct(FileType::REGULAR, IcbFlags::NONE.with_allocation(Allocation::Short)),
            uid: 1000,
            gid: 100,
            permissions: Permissions::from_mode(0o644),
            links: 2,
            record_format: 0,
            record_attributes: 0,
            record_len: 0,
            len: 0x1_0000_0001,
            blocks: 0x20_0001,
            accessed: time(1),
            modified: time(2),
            attributes_changed: time(3),
            checkpoint: 1,
            attributes_icb: LongAd::NONE,
            implementation: EntityId::new(b"*imapi"),
            unique_id: 0x11,
            extension,
            attributes,
            allocation,
        }
    }

    #[test]
    fn modes_are_told_apart() {
        // Those of the stream directory by mkudffs 2.3, which Linux gives to a directory of that mode too.
        assert_eq!(Permissions::from_mode(0o755), Permissions(0x7CA5));
        for mode in 0..0o1000 {
            assert_eq!(Permissions::from_mode(mode).mode(), mode);
        }
    }

    #[test]
    fn both_kinds_come_back() {
        let ad = ShortAd { block: 77, ..ShortAd::default() };
        let extension = FileEntryExtension {
            object_len: 5,
            created: Timestamp { year: 1999, ..Timestamp::NONE },
            streams: LongAd::recorded(2048, PartitionBlock { block: 5, partition: 1 }),
        };
        for (extension, len) in [(None, 176 + 8 + 8), (Some(extension), 216 + 8 + 8)] {
            let allocation = ad.encode();
            let entry = sample(&[1, 2, 3, 4, 5, 6, 7, 8], &allocation, extension);
            let mut out = [0xA5; 400];
            assert_eq!(entry.encode(STAMP, &mut out), len);
            assert_eq!(FileEntry::decode(&out), Ok(entry));
            assert!(FileEntry::decode(&out[..len - 1]).is_err());
            assert!(entry.embedded().is_none());
        }
    }

    #[test]
    fn small_files_lie_in_their_entry() {
        let mut entry = sample(&[], b"Hello", None);
        entry.icb.flags = entry.icb.flags.with_allocation(Allocation::Embedded);
        assert_eq!(entry.embedded(), Some(&b"Hello"[..]));
        assert_eq!(entry.extents().count(), 0);
    }

    proptest! {
        #[test]
        fn lengths_from_a_disc_are_not_trusted(attributes_len: u32, allocation_len: u32) {
            let mut out = [0; 200];
            let len = sample(&[], &[0; 8], None).encode(STAMP, &mut out);
            put(&mut out, BASIC.attributes_len, &attributes_len.to_le_bytes());
            put(&mut out, BASIC.allocation_len, &allocation_len.to_le_bytes());
            seal(&mut out[..len], TagId::FILE_ENTRY, STAMP);
            let _ = FileEntry::decode(&out[..len]);
        }
    }
}
