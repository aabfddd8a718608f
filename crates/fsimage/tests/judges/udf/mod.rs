//! A volume of UDF taken apart again by the decoders of our own structures, with every rule checked on the way: each tag in
//! its place and its sums right, no block owned twice, counts that are what they count, copies that are equal.

mod entry;
mod walk;

use std::collections::BTreeMap;

use imapi_disc_types::{Block, BlockSource};
use imapi_volume_structs::{
    SECTOR,
    udf::{
        Anchor, Extent, FileSet, Integrity, LogicalVolume, LongAd, MetadataFlags, Partition, PartitionMap,
        PrimaryVolume, Recognition, RecognitionSequence, Revision, Tag, TagId,
    },
};

pub use walk::Stream;

use entry::Entry;

/// Where an anchor has to be, besides at the end.
const ANCHOR: u64 = 256;

/// A volume, whose descriptors are all right.
pub struct Volume<'a> {
    image: &'a dyn BlockSource,
    pub revision: Revision,
    pub facts: Facts,
    /// The first block and the blocks of each partition, as references to them are numbered. A metadata partition is one
    /// run of blocks here.
    partitions: Vec<Run>,
    /// What there is a copy of, the first of them.
    doubles: Vec<Run>,
    root: LongAd,
    owners: Owners,
    /// There is no other file system in the image.
    is_alone: bool,
    /// The block of the image with the descriptor of the file set.
    pub file_set: u64,
}

/// What a volume says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    pub name: String,
    pub volume_set: String,
    /// As the integrity descriptor counts them.
    pub files: u32,
    pub folders: u32,
    pub next_unique_id: u64,
    pub min_read: Revision,
}

/// Blocks of the image, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub first: u64,
    pub blocks: u64,
}

/// Who has which blocks.
#[derive(Debug, Default)]
struct Owners(BTreeMap<u64, (u64, String)>);

impl Owners {
    /// Takes blocks that nobody has. Files that share their bytes but not their attributes have an entry each, and the
    /// same blocks.
    fn take(&mut self, run: Run, who: impl Into<String>) {
        let (who, end) = (who.into(), run.first + run.blocks);
        if run.blocks == 0 {
            return;
        }
        if let Some((first, (other_end, other))) = self.0.range(..end).next_back() {
            let shared =
                (*first, *other_end) == (run.first, end) && [&who, other].iter().all(|who| who.starts_with(BYTES));
            let apart = *other_end <= run.first;
            assert!(apart || shared, "{who} has {}..{end}, and {other} has {first}..{other_end}", run.first);
        }
        self.0.insert(run.first, (end, who));
    }
}

/// How the owner of a file's bytes is called.
const BYTES: &str = "the bytes of ";

impl<'a> Volume<'a> {
    /// Reads the descriptors of the volume of an image.
    pub fn open(image: &'a dyn BlockSource) -> Self {
        let mut owners = Owners::default();
        let last = image.blocks() - 1;
        let (nsr, is_alone) = recognized(image, &mut owners);
        let anchors = [ANCHOR, last].map(|block| {
            owners.take(Run { first: block, blocks: 1 }, "an anchor");
            Anchor::decode(&block_at(image, block, TagId::ANCHOR)).expect("an anchor")
        });
        assert_eq!(anchors[0], anchors[1], "the anchors tell of different sequences");
        let [main, reserve] = [anchors[0].main, anchors[0].reserve].map(|extent| sequence(image, extent, &mut owners));
        let bare = |all: &[Vec<u8>]| all.iter().map(|block| block[Tag::LEN..].to_vec()).collect::<Vec<_>>();
        assert_eq!(bare(&main), bare(&reserve), "the reserve sequence differs");

        let find =
            |id| main.iter().find(|block| Tag::decode(block).expect("checked").id == id).expect("it has to be there");
        let logical = LogicalVolume::decode(find(TagId::LOGICAL_VOLUME)).expect("a logical volume");
        let partition = Partition::decode(find(TagId::PARTITION)).expect("a partition");
        let primary = PrimaryVolume::decode(find(TagId::PRIMARY_VOLUME)).expect("a primary volume");
        let revision = logical.domain.revision();
        assert_eq!(nsr, revision.recognition_id(), "the recognition sequence is of another edition");
        assert_eq!(logical.block_len as usize, SECTOR);
        for block in main.iter().chain(&reserve) {
            assert_eq!(Tag::decode(block).expect("checked").stamp.version, revision.tag_version());
        }

        let physical = Run { first: partition.start.into(), blocks: partition.len.into() };
        assert!(physical.first + physical.blocks <= image.blocks(), "the partition goes on behind the image");
        let text = |chars: &mut dyn Iterator<Item = char>| chars.collect::<String>();
        let facts = Facts {
            name: text(&mut logical.id.chars().expect("text")),
            volume_set: text(&mut primary.volume_set_id.chars().expect("text")),
            files: 0,
            folders: 0,
            next_unique_id: 0,
            min_read: revision,
        };
        let partitions = vec![physical];
        let doubles = vec![Run { first: ANCHOR, blocks: 1 }, Run { first: anchors[0].main.block.into(), blocks: 16 }];
        let mut volume =
            Self { image, revision, facts, partitions, doubles, root: logical.file_set, owners, is_alone, file_set: 0 };
        volume.map_partitions(&logical, partition.number);
        volume.integrity(logical.integrity);
        volume.file_set(logical.file_set);
        volume
    }

    /// What there is a copy of, the first of them.
    pub fn doubles(&self) -> &[Run] {
        &self.doubles
    }

    /// Blocks that nobody has are zeros, where no other file system has some.
    fn check_gaps(&self) {
        if !self.is_alone {
            return;
        }
        let mut at = 16;
        let end = (self.image.blocks(), &(self.image.blocks(), String::new()));
        for (first, (next, _)) in self.owners.0.iter().map(|(first, owner)| (*first, owner)).chain([end]) {
            let gap = Run { first: at, blocks: first - at };
            let used = self.blocks(gap).iter().position(|&byte| byte != 0);
            assert_eq!(used.map(|byte| at + byte as u64 / 2048), None, "a block that nobody has is no zeros");
            at = *next;
        }
    }

    /// Works out where the partitions are.
    fn map_partitions(&mut self, logical: &LogicalVolume<'_>, number: u16) {
        let maps: Vec<PartitionMap<'_>> = logical.maps.iter().collect();
        assert_eq!(maps[0], PartitionMap::Physical { volume: 1, partition: number });
        if !self.revision.has_metadata_partition() {
            assert_eq!(maps.len(), 1);
            return;
        }
        let [_, PartitionMap::Metadata { id, partition, map, .. }] = maps[..] else { panic!("{maps:?}") };
        assert_eq!((id.revision(), partition), (self.revision, number));
        let [main, mirror] = [map.file, map.mirror].map(|block| {
            let entry = Entry::read_alone(
                self,
                LongAd::recorded(2048, imapi_volume_structs::udf::PartitionBlock { block, partition: 0 }),
                "the metadata file",
            );
            assert_eq!(entry.extents.len(), 1, "7-Zip reads such a file only when it has one extent");
            (entry.file_type, entry.extents[0])
        });
        assert_eq!([main.0.0, mirror.0.0], [250, 251], "the types of the metadata files");
        let run = |run: Run| {
            for align in [u64::from(map.alignment_unit), u64::from(map.allocation_unit)] {
                assert_eq!(run.blocks % align, 0, "{run:?} is not of whole units");
            }
            run
        };
        self.partitions.push(run(main.1));
        if map.flags.contains(MetadataFlags::DUPLICATE) {
            let mirror = run(mirror.1);
            assert_ne!(mirror, main.1);
            self.owners.take(mirror, "the mirror");
            assert!(self.blocks(mirror) == self.blocks(main.1), "the mirror is another than what it mirrors");
            self.doubles.extend([Run { first: self.partitions[0].first + u64::from(map.file), blocks: 1 }, main.1]);
        } else {
            assert_eq!(mirror.1, main.1, "a mirror that has no blocks is of the same");
        }
    }

    fn integrity(&mut self, extent: Extent) {
        let run = Run { first: extent.block.into(), blocks: u64::from(extent.len) / 2048 };
        self.owners.take(run, "the integrity sequence");
        let block = block_at(self.image, run.first, TagId::INTEGRITY);
        let found = Integrity::decode(&block).expect("an integrity descriptor");
        assert_eq!(found.kind, Integrity::CLOSED);
        let sizes: Vec<(u32, u64)> = found.partitions().map(|(free, size)| (free, size.into())).collect();
        assert_eq!(sizes, self.partitions.iter().map(|run| (0, run.blocks)).collect::<Vec<_>>());
        assert_eq!(
            Tag::decode(&block_at(self.image, run.first + 1, TagId::TERMINATING)).expect("checked").id,
            TagId::TERMINATING
        );
        self.facts.files = found.usage.files;
        self.facts.folders = found.usage.directories;
        self.facts.next_unique_id = found.unique_id;
        self.facts.min_read = found.usage.min_read;
        // Readers of 2.50 read 2.60, as far as it is used here.
        assert_eq!(found.usage.min_read, self.revision.min_read());
    }

    fn file_set(&mut self, at: LongAd) {
        let first = self.block_of(at);
        self.owners.take(Run { first, blocks: u64::from(at.len.bytes) / 2048 }, "the file set");
        let block = self.tagged(first, at.location.block, TagId::FILE_SET);
        let set = FileSet::decode(&block).expect("a file set");
        assert_eq!(set.domain.revision(), self.revision);
        assert_eq!(set.next.len.bytes, 0);
        self.tagged(first + 1, at.location.block + 1, TagId::TERMINATING);
        self.root = set.root;
        self.file_set = first;
    }

    /// The block of the image that a reference leads to.
    fn block_of(&self, at: LongAd) -> u64 {
        self.run_of(at.location.partition, at.location.block.into(), 1).first
    }

    /// Blocks of a partition as blocks of the image.
    fn run_of(&self, partition: u16, first: u64, blocks: u64) -> Run {
        let partition = self.partitions.get(usize::from(partition)).expect("there is such a partition");
        assert!(first + blocks <= partition.blocks, "{first} and {blocks} more are beyond {partition:?}");
        Run { first: partition.first + first, blocks }
    }

    fn blocks(&self, run: Run) -> Vec<u8> {
        let mut out = vec![0; usize::try_from(run.blocks).expect("small") * SECTOR];
        if !out.is_empty() {
            self.image.read_all(Block(run.first), &mut out).expect("readable");
        }
        out
    }

    /// A block that begins with a descriptor, which says that it stands there, as its partition counts.
    fn tagged(&self, block: u64, location: u32, id: TagId) -> Vec<u8> {
        let bytes = self.blocks(Run { first: block, blocks: 1 });
        check_tag(&bytes, location, id, block);
        let tag = Tag::decode(&bytes).expect("checked");
        assert_eq!(tag.stamp.version, self.revision.tag_version(), "the tag in block {block} is of another edition");
        bytes
    }
}

fn check_tag(bytes: &[u8], location: u32, id: TagId, block: u64) {
    let tag = Tag::verify(bytes).unwrap_or_else(|e| panic!("block {block}: {e}"));
    tag.stands_at(location).unwrap_or_else(|e| panic!("block {block}: {e}: {} and not {location}", tag.stamp.location));
    assert_eq!(tag.id, id, "block {block}");
}

/// A block of the volume that begins with a descriptor.
fn block_at(image: &dyn BlockSource, block: u64, id: TagId) -> Vec<u8> {
    let mut bytes = vec![0; SECTOR];
    image.read_all(Block(block), &mut bytes).expect("readable");
    check_tag(&bytes, u32::try_from(block).expect("32 bits"), id, block);
    bytes
}

/// The edition that the descriptors from block 16 on tell, and whether they tell of nothing else.
fn recognized(image: &dyn BlockSource, owners: &mut Owners) -> ([u8; 5], bool) {
    let mut bytes = vec![0; 16 * SECTOR];
    image.read_all(Block(16), &mut bytes).expect("readable");
    let all = RecognitionSequence::new(&bytes, SECTOR);
    owners.take(Run { first: 16, blocks: all.clone().count() as u64 }, "the recognition sequence");
    let is_alone = all.clone().next().is_some_and(|first| first.id == Recognition::BEGIN);
    (all.nsr().expect("it says that this is UDF"), is_alone)
}

/// The descriptors of a sequence, up to the one that ends it.
fn sequence(image: &dyn BlockSource, extent: Extent, owners: &mut Owners) -> Vec<Vec<u8>> {
    let blocks = u64::from(extent.len) / 2048;
    assert!(blocks >= 16, "a sequence of descriptors has room for sixteen");
    let first = u64::from(extent.block);
    owners.take(Run { first, blocks }, "a sequence of descriptors");
    let mut all = Vec::new();
    for block in first..first + blocks {
        let mut bytes = vec![0; SECTOR];
        image.read_all(Block(block), &mut bytes).expect("readable");
        let tag = Tag::verify(&bytes).unwrap_or_else(|e| panic!("block {block}: {e}"));
        tag.stands_at(u32::try_from(block).expect("32 bits")).unwrap_or_else(|e| panic!("block {block}: {e}"));
        all.push(bytes);
        if tag.id == TagId::TERMINATING {
            return all;
        }
    }
    panic!("the sequence at {first} does not end");
}
