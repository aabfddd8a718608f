//! How many blocks UDF takes at most, before anything is laid out.
//!
//! What is in here says again what [`View`](super::view::View) and the claims of [`Udf`](super::Udf) come to, so that it
//! can be summed up file by file. A property test holds both together.

use super::{
    CLUSTER, LAST, PARTITION, SEQUENCE,
    allocation::Manner,
    names,
    view::{BEFORE_ROOT, PARENT_LEN, record_len},
};
use crate::{
    Stream, UdfRevision,
    estimate::digits,
    plan::{RECOGNITION, Wanted, pack::BLOCK},
};

/// Which bytes need blocks of their own.
pub(crate) fn wanted_by(revision: UdfRevision, beside_iso: bool) -> Wanted {
    let revision = revision.revision();
    let room = Manner::new(revision).room() as u64;
    Wanted { embedded: if beside_iso { 0 } else { room }, streams: revision.has_streams().then_some(room) }
}

/// Bytes of the record of a name, and whether it is certain to stay what it is.
pub(crate) fn name_len(name: &[u8]) -> (u64, bool) {
    (record_len(&names::name(name, 0)), names::stays(name))
}

/// What files and folders take of the metadata.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sizes {
    manner: Manner,
    room: u64,
}

/// Digits are characters of two bytes beside others that need them, and records are multiples of four.
const fn digits_len(digits: u64) -> u64 {
    (2 * digits).next_multiple_of(4)
}

impl Sizes {
    pub fn new(revision: UdfRevision) -> Self {
        let manner = Manner::new(revision.revision());
        Self { manner, room: manner.room() as u64 }
    }

    /// How much longer the record of a name may become by its number, among so many.
    pub fn longer(records: u32) -> u64 {
        digits_len(digits(records))
    }

    fn names(&self, bytes: u64, embed: bool) -> u64 {
        if embed && bytes <= self.room { 0 } else { bytes.div_ceil(BLOCK as u64) }
    }

    /// A folder whose names take so many bytes.
    pub fn folder(&self, names: u64, embed: bool) -> u64 {
        1 + self.names(PARENT_LEN + names, embed)
    }

    /// A file of so many bytes, without its streams.
    pub fn file(&self, bytes: u64) -> u64 {
        1 + self.manner.further_blocks(bytes)
    }

    /// The streams of a file, their folder with them.
    pub fn streams(&self, streams: &[Stream]) -> u64 {
        let lens = streams.iter().map(|stream| name_len(&stream.name));
        let (bytes, unsteady) =
            lens.fold((PARENT_LEN, 0), |(sum, unsteady), (len, steady)| (sum + len, unsteady + u64::from(!steady)));
        let count = u32::try_from(streams.len()).unwrap_or(u32::MAX);
        let entries: u64 = streams.iter().map(|stream| self.file(stream.size)).sum();
        1 + self.names(bytes + unsteady * Self::longer(count), true) + entries
    }
}

/// What a volume has whatever is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fixed {
    has_metadata_partition: bool,
    has_mirror: bool,
}

/// The blocks between the descriptors of the volume and the first anchor, which others fill.
const GAP: u64 = super::ANCHOR - super::AFTER_INTEGRITY;

impl Fixed {
    pub fn new(revision: UdfRevision, redundant: bool) -> Self {
        let has_metadata_partition = revision.has_mirror();
        Self { has_metadata_partition, has_mirror: has_metadata_partition && redundant }
    }

    /// Blocks of an image in which others claim so many, in this order, before the bytes of files.
    pub fn blocks(self, others: &[u64], metadata: u64, data: u64) -> u64 {
        // What comes first has room in the gap for certain while all before it has, even where that takes all it may.
        let (mut before, mut behind) = (0, 0);
        for blocks in others {
            before += blocks;
            if before > GAP {
                behind += blocks;
            }
        }
        let mut end = (super::ANCHOR + 1 + behind).max(PARTITION);
        let metadata = BEFORE_ROOT + metadata;
        if self.has_metadata_partition {
            let metadata = metadata.next_multiple_of(CLUSTER);
            end = (end + 1).next_multiple_of(CLUSTER) + metadata + data;
            if self.has_mirror {
                end = end.next_multiple_of(CLUSTER) + metadata;
            }
            end += 1;
        } else {
            end += metadata + data;
        }
        debug_assert!(end > RECOGNITION);
        (end + LAST + SEQUENCE).next_multiple_of(CLUSTER)
    }
}
