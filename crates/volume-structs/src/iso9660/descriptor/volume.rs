//! [`VolumeDescriptor`]: primary, supplementary and enhanced volume descriptors, which share one layout.

use super::{DescriptorHead, DescriptorKind};
use crate::{
    SECTOR,
    iso9660::{DirectoryRecord, Padded, VolumeTime},
    wire::{Fields, Malformed, both_16, both_32, put},
};

/// ECMA-119, 8.4 and 8.5.
mod field {
    pub const FLAGS: usize = 7;
    pub const SYSTEM_IDENTIFIER: usize = 8;
    pub const VOLUME_IDENTIFIER: usize = 40;
    pub const SPACE_SIZE: usize = 80;
    pub const ESCAPE_SEQUENCES: usize = 88;
    pub const SET_SIZE: usize = 120;
    pub const SEQUENCE_NUMBER: usize = 124;
    pub const BLOCK_SIZE: usize = 128;
    pub const PATH_TABLE_LEN: usize = 132;
    pub const TABLE_L: usize = 140;
    pub const OPTIONAL_TABLE_L: usize = 144;
    pub const TABLE_M: usize = 148;
    pub const OPTIONAL_TABLE_M: usize = 152;
    pub const ROOT: usize = 156;
    pub const VOLUME_SET: usize = 190;
    pub const PUBLISHER: usize = 318;
    pub const DATA_PREPARER: usize = 446;
    pub const APPLICATION: usize = 574;
    pub const COPYRIGHT_FILE: usize = 702;
    pub const ABSTRACT_FILE: usize = 739;
    pub const BIBLIOGRAPHIC_FILE: usize = 776;
    pub const CREATED: usize = 813;
    pub const MODIFIED: usize = 830;
    pub const EXPIRES: usize = 847;
    pub const EFFECTIVE: usize = 864;
    pub const FILE_STRUCTURE_VERSION: usize = 881;
    pub const APPLICATION_USE: usize = 883;
}

/// The volume and its tree of directories (ECMA-119, 8.4 and 8.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolumeDescriptor {
    /// Primary or supplementary.
    pub kind: DescriptorKind,
    /// 1; 2 makes a supplementary volume descriptor an enhanced one, whose names are those of ISO 9660:1999.
    pub version: u8,
    /// Bit 0: the escape sequences have some that ISO 2375 does not register. Zero in a primary one.
    pub flags: u8,
    /// The escape sequences that say which characters the names are of. Zero in a primary one.
    pub escape_sequences: [u8; 32],
    /// Blocks of the volume.
    pub space_size: u32,
    /// Volumes of the set.
    pub set_size: u16,
    /// The number of this volume in its set, from 1.
    pub sequence_number: u16,
    /// Bytes of a block.
    pub block_size: u16,
    /// Where the path tables are.
    pub path_tables: PathTables,
    /// The root directory; its identifier is a zero, and it has no system use area.
    pub root: DirectoryRecord<'static>,
    /// Who made what, for whom, with what.
    pub identifiers: Identifiers,
    /// When the volume was made.
    pub created: VolumeTime,
    /// When it was last changed.
    pub modified: VolumeTime,
    /// When it is out of date.
    pub expires: VolumeTime,
    /// From when on it is to be used.
    pub effective: VolumeTime,
    /// The version of records and tables: 1, and 2 with an enhanced volume descriptor.
    pub file_structure_version: u8,
    /// What the application wants.
    pub application_use: [u8; 512],
}

/// Where the path tables of a volume are (ECMA-119, 8.4.14 to 8.4.18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct PathTables {
    /// Bytes of each.
    pub len: u32,
    /// The first block of the table with the least significant bytes first.
    pub little: u32,
    /// The first block of its copy; 0 when there is none.
    pub little_copy: u32,
    /// The first block of the table with the most significant bytes first.
    pub big: u32,
    /// The first block of its copy; 0 when there is none.
    pub big_copy: u32,
}

/// The names in a volume descriptor (ECMA-119, 8.4.5 to 8.4.25).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identifiers {
    /// The system that can use the first sixteen blocks.
    pub system: Padded<32>,
    /// The volume.
    pub volume: Padded<32>,
    /// The set that it belongs to.
    pub volume_set: Padded<128>,
    /// Who publishes it; after an underscore at the beginning, the file in the root that says so.
    pub publisher: Padded<128>,
    /// Who prepared the data; likewise.
    pub data_preparer: Padded<128>,
    /// For which application, or by which; likewise.
    pub application: Padded<128>,
    /// The file in the root that has the copyright statement.
    pub copyright_file: Padded<37>,
    /// The file in the root that has the abstract.
    pub abstract_file: Padded<37>,
    /// The file in the root that has bibliographic records.
    pub bibliographic_file: Padded<37>,
}

impl Identifiers {
    /// No names: spaces.
    pub const BLANK: Self = Self {
        system: Padded::BLANK,
        volume: Padded::BLANK,
        volume_set: Padded::BLANK,
        publisher: Padded::BLANK,
        data_preparer: Padded::BLANK,
        application: Padded::BLANK,
        copyright_file: Padded::BLANK,
        abstract_file: Padded::BLANK,
        bibliographic_file: Padded::BLANK,
    };
}

/// The repertoire of characters that a Joliet volume says it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JolietLevel {
    /// UCS-2 without combining characters and without conjoining Korean letters.
    One,
    /// UCS-2 with some of those.
    Two,
    /// All of UCS-2. What everybody writes.
    Three,
}

impl JolietLevel {
    /// The escape sequences of this level.
    #[must_use]
    pub const fn escape_sequences(self) -> [u8; 32] {
        let mut sequences = [0; 32];
        sequences[0] = b'%';
        sequences[1] = b'/';
        sequences[2] = match self {
            Self::One => b'@',
            Self::Two => b'C',
            Self::Three => b'E',
        };
        sequences
    }

    /// The level that escape sequences begin with; `None` when they are not those of Joliet.
    #[must_use]
    pub const fn of(escape_sequences: &[u8; 32]) -> Option<Self> {
        match escape_sequences {
            [b'%', b'/', b'@', ..] => Some(Self::One),
            [b'%', b'/', b'C', ..] => Some(Self::Two),
            [b'%', b'/', b'E', ..] => Some(Self::Three),
            _ => None,
        }
    }
}

impl VolumeDescriptor {
    /// A primary volume descriptor of one volume, with blocks of 2048 bytes, without names and dates.
    #[must_use]
    pub const fn primary(space_size: u32, path_tables: PathTables, root: DirectoryRecord<'static>) -> Self {
        Self {
            kind: DescriptorKind::PRIMARY,
            version: 1,
            flags: 0,
            escape_sequences: [0; 32],
            space_size,
            set_size: 1,
            sequence_number: 1,
            block_size: 2048,
            path_tables,
            root,
            identifiers: Identifiers::BLANK,
            created: VolumeTime::UNSPECIFIED,
            modified: VolumeTime::UNSPECIFIED,
            expires: VolumeTime::UNSPECIFIED,
            effective: VolumeTime::UNSPECIFIED,
            file_structure_version: 1,
            application_use: [0; 512],
        }
    }

    /// The same as a supplementary one, for Joliet. Its names are those of [`Padded::wide`].
    #[must_use]
    pub const fn joliet(self, level: JolietLevel) -> Self {
        Self { kind: DescriptorKind::SUPPLEMENTARY, escape_sequences: level.escape_sequences(), ..self }
    }

    /// The same as an enhanced one, for the longer names of ISO 9660:1999.
    #[must_use]
    pub const fn enhanced(self) -> Self {
        Self { kind: DescriptorKind::SUPPLEMENTARY, version: 2, file_structure_version: 2, ..self }
    }

    /// The level of Joliet that this descriptor is of; `None` when it is something else.
    #[must_use]
    pub fn joliet_level(&self) -> Option<JolietLevel> {
        let supplementary = self.kind == DescriptorKind::SUPPLEMENTARY && self.version == 1;
        if supplementary { JolietLevel::of(&self.escape_sequences) } else { None }
    }

    /// Whether it is an enhanced volume descriptor.
    #[must_use]
    pub fn is_enhanced(&self) -> bool {
        self.kind == DescriptorKind::SUPPLEMENTARY && self.version == 2
    }

    /// Writes it.
    ///
    /// # Panics
    ///
    /// When the root's record has another length than those of 34 bytes that the standard knows.
    pub fn encode(&self, out: &mut [u8; SECTOR]) {
        DescriptorHead { kind: self.kind, version: self.version }.encode(out);
        out[field::FLAGS] = self.flags;
        put(out, field::SYSTEM_IDENTIFIER, &self.identifiers.system.0);
        put(out, field::VOLUME_IDENTIFIER, &self.identifiers.volume.0);
        put(out, field::SPACE_SIZE, &both_32(self.space_size));
        put(out, field::ESCAPE_SEQUENCES, &self.escape_sequences);
        put(out, field::SET_SIZE, &both_16(self.set_size));
        put(out, field::SEQUENCE_NUMBER, &both_16(self.sequence_number));
        put(out, field::BLOCK_SIZE, &both_16(self.block_size));
        put(out, field::PATH_TABLE_LEN, &both_32(self.path_tables.len));
        put(out, field::TABLE_L, &self.path_tables.little.to_le_bytes());
        put(out, field::OPTIONAL_TABLE_L, &self.path_tables.little_copy.to_le_bytes());
        put(out, field::TABLE_M, &self.path_tables.big.to_be_bytes());
        put(out, field::OPTIONAL_TABLE_M, &self.path_tables.big_copy.to_be_bytes());
        self.root.encode(&mut out[field::ROOT..field::VOLUME_SET]);
        put(out, field::VOLUME_SET, &self.identifiers.volume_set.0);
        put(out, field::PUBLISHER, &self.identifiers.publisher.0);
        put(out, field::DATA_PREPARER, &self.identifiers.data_preparer.0);
        put(out, field::APPLICATION, &self.identifiers.application.0);
        put(out, field::COPYRIGHT_FILE, &self.identifiers.copyright_file.0);
        put(out, field::ABSTRACT_FILE, &self.identifiers.abstract_file.0);
        put(out, field::BIBLIOGRAPHIC_FILE, &self.identifiers.bibliographic_file.0);
        put(out, field::CREATED, &self.created.0);
        put(out, field::MODIFIED, &self.modified.0);
        put(out, field::EXPIRES, &self.expires.0);
        put(out, field::EFFECTIVE, &self.effective.0);
        out[field::FILE_STRUCTURE_VERSION] = self.file_structure_version;
        put(out, field::APPLICATION_USE, &self.application_use);
    }

    /// The volume descriptor in a block.
    pub fn decode(sector: &[u8; SECTOR]) -> Result<Self, Malformed> {
        let DescriptorHead { kind, version } = DescriptorHead::decode(sector)?;
        if !matches!(kind, DescriptorKind::PRIMARY | DescriptorKind::SUPPLEMENTARY) {
            return Err(Malformed::new("not a volume descriptor", 0));
        }
        let fields = Fields::new(sector);
        let time = |at| fields.array(at).map(VolumeTime);
        let root = fields.bytes(field::ROOT, field::VOLUME_SET - field::ROOT)?;
        Ok(Self {
            kind,
            version,
            flags: fields.u8(field::FLAGS)?,
            escape_sequences: fields.array(field::ESCAPE_SEQUENCES)?,
            space_size: fields.u32_both(field::SPACE_SIZE)?,
            set_size: fields.u16_both(field::SET_SIZE)?,
            sequence_number: fields.u16_both(field::SEQUENCE_NUMBER)?,
            block_size: fields.u16_both(field::BLOCK_SIZE)?,
            path_tables: PathTables {
                len: fields.u32_both(field::PATH_TABLE_LEN)?,
                little: fields.u32_le(field::TABLE_L)?,
                little_copy: fields.u32_le(field::OPTIONAL_TABLE_L)?,
                big: fields.u32_be(field::TABLE_M)?,
                big_copy: fields.u32_be(field::OPTIONAL_TABLE_M)?,
            },
            root: DirectoryRecord::decode_root(root).map_err(|error| error.moved(field::ROOT))?,
            identifiers: Identifiers {
                system: Padded(fields.array(field::SYSTEM_IDENTIFIER)?),
                volume: Padded(fields.array(field::VOLUME_IDENTIFIER)?),
                volume_set: Padded(fields.array(field::VOLUME_SET)?),
                publisher: Padded(fields.array(field::PUBLISHER)?),
                data_preparer: Padded(fields.array(field::DATA_PREPARER)?),
                application: Padded(fields.array(field::APPLICATION)?),
                copyright_file: Padded(fields.array(field::COPYRIGHT_FILE)?),
                abstract_file: Padded(fields.array(field::ABSTRACT_FILE)?),
                bibliographic_file: Padded(fields.array(field::BIBLIOGRAPHIC_FILE)?),
            },
            created: time(field::CREATED)?,
            modified: time(field::MODIFIED)?,
            expires: time(field::EXPIRES)?,
            effective: time(field::EFFECTIVE)?,
            file_structure_version: fields.u8(field::FILE_STRUCTURE_VERSION)?,
            application_use: fields.array(field::APPLICATION_USE)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::iso9660::SELF;

    #[test]
    fn fields_lie_where_the_standard_puts_them() {
        let root = DirectoryRecord { extent: 7, data_len: 2048, identifier: SELF, ..DirectoryRecord::default() };
        let tables = PathTables { len: 0x0A0B, little: 1, little_copy: 2, big: 3, big_copy: 4 };
        let mut volume = VolumeDescriptor::primary(0x0102_0304, tables, root);
        volume.identifiers.volume = Padded::new(b"VOLUME").expect("it fits");
        volume.identifiers.bibliographic_file = Padded::new(b"BIB.TXT;1").expect("it fits");
        volume.effective = VolumeTime(*b"2155123123595999\xFC");
        let mut out = [0xA5; SECTOR];
        volume.encode(&mut out);
        // Byte positions of ECMA-119, 8.4, which count from 1.
        assert_eq!(&out[..9], b"\x01CD001\x01\0 ");
        assert_eq!(&out[40..48], b"VOLUME  ");
        assert_eq!(out[72..92], [0, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1, 1, 2, 3, 4, 0, 0, 0, 0]);
        assert_eq!(out[120..132], [1, 0, 0, 1, 1, 0, 0, 1, 0, 8, 8, 0]);
        assert_eq!(out[132..140], [0x0B, 0x0A, 0, 0, 0, 0, 0x0A, 0x0B]);
        assert_eq!(out[140..156], [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4]);
        assert_eq!(out[156..160], [34, 0, 7, 0]);
        assert_eq!(out[188..191], [1, 0, b' ']);
        assert_eq!(&out[775..785], b" BIB.TXT;1");
        assert_eq!(&out[812..814], b" 0");
        assert_eq!(&out[864..884], b"2155123123595999\xFC\x01\0\0");
        assert!(out[884..].iter().all(|&byte| byte == 0));
        assert_eq!(VolumeDescriptor::decode(&out), Ok(volume));
    }

    #[test]
    fn joliet_is_known_by_its_escape_sequences() {
        let root = DirectoryRecord { identifier: SELF, ..DirectoryRecord::default() };
        let primary = VolumeDescriptor::primary(20, PathTables::default(), root);
        assert_eq!(primary.joliet_level(), None);
        for (level, last) in [(JolietLevel::One, 0x40), (JolietLevel::Two, 0x43), (JolietLevel::Three, 0x45)] {
            let joliet = primary.clone().joliet(level);
            let mut out = [0xA5; SECTOR];
            joliet.encode(&mut out);
            assert_eq!((out[0], &out[88..92]), (2, &[0x25, 0x2F, last, 0][..]));
            assert_eq!(VolumeDescriptor::decode(&out).map(|volume| volume.joliet_level()), Ok(Some(level)));
        }
        let enhanced = primary.enhanced();
        assert!(enhanced.is_enhanced() && enhanced.joliet_level().is_none());
    }

    proptest! {
        #[test]
        fn what_is_read_is_written_again(
            bytes in proptest::collection::vec(any::<u8>(), SECTOR),
            kind in 1u8..=2,
        ) {
            let mut sector: [u8; SECTOR] = bytes.try_into().expect("as many");
            put(&mut sector, 0, &[kind]);
            put(&mut sector, 1, b"CD001");
            let volume = VolumeDescriptor::decode(&sector).expect("any fields can be read");
            let mut out = [0xA5; SECTOR];
            volume.encode(&mut out);
            prop_assert_eq!(VolumeDescriptor::decode(&out), Ok(volume));
        }
    }
}
