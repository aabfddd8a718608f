//! [`Checksums`]: what was written, in eight bytes for each unit of error correction.

use std::num::NonZeroU32;

use imapi_disc_types::{Lba, SECTOR_SIZE};
use twox_hash::XxHash3_64;

/// A CD corrects each block for itself; so many of them are summed up together.
const SMALLEST_UNIT: u32 = 16;
const BLOCK: usize = SECTOR_SIZE.get() as usize;

/// Checksums of all that was written to a disc, in as many sections as it was written in.
///
/// Units begin at whole multiples of their size, on the disc or in the source that was burned, so that a section may begin
/// and end inside of one.
///
/// ```
/// use imapi_disc_types::{Lba, MediaType};
/// use imapi_format2::verify::Checksums;
///
/// let mut checksums = Checksums::new(MediaType::BDR.write_unit());
/// checksums.begin(Lba(0), 64);
/// checksums.take(&[0; 64 * 2048]);
/// assert_eq!((checksums.blocks(), checksums.memory()), (64, 16));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksums {
    unit: NonZeroU32,
    /// From here on units are counted.
    origin: Lba,
    /// Blocks of the source, where that is known.
    expected: u64,
    sections: Vec<Section>,
    /// The part of a unit that has not come whole.
    pending: Vec<u8>,
}

/// What was written in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Section {
    start: Lba,
    blocks: u64,
    sums: Vec<u64>,
}

/// What a unit's bytes come down to. It finds what chance has changed and is no protection against anybody.
pub(super) fn sum(bytes: &[u8]) -> u64 {
    XxHash3_64::oneshot(bytes)
}

impl Checksums {
    /// Of nothing yet, on a disc with such a unit.
    #[must_use]
    pub fn new(write_unit: NonZeroU32) -> Self {
        let unit = NonZeroU32::new(write_unit.get().max(SMALLEST_UNIT)).unwrap_or(write_unit);
        Self { unit, origin: Lba(0), expected: 0, sections: Vec::new(), pending: Vec::new() }
    }

    /// The same, with memory for so many blocks from the beginning.
    #[must_use]
    pub fn expecting(self, blocks: u64) -> Self {
        Self { expected: blocks, ..self }
    }

    /// A section begins at that address, and will have so many blocks, or a few more that fill up its last unit.
    pub fn begin(&mut self, start: Lba, blocks: u64) {
        self.end();
        let units = usize::try_from(blocks / u64::from(self.unit.get()) + 2).unwrap_or(0);
        let mut sums = Vec::new();
        // What cannot be reserved comes piece by piece.
        let _ = sums.try_reserve_exact(units);
        self.sections.push(Section { start, blocks: 0, sums });
    }

    /// Blocks of a source, by the number of the first: what a tap hears while a disc is burned. Where the source was burned
    /// to is said [afterwards](Self::moved_to), as only then it is known. A drive that wants to be written in another way gets
    /// all of them again, from the first on, and what was heard before is forgotten.
    pub fn hear(&mut self, first: u64, bytes: &[u8]) {
        let next =
            self.sections.last().map(|section| i64::from(section.start.0).saturating_add_unsigned(section.blocks));
        if next.and_then(|next| u64::try_from(next).ok()) != Some(first) {
            if next.is_some_and(|next| i64::try_from(first).is_ok_and(|first| first < next)) {
                self.sections.clear();
                self.pending.clear();
            }
            let start = i32::try_from(first).unwrap_or(i32::MAX);
            self.begin(Lba(start), self.expected.saturating_sub(first));
        }
        self.take(bytes);
    }

    /// What was heard of a source is on the disc from that address on.
    pub fn moved_to(&mut self, start: Lba) {
        let distance = start.distance_from(self.origin);
        for section in &mut self.sections {
            section.start = section.start.checked_add(distance).unwrap_or(section.start);
        }
        self.origin = start;
    }

    /// The next blocks of the section: what [`Tap`](imapi_write_engine::Tap) hears. Without a section they go to address
    /// 0.
    pub fn take(&mut self, mut bytes: &[u8]) {
        if self.sections.is_empty() {
            self.begin(Lba(0), 0);
        }
        while !bytes.is_empty() {
            let room = self.room();
            let (now, later) = bytes.split_at(bytes.len().min(room));
            let Some(section) = self.sections.last_mut() else { return };
            section.blocks += (now.len() / BLOCK) as u64;
            if now.len() == room && self.pending.is_empty() {
                section.sums.push(sum(now));
            } else {
                self.pending.extend_from_slice(now);
                if now.len() == room {
                    self.end();
                }
            }
            bytes = later;
        }
    }

    /// Bytes that are missing to the end of the unit.
    fn room(&self) -> usize {
        let Some(section) = self.sections.last() else { return BLOCK };
        let unit = i64::from(self.unit.get());
        let next = section.start.distance_from(self.origin).saturating_add_unsigned(section.blocks);
        usize::try_from(unit - next.rem_euclid(unit)).unwrap_or(1) * BLOCK
    }

    /// What has come of the last unit is all of it.
    fn end(&mut self) {
        if let (false, Some(section)) = (self.pending.is_empty(), self.sections.last_mut()) {
            section.sums.push(sum(&self.pending));
            self.pending.clear();
        }
    }

    /// Blocks of all sections.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.sections.iter().map(|section| section.blocks).sum()
    }

    /// Bytes that the checksums take.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.sections.iter().map(|section| section.sums.len() * size_of::<u64>()).sum()
    }

    /// From here on units are counted.
    pub(super) fn origin(&self) -> Lba {
        self.origin
    }

    /// Blocks that are summed up together.
    pub(super) fn unit(&self) -> NonZeroU32 {
        self.unit
    }

    /// The sections: where each begins, and how many blocks it has.
    pub(super) fn sections(&self) -> impl Iterator<Item = (Lba, u64)> + '_ {
        self.sections.iter().map(|section| (section.start, section.blocks))
    }

    /// The checksum of the unit, or part of one, that begins at that address of a section.
    pub(super) fn of(&self, section: usize, first: Lba) -> Option<u64> {
        let found = self.sections.get(section)?;
        let unit = i64::from(self.unit.get());
        let number = |lba: Lba| lba.distance_from(self.origin).div_euclid(unit);
        let place = usize::try_from(number(first).checked_sub(number(found.start))?).ok()?;
        match found.sums.get(place) {
            Some(&sum) => Some(sum),
            None if place == found.sums.len() && section + 1 == self.sections.len() && !self.pending.is_empty() => {
                Some(sum(&self.pending))
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn bytes(blocks: u64) -> Vec<u8> {
        (0..blocks).flat_map(|block| [block.to_le_bytes()[0]; BLOCK]).collect()
    }

    fn checksums(unit: u32, start: i32, blocks: u64, at_once: usize) -> Checksums {
        let mut checksums = Checksums::new(NonZeroU32::new(unit).expect("not zero"));
        checksums.begin(Lba(start), blocks);
        for chunk in bytes(blocks).chunks(at_once * BLOCK) {
            checksums.take(chunk);
        }
        checksums
    }

    #[rstest]
    fn it_makes_no_difference_in_what_pieces_blocks_come(
        #[values(0, -150, 7, 16, 11_704)] start: i32,
        #[values(1, 3, 16, 32, 33, 400)] at_once: usize,
    ) {
        let (pieces, whole) = (checksums(16, start, 333, at_once), checksums(16, start, 333, 333));
        for first in start..start + 333 {
            if first == start || first % 16 == 0 {
                assert_eq!(pieces.of(0, Lba(first)), whole.of(0, Lba(first)), "{first}");
                assert!(whole.of(0, Lba(first)).is_some(), "{first}");
            }
        }
        assert_eq!((pieces.blocks(), whole.of(0, Lba(start + 333 + 16))), (333, None));
    }

    #[test]
    fn a_unit_is_summed_up_where_it_is_on_the_disc() {
        let checksums = checksums(32, 40, 100, 100);
        let all = bytes(100);
        assert_eq!(checksums.of(0, Lba(40)), Some(sum(&all[..24 * BLOCK])));
        assert_eq!(checksums.of(0, Lba(64)), Some(sum(&all[24 * BLOCK..56 * BLOCK])));
        assert_eq!(checksums.of(0, Lba(128)), Some(sum(&all[88 * BLOCK..])));
        assert_eq!(checksums.of(0, Lba(0)), None);
    }

    #[test]
    fn each_section_has_its_own() {
        let mut checksums = Checksums::new(NonZeroU32::MIN);
        checksums.begin(Lba(0), 20);
        checksums.take(&bytes(20));
        checksums.begin(Lba(1600), 20);
        checksums.take(&bytes(20));
        assert_eq!(checksums.sections().collect::<Vec<_>>(), [(Lba(0), 20), (Lba(1600), 20)]);
        assert_eq!(checksums.of(0, Lba(16)), checksums.of(1, Lba(1616)));
        assert!(checksums.of(1, Lba(1616)).is_some());
    }

    #[test]
    fn what_was_heard_of_a_source_moves_with_it() {
        let mut checksums = Checksums::new(NonZeroU32::new(16).expect("not zero")).expecting(400);
        let all = bytes(400);
        let part = |from: usize, to: usize| &all[from * BLOCK..to * BLOCK];
        checksums.hear(0, part(0, 20));
        checksums.hear(20, part(20, 100));
        checksums.hear(200, part(200, 216));
        checksums.moved_to(Lba(11_703));
        assert_eq!(checksums.sections().collect::<Vec<_>>(), [(Lba(11_703), 100), (Lba(11_903), 16)]);
        assert_eq!(checksums.of(0, Lba(11_703)), Some(sum(part(0, 16))));
        assert_eq!(checksums.of(0, Lba(11_703 + 96)), Some(sum(part(96, 100))));
        assert_eq!(checksums.of(1, Lba(11_903)), Some(sum(part(200, 208))));
        assert_eq!(checksums.of(1, Lba(11_903 + 8)), Some(sum(part(208, 216))));
        checksums.hear(0, part(0, 4));
        assert_eq!(checksums.blocks(), 4, "from the first on, and anew");
    }

    #[test]
    fn the_largest_disc_takes_16_mb() {
        let mut checksums = Checksums::new(NonZeroU32::new(32).expect("not zero"));
        checksums.begin(Lba(0), 62_500_864);
        let capacity = checksums.sections[0].sums.capacity() * 8;
        assert!((15_000_000..16 << 20).contains(&capacity), "{capacity}");
        checksums.take(&vec![0; 32 * BLOCK]);
        assert_eq!(checksums.sections[0].sums.capacity() * 8, capacity);
    }
}
