//! [`Maker`]: the volume around a tree, with every kind of partition.

use super::bytes::{BLOCK, Filled, characters, dstring, entity, long_ad, short_ad, time};

/// Blocks of every image.
pub const BLOCKS: u32 = 1536;
/// The first block of the partition.
const START: u32 = 288;
/// Blocks of a packet where packets are replaced.
const PACKET: u32 = 32;
/// Blocks of each extent of the metadata file.
const METADATA: u32 = 96;

/// How the blocks of a partition are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Plain,
    Sparable,
    Virtual,
    Metadata,
    /// A metadata partition on a sparable one.
    MetadataSparable,
}

/// A block, by the partition that refers to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub block: u32,
    pub partition: u16,
}

/// An image that is being filled.
pub struct Maker {
    pub shape: Shape,
    pub revision: u16,
    pub image: Vec<u8>,
    /// The next free block of the partition.
    next: u32,
    /// The next free block of the metadata partition.
    next_metadata: u32,
    /// Where the blocks of the virtual partition are.
    table: Vec<u32>,
    pub files: u32,
    pub folders: u32,
    pub next_unique_id: u64,
    /// The sequences of volume descriptors go on elsewhere.
    pub has_pointer: bool,
    /// The older of the sparing tables does not know what the newer one does. Linux and udfclient take the first.
    pub has_older_table: bool,
    /// The image ends behind the last file.
    pub is_compact: bool,
    /// Where the image begins on its disc.
    pub base: u32,
}

impl Maker {
    pub fn new(shape: Shape, revision: u16) -> Self {
        let next = if shape.has_metadata() { 8 + 4 * METADATA + 32 } else { 8 };
        Self {
            shape,
            revision,
            image: vec![0; BLOCKS as usize * BLOCK],
            next,
            next_metadata: 0,
            table: Vec::new(),
            files: 0,
            folders: 0,
            next_unique_id: 16,
            has_pointer: false,
            has_older_table: false,
            is_compact: false,
            base: 0,
        }
    }

    pub fn version(&self) -> u16 {
        if self.revision < 0x200 { 2 } else { 3 }
    }

    pub fn is_extended(&self) -> bool {
        self.revision >= 0x200
    }

    /// Blocks for file entries and the like.
    pub fn entry(&mut self, blocks: u32) -> Place {
        match self.shape {
            Shape::Plain | Shape::Sparable => Place { block: self.data(blocks), partition: 0 },
            Shape::Virtual => {
                let block = u32::try_from(self.table.len()).expect("small");
                for _ in 0..blocks {
                    // Each is somewhere else, and none where its neighbour would be.
                    let there = self.data(2);
                    self.table.push(there);
                }
                Place { block, partition: 1 }
            }
            Shape::Metadata | Shape::MetadataSparable => {
                let block = self.next_metadata;
                self.next_metadata += blocks;
                assert!(self.next_metadata <= 2 * METADATA, "the metadata file is larger");
                Place { block, partition: 1 }
            }
        }
    }

    /// Blocks for the names of a folder: among the entries where these have a partition that can be written in a row.
    pub fn names(&mut self, blocks: u32) -> Place {
        match self.shape {
            Shape::Virtual => Place { block: self.data(blocks), partition: 0 },
            _ => self.entry(blocks),
        }
    }

    /// Blocks of the partition for the bytes of files.
    pub fn data(&mut self, blocks: u32) -> u32 {
        let block = self.next;
        self.next += blocks;
        assert!(self.next < BLOCKS - START - 300, "the image is full");
        block
    }

    /// The blocks of the image in which a block is.
    pub fn absolute(&self, at: Place) -> Vec<u32> {
        let physical = |block: u32| START + block;
        let mapped = |block: u32| match self.shape {
            // The second packet of the partition went to the last blocks before the end's anchors.
            Shape::Sparable | Shape::MetadataSparable if (PACKET..2 * PACKET).contains(&block) => {
                SPARE + block - PACKET
            }
            _ => physical(block),
        };
        match (self.shape, at.partition) {
            (_, 0) => vec![mapped(at.block)],
            (Shape::Virtual, 1) => vec![physical(self.table[at.block as usize])],
            (Shape::Metadata | Shape::MetadataSparable, 1) => {
                let [first, second, mirror] = metadata_extents();
                let main = if at.block < METADATA { first + at.block } else { second + at.block - METADATA };
                vec![mapped(main), mapped(mirror + at.block)]
            }
            _ => panic!("no such partition"),
        }
    }

    pub fn write(&mut self, at: Place, bytes: &[u8]) {
        for (number, block) in bytes.chunks(BLOCK).zip(0..) {
            for place in self.absolute(Place { block: at.block + block, ..at }) {
                self.put(place, number);
            }
        }
    }

    fn put(&mut self, block: u32, bytes: &[u8]) {
        let at = block as usize * BLOCK;
        self.image[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Writes all that stands around the tree, whose root is there.
    pub fn finish(mut self, root: Place) -> Vec<u8> {
        let version = self.version();
        if matches!(self.shape, Shape::Sparable | Shape::MetadataSparable) {
            // What was in the bad packet is not there any more.
            for block in PACKET..2 * PACKET {
                self.put(START + block, &[0xE5; BLOCK]);
            }
        }
        let set = self.entry(1);
        let descriptor = self.file_set(root).tagged(256, version, set.block);
        self.write(set, &descriptor);
        if self.shape.has_metadata() {
            self.metadata_files();
        }
        let nsr: &[u8; 5] = if version == 2 { b"NSR02" } else { b"NSR03" };
        for (id, block) in [b"BEA01", nsr, b"TEA01"].into_iter().zip(16..) {
            self.put(block, &[&[0][..], id, &[1, 0]].concat());
        }
        for first in [32, 64] {
            self.sequence(first, set);
        }
        let base = self.base;
        let integrity = self.integrity().tagged(9, version, base + 48);
        self.put(48, &integrity);
        let end = Filled::of(512).tagged(8, version, base + 49);
        self.put(49, &end);
        if self.shape.is_sparable() {
            for (number, location) in (0..).zip(TABLES) {
                let is_older = self.has_older_table && number == 0;
                let table = self.sparing_table(7 + number, is_older).tagged(0, version, base + location);
                self.put(location, &table);
            }
        }
        let last = if self.is_compact { START + self.next } else { BLOCKS - 1 };
        let anchors: &[u32] = if self.shape == Shape::Virtual { &[256] } else { &[256, last] };
        for &block in anchors {
            let mut anchor = Filled::of(512);
            anchor.u32(16, 16 * 2048).u32(20, base + 32).u32(24, 16 * 2048).u32(28, base + 64);
            let anchor = anchor.tagged(2, version, base + block);
            self.put(block, &anchor);
        }
        if self.shape == Shape::Virtual {
            self.virtual_table();
        }
        self.image.truncate((last as usize + 1) * BLOCK);
        self.image
    }

    fn domain(&self) -> [u8; 32] {
        entity("*OSTA UDF Compliant", &self.revision.to_le_bytes())
    }

    fn partition_len(&self) -> u32 {
        match self.shape {
            Shape::Virtual => BLOCKS - START,
            _ if self.is_compact => self.next,
            _ => SPARE - START,
        }
    }

    fn sequence(&mut self, first: u32, set: Place) {
        let version = self.version();
        let mut all = [primary(), self.words(), self.partition(), self.logical(set)].to_vec();
        all.push(Filled::of(512).u32(16, 5).clone());
        let ids = [1, 4, 5, 6, 7];
        for ((mut descriptor, id), block) in all.into_iter().zip(ids).zip(first..) {
            let bytes = descriptor.tagged(id, version, self.base + block);
            self.put(block, &bytes);
        }
        let end = first + 5;
        if self.has_pointer {
            // An older logical volume and the end of the sequence are elsewhere.
            let elsewhere = first + 96;
            let pointer = Filled::of(512).u32(16, 6).u32(20, 8 * 2048).u32(24, elsewhere).tagged(3, version, end);
            self.put(end, &pointer);
            let older =
                self.logical(Place { block: 0xFFFF_0000, partition: 0 }).u32(16, 1).tagged(6, version, elsewhere);
            self.put(elsewhere, &older);
            let end = Filled::of(512).tagged(8, version, elsewhere + 1);
            self.put(elsewhere + 1, &end);
        } else {
            let end_bytes = Filled::of(512).tagged(8, version, self.base + end);
            self.put(end, &end_bytes);
        }
    }

    fn words(&self) -> Filled {
        let mut filled = Filled::of(512);
        let [low, high] = self.revision.to_le_bytes();
        filled.u32(16, 2).bytes(20, &entity("*UDF LV Info", &[low, high, 4, 5])).bytes(52, &characters());
        filled.bytes(116, &dstring(LABEL, 128)).bytes(244, &dstring("Owner", 36));
        filled.bytes(280, &dstring("Öffentlich", 36)).bytes(316, &dstring("Contact", 36));
        filled.bytes(352, &entity("*generator", &[4, 5]));
        filled
    }

    fn partition(&self) -> Filled {
        let mut filled = Filled::of(512);
        let contents = if self.version() == 2 { "+NSR02" } else { "+NSR03" };
        filled.u32(16, 3).u16(20, 1).u16(22, 0).bytes(24, &entity(contents, &[]));
        filled
            .u32(184, if self.shape == Shape::Virtual { 2 } else { 1 })
            .u32(188, self.base + START)
            .u32(192, self.partition_len());
        filled.bytes(196, &entity("*generator", &[4, 5]));
        filled
    }

    fn logical(&self, set: Place) -> Filled {
        let maps = self.maps();
        let mut filled = Filled::of(440 + maps.concat().len());
        filled.u32(16, 4).bytes(20, &characters()).bytes(84, &dstring(LABEL, 128)).u32(212, 2048);
        filled.bytes(216, &self.domain()).bytes(248, &long_ad(2048, set.block, set.partition));
        filled.u32(264, u32::try_from(maps.concat().len()).expect("small"));
        filled.u32(268, u32::try_from(maps.len()).expect("small")).bytes(272, &entity("*generator", &[4, 5]));
        filled.u32(432, 2 * 2048).u32(436, self.base + 48).bytes(440, &maps.concat());
        filled
    }

    fn maps(&self) -> Vec<Vec<u8>> {
        let [low, high] = self.revision.to_le_bytes();
        let physical = vec![1, 6, 1, 0, 0, 0];
        let other = |name: &str| {
            let mut map = Filled::of(64);
            map.bytes(0, &[2, 64]).bytes(4, &entity(name, &[low, high, 4, 5])).u16(36, 1).u16(38, 0);
            map
        };
        let sparable = || {
            let mut map = other("*UDF Sparable Partition");
            map.u16(40, u16::try_from(PACKET).expect("small")).bytes(42, &[2]).u32(44, 2048);
            map.u32(48, self.base + TABLES[0]).u32(52, self.base + TABLES[1]);
            map.0
        };
        let metadata = || {
            let mut map = other("*UDF Metadata Partition");
            map.u32(40, METADATA_ENTRY)
                .u32(44, MIRROR_ENTRY)
                .u32(48, BITMAP_ENTRY)
                .u32(52, 32)
                .u16(56, 1)
                .bytes(58, &[1]);
            map.0
        };
        match self.shape {
            Shape::Plain => vec![physical],
            Shape::Sparable => vec![sparable()],
            Shape::Virtual => vec![physical, other("*UDF Virtual Partition").0],
            Shape::Metadata => vec![physical, metadata()],
            Shape::MetadataSparable => vec![sparable(), metadata()],
        }
    }

    fn integrity(&self) -> Filled {
        let maps = self.maps().len();
        let mut filled = Filled::of(80 + 8 * maps + 46);
        filled.bytes(16, &recorded()).u32(28, u32::from(self.shape != Shape::Virtual)).u64(40, self.next_unique_id);
        filled.u32(72, u32::try_from(maps).expect("small")).u32(76, 46);
        for map in 0..maps {
            filled.u32(80 + 4 * map, if map == 0 { 0 } else { u32::MAX });
            filled.u32(80 + 4 * (maps + map), if map == 0 { self.partition_len() } else { u32::MAX });
        }
        let usage = 80 + 8 * maps;
        filled.bytes(usage, &entity("*generator", &[4, 5])).u32(usage + 32, self.files).u32(usage + 36, self.folders);
        // Whoever reads 2.50 can read 2.60.
        filled.u16(usage + 40, self.revision.min(0x250)).u16(usage + 42, self.revision).u16(usage + 44, self.revision);
        filled
    }

    fn file_set(&self, root: Place) -> Filled {
        let mut filled = Filled::of(512);
        filled.bytes(16, &recorded()).u16(28, 3).u16(30, 3).u32(32, 1).u32(36, 1).bytes(48, &characters());
        filled.bytes(112, &dstring(LABEL, 128)).bytes(240, &characters()).bytes(304, &dstring("A set", 32));
        filled.bytes(400, &long_ad(2048, root.block, root.partition)).bytes(416, &self.domain());
        filled
    }

    /// The metadata file in two extents, of which the second lies before the first; its mirror; its bitmap.
    fn metadata_files(&mut self) {
        let [first, second, mirror] = metadata_extents();
        let bytes = METADATA * 2048;
        let main = [short_ad(bytes, first), short_ad(bytes, second)].concat();
        let copy = short_ad(2 * bytes, mirror).to_vec();
        let bitmap = self.data(1);
        let mut bits = Filled::of(24 + METADATA as usize / 4);
        bits.u32(16, 2 * METADATA).u32(20, METADATA / 4);
        let bits = bits.tagged(264, self.version(), bitmap);
        self.write(Place { block: bitmap, partition: 0 }, &bits);
        let bitmap_ads = short_ad(u32::try_from(bits.len()).expect("small"), bitmap).to_vec();
        let files = [
            (METADATA_ENTRY, 250, u64::from(2 * bytes), main),
            (MIRROR_ENTRY, 251, u64::from(2 * bytes), copy),
            (BITMAP_ENTRY, 252, bits.len() as u64, bitmap_ads),
        ];
        for (block, file_type, len, ads) in files {
            let mut filled = Filled::of(216 + ads.len());
            filled.u16(20, 4).u16(24, 1).bytes(27, &[file_type]).u16(34, 0);
            filled.u32(36, u32::MAX).u32(40, u32::MAX).u64(56, len).u64(64, len).u64(72, len.div_ceil(2048));
            for at in [80, 92, 104, 116] {
                filled.bytes(at, &recorded());
            }
            filled.u32(128, 1).bytes(168, &entity("*generator", &[4, 5]));
            filled.u32(212, u32::try_from(ads.len()).expect("small")).bytes(216, &ads);
            let bytes = filled.tagged(266, 3, block);
            self.write(Place { block, partition: 0 }, &bytes);
        }
    }

    fn sparing_table(&self, sequence: u32, is_older: bool) -> Filled {
        let mut filled = Filled::of(56 + 16);
        let [low, high] = self.revision.to_le_bytes();
        filled.bytes(16, &entity("*UDF Sparing Table", &[low, high, 4, 5])).u16(48, 2).u32(52, sequence);
        // The second packet is replaced; one more is free.
        filled.u32(56, if is_older { u32::MAX } else { PACKET }).u32(60, self.base + SPARE);
        filled.u32(64, u32::MAX).u32(68, self.base + SPARE + PACKET);
        filled
    }

    /// The table of the virtual partition, with its entry in the last block.
    fn virtual_table(&mut self) {
        let entries: Vec<u8> = self.table.iter().flat_map(|block| block.to_le_bytes()).collect();
        let is_new = self.revision >= 0x200;
        let bytes = if is_new {
            let mut header = Filled::of(152);
            header.u16(0, 152).bytes(4, &dstring(LABEL, 128)).u32(132, u32::MAX);
            header.u32(136, self.files).u32(140, self.folders);
            header.u16(144, self.revision.min(0x250)).u16(146, self.revision).u16(148, self.revision);
            [&header.0[..], &entries].concat()
        } else {
            let id = entity("*UDF Virtual Alloc Tbl", &[self.revision.to_le_bytes()[0], 1, 4, 5]);
            [&entries[..], &id, &u32::MAX.to_le_bytes()].concat()
        };
        let len = u32::try_from(bytes.len()).expect("small");
        let data = self.data(len.div_ceil(2048));
        self.write(Place { block: data, partition: 0 }, &bytes);
        let (block, ads) = (BLOCKS - 1 - START, short_ad(len, data));
        let base = if is_new { 216 } else { 176 };
        let mut filled = Filled::of(base + ads.len());
        filled.u16(20, 4).u16(24, 1).bytes(27, &[if is_new { 248 } else { 0 }]);
        filled.u32(36, u32::MAX).u32(40, u32::MAX).u16(48, 1).u64(56, len.into());
        if is_new {
            filled.u64(64, len.into()).u64(72, u64::from(len.div_ceil(2048)));
            for at in [80, 92, 104, 116] {
                filled.bytes(at, &recorded());
            }
            filled.u32(128, 1).bytes(168, &entity("*generator", &[4, 5]));
        } else {
            filled.u64(64, u64::from(len.div_ceil(2048)));
            for at in [72, 84, 96] {
                filled.bytes(at, &recorded());
            }
            filled.u32(108, 1).bytes(128, &entity("*generator", &[4, 5]));
        }
        filled.u32(base - 4, 8).bytes(base, &ads);
        let bytes = filled.tagged(if is_new { 266 } else { 261 }, self.version(), block);
        self.write(Place { block, partition: 0 }, &bytes);
    }
}

impl Shape {
    pub fn has_metadata(self) -> bool {
        matches!(self, Self::Metadata | Self::MetadataSparable)
    }

    fn is_sparable(self) -> bool {
        matches!(self, Self::Sparable | Self::MetadataSparable)
    }
}

/// The volume's name.
pub const LABEL: &str = "Größe";
/// Where the sparing tables are.
const TABLES: [u32; 2] = [128, 160];
/// Where packets go whose place is bad.
const SPARE: u32 = BLOCKS - 288;
/// Where the entries of the metadata files are, in the partition.
const METADATA_ENTRY: u32 = 0;
const BITMAP_ENTRY: u32 = 1;
const MIRROR_ENTRY: u32 = 8 + 4 * METADATA + 31;

/// Where the two halves of the metadata file begin, and where its mirror.
fn metadata_extents() -> [u32; 3] {
    [8 + METADATA, 8, 8 + 2 * METADATA]
}

fn primary() -> Filled {
    let mut filled = Filled::of(512);
    filled.u32(16, 1).bytes(24, &dstring("A volume", 32)).u16(56, 1).u16(58, 1).u16(60, 2).u16(62, 3);
    filled.u32(64, 1).u32(68, 1).bytes(72, &dstring("0123456789ABCDEFset", 128));
    filled.bytes(200, &characters()).bytes(264, &characters()).bytes(376, &recorded());
    filled.bytes(388, &entity("*generator", &[4, 5]));
    filled
}

fn recorded() -> [u8; 12] {
    time([2020, 2, 29, 12, 34, 56], 0, 0)
}
